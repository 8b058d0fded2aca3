#!/usr/bin/env python3
"""The example `media_mix` on public panels whose true contributions are known.

    python3 scripts/mix_truth.py FOLDER [--estimator search|nuts]

FOLDER holds, as CSV with a row a period and geo, what mmm-param-recovery generates with its seed 20250715 and the example of
PyMC-Marketing; of those that are there:
- small_business_20250715, growing_business_20250715: NAME.panel.csv (date, geo, x.. of media, c.. of controls, y) and NAME.truth.csv
  (date, geo, the contribution of each medium)
- pymc_example.panel.csv (date_week, y, x1, x2, event_1, event_2, t)

Prints for each panel the mean over media and geos of SRMSE, the root mean square error of a contribution by period over its true mean, and
the mean relative error of media's totals; for the example, whose truth follows from its published parameters, the error of each total.
"""
import argparse
import csv
import json
import subprocess
import sys
from collections import defaultdict
from math import sqrt
from pathlib import Path
from statistics import mean

GENERATED = ("small_business_20250715", "growing_business_20250715")
EXAMPLE = "pymc_example"
# 1000 x beta x the sum of saturated carried spend, by the parameters in the example's text.
TOTALS = {"x1": 274_848.296, "x2": 65_905.982}


def fitted(panel, estimator, arguments):
    """What the example prints as JSON."""
    feature = ["--features", "bayes"] if estimator == "nuts" else []
    run = ["cargo", "run", "--release", "--quiet", "--example", "media_mix", *feature, "--", "--json", "--estimator", estimator]
    root = Path(__file__).resolve().parent.parent
    command = [*run, "--panel", panel.resolve(), *arguments]
    return json.loads(subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout)


def generated(folder, name, estimator):
    """SRMSE and the error of totals."""
    panel = folder / f"{name}.panel.csv"
    with open(panel) as file:
        columns = next(csv.reader(file))
    media = [column for column in columns if column.startswith("x")]
    controls = [column for column in columns if column.startswith("c")]
    arguments = ["--date", "date", "--geo", "geo", "--kpi", "y", "--media", ",".join(media), "--controls", ",".join(controls)]
    found = {(row["date"], row["geo"]): row for row in fitted(panel, estimator, arguments)["contributions"]}
    series = defaultdict(list)
    with open(folder / f"{name}.truth.csv") as file:
        for row in csv.DictReader(file):
            for medium in media:
                pair = float(row[medium]), found[row["date"][:10], row["geo"]][medium]
                series[medium, row["geo"]].append(pair)
    errors, totals = [], defaultdict(lambda: [0.0, 0.0])
    for (medium, _), pairs in series.items():
        level = mean(true for true, _ in pairs)
        if level > 0:
            errors.append(sqrt(mean((x - true) ** 2 for true, x in pairs)) / level)
        for at in (0, 1):
            totals[medium][at] += sum(pair[at] for pair in pairs)
    return mean(errors), mean(abs(x / true - 1) for true, x in totals.values() if true > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--estimator", choices=["search", "nuts"], default="search")
    options = parser.parse_args()
    there = [name for name in (*GENERATED, EXAMPLE) if (options.folder / f"{name}.panel.csv").exists()]
    if not there:
        sys.exit(f"no panel of {', '.join((*GENERATED, EXAMPLE))} in {options.folder}")
    for name in there:
        if name != EXAMPLE:
            by_period, of_totals = generated(options.folder, name, options.estimator)
            print(f"{name}: {by_period:.3f} / {of_totals:.3f}", flush=True)
            continue
        arguments = ["--date", "date_week", "--kpi", "y", "--media", "x1,x2", "--controls", "event_1,event_2,t", "--saturation", "logistic"]
        channels = fitted(options.folder / f"{name}.panel.csv", options.estimator, arguments)["channels"]
        errors = [f"{channel['contribution'] / TOTALS[channel['channel']] - 1:+.1%}" for channel in channels]
        print(f"{name}: {', '.join(errors)}", flush=True)


if __name__ == "__main__":
    main()

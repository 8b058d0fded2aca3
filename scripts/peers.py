#!/usr/bin/env python3
"""The example `attribution` beside the tools people otherwise use, on one log: whole processes, alternating, medians and ratios.

peers.py PEERS_FOLDER LOG.parquet|LOG.csv [--runs 5] [--only duckdb ..]

PEERS_FOLDER holds one script a peer, of which those that are there and whose Python package is installed are run:
- duckdb_rules.py LOG: five rules over converters in one query;
- polars_paths.py LOG OUT.parquet: the path table other tools start from (Parquet only);
- channelattribution.py PATHS.parquet: three rules and Markov from that path table, after polars has written it.
The example runs eight models over all journeys, those that did not convert included. Every process is started anew each time, so a
peer's seconds include its interpreter's start. Memory is the most the process held resident.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODELS = "last-touch first-touch last-non-direct linear time-decay position-based markov shapley".split()
OURS = "mixtouch"


def built():
    """The path of the example, built if need be."""
    root = Path(__file__).resolve().parent.parent
    command = "cargo build --quiet --release --example attribution --features parquet --message-format json-render-diagnostics".split()
    lines = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    artifacts = [json.loads(line) for line in lines]
    return next(a["executable"] for a in artifacts if a.get("executable") and a["target"]["name"] == "attribution")


def contestants(peers, log, paths):
    """Name, Python package it needs, command."""
    models = [word for model in MODELS for word in ("--model", model)]
    yield OURS, None, [built(), "--events", log, "--json", *models]
    for name, package, script, arguments in [
        ("duckdb", "duckdb", "duckdb_rules.py", [log]),
        ("polars", "polars", "polars_paths.py", [log, paths]),
        ("channelattribution", "ChannelAttribution", "channelattribution.py", [paths]),
    ]:
        yield name, package, [sys.executable, str(peers / script), *arguments]


def why_not(name, package, command, log, running):
    """Why a peer cannot be run, if it cannot."""
    if package is None:
        return None
    if not Path(command[1]).exists():
        return f"{command[1]} is not there"
    found = subprocess.run([sys.executable, "-c", f"import {package}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if found.returncode:
        return found.stderr.strip().splitlines()[-1]
    if name == "polars" and not log.endswith(".parquet"):
        return "it reads Parquet only"
    if name == "channelattribution" and "polars" not in running:
        return "it needs the path table that polars writes"
    return None


def timed(command):
    """Seconds and peak bytes of one process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}\n{errors.decode(errors='replace')}")
    # ru_maxrss is in kilobytes, on macOS in bytes
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measure(commands, runs):
    measured = {name: [] for name in commands}
    for run in range(runs):
        for name, command in commands.items():
            measured[name].append(timed(command))
            print(f"run {run + 1}: {name} {measured[name][-1][0]:.2f} s", file=sys.stderr)
    return measured


def report(measured):
    print(f"{'':20}{'seconds':>9}{'least':>8}{'most':>8}{'peak GB':>9}{'/ ' + OURS:>12}{'by pair':>20}")
    for name, runs in measured.items():
        seconds = [spent for spent, _ in runs]
        pairs = sorted(theirs / ours for (theirs, _), (ours, _) in zip(runs, measured[OURS]))
        line = f"{name:20}{statistics.median(seconds):9.2f}{min(seconds):8.2f}{max(seconds):8.2f}"
        line += f"{max(peak for _, peak in runs) / 1e9:9.2f}{statistics.median(pairs):12.2f}"
        print(line + f"{f'{pairs[0]:.2f} to {pairs[-1]:.2f}':>20}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path, metavar="PEERS_FOLDER")
    parser.add_argument("log", metavar="LOG")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="PEER", help="leave the other peers out")
    arguments = parser.parse_args()
    log = os.path.abspath(arguments.log)
    with tempfile.TemporaryDirectory() as folder:
        commands = {}
        for name, package, command in contestants(arguments.peers.resolve(), log, os.path.join(folder, "paths.parquet")):
            if name != OURS and arguments.only and name not in arguments.only:
                continue
            reason = why_not(name, package, command, log, commands)
            if reason:
                print(f"{name} is left out: {reason}", file=sys.stderr)
            else:
                commands[name] = command
        report(measure(commands, arguments.runs))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The share of processor time that one thread spends while the others wait.

    perf record -F 5000 -o alone.data PROGRAM ...
    perf script -i alone.data -F tid,time | python3 scripts/alone.py [--from SECONDS] [--to SECONDS] [--threads TID,TID]

Samples are put in windows of half a millisecond; a window in which one thread alone was seen is time that more threads would not
shorten. Of a whole process that is reading, opening and ending included; --from and --to, in seconds after the first sample, and
--threads keep to a part. More threads than cores would hide what is looked for.
"""
import argparse
import sys
from collections import Counter, defaultdict

WINDOW = 0.0005


def samples(lines):
    """Thread and second of each sample."""
    for line in lines:
        words = line.split()
        if len(words) >= 2 and words[0].isdigit():
            yield int(words[0]), float(words[1].rstrip(":"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="start", type=float, default=0.0)
    parser.add_argument("--to", type=float, default=float("inf"))
    parser.add_argument("--threads", type=lambda text: {int(tid) for tid in text.split(",")})
    arguments = parser.parse_args()
    windows, first = defaultdict(Counter), None
    for thread, second in samples(sys.stdin):
        first = second if first is None else first
        meant = arguments.threads is None or thread in arguments.threads
        if meant and arguments.start <= second - first < arguments.to:
            windows[int((second - first) / WINDOW)][thread] += 1
    everything = sum(sum(window.values()) for window in windows.values())
    if not everything:
        sys.exit("no sample: is it the output of perf script -F tid,time?")
    alone = sum(sum(window.values()) for window in windows.values() if len(window) == 1)
    print(f"{100 * alone / everything:.1f} % of {everything} samples were of one thread while the others waited")


if __name__ == "__main__":
    main()

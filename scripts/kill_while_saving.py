#!/usr/bin/env python3
"""Kills a process again and again while it saves its state, and looks at what is left.

    cargo build --release --example durable_state
    scripts/kill_while_saving.py target/release/examples/durable_state

A run takes in a log batch by batch and saves after each; at its end it saves for ever. After every
kill (SIGKILL, at a random moment) the state on disk must load with the figures, to the bit, that a
run without kills has at that offset. The next run goes on from there.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def lines(command):
    """What a command prints; ends the script where it fails."""
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {ended.stderr}")
    return ended.stdout.splitlines()


def kill_once(command, wait):
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    time.sleep(wait)
    if process.poll() is not None:
        sys.exit(f"a run ended by itself: {process.stderr.read()}")
    process.kill()
    process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("example", type=Path)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--longest", type=float, default=2.0, help="seconds a run lives at most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    expected = {line.split()[0]: line for line in lines([options.example, "expect", str(options.rows)])}
    moments = random.Random(options.seed)
    offset, unfinished, refused = "0", 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for kill in range(options.kills):
            kill_once([options.example, "run", folder, str(options.rows)], moments.uniform(0.0, options.longest))
            unfinished += (folder / "state.partial").exists()
            if not (folder / "state").exists():
                continue  # killed before the first save ended
            checked = subprocess.run([options.example, "check", folder], capture_output=True, text=True)
            if checked.returncode != 0:
                refused += 1
                print(f"kill {kill + 1}: refused: {checked.stderr.strip()}")
                (folder / "state").unlink()
                offset = "0"
                continue
            line = checked.stdout.strip()
            if line != expected.get(line.split()[0]):
                sys.exit(f"kill {kill + 1}: wrong state: {line}")
            if int(line.split()[0]) < int(offset):
                sys.exit(f"kill {kill + 1}: the state went back from batch {offset} to {line.split()[0]}")
            offset = line.split()[0]
        size = (folder / "state").stat().st_size
    print(
        f"{options.kills} kills, {unfinished} in the middle of a save: {refused} states refused, none wrong;"
        f" at the end batch {offset} of {len(expected)}, {size:,} bytes"
    )


if __name__ == "__main__":
    main()

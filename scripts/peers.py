#!/usr/bin/env python3
"""The example `attribution` beside the tools people otherwise use, on one log: whole processes, alternating, medians and ratios.

peers.py PEERS_FOLDER LOG.parquet|LOG.csv [--runs 5] [--only duckdb ..] [--engine target/release/mixtouch-datafusion]

PEERS_FOLDER holds one script a peer, of which those that are there and whose Python package is installed are run:
- duckdb_rules.py LOG: five rules over converters in one query;
- polars_paths.py LOG OUT.parquet: the path table other tools start from (Parquet only);
- channelattribution.py PATHS.parquet: three rules and Markov from that path table, after polars has written it.
The example runs eight models over all journeys, those that did not convert included. Every process is started anew each time, so a
peer's seconds include its interpreter's start. Memory is the most the process held resident.

With --engine, the same models by the program of `datafusion/` too: in one process, and on a cluster of a scheduler and two executors that
was started before. The cluster's memory is that of the client; what its processes held and what they wrote to be exchanged is told below.
"""
import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
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


def of_engine(program, log, scheduler):
    """Name, Python package it needs, command of the engine's two ways."""
    alone = [program, "submit", log, "--json", "--models", ",".join(MODELS)]
    yield "datafusion", None, alone
    yield "ballista", None, [*alone, "--scheduler", f"df://localhost:{scheduler}"]


def free_port():
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def cluster(program, folder):
    """The scheduler's port and the executors' processes."""
    port = free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen([program, "scheduler", f"--port={port}"], **quiet)]
    for _ in range(2):
        where = [f"--scheduler=localhost:{port}", f"--port={free_port()}", f"--folder={folder}"]
        processes.append(subprocess.Popen([program, "executor", *where, "--cores=1"], **quiet))
    time.sleep(3)
    try:
        yield port, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def most_held(process):
    """The most bytes that a process has held, where the system tells it."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


class Exchanged(threading.Thread):
    """Adds up what processes write into a folder, where files do not stay."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.sizes = Path(folder), {}

    def run(self):
        while True:
            for file in self.folder.rglob("*"):
                with contextlib.suppress(OSError):
                    if file.is_file():
                        self.sizes[file] = max(self.sizes.get(file, 0), file.stat().st_size)
            time.sleep(0.02)

    def bytes(self):
        return sum(self.sizes.copy().values())


def why_not(name, package, command, log, running):
    """Why a peer cannot be run, if it cannot."""
    if package is None:
        return None if Path(command[0]).exists() else f"{command[0]} is not there"
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
    parser.add_argument("--only", nargs="*", metavar="PEER", help="leave the other peers out")
    parser.add_argument("--engine", type=Path, metavar="PROGRAM", help="the program of datafusion/, built in release")
    arguments = parser.parse_args()
    log = os.path.abspath(arguments.log)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        asked = list(contestants(arguments.peers.resolve(), log, os.path.join(folder, "paths.parquet")))
        asked = [each for each in asked if each[0] == OURS or arguments.only is None or each[0] in arguments.only]
        executors, shuffled = [], os.path.join(folder, "shuffled")
        if arguments.engine:
            program = str(arguments.engine.resolve())
            os.mkdir(shuffled)
            port, executors = stack.enter_context(cluster(program, shuffled))
            written = Exchanged(shuffled)
            written.start()
            asked += of_engine(program, log, port)
        commands = {}
        for name, package, command in asked:
            reason = why_not(name, package, command, log, commands)
            if reason:
                print(f"{name} is left out: {reason}", file=sys.stderr)
            else:
                commands[name] = command
        report(measure(commands, arguments.runs))
        if executors:
            held = ", ".join(f"{most_held(process) / 1e9:.2f}" for process in executors)
            a_job = written.bytes() / arguments.runs
            print(f"executors held {held} GB; {a_job / 1e6:.0f} MB exchanged a job")


if __name__ == "__main__":
    main()

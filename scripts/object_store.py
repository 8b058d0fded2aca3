#!/usr/bin/env python3
"""The program of `datafusion/` on files of an S3-compatible server: in one process, and on a cluster of two executors. Both have to
give what the same rows give from a local folder.

object_store.py PROGRAM LOG.parquet ..

PROGRAM is mixtouch-datafusion, built with `--features s3`. The server is that of the Python package `moto[server]`, on this machine;
`boto3` brings the files there. Without them the script ends with status 77.
"""
import contextlib
import json
import math
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ACCOUNT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}
BUCKET = "logs"


def free_port():
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def running(*command, environment=None):
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, **quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_for(port):
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
            return
        time.sleep(0.1)
    sys.exit(f"nobody answers at port {port}")


def uploaded(server, files):
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=server,
        region_name=ACCOUNT["AWS_REGION"],
        aws_access_key_id=ACCOUNT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ACCOUNT["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket=BUCKET)
    for file in files:
        client.upload_file(str(file), BUCKET, f"log/{file.name}")


def answer(program, log, environment, *more):
    command = [program, "submit", log, "--json", *more]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return json.loads(done.stdout)


def same(one, other):
    """Whether two documents are alike, fractions to 1e-12."""
    match one:
        case dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list():
            return len(one) == len(other) and all(map(same, one, other))
        case float():
            return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return one == other


def main():
    program, files = str(Path(sys.argv[1]).resolve()), [Path(file) for file in sys.argv[2:]]
    moto = shutil.which("moto_server") or str(Path(sys.executable).parent / "moto_server")
    try:
        import boto3  # noqa: F401
    except ImportError:
        moto = ""
    if not Path(moto).is_file():
        print("moto[server] and boto3 are not installed: left out")
        sys.exit(77)
    port, scheduler = free_port(), free_port()
    environment = os.environ | ACCOUNT | {"AWS_ENDPOINT": f"http://localhost:{port}"}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(running(moto, "-p", str(port)))
        wait_for(port)
        uploaded(environment["AWS_ENDPOINT"], files)
        for file in files:
            shutil.copy(file, folder)
        local = answer(program, folder, os.environ)
        stack.enter_context(running(program, "scheduler", f"--port={scheduler}", environment=environment))
        wait_for(scheduler)
        for _ in range(2):
            where = [f"--scheduler=localhost:{scheduler}", f"--port={free_port()}"]
            stack.enter_context(running(program, "executor", *where, "--cores=1", environment=environment))
        url = f"s3://{BUCKET}/log/"
        ways = {"one process": [], "a cluster": [f"--scheduler=df://localhost:{scheduler}"]}
        for way, more in ways.items():
            if not same(local, answer(program, url, environment, *more)):
                sys.exit(f"{way}: another answer than from a local folder")
            print(f"{way}: the answer of a local folder")


if __name__ == "__main__":
    main()

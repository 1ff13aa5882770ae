#!/usr/bin/env python3
"""Quickstart's comparison alone, beside busy loops, and under quotas of processors: how long it takes.

    sudo tests/bench/contention.py build/bin/espalier --limit 50

Wants to be root, for control groups (version 1 or 2). All runs are in one group that has far more weight than what else
goes on; busy loops share it with the program.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = [("alone", 0, None), ("one busy loop", 1, None), ("two busy loops", 2, None), ("quota of 1.0", 0, 1.0),
         ("quota of 1.5", 0, 1.5), ("alone again", 0, None)]


class Group:
    """A control group of its own."""

    def __init__(self, quota):
        mount = pathlib.Path("/sys/fs/cgroup")
        second = (mount / "cgroup.controllers").exists()
        self.path = (mount if second else mount / "cpu") / f"espalier-contention-{os.getpid()}"
        self.path.mkdir()
        self.write("cpu.weight" if second else "cpu.shares", "10000" if second else "262144")
        if quota and second:
            self.write("cpu.max", f"{int(quota * 100_000)} 100000")
        elif quota:
            self.write("cpu.cfs_quota_us", str(int(quota * 100_000)))

    def write(self, name, text):
        (self.path / name).write_text(text)

    def enter(self):
        self.write("cgroup.procs", str(os.getpid()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        time.sleep(0.2)
        self.path.rmdir()


def seconds(program, limit, busy, quota):
    with Group(quota) as group, tempfile.TemporaryDirectory() as folder:
        loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"], preexec_fn=group.enter) for _ in range(busy)]
        began = time.monotonic()
        try:
            subprocess.run([program, "run", ROOT / "experiments/quickstart.toml",
                            f"stages.compare.problems.limit={limit}", "--output", f"{folder}/run", "--store",
                            f"{folder}/store"], preexec_fn=group.enter, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            return time.monotonic() - began
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=50, help="problems")
    given = parser.parse_args()
    first = None
    for name, busy, quota in CASES:
        took = seconds(given.program.resolve(), given.limit, busy, quota)
        first = first or took
        print(f"{name:15s} {took:6.1f} s  {took / first:4.2f}", flush=True)


main()

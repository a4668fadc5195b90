"""What the wall costs: a call over it, a submission behind it, and the memory of the judge.

    taskset -c 0 python benchmarks/wall.py

Bars: a call with small arrays takes at most 0.2 ms, one with 1 MB at most 2 ms and four copies
(beside the answer's own work); a submission of all katas at most 1.5 s a kata on one core, once
everything is warm; the judge stays below 1 GiB. The line "no wall" tells how fast the machine is.
"""

import json
import multiprocessing
import os
import socket
import statistics
import time
import timeit
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kata import catalog
from kata.catalog import Catalog
from kata.grade import grading
from kata.grade.submission import Submission
from kata.wall.judge import solutions
from kata.wall.line import keep_freed_memory
from kata.wall.nursery import Nursery
from kata.wall.wall import Answer, Wall

ANSWER = b"""
def negative(x):
    return -x
"""
SMALL, LARGE = (4, 5), (1024, 128)


def main() -> None:
    keep_freed_memory()
    time_calls()
    time_without_wall()
    grade_all(catalog.load())


def time_calls() -> None:
    nursery = Nursery(torch=False)
    wall = Wall(
        nursery.address,
        Answer("basics.softmax", ("negative",), {"exercises/basics/softmax.py": ANSWER}, False),
        seconds=60.0,
    )
    for name, shape in (("160 bytes", SMALL), ("1 MB", LARGE)):
        x = np.ones(shape)
        wall.begin_test()
        negative = wall.stand_ins()["negative"]
        call = milliseconds(lambda x=x, negative=negative: negative(x.copy()))
        own, copy = milliseconds(lambda x=x: -x), milliseconds(lambda x=x: x.copy())
        print(f"{name:>10}  a call {call:.3f} ms; the work itself {own:.3f}, one copy {copy:.3f}")
    wall.close()
    nursery.close()


def time_without_wall() -> None:
    """The same small call with nothing guarded: JSON and bytes over a socket pair."""
    ours, theirs = socket.socketpair()
    multiprocessing.Process(target=answer_all, args=(theirs,), daemon=True).start()
    x = np.ones(SMALL)

    def call() -> None:
        ours.sendall(in_json(x.copy()))
        from_json(ours.recv(1 << 14))

    print(f"{'no wall':>10}  a call {milliseconds(call):.3f} ms, of 160 bytes")
    ours.close()


def answer_all(connection: socket.socket) -> None:
    while message := connection.recv(1 << 14):
        connection.sendall(in_json(-from_json(message)))


def in_json(x: np.ndarray) -> bytes:
    header = {"op": "call", "dtype": x.dtype.str, "shape": x.shape}
    return json.dumps(header).encode() + b"\n" + x.tobytes()


def from_json(message: bytes) -> np.ndarray:
    header, data = message.split(b"\n", 1)
    fields = json.loads(header)
    return np.frombuffer(data, fields["dtype"]).reshape(fields["shape"]).copy()


def milliseconds(call: Callable[[], object]) -> float:
    """The median of many calls."""
    return 1e3 * statistics.median(timeit.repeat(call, repeat=150, number=1))


def grade_all(katas: Catalog) -> None:
    submission = Submission("solutions", solutions(katas.katas))
    with grading.Grader(katas) as grader:
        grader.grade(submission, katas.katas)
        peaks: list[int] = []
        start = time.perf_counter()
        marks = grader.grade(
            submission, katas.katas, on_marks=lambda _: peaks.append(largest_judge())
        )
        seconds = time.perf_counter() - start
    each = seconds / len(katas.katas)
    cores = len(os.sched_getaffinity(0))
    print(f"{marks.score:g} of {marks.points} points, {each:.2f} s a kata on {cores} cores")
    print(f"the largest judge: {max(peaks) / 2**20:.0f} MiB")


def largest_judge() -> int:
    """The largest peak of memory among the processes that descend from this one, in bytes."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # It has ended meanwhile.
            continue
        children.setdefault(parent, []).append(int(folder.name))
    todo, peak = [os.getpid()], 0
    while todo:
        for child in children.get(todo.pop(), []):
            todo.append(child)
            peak = max(peak, peak_memory(child))
    return peak


def peak_memory(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM")), "0")
    return int(kilobytes) * 1024


if __name__ == "__main__":
    main()

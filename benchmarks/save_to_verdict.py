"""How long a save takes to become a verdict, through a real terminal.

    python benchmarks/save_to_verdict.py

Starts `kata` on a pseudo-terminal in a copy of this checkout, saves softmax 50 times, right and
wrong in turn, and reads the screen. Then runs a cold `pytest` on the same answers for the ratios.
The first run after the start is not counted. Needs Linux or macOS.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

from kata import catalog, stubs

ROOT = Path(__file__).resolve().parent.parent
SAVES = 50
COLD_RUNS = 3

STUB_LINE = "    raise NotImplementedError"
WRONG = "    e = np.exp(x)\n    return e / e.sum(axis=axis, keepdims=True)"
RIGHT = """\
    if x.shape[axis] == 0:
        raise ValueError("x is empty")
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)"""
ANSWERS = {"right": RIGHT, "wrong": WRONG}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "checkout")
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", ".kata", ".venv"))
        exercise = root / "exercises" / "basics" / "softmax.py"
        stub = stubs.handed_out(catalog.load(root).find("softmax"))
        warm = watched_saves(root, exercise, stub)
        for kind, body in ANSWERS.items():
            exercise.write_text(answered(stub, body))
            report(kind, warm[kind], [cold_pytest(root) for _ in range(COLD_RUNS)])


def answered(stub: str, body: str) -> str:
    return stub[: stub.index(STUB_LINE)] + body + "\n"


def watched_saves(root: Path, exercise: Path, stub: str) -> dict[str, list[float]]:
    exercise.write_text(stub)
    command = [sys.executable, "-m", "kata"]
    environment = os.environ | {"TERM": "xterm-256color"}
    screen = pexpect.spawn(
        command[0], command[1:], cwd=str(root), env=environment, dimensions=(40, 100), timeout=120
    )
    screen.expect("is to do.*quit")
    seconds: dict[str, list[float]] = {kind: [] for kind in ANSWERS}
    for number in range(SAVES):
        time.sleep(0.4)  # As fast as anyone saves; the next process has got ready.
        kind, verdict = ("wrong", "This looks like") if number % 2 else ("right", "is solved")
        start = time.perf_counter()
        exercise.write_text(answered(stub, ANSWERS[kind]))
        screen.expect(verdict + ".*quit")
        seconds[kind].append(time.perf_counter() - start)
    screen.send("q")
    screen.expect(pexpect.EOF)
    return seconds


def cold_pytest(root: Path) -> float:
    command = [sys.executable, "-m", "pytest", "tests/basics/test_softmax.py"]
    start = time.perf_counter()
    subprocess.run(command, cwd=root, check=False, capture_output=True)
    return time.perf_counter() - start


def report(kind: str, warm: list[float], cold: list[float]) -> None:
    median = statistics.median(warm)
    p95 = statistics.quantiles(warm, n=20)[-1]
    usual = statistics.median(cold)
    print(
        f"{kind}: {len(warm)} saves, median {median:.3f} s, p95 {p95:.3f} s; "
        f"cold pytest {usual:.2f} s, {usual / median:.0f} times as long"
    )


if __name__ == "__main__":
    main()

"""How long a save takes to become a verdict, through a real terminal.

    python benchmarks/save_to_verdict.py [KATA …]

Starts `kata` on a pseudo-terminal in a copy of this checkout and saves right and wrong answers in
turn: by default those of softmax, adam and batch_norm. Right is the solution, wrong the first slip
among the attempts. Reads the screen. Then runs a cold `pytest` on the same answers for the ratios.
The first save of each kind is not counted. Needs Linux or macOS.
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

from kata import catalog, stubs, target
from kata.attempts import edited
from kata.catalog import Kata

ROOT = Path(__file__).resolve().parent.parent
USUAL = ("softmax", "adam", "batch_norm")
SAVES = 30
COLD_RUNS = 3


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "checkout")
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", ".kata", ".venv"))
        katas = catalog.load(root)
        for name in sys.argv[1:] or USUAL:
            kata = katas.find(name)
            answers = answers_to(kata)
            warm = watched_saves(kata, answers)
            for kind, text in answers.items():
                kata.exercise.write_text(text, encoding="utf-8")
                cold = [cold_pytest(kata) for _ in range(COLD_RUNS)]
                report(f"{name}, {kind}", warm[kind], cold)
            stubs.reset(kata)


def answers_to(kata: Kata) -> dict[str, str]:
    wrong = next(one for one in target.attempts_of(kata) if one.edits and not one.is_right)
    solution = kata.solution.read_text(encoding="utf-8")
    return {"right": solution, "wrong": edited(solution, wrong.edits)}


def watched_saves(kata: Kata, answers: dict[str, str]) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "kata"]
    environment = os.environ | {"TERM": "xterm-256color"}
    screen = pexpect.spawn(
        command[0], command[1:], cwd=kata.root, env=environment, dimensions=(40, 100), timeout=120
    )
    screen.expect("quit")
    seconds: dict[str, list[float]] = {kind: [] for kind in answers}
    for number in range(SAVES):
        time.sleep(0.6)  # As fast as anyone saves; the next process has got ready.
        kind, verdict = ("wrong", "This looks like") if number % 2 else ("right", "is solved")
        start = time.perf_counter()
        kata.exercise.write_text(answers[kind], encoding="utf-8")
        screen.expect(verdict + ".*quit")
        if number > 1:  # The first ones wait for the process that waits.
            seconds[kind].append(time.perf_counter() - start)
    screen.send("q")
    screen.expect(pexpect.EOF)
    return seconds


def cold_pytest(kata: Kata) -> float:
    command = [sys.executable, "-m", "pytest", str(kata.test)]
    start = time.perf_counter()
    subprocess.run(command, cwd=kata.root, check=False, capture_output=True)
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

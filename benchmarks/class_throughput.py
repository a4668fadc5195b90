"""How long a class takes to grade: more submissions, more processes.

    python benchmarks/class_throughput.py [--submissions N] [--katas NAME …]

Hands in N submissions (40) to the katas named (all of them): for each a solution, the stub or one
of the slips, drawn with a fixed seed. One answer ends Python and one never ends. Then the first
eighth of the class, a quarter, a half and all of it are graded: by one process, by two, and by two
workers of Dask. Both special answers are in each part. A run starts its processes, as
`kata grade --class` does; the workers of Dask are there before.
"""

import argparse
import contextlib
import io
import itertools
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import dask
from distributed import LocalCluster

from kata import catalog, stubs, target
from kata.attempts import edited
from kata.catalog import Catalog, Kata
from kata.grade import roster

SEED = 0
PARTS = (8, 4, 2, 1)
# How many of ten answers are solutions and stubs; the others are slips.
SOLUTIONS, STUBS = 5, 2
ENDS = "import os\n\nos._exit(0)\n"
NEVER_ENDS = "while True:\n    pass\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--katas", nargs="+", default=[])
    options = parser.parse_args()
    katas = catalog.load()
    target.install(katas, "solutions")  # What attempts build on.
    chosen = [katas.find(name) for name in options.katas] or list(katas.katas)
    sizes = sorted({max(2, options.submissions // part) for part in PARTS})
    print(f"{len(chosen)} katas, seed {SEED}")
    print("submissions  by              seconds  submissions a minute  katas a second")
    # Workers of Dask that grade have processes of their own.
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        tempfile.TemporaryDirectory(prefix="class-throughput-") as folder,
    ):
        ways: dict[str, dict[str, Any]] = {
            "1 process": {"processes": 1},
            "2 processes": {"processes": 2},
            "2 Dask workers": {"dask": cluster.scheduler_address},
        }
        for size, (way, how) in itertools.product(sizes, ways.items()):
            run = Path(folder, f"{size}-{way}")
            hand_in(run / "class", chosen, size)
            seconds = time_to_grade(katas, run, chosen, how)
            print(
                f"{size:11}  {way:14}  {seconds:7.1f}  {60 * size / seconds:20.1f}  "
                f"{size * len(chosen) / seconds:14.2f}",
                flush=True,
            )


def time_to_grade(katas: Catalog, run: Path, chosen: list[Kata], how: dict[str, Any]) -> float:
    start = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):  # A line for each submission.
        rows = roster.grade_class(katas, run / "class", chosen, (SEED, False), run / "marks", **how)
    seconds = time.perf_counter() - start
    not_graded = [f"{row.name}: {row.note}" for row in rows if not row.marks]
    if not_graded:
        raise SystemExit("\n".join(not_graded))
    return seconds


def hand_in(roster: Path, chosen: list[Kata], size: int) -> None:
    """The first `size` submissions; the draws are the same for each size."""
    draw = random.Random(SEED)
    for number in range(size):
        for kata in chosen:
            file = roster / f"student{number:03}" / "exercises" / f"{kata.id}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(drawn_answer(kata, draw))
    for name, source in (("student000", ENDS), ("student001", NEVER_ENDS)):
        (roster / name / "exercises" / f"{chosen[0].id}.py").write_text(source)


def drawn_answer(kata: Kata, draw: random.Random) -> str:
    solution = kata.solution.read_text()
    which = draw.randrange(10)
    if which < SOLUTIONS:
        return solution
    if which < SOLUTIONS + STUBS:
        return stubs.handed_out(kata)
    wrong = [attempt for attempt in target.attempts_of(kata) if not attempt.is_right]
    slips = [attempt.edits for attempt in wrong if attempt.edits]
    return edited(solution, draw.choice(slips))


if __name__ == "__main__":
    main()

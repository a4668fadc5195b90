"""Whether verdicts stay the same from run to run, whatever is drawn and whatever else is running.

    python benchmarks/steadiness.py [RUNS] [KATA …]

Tests the solution of every kata (or of those named) RUNS times (200), each time with another seed,
and the attempts that loop a tenth as often: half of the runs on the machine as it is, half with
every core kept busy. No solution may fail, no loop may pass.
"""

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Iterator

from told import katas_told

from kata import catalog, target
from kata.catalog import Kata
from kata.runner import Runner
from kata.verdict import FAILED, SOLVED

LOOPING = "at_a_time"


def main() -> None:
    katas = catalog.load()
    chosen, [runs] = katas_told(katas, str(__doc__), runs=200)
    wrong = 0
    with Runner(katas) as runner:
        for state, load in (("idle", contextlib.nullcontext()), ("busy", every_core_busy())):
            with load:
                for kata in chosen:
                    lines = unsteady(runner, kata, range(runs // 2))
                    wrong += len(lines)
                    print(f"{state}  {kata.id:<30} {len(lines)} wrong verdicts", *lines, sep="\n  ")
                    sys.stdout.flush()
    sys.exit(1 if wrong else 0)


def unsteady(runner: Runner, kata: Kata, seeds: range) -> list[str]:
    lines = []
    for seed in seeds:
        verdict = runner.run(kata, tree="solutions", seed=seed)
        if verdict.status != SOLVED:
            failed = [f"{failure.name}: {failure.text}" for failure in verdict.failures]
            lines.append(
                f"seed {seed}: the solution is {verdict.status} {verdict.problem} {failed}"
            )
    for attempt in target.attempts_of(kata):
        for seed in seeds[::10] if LOOPING in attempt.name and not attempt.is_right else []:
            change = ("attempt", attempt.name)
            verdict = runner.run(kata, tree="solutions", seed=seed, change=change)
            failed = {failure.name for failure in verdict.failures} & set(verdict.speed)
            if verdict.status != FAILED or not failed:
                lines.append(f"seed {seed}: {attempt.name} is {verdict.status} {verdict.problem}")
    return lines


@contextlib.contextmanager
def every_core_busy() -> Iterator[None]:
    burners = [
        multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count() or 1)
    ]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()


def burn() -> None:
    while True:
        sum(range(10**6))


if __name__ == "__main__":
    main()

"""Whether verdicts stay the same from run to run, whatever is drawn and whatever else is running.

    python benchmarks/steadiness.py [RUNS] [KATA …]

Tests the solution of every kata (or of those named) RUNS times (200), each time with another seed,
its right attempts a quarter and the attempts that loop a tenth as often: half of the runs on the
machine as it is, half with every core kept busy. No right answer may fail, no loop may pass.
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
    lines = [line for seed in seeds for line in failures(runner, kata, seed, ())]
    for attempt in target.attempts_of(kata):
        change = ("attempt", attempt.name)
        if attempt.is_right:
            lines += [line for seed in seeds[::4] for line in failures(runner, kata, seed, change)]
            continue
        for seed in seeds[::10] if LOOPING in attempt.name else []:
            verdict = runner.run(kata, tree="solutions", seed=seed, change=change)
            failed = {failure.name for failure in verdict.failures} & set(verdict.speed)
            if verdict.status != FAILED or not failed:
                lines.append(f"seed {seed}: {attempt.name} is {verdict.status} {verdict.problem}")
    return lines


def failures(runner: Runner, kata: Kata, seed: int, change: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with a verdict on the solution, or on a right attempt in its place."""
    verdict = runner.run(kata, tree="solutions", seed=seed, change=change)
    if verdict.status != SOLVED:
        failed = [f"{failure.name}: {failure.text}" for failure in verdict.failures]
        name = change[-1] if change else "the solution"
        yield f"seed {seed}: {name} is {verdict.status} {verdict.problem} {failed}"


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

"""The tables of `kata verify` and `kata bench`."""

import math
import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from kata.author.bench import Timing
from kata.author.verify import CHECKS, Proof

# Room for the longest topic/kata, and for the longest name of a kernel's kata.
_WIDTH, _NAME_WIDTH = 38, 24


@contextmanager
def proofs(console: Console) -> Iterator[Callable[[Proof], None]]:
    """Print a heading, then a line for each proof as it is done."""
    columns = "".join(f"{check:>9}" for check in CHECKS)
    console.print(Text(" " * _WIDTH + columns, style="bold"), soft_wrap=True)

    def show(proof: Proof) -> None:
        line = Text(f"{proof.kata.id:<{_WIDTH}}", style="" if proof.holds else "red")
        for check in CHECKS:
            line.append(_cell(proof, check), style="red" if proof.problems.get(check) else "green")
        console.print(line, soft_wrap=True)

    yield show


def _cell(proof: Proof, check: str) -> str:
    if check not in proof.problems:
        return f"{'-':>9}"
    if proof.problems[check]:
        return f"{'failed':>9}"
    cases = proof.cases[check]
    return f"{cases if cases > 1 else 'ok':>9}"


def timings(console: Console, measured: Iterable[Timing]) -> None:
    """Print each kernel's milliseconds and its ratios to torch as they come."""
    columns = ("loops", "yours", "reference", "torch")
    header = "ms (times torch's)".ljust(_NAME_WIDTH) + "".join(f"{name:>14}" for name in columns)
    console.print(Text(header, style="bold"), soft_wrap=True)
    ratios = []
    for timing in measured:
        cells = (
            (timing.loops, "–"),
            (timing.learner, "to do"),
            (timing.reference, ""),
            (timing.torch, ""),
        )
        times = (_time(ms, timing.torch, or_else) for ms, or_else in cells)
        name = timing.kernel.kata.partition("/")[2]
        line = f"{name:<{_NAME_WIDTH}}" + "".join(times)
        console.print(Text(line), soft_wrap=True)
        ratios.append(timing.reference / timing.torch)
    mean = statistics.geometric_mean(ratios)
    text = f"The references take {mean:.2f} times torch's time (geometric mean), on one thread."
    why = "NumPy goes through memory once for each operation, torch once in all."
    console.print(Text(f"{text}\n{why}"))


def _time(milliseconds: float, of_torch: float, or_else: str) -> str:
    if math.isnan(milliseconds):
        return f"{or_else:>14}"
    ratio = milliseconds / of_torch
    times = f"({ratio:.1f})" if ratio < 99.95 else f"({ratio:.0f})"
    return f"{milliseconds:>6.4g} {times:>7}"

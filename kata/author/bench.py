"""How fast a kata's kernel is: with loops, the learner's, the reference's and torch's.

For reading only; nothing here grades. The kernels are listed in `benchmarks/kernels.py`.
"""

import math
import runpy
import timeit
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kata import target
from kata.catalog import Catalog, Kata, KataError

_SECONDS_EACH = 0.3
_ROUNDS = 50

Arguments = tuple[Any, ...]


@dataclass(frozen=True)
class Kernel:
    """What to time of a kata: a function, its arguments, the same in torch, and a looping attempt.

    `torch` takes the arguments with arrays turned to tensors. `loops` is None where no attempt does
    nothing but loop.
    """

    kata: str
    function: str
    make_arguments: Callable[[np.random.Generator], Arguments]
    torch: Callable[..., Any]
    loops: str | None = None


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one call at its best; nan where there is nothing to time."""

    kernel: Kernel
    loops: float
    learner: float
    reference: float
    torch: float


def kernels_of(katas: Catalog) -> list[Kernel]:
    file = katas.root / "benchmarks" / "kernels.py"
    if not file.is_file():
        raise KataError(f"{file} is missing: it lists what to time.")
    return list(runpy.run_path(str(file))["KERNELS"])


def measure(katas: Catalog, kernels: list[Kernel]) -> Iterator[Timing]:
    """Time each kernel on one thread."""
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    target.install(katas)
    with threadpool_limits(limits=1):
        for kernel in kernels:
            yield _measured(katas.find(kernel.kata), kernel)


def _measured(kata: Kata, kernel: Kernel) -> Timing:
    import torch

    arguments = kernel.make_arguments(np.random.default_rng(0))
    tensors = [torch.from_numpy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    reference = getattr(target.solution_module(kata), kernel.function)
    loops = looping_attempt(kata, kernel)
    learner = _learners(kata, kernel, arguments)
    calls = {"reference": lambda: reference(*arguments), "torch": lambda: kernel.torch(*tensors)}
    if loops:
        calls["loops"] = lambda: loops(*arguments)
    if learner:
        calls["learner"] = lambda: learner(*arguments)
    best = {"loops": math.nan, "learner": math.nan} | _best_milliseconds(calls)
    return Timing(kernel, **best)


def looping_attempt(kata: Kata, kernel: Kernel) -> Callable[..., Any] | None:
    """The attempt that loops; raises KataError where the kata has none of that name."""
    if kernel.loops is None:
        return None
    attempts = {attempt.name: attempt for attempt in target.attempts_of(kata)}
    if kernel.loops not in attempts:
        raise KataError(f"benchmarks/kernels.py: {kata.id} has no attempt {kernel.loops!r}.")
    function: Callable[..., Any] = attempts[kernel.loops].answers[kernel.function]
    return function


def _learners(kata: Kata, kernel: Kernel, arguments: Arguments) -> Callable[..., Any] | None:
    """The learner's function, if it can be called at all."""
    try:
        function: Callable[..., Any] = getattr(target.answer_module(kata), kernel.function)
        function(*arguments)
    except Exception:  # Not written yet, or not right yet: that is what tests are for.
        return None
    return function


def _best_milliseconds(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The best of many rounds, each call in turn, so that noise meets all alike."""
    spent, best = dict.fromkeys(calls, 0.0), dict.fromkeys(calls, math.inf)
    timers = {name: timeit.Timer(call) for name, call in calls.items()}
    for _ in range(_ROUNDS):
        for name, timer in timers.items():
            if spent[name] < _SECONDS_EACH:
                seconds = timer.timeit(number=1)  # No garbage is collected meanwhile.
                spent[name] += seconds
                best[name] = min(best[name], seconds)
    return {name: 1000 * seconds for name, seconds in best.items()}

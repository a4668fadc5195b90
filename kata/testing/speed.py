"""Speed without a stopwatch: interpreter steps, memory, and a time beside the reference's.

Each gauge notes what it measured, so that two mistakes which cost differently are told apart.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kata.gauges import SLOWDOWN_LIMIT, Arguments, peak_bytes, python_work, slowdown
from kata.testing.notes import recorder

# NumPy's own Python code takes a few steps more or less; one step an entry takes 96.
_FEW, _MANY, _STEPS_TO_SPARE = 4, 100, 16
# Where all sizes grow at once, an array has about as many entries, however many axes it has.
_MANY_ENTRIES = 10_000
# Steps are counted this far beyond the small call's: to count a loop to its end takes long.
_MOST_STEPS = 1000
# For the heads of arrays, shapes and the like.
_BYTES_TO_SPARE = 1024


def assert_no_loop_over(
    axis: str, function: Callable[..., Any], small: Arguments, large: Arguments
) -> None:
    """Fail if `function(*large)` takes more interpreter steps than `function(*small)`.

    The two differ only in the size of `axis`, by at least 32. Steps are counted, not timed, so
    the verdict is the same on any machine.
    """
    __tracebackhide__ = True
    few = python_work(function, *small)
    many, then = steps_beyond(few, function, large)
    _check_growth(axis, few, then, grows=many - few > _STEPS_TO_SPARE)


def _check_growth(axis: str, few: int, then: str, *, grows: bool) -> None:
    __tracebackhide__ = True
    problem = (
        f"Python's work grows with {axis}: {few} interpreter steps, then {then}. "
        f"Let NumPy do the loop over {axis}."
    )
    recorder.check(
        ("loops over", axis, grows), ("loops over", axis, False), problem if grows else None
    )


def steps_beyond(few: int, function: Callable[..., Any], args: Arguments) -> tuple[int, str]:
    """The interpreter steps of a call beside another's `few`, and the same in words."""
    most = few + _MOST_STEPS
    many = python_work(function, *args, most=most)
    return many, f"over {most}" if many > most else str(many)


def assert_vectorized(function: Callable[..., Any], draw: Callable[..., Arguments]) -> None:
    """Fail if Python's work grows with any size that `draw` takes, or with all of them at once.

    The latter shows a loop over the smaller of two, such as over the classes that occur in a batch.
    `draw` gives the arguments of a call for some sizes; its parameters name them:
    `lambda batch, inputs: (rng.normal(size=(batch, inputs)),)`.
    """
    __tracebackhide__ = True
    sizes = dict.fromkeys(inspect.signature(draw).parameters, _FEW)
    few = python_work(function, *draw(**sizes))
    larger = {name.replace("_", " "): {name: _MANY} for name in sizes}
    if len(sizes) > 1:
        many_of_each = round(_MANY_ENTRIES ** (1 / len(sizes)))
        larger["the smaller of two sizes"] = dict.fromkeys(sizes, many_of_each)
    for axis, grown in larger.items():
        many, then = steps_beyond(few, function, draw(**sizes | grown))
        grows = many - few > _STEPS_TO_SPARE
        if grows and many - few <= _MOST_STEPS:
            # NumPy itself may loop over a few numbers, as `np.isin` does, but not over many.
            doubled = {name: 2 * size for name, size in grown.items()}
            more, _ = steps_beyond(many, function, draw(**sizes | doubled))
            grows = more - many > _STEPS_TO_SPARE
        _check_growth(axis, few, then, grows=grows)


def of_four_axes(rng: np.random.Generator, arrays: int = 1) -> Callable[..., Arguments]:
    """Draw this many arrays of one shape, for `assert_vectorized(softmax, of_four_axes(rng))`."""

    def draw(batch: int, maps: int, rows: int, columns: int) -> Arguments:
        return tuple(rng.normal(size=(arrays, batch, maps, rows, columns)))

    return draw


def assert_memory_at_most(limit: int, function: Callable[..., Any], *args: Any) -> None:
    """Fail if one call of `function(*args)` holds more than `limit` bytes at its peak."""
    __tracebackhide__ = True
    used = peak_bytes(function, *args)
    problem = f"takes {used:,} bytes of memory at its peak; at most {limit:,} are allowed"
    problem += _largest(args)
    # A few copies more or less are the same mistake; a table of n × n numbers is another.
    recorder.check(
        ("memory", float(used)),
        ("memory", float(limit)),
        problem if used > limit + _BYTES_TO_SPARE else None,
        tolerance=0.6,
    )


def _largest(args: Sequence[Any]) -> str:
    """How large the largest array among these is, and its copy in float64, which many make."""
    arrays = [arg for arg in args if isinstance(arg, np.ndarray)]
    if not arrays:
        return ""
    largest = max(arrays, key=lambda array: array.nbytes)
    text = f". The largest argument has {largest.nbytes:,}"
    if largest.dtype.kind == "f" and largest.dtype.itemsize < 8:
        text += f", a copy of it in float64 {8 * largest.size:,}"
    return text


def assert_keeps_pace(
    function: Callable[..., Any], reference: Callable[..., Any], make_args: Callable[[], Arguments]
) -> None:
    """Fail if `function` takes more than three times as long as `reference`.

    `make_args` draws new arguments for each call, large enough that the reference takes 0.1 to
    1 ms.
    """
    __tracebackhide__ = True
    if recorder.diagnosing:
        return
    times = slowdown(function, reference, make_args)
    if times > SLOWDOWN_LIMIT:
        allowed = f"{SLOWDOWN_LIMIT:.0f} times are allowed"
        raise AssertionError(f"takes {times:.1f} times as long as the reference; {allowed}")

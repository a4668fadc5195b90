"""What a wrong array as a whole has to do with the expected one: facts, whatever the mistake is."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Whether two arrays of one shape are the same, as strictly as the test and all tests ask.
IsClose = Callable[[Array, Array], bool]

# With fewer values that differ by a per cent or more, a relation may be chance. A factor or a
# shift has to be more than rounding.
_VALUES_NEEDED = 3
_MORE_THAN_ROUNDING = 1e-3
_LARGEST_DIVISOR = 10_000
# What is worked out by hand has fewer, and there a whole factor may be chance.
_MANY_DIGITS = 12


def relation(actual: Array, expected: Array, is_close: IsClose) -> str:
    """How two arrays of one dtype are related, in a sentence; "" where they are not."""
    # float16 is so coarse that what is nearly so would pass for it.
    if expected.dtype.kind not in "bif" or expected.dtype.itemsize == 2:
        return ""
    with np.errstate(all="ignore"):
        sizes = np.abs(expected[np.isfinite(expected) & (expected != 0)])
        if expected.dtype.kind != "b" and np.unique(np.log(sizes).round(2)).size < _VALUES_NEEDED:
            return ""
        return next(_relations(actual, expected, is_close), "")


def multiple(actual: float, expected: float) -> str:
    """That a number is a whole multiple or part of another with many digits; "" where it is not."""
    factor = actual / expected if len(repr(expected)) >= _MANY_DIGITS else 0.0
    if not 1 / _LARGEST_DIVISOR < abs(factor) < _LARGEST_DIVISOR:
        return ""
    large = factor if abs(factor) > 1 else 1 / factor
    is_whole = abs(large - round(large)) < 1e-9 * abs(large)
    return f", {_times(factor)} what is expected" if is_whole and abs(large) > 1.5 else ""


def common_place(differs: NDArray[np.bool_]) -> str:
    """The index of an axis at which all entries are that differ, if they are several; else ""."""
    places = np.argwhere(differs)
    for axis, size in enumerate(differs.shape):
        indices = np.unique(places[:, axis])
        if len(places) > 1 and len(indices) == 1 and size > 2:
            return f", all at index {indices[0]} of axis {axis}"
    return ""


def _relations(actual: Array, expected: Array, is_close: IsClose) -> Iterator[str]:
    if expected.dtype.kind == "b":
        both = expected.any() and not expected.all()
        if both and np.array_equal(actual, ~expected):
            yield "Every entry is the opposite of what is expected."
        return
    if actual.size == expected.size and is_close(
        np.sort(actual, axis=None), np.sort(expected, axis=None)
    ):
        yield from _orders(actual, expected, is_close)
    if actual.shape == expected.shape:
        if (actual == actual.flat[0]).all():
            yield f"Every entry is {actual.flat[0] + 0:.6g}."  # No -0.
        yield from (text for text, other in _scaled(actual, expected) if is_close(actual, other))


def _orders(actual: Array, expected: Array, is_close: IsClose) -> Iterator[str]:
    """What would put entries in their places that are the right ones."""
    for order in itertools.permutations(range(actual.ndim) if actual.ndim < 5 else ()):
        moved = actual.transpose(order)
        if moved.shape == expected.shape and is_close(moved, expected):
            is_turned = order == tuple(reversed(range(actual.ndim)))
            how = "Transposed" if is_turned else f"After .transpose{order}"
            yield f"{how} it would be right."
    for axis in range(actual.ndim if actual.shape == expected.shape else 0):
        if is_close(np.flip(actual, axis), expected):
            yield f"Reversed along axis {axis} it would be right."
    if is_close(actual.reshape(expected.shape), expected):
        yield "Reshaped it would be right."
    yield "The entries are the right ones, in another order."


def _scaled(actual: Array, expected: Array) -> Iterator[tuple[str, Array]]:
    yield "Every entry has the wrong sign.", -expected
    largest = np.argmax(np.where(np.isfinite(expected), np.abs(expected), -1.0))
    of_actual, of_expected = float(actual.flat[largest]), float(expected.flat[largest])
    if not np.isfinite(of_actual):
        return
    factor, shift = of_actual / of_expected, of_actual - of_expected
    if abs(factor - 1) > _MORE_THAN_ROUNDING:
        yield f"Every entry is {_times(factor)} what is expected.", factor * expected
    if abs(shift) > _MORE_THAN_ROUNDING * abs(of_expected):
        side = "above" if shift > 0 else "below"
        yield f"Every entry is {abs(shift):.6g} {side} what is expected.", expected + shift


def _times(factor: float) -> str:
    # The number of parts of a tiny factor would be infinite.
    parts = round(1 / factor) if abs(factor) > 1 / _LARGEST_DIVISOR else 0
    if abs(parts) > 1 and abs(parts * factor - 1) < 1e-6:
        return f"{'-' * (parts < 0)}1/{abs(parts)} of"
    return f"{factor:.6g} times"

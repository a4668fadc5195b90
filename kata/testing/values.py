"""Strict comparison, in sentences: what differs, what was written into, what did not raise."""

import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kata.testing.notes import SideEffectError, recorder
from kata.testing.relations import IsClose, common_place, multiple, relation

Array = NDArray[Any]

# Relative tolerance by dtype, with room for another order of summation; and the part of it that
# entries near zero are allowed of the largest expected entry. Where terms cancel, they are off by a
# few roundings of that one.
_TOLERANCE = {
    "float64": (1e-9, 1e-2),
    "float32": (1e-5, 0.1),
    "float16": (1e-2, 0.4),
    "bfloat16": (8e-2, 0.4),
}
# What a check expects that expects no value.
VALUE_ERROR = "a ValueError"
# In characters.
_MOST_SHOWN, _MOST_SHOWN_OF_KEYS = 60, 600


def assert_close(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None
) -> None:
    """Fail unless `actual` has the type, shape, dtype and values of `expected`.

    Takes arrays, tensors, numbers, strings, None, and lists, tuples and dicts of these.
    `rtol` defaults by dtype (float64: 1e-9), `atol` to a part of it (float64: a hundredth) times
    the largest expected entry. A float is a Python float or np.float64. NaN is right only where
    expected.
    """
    __tracebackhide__ = True
    recorder.check(actual, expected, difference(actual, expected, rtol=rtol, atol=atol))


def assert_value_error(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Fail unless `function(*args, **kwargs)` raises a ValueError; note what it returns instead."""
    __tracebackhide__ = True
    try:
        returned = function(*args, **kwargs)
    except ValueError:
        recorder.check(VALUE_ERROR, VALUE_ERROR, None)
        return
    problem = f"no ValueError was raised; got {describe(returned)}"
    recorder.check(("returned", returned), VALUE_ERROR, problem)


@contextmanager
def unchanged(*arrays: Any) -> Iterator[None]:
    """Fail if the block writes into one of these arrays (or lists, or dicts)."""
    __tracebackhide__ = True
    before = copy.deepcopy(arrays)
    yield
    check_unchanged(dict(enumerate(arrays)), dict(enumerate(before)), lambda _: "an argument")


def check_same(
    actual: Any,
    expected: Any,
    why: str,
    what: str = "another result",
    error: type[AssertionError] = AssertionError,
) -> None:
    """Fail, as `error`, where a result is not the same as it is otherwise; `why` says where."""
    __tracebackhide__ = True
    problem = difference(actual, expected)
    recorder.check(actual, expected, f"{what} {why}: {problem}" if problem else None, error=error)


def in_fortran_order(array: Array) -> Array:
    """A copy whose first axis is the fastest in memory."""
    return array.copy(order="F")


def with_gaps(array: Array) -> Array:
    """A view of every other entry of a larger array."""
    return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array


def check_unchanged(
    after: dict[Any, Any], before: dict[Any, Any], name_of: Callable[[Any], str]
) -> None:
    """Fail, naming the first that differs, if any of these was written into."""
    __tracebackhide__ = True
    changed = [key for key in after if _is_changed(after[key], before[key])]
    problem = None
    if changed:
        problem = f"{name_of(changed[0])} was written into: return a new array instead."
    recorder.check(list(after.values()), list(before.values()), problem, error=SideEffectError)


def _is_changed(after: Any, before: Any) -> bool:
    return not agree(after, before, rtol=0.0, atol=0.0) or _written_into(after)


def _written_into(value: Any) -> bool:
    """Whether an answer in another process wrote into this, or into anything that it holds."""
    if any(value is written or _overlap(value, written) for written in recorder.written):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, list | tuple | dict) and any(map(_written_into, parts))


def _overlap(value: Any, written: Any) -> bool:
    """Whether these are arrays with memory in common, as where an answer was given a view."""
    both = isinstance(value, np.ndarray) and isinstance(written, np.ndarray)
    return both and np.shares_memory(value, written)


def difference(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None
) -> str | None:
    """What differs, in one or a few lines, or None when nothing does."""
    if actual is None and expected is not None:
        return f"got None, expected {describe(expected)}: is a `return` missing?"
    if isinstance(expected, list | tuple):
        return _sequence_difference(actual, expected, rtol, atol)
    if isinstance(expected, dict):
        return _dict_difference(actual, expected, rtol, atol)
    if isinstance(expected, np.ndarray):
        return _array_difference(actual, expected, rtol, atol)
    if _is_tensor(expected):
        return _tensor_difference(actual, expected, rtol, atol)
    if isinstance(expected, float | np.floating):
        return _float_difference(actual, expected, rtol, atol)
    if isinstance(actual, np.random.Generator) and isinstance(expected, np.random.Generator):
        problem = difference(actual.bit_generator.state, expected.bit_generator.state)
        return f"a generator in another state: {problem}" if problem else None
    return _plain_difference(actual, expected)


def agree(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None
) -> bool:
    """Whether nothing differs; what to say where something does takes longer to find."""
    before, recorder.diagnosing = recorder.diagnosing, True
    try:
        return difference(actual, expected, rtol=rtol, atol=atol) is None
    finally:
        recorder.diagnosing = before


def _sequence_difference(
    actual: Any, expected: Sequence[Any], rtol: float | None, atol: float | None
) -> str | None:
    if type(actual) is not type(expected):
        return f"got {describe(actual)}, expected {describe(expected)}"
    if len(actual) != len(expected):
        return f"got {len(actual)} items, expected {len(expected)}"
    for i, (one, other) in enumerate(zip(actual, expected, strict=True)):
        problem = difference(one, other, rtol=rtol, atol=atol)
        if problem:
            return f"item {i}: {problem}"
    return None


def _dict_difference(
    actual: Any, expected: dict[Any, Any], rtol: float | None, atol: float | None
) -> str | None:
    if type(actual) is not dict:
        return f"got {describe(actual)}, expected a dict"
    if set(actual) != set(expected):
        return f"got the keys {_keys(actual)}, expected {_keys(expected)}"
    for key, other in expected.items():
        problem = difference(actual[key], other, rtol=rtol, atol=atol)
        if problem:
            return f"{key!r}: {problem}"
    return None


def _keys(value: dict[Any, Any]) -> str:
    return _cut(str(sorted(_cut(str(key)) for key in value)), most=_MOST_SHOWN_OF_KEYS)


def _tensor_difference(
    actual: Any, expected: Any, rtol: float | None, atol: float | None
) -> str | None:
    if type(actual) is not type(expected):
        return f"got {describe(actual)}, expected {describe(expected)}"
    if actual.dtype != expected.dtype:
        return f"dtype {actual.dtype}, expected {expected.dtype}"
    arrays = as_array(actual), as_array(expected)
    return _array_difference(*arrays, rtol, atol, dtype=_dtype_name(expected))


def _float_difference(
    actual: Any, expected: Any, rtol: float | None, atol: float | None
) -> str | None:
    python_floats = (float, np.float64)
    right = python_floats if isinstance(expected, python_floats) else (type(expected),)
    if type(actual) not in right:
        return f"got {describe(actual)}, expected {describe(expected)}"
    close = _close(np.asarray(actual), np.asarray(expected), rtol, atol)
    if close.all():
        return None
    one, other = float(actual), float(expected)
    return f"{_got(one, other)}{multiple(one, other)}"


def _got(actual: Any, expected: Any) -> str:
    """Two numbers, with all digits where they differ only beyond the usual ones."""
    digits = 9 if f"{actual:.9g}" != f"{expected:.9g}" else 17
    return f"got {actual:.{digits}g}, expected {expected:.{digits}g}"


def _plain_difference(actual: Any, expected: Any) -> str | None:
    if isinstance(expected, bool | np.bool_):
        alike = isinstance(actual, bool | np.bool_)
    elif isinstance(expected, int | np.integer):
        alike = isinstance(actual, int | np.integer) and not isinstance(actual, bool)
    elif isinstance(expected, str):
        alike = type(actual) in (str, np.str_)
    else:
        alike = type(actual) is type(expected)
    if alike and actual == expected:
        return None
    return f"got {describe(actual)}, expected {describe(expected)}"


def _array_difference(
    actual: Any, expected: Array, rtol: float | None, atol: float | None, dtype: str = ""
) -> str | None:
    if type(actual) is not np.ndarray:
        advice = ": return an array" if isinstance(actual, list | tuple) else ""
        return f"got {describe(actual)}, expected {describe(expected)}{advice}"

    def is_close(one: Array, other: Array) -> bool:
        """As strict as the test is, and as strict as where nothing looser is asked for."""
        asked = _close(one, other, rtol, atol, dtype)
        return bool((asked & _close(one, other, None, None)).all())

    if actual.shape != expected.shape:
        return _another_shape(actual, expected, is_close)
    if actual.dtype != expected.dtype:
        return f"dtype {actual.dtype}, expected {expected.dtype}"
    if np.equal(actual, expected).all():  # So it is most often, and it is found ten times faster.
        return None
    close = _close(actual, expected, rtol, atol, dtype)
    if close.all():
        return None
    return "differs" if recorder.diagnosing else _what_differs(actual, expected, close, is_close)


def _another_shape(actual: Array, expected: Array, is_close: IsClose) -> str:
    shapes = f"shape {actual.shape}, expected {expected.shape}"
    if recorder.diagnosing or actual.dtype != expected.dtype:
        return shapes
    related = _lost_axis(actual, expected) or relation(actual, expected, is_close)
    return f"{shapes}: {related[:1].lower()}{related[1:]}" if related else shapes


def _lost_axis(actual: Array, expected: Array) -> str:
    """A word on keepdims, where only one axis of length 1 is missing."""
    lost = [axis for axis in range(expected.ndim) if expected.shape[axis] == 1]
    if any(np.delete(expected.shape, axis).tolist() == list(actual.shape) for axis in lost):
        return "an axis of length 1 is lost, which keepdims=True would keep"
    return ""


def _close(
    actual: Array, expected: Array, rtol: float | None, atol: float | None, dtype: str = ""
) -> NDArray[np.bool_]:
    """Which entries agree; `dtype` names the tensors' own, where NumPy has none like it."""
    if expected.dtype.kind not in "fc":
        return np.asarray(actual == expected)
    usual, part = _TOLERANCE.get(dtype or expected.dtype.name, _TOLERANCE["float64"])
    rtol = usual if rtol is None else rtol
    if atol is None:
        finite = np.abs(expected[np.isfinite(expected)])
        atol = rtol * part * float(finite.max(initial=0.0))
    return np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)


def _what_differs(
    actual: Array, expected: Array, close: NDArray[np.bool_], is_close: IsClose
) -> str:
    with np.errstate(all="ignore"):
        gap = np.abs(np.subtract(actual, expected, dtype=np.result_type(expected, np.float64)))
    gap = np.where(close, -1.0, np.where(np.isfinite(gap), gap, np.inf))
    index = np.unravel_index(int(np.argmax(gap)), expected.shape)
    where = f" at [{', '.join(map(str, index))}]" if expected.ndim else ""
    lines = [
        f"{int((~close).sum())} of {expected.size} entries differ{common_place(~close)}; "
        f"the worst{where}: {_got(actual[index], expected[index])}"
    ]
    related = relation(actual, expected, is_close)
    lines += [related] if related else []
    if 1 < expected.size <= 24:
        lines += [_shown("got     ", actual), _shown("expected", expected)]
    return "\n".join(lines)


def _shown(label: str, array: Array) -> str:
    text = np.array2string(array, precision=5, max_line_width=80, prefix=f"{label}  ")
    return f"{label}  {text}"


def describe(value: Any) -> str:
    """`value` in a few words: what it is, and its shape or its text when that is short."""
    if isinstance(value, np.ndarray):
        kind = "an array" if type(value) is np.ndarray else f"a {type(value).__name__}"
        return f"{kind} of shape {value.shape} and dtype {value.dtype}"
    if _is_tensor(value):
        return f"a tensor of shape {tuple(value.shape)} and dtype {value.dtype}"
    if value is None:
        return "None"
    if isinstance(value, list | tuple | dict):
        return f"a {type(value).__name__} of {len(value)}"
    text = _cut(repr(value[:_MOST_SHOWN] if isinstance(value, str | bytes) else value))
    return f"{type(value).__name__} {text}"


def _cut(text: str, most: int = _MOST_SHOWN) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")  # Not imported here: a kata without torch stays quick.
    return torch is not None and isinstance(value, torch.Tensor)


def as_array(tensor: Any) -> Array:
    """The values in an array; NumPy has no bfloat16, whose values float32 has too."""
    tensor = tensor.detach().cpu()
    array: Array = (tensor.float() if _dtype_name(tensor) == "bfloat16" else tensor).numpy()
    return array


def _dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")

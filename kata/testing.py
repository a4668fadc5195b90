"""What a kata's tests may use beside plain pytest, NumPy and torch.

`assert_close` compares strictly and says what differs. `numerical_gradient` and `torch_gradients`
are oracles for a backward pass. Three gauges grade speed without a stopwatch: `python_work` counts
interpreter steps, `peak_bytes` watches memory, and `slowdown`, the only one to read a clock,
compares with the reference solution within one run (see `kata.gauges`).

Every check notes what it saw, so that a failure can be compared with what known mistakes give.
"""

import copy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kata.gauges import SLOWDOWN_LIMIT, Arguments, peak_bytes, python_work, slowdown

Array = NDArray[Any]

# Relative tolerance by dtype, with room for another order of summation.
_TOLERANCE = {
    "float64": 1e-7,
    "complex128": 1e-7,
    "float32": 1e-5,
    "float16": 1e-2,
    "bfloat16": 8e-2,
}
# Entries near zero are judged beside the largest expected entry, this much more strictly.
_FLOOR = 1e-2


# --- What the checks saw ---------------------------------------------------------------------


@dataclass(frozen=True)
class Note:
    """One check: what it was given, what it expected, and what was wrong (or None)."""

    actual: Any
    expected: Any
    problem: str | None


@dataclass
class Recorder:
    """Collects the notes of one test. While `only_noting`, no check fails or reads a clock."""

    notes: list[Note] = field(default_factory=list)
    only_noting: bool = False
    # Arguments that an answer in another process wrote into; here they are still as they were.
    written: list[Any] = field(default_factory=list)

    def check(self, actual: Any, expected: Any, problem: str | None) -> None:
        __tracebackhide__ = True
        self.notes.append(Note(_snapshot(actual), _snapshot(expected), problem))
        if problem and not self.only_noting:
            raise AssertionError(problem)


recorder = Recorder()


@contextmanager
def recording(*, only_noting: bool = False) -> Iterator[list[Note]]:
    """Start a new list of notes and give it; what was being recorded goes on afterwards."""
    before = recorder.notes, recorder.only_noting, recorder.written
    recorder.notes, recorder.only_noting, recorder.written = [], only_noting, []
    try:
        yield recorder.notes
    finally:
        recorder.notes, recorder.only_noting, recorder.written = before


def only_noting() -> bool:
    """Whether this is a run for the diagnosis, in which a long test may leave out what is long."""
    return recorder.only_noting


def _snapshot(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # A learner's object may refuse to be copied; compared, it then differs.
        return value


# --- Values ----------------------------------------------------------------------------------


def assert_close(
    actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None
) -> None:
    """Fail unless `actual` has the type, shape, dtype and values of `expected`.

    Takes arrays, tensors, numbers, strings, None, and lists, tuples and dicts of these.
    `rtol` defaults by dtype (float64: 1e-7), `atol` to a hundredth of it times the largest
    expected entry. A float is a Python float or np.float64. NaN is right only where expected.
    """
    __tracebackhide__ = True
    recorder.check(actual, expected, difference(actual, expected, rtol=rtol, atol=atol))


@contextmanager
def unchanged(*arrays: Any) -> Iterator[None]:
    """Fail if the block writes into one of these arrays (or lists, or dicts)."""
    __tracebackhide__ = True
    before = copy.deepcopy(arrays)
    yield
    same = difference(arrays, before, rtol=0.0, atol=0.0) is None and not _written_into(arrays)
    problem = None if same else "an argument was written into: return a new array instead."
    recorder.check(list(arrays), list(before), problem)


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
    return _plain_difference(actual, expected)


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
        return f"got the keys {sorted(map(str, actual))}, expected {sorted(map(str, expected))}"
    for key, other in expected.items():
        problem = difference(actual[key], other, rtol=rtol, atol=atol)
        if problem:
            return f"{key!r}: {problem}"
    return None


def _tensor_difference(
    actual: Any, expected: Any, rtol: float | None, atol: float | None
) -> str | None:
    if type(actual) is not type(expected):
        return f"got {describe(actual)}, expected {describe(expected)}"
    if actual.dtype != expected.dtype:
        return f"dtype {actual.dtype}, expected {expected.dtype}"
    rtol = _TOLERANCE.get(_dtype_name(expected)) if rtol is None else rtol
    return _array_difference(_as_array(actual), _as_array(expected), rtol, atol)


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
    return f"got {float(actual):.9g}, expected {float(expected):.9g}"


def _plain_difference(actual: Any, expected: Any) -> str | None:
    if isinstance(expected, bool | np.bool_):
        alike = isinstance(actual, bool | np.bool_)
    elif isinstance(expected, int | np.integer):
        alike = isinstance(actual, int | np.integer) and not isinstance(actual, bool)
    else:
        alike = type(actual) is type(expected)
    if alike and actual == expected:
        return None
    return f"got {describe(actual)}, expected {describe(expected)}"


def _array_difference(
    actual: Any, expected: Array, rtol: float | None, atol: float | None
) -> str | None:
    if type(actual) is not np.ndarray:
        return f"got {describe(actual)}, expected {describe(expected)}"
    if actual.shape != expected.shape:
        return f"shape {actual.shape}, expected {expected.shape}"
    if actual.dtype != expected.dtype:
        return f"dtype {actual.dtype}, expected {expected.dtype}"
    close = _close(actual, expected, rtol, atol)
    if close.all():
        return None
    return _worst_entry(actual, expected, close)


def _close(
    actual: Array, expected: Array, rtol: float | None, atol: float | None
) -> NDArray[np.bool_]:
    if expected.dtype.kind not in "fc":
        return np.asarray(actual == expected)
    rtol = _TOLERANCE.get(expected.dtype.name, 1e-7) if rtol is None else rtol
    if atol is None:
        finite = np.abs(expected[np.isfinite(expected)])
        atol = rtol * _FLOOR * float(finite.max(initial=0.0))
    return np.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)


def _worst_entry(actual: Array, expected: Array, close: NDArray[np.bool_]) -> str:
    with np.errstate(all="ignore"):
        gap = np.abs(np.subtract(actual, expected, dtype=np.result_type(expected, np.float64)))
    gap = np.where(close, -1.0, np.where(np.isfinite(gap), gap, np.inf))
    index = np.unravel_index(int(np.argmax(gap)), expected.shape)
    where = f" at [{', '.join(map(str, index))}]" if expected.ndim else ""
    lines = [
        f"{int((~close).sum())} of {expected.size} entries differ; "
        f"the worst{where}: got {actual[index]:.9g}, expected {expected[index]:.9g}"
    ]
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
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")  # Not imported here: a kata without torch stays quick.
    return torch is not None and isinstance(value, torch.Tensor)


def _as_array(tensor: Any) -> Array:
    """The values in an array; NumPy has no bfloat16, whose values float32 has too."""
    tensor = tensor.detach().cpu()
    array: Array = (tensor.float() if _dtype_name(tensor) == "bfloat16" else tensor).numpy()
    return array


def _dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


# --- Gradients -------------------------------------------------------------------------------


def numerical_gradient(
    function: Callable[[Array], Array | float], x: Array, upstream: Array | float = 1.0
) -> Array:
    """The gradient of sum(function(x) · upstream) with respect to x, by central differences."""
    gradient = np.zeros_like(x, dtype=np.float64)
    for index in np.ndindex(x.shape):
        step = 1e-5 * max(1.0, abs(float(x[index])))
        ahead, behind = x.astype(np.float64), x.astype(np.float64)
        ahead[index] += step
        behind[index] -= step
        rise = np.sum((np.asarray(function(ahead)) - np.asarray(function(behind))) * upstream)
        gradient[index] = rise / (ahead[index] - behind[index])
    return gradient


def torch_gradients(
    function: Callable[..., Any], inputs: Sequence[Array], upstream: Array | float = 1.0
) -> tuple[Array, ...]:
    """Torch's gradients of sum(function(*inputs) · upstream) with respect to each input."""
    import torch

    tensors = [torch.tensor(array, requires_grad=True) for array in inputs]
    output = function(*tensors)
    output.backward(torch.as_tensor(upstream, dtype=output.dtype).expand_as(output))
    return tuple(_as_array(tensor.grad) for tensor in tensors)


# --- Speed -----------------------------------------------------------------------------------


def assert_no_loop_over(
    axis: str, function: Callable[..., Any], small: Arguments, large: Arguments
) -> None:
    """Fail if `function(*large)` takes more interpreter steps than `function(*small)`.

    The two differ only in the size of `axis`, by at least 32. Steps are counted, not timed, so
    the verdict is the same on any machine.
    """
    __tracebackhide__ = True
    few, many = python_work(function, *small), python_work(function, *large)
    # NumPy's own Python code takes a few steps more or less; one step per entry takes 32.
    grows = many - few > 16
    problem = (
        f"Python's work grows with {axis}: {few} interpreter steps, then {many}. "
        f"Let NumPy do the loop over {axis}."
    )
    recorder.check(
        ("loops over", axis, grows), ("loops over", axis, False), problem if grows else None
    )


def assert_memory_at_most(limit: int, function: Callable[..., Any], *args: Any) -> None:
    """Fail if one call of `function(*args)` holds more than `limit` bytes at its peak."""
    __tracebackhide__ = True
    used = peak_bytes(function, *args)
    problem = f"takes {used:,} bytes of memory at its peak; at most {limit:,} are allowed"
    over = used > limit
    recorder.check(("memory", over), ("memory", False), problem if over else None)


def assert_keeps_pace(
    function: Callable[..., Any],
    reference: Callable[..., Any],
    make_args: Callable[[], Arguments],
) -> None:
    """Fail if `function` takes more than three times as long as `reference`.

    `make_args` draws new arguments for each call, large enough that the reference takes 0.1 to
    1 ms.
    """
    __tracebackhide__ = True
    if recorder.only_noting:
        return
    times = slowdown(function, reference, make_args)
    if times > SLOWDOWN_LIMIT:
        allowed = f"{SLOWDOWN_LIMIT:.0f} times are allowed"
        raise AssertionError(f"takes {times:.1f} times as long as the reference; {allowed}")

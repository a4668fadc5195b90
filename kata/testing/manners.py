"""What every answer owes its caller, whatever it computes: declared once, tested in many ways.

    @manners()
    def test_manners(rng):
        x = rng.normal(size=(3, 4))
        return partial(softmax, x), partial(softmax, x, axis=0)

The calls are drawn twice, with different values of the same shapes. None of the tests knows what a
call should give: each compares an answer with itself.
"""

import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from kata.testing.notes import SideEffectError, recorder
from kata.testing.values import (
    Array,
    check_same,
    check_unchanged,
    describe,
    difference,
    in_fortran_order,
    with_gaps,
)

_DATA = (np.ndarray, np.generic, list, tuple, dict, int, float, str)

Calls = partial[Any] | Sequence[partial[Any]]
Declaration = Callable[[np.random.Generator], Calls]
Test = Callable[..., None]

# Two roundings of one result, to the dtype's own precision and after sums of a few dozen terms.
_ROUNDING: dict[Any, float] = {np.float16: 4e-2, np.float32: 1e-4}


@dataclass(frozen=True)
class Call:
    """A call of an answer; `arguments` are by position (an int) or by keyword."""

    function: Callable[..., Any]
    arguments: dict[int | str, Any]

    def result(self) -> Any:
        """What the call gives for these very objects."""
        positional = [value for key, value in self.arguments.items() if isinstance(key, int)]
        named = {key: value for key, value in self.arguments.items() if isinstance(key, str)}
        return self.function(*positional, **named)

    def copied(self) -> "Call":
        """The same call with arguments of its own."""
        return Call(self.function, copy.deepcopy(self.arguments))

    def changed(self, change: Callable[[Any], Any]) -> "Call":
        """The same call with `change` made to every array, list and generator in its arguments."""
        arguments = {key: _changed(value, change) for key, value in self.arguments.items()}
        return Call(self.function, arguments)

    def with_argument(self, key: int | str, value: Any) -> "Call":
        return Call(self.function, self.arguments | {key: value})

    def holds(self, is_one: Callable[[Any], bool]) -> bool:
        """Whether any part of the arguments is one."""
        return any(is_one(part) for value in self.arguments.values() for part in _parts(value))

    def name_of(self, key: int | str) -> str:
        """What the function calls an argument."""
        if isinstance(key, str):
            return f"`{key}`"
        parameters = _parameters(self.function)
        return f"`{parameters[key]}`" if key < len(parameters) else f"argument {key + 1}"


def manners(*, dtypes: Sequence[type] = (np.float16, np.float32)) -> Callable[[Declaration], Test]:
    """Turn a declaration of calls into a test of each manner that applies to them.

    `dtypes` are those that results keep, beside float64; none where a docstring promises none.
    """

    def declare(declaration: Declaration) -> Test:
        sample = _drawn(declaration, np.random.default_rng(0))
        names = [name for name, (applies, _) in _MANNERS.items() if any(map(applies, sample))]
        names += [np.dtype(dtype).name for dtype in dtypes if any(map(_has_floats, sample))]
        names += ["every argument has an effect"] if _pairs(sample) else []

        @pytest.mark.parametrize("manner", names)
        def test(rng: np.random.Generator, manner: str) -> None:
            __tracebackhide__ = True
            first, second = _drawn(declaration, rng), _drawn(declaration, rng)
            if manner in _MANNERS:
                applies, check = _MANNERS[manner]
                chosen = [both for both in zip(first, second, strict=True) if applies(both[0])]
                check([one for one, _ in chosen], [other for _, other in chosen])
            elif manner == "every argument has an effect":
                _has_effects(first)
            else:
                _keeps_dtype(first, np.dtype(manner).type)

        return named_like(declaration, test)

    return declare


def named_like(declaration: Callable[..., Any], test: Test) -> Test:
    """`test` under the name of its declaration, as a test of the declaration's module.

    It is marked as one in which the answer itself says what is expected.
    """
    # Not functools.wraps: pytest would read the declaration's parameters.
    test.__name__, test.__doc__ = declaration.__name__, declaration.__doc__
    test.__qualname__, test.__module__ = declaration.__qualname__, declaration.__module__
    test.compares_with_itself = True  # type: ignore[attr-defined]
    return test


# --- The manners -----------------------------------------------------------------------------


def _leaves_arguments_unchanged(first: list[Call], second: list[Call]) -> None:
    __tracebackhide__ = True
    for call in [*first, *second]:
        before = call.copied()
        call.result()
        kept = [key for key, value in call.arguments.items() if all(map(_is_data, _parts(value)))]
        check_unchanged(
            {key: call.arguments[key] for key in kept},
            {key: before.arguments[key] for key in kept},
            call.name_of,
        )


def _takes_any_memory_order(first: list[Call], second: list[Call]) -> None:
    __tracebackhide__ = True
    for call in first:
        expected = call.copied().result()
        for order, arrange in _ORDERS.items():
            arranged = call.changed(_only(_is_array, arrange))
            check_same(arranged.result(), expected, f"where arrays are {order}")
        # One argument alone as well: then two orders meet.
        for key, value in call.copied().arguments.items():
            one = call.copied().with_argument(
                key, _changed(value, _only(_is_array, in_fortran_order))
            )
            why = f"where {call.name_of(key)} alone is in Fortran order"
            check_same(one.result(), expected, why)


def _is_of_its_arguments_alone(first: list[Call], second: list[Call]) -> None:
    """Neither a call before nor the identity of an argument has any part in a result."""
    __tracebackhide__ = True
    pairs = list(zip(first, second, strict=True))
    alike = [_begun_like(earlier, call) for earlier, call in pairs]
    # What is kept by array and number must not do, either.
    renewed = [_with_arrays_of(call, earlier) for earlier, call in pairs]
    expected, of_alike, of_renewed = (
        [call.copied().result() for call in calls] for calls in (second, alike, renewed)
    )
    for (earlier, call), right in zip(pairs, expected, strict=True):
        earlier.copied().result()
        _check_alone(call.copied().result(), right, "after a call with other arguments")
        _check_alone_where_one_argument_stays(earlier.copied(), call)
    _check_alone_after(first, second, expected, "after calls with other arguments")
    _check_alone_after(first, alike, of_alike, "after calls with arrays that begin alike")
    for earlier, call, right in zip(first, renewed, of_renewed, strict=True):
        _check_alone_in_the_same_arrays([earlier], [call], [right])
    _check_alone_in_the_same_arrays(first, second, expected)


def _check_alone_after(first: list[Call], calls: list[Call], expected: list[Any], why: str) -> None:
    __tracebackhide__ = True
    for earlier in first:
        earlier.copied().result()
    for call, right in zip(calls, expected, strict=True):
        _check_alone(call.copied().result(), right, why)


def _check_alone_in_the_same_arrays(
    first: list[Call], second: list[Call], expected: list[Any]
) -> None:
    __tracebackhide__ = True
    reused = _copied_together(first)
    for earlier in reused:
        earlier.result()
    for earlier, call in zip(reused, second, strict=True):
        _overwrite(earlier, call)
    # The last first: a backward must not find what its forward keeps of the new values.
    for earlier, right in reversed(list(zip(reused, expected, strict=True))):
        why = "where the arrays of the calls before were given new values"
        _check_alone(earlier.result(), right, why)


def _check_alone_where_one_argument_stays(earlier: Call, call: Call) -> None:
    __tracebackhide__ = True
    for key, value in earlier.arguments.items():
        if any(map(_is_array, _parts(value))) and len(call.arguments) > 1:
            mixed = call.with_argument(key, value)
            right = mixed.copied().result()
            call.copied().result()
            earlier.result()
            why = f"after a call with the same {call.name_of(key)} and other arguments"
            _check_alone(mixed.result(), right, why)


def _gives_results_of_its_own(first: list[Call], second: list[Call]) -> None:
    """What was given stays as it was, whatever becomes of the arguments and of later calls."""
    __tracebackhide__ = True
    for earlier, call in zip(first, second, strict=True):
        own = earlier.copied()
        result = own.result()
        kept = copy.deepcopy(result)
        call.copied().result()
        check_same(result, kept, "once the next call was made", "a result changed")
        _overwrite(own, call)
        own.changed(_only(_is_array, _spoil))
        check_same(result, kept, "as it shares memory with an argument", "a result changed")
        _check_parts_share_nothing(result, kept)
        check_same(earlier.copied().result(), kept, "once what was given before was written into")


def _check_parts_share_nothing(result: Any, kept: Any) -> None:
    """The caller may write into one array of a result; the others stay as they were."""
    __tracebackhide__ = True
    arrays, before = (list(filter(_is_array, _parts(one))) for one in (result, kept))
    for number, array in enumerate(arrays):
        _spoil(array)
        why = "as it shares memory with another result"
        check_same(arrays[number + 1 :], before[number + 1 :], why, "a result changed")


def _takes_any_sequence(first: list[Call], second: list[Call]) -> None:
    __tracebackhide__ = True
    for call in first:
        expected = call.copied().result()
        tuples = call.changed(_only(_is_list, tuple))
        check_same(tuples.result(), expected, "with a tuple in place of a list")


def _takes_any_integers(first: list[Call], second: list[Call]) -> None:
    __tracebackhide__ = True
    for call in first:
        expected = call.copied().result()
        for dtype in (np.int8, np.uint8, np.int32, np.uint64):
            cast = call.changed(_only(_is_integer, partial(_as_integers, dtype=dtype)))
            check_same(cast.result(), expected, f"where integers are {np.dtype(dtype).name}")


def _keeps_dtype(calls: list[Call], dtype: Any) -> None:
    __tracebackhide__ = True
    to_narrow = _only(_is_float, lambda array: array.astype(dtype))
    to_wide = _only(_is_float, lambda array: array.astype(np.float64))
    for call in calls:
        narrow = call.changed(to_narrow)
        right = _changed(narrow.changed(to_wide).result(), to_narrow)
        close = _ROUNDING.get(dtype)
        got = narrow.result()
        problem = difference(got, right, rtol=close, atol=close)
        recorder.check(got, right, f"in {np.dtype(dtype).name}: {problem}" if problem else None)


def _has_effects(calls: list[Call]) -> None:
    __tracebackhide__ = True
    for one, other, key in _pairs(calls):
        results = one.copied().result(), other.copied().result()
        # In the other order: what changes from call to call by itself is no sign of an effect.
        again = other.copied().result(), one.copied().result()
        check_same(again, results[::-1], "where the same calls are made again")
        differ = difference(*results, rtol=1e-12, atol=0.0) is not None
        values = [_shown(call.arguments.get(key, "its default")) for call in (one, other)]
        problem = f"{one.name_of(key)} has no effect: {' and '.join(values)} give the same result."
        recorder.check(list(results), "two results", None if differ else problem)


_check_alone = partial(check_same, error=SideEffectError)


# --- Arguments -------------------------------------------------------------------------------


def _drawn(declaration: Declaration, rng: np.random.Generator) -> list[Call]:
    declared = declaration(rng)
    declared = [declared] if isinstance(declared, partial) else declared
    calls = [
        Call(one.func, dict([*enumerate(one.args), *one.keywords.items()])) for one in declared
    ]
    # A generator that is shared would go on from wherever the call before has left it.
    return [call.changed(_only(_is_generator, copy.deepcopy)) for call in calls]


def _copied_together(calls: list[Call]) -> list[Call]:
    """The same calls with arguments of their own; what was one array for several still is."""
    arguments = copy.deepcopy([call.arguments for call in calls])
    return [Call(call.function, own) for call, own in zip(calls, arguments, strict=True)]


def _with_arrays_of(call: Call, other: Call) -> Call:
    """The call `other`, with the arguments of `call` where those hold arrays."""
    arguments = {
        key: call.arguments[key] if any(map(_is_array, _parts(value))) else value
        for key, value in other.arguments.items()
    }
    return Call(other.function, arguments)


def _begun_like(call: Call, other: Call) -> Call:
    """A call whose arrays are those of `call` in their first half and of `other` in the second."""
    arguments = {
        key: _begun_with(value, other.arguments.get(key)) for key, value in call.arguments.items()
    }
    return Call(call.function, arguments)


def _begun_with(value: Any, other: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) == len(other):
        items = map(_begun_with, value, other)
        return list(items) if isinstance(value, list) else tuple(items)
    if not _is_float(value) or np.shape(value) != np.shape(other):
        return copy.deepcopy(value)
    joined = np.array(value)
    joined.flat[joined.size // 2 :] = np.ravel(other)[joined.size // 2 :]
    return joined


def _pairs(calls: list[Call]) -> list[tuple[Call, Call, int | str]]:
    """Calls of one function that differ in one argument, which should matter then."""
    found = []
    for number, one in enumerate(calls):
        for other in calls[number + 1 :]:
            keys = one.arguments | other.arguments
            differing = [key for key in keys if not _same_argument(one, other, key)]
            if _code(one) == _code(other) and len(differing) == 1:
                found.append((one, other, differing[0]))
    return found


def _code(call: Call) -> Any:
    return getattr(call.function, "__code__", call.function)


def _same_argument(one: Call, other: Call, key: int | str) -> bool:
    if key not in one.arguments or key not in other.arguments:
        return False
    values = one.arguments[key], other.arguments[key]
    if all(_is_generator(value) for value in values):
        return bool(values[0].bit_generator.state == values[1].bit_generator.state)
    return difference(*values, rtol=0.0, atol=0.0) is None


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    # An answer in another process takes whatever it is given, and has no names to tell.
    return [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]


def _parts(value: Any) -> Iterator[Any]:
    """A value, and what it holds where it is a list, a tuple or a dict."""
    yield value
    if isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item)


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _changed(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_changed(item, change) for item in value]
        return change(items) if isinstance(value, list) else tuple(items)
    return change(value) if _is_array(value) or _is_generator(value) else value


def _overwrite(call: Call, other: Call) -> None:
    """Give the objects that are arguments of one call the values of another's."""
    for key, value in other.arguments.items():
        call.arguments[key] = _overwritten(call.arguments[key], value)


def _overwritten(value: Any, new: Any) -> Any:
    if isinstance(value, np.ndarray) and value.shape == np.shape(new):
        value[...] = new
        return value
    if isinstance(value, list | tuple) and len(value) == len(new):
        items = [_overwritten(item, other) for item, other in zip(value, new, strict=True)]
        if isinstance(value, tuple):
            return tuple(items)
        value[:] = items
        return value
    return copy.deepcopy(new)


def _spoil(array: Array) -> None:
    """Write other values into an array, if one may."""
    if array.flags.writeable:
        array[...] = ~array if array.dtype == bool else 1 - array


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_generator(value: Any) -> bool:
    return isinstance(value, np.random.Generator)


def _is_data(value: Any) -> bool:
    return value is None or isinstance(value, _DATA)


def _is_mutable(value: Any) -> bool:
    return isinstance(value, np.ndarray | list | dict)


def _is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _is_integer(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def _only(is_one: Callable[[Any], bool], change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`change`, made to what is one and to nothing else."""
    return lambda value: change(value) if is_one(value) else value


def _as_integers(array: Array, dtype: Any) -> Array:
    cast = array.astype(dtype)
    return cast if np.array_equal(cast, array) else array


def _has_floats(call: Call) -> bool:
    return call.holds(_is_float)


def _shown(value: Any) -> str:
    return describe(value) if isinstance(value, np.ndarray) else str(value)


def _reversed(array: Array) -> Array:
    return array[::-1].copy()[::-1] if array.ndim else array


def _read_only(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array


_ORDERS: dict[str, Callable[[Array], Array]] = {
    "in Fortran order": in_fortran_order,
    "views with gaps": with_gaps,
    "views with negative strides": _reversed,
    "read-only": _read_only,
}

Check = Callable[[list[Call], list[Call]], None]
_MANNERS: dict[str, tuple[Callable[[Call], bool], Check]] = {
    "arguments are left unchanged": (
        lambda call: call.holds(_is_mutable),
        _leaves_arguments_unchanged,
    ),
    "arrays may lie in memory in any way": (
        # What is drawn may follow the memory's order.
        lambda call: (
            call.holds(_is_array)
            and not call.holds(lambda part: isinstance(part, np.random.Generator))
        ),
        _takes_any_memory_order,
    ),
    "a result depends on its arguments alone": (lambda call: True, _is_of_its_arguments_alone),
    "a result is not changed afterwards": (lambda call: True, _gives_results_of_its_own),
    "any sequence will do": (
        lambda call: call.holds(_is_list),
        _takes_any_sequence,
    ),
    "any integers will do": (lambda call: call.holds(_is_integer), _takes_any_integers),
}

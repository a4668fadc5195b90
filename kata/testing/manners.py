"""What every answer owes its caller, whatever it computes: declared once, tested in many ways.

    @manners()
    def test_manners(rng):
        x = rng.normal(size=(3, 4))
        return partial(softmax, x), partial(softmax, x, axis=0)

The calls are drawn twice, with different values of the same shapes. None of the tests knows what a
call should give: each compares an answer with itself.
"""

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from kata.testing.calls import (
    Call,
    Declaration,
    as_integers,
    begun_like,
    changed_parts,
    copied_together,
    draw_calls,
    has_floats,
    is_array,
    is_data,
    is_float,
    is_integer,
    is_list,
    is_mutable,
    mutable_parts_of,
    only_where,
    overwrite,
    pairs_differing_in_one_argument,
    parts_of,
    read_only,
    shown_value,
    spoil,
    with_arrays_of,
    with_negative_strides,
)
from kata.testing.notes import SideEffectError, recorder
from kata.testing.values import (
    Array,
    agree,
    check_same,
    check_unchanged,
    difference,
    in_fortran_order,
    with_gaps,
)

Test = Callable[..., None]

# Two roundings of one result, to the dtype's own precision and after sums of a few dozen terms.
_ROUNDING: dict[Any, float] = {np.float16: 4e-2, np.float32: 1e-4}


def manners(*, dtypes: Sequence[type] = (np.float16, np.float32)) -> Callable[[Declaration], Test]:
    """Turn a declaration of calls into a test of each manner that applies to them.

    `dtypes` are those that results keep, beside float64; none where a docstring promises none.
    """

    def declare(declaration: Declaration) -> Test:
        sample = draw_calls(declaration, np.random.default_rng(0))
        names = [name for name, (applies, _) in _MANNERS.items() if any(map(applies, sample))]
        kept = {f"{np.dtype(dtype).name} is kept": dtype for dtype in dtypes}
        names += list(kept) if any(map(has_floats, sample)) else []
        names += ["every argument has an effect"] if pairs_differing_in_one_argument(sample) else []

        @pytest.mark.parametrize("manner", names)
        def test(rng: np.random.Generator, manner: str) -> None:
            __tracebackhide__ = True
            first, second = draw_calls(declaration, rng), draw_calls(declaration, rng)
            if manner in _MANNERS:
                applies, check = _MANNERS[manner]
                chosen = [both for both in zip(first, second, strict=True) if applies(both[0])]
                check([one for one, _ in chosen], [other for _, other in chosen])
            elif manner == "every argument has an effect":
                _has_effects(first)
            else:
                _keeps_dtype(first, kept[manner])

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
        kept = [key for key, value in call.arguments.items() if all(map(is_data, parts_of(value)))]
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
            arranged = call.changed(only_where(is_array, arrange))
            check_same(arranged.result(), expected, f"where arrays are {order}")
        # One argument alone as well: then two orders meet.
        for key, value in call.copied().arguments.items():
            one = call.copied().with_argument(
                key, changed_parts(value, only_where(is_array, in_fortran_order))
            )
            why = f"where {call.name_of(key)} alone is in Fortran order"
            check_same(one.result(), expected, why)


def _is_of_its_arguments_alone(first: list[Call], second: list[Call]) -> None:
    """Neither a call before nor the identity of an argument has any part in a result."""
    __tracebackhide__ = True
    pairs = list(zip(first, second, strict=True))
    alike = [begun_like(earlier, call) for earlier, call in pairs]
    # What is kept by array and number must not do, either.
    renewed = [with_arrays_of(call, earlier) for earlier, call in pairs]
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
    reused = copied_together(first)
    for earlier in reused:
        earlier.result()
    for earlier, call in zip(reused, second, strict=True):
        overwrite(earlier, call)
    # The last first: a backward must not find what its forward keeps of the new values.
    for earlier, right in reversed(list(zip(reused, expected, strict=True))):
        why = "where the arrays of the calls before were given new values"
        _check_alone(earlier.result(), right, why)


def _check_alone_where_one_argument_stays(earlier: Call, call: Call) -> None:
    __tracebackhide__ = True
    for key, value in earlier.arguments.items():
        if any(map(is_array, parts_of(value))) and len(call.arguments) > 1:
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
        _check_entries_share_nothing(result)
        kept = copy.deepcopy(result)
        call.copied().result()
        check_same(result, kept, "once the next call was made", "a result changed")
        overwrite(own, call)
        for part in mutable_parts_of([*own.arguments.values()]):
            spoil(part)
        check_same(result, kept, "as it shares memory with an argument", "a result changed")
        _check_parts_share_nothing(result, kept)
        check_same(earlier.copied().result(), kept, "once what was given before was written into")


def _check_entries_share_nothing(result: Any) -> None:
    """Each entry of a result has memory of its own, so that the caller may write into one alone."""
    __tracebackhide__ = True
    for part in filter(is_array, parts_of(result)):
        problem = (
            "entries of a result share memory, as in np.broadcast_to: changing one changes others"
        )
        shares = _shares_memory_within(part)
        recorder.check(shares, False, problem if shares else None, error=SideEffectError)


def _shares_memory_within(array: Array) -> bool:
    """Whether entries lie on one another: an axis stays in its place, or there is too little room.

    Not every array whose entries do is found, but none whose entries do not.
    """
    if array.size == 0:
        return False
    axes = zip(array.strides, array.shape, strict=True)
    stays = any(step == 0 and size > 1 for step, size in axes)
    low, high = np.lib.array_utils.byte_bounds(array)
    return stays or high - low < array.nbytes


def _check_parts_share_nothing(result: Any, kept: Any) -> None:
    """The caller may write into one part of a result; the others stay as they were."""
    __tracebackhide__ = True
    parts, before = mutable_parts_of(result), mutable_parts_of(kept)
    for number, part in enumerate(parts):
        spoil(part)
        why = "as it shares memory with another result"
        check_same(parts[number + 1 :], before[number + 1 :], why, "a result changed")


def _takes_any_sequence(first: list[Call], second: list[Call]) -> None:
    __tracebackhide__ = True
    for call in first:
        expected = call.copied().result()
        tuples = call.changed(only_where(is_list, tuple))
        check_same(tuples.result(), expected, "with a tuple in place of a list")
        # One argument alone as well: then a tuple meets a list.
        for key, value in call.copied().arguments.items():
            if any(map(is_list, parts_of(value))):
                one = call.copied().with_argument(
                    key, changed_parts(value, only_where(is_list, tuple))
                )
                why = f"with a tuple in place of {call.name_of(key)} alone"
                check_same(one.result(), expected, why)


def _takes_any_integers(first: list[Call], second: list[Call]) -> None:
    __tracebackhide__ = True
    for call in first:
        expected = call.copied().result()
        for dtype in (np.int8, np.uint8, np.int32, np.uint64):
            cast = call.changed(only_where(is_integer, partial(as_integers, dtype=dtype)))
            check_same(cast.result(), expected, f"where integers are {np.dtype(dtype).name}")


def _keeps_dtype(calls: list[Call], dtype: Any) -> None:
    __tracebackhide__ = True
    to_narrow = only_where(is_float, lambda array: array.astype(dtype))
    to_wide = only_where(is_float, lambda array: array.astype(np.float64))
    for call in calls:
        narrow = call.changed(to_narrow)
        right = changed_parts(narrow.changed(to_wide).result(), to_narrow)
        close = _ROUNDING.get(dtype)
        got = narrow.result()
        problem = difference(got, right, rtol=close, atol=close)
        recorder.check(got, right, f"in {np.dtype(dtype).name}: {problem}" if problem else None)


def _has_effects(calls: list[Call]) -> None:
    __tracebackhide__ = True
    for one, other, key in pairs_differing_in_one_argument(calls):
        results = one.copied().result(), other.copied().result()
        # In the other order: what changes from call to call by itself is no sign of an effect.
        again = other.copied().result(), one.copied().result()
        check_same(again, results[::-1], "where the same calls are made again")
        differ = not agree(*results, rtol=1e-12, atol=0.0)
        values = [shown_value(call.arguments.get(key, "its default")) for call in (one, other)]
        problem = f"{one.name_of(key)} has no effect: {' and '.join(values)} give the same result."
        recorder.check(list(results), "two results", None if differ else problem)


_check_alone = partial(check_same, error=SideEffectError)


_ORDERS: dict[str, Callable[[Array], Array]] = {
    "in Fortran order": in_fortran_order,
    "views with gaps": with_gaps,
    "views with negative strides": with_negative_strides,
    "read-only": read_only,
}

Check = Callable[[list[Call], list[Call]], None]
_MANNERS: dict[str, tuple[Callable[[Call], bool], Check]] = {
    "arguments are left unchanged": (
        lambda call: call.holds(is_mutable),
        _leaves_arguments_unchanged,
    ),
    "arrays may lie in memory in any way": (
        # What is drawn may follow the memory's order.
        lambda call: (
            call.holds(is_array)
            and not call.holds(lambda part: isinstance(part, np.random.Generator))
        ),
        _takes_any_memory_order,
    ),
    "a result depends on its arguments alone": (lambda call: True, _is_of_its_arguments_alone),
    "a result is not changed afterwards": (lambda call: True, _gives_results_of_its_own),
    "any sequence will do": (lambda call: call.holds(is_list), _takes_any_sequence),
    "any integers will do": (lambda call: call.holds(is_integer), _takes_any_integers),
}

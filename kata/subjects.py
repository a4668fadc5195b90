"""Which functions of a kata each of its tests is about."""

import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

_Names = frozenset[str]


def by_function(items: Iterable[pytest.Item], names: Sequence[str]) -> dict[str, list[str]]:
    """The tests of each of these functions: those that are about it alone, where there are any.

    A test is about the functions that its code names, and the code that it calls in its own file.
    """
    subjects = {item.name: _subjects(item, names) for item in items}
    found: dict[str, list[str]] = {}
    for name in names:
        alone = [test for test, about in subjects.items() if about == {name}]
        found[name] = alone or [test for test, about in subjects.items() if name in about]
    return found


def _subjects(item: pytest.Item, names: Collection[str]) -> _Names:
    if not isinstance(item, pytest.Function):
        return frozenset()
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    named = frozenset(one for one in parameters if isinstance(one, str) and one in names)
    if named:  # The test looks up the function by its name.
        return named
    seen: set[int] = set()
    tests = vars(item.module)
    found = {name for value in (item.obj, *parameters) for name in _named(value, tests, seen)}
    return frozenset(found.intersection(names))


def _named(value: Any, tests: Mapping[str, Any], seen: set[int]) -> Iterable[str]:
    """All names that a value's code uses, and the value's own."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, partial):
        for part in (value.func, *value.args, *value.keywords.values()):
            yield from _named(part, tests, seen)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _named(part, tests, seen)
    elif isinstance(value, type):
        yield value.__name__
    elif isinstance(value, types.FunctionType):
        yield value.__name__
        if value.__globals__ is not tests and value.__closure__ is None:
            return  # The answer itself, NumPy or the house: what they use says nothing.
        for code in _codes(value.__code__):
            for name in code.co_names:
                yield name
                yield from _named(tests.get(name), tests, seen)
        for cell in value.__closure__ or ():
            yield from _named(cell.cell_contents, tests, seen)


def _codes(code: types.CodeType) -> Iterable[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)

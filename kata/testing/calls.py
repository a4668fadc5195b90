"""Calls of an answer, and what the manners do to their arguments."""

import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kata.testing.values import Array, agree, describe

_DATA = (np.ndarray, np.generic, list, tuple, dict, int, float, str)

Calls = partial[Any] | Sequence[partial[Any]]
Declaration = Callable[[np.random.Generator], Calls]


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
        arguments = {key: changed_parts(value, change) for key, value in self.arguments.items()}
        return Call(self.function, arguments)

    def with_argument(self, key: int | str, value: Any) -> "Call":
        return Call(self.function, self.arguments | {key: value})

    def holds(self, is_one: Callable[[Any], bool]) -> bool:
        """Whether any part of the arguments is one."""
        return any(is_one(part) for value in self.arguments.values() for part in parts_of(value))

    def name_of(self, key: int | str) -> str:
        """What the function calls an argument."""
        if isinstance(key, str):
            return f"`{key}`"
        parameters = _parameters(self.function)
        return f"`{parameters[key]}`" if key < len(parameters) else f"argument {key + 1}"


def draw_calls(declaration: Declaration, rng: np.random.Generator) -> list[Call]:
    declared = declaration(rng)
    declared = [declared] if isinstance(declared, partial) else declared
    calls = [
        Call(one.func, dict([*enumerate(one.args), *one.keywords.items()])) for one in declared
    ]
    # A generator that is shared would go on from wherever the call before has left it.
    return [call.changed(only_where(_is_generator, copy.deepcopy)) for call in calls]


def copied_together(calls: list[Call]) -> list[Call]:
    """The same calls with arguments of their own; what was one array for several still is."""
    arguments = copy.deepcopy([call.arguments for call in calls])
    return [Call(call.function, own) for call, own in zip(calls, arguments, strict=True)]


def with_arrays_of(call: Call, other: Call) -> Call:
    """The call `other`, with the arguments of `call` where those hold arrays."""
    arguments = {
        key: call.arguments[key] if any(map(is_array, parts_of(value))) else value
        for key, value in other.arguments.items()
    }
    return Call(other.function, arguments)


def begun_like(call: Call, other: Call) -> Call:
    """A call whose arrays are those of `call` in their first half and of `other` in the second."""
    arguments = {
        key: _begun_with(value, other.arguments.get(key)) for key, value in call.arguments.items()
    }
    return Call(call.function, arguments)


def _begun_with(value: Any, other: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) == len(other):
        items = map(_begun_with, value, other)
        return list(items) if isinstance(value, list) else tuple(items)
    if not is_float(value) or np.shape(value) != np.shape(other):
        return copy.deepcopy(value)
    joined = np.array(value)
    joined.flat[joined.size // 2 :] = np.ravel(other)[joined.size // 2 :]
    return joined


def pairs_differing_in_one_argument(calls: list[Call]) -> list[tuple[Call, Call, int | str]]:
    """Calls of one function that differ in one argument, which should matter then."""
    found = []
    for number, one in enumerate(calls):
        for other in calls[number + 1 :]:
            keys = one.arguments | other.arguments
            differing = [key for key in keys if not _same_argument(one, other, key)]
            if one.function == other.function and len(differing) == 1:
                found.append((one, other, differing[0]))
    return found


def _same_argument(one: Call, other: Call, key: int | str) -> bool:
    if key not in one.arguments or key not in other.arguments:
        return False
    return agree(one.arguments[key], other.arguments[key], rtol=0.0, atol=0.0)


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    # An answer in another process takes whatever it is given, and has no names to tell.
    return [one.name for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]


def parts_of(value: Any) -> Iterator[Any]:
    """A value, and what it holds where it is a list, a tuple or a dict."""
    yield value
    if isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from parts_of(item)


def changed_parts(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: changed_parts(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [changed_parts(item, change) for item in value]
        return change(items) if isinstance(value, list) else tuple(items)
    return change(value) if is_array(value) or _is_generator(value) else value


def overwrite(call: Call, other: Call) -> None:
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


def spoil(value: Any) -> None:
    """Write something else into an array that may be written into, a list or a dict."""
    if isinstance(value, list | dict):
        value.clear()
    elif value.flags.writeable:
        value[...] = ~value if value.dtype == bool else 1 - value


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_generator(value: Any) -> bool:
    return isinstance(value, np.random.Generator)


def is_data(value: Any) -> bool:
    return value is None or isinstance(value, _DATA)


def is_mutable(value: Any) -> bool:
    return isinstance(value, np.ndarray | list | dict)


def mutable_parts_of(value: Any) -> list[Any]:
    """The arrays, lists and dicts of a value; what holds others stands before them."""
    return [part for part in parts_of(value) if is_mutable(part)]


def is_float(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def is_integer(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def only_where(is_one: Callable[[Any], bool], change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`change`, made to what is one and to nothing else."""
    return lambda value: change(value) if is_one(value) else value


def as_integers(array: Array, dtype: Any) -> Array:
    cast = array.astype(dtype)
    return cast if np.array_equal(cast, array) else array


def has_floats(call: Call) -> bool:
    return call.holds(is_float)


def shown_value(value: Any) -> str:
    return describe(value) if isinstance(value, np.ndarray) else str(value)


def with_negative_strides(array: Array) -> Array:
    return array[::-1].copy()[::-1] if array.ndim else array


def read_only(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array

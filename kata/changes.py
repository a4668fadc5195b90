"""What `kata verify` puts in the place of a solution's parts, named so that a process can be told.

("attempt", "without_the_maximum")    one of the kata's attempts
("decoy", "softmax", "zeros")         the solution's `softmax`, its results spoiled
("checked",)                          the solution, its annotations checked at run time
"""

import functools
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from kata import target
from kata.catalog import Kata
from kata.testing import difference

Distort = Callable[[Any, Any], Any]

# Whether a decoy has changed any result in this process. On a function that returns only text,
# say, it changes none, and then nothing can be asked of the tests.
decoy_was_felt = False


def find(kata: Kata, change: tuple[str, ...]) -> target.Change | None:
    """The change that these words name; None for no words."""
    match change:
        case ():
            return None
        case ("attempt", name):
            return functools.partial(_put_attempt, kata, name)
        case ("decoy", public_name, decoy):
            return functools.partial(_put_decoy, public_name, DECOYS[decoy])
        case ("checked",):
            return _check_annotations
        case _:
            raise ValueError(f"no such change: {change}")


def public_names(module: ModuleType) -> list[str]:
    """The functions and classes that a module itself defines for use from outside."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


def _put_attempt(kata: Kata, name: str, module: ModuleType) -> None:
    # Looked up only now: attempts may build on other exercises, and those are settled by now.
    attempts = {attempt.name: attempt for attempt in target.attempts_of(kata)}
    target.put_in(attempts[name])(module)


# --- Decoys: results that no test may let pass -----------------------------------------------


def _zeros(right: Any, first: Any) -> Any:
    return np.zeros_like(right)


def _ones(right: Any, first: Any) -> Any:
    return np.ones_like(right)


def _copy_of_the_input(right: Any, first: Any) -> Any:
    if not isinstance(first, np.ndarray) or not isinstance(right, np.ndarray):
        return right
    return first.copy()


def _random(right: Any, first: Any) -> Any:
    noise = np.random.default_rng(0).normal(size=np.shape(right))
    return noise.astype(np.asarray(right).dtype)


def _off_by_a_thousandth(right: Any, first: Any) -> Any:
    return right + 1e-3


def _float32(right: Any, first: Any) -> Any:
    return np.float32(right) if np.ndim(right) == 0 else np.asarray(right, dtype=np.float32)


def _an_axis_more(right: Any, first: Any) -> Any:
    return np.asarray(right)[None]


DECOYS: dict[str, Distort] = {
    "zeros": _zeros,
    "ones": _ones,
    "copy of the input": _copy_of_the_input,
    "random": _random,
    "off by 0.001": _off_by_a_thousandth,
    "float32": _float32,
    "an axis more": _an_axis_more,
}


def _put_decoy(public_name: str, distort: Distort, module: ModuleType) -> None:
    original = getattr(module, public_name)
    setattr(module, public_name, _spoiled(original, distort))


def _spoiled(original: Any, distort: Distort) -> Any:
    if inspect.isclass(original):
        methods = {
            name: _spoiled_function(method, distort, skip=1)
            for name, method in vars(original).items()
            if inspect.isfunction(method) and not name.startswith("_")
        }
        return type(original.__name__, (original,), methods)
    return _spoiled_function(original, distort, skip=0)


def _spoiled_function(function: Callable[..., Any], distort: Distort, skip: int) -> Any:
    @functools.wraps(function)
    def spoiled(*args: Any, **kwargs: Any) -> Any:
        first = args[skip] if len(args) > skip else None
        return _distorted(function(*args, **kwargs), distort, first)

    return spoiled


def _distorted(result: Any, distort: Distort, first: Any) -> Any:
    """Distort every number and array in a result; leave what else is in it."""
    if inspect.isgenerator(result):
        return _distorted_items(result, distort, first)
    if isinstance(result, list | tuple):
        return type(result)(_distorted(item, distort, first) for item in result)
    if isinstance(result, dict):
        return {key: _distorted(item, distort, first) for key, item in result.items()}
    if isinstance(result, np.ndarray | np.number | int | float) and not isinstance(result, bool):
        return _distorted_number(result, distort, first)
    return result


def _distorted_number(right: Any, distort: Distort, first: Any) -> Any:
    global decoy_was_felt
    spoiled = distort(right, first)
    if not isinstance(right, np.ndarray) and isinstance(spoiled, np.ndarray) and not spoiled.ndim:
        spoiled = spoiled.item()
    decoy_was_felt |= difference(spoiled, right, rtol=0.0, atol=0.0) is not None
    return spoiled


def _distorted_items(items: Iterator[Any], distort: Distort, first: Any) -> Iterator[Any]:
    for item in items:
        yield _distorted(item, distort, first)


# --- Annotations -----------------------------------------------------------------------------


def _check_annotations(module: ModuleType) -> None:
    for name in public_names(module):
        value = getattr(module, name)
        if inspect.isfunction(value):
            setattr(module, name, _checked(value))
        for attribute, method in list(vars(value).items()) if inspect.isclass(value) else []:
            if inspect.isfunction(method):
                setattr(value, attribute, _checked(method))


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, its annotations checked, save where a test gives it bad input on purpose."""
    from beartype import beartype
    from jaxtyping import TypeCheckError, jaxtyped

    entered = False

    @functools.wraps(function)
    def body(*args: Any, **kwargs: Any) -> Any:
        nonlocal entered
        entered = True
        return function(*args, **kwargs)

    typed = jaxtyped(typechecker=beartype)(body)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        nonlocal entered
        entered = False
        try:
            return typed(*args, **kwargs)
        except TypeCheckError:
            if not entered:
                function(*args, **kwargs)  # Bad input: should raise what the docstring promises.
            raise

    return checked

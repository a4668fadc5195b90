"""What a kata's module can be changed by before its tests run, named so that a process can be told.

("attempt", "without_the_maximum")    one of the kata's attempts in the solution's place
("checked",)                          annotations checked at run time
"""

import functools
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from kata import target
from kata.catalog import Kata


def find(kata: Kata, change: tuple[str, ...]) -> target.Change | None:
    """The change that these words name; None for no words."""
    match change:
        case ():
            return None
        case ("attempt", name):
            return functools.partial(_put_attempt, kata, name)
        case ("checked",):
            return _check_annotations
        case _:
            raise ValueError(f"no such change: {change}")


def _put_attempt(kata: Kata, name: str, module: ModuleType) -> None:
    # Looked up only now: attempts may build on other exercises, and those are settled by now.
    attempts = {attempt.name: attempt for attempt in target.attempts_of(kata)}
    target.put_in(attempts[name])(module)


def _check_annotations(module: ModuleType) -> None:
    for name in target.public_names(module):
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

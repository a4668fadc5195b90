"""What a failing test called, with what, and what the answer printed meanwhile.

The test is run once more, on the same random draws, with the answer's public functions and methods
watched. That is done after the verdict is known, which stands whatever happens here.
"""

import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from kata import target
from kata.catalog import Kata
from kata.diagnosis import Run, put_in_place
from kata.outcome import Outcome, observe
from kata.prints import Prints, caught
from kata.testing import describe

Function = Callable[..., Any]
# Puts something around a function: told its name, and how many arguments are not the caller's.
Watch = Callable[..., Function]

# The learner waits for it: so long for the failure that is shown first, and for those after it.
_SECONDS_FOR_FIRST, _SECONDS_FOR_MORE = 0.3, 0.05
_MOST_ENTRIES = 20
_LONGEST = 400


def sights(kata: Kata, failed: Iterable[Run]) -> Iterator[tuple[str, str, str]]:
    """For each failed test in turn its id, its last call and its prints, while there is time."""
    begun, room = time.monotonic(), _SECONDS_FOR_FIRST
    for run in failed:
        if time.monotonic() + run.seconds > begun + room:
            return
        call, prints = _seen(kata, run)
        yield run.name, call, prints
        room = _SECONDS_FOR_MORE


def _seen(kata: Kata, run: Run) -> tuple[str, str]:
    witness, prints = _Witness(), Prints()
    with caught(prints):
        outcome = run_watched(kata, run, witness.watched)
    # An answer may pass the second time: what was called then explains nothing.
    return ("", "") if outcome.passed else (witness.last_call, prints.take())


def run_watched(kata: Kata, run: Run, watch: Watch) -> Outcome:
    """Run a test again with `watch` around each public function and method of the answer."""
    module = target.answer_module(kata)
    functions = {name: getattr(module, name) for name in target.public_names(module)}
    watched = {
        name: watch(value, name) for name, value in functions.items() if inspect.isfunction(value)
    }
    classes = [one for one in functions.values() if inspect.isclass(one)]
    with put_in_place(watched, module, run.function), _methods_watched(classes, watch):
        return observe(run.function, run.make_arguments())[0]


class CallsFromOutside:
    """Hears of each call that comes from outside the answer, by `begin`, and may make it itself."""

    def __init__(self) -> None:
        self._depth = 0

    def begin(self, function: Function, call: str) -> Function:
        """Told what is about to be called, in words; gives what is called instead."""
        raise NotImplementedError

    def watched(self, function: Function, name: str, skip: int = 0) -> Function:
        """The function, with its calls told here as calls of `name` without `skip` arguments."""

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            called = function
            if not self._depth:
                called = self.begin(function, _shown_call(name, args[skip:], kwargs))
            self._depth += 1
            try:
                return called(*args, **kwargs)
            finally:
                self._depth -= 1

        return call


class _Witness(CallsFromOutside):
    """Remembers the last call."""

    last_call = ""

    def begin(self, function: Function, call: str) -> Function:
        self.last_call = call
        return function


@contextmanager
def _methods_watched(classes: Iterable[type], watch: Watch) -> Iterator[None]:
    replaced = [
        (one, name, value)
        for one in classes
        for name, value in vars(one).items()
        if inspect.isfunction(value) and (not name.startswith("_") or name in _CALLED_FROM_OUTSIDE)
    ]
    for one, name, method in replaced:
        setattr(one, name, watch(method, _method_name(one, name), 1))
    try:
        yield
    finally:
        for one, name, method in replaced:
            setattr(one, name, method)


_CALLED_FROM_OUTSIDE = ("__init__", "__call__")


def _method_name(owner: type, name: str) -> str:
    endings = {"__init__": "", "__call__": "(…)"}
    return owner.__name__ + endings.get(name, f"(…).{name}")


def _shown_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    arguments = [*map(_shown, args), *(f"{key}={_shown(one)}" for key, one in kwargs.items())]
    text = f"{name}({', '.join(arguments)})"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _shown(value: Any) -> str:
    """A value as one would write it where it is small, else in a few words."""
    if isinstance(value, np.ndarray) and 0 < value.size <= _MOST_ENTRIES:
        text = np.array2string(value, precision=4, separator=", ", max_line_width=10_000)
        dtype = "" if value.dtype in (np.float64, np.int64, bool) else f" {value.dtype}"
        return " ".join(text.split()) + dtype
    if isinstance(value, np.random.Generator):
        return "a generator"
    if isinstance(value, list | tuple) and len(value) <= _MOST_ENTRIES:
        items = ", ".join(map(_shown, value))
        return f"[{items}]" if isinstance(value, list) else f"({items}{',' * (len(value) == 1)})"
    if callable(value):
        return getattr(value, "__name__", "a function").replace("<lambda>", "a function")
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        text = str(value) if isinstance(value, np.generic) else repr(value)
        return text if len(text) <= 60 else text[:59] + "…"
    return describe(value)

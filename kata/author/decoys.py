"""Decoys: a solution's results, spoiled in ways that no test may let pass."""

import copy
import functools
import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from kata import target
from kata.attempts import Attempt
from kata.testing import agree

Distort = Callable[[Any, Any], Any]


def _copy_of_the_input(right: Any, first: Any) -> Any:
    if not isinstance(first, np.ndarray) or not isinstance(right, np.ndarray):
        return right
    return first.copy()


def _random(right: Any, first: Any) -> Any:
    noise = np.random.default_rng(0).normal(size=np.shape(right))
    return noise.astype(np.asarray(right).dtype)


KINDS: dict[str, Distort] = {
    "zeros": lambda right, first: np.zeros_like(right),
    "ones": lambda right, first: np.ones_like(right),
    "a copy of the input": _copy_of_the_input,
    "random numbers": _random,
    "an error of 0.001": lambda right, first: right + 1e-3,
    "float32": lambda right, first: np.asarray(right, np.float32)[()],
    "an axis more": lambda right, first: np.asarray(right)[None],
}


# Right results, but every array that was given is overwritten. The tests must fail it, and must not
# let what they expect depend on it.
WRITING = "writing into its arguments"


class Decoy:
    """The answer `right` of a public name with every number in its results distorted.

    `felt` says whether it changed any result, or any argument. A function that returns text, say,
    stays as it is, and then nothing can be asked of the tests.
    """

    def __init__(self, public_name: str, right: Callable[..., Any], kind: str) -> None:
        self.public_name = public_name
        self.kind = kind
        self.felt = False
        self._called = False
        self._distort = KINDS.get(kind)
        answer = self._class(right) if inspect.isclass(right) else self._function(right, 0)
        self.attempt = Attempt(
            f"{public_name}: {kind}", (public_name,), lambda: {public_name: answer}
        )

    def take_called(self) -> bool:
        """Whether any of its results was asked for since this was asked before."""
        called, self._called = self._called, False
        return called

    def _class(self, right: type) -> type:
        methods = {
            name: self._function(method, 1)
            for name, method in vars(right).items()
            if inspect.isfunction(method) and not name.startswith("_")
        }
        return type(right.__name__, (right,), methods)

    def _function(self, right: Callable[..., Any], skip: int) -> Callable[..., Any]:
        @functools.wraps(right)
        def spoiled(*args: Any, **kwargs: Any) -> Any:
            self._called = True
            if self._distort is None:
                return self._written_into(right(*args, **kwargs), [*args[skip:], *kwargs.values()])
            first = args[skip] if len(args) > skip else None
            return self._distorted(right(*args, **kwargs), first)

        return spoiled

    def _written_into(self, result: Any, arguments: list[Any]) -> Any:
        """The result, once each array in the arguments is overwritten."""
        result = iter(list(result)) if inspect.isgenerator(result) else copy.deepcopy(result)
        for argument in arguments:
            if isinstance(argument, np.ndarray) and argument.size and argument.flags.writeable:
                argument[...] = 1 if argument.dtype.kind == "b" else 3
                self.felt = True
            elif isinstance(argument, list | tuple):
                self._written_into(None, list(argument))
        return result

    def _distorted(self, result: Any, first: Any) -> Any:
        if inspect.isgenerator(result):
            return self._distorted_items(result, first)
        if isinstance(result, list | tuple):
            return type(result)(self._distorted(item, first) for item in result)
        if isinstance(result, dict):
            return {key: self._distorted(item, first) for key, item in result.items()}
        numbers = isinstance(result, np.ndarray | np.number | int | float)
        return self._number(result, first) if numbers and not isinstance(result, bool) else result

    def _distorted_items(self, items: Iterator[Any], first: Any) -> Iterator[Any]:
        for item in items:
            yield self._distorted(item, first)

    def _number(self, right: Any, first: Any) -> Any:
        assert self._distort is not None
        spoiled = self._distort(right, first)
        if not isinstance(right, np.ndarray) and isinstance(spoiled, np.ndarray):
            spoiled = spoiled.item() if spoiled.ndim == 0 else spoiled
        self.felt |= not agree(spoiled, right, rtol=0.0, atol=0.0)
        return spoiled


def decoys_of(solution: ModuleType) -> Iterator[tuple[Decoy, list[Decoy]]]:
    """For each function and class that a solution offers, the decoy that writes, and the others."""
    for name in target.public_names(solution):
        right = getattr(solution, name)
        yield Decoy(name, right, WRITING), [Decoy(name, right, kind) for kind in KINDS]

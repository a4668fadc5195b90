"""Stand-ins for what lies behind the wall: each use of one asks the sandbox."""

from collections.abc import Callable, Iterator
from typing import Any

from kata.wall.line import Node


class Remote:
    """Stands in for a function or class of the answer, or for an object that it made.

    `ask(operation, *values)` has the sandbox do it.
    """

    # An array or NumPy scalar on the left leaves the operation to this side.
    __array_ufunc__ = None

    def __init__(self, ask: Callable[..., Any], node: Node, name: str) -> None:
        vars(self).update(_ask=ask, _node=node, _name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return self._ask("call", self, args, tuple(kwargs.items()))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # NumPy and copy look for theirs; an answer has no say in that.
            raise AttributeError(name)
        return self._ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", self, name, value)

    def __iter__(self) -> Iterator[Any]:
        return self._ask("iter", self)  # type: ignore[no-any-return]

    def __next__(self) -> Any:
        return self._ask("next", self)

    def __deepcopy__(self, memo: object) -> "Remote":
        return self

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _give_operators() -> None:
    """Let objects of the answer's be added, multiplied and so on, as the answer defines it."""
    for name in ("neg", "pos", "abs"):
        setattr(Remote, f"__{name}__", _operator(name, reflected=False))
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
        setattr(Remote, f"__{name}__", _operator(name, reflected=False))
        setattr(Remote, f"__r{name}__", _operator(name, reflected=True))


def _operator(name: str, *, reflected: bool) -> Callable[..., Any]:
    def operate(self: Remote, *other: Any) -> Any:
        operands = (*other, self) if reflected else (self, *other)
        return self._ask("operate", name, *operands)

    return operate


_give_operators()

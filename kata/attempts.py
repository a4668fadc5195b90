"""The two decorators of `attempts/`: answers that people write, right ones and wrong ones.

@wrong(softmax, "exp overflows for large scores: ...")
def without_the_maximum(x): ...

@right(softmax)
def through_log_sum_exp(x): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Answer = TypeVar("Answer", bound=Callable[..., Any])

_MARK = "__kata_attempt__"


@dataclass(frozen=True)
class Attempt:
    """An answer to stand in for the public name `replaces` of a kata.

    `text` says what is wrong with it; it is None for a right answer.
    """

    name: str
    replaces: str
    answer: Callable[..., Any]
    text: str | None

    @property
    def is_right(self) -> bool:
        return self.text is None


def wrong(replaced: Callable[..., Any], text: str) -> Callable[[Answer], Answer]:
    """Mark an answer that tests must fail; `text` tells its author which mistake it is."""
    return _mark(replaced, text)


def right(replaced: Callable[..., Any]) -> Callable[[Answer], Answer]:
    """Mark an answer that tests must pass, though it is not written like the solution."""
    return _mark(replaced, None)


def attempts_in(module: object) -> list[Attempt]:
    """The attempts that a module defines, in its order."""
    # Not getattr: a class built on an attempt must not pass for that attempt.
    own_marks = (getattr(value, "__dict__", {}).get(_MARK) for value in vars(module).values())
    return [mark for mark in own_marks if isinstance(mark, Attempt)]


def _mark(replaced: Callable[..., Any], text: str | None) -> Callable[[Answer], Answer]:
    def mark(answer: Answer) -> Answer:
        setattr(answer, _MARK, Attempt(answer.__name__, replaced.__name__, answer, text))
        return answer

    return mark

"""What a sandbox tells of errors and of its end, as exceptions and words of the judge's own."""

import builtins
import contextlib
import re
import signal
from typing import Any

from kata.wall.line import Node, WireError

TEXT_KEPT = 4000
_SHORT_TEXT = 200
_MOST_LINES = 1_000_000
# Those that cannot be made from a text alone, or mean something to Python itself.
_SPECIAL = (
    StopIteration,
    StopAsyncIteration,
    UnicodeDecodeError,
    UnicodeEncodeError,
    UnicodeTranslateError,
    ExceptionGroup,
)


class AnswerError(Exception):
    """The answer could not give a result: it ended Python, took too long, or sent nonsense."""

    answer_place: tuple[str, int, str] | None = None


def name_in(text: object) -> str:
    """A name that a sandbox tells, if it is one."""
    return text if isinstance(text, str) and re.fullmatch(r"\w{1,80}", text) else "object"


def error_in(body: dict[str, Node]) -> Exception:
    """An exception like the one in the sandbox."""
    if not isinstance(body["raised"], list) or not body["raised"]:
        raise WireError("an error without a name")
    names = [name_in(name) for name in body["raised"][:20]]
    text, place = body.get("text"), body.get("place")
    error = _class_named(names)(text[:TEXT_KEPT] if isinstance(text, str) else "")
    if isinstance(place, list) and [type(part) for part in place] == [str, int, str]:
        file, line, code = place
        if 0 < line < _MOST_LINES:
            vars(error)["answer_place"] = file[:_SHORT_TEXT], line, code[:_SHORT_TEXT]
    return error


def _class_named(names: list[str]) -> type[Exception]:
    """The built-in exception of that name, or a class with that name and those of its bases."""
    bases: list[type[Exception]] = []
    for name in names:
        known: Any = getattr(builtins, name, None)
        usable = isinstance(known, type) and issubclass(known, Exception)
        if usable and known not in _SPECIAL and not any(issubclass(base, known) for base in bases):
            bases.append(known)
    # An exception that is no Exception would end pytest.
    bases = bases or [AnswerError]
    if bases[0].__name__ == names[0]:
        return bases[0]
    try:
        return type(names[0], tuple(bases), {})
    except TypeError:  # These two cannot have a common child.
        return type(names[0], (bases[0],), {})


def end_in_words(code: object) -> str:
    """How Python ended, by its exit code where one is told."""
    if type(code) is int and code >= 0:
        return f"ended Python (exit code {code})"
    with contextlib.suppress(ValueError, TypeError):
        return f"ended Python with a crash ({signal.Signals(-code).name})"  # type: ignore[operator]
    return "ended Python"

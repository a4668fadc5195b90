"""Reads `hints/<topic>/<kata>.md`: rising hints, then what an interviewer asks, then sources."""

import re
from dataclasses import dataclass

from kata.catalog import Kata, KataError

HEADINGS = ("Hint 1", "Hint 2", "Hint 3", "In an interview", "Sources")


@dataclass(frozen=True)
class Hints:
    """The levels in rising order, and the two sections after them."""

    levels: tuple[str, ...]
    interview: str
    sources: str


def read(kata: Kata) -> Hints:
    """The hints of `kata`; raises KataError where the file is missing or lacks a section."""
    file = kata.relative(kata.hints)
    try:
        text = kata.hints.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KataError(f"Cannot read {file}: {error}.") from error
    parts = re.split(r"^## +(.+?) *$", text, flags=re.MULTILINE)
    headings, bodies = parts[1::2], [body.strip() for body in parts[2::2]]
    if tuple(headings) != HEADINGS:
        wanted = ", ".join(HEADINGS)
        raise KataError(f"{file} should have the sections {wanted}; it has {', '.join(headings)}.")
    empty = [heading for heading, body in zip(headings, bodies, strict=True) if not body]
    if empty:
        raise KataError(f"{file}: the section {empty[0]!r} is empty.")
    return Hints(tuple(bodies[:3]), bodies[3], bodies[4])

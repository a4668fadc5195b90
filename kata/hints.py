"""Reads `hints/<topic>/<kata>.md`: rising hints, then what an interviewer asks, then sources."""

import re
from dataclasses import dataclass

from kata.catalog import Kata, KataError

INTERVIEW = "In an interview"
HEADINGS = ("Hint 1", "Hint 2", "Hint 3", INTERVIEW, "Sources")


@dataclass(frozen=True)
class Hints:
    """The levels in rising order, and the two sections after them.

    `interview` is empty where it was left out, as a repository for students may do.
    """

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
    fewer = [heading for heading in HEADINGS if heading != INTERVIEW]
    if headings not in (list(HEADINGS), fewer):
        wanted = ", ".join(HEADINGS)
        raise KataError(f"{file} should have the sections {wanted}; it has {', '.join(headings)}.")
    empty = [heading for heading, body in zip(headings, bodies, strict=True) if not body]
    if empty:
        raise KataError(f"{file}: these sections are empty: {', '.join(empty)}.")
    section = dict(zip(headings, bodies, strict=True))
    return Hints(tuple(bodies[:3]), section.get(INTERVIEW, ""), section["Sources"])


@dataclass(frozen=True)
class Question:
    """What an interviewer asks once the code is written, and what an expert would say."""

    text: str
    answer: str


def questions(kata: Kata) -> list[Question]:
    """The follow-up questions of `kata`; none where they were left out."""
    section = read(kata).interview
    found = [
        re.fullmatch(r"\*\*(.+?)\*\*\s+(.+)", part, flags=re.DOTALL)
        for part in re.split(r"\n\n(?=\*\*)", section)
    ]
    if section and None in found:
        file = kata.relative(kata.hints)
        raise KataError(f"{file}: a follow-up should be **a question?** and its answer.")
    return [Question(" ".join(match[1].split()), match[2]) for match in found if match]


def without_interview(text: str) -> str:
    """The text of a file of hints without the section of interview questions."""
    return re.sub(rf"(?ms)^## +{INTERVIEW} *$.*?(?=^## )", "", text)

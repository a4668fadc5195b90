"""A question, the learner's answer, the model answer point by point, and the learner's own mark."""

import contextlib
import re

from rich.console import Console
from rich.control import Control
from rich.padding import Padding
from rich.segment import ControlType
from rich.text import Text

from kata import keys, render
from kata.interview.sessions import HALF, KNEW, NO

with contextlib.suppress(ImportError):  # Windows edits its lines by itself.
    import readline  # noqa: F401  (`input` then knows the arrow keys)

_MARKS = {"k": KNEW, "h": HALF, "n": NO}
# Of the points of an answer, so large a part is to be had for each mark.
_SHARE_KNOWN, _SHARE_HALF = 0.75, 0.4
_MOST_POINTS = 9
# A sentence with fewer letters is no point by itself.
_SHORT = 15


def ask(console: Console, heading: str, question: str, answer: str) -> tuple[str, str]:
    """Ask one question; gives what was typed, and the mark.

    Raises EOFError or KeyboardInterrupt where the learner leaves.
    """
    console.clear()
    console.print(Text(heading, style="dim"))
    console.print(render.markdown(f"**{question}**"))
    console.print(Text("Type your answer, or just think of it, then press Enter.", style="dim"))
    said = type_in()
    return said, mark(console, points(answer))


def type_in() -> str:
    """What is typed at a prompt, without what is no text."""
    return "".join(filter(str.isprintable, input("> "))).strip()


def points(answer: str) -> list[str]:
    """The points of a model answer: the items of a list, or its sentences; at most nine."""
    items = re.split(r"(?m)^- ", answer)[1:]
    if not items and re.search(r"\n\n|```|^    ", answer, re.MULTILINE):
        return [answer]  # Paragraphs, formulas or code, which belong together.
    found = [" ".join(item.split()) for item in items] or _sentences(" ".join(answer.split()))
    rest = " ".join(found[_MOST_POINTS - 1 :])
    return [*found[: _MOST_POINTS - 1], rest] if rest else found


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for part in re.split(r"(?<=[.!?])\s+(?=[^a-z\s])", text):
        if found and min(len(found[-1]), len(part)) < _SHORT:  # "No.", or the end of a source.
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def mark(console: Console, points: list[str]) -> str:
    """Show these points, and give the mark for those that the learner ticks off."""
    several = len(points) > 1
    console.print()
    for number, point in enumerate(points, 1):
        console.print(
            Padding(render.markdown(f"{number}. {point}" if several else point), (0, 0, 0, 2))
        )
    ticks = f"  or tick what you had, 1 to {len(points)}, then Enter" if several else ""
    console.print(Text(f"\nDid you know it?  k yes  h half  n no{ticks}"))
    chosen = _pressed(console, len(points) if several else 0)
    console.print(Text(f"  {chosen}\n", style="dim"))
    return chosen


def _pressed(console: Console, most: int) -> str:
    """The mark of the key that is pressed, or of the points that are ticked off before Enter."""
    ticked: set[str] = set()
    digits = "123456789"[:most]
    while True:
        key = keys.wait_for("".join(_MARKS) + digits + ("\r\n" if ticked else ""))
        if key in _MARKS:
            return _MARKS[key]
        if key not in digits:
            return _mark_for(len(ticked) / most)
        ticked ^= {key}
        line = Text("  ".join(f"✓ {one}" for one in sorted(ticked)), style="green")
        console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
        console.print(line, end="")


def _mark_for(share: float) -> str:
    return KNEW if share >= _SHARE_KNOWN else HALF if share >= _SHARE_HALF else NO


def wait_for_enter(console: Console, what_follows: str) -> None:
    # On the same line, lest the top of what is shown scroll off.
    console.print(Text(f"Press Enter for {what_follows}. ", style="dim"), end="")
    console.input()

"""A learner's code beside the solution, on a terminal."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from kata.catalog import Kata

_SIDE_BY_SIDE_WIDTH = 150


@dataclass(frozen=True)
class Comparison:
    """The learner's code beside the solution; one above the other where there is no room."""

    kata: Kata
    answer: Path | None = None  # The learner's exercise where it is None.
    context: int = 100  # So many equal lines around a change, where one is above the other.

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        answer = self.answer or self.kata.exercise
        if options.max_width < _SIDE_BY_SIDE_WIDTH:
            yield from changes(self.kata, answer, self.context)
        else:
            yield _side_by_side(*_both(self.kata, answer))


def _both(kata: Kata, answer: Path) -> tuple[list[str], list[str]]:
    try:
        mine = answer.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        mine = []
    return mine, kata.solution.read_text(encoding="utf-8").splitlines()


def _side_by_side(mine: list[str], solution: list[str]) -> Table:
    table = Table(box=None, padding=(0, 1), expand=True)
    for title in ("yours", "the solution"):
        table.add_column(title, ratio=1, no_wrap=True)
    for left, right, same in _aligned(mine, solution):
        styles = ("", "") if same else ("yellow", "green")
        table.add_row(Text(left, style=styles[0]), Text(right, style=styles[1]))
    return table


def _aligned(mine: list[str], solution: list[str]) -> Iterable[tuple[str, str, bool]]:
    matcher = difflib.SequenceMatcher(None, mine, solution, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        length = max(b - a, d - c)
        left = mine[a:b] + [""] * (length - (b - a))
        right = solution[c:d] + [""] * (length - (d - c))
        yield from ((one, other, tag == "equal") for one, other in zip(left, right, strict=True))


def changes(kata: Kata, answer: Path, context: int = 3) -> Iterable[Text]:
    """What leads from an answer to the solution, line by line."""
    mine, solution = _both(kata, answer)
    styles = {"+": "green", "-": "yellow", "@": "dim"}
    if mine == solution:
        yield Text("They are the same, line by line.")
    for line in difflib.unified_diff(
        mine, solution, "yours", "the solution", lineterm="", n=context
    ):
        yield Text(line, style=styles.get(line[:1], ""))

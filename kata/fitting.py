"""Shows on a screen what matters, however many rows it has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style

Lines = list[list[Segment]]

# However low the screen is, so much of the body is shown.
_LEAST_ROOM = 3


@dataclass(frozen=True)
class Cuttable:
    """What may lose its last lines where there is too little room; so many of the first stay."""

    what: RenderableType
    least: int

    def __rich_console__(self, _: Console, __: ConsoleOptions) -> RenderResult:
        yield self.what


@dataclass(frozen=True)
class Screen:
    """A head, a body and a foot, in the rows that the terminal has.

    Page 0 is the body with its cuttable parts cut to fit; the pages after it are all of it, or what
    follows where only the end is cut, and then comes 0 again. `foot` is told whether there is more
    than what is shown.
    """

    head: RenderableType
    body: RenderableType
    foot: Callable[[bool], RenderableType]
    page: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        head = console.render_lines(self.head, options, pad=False)
        foot = console.render_lines(self.foot(True), options, pad=False)
        # The cursor stands on a row of its own below.
        room = max(console.height - 1 - len(head) - len(foot) - 2, _LEAST_ROOM)
        parts = [_rendered(part, console, options) for part in _parts(self.body)]
        whole = [line for lines, _ in parts for line in lines]
        pages = [_fitted(parts, room)]
        if len(whole) > room:
            seen = room - 1 if pages[0][: room - 1] == whole[: room - 1] else 0
            pages += [whole[start : start + room] for start in range(seen, len(whole), room)]
        more = len(pages) > 1
        foot = console.render_lines(self.foot(more), options, pad=False)
        body = pages[self.page % len(pages)]
        for line in (*head, [], *body, [], *foot):
            yield from line
            yield Segment.line()


def _parts(body: RenderableType) -> Iterable[RenderableType]:
    if isinstance(body, Group):
        for part in body.renderables:
            yield from _parts(part)
    else:
        yield body


def _rendered(
    part: RenderableType, console: Console, options: ConsoleOptions
) -> tuple[Lines, int | None]:
    """The lines of a part, and how many of them have to stay: None for all."""
    lines = console.render_lines(part, options, pad=False)
    return lines, part.least if isinstance(part, Cuttable) else None


def _fitted(parts: list[tuple[Lines, int | None]], room: int) -> Lines:
    """The lines of all parts; where there is no room, the last parts are cut first."""
    too_many = sum(len(lines) for lines, _ in parts) - room
    shown: list[Lines] = []
    for lines, least in reversed(parts):
        spare = 0 if least is None else max(len(lines) - least, 0)
        dropped = min(spare, too_many + 1) if too_many > 0 else 0
        shown.append(_cut(lines, dropped))
        too_many -= len(lines) - len(shown[-1])
    lines = [line for part in reversed(shown) for line in part]
    return lines if len(lines) <= room else _cut(lines, len(lines) - room + 1)


def _cut(lines: Lines, dropped: int) -> Lines:
    if dropped < 2:  # The line that says so takes one itself.
        return lines
    text = f"  … {dropped} more {'line' if dropped == 1 else 'lines'}"
    return [*lines[: len(lines) - dropped], [Segment(text, Style(dim=True))]]

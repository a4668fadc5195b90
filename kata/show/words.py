"""What a terminal shows of pictures."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kata import render
from kata.catalog import Kata
from kata.show import script
from kata.show.request import Shown


def listed(katas: Iterable[Kata]) -> RenderableType:
    """The katas that have a picture, and what there is to see in each."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for kata in script.having_one(list(katas)):
        table.add_row(kata.id, Text(script.sentence(kata), style="dim"))
    return table


def said(shown: Shown) -> RenderableType:
    """What there is to see, or what went wrong."""
    return Text(shown.sentence, style="" if shown.is_good else "bold red")


def told(shown: Shown, *, clickable: bool) -> RenderableType:
    """The same as `said`, and the picture's path."""
    parts = [said(shown)]
    if shown.file:
        path = render.path(shown.file, shown.kata) if clickable else Text(str(shown.file))
        parts.append(Text("  ").append_text(path))
    return Group(*parts, *render.prints(shown.prints))

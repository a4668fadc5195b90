"""What is cut where a screen has few rows, and that nothing is lost."""

import io

import pytest
from rich.console import Console, Group
from rich.text import Text

from kata.fitting import Cuttable, Screen


def lines(count, name):
    return Text("\n".join(f"{name} {number}" for number in range(count)))


def shown(body, height, page=0, width=40):
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    console.print(Screen("head", body, lambda more: f"foot, {'more' if more else 'all'}", page))
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("height", [8, 12, 24, 60])
def test_head_and_foot_are_always_in_view(height):
    body = Group(Text("verdict"), Cuttable(lines(40, "text"), 2), Cuttable(lines(40, "print"), 2))
    screen = shown(body, height)
    assert len(screen) <= height - 1
    assert (screen[0], screen[2]) == ("head", "verdict")
    assert screen[-1].startswith("foot")


def test_what_fits_is_shown_whole():
    body = Group(Text("verdict"), Cuttable(lines(5, "text"), 2))
    assert shown(body, 20) == [
        "head",
        "",
        "verdict",
        *map("text {}".format, range(5)),
        "",
        "foot, all",
    ]


def test_the_last_parts_are_cut_first_and_the_cut_is_told():
    body = Group(Cuttable(lines(4, "text"), 2), Text("fixed"), Cuttable(lines(6, "print"), 2))
    printed = ["print 0", "print 1", "  … 4 more lines"]
    # Eight rows for eleven lines, then seven.
    assert shown(body, 13)[2:-2] == ["text 0", "text 1", "text 2", "text 3", "fixed", *printed]
    assert shown(body, 12)[2:-2] == ["text 0", "text 1", "  … 2 more lines", "fixed", *printed]


def test_where_the_end_is_cut_the_next_pages_go_on_from_there_and_then_it_begins_again():
    body = Group(Cuttable(lines(10, "text"), 1))
    *first, cut = shown(body, 10)[2:-2]
    pages = [shown(body, 10, page)[2:-2] for page in range(1, 3)]
    assert first + [line for page in pages for line in page] == [f"text {n}" for n in range(10)]
    assert cut == "  … 6 more lines"
    assert shown(body, 10, 3) == shown(body, 10, 0)


def test_where_something_else_is_cut_too_the_next_pages_show_all_of_it():
    body = Group(Cuttable(lines(6, "text"), 1), Text("fixed"), Cuttable(lines(6, "print"), 1))
    pages = [shown(body, 12, page)[2:-2] for page in range(1, 3)]
    everything = [*map("text {}".format, range(6)), "fixed", *map("print {}".format, range(6))]
    assert [line for page in pages for line in page] == everything

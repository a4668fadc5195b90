"""Every format: what its reader demands, whatever a submission wrote."""

import dataclasses
import io
import json

import pytest
from hypothesis import example, given, settings
from rich.console import Console

from kata.grade import marks as room
from kata.grade.formats import FORMATS, render, table
from kata.tests.grade.examples import EXAMPLES, HEAVY, grade, kata, stained
from kata.tests.grade.readers import check, classroom_payload, is_plain, outside_of_fences
from kata.tests.grade.support import SECRET, TEXTS

pytestmark = pytest.mark.usefixtures("classroom_50")


@pytest.mark.parametrize("name", FORMATS)
def test_its_reader_is_content(name, marks):
    check(name, marks)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
@example(":")
@example("\n")
def test_no_text_breaks_a_format(text):
    for name in FORMATS:
        check(name, stained(text))


def test_a_megabyte_of_prints_breaks_no_format():
    for name in FORMATS:
        check(name, grade(kata(room.FAILED, 2.5, text="x" * 1_000_000, prints="`" * 1_000_000)))


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json"}))
def test_a_secret_seed_is_not_told(name, marks):
    text = render(name, dataclasses.replace(marks, seed=SECRET, secret=True))
    told = str(classroom_payload(text)) if name == "classroom" else text
    assert str(SECRET) not in told


def test_json_tells_a_secret_seed(marks):
    secret = dataclasses.replace(marks, seed=SECRET, secret=True)
    data = json.loads(render("json", secret))
    assert (data["seed"], data["secret"]) == (SECRET, True)


# --- For people ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "problem", ["a" * 300 + "::error::b" * 9, "a " * 99 + "##[error] ::error::b"]
)
def test_no_wrapped_line_of_a_table_is_a_command(problem):
    broken = grade(kata(room.BROKEN, 0.0, problem=problem))
    for width in range(30, 130):
        console = Console(file=io.StringIO(), width=width, force_terminal=False)
        console.print(table(dataclasses.replace(broken, submission=problem)))
        is_plain(console.file.getvalue())


def test_a_table_for_a_file_has_no_colours(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    check("table", EXAMPLES["in part"])


def test_markdown_shows_the_first_failure_and_the_mistakes():
    marks = grade(kata(room.FAILED, 7.5, mistakes=(("a", "It is a."), ("b", "It is b."))))
    assert render("markdown", marks) == (
        "## ada: 7.5 of 10 points\n\n"
        "| kata | points | of | tests |\n|---|---:|---:|---|\n"
        "| basics/softmax | 7.5 | 10 | 1 of 3 tests pass |\n\n"
        "### basics/softmax\n\n"
        "This looks like: It is a.\n\n"
        "This looks like: It is b.\n\n"
        "First failing test: it agrees with torch \\[(3, 1)\\]\n\n"
        "```text\ngot 1, expected 2\n"
        "test, line 12: assert_close(f(x[::-1]), y)\n"
        "exercises/basics/softmax.py:9: return x\n```\n\n"
        "Seed 0. Protections that held: limits. "
        "Protections that did not hold: files (this kernel has no Landlock).\n"
    )


def test_markdown_says_that_there_was_no_room():
    many = grade(*[HEAVY] * 200)
    check("markdown", many)
    assert "left out" in outside_of_fences(render("markdown", many))

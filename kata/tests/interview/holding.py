"""Holds an interview or a review at a time that tests set, in this process or in one of its own.

    python -m kata.tests.interview.holding verdicts softmax

The first word says who runs the tests: `verdicts`, which knows by the text, or the real `runner`.
The rest are the katas of an interview, with options such as --strict=counts, or `review`, or
`quiz`, a topic and minutes.
"""

import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from kata import catalog
from kata.catalog import KataError
from kata.interview import command, review
from kata.interview.plan import Wish
from kata.interview.sessions import FULL
from kata.progress import Progress
from kata.runner import Runner
from kata.tests.terminals import Verdicts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = 86400

# What stands below all that is drawn while one writes, and below a question.
KEYS = "left.*q leave"
QUESTION = "Type your answer"


class Clock:
    """Stands still until a test says otherwise."""

    def __init__(self):
        self.at = 0.0

    def seconds(self):
        return self.at

    def now(self):
        return NOW + timedelta(seconds=self.seconds())


class ClockOnDisk(Clock):
    """The same for another process: the time stands in a file."""

    def seconds(self):
        file = Path("seconds")
        return float(file.read_text()) if file.is_file() else 0.0


def hold(names, katas, runner, console, clock):
    if names == ("review",):
        review.hold(katas, console, clock)
    elif names[:1] == ("quiz",):
        review.hold_quiz(katas, console, clock, [names[1]], int(names[2]))
    else:
        command.hold(katas, Progress(katas.root), _wish(names, katas), runner, console, clock)


def _wish(names, katas):
    """What these words ask for: katas, or as options how strict it is and a staged set."""
    options = dict(name[2:].split("=") for name in names if name.startswith("--"))
    named = tuple(katas.find(name) for name in names if not name.startswith("--"))
    return Wish(katas=named, **{"strict": FULL} | options)


def plan(terminal, words="", edges=""):
    """Say what is asked before the code."""
    terminal.shows("Your plan: how")
    terminal.press(f"{words}\r")
    terminal.shows("Edge cases: which")
    terminal.press(f"{edges}\r")


def look_back(terminal, marks="khn"):
    """Go through what is asked about plan, edge cases and cost."""
    for stage, mark in zip(
        ("was the key idea", "Which did you name", "cost, in time"), marks, strict=False
    ):
        terminal.shows(stage)
        if stage == "cost, in time":
            terminal.shows(QUESTION)
            terminal.press("\r")
        terminal.shows("Did you know it?")
        terminal.press(mark)


def answer_all(terminal, marks):
    """Go through all that is asked after the code; these are the marks of the follow-ups."""
    terminal.shows("Press Enter")
    terminal.press("\r")
    look_back(terminal)
    answer(terminal, marks)
    terminal.shows("and the solution", "Enter go on")
    terminal.press("\r")


def answer(terminal, marks):
    for mark in marks:
        terminal.shows(QUESTION)
        terminal.press("\r")
        terminal.shows("Did you know it?")
        terminal.press(mark)


def printed(what):
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(what)
    return console.export_text()


def main():
    kind, *names = sys.argv[1:]
    katas = catalog.load()
    with {"verdicts": Verdicts, "runner": Runner}[kind](katas) as runner:
        try:
            hold(tuple(names), katas, runner, Console(highlight=False), ClockOnDisk())
        except KataError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()

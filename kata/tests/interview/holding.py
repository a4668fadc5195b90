"""Holds an interview or a review at a time that tests set, in this process or in one of its own.

    python -m kata.tests.interview.holding verdicts softmax

The first word says who runs the tests: `verdicts`, which knows by the text, or the real `runner`.
The rest are the katas of an interview, or `review`, or `quiz`, a topic and minutes.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from kata import catalog
from kata.catalog import KataError
from kata.interview import command, review
from kata.interview.plan import Wish
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
        wish = Wish(katas=tuple(katas.find(name) for name in names))
        command.hold(katas, Progress(katas.root), wish, runner, console, clock)


def answer_all(terminal, marks):
    """Go through the follow-up questions, with these marks."""
    terminal.shows("Press Enter")
    terminal.press("\r")
    for mark in marks:
        terminal.shows(QUESTION)
        terminal.press("\r")
        terminal.shows("Did you know it?")
        terminal.press(mark)


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

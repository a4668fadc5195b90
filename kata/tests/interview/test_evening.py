"""The evening before an interview, at a real terminal of 80 × 24, and what no kill can undo."""

import contextlib
import os
import random
import signal
import time

import pytest

from kata import catalog
from kata.catalog import EXERCISES
from kata.interview.deck import Deck
from kata.interview.sessions import KNEW, Interviews
from kata.progress import Progress
from kata.tests.interview.holding import DAY, KEYS, QUESTION, answer, answer_all, plan
from kata.tests.terminals import RIGHT, WRONG, RealTerminal

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")

SMALL = (24, 80)


@pytest.fixture
def small(two_stages, begin_really):
    """Begins at a small terminal; `ends` checks that all of its last screen is still to be seen."""

    def begin(*names):
        return begin_really("verdicts", *names, size=SMALL)

    return begin


def ends(terminal, *shown):
    assert terminal.ends() == 0
    screen = terminal.last_screen
    assert len(screen) <= SMALL[0]
    assert max(map(len, screen)) <= SMALL[1]
    for text in shown:
        assert any(text in line for line in screen), (text, screen)


def test_a_whole_evening(small, set_time, write, checkout, softmax):
    before = {path: path.read_bytes() for path in (checkout / EXERCISES).rglob("*.py")}

    terminal = small("quiz", "basics", "2")
    terminal.shows("1 of 2", QUESTION)
    terminal.press("my answer\r")
    terminal.shows("tick what you had", "Enter")
    terminal.press("1")
    terminal.shows("✓ 1")
    terminal.press("\r")
    answer(terminal, "n")
    ends(terminal, "Done: you knew")

    terminal = RealTerminal(["-m", "kata", "sheet", "basics"], checkout, SMALL)
    ends(terminal, ".kata/sheets/basics.html")

    terminal = small("softmax", "--strict=counts")
    plan(terminal, "subtract the maximum", "an empty axis")
    terminal.shows("hear how many tests pass", KEYS)
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows("2 of 3 tests pass", KEYS)
    terminal.press("gg")
    answer_all(terminal, "knhkn")
    ends(terminal, "softmax", "✗ 2 of 3", "10 min", "kata interview --kata softmax", "Report saved")

    terminal = small("--staged=both")
    for file in (softmax, catalog.load(checkout).find("other")):
        plan(terminal)
        terminal.shows("Each save", KEYS)
        write(RIGHT, terminal, file)
        terminal.press("d")
        answer_all(terminal, "kkkkk")
    ends(terminal, "2 of 2 katas solved", "✓ at once", "Report saved")

    set_time(DAY)
    terminal = small("review")
    terminal.process.expect(r"1 of (\d+)")
    answer(terminal, "k" * int(terminal.process.match[1]))
    ends(terminal, "Done for today")

    assert {path: path.read_bytes() for path in (checkout / EXERCISES).rglob("*.py")} == before
    assert Progress(checkout).is_solved(softmax)


def test_a_kill_at_any_moment_loses_nothing(begin_really, write, checkout):
    rng = random.Random()
    moments = [rng.uniform(0.1, 1) for _ in range(5)]
    known, interviews = 0, []
    for moment in (*moments, 60):
        if any(one.ended for one in interviews):
            break  # A quick machine has answered everything before the last kill.
        terminal = begin_really("verdicts", "softmax")
        pressed = go_on(terminal, write, until=moment)
        terminal.process.kill(signal.SIGKILL)
        terminal.process.wait()
        interviews = Interviews(checkout).all()
        Deck(checkout)
        assert len(interviews) <= 1
        marks = [one.mark for it in interviews for one in marked(it)]
        assert len(marks) >= known + pressed - 1  # The last key may not have been read.
        known = len(marks)
    (interview,) = interviews
    assert interview.ended
    assert [one.mark for one in marked(interview)] == [KNEW] * 8
    assert len(Deck(checkout).due) == 6


def marked(interview):
    (challenge,) = interview.challenges
    return [one for one in (*challenge.stages, *challenge.follow_ups) if one.mark]


def go_on(terminal, write, until):
    """Answer all that is asked, for so many seconds; gives how many marks were given."""
    replies = {
        "r resume it": "r",
        "The clock runs": "words\r",
        "g give up": "d",
        "Press Enter": "\r",
        QUESTION: "words\r",
        "Did you know it": "k",
        "Enter go on": "\r",
        "Report saved": "",
    }
    pressed, end = 0, time.monotonic() + until
    import pexpect

    while time.monotonic() < end:
        choice = terminal.process.expect([*replies, pexpect.TIMEOUT, pexpect.EOF], timeout=0.05)
        if choice == len(replies) + 1:
            break
        if choice < len(replies):
            text = list(replies)[choice]
            if text == "g give up":
                with contextlib.suppress(FileNotFoundError):  # It is over already.
                    write(RIGHT)
            pressed += text == "Did you know it"
            terminal.press(replies[text])
    return pressed

"""Whole interviews: what is kept of them, and how they go on after an interruption."""

import os
import re
import signal
import time

import pytest

from kata import stubs
from kata.catalog import INTERVIEW, KataError
from kata.interview.deck import Deck
from kata.interview.sessions import Interviews
from kata.progress import Progress
from kata.tests import conftest
from kata.tests.interview.holding import DAY, KEYS, QUESTION, answer, answer_all, look_back, plan
from kata.tests.terminals import MISTAKE, RIGHT, WRONG

LEFT = "\x1b[D"
QUOTED_ESCAPE = "\x16\x1b"  # Ctrl-V takes the next key as it is.

needs_pexpect = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")


@needs_pexpect
def test_a_whole_interview(begin_really, set_time, write, checkout, softmax, record):
    terminal = begin_really("runner", "softmax")
    plan(terminal, "subtract the maximum", "huge scores")
    terminal.shows("Each save runs the examples", KEYS)
    set_time(60)
    terminal.shows("09:00 left")
    write("return x")
    terminal.shows("✗ softmax(np.array([0.0, 0.0]))", "expected  array.*got +array")
    write(f"print('for', x)\n{conftest.WRONG}")
    terminal.shows("✓ softmax(np.array([0.0, 0.0]))", f"printed:.*?for .0. 0.*?{KEYS}")
    terminal.press("d")
    terminal.shows("exp overflows for large scores.", KEYS)
    set_time(125)
    terminal.shows("07:55 left")
    write(conftest.RIGHT, terminal)
    terminal.press("d")
    terminal.shows("softmax is solved: all ")
    terminal.shows("Press Enter")
    set_time(300)  # Reading and talking are not timed.
    terminal.press("\r")
    look_back(terminal, "khn")
    terminal.shows("Why subtract the maximum", QUESTION)
    terminal.press(f"so that othing overflows{LEFT * len('othing overflows')}n{QUOTED_ESCAPE}\r")
    terminal.shows("every exponent is at most 0", "Did you know it?")
    terminal.press(f"x{LEFT}k")  # What is no mark counts for nothing.
    answer(terminal, "hnkk")
    terminal.shows("and the solution", "Enter go on")
    terminal.press("\r")
    terminal.shows("Report saved as")
    assert terminal.ends() == 0

    interview = record()
    (challenge,) = interview.challenges
    assert interview.ended
    assert (challenge.right_after, challenge.spent, challenge.tries) == (125, 125, 2)
    assert challenge.passed == challenge.tests > 0
    marks = [entry.mark for entry in challenge.follow_ups]
    assert marks == ["knew", "half", "no", "knew", "knew"]
    assert not softmax.file_in(INTERVIEW).exists()
    assert "return e /" in (interview.folder / "basics/softmax.py").read_text()
    page = interview.report.read_text()
    assert "| softmax | yes | 02:05 of 10:00 | 10 min | 2 |" in page
    assert "| known | half known | not known |" in page
    assert "3 known, 1 half known, 1 not known | never |" in page
    assert "- **Plan** subtract the maximum\n- **Edges** huge scores\n" in page
    assert "```diff" in page
    assert Progress(checkout).is_solved(softmax)
    assert "You said: so that nothing overflows" in page
    for link in re.findall(r"\]\((.+?)\)", page):
        assert (interview.folder / link).is_file() or "README" in link


def test_the_second_time_is_compared_with_the_first(begin, begin_writing, write, clock, record):
    for second_time in (False, True):
        terminal = begin_writing()
        write(RIGHT, terminal)
        terminal.press("d")
        answer_all(terminal, "kkkkk")
        terminal.shows("Report saved")
        assert terminal.ends() is None
        clock.at = DAY
        assert ("| 00:00 on 1 Mar 2026 |" in record().report.read_text()) == second_time


# --- Interruptions ----------------------------------------------------------------------------


def leaves_by_q(terminal):
    terminal.press("q")
    terminal.shows("Saved, with 09:20 left")
    assert terminal.ends() == 0


def leaves_by_ctrl_c(terminal):
    terminal.press("\x03")
    terminal.shows("Saved, with 09:20 left")
    assert terminal.ends() == 130


def is_killed(terminal):
    terminal.process.kill(signal.SIGKILL)
    terminal.process.wait()


def closes_the_terminal(terminal):
    terminal.process.close(force=True)


def leaves_the_questions_by_ctrl_c(terminal):
    terminal.press("\x03")
    terminal.shows("Saved, with follow-up questions left")
    assert terminal.ends() == 130


def wait_until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it never came to that")


@needs_pexpect
@pytest.mark.parametrize(
    "interrupt", [leaves_by_q, leaves_by_ctrl_c, is_killed, closes_the_terminal]
)
def test_an_interrupted_interview_is_resumed(
    begin, begin_really, set_time, write, checkout, clock, record, interrupt
):
    terminal = begin_really("verdicts", "softmax")
    plan(terminal)
    terminal.shows("Each save runs", KEYS)
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows(MISTAKE, KEYS)
    set_time(40)
    terminal.shows("09:20 left")
    wait_until(lambda: record().challenges[0].spent == 40)
    interrupt(terminal)
    clock.at = 5000
    terminal = begin("softmax")
    terminal.shows("0 of 1 written, 09:20 left", "q leave")
    terminal.press("r")
    terminal.shows("Each save runs", KEYS)
    write(RIGHT, terminal)
    terminal.press("d")
    answer_all(terminal, "kkkkk")
    terminal.shows("Report saved")
    (challenge,) = record().challenges
    assert (challenge.spent, challenge.tries, challenge.is_right) == (40, 2, True)
    assert len(Interviews(checkout).all()) == 1


@needs_pexpect
@pytest.mark.parametrize(
    "interrupt", [is_killed, closes_the_terminal, leaves_the_questions_by_ctrl_c]
)
def test_marked_questions_are_kept_and_the_rest_is_asked_later(
    begin, begin_really, write, record, interrupt
):
    terminal = begin_really("verdicts", "softmax")
    plan(terminal)
    terminal.shows("Each save runs", KEYS)
    write(RIGHT, terminal)
    terminal.press("d")
    terminal.shows("Press Enter")
    terminal.press("\r")
    look_back(terminal)
    answer(terminal, "kh")
    terminal.shows("Follow-up 3 of 5", QUESTION)
    interrupt(terminal)
    terminal = begin()
    terminal.shows("1 of 1 written, follow-up questions left", "q leave")
    terminal.press("r")
    terminal.shows("Press Enter")
    terminal.press("\r")
    answer(terminal, "nnn")
    terminal.shows("and the solution", "Enter go on")
    terminal.press("\r")
    terminal.shows("Report saved")
    marks = [entry.mark for entry in record().challenges[0].follow_ups]
    assert marks == ["knew", "half", "no", "no", "no"]


def test_an_open_interview_can_be_closed_with_what_was_done(
    begin, begin_writing, write, checkout, softmax, record
):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.press("q")
    terminal.ends()
    terminal = begin()
    terminal.shows("is still open", "q leave")
    terminal.press("c")
    terminal.shows("Closed early, with none finished")
    assert terminal.ends() is None
    interview = record()
    assert interview.ended
    assert "np.exp(x)" in (interview.folder / "basics/softmax.py").read_text()
    page = interview.report.read_text()
    assert "Your code: [softmax.py](basics/softmax.py)" in page
    assert "revise" not in page
    assert not softmax.file_in(INTERVIEW).exists()
    assert Deck(checkout).due == {}


def test_leaving_at_the_question_changes_nothing(begin, begin_writing, record):
    terminal = begin_writing()
    terminal.press("q")
    terminal.ends()
    before = record().record.read_bytes()
    terminal = begin()
    terminal.shows("is still open", "q leave")
    terminal.press("q")
    terminal.shows("Saved, with 10:00 left")
    assert terminal.ends() is None
    assert record().record.read_bytes() == before


def test_only_one_goes_on_at_a_time(begin, begin_writing):
    begin_writing()
    error = begin("review").ends()
    assert isinstance(error, KataError)
    assert "already running in another terminal" in str(error)


def test_what_lies_there_from_before_is_kept(begin_writing, softmax, checkout):
    file = softmax.file_in(INTERVIEW)
    file.parent.mkdir(parents=True)
    file.write_text("# saved too late\n")
    begin_writing()
    assert file.read_text() == stubs.handed_out(softmax)
    (backup,) = (checkout / ".kata/backups/basics").iterdir()
    assert backup.read_text() == "# saved too late\n"


def test_a_record_that_cannot_be_read_is_set_aside(begin, begin_writing, record):
    terminal = begin_writing()
    terminal.press("q")
    terminal.ends()
    file = record().record
    file.write_text(file.read_text().replace('"tries": 0', '"tries": "none"'))
    error = begin("softmax").ends()
    assert isinstance(error, KataError)
    assert "It is now interview.broken.json" in str(error)
    begin_writing()

"""Mock interviews, held in a real terminal; the time is what the tests say."""

import datetime
import io
import json
import os
import re
import shutil
import signal
import sys
import time

import pytest
from rich.console import Console
from rich.markdown import Markdown

from kata import catalog, stubs
from kata.catalog import INTERVIEW, KataError
from kata.interview import command, report, review
from kata.interview.deck import Deck, key
from kata.interview.plan import Wish, plan
from kata.interview.sessions import FollowUp, Interviews, Task
from kata.progress import Progress
from kata.runner import Runner
from kata.tests.conftest import RIGHT, ROOT, WRONG

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are for Linux and macOS")

# Holds an interview or a review at the time that a file says.
DRIVER = """
import datetime, sys
from pathlib import Path
from rich.console import Console
from kata import catalog, stubs
from kata.catalog import KataError
from kata.interview import command, review
from kata.interview.plan import Wish
from kata.progress import Progress

class Clock:
    def seconds(self):
        return float(Path("seconds").read_text())
    def now(self):
        day = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
        return day + datetime.timedelta(seconds=self.seconds())

def main():
    katas, console = catalog.load(), Console(highlight=False)
    try:
        if sys.argv[1:] == ["review"]:
            review.hold(katas, console, Clock())
        else:
            chosen = tuple(katas.find(name) for name in sys.argv[1:])
            command.hold(katas, Progress(katas.root), Wish(katas=chosen), console, Clock())
    except KataError as error:
        sys.exit(str(error))

if __name__ == "__main__":
    main()
"""

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
KEYS = "left.*q leave"
QUESTION = "Type your answer"
LEFT = "\x1b[D"
QUOTED_ESCAPE = "\x16\x1b"  # Ctrl-V takes the next key as it is.
SIZES = ("COLUMNS", "LINES")


class Terminal:
    """An interview or a review that is going on."""

    def __init__(self, checkout, *arguments):
        self._checkout = checkout
        (checkout / "driver.py").write_text(DRIVER)
        # Without the sizes that a shell may have exported: they would stand above the terminal's.
        env = {name: value for name, value in os.environ.items() if name not in SIZES}
        self.process = pexpect.spawn(
            sys.executable,
            ["driver.py", *arguments],
            cwd=str(checkout),
            env=env | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
            dimensions=(60, 100),
            encoding="utf-8",
            timeout=60,
        )

    def shows(self, text, then=""):
        self.process.expect(re.escape(text) + f".*?{then}")

    def press(self, key):
        self.process.send(key)

    def passes(self, seconds):
        set_time(self._checkout, seconds)

    def ends(self):
        self.process.expect(pexpect.EOF)
        self.process.close()
        return self.process.exitstatus

    def answer_all(self, marks):
        """Go through the follow-up questions, with these marks."""
        self.shows("Press Enter")
        self.press("\r")
        for mark in marks:
            self.shows(QUESTION)
            self.press("\r")
            self.shows("Did you know it?")
            self.press(mark)


def set_time(checkout, seconds):
    """Let the clock stand at so many seconds."""
    new = checkout / "seconds.new"
    new.write_text(str(seconds))
    new.replace(checkout / "seconds")


@pytest.fixture
def begin(checkout):
    """Begins an interview or a review."""
    set_time(checkout, 0)
    terminals = []

    def begin(*arguments):
        terminals.append(Terminal(checkout, *arguments))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.process.close(force=True)


@pytest.fixture
def begin_writing(begin):
    """Begins an interview about softmax, up to where one can write."""

    def begin_writing():
        terminal = begin("softmax")
        terminal.shows("A save runs the examples", KEYS)
        return terminal

    return begin_writing


@pytest.fixture
def write(softmax):
    """Writes a body for softmax into the interview's file; waits until a terminal has shown it."""
    file = softmax.file_in(INTERVIEW)

    def write(body, terminal=None):
        stub = stubs.handed_out(softmax)
        head = stub[: stub.index("    raise NotImplementedError")]
        file.write_text(head + "\n".join("    " + line for line in body.splitlines()) + "\n")
        if terminal:
            terminal.shows("✓ softmax(np.array([0.0, 0.0]))", KEYS)

    return write


@pytest.fixture(autouse=True)
def the_learners_file_stays_as_it_is(softmax):
    softmax.exercise.write_text("# What the learner wrote.\n")
    before = softmax.exercise.read_bytes(), softmax.exercise.stat().st_mtime_ns
    yield
    assert (softmax.exercise.read_bytes(), softmax.exercise.stat().st_mtime_ns) == before


def record(checkout):
    """What is kept of the last interview."""
    return Interviews(checkout).all()[-1]


# --- A whole one ------------------------------------------------------------------------------


def test_a_whole_interview(begin, write, checkout, softmax):
    terminal = begin("softmax")
    terminal.shows("A save runs the examples", KEYS)
    terminal.passes(60)
    terminal.shows("09:00 left")
    write("return x")
    terminal.shows("✗ softmax(np.array([0.0, 0.0]))", "should give  array.*gives +array")
    write(f"print('for', x)\n{WRONG}")
    terminal.shows("✓ softmax(np.array([0.0, 0.0]))", f"It printed:.*?for .0. 0.*?{KEYS}")
    terminal.press("d")
    terminal.shows("exp overflows for large scores.", KEYS)
    terminal.passes(125)
    terminal.shows("07:55 left")
    write(RIGHT)
    terminal.shows("✓ softmax(np.array([0.0, 0.0]))", KEYS)
    terminal.press("d")
    terminal.shows("softmax is solved: all ")
    terminal.shows("Press Enter")
    terminal.passes(300)  # Reading and talking are not timed.
    terminal.press("\r")
    terminal.shows("Why subtract the maximum", QUESTION)
    terminal.press(f"so that othing overflows{LEFT * len('othing overflows')}n{QUOTED_ESCAPE}\r")
    terminal.shows("every exponent is at most 0", "Did you know it?")
    terminal.press("k")
    for mark in "hnkk":
        terminal.shows(QUESTION)
        terminal.press("\r")
        terminal.shows("Did you know it?")
        terminal.press(mark)
    terminal.shows("The report is kept as")
    assert terminal.ends() == 0

    interview = record(checkout)
    (task,) = interview.tasks
    assert interview.ended
    assert (task.right_after, task.spent, task.tries) == (125, 125, 2)
    assert task.passed == task.tests > 0
    assert [entry.mark for entry in task.follow_ups] == ["knew", "half", "no", "knew", "knew"]
    assert not softmax.file_in(INTERVIEW).exists()
    assert "return e /" in (interview.folder / "basics/softmax.py").read_text()
    page = interview.report.read_text()
    assert "| softmax | yes | 02:05 of 10:00 | 2 |" in page
    assert "3 known, 1 half known, 1 not known | never |" in page
    assert "You said: so that nothing overflows" in page
    for link in re.findall(r"\]\((.+?)\)", page):
        assert (interview.folder / link).is_file() or "README" in link


def test_two_katas_come_one_after_the_other_and_the_second_time_is_compared(begin, write, checkout):
    for second_time in (False, True):
        terminal = begin("softmax")
        terminal.shows("A save runs", KEYS)
        write(RIGHT, terminal)
        terminal.press("d")
        terminal.answer_all("kkkkk")
        terminal.shows("Nothing to revise")
        assert terminal.ends() == 0
        set_time(checkout, 86400)
        page = record(checkout).report.read_text()
        assert ("| 00:00 on 1 Mar 2026 |" in page) == second_time


# --- Time, pauses, giving up ------------------------------------------------------------------


def test_when_time_is_up_all_tests_run_and_it_is_over(begin_writing, write, checkout):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.passes(600)
    terminal.shows("exp overflows")
    terminal.shows("Press Enter")
    (task,) = record(checkout).tasks
    assert (task.over, task.right_after, task.spent, task.tries) == (True, None, 600, 1)
    assert 0 < task.passed < task.tests
    assert "exp overflows" in task.mistakes[0]


def test_a_right_answer_counts_when_time_is_up_before_it_was_said_to_be_done(
    begin_writing, write, checkout
):
    terminal = begin_writing()
    write(RIGHT, terminal)
    terminal.passes(700)
    terminal.shows("softmax is solved")
    terminal.shows("Press Enter")
    (task,) = record(checkout).tasks
    assert (task.right_after, task.spent) == (600, 600)


def test_what_all_tests_have_seen_already_is_not_counted_as_another_try(
    begin_writing, write, checkout
):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows("exp overflows", KEYS)
    terminal.passes(600)
    terminal.shows("Press Enter")
    assert record(checkout).tasks[0].tries == 1


def test_a_pause_stops_the_clock(begin_writing, checkout):
    terminal = begin_writing()
    terminal.passes(100)
    terminal.shows("08:20 left")
    terminal.press("p")
    terminal.shows("The clock stands still")
    terminal.passes(400)
    terminal.press("d")  # Not while it is paused.
    terminal.press("p")
    terminal.shows("A save runs", KEYS)
    terminal.passes(410)
    terminal.shows("08:10 left")
    assert record(checkout).tasks[0].tries == 0


def test_giving_up_takes_two_presses_and_shows_the_verdict(begin_writing, write, checkout):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.press("g")
    terminal.shows("Press g again", KEYS)
    terminal.press("x")
    terminal.shows("✓ softmax(np.array([0.0, 0.0]))", KEYS)  # As before the question.
    terminal.press("g")
    terminal.shows("Press g again", KEYS)
    terminal.press("g")
    terminal.shows("exp overflows")
    terminal.answer_all("nnnnn")
    terminal.shows("The report is kept")
    page = record(checkout).report.read_text()
    assert "It looked like:\n\n- exp overflows" in page
    assert "hints/basics/softmax.md" in page


def test_a_verdict_comes_back_after_a_pause_and_when_one_gives_up(begin_writing, write):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows("exp overflows", KEYS)
    terminal.press("p")
    terminal.shows("The clock stands still", KEYS)
    terminal.press("p")
    terminal.shows("exp overflows", KEYS)
    terminal.press("g")
    terminal.shows("Press g again", KEYS)
    terminal.press("g")
    terminal.shows("exp overflows", "Press Enter")


def test_an_untouched_stub_is_no_try(begin_writing, checkout):
    terminal = begin_writing()
    terminal.press("d")
    terminal.shows("softmax is to do", KEYS)
    assert record(checkout).tasks[0].tries == 0


def test_a_file_that_cannot_be_loaded_or_hangs_is_told(begin_writing, write, softmax):
    terminal = begin_writing()
    write("return (")
    terminal.shows("interview/basics/softmax.py", KEYS)
    write("while True: pass")
    terminal.shows("Is there an infinite loop?", KEYS)
    softmax.file_in(INTERVIEW).unlink()
    terminal.shows("is gone; save it again", KEYS)
    write(RIGHT, terminal)


# --- Interruptions ----------------------------------------------------------------------------


def interrupt_by_q(terminal):
    terminal.press("q")
    terminal.shows("All is kept, with 09:20 left")
    assert terminal.ends() == 0


def interrupt_by_ctrl_c(terminal):
    terminal.press("\x03")
    terminal.shows("All is kept, with 09:20 left")
    assert terminal.ends() == 130


def interrupt_by_kill(terminal):
    terminal.process.kill(signal.SIGKILL)
    terminal.process.wait()


def interrupt_by_closing(terminal):
    terminal.process.close(force=True)


@pytest.mark.parametrize(
    "interrupt", [interrupt_by_q, interrupt_by_ctrl_c, interrupt_by_kill, interrupt_by_closing]
)
def test_an_interrupted_interview_is_resumed(begin, begin_writing, write, checkout, interrupt):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows("exp overflows", KEYS)
    terminal.passes(40)
    terminal.shows("09:20 left")
    wait_until(lambda: record(checkout).tasks[0].spent == 40)
    interrupt(terminal)
    set_time(checkout, 5000)
    terminal = begin("softmax")
    terminal.shows("0 of 1 written, 09:20 left", "q leave")
    terminal.press("r")
    terminal.shows("A save runs", KEYS)
    write(RIGHT, terminal)
    terminal.press("d")
    terminal.answer_all("kkkkk")
    terminal.shows("The report is kept")
    (task,) = record(checkout).tasks
    assert (task.spent, task.tries, task.is_right) == (40, 2, True)
    assert len(Interviews(checkout).all()) == 1


def interrupt_questions_by_ctrl_c(terminal):
    terminal.press("\x03")
    terminal.shows("All is kept, with follow-up questions left")
    assert terminal.ends() == 130


def wait_until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it never came to that")


@pytest.mark.parametrize(
    "interrupt", [interrupt_by_kill, interrupt_by_closing, interrupt_questions_by_ctrl_c]
)
def test_marked_questions_are_kept_and_the_rest_is_asked_later(
    begin, begin_writing, write, checkout, interrupt
):
    terminal = begin_writing()
    write(RIGHT, terminal)
    terminal.press("d")
    terminal.answer_all("kh")
    terminal.shows("Follow-up 3 of 5", QUESTION)
    interrupt(terminal)
    terminal = begin()
    terminal.shows("1 of 1 written, follow-up questions left", "q leave")
    terminal.press("r")
    terminal.answer_all("nnn")
    terminal.shows("The report is kept")
    marks = [entry.mark for entry in record(checkout).tasks[0].follow_ups]
    assert marks == ["knew", "half", "no", "no", "no"]


def test_an_open_interview_can_be_closed_with_what_was_done(
    begin, begin_writing, write, checkout, softmax
):
    terminal = begin_writing()
    write(WRONG, terminal)
    terminal.press("q")
    terminal.ends()
    terminal = begin()
    terminal.shows("is open", "q leave")
    terminal.press("c")
    terminal.shows("It was closed with none finished")
    assert terminal.ends() == 0
    interview = record(checkout)
    assert interview.ended
    assert "np.exp(x)" in (interview.folder / "basics/softmax.py").read_text()
    page = interview.report.read_text()
    assert "What you wrote: [softmax.py](basics/softmax.py)" in page
    assert "revise" not in page
    assert not softmax.file_in(INTERVIEW).exists()
    assert Deck(checkout).due == {}


def test_leaving_at_the_question_changes_nothing(begin, begin_writing, checkout):
    terminal = begin_writing()
    terminal.press("q")
    terminal.ends()
    before = record(checkout).record.read_bytes()
    terminal = begin()
    terminal.shows("is open", "q leave")
    terminal.press("q")
    terminal.shows("All is kept")
    assert terminal.ends() == 0
    assert record(checkout).record.read_bytes() == before


def test_only_one_goes_on_at_a_time(begin, begin_writing):
    begin_writing()
    other = begin("review")
    other.shows("going on in another terminal")
    assert other.ends() == 1


def test_what_lies_there_from_before_is_kept(begin_writing, softmax, checkout):
    file = softmax.file_in(INTERVIEW)
    file.parent.mkdir(parents=True)
    file.write_text("# saved too late\n")
    begin_writing()
    assert file.read_text() == stubs.handed_out(softmax)
    (backup,) = (checkout / ".kata/backups/basics").iterdir()
    assert backup.read_text() == "# saved too late\n"


def test_a_record_that_cannot_be_read_is_set_aside(begin, begin_writing, checkout):
    terminal = begin_writing()
    terminal.press("q")
    terminal.ends()
    file = record(checkout).record
    file.write_text(file.read_text().replace('"tries": 0', '"tries": "none"'))
    terminal = begin("softmax")
    terminal.shows("It is now interview.broken.json")
    assert terminal.ends() == 1
    terminal = begin_writing()


# --- What comes back --------------------------------------------------------------------------


def test_what_was_missed_comes_back_the_next_day(begin, begin_writing, write, checkout):
    terminal = begin_writing()
    write(RIGHT, terminal)
    terminal.press("d")
    terminal.answer_all("nkkkk")
    terminal.shows("The report is kept")
    terminal.ends()

    terminal = begin("review")
    terminal.shows("Nothing is due today. The next card is due on 2 Mar 2026.")
    assert terminal.ends() == 0

    set_time(checkout, 86400 - 3600)  # An hour earlier, but the next day.
    terminal = begin("review")
    terminal.shows("1 of 1, basics/softmax", QUESTION)
    terminal.press("\r")
    terminal.shows("every exponent is at most 0", "Did you know it?")
    terminal.press("k")
    terminal.shows("Done for today: 1 reviewed.")
    assert terminal.ends() == 0
    terminal = begin("review")
    terminal.shows("Nothing is due today")


def test_a_review_that_is_broken_off_keeps_what_was_marked(begin, begin_writing, write, checkout):
    terminal = begin_writing()
    write(RIGHT, terminal)
    terminal.press("d")
    terminal.answer_all("nnnnn")
    terminal.shows("The report is kept")
    terminal.ends()
    set_time(checkout, 86400)
    terminal = begin("review")
    terminal.shows("1 of 5", QUESTION)
    terminal.press("\r")
    terminal.shows("Did you know it?")
    terminal.press("n")
    terminal.shows("2 of 5", QUESTION)
    terminal.press("\x03")
    terminal.shows("What you marked is kept")
    assert terminal.ends() == 130
    terminal = begin("review")
    terminal.shows("1 of 4", QUESTION)


def test_a_missed_kata_comes_back_too(begin, checkout, softmax):
    now = datetime.datetime(2026, 2, 28, 12, tzinfo=datetime.UTC)
    Deck(checkout).mark(key(softmax.id), "no", now)
    terminal = begin("review")
    terminal.shows("How would you write softmax", QUESTION)
    terminal.press("\r")
    terminal.shows("Did you know it?")
    terminal.press(f"x{LEFT}h")
    terminal.shows("To write it again: kata interview --kata softmax")
    assert terminal.ends() == 0


def test_with_nothing_asked_for_yet_a_review_says_where_to_begin(begin):
    terminal = begin("review")
    terminal.shows("what a `kata interview` asks for comes back here")
    assert terminal.ends() == 0


def test_a_review_takes_ten_minutes_at_most_and_begins_with_the_most_overdue(katas, softmax):
    deck, known = Deck(katas.root), review.cards(katas)
    for days, name in enumerate(reversed(known)):
        deck.mark(name, "no", NOW - datetime.timedelta(days=30 - days))
    questions = [name for name in known if name != softmax.id]
    assert len(questions) == 5
    chosen, more = review.due_today(known, deck, NOW)
    assert ([card.name for card in chosen], more) == ([*reversed(known)], 0)
    fifteen = {f"{name} {i}": card for i in range(3) for name, card in known.items()}
    for name in fifteen:
        deck.mark(name, "no", NOW - datetime.timedelta(days=3))
    chosen, more = review.due_today(fifteen, deck, NOW)
    assert sum(card.minutes for card in chosen) in (9, 10)
    assert len(chosen) + more == len(fifteen) == 18


def test_what_is_known_comes_back_later_and_later(checkout):
    deck, now, waits = Deck(checkout), NOW, []
    for _ in range(4):
        deck.mark("a", "knew", now)
        waits.append((deck.due["a"] - now).days)
        now = deck.due["a"]
    assert waits == sorted(set(waits))
    deck.mark("a", "no", now)
    assert (deck.due["a"] - now).days < waits[-1]
    assert Deck(checkout).due == deck.due


def test_an_answer_is_shown_as_it_was_typed(checkout, katas):
    said = "2*x*y, __init__, `c`, <b>, [l](u), a_i * b_j \\\\ # 1"
    interview = held(checkout, 1, follow_ups=[FollowUp("Why?", said, "knew")])
    text = printed(Markdown(report.page(katas, interview, [])))
    assert f"You said: {said}" in text


def test_an_interview_counts_once_however_often_it_is_taken(checkout):
    interview = held(checkout, 1)
    deck = Deck(checkout)
    deck.take(interview, NOW)
    due = dict(deck.due)
    deck.take(interview, NOW + datetime.timedelta(days=1))
    assert due
    assert deck.due == due


@pytest.mark.parametrize(
    "garbled",
    [
        {"due": "2026-03-01T12:00:00"},
        {"due": 5},
        {"state": 9},
        {"state": 3, "step": None},
        {"stability": "x"},
        {"stability": float("nan")},
        {"stability": -1.0},
        {"last_review": "yesterday"},
    ],
)
def test_a_garbled_deck_is_told_in_one_sentence_and_stays_as_it_is(checkout, garbled):
    Deck(checkout).mark("a", "knew", NOW)
    file = checkout / ".kata" / "cards.json"
    cards = json.loads(file.read_text())
    cards["a"] |= garbled
    file.write_text(json.dumps(cards))
    before = file.read_bytes()
    with pytest.raises(KataError, match="repair it, or remove it"):
        Deck(checkout)
    assert file.read_bytes() == before


@pytest.mark.parametrize("arguments", [("review",), ("softmax",)])
def test_a_garbled_deck_is_told_before_anything_begins(checkout, begin, arguments):
    file = checkout / ".kata" / "cards.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[]")
    terminal = begin(*arguments)
    terminal.shows("repair it, or remove it to start")
    assert terminal.ends() == 1
    assert Interviews(checkout).all() == []


# --- Reports ----------------------------------------------------------------------------------


def held(checkout, day, **fields):
    """An interview about softmax that ended on that day of March."""
    began = datetime.datetime(2026, 3, day, 12, tzinfo=datetime.UTC)
    task = Task("basics/softmax", 600, over=True, tests=30, **fields)
    interview = Interviews(checkout).begin(7, began, [task])
    interview.ended = began
    interview.save()
    return interview


def printed(what):
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(what)
    return console.export_text()


def test_the_history_shows_how_it_went_on(checkout, katas):
    held(checkout, 2, spent=600, passed=12, follow_ups=[FollowUp("Why?", "", "no")])
    held(checkout, 9, spent=500, right_after=500, passed=30)
    text = printed(command.history(katas))
    first, second = (line for line in text.splitlines() if "Mar 2026" in line)
    assert first.split() == [
        "2",
        "Mar",
        "2026,",
        "12:00",
        "0",
        "of",
        "1",
        "10:00",
        "of",
        "10:00",
        "0",
        "of",
        "1",
        "known",
        "✗",
        "softmax",
    ]
    assert second.split()[4:7] == ["1", "of", "1"]
    assert "softmax: not right → 08:20" in text


def test_a_report_compares_with_the_last_times_and_says_what_to_revise(checkout, katas):
    asked = [FollowUp("What does a temperature do?", "", "half"), FollowUp("Gone?", "", "no")]
    earlier = held(checkout, 2, spent=400, right_after=400, passed=30, speed=4, fast=4)
    wrong = {"spent": 600, "passed": 12, "speed": 4, "fast": 3, "mistakes": ["No maximum."]}
    page = report.page(katas, held(checkout, 9, follow_ups=asked, **wrong), [earlier])
    row = "| softmax | 12 of 30 tests | 10:00 of 10:00 | 0 | 3 of 4 |"
    assert f"{row} 1 half known, 1 not known | 06:40 on 2 Mar 2026 |" in page
    assert "- No maximum." in page
    revise = page.split("## To revise")[1]
    assert "(../../../hints/basics/softmax.md)" in revise
    assert "**What does a temperature do?** It divides the scores" in revise
    good = held(checkout, 10, spent=1, right_after=1, passed=30)
    assert "Nothing to revise" in report.page(katas, good, [])


# --- The draw ---------------------------------------------------------------------------------


@pytest.fixture
def all_katas(tmp_path):
    """The real curriculum, without any record."""
    root = tmp_path / "all"
    for name in ("hints", "solutions"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "curriculum.toml", root)
    return catalog.load(root)


def drawn(of, **wish):
    found = plan(of, Progress(of.root), Wish(**wish), NOW)
    return [kata.id for kata in found.katas]


def test_the_same_seed_draws_the_same_and_the_limits_fill_the_minutes(all_katas):
    wish = Wish(minutes=45, seed=5)
    plans = [plan(all_katas, Progress(all_katas.root), wish, NOW) for _ in range(2)]
    assert plans[0] == plans[1]
    assert sum(plans[0].limits) == pytest.approx(45 * 60)


def test_only_the_level_and_the_topic_that_were_asked_for(all_katas):
    for seed in range(20):
        names = drawn(all_katas, level="easy", topic="basics", minutes=30, seed=seed)
        katas = [all_katas.by_id[name] for name in names]
        assert {(kata.level, kata.topic) for kata in katas} == {("easy", "basics")}


def test_unsolved_katas_come_before_solved_ones_and_those_long_ago_before_new_ones(all_katas):
    folder = all_katas.root / ".kata"
    folder.mkdir()
    ids = [kata.id for kata in all_katas.katas]
    solved, long_ago, unsolved = ids[::3], ids[1::3], ids[2::3]
    dates = dict.fromkeys(solved, "2026-03-01T11:00:00+00:00")
    dates |= dict.fromkeys(long_ago, "2025-12-01T11:00:00+00:00")
    entries = {name: {"solved": date} for name, date in dates.items()}
    (folder / "progress.json").write_text(json.dumps({"current": "", "katas": entries}))
    counts = dict.fromkeys(ids, 0)
    for seed in range(300):
        for name in drawn(all_katas, minutes=45, seed=seed):
            counts[name] += 1
    shares = [sum(counts[name] for name in names) for names in (solved, long_ago, unsolved)]
    assert shares[0] * 10 < shares[1] < shares[2] * 1.5


def test_katas_are_named_with_their_own_minutes_or_those_given(all_katas):
    katas = (all_katas.find("adam"), all_katas.find("softmax"))
    for minutes, limits in ((None, [1500, 600]), (70, [3000, 1200])):
        wish = Wish(minutes=minutes, katas=katas)
        found = plan(all_katas, Progress(all_katas.root), wish, NOW)
        assert found.katas == katas
        assert found.limits == pytest.approx(limits)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"minutes": 0}, "must be at least 1"),
        ({"level": "extreme"}, "it is one of easy, medium, hard"),
        ({"topic": "cooking"}, "it is one of basics, optimization"),
        ({"minutes": 500}, "would fit: --minutes"),
        ({"level": "hard", "topic": "optimization"}, "choose another --level or --topic"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(all_katas, wish, says):
    with pytest.raises(KataError, match=re.escape(says)):
        drawn(all_katas, **wish)


def test_named_katas_are_at_most_four_and_need_no_level(all_katas):
    katas = all_katas.katas
    for wish, says in (
        ({"katas": katas[:5]}, "at most 4"),
        ({"katas": katas[:1] * 2}, "named twice"),
        ({"katas": katas[:1], "level": "easy"}, "leave --level and --topic out"),
    ):
        with pytest.raises(KataError, match=says):
            drawn(all_katas, **wish)


def test_without_solutions_no_capstone_is_drawn(all_katas):
    shutil.rmtree(all_katas.root / "solutions")
    names = {name for seed in range(200) for name in drawn(all_katas, minutes=45, seed=seed)}
    assert not any(name.startswith("capstones/") for name in names)


def test_a_capstone_is_judged_with_parts_that_are_right(tmp_path):
    """Of the learner's own parts none is written, yet the solution of the capstone passes."""
    root = tmp_path / "all"
    for name in ("tests", "solutions", "attempts"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("curriculum.toml", "pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, root)
    katas = catalog.load(root)
    for kata in katas.katas:
        stubs.reset(kata)
    xor = katas.find("xor")
    xor.file_in(INTERVIEW).parent.mkdir(parents=True)
    shutil.copy(xor.solution, xor.file_in(INTERVIEW))
    with Runner(katas) as runner:
        verdict = runner.run(xor, tree=INTERVIEW, trees=command.other_trees(katas, xor))
    assert verdict.status == "solved", verdict

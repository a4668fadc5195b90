"""Writing against the clock: what a save, a key and the end of the time do."""

import re

import pytest

from kata import catalog, stubs
from kata.catalog import INTERVIEW
from kata.interview import coding
from kata.tests import conftest
from kata.tests.interview.holding import KEYS, answer_all, hold, plan, printed
from kata.tests.terminals import LOOP, MISTAKE, RIGHT, WRONG, Terminal, Verdicts


@pytest.fixture
def writing(begin_writing):
    return begin_writing()


def give_up(terminal):
    terminal.press("g")
    terminal.shows("Press g again", KEYS)
    terminal.press("g")


def test_a_save_runs_the_examples_and_shows_what_is_printed(writing, write):
    write("return x")
    writing.shows("✗ softmax(np.array([0.0, 0.0]))", "expected  array.*got       array")
    write(f"print('for', x)\n{RIGHT}")
    writing.shows("✓ softmax(np.array([0.0, 0.0]))", f"Your code printed:.*?for .0. 0.*?{KEYS}")


def test_when_time_is_up_all_tests_run_and_it_is_over(writing, write, clock, record):
    write(WRONG, writing)
    clock.at = 600
    writing.shows(MISTAKE)
    writing.shows("Press Enter")
    (challenge,) = record().challenges
    assert (challenge.over, challenge.right_after, challenge.spent) == (True, None, 600)
    assert (challenge.tries, challenge.passed, challenge.tests) == (1, 2, 3)
    assert (challenge.fast, challenge.speed, challenge.mistakes) == (1, 1, [MISTAKE])


def test_a_right_answer_counts_when_time_is_up_before_it_was_said_to_be_done(
    writing, write, clock, record
):
    write(RIGHT, writing)
    clock.at = 700
    writing.shows("softmax is solved")
    writing.shows("Press Enter")
    (challenge,) = record().challenges
    assert (challenge.right_after, challenge.spent) == (600, 600)


def test_what_all_tests_have_seen_already_is_not_counted_as_another_try(
    writing, write, clock, record
):
    write(WRONG, writing)
    writing.press("d")
    writing.shows(MISTAKE, KEYS)
    clock.at = 600
    writing.shows("Press Enter")
    assert record().challenges[0].tries == 1


def test_a_pause_stops_the_clock(writing, write, clock, record):
    clock.at = 100
    writing.shows("08:20 left")
    writing.press("p")
    writing.shows("Paused")
    clock.at = 400
    writing.press("d")  # Not while it is paused.
    writing.press("p")
    writing.shows("Each save runs", KEYS)
    clock.at = 410
    writing.shows("08:10 left")
    assert record().challenges[0].tries == 0


def test_giving_up_takes_two_presses_and_shows_the_verdict(writing, write, record):
    write(WRONG, writing)
    writing.press("g")
    writing.shows("Press g again", KEYS)
    writing.press("x")
    writing.shows("✓ softmax(np.array([0.0, 0.0]))", KEYS)  # As before the question.
    give_up(writing)
    writing.shows(MISTAKE)
    answer_all(writing, "nnnnn")
    writing.shows("Report saved")
    page = record().report.read_text()
    assert f"It looks like:\n\n- {MISTAKE}" in page
    assert "hints/basics/softmax.md" in page


def test_a_verdict_comes_back_after_a_pause_a_resize_and_when_one_gives_up(writing, write):
    write(WRONG, writing)
    writing.press("d")
    writing.shows(MISTAKE, KEYS)
    writing.press("p")
    writing.shows("Paused", KEYS)
    writing.press("p")
    writing.shows(MISTAKE, KEYS)
    writing.console.width = 70
    writing.shows(MISTAKE, KEYS)
    give_up(writing)
    writing.shows(MISTAKE, "Press Enter")


def test_an_untouched_stub_is_no_try(writing, record):
    writing.press("d")
    writing.shows("softmax is to do", KEYS)
    assert record().challenges[0].tries == 0


def test_a_file_that_hangs_or_is_gone_is_told(writing, write, softmax):
    write(LOOP)
    writing.shows("It exceeded 0.3 seconds.", KEYS)
    softmax.file_in(INTERVIEW).unlink()
    writing.shows("is gone; save it again", KEYS)
    write(RIGHT, writing)


def test_a_save_takes_the_place_of_the_run_before_it(writing, write):
    write(LOOP)
    writing.press("x")
    write(RIGHT, writing)


# --- How strict it is, and what a kata without examples tells ---------------------------------


@pytest.fixture
def begin_strictly(begin):
    def begin_strictly(strict):
        terminal = begin("softmax", f"--strict={strict}")
        plan(terminal)
        terminal.shows("Each save", KEYS)
        return terminal

    return begin_strictly


def test_only_how_many_tests_pass_is_told_before_the_end(begin_strictly, write):
    terminal = begin_strictly("counts")
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows("2 of 3 tests pass.", KEYS)
    assert MISTAKE not in terminal.text
    give_up(terminal)
    terminal.shows(MISTAKE, "Press Enter")


def test_without_a_verdict_to_be_done_is_to_hand_in(begin_strictly, write, record):
    terminal = begin_strictly("none")
    write(WRONG, terminal)
    terminal.press("d")
    terminal.shows("Press d again to hand it in", KEYS)
    terminal.press("d")
    terminal.shows(MISTAKE, "Press Enter")
    assert record().challenges[0].tries == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (RIGHT, "the first call works"),
        ("return np.array([1.0]) + nothing", "The first call raises an error..*NameError"),
        ("import nothing_of_this_name", "The first call raises an error..*ModuleNotFoundError"),
        ("return (", "SyntaxError|never closed"),
        ("raise NotImplementedError", "still to write"),
    ],
)
def test_without_examples_a_save_tells_what_a_first_call_raises(
    checkout, katas, softmax, runner, body, says
):
    file = softmax.file_in(INTERVIEW)
    file.parent.mkdir(parents=True)
    stub = re.sub(r"(?m)^ *>>> .*\n", "", stubs.handed_out(softmax))
    softmax.solution.write_text(re.sub(r"(?m)^ *>>> .*\n", "", softmax.solution.read_text()))
    head = stub[: stub.index("    raise NotImplementedError")]
    right = "\n".join("    " + line for line in conftest.RIGHT.splitlines())
    file.write_text(f"{head}{right if body == RIGHT else '    ' + body}\n")
    verdict = runner.run(softmax, tree=INTERVIEW, diagnose=False)
    assert re.search(says, printed(coding._first_call(verdict)), re.DOTALL)


# --- The clock ---------------------------------------------------------------------------------


def test_the_plan_takes_time_from_the_clock(begin, clock):
    terminal = begin("softmax")
    terminal.shows("10:00 left", "Your plan: how")
    clock.at = 60
    terminal.press("\r")
    terminal.shows("09:00 left", "Edge cases: which")
    clock.at = 90
    terminal.press("\r")
    terminal.shows("08:30 left", "q leave")


def test_five_minutes_and_one_minute_are_told(writing, clock):
    for at, text in (
        (299, "05:01 left   "),
        (301, "04:59 left: the last 5 minutes"),
        (541, "00:59 left: the last minute"),
    ):
        clock.at = at
        writing.shows(text)


def test_what_one_stage_leaves_of_the_time_is_the_next_ones(two_stages, begin, write, record):
    terminal = begin("--staged=both")
    plan(terminal)
    terminal.shows("10:00 left", "q leave")
    write(RIGHT, terminal)
    terminal.press("d")
    answer_all(terminal, "kkkkk")
    terminal.shows("2 of 2", "20:00 left")
    assert [one.limit for one in record().challenges] == [0, 1200]


def go_on_to_the_second_step(terminal, write, body):
    plan(terminal)
    terminal.shows("10:00 left", "q leave")
    write(body, terminal)
    give_up(terminal)
    answer_all(terminal, "kkkkk")
    plan(terminal)
    terminal.shows("Each save", KEYS)


@pytest.mark.parametrize(
    ("body", "whose"),
    [(RIGHT, "as you wrote it"), (WRONG, "as it should be")],
    ids=["right", "wrong"],
)
def test_a_staged_task_grows_and_what_is_not_right_is_lent(
    two_stages, begin, write, record, checkout, body, whose
):
    kata = catalog.load(checkout).find("other")
    terminal = begin("--staged=both")
    go_on_to_the_second_step(terminal, write, body)
    file, stub = kata.file_in(INTERVIEW), stubs.handed_out(kata)
    head = f"{stub}\n\n# --- What you have so far: softmax, {whose} ---"
    assert file.read_text().startswith(head)
    assert file.read_text().count("def softmax") == 2
    give_up(terminal)
    terminal.shows("Press Enter")
    kept = record().folder / "basics" / "other.py"
    assert kept.read_text() == stub


def test_a_staged_task_can_be_closed_when_a_step_of_it_no_longer_exists(
    two_stages, begin, write, record, checkout, clock, monkeypatch
):
    other = catalog.load(checkout).find("other")
    terminal = begin("--staged=both")
    go_on_to_the_second_step(terminal, write, WRONG)
    terminal.press("q")
    assert terminal.ends() is None
    curriculum = checkout / "curriculum.toml"
    head, _, entry = curriculum.read_text().split("[[kata]]")
    curriculum.write_text(f"{head}[[kata]]{entry}")
    written = other.file_in(INTERVIEW).read_text()
    left = catalog.load(checkout)
    terminal = Terminal(lambda console: hold((), left, Verdicts(), console, clock), monkeypatch)
    terminal.shows("r resume it")
    terminal.press("c")
    terminal.shows("Report saved")
    assert terminal.ends() is None
    assert (record().folder / "basics" / "other.py").read_text() == written

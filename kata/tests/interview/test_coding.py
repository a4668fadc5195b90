"""Writing against the clock: what a save, a key and the end of the time do."""

import pytest

from kata.catalog import INTERVIEW
from kata.tests.interview.holding import KEYS, answer_all
from kata.tests.terminals import LOOP, MISTAKE, RIGHT, WRONG


@pytest.fixture
def writing(begin_writing):
    return begin_writing()


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
    writing.press("g")
    writing.shows("Press g again", KEYS)
    writing.press("g")
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
    writing.press("g")
    writing.shows("Press g again", KEYS)
    writing.press("g")
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

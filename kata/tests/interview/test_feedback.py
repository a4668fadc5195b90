"""The report of an interview, and how all of them went."""

from datetime import UTC, datetime

import pytest
from rich.markdown import Markdown

from kata.interview import command, feedback
from kata.interview.sessions import Challenge, FollowUp, Interviews
from kata.tests.interview.holding import printed


@pytest.fixture
def held(checkout):
    """Makes an interview about softmax that ended on that day of March."""

    def held(day, **fields):
        began = datetime(2026, 3, day, 12, tzinfo=UTC)
        challenge = Challenge("basics/softmax", 600, over=True, tests=30, **fields)
        interview = Interviews(checkout).begin(7, began, [challenge])
        interview.ended = began
        interview.save()
        return interview

    return held


def test_an_answer_is_shown_as_it_was_typed(held, katas):
    said = "2*x*y, __init__, `c`, <b>, [l](u), a_i * b_j \\\\ # 1"
    interview = held(1, follow_ups=[FollowUp("Why?", said, "knew")])
    text = printed(Markdown(feedback.page(katas, interview, [])))
    assert f"You said: {said}" in text


def test_the_history_shows_how_it_went_on(held, katas):
    held(2, spent=600, passed=12, follow_ups=[FollowUp("Why?", "", "no")])
    held(9, spent=500, right_after=500, passed=30)
    text = printed(command.history(katas))
    first, second = (line for line in text.splitlines() if ", 12:00" in line)
    cells = "2 Mar 2026, 12:00  0 of 1  10:00 of 10:00  0 of 1 known  ✗ softmax"
    assert first.split() == cells.split()
    assert second.split()[4:7] == ["1", "of", "1"]
    assert "softmax: not solved on 2 Mar 2026 → 08:20 on 9 Mar 2026" in text


def test_a_report_compares_with_the_last_times_and_says_what_to_revise(held, katas):
    asked = [FollowUp("What does a temperature do?", "", "half"), FollowUp("Gone?", "", "no")]
    earlier = held(2, spent=400, right_after=400, passed=30, speed=4, fast=4)
    wrong = {"spent": 600, "passed": 12, "speed": 4, "fast": 3, "mistakes": ["No maximum."]}
    page = feedback.page(katas, held(9, follow_ups=asked, **wrong), [earlier])
    row = "| softmax | 12 of 30 tests | 10:00 of 10:00 | 10 min | 0 | 3 of 4 |"
    assert f"{row} – | – | – | 1 half known, 1 not known | 06:40 on 2 Mar 2026 |" in page
    assert "- No maximum." in page
    revise = page.split("## To revise")[1]
    assert "(../../../hints/basics/softmax.md)" in revise
    assert "**What does a temperature do?** It divides the scores" in revise
    good = held(10, spent=1, right_after=1, passed=30)
    assert "Nothing to revise" in feedback.page(katas, good, [])

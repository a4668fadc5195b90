"""The learner's record: what it keeps, and that nothing loses it."""

import json
import os
import re
import signal
import sys
import time
from dataclasses import asdict
from datetime import date, timedelta

import pytest

from kata import catalog, mistakes
from kata.catalog import KataError
from kata.progress import Entry, Progress
from kata.tests.conftest import ROOT
from kata.verdict import FAILED, Verdict


@pytest.fixture
def file(checkout):
    return checkout / ".kata" / "progress.json"


def test_a_new_learner_is_at_the_first_kata(checkout, katas, softmax):
    progress = Progress(checkout)
    assert progress.current(katas) == softmax
    assert not progress.is_solved(softmax)


def test_what_is_recorded_is_there_the_next_time(checkout, katas, softmax):
    progress = Progress(checkout)
    progress.ran(softmax, solved=False)
    progress.ran(softmax, solved=False)
    progress.hinted(softmax, 2)
    progress.saw_solution(softmax)
    progress.ran(softmax, solved=True)
    entry = Progress(checkout)[softmax]
    assert (entry.attempts, entry.hints, entry.solution_seen) == (2, 2, True)
    assert Progress(checkout).is_solved(softmax)


def test_runs_after_the_kata_was_solved_change_nothing(checkout, softmax):
    progress = Progress(checkout)
    progress.ran(softmax, solved=True)
    before = progress[softmax]
    progress.ran(softmax, solved=False)
    progress.ran(softmax, solved=True)
    assert Progress(checkout)[softmax] == before


def test_a_kata_that_fails_newer_tests_is_to_be_solved_again(checkout, softmax):
    progress = Progress(checkout)
    progress.ran(softmax, solved=True)
    softmax.test.write_text(softmax.test.read_text() + "\n")
    assert progress.is_solved(softmax)
    progress.ran(softmax, solved=False)
    assert not Progress(checkout).is_solved(softmax)
    progress.ran(softmax, solved=True)
    assert Progress(checkout).is_solved(softmax)


def test_two_programs_at_once_lose_nothing_of_each_other(checkout, softmax):
    one, other = Progress(checkout), Progress(checkout)
    one.hinted(softmax, 1)
    other.ran(softmax, solved=True)
    one.saw_solution(softmax)
    entry = Progress(checkout)[softmax]
    assert (entry.hints, entry.solution_seen, entry.solved is not None) == (1, True, True)


def test_a_kata_that_is_no_longer_in_the_curriculum_keeps_its_record(checkout, file, softmax):
    Progress(checkout).ran(softmax, solved=True)
    data = json.loads(file.read_text())
    data["katas"]["basics/gone"] = data["katas"]["basics/softmax"]
    file.write_text(json.dumps(data | {"current": "basics/gone"}))
    progress = Progress(checkout)
    progress.hinted(softmax, 1)
    assert "basics/gone" in json.loads(file.read_text())["katas"]


@pytest.mark.parametrize(
    "content", ["[]", '{"current": 1}', '{"current": "", "katas": {"a": 3}}', "{"]
)
def test_a_damaged_file_is_set_aside(checkout, file, content):
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(KataError, match="cannot be read"):
        Progress(checkout)
    assert (file.parent / "progress.broken.json").read_text() == content
    Progress(checkout)


def test_a_folder_that_cannot_be_written_gets_a_sentence(checkout, softmax):
    (checkout / ".kata").write_text("a file where the folder should be")
    with pytest.raises(KataError, match=r"progress\.json"):
        Progress(checkout).hinted(softmax, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_kill_at_any_moment_leaves_a_readable_file(checkout, softmax):
    attempts = 0
    for milliseconds in range(0, 60, 4):
        writer = os.fork()
        if not writer:
            while True:
                Progress(checkout).ran(softmax, solved=False)
        time.sleep(milliseconds / 1000)
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        assert Progress(checkout)[softmax].attempts >= attempts
        attempts = Progress(checkout)[softmax].attempts
    assert attempts


def made(softmax, *names):
    return Verdict(softmax, FAILED, mistakes=[(name, "text") for name in names])


def test_the_last_mistakes_are_remembered_once_a_day(checkout, softmax):
    progress = Progress(checkout)
    for name in (*map(str, range(20)), "3"):
        progress.judged(made(softmax, name))
    progress.judged(made(softmax, "19"))
    remembered = Progress(checkout)[softmax].mistakes
    assert list(remembered) == ["13", "14", "15", "16", "17", "18", "3", "19"]
    assert {len(days) for days in remembered.values()} == {1}


def test_what_keeps_coming_up_in_a_week_is_told(checkout, file, katas, softmax):
    today = date.today()
    days = [(today - timedelta(days=n)).isoformat() for n in (30, 3, 1, 0)]
    made = {"softmax_along_the_other_axis": days, "without_the_maximum": days[:2]}
    entry = Entry(mistakes=made)
    file.parent.mkdir()
    file.write_text(json.dumps({"current": "", "katas": {softmax.id: asdict(entry)}}))
    progress = Progress(checkout)
    assert mistakes.told(katas, progress) == ["3 times this week: an axis (basics/softmax)."]
    said = mistakes.made(softmax, progress)
    assert said[0].startswith("exp overflows for large scores.")


def test_every_mistake_can_be_said_without_loading_it():
    for kata in catalog.load(ROOT).katas:
        source = kata.attempts.read_text("utf-8")
        written = len(re.findall(r"^\w+ = slip\(|^@wrong\(", source, re.MULTILINE))
        texts = mistakes.texts(kata)
        assert len(texts) >= written
        assert all(len(text) > 5 for text in texts.values())

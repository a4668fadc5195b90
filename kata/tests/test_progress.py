"""The learner's record: what it keeps, and that nothing loses it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from kata.catalog import KataError
from kata.progress import Progress, write_whole


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
    "content", ["", "{", "[]", '{"current": 1}', '{"current": "", "katas": {"a": 3}}', "\0"]
)
def test_a_damaged_file_is_named_and_set_aside(checkout, file, content):
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(KataError, match=r"cannot be read .* run the command again"):
        Progress(checkout)
    assert (file.parent / "progress.broken.json").read_text() == content
    Progress(checkout)


def test_a_folder_that_cannot_be_written_gets_a_sentence(checkout, softmax):
    (checkout / ".kata").write_text("a file where the folder should be")
    with pytest.raises(KataError, match=r"progress\.json"):
        Progress(checkout).hinted(softmax, 1)


WRITER = """
import sys
from pathlib import Path
from kata import catalog
from kata.progress import Progress

root = Path(sys.argv[1])
kata = catalog.load(root).find("softmax")
print("ready", flush=True)
while True:
    Progress(root).ran(kata, solved=False)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_kill_at_any_moment_leaves_a_readable_file(checkout, softmax):
    attempts = 0
    for milliseconds in range(0, 60, 4):
        command = [sys.executable, "-c", WRITER, str(checkout)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(milliseconds / 1000)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert Progress(checkout)[softmax].attempts >= attempts
        attempts = Progress(checkout)[softmax].attempts
    assert attempts


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "file"
    write_whole(file, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"

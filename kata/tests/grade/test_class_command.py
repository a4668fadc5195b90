"""`kata grade --class` at a terminal: what it says, and what is left when it is ended."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kata.tests.conftest import ROOT
from kata.tests.grade.support import NAMES, found_in, hand_in, stored, wait_for


@pytest.fixture
def kata(tmp_path):
    """Starts `kata` in a session of its own; all its processes have a mark."""
    own = tmp_path / "own"
    own.mkdir()
    environment = os.environ | {
        "COLUMNS": "100",
        "TMPDIR": str(own),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{own}",
    }
    started = []

    def one_core():
        """So there is one worker, and no second one that has to start."""
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])

    def kata(*arguments, cwd=ROOT):
        run = subprocess.Popen(
            [sys.executable, "-m", "kata", *map(str, arguments)],
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=one_core,
        )
        started.append(run)
        return run

    yield kata
    for run in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.communicate()


def marked(folder):
    """The command lines of the processes whose environment or command line names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if os.fsencode(folder) in command + (process / "environ").read_bytes():
                found.append(command)
    return found


def test_the_command_writes_a_line_for_each_submission(said, output, handed_in):
    code, out, err = said(
        *("grade", "--class", handed_in, *NAMES, "--seed", "secret", "--output", output)
    )
    assert code in (0, None), err
    assert out == f"5 of 7 students are graded: read {output / 'report.md'} first.\n"
    assert len(err.splitlines()) == 7
    assert ": ada: 20 of 20 points\n" in err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--format", "json"], "With --class there is one --output"),
        (["--fail-under", "50"], "With --class there is one --output"),
        (["--output", "a", "--output", "b"], "With --class there is one --output"),
        (["--seed", "x"], "--seed is 'x'"),
        (["--dask", "127.0.0.1:1"], "No dask scheduler answers at 127.0.0.1:1"),
        (["--dask", "nonsense"], "No dask scheduler answers at nonsense"),
        (["--dask", ""], "No dask scheduler answers at"),
        (["softmacs"], "There is no kata 'softmacs'. Did you mean basics/softmax"),
        (["--student", "max"], "--student is 'max', who is not in the class"),
        (["--course", "none.toml"], "none.toml cannot be read: No such file"),
        (["--course", "none.toml", "relu"], "With --course, name no katas"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(said, handed_in, tmp_path, arguments, text):
    output = [] if "--output" in arguments else ["--output", tmp_path / "marks"]
    code, _, err = said("grade", *arguments, "--class", handed_in, *output)
    assert (code, len(err.splitlines())) == (2, 1)
    assert text in err


@pytest.mark.parametrize("option", ["--dask", "--student", "--course", "--anonymous"])
def test_what_is_for_a_class_needs_one(said, handed_in, option):
    value = [] if option == "--anonymous" else ["127.0.0.1:1"]
    code, _, err = said("grade", handed_in, option, *value)
    assert code == 2
    assert f"{option} is for a class: add --class ROSTER." in err


def test_what_is_wrong_in_a_roster_or_a_course_is_told_in_a_sentence(said, tmp_path):
    roster, course = tmp_path / "class.csv", tmp_path / "course.toml"
    roster.write_text("name,id\nAda,ada\n")
    course.write_text("[[part]]\nname = 'Homework'\nkatas = ['rellu']\n")
    code, _, err = said("grade", "--class", roster)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "class.csv has no column 'submission'" in err
    code, _, err = said("grade", "--class", roster, "--course", course)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "course.toml: There is no kata 'rellu'. Did you mean basics/relu" in err


linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


@linux
def test_ctrl_c_keeps_what_is_done_and_ends_all(kata, handed_in, tmp_path):
    output = tmp_path / "marks"
    run = kata("grade", "--class", handed_in, "--output", output, *NAMES)
    wait_for(lambda: stored(output), "a mark")
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate()
    assert run.returncode == 130
    text = f"Stopped. What is done is kept in {output}; the same command goes on from there.\n"
    assert err.endswith(text)
    assert "Traceback" not in err
    assert stored(output)
    assert not marked(tmp_path / "own")


@linux
def test_a_run_that_is_killed_leaves_no_process_and_goes_on(kata, own_class, graded, tmp_path):
    names = ("bob", "eve")
    for folder in own_class.iterdir():
        if folder.is_dir() and not folder.is_symlink() and folder.name not in names:
            shutil.rmtree(folder)
    (own_class / "ada.zip").unlink()
    output = tmp_path / "marks"
    output.mkdir()
    shutil.copy(graded / "run.json", output)
    command = ("grade", "--class", own_class, "--output", output, *NAMES, "--seed", "secret")
    run = kata(*command)
    wait_for(lambda: stored(output).get("eve", {}).get("katas"), "a mark")
    run.kill()
    wait_for(lambda: not marked(tmp_path / "own"), "the end of all processes")
    assert not (output / "report.md").exists()
    (run := kata(*command)).communicate()
    assert run.returncode == 0
    expected = found_in(graded)
    assert found_in(output) == {name: expected[name] for name in names}
    assert (output / "report.md").exists()


@linux
def test_a_judge_that_waits_for_an_answer_ends_with_a_killed_run(kata, checkout, tmp_path):
    curriculum = checkout / "curriculum.toml"
    # Nothing ends by itself while this test waits.
    curriculum.write_text(curriculum.read_text().replace("seconds = 0.4\n", "seconds = 3000\n"))
    hangs = "def softmax(x, axis=-1):\n    while True:\n        pass\n"
    hand_in(tmp_path / "class" / "ada", softmax=hangs)
    run = kata("grade", "--class", tmp_path / "class", cwd=checkout)
    own = tmp_path / "own"

    def is_testing():
        # The nursery, a keeper, a sandbox.
        return sum(b"nursery.main" in command for command in marked(own)) >= 3

    wait_for(is_testing, "a sandbox")
    os.killpg(run.pid, signal.SIGKILL)
    wait_for(lambda: not marked(own), "the end of all processes")

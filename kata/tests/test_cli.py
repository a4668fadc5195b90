"""The commands, one at a time, in this process; `Verdicts` takes the runner's place."""

import io
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from rich.console import Console

from kata import arguments, catalog, cli, stubs, target
from kata.author import bench, verify
from kata.author.verify import Proof
from kata.tests import conftest
from kata.tests.terminals import MISTAKE, RIGHT, ROOT, WRONG, Verdicts


@dataclass
class Result:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def kata(checkout, monkeypatch, capsys):
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(cli, "console", Console(highlight=False, width=100))
    monkeypatch.setattr(cli, "Runner", Verdicts)

    def kata(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["kata", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Result(ended.value.code or 0, *capsys.readouterr())

    return kata


@pytest.fixture
def really(checkout):
    """Runs a command in a process of its own, which runs the tests."""

    def really(*arguments):
        command = [sys.executable, "-m", "kata", *arguments]
        env = os.environ | {"COLUMNS": "100"}
        return subprocess.run(
            command, cwd=checkout, env=env, input="", capture_output=True, text=True, timeout=120
        )

    return really


def test_without_a_terminal_it_says_where_one_stands_and_the_verdict(really, answer):
    answer(conftest.WRONG)
    result = really()
    assert result.returncode == 0, result.stderr
    assert "exp overflows for large scores" in result.stdout
    assert "0 of 1 solved" in result.stdout
    assert "exercises/basics/softmax.py:7" in result.stdout


def test_test_gives_the_verdict_as_its_exit_code(kata, answer):
    assert "softmax is to do" in kata("test").stdout
    assert "exercises/basics/softmax.py:20" in kata().stdout
    answer(WRONG)
    result = kata("test", "softmax")
    assert result.returncode == 1
    assert MISTAKE in result.stdout
    answer(RIGHT)
    result = kata("test", "basics/softmax")
    assert result.returncode == 0
    assert "softmax is solved: all " in result.stdout
    assert "1 of 1 solved" in kata().stdout


def test_list_shows_each_state(kata, answer):
    assert "to do" in kata("list").stdout
    answer(WRONG)
    kata("test")
    assert "1 try" in kata("list").stdout
    answer(RIGHT)
    kata("test")
    assert "solved" in kata("list").stdout


def test_list_shows_the_topics_that_are_asked_for(kata):
    assert "softmax" in kata("list", "basics").stdout
    refused = kata("list", "basic")
    assert refused.returncode == 2
    assert "There is no topic 'basic'. The topics are basics" in refused.stderr


def test_the_name_of_a_kata_goes_there_and_that_of_a_topic_is_all_its_katas(kata):
    assert "basics/softmax" in kata("softmax").stdout
    assert "softmax is to do" in kata("test", "basics").stdout
    refused = kata("sotfmax")
    assert refused.returncode == 2
    assert "Did you mean basics/softmax?" in refused.stderr
    assert "`kata --help` shows the commands." in refused.stderr


def test_it_tells_its_version(kata):
    assert kata("--version").stdout.startswith("kata ")


def test_a_pipe_of_another_encoding_gets_question_marks(really, answer, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    answer(conftest.WRONG)
    result = really("test")
    assert result.returncode == 1
    assert "? softmax" in result.stdout


def test_hints_come_one_at_a_time(kata):
    first, again = (kata("hint", "softmax").stdout for _ in range(2))
    second, third, fourth = (kata("hint", "softmax", "--more").stdout for _ in range(3))
    assert "Hint 1 of 3" in first
    assert again == first
    assert "Hint 2 of 3" not in first
    assert "Hint 2 of 3" in second
    assert "Hint 3 of 3" in third
    assert fourth == third
    assert "That is the last hint" in third


def test_the_solution_is_shown_after_asking_and_that_is_noted(kata, answer, checkout):
    refused = kata("solution", "softmax", stdin="n\n")
    assert refused.returncode == 1
    assert "y /= y.sum" not in refused.stdout
    shown = kata("solution", "softmax", stdin="y\n")
    assert shown.returncode == 0
    assert "y /= y.sum" in shown.stdout
    assert '"solution_seen": true' in (checkout / ".kata" / "progress.json").read_text()


def test_the_solution_of_a_solved_kata_is_shown_at_once(kata, answer):
    answer(RIGHT)
    kata("test")
    assert "y /= y.sum" in kata("solution", "softmax").stdout


def test_reset_puts_the_stub_back_and_keeps_a_copy(kata, answer, softmax, checkout):
    answer(WRONG)
    mine = softmax.exercise.read_bytes()
    assert kata("reset", "softmax", stdin="n\n").returncode == 1
    assert softmax.exercise.read_bytes() == mine
    result = kata("reset", "softmax", stdin="y\n")
    assert result.returncode == 0
    assert softmax.exercise.read_text() == stubs.handed_out(softmax)
    (backup,) = (checkout / ".kata" / "backups" / "basics").iterdir()
    assert backup.read_bytes() == mine
    assert backup.name in result.stdout.replace("\n", "")


def test_reset_brings_a_deleted_file_back(kata, softmax):
    softmax.exercise.unlink()
    assert kata("reset", "softmax", "--yes").returncode == 0
    assert softmax.exercise.is_file()


BAD = {
    "a mistyped kata": (
        ["test", "sofmax"],
        "There is no kata 'sofmax'. Did you mean basics/softmax?",
    ),
    "a mistyped hint": (["hint", "softmx"], "Did you mean basics/softmax?"),
    "a new kata without a topic": (["new", "softmin"], "should be topic/name"),
    "a new kata of an unknown topic": (["new", "magic/softmin"], "with a topic of basics"),
    "a new kata with a bad name": (["new", "basics/Soft-min"], "lower case letters"),
    "an interview without a terminal": (
        ["interview"],
        "`kata interview` is interactive: run it in a terminal.",
    ),
    "a review without a terminal": (
        ["review"],
        "`kata review` is interactive: run it in a terminal.",
    ),
    "an interview at a level that is none": (["interview", "--list", "--level", "x"], "no level"),
    "an interview about a mistyped kata": (["interview", "--kata", "softmx"], "Did you mean"),
    "a new kata that is there": (
        ["new", "basics/softmax"],
        "is there already; nothing was written",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), BAD.values(), ids=BAD.keys())
def test_bad_input_gets_a_sentence_and_exit_code_2(kata, arguments, sentence):
    result = kata(*arguments)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_the_list_of_an_interview_needs_no_terminal_and_begins_nothing(kata, checkout):
    result = kata("interview", "--list", "--minutes", "10", "--seed", "4")
    assert result.returncode == 0
    assert "basics/softmax  10:00" in result.stdout
    assert "--seed 4" in result.stdout
    assert (
        kata("interview", "--history").stdout
        == "No finished interviews yet. Start one with `kata interview`.\n"
    )
    assert not (checkout / "interview").exists()
    assert not (checkout / ".kata" / "interviews").exists()


def test_a_damaged_record_gets_a_sentence(kata, checkout):
    (checkout / ".kata").mkdir()
    (checkout / ".kata" / "progress.json").write_text("{")
    result = kata("list")
    assert result.returncode == 2
    assert "cannot be read" in result.stderr
    assert kata("list").returncode == 0


def test_it_works_from_any_folder_below(kata, checkout, monkeypatch):
    monkeypatch.chdir(checkout / "exercises" / "basics")
    assert "softmax" in kata("list").stdout


def test_a_new_kata_says_what_is_still_missing(kata, checkout):
    assert kata("new", "basics/softmin").returncode == 0
    assert 'name = "basics/softmin"' in (checkout / "curriculum.toml").read_text()
    assert "softmin" in kata("list").stdout
    assert "softmin is to do" in kata("test", "softmin").stdout
    result = kata("verify", "softmin")
    assert result.returncode == 1
    for missing in (
        'solutions/basics/softmin.py:8 is still to be written: """TODO: what it gives',
        "hints/basics/softmin.md:5 is still to be written: TODO: a question",
        "exercises/basics/README.md does not name softmin in its table",
        "softmin.md: interview questions: 1; at least 3 are needed",
        "right attempts: 1; at least 2",
    ):
        assert missing in result.stdout


def test_verify_proves_and_fails(kata, checkout, katas, monkeypatch):
    proof = Proof(katas.find("softmax"))
    monkeypatch.setattr(verify, "verify", lambda *_, **__: [proof])
    result = kata("verify")
    assert result.returncode == 0
    assert "Katas proven: 1." in result.stdout
    (checkout / "hints" / "basics" / "stray.md").write_text("")
    result = kata("verify")
    assert result.returncode == 1
    assert "hints/basics/stray.md belongs to no kata" in result.stdout
    proof.add("stub", ["It passes."])
    result = kata("verify", "softmax")
    assert result.returncode == 1
    assert "basics/softmax: stub: It passes.\nProblems: 1." in result.stdout


def test_freeze_writes_the_stub_of_a_changed_solution(kata, softmax):
    text = softmax.solution.read_text()
    softmax.solution.write_text(text.replace("Goodfellow", "Badfellow"))
    assert "exercises/basics/softmax.py is the stub" in kata("freeze", "softmax").stdout
    assert "Badfellow" in softmax.exercise.read_text()


def test_bench_prints_milliseconds_and_ratios(really, checkout):
    (checkout / "benchmarks").mkdir()
    text = (ROOT / "benchmarks" / "kernels.py").read_text()
    (checkout / "benchmarks" / "kernels.py").write_text(text)
    result = really("bench", "softmax")
    assert result.returncode == 0, result.stderr
    assert "(1.0)" in result.stdout
    assert "to do" in result.stdout
    assert "geometric mean" in result.stdout


def test_every_kernel_is_there_and_has_the_attempt_that_loops():
    katas = catalog.load(ROOT)
    for kernel in bench.kernels_of(katas):
        kata = katas.find(kernel.kata)
        assert hasattr(target.solution_module(kata), kernel.function)
        bench.looping_attempt(kata, kernel)


def test_completion_knows_the_names(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    assert arguments.complete("soft") == ["softmax"]
    assert arguments.complete("basics/") == ["basics/softmax"]

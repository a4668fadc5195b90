"""The loop, driven through a real terminal."""

import os
import re
import signal
import sys
import time

import pytest

from kata import stubs
from kata.progress import Progress
from kata.tests.conftest import RIGHT, WRONG

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are for Linux and macOS")

KEYS = "h hint.*q quit"


class Screen:
    """A running `kata`: what it shows, and keys to press."""

    def __init__(self, checkout):
        environment = os.environ | {"TERM": "xterm-256color"}
        arguments = ["-m", "kata"]
        self.process = pexpect.spawn(
            sys.executable,
            arguments,
            cwd=str(checkout),
            env=environment,
            dimensions=(40, 100),
            encoding="utf-8",
            timeout=60,
        )

    def shows(self, text):
        """Wait for a whole screen with this text."""
        self.process.expect(re.escape(text) + f".*?{KEYS}")

    def press(self, key):
        self.process.send(key)

    def ends(self):
        self.process.expect(pexpect.EOF)
        self.process.close()
        return self.process.exitstatus


@pytest.fixture
def screen(checkout):
    screen = Screen(checkout)
    screen.shows("softmax is to do.")
    yield screen
    screen.process.close(force=True)


def test_a_learners_day(screen, answer, softmax, checkout, katas):
    answer(WRONG)
    screen.shows("exp overflows for large scores.")
    screen.press("h")
    screen.shows("Hint 1 of 3")
    screen.press("s")
    screen.shows("Press s again to see it anyway")
    answer(RIGHT)
    screen.shows("softmax is solved: all ")
    screen.press("s")
    screen.shows("y /= y.sum")
    screen.press("l")
    screen.shows("solved")
    screen.press("n")
    screen.shows("All katas are solved.")
    screen.press("q")
    assert screen.ends() == 0
    entry = Progress(checkout)[softmax]
    assert (entry.attempts, entry.hints, entry.solution_seen) == (1, 1, False)
    assert entry.solved


def test_asking_twice_shows_the_solution_and_is_noted(screen, softmax, checkout):
    screen.press("s")
    screen.shows("this is recorded")
    screen.press("s")
    screen.shows("y /= y.sum")
    assert Progress(checkout)[softmax].solution_seen


def test_another_key_between_takes_the_question_back(screen, softmax, checkout):
    screen.press("s")
    screen.shows("this is recorded")
    screen.press("l")
    screen.shows("to do")
    screen.press("s")
    screen.shows("this is recorded")
    assert not Progress(checkout)[softmax].solution_seen


def test_reset_asks_and_keeps_a_copy(screen, answer, softmax, checkout):
    answer(WRONG)
    screen.shows("exp overflows")
    screen.press("r")
    screen.shows("y: yes")
    screen.press("x")
    screen.shows("exp overflows")
    assert softmax.exercise.read_text() != stubs.handed_out(softmax)
    screen.press("r")
    screen.shows("y: yes")
    screen.press("y")
    screen.shows("softmax is to do.")
    assert softmax.exercise.read_text() == stubs.handed_out(softmax)
    assert len(list((checkout / ".kata" / "backups" / "basics").iterdir())) == 1


def test_an_endless_loop_does_not_hold_up_keys_or_the_next_save(screen, answer):
    answer("while True: pass")
    time.sleep(0.5)
    screen.press("l")
    screen.shows("to do")
    answer(RIGHT)
    screen.shows("softmax is solved")


def test_after_a_time_limit_the_loop_goes_on(screen, answer):
    answer("while True: pass")
    screen.shows("Is there an infinite loop?")
    answer(RIGHT)
    screen.shows("softmax is solved")


def test_a_half_written_file_gets_its_verdict_when_it_is_whole(screen, answer, softmax):
    answer(RIGHT)
    text = softmax.exercise.read_text()
    softmax.exercise.write_text(text[: len(text) // 2])
    softmax.exercise.write_text(text)
    screen.shows("softmax is solved")


def test_an_editor_that_replaces_the_file_is_noticed(screen, answer, softmax):
    answer(RIGHT)
    text = softmax.exercise.read_text()
    screen.shows("softmax is solved")
    other = softmax.exercise.with_name("softmax.py.swp")
    other.write_text(text.replace("return e /", "return e *"))
    os.replace(other, softmax.exercise)
    screen.shows("tests pass.")


def test_a_deleted_file_is_told_and_comes_back(screen, softmax):
    softmax.exercise.unlink()
    screen.shows("is gone")
    screen.press("r")
    screen.shows("y: yes")
    screen.press("y")
    screen.shows("softmax is to do.")


def test_ctrl_c_ends_it_quietly(screen):
    screen.process.sendintr()
    assert screen.ends() == 0


def test_after_ctrl_z_and_fg_keys_still_need_no_enter(screen):
    import termios  # Not on Windows.

    descriptor = screen.process.child_fd
    as_the_shell_has_it = termios.tcgetattr(descriptor)
    as_the_shell_has_it[3] |= termios.ICANON | termios.ECHO
    screen.process.kill(signal.SIGSTOP)
    termios.tcsetattr(descriptor, termios.TCSANOW, as_the_shell_has_it)
    screen.process.kill(signal.SIGCONT)
    screen.press("h")
    screen.shows("Hint 1 of 3")


def test_a_kill_at_any_time_leaves_the_record_readable(screen, answer, checkout, softmax):
    answer(WRONG)
    screen.shows("exp overflows")
    screen.process.kill(signal.SIGKILL)
    assert Progress(checkout)[softmax].attempts == 1


def test_a_drive_without_file_events_is_noticed_and_polled(checkout, katas, answer, monkeypatch):
    """The events are swallowed here; that a save is seen all the same shows that it polls."""
    from rich.console import Console

    from kata import watch as room

    real = room.watch_files

    def deaf(*arguments, force_polling, **options):
        changes = real(*arguments, force_polling=force_polling, **options)
        return changes if force_polling else iter(())

    monkeypatch.setattr(room, "watch_files", deaf)
    console = Console(file=open(os.devnull, "w"))  # noqa: SIM115
    watch = room.Watch(katas, Progress(checkout), console)
    watch._files.start()
    watch._test()
    answer(RIGHT)
    try:
        while not (watch._files.polls and Progress(checkout).is_solved(katas.katas[0])):
            watch._handle(watch._next_event())
        answer(WRONG)
        while watch._verdict.status == "solved":
            watch._handle(watch._next_event())
    finally:
        watch._files.stop()
        watch._runner.close()
        console.file.close()


@pytest.mark.parametrize(
    ("command", "begun"), [([], "q quit"), (["verify"], "decoys")], ids=["watch", "verify"]
)
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0, 5.0])
def test_ctrl_c_while_getting_ready_or_running_leaves_no_traceback(
    checkout, command, begun, seconds
):
    process = pexpect.spawn(
        sys.executable, ["-m", "kata", *command], cwd=str(checkout), encoding="utf-8", timeout=60
    )
    process.expect(begun)
    time.sleep(seconds)
    process.sendintr()
    process.expect(pexpect.EOF)
    assert "Traceback" not in process.before
    assert "KeyboardInterrupt" not in process.before

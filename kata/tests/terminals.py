"""Terminals for tests: one inside the tests' own process, and a real one.

Neither runs a kata's tests: `Verdicts` takes the runner's place and goes by the text of the file.
"""

import builtins
import io
import os
import queue
import re
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from kata import keys
from kata.catalog import EXERCISES
from kata.verdict import BROKEN, CANCELLED, FAILED, SOLVED, TODO, Example, Failure, Verdict

ROOT = Path(__file__).resolve().parents[2]

WRONG = "return np.exp(x) / np.exp(x).sum()"
RIGHT = "return right(x)"
LOOP = "while True: pass"
MISTAKE = "exp overflows for large scores."
# A mistake that only a longer look names.
TWO = "return two(x)"
# Longer than any screen takes, on a busy machine too.
_PATIENCE = 30
# A test that passes, one about speed that passes, and one that only a right answer passes.
_TESTS = ("test_a", "test_speed", "test_b")


class Verdicts:
    """A runner that knows its verdicts by what stands in the answer's last line."""

    def __init__(self, katas=None):
        self.runs = []
        self.may_go_on = threading.Event()  # A training waits for it half-way.

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def warm_up(self):
        pass

    def run(
        self,
        kata,
        *,
        tree=EXERCISES,
        trees=None,
        seed=0,
        examples=False,
        diagnose=True,
        also_two=False,
        cancelled=None,
        on_progress=None,
    ):
        self.runs.append(kata.id)
        file = kata.file_in(tree)
        if not file.is_file():
            return Verdict(kata, BROKEN, problem=f"{kata.relative(file)} is gone; save it again.")
        lines = file.read_text().splitlines() or [""]
        answer = lines[-1].strip()
        if answer == LOOP:
            if cancelled.wait(0.3):
                return Verdict(kata, CANCELLED)
            return Verdict(kata, BROKEN, problem="It exceeded 0.3 seconds.")
        if "train" in answer:
            on_progress(0.25, 1.5)
            self.may_go_on.wait(_PATIENCE)
            on_progress(0.75, 0.5)
        prints = "for [0. 0.]\n" if any("print" in line for line in lines) else ""
        verdict = self._examples(kata, answer) if examples else self._tests(kata, answer)
        verdict.prints = prints
        if answer == TWO and not also_two:
            verdict.mistakes = []
        return verdict

    @staticmethod
    def _examples(kata, answer):
        right = answer in (RIGHT, WRONG)
        gives = "array([0.5, 0.5])" if right else "array([0., 0.])"
        example = Example("softmax(np.array([0.0, 0.0]))", "array([0.5, 0.5])", gives, right)
        return Verdict(kata, SOLVED if right else FAILED, examples=[example])

    @staticmethod
    def _tests(kata, answer):
        todo, right = answer == "raise NotImplementedError", answer == RIGHT
        worst = "todo" if todo else "passed" if right else "failed"
        outcomes = dict.fromkeys(_TESTS, "todo" if todo else "passed") | {"test_b": worst}
        verdict = Verdict(kata, TODO if todo else SOLVED if right else FAILED, outcomes=outcomes)
        verdict.tests, verdict.speed = list(_TESTS), ["test_speed"]
        if worst == "failed":
            verdict.failures = [Failure("test_b", "AssertionError", "got 0, expected 1")]
            verdict.mistakes = [("without_the_maximum", MISTAKE)]
        return verdict


class Terminal:
    """A program that runs in a thread of this process, its screen, and keys to press."""

    def __init__(self, program, monkeypatch):
        self._screen = _Screen()
        self._typed = queue.Queue()
        self._on_key = None
        monkeypatch.setattr(keys, "has_terminal", lambda: True)
        monkeypatch.setattr(keys, "listening", self._listening)
        monkeypatch.setattr(keys, "wait_for", self._wait_for)
        monkeypatch.setattr(builtins, "input", self._input)
        self.console = Console(file=self._screen, width=100, height=60, force_terminal=True)
        self._thread = threading.Thread(target=self._run, args=(program,), daemon=True)
        self.outcome = None
        self._thread.start()

    def _run(self, program):
        try:
            program(self.console)
        except BaseException as error:
            self.outcome = error

    def shows(self, text, then=""):
        """Wait for this text, after all that was waited for before."""
        self._screen.wait(re.escape(text) + f".*?{then}", self._thread)

    @property
    def text(self):
        """All that the screen has shown."""
        return self._screen.getvalue()

    def press(self, key):
        """Press a key; several are typed one after the other."""
        if self._on_key:
            self._on_key(key)
        else:
            self._typed.put(key)

    def ends(self):
        """Wait for the program's end; gives what it raised."""
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()
        return self.outcome

    def leave(self):
        """End what is still going on, as when the terminal is closed."""
        while self._thread.is_alive():
            self.press("")
            self._thread.join(0.02)

    @contextmanager
    def _listening(self, on_key):
        self._on_key = on_key
        try:
            yield
        finally:
            self._on_key = None

    def _wait_for(self, wanted):
        while True:
            key = self._next_typed()
            if key in wanted:
                return key

    def _input(self, prompt=""):
        return self._next_typed().removesuffix("\r")

    def _next_typed(self):
        typed = self._typed.get(timeout=_PATIENCE)
        if typed in ("", "\x03"):
            raise KeyboardInterrupt if typed else EOFError
        return typed


def _plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8.*?\x1b\\", "", text)


class _Screen(io.StringIO):
    """All that was written so far, without what moves the cursor and colours."""

    def __init__(self):
        super().__init__()
        self._seen = 0
        self._news = threading.Condition()

    def write(self, text):
        with self._news:
            super().write(_plain(text))
            self._news.notify_all()
        return len(text)

    def wait(self, pattern, thread):
        end = time.monotonic() + _PATIENCE
        with self._news:
            while not (found := self._find(pattern)):
                # What it wrote before its end has arrived, too.
                over = not thread.is_alive() and not self._find(pattern)
                if over or time.monotonic() > end:
                    pytest.fail(f"{pattern!r} is not in {self.getvalue()[self._seen :]!r}")
                self._news.wait(0.05)
            self._seen += found.end()

    def _find(self, pattern):
        return re.search(pattern, self.getvalue()[self._seen :], re.DOTALL)


class RealTerminal:
    """A Python program in a process of its own at a pseudo-terminal."""

    def __init__(self, arguments, folder, size=(60, 100)):
        import pexpect  # Not on Windows.

        self._end = pexpect.EOF
        # Without the sizes that a shell may have exported: they would stand above the terminal's.
        env = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = pexpect.spawn(
            sys.executable,
            arguments,
            cwd=str(folder),
            env=env | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
            dimensions=size,
            encoding="utf-8",
            timeout=120,
        )
        self._read = self.process.logfile_read = io.StringIO()

    def shows(self, text, then=""):
        self.process.expect(re.escape(text) + f".*?{then}")

    def press(self, key):
        self.process.send(key)

    @property
    def last_screen(self):
        """The lines since the screen was last cleared."""
        text = self._read.getvalue().rpartition("\x1b[2J")[2]
        return _plain(text).replace("\r\n", "\n").split("\n")

    def ends(self):
        """Wait for the process's end; gives its exit code."""
        self.process.expect(self._end)
        self.process.close()
        return self.process.exitstatus

"""The failing call of a kata under Python's own debugger, in a process of its own.

The failing test is run three times on the same draws: as ever, then to count its calls of the
answer, then to stop at the first line of the last one.
"""

import pdb
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kata import target
from kata.catalog import Kata
from kata.diagnosis import Run, test_name
from kata.prints import Prints, caught
from kata.stage import Stage
from kata.witness import CallsFromOutside, Function, run_watched

_KEYS = "n: next line, s: step into it, p x: show x, w: where, c: on to the end, q: quit"


def debug(kata: Kata, test: str) -> None:
    """Let the learner step through the last call that a test makes of the answer."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the other process.
    try:
        arguments = [sys.executable, "-m", "kata.debugger", str(kata.root), kata.id, test]
        subprocess.run(arguments, cwd=kata.root, check=False)
    finally:
        signal.signal(signal.SIGINT, before)


def main(root: str, name: str, test: str) -> None:
    stage = Stage(Path(root))
    kata = stage.katas.find(name)
    target.install(stage.katas)
    counter = _Counter()
    sys.breakpointhook = _fail  # It fails in the loop, too; there is time to stop at it below.
    with caught(Prints()):
        stage.run(kata, 0, _OneTest(test))
        failed = stage.diagnosis_of(kata).failed
        for run in failed:
            run_watched(kata, run, counter.watched)
    sys.breakpointhook = _stop
    if counter.calls:
        print(f"{counter.last_call}\n{_KEYS}")
        _stop_at(kata, failed[0], counter.calls)
    else:
        print(f"{test} makes no call that fails now.")


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("breakpoint()")


def _stop(*_: object, **__: object) -> None:
    _Debugger().set_trace(sys._getframe(1))


def _stop_at(kata: Kata, run: Run, call: int) -> None:
    """Stop in that call, and tell how the test ended where it was not left."""
    outcome = run_watched(kata, run, _Stopper(call).watched)
    if outcome.ending and outcome.ending.kind == _LeftError.__name__:
        return
    problems = [note.problem for note in outcome.notes if note.problem]
    if outcome.ending:
        problems.append(f"{outcome.ending.kind}: {outcome.ending.text}")
    print("\n".join(problems) or f"{test_name(run.name)} passes.")


class _OneTest:
    """A pytest plugin that runs one test and no other."""

    def __init__(self, name: str) -> None:
        self._name = name

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.name == self._name]


class _Counter(CallsFromOutside):
    calls = 0
    last_call = ""

    def begin(self, function: Function, call: str) -> Function:
        self.calls += 1
        self.last_call = call
        return function


class _Stopper(CallsFromOutside):
    """Stops in one call, counted from 1."""

    def __init__(self, stop_at: int) -> None:
        super().__init__()
        self._to_go = stop_at

    def begin(self, function: Function, call: str) -> Function:
        self._to_go -= 1
        return self._stopping(function) if self._to_go == 0 else function

    def _stopping(self, function: Function) -> Function:
        def stopped(*args: Any, **kwargs: Any) -> Any:
            return _Debugger().runcall(function, *args, **kwargs)

        return stopped


class _LeftError(BaseException):
    """The learner has left the debugger."""


class _Debugger(pdb.Pdb):
    def set_quit(self) -> None:
        raise _LeftError


if __name__ == "__main__":
    main(*sys.argv[1:])

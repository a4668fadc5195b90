"""The part of an interview in which code is written: a scratch file, a clock, a few keys.

A save runs the examples of the docstring, as at a whiteboard. All tests run when the learner says
that it is done, or when the time is up.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from kata import keys, render, stubs
from kata.catalog import INTERVIEW, Kata
from kata.interview.clock import Clock, minutes_and_seconds
from kata.interview.sessions import Task
from kata.runner import Runner
from kata.verdict import BROKEN, CANCELLED, SOLVED, TODO, Verdict

# How often to look at the file and the clock, and to keep how much time was spent.
_TICK_SECONDS = 0.2
_SAVE_SECONDS = 5.0


@dataclass(frozen=True)
class Pressed:
    key: str


@dataclass(frozen=True)
class Ran:
    run: int
    verdict: Verdict


Event = Pressed | Ran


class Coding:
    """One kata of an interview, until it is over or the learner leaves.

    `trees` says where the katas lie that this one builds on; `save` keeps the task's record.
    """

    def __init__(
        self,
        kata: Kata,
        task: Task,
        title: str,
        trees: dict[str, str],
        runner: Runner,
        console: Console,
        clock: Clock,
        save: Callable[[], None],
    ) -> None:
        self._kata = kata
        self._task = task
        self._title = title
        self._trees = trees
        self._runner = runner
        self._console = console
        self._clock = clock
        self._save = save
        self._file = kata.file_in(INTERVIEW)
        self._events: queue.Queue[Event] = queue.Queue()
        self._cancel = threading.Event()
        self._run = 0
        self._testing = False  # Whether all tests are running.
        self._last = False  # Whether that is the last time.
        self._tested: tuple[int, int] | None = None  # The version that all tests have seen.
        self._paused = False
        self._gives_up = False  # Whether g has been pressed once.
        self._version = stubs.version(self._file)
        self._read_at = clock.seconds()
        self._saved_at = task.spent
        self._body = _beginning(kata)  # What the last run gave.
        self._shown = ""  # The clock as it stands on the screen.

    def run(self) -> bool:
        """Whether it is over; False when the learner has left it open."""
        try:
            with keys.listening(lambda key: self._events.put(Pressed(key))):
                self._draw(self._body)
                # Not here: it takes seconds at first, and the clock is on.
                threading.Thread(target=self._runner.warm_up, daemon=True).start()
                while not self._task.over and self._handle(self._next_event()):
                    self._tick()
        finally:
            self._cancel.set()
            self._tell_time()
            self._save()
        return self._task.over

    def _next_event(self) -> Event | None:
        try:
            return self._events.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            return None

    def _handle(self, event: Event | None) -> bool:
        """React to an event; False leaves the interview."""
        if isinstance(event, Ran):
            self._ran(event)
        elif isinstance(event, Pressed):
            return self._pressed(event.key)
        return True

    # --- Time ---

    def _tick(self) -> None:
        self._tell_time()
        if self._paused or self._task.over:
            return
        if self._task.spent >= self._task.limit and not self._testing:
            self._finish()
        elif not self._testing and stubs.version(self._file) != self._version:
            self._start_run(examples=True)
        self._draw_clock()

    def _tell_time(self) -> None:
        """Add the time since it was last told to what was spent."""
        now = self._clock.seconds()
        if not self._paused:
            self._task.spent = min(self._task.spent + now - self._read_at, self._task.limit)
        self._read_at = now
        if self._task.spent - self._saved_at >= _SAVE_SECONDS:
            self._saved_at = self._task.spent
            self._save()

    # --- Runs ---

    def _start_run(self, *, examples: bool) -> None:
        self._cancel.set()
        self._cancel = threading.Event()
        self._run += 1
        self._version = stubs.version(self._file)
        self._testing = not examples
        if self._testing:
            self._tested = self._version
        arguments = (self._run, examples, self._cancel)
        threading.Thread(target=self._run_tests, args=arguments, daemon=True).start()

    def _run_tests(self, number: int, examples: bool, cancel: threading.Event) -> None:
        verdict = self._runner.run(
            self._kata, tree=INTERVIEW, trees=self._trees, examples=examples, cancelled=cancel
        )
        self._events.put(Ran(number, verdict))
        if not cancel.is_set():
            self._runner.warm_up()

    def _finish(self) -> None:
        """Run all tests for the last time: time is up, or the learner gives up."""
        self._last = True
        if self._tested is not None and self._tested == stubs.version(self._file):
            self._task.over = True
            self._draw(self._body)
        elif not self._testing:
            self._start_run(examples=False)
            self._draw(Text("Running all tests for the last time …", style="dim"))

    def _ran(self, event: Ran) -> None:
        if event.run != self._run or event.verdict.status == CANCELLED:
            return
        if self._testing:
            self._testing = False
            self._judged(event.verdict)
        else:
            self._body = _examples(event.verdict)
            if not self._paused:
                self._draw(self._body)

    def _judged(self, verdict: Verdict) -> None:
        """All tests have run."""
        task = self._task
        self._tell_time()
        if verdict.status != TODO:
            task.tries += 1
        task.tests, task.passed = len(verdict.tests) - verdict.skipped, verdict.passed
        task.speed = len(verdict.speed)
        task.fast = sum(verdict.outcomes.get(name) == "passed" for name in verdict.speed)
        task.mistakes = verdict.diagnosis if self._kata.kind != "debug" else []
        if verdict.status == SOLVED:
            task.right_after = task.spent
        task.over = self._last or verdict.status == SOLVED
        self._save()
        self._body = render.verdict(verdict)
        self._draw(self._body)

    # --- Keys ---

    def _pressed(self, key: str) -> bool:
        if key in ("q", "", "\x03", "\x04"):
            return False
        gives_up, self._gives_up = self._gives_up, False
        if key == "p" and not self._testing:
            self._pause()
        elif self._paused or self._testing:
            return True
        elif key == "d":
            self._start_run(examples=False)
            self._draw(Text("Running all tests …", style="dim"))
        elif key == "g" and gives_up:
            self._finish()
        elif key == "g":
            self._gives_up = True
            self._draw(Text("Press g again to give this one up and see its verdict.", "yellow"))
        elif gives_up:
            self._draw(self._body)
        return True

    def _pause(self) -> None:
        self._tell_time()
        self._paused = not self._paused
        if self._paused:
            self._draw(Text("The clock stands still. Press p to go on.", style="yellow"))
        else:
            self._draw(self._body)

    # --- The screen ---

    def _draw(self, body: RenderableType) -> None:
        kata = self._kata
        heading = Text(f"{self._title}: {kata.title}", style="bold")
        heading.append(f"  {kata.id}, {kata.level}", style="not bold dim")
        place = render.path(self._file, kata, stubs.line_to_begin_at(self._file))
        self._console.clear()
        self._console.print(Group(heading, Text(""), body, Text(""), place))
        self._shown = ""
        if not self._task.over:
            self._draw_clock()

    def _draw_clock(self) -> None:
        """Write the last line anew, where the clock has gone on."""
        left = minutes_and_seconds(self._task.limit - self._task.spent)
        if left == self._shown:
            return
        self._shown = left
        line = Text(f"{left} left   ", style="bold")
        for key in ("d done", "p pause", "g give up", "q leave"):
            line.append(key, style="bold" if key[0] == "d" else "not bold").append("   ")
        self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
        self._console.print(line, end="", no_wrap=True, overflow="crop")


def _beginning(kata: Kata) -> RenderableType:
    file = kata.relative(kata.file_in(INTERVIEW))
    return Text(
        f"Write it in {file}. A save runs the examples of its docstring; "
        "d runs all tests, and so does the end of the time."
    )


def _examples(verdict: Verdict) -> RenderableType:
    """What the examples of the docstring give, and what the answer printed meanwhile."""
    if verdict.status == BROKEN:
        return Text(f"✗ {verdict.problem}", style="bold red")
    if not verdict.examples:
        return Text("The file loads. Its docstrings have no example.")
    parts: list[RenderableType] = []
    for example in verdict.examples:
        style = "green" if example.right else "red"
        parts.append(Text(f"{'✓' if example.right else '✗'} {example.code}", style=style))
        if not example.right:
            parts.append(Text(f"  should give  {_indented(example.wants) or 'nothing'}"))
            parts.append(Text(f"  gives        {_indented(example.gives) or 'nothing'}"))
    return Group(*parts, *render.prints(verdict))


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 15)

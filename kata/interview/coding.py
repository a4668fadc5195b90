"""The part of an interview in which code is written: a scratch file, a clock, a few keys.

A save runs the examples of the docstring, as at a whiteboard. All tests run when the learner says
that it is done, or when the time is up.
"""

from collections.abc import Callable

from rich.console import Console, Group, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from kata import render, stubs
from kata.catalog import INTERVIEW, Kata
from kata.interview.clock import Clock, minutes_and_seconds
from kata.interview.sessions import Challenge
from kata.loop import Loop
from kata.runner import Runner
from kata.saves import Saves, Version
from kata.verdict import BROKEN, SOLVED, TODO, Verdict

# How often to keep how much time was spent.
_SAVE_SECONDS = 5.0


class Coding:
    """One challenge of an interview, until it is over or the learner leaves.

    `trees` says where the katas lie that this one builds on; `save` keeps the challenge's record.
    """

    def __init__(
        self,
        kata: Kata,
        challenge: Challenge,
        title: str,
        trees: dict[str, str],
        runner: Runner,
        console: Console,
        clock: Clock,
        save: Callable[[], None],
    ) -> None:
        self._kata = kata
        self._challenge = challenge
        self._title = title
        self._trees = trees
        self._console = console
        self._clock = clock
        self._save = save
        self._loop = Loop(runner, console)
        self._file = kata.file_in(INTERVIEW)
        self._testing = False  # Whether all tests are running.
        self._last = False  # Whether that is the last time.
        self._tested: Version | None = None  # The version that all tests have seen.
        self._paused = False
        self._gives_up = False  # Whether g has been pressed once.
        self._saves = Saves(self._file)
        self._read_at = clock.seconds()
        self._saved_at = challenge.spent
        self._result = _beginning(kata)  # What the last run gave.
        self._body = self._result  # What is shown, which may be a question instead.
        self._shown = ""  # The clock as it stands on the screen.

    def run(self) -> bool:
        """Whether it is over; False when the learner has left it open."""
        try:
            self._loop.run(self._begin, self._pressed, self._tick, lambda: self._draw(self._body))
        finally:
            self._tell_time()
            self._save()
        return self._challenge.over

    def _begin(self) -> None:
        self._draw(self._result)
        self._loop.get_ready()

    # --- Time ---

    def _tick(self) -> None:
        self._tell_time()
        if not (self._paused or self._testing or self._challenge.over):
            if self._challenge.spent >= self._challenge.limit:
                self._finish()
            elif self._saves.are_new():
                self._test(self._show_examples, examples=True)
        self._draw_clock()

    def _tell_time(self) -> None:
        """Add the time since it was last told to what was spent."""
        challenge, now = self._challenge, self._clock.seconds()
        if not self._paused:
            challenge.spent = min(challenge.spent + now - self._read_at, challenge.limit)
        self._read_at = now
        if challenge.spent - self._saved_at >= _SAVE_SECONDS:
            self._saved_at = challenge.spent
            self._save()

    # --- Runs ---

    def _test(self, then: Callable[[Verdict], None], *, examples: bool) -> None:
        self._saves.take()
        self._loop.test(self._kata, then, tree=INTERVIEW, trees=self._trees, examples=examples)

    def _show_examples(self, verdict: Verdict) -> None:
        self._result = _examples(verdict)
        if not self._paused:
            self._draw(self._result)

    def _test_all(self, text: str) -> None:
        self._testing = True
        self._test(self._judged, examples=False)
        self._tested = self._saves.version
        self._draw(Text(text, style="dim"))

    def _finish(self) -> None:
        """Run all tests for the last time: time is up, or the learner gives up."""
        self._last = True
        seen = self._tested is not None and self._tested == self._saves.version
        if seen and not self._saves.are_new():
            self._end()
        else:
            self._test_all("Running all tests one last time …")

    def _judged(self, verdict: Verdict) -> None:
        """All tests have run."""
        challenge, self._testing = self._challenge, False
        self._tell_time()
        if verdict.status != TODO:
            challenge.tries += 1
        challenge.tests, challenge.passed = len(verdict.tests) - verdict.skipped, verdict.passed
        challenge.speed = len(verdict.speed)
        challenge.fast = sum(verdict.outcomes.get(name) == "passed" for name in verdict.speed)
        challenge.mistakes = verdict.diagnosis if self._kata.kind != "debug" else []
        self._result = render.verdict(verdict)
        if verdict.status == SOLVED:
            challenge.right_after = challenge.spent
        if self._last or verdict.status == SOLVED:
            self._end()
        else:
            self._save()
            self._draw(self._result)

    def _end(self) -> None:
        self._challenge.over = True
        self._save()
        self._draw(self._result)
        self._loop.stop()

    # --- Keys ---

    def _pressed(self, key: str) -> None:
        gives_up, self._gives_up = self._gives_up, False
        if key == "q":
            self._loop.stop()
        if self._testing:
            return
        if key == "p":
            self._pause()
        elif self._paused:
            return
        elif key == "d":
            self._test_all("Running all tests …")
        elif key == "g" and gives_up:
            self._finish()
        elif key == "g":
            self._gives_up = True
            text = "Press g again to give up on this kata and see the verdict."
            self._draw(Text(text, style="yellow"))
        elif gives_up:
            self._draw(self._result)

    def _pause(self) -> None:
        self._tell_time()
        self._paused = not self._paused
        paused = Text("Paused. Press p to continue.", style="yellow")
        self._draw(paused if self._paused else self._result)

    # --- The screen ---

    def _draw(self, body: RenderableType) -> None:
        kata, self._body = self._kata, body
        heading = Text(f"{self._title}: {kata.title}", style="bold")
        heading.append(f"  {kata.id}, {kata.level}", style="not bold dim")
        place = render.path(self._file, kata, stubs.line_to_begin_at(self._file))
        self._loop.draw(heading, "", body, "", place)
        self._shown = ""
        if not self._challenge.over:
            self._draw_clock()

    def _draw_clock(self) -> None:
        """Write the last line anew, where the clock has gone on."""
        left = minutes_and_seconds(self._challenge.limit - self._challenge.spent)
        if left == self._shown or self._challenge.over:
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
        f"Write your answer in {file}. Each save runs the examples in its docstring. "
        "Press d to run all tests; they also run when time is up."
    )


def _examples(verdict: Verdict) -> RenderableType:
    """What the examples of the docstring give, and what the answer printed meanwhile."""
    if verdict.status == BROKEN:
        return Text(f"✗ {verdict.problem}", style="bold red")
    if not verdict.examples:
        return Text("The file loads. Its docstrings have no examples to run.")
    parts: list[RenderableType] = []
    for example in verdict.examples:
        style = "green" if example.right else "red"
        parts.append(Text(f"{'✓' if example.right else '✗'} {example.code}", style=style))
        if not example.right:
            parts.append(Text(f"  expected  {_indented(example.wants) or 'nothing'}"))
            parts.append(Text(f"  got       {_indented(example.gives) or 'nothing'}"))
    return Group(*parts, *render.prints(verdict.prints))


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 12)

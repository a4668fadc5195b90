"""The part of an interview in which code is written: a scratch file, a clock, a few keys.

A save runs the examples of the docstring, as at a whiteboard. All tests run when the learner says
that it is done, or when the time is up; how much of that is told before the end is the interview's
strictness.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from kata import render, stubs
from kata.catalog import INTERVIEW, Kata
from kata.fitting import Screen
from kata.interview.clock import Clock, minutes_and_seconds
from kata.interview.sessions import COUNTS, FULL, NONE, Challenge
from kata.loop import Loop
from kata.runner import Runner
from kata.saves import Saves, Version
from kata.verdict import BROKEN, SOLVED, TODO, Verdict

# How often to keep how much time was spent.
_SAVE_SECONDS = 5.0
# The seconds left at which the clock warns.
_WARNED_AT = (300.0, 60.0)
_IS_IT_OVER = {
    "d": "Press d again to hand it in and see the verdict.",
    "g": "Press g again to give up on this kata and see the verdict.",
}


@dataclass(frozen=True)
class Setting:
    """What surrounds one challenge of an interview.

    `trees` says where the katas lie that this one builds on. `save` keeps the challenge's record,
    `hear` is told each verdict of all tests.
    """

    title: str
    trees: dict[str, str]
    strict: str
    save: Callable[[], None]
    hear: Callable[[Verdict], None]


class Coding:
    """One challenge of an interview, until it is over or the learner leaves."""

    def __init__(
        self,
        kata: Kata,
        challenge: Challenge,
        setting: Setting,
        runner: Runner,
        console: Console,
        clock: Clock,
    ) -> None:
        self._kata = kata
        self._challenge = challenge
        self._setting = setting
        self._console = console
        self._clock = clock
        self._loop = Loop(runner, console)
        self._file = kata.file_in(INTERVIEW)
        self._testing = False  # Whether all tests are running.
        self._last = False  # Whether that is the last time.
        self._tested: Version | None = None  # The version that all tests have seen.
        self._paused = False
        self._asked_again = ""  # The key that ends it if it is pressed once more.
        self._has_run = False  # Whether anything has been told of a save.
        self._whole_result: RenderableType = ""  # What all tests gave, however strict it is.
        self._has_examples = ">>>" in stubs.handed_out(kata)
        self._saves = Saves(self._file)
        self._read_at = clock.seconds()
        self._saved_at = challenge.spent
        self._result = self._beginning()  # What the last run gave.
        self._body = self._result  # What is shown, which may be a question instead.
        self._page = 0
        self._shown = ""  # The clock as it stands on the screen.
        # The time left when it was last drawn.
        self._left_before = challenge.limit - challenge.spent

    def run(self) -> bool:
        """Whether it is over; False when the learner has left it open."""
        try:
            self._loop.run(self._begin, self._pressed, self._tick, self._redraw)
        finally:
            self._tell_time()
            self._setting.save()
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
                self._try_out()
        self._draw_clock()

    def _tell_time(self) -> None:
        """Add the time since it was last told to what was spent."""
        challenge, now = self._challenge, self._clock.seconds()
        if not self._paused:
            challenge.spent = min(challenge.spent + now - self._read_at, challenge.limit)
        self._read_at = now
        if challenge.spent - self._saved_at >= _SAVE_SECONDS:
            self._saved_at = challenge.spent
            self._setting.save()

    # --- Runs ---

    def _test(
        self, then: Callable[[Verdict], None], *, examples: bool = False, diagnose: bool = True
    ) -> None:
        self._saves.take()
        self._loop.test(
            self._kata,
            then,
            tree=INTERVIEW,
            trees=self._setting.trees,
            examples=examples,
            diagnose=diagnose,
        )

    def _try_out(self) -> None:
        """What a person at a whiteboard can tell: the examples, or else whether a call works."""
        if not self._has_run:
            self._draw(Text("Running your code; the first time takes a while …", style="dim"))
        if self._has_examples:
            self._test(lambda verdict: self._tell(_examples(verdict)), examples=True)
        else:
            self._test(lambda verdict: self._tell(_first_call(verdict)), diagnose=False)

    def _tell(self, result: RenderableType) -> None:
        self._has_run = True
        self._result = result
        if not self._paused:
            self._draw(self._result)

    def _test_all(self, text: str) -> None:
        self._testing = True
        self._test(self._judged)
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
        self._setting.hear(verdict)
        self._whole_result = render.verdict(verdict)
        if verdict.status == SOLVED:
            challenge.right_after = challenge.spent
        if self._last or verdict.status == SOLVED:
            self._end()
        else:
            self._setting.save()
            is_told = self._setting.strict == FULL or verdict.status in (TODO, BROKEN)
            self._result = self._whole_result if is_told else _counts(verdict)
            self._draw(self._result)

    def _end(self) -> None:
        self._challenge.over = True
        self._setting.save()
        self._draw(self._whole_result)
        self._loop.stop()

    # --- Keys ---

    def _pressed(self, key: str) -> None:
        asked, self._asked_again = self._asked_again, ""
        if key == "q":
            self._loop.stop()
        if self._testing:
            return
        if key == "p":
            self._pause()
        elif self._paused:
            return
        elif key == "v":
            self._page += 1
            self._redraw()
        elif key == "d" and self._setting.strict != NONE:
            self._test_all("Running all tests …")
        elif key in ("d", "g") and key == asked:
            self._finish()
        elif key in ("d", "g"):
            self._asked_again = key
            self._draw(Text(_IS_IT_OVER[key], style="yellow"))
        elif asked:
            self._draw(self._result)

    def _pause(self) -> None:
        self._tell_time()
        self._paused = not self._paused
        paused = Text("Paused. Press p to continue.", style="yellow")
        self._draw(paused if self._paused else self._result)

    # --- The screen ---

    def _draw(self, body: RenderableType) -> None:
        self._body, self._page = body, 0
        self._redraw()

    def _redraw(self) -> None:
        kata = self._kata
        heading = Text(f"{self._setting.title}: {kata.title}", style="bold")
        heading.append(f"  {kata.id}, {kata.level}", style="not bold dim")
        place = render.path(self._file, kata, stubs.line_to_begin_at(self._file))

        def foot(more: bool) -> RenderableType:
            below = Text("   v more" if more else "", style="bold")
            # The last screen has a line below it, for what is asked next.
            return Text.assemble(place, below, "\n" if self._challenge.over else "")

        self._loop.draw(Screen(heading, self._body, foot, self._page))
        self._shown = ""
        if not self._challenge.over:
            self._draw_clock()

    def _draw_clock(self) -> None:
        """Write the last line anew, where the clock has gone on."""
        seconds = self._challenge.limit - self._challenge.spent
        left = minutes_and_seconds(seconds)
        if left == self._shown or self._challenge.over:
            return
        self._shown = left
        warning, style = _warning(seconds)
        line = Text(f"{left} left{warning}   ", style=f"bold {style}")
        for key in ("d done", "p pause", "g give up", "q leave"):
            line.append(key, style="bold" if key[0] == "d" else "not bold").append("   ")
        self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))
        self._console.print(line, end="", no_wrap=True, overflow="crop")
        if any(seconds < mark <= self._left_before for mark in _WARNED_AT):
            self._console.bell()
        self._left_before = seconds

    def _beginning(self) -> RenderableType:
        file = self._kata.relative(self._kata.file_in(INTERVIEW))
        runs = "runs the examples in its docstring" if self._has_examples else "tries a first call"
        does = {
            FULL: "Press d to run all tests; they",
            COUNTS: "Press d to hear how many tests pass; they",
            NONE: "Press d when you are done. All tests",
        }
        also = "also run" if self._setting.strict != NONE else "run then, or"
        text = f"Write your answer in {file}. Each save {runs}. "
        return Text(f"{text}{does[self._setting.strict]} {also} when time is up.")


def _warning(left: float) -> tuple[str, str]:
    """What the clock says of so many seconds, and in which colour."""
    if left < _WARNED_AT[1]:
        return ": the last minute", "red"
    return (": the last 5 minutes", "yellow") if left < _WARNED_AT[0] else ("", "")


def _counts(verdict: Verdict) -> RenderableType:
    """How many tests pass, and no more."""
    total = len(verdict.tests) - verdict.skipped
    return Text(f"✗ {verdict.passed} of {total} tests pass.", style="bold red")


def _first_call(verdict: Verdict) -> RenderableType:
    """Whether the answer loads, and what the first call that a test makes raises in it."""
    if verdict.status == BROKEN:
        return Text(f"✗ {verdict.problem}", style="bold red")
    first = next(iter(verdict.tests), "")
    failure = next((one for one in verdict.failures if one.name == first), None)
    if verdict.outcomes.get(first) == "todo":
        said: RenderableType = Text("The file loads. What is called first is still to write.")
    elif failure and failure.kind not in render.CHECKS and failure.answer_file:
        title = Text("✗ The first call raises an error.", style="bold red")
        said = Group(title, *render.raised_by(verdict.kata, failure))
    else:
        said = Text("✓ The file loads, and the first call works. Is its result right?", "green")
    return Group(said, *render.prints(verdict.prints))


def _examples(verdict: Verdict) -> RenderableType:
    """What the examples of the docstring give, and what the answer printed meanwhile."""
    if verdict.status == BROKEN:
        return Text(f"✗ {verdict.problem}", style="bold red")
    if not verdict.examples:
        return Text("The file loads.")
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

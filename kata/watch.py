"""`kata` on a terminal: a save gives a verdict, a key gives the next step."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.text import Text

from kata import entry, hints, render, stubs
from kata.catalog import Catalog, Kata, KataError
from kata.comparison import Comparison
from kata.loop import Loop
from kata.progress import Progress
from kata.runner import Runner
from kata.saves import Saves
from kata.show import words
from kata.show.beside import Beside
from kata.verdict import FAILED, SOLVED, TODO, Verdict

# The current file is looked at in every tick, the others in one of so many.
_TICKS_FOR_OTHERS = 80
# Tests that took longer are not run once more, to look for two mistakes at once.
_SECONDS_TO_LOOK_AGAIN = 5.0
# What pull, checkout and stash change beside the files.
_CHANGED_BY_GIT = ("logs/HEAD", "refs/stash")


class Watch:
    """One session of `kata` on a terminal."""

    def __init__(
        self, katas: Catalog, progress: Progress, runner: Runner, console: Console
    ) -> None:
        self._katas = katas
        self._progress = progress
        self._loop = Loop(runner, console)
        self._beside = Beside(Runner(katas, serve=entry.draw), self._loop, self._show_picture)
        self._kata = progress.current(katas)
        files = [kata.exercise for kata in katas.katas]
        files += [katas.root / ".git" / name for name in _CHANGED_BY_GIT]
        self._saves = {file: Saves(file) for file in files}
        self._changed: set[Path] = set()  # What has been saved within some ticks.
        self._ticks = 0
        self._verdict: Verdict | None = None
        self._pending = ""  # The key that has to be pressed once more.
        self._body: RenderableType = ""
        self._page = 0
        self._failure = 0  # Which of the failures is shown.
        self._shows_hints = False
        self._shows_verdict = False
        self._reads = False  # Whether a key has put something on the screen since the tests began.
        self._is_unread = False  # Whether there is a verdict that waits until it has been read.
        self._typed: str | None = None  # What is typed of the name of a kata to go to.
        self._visited: list[Kata] = []

    def run(self) -> None:
        """Watch until `q`, Ctrl-C or the end of the terminal."""
        try:
            with contextlib.suppress(KeyboardInterrupt):
                self._loop.run(self._test, self._pressed, self._look, self._paint)
        finally:
            self._beside.close()

    # --- Saves and verdicts ---

    def _look(self) -> None:
        """Look for a saved file, and go to its kata."""
        self._ticks += 1
        if self._is_saved(self._kata.exercise):
            self._test()
            self._changed.add(self._kata.exercise)
        elif self._ticks % _TICKS_FOR_OTHERS == 0:
            self._look_elsewhere()

    def _look_elsewhere(self) -> None:
        """Go where a file was saved, unless others were, too: that is git's work, say."""
        saved = list(filter(self._is_saved, self._saves))
        self._changed.update(saved)
        if saved:  # More may follow.
            return
        found = [self._katas.of_exercise(file) for file in self._changed]
        self._changed.clear()
        if len(found) == 1 and found[0] not in (None, self._kata):
            self._go_to(found[0])

    def _is_saved(self, file: Path) -> bool:
        """Whether a file has changed since the last look."""
        is_saved = self._saves[file].are_new()
        if is_saved:
            self._saves[file].take()
        return is_saved

    def _test(self) -> None:
        self._saves[self._kata.exercise].take()  # What this test sees is no news.
        self._changed.clear()
        self._pending, self._typed, self._is_unread = "", None, False
        self._progress.move_to(self._kata)
        if self._verdict is None or self._verdict.kata != self._kata:
            self._verdict = None
            self._show_verdict()
        self._beside.stop()
        begun, self._reads = time.monotonic(), False

        def show_training(done: float, loss: float) -> None:
            if not self._reads:
                self._draw(render.training(done, loss, time.monotonic() - begun))

        def show_running() -> None:
            if not self._reads:
                self._draw(render.running())

        self._loop.test(self._kata, self._judged, show_training, show_running)

    def _judged(self, verdict: Verdict) -> None:
        self._verdict, self._failure = verdict, 0
        self._progress.judged(verdict)
        self._beside.draw(self._kata)
        if self._reads and not self._shows_verdict:
            self._is_unread = True
            self._paint()
        else:
            self._show_verdict()
        if _may_be_two_mistakes(verdict) and verdict.seconds < _SECONDS_TO_LOOK_AGAIN:
            self._loop.test(self._kata, self._looked_again, also_two=True)

    def _looked_again(self, verdict: Verdict) -> None:
        """Add what a longer look has found to the verdict, unless something else is being read."""
        if self._verdict and verdict.mistakes:
            self._verdict = verdict
            self._progress.mistook(verdict)
            if self._shows_verdict:
                self._show_verdict()

    # --- Keys ---

    def _pressed(self, key: str) -> None:
        self._reads = True
        if self._typed is not None:
            self._type(key)
            return
        pending, self._pending = self._pending, ""
        actions: dict[str, Callable[[], None]] = {
            "h": self._hint,
            "s": lambda: self._solution(asked_before=pending == "s"),
            "a": self._answer,
            "f": self._next_failure,
            "p": self._switch_picture,
            "v": self._turn_page,
            "l": self._list,
            "t": self._topic,
            "g": lambda: self._look_for(""),
            "b": self._back,
            "n": self._next,
            "r": self._ask_before_reset,
            "y": self._reset if pending == "r" else self._show_verdict,
            "q": self._loop.stop,
        }
        try:
            actions.get(key, self._show_verdict)()
        except KataError as error:
            self._draw(Text(str(error), style="red"))

    def _keys(self) -> render.Keys:
        if self._typed is not None:
            return {"Enter": "go", "Esc": "back"}
        failures = len(self._verdict.failures) if self._verdict else 0
        usual = render.usual_keys(
            failures,
            been_elsewhere=bool(self._visited),
            has_picture=self._kata.picture.is_file(),
            has_solution=self._kata.solution.is_file(),
        )
        return {"Enter": "verdict", **usual} if self._is_unread else usual

    def _show_verdict(self) -> None:
        if self._verdict is None:
            self._draw(render.running())
            return
        self._is_unread = False
        missing = self._progress.unsolved_parts(self._kata, self._katas)
        parts = [render.verdict(self._verdict, missing, self._failure)]
        if self._verdict.status == SOLVED:
            asked = self._question()
            question = asked.text if asked else ""
            parts += [render.next_step(self._kata, self._katas, self._progress, question)]
        elif self._verdict.status == TODO and self._progress.is_empty:
            parts += [Text(""), render.first_steps(self._kata)]
        # Above the verdict, where nothing is cut on a low screen.
        if self._beside.shown:
            parts = [words.told(self._beside.shown, clickable=True), Text(""), *parts]
        elif self._beside.is_drawing:
            parts = [Text("Drawing …", style="dim"), Text(""), *parts]
        self._draw(Group(*parts))
        self._shows_verdict = True

    def _switch_picture(self) -> None:
        self._beside.switch(self._kata)
        self._show_verdict()

    def _show_picture(self) -> None:
        """Add the picture to the verdict, unless something else is being read."""
        if self._shows_verdict:
            self._show_verdict()

    def _next_failure(self) -> None:
        self._failure += 1
        self._show_verdict()

    def _turn_page(self) -> None:
        self._draw(self._body, page=self._page + 1)

    def _hint(self) -> None:
        """Show the hints so far, and one more where those are on the screen already."""
        levels = hints.read(self._kata).levels
        shown = self._progress[self._kata].hints
        level = min(shown + 1 if self._shows_hints else max(shown, 1), len(levels))
        self._progress.hinted(self._kata, level)
        self._draw(render.hint(levels, level, "Press h again for one more hint."))
        self._shows_hints = True

    def _answer(self) -> None:
        """Answer the interviewer's question that a solved kata ends with."""
        asked = self._question()
        if asked and self._progress.is_solved(self._kata):
            self._draw(
                Group(Text(asked.text, style="bold"), Text(""), render.markdown(asked.answer))
            )
        else:
            self._show_verdict()

    def _question(self) -> hints.Question | None:
        try:
            return next(iter(hints.questions(self._kata)), None)
        except KataError:  # A verdict is shown whether the hints can be read or not.
            return None

    def _topic(self) -> None:
        page = self._kata.exercise.with_name("README.md")
        self._draw(render.markdown(page.read_text(encoding="utf-8")) if page.is_file() else "")

    def _list(self) -> None:
        topics = [self._kata.topic]
        self._draw(render.kata_list(self._katas, self._progress, self._kata, topics))

    def _solution(self, *, asked_before: bool) -> None:
        solved = self._progress.is_solved(self._kata)
        if not self._kata.solution.is_file():
            self._draw(Text("The solutions are not part of this repository."))
        elif solved or asked_before:
            if not solved:
                self._progress.saw_solution(self._kata)
            self._draw(Comparison(self._kata))
        else:
            self._pending = "s"
            text = "Not solved yet. Press s again to see it anyway; this is recorded."
            self._draw(Text(text, style="yellow"))

    def _ask_before_reset(self) -> None:
        self._pending = "r"
        text = f"Reset {self._kata.name}? Your file is kept in .kata/backups. Press y to reset."
        self._draw(Text(text, style="yellow"))

    def _reset(self) -> None:
        stubs.reset(self._kata)
        self._progress.forget(self._kata)
        self._verdict = None
        self._test()

    # --- Ways to another kata ---

    def _next(self) -> None:
        following = self._progress.next_unsolved(self._katas, after=self._kata)
        if following is None:
            self._draw(Text("You have solved every kata.", style="bold green"))
        else:
            self._go_to(following)

    def _back(self) -> None:
        if self._visited:
            self._kata = self._visited.pop()
            self._test()
        else:
            self._show_verdict()

    def _go_to(self, kata: Kata) -> None:
        if kata != self._kata:
            self._visited.append(self._kata)
            self._kata = kata
        self._test()

    def _look_for(self, typed: str) -> None:
        self._typed = typed
        found = self._katas.like(typed)
        self._draw(render.matches(found, self._progress, self._kata, typed))

    def _type(self, key: str) -> None:
        """Go on with what is typed of a name."""
        typed = self._typed or ""
        if key in ("\r", "\n"):
            found = self._katas.like(typed)
            self._typed = None
            self._go_to(found[0] if typed and found else self._kata)
        elif key == "\x1b":
            self._typed = None
            self._show_verdict()
        elif key in ("\x7f", "\b"):
            self._look_for(typed[:-1])
        else:
            self._look_for(typed + key if key.isprintable() else typed)

    def _draw(self, body: RenderableType, page: int = 0) -> None:
        self._body, self._page = body, page
        self._shows_hints = self._shows_verdict = False
        self._paint()

    def _paint(self) -> None:
        """Put on the screen what is shown, as large as the terminal is now."""
        verdict, failing = self._verdict, ""
        if verdict and verdict.failures:
            failing = verdict.function_of(verdict.failure_to_show(self._failure))
        self._loop.draw(
            render.screen(
                self._katas,
                self._progress,
                self._kata,
                self._body,
                self._keys(),
                self._page,
                failing,
            )
        )


def _may_be_two_mistakes(verdict: Verdict) -> bool:
    """Whether no single one explains the failures, and attempts are there to look among.

    In a debug kata, to find the bugs is the exercise.
    """
    is_unexplained = verdict.status == FAILED and not verdict.mistakes
    return is_unexplained and verdict.kata.kind != "debug" and verdict.kata.attempts.is_file()

"""`kata` on a terminal: a save gives a verdict, a key gives the next step."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from kata import hints, render, stubs
from kata.catalog import Catalog, KataError
from kata.loop import Loop
from kata.progress import Progress
from kata.runner import Runner
from kata.saves import Saves
from kata.verdict import SOLVED, TODO, Verdict

# The current file is looked at in every tick, the others in one of so many.
_TICKS_FOR_OTHERS = 20


class Watch:
    """One session of `kata` on a terminal."""

    def __init__(
        self, katas: Catalog, progress: Progress, runner: Runner, console: Console
    ) -> None:
        self._katas = katas
        self._progress = progress
        self._loop = Loop(runner, console)
        self._kata = progress.current(katas)
        files = [kata.exercise for kata in katas.katas]
        self._saves = {file: Saves(file) for file in files}
        self._ticks = 0
        self._verdict: Verdict | None = None
        self._pending = ""  # The key that has to be pressed once more.
        self._body: RenderableType = ""

    def run(self) -> None:
        """Watch until `q`, Ctrl-C or the end of the terminal."""
        with contextlib.suppress(KeyboardInterrupt):
            self._loop.run(self._test, self._pressed, self._look, lambda: self._draw(self._body))

    # --- Saves and verdicts ---

    def _look(self) -> None:
        """Look for a saved file, and go to its kata."""
        self._ticks += 1
        current, all_files = self._kata.exercise, self._ticks % _TICKS_FOR_OTHERS == 0
        saved = list(filter(self._is_saved, self._saves if all_files else [current]))
        if current in saved:
            self._test()
        elif len(saved) == 1:  # Several at once come from git, say, not from an editor.
            self._kata = self._katas.of_exercise(saved[0]) or self._kata
            self._test()

    def _is_saved(self, file: Path) -> bool:
        """Whether a file has changed since the last look."""
        is_saved = self._saves[file].are_new()
        if is_saved:
            self._saves[file].take()
        return is_saved

    def _test(self) -> None:
        self._saves[self._kata.exercise].take()  # What this test sees is no news.
        self._progress.move_to(self._kata)
        if self._verdict is None or self._verdict.kata != self._kata:
            self._verdict = None
            self._show_verdict()
        self._loop.test(self._kata, self._judged)

    def _judged(self, verdict: Verdict) -> None:
        self._verdict = verdict
        if verdict.status != TODO:
            self._progress.ran(self._kata, solved=verdict.status == SOLVED)
        self._pending = ""
        self._show_verdict()

    # --- Keys ---

    def _pressed(self, key: str) -> None:
        pending, self._pending = self._pending, ""
        actions: dict[str, Callable[[], None]] = {
            "h": self._hint,
            "s": lambda: self._solution(asked_before=pending == "s"),
            "l": lambda: self._draw(render.kata_list(self._katas, self._progress, self._kata)),
            "n": self._next,
            "r": self._ask_before_reset,
            "y": self._reset if pending == "r" else self._show_verdict,
        }
        try:
            actions.get(key, self._show_verdict)()
        except KataError as error:
            self._draw(Text(str(error), style="red"))

    def _show_verdict(self) -> None:
        if self._verdict is None:
            self._draw(Text("Running the tests …", style="dim"))
            return
        missing = self._progress.unsolved_before(self._kata, self._katas)
        self._draw(render.verdict(self._verdict, missing))

    def _hint(self) -> None:
        levels = hints.read(self._kata).levels
        level = min(self._progress[self._kata].hints + 1, len(levels))
        self._progress.hinted(self._kata, level)
        self._draw(render.hint(levels, level))

    def _solution(self, *, asked_before: bool) -> None:
        solved = self._progress.is_solved(self._kata)
        if not self._kata.solution.is_file():
            self._draw(Text("The solutions are not part of this repository."))
        elif solved or asked_before:
            if not solved:
                self._progress.saw_solution(self._kata)
            self._draw(render.Comparison(self._kata))
        else:
            self._pending = "s"
            text = "Not solved yet. Press s again to see it anyway; this is recorded."
            self._draw(Text(text, style="yellow"))

    def _next(self) -> None:
        following = self._progress.next_unsolved(self._katas, after=self._kata)
        if following is None:
            self._draw(Text("You have solved every kata.", style="bold green"))
        else:
            self._kata = following
            self._test()

    def _ask_before_reset(self) -> None:
        self._pending = "r"
        text = f"Reset {self._kata.name}? Your file is kept in .kata/backups. Press y to reset."
        self._draw(Text(text, style="yellow"))

    def _reset(self) -> None:
        stubs.reset(self._kata)
        self._progress.forget(self._kata)
        self._verdict = None
        self._test()

    def _draw(self, body: RenderableType) -> None:
        self._body = body
        solved = self._verdict is not None and self._verdict.status == SOLVED
        self._loop.draw(render.screen(self._katas, self._progress, self._kata, body, solved))

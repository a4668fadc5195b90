"""The loop: a save gives a verdict, a key gives the next step.

One thread tells of saved files, one of keys, one runs the tests; all put events into one queue, and
the loop alone draws and decides.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text
from watchfiles import watch as watch_files

from kata import hints, keys, render, stubs
from kata.catalog import Catalog, Kata, KataError
from kata.progress import Progress
from kata.runner import Runner
from kata.verdict import CANCELLED, SOLVED, TODO, Verdict

# How often to look whether a save went unnoticed.
_TICK_SECONDS = 0.5


@dataclass(frozen=True)
class Saved:
    path: Path


@dataclass(frozen=True)
class Pressed:
    key: str


@dataclass(frozen=True)
class Ran:
    run: int
    verdict: Verdict


Event = Saved | Pressed | Ran


class Watch:
    """One session of `kata` on a terminal."""

    def __init__(self, katas: Catalog, progress: Progress, console: Console) -> None:
        self._katas = katas
        self._progress = progress
        self._console = console
        self._events: queue.Queue[Event] = queue.Queue()
        self._kata = progress.current(katas)
        self._runner = Runner(katas)
        self._files = _Files(katas.root / "exercises", lambda path: self._events.put(Saved(path)))
        self._run_number = 0
        self._cancel = threading.Event()
        self._verdict: Verdict | None = None
        self._pending = ""  # The key that has to be pressed once more.
        self._version: tuple[int, int] | None = None
        self._unnoticed: tuple[int, int] | None = None

    def run(self) -> None:
        """Watch until `q`, Ctrl-C or the end of the terminal."""
        try:
            with keys.listening(lambda key: self._events.put(Pressed(key))):
                self._files.start()
                self._test()
                while self._handle(self._next_event()):
                    pass
        except KeyboardInterrupt:
            pass
        finally:
            self._cancel.set()
            self._files.stop()
            self._runner.close()

    def _next_event(self) -> Event | None:
        try:
            return self._events.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            return None

    def _handle(self, event: Event | None) -> bool:
        """React to an event; False ends the session."""
        if isinstance(event, Saved):
            self._saved(event.path)
        elif isinstance(event, Ran):
            self._ran(event)
        elif isinstance(event, Pressed):
            return self._pressed(event.key)
        else:
            self._look_for_unnoticed_saves()
        return True

    # --- Saves and verdicts ---

    def _saved(self, path: Path) -> None:
        kata = self._katas.of_exercise(path)
        if kata is None or (kata == self._kata and stubs.version(kata.exercise) == self._version):
            return
        self._kata = kata
        self._test()

    def _test(self) -> None:
        self._cancel.set()
        self._cancel = threading.Event()
        self._run_number += 1
        self._version = stubs.version(self._kata.exercise)
        self._progress.move_to(self._kata)
        if self._verdict is None or self._verdict.kata != self._kata:
            self._verdict = None
            self._show_verdict()
        arguments = (self._run_number, self._kata, self._cancel)
        threading.Thread(target=self._run_tests, args=arguments, daemon=True).start()

    def _run_tests(self, number: int, kata: Kata, cancel: threading.Event) -> None:
        verdict = self._runner.run(kata, cancelled=cancel)
        self._events.put(Ran(number, verdict))
        if not cancel.is_set():
            self._runner.warm_up()

    def _ran(self, event: Ran) -> None:
        if event.run != self._run_number or event.verdict.status == CANCELLED:
            return
        self._verdict = event.verdict
        if event.verdict.status != TODO:
            self._progress.ran(self._kata, solved=event.verdict.status == SOLVED)
        self._pending = ""
        self._show_verdict()

    def _look_for_unnoticed_saves(self) -> None:
        version = stubs.version(self._kata.exercise)
        if version == self._version or self._files.polls:
            self._unnoticed = None
        elif version == self._unnoticed:
            self._files.poll()
            self._saved(self._kata.exercise)
        else:
            self._unnoticed = version

    # --- Keys ---

    def _pressed(self, key: str) -> bool:
        if key in ("q", "", "\x03", "\x04"):
            return False
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
        return True

    def _show_verdict(self) -> None:
        if self._verdict is None:
            self._draw(Text("Running its tests …", style="dim"))
            return
        missing = self._progress.unsolved_before(self._kata, self._katas)
        self._draw(render.verdict(self._verdict, missing))

    def _hint(self) -> None:
        levels = hints.read(self._kata).levels
        level = min(self._progress[self._kata].hints + 1, len(levels))
        self._progress.hinted(self._kata, level)
        self._draw(render.hint(levels, level))

    def _solution(self, *, asked_before: bool) -> None:
        if not self._kata.solution.is_file():
            self._draw(Text("The solutions are not part of this repository."))
        elif self._progress.is_solved(self._kata) or asked_before:
            if not self._progress.is_solved(self._kata):
                self._progress.saw_solution(self._kata)
            self._draw(render.comparison(self._kata, self._console.width))
        else:
            self._pending = "s"
            text = "Not solved yet. Press s again to see it anyway; this is recorded."
            self._draw(Text(text, style="yellow"))

    def _next(self) -> None:
        following = self._progress.next_unsolved(self._katas, after=self._kata)
        if following is None:
            self._draw(Text("All katas are solved.", style="bold green"))
        else:
            self._kata = following
            self._test()

    def _ask_before_reset(self) -> None:
        self._pending = "r"
        text = f"Put the original of {self._kata.name} back? A copy of your file is kept. y: yes"
        self._draw(Text(text, style="yellow"))

    def _reset(self) -> None:
        backup = stubs.reset(self._kata)
        self._progress.forget(self._kata)
        self._verdict = None
        if backup:
            self._console.print(Text(f"Your file is kept as {backup}."))
        self._test()

    def _draw(self, body: RenderableType) -> None:
        notes = []
        if self._files.polls:
            notes.append("This drive sends no file events: looking twice a second instead.")
        self._console.clear()
        self._console.print(
            render.screen(self._katas, self._progress, self._kata, body, notes, self._solved)
        )

    @property
    def _solved(self) -> bool:
        return self._verdict is not None and self._verdict.status == SOLVED


class _Files:
    """Tells of saved files: by the system's events, or by looking, where none arrive."""

    def __init__(self, folder: Path, on_save: Callable[[Path], None]) -> None:
        self._folder = folder
        self._on_save = on_save
        self._stop = threading.Event()
        self.polls = False

    def start(self) -> None:
        arguments = (self._stop, self.polls)
        threading.Thread(target=self._watch, args=arguments, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def poll(self) -> None:
        """From now on look for changes twice a second."""
        self.stop()
        self._stop = threading.Event()
        self.polls = True
        self.start()

    def _watch(self, stop: threading.Event, polls: bool) -> None:
        changes = watch_files(
            self._folder,
            watch_filter=None,
            step=2,
            debounce=50,
            rust_timeout=500,
            yield_on_timeout=False,
            stop_event=stop,
            force_polling=polls or None,
            poll_delay_ms=500,
            raise_interrupt=False,
        )
        for batch in changes:
            for _, name in batch:
                self._on_save(Path(name))

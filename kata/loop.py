"""The loop under `kata` and under a mock interview.

Threads hear of keys and run tests; the thread of `run` alone handles what they find, one thing at a
time, and between two looks at what sends no news: files, the clock, the size of the terminal.
"""

import contextlib
import math
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from rich.console import Console, RenderableType

from kata import keys
from kata.catalog import Kata
from kata.runner import Runner
from kata.verdict import Verdict

# One look costs some microseconds; a verdict should not wait for it.
_TICK_SECONDS = 0.005
# After so long without a verdict, the last one would be taken for it.
_SLOW_SECONDS = 1.0
Result = TypeVar("Result")

_LEAVING = ("", "\x03", "\x04")


class Loop:
    """One screen at a terminal, until the learner leaves it."""

    def __init__(self, runner: Runner, console: Console) -> None:
        self._runner = runner
        self._console = console
        self._news: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._cancel = threading.Event()
        self._slow_at = math.inf
        self._on_slow: Callable[[], None] = lambda: None
        self._open = True

    def run(
        self,
        begin: Callable[[], None],
        on_key: Callable[[str], None],
        on_tick: Callable[[], None],
        on_resize: Callable[[], None],
    ) -> None:
        """Handle what happens until `stop`, a key that leaves, or the end of the terminal."""

        def press(key: str) -> None:
            self._news.put(self.stop if key in _LEAVING else lambda: on_key(key))

        try:
            with keys.listening(press):
                begin()
                size = self._console.size
                while self._open:
                    with contextlib.suppress(queue.Empty):
                        self._news.get(timeout=_TICK_SECONDS)()
                    on_tick()
                    if time.monotonic() > self._slow_at:
                        self._slow_at = math.inf
                        self._on_slow()
                    if self._console.size != size:
                        size = self._console.size
                        on_resize()
        finally:
            self._cancel.set()

    def stop(self) -> None:
        self._open = False

    def draw(self, *parts: RenderableType) -> None:
        """Show this in place of what the screen shows."""
        self._console.clear()
        for part in parts:
            self._console.print(part)

    def aside(self, work: Callable[[], Result], then: Callable[[Result], None]) -> None:
        """Do some work in a thread, then handle what it gives in this one."""

        def run() -> None:
            result = work()
            self._news.put(lambda: then(result))

        threading.Thread(target=run, daemon=True).start()

    def get_ready(self) -> None:
        """Start the process that waits for tests; the first takes seconds."""
        threading.Thread(target=self._runner.warm_up, daemon=True).start()

    def test(
        self,
        kata: Kata,
        then: Callable[[Verdict], None],
        on_progress: Callable[[float, float], None] = lambda done, loss: None,
        on_slow: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        """Run tests in the background, then handle the verdict. A run that goes on is cancelled.

        `on_slow` hears of it if they take longer than a moment.
        """
        self._cancel.set()
        cancel = self._cancel = threading.Event()
        self._slow_at, self._on_slow = time.monotonic() + _SLOW_SECONDS, on_slow

        def handle(verdict: Verdict) -> None:
            if not cancel.is_set():
                self._slow_at = math.inf
                then(verdict)

        def tell(done: float, loss: float) -> None:
            self._news.put(lambda: None if cancel.is_set() else on_progress(done, loss))

        def run() -> None:
            verdict = self._runner.run(kata, cancelled=cancel, on_progress=tell, **options)
            self._news.put(lambda: handle(verdict))
            if not cancel.is_set():
                self._runner.warm_up()

        threading.Thread(target=run, daemon=True).start()

"""Pictures beside the verdicts of `kata`: switched on and off, and redrawn after each."""

import threading
from collections.abc import Callable

from kata.catalog import Kata, KataError
from kata.loop import Loop
from kata.runner import Runner
from kata.show import request
from kata.show.request import Shown


class Beside:
    """Has one picture drawn at a time, in a process of its own; a newer wish ends an older one."""

    def __init__(self, runner: Runner, loop: Loop, on_news: Callable[[], None]) -> None:
        """`runner` is one for `entry.draw`; `on_news` hears that there is something to show."""
        self._runner = runner
        self._loop = loop
        self._on_news = on_news
        self._cancel = threading.Event()
        self.is_on = False
        self.is_drawing = False
        self.shown: Shown | None = None

    def switch(self, kata: Kata) -> None:
        self.is_on = not self.is_on
        self.stop()
        self.draw(kata)

    def stop(self) -> None:
        """End a drawing that goes on: a verdict comes first."""
        self._cancel.set()
        self.is_drawing = False

    def close(self) -> None:
        self.stop()
        self._runner.close()

    def draw(self, kata: Kata) -> None:
        """Draw in the background, if this is switched on and the kata has a picture."""
        self.shown, self.is_drawing = None, self.is_on and kata.picture.is_file()
        if not self.is_drawing:
            return
        cancel = self._cancel = threading.Event()

        def work() -> Shown:
            try:
                return request.show(kata, self._runner, cancel)
            except KataError as error:
                return Shown(kata, str(error), is_good=False)

        def take(shown: Shown) -> None:
            if not cancel.is_set():
                self.shown, self.is_drawing = shown, False
                self._on_news()

        self._loop.aside(work, take)

"""Katas in a notebook: a cell is the learner's file, and below it stand verdict and picture.

%load_ext kata

%kata basics/softmax       puts the learner's file into the cell, to be worked on there
%%kata basics/softmax      writes the cell into the file, tests it and draws it
"""

import sys
import threading
from typing import Any

from rich.console import Console
from rich.text import Text

from kata import catalog, entry, render, stubs
from kata.catalog import Kata, KataError
from kata.progress import Progress
from kata.runner import Runner
from kata.show import request, words
from kata.store import write_whole
from kata.verdict import BROKEN, Verdict


def load(shell: Any) -> None:
    """Give a notebook the two magics."""
    katas = Katas(shell)
    shell.register_magic_function(katas.put_into_cell, "line", "kata")
    shell.register_magic_function(katas.run_cell, "cell", "kata")


class Katas:
    """The katas of one notebook; the process that waits for the next cell lives as long as it."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._katas = catalog.load()
        self._runner = Runner(self._katas)
        self._artist = Runner(self._katas, "spawn", entry.draw)
        self._written: dict[str, bytes] = {}

    def put_into_cell(self, line: str) -> None:
        """%kata NAME: the learner's file, ready to be edited."""
        try:
            kata = self._katas.find(line)
            text = kata.exercise.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            _complain(f"{kata.relative(kata.exercise)} is not UTF-8 text: save it as UTF-8.")
        except (KataError, OSError) as error:
            _complain(str(error))
        else:
            self._shell.set_next_input(f"%%kata {kata.id}\n{text}", replace=True)

    def run_cell(self, line: str, cell: str) -> None:
        """%%kata NAME: write the file, test it, draw it, and define what it defines here, too."""
        try:
            kata = self._katas.find(line)
            self._write(kata, cell.encode())
            verdict = self._test(kata)
            if kata.picture.is_file():
                self._draw(kata)
        except (KataError, OSError) as error:
            _complain(str(error))
            return
        if verdict.status != BROKEN:
            self._shell.ex(cell)

    def _write(self, kata: Kata, text: bytes) -> None:
        """Write the file. What else was in it than an earlier cell or the stub is kept."""
        is_known = stubs.is_untouched(kata) or not kata.exercise.is_file()
        if not is_known and kata.exercise.read_bytes() not in (text, self._written.get(kata.id)):
            backup = stubs.back_up(kata)
            _say(
                Text(
                    f"The file that stood there before is kept as {kata.relative(backup)}.",
                    style="dim",
                )
            )
        write_whole(kata.exercise, text)
        self._written[kata.id] = text

    def _test(self, kata: Kata) -> Verdict:
        progress = Progress(self._katas.root)
        progress.move_to(kata)
        verdict = self._runner.run(kata, also_two=True)
        threading.Thread(target=self._runner.warm_up, daemon=True).start()
        progress.judged(verdict)
        _say(render.verdict(verdict, progress.unsolved_parts(kata, self._katas)))
        return verdict

    def _draw(self, kata: Kata) -> None:
        from IPython.display import Image, display

        shown = request.show(kata, self._artist)
        _say(words.said(shown))
        if shown.file:
            display(Image(shown.file))


def _say(what: Any) -> None:
    Console(highlight=False, width=100).print(what)


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)

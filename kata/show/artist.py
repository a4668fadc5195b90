"""The process that draws one kata's picture; it ends with it.

The reference comes first, so that nothing the learner's code does can reach it.
"""

import contextlib
import functools
import os
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

import jaxtyping  # noqa: F401, so that it takes no answer's time.

from kata import catalog, loading, target
from kata.bounds import SECONDS_OF_OUR_OWN, Bounded, lead_own_group, name_of, refuse, wait_for_job
from kata.show import script
from kata.show.sheet import Sheet
from kata.verdict import TODO

# What it runs in place of a test.
PICTURE = "picture"
# A verdict has the right of way.
_NICE = 10
# So much more time than a test is what that may cost.
_TIMES_A_TEST = 2
_TEXT_KEPT = 300


def work(connection: Connection) -> None:
    """Wait for one job, and do it."""
    lead_own_group()
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICE)
    try:
        job = wait_for_job(connection)
    except EOFError:
        return
    try:
        katas = catalog.load(Path(job.root))
    except catalog.KataError as error:
        refuse(connection, str(error))
        return
    Artist(connection, job, katas).run()


class Artist(Bounded):
    """Draws the learner's picture and the reference's on one sheet, and saves it."""

    def do(self) -> None:
        self.begin("", SECONDS_OF_OUR_OWN)
        warnings.simplefilter("ignore")  # What overflows is to be seen.
        try:
            sheet = self._begun_sheet()
        except Exception as error:  # The author's, and perhaps only begun.
            file = self.kata.relative(self.kata.picture)
            problem = f"{file} can't draw the solution: {type(error).__name__}: {error}"
            self.send("broken", problem=problem)
            return
        self.begin("")
        problem = self.load()
        if problem:
            self.send("broken", problem=problem)
            return
        self.begin(PICTURE, _TIMES_A_TEST * self.kata.seconds)
        start = time.perf_counter()
        outcome = self._draw_yours(sheet, Noting(target.answer_module(self.kata)))
        self.send("result", name=PICTURE, seconds=time.perf_counter() - start, **outcome)

    def _begun_sheet(self) -> Sheet:
        """A sheet with the reference on it, where there are solutions."""
        drawn = script.load(self.kata)
        sheet = Sheet(drawn, has_reference=self.kata.solution.is_file())
        if self.kata.solution.is_file():
            target.install(self.katas, "solutions")
            sheet.draw_reference(target.answer_module(self.kata))
        return sheet

    def _draw_yours(self, sheet: Sheet, answer: "Noting") -> dict[str, Any]:
        """What became of it, as the runner wants to hear of a test."""
        outcome, remark = {"outcome": "passed"}, ""
        try:
            sheet.draw_yours(answer)
        except NotImplementedError as error:
            outcome, remark = {"outcome": TODO}, f"{self._function(error, answer)} is to do"
        except BaseException as error:  # Learner code may raise anything, SystemExit included.
            remark = self._told(error, answer)
            outcome = {"outcome": "failed", "kind": type(error).__name__, "text": remark}
        self.begin(PICTURE, SECONDS_OF_OUR_OWN)
        try:
            sheet.save(Path(self.job.picture), remark and f"yours: {remark}")
        except Exception as error:  # What some values are only shows now.
            outcome = {"outcome": "failed", "kind": type(error).__name__}
            outcome["text"] = self._told(error, answer)
        return outcome

    def _told(self, error: BaseException, answer: "Noting") -> str:
        """One sentence that names the function and the error."""
        said = f"{type(error).__name__}: {error}".rstrip(": \n").partition("\n")[0][:_TEXT_KEPT]
        place = loading.last_place(error, functools.partial(name_of, self.kata))
        if place is None:
            return f"What {answer.last} gives can't be drawn: {said}"
        return f"{self._function(error, answer)} raised {said}, at {place[0]}:{place[1]}"

    def _function(self, error: BaseException, answer: "Noting") -> str:
        """The learner's function that raised an error; the one that was asked for, otherwise."""
        name, entry = answer.last, error.__traceback__
        while entry:
            code = entry.tb_frame.f_code
            if name_of(self.kata, code.co_filename):
                name = code.co_qualname
            entry = entry.tb_next
        return name


class Noting:
    """A module that notes which of its names was used last."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self.last = module.__name__

    def __getattr__(self, name: str) -> Any:
        self.last = name
        return getattr(self._module, name)

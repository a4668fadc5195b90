"""Has a picture drawn in a process of its own, and says how that went."""

import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path

from kata.catalog import Kata, KataError
from kata.runner import Runner
from kata.show import script
from kata.store import FOLDER
from kata.verdict import SOLVED, TODO


@dataclass(frozen=True)
class Shown:
    """A picture, or none, and one sentence: what there is to see, or what went wrong."""

    kata: Kata
    sentence: str
    file: Path | None = None
    is_good: bool = True
    prints: str = ""


def picture_of(kata: Kata) -> Path:
    """Where its picture lies, once it is drawn."""
    return kata.root / FOLDER / "show" / kata.topic / f"{kata.name}.png"


def show(kata: Kata, runner: Runner, cancelled: threading.Event | None = None) -> Shown:
    """Draw the picture of a kata; `cancelled` ends that early from another thread.

    `runner` is one for `entry.draw`. Raises KataError where there is no picture, or no matplotlib.
    """
    seen = script.sentence(kata)
    if importlib.util.find_spec("matplotlib") is None:
        raise KataError("Pictures need matplotlib: pip install -e '.[show]'")
    file = picture_of(kata)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    verdict = runner.run(kata, picture=str(file), cancelled=cancelled)
    drawn, prints = file if file.is_file() else None, verdict.prints
    if verdict.status == SOLVED:
        return Shown(kata, seen, drawn, prints=prints)
    if verdict.status == TODO:
        shows = f"; the reference shows: {seen}" if kata.solution.is_file() else "."
        return Shown(kata, f"{kata.name} is to do{shows}", drawn)
    failed = next((failure.text for failure in verdict.failures), "")
    problem = verdict.problem or failed
    return Shown(kata, problem.partition("\n")[0], drawn, False, prints)

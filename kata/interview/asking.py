"""A question, the learner's answer, the model answer, and the mark that they give themselves."""

import contextlib

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from kata import keys
from kata.interview.sessions import HALF, KNEW, NO

with contextlib.suppress(ImportError):  # Windows edits its lines by itself.
    import readline  # noqa: F401  (`input` then knows the arrow keys)

_MARKS = {"k": KNEW, "h": HALF, "n": NO}


def ask(console: Console, heading: str, question: str, answer: str) -> tuple[str, str]:
    """Ask one question; gives what was typed, and the mark.

    Raises EOFError or KeyboardInterrupt where the learner leaves.
    """
    console.clear()
    console.print(Text(heading, style="dim"))
    console.print(Markdown(f"**{question}**"))
    console.print(Text("Type your answer, or just think of it, then press Enter.", style="dim"))
    said = "".join(filter(str.isprintable, input("> "))).strip()
    console.print(Padding(Markdown(answer), (1, 0, 1, 2)))
    console.print(Text("Did you know it?   k yes   h half of it   n no"))
    mark = _MARKS[keys.wait_for("".join(_MARKS))]
    console.print(Text(f"{mark}\n", style="dim"))
    return said, mark


def wait_for_enter(console: Console, what_follows: str) -> None:
    console.print(Text(f"Press Enter for {what_follows}.", style="dim"))
    console.input()

"""A staged task grows: below each stub but the first stands what was written before it."""

import tokenize
from pathlib import Path

from kata.catalog import Kata

_MARK = "\n\n# --- What you have so far: "


def part(kata: Kata, written: Path, is_right: bool) -> str:
    """What an earlier step adds to the file: the learner's code, or the solution in its place.

    Nothing where the code is not right and there is no solution.
    """
    file, whose = (written, "as you wrote it") if is_right else (kata.solution, "as it should be")
    if not file.is_file():
        return ""
    with tokenize.open(file) as source:
        # Python takes imports of the future at the top of a file alone.
        code = "".join(line for line in source if not line.startswith("from __future__"))
    return f"{_MARK}{kata.name}, {whose} ---\n\n{code}"

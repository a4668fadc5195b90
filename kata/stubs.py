"""The stubs as they were handed out: put one back, keep them, see whether one was begun."""

import datetime
from pathlib import Path

from kata.catalog import Catalog, Kata, KataError
from kata.progress import FOLDER, write_whole


def reset(kata: Kata, tree: str = "exercises") -> Path | None:
    """Put the original stub there. Gives where the learner's file was kept, if there was one."""
    if not kata.original.is_file():
        raise KataError(f"{kata.relative(kata.original)} is missing: no original to put back.")
    file = kata.file_in(tree)
    backup = back_up(kata, tree) if file.is_file() else None
    write_whole(file, kata.original.read_bytes())
    return backup


def back_up(kata: Kata, tree: str = "exercises") -> Path:
    """Keep a copy of the learner's file as it is now."""
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
    backup = kata.root / FOLDER / "backups" / kata.topic / f"{kata.name}.{now}.py"
    write_whole(backup, kata.file_in(tree).read_bytes())
    return backup


def is_untouched(kata: Kata) -> bool:
    try:
        return kata.exercise.read_bytes() == kata.original.read_bytes()
    except OSError:
        return False


def freeze(katas: Catalog) -> list[Kata]:
    """Keep the stubs as they are now as the originals. Gives the katas whose original changed."""
    changed = [kata for kata in katas.katas if kata.exercise.is_file() and not is_untouched(kata)]
    for kata in changed:
        write_whole(kata.original, kata.exercise.read_bytes())
    return changed


def version(file: Path) -> tuple[int, int] | None:
    """What changes when the file is saved; None while it is not there."""
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def line_to_begin_at(file: Path) -> int:
    """The line of the file's first TODO, else of its first definition."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    definitions = ("def ", "class ")
    todo = [number for number, line in enumerate(lines, 1) if "TODO" in line]
    defined = [number for number, line in enumerate(lines, 1) if line.startswith(definitions)]
    return next(iter(todo + defined), 1)

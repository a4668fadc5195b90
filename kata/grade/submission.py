"""What is taken from a submission: the text of `exercises/**/*.py`, and nothing else.

A submission is a folder from a stranger. Links are not followed, sizes are bounded, and whatever
else lies there (a conftest.py, a numpy.py, a sitecustomize.py) is not looked at.
"""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from kata.catalog import KataError

FOLDER = "exercises"
_MOST_FILES = 1000
_MOST_FOLDERS = 1000
_MOST_BYTES = 256 << 10
_MOST_BYTES_TOGETHER = 1536 << 10


@dataclass(frozen=True)
class Submission:
    """The sources by name ("exercises/basics/softmax.py"), and why others were left out."""

    name: str
    sources: dict[str, bytes]
    refused: dict[str, str]


def read(folder: Path) -> Submission:
    """Take a submission; raises KataError where there is none."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise KataError(f"{folder} is not a folder: name one with a student's exercises/.")
    top = folder / FOLDER
    if top.is_symlink() or not top.is_dir():
        raise KataError(f"{folder} contains no exercises/ folder with a student's answers.")
    sources: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    room = _MOST_BYTES_TOGETHER
    for path in _python_files(top):
        name = path.relative_to(folder).as_posix()
        try:
            sources[name] = _content(path, min(room, _MOST_BYTES))
            room -= len(sources[name])
        except (OSError, ValueError) as error:
            refused[name] = _reason(error)
    return Submission(folder.resolve().name, sources, refused)


def _python_files(top: Path) -> list[Path]:
    """The first so many files named *.py, in order; folders that are links are not entered."""
    found: list[Path] = []
    for number, (folder, folders, files) in enumerate(os.walk(top, followlinks=False)):
        folders.sort()
        # A folder may be named like a file; it is told, as one that cannot be read.
        named = [name for name in (*files, *folders) if name.endswith(".py")]
        found += [Path(folder, name) for name in sorted(named)]
        if number >= _MOST_FOLDERS or len(found) >= _MOST_FILES:
            break
    return found[:_MOST_FILES]


def _content(path: Path, most: int) -> bytes:
    # Not to block at a pipe, nor to follow a link that was put there a moment ago.
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(opened, "rb") as file:
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is not a regular file")
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return content


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return "it is a link" if error.errno == errno.ELOOP else str(error.strerror).lower()
    return str(error)

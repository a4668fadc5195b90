"""What is taken from a submission: the text of `exercises/**/*.py`, and nothing else.

A submission is a folder or a zip from a stranger. A folder is read by descriptors, so no link is
followed, not even one that is put there meanwhile. A zip is read where it is, without unpacking it.
Sizes are bounded, and whatever else lies there (a conftest.py, a numpy.py, a sitecustomize.py) is
not looked at.
"""

import contextlib
import errno
import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from kata.catalog import KataError

FOLDER = "exercises"
_MOST_FILES = 1000
_MOST_FOLDERS = 1000
_MOST_DEEP = 10
_MOST_BYTES = 256 << 10
_MOST_BYTES_TOGETHER = 1536 << 10
_MOST_BYTES_OF_ZIP = 100 << 20
_MOST_BYTES_OF_NAMES = 4 << 20
_NO_FOLDER = f"contains no {FOLDER}/ folder"
# Others may ask for gigabytes of memory.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_IS_ENCRYPTED = 0x1


class NoSubmissionError(KataError):
    """There is none at a path; `note` says why without naming it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}.")
        self.note = f"It {why}."


@dataclass(frozen=True)
class Submission:
    """The sources by name ("exercises/basics/softmax.py"), and why others were left out."""

    name: str
    sources: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, file: IO[bytes]) -> None:
        """Keep a source, as far as there is room for it."""
        room = _MOST_BYTES_TOGETHER - sum(map(len, self.sources.values()))
        most = min(room, _MOST_BYTES)
        content = file.read(most + 1)
        if len(content) > most:
            raise ValueError(f"it is larger than {most:,} bytes")
        self.sources[name] = content

    def refuse(self, name: str, error: Exception) -> None:
        self.refused[name] = _reason(error)


def read(path: Path) -> Submission:
    """Take a submission, a folder or a zip; raises NoSubmissionError where there is none."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            return _read_opened(path, opened)
        finally:
            os.close(opened)
    except OSError as error:
        raise NoSubmissionError(path, f"cannot be read: {_reason(error)}") from error


def _read_opened(path: Path, opened: int) -> Submission:
    mode = os.fstat(opened).st_mode
    if stat.S_ISDIR(mode):
        return _read_folder(path, opened)
    if stat.S_ISREG(mode):
        return _read_zip(path, opened)
    raise NoSubmissionError(path, "is neither a folder nor a zip")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return "it is a link" if error.errno == errno.ELOOP else str(error.strerror).lower()
    return str(error)


# --- Folders ---------------------------------------------------------------------------------


def _read_folder(path: Path, opened: int) -> Submission:
    submission = Submission(path.name)
    files_left, is_there = _MOST_FILES, False
    with contextlib.suppress(FileNotFoundError):
        for folder, names, descriptor in _folders(opened):
            is_there = True
            for name in names[:files_left]:
                _take_file(submission, f"{folder}/{name}", name, descriptor)
            files_left -= len(names[:files_left])
    if not is_there:
        raise NoSubmissionError(path, _NO_FOLDER)
    return submission


def _folders(top: int) -> Iterator[tuple[str, list[str], int]]:
    """The first so many folders below `top`, in order, each with its *.py and its descriptor."""
    walk = os.fwalk(FOLDER, dir_fd=top, follow_symlinks=False)
    for number, (folder, folders, files, descriptor) in enumerate(walk):
        # A folder may be named like a file; it is told, as one that cannot be read.
        yield folder, sorted(name for name in (*files, *folders) if _is_python(name)), descriptor
        folders.sort()
        if folder.count("/") >= _MOST_DEEP:
            folders.clear()
        if number >= _MOST_FOLDERS:
            return


def _take_file(submission: Submission, name: str, own_name: str, folder: int) -> None:
    # Not to block at a pipe.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(own_name, flags, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError("it is not a regular file")
            submission.take(name, file)
    except (OSError, ValueError) as error:
        submission.refuse(name, error)


def _is_python(name: str) -> bool:
    return name.endswith(".py")


# --- Zips ------------------------------------------------------------------------------------


def _read_zip(path: Path, opened: int) -> Submission:
    if os.fstat(opened).st_size > _MOST_BYTES_OF_ZIP:
        raise NoSubmissionError(path, f"is larger than {_MOST_BYTES_OF_ZIP:,} bytes")
    submission = Submission(path.name.removesuffix(".zip"))
    try:
        with os.fdopen(opened, "rb", closefd=False) as file:
            _check_names(file)
            archive = zipfile.ZipFile(file)
            members = _members(archive)
            for name, member in sorted(members.items())[:_MOST_FILES]:
                _take_member(submission, name, archive, member)
    except ValueError as error:
        raise NoSubmissionError(path, f"is no zip that can be read: {error}") from error
    except Exception as error:  # What garbled data leads to, nobody can list.
        raise NoSubmissionError(path, "is no zip that can be read") from error
    if not members:
        raise NoSubmissionError(path, _NO_FOLDER)
    return submission


# Of a zip: the record at its end, which may have a comment after it, and what comes before that
# where a zip is of the long kind.
_END = struct.Struct("<4s4H2LH")
_END_MARK, _LONG_MARK, _LONG_BYTES = b"PK\5\6", b"PK\6\7", 20


def _check_names(file: IO[bytes]) -> None:
    """Raise where a zip has so many names that to list them, as is done first, takes gigabytes."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LONG_BYTES - _END.size - 0xFFFF))
    tail = file.read()
    place = tail.rfind(_END_MARK)
    if not 0 <= place <= len(tail) - _END.size:
        raise ValueError("it is no zip, or only a part of one")
    is_long = tail[max(0, place - _LONG_BYTES) :].startswith(_LONG_MARK)
    if is_long or _END.unpack_from(tail, place)[5] > _MOST_BYTES_OF_NAMES:
        raise ValueError("it holds too many names")


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The *.py in the folder of the answers, which may lie in another one, by name."""
    entries = archive.infolist()
    paths = [PurePosixPath(entry.filename.replace("\\", "/")) for entry in entries]
    for path in paths:
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("it holds a path that leads out of it")
    top = _top_of(paths)
    inside: dict[str, zipfile.ZipInfo] = {}
    for path, entry in zip(paths, entries, strict=True):
        if path.is_relative_to(top) and _is_python(path.name) and not entry.is_dir():
            name = path.relative_to(top.parent).as_posix()
            if name in inside:
                raise ValueError("it holds two files of one name")
            inside[name] = entry
    return inside


def _top_of(paths: list[PurePosixPath]) -> PurePosixPath:
    """Where the answers lie: at the top, or in the one folder that was zipped."""
    found = {
        PurePosixPath(*path.parts[: path.parts.index(FOLDER) + 1])
        for path in paths
        if FOLDER in path.parts[:2] and path.parts[0] != "__MACOSX"
    }
    if len(found) > 1 and PurePosixPath(FOLDER) not in found:
        raise ValueError(f"it holds more than one {FOLDER}/ folder")
    return min(found, key=lambda path: len(path.parts), default=PurePosixPath(FOLDER))


def _take_member(
    submission: Submission, name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo
) -> None:
    try:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ValueError("it is a link")
        if member.flag_bits & _IS_ENCRYPTED:
            raise ValueError("it is encrypted")
        if member.compress_type not in _COMPRESSIONS:
            raise ValueError("it is compressed in an unusual way")
        with archive.open(member) as file:
            submission.take(name, file)
    except ValueError as error:
        submission.refuse(name, error)
    except Exception:  # What garbled data leads to, nobody can list.
        submission.refuse(name, ValueError("it is spoilt"))

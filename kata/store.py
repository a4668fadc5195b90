"""Files of records: read and checked, locked, and written whole."""

import contextlib
import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from kata.catalog import KataError

# Where the learner's own records are, below the root.
FOLDER = ".kata"

Record = TypeVar("Record")


def read(file: Path, parse: Callable[[Any], Record]) -> Record | None:
    """What `parse` makes of a file's JSON; None if there is no file.

    If `parse` raises anything, the file is set aside and a KataError says so.
    """
    try:
        return parse(json.loads(file.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KataError(f"Cannot read {file}: {error.strerror}.") from error
    except Exception as error:  # What garbled data leads to, nobody can list.
        problem = f"{file} cannot be read ({error})"
        names = (f".broken{number}.json" for number in itertools.chain([""], itertools.count(2)))
        aside = next(path for path in map(file.with_suffix, names) if not path.exists())
        try:
            os.replace(file, aside)
        except OSError:
            raise KataError(f"{problem}: repair or remove it.") from error
        raise KataError(
            f"{problem}. It is now {aside.name}; run the command again to go on without it."
        ) from error


def save(file: Path, data: Any) -> None:
    """Write JSON that people can read, too."""
    write(file, json.dumps(data, indent=1, ensure_ascii=False))


def write(file: Path, text: str) -> None:
    """Replace a file; raises KataError if that fails."""
    try:
        write_whole(file, text.encode())
    except OSError as error:
        raise KataError(f"Cannot write {file}: {error.strerror or error}.") from error


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file in one step: no reader and no crash ever meets half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(file: Path, busy: str, seconds: float = 0.0) -> Iterator[None]:
    """Hold a lock; raises KataError, with the text `busy`, if another process keeps it so long."""
    from filelock import FileLock, Timeout  # Commands that only read don't wait for it.

    lock = FileLock(file, timeout=seconds)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise KataError(busy) from None
    except OSError as error:
        raise KataError(f"Cannot write {file}: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()

"""The folder with the marks of a class: kept as they come, and read again where they still hold."""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kata.catalog import Kata, KataError
from kata.grade.marks import Marks, from_dict
from kata.grade.students import Student
from kata.grade.submission import FOLDER, Submission
from kata.store import write_whole

SUBMISSIONS = "submissions"
_RUN = "run.json"
_SOURCES = "sources"
_SEAL = "seal"
_PLAIN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


class Results:
    """The folder; one run at a time may use it. `written` are the names of the reports."""

    def __init__(
        self, folder: Path, chosen: list[Kata], seed: tuple[int, bool], written: Collection[str]
    ) -> None:
        self._folder = folder
        self._written = SUBMISSIONS, _SOURCES, *written
        self._chosen = [kata.id for kata in chosen]
        self._lock = FileLock(folder / ".lock", timeout=0)
        self._key = secrets.token_hex(16)
        self.seed = seed

    def __enter__(self) -> "Results":
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as error:
            raise KataError(
                f"Another run is writing to {self._folder}: wait until it is done, or stop it."
            ) from error
        except OSError as error:
            raise KataError(f"Cannot write to {self._folder}: {error.strerror}.") from error
        try:
            self._begin()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def read(self, name: str, key: str) -> Marks | None:
        """What an earlier run found, if it is whole and was found by the same means."""
        try:
            data = json.loads(self._file(name).read_bytes())
            if data.pop(_SEAL) == _seal(key, data):
                return from_dict(data)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
        return None

    def keep(self, name: str, key: str, marks: dict[str, Any]) -> None:
        """Write what is known of a submission."""
        data = json.loads(json.dumps(marks))
        sealed = json.dumps(data | {_SEAL: _seal(key, data)}, indent=1)
        self._write(self._file(name), sealed.encode())

    def keep_sources(self, name: str, taken: Submission, handed_out: dict[str, bytes]) -> None:
        """Write the answers that were begun, and their stubs, to where others can compare them."""
        for kata, stub in handed_out.items():
            file = self._folder / _SOURCES / f"{kata}.py"
            if not file.exists():
                self._write(file, stub)
            source = taken.sources.get(f"{FOLDER}/{kata}.py", stub)
            if source != stub:
                self._write(file.with_suffix("") / f"{file_name(name)}.py", source)

    def write(self, name: str, text: str) -> None:
        """Write a report."""
        self._write(self._folder / name, text.encode())

    def disguised(self, student: Student) -> Student:
        """The same student, in each run, without a name that tells who it is."""
        digest = hmac.digest(self._key.encode(), os.fsencode(student.id), "sha256").hex()
        return replace(student, id=f"student-{digest[:8]}", name=f"student-{digest[:8]}")

    def _file(self, name: str) -> Path:
        return self._folder / SUBMISSIONS / f"{file_name(name)}.json"

    def _write(self, file: Path, content: bytes) -> None:
        try:
            write_whole(file, content)
        except OSError as error:
            raise KataError(f"Cannot write {file}: {error.strerror}.") from error

    def _begin(self) -> None:
        """Find an earlier run's seed here, or keep this one's."""
        number, secret = self.seed
        earlier = self._earlier_run()
        if earlier is None:
            run = {"seed": number, "secret": secret, "katas": self._chosen, "key": self._key}
            self.write(_RUN, json.dumps(run, indent=1))
            return
        self._key = earlier["key"]
        if secret and earlier["secret"]:
            self.seed = earlier["seed"], True
        elif (number, secret) != (earlier["seed"], earlier["secret"]):
            used = "secret" if earlier["secret"] else earlier["seed"]
            raise KataError(
                f"{self._folder} holds marks made with another seed: continue with --seed {used}, "
                "or name another folder with --output."
            )
        if earlier["katas"] != self._chosen:
            raise KataError(
                f"{self._folder} holds marks of other katas ({', '.join(earlier['katas'])}): "
                "name the same ones to continue, or another folder with --output."
            )
        for folder in (self._folder, self._folder / SUBMISSIONS):
            for left_over in folder.glob("*.new"):  # By a run that was killed.
                left_over.unlink(missing_ok=True)

    def _earlier_run(self) -> dict[str, Any] | None:
        file = self._folder / _RUN
        try:
            run = json.loads(file.read_bytes())
            types = {"seed": int, "secret": bool, "katas": list, "key": str}
            if {name: type(run[name]) for name in types} != types:
                raise ValueError("it is no record of a run")
        except FileNotFoundError:
            self._refuse_others_files()
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KataError(
                f"{file} cannot be read, so this run cannot continue from it: "
                "name another folder with --output."
            ) from error
        return dict(run)

    def _refuse_others_files(self) -> None:
        for name in self._written:
            if (self._folder / name).exists():
                raise KataError(
                    f"{self._folder / name} was not written by an earlier run: "
                    "name another folder with --output."
                )


def file_name(name: str) -> str:
    """What a stranger named a folder may be no good as the name of a file."""
    if re.fullmatch(_PLAIN_NAME, name):
        return name
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
    # No plain name begins so.
    return f"_{re.sub('[^A-Za-z0-9]+', '_', name)[:60]}_{digest}"


def _seal(key: str, data: dict[str, Any]) -> str:
    """A hash of marks and of what they were made from: neither may have changed since."""
    return hashlib.sha256(f"{key}{json.dumps(data, sort_keys=True)}".encode()).hexdigest()

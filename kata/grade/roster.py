"""`kata grade --class`: marks every submission in a folder, and can be ended at any time.

Marks are on the disk after every kata. A run that is started again keeps those that still hold,
because nothing that they depend on has changed, and goes on from there.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from kata.catalog import Catalog, Kata, KataError
from kata.grade import class_report, submission, workers
from kata.grade.class_report import Row
from kata.grade.grading import need_solutions
from kata.grade.marks import Marks, from_dict, to_dict
from kata.grade.submission import FOLDER, Submission
from kata.grade.text import clean, number
from kata.store import write_whole

_SUBMISSIONS = "submissions"
_RUN = "run.json"
_SEAL = "seal"
_PLAIN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def folder_of_marks(roster: Path, output: Path | None) -> Path:
    """Where the marks go: `output`, or a folder beside the roster.

    Raises KataError where that would be among what was handed in.
    """
    roster = roster.resolve()
    folder = (output or roster.with_name(f"{roster.name}-marks")).resolve()
    if folder.is_relative_to(roster) or (folder / _SUBMISSIONS).is_relative_to(roster):
        raise KataError(f"{folder} lies among the submissions: name another folder with --output.")
    return folder


def grade_class(
    katas: Catalog,
    roster: Path,
    chosen: Sequence[Kata],
    seed: tuple[int, bool],
    output: Path,
    *,
    dask: str | None = None,
    processes: int | None = None,
) -> list[Row]:
    """Mark all submissions and write the reports.

    `seed` is a number and whether it is secret. `dask` is the address of a scheduler; without one,
    this machine's processes grade, as many as it has cores.
    """
    chosen = list(dict.fromkeys(chosen))
    need_solutions(chosen)
    folders = _folders(roster)
    with _Results(output, chosen, seed) as results, _Display(len(folders)) as display:
        run = _Run(katas, chosen, results, display)
        tasks = run.tasks(folders)
        if dask is not None:
            news = workers.on_dask(dask, run.checkout, tasks)
        else:
            news = workers.on_this_machine(katas.root, processes or workers.cores(), tasks)
        with contextlib.closing(news):
            for item in news:
                run.take(item)
        rows = [run.rows[folder.name] for folder in folders]
        for name, render in class_report.FILES.items():
            results.write(name, render(rows, chosen))
    return rows


def _folders(roster: Path) -> list[Path]:
    """The submissions, by name; hidden folders are none."""
    if not roster.is_dir():
        raise KataError(f"{roster} is not a folder: name the folder of the submissions.")
    if (roster / FOLDER).is_dir():
        raise KataError(f"{roster} is a single submission: grade it without --class.")
    try:
        with os.scandir(roster) as entries:
            found = [
                Path(entry)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
            ]
    except OSError as error:
        raise KataError(f"{roster} cannot be read: {error.strerror}.") from error
    if not found:
        raise KataError(f"{roster} contains no folders: it should hold one for each submission.")
    return sorted(found)


class _Run:
    """Which submissions are still to be graded, and what is known of the others."""

    def __init__(
        self, katas: Catalog, chosen: list[Kata], results: "_Results", display: "_Display"
    ) -> None:
        self._chosen = [kata.id for kata in chosen]
        self._results = results
        self._display = display
        self._keys: dict[str, str] = {}
        self.checkout = workers.hash_of_checkout(katas, chosen)
        self.rows: dict[str, Row] = {}

    def tasks(self, folders: list[Path]) -> Iterator[workers.Task]:
        """The submissions that are not graded yet, read when it is their turn."""
        for folder in folders:
            try:
                taken = submission.read(folder)
            except KataError:
                self._settle(Row(folder.name, note=f"It contains no {FOLDER}/ folder."))
                continue
            except OSError as error:
                self._settle(Row(folder.name, note=f"It cannot be read: {error.strerror}."))
                continue
            task = self._task_of(folder.name, taken)
            earlier = self._results.read(task.name, self._keys[task.name])
            if earlier and earlier.complete:
                self._settle(Row(task.name, earlier))
            else:
                yield replace(task, begun=to_dict(earlier) if earlier else None)

    def take(self, news: workers.News) -> None:
        """Keep what is new of a submission."""
        if news.marks is None:
            problem = f"{news.problem}. Run the same command to try again."
            self._settle(Row(news.name, note=problem))
            return
        self._results.keep(news.name, self._keys[news.name], news.marks)
        if news.marks["complete"]:
            self._settle(Row(news.name, from_dict(news.marks)))

    def _task_of(self, name: str, taken: Submission) -> workers.Task:
        seed, secret = self._results.seed
        katas = tuple(self._chosen)
        task = workers.Task(name, taken.sources, taken.refused, katas, seed, secret, self.checkout)
        self._keys[name] = hashlib.sha256(repr(sorted(vars(task).items())).encode()).hexdigest()
        return task

    def _settle(self, row: Row) -> None:
        self.rows[row.name] = row
        self._display.settled(row)


class _Results:
    """The folder with the marks; one run at a time may use it."""

    def __init__(self, folder: Path, chosen: list[Kata], seed: tuple[int, bool]) -> None:
        self._folder = folder
        self._chosen = [kata.id for kata in chosen]
        self._lock = FileLock(folder / ".lock", timeout=0)
        self.seed = seed

    def __enter__(self) -> "_Results":
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
        self._write(self._file(name), json.dumps(data | {_SEAL: _seal(key, data)}, indent=1))

    def write(self, name: str, text: str) -> None:
        """Write a report."""
        self._write(self._folder / name, text)

    def _file(self, name: str) -> Path:
        """The name of a folder, made by a stranger, may be no good as one of a file."""
        if not re.fullmatch(_PLAIN_NAME, name):
            digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
            # No plain name begins so.
            name = f"_{re.sub('[^A-Za-z0-9]+', '_', name)[:60]}_{digest}"
        return self._folder / _SUBMISSIONS / f"{name}.json"

    def _write(self, file: Path, text: str) -> None:
        try:
            write_whole(file, text.encode())
        except OSError as error:
            raise KataError(f"Cannot write {file}: {error.strerror}.") from error

    def _begin(self) -> None:
        """Find an earlier run's seed here, or keep this one's."""
        number, secret = self.seed
        earlier = self._earlier_run()
        if earlier is None:
            run = {"seed": number, "secret": secret, "katas": self._chosen}
            self._write(self._folder / _RUN, json.dumps(run, indent=1))
            return
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
        for folder in (self._folder, self._folder / _SUBMISSIONS):
            for left_over in folder.glob("*.new"):  # By a run that was killed.
                left_over.unlink(missing_ok=True)

    def _earlier_run(self) -> dict[str, Any] | None:
        file = self._folder / _RUN
        try:
            run = json.loads(file.read_bytes())
            types = {"seed": int, "secret": bool, "katas": list}
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
        for name in (_SUBMISSIONS, *class_report.FILES):
            if (self._folder / name).exists():
                raise KataError(
                    f"{self._folder / name} was not written by an earlier run: "
                    "name another folder with --output."
                )


def _seal(key: str, data: dict[str, Any]) -> str:
    """A hash of marks and of what they were made from: neither may have changed since."""
    return hashlib.sha256(f"{key}{json.dumps(data, sort_keys=True)}".encode()).hexdigest()


class _Display:
    """A bar on stderr; where that is no terminal, a line for each submission."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._console = Console(stderr=True)
        columns = TextColumn("{task.completed} of {task.total} submissions"), BarColumn()
        self._bar = Progress(*columns, TimeElapsedColumn(), console=self._console, transient=True)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> "_Display":
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def settled(self, row: Row) -> None:
        self._done += 1
        self._bar.update(self._task, completed=self._done)
        if not self._console.is_terminal:
            line = f"{self._done} of {self._total}: {clean(row.name, lines=False)}: {_sum(row)}"
            self._console.print(Text(line), soft_wrap=True)


def _sum(row: Row) -> str:
    if row.marks is None:
        return clean(row.note, lines=False)
    return f"{number(row.marks.score)} of {row.marks.points} points"

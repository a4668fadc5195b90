"""`kata grade --class`: marks every submission of a class, and can be ended at any time.

Marks are on the disk after every kata. A run that is started again keeps those that still hold,
because nothing that they depend on has changed, and goes on from there.
"""

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from kata import stubs
from kata.catalog import Catalog, Kata, KataError
from kata.grade import class_report, feedback, students, submission, tables, workers
from kata.grade.course import Course
from kata.grade.grading import need_solutions
from kata.grade.marks import Marks, from_dict, to_dict
from kata.grade.students import Student
from kata.grade.submission import FOLDER, NoSubmissionError, Submission
from kata.grade.tables import Row
from kata.grade.text import clean, number
from kata.store import write_whole

_SUBMISSIONS = "submissions"
_RUN = "run.json"
_FEEDBACK = "feedback"
_SOURCES = "sources"
_SEAL = "seal"
# What is written for the teacher, and for the systems that a course's points go to.
_REPORTS = {
    "marks.csv": tables.csv_of,
    "marks.md": tables.table_of,
    "report.md": class_report.report_of,
}
_EXPORTS = {"canvas.csv": tables.canvas_of, "moodle.csv": tables.moodle_of}
_PLAIN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def folder_of_marks(roster: Path, output: Path | None) -> Path:
    """Where the marks go: `output`, or a folder beside the roster.

    Raises KataError where that would be among what was handed in.
    """
    beside = roster.resolve().with_suffix("") if roster.is_file() else roster.resolve()
    folder = (output or beside.with_name(f"{beside.name}-marks")).resolve()
    places = folder, folder / _SUBMISSIONS
    handed_in = [path.resolve() for path in students.paths_of(roster)]
    if any(place.is_relative_to(path) for path in handed_in for place in places):
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
    course: Course | None = None,
    again: Sequence[str] = (),
    anonymous: bool = False,
) -> list[Row]:
    """Mark all submissions and write the reports.

    `seed` is a number and whether it is secret. `dask` is the address of a scheduler; without one,
    this machine's processes grade, as many as it has cores. With a `course` there are its points,
    feedback, and files for other systems. `again` are the ids of students; then only they are
    graded, whatever is known of them. With `anonymous`, the reports hide who is who.
    """
    chosen = list(dict.fromkeys(chosen))
    need_solutions(chosen)
    everyone = students.of_class(roster)
    counted = course or Course.of_katas(chosen)
    counted.check(everyone)
    _check_known(again, everyone)
    with _Results(output, chosen, seed) as results, _Display(len(everyone), counted) as display:
        display.hides = results.disguised if anonymous else None
        run = _Run(katas, chosen, results, display, again)
        run.keeps_sources = counted.keeps_sources
        _work(run, run.tasks(everyone), katas, dask, processes)
        rows = [run.rows[student.id] for student in everyone]
        _write_reports(results, rows, counted, anonymous)
        if course:
            _write_exports(results, rows, course)
    return rows


def _work(
    run: "_Run",
    tasks: Iterator[workers.Task],
    katas: Catalog,
    dask: str | None,
    processes: int | None,
) -> None:
    if dask is not None:
        news = workers.on_dask(dask, run.checkout, tasks)
    else:
        news = workers.on_this_machine(katas.root, processes or workers.cores(), tasks)
    with contextlib.closing(news):
        for item in news:
            run.take(item)


def _check_known(ids: Sequence[str], everyone: Sequence[Student]) -> None:
    known = {student.id for student in everyone}
    for one in ids:
        if one not in known:
            raise KataError(f"--student is {one!r}, who is not in the class.")


def _write_reports(results: "_Results", rows: list[Row], course: Course, anonymous: bool) -> None:
    if anonymous:
        hidden = [(row, results.disguised(row.student)) for row in rows]
        course = course.with_ids({row.student.id: student.id for row, student in hidden})
        rows = sorted((replace(row, student=student) for row, student in hidden), key=_id_of)
    for name, render in _REPORTS.items():
        results.write(name, render(rows, course))


def _id_of(row: Row) -> str:
    return row.student.id


def _write_exports(results: "_Results", rows: list[Row], course: Course) -> None:
    for name, render in _EXPORTS.items():
        results.write(name, render(rows, course))
    for row in rows:
        file = f"{_FEEDBACK}/{_file_name(row.student.id)}.md"
        results.write(file, feedback.feedback_of(row, course))


class _Run:
    """Which submissions are still to be graded, and what is known of the others."""

    def __init__(
        self,
        katas: Catalog,
        chosen: list[Kata],
        results: "_Results",
        display: "_Display",
        again: Sequence[str],
    ) -> None:
        self._chosen = {kata.id: stubs.handed_out(kata).encode() for kata in chosen}
        self.keeps_sources = False
        self._results = results
        self._display = display
        self._again = again
        self._students: dict[str, Student] = {}
        self._keys: dict[str, str] = {}
        self.checkout = workers.hash_of_checkout(katas, chosen)
        self.rows: dict[str, Row] = {}

    def tasks(self, everyone: list[Student]) -> Iterator[workers.Task]:
        """The submissions that are not graded yet, read when it is their turn."""
        self._students = {student.id: student for student in everyone}
        for student in everyone:
            if student.submission is None:
                self._settle(student.id, note=student.problem)
                continue
            try:
                taken = submission.read(student.submission)
            except NoSubmissionError as error:
                self._settle(student.id, note=error.note)
                continue
            if self.keeps_sources:
                self._results.keep_sources(student.id, taken, self._chosen)
            yield from self._unless_known(self._task_of(student.id, taken))

    def _unless_known(self, task: workers.Task) -> Iterator[workers.Task]:
        earlier = self._results.read(task.name, self._keys[task.name])
        if task.name in self._again:
            yield task
        elif earlier and earlier.complete:
            self._settle(task.name, earlier)
        elif self._again:
            note = "It is not graded as it is now: run the command without --student."
            self._settle(task.name, note=note)
        else:
            yield replace(task, begun=to_dict(earlier) if earlier else None)

    def take(self, news: workers.News) -> None:
        """Keep what is new of a submission."""
        if news.marks is None:
            problem = f"{news.problem}. Run the same command to try again."
            self._settle(news.name, note=problem)
            return
        self._results.keep(news.name, self._keys[news.name], news.marks)
        if news.marks["complete"]:
            self._settle(news.name, from_dict(news.marks))

    def _task_of(self, name: str, taken: Submission) -> workers.Task:
        seed, secret = self._results.seed
        katas = tuple(self._chosen)
        task = workers.Task(name, taken.sources, taken.refused, katas, seed, secret, self.checkout)
        self._keys[name] = hashlib.sha256(repr(sorted(vars(task).items())).encode()).hexdigest()
        return task

    def _settle(self, name: str, marks: Marks | None = None, note: str = "") -> None:
        row = Row(self._students[name], marks, note)
        self.rows[name] = row
        self._display.settled(row)


class _Results:
    """The folder with the marks; one run at a time may use it."""

    def __init__(self, folder: Path, chosen: list[Kata], seed: tuple[int, bool]) -> None:
        self._folder = folder
        self._chosen = [kata.id for kata in chosen]
        self._lock = FileLock(folder / ".lock", timeout=0)
        self._key = secrets.token_hex(16)
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
                self._write(file.with_suffix("") / f"{_file_name(name)}.py", source)

    def write(self, name: str, text: str) -> None:
        """Write a report."""
        self._write(self._folder / name, text.encode())

    def disguised(self, student: Student) -> Student:
        """The same student, in each run, without a name that tells who it is."""
        digest = hmac.digest(self._key.encode(), os.fsencode(student.id), "sha256").hex()
        return replace(student, id=f"student-{digest[:8]}", name=f"student-{digest[:8]}")

    def _file(self, name: str) -> Path:
        return self._folder / _SUBMISSIONS / f"{_file_name(name)}.json"

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
        for folder in (self._folder, self._folder / _SUBMISSIONS):
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
        for name in (_SUBMISSIONS, _FEEDBACK, _SOURCES, *_REPORTS, *_EXPORTS):
            if (self._folder / name).exists():
                raise KataError(
                    f"{self._folder / name} was not written by an earlier run: "
                    "name another folder with --output."
                )


def _file_name(name: str) -> str:
    """What a stranger named a folder may be no good as the name of a file."""
    if re.fullmatch(_PLAIN_NAME, name):
        return name
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
    # No plain name begins so.
    return f"_{re.sub('[^A-Za-z0-9]+', '_', name)[:60]}_{digest}"


def _seal(key: str, data: dict[str, Any]) -> str:
    """A hash of marks and of what they were made from: neither may have changed since."""
    return hashlib.sha256(f"{key}{json.dumps(data, sort_keys=True)}".encode()).hexdigest()


class _Display:
    """A bar on stderr; where that is no terminal, a line for each submission."""

    def __init__(self, total: int, course: Course) -> None:
        self._total = total
        self._course = course
        self._done = 0
        self._console = Console(stderr=True)
        columns = TextColumn("{task.completed} of {task.total} submissions"), BarColumn()
        self._bar = Progress(*columns, TimeElapsedColumn(), console=self._console, transient=True)
        self._task = self._bar.add_task("", total=total)
        # How to hide who a student is, where that is wanted.
        self.hides: Callable[[Student], Student] | None = None

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
            shown = self.hides(row.student) if self.hides else row.student
            text = f"{clean(shown.name, lines=False)}: {self._sum(row)}"
            line = Text(f"{self._done} of {self._total}: {text}")
            self._console.print(line, soft_wrap=True)

    def _sum(self, row: Row) -> str:
        mark = self._course.mark(row.student, row.marks)
        if row.note or mark is None:
            return clean(row.note, lines=False)
        return f"{number(mark.points)} of {number(self._course.weight)} points"

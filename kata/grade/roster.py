"""`kata grade --class`: marks every submission of a class, and can be ended at any time.

Marks are on the disk after every kata. A run that is started again keeps those that still hold,
because nothing that they depend on has changed, and goes on from there.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from kata import stubs
from kata.catalog import Catalog, Kata, KataError
from kata.grade import class_report, feedback, students, submission, tables, workers
from kata.grade.course import Course
from kata.grade.grading import need_solutions
from kata.grade.marks import Marks, from_dict, to_dict
from kata.grade.results import SUBMISSIONS, Results, file_name
from kata.grade.students import Student
from kata.grade.submission import NoSubmissionError, Submission
from kata.grade.tables import Row
from kata.grade.text import clean, number

_FEEDBACK = "feedback"
# What is written for the teacher, and for the systems that a course's points go to.
_REPORTS = {
    "marks.csv": tables.csv_of,
    "marks.md": tables.table_of,
    "report.md": class_report.report_of,
}
_EXPORTS = {"canvas.csv": tables.canvas_of, "moodle.csv": tables.moodle_of}
_WRITTEN = (_FEEDBACK, *_REPORTS, *_EXPORTS)


def folder_of_marks(roster: Path, output: Path | None) -> Path:
    """Where the marks go: `output`, or a folder beside the roster.

    Raises KataError where that would be among what was handed in.
    """
    beside = roster.resolve().with_suffix("") if roster.is_file() else roster.resolve()
    folder = (output or beside.with_name(f"{beside.name}-marks")).resolve()
    places = folder, folder / SUBMISSIONS
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
    with (
        Results(output, chosen, seed, _WRITTEN) as results,
        _Display(counted, len(everyone), results.disguised if anonymous else None) as display,
    ):
        checkout = workers.hash_of_checkout(katas, chosen)
        run = _Run(results, display, everyone, chosen, checkout)
        tasks = run.tasks(again, keeps_sources=counted.keeps_sources)
        if dask is not None:
            news = workers.on_dask(dask, checkout, tasks)
        else:
            news = workers.on_this_machine(katas.root, processes or workers.cores(), tasks)
        with contextlib.closing(news):
            for item in news:
                run.take(item)
        rows = [run.rows[student.id] for student in everyone]
        _write_reports(results, rows, counted, anonymous)
        if course:
            _write_exports(results, rows, course)
    return rows


def _check_known(ids: Sequence[str], everyone: Sequence[Student]) -> None:
    known = {student.id for student in everyone}
    for one in ids:
        if one not in known:
            raise KataError(f"--student is {one!r}, who is not in the class.")


def _write_reports(results: Results, rows: list[Row], course: Course, anonymous: bool) -> None:
    if anonymous:
        hidden = [(row, results.disguised(row.student)) for row in rows]
        course = course.with_ids({row.student.id: student.id for row, student in hidden})
        rows = [replace(row, student=student) for row, student in hidden]
        rows.sort(key=lambda row: row.student.id)
    for name, render in _REPORTS.items():
        results.write(name, render(rows, course))


def _write_exports(results: Results, rows: list[Row], course: Course) -> None:
    for name, render in _EXPORTS.items():
        results.write(name, render(rows, course))
    for row in rows:
        file = f"{_FEEDBACK}/{file_name(row.student.id)}.md"
        results.write(file, feedback.feedback_of(row, course))


class _Run:
    """Which submissions are still to be graded, and what is known of the others."""

    def __init__(
        self,
        results: Results,
        display: "_Display",
        everyone: list[Student],
        chosen: list[Kata],
        checkout: str,
    ) -> None:
        self._results = results
        self._display = display
        self._students = {student.id: student for student in everyone}
        self._chosen = {kata.id: stubs.handed_out(kata).encode() for kata in chosen}
        self._checkout = checkout
        self._keys: dict[str, str] = {}
        self.rows: dict[str, Row] = {}

    def tasks(self, again: Sequence[str], *, keeps_sources: bool) -> Iterator[workers.Task]:
        """The submissions that are not graded yet, read when it is their turn."""
        for student in self._students.values():
            if student.submission is None:
                self._settle(student.id, note=student.problem)
                continue
            try:
                taken = submission.read(student.submission)
            except NoSubmissionError as error:
                self._settle(student.id, note=error.note)
                continue
            if keeps_sources:
                self._results.keep_sources(student.id, taken, self._chosen)
            yield from self._unless_known(self._task_of(student.id, taken), again)

    def _unless_known(self, task: workers.Task, again: Sequence[str]) -> Iterator[workers.Task]:
        earlier = self._results.read(task.name, self._keys[task.name])
        if task.name in again:
            yield task
        elif earlier and earlier.complete:
            self._settle(task.name, earlier)
        elif again:
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
        task = workers.Task(name, taken.sources, taken.refused, katas, seed, secret, self._checkout)
        self._keys[name] = hashlib.sha256(repr(sorted(vars(task).items())).encode()).hexdigest()
        return task

    def _settle(self, name: str, marks: Marks | None = None, note: str = "") -> None:
        row = Row(self._students[name], marks, note)
        self.rows[name] = row
        self._display.settled(row)


class _Display:
    """A bar on stderr; where that is no terminal, a line for each submission."""

    def __init__(
        self, course: Course, total: int, hides: Callable[[Student], Student] | None
    ) -> None:
        self._course = course
        self._total = total
        # How to hide who a student is, where that is wanted.
        self._hides = hides
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
            shown = self._hides(row.student) if self._hides else row.student
            text = f"{clean(shown.name, lines=False)}: {self._sum(row)}"
            line = Text(f"{self._done} of {self._total}: {text}")
            self._console.print(line, soft_wrap=True)

    def _sum(self, row: Row) -> str:
        mark = self._course.mark(row.student, row.marks)
        if row.note or mark is None:
            return clean(row.note, lines=False)
        return f"{number(mark.points)} of {number(self._course.weight)} points"

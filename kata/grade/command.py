"""What `kata grade` does: marks one submission or a class, and tells where the reports are."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from kata import store
from kata.catalog import Catalog, Kata, KataError
from kata.grade import course, formats, roster, submission
from kata.grade.grading import Grader
from kata.grade.marks import Marks

_SECRET = "secret"


def seed(text: str) -> tuple[int, bool]:
    """The seed that the user asks for, and whether it is a secret one."""
    if text == _SECRET:
        return secrets.randbits(32), True
    if not text.isdecimal():
        raise KataError(f"--seed is {text!r}: give a whole number from 0 up, or {_SECRET}.")
    return int(text), False


@dataclass(frozen=True)
class Reports:
    """The formats to write and their files; one without a file goes to the terminal at the end."""

    files: tuple[tuple[str, Path], ...]
    printed: str | None

    @classmethod
    def of(cls, names: Sequence[str], files: Sequence[Path]) -> "Reports":
        """Pair formats with files, in order; a format without a file is printed."""
        for name in names:
            if name not in formats.FORMATS:
                known = ", ".join(formats.FORMATS)
                raise KataError(f"There is no format {name!r}: choose from {known}.")
        if len(files) > len(names):
            raise KataError(f"{files[len(names)]} has no format: add --format.")
        if len(names) > len(files) + 1:
            raise KataError(f"The format {names[len(files)]} has no file: add --output.")
        for file in files:
            if not file.absolute().parent.is_dir():
                raise KataError(
                    f"{file.absolute().parent} is not a folder: {file} cannot be written."
                )
            if file.is_dir():
                raise KataError(f"{file} is a folder: name the file to write.")
        printed = names[-1] if len(names) > len(files) else None
        return cls(tuple(zip(names, files, strict=False)), printed if names else "table")

    def write(self, marks: Marks) -> None:
        """Write all files anew; each is replaced as a whole."""
        for name, file in self.files:
            store.write(file, formats.render(name, marks))


def grade(
    katas: Catalog,
    folder: Path,
    chosen: Sequence[Kata],
    number: int,
    secret: bool,
    reports: Reports,
    console: Console,
) -> Marks:
    """Mark a submission; the files are rewritten after every kata."""
    # This path was named by the user, who may take it from a link.
    taken = submission.read(folder.resolve())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    # On stderr: what is printed may be piped to a file.
    status = Console(stderr=True)
    with (
        Grader(katas) as grader,
        Progress(*columns, TimeElapsedColumn(), console=status, transient=True) as bar,
    ):
        task = bar.add_task(chosen[0].name, total=len(chosen))

        def on_marks(marks: Marks) -> None:
            reports.write(marks)
            done = len(marks.katas)
            upcoming = chosen[done].name if done < len(chosen) else ""
            bar.update(task, completed=done, description=upcoming)

        marks = grader.grade(taken, chosen, seed=number, secret=secret, on_marks=on_marks)
    if reports.printed == "table":
        console.print(formats.table(marks))
    elif reports.printed:
        # Not through rich: a format is for machines.
        print(formats.render(reports.printed, marks))
    for name, reason in taken.refused.items():
        status.print(Text(f"{name} was not read: {reason}.", style="yellow"), soft_wrap=True)
    return marks


@dataclass(frozen=True)
class ClassWishes:
    """What the user says of how to grade a class."""

    roster: Path
    output: Path | None
    course: Path | None
    seed: tuple[int, bool]
    again: tuple[str, ...] = ()
    anonymous: bool = False
    dask: str | None = None


def grade_class(
    katas: Catalog, named: Sequence[Kata], wishes: ClassWishes, console: Console
) -> int:
    """Mark a class; gives the exit code."""
    if wishes.course and named:
        raise KataError("With --course, name no katas: the course says which ones count.")
    counted = course.load(wishes.course, katas) if wishes.course else None
    # In the order of study, however the course has them: so its parts can be changed.
    chosen = [kata for kata in katas.katas if counted and kata in counted.katas]
    folder = roster.folder_of_marks(wishes.roster, wishes.output)
    try:
        rows = roster.grade_class(
            katas,
            wishes.roster,
            chosen or named or katas.katas,
            wishes.seed,
            folder,
            dask=wishes.dask,
            course=counted,
            again=wishes.again,
            anonymous=wishes.anonymous,
        )
    except KeyboardInterrupt:
        text = f"Stopped. What is done is kept in {folder}; the same command goes on from there."
        Console(stderr=True, highlight=False).print(Text(text), soft_wrap=True)
        return 130
    graded = sum(row.marks is not None for row in rows)
    text = f"{graded} of {len(rows)} students are graded: read {folder / 'report.md'} first."
    console.print(Text(text), soft_wrap=True)
    return 0

"""A course: which katas count and how much, until when, and what was decided by hand.

It makes points of marks and changes none of them, so a course can be changed without grading anew.
"""

import datetime
import math
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kata.catalog import Catalog, Kata, KataError
from kata.grade.marks import SOLVED, KataMark, Marks
from kata.grade.students import HANDED_IN, Student
from kata.grade.text import number

POINTS, TESTS, DETAILS = "points", "tests", "details"
SHOWN = (POINTS, TESTS, DETAILS)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Part:
    """Katas that are due together; solved, they give `weight` points."""

    name: str
    katas: tuple[Kata, ...]
    weight: float
    due: datetime.datetime | None = None


@dataclass(frozen=True)
class Override:
    """What was decided by hand for a student: the points of a kata, or the days a part is late.

    Without a part, the days are those of all parts.
    """

    student: str
    reason: str
    kata: str = ""
    points: float = 0.0
    part: str = ""
    days_late: int = 0

    @property
    def text(self) -> str:
        """What was decided and why, as a sentence."""
        if self.kata:
            return f"{self.kata} has {number(self.points)} points by hand: {self.reason}"
        where = self.part or "Everything"
        return f"{where} counts as {_days(self.days_late)} late: {self.reason}"


@dataclass(frozen=True)
class PartMark:
    part: Part
    points: float
    days_late: int


@dataclass(frozen=True)
class CourseMark:
    """A student's points: of each kata by its id, before what is lost for being late; of parts."""

    katas: Mapping[str, float]
    parts: Sequence[PartMark]
    notes: Sequence[str]

    @property
    def points(self) -> float:
        return sum(mark.points for mark in self.parts)


@dataclass(frozen=True)
class Course:
    """What counts. `points` are a kata's within its part; all or nothing, unless `is_partial`.

    A day late costs `percent_a_day`; more than `most_days`, everything. With `keeps_sources`, the
    answers are copied to where tools can look for similar ones.
    """

    parts: tuple[Part, ...]
    points: Mapping[str, float]
    is_partial: bool = True
    shown: str = DETAILS
    percent_a_day: float = 0.0
    most_days: float = math.inf
    overrides: tuple[Override, ...] = ()
    keeps_sources: bool = False

    @classmethod
    def of_katas(cls, chosen: Sequence[Kata]) -> "Course":
        """All these count as they do in the curriculum, whenever they are handed in."""
        points = {kata.id: float(kata.points) for kata in chosen}
        return cls((Part("", tuple(chosen), sum(points.values())),), points)

    @property
    def katas(self) -> list[Kata]:
        return [kata for part in self.parts for kata in part.katas]

    @property
    def weight(self) -> float:
        return sum(part.weight for part in self.parts)

    def mark(self, student: Student, marks: Marks | None) -> CourseMark | None:
        """The student's points; None for what was handed in but is not graded."""
        if marks is None and not student.has_nothing:
            return None
        decided = [one for one in self.overrides if one.student == student.id]
        found = {mark.id: self._earned(mark) for mark in marks.katas} if marks else {}
        by_hand = {one.kata: one.points for one in decided if one.kata}
        earned = {kata.id: (found | by_hand).get(kata.id, 0.0) for kata in self.katas}
        parts = [self._part_mark(part, student, decided, earned) for part in self.parts]
        late = [
            f"{mark.part.name} is {_days(mark.days_late)} late." for mark in parts if mark.days_late
        ]
        return CourseMark(earned, parts, [*late, *(one.text for one in decided)])

    def with_ids(self, ids: Mapping[str, str]) -> "Course":
        """The same for students who have other ids."""
        overrides = [replace(one, student=ids[one.student]) for one in self.overrides]
        return replace(self, overrides=tuple(overrides))

    def check(self, students: Sequence[Student]) -> None:
        """Raise KataError where this course does not fit the class."""
        known = {student.id for student in students}
        for override in self.overrides:
            if override.student not in known:
                raise KataError(
                    f"An [[override]] is for {override.student!r}, who is not in the class."
                )
        for part in self.parts:
            for student in students:
                _handed_in(part, student)

    def _earned(self, mark: KataMark) -> float:
        if not self.is_partial:
            return self.points.get(mark.id, 0.0) * (mark.status == SOLVED)
        return self.points.get(mark.id, 0.0) * mark.score / max(1, mark.points)

    def _part_mark(
        self, part: Part, student: Student, decided: Sequence[Override], earned: Mapping[str, float]
    ) -> PartMark:
        days = _days_late(part, student)
        for override in decided:
            if not override.kata and override.part in ("", part.name):
                days = override.days_late
        all_points = sum(self.points[kata.id] for kata in part.katas)
        share = sum(earned[kata.id] for kata in part.katas) / all_points if all_points else 0.0
        return PartMark(part, part.weight * share * self._kept(days), days)

    def _kept(self, days_late: int) -> float:
        """The share that is left after so many days."""
        if days_late > self.most_days:
            return 0.0
        return max(0.0, 1 - days_late * self.percent_a_day / 100)


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _days_late(part: Part, student: Student) -> int:
    """Each day that has begun counts; where no time is told, there is none."""
    handed_in = _handed_in(part, student)
    if part.due is None or handed_in is None:
        return 0
    return max(0, math.ceil((handed_in - part.due) / _DAY))


def _handed_in(part: Part, student: Student) -> datetime.datetime | None:
    """When this part was handed in, where it is due at a time and the roster tells when."""
    if part.due is None:
        return None
    names = [name for name in (f"{HANDED_IN} {part.name}", HANDED_IN) if name in student.columns]
    if not names:
        raise KataError(
            f"{part.name} has a due date, but the class has no roster with a column {HANDED_IN!r}."
        )
    text = student.columns[names[0]]
    try:
        return datetime.datetime.fromisoformat(text).astimezone() if text else None
    except ValueError:
        raise KataError(
            f"{student.id} has {text!r} as {names[0]}: write it as 2026-10-30 18:00."
        ) from None


# --- The file --------------------------------------------------------------------------------


def load(file: Path, katas: Catalog) -> Course:
    """Read a course file; raises KataError that says what is wrong in it."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise KataError(f"{file} is not UTF-8 text: save it as UTF-8.") from None
    except OSError as error:
        raise KataError(f"{file} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise KataError(f"{file} is no TOML: {error}.") from error
    try:
        return _course(data, katas)
    except KataError as error:
        raise KataError(f"{file}: {error}") from error


_NUMBER = (int, float)
# The fields of each table, and of them those that are needed.
_TOP = {
    "partial": bool, "show": str, "late": dict, "sources": bool,
    "part": list, "points": dict, "override": list,
}  # fmt: skip
_LATE = {"percent": _NUMBER, "days": int}
_PART = {"name": str, "katas": list, "due": datetime.date, "weight": _NUMBER}
_OVERRIDE = {
    "student": str, "reason": str, "kata": str, "points": _NUMBER, "part": str, "days_late": int,
}  # fmt: skip


def _course(data: dict[str, Any], katas: Catalog) -> Course:
    _check_table("The file", data, _TOP, needed=("part",))
    show = data.get("show", DETAILS)
    if show not in SHOWN:
        raise KataError(f"show is {show!r}, not one of {', '.join(SHOWN)}.")
    own_points = {katas.find(name).id: points for name, points in data.get("points", {}).items()}
    _check_table("[points]", own_points, dict.fromkeys(own_points, _NUMBER))
    points = {kata.id: float(kata.points) for kata in katas.katas} | own_points
    parts = tuple(_part(table, katas, points) for table in data["part"])
    _check_parts(parts)
    late = data.get("late", {})
    _check_table("late", late, _LATE, needed=_LATE if late else ())
    overrides = tuple(_override(table, parts, points, katas) for table in data.get("override", []))
    return Course(
        parts,
        {kata.id: points[kata.id] for part in parts for kata in part.katas},
        data.get("partial", True),
        show,
        late.get("percent", 0.0),
        late.get("days", math.inf),
        overrides,
        data.get("sources", False),
    )


def _part(table: Any, katas: Catalog, points: Mapping[str, float]) -> Part:
    _check_table("A [[part]]", table, _PART, needed=("name", "katas"))
    chosen = tuple(katas.find(str(name)) for name in table["katas"])
    weight = table.get("weight", sum(points[kata.id] for kata in chosen))
    return Part(table["name"], chosen, weight, _due(table.get("due")))


def _due(value: datetime.date | None) -> datetime.datetime | None:
    """A day ends with its last moment; without a zone, it is this machine's."""
    if value is None:
        return None
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time.max)
    return value.astimezone()


def _check_parts(parts: Sequence[Part]) -> None:
    names = Counter(part.name for part in parts)
    ids = Counter(kata.id for part in parts for kata in part.katas)
    for what, counts in (("part", names), ("kata", ids)):
        twice = [one for one, count in counts.items() if count > 1]
        if twice:
            raise KataError(f"The {what} {twice[0]!r} is there twice.")
    empty = [part.name for part in parts if not part.katas]
    if empty or not parts:
        raise KataError(f"The part {empty[0]!r} has no katas." if empty else "It has no [[part]].")


def _override(
    table: Any, parts: Sequence[Part], points: Mapping[str, float], katas: Catalog
) -> Override:
    _check_table("An [[override]]", table, _OVERRIDE, needed=("student", "reason"))
    given = set(table) - {"student", "reason"}
    if given == {"kata", "points"}:
        kata = katas.find(table["kata"])
        if kata not in [one for part in parts for one in part.katas]:
            raise KataError(f"An [[override]] is of {kata.id}, which is in no [[part]].")
        if table["points"] > points[kata.id]:
            most = number(points[kata.id])
            raise KataError(f"An [[override]] gives more than the {most} points of {kata.id}.")
        return Override(**table | {"kata": kata.id})
    if given not in ({"days_late"}, {"days_late", "part"}):
        raise KataError("An [[override]] needs kata and points, or days_late and maybe part.")
    if table.get("part") not in (None, *(part.name for part in parts)):
        raise KataError(f"An [[override]] is of the part {table['part']!r}, which is not there.")
    return Override(**table)


def _check_table(
    what: str, table: Any, types: Mapping[str, Any], needed: Collection[str] = ()
) -> None:
    """Raise KataError unless a table has the fields that it needs, and only such as it may have."""
    if not isinstance(table, dict):
        raise KataError(f"{what} should be a table.")
    unknown = [name for name in table if name not in types]
    if unknown:
        raise KataError(f"{what} has {unknown[0]!r}, but may have only {', '.join(types)}.")
    missing = [name for name in needed if name not in table]
    if missing:
        raise KataError(f"{what} lacks {missing[0]!r}.")
    for name, value in table.items():
        if not _is_a(value, types[name]):
            raise KataError(f"{what} has a {name!r} that is no {_NAMES[types[name]]}.")


_NAMES = {
    bool: "true or false", str: "text", dict: "table", list: "list", int: "whole number from 0 up",
    _NUMBER: "number from 0 up", datetime.date: "date or time",
}  # fmt: skip


def _is_a(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):  # Which Python takes for an int.
        return kind is bool
    if isinstance(value, int | float) and not 0 <= value < math.inf:
        return False
    return isinstance(value, kind)

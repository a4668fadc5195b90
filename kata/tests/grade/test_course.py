"""What a course makes of marks: weights, late days, decisions by hand; and what is wrong in one."""

import dataclasses

import pytest

from kata.catalog import KataError
from kata.grade import course as house
from kata.grade import marks as room
from kata.grade.course import Course
from kata.grade.students import Student
from kata.tests.conftest import ROOT
from kata.tests.grade.examples import grade, kata

COURSE = """
late = {percent = 10, days = 3}

[[part]]
name = "Homework 1"
katas = ["relu", "softmax"]
due = 2026-10-30T18:00:00+01:00
weight = 40

[[part]]
name = "Homework 2"
katas = ["optimization/adam"]

[points]
softmax = 30
"""


@pytest.fixture
def load(katas, tmp_path):
    """Reads a course file with this text."""

    def load(text):
        file = tmp_path / "course.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return house.load(file, katas)

    return load


def marks(**scores):
    """Marks with these shares of the points."""
    ids = {"relu": "basics/relu", "softmax": "basics/softmax", "adam": "optimization/adam"}
    return grade(
        *(
            dataclasses.replace(
                kata(room.SOLVED if share == 1 else room.FAILED, 10 * share), id=ids[name]
            )
            for name, share in scores.items()
        )
    )


def handed_in(time="2026-10-30 18:00:00+01:00", **columns):
    return Student("ada", "Ada", None, columns={"handed_in": time} | columns)


SOLVED = marks(relu=1, softmax=1, adam=1)


def test_points_and_weights_are_those_of_the_course(load, katas):
    course = load(COURSE)
    mark = course.mark(handed_in(), marks(relu=1, softmax=0.5, adam=0.25))
    adam = katas.find("adam").points
    # Of the points of the first part there are 10 and 15 of 40, and the part has 40 in all.
    assert mark.katas == {"basics/relu": 10, "basics/softmax": 15, "optimization/adam": adam / 4}
    assert [(one.points, one.part.weight) for one in mark.parts] == [(25, 40), (adam / 4, adam)]
    assert (mark.points, course.weight) == (25 + adam / 4, 40 + adam)
    assert mark.notes == []


def test_all_or_nothing(load):
    mark = load("partial = false\n" + COURSE).mark(handed_in(), marks(relu=1, softmax=0.75))
    assert mark.katas == {"basics/relu": 10, "basics/softmax": 0, "optimization/adam": 0}


LATE = {
    "in time": ("2026-10-30 18:00:00+01:00", 0, 40),
    "in time, elsewhere": ("2026-10-30T17:00:00Z", 0, 40),
    "a second late": ("2026-10-30 18:00:01+01:00", 1, 36),
    "a day late": ("2026-10-31 18:00:00+01:00", 1, 36),
    "three days late": ("2026-11-02 18:00:00+01:00", 3, 28),
    "more": ("2026-11-02 18:00:01+01:00", 4, 0),
    "at a time that nobody knows": ("", 0, 40),
}


@pytest.mark.parametrize(("time", "days", "points"), LATE.values(), ids=LATE)
def test_a_day_that_has_begun_costs_its_share(load, time, days, points):
    first, second = load(COURSE).mark(handed_in(time), SOLVED).parts
    assert (first.days_late, first.points) == (days, pytest.approx(points))
    assert second.days_late == 0


def test_a_part_may_have_a_time_of_its_own(load):
    student = handed_in("2026-12-01", **{"handed_in Homework 1": "2026-10-30 12:00+01:00"})
    assert load(COURSE).mark(student, SOLVED).notes == []


def test_a_day_ends_with_its_last_moment(load):
    course = load(COURSE.replace("2026-10-30T18:00:00+01:00", "2026-10-30"))
    times = {"2026-10-30 23:59:59": 0, "2026-10-31 00:00:00": 1}
    found = {time: course.mark(handed_in(time), SOLVED).parts[0].days_late for time in times}
    assert found == times


def test_to_be_late_is_told_and_costs_nothing_without_a_rule(load):
    course = load(COURSE.replace("late =", "# late ="))
    mark = course.mark(handed_in("2026-11-05 18:00:00+01:00"), SOLVED)
    assert mark.parts[0].points == 40
    assert mark.notes == ["Homework 1 is 6 days late."]


BY_HAND = """
[[override]]
student = "ada"
kata = "softmax"
points = 30
reason = "She explained it well."

[[override]]
student = "ada"
days_late = 0
reason = "She was ill."
"""


def test_what_was_decided_by_hand_counts_and_is_told(load):
    course = load(COURSE + BY_HAND)
    late = handed_in("2026-11-05 18:00:00+01:00")
    mark = course.mark(late, marks(relu=1, softmax=0.1))
    assert mark.parts[0].points == 40
    assert mark.notes == [
        "basics/softmax has 30 points by hand: She explained it well.",
        "Everything counts as 0 days late: She was ill.",
    ]
    other = course.mark(dataclasses.replace(late, id="bob"), marks(relu=1, softmax=0.1))
    assert other.points == 0


def test_who_handed_in_nothing_has_no_points_and_who_is_not_graded_none_yet(load):
    course = load(COURSE + BY_HAND)
    nothing = dataclasses.replace(handed_in(""), has_nothing=True)
    assert course.mark(dataclasses.replace(nothing, id="bob"), None).points == 0
    assert course.mark(nothing, None).points == 30
    assert course.mark(handed_in(), None) is None


def test_without_a_course_katas_count_as_in_the_curriculum(katas):
    chosen = [katas.find("relu"), katas.find("adam")]
    course = Course.of_katas(chosen)
    assert course.katas == chosen
    assert course.weight == sum(kata.points for kata in chosen)
    found = marks(relu=0.5, adam=1)
    assert course.mark(Student("ada", "ada"), found).points == course.weight - chosen[0].points / 2


def override(text):
    return f'{COURSE}\n[[override]]\nstudent = "ada"\nreason = "x"\n{text}'


BAD = {
    "no TOML": ("[[part]\n", "is no TOML"),
    "a broken value": (COURSE + "x = \n", "is no TOML"),
    "UTF-16": (COURSE.encode("utf-16"), "is not UTF-8 text: save it as UTF-8"),
    "nothing": ("", "The file lacks 'part'"),
    "no parts": ("part = []\n", "has no \\[\\[part\\]\\]"),
    "an unknown field": (f"weigths = 1\n{COURSE}", "has 'weigths', but may have only partial"),
    "a field of a part": (COURSE.replace("due", "until"), "A \\[\\[part\\]\\] has 'until'"),
    "a part without katas": (COURSE.replace('"optimization/adam"', ""), "has no katas"),
    "a part without a name": (COURSE.replace("name =", "# name ="), "lacks 'name'"),
    "an unknown kata": (COURSE.replace("relu", "rellu"), "There is no kata 'rellu'. Did you mean"),
    "a kata twice": (COURSE.replace("relu", "softmax"), "The kata 'basics/softmax' is there twice"),
    "a part twice": (COURSE.replace("Homework 2", "Homework 1"), "'Homework 1' is there twice"),
    "points of nothing": (COURSE.replace("softmax =", "softmacs ="), "There is no kata 'softmacs'"),
    "points in words": (COURSE.replace("= 30", "= 'many'"), "that is no number from 0 up"),
    "points below 0": (COURSE.replace("= 30", "= -1"), "that is no number from 0 up"),
    "a weight that is none": (COURSE.replace("= 40", "= nan"), "'weight' that is no number"),
    "a weight without end": (COURSE.replace("= 40", "= inf"), "'weight' that is no number"),
    "true for a number": (COURSE.replace("= 40", "= true"), "'weight' that is no number"),
    "a date in quotes": (COURSE.replace("2026-10-30T18:00:00+01:00", "'x'"), "is no date or time"),
    "a late rule in part": (COURSE.replace(", days = 3", ""), "late lacks 'days'"),
    "half a day": (COURSE.replace("days = 3", "days = 0.5"), "'days' that is no whole number"),
    "a kata that is a number": (COURSE.replace('"relu"', "1"), "There is no kata '1'"),
    "an unknown way to show": (f"show = 'all'\n{COURSE}", "show is 'all', not one of"),
    "partial in words": (f"partial = 'no'\n{COURSE}", "'partial' that is no true or false"),
    "a table for a list": ("[part]\nname = 'x'\n", "'part' that is no list"),
    "a number for a table": ("part = [1]\n", "A \\[\\[part\\]\\] should be a table"),
    "an override of nothing": (override(""), "needs kata and points, or days_late"),
    "an override of both": (
        override("kata='relu'\npoints=1\ndays_late=1"),
        "needs kata and points",
    ),
    "an override of too much": (override("kata='relu'\npoints=11"), "more than the 10 points of"),
    "an override of what does not count": (
        override("kata='conv2d'\npoints=1"),
        "is of cnn/conv2d, which is in no",
    ),
    "an override of no part": (override("part='x'\ndays_late=1"), "of the part 'x', which is not"),
    "an override without a reason": (COURSE + BY_HAND.replace("reason", "# "), "lacks 'reason'"),
}


@pytest.mark.parametrize(("text", "problem"), BAD.values(), ids=BAD)
def test_what_is_wrong_in_a_course_is_told_in_a_sentence(load, text, problem):
    with pytest.raises(KataError, match=problem) as caught:
        load(text)
    assert "\n" not in str(caught.value)
    assert "course.toml" in str(caught.value)


def test_a_course_that_does_not_fit_the_class_is_refused(load):
    for text, student, problem in (
        (COURSE, Student("ada", "Ada"), "has a due date, but the class has no roster"),
        (COURSE, handed_in("yesterday"), "ada has 'yesterday' as handed_in: write it as"),
        (COURSE + BY_HAND, dataclasses.replace(handed_in(), id="bob"), "'ada', who is not in the"),
    ):
        with pytest.raises(KataError, match=problem):
            load(text).check([student])
    load(COURSE + BY_HAND).check([handed_in()])


def test_a_course_that_is_not_there_is_told(katas, tmp_path):
    with pytest.raises(KataError, match=r"course\.toml cannot be read: No such file"):
        house.load(tmp_path / "course.toml", katas)
    with pytest.raises(KataError, match="cannot be read: Is a directory"):
        house.load(tmp_path, katas)


def test_the_course_that_teachers_are_shown_is_one(load):
    page = (ROOT / "classroom" / "README.md").read_text()
    lines = page.split("## A course\n\n")[1].split("\n\nOnly ")[0].splitlines()
    course = load("\n".join(line.removeprefix("    ") for line in lines))
    assert [part.name for part in course.parts] == ["Homework 1"]
    assert course.points["basics/softmax"] == 20
    assert [one.student for one in course.overrides] == ["ada", "bob"]

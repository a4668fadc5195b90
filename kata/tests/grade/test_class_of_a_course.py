"""A class with a roster and a course: what is written, kept, graded again and hidden."""

import csv
import io
import re

import pytest

from kata import stubs
from kata.catalog import KataError
from kata.grade import course as courses
from kata.grade import marks as room
from kata.grade import roster, workers
from kata.grade.marks import Marks, to_dict
from kata.grade.workers import News
from kata.tests.grade.examples import HOSTILE, kata
from kata.tests.grade.support import FORMULA, hand_in, stored

COURSE = """
[[part]]
name = "Homework 1 (77)"
katas = ["softmax"]
weight = 20

[[part]]
name = "Final Score"
katas = ["relu"]
"""
ROSTER = f"""name,id,submission,canvas_id,section,email
Ada Lovelace,ada,work/ada,501,A,ada@example.org
{FORMULA},bob,work/bob,502,A,
Eve,eve,,503,B,
Sue,sue,work/none,504,B,
"""


@pytest.fixture
def handed_in(tmp_path):
    """A roster of two with work, of which one is not what it should be, and two without."""
    hand_in(tmp_path / "work" / "ada", softmax="softmax = 1\n", relu="relu = 1\n")
    hand_in(tmp_path / "work" / "bob", softmax="softmax = 2\n")
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER)
    return file


@pytest.fixture
def grade(katas, handed_in, tmp_path, monkeypatch):
    """Grades the class by workers that look at nothing; gives the rows and who was graded."""
    asked = []

    def work(root, count, tasks):
        for task in tasks:
            asked.append(task.name)
            softmax = kata(room.FAILED, 7.5, text=HOSTILE, prints=HOSTILE)
            relu = kata(room.SOLVED, 10.0, id="basics/relu")
            marks = Marks(task.name, 0, False, "", {}, (relu, softmax), complete=True)
            yield News(task.name, to_dict(marks))

    monkeypatch.setattr(workers, "on_this_machine", work)

    def grade(course=COURSE, **options):
        asked.clear()
        file = tmp_path / "course.toml"
        file.write_text(course)
        counted = courses.load(file, katas)
        chosen = [kata for kata in katas.katas if kata in counted.katas]
        output = tmp_path / "marks"
        rows = roster.grade_class(
            katas, handed_in, chosen, (0, False), output, course=counted, **options
        )
        return rows, list(asked)

    return grade


def table(file):
    return list(csv.reader(io.StringIO(file.read_text())))


def test_everyone_has_a_row(grade, tmp_path):
    grade()
    header, *rows = table(tmp_path / "marks" / "marks.csv")
    assert header[:7] == [
        "name",
        "id",
        "score",
        "points",
        "percent",
        "Homework 1 (77)",
        "Final Score",
    ]
    by_id = {row[1]: row for row in rows}
    assert by_id["ada"] == [
        *("Ada Lovelace", "ada", "25", "30", "83.3", "15", "10", "7.5", "10", "")
    ]
    assert by_id["bob"][0] == f"'{FORMULA}"
    assert by_id["eve"][2:] == [*("0", "30", "0", "0", "0", "0", "0"), "Nothing was handed in."]
    assert by_id["sue"][-1] == "Nothing was handed in: work/none is not there."


def test_canvas_reads_the_points(grade, tmp_path):
    """By the rules of its importer: who is meant by the first columns, what by their titles."""
    grade()
    header, possible, *rows = table(tmp_path / "marks" / "canvas.csv")
    assert header[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in possible[0]
    own = "Current|Final (Score|Points|Grade)|Override (Score|Grade|Status)"
    assert not any(re.search(own, title) for title in header[5:])
    assert header[5] == "Homework 1 (77)"
    assert possible[5:] == ["20", "10"]
    assert rows[0] == ["Ada Lovelace", "501", "ada", "ada", "A", "15", "10"]
    assert rows[2][5:] == ["0", "0"]
    assert {len(row) for row in (header, possible, *rows)} == {7}


def test_moodle_reads_the_points(grade, tmp_path):
    grade()
    header, *rows = table(tmp_path / "marks" / "moodle.csv")
    titles = ["ID number", "Full name", "Email address", "Homework 1 (77)", "Final Score"]
    assert header == titles
    assert rows[0] == ["ada", "Ada Lovelace", "ada@example.org", "15", "10"]


def test_a_submission_that_cannot_be_read_has_no_points(grade, handed_in, tmp_path):
    (handed_in.parent / "work" / "none").write_text("no zip")
    grade()
    rows = table(tmp_path / "marks" / "marks.csv")
    assert rows[-1][2:9] == ["", "30", "", "", "", "", ""]
    assert "no zip that can be read" in rows[-1][-1]
    assert table(tmp_path / "marks" / "canvas.csv")[-1][5:] == ["", ""]
    assert "not graded yet" in (tmp_path / "marks" / "feedback" / "sue.md").read_text()


SHOWN = {"points": (False, False), "tests": (True, False), "details": (False, True)}


@pytest.mark.parametrize(("shown", "expected"), SHOWN.items(), ids=SHOWN)
def test_everyone_gets_feedback_with_as_much_as_is_shown(grade, tmp_path, shown, expected):
    grade(f"show = '{shown}'\n{COURSE}")
    folder = tmp_path / "marks" / "feedback"
    assert sorted(file.name for file in folder.iterdir()) == [
        "ada.md",
        "bob.md",
        "eve.md",
        "sue.md",
    ]
    text = (folder / "ada.md").read_text()
    assert text.startswith("# Ada Lovelace: 25 of 30 points\n")
    assert "## Homework 1 (77): 15 of 20 points\n" in text
    assert "| basics/softmax | 7.5 | 10 | 1 of 3 tests pass |\n" in text
    assert ("\n- it agrees with torch" in text, "\nFirst failing test: " in text) == expected
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert "\x1b" not in text
    assert "Nothing was handed in." in (folder / "eve.md").read_text()


def test_other_weights_are_no_reason_to_grade_again(grade, tmp_path):
    assert grade()[1] == ["ada", "bob"]
    _, asked = grade(f"{COURSE}\n[points]\nrelu = 70\n")
    assert asked == []
    row = table(tmp_path / "marks" / "marks.csv")[1]
    assert row[2:5] == ["85", "90", "94.4"]


def test_what_was_decided_by_hand_survives_to_be_graded_again(grade, handed_in, tmp_path):
    by_hand = '[[override]]\nstudent = "ada"\nkata = "softmax"\npoints = 9\nreason = "Fine."\n'
    assert grade(COURSE + by_hand)[1] == ["ada", "bob"]
    hand_in(handed_in.parent / "work" / "ada", softmax="softmax = 3\n")
    assert grade(COURSE + by_hand)[1] == ["ada"]
    assert grade(COURSE + by_hand, again=["ada"])[1] == ["ada"]
    ada = table(tmp_path / "marks" / "marks.csv")[1]
    assert ada[7] == "9"
    assert ada[-1] == "basics/softmax has 9 points by hand: Fine."
    assert "9 points by hand: Fine." in (tmp_path / "marks" / "feedback" / "ada.md").read_text()


def test_one_student_is_graded_again_and_no_other(grade, handed_in, tmp_path):
    grade()
    before = stored(tmp_path / "marks")
    hand_in(handed_in.parent / "work" / "bob", softmax="softmax = 4\n")
    rows, asked = grade(again=["ada"])
    assert asked == ["ada"]
    assert set(stored(tmp_path / "marks")) == set(before)
    notes = {row.student.id: row.note for row in rows}
    assert notes["ada"] == ""
    assert notes["bob"] == "It is not graded as it is now: run the command without --student."
    with pytest.raises(KataError, match="--student is 'max', who is not in the class"):
        grade(again=["max"])


def test_answers_can_be_kept_by_kata_to_be_compared(grade, handed_in, katas, tmp_path):
    stub = stubs.handed_out(katas.find("relu"))
    hand_in(handed_in.parent / "work" / "bob", relu=stub)
    grade(f"sources = true\n{COURSE}")
    folder = tmp_path / "marks" / "sources" / "basics"
    assert {file.name for file in (folder / "softmax").iterdir()} == {"ada.py", "bob.py"}
    assert (folder / "softmax" / "bob.py").read_text() == "softmax = 2\n"
    # What was not begun is like any other.
    assert {file.name for file in (folder / "relu").iterdir()} == {"ada.py"}
    assert (folder / "relu.py").read_text() == stub


def test_the_reports_can_hide_who_is_who(grade, tmp_path, capsys):
    override = '[[override]]\nstudent = "ada"\ndays_late = 1\nreason = "x"\n'
    rows, _ = grade(COURSE + override, anonymous=True)
    folder = tmp_path / "marks"
    texts = [(folder / name).read_text() for name in roster._REPORTS] + [capsys.readouterr().err]
    for text in texts:
        for row in rows:
            assert not re.search(rf"\b({re.escape(row.name)}|{row.student.id})\b", text)
    assert "Ada Lovelace" in (folder / "canvas.csv").read_text()
    assert "Everything counts as 1 day late: x" in texts[0]
    first = [row[0] for row in table(folder / "marks.csv")[1:]]
    assert first == sorted(first)
    assert len({*first}) == 4
    grade(COURSE + override, anonymous=True)
    assert [row[0] for row in table(folder / "marks.csv")[1:]] == first


def test_marks_go_beside_a_roster_and_never_among_its_submissions(handed_in):
    folder = handed_in.parent
    assert roster.folder_of_marks(handed_in, None) == folder / "roster-marks"
    for output in (folder / "work" / "ada", folder / "work" / "bob" / "marks"):
        with pytest.raises(KataError, match="lies among the submissions"):
            roster.folder_of_marks(handed_in, output)

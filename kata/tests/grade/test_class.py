"""A class is graded as its submissions would be one by one."""

import csv
import io
import json
import re

from kata.grade import roster, submission
from kata.grade.marks import to_dict
from kata.tests.grade.support import FORMULA, LINES, NAMES, SECRET, found_in, without_times


def test_a_class_is_graded_as_its_submissions_are_one_by_one(grader, chosen, handed_in, graded):
    found = found_in(graded)
    assert set(found) == {"ada", "bob", "eve", FORMULA, LINES}
    for name in ("eve", FORMULA, LINES):
        taken = submission.read(handed_in / name)
        alone = grader.grade(taken, chosen, seed=SECRET, secret=True)
        assert without_times(json.loads(json.dumps(to_dict(alone)))) == found[name]


def test_every_submission_has_a_row_in_the_csv(graded):
    header, *rows = csv.reader(io.StringIO((graded / "marks.csv").read_text()))
    kata_columns = [f"basics/{name}" for name in NAMES]
    assert header == ["name", "score", "points", "percent", *kata_columns, "note"]
    by_name = {row[0]: row[1:] for row in rows}
    assert list(by_name) == [
        f"'{FORMULA}",
        "ada",
        "bob",
        "empty",
        "eve",
        "friend",
        LINES.replace("\n", " "),
    ]
    assert by_name["ada"] == ["20", "20", "100", "10", "10", ""]
    assert by_name["bob"] == ["0", "20", "0", "0", "0", ""]
    assert by_name["eve"] == ["10", "20", "50", "0", "10", ""]
    linked = "It is a link, which is not followed."
    assert by_name["friend"] == ["", "20", "", "", "", linked]
    assert by_name["empty"] == ["", "20", "", "", "", "It contains no exercises/ folder."]


def test_every_submission_has_a_row_in_the_table(graded):
    lines = (graded / "marks.md").read_text().splitlines()
    assert len(lines) == 2 + 7
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8}
    assert "| ada | 20 | 20 | 100 | 10 | 10 |  |" in lines


def test_the_report_says_what_to_talk_about(graded):
    report = (graded / "report.md").read_text()
    assert "7 students, 5 of them graded, 2 katas." in report
    assert "| basics/relu | 3 (60 %) | 1 (20 %) | 1 (20 %) | 0 (0 %) | 100 % |" in report
    assert "- basics/softmax, 1 of 5: exp overflows for large scores.\n" in report
    assert "- basics/softmax: eve: the answer ended Python (exit code 0)." in report
    assert "&lt;b&gt;: exercises/basics/relu.py:1: invalid syntax\n" in report
    assert "- empty: It contains no exercises/ folder.\n" in report
    # A crash is told as such, not as failing tests.
    assert "no known mistake" not in report


def test_a_secret_seed_is_told_only_where_the_run_is_kept(graded):
    assert json.loads((graded / "run.json").read_text())["seed"] == SECRET
    for name in roster._REPORTS:
        assert str(SECRET) not in (graded / name).read_text()

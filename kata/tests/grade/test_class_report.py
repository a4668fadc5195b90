"""The tables and the report of a class."""

import csv
import io

import pytest

from kata.grade import class_report
from kata.grade.course import Course
from kata.grade.marks import KataMark, Marks, TestMark
from kata.grade.students import Student
from kata.grade.tables import Row, csv_of
from kata.verdict import Failure


@pytest.mark.parametrize(
    "name",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r\n=1", "\x00=1", "＝1"),
        *("a;=1", 'a"=1', 'a;"=1', 'a";" =1', "a\t=1"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula(chosen, name, separator):
    rows = [Row(Student(name, name), note=name)]
    text = csv_of(rows, Course.of_katas(chosen))
    for line in csv.reader(io.StringIO(text), delimiter=separator):
        assert not any(cell.strip(' "').startswith(tuple("=+-@＝")) for cell in line)


def failing(name, kind="AssertionError", text=""):
    return TestMark(name, "failed", failure=Failure(name, kind, text))


def mark(status="failed", *, kata="basics/softmax", failed=(), mistakes=(), passed=0, **fields):
    tests = [TestMark(f"test_right_{number}", "passed") for number in range(passed)]
    tests += [failing(name) for name in failed]
    fields = {"tests": tuple(tests), "mistakes": tuple(mistakes), "score": 0.0} | fields
    return KataMark(kata, "Softmax", "tests/basics/test_softmax.py", 10, status=status, **fields)


def report_of(katas, *marks, protections=None):
    rows = [
        Row(
            Student(f"s{number}", f"s{number}"),
            Marks(f"s{number}", 0, False, "", protections or {}, (one,), True),
        )
        for number, one in enumerate(marks)
    ]
    return class_report.report_of(rows, Course.of_katas([katas.find("softmax")]))


OVERFLOW = ("without_the_maximum", "exp overflows for large scores. What could you subtract?")
NAMELESS = ("always_float64", "")


def test_mistakes_are_counted_by_their_first_sentence(katas):
    report = report_of(
        katas,
        mark(mistakes=[OVERFLOW, OVERFLOW], failed=["test_a"]),
        mark(mistakes=[OVERFLOW, NAMELESS], failed=["test_a"]),
        mark("solved", passed=4, score=10.0),
    )
    assert "- basics/softmax, 2 of 3: exp overflows for large scores.\n" in report
    assert "- 1 of 3: always\\_float64\n" in report
    assert "What could you subtract" not in report
    assert "test_a" not in report


def test_failing_tests_are_counted_where_no_mistake_is_known(katas):
    failed = ["test_each_row_sums_to_one[3]", "test_each_row_sums_to_one[4]", "test_a_huge_score"]
    report = report_of(
        katas, mark(failed=failed, passed=1), mark(failed=failed[:1]), mark("todo"), mark("missing")
    )
    assert "- 2 of 4, no known mistake: each row sums to one.\n" in report
    assert "- 1 of 4, no known mistake: a huge score.\n" in report
    assert "| basics/softmax | 0 (0 %) | 2 (50 %) | 1 (25 %) | 1 (25 %) | 12 % |" in report
    assert "What to talk about" not in report


def test_answers_that_ended_are_listed_with_their_text_made_harmless(katas):
    text = "the answer exceeded 10 seconds. Is there an infinite loop?"
    timed_out = failing("test_a", "AnswerError", text)
    problem = "ValueError: \x1b[31m[a](b)</details>\n## heading"
    report = report_of(katas, mark(tests=(timed_out,)), mark("broken", problem=problem))
    assert f"- basics/softmax: s0: {text}\n" in report
    assert "- basics/softmax: s1: ValueError: \\[a\\](b)&lt;/details&gt;\n" in report
    assert "no known mistake" not in report
    assert "## heading" not in report


def test_protections_that_did_not_hold_are_told(katas):
    held = report_of(katas, mark(), protections={"files": "held"})
    assert "Protections" not in held
    lost = report_of(katas, mark(), mark(), protections={"files": "this kernel has no Landlock"})
    assert "- files, for 2 of 2: this kernel has no Landlock.\n" in lost

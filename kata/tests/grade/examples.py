"""Marks of every kind, to be written in every format."""

import dataclasses

from kata.grade import marks as room
from kata.grade.marks import KataMark, Marks, TestMark
from kata.verdict import Failure

HOSTILE = (
    "::error::stolen\n  ::set-output name=x::y\n##[error]z\x1b[31mred\x00 ```\n</details><script>"
    "| \udc80 \u202e \u2028 [a](b) ]]> &amp;"
)


def kata(status, score, *, text="got 1, expected 2", **fields):
    name, answer = "test_it_agrees_with_torch[(3, 1)]", "exercises/basics/softmax.py"
    failure = Failure(
        *(name, "AssertionError", text, 12, "assert_close(f(x[::-1]), y)", answer, 9, "return x")
    )
    tests = (
        TestMark("test_a_value_worked_out_by_hand", "passed", 0.01),
        TestMark(name, "failed", 0.02, failure),
        TestMark("test_not_run"),
    )
    if status == room.SOLVED:
        tests = tests[0], TestMark(name, "passed", 0.02)
    mark = KataMark("basics/softmax", "Softmax", "tests/basics/test_softmax.py", 10, score, status)
    return dataclasses.replace(mark, **{"tests": tests, "seconds": 0.25} | fields)


def grade(*katas, complete=True, **fields):
    protections = {"limits": "held", "files": "this kernel has no Landlock"}
    began = "2026-11-24T08:00:00Z"
    return Marks("ada", 0, False, began, protections, katas, complete, 1.5, **fields)


def stained(text):
    """Marks with `text` wherever a submission has a hand in."""
    failed = kata(
        room.FAILED, 3.25, text=text, prints=text, mistakes=(("no_maximum", "exp overflows."),)
    )
    name = f"test_{text}"
    failure = Failure(name, text, text, 12, text, text, 9, text)
    tests = TestMark(name, "passed"), TestMark(name, "failed", failure=failure), TestMark(name)
    failed = dataclasses.replace(failed, tests=tests)
    broken = kata(room.BROKEN, 0.0, problem=text, id="basics/relu", prints=text)
    marks = grade(failed, broken)
    return dataclasses.replace(marks, submission=text, protections={"limits": text})


# Twelve bytes of JSON for each character.
HEAVY = kata(room.BROKEN, 0.0, problem="\U0001f600" * 3000, prints="\U0001f600" * 3000)

EXAMPLES = {
    "solved": grade(kata(room.SOLVED, 10.0)),
    "in part": grade(kata(room.SOLVED, 10.0), kata(room.FAILED, 7.5)),
    "to do": grade(kata(room.TODO, 0.0, tests=())),
    "missing": grade(kata(room.MISSING, 0.0, tests=(), problem="It was not handed in.")),
    "broken": grade(kata(room.BROKEN, 0.0, tests=(), problem="")),
    "unfinished": grade(kata(room.SOLVED, 10.0), complete=False),
    "nothing yet": grade(complete=False),
    "hostile": stained(HOSTILE * 20),
    "heavy": grade(*[HEAVY] * 30),
}

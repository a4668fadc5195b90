"""Marks as platforms read them: Classroom, Classroom 50, Gradescope, PrairieLearn, Exercism."""

import base64
import json
import math
import os
from collections.abc import Callable
from typing import Any

from kata.catalog import KataError
from kata.grade import words
from kata.grade.marks import BROKEN, MISSING, PASSED, SOLVED, KataMark, Marks, TestMark
from kata.grade.text import fenced, short

# In bytes. PrairieLearn takes a megabyte; Classroom's line ends in an environment variable, of
# which Linux takes 128 KiB.
_MOST_PRAIRIELEARN = 900_000
_MOST_CLASSROOM = 120_000
# In characters.
_MOST_EXERCISM_OUTPUT = 500
_NOTHING = "Nothing was graded."
_UNFINISHED = "Grading did not finish."


def _state(marks: Marks) -> str:
    if not marks.katas or not marks.complete:
        return "error"
    return "pass" if all(mark.status == SOLVED for mark in marks.katas) else "fail"


def _fitting(write: Callable[[int], str], most: int) -> str:
    """What `write` gives when told to cut its texts short enough for `most` bytes of ASCII."""
    length = 2 * words.MOST_TEXT
    while len(text := write(length)) > most and length > 1:
        length //= 2
    return text


# --- Classroom -------------------------------------------------------------------------------


def classroom(marks: Marks) -> str:
    """The line for $GITHUB_OUTPUT that GitHub Classroom's reporter reads."""
    return _fitting(lambda most: _classroom_line(marks, most), _MOST_CLASSROOM)


def _classroom_line(marks: Marks, most: int) -> str:
    nothing = {"name": "grading", "status": "error", "score": 0, "message": _NOTHING}
    nothing |= {"test_code": "", "filename": "", "line_no": 0, "execution_time": 0}
    payload = {
        "version": 1,
        "status": _state(marks),
        "max_score": marks.points,
        "tests": [_classroom_test(mark, most) for mark in marks.katas] or [nothing],
    }
    return f"result={base64.b64encode(json.dumps(payload).encode()).decode()}\n"


def _classroom_test(mark: KataMark, most: int) -> dict[str, Any]:
    first = words.first_failure(mark)
    failure = first.failure if first else None
    # The reporter shows a message only with "error".
    status = {SOLVED: "pass", BROKEN: "error", MISSING: "error"}.get(mark.status, "fail")
    return {
        "name": mark.id,
        "status": status,
        "score": mark.score,
        "message": short(words.explanation(mark), most),
        "test_code": words.lines(failure.test_code, most) if failure else "",
        "filename": mark.test_file,
        "line_no": failure.test_line if failure else 0,
        "execution_time": round(mark.seconds, 3),
    }


def classroom50(marks: Marks) -> str:
    given = _classroom50_environment()
    tests = [
        {
            "test-name": mark.id,
            "passed": mark.status == SOLVED,
            "score": math.floor(mark.score),
            "max-score": mark.points,
            "message": words.explanation(mark),
        }
        for mark in marks.katas
    ]
    result = {
        "schema": "classroom50/result/v1",
        "classroom": given["CLASSROOM"],
        "assignment": given["ASSIGNMENT"],
        "assignment_type": os.environ.get("ASSIGNMENT_TYPE") or "individual",
        "owner": given["OWNER"],
        "submission": given["SUBMISSION_TAG"],
        "commit": given["COMMIT_URL"],
        "release": given["RELEASE_URL"],
        "review": given["REVIEW_URL"],
        "datetime": marks.began,
        "score": sum(math.floor(mark.score) for mark in marks.katas),
        "max-score": marks.points,
        "tests": tests,
    }
    return json.dumps(result, indent=1)


def _classroom50_environment() -> dict[str, str]:
    names = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL")
    given = {name: os.environ.get(name, "") for name in names}
    given["OWNER"] = os.environ.get("OWNER") or os.environ.get("USERNAME", "")
    missing = [name for name, value in given.items() if not value]
    if missing:
        missing = ["OWNER or USERNAME" if name == "OWNER" else name for name in missing]
        raise KataError(
            f"The format classroom50 needs {', '.join(missing)} in the environment, "
            "where Classroom 50's runner puts them."
        )
    return given


# --- The others ------------------------------------------------------------------------------


def gradescope(marks: Marks) -> str:
    tests = [
        {
            "score": mark.score,
            "max_score": mark.points,
            "status": "passed" if mark.status == SOLVED else "failed",
            "name": f"{mark.id}: {words.headline(mark)}",
            "output": fenced(text) if (text := words.explanation(mark)) else "",
            "output_format": "md",
            "visibility": "visible",
        }
        for mark in marks.katas
    ]
    result = {
        "score": round(marks.score, 2),
        "execution_time": math.ceil(marks.seconds),
        "output": f"{words.total(marks)}. {words.protections(marks)}",
        "tests": tests,
    }
    return json.dumps(result, indent=1)


def prairielearn(marks: Marks) -> str:
    return _fitting(lambda most: _prairielearn_result(marks, most), _MOST_PRAIRIELEARN)


def _prairielearn_result(marks: Marks, most: int) -> str:
    tests = [
        {
            "name": mark.id,
            "description": mark.title,
            "points": mark.score,
            "max_points": mark.points,
            "message": short(words.headline(mark), most),
            "output": short(words.explanation(mark), most),
        }
        for mark in marks.katas
    ]
    share = marks.score / marks.points if marks.points else 0.0
    return json.dumps({"gradable": True, "score": share, "tests": tests})


def exercism(marks: Marks) -> str:
    broken = [mark for mark in marks.katas if mark.status in (BROKEN, MISSING)]
    result: dict[str, Any] = {"version": 3, "status": "error" if broken else _state(marks)}
    if broken:
        result["message"] = words.headline(broken[0])
    elif result["status"] == "error":
        result["message"] = _UNFINISHED if marks.katas else _NOTHING
    result["tests"] = [_exercism_test(mark, test) for mark in marks.katas for test in mark.tests]
    return json.dumps(result, indent=1)


def _exercism_test(mark: KataMark, test: TestMark) -> dict[str, Any]:
    entry = {
        "name": f"{mark.id}: {words.claim_of(test)}",
        "status": "pass" if test.outcome == PASSED else "fail",
        "test_code": words.lines(test.failure.test_code) if test.failure else "",
    }
    if test.outcome == PASSED:
        return entry
    output = words.lines(mark.prints, _MOST_EXERCISM_OUTPUT)
    return entry | {"message": words.failure_text(mark, test), "output": output}

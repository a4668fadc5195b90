"""Marks in the formats of those who read them: people, platforms, programs.

Whatever a submission had a hand in goes through `clean` first. A secret seed is told in the json
report only.
"""

import base64
import html
import io
import json
import math
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from kata.catalog import KataError
from kata.grade.marks import (
    BROKEN,
    FAILED,
    MISSING,
    NOT_RUN,
    PASSED,
    SOLVED,
    TODO,
    KataMark,
    Marks,
    TestMark,
    to_dict,
)
from kata.grade.text import clean, number, short
from kata.verdict import claim
from kata.wall.jail import HELD

# In bytes. GitHub takes a mebibyte of summary, PrairieLearn a megabyte; Classroom's line ends in an
# environment variable, of which Linux takes 128 KiB.
_MOST_MARKDOWN = 900_000
_MOST_PRAIRIELEARN = 900_000
_MOST_CLASSROOM = 120_000
# In characters.
_MOST_EXERCISM_OUTPUT = 500
_MOST_TEXT = 2_000
_MOST_LINE = 200
_NOTHING = "Nothing was graded."
_UNFINISHED = "The run was not finished."
_CUT = "The details of the other katas are left out, as there is no more room here."


def render(name: str, marks: Marks) -> str:
    """The report in the format of that name."""
    return _RENDERERS[name](marks)


# --- What is said everywhere -----------------------------------------------------------------


def _tally(mark: KataMark) -> str:
    """How a kata stands, in our own words."""
    if mark.status == SOLVED:
        return f"solved: all {len(mark.tests)} tests pass"
    words = {TODO: "to do", MISSING: "not handed in", BROKEN: "could not be tested"}
    return words.get(mark.status, f"{mark.passed} of {len(mark.tests)} tests pass")


def _headline(mark: KataMark) -> str:
    """One line about a kata: its problem, or how it stands."""
    return _line(mark.problem) or _tally(mark)


def _line(text: str) -> str:
    return short(clean(text, lines=False).strip(), _MOST_LINE)


def _text(text: str, most: int = _MOST_TEXT) -> str:
    return short(clean(text, lines=True).strip(), most)


def _first_failure(mark: KataMark) -> TestMark | None:
    """The first test that failed; where none did, the first that is to do."""
    told = (test for outcome in (FAILED, TODO) for test in mark.tests if test.outcome == outcome)
    return next(told, None)


def _failure_text(mark: KataMark, test: TestMark) -> str:
    """What failed, by which value, and where."""
    if test.outcome == NOT_RUN:
        return _text(mark.problem) or "This test was not run."
    if test.outcome == TODO:
        return "This part is to do."
    kind = "" if test.kind in ("AssertionError", "Failed") else test.kind
    said = _text(": ".join(part for part in (kind, test.text) if part.strip())) or "it failed"
    places = []
    if test.test_code:
        places.append(f"by the test's line {test.test_line}: {test.test_code}")
    if test.answer_file:
        places.append(f"at {test.answer_file}:{test.answer_line}: {test.answer_code}")
    return "\n".join([said, *(_text(place, _MOST_LINE) for place in places)])


def _looks_like(mark: KataMark) -> list[str]:
    """The texts of the mistakes that explain the failures; they are our own."""
    return list(dict.fromkeys(text for _, text in mark.mistakes))


def _explanation(mark: KataMark) -> str:
    """All that helps with a kata that is not solved, in a few lines; "" where there is nothing."""
    parts = [_text(mark.problem) or _tally(mark)] if mark.status in (BROKEN, MISSING) else []
    failed = _first_failure(mark)
    if failed and mark.status != BROKEN:
        parts += [_claim(failed), _failure_text(mark, failed)]
    parts += [f"This looks like: {text}" for text in _looks_like(mark)]
    parts += _lent(mark)
    return "\n".join(parts)


def _lent(mark: KataMark) -> list[str]:
    if not mark.lent:
        return []
    return [f"Marked with the solution's {', '.join(mark.lent)}, as those are not solved."]


def _claim(test: TestMark) -> str:
    return _line(claim(test.name))


def _protections(marks: Marks) -> str:
    """Which protections of the wall held, and which did not."""
    held = [name for name, outcome in marks.protections.items() if outcome == HELD]
    lost = [f"{name} ({why})" for name, why in marks.protections.items() if why != HELD]
    parts = [f"held: {', '.join(held)}"] if held else []
    parts += [f"not held: {', '.join(lost)}"] if lost else []
    return clean(f"The wall: {'; '.join(parts) or 'not needed'}.", lines=False)


def _sum(marks: Marks) -> str:
    text = f"{number(marks.score)} of {marks.points} points"
    return text if marks.complete else f"{text} so far; the run was not finished"


def _seed(marks: Marks) -> str:
    return "secret" if marks.secret else str(marks.seed)


# --- For people ------------------------------------------------------------------------------


def table(marks: Marks) -> RenderableType:
    """A table for the terminal."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("kata", "points", "of", ""):
        rows.add_column(column, justify="right" if column in ("points", "of") else "left")
    for mark in marks.katas:
        style = {SOLVED: "green", TODO: "yellow"}.get(mark.status, "red")
        texts = _looks_like(mark)
        note = _headline(mark) + (f"\n{texts[0]}" if texts else "")
        cells = (Text(mark.id), Text(number(mark.score)), Text(str(mark.points)))
        rows.add_row(*cells, Text(note, style=style))
    total = Text(clean(f"{_line(marks.submission)}: {_sum(marks)}", lines=False), style="bold")
    return Group(rows, Text(), total, Text(f"Seed {_seed(marks)}. {_protections(marks)}", "dim"))


def _table(marks: Marks) -> str:
    # Whatever FORCE_COLOR says: this is text.
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    console.print(table(marks))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _markdown(marks: Marks) -> str:
    top = [f"## {_cell(_line(marks.submission))}: {_sum(marks)}", ""]
    top += ["| kata | points | of | tests |", "|---|---:|---:|---|"]
    for mark in marks.katas:
        cells = (_cell(mark.id), number(mark.score), str(mark.points), _cell(_tally(mark)))
        top.append(f"| {' | '.join(cells)} |")
    end = ["", f"Seed {_seed(marks)}. {_cell(_protections(marks))}", ""]
    room = _MOST_MARKDOWN - _size([*top, "", _CUT, *end])
    details: list[str] = []
    for mark in marks.katas:
        section = _markdown_section(mark)
        room -= _size(section)
        if room < 0:
            details += ["", _CUT]
            break
        details += section
    return "\n".join([*top, *details, *end])


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _markdown_section(mark: KataMark) -> list[str]:
    if mark.status in (SOLVED, TODO, MISSING):
        return []
    paragraphs = [f"### {_cell(mark.id)}"]
    paragraphs += [f"This looks like: {_cell(text)}" for text in _looks_like(mark)]
    paragraphs += [_cell(text) for text in _lent(mark)]
    failed = _first_failure(mark)
    if mark.status == BROKEN:
        paragraphs.append(_fenced(_text(mark.problem) or _tally(mark)))
    elif failed:
        paragraphs.append(f"The first of its tests that fails: {_cell(_claim(failed))}")
        paragraphs.append(_fenced(_failure_text(mark, failed)))
    if prints := _text(mark.prints):
        paragraphs += ["It printed:", _fenced(prints)]
    return [line for paragraph in paragraphs for line in ("", paragraph)]


def _cell(text: str) -> str:
    """Text that means no more than its letters, in a table or a line of Markdown."""
    plain = html.escape(clean(text, lines=False), quote=False)
    return re.sub(r"([\\`*_{}\[\]|~#])", r"\\\1", plain)


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


# --- For programs ----------------------------------------------------------------------------


def _json(marks: Marks) -> str:
    # The texts are as they came; written so, none is a command to the log that it is printed to.
    return json.dumps(to_dict(marks), indent=1).replace("##", r"#\u0023")


def _junit(marks: Marks) -> str:
    root = ET.Element("testsuites", name=_line(marks.submission))
    for mark in marks.katas:
        suite = ET.SubElement(root, "testsuite", name=mark.id, time=f"{mark.seconds:.3f}")
        tests = mark.tests or (TestMark("test_the_answer", FAILED, text=_headline(mark)),)
        for test in tests:
            _junit_case(suite, mark, test)
        _count(suite)
    _count(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _junit_case(suite: ET.Element, mark: KataMark, test: TestMark) -> None:
    name, group = clean(test.name, lines=False), mark.id.replace("/", ".")
    case = ET.SubElement(suite, "testcase", name=name, classname=group, time=f"{test.seconds:.3f}")
    if test.outcome == PASSED:
        return
    text = _failure_text(mark, test)
    ET.SubElement(case, "failure", message=_line(text), type=test.outcome).text = text


def _count(element: ET.Element) -> None:
    element.set("tests", str(len(list(element.iter("testcase")))))
    element.set("failures", str(len(list(element.iter("failure")))))
    element.set("errors", "0")


# --- For platforms ---------------------------------------------------------------------------


def _state(marks: Marks) -> str:
    if not marks.katas or not marks.complete:
        return "error"
    return "pass" if all(mark.status == SOLVED for mark in marks.katas) else "fail"


def _fitting(write: Callable[[int], str], most: int) -> str:
    """What `write` gives when told to cut its texts short enough for `most` bytes of ASCII."""
    length = 2 * _MOST_TEXT
    while len(text := write(length)) > most and length > 1:
        length //= 2
    return text


def _classroom(marks: Marks) -> str:
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
    failed = _first_failure(mark)
    # The reporter shows a message only with "error".
    status = {SOLVED: "pass", BROKEN: "error", MISSING: "error"}.get(mark.status, "fail")
    return {
        "name": mark.id,
        "status": status,
        "score": mark.score,
        "message": short(_explanation(mark), most),
        "test_code": _text(failed.test_code, most) if failed else "",
        "filename": mark.test_file,
        "line_no": failed.test_line if failed else 0,
        "execution_time": round(mark.seconds, 3),
    }


def _classroom50(marks: Marks) -> str:
    given = _classroom50_environment()
    tests = [
        {
            "test-name": mark.id,
            "passed": mark.status == SOLVED,
            "score": math.floor(mark.score),
            "max-score": mark.points,
            "message": _explanation(mark),
        }
        for mark in marks.katas
    ]
    result = {
        "schema": "classroom50/result/v1",
        "classroom": given["CLASSROOM"],
        "assignment": given["ASSIGNMENT"],
        "assignment_type": "individual",
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


def _gradescope(marks: Marks) -> str:
    tests = [
        {
            "score": mark.score,
            "max_score": mark.points,
            "status": "passed" if mark.status == SOLVED else "failed",
            "name": f"{mark.id}: {_headline(mark)}",
            "output": _fenced(text) if (text := _explanation(mark)) else "",
            "output_format": "md",
            "visibility": "visible",
        }
        for mark in marks.katas
    ]
    result = {
        "score": round(marks.score, 2),
        "execution_time": math.ceil(marks.seconds),
        "output": f"{_sum(marks)}. {_protections(marks)}",
        "tests": tests,
    }
    return json.dumps(result, indent=1)


def _prairielearn(marks: Marks) -> str:
    return _fitting(lambda most: _prairielearn_result(marks, most), _MOST_PRAIRIELEARN)


def _prairielearn_result(marks: Marks, most: int) -> str:
    tests = [
        {
            "name": mark.id,
            "description": mark.title,
            "points": mark.score,
            "max_points": mark.points,
            "message": short(_headline(mark), most),
            "output": short(_explanation(mark), most),
        }
        for mark in marks.katas
    ]
    share = marks.score / marks.points if marks.points else 0.0
    return json.dumps({"gradable": True, "score": share, "tests": tests})


def _exercism(marks: Marks) -> str:
    broken = [mark for mark in marks.katas if mark.status in (BROKEN, MISSING)]
    result: dict[str, Any] = {"version": 3, "status": "error" if broken else _state(marks)}
    if broken:
        result["message"] = _headline(broken[0])
    elif result["status"] == "error":
        result["message"] = _UNFINISHED if marks.katas else _NOTHING
    result["tests"] = [_exercism_test(mark, test) for mark in marks.katas for test in mark.tests]
    return json.dumps(result, indent=1)


def _exercism_test(mark: KataMark, test: TestMark) -> dict[str, Any]:
    entry = {
        "name": f"{mark.id}: {_claim(test)}",
        "status": "pass" if test.outcome == PASSED else "fail",
        "test_code": _text(test.test_code),
    }
    if test.outcome == PASSED:
        return entry
    output = _text(mark.prints, _MOST_EXERCISM_OUTPUT)
    return entry | {"message": _failure_text(mark, test), "output": output}


_RENDERERS: dict[str, Callable[[Marks], str]] = {
    "table": _table,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
    "classroom": _classroom,
    "classroom50": _classroom50,
    "gradescope": _gradescope,
    "prairielearn": _prairielearn,
    "exercism": _exercism,
}
FORMATS = tuple(_RENDERERS)

"""The formats of marks, by name; those for people and for programs are written here.

A secret seed is told in the json report only.
"""

import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from kata.grade import platforms, words
from kata.grade.marks import (
    BROKEN,
    FAILED,
    MISSING,
    PASSED,
    SOLVED,
    TODO,
    KataMark,
    Marks,
    TestMark,
    to_dict,
)
from kata.grade.text import clean, fenced, number, plain, table_row
from kata.verdict import Failure

# In bytes: GitHub takes a mebibyte of summary.
_MOST_MARKDOWN = 900_000
_CUT = "The details of the remaining katas are left out: this report has reached its size limit."


def render(name: str, marks: Marks) -> str:
    """The report in the format of that name."""
    return _RENDERERS[name](marks)


# --- For people ------------------------------------------------------------------------------


def table(marks: Marks) -> RenderableType:
    """A table for the terminal."""
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("kata", "points", "of", ""):
        rows.add_column(column, justify="right" if column in ("points", "of") else "left")
    for mark in marks.katas:
        style = {SOLVED: "green", TODO: "yellow"}.get(mark.status, "red")
        note = "\n".join([words.headline(mark), *words.looks_like(mark)[:1]])
        cells = (Text(mark.id), Text(number(mark.score)), Text(str(mark.points)))
        rows.add_row(*cells, Text(note, style=style))
    total = clean(f"{words.line(marks.submission)}: {words.total(marks)}", lines=False)
    last = f"{words.seed(marks)} {words.protections(marks)}"
    return Group(rows, Text(), Text(total, style="bold"), Text(last, "dim"))


def _table(marks: Marks) -> str:
    # Whatever FORCE_COLOR says: this is text.
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    console.print(table(marks))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _markdown(marks: Marks) -> str:
    top = [f"## {plain(words.line(marks.submission))}: {words.total(marks)}", ""]
    top += [table_row(["kata", "points", "of", "tests"]), "|---|---:|---:|---|"]
    for mark in marks.katas:
        cells = [plain(mark.id), number(mark.score), str(mark.points), plain(words.tally(mark))]
        top.append(table_row(cells))
    end = ["", f"{words.seed(marks)} {plain(words.protections(marks))}", ""]
    details = markdown_details(marks.katas, besides=_size([*top, *end]))
    return "\n".join([*top, *details, *end])


def markdown_details(katas: Sequence[KataMark], besides: int = 0) -> list[str]:
    """What went wrong in these katas, as lines; so many bytes are needed for what else is told."""
    room = _MOST_MARKDOWN - besides - _size(["", _CUT])
    details: list[str] = []
    for mark in katas:
        section = _markdown_section(mark)
        room -= _size(section)
        if room < 0:
            return [*details, "", _CUT]
        details += section
    return details


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _markdown_section(mark: KataMark) -> list[str]:
    if mark.status in (SOLVED, TODO, MISSING):
        return []
    paragraphs = [f"### {plain(mark.id)}"]
    paragraphs += [plain(text) for text in (*words.looks_like(mark), *words.lent(mark))]
    failed = words.first_failure(mark)
    if mark.status == BROKEN:
        paragraphs.append(fenced(words.lines(mark.problem) or words.tally(mark)))
    elif failed:
        paragraphs.append(f"First failing test: {plain(words.claim_of(failed))}")
        paragraphs.append(fenced(words.failure_text(mark, failed)))
    if prints := words.lines(mark.prints):
        paragraphs += ["It printed:", fenced(prints)]
    return [line for paragraph in paragraphs for line in ("", paragraph)]


# --- For programs ----------------------------------------------------------------------------


def _json(marks: Marks) -> str:
    # Texts are as they came, but for what UTF-8 cannot encode.
    text = json.dumps(to_dict(marks), indent=1, ensure_ascii=False)
    data = json.loads(text.encode("utf-8", "replace"))
    # Written so, none is a command to the log that it is printed to.
    return json.dumps(data, indent=1).replace("##", r"#\u0023")


def _junit(marks: Marks) -> str:
    """Valid by the schemas of both Ant and Jenkins."""
    root = ET.Element("testsuites")
    package = words.line(marks.submission) or "submission"
    for place, mark in enumerate(marks.katas):
        suite = ET.SubElement(root, "testsuite", name=mark.id, time=f"{mark.seconds:.3f}")
        suite.attrib |= {"id": str(place), "package": package, "hostname": "localhost"}
        suite.set("timestamp", marks.began.removesuffix("Z"))
        ET.SubElement(suite, "properties")
        name = "test_the_answer"
        untested = TestMark(name, FAILED, failure=Failure(name, text=words.headline(mark)))
        for test in mark.tests or (untested,):
            _junit_case(suite, mark, test)
        _count(suite)
        ET.SubElement(suite, "system-out")
        ET.SubElement(suite, "system-err")
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _junit_case(suite: ET.Element, mark: KataMark, test: TestMark) -> None:
    name, group = clean(test.name, lines=False), mark.id.replace("/", ".")
    case = ET.SubElement(suite, "testcase", name=name, classname=group, time=f"{test.seconds:.3f}")
    if test.outcome == PASSED:
        return
    text = words.failure_text(mark, test)
    ET.SubElement(case, "failure", message=words.line(text), type=test.outcome).text = text


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(list(suite.iter("testcase")))))
    suite.set("failures", str(len(list(suite.iter("failure")))))
    suite.set("errors", "0")


_RENDERERS: dict[str, Callable[[Marks], str]] = {
    "table": _table,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
    "classroom": platforms.classroom,
    "classroom50": platforms.classroom50,
    "gradescope": platforms.gradescope,
    "prairielearn": platforms.prairielearn,
    "exercism": platforms.exercism,
}
FORMATS = tuple(_RENDERERS)

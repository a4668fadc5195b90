"""Every format: what its reader demands, whatever a submission wrote."""

import base64
import dataclasses
import json
import math
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kata.catalog import KataError
from kata.grade import marks as room
from kata.grade.formats import FORMATS, render
from kata.grade.marks import KataMark, Marks, TestMark
from kata.grade.text import clean, number

CLASSROOM_50 = {
    "CLASSROOM": "dl-2026",
    "ASSIGNMENT": "homework-1",
    "SUBMISSION_TAG": "submission-7",
    "USERNAME": "ada",
    "COMMIT_URL": "https://example.org/commit",
    "RELEASE_URL": "https://example.org/release",
    "REVIEW_URL": "https://example.org/review",
}
SECRET_SEED = 918273645

HOSTILE = (
    "::error::stolen\n  ::set-output name=x::y\n##[error]z\x1b[31mred\x00 ```\n</details><script>"
    "| \udc80 \u202e \u2028 [a](b) ]]> &amp;"
)


@pytest.fixture(autouse=True)
def classroom_50(monkeypatch):
    for name, value in CLASSROOM_50.items():
        monkeypatch.setenv(name, value)


def kata(status, score, *, text="got 1, expected 2", **fields):
    tests = (
        TestMark("test_a_value_worked_out_by_hand", "passed", 0.01),
        TestMark(
            "test_it_agrees_with_torch[(3, 1)]",
            "passed" if status == room.SOLVED else "failed",
            0.02,
            *("AssertionError", text, 12, "assert_close(f(x), y)"),
            *("exercises/basics/softmax.py", 9, "return x"),
        ),
        TestMark("test_not_run"),
    )
    shown = tests[: 2 if status == room.SOLVED else 3]
    mark = KataMark("basics/softmax", "Softmax", "tests/basics/test_softmax.py", 10, score, status)
    return dataclasses.replace(mark, tests=shown, seconds=0.25, **fields)


def grade(*katas, complete=True, **fields):
    protections = {"limits": "held", "files": "this kernel has no Landlock"}
    began = "2026-11-24T08:00:00Z"
    return Marks("ada", 0, False, began, protections, katas, complete, 1.5, **fields)


def hostile():
    mark = kata(
        room.FAILED,
        3.33,
        text=HOSTILE * 50,
        prints=HOSTILE * 500,
        mistakes=(("no_maximum", "exp overflows."),),
    )
    broken = dataclasses.replace(kata(room.BROKEN, 0.0), problem=HOSTILE, id="basics/relu")
    return dataclasses.replace(grade(mark, broken), submission=HOSTILE)


EXAMPLES = {
    "solved": grade(kata(room.SOLVED, 10.0)),
    "in part": grade(kata(room.SOLVED, 10.0), kata(room.FAILED, 7.5)),
    "to do": grade(kata(room.TODO, 0.0)),
    "missing": grade(dataclasses.replace(kata(room.MISSING, 0.0), tests=(), problem="Not there.")),
    "unfinished": grade(kata(room.SOLVED, 10.0), complete=False),
    "nothing yet": grade(complete=False),
    "hostile": hostile(),
}


@pytest.fixture(params=EXAMPLES.values(), ids=EXAMPLES)
def marks(request):
    return request.param


# --- All formats -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_it_can_be_written_as_utf_8(name, marks):
    assert render(name, marks).encode("utf-8")


@pytest.mark.parametrize("name", set(FORMATS) - {"json"})
def test_a_secret_seed_is_not_told(name, marks):
    secret = dataclasses.replace(marks, seed=SECRET_SEED, secret=True)
    assert str(SECRET_SEED) not in render(name, secret)


def test_json_tells_a_secret_seed(marks):
    secret = dataclasses.replace(marks, seed=SECRET_SEED, secret=True)
    assert json.loads(render("json", secret))["seed"] == SECRET_SEED


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_no_line_of_a_log_is_a_command(name, marks):
    text = render(name, marks)
    assert not [line for line in text.splitlines() if line.strip().startswith("::")]
    assert "##[" not in text
    controls = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}
    assert controls <= {"\n", "\t"}


def test_json_gives_the_marks_back(marks):
    assert room.from_dict(json.loads(render("json", marks))) == marks


# --- JUnit, Markdown -------------------------------------------------------------------------


def test_junit_counts_what_it_holds(marks):
    root = ET.fromstring(render("junit", marks).encode())
    assert root.tag == "testsuites"
    for element in [root, *root.iter("testsuite")]:
        assert int(element.get("tests")) == len(list(element.iter("testcase")))
        assert int(element.get("failures")) == len(list(element.iter("failure")))
    for case in root.iter("testcase"):
        assert case.get("name")
        assert case.get("classname")
        assert float(case.get("time")) >= 0
    assert [suite.get("name") for suite in root] == [mark.id for mark in marks.katas]


def test_markdown_lets_nothing_out_of_its_fences():
    text = render("markdown", hostile())
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<script>" not in outside
    assert "```" not in outside
    rows = [line for line in outside.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_markdown_stays_below_a_mebibyte():
    many = grade(*[kata(room.FAILED, 1.0, text="é" * 3000, prints="x" * 2000)] * 400)
    text = render("markdown", many)
    assert len(text.encode()) < 1 << 20
    assert "left out" in text


# --- Classroom's reporter --------------------------------------------------------------------

# What the reporter does with its runners' results.
REPORTER = """
const runners = process.env.RUNNERS.split(",");
let score = 0, shown = [];
for (const runner of runners) {
  const encoded = process.env[`${runner.toUpperCase()}_RESULTS`];
  const result = JSON.parse(Buffer.from(encoded, "base64").toString("utf-8"));
  if (!result.tests || result.tests.length === 0) throw new Error("no tests");
  if (!["pass", "fail", "error"].includes(result.status)) throw new Error("status");
  for (const test of result.tests) {
    score += test.score;
    if (!["pass", "fail", "error"].includes(test.status)) throw new Error("status");
    if (test.status === "error") shown.push(test.message);
  }
}
console.log(JSON.stringify({score, shown}));
"""


def classroom_payload(marks):
    line = render("classroom", marks)
    assert re.fullmatch(r"result=[A-Za-z0-9+/=]+\n", line)
    return line.strip().removeprefix("result=")


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_reporter_reads_the_points(marks, tmp_path):
    script = tmp_path / "reporter.js"
    script.write_text(REPORTER)
    environment = {"RUNNERS": "katas", "KATAS_RESULTS": classroom_payload(marks)}
    done = subprocess.run(["node", script], env=environment, capture_output=True, text=True)
    assert not done.stderr
    read = json.loads(done.stdout)
    assert read["score"] == pytest.approx(marks.score)
    assert len(read["shown"]) == sum(test["status"] == "error" for test in classroom_tests(marks))


def classroom_tests(marks):
    return json.loads(base64.b64decode(classroom_payload(marks)))["tests"]


def test_classroom_always_has_tests_with_numbers_for_scores(marks):
    payload = json.loads(base64.b64decode(classroom_payload(marks)))
    assert payload["version"] == 1
    assert payload["max_score"] == marks.points
    assert payload["tests"]
    keys = {"name", "status", "score", "message", "test_code"}
    for test in payload["tests"]:
        assert set(test) == keys | {"filename", "line_no", "execution_time"}
        assert type(test["score"]) in (int, float)
        assert math.isfinite(test["score"])
        assert test["line_no"] >= 0


# --- Classroom 50, Gradescope, PrairieLearn, Exercism ----------------------------------------


def test_classroom_50_has_integers_and_no_other_keys(marks):
    result = json.loads(render("classroom50", marks))
    assert list(result) == [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
        *("commit", "release", "review", "datetime", "score", "max-score", "tests"),
    ]
    assert result["schema"] == "classroom50/result/v1"
    assert result["owner"] == "ada"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
    for entry in [result, *result["tests"]]:
        assert type(entry["score"]) is int
        assert type(entry["max-score"]) is int
        assert entry["score"] <= entry["max-score"]
    assert result["score"] == sum(test["score"] for test in result["tests"])
    assert all(type(test["passed"]) is bool for test in result["tests"])


def test_classroom_50_says_what_its_runner_did_not_give(monkeypatch):
    monkeypatch.delenv("REVIEW_URL")
    monkeypatch.delenv("USERNAME")
    with pytest.raises(KataError, match="needs REVIEW_URL, OWNER in the environment"):
        render("classroom50", grade())


def test_gradescope_has_a_status_for_each_test(marks):
    result = json.loads(render("gradescope", marks))
    assert result["score"] == pytest.approx(marks.score)
    assert result["execution_time"] == math.ceil(marks.seconds)
    for test in result["tests"]:
        assert test["status"] in ("passed", "failed")
        assert 0 <= test["score"] <= test["max_score"]
        assert test["output_format"] == "md"
        assert test["visibility"] == "visible"


def test_prairielearn_gets_a_share_and_less_than_a_megabyte(marks):
    many = dataclasses.replace(marks, katas=marks.katas * 200)
    for graded in (marks, many):
        text = render("prairielearn", graded)
        result = json.loads(text)
        assert result["gradable"] is True
        assert 0 <= result["score"] <= 1
        assert len(text.encode()) <= 1_000_000
        assert all(test["points"] <= test["max_points"] for test in result["tests"])


def test_exercism_lists_the_tests_in_their_order(marks):
    result = json.loads(render("exercism", marks))
    assert result["version"] == 3
    assert result["status"] in ("pass", "fail", "error")
    assert ("message" in result) == (result["status"] == "error")
    assert len(result["tests"]) == sum(len(mark.tests) for mark in marks.katas)
    for test in result["tests"]:
        assert test["status"] in ("pass", "fail", "error")
        assert len(test.get("output", "")) <= 500
        assert ("message" in test) == (test["status"] != "pass")


def test_all_solved_is_a_pass():
    solved = EXAMPLES["solved"]
    assert json.loads(render("exercism", solved))["status"] == "pass"
    assert json.loads(base64.b64decode(classroom_payload(solved)))["status"] == "pass"


# --- Whatever is written ---------------------------------------------------------------------

TEXTS = st.text(st.characters(), max_size=60)  # Surrogates and controls, too.


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_a_format(text, prints, code, problem):
    failed = kata(room.FAILED, 2.5, text=text, prints=prints)
    tests = tuple(
        dataclasses.replace(test, name=f"test_{code}", test_code=code, kind=text, answer_code=code)
        for test in failed.tests
    )
    failed = dataclasses.replace(failed, tests=tests)
    broken = dataclasses.replace(kata(room.BROKEN, 0.0), problem=problem)
    marks = dataclasses.replace(grade(failed, broken), submission=prints)
    for name in FORMATS:
        render(name, marks).encode("utf-8")
    ET.fromstring(render("junit", marks).encode())
    test_no_line_of_a_log_is_a_command("markdown", marks)
    test_no_line_of_a_log_is_a_command("table", marks)
    assert json.loads(render("gradescope", marks))["score"] == 2.5


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\r\nb\rc", "a b c"),
        ("\x1b[31mred\x07", "[31mred"),
        ("  ::error::x", "  . ::error::x"),
        ("a ##[group]", "a # #[group]"),
        ("\u202eevil\u200b\ufeff", "evil"),
        ("\udc80\uffff", "??"),
    ],
)
def test_clean_keeps_what_can_be_shown(text, cleaned):
    assert clean(text, lines=False) == cleaned


@pytest.mark.parametrize(
    ("value", "text"), [(7.5, "7.5"), (10.0, "10"), (0.0, "0"), (3.33, "3.33")]
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_only_all_tests_earn_all_points():
    assert room.score(10, 30, 30) == 10.0
    assert room.score(10, 2, 3) == 6.66
    assert room.score(10, 0, 30) == 0.0
    assert room.score(10, 0, 0) == 0.0


def test_what_a_stub_passes_already_earns_nothing():
    assert room.score(20, 50, 55, unearned=50) == 0.0
    assert room.score(20, 52, 55, unearned=50) == 8.0
    assert room.score(20, 40, 55, unearned=50) == 0.0
    assert room.score(20, 55, 55, unearned=50) == 20.0

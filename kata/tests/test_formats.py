"""Every format: what its reader demands, whatever a submission wrote."""

import base64
import dataclasses
import io
import json
import math
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from kata.catalog import KataError
from kata.grade import marks as room
from kata.grade.formats import FORMATS, render, table
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
    monkeypatch.delenv("OWNER", raising=False)
    for name, value in CLASSROOM_50.items():
        monkeypatch.setenv(name, value)


def kata(status, score, *, text="got 1, expected 2", **fields):
    tests = (
        TestMark("test_a_value_worked_out_by_hand", "passed", 0.01),
        TestMark(
            "test_it_agrees_with_torch[(3, 1)]",
            "passed" if status == room.SOLVED else "failed",
            0.02,
            *("AssertionError", text, 12, "assert_close(f(x[::-1]), y)"),
            *("exercises/basics/softmax.py", 9, "return x"),
        ),
        TestMark("test_not_run"),
    )
    shown = tests[: 2 if status == room.SOLVED else 3]
    mark = KataMark("basics/softmax", "Softmax", "tests/basics/test_softmax.py", 10, score, status)
    return dataclasses.replace(mark, **{"tests": shown, "seconds": 0.25} | fields)


def grade(*katas, complete=True, **fields):
    protections = {"limits": "held", "files": "this kernel has no Landlock"}
    began = "2026-11-24T08:00:00Z"
    return Marks("ada", 0, False, began, protections, katas, complete, 1.5, **fields)


def stained(text):
    """Marks with `text` wherever a submission has a hand in."""
    failed = kata(
        room.FAILED, 3.33, text=text, prints=text, mistakes=(("no_maximum", "exp overflows."),)
    )
    tests = tuple(
        dataclasses.replace(
            test, name=f"test_{text}", kind=text, answer_file=text, answer_code=text
        )
        for test in failed.tests
    )
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


@pytest.fixture(params=EXAMPLES.values(), ids=EXAMPLES)
def marks(request):
    return request.param


# --- What each reader demands ----------------------------------------------------------------


def is_plain(text):
    """No controls, and no line that is a command to a workflow."""
    controls = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert controls <= {"\n", "\t"}
    assert not [line for line in text.splitlines() if line.strip().startswith("::")]
    assert "##[" not in text


def loaded(text):
    """JSON that has plain texts only, and no NaN."""
    data = json.loads(text, parse_constant=pytest.fail)
    for value in values_of(data):
        if isinstance(value, str):
            is_plain(value)
    return data


def values_of(data):
    if isinstance(data, dict):
        data = list(data.values())
    return [value for part in data for value in values_of(part)] if type(data) is list else [data]


def check_table(marks, text):
    assert f"{number(marks.score)} of {marks.points} points" in text


def check_json(marks, text):
    assert room.from_dict(json.loads(text)) == marks


def check_junit(marks, text):
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == [mark.id for mark in marks.katas]
    for element in [root, *root]:
        assert element is root or element.tag == "testsuite"
        assert set(element.keys()) <= {"name", "tests", "failures", "errors", "time"}
        assert int(element.get("tests")) == len(list(element.iter("testcase")))
        assert int(element.get("failures")) == len(list(element.iter("failure")))
        assert int(element.get("errors")) == len(list(element.iter("error"))) == 0
    for case in root.iterfind("testsuite/*"):
        assert case.tag == "testcase"
        assert set(case.keys()) == {"name", "classname", "time"}
        assert float(case.get("time")) >= 0
        for failure in case:
            assert failure.tag == "failure"
            assert set(failure.keys()) == {"message", "type"}
            assert failure.get("message").strip()
            assert "\n" not in failure.get("message")
            is_plain(failure.text)
    unsolved = [mark.status != room.SOLVED for mark in marks.katas]
    assert [suite.get("failures") != "0" for suite in root] == unsolved


def check_markdown(marks, text):
    assert len(text.encode()) <= 900_000
    outside = outside_of_fences(text)
    assert "<" not in outside
    assert "```" not in outside
    rows = [line for line in outside.splitlines() if line.startswith("|")]
    assert len(rows) == len(marks.katas) + 2
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert outside.splitlines()[-1].startswith("Seed")
    assert "The wall: " in outside.splitlines()[-1]


def outside_of_fences(text):
    """The lines that CommonMark does not take for code."""
    outside, fence = [], ""
    for line in text.split("\n"):
        opening = re.fullmatch(r"(`{3,})text", line)
        if fence:
            fence = "" if re.fullmatch(rf" {{0,3}}{fence}`*\s*", line) else fence
        elif opening:
            fence = opening[1]
        else:
            outside.append(line)
    assert not fence
    return "\n".join(outside)


def check_classroom(marks, line):
    payload = classroom_payload(line)
    assert set(payload) == {"version", "status", "max_score", "tests"}
    assert payload["version"] == 1
    assert payload["status"] in ("pass", "fail", "error")
    assert payload["max_score"] == marks.points
    assert len(payload["tests"]) == max(1, len(marks.katas))
    keys = {"name", "status", "score", "message", "test_code"}
    for test in payload["tests"]:
        assert set(test) == keys | {"filename", "line_no", "execution_time"}
        assert type(test["score"]) in (int, float)
        assert type(test["line_no"]) is int
        assert test["line_no"] >= 0
        assert test["message"] or test["status"] != "error"
    assert sum(test["score"] for test in payload["tests"]) == pytest.approx(marks.score)


def classroom_payload(line):
    assert re.fullmatch(r"result=[A-Za-z0-9+/]+={0,2}\n", line)
    # Linux takes no longer one for an environment variable.
    assert len(line) < 128 * 1024
    return loaded(base64.b64decode(line.removeprefix("result=")))


def check_classroom50(marks, text):
    result = loaded(text)
    assert list(result) == [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
        *("commit", "release", "review", "datetime", "score", "max-score", "tests"),
    ]
    assert result["schema"] == "classroom50/result/v1"
    assert result["assignment_type"] == "individual"
    assert result["owner"] == "ada"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
    assert not [value for value in values_of(result) if isinstance(value, float)]
    for entry in [result, *result["tests"]]:
        assert type(entry["score"]) is type(entry["max-score"]) is int
        assert 0 <= entry["score"] <= entry["max-score"]
    assert [test["score"] for test in result["tests"]] == [int(m.score) for m in marks.katas]
    assert result["score"] == sum(test["score"] for test in result["tests"])
    for test in result["tests"]:
        assert {"test-name", "passed", "score", "max-score"} <= set(test)
        assert test["passed"] is (test["score"] == test["max-score"])


def check_gradescope(marks, text):
    result = loaded(text)
    assert set(result) == {"score", "execution_time", "output", "tests"}
    assert result["score"] == pytest.approx(marks.score)
    assert result["execution_time"] == math.ceil(marks.seconds)
    keys = {"score", "max_score", "status", "name", "output", "output_format", "visibility"}
    for test in result["tests"]:
        assert set(test) == keys
        assert test["status"] == ("passed" if test["score"] == test["max_score"] else "failed")
        assert 0 <= test["score"] <= test["max_score"]
        assert test["output_format"] == "md"
        assert test["visibility"] == "visible"
        assert not outside_of_fences(test["output"]).strip()


def check_prairielearn(marks, text):
    assert len(text.encode()) <= 1_000_000
    result = loaded(text)
    assert set(result) == {"gradable", "score", "tests"}
    assert result["gradable"] is True
    assert result["score"] == pytest.approx(marks.score / max(1, marks.points))
    assert 0 <= result["score"] <= 1
    assert [test["name"] for test in result["tests"]] == [mark.id for mark in marks.katas]
    for test in result["tests"]:
        assert set(test) == {"name", "description", "points", "max_points", "message", "output"}
        assert 0 <= test["points"] <= test["max_points"]


def check_exercism(marks, text):
    result = loaded(text)
    keys = {"version", "status", "tests"}
    assert set(result) == keys | ({"message"} if result["status"] == "error" else set())
    assert result["version"] == 3
    assert result["status"] in ("pass", "fail", "error")
    assert result.get("message") != ""
    outcomes = [test.outcome == "passed" for mark in marks.katas for test in mark.tests]
    assert [test["status"] == "pass" for test in result["tests"]] == outcomes
    for test in result["tests"]:
        details = set() if test["status"] == "pass" else {"message", "output"}
        assert set(test) == {"name", "status", "test_code"} | details
        assert test["status"] in ("pass", "fail", "error")
        assert len(test.get("output", "")) <= 500
        assert test.get("message") != ""


CHECKS = {name: globals()[f"check_{name}"] for name in FORMATS}


def check(name, marks):
    text = render(name, marks)
    is_plain(text)
    text.encode("utf-8")
    CHECKS[name](marks, text)


@pytest.mark.parametrize("name", FORMATS)
def test_its_reader_is_content(name, marks):
    check(name, marks)


HTML_AND_COMMANDS = ["::", ":", "##[", "##vso[", "`", "```", "|", "<script>", "\n", "\r\n"]
CONTROLS = ["\x1b[", "\x1b]0;", "\x07", "\0", "\x85", "\u2028", "\ufeff", "\u202e", "\xa0"]
NOT_IN_UTF_8_OR_XML = ["\ud800", "\udc80", "\uffff"]
PIECES = st.sampled_from(HTML_AND_COMMANDS + CONTROLS + NOT_IN_UTF_8_OR_XML)
TEXTS = st.lists(PIECES | st.characters(), max_size=40).map("".join)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TEXTS)
@example(":")
@example("\n")
def test_no_text_breaks_a_format(text):
    for name in FORMATS:
        check(name, stained(text))


def test_a_megabyte_of_prints_breaks_no_format():
    for name in FORMATS:
        check(name, grade(kata(room.FAILED, 2.5, text="x" * 1_000_000, prints="`" * 1_000_000)))


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json"}))
def test_a_secret_seed_is_not_told(name, marks):
    text = render(name, dataclasses.replace(marks, seed=SECRET_SEED, secret=True))
    told = str(classroom_payload(text)) if name == "classroom" else text
    assert str(SECRET_SEED) not in told


def test_json_tells_a_secret_seed(marks):
    secret = dataclasses.replace(marks, seed=SECRET_SEED, secret=True)
    data = json.loads(render("json", secret))
    assert (data["seed"], data["secret"]) == (SECRET_SEED, True)


# --- For people ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "problem", ["a" * 300 + "::error::b" * 9, "a " * 99 + "##[error] ::error::b"]
)
def test_no_wrapped_line_of_a_table_is_a_command(problem):
    broken = grade(kata(room.BROKEN, 0.0, problem=problem))
    for width in range(30, 130):
        console = Console(file=io.StringIO(), width=width, force_terminal=False)
        console.print(table(dataclasses.replace(broken, submission=problem)))
        is_plain(console.file.getvalue())


def test_a_table_for_a_file_has_no_colours(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    check("table", EXAMPLES["in part"])


def test_markdown_shows_the_first_failure_and_the_mistakes():
    marks = grade(kata(room.FAILED, 7.5, mistakes=(("a", "It is a."), ("b", "It is b."))))
    assert render("markdown", marks) == (
        "## ada: 7.5 of 10 points\n\n"
        "| kata | points | of | tests |\n|---|---:|---:|---|\n"
        "| basics/softmax | 7.5 | 10 | 1 of 3 tests pass |\n\n"
        "### basics/softmax\n\n"
        "This looks like: It is a.\n\n"
        "This looks like: It is b.\n\n"
        "The first of its tests that fails: it agrees with torch \\[(3, 1)\\]\n\n"
        "```text\ngot 1, expected 2\n"
        "by the test's line 12: assert_close(f(x[::-1]), y)\n"
        "at exercises/basics/softmax.py:9: return x\n```\n\n"
        "Seed 0. The wall: held: limits; not held: files (this kernel has no Landlock).\n"
    )


def test_markdown_says_that_there_was_no_room():
    many = grade(*[HEAVY] * 200)
    check("markdown", many)
    assert "left out" in outside_of_fences(render("markdown", many))


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


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_reporter_reads_the_points_and_the_messages(marks, tmp_path):
    script = tmp_path / "reporter.js"
    script.write_text(REPORTER)
    line = render("classroom", marks)
    environment = {"RUNNERS": "katas", "KATAS_RESULTS": line.strip().removeprefix("result=")}
    node = [shutil.which("node"), script]
    done = subprocess.run(node, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert not done.stderr
    read = json.loads(done.stdout)
    tests = classroom_payload(line)["tests"]
    assert read["score"] == pytest.approx(marks.score)
    assert read["shown"] == [test["message"] for test in tests if test["status"] == "error"]


@pytest.mark.parametrize(
    ("example", "status", "of_tests"),
    [
        ("solved", "pass", ["pass"]),
        ("in part", "fail", ["pass", "fail"]),
        ("to do", "fail", ["fail"]),
        ("missing", "fail", ["error"]),
        ("broken", "fail", ["error"]),
        ("unfinished", "error", ["pass"]),
        ("nothing yet", "error", ["error"]),
    ],
)
def test_classroom_tells_pass_fail_and_error_apart(example, status, of_tests):
    payload = classroom_payload(render("classroom", EXAMPLES[example]))
    assert payload["status"] == status
    assert [test["status"] for test in payload["tests"]] == of_tests


# --- The others ------------------------------------------------------------------------------


def test_classroom_50_says_what_its_runner_did_not_give(monkeypatch):
    monkeypatch.delenv("REVIEW_URL")
    monkeypatch.delenv("USERNAME")
    with pytest.raises(KataError, match="needs REVIEW_URL, OWNER or USERNAME in the environment"):
        render("classroom50", grade())


def test_prairielearn_gets_less_than_a_megabyte():
    check("prairielearn", grade(*[HEAVY] * 60))


@pytest.mark.parametrize(
    ("example", "status", "message"),
    [
        ("solved", "pass", None),
        ("in part", "fail", None),
        ("to do", "fail", None),
        ("missing", "error", "It was not handed in."),
        ("broken", "error", "could not be tested"),
        ("unfinished", "error", "The run was not finished."),
        ("nothing yet", "error", "Nothing was graded."),
    ],
)
def test_exercism_says_why_there_is_no_verdict(example, status, message):
    result = json.loads(render("exercism", EXAMPLES[example]))
    assert (result["status"], result.get("message")) == (status, message)


def test_a_test_that_was_not_run_says_why():
    marks = grade(kata(room.BROKEN, 0.0, problem="It ended at import."), kata(room.FAILED, 1.0))
    tests = json.loads(render("exercism", marks))["tests"]
    assert tests[2]["message"] == "It ended at import."
    assert tests[5]["message"] == "This test was not run."


# --- Texts and numbers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\r\nb\rc", "a b c"),
        ("\x1b[1;31mred\x1b[0m \x1b]0;title\x07and\x1b(B \x9b1mplain\x07", "red and plain"),
        ("a\x1b]no end", "ano end"),
        ("  ::error::x", "  : :error: :x"),
        (":\x1b[0m:error:::", ": :error: : :"),
        ("a ##[group] ##VSO[b]", "a # #[group] # #VSO[b]"),
        ("\u202eevil\u200b\ufeff", "evil"),
        ("\udc80\uffff", "??"),
    ],
)
def test_clean_keeps_what_can_be_shown(text, cleaned):
    assert clean(text, lines=False) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\ta\r\nb\rc", "\ta\nb\nc"),
        ("x[::2]\n\xa0::error::y", "x[::2]\n\xa0. ::error::y"),
        (":\u200b:error::y", ". ::error::y"),
    ],
)
def test_clean_keeps_lines(text, cleaned):
    assert clean(text, lines=True) == cleaned


@given(TEXTS, st.booleans())
@settings(deadline=None, derandomize=True)
def test_clean_leaves_alone_what_is_clean(text, lines):
    once = clean(text, lines=lines)
    is_plain(once)
    assert clean(once, lines=lines) == once
    assert lines or not {"\n", "\t"} & set(once)


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.5, "7.5"), (10.0, "10"), (100.0, "100"), (0.0, "0"), (3.33, "3.33"), (0.1 + 0.2, "0.3")],
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

"""What single platforms make of marks."""

import json
import shutil
import subprocess

import pytest

from kata.catalog import KataError
from kata.grade import marks as room
from kata.grade.formats import render
from kata.tests.grade.examples import EXAMPLES, HEAVY, grade, kata
from kata.tests.grade.readers import check, classroom_payload

pytestmark = pytest.mark.usefixtures("classroom_50")

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


# --- The others ------------------------------------------------------------------------------


def test_classroom_50_says_what_its_runner_did_not_give(monkeypatch):
    monkeypatch.delenv("REVIEW_URL")
    monkeypatch.delenv("USERNAME")
    with pytest.raises(KataError, match="needs REVIEW_URL, OWNER or USERNAME in the environment"):
        render("classroom50", grade())


def test_classroom_50_is_told_of_a_group(monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_TYPE", "group")
    assert json.loads(render("classroom50", grade()))["assignment_type"] == "group"


def test_scores_add_up_without_rounding_errors_in_any_order():
    katas = [
        kata(room.FAILED, room.score(10, {"a": True, **dict.fromkeys(range(n), False)}, ()))
        for n in range(1, 60)
    ]
    totals = {sum(mark.score for mark in order) for order in (katas, katas[::-1])}
    assert totals == {grade(*katas).score}
    assert {(4 * mark.score) % 1 for mark in katas} == {0.0}


def test_prairielearn_gets_less_than_a_megabyte():
    check("prairielearn", grade(*[HEAVY] * 60))


# What Classroom says of the run and of each kata, and Exercism of the run and why.
STATES = {
    "solved": ("pass", ["pass"], "pass", None),
    "in part": ("fail", ["pass", "fail"], "fail", None),
    "to do": ("fail", ["fail"], "fail", None),
    "missing": ("fail", ["error"], "error", "It was not handed in."),
    "broken": ("fail", ["error"], "error", "could not be tested"),
    "unfinished": ("error", ["pass"], "error", "Grading did not finish."),
    "nothing yet": ("error", ["error"], "error", "Nothing was graded."),
}


@pytest.mark.parametrize("example", STATES)
def test_pass_fail_and_error_are_told_apart_and_explained(example):
    status, of_tests, exercism_status, message = STATES[example]
    payload = classroom_payload(render("classroom", EXAMPLES[example]))
    assert payload["status"] == status
    assert [test["status"] for test in payload["tests"]] == of_tests
    result = json.loads(render("exercism", EXAMPLES[example]))
    assert (result["status"], result.get("message")) == (exercism_status, message)


def test_a_test_that_was_not_run_says_why():
    marks = grade(kata(room.BROKEN, 0.0, problem="It ended at import."), kata(room.FAILED, 1.0))
    tests = json.loads(render("exercism", marks))["tests"]
    assert tests[2]["message"] == "It ended at import."
    assert tests[5]["message"] == "This test was not run."

"""What the reader of each format demands."""

import base64
import json
import math
import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest

from kata.grade import marks as room
from kata.grade.formats import FORMATS, render
from kata.grade.text import number


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
    data = json.loads(text, parse_constant=pytest.fail)
    json.dumps(data, ensure_ascii=False).encode()
    told = json.dumps(room.to_dict(marks), ensure_ascii=False).encode("utf-8", "replace")
    assert room.from_dict(data) == room.from_dict(json.loads(told))


# By Ant's schema: what a suite has to have, and the order of what is in it.
OF_A_SUITE = {"name", "tests", "failures", "errors", "time", "id", "package", "hostname"}


def check_junit(marks, text):
    root = ET.fromstring(text.encode())
    assert (root.tag, root.keys()) == ("testsuites", [])
    assert [suite.get("name") for suite in root] == [mark.id for mark in marks.katas]
    for place, suite in enumerate(root):
        assert suite.tag == "testsuite"
        assert set(suite.keys()) == OF_A_SUITE | {"timestamp"}
        assert suite.get("id") == str(place)
        assert suite.get("package").strip()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
        first, *cases, out, err = suite
        assert (first.tag, out.tag, err.tag) == ("properties", "system-out", "system-err")
        assert {case.tag for case in cases} == {"testcase"}
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == len(list(suite.iter("failure")))
        assert int(suite.get("errors")) == len(list(suite.iter("error"))) == 0
    for case in root.iterfind("testsuite/testcase"):
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
    assert outside.splitlines()[-1].startswith("Seed ")
    assert "Protections that" in outside.splitlines()[-1]


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

"""The files for teachers' platforms keep the rules of those platforms."""

import py_compile
import re
import subprocess
import sys

import pytest
import yaml

from kata.tests.conftest import ROOT

CLASSROOM = ROOT / "classroom"
ACTIONS = CLASSROOM / "github-actions" / "grade.yml"
REPORTER = CLASSROOM / "github-classroom" / "autograding.yml"
AUTOGRADER = CLASSROOM / "classroom50" / "autograder.py"
SCRIPTS = [CLASSROOM / "gradescope" / name for name in ("setup.sh", "run_autograder")]
WORKFLOWS = [ACTIONS, REPORTER]


def name_of(path):
    return path.name


@pytest.fixture(params=WORKFLOWS, ids=name_of)
def workflow(request):
    return yaml.safe_load(request.param.read_text("utf-8"))


def steps_of(workflow):
    (job,) = workflow["jobs"].values()
    return job["steps"]


def uses(workflow, action):
    return [step for step in steps_of(workflow) if step.get("uses", "").startswith(f"{action}@")]


def commands(workflow):
    return "\n".join(step.get("run", "") for step in steps_of(workflow))


def test_a_workflow_says_what_to_grade_with_in_one_place(workflow):
    assert workflow["env"]["KATAS_REPOSITORY"] == "OWNER/NAME"
    assert re.fullmatch("[0-9a-f]{40}", workflow["env"]["KATAS_COMMIT"])
    assert workflow["env"]["KATAS"] == ""
    assert "download.pytorch.org/whl/cpu" in workflow["env"]["PIP_EXTRA_INDEX_URL"]


def test_a_workflow_checks_out_both_sides_and_leaves_no_token(workflow):
    submission, katas = (step["with"] for step in uses(workflow, "actions/checkout"))
    assert submission == {"path": "submission", "persist-credentials": False}
    assert katas["repository"] == "${{ env.KATAS_REPOSITORY }}"
    assert katas["ref"] == "${{ env.KATAS_COMMIT }}"
    assert katas["persist-credentials"] is False
    assert "secrets." not in str(workflow)


def test_a_workflow_installs_the_pristine_tool_with_a_cache(workflow):
    (setup,) = uses(workflow, "actions/setup-python")
    assert setup["with"]["cache"] == "pip"
    assert setup["with"]["cache-dependency-path"] == "katas/pyproject.toml"
    installed = re.findall("pip install.*", commands(workflow))
    assert installed == ["pip install -e katas"]


def test_a_workflow_has_a_time_limit_and_fixed_versions(workflow):
    (job,) = workflow["jobs"].values()
    assert 0 < job["timeout-minutes"] <= 60
    used = [step["uses"] for step in steps_of(workflow) if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action) for action in used)


@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for Linux")
def test_a_workflow_that_is_not_filled_in_says_so(workflow):
    check = steps_of(workflow)[0]["run"]
    codes = {}
    for commit in ("0" * 40, "", "0123456789abcdef" * 2 + "01234567"):
        done = subprocess.run(
            ["bash", "-e", "-c", check], env={"KATAS_COMMIT": commit}, capture_output=True
        )
        codes[commit[:4]] = done.returncode, b"::error::Write KATAS_REPOSITORY" in done.stdout
    assert codes == {"0000": (1, True), "": (1, True), "0123": (0, False)}


def test_the_plain_workflow_may_only_read_and_shows_the_marks():
    workflow = yaml.safe_load(ACTIONS.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert "kata grade ../submission $KATAS" in commands(workflow)
    assert "--format markdown --output ../marks.md" in commands(workflow)
    assert 'cat marks.md >> "$GITHUB_STEP_SUMMARY"' in commands(workflow)
    (upload,) = uses(workflow, "actions/upload-artifact")
    assert upload["with"]["path"] == "marks.json"


def test_the_reporter_finds_its_workflow_its_job_and_its_marks():
    workflow = yaml.safe_load(REPORTER.read_text("utf-8"))
    assert workflow["name"] == "Autograding Tests"
    assert list(workflow["jobs"]) == ["run-autograding-tests"]
    (grading,) = [step for step in steps_of(workflow) if "id" in step]
    assert re.fullmatch("[a-z0-9]+", grading["id"])
    assert "--format classroom --output ../result" in grading["run"]
    assert 'cat ../result >> "$GITHUB_OUTPUT"' in grading["run"]
    (reporter,) = uses(workflow, "classroom-resources/autograding-grading-reporter")
    assert reporter["uses"].endswith("@v1")
    assert reporter["with"]["runners"] == grading["id"]
    result = f"${{{{ steps.{grading['id']}.outputs.result }}}}"
    assert reporter["env"] == {f"{grading['id'].upper()}_RESULTS": result}


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
@pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for Linux")
def test_a_script_of_gradescope_is_a_script(script):
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    assert b"\r" not in script.read_bytes()
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such right there")
@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_a_script_of_gradescope_may_be_executed(script):
    assert script.stat().st_mode & 0o111


def test_gradescope_gets_its_results_where_it_looks():
    text = SCRIPTS[1].read_text("utf-8")
    assert "kata grade /autograder/submission $KATAS" in text
    assert "--format gradescope --output /autograder/results/results.json" in text


def test_the_autograder_is_python(tmp_path):
    py_compile.compile(str(AUTOGRADER), cfile=str(tmp_path / "autograder.pyc"), doraise=True)

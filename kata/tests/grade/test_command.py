"""`kata grade` of one submission at a terminal: the reports that it writes and prints."""

import json

import pytest

from kata.tests.grade.support import hand_in, solutions


def test_each_format_goes_to_its_file_and_the_last_one_to_the_terminal(said, tmp_path):
    hand_in(tmp_path / "ada", softmax=solutions()["softmax"])
    file = tmp_path / "marks.json"
    file.write_text("of an earlier run")
    formats = ["--format", "json", "--format", "markdown", "--output", file]
    code, out, err = said("grade", tmp_path / "ada", "softmax", *formats)
    assert code in (0, None), err
    [marks] = json.loads(file.read_text())["katas"]
    assert marks["status"] == "solved"
    assert "| basics/softmax | 10 | 10 | solved: all " in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada", "marks.json"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--format", "yaml"], "There is no format 'yaml': choose from "),
        (["--output", "marks.json"], "marks.json has no format: add --format."),
        (["--format", "json", "--format", "junit"], "The format json has no file: add --output."),
        (["--format", "json", "--output", "none/a.json"], "none is not a folder: none/a.json"),
        (["--format", "json", "--output", "docs"], "docs is a folder: name the file to write."),
    ],
)
def test_reports_that_cannot_be_written_are_told_before_anything_is_graded(
    said, tmp_path, arguments, text
):
    code, _, err = said("grade", tmp_path, *arguments)
    assert (code, len(err.splitlines())) == (2, 1)
    assert text in err

"""What a class is read from and written to, whatever strangers named it."""

import os
import re

import pytest

from kata.catalog import KataError
from kata.grade import roster, workers
from kata.grade.marks import Marks, to_dict
from kata.grade.workers import News
from kata.tests.grade.support import FORMULA, hand_in, stored

LONG = "x" * 200


def test_marks_go_beside_the_class_and_never_into_it(tmp_path):
    homework = tmp_path / "homework"
    (homework / "ada").mkdir(parents=True)
    assert roster.folder_of_marks(homework, None) == tmp_path / "homework-marks"
    assert roster.folder_of_marks(homework, tmp_path / "marks") == tmp_path / "marks"
    link = tmp_path / "link"
    link.symlink_to(homework / "ada")
    for output in (homework, homework / "marks", homework / "ada" / "marks", link):
        with pytest.raises(KataError, match="lies among the submissions"):
            roster.folder_of_marks(homework, output)
    submissions = homework.rename(tmp_path / "submissions")
    with pytest.raises(KataError, match="lies among the submissions"):
        roster.folder_of_marks(submissions, tmp_path)


def test_a_class_needs_submissions(katas, chosen, tmp_path):
    def grade(folder):
        roster.grade_class(katas, folder, chosen, (0, False), tmp_path / "marks")

    with pytest.raises(KataError, match="cannot be read: No such file"):
        grade(tmp_path / "nowhere")
    homework = tmp_path / "homework"
    homework.mkdir()
    (homework / "notes.txt").write_text("")
    (homework / ".hidden").mkdir()
    with pytest.raises(KataError, match="contains no folders or zips"):
        grade(homework)
    hand_in(homework)
    with pytest.raises(KataError, match="is a single submission"):
        grade(homework)
    assert not (tmp_path / "marks").exists()


def test_a_folder_that_cannot_be_written_to_is_told(katas, chosen, handed_in, tmp_path):
    (tmp_path / "marks").write_text("a file")
    with pytest.raises(KataError, match=r"Cannot write to .*marks: File exists"):
        roster.grade_class(katas, handed_in, chosen, (0, False), tmp_path / "marks")


NAMES_OF_STRANGERS = (
    "ada", "ADA.md", "run", "a..", "-rf", LONG, LONG + "y", "a/b"[::2], "two\nlines", "two lines",
    FORMULA, "名前", os.fsdecode(b"\xff\xfe"), os.fsdecode(b"\xff\xfd"), "CON ", "a\\b", "{}",
)  # fmt: skip


def test_every_name_has_a_file_of_its_own(katas, chosen, tmp_path, monkeypatch):
    homework = tmp_path / "homework"
    for name in NAMES_OF_STRANGERS:
        (homework / name / "exercises").mkdir(parents=True)

    def work(root, count, tasks):
        for task in tasks:
            marks = Marks(task.name, task.seed, task.secret, "", {}, complete=True)
            yield News(task.name, to_dict(marks))

    monkeypatch.setattr(workers, "on_this_machine", work)
    output = tmp_path / "marks"
    rows = roster.grade_class(katas, homework, chosen, (0, False), output)
    assert {row.name for row in rows} == set(NAMES_OF_STRANGERS)
    assert set(stored(output)) == set(NAMES_OF_STRANGERS)
    files = [file.name for file in (output / "submissions").iterdir()]
    assert all(re.fullmatch(r"[\w.-]{1,110}\.json", name, re.ASCII) for name in files)
    assert "ada.json" in files

"""Who is in a class: by a roster, or by what lies in a folder."""

import pytest

from kata.catalog import KataError
from kata.grade import students

ROSTER = "name,id,submission\nAda Lovelace,ada,work/ada\nBob,bob,\nEve,eve,work/eve.zip\n"


@pytest.fixture
def roster(tmp_path):
    """Writes a roster, given as text or bytes, beside the work of ada; gives its path."""
    (tmp_path / "work" / "ada").mkdir(parents=True)

    def roster(text):
        file = tmp_path / "roster.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return roster


def test_everyone_in_a_roster_is_in_the_class(roster):
    file = roster(ROSTER)
    ada, bob, eve = students.of_class(file)
    assert (ada.id, ada.name, ada.submission) == ("ada", "Ada Lovelace", file.parent / "work/ada")
    assert (bob.submission, bob.has_nothing, bob.problem) == (None, True, "Nothing was handed in.")
    assert (eve.submission, eve.has_nothing) == (None, True)
    assert eve.problem == "Nothing was handed in: work/eve.zip is not there."
    assert students.paths_of(file) == [ada.submission]


SAME = {
    "semicolons": ROSTER.replace(",", ";"),
    "tabs": ROSTER.replace(",", "\t"),
    "a byte order mark": "\ufeff" + ROSTER,
    "lines of Windows": ROSTER.replace("\n", "\r\n"),
    "empty lines": ROSTER.replace("\n", "\n\n"),
    "no last line end": ROSTER.rstrip(),
    "spaces": ROSTER.replace(",", " , "),
    "quotation marks": ROSTER.replace("Ada Lovelace", '"Ada Lovelace"'),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_a_roster_may_be_written_in_several_ways(roster, text):
    found = [(one.id, one.name, one.has_nothing) for one in students.of_class(roster(text))]
    assert found == [("ada", "Ada Lovelace", False), ("bob", "Bob", True), ("eve", "Eve", True)]


def test_other_columns_are_kept(roster):
    (ada,) = students.of_class(roster("section,id,name,submission\nB,ada,Ada,\n"))
    assert ada.columns["section"] == "B"


BAD = {
    "no column id": ("name,submission\nAda,\n", "has no column 'id': its header needs name"),
    "no column submission": ("name,id\nAda,ada\n", "has no column 'submission'"),
    "a column twice": ("name,id,submission,id\nAda,ada,,1\n", "has two columns 'id'"),
    "a student twice": (ROSTER + "Ada,ada,\n", "has the student 'ada' twice"),
    "a student in capitals": (ROSTER + "Ada,ADA,\n", "has 'ada' and 'ADA': write the ids more"),
    "no id": (ROSTER + "Max,,work/max\n", "has a student without an id"),
    "too few cells": (ROSTER + "Max,max\n", "the row of 'Max' has 2 cells, the header 3"),
    "too many cells": (ROSTER + "Max,max,,\n", "the row of 'Max' has 4 cells, the header 3"),
    "a quotation mark too many": (ROSTER + '"Max" M,max,\n', "is no CSV that can be read"),
    "no students": ("name,id,submission\n", "has no students"),
    "nothing": ("", "has no column 'name'"),
    "UTF-16": (ROSTER.encode("utf-16"), "is not UTF-8 text: save it as CSV in UTF-8"),
    "Latin-1": ("name,id,submission\nJosé,jose,\n".encode("latin-1"), "is not UTF-8 text"),
    "too much": (b"x" * (11 << 20), "larger than 10,485,760 bytes: that is no roster"),
    "a picture": (bytes(range(256)) * 9, "is not UTF-8 text"),
    "NUL": (b"\0" * 99, "has no column 'name'"),
}


@pytest.mark.parametrize(("text", "problem"), BAD.values(), ids=BAD)
def test_what_is_wrong_in_a_roster_is_told_in_a_sentence(roster, text, problem):
    with pytest.raises(KataError, match=problem) as caught:
        students.of_class(roster(text))
    assert "\n" not in str(caught.value)


def test_folders_and_zips_in_a_folder_are_the_class(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("bob.zip", "eve.tar.gz", "max.RAR", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "sue").symlink_to("ada")
    found = {one.id: one for one in students.of_class(tmp_path)}
    assert list(found) == ["ada", "bob", "eve.tar.gz", "max.RAR", "sue"]
    assert found["bob"].submission == tmp_path / "bob.zip"
    assert "no zip" in found["eve.tar.gz"].problem
    assert "no zip" in found["max.RAR"].problem
    assert "a link" in found["sue"].problem
    assert not any(one.has_nothing for one in found.values())


def test_a_folder_and_a_zip_of_one_name_are_too_many(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada.zip").touch()
    with pytest.raises(KataError, match="has the student 'ada' twice"):
        students.of_class(tmp_path)

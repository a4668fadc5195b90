"""What is taken from folders and zips, and what is refused in words."""

import os
import stat
import warnings
import zipfile

import pytest

from kata.grade import submission
from kata.grade.submission import NoSubmissionError, read

SOFTMAX = "exercises/basics/softmax.py"
SOURCE = b"def softmax(x, axis=-1):\n    return x\n"


def entry(name=SOFTMAX, **fields):
    info = zipfile.ZipInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


@pytest.fixture
def zipped(tmp_path):
    """Makes a zip of entries, each a name (or a ZipInfo) with its content; gives its path."""

    def zipped(*entries, **options):
        path = tmp_path / "ada.zip"
        with zipfile.ZipFile(path, "w", **options) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of two files of one name.
            for name, content in entries:
                info = name
                if isinstance(name, str):  # Not of this minute: the same in every run.
                    info = entry(name, compress_type=archive.compression)
                archive.writestr(info, content)
        return path

    return zipped


TAKEN = {
    "at the top": [SOFTMAX],
    "in the folder that was zipped": [f"homework-main/{SOFTMAX}", "homework-main/README.md"],
    "beside what a Mac adds": [SOFTMAX, "__MACOSX/exercises/basics/._softmax.py"],
    "beside a whole repository": [SOFTMAX, "tests/exercises/x.py", "kata/exercises/y.py"],
    "by Windows": [SOFTMAX.replace("/", "\\")],
    "with its folders": ["exercises/", "exercises/basics/", SOFTMAX],
}


@pytest.mark.parametrize("names", TAKEN.values(), ids=TAKEN)
def test_a_zip_is_taken_without_unpacking_it(zipped, tmp_path, names):
    path = zipped(*((name, b"" if name.endswith("/") else SOURCE) for name in names))
    taken = read(path)
    assert (taken.name, taken.sources, taken.refused) == ("ada", {SOFTMAX: SOURCE}, {})
    assert list(tmp_path.iterdir()) == [path]


NO_ZIPS = {
    "a path that leads out": ([SOFTMAX, "exercises/../../evil.py"], "a path that leads out of it"),
    "a path of Windows that leads out": (["exercises\\..\\..\\evil.py"], "that leads out of it"),
    "an absolute path": (["/exercises/basics/softmax.py"], "a path that leads out of it"),
    "two of one name": ([SOFTMAX, SOFTMAX], "two files of one name"),
    "two folders of answers": ([f"a/{SOFTMAX}", f"b/{SOFTMAX}"], "more than one exercises/ folder"),
    "no answers": (["softmax.py"], "contains no exercises/ folder"),
    "answers too deep": ([f"a/b/{SOFTMAX}"], "contains no exercises/ folder"),
    "nothing": ([], "contains no exercises/ folder"),
}


@pytest.mark.parametrize(("names", "problem"), NO_ZIPS.values(), ids=NO_ZIPS)
def test_a_zip_that_is_not_as_it_should_be_is_refused(zipped, names, problem):
    with pytest.raises(NoSubmissionError, match=problem) as caught:
        read(zipped(*((name, SOURCE) for name in names)))
    assert "\n" not in str(caught.value)


def test_a_zip_of_too_many_names_is_refused(zipped, monkeypatch):
    names = [(SOFTMAX, SOURCE), *((f"{number}.txt", b"") for number in range(10))]
    assert read(zipped(*names)).sources == {SOFTMAX: SOURCE}
    with monkeypatch.context() as patch:
        patch.setattr(submission, "_MOST_BYTES_OF_NAMES", 500)
        with pytest.raises(NoSubmissionError, match="too many names"):
            read(zipped(*names))
    # One of the long kind says elsewhere how many there are.
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5)
    with pytest.raises(NoSubmissionError, match="too many names"):
        read(zipped(*names))


def test_a_zip_may_have_a_comment(zipped):
    path = zipped((SOFTMAX, SOURCE))
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"x" * 0xFFFF
    assert read(path).sources == {SOFTMAX: SOURCE}


def test_a_zip_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "ada.zip"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(NoSubmissionError, match="is larger than 104,857,600 bytes"):
        read(path)


def test_a_zip_that_is_spoilt_is_refused_or_read_in_part(zipped):
    path = zipped((SOFTMAX, SOURCE * 50), compression=zipfile.ZIP_DEFLATED)
    whole, reasons = path.read_bytes(), set()
    for place in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0xFF
        path.write_bytes(spoilt)
        try:
            taken = read(path)
        except NoSubmissionError:
            continue
        # What does not decide the content may have any value.
        assert {*taken.sources.values()} <= {SOURCE * 50}
        reasons |= {*taken.refused.values()}
    assert "it is spoilt" in reasons
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(NoSubmissionError, match="is no zip that can be read"):
            read(path)


REFUSED = {
    "a link": (entry(external_attr=(stat.S_IFLNK | 0o777) << 16), b"/etc/passwd", "it is a link"),
    "a bomb": (entry(compress_type=zipfile.ZIP_DEFLATED), b"0" * (64 << 20), "larger than 262,144"),
    "bzip2": (entry(compress_type=zipfile.ZIP_BZIP2), SOURCE, "compressed in an unusual way"),
    "LZMA": (entry(compress_type=zipfile.ZIP_LZMA), SOURCE, "compressed in an unusual way"),
}


@pytest.mark.parametrize(("info", "content", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_in_a_zip_that_is_no_small_file_is_refused(zipped, info, content, reason):
    taken = read(zipped((info, content), ("exercises/basics/relu.py", SOURCE)))
    assert list(taken.sources) == ["exercises/basics/relu.py"]
    assert reason in taken.refused[SOFTMAX]


def test_an_encrypted_file_is_refused(zipped):
    path = zipped((SOFTMAX, SOURCE))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert read(path).refused == {SOFTMAX: "it is encrypted"}


def test_what_is_neither_a_folder_nor_a_zip_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "text").write_text("no zip")
    for name, problem in (
        ("pipe", "is neither a folder nor a zip"),
        ("link", "cannot be read: it is a link"),
        ("text", "is no zip that can be read"),
        ("nothing", "cannot be read: no such file"),
    ):
        with pytest.raises(NoSubmissionError, match=problem) as caught:
            read(tmp_path / name)
        assert caught.value.note.startswith(("It is ", "It cannot be read"))


def test_a_folder_without_answers_is_refused(tmp_path):
    with pytest.raises(NoSubmissionError, match="contains no exercises/ folder"):
        read(tmp_path)
    (tmp_path / "exercises").touch()
    with pytest.raises(NoSubmissionError, match="contains no exercises/ folder"):
        read(tmp_path)


# --- Links that are put there while a folder is read -----------------------------------------


@pytest.fixture
def stolen(tmp_path):
    """A folder that no submission may lead to."""
    folder = tmp_path / "solutions" / "exercises" / "basics"
    folder.mkdir(parents=True)
    (folder / "softmax.py").write_bytes(b"stolen = 1\n")
    return tmp_path / "solutions"


SWAPS = {
    "the submission": ".",
    "the folder of the answers": "exercises",
    "a topic": "exercises/basics",
    "a file": SOFTMAX,
}


@pytest.mark.parametrize("call", ["open", "scandir", "stat"])
@pytest.mark.parametrize("swapped", SWAPS.values(), ids=SWAPS)
def test_no_link_that_is_swapped_in_is_followed(tmp_path, stolen, monkeypatch, swapped, call):
    """At each call that the reader makes, whichever is next, something becomes a link."""
    untouched = getattr(os, call)
    done, moment = False, 0
    while not done:
        folder = tmp_path / f"ada{moment}"
        (folder / "exercises" / "basics").mkdir(parents=True)
        (folder / SOFTMAX).write_bytes(SOURCE)
        left = moment

        def swap_before(*args, folder=folder, **kwargs):
            nonlocal left
            if left == 0:
                (folder / swapped).rename(folder.with_suffix(".away"))
                (folder / swapped).symlink_to(stolen / swapped)
            left -= 1
            return untouched(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, swap_before)
            try:
                sources = read(folder).sources
            except NoSubmissionError:
                sources = {}
        assert b"stolen = 1\n" not in sources.values()
        done, moment = left >= 0, moment + 1
    assert moment > 1


def test_folders_deeper_than_any_answer_are_left_out(tmp_path):
    deep = tmp_path / "exercises" / "/".join("a" * 30)
    deep.mkdir(parents=True)
    (deep / "deep.py").write_bytes(SOURCE)
    (tmp_path / "exercises" / "a" / "a.py").write_bytes(SOURCE)
    assert list(read(tmp_path).sources) == ["exercises/a/a.py"]

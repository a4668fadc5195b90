"""Records on the disk: whatever happens, the old or the new one is there, whole."""

import os

import pytest

from kata import store
from kata.catalog import KataError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "folder" / "record.json"


def test_what_is_saved_is_read(file):
    assert store.read(file, list) is None
    store.save(file, ["größte", 1.5])
    assert store.read(file, list) == ["größte", 1.5]


def test_a_byte_order_mark_does_no_harm(file):
    store.save(file, [])
    file.write_text("\ufeff[1]", encoding="utf-8")
    assert store.read(file, list) == [1]


@pytest.mark.parametrize("content", ["", "{", "3", "\0", "[" * 100_000], ids=lambda text: text[:3])
def test_a_damaged_file_is_named_and_set_aside(file, content):
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(KataError, match=r"record\.json cannot be read .* run the command again"):
        store.read(file, list)
    assert file.with_name("record.broken.json").read_text() == content
    assert store.read(file, list) is None


def test_a_second_damaged_file_is_set_aside_beside_the_first(file):
    file.parent.mkdir()
    for content in ("first", "second"):
        file.write_text(content)
        with pytest.raises(KataError):
            store.read(file, list)
    kept = [
        file.with_name(name).read_text() for name in ("record.broken.json", "record.broken2.json")
    ]
    assert kept == ["first", "second"]


def test_a_file_that_is_none_is_named_and_left_there(file):
    file.mkdir(parents=True)
    with pytest.raises(KataError, match=r"Cannot read .*record\.json"):
        store.read(file, list)
    assert file.is_dir()


def test_what_cannot_be_put_in_place_leaves_nothing_behind(file):
    file.mkdir(parents=True)
    with pytest.raises(KataError, match=r"Cannot write .*record\.json"):
        store.save(file, [])
    assert [*file.parent.iterdir()] == [file]


def test_a_folder_that_cannot_be_written_is_named(file):
    file.parent.write_text("a file where the folder should be")
    with pytest.raises(KataError, match=r"Cannot write .*record\.json"):
        store.save(file, [])
    with pytest.raises(KataError, match="Cannot write"), store.locked(file, "busy"):
        pass


def test_a_file_is_replaced_whole_or_not_at_all(file, monkeypatch):
    store.write_whole(file, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space"):
        store.write_whole(file, b"new")
    with pytest.raises(KataError, match="no space"):
        store.write(file, "new")
    assert file.read_bytes() == b"old"


def test_a_lock_is_held_by_one_at_a_time_and_then_let_go(file):
    with (
        store.locked(file, "busy"),
        pytest.raises(KataError, match="busy"),
        store.locked(file, "busy"),
    ):
        pass
    with store.locked(file, "busy"):
        pass

"""A save is noticed once, however the program that saves goes about it."""

import os

import pytest

from kata import saves
from kata.saves import Saves


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "answer.py"
    file.write_text("first")
    return file


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(saves.time, "monotonic", lambda: now[0])
    return now


def test_a_save_is_new_until_it_is_taken_for_seen(file):
    of_file = Saves(file)
    assert not of_file.are_new()
    file.write_text("second version")
    assert of_file.are_new()
    of_file.take()
    assert not of_file.are_new()


def test_a_save_that_empties_the_file_first_is_one(file, clock):
    of_file = Saves(file)
    with file.open("w") as stream:
        clock[0] += 0.4
        assert not of_file.are_new()
        stream.write("second version")
    assert of_file.are_new()
    of_file.take()
    assert not of_file.are_new()


def test_a_file_that_stays_empty_is_new_after_a_while(file, clock):
    of_file = Saves(file)
    file.write_text("")
    assert not of_file.are_new()
    clock[0] += 0.6
    assert of_file.are_new()
    of_file.take()
    assert not of_file.are_new()


def test_a_file_that_is_removed_is_new_at_once_and_again_when_it_is_back(file):
    of_file = Saves(file)
    file.unlink()
    assert of_file.are_new()
    of_file.take()
    assert not of_file.are_new()
    file.write_text("back")
    assert of_file.are_new()


def test_a_save_of_the_same_size_is_new(file):
    of_file = Saves(file)
    state = file.stat()
    file.write_text("other")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert of_file.are_new()

"""What an answer prints is kept up to a limit, and costs next to nothing beyond it."""

import contextlib
import io

import pytest

from kata.prints import PRINTS_KEPT, Prints, caught


class Loud:
    """Counts how often it is turned into text."""

    def __init__(self):
        self.times = 0

    def __str__(self):
        self.times += 1
        return "x" * 99


@pytest.fixture
def loud():
    return Loud()


def test_the_beginning_is_kept(loud):
    prints = Prints()
    with caught(prints):
        print("a", "b", sep="-")
        for _ in range(1000):
            print(loud)
    assert prints.is_full
    text = prints.take()
    assert text.startswith("a-b\nxxx")
    assert len(text) == PRINTS_KEPT
    assert prints.take() == ""


def test_what_is_not_kept_is_not_turned_into_text(loud):
    with caught(Prints()):
        for _ in range(1000):
            print(loud)
    assert loud.times == PRINTS_KEPT // 100


def test_what_is_printed_elsewhere_is_printed_in_full(loud):
    prints, elsewhere = Prints(), io.StringIO()
    with caught(prints):
        print("x" * PRINTS_KEPT)
        print(loud, file=elsewhere)
        with contextlib.redirect_stdout(elsewhere):
            print(loud)
    assert elsewhere.getvalue() == ("x" * 99 + "\n") * 2


def test_afterwards_print_is_as_it_was(capsys):
    before = print
    with pytest.raises(KeyError), caught(Prints()):
        raise KeyError
    assert print is before
    print("seen")
    assert capsys.readouterr().out == "seen\n"

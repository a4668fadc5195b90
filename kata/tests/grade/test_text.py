"""Texts of strangers made harmless, and marks as numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kata.grade import marks as room
from kata.grade.text import clean, number
from kata.tests.grade.readers import is_plain
from kata.tests.grade.support import TEXTS


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\r\nb\rc", "a b c"),
        ("\x1b[1;31mred\x1b[0m \x1b]0;title\x07and\x1b(B \x9b1mplain\x07", "red and plain"),
        ("a\x1b]no end", "ano end"),
        ("  ::error::x", "  : :error: :x"),
        (":\x1b[0m:error:::", ": :error: : :"),
        ("a ##[group] ##VSO[b]", "a # #[group] # #VSO[b]"),
        ("\u202eevil\u200b\ufeff", "evil"),
        ("\udc80\uffff", "??"),
    ],
)
def test_clean_keeps_what_can_be_shown(text, cleaned):
    assert clean(text, lines=False) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\ta\r\nb\rc", "\ta\nb\nc"),
        ("x[::2]\n\xa0::error::y", "x[::2]\n\xa0. ::error::y"),
        (":\u200b:error::y", ". ::error::y"),
    ],
)
def test_clean_keeps_lines(text, cleaned):
    assert clean(text, lines=True) == cleaned


@given(TEXTS, st.booleans())
@settings(deadline=None, derandomize=True)
def test_clean_leaves_alone_what_is_clean(text, lines):
    once = clean(text, lines=lines)
    is_plain(once)
    assert clean(once, lines=lines) == once
    assert lines or not {"\n", "\t"} & set(once)


@pytest.mark.parametrize("piece", ["\n", "\n ", "\x1b]", "\x1b[0", "\x9b", ":", "\r", " \t", "##["])
def test_a_long_text_takes_no_longer_than_it_is(piece):
    """Where the time grew as its square, this would not come to an end."""
    for lines in (True, False):
        is_plain(clean(piece * 300_000, lines=lines))


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.5, "7.5"), (10.0, "10"), (100.0, "100"), (0.0, "0"), (3.33, "3.33"), (0.1 + 0.2, "0.3")],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def outcomes(passed, failed):
    """So many tests of a kata: those that pass come first."""
    return {f"test_{n}": n < passed for n in range(passed + failed)}


def test_only_all_tests_earn_all_points():
    assert room.score(10, outcomes(30, 0), free=()) == 10.0
    assert room.score(10, outcomes(2, 1), free=()) == 6.5
    assert room.score(10, outcomes(0, 30), free=()) == 0.0
    assert room.score(10, {}, free=()) == 0.0


def test_what_passes_without_work_earns_nothing():
    free = [f"test_{n}" for n in range(50)]
    assert room.score(20, outcomes(50, 5), free) == 0.0
    assert room.score(20, outcomes(52, 3), free) == 8.0
    assert room.score(20, outcomes(55, 0), free) == 20.0
    assert room.score(20, outcomes(55, 0), [*free, "test_53"]) == 20.0


def test_to_fail_what_passes_without_work_costs_its_share():
    # All that earn pass; of the others, 2 of all 8 are lost.
    assert room.score(10, outcomes(6, 2), free=["test_0", "test_1", "test_6", "test_7"]) == 7.5
    assert room.score(10, outcomes(3, 1), free=["test_0", "test_3"]) == 7.5
    assert room.score(10, outcomes(0, 4), free=["test_3"]) == 0.0

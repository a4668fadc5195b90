import re
from collections import Counter
from functools import partial
from itertools import pairwise

import pytest

from exercises.attention.bpe import encode, train_bpe
from kata.testing import assert_close, manners

LOW = {"low": 5, "lower": 2, "newest": 6, "widest": 3}


def draw_words(rng, letters="abc", n=12, longest=9):
    """Words with lengths from 0 up, and how often each occurs."""
    words = ["".join(rng.choice([*letters], rng.integers(longest + 1))) for _ in range(n)]
    return {word: int(count) for word, count in zip(words, rng.integers(1, 9, n), strict=True)}


def joined(text, pair):
    """Symbols stand in a text with spaces between them, as in the paper's own program."""
    both = re.escape(" ".join(pair))
    return re.sub(rf"(?<!\S){both}(?!\S)", lambda found: found[0].replace(" ", ""), text)


def trained(words, n_merges):
    """The merges, and the texts that they leave, by regular expressions."""
    texts, merges = {" ".join(word): count for word, count in words.items()}, []
    while len(merges) < n_merges:
        counts = Counter()
        for text, count in texts.items():
            symbols = text.split()
            for pair in pairwise(symbols):
                counts[pair] += count
        if not counts:
            break
        merges.append(sorted(counts, key=lambda pair: (counts[pair], pair))[-1])
        texts = {joined(text, merges[-1]): count for text, count in texts.items()}
    return merges


def draw_merges(rng, letters="abc", n=10):
    """Merges of symbols that are there by then, each with a text that no other one has."""
    symbols, merges = [*letters], []
    while len(merges) < n:
        pair = tuple(symbols[i] for i in rng.integers(len(symbols), size=2))
        if "".join(pair) not in symbols and len("".join(pair)) < 6:
            merges.append(pair)
            symbols.append("".join(pair))
    return merges


# --- train_bpe -------------------------------------------------------------------------------


def test_six_merges_worked_out_by_hand():
    # (e, s) and (s, t) occur 9 times, (l, o) and (o, w) 7 times, (n, e), (e, w), (w, est) 6 times.
    expected = [("s", "t"), ("e", "st"), ("o", "w"), ("l", "ow"), ("w", "est"), ("n", "e")]
    assert_close(train_bpe(LOW, 6), expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param({"ab": 1, "cd": 1}, [("c", "d"), ("a", "b")], id="of the first symbol"),
        pytest.param({"cd": 1, "ab": 1}, [("c", "d"), ("a", "b")], id="whichever comes first"),
        pytest.param({"ac": 2, "ab": 2}, [("a", "c"), ("a", "b")], id="of the second symbol"),
        pytest.param({"xyz": 3}, [("y", "z"), ("x", "yz")], id="within a word"),
        pytest.param(
            {"aab": 9, "bx": 4, "cdd": 5, "ddy": 1},
            [("a", "b"), ("a", "ab"), ("d", "d"), ("c", "dd"), ("b", "x"), ("dd", "y")],
            id="between symbols of several characters",
        ),
    ],
)
def test_of_equally_frequent_pairs_the_greater_is_joined(words, expected):
    assert_close(train_bpe(words, len(expected)), expected)


def test_a_pair_counts_as_often_as_its_word_occurs():
    assert_close(train_bpe({"ab": 5, "cd": 2, "cde": 2}, 1), [("a", "b")])


def test_a_pair_counts_at_every_place_in_a_word():
    # (a, a) has three places in "aaaa", though only two can be joined.
    assert_close(train_bpe({"aaaa": 2, "xy": 5}, 1), [("a", "a")])
    assert_close(train_bpe({"abcab": 3, "xy": 5}, 1), [("a", "b")])


def test_joining_goes_from_left_to_right():
    assert_close(train_bpe({"aaa": 1}, 2), [("a", "a"), ("aa", "a")])


def test_a_word_in_another_script_starts_as_characters():
    assert_close(train_bpe({"éé": 2, "日本": 1}, 2), [("é", "é"), ("日", "本")])


def test_a_space_is_a_character_like_any_other():
    assert_close(train_bpe({" a": 3, "b c\n": 1}, 2), [(" ", "a"), ("c", "\n")])
    assert_close(encode("\n ab a\n", [(" ", "a")]), ["\n", " a", "b", " a", "\n"])


@pytest.mark.parametrize("n_merges", [0, 1, 2, 5, 30])
@pytest.mark.parametrize("letters", ["a", "ab", "abcd", "aZé-", "a+.|"])
def test_the_merges_are_those_of_regular_expressions(rng, letters, n_merges):
    words = draw_words(rng, letters)
    expected = trained(words, n_merges)
    assert_close(train_bpe(words, n_merges), expected)


@pytest.mark.parametrize("words", [{}, {"": 3}, {"a": 4, "": 1}], ids=str)
def test_without_pairs_there_are_no_merges(words):
    assert_close(train_bpe(words, 5), [])


def test_it_ends_when_every_word_is_one_symbol():
    assert_close(train_bpe({"abc": 1, "d": 7}, 100), [("b", "c"), ("a", "bc")])


# --- encode ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lowest", ["low", "est"]),
        ("slow", ["s", "low"]),
        ("stow", ["st", "ow"]),
        ("Lowest!", ["L", "ow", "est", "!"]),
        ("bug", ["b", "u", "g"]),
        ("e", ["e"]),
        ("", []),
    ],
)
def test_a_word_is_split_by_four_merges(word, expected):
    merges = [("s", "t"), ("e", "st"), ("o", "w"), ("l", "ow")]
    assert_close(encode(word, merges), expected)


def test_an_earlier_merge_comes_before_one_further_left():
    assert_close(encode("abc", [("b", "c"), ("a", "b")]), ["a", "bc"])
    assert_close(encode("abc", [("a", "b"), ("b", "c")]), ["ab", "c"])


def test_an_earlier_merge_comes_before_one_that_gives_a_longer_symbol():
    merges = [("b", "c"), ("a", "b"), ("ab", "d"), ("d", "e")]
    assert_close(encode("abcde", merges), ["a", "bc", "de"])


def test_an_earlier_merge_may_be_what_a_later_one_needs():
    assert_close(encode("abcd", [("b", "c"), ("a", "b"), ("a", "bc")]), ["abc", "d"])
    assert_close(encode("abcd", [("b", "c"), ("bc", "d"), ("a", "bc")]), ["a", "bcd"])


@pytest.mark.parametrize(
    ("word", "expected"),
    [("aaa", ["aa", "a"]), ("aaaaa", ["aa", "aa", "a"]), ("aabaa", ["aa", "b", "aa"])],
)
def test_every_place_is_joined_from_left_to_right(word, expected):
    assert_close(encode(word, [("a", "a")]), expected)


def test_a_pair_is_joined_only_between_whole_symbols():
    assert_close(encode("xab", [("x", "a"), ("a", "b")]), ["xa", "b"])
    assert_close(encode("abx", [("b", "x"), ("a", "b")]), ["a", "bx"])


def test_without_merges_a_word_is_its_characters():
    assert_close(encode("né日", []), ["n", "é", "日"])


def test_a_long_word_is_split_like_any_other():
    assert_close(encode("né" * 1000 + "xy", [("x", "y")]), [*"né" * 1000, "xy"])


@pytest.mark.parametrize("letters", ["abcd", "a+.|"])
@pytest.mark.parametrize("length", [1, 2, 5, 40])
def test_the_symbols_are_those_of_regular_expressions(rng, length, letters):
    word, merges = "".join(rng.choice([*letters], length)), draw_merges(rng, letters)
    text = " ".join(word)
    for pair in merges:
        text = joined(text, pair)
    assert_close(encode(word, merges), text.split())


def test_they_agree_with_the_reference(rng, reference):
    words = draw_words(rng, "abcde", 120)
    expected = reference.train_bpe(words, 120)
    assert_close(train_bpe(words, 120), expected)
    merges = draw_merges(rng, "abcde", 20)
    assert_close(
        [encode(word, merges) for word in words], [reference.encode(word, merges) for word in words]
    )


@manners()
def test_manners(rng):
    words, merges = draw_words(rng) | {"abab": 3}, draw_merges(rng)
    return (
        partial(train_bpe, words, 1),
        partial(train_bpe, words, 3),
        partial(encode, "abcabcaabb", [("a", "b"), *merges]),
        partial(encode, "abcabcaabb", []),
    )

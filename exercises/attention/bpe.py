"""Byte-pair encoding: subwords, learned by joining the most frequent pairs."""

from collections.abc import Mapping, Sequence


def train_bpe(words: Mapping[str, int], n_merges: int) -> list[tuple[str, str]]:
    """Learn which pairs of symbols to join; return the pairs in the order learned.

    `words` says how often each word occurs; there may be none, and one may be empty. A word starts
    as its characters, spaces and punctuation included, a symbol each, without a mark for its end.
    Then repeat `n_merges` (0 or more) times: count the pairs of neighbours, within words only and
    each as often as its word occurs, and join the most frequent pair into one symbol wherever it
    stands. Every place counts: "aaa" has the pair ("a", "a") twice. Joining goes from left to
    right, so "aaa" becomes "aa", "a".

    Ties      the greater pair, as Python compares tuples (some libraries take the first one met)
    Ends      early where no pair is left; a pair that occurs only once is joined, too
    Source    Sennrich, Haddow & Birch 2016, §3.2

    >>> train_bpe({"low": 5, "lower": 2, "newest": 6, "widest": 3}, 4)
    [('s', 't'), ('e', 'st'), ('o', 'w'), ('l', 'ow')]
    """
    raise NotImplementedError


def encode(word: str, merges: Sequence[tuple[str, str]]) -> list[str]:
    """Split a word into symbols, by the merges of `train_bpe`, the first one first.

    The word may be new, even empty. A character that is in no merge stays a symbol of its own.

    >>> encode("slowest", [("s", "t"), ("e", "st"), ("o", "w"), ("l", "ow")])
    ['s', 'low', 'est']
    """
    raise NotImplementedError

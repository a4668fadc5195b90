"""Byte-pair encoding: subwords, learned by joining the most frequent pairs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise


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
    symbols_of = {word: list(word) for word in words}
    merges: list[tuple[str, str]] = []
    for _ in range(n_merges):
        counts: Counter[tuple[str, str]] = Counter()
        for word, symbols in symbols_of.items():
            for pair in pairwise(symbols):
                counts[pair] += words[word]
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        symbols_of = {word: _join(symbols, best) for word, symbols in symbols_of.items()}
    return merges


def encode(word: str, merges: Sequence[tuple[str, str]]) -> list[str]:
    """Split a word into symbols, by the merges of `train_bpe`, the first one first.

    The word may be new, even empty. A character that is in no merge stays a symbol of its own.

    >>> encode("slowest", [("s", "t"), ("e", "st"), ("o", "w"), ("l", "ow")])
    ['s', 'low', 'est']
    """
    symbols = list(word)
    for pair in merges:
        symbols = _join(symbols, pair)
    return symbols


def _join(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    """Join each place where the two follow each other, from left to right."""
    joined: list[str] = []
    place = 0
    while place < len(symbols):
        if tuple(symbols[place : place + 2]) == pair:
            joined.append(pair[0] + pair[1])
            place += 2
        else:
            joined.append(symbols[place])
            place += 1
    return joined

"""Beam search: the best few sequences at every length, in place of the best token."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float


def beam_search(
    log_probs: Callable[[list[int]], Float[np.ndarray, "v"]],
    width: int,
    max_length: int,
    end: int,
) -> list[tuple[list[int], float]]:
    """Return up to `width` likely sequences with their scores, the best first.

    `log_probs(tokens)` gives the log-probability of each token 0, …, v − 1 to come next; the search
    starts from the empty list. A sequence's score is the sum of the log-probabilities of its
    tokens, `end` included, whatever its length.

    In each of up to `max_length` steps, every sequence of the beam that has no `end` yet is
    extended by each token, and the `width` best of all these become the new beam. A sequence with
    an `end` is finished: it stays as it is and competes with the others. Sequences of probability 0
    (a score of −∞) are left out, so fewer than `width` may remain, or none.
    `max_length` may be 0, and `end` may be none of the tokens.

    Ties      the sequence that comes from the better place in the beam, then the lower token
    Calls     one per step for each unfinished sequence; the arrays returned are left unchanged
    Source    Sutskever, Vinyals & Le 2014, §3.2

    >>> log_probs = lambda tokens: np.array([-1.0, -1.5, -2.0])
    >>> beam_search(log_probs, width=3, max_length=2, end=1)
    [([1], -1.5), ([0, 0], -2.0), ([0, 1], -2.5)]
    """
    raise NotImplementedError

"""Sampling: which token comes next, by temperature, top-k and top-p.

Speed     no Python loop over the tokens
"""

import numpy as np
from jaxtyping import Float64


def next_token_probs(
    logits: Float64[np.ndarray, "v"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float64[np.ndarray, "v"]:
    """Return the probabilities from which the next token is drawn.

    Start from softmax(logits / temperature). Then top_k and top_p, if given, drop tokens, in this
    order; after each, the probabilities that remain are divided by their sum.

        top_k    keeps the k most probable tokens, or all if there are not more than k
        top_p    keeps the most probable tokens, as few as have a sum of at least top_p; the one
                 with which the sum reaches top_p is kept too

    A temperature of 0 gives the most probable token a probability of 1. Of tokens with equal
    logits, the one with the lower index always comes first. Logits may be −∞, but not all of them:
    these tokens get a probability of 0.

    Numerics  right for finite logits of up to 1e4 in size; temperatures of 0 or from 0.01 to 1e6
    Raises    ValueError unless temperature ≥ 0, top_k ≥ 1 and 0 < top_p ≤ 1, even where the
              temperature is 0
    Source    Fan et al. 2018 (top-k); Holtzman et al. 2020, §3.1 (top-p)

    >>> next_token_probs(np.log([1.0, 4.0, 3.0, 2.0]), top_k=2) * 7
    array([0., 4., 3., 0.])
    >>> next_token_probs(np.log([1.0, 4.0, 3.0, 2.0]), top_p=0.5) * 7
    array([0., 4., 3., 0.])
    """
    _check(temperature, top_k, top_p)
    probs = np.zeros_like(logits)
    if temperature == 0:
        probs[logits.argmax()] = 1
        return probs
    # Only a stable sort leaves equal logits in the order of their indices.
    order = np.argsort(-logits, kind="stable")[:top_k]
    ranked = np.exp((logits[order] - logits[order[0]]) / temperature)
    ranked /= ranked.sum()
    if top_p is not None:
        before = np.cumsum(ranked) - ranked
        ranked[before >= top_p] = 0
        ranked /= ranked.sum()
    probs[order] = ranked
    return probs


def sample(probs: Float64[np.ndarray, "v"], rng: np.random.Generator) -> int:
    """Draw a token: i with a probability of probs[i].

    `probs` are 0 or more, and sum to 1 up to rounding. All randomness comes from `rng`.

    >>> sample(np.array([0.0, 1.0, 0.0]), np.random.default_rng(0))
    1
    """
    bounds = np.cumsum(probs)
    # Rounding may have left the last bound below 1. Beyond it there is no token.
    return int(np.searchsorted(bounds, rng.random() * bounds[-1], side="right"))


def _check(temperature: float, top_k: int | None, top_p: float | None) -> None:
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}: it should be 0 or above")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}: it should be at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p}: it should be above 0 and at most 1")

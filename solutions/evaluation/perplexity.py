"""Perplexity: how many equally likely tokens a language model seems to choose among."""

import math

import numpy as np
from jaxtyping import Float, Integer


def perplexity(
    logits: Float[np.ndarray, "*batch t v"],
    targets: Integer[np.ndarray, "*batch t"],
    ignore_index: int = -100,
) -> float:
    """Return the exponential of the mean negative log-probability of the right tokens.

        perplexity = exp(mean over the tokens that count of −log softmax(logits[…, i, :])[target])

    There are t positions in each sequence of the batch, and one logit for each of v tokens.
    targets[…, i] is the token that logits[…, i, :] should predict: they are aligned already, so do
    not shift them. It counts unless it is `ignore_index`, which may be any integer, even a token.
    Every token that counts has the same weight, whatever its sequence. If there is none, or none
    that counts, the perplexity is nan, without a warning.

    Numerics  right for float64 logits up to ±1e4 and, to three digits, for float32 logits up to
              ±1e3; a Python float or np.float64 for both; inf only where the true value exceeds
              the range of float64, and then without a warning or an error
    Raises    ValueError unless targets.shape is logits.shape[:-1], or if a target is neither one of
              0, 1, …, v − 1 nor `ignore_index`
    Speed     no Python loop over any axis
    Source    Jurafsky & Martin 2025, §3.3

    >>> perplexity(np.zeros((1, 3, 8)), np.array([[5, 0, -100]]))
    8.0
    """
    if targets.shape != logits.shape[:-1]:
        raise ValueError(f"targets have shape {targets.shape}, logits {logits.shape}")
    counts = targets != ignore_index
    x, right = logits[counts], targets[counts]  # (tokens, v), (tokens,)
    # NumPy would take a negative target for a token counted from the end.
    strangers = right[(right < 0) | (right >= x.shape[1])]
    if strangers.size:
        raise ValueError(f"targets hold {strangers[0]}, expected 0 to {x.shape[1] - 1}")
    if right.size == 0:
        return math.nan
    x = x - x.max(axis=1, keepdims=True)
    losses = np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(x)), right]
    with np.errstate(over="ignore"):
        return float(np.exp(losses.mean(dtype=np.float64)))

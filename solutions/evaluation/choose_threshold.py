"""Choosing a threshold: the one with the lowest total cost of mistakes."""

import numpy as np
from jaxtyping import Float, Integer


def choose_threshold(
    scores: Float[np.ndarray, "n"], labels: Integer[np.ndarray, "n"], cost_fp: int, cost_fn: int
) -> float:
    """Return the threshold with the lowest total cost of mistakes.

        cost = cost_fp · (negatives called positive) + cost_fn · (positives called negative)

    A sample is called positive if its score ≥ threshold; its label is 1 if it is positive, else 0.
    Candidates are the scores that occur and +inf, which calls nothing positive. Of several
    with the same lowest cost, the highest is returned; without samples it is +inf.

    Scores are finite and need not be probabilities. Costs are Python integers ≥ 0; they and every
    total fit into int64, so compare totals exactly.

    Raises    ValueError if scores and labels differ in length
    Speed     no Python loop over n; at most 300 · n bytes of memory, so no table of all pairs
    Source    Elkan 2001, §1

    >>> choose_threshold(np.array([0.1, 0.4, 0.6, 0.9]), np.array([0, 1, 0, 1]), 1, 3)
    0.4
    """
    if len(scores) != len(labels):
        raise ValueError(f"{len(scores)} scores, but {len(labels)} labels")
    # Equal scores are called positive together, so count them together.
    values, group = np.unique(scores, return_inverse=True)
    positives = np.bincount(group[labels == 1], minlength=len(values))
    negatives = np.bincount(group[labels == 0], minlength=len(values))
    # With each value as the threshold, and +inf at the end, what lies below is called negative.
    thresholds = np.append(values, np.inf)
    missed = np.append(0, positives.cumsum())
    alarms = negatives.sum() - np.append(0, negatives.cumsum())
    costs = cost_fp * alarms + cost_fn * missed
    return float(thresholds[np.flatnonzero(costs == costs.min())[-1]])

"""ROC AUC: the probability that a random positive scores above a random negative."""

import numpy as np
from jaxtyping import Float, Integer


def roc_auc(scores: Float[np.ndarray, "n"], labels: Integer[np.ndarray, "n"]) -> float:
    """Return the area under the ROC curve, the probability that a classifier ranks a pair right.

        auc = share of all pairs (positive i, negative j) with scores[i] > scores[j];
              a pair with equal scores counts half

    The label is 1 for a positive sample, 0 for a negative one. Only the order of the scores
    matters; they need not be probabilities, and may be infinite.

    Raises    ValueError if scores and labels differ in length, if there is no positive or no
              negative sample, or if a score is nan
    Speed     no Python loop over n; at most 300 · n bytes of memory, so no table of all pairs
    Source    Hanley & McNeil 1982

    >>> roc_auc(np.array([0.9, 0.4, 0.6, 0.1]), np.array([1, 1, 0, 0]))
    0.75
    """
    if len(scores) != len(labels):
        raise ValueError(f"{len(scores)} scores, but {len(labels)} labels")
    if np.isnan(scores).any():
        raise ValueError("scores hold nan, which is neither above nor below any other")
    # By distinct score, ascending: of equal ones, none is above the other.
    values, group = np.unique(scores, return_inverse=True)
    positives = np.bincount(group[labels == 1], minlength=len(values))
    negatives = np.bincount(group[labels == 0], minlength=len(values))
    # As floats, for where an int has 32 bits, a product of two counts may be too large.
    pairs = float(positives.sum()) * float(negatives.sum())
    if pairs == 0:
        raise ValueError("labels hold one class only; both 0 and 1 are needed")
    negatives_below = negatives.cumsum() - negatives
    return float(positives @ (negatives_below + negatives / 2) / pairs)

"""Accuracy: how often the right class is among the top k."""

import math

import numpy as np
from jaxtyping import Float, Integer


def accuracy(
    logits: Float[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], top_k: int = 1
) -> float:
    """Return the share of rows whose right class is among their `top_k` best.

    Each of the n rows of logits holds one score for each of k classes. The best class has the
    largest score; of equal scores, the one with the lower index ranks first (`torch.topk` promises
    no order). So row i is right if fewer than `top_k` classes rank before targets[i]. With n = 0
    the accuracy is nan.

    Numerics  the count of right rows divided by n, as a Python float or np.float64, whatever the
              dtype of logits; logits may be infinite
    Raises    ValueError if `logits` and `targets` differ in length, if a target is not one of
              0, 1, …, k − 1, or if `top_k` is not one of 1, 2, …, k (without rows, too)
    Speed     no Python loop over n or k; one over top_k is allowed
    Source    Russakovsky et al. 2015, §4.1 (the "top-5" of ImageNet)

    >>> accuracy(np.array([[2.0, 1.0, 0.0], [5.0, 5.0, 5.0]]), np.array([1, 1]), top_k=2)
    1.0
    """
    n, k = logits.shape
    if len(targets) != n:
        raise ValueError(f"got {n} rows of logits but {len(targets)} targets")
    if not 1 <= top_k <= k:
        raise ValueError(f"top_k is {top_k}, expected 1 to {k}")
    # NumPy would take a negative target for a class counted from the end.
    strangers = targets[(targets < 0) | (targets >= k)]
    if strangers.size:
        raise ValueError(f"targets holds {strangers[0]}, expected 0 to {k - 1}")
    if n == 0:
        return math.nan
    score = logits[np.arange(n), targets][:, None]
    is_earlier = np.arange(k) < targets[:, None]
    comes_before = (logits > score) | ((logits == score) & is_earlier)
    return float(np.mean(comes_before.sum(axis=1) < top_k))

"""Calibration: whether a classifier is right as often as it says."""

import math

import numpy as np
from jaxtyping import Float64, Int64, Integer


def reliability(
    probs: Float64[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], n_bins: int
) -> tuple[
    Float64[np.ndarray, "n_bins"], Float64[np.ndarray, "n_bins"], Int64[np.ndarray, "n_bins"]
]:
    """Sort the rows into bins by confidence; return each bin's confidence, accuracy and count.

    Each row of probs holds the probabilities of k classes. The largest one is the row's confidence,
    above 0 and at most 1; its class (the lowest on a tie) is the prediction. Bin i holds the rows
    with

        i / n_bins < confidence ≤ (i + 1) / n_bins            i = 0, 1, …, n_bins − 1

    A bin's confidence is the mean over its rows, its accuracy the share whose prediction is the
    target, its count their number. For an empty bin, confidence and accuracy are nan; with n = 0,
    all bins are empty.

    Numerics  edges are exact where n_bins is a power of two; for other n_bins, a confidence
              within rounding of an edge may go to either side
    Raises    ValueError if `probs` and `targets` differ in length
    Speed     no Python loop over n or k; one over the bins is allowed
    Source    Guo, Pleiss, Sun & Weinberger 2017, §2

    >>> probs = np.array([[0.75, 0.25], [0.25, 0.75], [0.875, 0.125]])
    >>> reliability(probs, np.array([0, 0, 0]), 2)
    (array([       nan, 0.79166667]), array([       nan, 0.66666667]), array([0, 3]))
    """
    if len(probs) != len(targets):
        raise ValueError(f"got {len(probs)} rows of probs but {len(targets)} targets")
    confidence = probs.max(axis=1)
    is_right = probs.argmax(axis=1) == targets
    edges = np.arange(1, n_bins) / n_bins
    # A confidence that equals an edge belongs to the bin on its left.
    bins = np.searchsorted(edges, confidence, side="left")
    count = np.bincount(bins, minlength=n_bins).astype(np.int64, copy=False)
    sums = (np.bincount(bins, weights, minlength=n_bins) for weights in (confidence, is_right))
    with np.errstate(invalid="ignore"):
        mean_confidence, accuracy = (total / count for total in sums)
    return mean_confidence, accuracy, count


def expected_calibration_error(
    probs: Float64[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], n_bins: int
) -> float:
    """Return the mean gap between confidence and accuracy over the bins, weighted by their counts.

        ECE = Σ over the bins of  count / n · |accuracy − confidence|

    The bins are those of `reliability`; one without rows adds nothing. With n = 0 the ECE is nan.

    Raises    as reliability
    Speed     as reliability
    """
    confidence, accuracy, count = reliability(probs, targets, n_bins)
    if len(targets) == 0:
        return math.nan
    gaps = np.abs(accuracy - confidence)
    return float(np.nansum(count * gaps) / len(targets))

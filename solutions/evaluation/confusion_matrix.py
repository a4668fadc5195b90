"""Confusion matrix: which class is taken for which."""

import numpy as np
from jaxtyping import Int64, Integer


def confusion_matrix(
    targets: Integer[np.ndarray, "n"], predictions: Integer[np.ndarray, "n"], n_classes: int
) -> Int64[np.ndarray, "n_classes n_classes"]:
    """Count for every pair of classes how often the first is taken for the second.

        matrix[i, j] = how many samples have target i and prediction j

    Rows are true classes, columns predicted ones. The classes are 0, 1, …, n_classes − 1; one
    that never occurs still has its row and its column. Without samples, all counts are 0.

    Numerics  right for labels of any integer dtypes, alike or not
    Raises    ValueError if targets and predictions differ in length or hold anything but classes
    Speed     no Python loop over samples or classes
    Source    Manning, Raghavan & Schütze 2008, §14.5

    >>> confusion_matrix(np.array([0, 1, 1, 1]), np.array([0, 1, 0, 1]), 2)
    array([[1, 0],
           [1, 2]])
    """
    if targets.shape != predictions.shape:
        raise ValueError(f"{targets.size} targets, but {predictions.size} predictions")
    for name, labels in (("targets", targets), ("predictions", predictions)):
        strangers = labels[(labels < 0) | (labels >= n_classes)]
        if strangers.size:
            raise ValueError(f"{name} hold {strangers[0]}; classes are 0 to {n_classes - 1}")
    # In the labels' own dtype, 20 · 19 would overflow uint8.
    cells = targets.astype(np.int64) * n_classes + predictions.astype(np.int64)
    # Without minlength, bincount stops at the last cell that occurs.
    counts = np.bincount(cells, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes).astype(np.int64, copy=False)

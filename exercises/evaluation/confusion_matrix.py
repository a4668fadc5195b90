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
    raise NotImplementedError

"""Reading a confusion matrix: which classes are found, and what the accuracy hides.

In all functions, matrix[i, j] counts the samples of class i that were predicted as class j, as in
the kata `confusion_matrix`. There is at least one class; some may never occur or never be
predicted. Shares are compared in float64, neither rounded nor with a tolerance.
"""

import math

import numpy as np
from jaxtyping import Float64, Integer


def per_class_recall(matrix: Integer[np.ndarray, "k k"]) -> Float64[np.ndarray, "k"]:
    """Return each class's recall, the share of its samples that was found; 0 if it has none."""
    return _shares(matrix.diagonal(), matrix.sum(axis=1))


def per_class_precision(matrix: Integer[np.ndarray, "k k"]) -> Float64[np.ndarray, "k"]:
    """Return each class's precision, the share of its predictions that was right; 0 if none."""
    return _shares(matrix.diagonal(), matrix.sum(axis=0))


def balanced_accuracy(matrix: Integer[np.ndarray, "k k"]) -> float:
    """Return the mean recall of the classes that occur; nan if none does."""
    occurs = matrix.any(axis=1)
    return float(per_class_recall(matrix)[occurs].mean()) if occurs.any() else math.nan


def most_confused(matrix: Integer[np.ndarray, "k k"]) -> tuple[int, int] | None:
    """Return the pair (i, j) of different classes with the highest rate of i predicted as j.

    The rate of (i, j) is the share of class i's samples that was predicted as j. Of pairs with
    equal rates, the one with the lower i is returned, then with the lower j; None if all
    predictions are right.
    """
    rates = _shares(matrix, matrix.sum(axis=1, keepdims=True))
    np.fill_diagonal(rates, 0)
    # The first maximum in row-major order.
    i, j = divmod(int(rates.argmax()), len(rates))
    return (i, j) if rates[i, j] else None


def what_accuracy_hides(matrix: Integer[np.ndarray, "k k"]) -> list[str]:
    """Return what should be said beside the accuracy, in these sentences and in this order:

        "always predicting 0 is no less accurate"
            if 0, the class that occurs most often (the lowest on a tie), has at least as many
            samples as there are right predictions
        "fewer than half of class 1 are found"
            for each class, by number, that occurs and has a recall below 1/2
        "fewer than half of predictions of 2 are right"
            for each class, by number, that is predicted and has a precision below 1/2
        "1 is taken for 2 in 3 of 7 cases"
            for the pair (1, 2) of most_confused, if any; class 1 has 7 samples

    If the matrix is all zeros, the list is empty.

    Source    Manning, Raghavan & Schütze 2008, §8.3 and §14.5

    >>> what_accuracy_hides(np.array([[90, 0], [9, 1]]))
    ['fewer than half of class 1 are found', '1 is taken for 0 in 9 of 10 cases']
    """
    of_class, of_prediction = matrix.sum(axis=1), matrix.sum(axis=0)
    if not of_class.any():
        return []
    found = []
    if of_class.max() >= matrix.trace():
        found.append(f"always predicting {of_class.argmax()} is no less accurate")
    for i in np.flatnonzero((of_class > 0) & (per_class_recall(matrix) < 0.5)):
        found.append(f"fewer than half of class {i} are found")
    for j in np.flatnonzero((of_prediction > 0) & (per_class_precision(matrix) < 0.5)):
        found.append(f"fewer than half of predictions of {j} are right")
    pair = most_confused(matrix)
    if pair:
        i, j = pair
        found.append(f"{i} is taken for {j} in {matrix[i, j]} of {of_class[i]} cases")
    return found


def _shares(counts: Integer[np.ndarray, "*shape"], totals: np.ndarray) -> np.ndarray:
    """counts / totals, where 0 / 0 is 0."""
    return np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)

"""Reading a confusion matrix: which classes are found, and what the accuracy hides.

In all functions, matrix[i, j] counts the samples of class i that were predicted as class j, as in
the kata `confusion_matrix`. There is at least one class; some may never occur or never be
predicted. Shares are compared in float64, neither rounded nor with a tolerance.
"""

import numpy as np
from jaxtyping import Float64, Integer


def per_class_recall(matrix: Integer[np.ndarray, "k k"]) -> Float64[np.ndarray, "k"]:
    """Return each class's recall, the share of its samples that was found; 0 if it has none."""
    raise NotImplementedError


def per_class_precision(matrix: Integer[np.ndarray, "k k"]) -> Float64[np.ndarray, "k"]:
    """Return each class's precision, the share of its predictions that was right; 0 if none."""
    raise NotImplementedError


def balanced_accuracy(matrix: Integer[np.ndarray, "k k"]) -> float:
    """Return the mean recall of the classes that occur; nan if none does."""
    raise NotImplementedError


def most_confused(matrix: Integer[np.ndarray, "k k"]) -> tuple[int, int] | None:
    """Return the pair (i, j) of different classes with the highest rate of i predicted as j.

    The rate of (i, j) is the share of class i's samples that was predicted as j. Of pairs with
    equal rates, the one with the lower i is returned, then with the lower j; None if all
    predictions are right.
    """
    raise NotImplementedError


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
    raise NotImplementedError

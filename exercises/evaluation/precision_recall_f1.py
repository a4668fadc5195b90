"""Precision, recall and F1: how well a classifier does on each class, and on average."""

import numpy as np
from jaxtyping import Integer


def precision_recall_f1(
    targets: Integer[np.ndarray, "n"],
    predictions: Integer[np.ndarray, "n"],
    n_classes: int,
    average: str,
) -> tuple[float, float, float]:
    """Return precision, recall and F1, each averaged over the classes as `average` says.

        precision = TP / (TP + FP)      recall = TP / (TP + FN)      F1 = 2·TP / (2·TP + FP + FN)

    For one class, TP counts its samples that are predicted as it, FN its samples that are not, and
    FP the samples of other classes that are predicted as it. 0/0 is 0.

        "binary"    class 1 alone; n_classes has to be 2
        "macro"     the mean over all n_classes; one that neither occurs nor is predicted counts as
                    0 (scikit-learn leaves it out, unless `labels` names it)
        "weighted"  the mean weighted by the number of targets of each class
        "micro"     from TP, FP and FN, each summed over all classes

    So macro and weighted F1 are means of F1s, not the F1 of averaged precision and recall. You need
    not check that labels are 0, 1, …, n_classes − 1. Without samples, all three are 0.

    Raises    ValueError if targets and predictions differ in length, if `average` is none of these
              four, or if it is "binary" and n_classes is not 2; without samples, too
    Speed     no Python loop over samples (one over classes is fine)
    Source    Manning, Raghavan & Schütze 2008, §8.3 and §13.6

    >>> precision_recall_f1(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0]), 2, "binary")
    (0.5, 0.5, 0.5)
    """
    raise NotImplementedError

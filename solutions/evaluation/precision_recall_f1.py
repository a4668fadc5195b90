"""Precision, recall and F1: how well a classifier does on each class, and on average."""

import numpy as np
from jaxtyping import Int, Integer


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
    if targets.shape != predictions.shape:
        raise ValueError(f"{targets.size} targets, but {predictions.size} predictions")
    hits = _count(targets[targets == predictions], n_classes)
    support, predicted = _count(targets, n_classes), _count(predictions, n_classes)
    if average == "micro":
        hits, support, predicted = (np.array([c.sum()]) for c in (hits, support, predicted))
    weights = _weights(average, support)
    # TP + FP are the predictions of a class, TP + FN its samples.
    precisions, recalls = _share(hits, predicted), _share(hits, support)
    f1s = _share(2 * hits, support + predicted)
    precision, recall, f1 = (
        float(_share(each @ weights, weights.sum())) for each in (precisions, recalls, f1s)
    )
    return precision, recall, f1


def _count(labels: Integer[np.ndarray, "m"], n_classes: int) -> Int[np.ndarray, "n_classes"]:
    return np.bincount(labels.astype(np.int64), minlength=n_classes)


def _weights(average: str, support: Int[np.ndarray, "k"]) -> Int[np.ndarray, "k"]:
    if average == "binary":
        if len(support) != 2:
            raise ValueError(f'"binary" is for 2 classes, not for {len(support)}')
        return np.array([0, 1])
    if average == "weighted":
        return support
    if average in ("macro", "micro"):
        return np.ones_like(support)
    raise ValueError(f"average is {average!r}, not binary, macro, weighted or micro")


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    # A whole of 0 has a part of 0, and 0/1 is what 0/0 should be.
    return part / np.maximum(whole, 1)

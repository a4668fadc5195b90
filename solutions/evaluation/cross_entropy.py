"""Cross-entropy: how improbable a classifier finds the right answers."""

import math

import numpy as np
from jaxtyping import Bool, Float, Integer


def cross_entropy(
    logits: Float[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], ignore_index: int = -100
) -> float:
    """Return the mean negative log-probability of the right class, over the rows that count.

        loss = mean over i of  −log softmax(logits[i])[targets[i]]        natural logarithm

    Each of the n rows of logits holds one score for each of k classes. Row i counts unless
    targets[i] is `ignore_index`, which may be any integer, even a class. If no row counts
    (or n = 0), the loss is nan.

    Numerics  finite for float64 logits up to ±1e300 and float32 logits up to ±1e37, however
              improbable the right class is; the loss is a Python float or np.float64, for float32
              logits too
    Raises    ValueError unless `targets` has shape (n,), or if a target is neither one of
              0, 1, …, k − 1 nor `ignore_index`
    Speed     no Python loop over n or k; at most 64 · n · k bytes of memory, result included
    Source    Goodfellow, Bengio & Courville 2016, §6.2.2.3

    >>> cross_entropy(np.array([[0.0, 0.0], [5.0, 5.0]]), np.array([1, 0]))
    0.6931471805599453
    """
    counts = _which_count(logits, targets, ignore_index)
    if not counts.any():
        return math.nan
    # log Σ exp(x) − x of the right class, both from the same shifted x. All rows are computed:
    # copying out those that count would take longer.
    shifted = _shifted(logits)
    right_class = np.where(counts, targets, 0)
    of_the_right_class = shifted[np.arange(len(shifted)), right_class]
    losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class
    # A sum of float32 losses could overflow.
    return float(losses[counts].mean(dtype=np.float64))


def cross_entropy_backward(
    grad_loss: float,
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    ignore_index: int = -100,
) -> Float[np.ndarray, "n k"]:
    """Return the gradient with respect to `logits`, given `grad_loss`, the loss's own gradient.

    For `grad_loss` = 1 it is the gradient of cross_entropy itself; in general it is `grad_loss`
    times that. A row that does not count gets zeros, so if none does, the whole gradient is zero
    (though the loss is nan).

    Numerics  as cross_entropy, but the gradient has logits' dtype
    Raises    as cross_entropy does
    Speed     as cross_entropy
    """
    rows = np.flatnonzero(_which_count(logits, targets, ignore_index))
    grad = np.zeros_like(logits)
    if len(rows):
        e = np.exp(_shifted(logits[rows]))
        grad[rows] = e / e.sum(axis=1, keepdims=True)
        grad[rows, targets[rows]] -= 1.0
        grad *= grad_loss / len(rows)
    return grad


def _which_count(
    logits: Float[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], ignore_index: int
) -> Bool[np.ndarray, "n"]:
    if targets.shape != logits.shape[:1]:
        raise ValueError(f"targets has shape {targets.shape}, expected {logits.shape[:1]}")
    counts = targets != ignore_index
    # NumPy would take a negative target for a class counted from the end.
    outside = counts & ((targets < 0) | (targets >= logits.shape[1]))
    if outside.any():
        raise ValueError(
            f"targets holds {targets[outside][0]}, expected 0 to {logits.shape[1] - 1} "
            f"or ignore_index, {ignore_index}"
        )
    return counts


def _shifted(x: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
    # Softmax stays the same when a row is shifted. With 0 as its largest entry exp cannot overflow,
    # and its sum is at least 1.
    return x - x.max(axis=1, keepdims=True)

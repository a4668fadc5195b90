"""Label smoothing: cross-entropy with a target that is not quite certain."""

import math

import numpy as np
from jaxtyping import Float, Integer


def label_smoothing_loss(
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    eps: float,
    ignore_index: int = -100,
) -> float:
    """Return the mean cross-entropy, in nats, with smoothed targets, over the rows not ignored.

        loss[i] = −Σⱼ q[i, j] · log softmax(logits[i])[j]
        q[i, j] = eps / k for every class, plus 1 − eps if j is targets[i]

    As in PyTorch, every one of the k classes has its share of `eps`, the target too. `eps` is a
    Python number from 0 to 1. Row i is ignored if targets[i] is `ignore_index`, which may be any
    integer, even one of the classes; the loss is a mean over the other rows. If there is none
    (or n = 0), it is nan.

    Numerics  right for float32 and float64 logits up to ±1e30; the loss is a Python float or
              np.float64, whatever the logits' dtype
    Raises    ValueError unless `targets` has shape (n,), or if a target is neither one of
              0, 1, …, k − 1 nor `ignore_index`
    Speed     no Python loop over n or k
    Source    Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016, §7

    >>> label_smoothing_loss(np.array([[0.0, 2.0]]), np.array([1]), eps=0.5)
    0.6269280110429727
    """
    rows = _rows_that_count(logits, targets, ignore_index)
    if not len(rows):
        return math.nan
    log_p = _log_softmax(logits[rows])
    of_the_target = log_p[np.arange(len(rows)), targets[rows]]
    losses = -(1 - eps) * of_the_target - eps * log_p.mean(axis=1)
    return float(losses.mean())


def label_smoothing_loss_backward(
    grad_loss: float,
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    eps: float,
    ignore_index: int = -100,
) -> Float[np.ndarray, "n k"]:
    """Return the gradient with respect to `logits`, given `grad_loss`, the loss's own gradient.

    It has the logits' dtype. An ignored row gets zeros. All else is as in label_smoothing_loss.
    """
    rows = _rows_that_count(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if len(rows):
        grad[rows] = np.exp(_log_softmax(logits[rows])) - eps / logits.shape[1]
        grad[rows, targets[rows]] -= 1 - eps
        grad *= grad_loss / len(rows)
    return grad


def _rows_that_count(
    logits: Float[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], ignore_index: int
) -> Integer[np.ndarray, "m"]:
    n, k = logits.shape
    if targets.shape != (n,):
        raise ValueError(f"targets has shape {targets.shape}, expected {(n,)}")
    counts = targets != ignore_index
    # NumPy would take a negative target for a class counted from the end.
    strangers = targets[counts & ((targets < 0) | (targets >= k))]
    if strangers.size:
        raise ValueError(
            f"targets holds {strangers[0]}, expected 0 to {k - 1} or ignore_index, {ignore_index}"
        )
    return np.flatnonzero(counts)


def _log_softmax(x: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

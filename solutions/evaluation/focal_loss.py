"""The focal loss: cross-entropy that gives easy rows little weight."""

import math

import numpy as np
from jaxtyping import Float, Integer


def focal_loss(
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    gamma: float = 2.0,
    alpha: Float[np.ndarray, "k"] | None = None,
) -> float:
    """Return the mean over the n rows of −a · (1 − p)^gamma · log p, in nats.

    p is the probability of the row's target, from the softmax of its logits, and a is alpha[target]
    (1 where `alpha` is None). The mean divides by n, not by the sum of a. `gamma` is a Python
    number, either 0 or ≥ 1 (in between, the slope of (1 − p)^gamma is infinite at p = 1); alpha's
    entries are 0 or more, in the logits' dtype. Without rows the loss is nan.

    Numerics  for logits up to ±1e4 the error is at most 1e-9 (1e-5 in float32), absolute or
              relative, whichever is looser, even where p rounds to 0 or 1; the loss is a Python
              float or np.float64, whatever the logits' dtype
    Raises    ValueError unless `targets` has shape (n,) and `alpha` shape (k,), or if a target is
              not one of 0, 1, …, k − 1
    Speed     no Python loop over n or k
    Source    Lin, Goyal, Girshick, He & Dollár 2017, §3, here with a softmax over k classes

    >>> focal_loss(np.array([[0.0, 0.0]]), np.array([1]), gamma=1.0)
    0.34657359027997264
    """
    a = _weights_of_the_targets(logits, targets, alpha)
    log_p = _log_softmax(logits)[np.arange(len(targets)), targets]
    losses = -a * (1 - np.exp(log_p)) ** gamma * log_p
    return float(losses.mean()) if len(losses) else math.nan


def focal_loss_backward(
    grad_loss: float,
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    gamma: float = 2.0,
    alpha: Float[np.ndarray, "k"] | None = None,
) -> Float[np.ndarray, "n k"]:
    """Return the gradient with respect to `logits`, given `grad_loss`, the loss's own gradient.

    It has the logits' dtype; without rows it is empty. All else is as in focal_loss.
    """
    a = _weights_of_the_targets(logits, targets, alpha)
    rows = np.arange(len(targets))
    log_probabilities = _log_softmax(logits)
    log_p = log_probabilities[rows, targets]
    p = np.exp(log_p)
    # With gamma = 0 the second term is 0, also where 1 − p is.
    slope = (1 - p) ** gamma
    if gamma:
        slope -= gamma * (1 - p) ** (gamma - 1) * p * log_p
    # The gradient of −log p, times what the loss gains for each unit of it.
    grad = np.exp(log_probabilities)
    grad[rows, targets] -= 1
    return grad_loss * (a * slope)[:, None] * grad / len(targets)


def _log_softmax(x: Float[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _weights_of_the_targets(
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    alpha: Float[np.ndarray, "k"] | None,
) -> Float[np.ndarray, "n"]:
    n, k = logits.shape
    if targets.shape != (n,):
        raise ValueError(f"targets has shape {targets.shape}, expected {(n,)}")
    if alpha is not None and alpha.shape != (k,):
        raise ValueError(f"alpha has shape {alpha.shape}, expected {(k,)}")
    # NumPy would take a negative target for a class counted from the end.
    strangers = targets[(targets < 0) | (targets >= k)]
    if strangers.size:
        raise ValueError(f"targets holds {strangers[0]}, expected 0 to {k - 1}")
    return np.ones(n, logits.dtype) if alpha is None else alpha[targets]

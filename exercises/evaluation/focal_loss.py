"""The focal loss: cross-entropy that gives easy rows little weight."""

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
    raise NotImplementedError


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
    raise NotImplementedError

"""Losses of regression: the mean squared error, the mean absolute error and Huber's, and gradients.

`pred` and `target` have one shape, with one axis or more, and one dtype. r = pred − target is the
residual. Each loss is a mean over all entries. Each backward function returns `grad_loss`, the
loss's own gradient, times the gradient of the loss with respect to `pred`.

    Numerics  a loss is a Python float or np.float64, whatever the arrays' dtype; a gradient keeps
              the dtype. Each r² and the number of entries fit into that dtype, the sum of all r²
              into float32. If the arrays are empty, the loss is nan and the gradient empty
    Raises    ValueError unless `target` has the shape of `pred`
    Speed     no Python loop over any axis
    Source    Huber 1964
"""

import math

import numpy as np
from jaxtyping import Float

Array = Float[np.ndarray, "*shape"]


def mse(pred: Array, target: Array) -> float:
    """Return the mean of r².

    >>> mse(np.array([3.0, 1.0]), np.array([1.0, 2.0]))
    2.5
    """
    return _mean(_residuals(pred, target) ** 2)


def mse_backward(grad_loss: float, pred: Array, target: Array) -> Array:
    """Return the gradient of mse."""
    r = _residuals(pred, target)
    return grad_loss * 2 * r / r.size


def mae(pred: Array, target: Array) -> float:
    """Return the mean of |r|."""
    return _mean(np.abs(_residuals(pred, target)))


def mae_backward(grad_loss: float, pred: Array, target: Array) -> Array:
    """Return the gradient of mae, which counts as 0 where r is 0."""
    r = _residuals(pred, target)
    return grad_loss * np.sign(r) / r.size


def huber(pred: Array, target: Array, delta: float = 1.0) -> float:
    """Return the mean of r² / 2 where |r| ≤ delta, and delta · (|r| − delta / 2) elsewhere.

    `delta` is a finite float above 0.

    >>> huber(np.array([1.0, 4.0]), np.array([0.0, 0.0]), delta=2.0)
    3.25
    """
    size = np.abs(_residuals(pred, target))
    return _mean(np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)))


def huber_backward(grad_loss: float, pred: Array, target: Array, delta: float = 1.0) -> Array:
    """Return the gradient of huber."""
    r = _residuals(pred, target)
    # It grows with r only as far as delta: an outlier pulls no harder than that.
    return grad_loss * np.clip(r, -delta, delta) / r.size


def _residuals(pred: Array, target: Array) -> Array:
    # NumPy would make an n × n table of (n, 1) and (n,).
    if pred.shape != target.shape:
        raise ValueError(f"target has shape {target.shape}, pred has {pred.shape}")
    return pred - target


def _mean(losses: Array) -> float:
    return float(losses.mean()) if losses.size else math.nan

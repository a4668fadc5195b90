"""Gradient descent: down the slope of the mean squared error."""

import numpy as np
from jaxtyping import Float


def gradient_descent(
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, "n"],
    w: Float[np.ndarray, "d"],
    lr: float,
    steps: int,
) -> tuple[Float[np.ndarray, "d"], list[float]]:
    """Fit y ≈ x w by least squares, with `steps` steps of gradient descent that start at w.

        loss(w) = 1/n · Σᵢ (Σⱼ x[i, j] · w[j] − y[i])²         there is no factor ½
        w ← w − lr · ∇loss(w)                                  with all n rows in each step

    Returns (w, losses): the weights after the last step, and a list of steps + 1 floats, in which
    losses[k] is the loss after k steps. All steps are taken, even if the loss rises to inf. d may
    be 0.

    Numerics  the new w keeps the dtype that x, y and w share (lr is a Python number)
    Raises    ValueError if a shape does not fit the signature (nothing is broadcast), if n == 0 or
              if steps < 0
    Speed     no Python loop over n or d
    Source    Goodfellow, Bengio & Courville 2016, §4.3 and §4.5

    >>> x, y = np.array([[1.0], [1.0]]), np.array([2.0, 4.0])
    >>> gradient_descent(x, y, np.array([1.0]), lr=0.25, steps=2)
    (array([2.5]), [5.0, 2.0, 1.25])
    """
    _check(x, y, w, steps)
    w = w.copy()
    error = x @ w - y
    losses = [_mean_square(error)]
    for _ in range(steps):
        # Each error serves twice: for its loss, and for the gradient of the step that follows.
        w = w - lr * 2 / len(x) * (x.T @ error)
        error = x @ w - y
        losses.append(_mean_square(error))
    return w, losses


def _mean_square(error: np.ndarray) -> float:
    return float(np.mean(error**2))


def _check(x: np.ndarray, y: np.ndarray, w: np.ndarray, steps: int) -> None:
    if x.ndim != 2 or y.shape != x.shape[:1] or w.shape != x.shape[1:]:
        raise ValueError(
            f"x {x.shape}, y {y.shape} and w {w.shape} do not fit: expected (n, d), (n,) and (d,)"
        )
    if len(x) == 0:
        raise ValueError(f"x has shape {x.shape}: a mean needs at least one row")
    if steps < 0:
        raise ValueError(f"steps is {steps}: it should be at least 0")

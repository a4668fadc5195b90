"""The linear layer, forward and backward.

Both functions take any number of leading batch axes (or none), each of any length (also 0). `in`
and `out` are 1 or more.

    Numerics  keeps the arguments' dtype
    Raises    ValueError if a shape does not fit the signature: nothing is broadcast
    Speed     no Python loop over any axis; a call takes at most 4 × as much memory
              as its arguments and results have, the results included
    Source    Goodfellow, Bengio & Courville 2016, §6.5
"""

import numpy as np
from jaxtyping import Float


def linear(
    x: Float[np.ndarray, "*batch in"],
    w: Float[np.ndarray, "out in"],
    b: Float[np.ndarray, "out"],
) -> Float[np.ndarray, "*batch out"]:
    """Map every vector along the last axis of x to a new one.

        y[o] = Σᵢ w[o, i] · x[i] + b[o]              in short: y = x Wᵀ + b

    >>> linear(np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([0.5, 0.0]))
    array([11.5, 17. ])
    """
    _check(x, w, b)
    return x @ w.T + b


def linear_backward(
    grad_y: Float[np.ndarray, "*batch out"],
    x: Float[np.ndarray, "*batch in"],
    w: Float[np.ndarray, "out in"],
    b: Float[np.ndarray, "out"],
) -> tuple[Float[np.ndarray, "*batch in"], Float[np.ndarray, "out in"], Float[np.ndarray, "out"]]:
    """Turn grad_y, the loss's gradient with respect to y, into those with respect to x, w and b.

        y = linear(x, w, b)

    Returns (grad_x, grad_w, grad_b). Every vector of the batch passes through the same w and b.

    >>> linear_backward(np.array([1.0]), np.array([2.0, 3.0]), np.array([[4.0, 5.0]]), np.zeros(1))
    (array([4., 5.]), array([[2., 3.]]), array([1.]))
    """
    _check(x, w, b)
    n_out, n_in = w.shape
    if grad_y.shape != (*x.shape[:-1], n_out):
        expected = (*x.shape[:-1], n_out)
        raise ValueError(f"grad_y has shape {grad_y.shape}; the output's is {expected}")
    # To w and b, all leading axes are one long batch.
    rows = grad_y.reshape(-1, n_out)
    return grad_y @ w, rows.T @ x.reshape(-1, n_in), rows.sum(axis=0)


def _check(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> None:
    if w.ndim != 2 or x.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]:
        raise ValueError(
            f"x {x.shape}, w {w.shape} and b {b.shape} do not fit: "
            "expected (*batch, in), (out, in) and (out,)"
        )

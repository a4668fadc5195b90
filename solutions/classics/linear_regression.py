"""Linear regression: the best plane through the points, in closed form."""

import numpy as np
from jaxtyping import Float64


def linear_regression(
    x: Float64[np.ndarray, "n d"], y: Float64[np.ndarray, "n"], l2: float = 0.0
) -> tuple[Float64[np.ndarray, "d"], float]:
    """Return the w and b with the lowest loss, the minimum itself and not steps towards it.

        loss(w, b) = Σᵢ (Σⱼ x[i, j] · w[j] + b − y[i])²  +  l2 · Σⱼ w[j]²

    The penalty leaves b out. At l2 = 0, many w may share the lowest loss: where columns repeat or
    are constant, or where d ≥ n. Return the one with the smallest Σⱼ w[j]², whatever its b. d may
    be 0.

    Numerics  right to nine digits for columns far from 0, such as years around 2000
    Raises    ValueError if a shape does not fit the signature (nothing is broadcast), if n == 0 or
              if l2 < 0
    Speed     no Python loop over n or d
    Source    Hastie, Tibshirani & Friedman 2009, §3.2 and §3.4.1

    >>> w, b = linear_regression(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 8.0]))
    >>> w.round(3), round(b, 3)
    (array([3.5]), 0.5)
    """
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"x {x.shape} and y {y.shape} do not fit: expected (n, d) and (n,)")
    if len(x) == 0:
        raise ValueError(f"x has shape {x.shape}: a fit needs at least one row")
    if l2 < 0:
        raise ValueError(f"l2 is {l2}: it should be 0 or more")
    d = x.shape[1]
    # At the best b the errors sum to 0, so the plane goes through the point of the means. Seen
    # from there it has no b, which the penalty and the smallest w then cannot touch.
    # Counted from the first row, a constant column is exactly 0, and its mean is not rounded.
    x_mean, y_mean = x[0] + (x - x[0]).mean(axis=0), y.mean()
    # The penalty is the square error of d more rows: √l2 · w[j] should be 0.
    rows = np.vstack([x - x_mean, np.sqrt(l2) * np.eye(d)])
    targets = np.concatenate([y - y_mean, np.zeros(d)])
    # Unlike the normal equations, it does not square the condition number, and of many best w it
    # finds the smallest.
    w = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return w, float(y_mean - x_mean @ w)

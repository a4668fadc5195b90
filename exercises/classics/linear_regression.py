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
    raise NotImplementedError

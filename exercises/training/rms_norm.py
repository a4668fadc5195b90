"""RMS norm: each row divided by its root mean square, forward and backward.

x has any number of batch axes (or none), each of any length (or 0), and d ≥ 1 features. `eps` is a
Python number above 0.

    Numerics  computes in float64, whatever the dtypes; right for entries of x that are 0 or from
              1e-100 to 1e100 in size
    Speed     no Python loop over any axis
    Source    Zhang & Sennrich 2019, §4 (eps inside the root as in PyTorch)
"""

import numpy as np
from jaxtyping import Float


def rms_norm(
    x: Float[np.ndarray, "*batch d"], weight: Float[np.ndarray, "d"], eps: float = 1e-5
) -> Float[np.ndarray, "*batch d"]:
    """Divide each row by its root mean square, then scale each feature by its weight.

        y[i] = weight[i] · x[i] / √(m + eps)        m = the mean of x[j]² over the row's d entries

    The result has x's dtype.

    Raises    ValueError unless weight has shape (d,)

    >>> rms_norm(np.array([1.0, 7.0]), np.array([1.0, 2.0]), eps=24.0)
    array([0.14285714, 2.        ])
    """
    raise NotImplementedError


def rms_norm_backward(
    grad_y: Float[np.ndarray, "*batch d"],
    x: Float[np.ndarray, "*batch d"],
    weight: Float[np.ndarray, "d"],
    eps: float = 1e-5,
) -> tuple[Float[np.ndarray, "*batch d"], Float[np.ndarray, "d"]]:
    """Return the gradients with respect to x and weight, given `grad_y`, that with respect to y.

    y is rms_norm(x, weight, eps). The gradients have the dtypes of x and of weight.

    Raises    ValueError unless weight has shape (d,) and grad_y has x's shape

    >>> rms_norm_backward(np.array([1.0, 0.0]), np.array([1.0, 7.0]), np.array([2.0, 2.0]), 24.0)
    (array([ 0.28279883, -0.02040816]), array([0.14285714, 0.        ]))
    """
    raise NotImplementedError

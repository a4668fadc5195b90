"""Layer normalization: each row brought to mean 0 and variance 1, forward and backward.

x has any number of batch axes (or none), each of any length (or 0), and d ≥ 1 features. `eps` is a
Python number above 0. There are no running statistics: training and evaluation are the same.

    Numerics  computes in float64, whatever the dtypes; right even if a row's mean is a million
              times its standard deviation, and for entries up to 1e30 in size
    Speed     no Python loop over any axis
    Source    Ba, Kiros & Hinton 2016, §3 (eps as in torch.nn.functional.layer_norm)
"""

import numpy as np
from jaxtyping import Float


def layer_norm(
    x: Float[np.ndarray, "*batch d"],
    gamma: Float[np.ndarray, "d"],
    beta: Float[np.ndarray, "d"],
    eps: float = 1e-5,
) -> Float[np.ndarray, "*batch d"]:
    """Normalize each row on its own, then scale and shift each feature.

        y[i] = gamma[i] · (x[i] − μ) / √(σ² + eps) + beta[i]

    μ and σ² are the mean and the biased variance (divided by d) of the row's d entries. The result
    has x's dtype.

    Raises    ValueError unless gamma and beta have shape (d,)

    >>> layer_norm(np.array([0.0, 6.0]), np.array([2.0, 2.0]), np.array([0.0, 1.0]), eps=16.0)
    array([-1.2,  2.2])
    """
    raise NotImplementedError


def layer_norm_backward(
    grad_y: Float[np.ndarray, "*batch d"],
    x: Float[np.ndarray, "*batch d"],
    gamma: Float[np.ndarray, "d"],
    beta: Float[np.ndarray, "d"],
    eps: float = 1e-5,
) -> tuple[Float[np.ndarray, "*batch d"], Float[np.ndarray, "d"], Float[np.ndarray, "d"]]:
    """Return the gradients with respect to x, gamma and beta; `grad_y` is that with respect to y.

    y is layer_norm(x, gamma, beta, eps), whose μ and σ² depend on every entry of the row. The
    gradients have the dtypes of x, gamma and beta.

    Raises    ValueError unless gamma and beta have shape (d,) and grad_y has x's shape

    >>> layer_norm_backward(np.array([1.0, 0.0]), np.array([0.0, 6.0]), *np.ones((2, 2)), 16.0)
    (array([ 0.064, -0.064]), array([-0.6,  0. ]), array([1., 0.]))
    """
    raise NotImplementedError

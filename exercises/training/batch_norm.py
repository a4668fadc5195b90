"""Batch normalization: bring every feature to the same scale, by the statistics of its batch."""

import numpy as np
from jaxtyping import Float


class BatchNorm:
    """Batch normalization. Each feature, a column of x, is normalized on its own:

        y = gamma · (x − μ) / √(σ² + eps) + beta

        in training     μ and σ² are the mean and the biased variance (divided by n) of x's n rows
        in evaluation   μ and σ² are running_mean and running_var; n may be anything, even 0

    Four attributes of shape (n_features,) start as ones (`gamma`, `running_var`) and zeros (`beta`,
    `running_mean`), float64 whatever x is. Between calls, each may be replaced or changed in place.

    Speed     no Python loop over rows or features
    Source    Ioffe & Szegedy 2015, Algorithm 1 and §3.1
    """

    def __init__(self, n_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """Keep the settings and make the four attributes."""
        self.n_features = n_features
        self.eps = eps
        self.momentum = momentum
        raise NotImplementedError

    def forward(
        self, x: Float[np.ndarray, "n n_features"], training: bool
    ) -> Float[np.ndarray, "n n_features"]:
        """Return y. Training, not evaluation, moves the running values towards those of x:

            running_mean ← (1 − momentum) · running_mean + momentum · μ
            running_var  ← (1 − momentum) · running_var  + momentum · σ² · n / (n − 1)

        Numerics  computes in float64, right where |μ| is a million times σ; y has x's dtype
        Raises    ValueError unless x has n_features columns and, in training, at least 2 rows

        >>> BatchNorm(1, eps=0.0).forward(np.array([[1.0], [5.0]]), training=True).ravel()
        array([-1.,  1.])
        """
        raise NotImplementedError

    def backward(
        self, grad_y: Float[np.ndarray, "n n_features"], x: Float[np.ndarray, "n n_features"]
    ) -> tuple[
        Float[np.ndarray, "n n_features"],
        Float[np.ndarray, "n_features"],
        Float[np.ndarray, "n_features"],
    ]:
        """Return the gradients with respect to x, gamma and beta, given `grad_y`.

        grad_y is the gradient with respect to y = forward(x, True). Earlier calls have no effect,
        and no attribute is changed.

        Numerics  as forward, but a float32 grad_y may be summed in float32; results have x's dtype
        Raises    as forward in training, and ValueError if grad_y and x differ in shape
        """
        raise NotImplementedError

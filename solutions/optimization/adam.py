"""Adam: gradient descent with a step size of its own for every weight."""

from collections.abc import Sequence

import numpy as np


class Adam:
    """The Adam optimizer. In its step t = 1, 2, … a parameter p with gradient g moves by

        m ← β₁·m + (1 − β₁)·g              m starts at 0
        v ← β₂·v + (1 − β₂)·g²             v starts at 0
        p ← p − lr · m̂ / (√v̂ + eps)        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)

    element by element; `betas` is (β₁, β₂).

    Source    Kingma & Ba 2015, Algorithm 1
    """

    def __init__(
        self, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        """Store the settings, Python numbers. Shapes become known in `step`."""
        self.lr = lr
        self.betas = betas
        self.eps = eps
        # One entry per parameter. Each counts its own steps, for a gradient may be None.
        self._m: list[np.ndarray] = []
        self._v: list[np.ndarray] = []
        self._t: list[int] = []

    def step(
        self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None]
    ) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        Every call gets the same parameters, of any shapes with one axis or more; their values may
        have been changed since the last step. `grads[i]` has the shape and dtype of `params[i]`. If
        it is None, the parameter and all its state stay as they are: its own t does not advance. No
        argument is kept: the caller may overwrite all arrays after a step. Results keep the dtypes.

        Raises    ValueError if `params` and `grads` differ in length or in a shape, at any step

        >>> Adam(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
        [array([0.5, 2.5])]
        """
        if len(params) != len(grads):
            raise ValueError(f"got {len(params)} params but {len(grads)} grads")
        if not self._t:
            self._m = [np.zeros_like(param) for param in params]
            self._v = [np.zeros_like(param) for param in params]
            self._t = [0] * len(params)
        return [self._updated(i, p, g) for i, (p, g) in enumerate(zip(params, grads, strict=True))]

    def _updated(self, i: int, param: np.ndarray, grad: np.ndarray | None) -> np.ndarray:
        if grad is None:
            return param.copy()
        if grad.shape != param.shape:
            raise ValueError(f"grads[{i}] has shape {grad.shape}, its parameter {param.shape}")
        beta1, beta2 = self.betas
        self._t[i] += 1
        self._m[i] = beta1 * self._m[i] + (1 - beta1) * grad
        self._v[i] = beta2 * self._v[i] + (1 - beta2) * grad**2
        # m and v start at 0 and so are too small at first, by exactly these factors.
        m_hat = self._m[i] / (1 - beta1 ** self._t[i])
        v_hat = self._v[i] / (1 - beta2 ** self._t[i])
        return param - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

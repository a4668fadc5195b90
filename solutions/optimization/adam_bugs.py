"""Four bugs in an Adam.

This optimizer runs without an error, and the loss even goes down. But as handed out, it contains
four independent bugs: it is not the Adam that its docstrings describe.
"""

from collections.abc import Sequence

import numpy as np


class Adam:
    """The Adam optimizer. In its step t = 1, 2, … a parameter p with gradient g moves by

        m ← β₁·m + (1 − β₁)·g              m starts at 0
        v ← β₂·v + (1 − β₂)·g²             v starts at 0
        p ← p − lr · m̂ / (√v̂ + eps)        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)

    where `betas` is (β₁, β₂) and all operations are element by element. All parameters share one
    t.

    Source    Kingma & Ba 2015, Algorithm 1
    """

    def __init__(
        self, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8
    ) -> None:
        """Store the settings; shapes become known in `step`."""
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self._m: list[np.ndarray] = []
        self._v: list[np.ndarray] = []
        self._t = 0

    def step(self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        Every call gets the same parameters, of any shapes with one axis or more, and a gradient of
        the same shape and dtype for each. No argument is written into, and none is kept: the caller
        may overwrite all arrays after a step, also those returned. The results keep the dtypes.
        """
        if not self._m:
            self._m = [np.zeros_like(param) for param in params]
            # Its own zeros: a copy of the list m would hold the same arrays.
            self._v = [np.zeros_like(param) for param in params]
        self._t += 1  # Once a step, not once a parameter.
        states = zip(self._m, self._v, strict=True)
        return [
            self._updated(param, grad, m, v)
            for param, grad, (m, v) in zip(params, grads, states, strict=True)
        ]

    def _updated(
        self, param: np.ndarray, grad: np.ndarray, m: np.ndarray, v: np.ndarray
    ) -> np.ndarray:
        """The new value of one parameter; m and v are updated in place."""
        beta1, beta2 = self.betas
        m *= beta1
        m += (1 - beta1) * grad
        v *= beta2
        v += (1 - beta2) * grad**2
        # New arrays: the averages themselves stay uncorrected.
        m_hat = m / (1 - beta1**self._t)
        v_hat = v / (1 - beta2**self._t)
        return param - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

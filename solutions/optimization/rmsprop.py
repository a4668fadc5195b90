"""RMSProp: every weight's step is divided by the size of its recent gradients."""

from collections.abc import Sequence

import numpy as np


class RMSProp:
    """The RMSProp optimizer. In each step a parameter p with gradient g moves by

        v ← alpha·v + (1 − alpha)·g²       v starts at 0
        p ← p − lr · g / (√v + eps)

    element by element. v is not corrected for its start at 0.

    Source    Tieleman & Hinton 2012, lecture 6.5, with eps and the defaults of torch
    """

    def __init__(self, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8) -> None:
        """Store the settings, Python numbers. Shapes become known in `step`."""
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        # One entry per parameter.
        self._v: list[np.ndarray] = []

    def step(
        self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None]
    ) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        Every call gets the same parameters, of any shapes with one axis or more; their values may
        have been changed since the last step. `grads[i]` has the shape and dtype of `params[i]`. If
        it is None, the parameter and its v stay as they are. No argument is kept: the caller may
        overwrite all arrays after a step. Results keep the dtypes.

        Raises    ValueError if `params` and `grads` differ in length or in a shape, at any step

        >>> RMSProp(0.5, alpha=0.75, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
        [array([0., 3.])]
        """
        if len(params) != len(grads):
            raise ValueError(f"got {len(params)} params but {len(grads)} grads")
        if not self._v:
            self._v = [np.zeros_like(param) for param in params]
        return [self._updated(i, p, g) for i, (p, g) in enumerate(zip(params, grads, strict=True))]

    def _updated(self, i: int, param: np.ndarray, grad: np.ndarray | None) -> np.ndarray:
        if grad is None:
            return param.copy()
        if grad.shape != param.shape:
            raise ValueError(f"grads[{i}] has shape {grad.shape}, its parameter {param.shape}")
        self._v[i] = self.alpha * self._v[i] + (1 - self.alpha) * grad**2
        # Outside the root, eps only guards against 0/0 and hardly shows elsewhere.
        return param - self.lr * grad / (np.sqrt(self._v[i]) + self.eps)

"""Adagrad: every weight's step is divided by the size of all its gradients so far."""

from collections.abc import Sequence

import numpy as np


class Adagrad:
    """The Adagrad optimizer. In each step a parameter p with gradient g moves by

        s ← s + g²                         s starts at 0
        p ← p − lr · g / (√s + eps)

    element by element.

    Source    Duchi, Hazan & Singer 2011, the diagonal form; defaults as in torch
    """

    def __init__(self, lr: float = 0.01, eps: float = 1e-10) -> None:
        """Store the settings, Python numbers. Shapes become known in `step`."""
        self.lr = lr
        self.eps = eps

    def step(
        self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None]
    ) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        Every call gets the same parameters, of any shapes with one axis or more; their values may
        have been changed since the last step. `grads[i]` has the shape and dtype of `params[i]`. If
        it is None, the parameter and its s stay as they are, even when eps is 0. No argument is
        kept: the caller may overwrite all arrays after a step. Results keep the dtypes.

        Raises    ValueError if `params` and `grads` differ in length or in a shape, at any step

        >>> Adagrad(lr=0.5, eps=0.0).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
        [array([0.5, 2.5])]
        """
        raise NotImplementedError

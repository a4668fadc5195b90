"""Momentum: gradient descent that gathers speed."""

from collections.abc import Sequence

import numpy as np


class Momentum:
    """Gradient descent with momentum. In each step a parameter p with gradient g moves by

        v ← momentum · v + g               v starts at 0, so it is g after the first step
        p ← p − lr · v

    element by element. `lr` may be assigned between steps; that leaves v as it is.

    Source    Goodfellow, Bengio & Courville 2016, §8.3.2; with lr outside v, as in torch.optim.SGD
    """

    def __init__(self, lr: float = 0.001, momentum: float = 0.9) -> None:
        """Store the settings, Python numbers. Shapes become known in `step`."""
        self.lr = lr
        self.momentum = momentum

    def step(
        self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None]
    ) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        Every call gets the same parameters, of any shapes with one axis or more; their values may
        have been changed since the last step. `grads[i]` has the shape and dtype of `params[i]`. If
        it is None, the parameter and its v stay as they are. No argument is kept: the caller may
        overwrite all arrays after a step. Results keep the dtypes.

        Raises    ValueError if `params` and `grads` differ in length or in a shape, at any step

        >>> optimizer = Momentum(lr=0.5, momentum=0.5)
        >>> optimizer.step(optimizer.step([np.array([2.0])], [np.array([4.0])]), [np.array([0.0])])
        [array([-1.])]
        """
        raise NotImplementedError

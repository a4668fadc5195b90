"""Weight decay for SGD with momentum, coupled and decoupled, and how far the two drift apart."""

from collections.abc import Sequence

import numpy as np


class SGD:
    """Gradient descent with momentum and weight decay. A parameter p with gradient g moves by

        coupled (L2)                        decoupled

        g ← g + weight_decay · p            p ← p · (1 − lr · weight_decay)
        v ← momentum · v + g                v ← momentum · v + g
        p ← p − lr · v                      p ← p − lr · v

    line by line, where v starts at 0. Every parameter decays, whatever its shape.

    Source    Loshchilov & Hutter 2019, Algorithm 1, but with lr outside v and inside the decay
    """

    def __init__(
        self,
        lr: float = 0.001,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        decoupled: bool = False,
    ) -> None:
        """Store the settings, Python numbers. Shapes become known in `step`."""
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.decoupled = decoupled

    def step(
        self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None]
    ) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        Every call gets the same parameters, of any shapes with one axis or more; their values may
        have been changed since the last step. `grads[i]` has the shape and dtype of `params[i]`. If
        it is None, the parameter and its v stay as they are. No argument is kept: the caller may
        overwrite all arrays after a step. Results keep the dtypes.

        Raises    ValueError if `params` and `grads` differ in length or in a shape, at any step

        >>> optimizer = SGD(lr=0.5, momentum=0.9, weight_decay=0.2)
        >>> optimizer.step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
        [array([-0.6,  3.8])]
        """
        raise NotImplementedError


def gap(
    params: Sequence[np.ndarray],
    steps_of_grads: Sequence[Sequence[np.ndarray | None]],
    lr: float,
    momentum: float,
    weight_decay: float,
) -> list[float]:
    """Return how far apart coupled and decoupled decay are after each step.

    Two runs, one with each kind, start at `params` and take a step on each list of gradients. A gap
    is a float: the largest absolute difference between the two runs in any entry of any parameter,
    or 0 if there are no entries.

    >>> grads = [[np.array([1.0])], [np.array([1.0])]]
    >>> gap([np.array([4.0])], grads, lr=0.5, momentum=0.5, weight_decay=1.0)
    [0.0, 1.0]
    """
    raise NotImplementedError

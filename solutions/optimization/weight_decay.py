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

        >>> optimizer = SGD(lr=0.5, momentum=0.9, weight_decay=0.2)
        >>> optimizer.step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
        [array([-0.6,  3.8])]
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
        if self.decoupled:
            param = param * (1 - self.lr * self.weight_decay)
        else:
            # From here the decay goes through v, which remembers it.
            grad = grad + self.weight_decay * param
        self._v[i] = self.momentum * self._v[i] + grad
        return param - self.lr * self._v[i]


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
    first = SGD(lr, momentum, weight_decay)
    second = SGD(lr, momentum, weight_decay, decoupled=True)
    coupled, decoupled, gaps = list(params), list(params), []
    for grads in steps_of_grads:
        coupled, decoupled = first.step(coupled, grads), second.step(decoupled, grads)
        gaps.append(_largest_difference(coupled, decoupled))
    return gaps


def _largest_difference(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    largest = (np.abs(a - b).max(initial=0.0) for a, b in zip(one, other, strict=True))
    return float(max(largest, default=0.0))

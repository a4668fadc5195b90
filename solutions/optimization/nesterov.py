"""Nesterov's momentum: the gradient taken where momentum is about to go."""

from collections.abc import Callable, Sequence

import numpy as np

Gradient = Callable[[np.ndarray], np.ndarray]


def look_ahead(
    x: np.ndarray, gradient: Gradient, lr: float, momentum: float, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Take `steps` steps (0 or more) of Nesterov's method in its original form; u is the move:

        u ← momentum · u − lr · gradient(x + momentum · u)        u starts at 0
        x ← x + u

    Returns (x, u) after the last step. x has one axis or more; `lr` and `momentum` are Python
    numbers. `gradient` takes a point of x's shape and gives the gradient there; it is called once
    for each step, and what it gives is not written into.

    Numerics  x and u keep the dtype that x and the gradients share
    Source    Sutskever, Martens, Dahl & Hinton 2013, §2

    >>> look_ahead(np.array([8.0]), lambda point: point, lr=0.5, momentum=0.5, steps=2)
    (array([1.]), array([-3.]))
    """
    x, u = x.copy(), np.zeros_like(x)
    for _ in range(steps):
        u = momentum * u - lr * gradient(x + momentum * u)
        x = x + u
    return x, u


class Nesterov:
    """Nesterov's momentum as an optimizer. A parameter p, with g its gradient at p, moves by

        v ← momentum · v + g               v starts at 0
        p ← p − lr · (g + momentum · v)

    element by element. As long as `lr` stays the same, p is always the point x + momentum · u of
    `look_ahead`. `lr` may be assigned between steps; that leaves v as it is.

    Source    Bengio, Boulanger-Lewandowski & Pascanu 2013, §3.5; lr outside v as in torch's SGD
    """

    def __init__(self, lr: float = 0.001, momentum: float = 0.9) -> None:
        """Store the settings, Python numbers. Shapes become known in `step`."""
        self.lr = lr
        self.momentum = momentum
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

        >>> optimizer = Nesterov(lr=0.5, momentum=0.5)
        >>> params = optimizer.step([np.array([8.0])], [np.array([8.0])])
        >>> optimizer.step(params, params)
        [array([-0.5])]
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
        # A new array each time: neither v nor the result is one of the caller's.
        self._v[i] = self.momentum * self._v[i] + grad
        # Ahead by what is left of v in the next step: there the next gradient will be taken.
        return param - self.lr * (grad + self.momentum * self._v[i])

"""Stochastic gradient descent: a small step down the slope of every batch."""

from collections.abc import Callable, Sequence

import numpy as np


class SGD:
    """The simplest optimizer. In each step a parameter p with gradient g moves by

        p ← p − lr · g

    element by element. `lr` is a Python number and may be assigned between steps. Steps are
    stateless: each may be given different parameters.

    Source    Goodfellow, Bengio & Courville 2016, §8.3.1
    """

    def __init__(self, lr: float = 0.001) -> None:
        """Keep the learning rate."""
        self.lr = lr

    def step(
        self, params: Sequence[np.ndarray], grads: Sequence[np.ndarray | None]
    ) -> list[np.ndarray]:
        """Take one step for all parameters and return their new values, in the same order.

        `params` are of any shapes with one axis or more; `grads[i]` has the shape and dtype of
        `params[i]`. A gradient of None leaves its parameter as it is. The results keep the
        parameters' dtypes.

        Raises    ValueError if `params` and `grads` differ in length or in a shape

        >>> SGD(lr=0.5).step([np.array([1.0, 2.0])], [np.array([3.0, -4.0])])
        [array([-0.5,  4. ])]
        """
        if len(params) != len(grads):
            raise ValueError(f"got {len(params)} params but {len(grads)} grads")
        for i, (param, grad) in enumerate(zip(params, grads, strict=True)):
            if grad is not None and grad.shape != param.shape:
                raise ValueError(f"grads[{i}] has shape {grad.shape}, its parameter {param.shape}")
        return [
            param.copy() if grad is None else param - self.lr * grad
            for param, grad in zip(params, grads, strict=True)
        ]


def epoch(
    params: Sequence[np.ndarray],
    batches: Sequence[tuple[np.ndarray, np.ndarray]],
    gradients: Callable[[list[np.ndarray], np.ndarray, np.ndarray], list[np.ndarray | None]],
    lr: float,
) -> list[np.ndarray]:
    """Take one step of SGD for each batch (x, y), in order, and return the final parameters.

    `gradients(params, x, y)` takes a list of parameters and returns the list of the gradients of
    that batch's loss at those values. An entry may be None, or be one of the arrays in `params`.
    The function is called once for each batch, with the parameters that the previous step left (at
    first, those given).

    >>> def towards_the_mean(params, x, y):
    ...     return [params[0] - x.mean(axis=0)]
    >>> batches = [(np.array([[3.0], [5.0]]), np.zeros(2)), (np.array([[8.0]]), np.zeros(1))]
    >>> epoch([np.array([0.0])], batches, towards_the_mean, lr=0.5)
    [array([5.])]
    """
    optimizer, params = SGD(lr), [param.copy() for param in params]
    for x, y in batches:
        params = optimizer.step(params, gradients(params, x, y))
    return params

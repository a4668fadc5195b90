"""Backpropagation by hand: all gradients of a network with two layers.

Both functions take a batch of n ≥ 1 inputs.

    Numerics  results keep the arguments' dtype; only the loss is a plain float
    Speed     no Python loop over any axis
    Source    Rumelhart, Hinton & Williams 1986; Goodfellow, Bengio & Courville 2016, §6.5
"""

import numpy as np
from jaxtyping import Float


def forward(
    x: Float[np.ndarray, "n in"],
    w1: Float[np.ndarray, "hidden in"],
    b1: Float[np.ndarray, "hidden"],
    w2: Float[np.ndarray, "out hidden"],
    b2: Float[np.ndarray, "out"],
) -> Float[np.ndarray, "n out"]:
    """Send a batch of n inputs through the network.

        h = relu(x W₁ᵀ + b₁),   relu(z) = max(z, 0)
        y = h W₂ᵀ + b₂

    >>> w1, w2 = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([[2.0, 5.0]])
    >>> forward(np.array([[1.0, 2.0]]), w1, np.zeros(2), w2, np.ones(1))
    array([[7.]])
    """
    raise NotImplementedError


def loss_and_gradients(
    x: Float[np.ndarray, "n in"],
    target: Float[np.ndarray, "n out"],
    w1: Float[np.ndarray, "hidden in"],
    b1: Float[np.ndarray, "hidden"],
    w2: Float[np.ndarray, "out hidden"],
    b2: Float[np.ndarray, "out"],
) -> tuple[float, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Return the loss against `target`, and its gradient with respect to each parameter.

        y = forward(x, w1, b1, w2, b2)
        loss = mean of (y − target)² over all n · out entries

    Returns (loss, (grad_w1, grad_b1, grad_w2, grad_b2)). At 0, relu's derivative counts as 0.

    Raises    ValueError if target's shape is not y's: nothing is broadcast

    >>> w1, w2 = np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([[2.0, 5.0]])
    >>> x, target = np.array([[1.0, 2.0]]), np.array([[4.0]])
    >>> loss, (_, grad_b1, _, grad_b2) = loss_and_gradients(
    ...     x, target, w1, np.zeros(2), w2, np.ones(1)
    ... )
    >>> loss, grad_b1, grad_b2
    (9.0, array([12.,  0.]), array([6.]))
    """
    raise NotImplementedError

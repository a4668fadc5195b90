"""One neuron: a weighted sum, a sigmoid, and the gradients of its error.

Both functions take a batch of n ≥ 1 samples with d numbers each. b is a Python number.

    Numerics  finite for any weighted sums; arrays keep the dtype, the loss and grad_b are floats
    Raises    ValueError if a shape does not fit the signature: nothing is broadcast
    Speed     no Python loop over any axis
    Source    Rumelhart, Hinton & Williams 1986
"""

import numpy as np
from jaxtyping import Float


def neuron(
    x: Float[np.ndarray, "n d"], w: Float[np.ndarray, "d"], b: float
) -> Float[np.ndarray, "n"]:
    """Return the neuron's output for each sample.

        y = 1 / (1 + exp(−z)),  z = w · x + b

    >>> neuron(np.array([[2.0, 1.0], [0.0, 500.0]]), np.array([1.0, -2.0]), 0.0)
    array([0.5, 0. ])
    """
    raise NotImplementedError


def loss_and_gradients(
    x: Float[np.ndarray, "n d"], target: Float[np.ndarray, "n"], w: Float[np.ndarray, "d"], b: float
) -> tuple[float, tuple[Float[np.ndarray, "d"], float]]:
    """Return (loss, (grad_w, grad_b)): the loss against `target`, and its gradients.

        y = neuron(x, w, b)
        loss = mean of (y − target)² over the n samples

    >>> x, target = np.array([[2.0, 1.0]]), np.array([0.0])
    >>> loss_and_gradients(x, target, np.array([1.0, -2.0]), 0.0)
    (0.25, (array([0.5 , 0.25]), 0.25))
    """
    raise NotImplementedError

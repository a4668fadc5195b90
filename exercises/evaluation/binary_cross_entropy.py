"""Binary cross-entropy, from probabilities and from logits, and its gradients.

Each entry of an array is a yes-or-no question of its own. `target` holds the probability of yes
that is aimed at, from 0 to 1 (often just 0 or 1). Both arrays of a call have one shape, with one
axis or more, and one dtype. Each loss is a mean over all entries, in nats. Each gradient is that
with respect to the first array, multiplied by `grad_loss`, the loss's own gradient.

    Numerics  a loss is a Python float or np.float64, for float32 arrays too; a gradient keeps the
              dtype. Without entries the loss is nan, and the gradient is empty
    Raises    ValueError unless both arrays have one shape, or if an entry of `target` or of `p`
              is below 0 or above 1
    Speed     no Python loop over any axis
    Source    Goodfellow, Bengio & Courville 2016, §6.2.2.2
"""

import numpy as np
from jaxtyping import Float

Array = Float[np.ndarray, "*shape"]


def bce(p: Array, target: Array) -> float:
    """Return the loss of probabilities, the mean of −(t · log p + (1 − t) · log(1 − p)).

    As in PyTorch, a logarithm below −100 is replaced by −100, also that of 0.

    >>> bce(np.array([0.5, 0.0]), np.array([1.0, 1.0]))
    50.34657359027997
    """
    raise NotImplementedError


def bce_backward(grad_loss: float, p: Array, target: Array) -> Array:
    """Return the gradient of bce, for p so far from 0 and 1 that no logarithm is replaced."""
    raise NotImplementedError


def bce_with_logits(z: Array, target: Array) -> float:
    """Return the loss of logits z, for which p = 1 / (1 + exp(−z)), without any replacement.

    Right to within 1e-9 (1e-6 in float32), or as many digits, for z from −1e30 to 1e30: a no with
    z = 1000 costs 1000.

    >>> bce_with_logits(np.array([0.0, -1000.0]), np.array([1.0, 1.0]))
    500.34657359027997
    """
    raise NotImplementedError


def bce_with_logits_backward(grad_loss: float, z: Array, target: Array) -> Array:
    """Return the gradient of bce_with_logits, for z of the same range."""
    raise NotImplementedError

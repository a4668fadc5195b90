"""Binary cross-entropy, from probabilities and from logits, and its gradients.

Each entry of an array is a yes-or-no question of its own. `target` holds the desired probability
of yes, from 0 to 1 (often just 0 or 1). Both arrays of a call have one shape, with one axis or
more, and one dtype. Each loss is a mean over all entries, in nats. Each gradient is that with
respect to the first array, multiplied by `grad_loss`, the loss's own gradient.

    Numerics  a loss is a Python float or np.float64, whatever the arrays' dtype; a gradient keeps
              the dtype. The number of entries fits into it, but the sum of the losses need not. If
              the arrays are empty, the loss is nan and the gradient empty
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

    As in PyTorch, logarithms are clamped at −100, so log 0 counts as −100 too, in every dtype. In
    float64, the loss may be off by 1e-12.

    >>> bce(np.array([0.5, 0.0]), np.array([1.0, 1.0]))
    50.34657359027997
    """
    raise NotImplementedError


def bce_backward(grad_loss: float, p: Array, target: Array) -> Array:
    """Return the gradient of bce, exactly, where no logarithm is clamped.

    (PyTorch clamps p · (1 − p) at 1e-12; here nothing is.)
    """
    raise NotImplementedError


def bce_with_logits(z: Array, target: Array) -> float:
    """Return the loss of logits z, for which p = 1 / (1 + exp(−z)), without clamping.

    For float64 z up to ±1e30, the error is at most 1e-9, absolute or relative, whichever is looser;
    in float32 it is 1e-6. Where a target is neither 0 nor 1, the error is relative to |z|, most of
    which may cancel. For target 0, z = 1000 costs 1000.

    >>> bce_with_logits(np.array([0.0, -1000.0]), np.array([1.0, 1.0]))
    500.34657359027997
    """
    raise NotImplementedError


def bce_with_logits_backward(grad_loss: float, z: Array, target: Array) -> Array:
    """Return the gradient of bce_with_logits, for z of the same range."""
    raise NotImplementedError

"""Cross-entropy for imbalanced classes: each class has a weight."""

import numpy as np
from jaxtyping import Float, Integer


def weighted_cross_entropy(
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    weights: Float[np.ndarray, "k"],
) -> float:
    """Return the weighted mean of −log softmax(logits[i])[targets[i]] over the rows i, in nats.

        loss = Σᵢ w[i] · loss[i] / Σᵢ w[i]        w[i] = weights[targets[i]]

    As in PyTorch, the divisor is the sum of the targets' weights, not n. The weights lie between
    1e-15 and 1e6, and have the logits' dtype. Without rows the loss is nan.

    Numerics  right for float32 and float64 logits up to ±1e30, if Σᵢ w[i] · loss[i] fits into their
              dtype; the loss is a Python float or np.float64, whatever the logits' dtype
    Raises    ValueError unless `targets` has shape (n,) and `weights` shape (k,), or if a target is
              not one of 0, 1, …, k − 1
    Speed     no Python loop over n or k

    >>> weighted_cross_entropy(np.zeros((2, 2)), np.array([0, 1]), np.array([1.0, 3.0]))
    0.6931471805599453
    """
    raise NotImplementedError


def weighted_cross_entropy_backward(
    grad_loss: float,
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    weights: Float[np.ndarray, "k"],
) -> Float[np.ndarray, "n k"]:
    """Return the gradient with respect to `logits`, given `grad_loss`, the loss's own gradient.

    It has the logits' dtype; without rows it is empty. All else is as in weighted_cross_entropy.
    """
    raise NotImplementedError


def balanced_weights(targets: Integer[np.ndarray, "n"], n_classes: int) -> Float[np.ndarray, "k"]:
    """Return float64 weights that give every class the same total weight over `targets`.

        weights[c] = n / (k · n_c)        n_c of the n targets are c; k is n_classes

    Raises    ValueError if a target is not one of 0, 1, …, k − 1, or if a class has no target
    Speed     no Python loop over n or k

    >>> balanced_weights(np.array([0, 1, 1, 1]), 2)
    array([2.        , 0.66666667])
    """
    raise NotImplementedError

"""Cross-entropy: how improbable a classifier finds the right answers."""

import numpy as np
from jaxtyping import Float, Integer


def cross_entropy(
    logits: Float[np.ndarray, "n k"], targets: Integer[np.ndarray, "n"], ignore_index: int = -100
) -> float:
    """Return the mean negative log-probability of the right class, over the rows that count.

        loss = mean over i of  −log softmax(logits[i])[targets[i]]        natural logarithm

    Each of the n rows of logits holds one score for each of k classes. Row i counts unless
    targets[i] is `ignore_index`, which may be any integer, even a class. If no row counts
    (or n = 0), the loss is nan.

    Numerics  finite for float64 logits up to ±1e300 and float32 logits up to ±1e37, however
              improbable the right class is; the loss is a Python float or np.float64, for float32
              logits too
    Raises    ValueError unless `targets` has shape (n,), or if a target is neither one of
              0, 1, …, k − 1 nor `ignore_index`
    Speed     no Python loop over n or k; at most 64 · n · k bytes of memory, result included
    Source    Goodfellow, Bengio & Courville 2016, §6.2.2.3

    >>> cross_entropy(np.array([[0.0, 0.0], [5.0, 5.0]]), np.array([1, 0]))
    0.6931471805599453
    """
    raise NotImplementedError


def cross_entropy_backward(
    grad_loss: float,
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    ignore_index: int = -100,
) -> Float[np.ndarray, "n k"]:
    """Return the gradient with respect to `logits`, given `grad_loss`, the loss's own gradient.

    For `grad_loss` = 1 it is the gradient of cross_entropy itself; in general it is `grad_loss`
    times that. A row that does not count gets zeros, so if none does, the whole gradient is zero
    (though the loss is nan).

    Numerics  as cross_entropy, but the gradient has logits' dtype
    Raises    as cross_entropy does
    Speed     as cross_entropy
    """
    raise NotImplementedError

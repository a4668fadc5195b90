"""Label smoothing: cross-entropy with a target that is not quite certain."""

import numpy as np
from jaxtyping import Float, Integer


def label_smoothing_loss(
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    eps: float,
    ignore_index: int = -100,
) -> float:
    """Return the mean cross-entropy, in nats, with smoothed targets, over the rows not ignored.

        loss[i] = −Σⱼ q[i, j] · log softmax(logits[i])[j]
        q[i, j] = eps / k for every class, plus 1 − eps if j is targets[i]

    As in PyTorch, every one of the k classes has its share of `eps`, the target too. `eps` is a
    Python number from 0 to 1. Row i is ignored if targets[i] is `ignore_index`, which may be any
    integer, even one of the classes; the loss is a mean over the other rows. If there is none
    (or n = 0), it is nan.

    Numerics  right for float32 and float64 logits up to ±1e30; the loss is a Python float or
              np.float64, whatever the logits' dtype
    Raises    ValueError unless `targets` has shape (n,), or if a target is neither one of
              0, 1, …, k − 1 nor `ignore_index`
    Speed     no Python loop over n or k
    Source    Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016, §7

    >>> label_smoothing_loss(np.array([[0.0, 2.0]]), np.array([1]), eps=0.5)
    0.6269280110429727
    """
    raise NotImplementedError


def label_smoothing_loss_backward(
    grad_loss: float,
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    eps: float,
    ignore_index: int = -100,
) -> Float[np.ndarray, "n k"]:
    """Return the gradient with respect to `logits`, given `grad_loss`, the loss's own gradient.

    It has the logits' dtype. An ignored row gets zeros. All else is as in label_smoothing_loss.
    """
    raise NotImplementedError

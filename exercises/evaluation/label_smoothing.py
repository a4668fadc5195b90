"""Label smoothing: cross-entropy with a target that is not quite certain."""

import numpy as np
from jaxtyping import Float, Integer


def label_smoothing_loss(
    logits: Float[np.ndarray, "n k"],
    targets: Integer[np.ndarray, "n"],
    eps: float,
    ignore_index: int = -100,
) -> float:
    """Return the mean cross-entropy, in nats, with smoothed targets, over the rows that count.

        loss[i] = −Σⱼ q[j] · log softmax(logits[i])[j]
        q[j]    = eps / k, and 1 − eps more for the target

    As in PyTorch, every one of the k classes has its share of `eps`, the target too. `eps` is a
    Python number from 0 to 1. Row i counts unless targets[i] is `ignore_index`, which may be any
    integer, even a class; the loss is a mean over the rows that count. If none does (or n = 0), it
    is nan.

    Numerics  right for logits up to 1e30 in size; the loss is a Python float or np.float64, for
              float32 logits too
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

    It has the logits' dtype. A row that does not count gets zeros, so if none does, all is zero.
    All else is as in label_smoothing_loss.
    """
    raise NotImplementedError

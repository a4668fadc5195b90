"""Gradient accumulation: a large batch in small pieces."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def accumulate(
    gradients: Callable[[Any], tuple[float, list[np.ndarray], int]], batches: Sequence[Any]
) -> tuple[float, list[np.ndarray]]:
    """Return the loss and the gradients of all batches together, as if they were one batch.

        loss = Σ n_b · loss_b / Σ n_b            grads[i] = Σ n_b · grads_b[i] / Σ n_b

    `gradients(b)` returns (loss_b, grads_b, n_b): the mean loss over the n_b terms of batch b (its
    rows, or the tokens that are not padding), the gradients of that mean, and n_b as a Python int.
    It is called once for each batch, in order. The arrays in grads_b (there may be none), of any
    shapes with one axis or more, belong to `gradients`: do not write into them, and expect the next
    call to reuse them.

    A batch with n_b = 0 is skipped, even if its loss and gradients are nan.

    Numerics  the gradients keep their dtypes; the sums above do not overflow in them
    Raises    ValueError if n_b is 0 in every batch, or there are no batches
    Memory    at most 10 × that of the gradients of one batch, those that `gradients` returns
              included, however many batches there are
    Source    Goodfellow, Bengio & Courville 2016, §8.1.3 (a gradient is a mean over examples)

    >>> def mean_of(batch):
    ...     return float(batch.mean()), [batch.mean(axis=0)], len(batch)
    >>> accumulate(mean_of, [np.array([[1.0], [3.0], [5.0]]), np.array([[7.0]])])
    (4.0, [array([4.])])
    """
    raise NotImplementedError

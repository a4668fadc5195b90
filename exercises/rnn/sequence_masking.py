"""Masking: sequences of different lengths in one batch, and nothing learned from the padding.

Sequences stand at the start of their rows. `lengths`, of any integer dtype and from 0 to t, say how
many steps of each row are real; there is at least one row. What stands at the other steps, the
padding, may be anything, even nan, and has no effect.

    Raises    ValueError, by last_states and masked_mean_loss, if a length is below 0 or above t
    Speed     no Python loop over t or d; one over the sequences in pad_sequences alone
    Source    torch.nn.utils.rnn
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Integer


def pad_sequences(
    sequences: Sequence[Float[np.ndarray, "_ d"]], value: float = 0.0
) -> tuple[Float[np.ndarray, "n t d"], Int[np.ndarray, "n"]]:
    """Return (batch, lengths): n sequences of different lengths in one array, and their lengths.

    There are one or more sequences, all of the same d and dtype; some may be empty. t is the length
    of the longest, and the padding is `value`. Keeps the dtype; the lengths are int64.

    >>> pad_sequences([np.ones((1, 1)), np.ones((2, 1))], value=-1.0)[0][:, :, 0]
    array([[ 1., -1.],
           [ 1.,  1.]])
    """
    raise NotImplementedError


def last_states(
    hs: Float[np.ndarray, "n t d"], lengths: Integer[np.ndarray, "n"]
) -> Float[np.ndarray, "n d"]:
    """Return each sequence's state after its last real step; zeros for an empty one.

    Keeps the dtype. t is 1 or more.

    >>> last_states(np.array([[[5.0], [6.0], [7.0]], [[8.0], [9.0], [0.0]]]), np.array([3, 1]))
    array([[7.],
           [8.]])
    """
    raise NotImplementedError


def masked_mean_loss(losses: Float[np.ndarray, "n t"], lengths: Integer[np.ndarray, "n"]) -> float:
    """Return the mean loss of all real steps of the batch, as a Python float or np.float64.

    Each step has the same weight, whatever the length of its sequence. Without any real step the
    mean is nan, as in torch's cross-entropy. In float16 and float32 the losses may add up to more
    than their dtype holds. t may be 0.

    >>> masked_mean_loss(np.array([[1.0, 2.0, 3.0], [6.0, np.nan, np.nan]]), np.array([3, 1]))
    3.0
    """
    raise NotImplementedError

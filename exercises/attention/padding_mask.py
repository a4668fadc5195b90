"""Padding masks: no query sees the padding of a batch.

The n sequences of a batch are padded at their ends to t positions; `lengths` says how many
positions of each sequence are real, from 0 to t. Both n and t may be 0. The axes of heads and of
queries have length 1 where the mask is the same for all of them, so that it broadcasts to scores
(n, heads, t_q, t_k). Only keys are masked, never queries.

    Raises    ValueError, by both, if a length is below 0 or above t
    Speed     no Python loop over sequences or positions
    Source    Rush 2018, The Annotated Transformer
"""

import numpy as np
from jaxtyping import Bool, Integer


def padding_mask(lengths: Integer[np.ndarray, "n"], t: int) -> Bool[np.ndarray, "n 1 1 t"]:
    """Mark the keys of each sequence that are real.

        mask[b, 0, 0, j] = True if j < lengths[b], else False

    >>> padding_mask(np.array([1, 3]), 3)
    array([[[[ True, False, False]]],
    <BLANKLINE>
    <BLANKLINE>
           [[[ True,  True,  True]]]])
    """
    raise NotImplementedError


def decoder_mask(lengths: Integer[np.ndarray, "n"], t: int) -> Bool[np.ndarray, "n 1 t t"]:
    """Mark, for each query, the real keys that are not in its future.

        mask[b, 0, i, j] = True if j < lengths[b] and j ≤ i, else False

    >>> decoder_mask(np.array([1]), 2)
    array([[[[ True, False],
             [ True, False]]]])
    """
    raise NotImplementedError

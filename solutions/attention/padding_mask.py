"""Padding masks: no query sees what only fills up a batch.

The n sequences of a batch are padded at their ends to t positions; `lengths` says how many of them
are real, from 0 to t for each sequence. Heads and queries are axes of length 1 where all share one
mask, so that it broadcasts to scores (n, heads, t_q, t_k). Queries are never masked, even where
they are padding: what attention gives for those is left out later, in the loss.

    Raises    ValueError if a length is below 0 or above t
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
    outside = lengths[(lengths < 0) | (lengths > t)]
    if outside.size:
        raise ValueError(f"lengths hold {outside[0]}; a length is from 0 to {t}")
    return np.arange(t) < lengths[:, None, None, None]


def decoder_mask(lengths: Integer[np.ndarray, "n"], t: int) -> Bool[np.ndarray, "n 1 t t"]:
    """Mark, for each query, the real keys that are not in its future.

        mask[b, 0, i, j] = True if j < lengths[b] and j ≤ i, else False

    >>> decoder_mask(np.array([1]), 2)
    array([[[[ True, False],
             [ True, False]]]])
    """
    past = np.tri(t, dtype=bool)
    return past & padding_mask(lengths, t)

"""The causal mask: no position sees its future."""

import numpy as np
from jaxtyping import Bool


def causal_mask(t_q: int, t_k: int | None = None) -> Bool[np.ndarray, "t_q t_k"]:
    """Mark the keys that each query may see: the one at its own position and all before it.

    Without `t_k`, queries and keys are the same t_q positions:

        mask[i, j] = True if j ≤ i, else False

    With it, the queries are the *last* t_q of t_k positions, as in generation: the keys of
    earlier positions are in a cache, and only the new ones are queries. The last query then sees
    every key. (torch's `is_causal=True` takes the queries to be the first positions instead.)
    Either size may be 0.

    Raises    ValueError if there are more queries than keys
    Speed     no Python loop over queries or keys
    Source    Vaswani et al. 2017, §3.2.3

    >>> causal_mask(2)
    array([[ True, False],
           [ True,  True]])
    >>> causal_mask(1, 3)
    array([[ True,  True,  True]])
    """
    raise NotImplementedError

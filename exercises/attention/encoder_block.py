"""The transformer's encoder block: attention, then a network at each position, both residual."""

import numpy as np
from jaxtyping import Bool, Float

from exercises.attention.feed_forward import feed_forward
from exercises.attention.multi_head import multi_head
from exercises.training.layer_norm import layer_norm


def encoder_block(
    x: Float[np.ndarray, "n t d"],
    params: dict[str, tuple[np.ndarray, ...]],
    n_heads: int,
    mask: Bool[np.ndarray, "*#batch #t #t"] | None = None,
    norm_first: bool = True,
) -> Float[np.ndarray, "n t d"]:
    """Pass x through attention and a network, each with a norm and a residual connection.

        pre-norm, norm_first=True       a = x + attention(norm1(x))    y = a + network(norm2(a))
        post-norm, norm_first=False     a = norm1(x + attention(x))    y = norm2(a + network(a))

    Use your own functions from earlier katas. `params` holds, under these names and in any order,
    the weights of each step, as a tuple in the order in which the function takes them:

        "norm1", "norm2"    (gamma, beta)            of layer_norm, eps is 1e-5
        "attention"         (w_q, w_k, w_v, w_o)     of multi_head, which also gets n_heads and mask
        "network"           (w1, b1, w2, b2)         of feed_forward

    Numerics  keeps the dtype, which all float arrays share
    Raises    as multi_head
    Source    Vaswani et al. 2017, §3.1 (post-norm); Xiong et al. 2020, Figure 1 (both)

    >>> eye, zeros = np.eye(2), np.zeros(2)
    >>> params = {"norm1": (zeros, np.array([1.0, 2.0])), "attention": (eye, eye, eye, eye)}
    >>> params |= {"norm2": (zeros, zeros), "network": (eye, zeros, eye, np.array([10.0, 20.0]))}
    >>> encoder_block(np.array([[[5.0, 6.0]]]), params, n_heads=1)
    array([[[16., 28.]]])
    """
    raise NotImplementedError

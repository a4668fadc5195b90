"""The transformer's decoder block; without a memory, the block of GPT."""

import numpy as np
from jaxtyping import Float, Integer

from exercises.attention.causal_self_attention import causal_self_attention
from exercises.attention.cross_attention import cross_attention
from exercises.attention.feed_forward import feed_forward
from exercises.training.layer_norm import layer_norm


def decoder_block(
    x: Float[np.ndarray, "n t d"],
    params: dict[str, tuple[np.ndarray, ...]],
    n_heads: int,
    memory: Float[np.ndarray, "n t_m d_m"] | None = None,
    memory_lengths: Integer[np.ndarray, "n"] | None = None,
) -> Float[np.ndarray, "n t d"]:
    """Add the outputs of three steps to x in turn; each step's input is the normed sum so far.

        a = x + self_attention(norm1(x))
        b = a + cross_attention(norm2(a), memory)       without a memory, b = a
        y = b + network(norm3(b))

    Use your own functions from earlier katas. `params` holds, under these names and in any order,
    the weights of each step, as a tuple in the order in which the function takes them:

        "norm1", "norm2", "norm3"    (gamma, beta)               of layer_norm, eps is 1e-5
        "self_attention"             (w_qkv, b_qkv, w_o, b_o)    of causal_self_attention
        "cross_attention"            (w_q, w_k, w_v, w_o)        of cross_attention
        "network"                    (w1, b1, w2, b2)            of feed_forward

    Do not normalize the memory. `memory_lengths`, as in cross_attention, comes with a memory only.
    Without one, "norm2" and "cross_attention" may be missing, and are ignored if present.

    Numerics  keeps the dtype, which all float arrays share
    Raises    as causal_self_attention
    Source    Vaswani et al. 2017, §3.1; Radford et al. 2019, §2.3 (pre-norm, no cross-attention)

    >>> eye, zeros = np.eye(2), np.zeros(2)
    >>> params = {"norm1": (zeros, np.ones(2)), "norm3": (zeros, zeros)}
    >>> params["self_attention"] = np.tile(eye, (3, 1)), np.zeros(6), eye, zeros
    >>> params["network"] = eye, zeros, eye, np.array([10.0, 20.0])
    >>> decoder_block(np.array([[[5.0, 6.0]]]), params, n_heads=1)
    array([[[16., 27.]]])
    """
    raise NotImplementedError

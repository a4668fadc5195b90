"""The KV cache: causal attention over a sequence that comes piece by piece, as in generation."""

import numpy as np
from jaxtyping import Float

from exercises.attention.scaled_dot_product import scaled_dot_product


class CachedAttention:
    """Causal multi-head self-attention that remembers the keys and values of earlier tokens.

    Weights are (out, in), and there are no biases:

        q = x W_qᵀ,  k = x W_kᵀ,  v = x W_vᵀ
        y = [head 1, …, head n_heads] W_oᵀ          head = scaled_dot_product of its q, k and v

    q, k and v have width `inner` and are cut into n_heads equal slices, one for each head. A token
    sees itself and all before it. An error changes nothing that is remembered. If you want to use
    it, `scaled_dot_product(q, k, v, mask)` is your own, from the kata of that name.
    """

    def __init__(
        self,
        w_q: Float[np.ndarray, "inner d"],
        w_k: Float[np.ndarray, "inner d"],
        w_v: Float[np.ndarray, "inner d"],
        w_o: Float[np.ndarray, "d inner"],
        n_heads: int,
    ) -> None:
        """Keep the weights; n_heads is 1 or more. No token has been seen yet.

        Raises    ValueError if `inner` cannot be cut into n_heads equal slices
        """
        self.w_q = w_q
        self.w_k = w_k
        self.w_v = w_v
        self.w_o = w_o
        self.n_heads = n_heads
        raise NotImplementedError

    @property
    def length(self) -> int:
        """How many tokens of each sequence are remembered."""
        raise NotImplementedError

    def step(self, x: Float[np.ndarray, "n t d"]) -> Float[np.ndarray, "n t d"]:
        """Return y for the next t ≥ 1 tokens of each sequence, and remember them.

        y does not depend on how a sequence is cut into steps; it keeps the dtype that all arrays
        share.

        Raises    ValueError if n differs from that of the first step, even after truncate(0)
        Speed     nothing is computed again for earlier tokens: a step of one token takes at most 8
                  times the memory of the keys and values remembered, even where `inner` is much
                  smaller than d; no Python loop over sequences, tokens, heads or steps

        >>> one = np.ones((1, 1))
        >>> attention = CachedAttention(0 * one, one, one, one, n_heads=1)
        >>> attention.step(np.array([[[2.0], [4.0]]])).ravel(), attention.step(9 * one[None])
        (array([2., 3.]), array([[[5.]]]))
        """
        raise NotImplementedError

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first `length` of each sequence.

        Raises    ValueError unless 0 ≤ length ≤ the number remembered
        """
        raise NotImplementedError

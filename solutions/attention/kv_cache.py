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
        if len(w_q) % n_heads:
            raise ValueError(f"a width of {len(w_q)} cannot be cut into {n_heads} heads")
        self.w_q = w_q
        self.w_k = w_k
        self.w_v = w_v
        self.w_o = w_o
        self.n_heads = n_heads
        # Both (n, n_heads, length, inner / n_heads), once there are any.
        self._keys: np.ndarray | None = None
        self._values: np.ndarray | None = None

    @property
    def length(self) -> int:
        """How many tokens of each sequence are remembered."""
        return 0 if self._keys is None else self._keys.shape[2]

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
        past = self.length
        q, k, v = (self._split(x @ w.T) for w in (self.w_q, self.w_k, self.w_v))
        if self._keys is not None:
            if len(x) != len(self._keys):
                raise ValueError(f"x holds {len(x)} sequences, the cache {len(self._keys)}")
            k = np.concatenate([self._keys, k], axis=2)
            v = np.concatenate([self._values, v], axis=2)
        self._keys, self._values = k, v
        # The new token i is number past + i of its sequence.
        sees = np.tril(np.ones((x.shape[1], k.shape[2]), dtype=bool), k=past)
        heads = scaled_dot_product(q, k, v, sees)
        return self._join(heads) @ self.w_o.T

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first `length` of each sequence.

        Raises    ValueError unless 0 ≤ length ≤ the number remembered
        """
        if not 0 <= length <= self.length:
            raise ValueError(f"length is {length}: {self.length} tokens are remembered")
        if self._keys is not None:
            self._keys, self._values = self._keys[:, :, :length], self._values[:, :, :length]

    def _split(self, x: Float[np.ndarray, "n t inner"]) -> Float[np.ndarray, "n heads t d_head"]:
        n, t, inner = x.shape
        return x.reshape(n, t, self.n_heads, inner // self.n_heads).swapaxes(1, 2)

    def _join(self, x: Float[np.ndarray, "n heads t d_head"]) -> Float[np.ndarray, "n t inner"]:
        n, _, t, _ = x.shape
        return x.swapaxes(1, 2).reshape(n, t, -1)

"""A small GPT with a KV cache: it goes on from the keys and values of the past."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

Weights = dict[str, Tensor]
Cache = list[tuple[Tensor, Tensor]]


class CachedGPT:
    """The GPT of the kata minigpt_bugs, which can also go on from the tokens of earlier calls.

    `weights`, `blocks` and `n_heads` are those of MiniGPT; copy from your own what you need.

    A cache holds (keys, values) for each block (there is at least one): both (n, n_heads, past,
    d / n_heads), in the weights' dtype. It is all that is known of the `past` tokens; no method
    writes into an argument, so several sequences may go on from one cache.

    >>> one, eye = torch.ones(2), torch.eye(2)
    >>> weights = {"tokens": eye, "positions": torch.zeros(9, 2), "norm": one}
    >>> block = dict.fromkeys(["q", "k", "v", "o", "up", "down"], eye)
    >>> model = CachedGPT(weights, [{**block, "norm1": one, "norm2": one}], n_heads=1)
    >>> model.write(torch.tensor([[0, 1]]), 3, model.start(1))[0]
    tensor([[1, 1, 1]])
    """

    def __init__(self, weights: Weights, blocks: list[Weights], n_heads: int) -> None:
        """Keep the weights; nobody changes them later."""
        self.weights = weights
        self.blocks = blocks
        self.n_heads = n_heads

    def start(self, n: int) -> Cache:
        """Return the cache of n sequences that have no tokens yet."""
        raise NotImplementedError

    def advance(
        self, tokens: Int[Tensor, "n t"], cache: Cache
    ) -> tuple[Float[Tensor, "n t v"], Cache]:
        """Return the logits of the next t ≥ 1 tokens of each sequence, and the cache with them too.

        The logits are those that MiniGPT gives at these t positions of the whole sequence, and
        right for scores of any size.

        Raises    ValueError if past + t is more than t_max
        """
        raise NotImplementedError

    @torch.no_grad()
    def write(
        self, tokens: Int[Tensor, "n t"], n_new: int, cache: Cache
    ) -> tuple[Int[Tensor, "n n_new"], Cache]:
        """Read the next t ≥ 1 tokens of each sequence, then append n_new ≥ 1, each the likeliest.

        Return these alone (`generate` would append the same), and the cache, with all t + n_new.

        Raises    ValueError if past + t + n_new is more than t_max
        """
        raise NotImplementedError

"""A small GPT with a KV cache: what was read once is not read again."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from exercises.attention.minigpt_bugs import MiniGPT

Cache = list[tuple[Tensor, Tensor]]


class CachedGPT(MiniGPT):
    """A GPT that can also go on from the keys and values of earlier tokens.

    It builds on your own MiniGPT, from the kata minigpt_bugs, whose methods do what they did.

    A cache holds one pair for each block, (keys, values), both (n, n_heads, past, d / n_heads), in
    the dtype of the weights. It is all that is known of the `past` tokens of n sequences: the model
    itself remembers nothing, and no method writes into a cache that it was given, so several
    sequences may go on from the same one. There is one block at least.

    >>> one, eye = torch.ones(2), torch.eye(2)
    >>> weights = {"tokens": eye, "positions": torch.zeros(9, 2), "norm": one}
    >>> block = dict.fromkeys(["q", "k", "v", "o", "up", "down"], eye)
    >>> model = CachedGPT(weights, [{**block, "norm1": one, "norm2": one}], n_heads=1)
    >>> written, cache = model.write(torch.tensor([[0, 1]]), 3, model.start(1))
    >>> written, cache[0][0].shape
    (tensor([[1, 1, 1]]), torch.Size([1, 1, 5, 2]))
    """

    def start(self, n: int) -> Cache:
        """Return the cache of n sequences that have no tokens yet."""
        raise NotImplementedError

    def advance(
        self, tokens: Int[Tensor, "n t"], cache: Cache
    ) -> tuple[Float[Tensor, "n t v"], Cache]:
        """Return the logits of the next t ≥ 1 tokens of each sequence, and the cache with them too.

        The logits are those that `logits` gives at these t positions of the whole sequence.

        Raises    ValueError if past + t is more than t_max
        Speed     no Python loop over sequences or tokens
        """
        raise NotImplementedError

    @torch.no_grad()
    def write(
        self, tokens: Int[Tensor, "n t"], n_new: int, cache: Cache
    ) -> tuple[Int[Tensor, "n n_new"], Cache]:
        """Read the next t ≥ 1 tokens of each sequence, then write the n_new ≥ 1 likeliest.

        Return those written, and the cache with all t + n_new. From an empty cache, `generate`
        writes the same.

        Raises    ValueError if past + t + n_new is more than t_max
        """
        raise NotImplementedError

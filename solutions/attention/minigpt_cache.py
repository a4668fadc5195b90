"""A small GPT with a KV cache: what was read once is not read again."""

import math

import torch
import torch.nn.functional as F
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
        d = len(self.weights["norm"])
        nothing = self.weights["norm"].new_zeros(n, self.n_heads, 0, d // self.n_heads)
        return [(nothing, nothing) for _ in self.blocks]

    def advance(
        self, tokens: Int[Tensor, "n t"], cache: Cache
    ) -> tuple[Float[Tensor, "n t v"], Cache]:
        """Return the logits of the next t ≥ 1 tokens of each sequence, and the cache with them too.

        The logits are those that `logits` gives at these t positions of the whole sequence.

        Raises    ValueError if past + t is more than t_max
        Speed     no Python loop over sequences or tokens
        """
        past, t = cache[0][0].shape[2], tokens.shape[1]
        t_max = len(self.weights["positions"])
        if past + t > t_max:
            raise ValueError(f"{past} tokens and {t} more, but there are {t_max} positions")
        x = self.weights["tokens"][tokens] + self.weights["positions"][past : past + t]
        longer = []
        for block, pair in zip(self.blocks, cache, strict=True):
            attended, pair = self._attend_after(self._norm(x, block["norm1"]), block, pair)
            longer.append(pair)
            x = x + attended
            hidden = F.gelu(F.linear(self._norm(x, block["norm2"]), block["up"]))
            x = x + F.linear(hidden, block["down"])
        return self._norm(x, self.weights["norm"]) @ self.weights["tokens"].T, longer

    def _attend_after(
        self, x: Float[Tensor, "n t d"], block: dict[str, Tensor], pair: tuple[Tensor, Tensor]
    ) -> tuple[Float[Tensor, "n t d"], tuple[Tensor, Tensor]]:
        """Let the new positions attend to the past and to themselves."""
        past, t = pair[0].shape[2], x.shape[1]
        q, k, v = (self._split(F.linear(x, block[name])) for name in ("q", "k", "v"))
        k, v = torch.cat([pair[0], k], dim=2), torch.cat([pair[1], v], dim=2)
        # New position i is number past + i of its sequence.
        hidden = torch.ones(t, past + t, dtype=torch.bool).triu(past + 1)
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        heads = scores.masked_fill(hidden, -math.inf).softmax(dim=-1) @ v
        return F.linear(heads.transpose(1, 2).flatten(2), block["o"]), (k, v)

    @torch.no_grad()
    def write(
        self, tokens: Int[Tensor, "n t"], n_new: int, cache: Cache
    ) -> tuple[Int[Tensor, "n n_new"], Cache]:
        """Read the next t ≥ 1 tokens of each sequence, then write the n_new ≥ 1 likeliest.

        Return those written, and the cache with all t + n_new. From an empty cache, `generate`
        writes the same.

        Raises    ValueError if past + t + n_new is more than t_max
        """
        logits, cache = self.advance(tokens, cache)
        written = []
        for _ in range(n_new):
            written.append(logits[:, -1:].argmax(dim=-1))
            logits, cache = self.advance(written[-1], cache)
        return torch.cat(written, dim=1), cache

"""A small GPT with a KV cache: it goes on from the keys and values of the past."""

import math

import torch
import torch.nn.functional as F
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
        d = len(self.weights["norm"])
        nothing = self.weights["norm"].new_zeros(n, self.n_heads, 0, d // self.n_heads)
        return [(nothing, nothing) for _ in self.blocks]

    def advance(
        self, tokens: Int[Tensor, "n t"], cache: Cache
    ) -> tuple[Float[Tensor, "n t v"], Cache]:
        """Return the logits of the next t ≥ 1 tokens of each sequence, and the cache with them too.

        The logits are those that MiniGPT gives at these t positions of the whole sequence, and
        right for scores of any size.

        Raises    ValueError if past + t is more than t_max
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

    def _norm(self, x: Float[Tensor, "n t d"], gain: Float[Tensor, "d"]) -> Float[Tensor, "n t d"]:
        """Return the layer norm over the width."""
        return F.layer_norm(x, gain.shape, gain, eps=1e-5)

    def _split(self, x: Float[Tensor, "n t d"]) -> Float[Tensor, "n heads t d_head"]:
        """Give each head its slice of the width."""
        return x.unflatten(2, (self.n_heads, -1)).transpose(1, 2)

    @torch.no_grad()
    def write(
        self, tokens: Int[Tensor, "n t"], n_new: int, cache: Cache
    ) -> tuple[Int[Tensor, "n n_new"], Cache]:
        """Read the next t ≥ 1 tokens of each sequence, then append n_new ≥ 1, each the likeliest.

        Return these alone (`generate` would append the same), and the cache, with all t + n_new.

        Raises    ValueError if past + t + n_new is more than t_max
        """
        logits, cache = self.advance(tokens, cache)
        written = []
        for _ in range(n_new):
            written.append(logits[:, -1:].argmax(dim=-1))
            logits, cache = self.advance(written[-1], cache)
        return torch.cat(written, dim=1), cache

"""Five bugs in a small GPT.

This program computes the loss of a decoder-only transformer and lets it write. As handed out, it
runs without an error, but five bugs keep it from doing what its docstrings say.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


class MiniGPT:
    """A decoder-only transformer, pre-norm, without biases and dropout.

    `weights` holds "tokens" (v, d), an embedding for each of v tokens; "positions" (t_max, d), one
    for each position, counted from 0; and "norm" (d,), the gain of the last norm. Each of `blocks`
    holds the gains "norm1" and "norm2" (d,), the projections "q", "k", "v" and "o" (d, d), "up"
    (hidden, d) and "down" (d, hidden); matrices are (out, in). Norms are layer norms with an eps of
    1e-5. All weights have one floating dtype, which results keep. No argument of a method is
    written into.
    """

    def __init__(
        self, weights: dict[str, Tensor], blocks: list[dict[str, Tensor]], n_heads: int
    ) -> None:
        """Store copies of all weights."""
        self.weights = {name: weight.clone() for name, weight in weights.items()}
        self.blocks = [{name: weight.clone() for name, weight in block.items()} for block in blocks]
        self.n_heads = n_heads

    def embed(self, tokens: Int[Tensor, "n t"]) -> Float[Tensor, "n t d"]:
        """Add the embeddings of each token and of its position."""
        positions = torch.arange(tokens.shape[1])
        return self.weights["tokens"][tokens] + self.weights["positions"][positions]

    def attend(self, x: Float[Tensor, "n t d"], block: dict[str, Tensor]) -> Float[Tensor, "n t d"]:
        """Return causal multi-head self-attention, projected by "o".

        Head i has the i-th of `n_heads` equal slices of the width, in q, k and v as in the result.
        A position sees itself and those before it; its weights are softmax(q kᵀ / √(d / n_heads)).
        """
        n, t, d = x.shape
        q, k, v = (self._split(F.linear(x, block[name])) for name in ("q", "k", "v"))
        scores = q @ k.transpose(-1, -2) / math.sqrt(d // self.n_heads)
        hidden = torch.ones(t, t, dtype=torch.bool).triu(1)
        # Masked before the softmax, so that what is left sums to 1.
        scores = scores.masked_fill(hidden, -math.inf)
        heads = scores.softmax(dim=-1) @ v  # (n, heads, t, d / heads)
        return F.linear(heads.transpose(1, 2).reshape(n, t, d), block["o"])

    def _split(self, x: Float[Tensor, "n t d"]) -> Float[Tensor, "n heads t d_head"]:
        """Give each head its slice of the width."""
        n, t, d = x.shape
        return x.view(n, t, self.n_heads, d // self.n_heads).transpose(1, 2)

    def features(self, tokens: Int[Tensor, "n t"]) -> Float[Tensor, "n t d"]:
        """Return what the last norm gives at each position.

        Each block adds attention of x, and then GELU (the exact one) between "up" and "down", each
        with its norm before it.
        """
        x = self.embed(tokens)
        for block in self.blocks:
            x = x + self.attend(self._norm(x, block["norm1"]), block)
            hidden = F.gelu(F.linear(self._norm(x, block["norm2"]), block["up"]))
            x = x + F.linear(hidden, block["down"])
        return self._norm(x, self.weights["norm"])

    def _norm(self, x: Float[Tensor, "n t d"], gain: Float[Tensor, "d"]) -> Float[Tensor, "n t d"]:
        """Return the layer norm over the width."""
        return F.layer_norm(x, gain.shape, gain, eps=1e-5)

    def logits(self, tokens: Int[Tensor, "n t"]) -> Float[Tensor, "n t v"]:
        """Score every token as the next one, by its product with the features."""
        return self.features(tokens) @ self.weights["tokens"].T

    def loss(self, tokens: Int[Tensor, "n t"]) -> Float[Tensor, ""]:
        """Return the mean cross-entropy of each token but the first, given those before it."""
        logits = self.logits(tokens)[:, :-1]
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())

    @torch.no_grad()
    def generate(self, tokens: Int[Tensor, "n t"], n_new: int) -> Int[Tensor, "n t_and_new"]:
        """Append the likeliest next token, `n_new` times.

        Where there are more than t_max tokens, the last t_max are what the model sees.
        """
        tokens, t_max = tokens.clone(), len(self.weights["positions"])
        for _ in range(n_new):
            following = self.logits(tokens[:, -t_max:])[:, -1].argmax(dim=-1)
            tokens = torch.cat([tokens, following[:, None]], dim=1)
        return tokens

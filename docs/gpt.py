"""A small GPT for the pictures of attention: its training, its cache, and its work counted."""

import functools
import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from pictures.panels import draw_weights
from solutions.attention.minigpt_bugs import MiniGPT
from solutions.attention.scaled_dot_product import scaled_dot_product

VOCABULARY = "abcdefghijklmnopqrstuvwxyz|"
WORD = 7
LONGEST = 256


def small_gpt(kind: type[MiniGPT], n_blocks: int, d: int, n_heads: int, t_max: int) -> MiniGPT:
    """A model with random weights, for letters."""
    rng = np.random.default_rng(0)
    shapes = {"tokens": (len(VOCABULARY), d), "positions": (t_max, d)}
    matrices = dict.fromkeys("qkvo", (d, d)) | {"up": (4 * d, d), "down": (d, 4 * d)}

    def draw(to: dict[str, tuple[int, int]], *norms: str) -> dict[str, torch.Tensor]:
        drawn = {name: rng.normal(scale=shape[1] ** -0.5, size=shape) for name, shape in to.items()}
        return {name: torch.tensor(array, dtype=torch.float32) for name, array in drawn.items()} | {
            name: torch.ones(d) for name in norms
        }

    blocks = [draw(matrices, "norm1", "norm2") for _ in range(n_blocks)]
    return kind(draw(shapes, "norm"), blocks, n_heads)


def weights_of(model: MiniGPT, tokens: torch.Tensor) -> np.ndarray:
    """The weights of the first block's heads, (heads, t, t)."""
    block = model.blocks[0]
    x = model._norm(model.embed(tokens), block["norm1"])
    q, k = (model._split(F.linear(x, block[name]))[0].detach().numpy() for name in "qk")
    heads, t, _ = q.shape
    # The mean of unit vectors is the vector of their weights.
    units = np.broadcast_to(np.eye(t, dtype=q.dtype), (heads, t, t))
    return scaled_dot_product(q, k, units, np.tri(t, dtype=bool))


def train_to_reverse(model: MiniGPT, steps: int) -> None:
    """Train on random words, a bar, and the same words backwards."""
    rng = np.random.default_rng(1)
    groups = [model.weights, *model.blocks]
    parameters = [weight.requires_grad_() for group in groups for weight in group.values()]
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    bars = np.full((64, 1), VOCABULARY.index("|"))
    for _ in range(steps):
        words = rng.integers(26, size=(64, WORD))
        optimizer.zero_grad()
        model.loss(torch.tensor(np.hstack([words, bars, words[:, ::-1]]))).backward()
        optimizer.step()


class Cached(MiniGPT):
    """The model, reading new tokens only: the keys and values of the past are kept."""

    def start(self) -> None:
        self.past, self.kept = 0, {}

    def embed(self, tokens: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(self.past, self.past + tokens.shape[1])
        self.past += tokens.shape[1]
        return self.weights["tokens"][tokens] + self.weights["positions"][positions]

    def attend(self, x: torch.Tensor, block: dict[str, torch.Tensor]) -> torch.Tensor:
        q, k, v = (self._split(F.linear(x, block[name])) for name in "qkv")
        if id(block) in self.kept:
            k, v = (torch.cat(both, 2) for both in zip(self.kept[id(block)], (k, v), strict=True))
        self.kept[id(block)] = k, v
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        heads = scores.softmax(dim=-1) @ v  # One new token sees all: there is no mask.
        return F.linear(heads.transpose(1, 2).flatten(2), block["o"])


def count_work(model: MiniGPT, tokens: torch.Tensor) -> int:
    """The multiplications of one pass, as torch counts them; it takes two operations for each."""
    with FlopCounterMode(display=False) as counter:
        model.logits(tokens)
    return counter.get_total_flops() // 2


def longest_chain(output: torch.Tensor, kind: str) -> int:
    """How many operations of a kind follow one another in torch's graph."""

    @functools.cache
    def length(node: object) -> int:
        before = [length(other) for other, _ in node.next_functions if other is not None]
        return max(before, default=0) + (kind in node.name())

    return length(output.grad_fn)


def chains(t: int) -> tuple[int, int]:
    """The steps that follow one another in an RNN and in self-attention over t tokens."""
    x, h = torch.ones(t, 4, requires_grad=True), torch.zeros(4)
    for row in x:
        h = torch.tanh(row + h)
    return longest_chain(h, "Tanh"), longest_chain((x @ x.T).softmax(dim=-1) @ x, "Softmax")


def draw_attention(figure: Any) -> None:
    """What a model looks at while it writes a word backwards, before and after training."""
    model, text = small_gpt(MiniGPT, 1, 32, 2, 2 * WORD + 1), "kitchen|nehctik"
    tokens = torch.tensor([[VOCABULARY.index(letter) for letter in text]])
    untrained = weights_of(model, tokens)
    train_to_reverse(model, 1500)
    trained = weights_of(model, tokens)
    shown = {
        "head 1, untrained": untrained[0],
        "head 1, trained": trained[0],
        "head 2, trained": trained[1],
    }
    panels = figure.subplots(1, 3)
    for panel, (name, weights) in zip(panels, shown.items(), strict=True):
        draw_weights(panel, weights, text, text).set_cmap("Greys")
        panel.set(title=name, xlabel="key")
        panel.tick_params(labelsize=7)
    panels[0].set_ylabel("query")
    rows = np.arange(WORD, 2 * WORD)
    for name, weights in shown.items():
        share = weights[rows, 2 * WORD - 1 - rows].mean()
        print(f"{name}: {share:.2f} of the weight on the letter to write")


def draw_work(waiting: Any, cache: Any) -> None:
    """What has to wait in a layer, and what a cache saves."""
    lengths = [1, 2, 4, 8, 16, 32, 64, 128]
    steps = np.transpose([chains(t) for t in lengths])
    for name, numbers in zip(("RNN", "self-attention"), steps, strict=True):
        waiting.loglog(lengths, numbers, marker=".", label=name)
    waiting.set(title="steps in a row, one layer", xlabel="tokens")
    waiting.legend(frameon=False)
    plain, cached = (small_gpt(kind, 2, 64, 4, LONGEST) for kind in (MiniGPT, Cached))
    tokens = torch.arange(LONGEST)[None] % len(VOCABULARY)
    cached.start()
    work = {
        "all tokens again": [count_work(plain, tokens[:, : t + 1]) for t in range(LONGEST)],
        "with a KV cache": [count_work(cached, tokens[:, t : t + 1]) for t in range(LONGEST)],
    }
    for name, counts in work.items():
        cache.semilogy(range(1, LONGEST + 1), counts, label=name)
        print(f"{name}: {sum(counts):,} in all, {counts[0]:,} to {counts[-1]:,} for a token")
    cache.set(title="multiplications a token", xlabel="tokens so far")
    cache.legend(frameon=False)

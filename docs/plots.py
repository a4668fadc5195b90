"""Draws the pictures of the topic pages from real runs of the reference solutions.

pip install -e '.[plots]' && python -m docs.plots
"""

import functools
import math
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from solutions.attention.minigpt_bugs import MiniGPT
from solutions.attention.scaled_dot_product import scaled_dot_product
from solutions.basics.gelu import gelu, silu
from solutions.basics.linear import linear, linear_backward
from solutions.basics.relu import leaky_relu, relu, relu_backward
from solutions.basics.sigmoid import sigmoid, sigmoid_backward
from solutions.basics.tanh import tanh, tanh_backward
from solutions.cnn.feature_maps import edges, feature_maps
from solutions.optimization.adam import Adam
from solutions.optimization.momentum import Momentum
from solutions.optimization.nesterov import Nesterov
from solutions.optimization.rmsprop import RMSProp
from solutions.optimization.sgd import SGD
from solutions.training.gradient_flow import gradient_sizes
from solutions.training.orthogonal_init import orthogonal
from solutions.training.weight_init import kaiming_normal, xavier_normal

FOLDER = Path(__file__).parent
CAMERA = FOLDER.parent / "data" / "camera.npz"
# The same bytes for the same picture.
plt.rcParams |= {"svg.hashsalt": "katas", "font.size": 9, "axes.spines.top": False}
plt.rcParams |= {"axes.spines.right": False}

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "ReLU": relu,
    "leaky ReLU, slope 0.1": lambda x: leaky_relu(x, 0.1),
    "GELU": gelu,
    "SiLU": silu,
}
OPTIMIZERS = {
    "SGD": lambda: SGD(lr=0.0185),
    "momentum": lambda: Momentum(lr=0.01, momentum=0.8),
    "Nesterov": lambda: Nesterov(lr=0.01, momentum=0.8),
    "RMSProp": lambda: RMSProp(lr=0.1, alpha=0.9),
    "Adam": lambda: Adam(lr=0.5),
}
STEEPNESS = 50.0
START = np.array([-8.0, 0.8])
STEPS = 60

# Of each deep network: how its weights begin, and a layer's activation with its gradient.
NETWORKS = {
    "ReLU, twice Kaiming": (lambda *to: 2 * kaiming_normal(*to), relu, relu_backward),
    "ReLU, Kaiming": (kaiming_normal, relu, relu_backward),
    "ReLU, Xavier": (xavier_normal, relu, relu_backward),
    "tanh, Xavier": (xavier_normal, tanh, tanh_backward),
    "tanh, orthogonal": (orthogonal, tanh, tanh_backward),
    "sigmoid, Xavier": (xavier_normal, sigmoid, sigmoid_backward),
}
DEPTH, WIDTH, ROWS = 30, 100, 200

VOCABULARY = "abcdefghijklmnopqrstuvwxyz|"
LONGEST = 256
WORD = 7


def draw_activations() -> None:
    """Each activation and, dashed, its slope by central differences."""
    figure, panels = plt.subplots(2, 3, figsize=(7.5, 4.2), sharex=True, layout="constrained")
    x, h = np.linspace(-4, 4, 401), 1e-6
    for panel, (name, function) in zip(panels.flat, ACTIVATIONS.items(), strict=True):
        panel.plot(x, function(x), label="activation")
        panel.plot(x, (function(x + h) - function(x - h)) / (2 * h), "--", label="its gradient")
        panel.set(title=name, ylim=(-1.2, 2.2))
        panel.axhline(0, color="grey", linewidth=0.5)
        panel.axvline(0, color="grey", linewidth=0.5)
    panels[0, 0].legend(frameon=False, loc="upper left")
    save(figure, "activations")


def ravine(point: np.ndarray) -> np.ndarray:
    """The loss at points (…, 2): it curves far more across than along."""
    return point[..., 0] ** 2 + STEEPNESS * point[..., 1] ** 2


def slope(point: np.ndarray) -> np.ndarray:
    return np.array([2.0, 2.0 * STEEPNESS]) * point


def path(optimizer: object) -> np.ndarray:
    """Where the steps lead, (STEPS + 1, 2)."""
    points = [START]
    for _ in range(STEPS):
        (point,) = optimizer.step([points[-1]], [slope(points[-1])])
        points.append(point)
    return np.array(points)


def draw_ravine() -> None:
    """The optimisers' paths from the same start, and the loss along them."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.0), layout="constrained")
    x, y = np.meshgrid(np.linspace(-9, 4, 200), np.linspace(-1.2, 1.2, 200))
    levels = [1, 5, 15, 30, 50, 75]
    left.contour(x, y, ravine(np.stack([x, y], axis=-1)), levels, colors="lightgrey")
    for name, make in OPTIMIZERS.items():
        points = path(make())
        left.plot(*points.T, marker=".", markersize=3, linewidth=1, label=name)
        right.semilogy(ravine(points), linewidth=1, label=name)
    left.plot(0, 0, "k+")
    left.set(title=f"{STEPS} steps in a ravine", xlim=(-9, 4), ylim=(-1.2, 1.2))
    right.set(title="the loss after each step", ylim=(1e-6, 200))
    right.legend(frameon=False)
    save(figure, "ravine")


def draw_feature_maps() -> None:
    """A picture and what four kernels and the strength of an edge make of it."""
    with np.load(CAMERA) as data:
        picture = data["picture"]
    gx, gy, strength = edges(picture)
    blurred = feature_maps(picture, np.full((1, 7, 7), 1 / 49))[0]
    detail = feature_maps(
        picture, np.array([[[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]]])
    )[0]
    # Maps with signs are grey at 0: brighter is positive, darker negative.
    maps = {
        "the picture": (picture, 0, 255),
        "gx: brighter to the right": (gx, -500, 500),
        "gy: brighter downwards": (gy, -500, 500),
        "strength √(gx² + gy²)": (strength, 0, 500),
        "7 × 7 mean: a blur": (blurred, 0, 255),
        "4 · pixel − neighbours: detail": (detail, -150, 150),
    }
    figure, panels = plt.subplots(2, 3, figsize=(7.5, 5.3), layout="constrained")
    for panel, (name, (shades, low, high)) in zip(panels.flat, maps.items(), strict=True):
        panel.imshow(shades, cmap="gray", vmin=low, vmax=high, interpolation="none")
        panel.set_title(name)
        panel.axis("off")
    save(figure, "feature_maps")


def run_deep(begin: Callable, activation: Callable, backward: Callable) -> tuple[list, list]:
    """The sizes of each layer's outputs in a deep network, and of the gradients that reach them."""
    rng, bias = np.random.default_rng(0), np.zeros(WIDTH)
    weights = [begin((WIDTH, WIDTH), rng) for _ in range(DEPTH)]
    outputs, sums = [rng.normal(size=(ROWS, WIDTH))], []
    for w in weights:
        sums.append(linear(outputs[-1], w, bias))
        outputs.append(activation(sums[-1]))
    grads = [rng.normal(size=(ROWS, WIDTH))]
    for x, z, w in list(zip(outputs, sums, weights, strict=False))[:0:-1]:
        grad_x, _, _ = linear_backward(backward(grads[-1], z), x, w, bias)
        grads.append(grad_x)
    return gradient_sizes(outputs[1:]), gradient_sizes(grads[::-1])


def draw_depth() -> None:
    """The sizes of activations and gradients through depth, for several ways to begin."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")
    layers = np.arange(1, DEPTH + 1)
    for name, network in NETWORKS.items():
        activations, grads = run_deep(*network)
        left.semilogy(layers, activations, linewidth=1.2, label=name)
        right.semilogy(layers, grads, linewidth=1.2, label=name)
    left.set(title="size of each layer's output", xlabel="layer")
    right.set(title="size of the gradient that reaches it", xlabel="layer")
    figure.legend(
        *left.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    save(figure, "depth")


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


def draw_attention() -> None:
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
    figure, panels = plt.subplots(1, 3, figsize=(7.5, 2.9), layout="constrained")
    for panel, (name, weights) in zip(panels, shown.items(), strict=True):
        panel.imshow(weights, cmap="Greys", vmin=0, vmax=1, interpolation="none")
        panel.set(title=name, xlabel="key")
        panel.set_xticks(range(len(text)), text, fontsize=7)
        panel.set_yticks(range(len(text)), text, fontsize=7)
        panel.tick_params(length=0)
    panels[0].set_ylabel("query")
    save(figure, "attention")
    rows = np.arange(WORD, 2 * WORD)
    for name, weights in shown.items():
        share = weights[rows, 2 * WORD - 1 - rows].mean()
        print(f"{name}: {share:.2f} of the weight on the letter to write")


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


def draw_sequences() -> None:
    """What has to wait, what a cache saves, and what positions look like."""
    figure, panels = plt.subplots(1, 3, figsize=(7.5, 2.9), layout="constrained")
    waiting, cache, positions = panels
    lengths = [1, 2, 4, 8, 16, 32, 64, 128]
    for name, steps in zip(
        ("RNN", "self-attention"), np.transpose([chains(t) for t in lengths]), strict=True
    ):
        waiting.loglog(lengths, steps, marker=".", label=name)
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

    angles = np.arange(64)[:, None] / 10_000 ** (np.arange(0, 32, 2) / 32)
    table = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(64, 32)
    positions.imshow(table.T, cmap="RdBu", aspect="auto", interpolation="none")
    positions.set(title="sinusoidal positions", xlabel="position", ylabel="column")
    save(figure, "sequences")


def save(figure: plt.Figure, name: str) -> None:
    figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    draw_activations()
    draw_ravine()
    draw_feature_maps()
    draw_depth()
    draw_attention()
    draw_sequences()

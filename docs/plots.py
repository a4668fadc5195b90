"""Draws the pictures of the topic pages from real runs of the reference solutions.

pip install -e '.[plots]' && python -m docs.plots
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch

from docs.gpt import (
    VOCABULARY,
    WORD,
    Cached,
    chains,
    count_work,
    small_gpt,
    train_to_reverse,
    weights_of,
)
from solutions.attention.minigpt_bugs import MiniGPT
from solutions.basics.gelu import gelu, silu
from solutions.basics.linear import linear, linear_backward
from solutions.basics.relu import leaky_relu, relu, relu_backward
from solutions.basics.sigmoid import sigmoid, sigmoid_backward
from solutions.basics.softmax import softmax
from solutions.basics.tanh import tanh, tanh_backward
from solutions.cnn.feature_maps import edges, feature_maps
from solutions.evaluation.average_precision import average_precision
from solutions.evaluation.choose_threshold import choose_threshold
from solutions.evaluation.cross_entropy import cross_entropy_backward
from solutions.evaluation.precision_recall_f1 import precision_recall_f1
from solutions.evaluation.roc_auc import roc_auc
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
DIGITS = FOLDER.parent / "data" / "digits.npz"
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

LONGEST = 256


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


def probabilities_of_digits() -> tuple[np.ndarray, np.ndarray]:
    """A linear classifier, trained too long on 60 digits: what it says of the others, and them."""
    with np.load(DIGITS) as data:
        x, y = data["images"].reshape(-1, 64) / 16, data["labels"].astype(np.int64)
    order = np.random.default_rng(0).permutation(len(y))
    few, others = order[:60], order[60:]
    w, b, adam = np.zeros((10, 64)), np.zeros(10), Adam(lr=0.05)
    for _ in range(1000):
        grad_logits = cross_entropy_backward(1.0, linear(x[few], w, b), y[few])
        _, *grads = linear_backward(grad_logits, x[few], w, b)
        w, b = adam.step([w, b], grads)
    return softmax(linear(x[others], w, b)), y[others]


def rates(scores: np.ndarray, labels: np.ndarray, threshold: float) -> tuple[float, float, float]:
    """The false-positive rate, the recall and the precision at a threshold."""
    called = (scores >= threshold).astype(np.int64)
    precision, recall, _ = precision_recall_f1(labels, called, 2, "binary")
    _, of_negatives, _ = precision_recall_f1(1 - labels, 1 - called, 2, "binary")
    return 1 - of_negatives, recall, precision


def draw_metrics() -> None:
    """Is it an 8? ROC, precision against recall, and a reliability diagram of all ten classes."""
    p, y = probabilities_of_digits()
    scores, labels = p[:, 8], (y == 8).astype(np.int64)
    # The threshold is chosen on one half, and everything is drawn from the other.
    half = len(y) // 2
    chosen = choose_threshold(scores[:half], labels[:half], 1, 9)
    figure, (roc, pr, reliability) = plt.subplots(1, 3, figsize=(7.5, 3.2), layout="constrained")
    draw_rankings(roc, pr, scores[half:], labels[half:], chosen)
    draw_reliability(reliability, p[half:], y[half:])
    figure.legend(
        *pr.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    save(figure, "metrics")


def draw_rankings(
    roc: plt.Axes, pr: plt.Axes, scores: np.ndarray, labels: np.ndarray, chosen: float
) -> None:
    points = np.array([rates(scores, labels, t) for t in np.unique(scores)[::-1]])
    roc.plot([0, *points[:, 0]], [0, *points[:, 1]])
    pr.plot(points[:, 1], points[:, 2])
    for threshold, marker, name in ((0.5, "o", "0.5"), (chosen, "s", "chosen by costs")):
        fpr, recall, precision = rates(scores, labels, threshold)
        roc.plot(fpr, recall, f"k{marker}", markersize=5)
        pr.plot(recall, precision, f"k{marker}", markersize=5, label=f"threshold {name}")
    roc.plot([0, 1], [0, 1], ":", color="grey")
    pr.axhline(labels.mean(), linestyle=":", color="grey", label="by chance")
    area, average = roc_auc(scores, labels), average_precision(scores, labels)
    roc.set(title=f"ROC: AUC {area:.2f}", xlabel="false-positive rate", ylabel="recall")
    pr.set(title=f"average precision {average:.2f}", xlabel="recall", ylabel="precision")
    pr.set(ylim=(0, 1.05))


def draw_reliability(panel: plt.Axes, p: np.ndarray, y: np.ndarray) -> None:
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    bins = np.ceil(8 * confidence).astype(np.int64)
    rows = [(confidence[bins == b].mean(), right[bins == b].mean()) for b in np.unique(bins)]
    shares = [(bins == b).mean() for b in np.unique(bins)]
    error = sum(share * abs(c - a) for share, (c, a) in zip(shares, rows, strict=True))
    panel.plot([0, 1], [0, 1], "--", color="grey", label="as right as sure")
    panel.bar(
        np.unique(bins) / 8 - 1 / 16, shares, 1 / 9, color="lightgrey", label="share of digits"
    )
    panel.plot(*zip(*rows, strict=True), marker="o", markersize=4, label="accuracy")
    panel.set(title=f"calibration error {error:.2f}", xlabel="confidence", xlim=(0, 1.02))
    panel.legend(frameon=False, loc="upper left")


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
    draw_metrics()
    draw_attention()
    draw_sequences()

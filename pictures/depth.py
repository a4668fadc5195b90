"""Signals in deep networks: how large outputs and gradients are, layer by layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pictures.panels import draw_legend_below

SIZE = 7.5, 3.2
DEPTH, WIDTH, ROWS = 30, 100, 200

Sizes = Callable[[list[np.ndarray]], list[float]]


@dataclass(frozen=True)
class Activation:
    """What a layer does, and its slope in terms of what goes in."""

    function: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(x / 2)


RELU = Activation(lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(np.float64))
TANH = Activation(np.tanh, lambda x: 1 - np.tanh(x) ** 2)
SIGMOID = Activation(_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x)))

Network = tuple[Callable[..., np.ndarray], Activation]


def root_mean_squares(arrays: list[np.ndarray]) -> list[float]:
    return [float(np.sqrt(np.mean(array**2))) for array in arrays]


def run(network: Network) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Each layer's output, and the gradient that reaches it."""
    begin, activation = network
    rng = np.random.default_rng(0)
    weights = [begin((WIDTH, WIDTH), rng) for _ in range(DEPTH)]
    outputs, sums = [rng.normal(size=(ROWS, WIDTH))], []
    for w in weights:
        sums.append(outputs[-1] @ w.T)
        outputs.append(activation.function(sums[-1]))
    grads = [rng.normal(size=(ROWS, WIDTH))]
    for z, w in list(zip(sums, weights, strict=True))[:0:-1]:
        grads.append((grads[-1] * activation.slope(z)) @ w)
    return outputs[1:], grads[::-1]


def draw_depth(
    figure: Any, networks: Mapping[str, Network], sizes: Sizes = root_mean_squares
) -> None:
    """The sizes of activations and gradients through depth, for several ways to begin."""
    left, right = figure.subplots(1, 2)
    left.set(title="size of each layer's output", xlabel="layer", yscale="log")
    right.set(title="size of the gradient that reaches it", xlabel="layer", yscale="log")
    layers = np.arange(1, DEPTH + 1)
    for name, network in networks.items():
        outputs, grads = run(network)
        left.plot(layers, sizes(outputs), linewidth=1.2, label=name)
        right.plot(layers, sizes(grads), linewidth=1.2, label=name)
    draw_legend_below(figure, left, 2 if len(networks) == 4 else 3)

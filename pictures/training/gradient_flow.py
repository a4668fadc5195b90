"""Your own gauge on three networks of 30 layers: its curves, and its verdicts in the legend."""

from typing import Any

import numpy as np

from pictures import depth
from pictures.depth import RELU, SIGMOID, Network

SIZE = depth.SIZE
SHOWS = "no_root"


def weights(gain: float) -> Any:
    """Normal weights `gain` times as large as Xavier's."""
    return lambda shape, rng: rng.normal(scale=gain / np.sqrt(shape[1]), size=shape)


NETWORKS: dict[str, Network] = {
    "sigmoid": (weights(1), SIGMOID),
    "ReLU": (weights(2**0.5), RELU),
    "ReLU, twice the weights": (weights(8**0.5), RELU),
}


def draw(answer: Any, figure: Any) -> None:
    judged = {}
    for name, network in NETWORKS.items():
        _, grads = depth.run(network)
        judged[f"{name}: {answer.verdict(answer.gradient_sizes(grads))}"] = network
    depth.draw_depth(figure, judged, answer.gradient_sizes)

"""The paths of optimizers in a ravine: a loss that curves far more across than along."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pictures.panels import draw_legend_below

SIZE = 7.5, 3.0
STEEPNESS, START, STEPS = 50.0, np.array([-8.0, 0.8]), 60


def loss(points: np.ndarray) -> np.ndarray:
    """The loss at points (…, 2)."""
    return points[..., 0] ** 2 + STEEPNESS * points[..., 1] ** 2


def slope(point: np.ndarray) -> np.ndarray:
    return np.array([2.0, 2.0 * STEEPNESS]) * point


def path(optimizer: Any) -> np.ndarray:
    """Where the steps lead, (STEPS + 1, 2)."""
    points = [START]
    for _ in range(STEPS):
        (point,) = optimizer.step([points[-1].copy()], [slope(points[-1])])
        points.append(np.array(point))
    return np.array(points)


def draw_paths(figure: Any, optimizers: Mapping[str, Any]) -> None:
    """The optimizers' paths from the same start, and the loss along them."""
    left, right = figure.subplots(1, 2)
    x, y = np.meshgrid(np.linspace(-9, 4, 200), np.linspace(-1.2, 1.2, 200))
    levels = [1, 5, 15, 30, 50, 75]
    left.contour(x, y, loss(np.stack([x, y], axis=-1)), levels, colors="lightgrey")
    left.plot(0, 0, "k+")
    left.set(title=f"{STEPS} steps in a ravine", xlim=(-9, 4), ylim=(-1.2, 1.2))
    right.set(title="the loss after each step", ylim=(1e-6, 200), yscale="log")
    for name, optimizer in optimizers.items():
        points = path(optimizer)
        left.plot(*points.T, marker=".", markersize=3, linewidth=1, label=name)
        right.plot(loss(points), linewidth=1, label=name)
    draw_legend_below(figure, right, len(optimizers))

"""What several pictures draw alike."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]


def draw_activation(panel: Any, name: str, function: Function, backward: Function | None) -> None:
    """An activation and its slope: what `backward` gives, or central differences."""
    x, h = np.linspace(-4, 4, 401), 1e-6
    panel.set(title=name, xlim=(-4, 4), ylim=(-1.2, 2.2))
    panel.axhline(0, color="grey", linewidth=0.5)
    panel.axvline(0, color="grey", linewidth=0.5)
    panel.plot(x, function(x), label="activation")
    slope = backward(x) if backward else (function(x + h) - function(x - h)) / (2 * h)
    panel.plot(x, slope, "--", label="its gradient")


def draw_grey(
    panel: Any, picture: np.ndarray, title: str = "", limits: tuple[float, float] = (0, 1)
) -> None:
    """A grey picture, without axes."""
    low, high = limits
    panel.imshow(picture, cmap="gray", vmin=low, vmax=high, interpolation="none")
    panel.set(title=title, xticks=[], yticks=[])
    panel.spines[:].set_visible(False)


def draw_weights(panel: Any, weights: np.ndarray, queries: Sequence, keys: Sequence) -> Any:
    """How much each query takes from each key."""
    heat = panel.imshow(weights, vmin=0, vmax=1, cmap="Blues", interpolation="none")
    panel.set_xticks(range(len(keys)), keys)
    panel.set_yticks(range(len(queries)), queries)
    panel.tick_params(length=0)
    return heat


def draw_counts(panel: Any, matrix: np.ndarray) -> None:
    """A confusion matrix with its counts; what is off the diagonal shows through."""
    rows = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    panel.imshow(np.sqrt(np.clip(rows, 0, 1)), cmap="Blues", vmin=0, vmax=1)
    for (i, j), count in np.ndenumerate(matrix):
        if count:
            ink = "white" if rows[i, j] > 0.4 else "black"
            panel.text(j, i, f"{count}", ha="center", va="center", color=ink, fontsize=7)
    panel.set(xlabel="taken for", ylabel="is", xticks=range(len(matrix)), yticks=range(len(matrix)))
    panel.tick_params(length=0)


def draw_legend_below(figure: Any, panel: Any, columns: int) -> None:
    figure.legend(
        *panel.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=columns,
        frameon=False,
    )

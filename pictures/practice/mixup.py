"""A 3, an 8, and mixtures of the two, whose labels are mixed alike."""

from typing import Any

import numpy as np

from pictures.contact import COLUMNS, ROW
from pictures.data import load
from pictures.panels import draw_grey

SIZE = 7.5, ROW
SHOWS = "labels_unmixed"


def draw(answer: Any, figure: Any) -> None:
    pair = 1 - load("digits.npz")["images"][[3, 8]] / 16
    line = figure.subplots(1, COLUMNS)
    line[0].set_ylabel("mixup")
    draw_grey(line[0], pair[0], "3")
    draw_grey(line[-1], pair[1], "8")
    for panel, (share, picture) in zip(line[1:-1], mixtures(answer, pair), strict=True):
        draw_grey(panel, picture)
        panel.set_title(f"{1 - share:.2f} · 3, {share:.2f} · 8", fontsize=8)


def mixtures(answer: Any, pair: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Pictures with the share of the 8 in their labels, by that share."""
    rng, found = np.random.default_rng(3), []
    for _ in range(40):
        x, y = answer.mixup(pair, np.eye(2), 1.0, rng)
        if not np.array_equal(x, pair):  # A row may be its own partner.
            found.append((float(y[0, 1]), x[0]))
    return sorted(found[: COLUMNS - 2], key=lambda one: one[0])

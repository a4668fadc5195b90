"""Three centres from a bad start: each iteration moves them to the means of their rows."""

from typing import Any

import numpy as np

SIZE = 7.5, 2.3
SHOWS = "sums_for_means"
ITERATIONS = (0, 1, 3, 10)


def draw(answer: Any, figure: Any) -> None:
    rng = np.random.default_rng(0)
    clouds = np.repeat([[0.0, 0.0], [4.0, 1.0], [1.0, 4.0]], 60, axis=0)
    x = clouds + rng.normal(size=clouds.shape)
    start = np.array([[-2.0, -2.0], [-1.0, -2.0], [-2.0, -1.0]])
    panels = figure.subplots(1, len(ITERATIONS), sharex=True, sharey=True)
    for panel, iterations in zip(panels, ITERATIONS, strict=True):
        centers, labels = answer.k_means(x, start, iterations)
        for label in range(3):
            panel.plot(*x[labels == label].T, ".", markersize=3, color=f"C{label}")
            panel.plot(*centers[label], "X", markersize=9, color=f"C{label}", mec="black")
        panel.set_title(f"after {iterations}")

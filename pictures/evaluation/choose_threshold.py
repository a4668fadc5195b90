"""What each threshold costs if a miss costs nine alarms, and the one that you choose."""

from typing import Any

import numpy as np

from pictures import metrics

SIZE = 7.5, 2.6
SHOWS = "costs_swapped"
ALARM, MISS = 1, 9


def draw(answer: Any, figure: Any) -> None:
    scores, labels, _, _ = metrics.eights()
    chosen = answer.choose_threshold(scores, labels, ALARM, MISS)
    panel = figure.subplots()
    thresholds = np.unique(scores)
    panel.plot(thresholds, [cost(scores, labels, t) for t in thresholds])
    panel.plot(chosen, cost(scores, labels, chosen), "ks", markersize=5)
    panel.set(title=f"chosen: {chosen:.1g}", xlabel="threshold", ylabel="cost", xscale="log")
    panel.set_xlim(1e-8, 1.5)


def cost(scores: np.ndarray, labels: np.ndarray, threshold: float) -> int:
    called = scores >= threshold
    return int(ALARM * (called & (labels == 0)).sum() + MISS * (~called & (labels == 1)).sum())

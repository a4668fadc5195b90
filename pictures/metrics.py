"""Is it an 8? What a classifier of digits says, and how its ranking is drawn."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from pictures.data import digits

NONE: Mapping[str, float] = {}
_MARKERS = "os"


@functools.cache
def probabilities() -> tuple[np.ndarray, np.ndarray]:
    """A linear classifier, trained too long on 60 digits: what it says of the others, and them.

    It is trained by 1,000 steps of Adam.
    """
    pictures, y = digits()
    x = np.hstack([pictures.reshape(-1, 64), np.ones((len(y), 1))])
    few, others = slice(60), slice(60, None)
    w, m, v = np.zeros((65, 10)), np.zeros((65, 10)), np.zeros((65, 10))
    for t in range(1, 1001):
        grad = x[few].T @ (_softmax(x[few] @ w) - np.eye(10)[y[few]]) / 60
        m, v = 0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * grad**2
        w = w - 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return _softmax(x[others] @ w), y[others]


def _softmax(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def eights() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(scores, labels) to choose a threshold on, and (scores, labels) to judge it by."""
    p, y = probabilities()
    half, labels = len(y) // 2, (y == 8).astype(np.int64)
    return p[:half, 8], labels[:half], p[half:, 8], labels[half:]


def rates(scores: np.ndarray, labels: np.ndarray, threshold: float) -> tuple[float, float, float]:
    """The false-positive rate, the recall and the precision at a threshold."""
    called = scores >= threshold
    hits = int(labels[called].sum())
    alarms = int(called.sum()) - hits
    return alarms / (labels == 0).sum(), hits / labels.sum(), hits / max(int(called.sum()), 1)


def draw_roc(panel: Any, area: float, thresholds: Mapping[str, float] = NONE) -> None:
    _, _, scores, labels = eights()
    points = np.array([rates(scores, labels, t) for t in np.unique(scores)[::-1]])
    panel.plot([0, *points[:, 0]], [0, *points[:, 1]])
    panel.plot([0, 1], [0, 1], ":", color="grey")
    for marker, threshold in zip(_MARKERS, thresholds.values(), strict=False):
        panel.plot(*rates(scores, labels, threshold)[:2], f"k{marker}", markersize=5)
    panel.set(title=f"ROC: AUC {area:.2f}", xlabel="false-positive rate", ylabel="recall")


def draw_precision(panel: Any, area: float, thresholds: Mapping[str, float] = NONE) -> None:
    _, _, scores, labels = eights()
    points = np.array([rates(scores, labels, t) for t in np.unique(scores)[::-1]])
    panel.plot(points[:, 1], points[:, 2])
    for marker, (name, threshold) in zip(_MARKERS, thresholds.items(), strict=False):
        point = rates(scores, labels, threshold)[1:]
        panel.plot(*point, f"k{marker}", markersize=5, label=f"threshold {name}")
    panel.axhline(labels.mean(), linestyle=":", color="grey", label="by chance")
    panel.set(title=f"average precision {area:.2f}", ylim=(0, 1.05))
    panel.set(xlabel="recall", ylabel="precision")


def draw_reliability(
    panel: Any, confidence: np.ndarray, accuracy: np.ndarray, count: np.ndarray, error: float
) -> None:
    """Bars for how many rows are in each bin, and dots for how often those are right."""
    places = (np.arange(len(count)) + 0.5) / len(count)
    panel.plot([0, 1], [0, 1], "--", color="grey", label="as right as sure")
    shares = count / max(count.sum(), 1)
    panel.bar(places, shares, 0.9 / len(count), color="lightgrey", label="share of digits")
    full = count > 0
    panel.plot(confidence[full], accuracy[full], marker="o", markersize=4, label="accuracy")
    panel.set(title=f"calibration error {error:.2f}", xlabel="confidence", xlim=(0, 1.02))
    panel.legend(frameon=False, loc="upper left")

"""Below the dashed line a classifier is surer than it is right, as this one is."""

from typing import Any

from pictures import metrics

SIZE = 3.6, 3.0
SHOWS = "accuracy_first"


def draw(answer: Any, figure: Any) -> None:
    p, y = metrics.probabilities()
    half = len(y) // 2
    bins = answer.reliability(p[half:], y[half:], 8)
    error = answer.expected_calibration_error(p[half:], y[half:], 8)
    metrics.draw_reliability(figure.subplots(), *bins, error)

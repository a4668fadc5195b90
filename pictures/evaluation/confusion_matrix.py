"""Which digits a weak classifier takes for which: most 8s for a 1."""

from typing import Any

from pictures import metrics
from pictures.panels import draw_counts

SIZE = 4.2, 3.8
SHOWS = "transposed"


def draw(answer: Any, figure: Any) -> None:
    p, y = metrics.probabilities()
    draw_counts(figure.subplots(), answer.confusion_matrix(y, p.argmax(axis=1), 10))

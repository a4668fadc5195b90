"""Is it an 8? Recall against false alarms; the area that you find is in the title."""

from typing import Any

from pictures import metrics

SIZE = 3.6, 3.0
SHOWS = "upside_down"


def draw(answer: Any, figure: Any) -> None:
    _, _, scores, labels = metrics.eights()
    metrics.draw_roc(figure.subplots(), answer.roc_auc(scores, labels))

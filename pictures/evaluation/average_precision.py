"""Is it an 8? Precision falls as recall rises; the area that you find is in the title."""

from typing import Any

from pictures import metrics

SIZE = 3.6, 3.0
SHOWS = "lowest_scores_first"


def draw(answer: Any, figure: Any) -> None:
    _, _, scores, labels = metrics.eights()
    panel = figure.subplots()
    metrics.draw_precision(panel, answer.average_precision(scores, labels))
    panel.legend(frameon=False, loc="upper right")

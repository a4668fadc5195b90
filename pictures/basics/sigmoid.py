"""The sigmoid squashes to 0 … 1; its gradient is at most ¼, and hardly anything in the tails."""

from typing import Any

import numpy as np

from pictures.panels import draw_activation

SIZE = 4.2, 2.6
SHOWS = "backward_by_y_alone"


def draw(answer: Any, figure: Any) -> None:
    panel = figure.subplots()
    backward = answer.sigmoid_backward
    draw_activation(panel, "sigmoid", answer.sigmoid, lambda x: backward(np.ones_like(x), x))
    panel.legend(frameon=False, loc="upper left")

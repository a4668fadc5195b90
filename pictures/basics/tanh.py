"""tanh squashes to −1 … 1; its gradient is 1 at 0 alone."""

from typing import Any

import numpy as np

from pictures.panels import draw_activation

SIZE = 4.2, 2.6
SHOWS = "not_stretched"


def draw(answer: Any, figure: Any) -> None:
    panel = figure.subplots()
    backward = answer.tanh_backward
    draw_activation(panel, "tanh", answer.tanh, lambda x: backward(np.ones_like(x), x))
    panel.legend(frameon=False, loc="upper left")

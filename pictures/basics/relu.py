"""ReLU cuts off what is negative, and its gradient; leaky ReLU lets a little of both through."""

from typing import Any

import numpy as np

from pictures.panels import draw_activation

SIZE = 7.5, 2.6
SHOWS = "absolute_value"
SLOPE = 0.1


def draw(answer: Any, figure: Any) -> None:
    left, right = figure.subplots(1, 2)
    draw_activation(left, "ReLU", answer.relu, lambda x: answer.relu_backward(np.ones_like(x), x))
    draw_activation(
        right,
        f"leaky ReLU, slope {SLOPE}",
        lambda x: answer.leaky_relu(x, SLOPE),
        lambda x: answer.leaky_relu_backward(np.ones_like(x), x, SLOPE),
    )
    left.legend(frameon=False, loc="upper left")

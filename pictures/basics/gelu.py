"""GELU and SiLU bend ReLU's corner, and keep a little gradient below 0."""

from typing import Any

from pictures.panels import draw_activation

SIZE = 7.5, 2.6
SHOWS = "silu_mirrored"


def draw(answer: Any, figure: Any) -> None:
    left, right = figure.subplots(1, 2)
    draw_activation(left, "GELU", answer.gelu, None)
    draw_activation(right, "SiLU", answer.silu, None)
    left.legend(frameon=False, loc="upper left")

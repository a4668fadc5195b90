"""Of each square only the brightest pixel is left: the sky's side of every edge wins."""

from typing import Any

from pictures.data import photograph
from pictures.panels import draw_grey

SIZE = 7.5, 2.3
SHOWS = "mean_of_the_window"


def draw(answer: Any, figure: Any) -> None:
    picture = photograph()
    panels = figure.subplots(1, 4)
    draw_grey(panels[0], picture, "128 × 128")
    for panel, kernel in zip(panels[1:], (2, 4, 8), strict=True):
        small = answer.max_pool(picture[None, None], kernel)[0, 0]
        draw_grey(panel, small, f"maximum of {kernel} × {kernel}")

"""Five draws: a square is hidden, each time elsewhere; at the border it is smaller."""

from typing import Any

from pictures.contact import ROW, draw_rows

SIZE = 7.5, ROW
SHOWS = "always_in_the_middle"


def draw(answer: Any, figure: Any) -> None:
    draw_rows(figure, {"cutout": lambda photos, rng: answer.cutout(photos, 24, rng)})

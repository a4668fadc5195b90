"""Five draws of each: a flip mirrors about half of them, a crop moves all, and black comes in."""

from typing import Any

from pictures.contact import ROW, draw_rows

SIZE = 7.5, 2 * ROW
SHOWS = "flipped_upside_down"


def draw(answer: Any, figure: Any) -> None:
    flip, crop = answer.random_flip, answer.random_crop
    rows = {
        "flip": lambda photos, rng: flip(photos, 0.5, rng),
        "crop": lambda photos, rng: crop(photos, 12, rng),
    }
    draw_rows(figure, rows)

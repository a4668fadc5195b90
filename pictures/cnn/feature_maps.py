"""A photograph, and what four kernels and the strength of an edge make of it."""

from typing import Any

import numpy as np

from pictures.data import load
from pictures.panels import draw_grey

SIZE = 7.5, 5.3
SHOWS = "directions_swapped"
DETAIL = np.array([[[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]]])


def draw(answer: Any, figure: Any) -> None:
    picture = load("camera.npz")["picture"]
    gx, gy, strength = answer.edges(picture)
    # Maps with signs are grey at 0: brighter is positive, darker negative.
    maps = {
        "the picture": (picture, 0, 255),
        "gx: brighter to the right": (gx, -500, 500),
        "gy: brighter downwards": (gy, -500, 500),
        "strength √(gx² + gy²)": (strength, 0, 500),
        "7 × 7 mean: a blur": (
            answer.feature_maps(picture, np.full((1, 7, 7), 1 / 49))[0],
            0,
            255,
        ),
        "4 · pixel − neighbours: detail": (answer.feature_maps(picture, DETAIL)[0], -150, 150),
    }
    panels = figure.subplots(2, 3).flat
    for panel, (name, (shades, *limits)) in zip(panels, maps.items(), strict=True):
        draw_grey(panel, shades, name, limits)

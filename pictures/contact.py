"""Contact sheets: a photograph, and what an augmentation makes of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pictures.data import photograph
from pictures.panels import draw_grey

COLUMNS = 6
ROW = 1.3  # inches

Augmentation = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def draw_rows(figure: Any, augmentations: dict[str, Augmentation]) -> None:
    """A row each, of pictures (n, 1, height, width); the original comes first."""
    photos = np.tile(photograph()[::2, ::2], (COLUMNS - 1, 1, 1, 1))
    lines = figure.subplots(len(augmentations), COLUMNS, squeeze=False)
    for line, (name, augment) in zip(lines, augmentations.items(), strict=True):
        draw_grey(line[0], photos[0, 0], "original")
        line[0].set_ylabel(name)
        seen = augment(photos.copy(), np.random.default_rng(3))
        for panel, picture in zip(line[1:], seen[:, 0], strict=True):
            draw_grey(panel, picture)

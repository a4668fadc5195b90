"""The 16 filters of the first layer, before and after training, and what each finds in a 3."""

from typing import Any

import numpy as np

from pictures.data import digits
from pictures.panels import draw_grey

SIZE = 7.5, 2.6
SHOWS = "step_thrown_away"
ROWS, EPOCHS = 400, 3


def draw(answer: Any, figure: Any) -> None:
    x, y = digits()
    pictures = x[:, None].astype(np.float32)
    rng = np.random.default_rng(0)
    first = answer.init((16, 32), 10, rng)
    settings = EPOCHS, 32, 0.003, rng
    trained = answer.train(first, pictures[:ROWS], y[:ROWS], *settings, lambda done, loss: None)
    accuracy = np.mean(answer.predict(trained, pictures[ROWS : ROWS + 300]) == y[ROWS : ROWS + 300])
    panels = figure.subplots(3, 16)
    for column in range(16):
        draw_grey(panels[0, column], first[0][column, 0], limits=(-1, 1))
        draw_grey(panels[1, column], trained[0][column, 0], limits=(-1, 1))
    draw_maps(panels[2], pictures[y == 3][0, 0], trained[0][:, 0])
    for panel, name in zip(panels[:, 0], ("before", "after", "maps"), strict=True):
        panel.set_ylabel(name)
    figure.supxlabel(f"{accuracy:.0%} of new digits are read right", fontsize=9)


def draw_maps(panels: Any, digit: np.ndarray, filters: np.ndarray) -> None:
    """What the filters answer to a digit, with ReLU."""
    framed = np.pad(digit, 1)
    windows = np.lib.stride_tricks.sliding_window_view(framed, (3, 3))
    for panel, kernel in zip(panels, filters, strict=True):
        draw_grey(panel, np.maximum(np.sum(windows * kernel, axis=(2, 3)), 0), limits=(0, 2))

"""Which digit your network takes for which, and the digits it is most sure of in its mistakes."""

from typing import Any

import numpy as np

from pictures.data import digits
from pictures.panels import draw_counts, draw_grey

SIZE = 7.5, 3.4
SHOWS = "relu_forgotten_on_the_way_back"
LEARNED, EPOCHS = 600, 10


def draw(answer: Any, figure: Any) -> None:
    x, y = digits()
    rows = x.reshape(len(x), -1)
    settings = (64, 64, 10), EPOCHS, 32, 0.003, np.random.default_rng(0)
    params = answer.train(rows[:LEARNED], y[:LEARNED], *settings)
    is_, pictures = y[LEARNED:], x[LEARNED:]
    said = answer.predict(params, rows[LEARNED:])
    matrix = np.zeros((10, 10), np.int64)
    np.add.at(matrix, (is_, said), 1)
    left, right = figure.subfigures(1, 2)
    panel = left.subplots()
    draw_counts(panel, matrix)
    panel.set_title(f"{np.mean(said == is_):.1%} of {len(is_)} are read right")
    logits = answer.forward(params, rows[LEARNED:])
    surest = logits.max(axis=1) - logits[np.arange(len(is_)), is_]
    right.suptitle("the worst mistakes: what each is, and is taken for", fontsize=9)
    worst = np.argsort(-surest, kind="stable")
    for cell, i in zip(right.subplots(3, 4).flat, worst, strict=False):
        draw_grey(cell, 1 - pictures[i], f"{is_[i]} → {said[i]}")

"""1,797 digits along their two main directions, and two of them put together from 2, 8 and 32."""

from typing import Any

import numpy as np

from pictures.data import digits
from pictures.panels import draw_grey

SIZE = 7.5, 3.4
SHOWS = "not_centred"


def draw(answer: Any, figure: Any) -> None:
    x, y = digits()
    rows = x.reshape(len(x), -1)
    left, right = figure.subfigures(1, 2)
    mean, components, variances = answer.fit(rows, 32)
    z = answer.project(rows, mean, components)
    plane = left.subplots()
    for digit in range(10):
        plane.plot(*z[y == digit, :2].T, ".", markersize=2, label=f"{digit}")
    plane.legend(
        frameon=False, markerscale=4, fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5)
    )
    plane.set(xlabel=f"first, variance {variances[0]:.2f}", ylabel=f"second, {variances[1]:.2f}")
    cells, shown = right.subplots(2, 4), [int(np.argmax(y == digit)) for digit in (3, 6)]
    for column, k in enumerate((2, 8, 32)):
        again = answer.reconstruct(z[shown, :k], mean, components[:k])
        for row in range(2):
            draw_grey(cells[row, column], 1 - again[row].reshape(8, 8), f"from {k}")
    for row, i in enumerate(shown):
        draw_grey(cells[row, 3], 1 - x[i], "itself")

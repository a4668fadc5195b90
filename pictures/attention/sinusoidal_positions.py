"""Fast waves above, slow ones below; positions that are near are alike, wherever they are."""

from typing import Any

SIZE = 7.5, 2.9
SHOWS = "halves"


def draw(answer: Any, figure: Any) -> None:
    left, right = figure.subplots(1, 2)
    table = answer.sinusoidal_positions(64, 32)
    draw_table(left, table)
    right.imshow(table @ table.T, cmap="RdBu_r", vmin=-16, vmax=16, interpolation="none")
    right.set(title="their dot products", xlabel="position", ylabel="position")


def draw_table(panel: Any, table: Any) -> None:
    panel.imshow(table.T, cmap="RdBu", vmin=-1, vmax=1, aspect="auto", interpolation="none")
    panel.set(title="sinusoidal positions", xlabel="position", ylabel="column")

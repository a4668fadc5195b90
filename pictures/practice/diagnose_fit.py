"""The losses of five networks, each with the diagnosis that you make of them."""

from typing import Any

import numpy as np

from pictures.data import load
from pictures.panels import draw_legend_below

SIZE = 7.5, 2.5
SHOWS = "fits_swapped"
GUESSING, TARGET = float(np.log(10)), 0.2
RUNS = {
    "a": "2 hidden units",
    "d": "64 units",
    "h": "60 rows",
    "j": "tiny rate",
    "k": "no zero_grad",
}


def draw(answer: Any, figure: Any) -> None:
    recorded = load("curves.json")
    panels = figure.subplots(1, len(RUNS), sharey=True)
    for panel, (run, cause) in zip(panels, RUNS.items(), strict=True):
        train, val = recorded[run]["train"], recorded[run]["val"]
        panel.plot(train, label="training rows")
        panel.plot(val, label="validation rows")
        panel.axhline(GUESSING, linestyle=":", color="grey", label="guessing: log 10")
        diagnosis = answer.diagnose(train[1:], val[1:], GUESSING, TARGET)
        panel.set(title=f"{cause}:\n{diagnosis}", xlabel="epoch", ylim=(0, 5))
    panels[0].set_ylabel("loss")
    draw_legend_below(figure, panels[0], 3)

"""The best epoch is kept; training ends when five epochs in a row were no better."""

from typing import Any

import numpy as np

from pictures.data import load

SIZE = 7.5, 2.6
SHOWS = "latest_parameters"
PATIENCE = 5


def draw(answer: Any, figure: Any) -> None:
    run = load("curves.json")["h"]
    stopping = answer.EarlyStopping(PATIENCE)
    losses = run["val"][1:]
    stops = [stopping.step(loss, [np.array([epoch])]) for epoch, loss in enumerate(losses, 1)]
    best = int(stopping.best_params[0][0])
    panel = figure.subplots()
    panel.plot(range(1, 1 + len(losses)), run["train"][1:], color="grey", label="training")
    panel.plot(range(1, 1 + len(losses)), losses, label="validation")
    panel.axvline(best, linestyle=":", color="black")
    panel.plot(best, stopping.best_loss, "ko", label=f"kept: epoch {best}")
    if True in stops:
        end = stops.index(True) + 1
        panel.axvspan(end, len(losses), color="lightgrey", label=f"not run: after epoch {end}")
    panel.set(xlabel="epoch", ylabel="loss")
    panel.legend(frameon=False)

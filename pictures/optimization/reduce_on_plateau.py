"""The rate is halved whenever the loss has not improved for more than three epochs."""

from typing import Any

import numpy as np

SIZE = 7.5, 2.6
SHOWS = "compared_with_the_last"


def draw(answer: Any, figure: Any) -> None:
    noise = 0.04 * np.random.default_rng(1).normal(size=60)
    losses = 0.4 + 2 * np.exp(-np.arange(60) / 6) + noise
    schedule = answer.ReduceOnPlateau(lr=1.0, factor=0.5, patience=3)
    rates = [schedule.step(float(loss)) for loss in losses]
    panel = figure.subplots()
    panel.plot(losses, color="grey", label="validation loss")
    panel.plot(rates, drawstyle="steps-post", label="learning rate")
    panel.set(xlabel="epoch", ylim=(0, 2.5))
    panel.legend(frameon=False)

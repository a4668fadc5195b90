"""Names that your network invents after epochs 1, 3 and 8 come closer and closer to real ones."""

from typing import Any

import numpy as np

from pictures.data import load

SIZE = 7.5, 2.8
SHOWS = "state_not_carried"
EPOCHS, NAMES = (1, 3, 8), 700


def draw(answer: Any, figure: Any) -> None:
    rng, losses = np.random.default_rng(0), []
    names = [str(name) for name in rng.permutation(load("women.txt"))[:NAMES]]
    params, invented, past = answer.init(48, rng), {}, 0
    for epoch in EPOCHS:
        settings = epoch - past, 16, 0.01, rng
        params = answer.train(params, names, *settings, lambda done, loss: losses.append(loss))
        past = epoch
        invented[epoch] = [answer.invent(params, 0.8, 12, rng) for _ in range(7)]
    panel, *columns = figure.subplots(1, 1 + len(EPOCHS), width_ratios=[3, 1, 1, 1])
    panel.plot(range(1, 1 + len(losses)), losses, marker=".")
    panel.set(title=f"learning {NAMES} names", xlabel="epoch", ylabel="nats a symbol")
    for column, (epoch, words) in zip(columns, invented.items(), strict=True):
        column.axis("off")
        column.set_title(f"epoch {epoch}")
        column.text(0.5, 0.95, "\n".join(words), ha="center", va="top", linespacing=1.6)

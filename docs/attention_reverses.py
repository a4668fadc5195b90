"""Draws what one attention head looks at while it learns to reverse, for the capstones' page.

pip install -e '.[plots]' && python -m docs.attention_reverses
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from docs.plots import save
from kata import catalog, target

SEQUENCE = [3, 1, 4, 1, 5, 9, 2, 6]
STEPS = (0, 5, 10, 100)


def weights_after_steps() -> list[np.ndarray]:
    """The weights for the sequence after each number of steps, with the tests' settings."""
    katas = catalog.load(Path(__file__).parents[1])
    target.install(katas, "solutions")
    kata = target.answer_module(katas.find("attention_reverses"))
    rng = np.random.default_rng(0)
    params, batches = kata.init(10, 8, 32, rng), rng.integers(10, size=(max(STEPS), 64, 8))
    seen = []
    for steps in STEPS:
        trained = kata.train(params, batches[:steps], 0.01, lambda done, loss: None)
        seen.append(kata.weights(trained, np.array([SEQUENCE]))[0])
    return seen


def draw() -> None:
    figure, panels = plt.subplots(1, len(STEPS), figsize=(7.5, 2.2), layout="constrained")
    for panel, steps, weights in zip(panels, STEPS, weights_after_steps(), strict=True):
        heat = panel.imshow(weights, vmin=0, vmax=1, cmap="Blues")
        panel.set(title=f"after {steps} steps", xlabel="looked at")
        panel.set_xticks(range(8), SEQUENCE)
        panel.set_yticks(range(8), SEQUENCE[::-1])
        panel.tick_params(length=0)
    panels[0].set_ylabel("to be written")
    figure.colorbar(heat, ax=panels, label="weight")
    save(figure, "attention_reverses")


if __name__ == "__main__":
    draw()

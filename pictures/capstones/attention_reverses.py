"""One head learns to reverse: its weights, scattered at first, become an anti-diagonal."""

from typing import Any

import numpy as np

from pictures.panels import draw_weights

SIZE = 7.5, 2.2
SHOWS = "no_positions"
SEQUENCE = [3, 1, 4, 1, 5, 9, 2, 6]
STEPS = (0, 5, 10, 100)


def weights_after_steps(answer: Any) -> list[np.ndarray]:
    """The weights for the sequence after each number of steps, with the tests' settings."""
    rng = np.random.default_rng(0)
    params, batches = answer.init(10, 8, 32, rng), rng.integers(10, size=(max(STEPS), 64, 8))
    seen = []
    for steps in STEPS:
        trained = params
        if steps:
            trained = answer.train(params, batches[:steps], 0.01, lambda done, loss: None)
        seen.append(answer.weights(trained, np.array([SEQUENCE]))[0])
    return seen


def draw(answer: Any, figure: Any) -> None:
    panels = figure.subplots(1, len(STEPS))
    for panel, steps, weights in zip(panels, STEPS, weights_after_steps(answer), strict=True):
        heat = draw_weights(panel, weights, SEQUENCE[::-1], SEQUENCE)
        panel.set(title=f"after {steps} steps", xlabel="looked at")
    panels[0].set_ylabel("to be written")
    figure.colorbar(heat, ax=list(panels), label="weight")

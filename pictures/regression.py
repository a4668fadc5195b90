"""Linear regression on twelve features of which four count, for pictures of penalties."""

from collections.abc import Callable
from typing import Any

import numpy as np

SIZE = 7.5, 3.0
TRUE = np.array([2.0, -1.5, 1.0, -0.5] + 8 * [0.0])
STRENGTHS = np.logspace(-2.5, 1.0, 29)
STEPS, RATE = 120, 0.1

# From weights (1, 12), the loss's gradient, the rate and the strength to the new weights.
Step = Callable[[np.ndarray, np.ndarray, float, float], np.ndarray]


def trained(step: Step, strength: float) -> np.ndarray:
    """The weights after training with a penalty."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 12))
    y = x @ TRUE + 0.5 * rng.normal(size=60)
    w = np.zeros((1, 12))
    for _ in range(STEPS):
        w = step(w, (w @ x.T - y) @ x / len(y), RATE, strength)
    return w[0]


def draw_weights(panel: Any, step: Step, title: str) -> None:
    """Each weight against the strength of the penalty."""
    weights = np.array([trained(step, strength) for strength in STRENGTHS])
    for column, curve in enumerate(weights.T):
        panel.plot(STRENGTHS, curve, linewidth=1.2, color=f"C{column}" if column < 4 else "grey")
    zeros = int((weights[-8] == 0).sum())
    panel.axhline(0, color="grey", linewidth=0.5)
    panel.set(title=f"{title}: {zeros} of 12 weights are 0 at {STRENGTHS[-8]:.1f}")
    panel.set(xscale="log", xlabel="strength", ylabel="weight")

"""Larger scores, surer probabilities; adding 1,000 to all scores changes nothing."""

from typing import Any

import numpy as np

SIZE = 7.5, 2.2
SHOWS = "without_the_maximum"
SCORES = np.array([2.0, 1.0, 0.0, -1.0, 0.5])
SHOWN = {"scores": SCORES, "scores × 3": 3 * SCORES, "scores + 1,000": SCORES + 1000}


def draw(answer: Any, figure: Any) -> None:
    panels = figure.subplots(1, len(SHOWN), sharey=True)
    for panel, (name, scores) in zip(panels, SHOWN.items(), strict=True):
        panel.set(title=f"softmax of {name}", ylim=(0, 1.1), xlabel="class")
        probabilities = answer.softmax(scores[None])[0]
        panel.bar(range(len(scores)), probabilities)
        for place, p in enumerate(probabilities):
            panel.text(place, np.nan_to_num(p) + 0.02, f"{p:.2f}", ha="center", fontsize=7)

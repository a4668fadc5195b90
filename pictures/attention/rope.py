"""The same vector at every position: scores depend on the distance alone, and run in stripes."""

from typing import Any

import numpy as np

SIZE = 7.5, 2.9
SHOWS = "no_minus"


def draw(answer: Any, figure: Any) -> None:
    rows = np.tile(np.random.default_rng(0).normal(size=16), (48, 1))
    turned = answer.rope(rows)
    left, right = figure.subplots(1, 2)
    left.plot(*turned[:, :2].T, ".-", linewidth=0.5, label="features 0 and 1")
    left.plot(*turned[:, 4:6].T, ".-", linewidth=0.5, label="features 4 and 5")
    left.set(title="the vector at positions 0 … 47", aspect="equal")
    left.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    right.imshow(turned @ turned.T, cmap="RdBu_r", interpolation="none", vmin=-16, vmax=16)
    right.set(title="scores", xlabel="key's position", ylabel="query's position")

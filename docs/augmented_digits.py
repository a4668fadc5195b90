"""Draws how far from its place a digit is still read, with and without random moves in training.

pip install -e '.[plots]' && python -m docs.augmented_digits
"""

from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import numpy as np

from docs.plots import DIGITS, save
from kata import catalog, target

FARTHEST = 2


def answers(*names: str) -> list[ModuleType]:
    """The solutions of these katas, for which `exercises` stands from now on."""
    katas = catalog.load(Path(__file__).parents[1])
    target.install(katas, "solutions")
    return [target.answer_module(katas.find(name)) for name in names]


def shares_of_moves(shift: int) -> np.ndarray:
    """The share of held-out digits that is read, by how far they are moved down and right."""
    kata, digits_mlp = answers("augmented_digits", "digits_mlp")
    with np.load(DIGITS) as data:
        x, y = data["images"] / 16, data["labels"].astype(np.int64)
    order = np.random.default_rng(0).permutation(len(x))
    learned, held_back = order[:1400], order[1400:]
    settings = (64, 128, 10), 20, 32, 0.003, shift, np.random.default_rng(0)
    params = kata.train(x[learned], y[learned], *settings, lambda done, loss: None)
    framed = np.pad(x[held_back], ((0, 0), (FARTHEST, FARTHEST), (FARTHEST, FARTHEST)))
    shares = np.empty((2 * FARTHEST + 1, 2 * FARTHEST + 1))
    for down, right in np.ndindex(shares.shape):
        # A window that begins higher shows a picture that has moved down.
        top, left = 2 * FARTHEST - down, 2 * FARTHEST - right
        seen = framed[:, top : top + 8, left : left + 8].reshape(-1, 64)
        shares[down, right] = np.mean(digits_mlp.predict(params, seen) == y[held_back])
    return shares


def draw_moves() -> None:
    figure, panels = plt.subplots(1, 2, figsize=(7.5, 3.4), layout="constrained")
    for panel, shift in zip(panels, (0, 1), strict=True):
        shares = shares_of_moves(shift)
        panel.imshow(shares, cmap="Blues", vmin=0, vmax=1, extent=(-2.5, 2.5, 2.5, -2.5))
        for (down, right), share in np.ndenumerate(shares):
            ink = "white" if share > 0.6 else "black"
            panel.text(
                right - FARTHEST,
                down - FARTHEST,
                f"{share:.0%}",
                ha="center",
                va="center",
                color=ink,
            )
        how = "moved by up to 1 pixel" if shift else "as they are"
        panel.set(title=f"trained on digits {how}", xlabel="moved to the right", ylabel="down")
    save(figure, "augmented_digits")


if __name__ == "__main__":
    draw_moves()

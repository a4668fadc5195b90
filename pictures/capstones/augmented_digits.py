"""The share of moved digits that is read: random moves in training widen what is known."""

from typing import Any

import numpy as np

from pictures.data import digits

SIZE = 7.5, 3.4
SHOWS = "never_moved"
FARTHEST, LEARNED = 2, 1400


def shares_of_moves(answer: Any, shift: int) -> np.ndarray:
    """The share of held-out digits that is read, by how far they are moved down and right."""
    x, y = digits()
    settings = (64, 128, 10), 12, 32, 0.003, shift, np.random.default_rng(0)
    params = answer.train(x[:LEARNED], y[:LEARNED], *settings, lambda done, loss: None)
    framed = np.pad(x[LEARNED:], ((0, 0), (FARTHEST, FARTHEST), (FARTHEST, FARTHEST)))
    shares = np.empty((2 * FARTHEST + 1, 2 * FARTHEST + 1))
    for down, right in np.ndindex(shares.shape):
        # A window that begins higher shows a picture that has moved down.
        top, left = 2 * FARTHEST - down, 2 * FARTHEST - right
        seen = framed[:, top : top + 8, left : left + 8]
        shares[down, right] = answer.accuracies(params, seen, y[LEARNED:])[0]
    return shares


def draw(answer: Any, figure: Any) -> None:
    for panel, shift in zip(figure.subplots(1, 2), (0, 1), strict=True):
        shares = shares_of_moves(answer, shift)
        panel.imshow(shares, cmap="Blues", vmin=0, vmax=1, extent=(-2.5, 2.5, 2.5, -2.5))
        for (down, right), share in np.ndenumerate(shares):
            ink = "white" if share > 0.6 else "black"
            place = right - FARTHEST, down - FARTHEST
            panel.text(*place, f"{share:.0%}", ha="center", va="center", color=ink)
        how = "moved by up to 1 pixel" if shift else "as they are"
        panel.set(title=f"trained on digits {how}", xlabel="moved to the right", ylabel="down")

"""Draws the pictures of exercises/practice/README.md from real runs of the reference solutions.

pip install -e '.[plots]' && python -m docs.practice
"""

import matplotlib.pyplot as plt
import numpy as np

from docs.curves import RUNS, Recipe, record
from docs.plots import CAMERA, DIGITS, save
from solutions.practice.cutout import cutout
from solutions.practice.flip_and_crop import random_crop, random_flip
from solutions.practice.mixup import mixup

FITS = {
    "too weak: 2 hidden units": RUNS["a"],
    "right: 64 units, 600 rows": Recipe(),
    "too strong: 128 units, 60 rows": RUNS["h"],
}
COLUMNS = 6


def draw_fits() -> None:
    """The losses of a network that is too weak for its rows, of a right one, of one too strong."""
    figure, panels = plt.subplots(1, 3, figsize=(7.5, 2.7), sharey=True, layout="constrained")
    for panel, (name, recipe) in zip(panels, FITS.items(), strict=True):
        run = record(recipe)
        panel.plot(run["train"], label="training rows")
        panel.plot(run["val"], label="validation rows")
        panel.axhline(np.log(10), linestyle=":", color="grey", label="guessing: log 10")
        panel.set(title=name, xlabel="epoch", ylim=(0, 2.5))
        print(f"{name}: train {run['train'][-1]:.2f}, val {run['val'][-1]:.2f}")
    panels[0].set_ylabel("loss")
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    save(figure, "fits")


def draw_augmentations() -> None:
    """A contact sheet: what each augmentation makes of a photograph or of two digits."""
    rng = np.random.default_rng(3)
    with np.load(CAMERA) as data:
        photos = np.tile(data["picture"][::2, ::2] / 255, (COLUMNS - 1, 1, 1, 1))
    with np.load(DIGITS) as data:
        pair = 1 - data["images"][[3, 8]].astype(np.float64) / 16
    rows = {
        "flip": random_flip(photos, 0.5, rng)[:, 0],
        "crop": random_crop(photos, 12, rng)[:, 0],
        "cutout": cutout(photos, 24, rng)[:, 0],
    }
    figure, panels = plt.subplots(4, COLUMNS, figsize=(7.5, 5.2), layout="constrained")
    for line, (name, pictures) in zip(panels, rows.items(), strict=False):
        show(line[0], photos[0, 0], name)
        for panel, picture in zip(line[1:], pictures, strict=True):
            show(panel, picture)
    draw_mixtures(panels[-1], pair, rng)
    panels[0, 0].set_title("original")
    save(figure, "augmentations")


def draw_mixtures(line: np.ndarray, pair: np.ndarray, rng: np.random.Generator) -> None:
    """A 3, an 8, and what mixup makes of them, with the share of 8 in the new label."""
    show(line[0], pair[0], "mixup")
    show(line[-1], pair[1])
    line[0].set_title("3")
    line[-1].set_title("8")
    mixtures = {}
    while len(mixtures) < COLUMNS - 2:
        x, y = mixup(pair, np.eye(2), 1.0, rng)
        if 0 < y[0, 1] < 1:
            mixtures[y[0, 1]] = x[0]
    for panel, (share, picture) in zip(line[1:-1], sorted(mixtures.items()), strict=True):
        show(panel, picture)
        panel.set_title(f"{1 - share:.2f} · 3, {share:.2f} · 8", fontsize=8)


def show(panel: plt.Axes, picture: np.ndarray, name: str = "") -> None:
    panel.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="none")
    panel.set(ylabel=name, xticks=[], yticks=[])


if __name__ == "__main__":
    draw_fits()
    draw_augmentations()

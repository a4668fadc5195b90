"""Draws what is learned from a few men's names, with and without women's names before.

pip install -e '.[plots]' && python -m docs.transfer_names
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from docs.plots import FOLDER, save
from kata import catalog, target

target.install(catalog.load(), "solutions")  # Before what follows is loaded.

from exercises.capstones.char_rnn import encode, init, loss_and_gradients, train  # noqa: E402
from exercises.capstones.transfer_names import compare, hold_out  # noqa: E402

DATA = FOLDER.parent / "data"
SIZES, RUNS = (30, 100, 300), 10
WAYS = {
    "scratch": "from scratch",
    "all": "pre-trained, then all weights",
    "head": "pre-trained, then the head alone",
}


def names_in(file: Path) -> list[str]:
    return file.read_text().split()


def losses_of_a_run(seed: int) -> tuple[float, list[dict[str, float]]]:
    """The loss on the names held out before any man's name is learned, and after each number."""
    rng, women = np.random.default_rng(seed), names_in(DATA / "women.txt")
    few, held_out = hold_out(names_in(DATA / "men.txt"), women, 588, rng)
    pretrained = train(init(64, rng), women, 3, 32, 0.005, rng, ignore)
    before, _ = loss_and_gradients(pretrained, *encode(held_out))
    return before, [compare(pretrained, few[:n], held_out, 8, 10, rng, ignore) for n in SIZES]


def ignore(done: float, loss: float) -> None:
    """Hear of an epoch."""


def draw_transfer() -> None:
    """The mean loss of each way against the number of names, and its spread from run to run."""
    runs = [losses_of_a_run(seed) for seed in range(RUNS)]
    figure, panel = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
    before = float(np.mean([loss for loss, _ in runs]))
    panel.axhline(before, linestyle=":", color="grey", label="pre-trained, no man's name yet")
    for way, label in WAYS.items():
        losses = np.array([[one[way] for one in losses] for _, losses in runs])  # (runs, sizes)
        mean, spread = losses.mean(axis=0), losses.std(axis=0)
        panel.errorbar(SIZES, mean, spread, marker="o", markersize=4, capsize=3, label=label)
        print(label, *mean.round(3), "±", *spread.round(3))
    print("pre-trained alone", round(before, 3))
    panel.set(xscale="log", xlabel="men's names learned", ylabel="nats a symbol, held out")
    panel.set_xticks(SIZES, map(str, SIZES))
    panel.minorticks_off()
    panel.legend(frameon=False)
    save(figure, "transfer_names")


if __name__ == "__main__":
    draw_transfer()

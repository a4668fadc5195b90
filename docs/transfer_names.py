"""Draws what is learned from a few men's names, with and without women's names before."""

from pathlib import Path
from typing import Any

import numpy as np

from docs.solved import solution

DATA = Path(__file__).parents[1] / "data"
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
    names, compared = solution("char_rnn"), solution("transfer_names")
    rng, women = np.random.default_rng(seed), names_in(DATA / "women.txt")
    few, held_out = compared.hold_out(names_in(DATA / "men.txt"), women, 588, rng)
    pretrained = names.train(names.init(64, rng), women, 3, 32, 0.005, rng, ignore)
    before, _ = names.loss_and_gradients(pretrained, *names.encode(held_out))
    return before, [
        compared.compare(pretrained, few[:n], held_out, 8, 10, rng, ignore) for n in SIZES
    ]


def ignore(done: float, loss: float) -> None:
    """Hear of an epoch."""


def draw(figure: Any) -> None:
    """The mean loss of each way against the number of names, and its spread from run to run."""
    runs = [losses_of_a_run(seed) for seed in range(RUNS)]
    panel = figure.subplots()
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

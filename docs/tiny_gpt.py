"""Draws how the GPT of the capstone learns to write, for the capstones' page."""

from pathlib import Path
from typing import Any

import numpy as np

from docs.solved import solution

ROOT = Path(__file__).parents[1]
STEPS, WINDOWS, LENGTH, WARMUP = 200, 32, 32, 60


def learn() -> tuple[list[float], float, float, str]:
    """The loss at each step, those of tables of characters and of pairs, and what is written."""
    kata = solution("tiny_gpt")
    text = (ROOT / "data" / "as_you_like_it.txt").read_text(encoding="ascii")
    characters, ids = np.unique(list(text), return_inverse=True)
    rng, losses = np.random.default_rng(0), []
    known, held_back = np.split(ids, [len(ids) * 9 // 10])
    starts = rng.integers(len(known) - LENGTH, size=(STEPS, WINDOWS, 1))
    batches = known[starts + np.arange(LENGTH + 1)]
    params = kata.init(len(characters), LENGTH, 48, 2, rng)
    params = kata.train(params, batches, 4, 0.01, WARMUP, lambda _, loss: losses.append(loss))
    start = np.searchsorted(characters, list("ROSALIND\t")).tolist()
    written = "".join(characters[kata.write(params, start, 300, 4, 0.8, rng)])
    return losses, *losses_of_tables(known, held_back), written


def losses_of_tables(known: np.ndarray, held_back: np.ndarray) -> tuple[float, float]:
    """What counting single characters reaches on the rest of the play, and what pairs do."""
    pairs = np.ones((68, 68))
    np.add.at(pairs, (known[:-1], known[1:]), 1)
    alone = pairs.sum(axis=0) / pairs.sum()
    after = pairs / pairs.sum(axis=1, keepdims=True)
    before, following = held_back[:-1], held_back[1:]
    return -np.log(alone[following]).mean(), -np.log(after[before, following]).mean()


def draw(figure: Any) -> None:
    losses, alone, pairs, written = learn()
    axes = figure.subplots()
    axes.plot(range(1, STEPS + 1), losses, linewidth=1)
    for level, text in ((alone, "counting characters"), (pairs, "counting pairs")):
        axes.axhline(level, color="grey", linewidth=0.8, linestyle="--")
        axes.text(STEPS, level + 0.05, text, ha="right", color="grey")
    axes.set(xlabel="step", ylabel="training loss, nats", xlim=(0, STEPS), ylim=(1.9, 5.4))
    print(written)

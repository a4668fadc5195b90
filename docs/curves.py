"""Trains small networks on data/digits.npz, most with one mistake, and records how they go.

    python -m docs.curves

Writes data/curves.json, and prints the tables that the kata practice/read_the_curves shows. Its
picture is drawn by docs/pages.py.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pictures.data import load
from pictures.panels import draw_legend_below

ROOT = Path(__file__).parent.parent
DIGITS = ROOT / "data" / "digits.npz"
RECORD = ROOT / "data" / "curves.json"

EPOCHS = 20
SHOWN = [0, 1, 5, 10, 20]  # The epochs that the kata shows.
COLUMNS = ["during", "train", "val", "again", "test", "acc", "grad"]

Run = dict[str, list[float | None]]
Rows = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Recipe:
    """How a run is made. The defaults make one that goes well."""

    cause: str = "nothing"
    rows: int = 600
    batch: int = 20
    hidden: int = 64
    lr: float = 0.2
    dropout: float = 0.0
    decay: float = 0.0
    first_bias: float = 0.0
    mixed_labels: float = 0.0  # The share of training labels that are shuffled.
    sorted_rows: bool = False  # By class, and never shuffled.
    copied_rows: bool = False  # The validation rows are the training rows.
    zero_grad: bool = True
    eval_mode: bool = True
    softmax_twice: bool = False


RUNS = {
    "a": Recipe("underfitting", hidden=2, decay=0.01),
    "b": Recipe("rate too high", lr=1.2),
    "c": Recipe("labels shuffled", mixed_labels=1.0),
    "d": Recipe("nothing", dropout=0.5),
    "e": Recipe("dead units", first_bias=-20.0),
    "f": Recipe("no shuffle", sorted_rows=True),
    "g": Recipe("wrong loss", softmax_twice=True, lr=1.0),
    "h": Recipe("overfitting", rows=60, batch=2, hidden=128, lr=0.1, mixed_labels=0.2),
    "i": Recipe("dropout in evaluation", hidden=32, dropout=0.7, eval_mode=False),
    "j": Recipe("rate too low", lr=0.0005),
    "k": Recipe("no zero_grad", zero_grad=False),
    "l": Recipe("leakage", rows=100, lr=0.5, copied_rows=True),
}


def split_digits(recipe: Recipe) -> tuple[Rows, Rows, Rows]:
    """Training, validation and test rows."""
    with np.load(DIGITS) as data:
        x, y = data["images"].reshape(-1, 64) / 16, data["labels"].astype(np.int64)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(y))
    train, val, test = order[: recipe.rows], order[600:1000], order[1000:]
    if recipe.copied_rows:
        val = train
    labels = y[train].copy()
    mixed = rng.random(len(labels)) < recipe.mixed_labels
    labels[mixed] = rng.permutation(labels[mixed])
    if recipe.sorted_rows:
        by_class = np.argsort(labels, kind="stable")
        train, labels = train[by_class], labels[by_class]
    parts = [(x[train], labels), (x[val], y[val]), (x[test], y[test])]
    return tuple((torch.tensor(rows), torch.tensor(right)) for rows, right in parts)


def build(recipe: Recipe) -> nn.Sequential:
    torch.manual_seed(0)
    layers = [nn.Linear(64, recipe.hidden), nn.ReLU(), nn.Dropout(recipe.dropout)]
    model = nn.Sequential(*layers, nn.Linear(recipe.hidden, 10)).double()
    with torch.no_grad():
        model[0].bias += recipe.first_bias
    return model


def loss_of(model: nn.Module, rows: Rows, recipe: Recipe) -> Tensor:
    logits = model(rows[0])
    return F.cross_entropy(logits.softmax(dim=1) if recipe.softmax_twice else logits, rows[1])


def train_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, rows: Rows, recipe: Recipe
) -> tuple[float, float]:
    """The mean loss of an epoch's batches, and the mean norm of the first layer's gradient."""
    model.train()
    n = len(rows[1])
    order = torch.arange(n) if recipe.sorted_rows else torch.randperm(n)
    losses, norms = [], []
    for batch in order.split(recipe.batch):
        if recipe.zero_grad:
            optimizer.zero_grad()
        loss = loss_of(model, (rows[0][batch], rows[1][batch]), recipe)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        norms.append(model[0].weight.grad.norm().item())
    return float(np.mean(losses)), float(np.mean(norms))


@torch.no_grad()
def measure(model: nn.Module, parts: tuple[Rows, Rows, Rows], recipe: Recipe) -> dict[str, float]:
    model.train(not recipe.eval_mode)
    train, val, test = parts
    losses = {"train": train, "val": val, "again": val, "test": test}
    seen = {name: loss_of(model, rows, recipe).item() for name, rows in losses.items()}
    right = model(val[0]).argmax(dim=1) == val[1]
    return seen | {"acc": right.double().mean().item()}


def record(recipe: Recipe) -> Run:
    """Each column's numbers, before the first epoch and after each."""
    parts, model = split_digits(recipe), build(recipe)
    optimizer = torch.optim.SGD(model.parameters(), lr=recipe.lr, weight_decay=recipe.decay)
    epochs = [{"during": None, "grad": None} | measure(model, parts, recipe)]
    for _ in range(EPOCHS):
        during, grad = train_epoch(model, optimizer, parts[0], recipe)
        epochs.append({"during": during, "grad": grad} | measure(model, parts, recipe))
    return {name: [shorten(epoch[name]) for epoch in epochs] for name in COLUMNS}


def shorten(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def table(run: Run) -> str:
    """The epochs that the kata shows."""
    lines = ["epoch" + "".join(f"{name:>8}" for name in COLUMNS)]
    for epoch in SHOWN:
        values = [run[name][epoch] for name in COLUMNS]
        shown = ["" if value is None else f"{value:.2f}" for value in values]
        lines.append((f"{epoch:>5}" + "".join(f"{value:>8}" for value in shown)).rstrip())
    return "\n".join(lines)


def draw_recorded(figure: Any) -> None:
    """The losses of every run."""
    runs, panels = load(RECORD.name), figure.subplots(3, 4, sharex=True)
    styles = {"during": ":", "train": "-", "val": "-", "again": "--", "test": "-."}
    for panel, (name, run) in zip(panels.flat, runs.items(), strict=True):
        for column, style in styles.items():
            values = [np.nan if value is None else value for value in run[column]]
            panel.plot(values, style, linewidth=1.2, label=column)
        panel.set(title=f"run {name}", ylim=(0, None))
    for panel in panels[-1]:
        panel.set_xlabel("epoch")
    draw_legend_below(figure, panels[0, 0], 5)


def main() -> None:
    runs = {name: record(recipe) for name, recipe in RUNS.items()}
    stored = {name: {"cause": RUNS[name].cause} | run for name, run in runs.items()}
    lines = [f"{json.dumps(name)}: {json.dumps(run)}" for name, run in stored.items()]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    for name, run in runs.items():
        print(f"{name}, {RUNS[name].cause}\n{table(run)}\n")


if __name__ == "__main__":
    main()

"""A neuron and its loss: each value with its gradient ∂; w is used twice, so its two add up."""

import math
from typing import Any

SIZE = 7.5, 2.9
SHOWS = "last_use_wins"
# Each value's name, its place, and what it is made from.
GRAPH = {
    "x": (0, 2, ()),
    "w": (0, 1, ()),
    "b": (1, 0, ()),
    "x·w": (1, 2, ("x", "w")),
    "z = x·w + b": (2, 2, ("x·w", "b")),
    "y = tanh z": (3, 2, ("z = x·w + b",)),
    "(y − 1)²": (4, 2, ("y = tanh z",)),
    "w² / 10": (4, 1, ("w",)),
    "loss": (5, 2, ("(y − 1)²", "w² / 10")),
}


def values_of(answer: Any) -> dict[str, Any]:
    """Every value in the graph, after backward."""
    x, w, b = answer.Value(2.0), answer.Value(-0.8), answer.Value(1.2)
    product = x * w
    z = product + b
    y = z.tanh()
    error, penalty = (y - 1) ** 2, w**2 / 10
    loss = error + penalty
    loss.backward()
    return dict(zip(GRAPH, (x, w, b, product, z, y, error, penalty, loss), strict=True))


def draw(answer: Any, figure: Any) -> None:
    panel = figure.subplots()
    panel.set(xlim=(-0.5, 5.5), ylim=(-0.5, 2.5))
    panel.axis("off")
    for column, row, sources in GRAPH.values():
        for source in sources:
            begin = GRAPH[source][:2]
            arrow = {"arrowstyle": "->", "color": "grey", "shrinkA": 30, "shrinkB": 32}
            panel.annotate("", (column, row), begin, arrowprops=arrow)
    for name, value in values_of(answer).items():
        column, row, _ = GRAPH[name]
        text = f"{name}\n{value.data:.3f}\n∂ {value.grad:.3f}"
        is_lost = not math.isfinite(value.data) or value.grad == 0
        frame = {"boxstyle": "round", "facecolor": "mistyrose" if is_lost else "aliceblue"}
        panel.text(column, row, text, ha="center", va="center", fontsize=8, bbox=frame)

"""Up to a very high rate and down again, far below the start, as the logarithmic scale shows."""

from typing import Any

SIZE = 7.5, 2.6
SHOWS = "in_lines"
STEPS = range(110)


def draw(answer: Any, figure: Any) -> None:
    left, right = figure.subplots(1, 2)
    rates = [answer.one_cycle(step, 1.0, 100) for step in STEPS]
    left.plot(STEPS, rates)
    left.set(xlabel="step", ylabel="learning rate")
    right.plot(STEPS, rates)
    right.set(xlabel="step", yscale="log")

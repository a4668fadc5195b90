"""Three ways down: in steps, by the same factor each time, and along half a cosine."""

from typing import Any

SIZE = 7.5, 2.6
SHOWS = "rising_again"
STEPS = range(120)


def draw(answer: Any, figure: Any) -> None:
    panel = figure.subplots()
    curves = {
        "step: × 0.5 every 25": [answer.step_decay(step, 1.0, 25, 0.5) for step in STEPS],
        "exponential: × 0.97 each": [answer.exponential_decay(step, 1.0, 0.97) for step in STEPS],
        "cosine: to 0.1 at 100": [answer.cosine_decay(step, 1.0, 100, 0.1) for step in STEPS],
    }
    for name, rates in curves.items():
        panel.plot(STEPS, rates, label=name)
    panel.set(xlabel="step", ylabel="learning rate")
    panel.legend(frameon=False)

"""Up along a line, down along half a cosine, and flat after the end."""

from typing import Any

SIZE = 7.5, 2.6
SHOWS = "cosine_from_the_start"
STEPS = range(120)


def draw(answer: Any, figure: Any) -> None:
    panel = figure.subplots()
    for warmup, floor in ((20, 0.0), (0, 0.2)):
        rates = [answer.warmup_cosine(step, 1.0, warmup, 100, floor) for step in STEPS]
        panel.plot(STEPS, rates, label=f"warm-up of {warmup}, floor of {floor:g}")
    panel.set(xlabel="step", ylabel="learning rate")
    panel.legend(frameon=False)

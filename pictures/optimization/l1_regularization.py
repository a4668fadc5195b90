"""Under L1 one weight after the other becomes 0, those that don't count (grey) first."""

from typing import Any

from pictures import regression

SIZE = regression.SIZE
SHOWS = "subgradient_step"


def draw(answer: Any, figure: Any) -> None:
    def step(w: Any, grad: Any, lr: float, strength: float) -> Any:
        return answer.proximal_step([w], [grad], lr, strength)[0]

    regression.draw_weights(figure.subplots(), step, "L1")

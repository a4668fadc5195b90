"""Under L2 all weights shrink together, and none becomes 0."""

from typing import Any

from pictures import regression

SIZE = regression.SIZE
SHOWS = "half_the_gradient"


def draw(answer: Any, figure: Any) -> None:
    def step(w: Any, grad: Any, lr: float, strength: float) -> Any:
        # A shorter step where the penalty is steep: a full one would overshoot.
        return w - lr / (1 + lr * strength) * (grad + answer.l2_gradients([w], strength)[0])

    regression.draw_weights(figure.subplots(), step, "L2")

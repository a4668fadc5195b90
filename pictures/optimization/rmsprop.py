"""RMSProp goes straight to the floor and then along it at one speed."""

from typing import Any

from pictures import ravine

SIZE = ravine.SIZE
SHOWS = "sum_of_the_squares"
NAME = "RMSProp"


def optimizer(answer: Any) -> Any:
    return answer.RMSProp(lr=0.1, alpha=0.9)


def draw(answer: Any, figure: Any) -> None:
    ravine.draw_paths(figure, {NAME: optimizer(answer)})

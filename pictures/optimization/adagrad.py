"""Adagrad heads for the goal with steps that only get shorter."""

from typing import Any

from pictures import ravine

SIZE = ravine.SIZE
SHOWS = "running_average"
NAME = "Adagrad"


def optimizer(answer: Any) -> Any:
    return answer.Adagrad(lr=1.0)


def draw(answer: Any, figure: Any) -> None:
    ravine.draw_paths(figure, {NAME: optimizer(answer)})

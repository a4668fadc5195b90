"""Momentum runs along the ravine's floor, and overshoots."""

from typing import Any

from pictures import ravine

SIZE = ravine.SIZE
SHOWS = "an_average"
NAME = "momentum"


def optimizer(answer: Any) -> Any:
    return answer.Momentum(lr=0.01, momentum=0.8)


def draw(answer: Any, figure: Any) -> None:
    ravine.draw_paths(figure, {NAME: optimizer(answer)})

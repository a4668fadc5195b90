"""Nesterov looks ahead, and so brakes earlier than momentum."""

from typing import Any

from pictures import ravine

SIZE = ravine.SIZE
SHOWS = "classical_momentum"
NAME = "Nesterov"


def optimizer(answer: Any) -> Any:
    return answer.Nesterov(lr=0.01, momentum=0.8)


def draw(answer: Any, figure: Any) -> None:
    ravine.draw_paths(figure, {NAME: optimizer(answer)})

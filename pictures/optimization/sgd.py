"""SGD swings across the ravine and crawls along it."""

from typing import Any

from pictures import ravine

SIZE = ravine.SIZE
SHOWS = "uphill"
NAME = "SGD"


def optimizer(answer: Any) -> Any:
    return answer.SGD(lr=0.0185)


def draw(answer: Any, figure: Any) -> None:
    ravine.draw_paths(figure, {NAME: optimizer(answer)})

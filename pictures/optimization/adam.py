"""Adam takes steps of about lr, however steep it is, and circles the goal."""

from typing import Any

from pictures import ravine

SIZE = ravine.SIZE
SHOWS = "no_bias_correction"
NAME = "Adam"


def optimizer(answer: Any) -> Any:
    return answer.Adam(lr=0.5)


def draw(answer: Any, figure: Any) -> None:
    ravine.draw_paths(figure, {NAME: optimizer(answer)})

"""Through 30 layers, Kaiming's weights keep sizes with ReLU; Xavier's lose them, but suit tanh."""

from typing import Any

from pictures import depth
from pictures.depth import RELU, TANH

SIZE = depth.SIZE
SHOWS = "kaiming_without_the_two"


def draw(answer: Any, figure: Any) -> None:
    networks = {
        "ReLU, Kaiming normal": (answer.kaiming_normal, RELU),
        "ReLU, Kaiming uniform": (answer.kaiming_uniform, RELU),
        "ReLU, Xavier normal": (answer.xavier_normal, RELU),
        "tanh, Xavier uniform": (answer.xavier_uniform, TANH),
    }
    depth.draw_depth(figure, networks)

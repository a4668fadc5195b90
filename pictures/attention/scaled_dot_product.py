"""Every letter looks at its like: everywhere without a mask, only back with a causal one."""

from typing import Any

import numpy as np

from pictures.panels import draw_weights

SIZE = 7.5, 3.4
SHOWS = "no_scale"
TEXT = "abracadabra"


def draw(answer: Any, figure: Any) -> None:
    letters = {letter: i for i, letter in enumerate(sorted(set(TEXT)))}
    # Letters are at right angles to each other; those alike have scores of 9, over √16.
    x = 3 * np.eye(len(letters), 16)[[letters[letter] for letter in TEXT]]
    # The mean of unit vectors is the vector of their weights.
    units = np.eye(len(TEXT))
    left, right = figure.subplots(1, 2)
    draw_weights(left, answer.scaled_dot_product(x, x, units), TEXT, TEXT)
    causal = answer.scaled_dot_product(x, x, units, np.tri(len(TEXT), dtype=bool))
    heat = draw_weights(right, causal, TEXT, TEXT)
    left.set(title="without a mask", xlabel="key", ylabel="query")
    right.set(title="with a causal mask", xlabel="key")
    figure.colorbar(heat, ax=[left, right], label="weight")

"""Padding: a frame around every picture."""

import numpy as np
from jaxtyping import Num


def pad(
    x: Num[np.ndarray, "n c height width"],
    padding: int | tuple[int, int],
    mode: str = "zeros",
) -> Num[np.ndarray, "n c rows columns"]:
    """Put a frame around every channel of every picture.

    `padding` (ph, pw) is a pair: ph rows above and as many below, pw columns on the left and as
    many on the right; or one number for both. `mode` says what the frame holds. Along each of the
    two axes, with a padding of 2, the pixels 1 2 3 become

        "zeros"        0 0  1 2 3  0 0
        "reflect"      3 2  1 2 3  2 1        mirrored at the outermost pixel, not repeating it
        "replicate"    1 1  1 2 3  3 3
        "circular"     2 3  1 2 3  1 2

    Height and width are at least 1; n may be 0.

    Numerics  copies pixels exactly, nan and infinities too; keeps any dtype, also integers and
              complex numbers
    Raises    ValueError if a padding is below 0; if it is above the size of its axis in "circular",
              or not below it in "reflect"; or if the mode is none of these four
    Speed     no Python loop over pictures, channels, rows or columns

    >>> pad(np.array([[[[1.0, 2.0, 3.0]]]]), (0, 1), "reflect")
    array([[[[2., 1., 2., 3., 2.]]]])
    """
    raise NotImplementedError


def same_padding(kernel: int, dilation: int = 1) -> tuple[int, int]:
    """Find the zeros (before, after) along an axis that keep its size, at a stride of 1.

    A kernel covers dilation · (kernel − 1) + 1 pixels. Half of the zeros come before; an odd one
    comes after, as in torch.

    Raises    ValueError if kernel or dilation is below 1

    >>> same_padding(4)
    (1, 2)
    """
    raise NotImplementedError

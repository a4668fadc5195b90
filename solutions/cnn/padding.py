"""Padding: a frame around every picture."""

import numpy as np
from jaxtyping import Num

_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


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
    ph, pw = padding if isinstance(padding, tuple) else (padding, padding)
    if mode not in _MODES:
        raise ValueError(f"mode is {mode!r}, but has to be one of {', '.join(_MODES)}")
    for size, width in zip(x.shape[2:], (ph, pw), strict=True):
        # What a frame shows has to be in the picture: NumPy would go round several times.
        most = {"reflect": size - 1, "circular": size}.get(mode, width)
        if not 0 <= width <= most:
            raise ValueError(f"padding is {padding}, which does not fit x {x.shape}, mode {mode}")
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), mode=_MODES[mode])


def same_padding(kernel: int, dilation: int = 1) -> tuple[int, int]:
    """Find the zeros (before, after) along an axis that keep its size, at a stride of 1.

    A kernel covers dilation · (kernel − 1) + 1 pixels. Half of the zeros come before; an odd one
    comes after, as in torch.

    Raises    ValueError if kernel or dilation is below 1

    >>> same_padding(4)
    (1, 2)
    """
    if kernel < 1 or dilation < 1:
        raise ValueError(f"kernel {kernel} and dilation {dilation} have to be at least 1")
    total = dilation * (kernel - 1)
    return total // 2, total - total // 2

"""Cutout: hide a square of every picture."""

import numpy as np
from jaxtyping import Shaped


def cutout(
    x: Shaped[np.ndarray, "n c height width"], size: int, rng: np.random.Generator
) -> Shaped[np.ndarray, "n c height width"]:
    """Set a square of each picture to 0, the same in all its channels.

    The centre of the square is a pixel of the picture, all pixels being equally likely. With its
    centre at (i, j), the square covers

        rows     i − size // 2, …, i − size // 2 + size − 1
        columns  j − size // 2, …, j − size // 2 + size − 1

    as far as they lie in the picture: at the border the hole is smaller. Pixels are finite, and any
    dtype is kept. n and `size` may be 0.

    Chance    each picture's centre is drawn from rng, independently of the others
    Raises    ValueError if size < 0
    Speed     no Python loop over any axis
    Source    DeVries & Taylor 2017, §3.2

    >>> cutout(np.array([[[[7, 8]]]]), 3, np.random.default_rng(0))
    array([[[[0, 0]]]])
    """
    if size < 0:
        raise ValueError(f"size is {size}: it should be 0 or more")
    n, _, height, width = x.shape
    tops = rng.integers(height, size=(n, 1)) - size // 2
    lefts = rng.integers(width, size=(n, 1)) - size // 2
    rows, columns = np.arange(height), np.arange(width)
    in_rows = (tops <= rows) & (rows < tops + size)  # (n, height)
    in_columns = (lefts <= columns) & (columns < lefts + size)  # (n, width)
    hidden = in_rows[:, None, :, None] & in_columns[:, None, None, :]
    # A zero of x's own dtype: a Python 0 would make integers of booleans.
    return np.where(hidden, x.dtype.type(0), x)

"""Flip and crop: other pictures of the same things.

Both functions take a batch of pictures of any dtype, keep the dtype, and draw for each picture on
its own, the same for all its channels. The draws come from rng, anew in each call. n may be 0, and
pixels may be infinite.

    Speed     no Python loop over any axis
    Source    He, Zhang, Ren & Sun 2016, §4.2
"""

import numpy as np
from jaxtyping import Shaped


def random_flip(
    x: Shaped[np.ndarray, "n c height width"], p: float, rng: np.random.Generator
) -> Shaped[np.ndarray, "n c height width"]:
    """Mirror each picture with probability p, left to right.

    Raises    ValueError unless 0 ≤ p ≤ 1

    >>> random_flip(np.array([[[[1, 2, 3]]]]), 1.0, np.random.default_rng(0))
    array([[[[3, 2, 1]]]])
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}: it should be from 0 to 1")
    flipped = rng.random(len(x)) < p
    return np.where(flipped[:, None, None, None], x[..., ::-1], x)


def random_crop(
    x: Shaped[np.ndarray, "n c height width"], padding: int, rng: np.random.Generator
) -> Shaped[np.ndarray, "n c height width"]:
    """Frame each picture with zeros, `padding` wide on each side, and cut its old size out again.

    Of the (2 · padding + 1)² places where the window fits into the frame, all are equally likely.

    Raises    ValueError if padding < 0

    >>> random_crop(np.ones((2, 3, 32, 32)), 4, np.random.default_rng(0)).shape
    (2, 3, 32, 32)
    """
    if padding < 0:
        raise ValueError(f"padding is {padding}: it should be 0 or more")
    n, c, height, width = x.shape
    framed = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    tops, lefts = rng.integers(2 * padding + 1, size=(2, n, 1))
    rows, columns = tops + np.arange(height), lefts + np.arange(width)
    # The four index arrays broadcast to (n, c, height, width).
    return framed[
        np.arange(n)[:, None, None, None],
        np.arange(c)[:, None, None],
        rows[:, None, :, None],
        columns[:, None, None, :],
    ]

"""The backward pass of max pooling: the winner takes the gradient."""

import numpy as np
from jaxtyping import Float


def max_pool_backward(
    grad_y: Float[np.ndarray, "n c rows columns"],
    x: Float[np.ndarray, "n c height width"],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n c height width"]:
    """Return the gradient with respect to x; `grad_y` is that with respect to y = max_pool(x, …).

    y holds the maximum of every window of p, which is x in a frame of −∞, `padding` wide on each
    side. Window (i, j) begins at row i·sh and column j·sw of p. The entry of `grad_y` that belongs
    to a window goes to the pixel that is its maximum; of several equal ones, to the first in the
    window, read row by row. A pixel that wins in several windows gets the sum; one that wins in
    none gets 0.

    `kernel` (kh, kw), `stride` (sh, sw) and `padding` are a pair (along the height, along the
    width), or one number for both; a stride of None is the kernel. Along each of the two, y has the
    size floor((size of x + 2·padding − kernel) / stride) + 1. n may be 0.

    Numerics  for finite x and grad_y; keeps the dtype, the same for grad_y and x
    Raises    ValueError if a padding is below 0 or more than half of the kernel, if the kernel is
              larger than p, or if grad_y does not have the shape of y
    Speed     no Python loop over pictures, channels, rows or columns (one over the kernel's height
              and width is fine)
    Source    Goodfellow, Bengio & Courville 2016, §6.5 and §9.3

    >>> max_pool_backward(np.array([[[[5.0, 7.0]]]]), np.array([[[[1.0, 3.0, 2.0]]]]), (1, 2), 1)
    array([[[[ 0., 12.,  0.]]]])
    """
    raise NotImplementedError

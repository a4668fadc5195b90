"""Max pooling: the strongest response in every window."""

import numpy as np
from jaxtyping import Float


def max_pool(
    x: Float[np.ndarray, "n c height width"],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n c rows columns"]:
    """Take the maximum of every window, in each channel on its own.

        y[m, c, i, j] = max over k < kh, l < kw of  p[m, c, i·sh + k, j·sw + l]

    p is x in a frame of −∞, `padding` wide on each side, so the frame never wins. Each of `kernel`
    (kh, kw), `stride` (sh, sw) and `padding` is a pair (height, width) or one number for both,
    kernel and stride 1 or more; a stride of None equals the kernel. Along each of the two, y has
    the size floor((size of x + 2·padding − kernel) / stride) + 1. n may be 0.

    Numerics  exact, for infinities too; nan if the window holds a nan; keeps the dtype
    Raises    ValueError if a padding is below 0 or more than half of the kernel, as in torch, or if
              the kernel is larger than p
    Speed     no Python loop over pictures, channels, rows or columns (one over the kernel's height
              and width is fine)
    Source    Goodfellow, Bengio & Courville 2016, §9.3

    >>> max_pool(np.array([[[[1.0, 4.0, 3.0, 2.0, 9.0]]]]), kernel=(1, 2))
    array([[[[4., 3.]]]])
    """
    raise NotImplementedError

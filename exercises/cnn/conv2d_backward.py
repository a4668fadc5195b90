"""The backward pass of a convolution: gradients for pictures, kernels and biases."""

import numpy as np
from jaxtyping import Float


def conv2d_backward(
    grad_y: Float[np.ndarray, "n c_out rows columns"],
    x: Float[np.ndarray, "n c_in height width"],
    w: Float[np.ndarray, "c_out c_in kh kw"],
    b: Float[np.ndarray, "c_out"],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> tuple[
    Float[np.ndarray, "n c_in height width"],
    Float[np.ndarray, "c_out c_in kh kw"],
    Float[np.ndarray, "c_out"],
]:
    """Return the gradients with respect to x, w and b; `grad_y` is that with respect to y.

        y[m, o, i, j] = b[o] + Σ_c Σ_k Σ_l w[o, c, k, l] · p[m, c, i·sh + k, j·sw + l]

    p is x in a frame of zeros, `padding` wide on each side. `stride` (sh, sw) and `padding` are a
    pair (along the height, along the width), or one number for both. Along each of the two, y has
    the size floor((size of x + 2·padding − size of the kernel) / stride) + 1. Of b, only the shape
    matters. n may be 0. The gradient of a pixel that no window reaches is 0.

    Numerics  keeps the dtype, the same for all four arrays
    Raises    ValueError if x, w and b disagree on c_in or c_out, if a kernel is larger than p, or
              if grad_y has another shape than y
    Speed     no Python loop over pictures, channels, rows or columns (one over a kernel's height
              and width is fine); at most 3 × the reference solution's time
    Source    Goodfellow, Bengio & Courville 2016, §9.5

    >>> x, w = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[1.0, 10.0]]]])
    >>> grad_x, grad_w, grad_b = conv2d_backward(np.array([[[[1.0, 3.0]]]]), x, w, np.zeros(1))
    >>> grad_x, grad_w, grad_b
    (array([[[[ 1., 13., 30.]]]]), array([[[[ 7., 14.]]]]), array([4.]))
    """
    raise NotImplementedError

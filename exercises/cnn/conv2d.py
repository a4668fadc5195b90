"""Convolution: small kernels slide over pictures."""

import numpy as np
from jaxtyping import Float


def conv2d(
    x: Float[np.ndarray, "n c_in height width"],
    w: Float[np.ndarray, "c_out c_in kh kw"],
    b: Float[np.ndarray, "c_out"],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n c_out rows columns"]:
    """Slide every kernel over every picture. As everywhere in deep learning, none is flipped.

        y[m, o, i, j] = b[o] + Σ_c Σ_k Σ_l w[o, c, k, l] · p[m, c, i·sh + k, j·sw + l]

    p is x in a frame of zeros, `padding` wide on each side. `stride` (sh, sw) and `padding` are a
    pair (along the height, along the width), or one number for both. Along each of the two, y has
    the size floor((size of x + 2·padding − size of the kernel) / stride) + 1. n may be 0.

    Numerics  keeps the dtype, the same for x, w and b
    Raises    ValueError if x, w and b disagree on c_in or c_out, or a kernel is larger than p
    Speed     no Python loop over pictures, channels, rows or columns (one over a kernel's height
              and width is fine); at most 3 × the reference solution's time; at most 4 × the
              memory of p, y and all windows (n·c_in·kh·kw·rows·columns numbers), y included
    Source    Goodfellow, Bengio & Courville 2016, §9.1

    >>> conv2d(np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[1.0, 10.0]]]]), np.array([0.5]))
    array([[[[21.5, 42.5]]]])
    """
    (sh, sw), (ph, pw) = _pair(stride), _pair(padding)
    n, c_in, height, width = x.shape
    c_out, _, kh, kw = w.shape
    if w.shape[1] != c_in or b.shape != (c_out,):
        raise ValueError(f"channels disagree: x {x.shape}, w {w.shape}, b {b.shape}")
    if kh > height + 2 * ph or kw > width + 2 * pw:
        raise ValueError(f"the kernel {kh}×{kw} is larger than the padded picture")
    p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    rows, columns = (height + 2 * ph - kh) // sh + 1, (width + 2 * pw - kw) // sw + 1
    # TODO: leave to NumPy what these four loops do. All of the above may stay.
    y = np.empty((n, c_out, rows, columns), x.dtype)
    for m in range(n):
        for o in range(c_out):
            for i in range(rows):
                for j in range(columns):
                    window = p[m, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
                    y[m, o, i, j] = b[o] + np.sum(w[o] * window)
    return y


def _pair(setting: int | tuple[int, int]) -> tuple[int, int]:
    return setting if isinstance(setting, tuple) else (setting, setting)

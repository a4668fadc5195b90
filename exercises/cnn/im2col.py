"""Unfolding: turn each window of a picture into a column, and add columns back into pictures."""

import numpy as np
from jaxtyping import Float


def im2col(
    x: Float[np.ndarray, "n c height width"],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n entries positions"]:
    """Write every window of every picture as a column, as torch's `F.unfold` does.

        result[m, (c·kh + k)·kw + l, i·columns + j] = p[m, c, i·sh + k, j·sw + l]

    p is x in a frame of zeros, `padding` wide along each axis. `kernel` (kh, kw), `stride` (sh, sw)
    and `padding` are a pair (along the height, along the width), or one number for both. Windows
    have floor((size of x + 2·padding − kernel) / stride) + 1 positions along each of the two: rows
    and columns. So a column has c·kh·kw entries, and there are rows·columns positions. n may be 0.

    Numerics  keeps the dtype
    Raises    ValueError if the kernel is larger than p
    Speed     no Python loop over pictures, channels, rows or columns (one over the kernel's height
              and width is fine); at most 3 × the memory of p and the result, the result included
    Source    Chellapilla, Puri & Simard 2006

    >>> im2col(np.array([[[[1.0, 2.0, 3.0]]]]), kernel=(1, 2))
    array([[[1., 2.],
            [2., 3.]]])
    """
    (kh, kw), (sh, sw), (ph, pw) = _pair(kernel), _pair(stride), _pair(padding)
    n, c, height, width = x.shape
    rows, columns = _positions(height, kh, sh, ph), _positions(width, kw, sw, pw)
    p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    # TODO: a kernel has few places, a picture many windows. Which loops can you drop?
    cols = np.empty((n, c * kh * kw, rows * columns), x.dtype)
    for m in range(n):
        for i in range(rows):
            for j in range(columns):
                window = p[m, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
                cols[m, :, i * columns + j] = window.ravel()
    return cols


def col2im(
    cols: Float[np.ndarray, "n entries positions"],
    shape: tuple[int, int, int, int],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n c height width"]:
    """Add each column's entries back to the pixels they came from, in pictures of this `shape`.

    Each pixel of the result is the sum of all entries that `im2col` would copy from it, or 0 if
    there are none. Entries that fall on the frame are dropped. The arguments mean the same as in
    im2col. This is its adjoint, and therefore its backward pass:

        Σ im2col(x) · cols = Σ x · col2im(cols)

    Numerics  keeps the dtype
    Raises    ValueError if the kernel is larger than the padded pictures, or if cols does not have
              the shape that im2col would return
    Speed     as im2col; at most 3 × the memory of cols and the padded pictures

    >>> col2im(np.array([[[1.0, 2.0], [2.0, 3.0]]]), (1, 1, 1, 3), kernel=(1, 2))
    array([[[[1., 4., 3.]]]])
    """
    (kh, kw), (sh, sw), (ph, pw) = _pair(kernel), _pair(stride), _pair(padding)
    n, c, height, width = shape
    rows, columns = _positions(height, kh, sh, ph), _positions(width, kw, sw, pw)
    if cols.shape != (n, c * kh * kw, rows * columns):
        raise ValueError(f"cols has shape {cols.shape}, which does not fit pictures of {shape}")
    grad = np.zeros((n, c, height + 2 * ph, width + 2 * pw), cols.dtype)
    # TODO: and which loops can you drop here?
    for m in range(n):
        for i in range(rows):
            for j in range(columns):
                window = grad[m, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
                window += cols[m, :, i * columns + j].reshape(c, kh, kw)
    return grad[:, :, ph : ph + height, pw : pw + width].copy()


def _positions(size: int, kernel: int, stride: int, padding: int) -> int:
    if kernel > size + 2 * padding:
        raise ValueError(f"a kernel of {kernel} is larger than {size} pixels padded by {padding}")
    return (size + 2 * padding - kernel) // stride + 1


def _pair(setting: int | tuple[int, int]) -> tuple[int, int]:
    return setting if isinstance(setting, tuple) else (setting, setting)

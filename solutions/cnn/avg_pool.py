"""Average pooling, its backward pass, and the average of a whole picture."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

_Slices = tuple[slice, slice, slice, slice]


def avg_pool(
    x: Float[np.ndarray, "n c height width"],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n c rows columns"]:
    """Take the mean of every window, in each channel on its own; n may be 0.

        y[m, c, i, j] = 1 / (kh·kw) · Σ_k Σ_l p[m, c, i·sh + k, j·sw + l]       k < kh, l < kw

    p is x in a frame of zeros, `padding` wide, which count as entries. `kernel` (kh, kw), `stride`
    (sh, sw; None: as kernel) and `padding` are pairs (height, width) or one number for both; kernel
    and stride are ≥ 1. Each size of y is floor((size of x + 2·padding − kernel) / stride) + 1.

    Numerics  keeps the dtype; a nan, an infinity or 1e30 affects only the windows that hold it
    Raises    ValueError if padding is below 0 or above kernel / 2, or if the kernel exceeds p
    Speed     no Python loop over pictures, channels, rows or columns; one over the kernel is fine

    >>> avg_pool(np.array([[[[1.0, 4.0, 3.0, 2.0, 9.0]]]]), kernel=(1, 2))
    array([[[[2.5, 2.5]]]])
    """
    (kh, kw), (ph, pw) = _pair(kernel), _pair(padding)
    rows, columns = _size_of_y(x.shape, kernel, stride, padding)
    p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    y = np.zeros((*x.shape[:2], rows, columns), x.dtype)
    for place in _places(kernel, stride, rows, columns):
        y += p[place]
    return y / (kh * kw)


def avg_pool_backward(
    grad_y: Float[np.ndarray, "n c rows columns"],
    x: Float[np.ndarray, "n c height width"],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
) -> Float[np.ndarray, "n c height width"]:
    """Turn grad_y, the gradient with respect to y, into that for x, of which only the shape counts.

    Numerics  keeps the dtype, the same for grad_y and x
    Raises    ValueError as avg_pool, or if grad_y has another shape than y
    Speed     as avg_pool

    >>> avg_pool_backward(np.array([[[[4.0, 6.0]]]]), np.array([[[[1.0, 3.0, 2.0]]]]), (1, 2), 1)
    array([[[[2., 5., 3.]]]])
    """
    (kh, kw), (ph, pw) = _pair(kernel), _pair(padding)
    n, c, height, width = x.shape
    rows, columns = _size_of_y(x.shape, kernel, stride, padding)
    if grad_y.shape != (n, c, rows, columns):
        raise ValueError(f"grad_y has shape {grad_y.shape}, but y has {(n, c, rows, columns)}")
    share = grad_y / (kh * kw)
    grad = np.zeros((n, c, height + 2 * ph, width + 2 * pw), grad_y.dtype)
    for place in _places(kernel, stride, rows, columns):
        grad[place] += share
    return grad[:, :, ph : ph + height, pw : pw + width].copy()


def global_avg_pool(x: Float[np.ndarray, "n c height width"]) -> Float[np.ndarray, "n c"]:
    """For each picture, take the mean of each channel over height and width; n may be 0.

    Numerics  keeps the dtype
    Speed     no Python loop over any axis
    Source    Lin, Chen & Yan 2014, §3.2

    >>> global_avg_pool(np.array([[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, 8.0]]]]))
    array([[3., 2.]])
    """
    return x.mean(axis=(2, 3))


def _places(
    kernel: int | tuple[int, int], stride: int | tuple[int, int] | None, rows: int, columns: int
) -> Iterator[_Slices]:
    """For each place in the kernel, where it is in all windows of p."""
    sh, sw = _pair(kernel if stride is None else stride)
    every = slice(None)
    for k, m in np.ndindex(*_pair(kernel)):
        yield every, every, slice(k, k + sh * rows, sh), slice(m, m + sw * columns, sw)


def _size_of_y(
    shape: tuple[int, ...],
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
) -> list[int]:
    settings = map(_pair, (kernel, kernel if stride is None else stride, padding))
    sizes = []
    for size, k, s, p in zip(shape[2:], *settings, strict=True):
        if not 0 <= p <= k // 2:
            raise ValueError(f"padding is {p}, but has to be 0 to half of the kernel, {k}")
        if k > size + 2 * p:
            raise ValueError(f"a kernel of {k} does not fit {size} pixels padded by {p}")
        sizes.append((size + 2 * p - k) // s + 1)
    return sizes


def _pair(setting: int | tuple[int, int]) -> tuple[int, int]:
    return setting if isinstance(setting, tuple) else (setting, setting)

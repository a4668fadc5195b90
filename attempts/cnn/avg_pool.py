import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kata.attempts import right, slip
from solutions.cnn.avg_pool import avg_pool, avg_pool_backward, global_avg_pool


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def sizes_of(x, kernel, stride, padding):
    sizes = []
    stride = kernel if stride is None else stride
    for size, k, s, p in zip(x.shape[2:], *map(pair, (kernel, stride, padding)), strict=True):
        if p < 0 or p > k // 2 or k > size + 2 * p:
            raise ValueError("kernel and padding do not fit")
        sizes.append((size + 2 * p - k) // s + 1)
    return sizes


@right(avg_pool)
def from_a_view_of_all_windows(x, kernel, stride=None, padding=0):
    sizes_of(x, kernel, stride, padding)
    (sh, sw), (ph, pw) = pair(kernel if stride is None else stride), pair(padding)
    p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = sliding_window_view(p, pair(kernel), axis=(2, 3))[:, :, ::sh, ::sw]
    return windows.mean(axis=(4, 5))


@right(avg_pool)
def one_axis_after_the_other(x, kernel, stride=None, padding=0):
    sizes_of(x, kernel, stride, padding)
    stride = kernel if stride is None else stride
    for axis, k, s, p in zip((2, 3), *map(pair, (kernel, stride, padding)), strict=True):
        lines = np.pad(np.moveaxis(x, axis, 0), ((p, p), (0, 0), (0, 0), (0, 0)))
        last = len(lines) - k
        means = sum(lines[i : i + last + 1 : s] for i in range(k)) / k
        x = np.moveaxis(means, 0, axis)
    return x


@right(avg_pool_backward)
def as_two_matrix_products(grad_y, x, kernel, stride=None, padding=0):
    if grad_y.shape[2:] != tuple(sizes_of(x, kernel, stride, padding)):
        raise ValueError("grad_y does not fit")
    if grad_y.shape[:2] != x.shape[:2]:
        raise ValueError("grad_y does not fit")
    stride = kernel if stride is None else stride
    shares = []
    for size, count, k, s, p in zip(
        x.shape[2:], grad_y.shape[2:], *map(pair, (kernel, stride, padding)), strict=True
    ):
        into = np.arange(size)[:, None] + p - s * np.arange(count)
        shares.append(((into >= 0) & (into < k)).astype(grad_y.dtype) / k)
    return np.einsum("ai,ncij,bj->ncab", shares[0], grad_y, shares[1])


@right(global_avg_pool)
def as_a_sum(x):
    return x.reshape(*x.shape[:2], x.shape[2] * x.shape[3]).sum(axis=2) / (x.shape[2] * x.shape[3])


# --- Forward ---------------------------------------------------------------------------------

frame_left_out_of_the_divisor = slip(
    "The mean is over the picture's own pixels: at the border the divisor is smaller. In this "
    "kata the zeros of the frame count, so it is kh·kw everywhere.",
    {
        "return y / (kh * kw)": (
            "own = np.pad(np.ones(x.shape[2:], x.dtype), ((ph, ph), (pw, pw)))[None, None]\n"
            "places = _places(kernel, stride, rows, columns)\n"
            "return y / sum((own[place] for place in places), np.zeros_like(own[:, :, :1, :1]))"
        )
    },
)

sum_of_the_window = slip(
    "These are the sums of the windows. A mean is divided by the number of places, kh·kw.",
    {"return y / (kh * kw)": "return y"},
)

divided_by_one_side = slip(
    "The sum is divided by the kernel's height, not by its area.",
    {"return y / (kh * kw)": "return y / kh"},
)

divided_by_the_stride = slip(
    "The sum is divided by the area of the stride, not by that of the kernel.",
    {
        "return y / (kh * kw)": (
            "sh, sw = _pair(kernel if stride is None else stride)\nreturn y / (sh * sw)"
        )
    },
)

maximum_of_the_window = slip(
    "It is the maximum of each window. It should be the mean.",
    {
        "y = np.zeros(": "y = np.full_like(p, -np.inf)[:, :, :rows, :columns]\n_ = np.zeros(",
        "y += p[place]": "np.maximum(y, p[place], out=y)",
        "return y / (kh * kw)": "return y",
    },
)

from_running_sums = slip(
    "The windows are differences of running sums, which hold every pixel before them: a nan or an "
    "infinity spreads, and beside 1e30 small numbers are lost.",
    {
        "    y += p[place]\n": "    pass\n",
        "return y / (kh * kw)": (
            "sums = np.pad(p.cumsum(2).cumsum(3), ((0, 0), (0, 0), (1, 0), (1, 0)))\n"
            "sh, sw = _pair(kernel if stride is None else stride)\n"
            "down = sums[:, :, kh:][:, :, ::sh] - sums[:, :, :-kh][:, :, ::sh]\n"
            "y = down[..., kw:][..., ::sw] - down[..., :-kw][..., ::sw]\n"
            "return (y / (kh * kw)).astype(x.dtype)"
        ),
    },
)

padded_with_the_edge = slip(
    "The frame repeats the edge of the picture. It should be of zeros.",
    {"(pw, pw)))": '(pw, pw)), mode="edge")'},
)

padded_after_only = slip(
    "All of the padding is below and on the right. Half of it belongs above and on the left.",
    {"(ph, ph), (pw, pw)": "(0, 2 * ph), (0, 2 * pw)"},
)

padding_before_and_after = slip(
    "The padding's pair is taken for (before, after), as `np.pad` understands it. It is (height, "
    "width), the same before and after.",
    {"(ph, ph), (pw, pw)": "(ph, pw), (ph, pw)"},
)

one_window_at_a_time = slip(
    "It goes through the windows one at a time in Python. A kernel has few places, a picture many "
    "windows: which loop is the shorter one?",
    {
        "for place in _places(kernel, stride, rows, columns):\n    y += p[place]": (
            "sh, sw = _pair(kernel if stride is None else stride)\n"
            "for i, j in np.ndindex(rows, columns):\n"
            "    window = p[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]\n"
            "    y[:, :, i, j] = window.sum(axis=(2, 3))"
        )
    },
)

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. All of them have their windows at the "
    "same places.",
    {"y += p[place]": "for m in range(len(x)):\n    y[m] += p[place][m]"},
)

# --- Backward --------------------------------------------------------------------------------

gradient_not_divided = slip(
    "Each pixel of a window gets the whole gradient. The mean gives each of them a share of "
    "1 / (kh·kw).",
    {"share = grad_y / (kh * kw)": "share = grad_y"},
)

gradient_divided_by_the_stride = slip(
    "The gradient is divided by the area of the stride. The share is that of the kernel's area.",
    {
        "share = grad_y / (kh * kw)": (
            "sh, sw = _pair(kernel if stride is None else stride)\nshare = grad_y / (sh * sw)"
        )
    },
)

gradient_divided_without_the_frame = slip(
    "At the border the gradient is divided among the picture's own pixels. Each gets 1 / (kh·kw) "
    "of it; the rest belongs to the frame.",
    {
        "share = grad_y / (kh * kw)": (
            "ones = np.pad(np.ones((1, 1, height, width)), ((0, 0), (0, 0), (ph, ph), (pw, pw)))\n"
            "counts = sum(ones[place] for place in _places(kernel, stride, rows, columns))\n"
            "share = (grad_y / counts).astype(x.dtype)"
        )
    },
)

gradient_divided_by_the_picture = slip(
    "The gradient is divided by the number of pixels of the picture. The share is 1 / (kh·kw).",
    {"share = grad_y / (kh * kw)": "share = grad_y / (height * width)"},
)

gradient_divided_by_the_windows = slip(
    "The gradient is divided by the number of windows. The share is 1 / (kh·kw).",
    {"share = grad_y / (kh * kw)": "share = grad_y / max(rows * columns, 1)"},
)

overlaps_overwritten = slip(
    "Where windows overlap, one share overwrites the others. A pixel gets the sum of them.",
    {"grad[place] += share": "grad[place] = share"},
)

overlaps_averaged = slip(
    "Where windows overlap, their shares are averaged. A pixel gets the sum of them.",
    {
        "for place in _places(kernel, stride, rows, columns):\n    grad[place] += share": (
            "for place in _places(kernel, stride, rows, columns):\n"
            "    grad[place] += share\n"
            "    counts[place] += 1\n"
            "grad /= np.maximum(counts, 1)"
        ),
        "share = grad_y / (kh * kw)": "share = grad_y / (kh * kw)\n"
        "counts = np.zeros((1, 1, height + 2 * ph, width + 2 * pw), x.dtype)",
    },
)

repeated_side_by_side = slip(
    "The shares are laid side by side, as if the windows were. Where they overlap or have gaps, "
    "that puts them elsewhere.",
    {
        "for place in _places(kernel, stride, rows, columns):\n    grad": (
            "for place in _places(kernel, kernel, rows, columns):\n"
            "    high, wide = grad[place].shape[2:]\n"
            "    grad[place] += share[:, :, :high, :wide]\n"
            "for place in ():\n    grad"
        )
    },
)

upper_left_pixel_only = slip(
    "Only the first pixel of each window gets a gradient. All of them do.",
    {"grad[place] += share": "grad[place] += share\nbreak"},
)

frame_not_cut_off = slip(
    "The frame is still there. The gradient has the shape of x.",
    {"grad[:, :, ph : ph + height, pw : pw + width].copy()": "grad"},
)

frame_cut_off_at_the_end = slip(
    "The frame is cut off below and on the right only: the result begins with pixels of the frame.",
    {"ph : ph + height, pw : pw + width": ":height, :width"},
)

frame_cut_by_negative_indices = slip(
    "Without padding nothing is left: a slice `0:-0` is empty.",
    {"ph : ph + height, pw : pw + width": "ph:-ph, pw:-pw"},
)

gradient_times_x = slip(
    "The gradient is multiplied by x. A mean is linear: its derivative does not depend on x.",
    {
        "return grad[:, :, ph : ph + height, pw : pw + width].copy()": (
            "return grad[:, :, ph : ph + height, pw : pw + width] * x"
        )
    },
)

gradient_unchecked = slip(
    "A grad_y that does not have the shape of y is not refused: NumPy broadcasts it, or fails "
    "elsewhere.",
    {"if grad_y.shape != (n, c, rows, columns):": "if False:"},
)

one_window_at_a_time_on_the_way_back = slip(
    "It gives the shares to the windows one at a time in Python. All windows have one place in the "
    "kernel at different pixels, so they can be served at once.",
    {
        "for place in _places(kernel, stride, rows, columns):\n    grad": (
            "sh, sw = _pair(kernel if stride is None else stride)\n"
            "for i, j in np.ndindex(rows, columns):\n"
            "    window = grad[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]\n"
            "    window += share[:, :, i : i + 1, j : j + 1]\n"
            "for place in ():\n    grad"
        )
    },
)

# --- Of the whole picture --------------------------------------------------------------------

mean_over_the_channels = slip(
    "The mean is over the channels. It should be over height and width, for each channel.",
    {"x.mean(axis=(2, 3))": "x.mean(axis=(1, 3))"},
)

mean_over_everything_but_the_channels = slip(
    "The mean goes over the pictures too. Each picture has its own.",
    {"x.mean(axis=(2, 3))": "np.broadcast_to(x.mean(axis=(0, 2, 3)), x.shape[:2]).copy()"},
)

global_sum = slip(
    "It is the sum of each channel. A mean is divided by height · width.",
    {"x.mean(axis=(2, 3))": "x.sum(axis=(2, 3))"},
)

global_maximum = slip(
    "It is the maximum of each channel. It should be the mean.",
    {"x.mean(axis=(2, 3))": "x.max(axis=(2, 3))"},
)

axes_of_length_one_kept = slip(
    "Height and width are kept as axes of length 1. The result is (n, c).",
    {"x.mean(axis=(2, 3))": "x.mean(axis=(2, 3), keepdims=True)"},
)

channels_last = slip(
    "The mean is over the axes 1 and 2, as if the channels came last. They come second.",
    {"x.mean(axis=(2, 3))": "x.mean(axis=(1, 2))"},
)

# --- Windows ---------------------------------------------------------------------------------

stride_of_one_by_default = slip(
    "Without a stride the windows are one pixel apart. The default is the kernel: side by side.",
    {
        "sh, sw = _pair(kernel if stride is None else stride)": (
            "sh, sw = _pair(1 if stride is None else stride)"
        ),
        "map(_pair, (kernel, kernel if stride is None else stride, padding))": (
            "map(_pair, (kernel, 1 if stride is None else stride, padding))"
        ),
    },
)

stride_swapped = slip(
    "The stride's pair is swapped: the height's comes first.",
    {
        "sh, sw = _pair(kernel if stride is None else stride)": (
            "sw, sh = _pair(kernel if stride is None else stride)"
        ),
        "(kernel, kernel if stride is None else stride, padding))": (
            "(kernel, _pair(kernel if stride is None else stride)[::-1], padding))"
        ),
    },
)

size_rounded_up = slip(
    "The size is rounded up, so that windows reach beyond the padded picture. Those are left out.",
    {"(size + 2 * p - k) // s + 1": "-(-(size + 2 * p - k) // s) + 1"},
)

any_padding_allowed = slip(
    "A padding of more than half the kernel is let through.", {"0 <= p <= k // 2": "0 <= p"}
)

negative_padding_allowed = slip(
    "A padding below 0 is let through.", {"0 <= p <= k // 2": "p <= k // 2"}
)

half_of_the_kernel_refused = slip(
    "A padding of exactly half the kernel is refused. Only more than half is too much.",
    {"0 <= p <= k // 2": "0 <= p <= (k - 1) // 2"},
)

too_large_gives_nothing = slip(
    "A kernel larger than the padded picture gives an empty result. It should raise a ValueError.",
    {"if k > size + 2 * p:": "if False:"},
)

kernel_compared_without_the_padding = slip(
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
    {"k > size + 2 * p:": "k > size:"},
)

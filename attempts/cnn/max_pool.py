import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kata.attempts import right, slip, wrong
from solutions.cnn.max_pool import max_pool


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def check(x, kernel, padding):
    for size, k, p in zip(x.shape[2:], pair(kernel), pair(padding), strict=True):
        if p < 0 or p > k // 2 or k > size + 2 * p:
            raise ValueError("kernel and padding do not fit")


@right(max_pool)
def from_a_view_of_all_windows(x, kernel, stride=None, padding=0):
    check(x, kernel, padding)
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    p = np.full((*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw), -np.inf, x.dtype)
    p[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    windows = sliding_window_view(p, (kh, kw), axis=(2, 3))
    return windows[:, :, ::sh, ::sw].max(axis=(4, 5))


@right(max_pool)
def one_axis_after_the_other(x, kernel, stride=None, padding=0):
    check(x, kernel, padding)
    stride = kernel if stride is None else stride
    for axis, k, s, p in zip((2, 3), pair(kernel), pair(stride), pair(padding), strict=True):
        lines = np.moveaxis(x, axis, 0)
        frame = np.full((p, *lines.shape[1:]), -np.inf, x.dtype)
        lines = np.concatenate([frame, lines, frame])
        last = len(lines) - k
        x = np.moveaxis(np.max([lines[i : i + last + 1 : s] for i in range(k)], axis=0), 0, axis)
    return x.copy()


@wrong(
    max_pool,
    "The picture is reshaped into blocks. That works only if the windows lie side by side, without "
    "overlap, gap or padding.",
)
def reshaped_into_blocks(x, kernel, stride=None, padding=0):
    check(x, kernel, padding)
    (kh, kw), (n, c, height, width) = pair(kernel), x.shape
    rows, columns = height // kh, width // kw
    blocks = x[:, :, : rows * kh, : columns * kw].reshape(n, c, rows, kh, columns, kw)
    return blocks.max(axis=(3, 5), initial=-np.inf)


zeros_in_the_frame = slip(
    "The frame is of zeros, which win over all that is negative. A frame should never win.",
    {", constant_values=-np.inf": ""},
)

frame_of_a_low_number = slip(
    "The frame holds some low number. There are pixels below it, so the frame may win.",
    {"constant_values=-np.inf": "constant_values=-9.0"},
)

starting_from_zero = slip(
    "The maximum starts from 0, so nothing below 0 can win.",
    {
        "np.full((*x.shape[:2], rows, columns), -np.inf, x.dtype)": (
            "np.zeros((*x.shape[:2], rows, columns), x.dtype)"
        )
    },
)

starting_from_the_lowest_number = slip(
    "The lowest finite number stands in for −∞, as the frame or where the maximum starts. It is "
    "above −∞.",
    {"columns), -np.inf, x.dtype)": "columns), np.finfo(x.dtype).min, x.dtype)"},
)

nan_is_passed_over = slip(
    "A nan is passed over. A window that holds one gives nan.", {"np.maximum(": "np.fmax("}
)

mean_of_the_window = slip(
    "It is the mean of each window. It should be the maximum.",
    {
        "np.maximum(y, seen, out=y)": "y = y + seen / (kh * kw)",
        "columns), -np.inf": "columns), 0",
        "constant_values=-np.inf": "constant_values=0",
    },
)

minimum_of_the_window = slip(
    "It is the minimum of each window. It should be the maximum.",
    {
        "np.maximum(y, seen, out=y)": "np.minimum(y, seen, out=y)",
        "columns), -np.inf": "columns), np.inf",
        "constant_values=-np.inf": "constant_values=np.inf",
    },
)

largest_by_absolute_value = slip(
    "The entry that is largest in absolute value wins. In a maximum the sign counts.",
    {
        "np.maximum(y, seen, out=y)": (
            "y = seen.copy() if (down, along) == (0, 0) else np.where(abs(seen) > abs(y), seen, y)"
        ),
        "constant_values=-np.inf": "constant_values=0",
    },
)

last_place_only = slip(
    "Only the last place of each window counts: each replaces the maximum so far.",
    {"np.maximum(y, seen, out=y)": "y = seen.copy()"},
)

maximum_over_the_channels = slip(
    "The maximum is taken over the channels, too. Each channel is pooled on its own.",
    {"return y": "return np.repeat(y.max(axis=1, keepdims=True), x.shape[1], axis=1)"},
)

stride_of_one_by_default = slip(
    "Without a stride the windows are one pixel apart. The default is the kernel: side by side.",
    {"kernel if stride is None else stride": "1 if stride is None else stride"},
)

stride_always_the_kernel = slip(
    "The argument `stride` is not used: the windows always lie side by side.",
    {"kernel if stride is None else stride": "kernel"},
)

stride_swapped = slip(
    "The stride's pair is swapped: the height's comes first.",
    {"sh, sw = _pair(": "sw, sh = _pair("},
)

one_stride_for_both = slip(
    "The stride of the height is used for both axes.",
    {
        "sh, sw = _pair(kernel if stride is None else stride)": (
            "sh, sw = (_pair(kernel if stride is None else stride)[0],) * 2"
        )
    },
)

kernel_swapped = slip(
    "The kernel's pair is swapped: its height comes first.",
    {
        "(kh, kw), (ph, pw) = _pair(kernel), _pair(padding)": (
            "(kw, kh), (ph, pw) = _pair(kernel), _pair(padding)"
        )
    },
)

one_kernel_size_for_both = slip(
    "The kernel's height is used for both axes.",
    {
        "(kh, kw), (ph, pw) = _pair(kernel), _pair(padding)": (
            "(kh, kw), (ph, pw) = (_pair(kernel)[0],) * 2, _pair(padding)"
        )
    },
)

padding_swapped = slip(
    "The padding's pair is swapped: the height's comes first.",
    {
        "(kh, kw), (ph, pw) = _pair(kernel), _pair(padding)": (
            "(kh, kw), (pw, ph) = _pair(kernel), _pair(padding)"
        )
    },
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

remainder_kept = slip(
    "The size is rounded up, so that windows reach beyond the padded picture. Those are left out.",
    {
        "(size + 2 * padding - kernel) // stride + 1": (
            "-(-(size + 2 * padding - kernel) // stride) + 1"
        ),
        "(ph, ph), (pw, pw)": "(ph, ph + sh), (pw, pw + sw)",
    },
)

size_over_stride = slip(
    "The size is taken as (size + 2·padding) / stride. That holds only where the stride is as "
    "large as the kernel.",
    {
        "(size + 2 * padding - kernel) // stride + 1": "(size + 2 * padding) // stride",
        "(ph, ph), (pw, pw)": "(ph, ph + kh), (pw, pw + kw)",
    },
)

last_position_missing = slip(
    "The last position is missing: a window as large as the padded picture fits once, not never.",
    {"(size + 2 * padding - kernel) // stride + 1": "(size + 2 * padding - kernel) // stride"},
)

any_padding_allowed = slip(
    "A padding of more than half the kernel is let through: a window may then lie in the frame "
    "altogether.",
    {"0 <= padding <= kernel // 2": "0 <= padding"},
)

padding_as_large_as_the_kernel_allowed = slip(
    "Padding is compared with the whole kernel. More than half of it should raise a ValueError.",
    {"0 <= padding <= kernel // 2": "0 <= padding < kernel"},
)

half_of_the_kernel_refused = slip(
    "A padding of exactly half the kernel is refused. It still leaves a pixel in every window.",
    {"0 <= padding <= kernel // 2": "0 <= padding <= (kernel - 1) // 2"},
)

too_large_gives_nothing = slip(
    "A kernel larger than the padded picture gives an empty result. It should raise a ValueError.",
    {
        "if kernel > size + 2 * padding:": (
            "if kernel > size + 2 * padding:\n    return 0\nif False:"
        )
    },
)

cut_down_to_the_picture = slip(
    "A kernel larger than the padded picture is cut down to it. It should raise a ValueError.",
    {
        "if kernel > size + 2 * padding:": (
            "if kernel > size + 2 * padding:\n    return 1\nif False:"
        ),
        "(ph, ph), (pw, pw)": "(ph, ph + kh), (pw, pw + kw)",
    },
)

kernel_compared_without_the_padding = slip(
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
    {"kernel > size + 2 * padding": "kernel > size"},
)

one_window_at_a_time = slip(
    "It goes through the windows one at a time in Python. A kernel has few places, a picture many "
    "windows: which loop is the shorter one?",
    {
        "for down, along in np.ndindex(kh, kw):\n    seen": (
            "for i, j in np.ndindex(rows, columns):\n"
            "    down, along = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)\n"
            "    y[:, :, i, j] = p[:, :, down, along].max(axis=(2, 3))\n"
            "for down, along in ():\n    seen"
        )
    },
)

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. All of them have their windows at the "
    "same places.",
    {
        "np.maximum(y, seen, out=y)": (
            "for so_far, one in zip(y, seen, strict=True):\n    np.maximum(so_far, one, out=so_far)"
        )
    },
)

one_channel_at_a_time = slip(
    "It goes through the channels one at a time in Python. All of them have their windows at the "
    "same places.",
    {
        "np.maximum(y, seen, out=y)": (
            "for channel in range(x.shape[1]):\n"
            "    y[:, channel] = np.maximum(y[:, channel], seen[:, channel])"
        )
    },
)

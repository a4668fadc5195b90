import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from kata.attempts import right, slip
from solutions.cnn.conv2d import conv2d


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def check(x, w, b, padding):
    if x.shape[1] != w.shape[1] or len(w) != len(b):
        raise ValueError("the channels do not fit")
    for size, kernel, pad in zip(x.shape[2:], w.shape[2:], pair(padding), strict=True):
        if kernel > size + 2 * pad:
            raise ValueError("the kernel does not fit")


def frame(x, padding):
    ph, pw = pair(padding)
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))


def windows_of(p, w, stride):
    """All windows, (n, c_in, rows, columns, kh, kw)."""
    sh, sw = pair(stride)
    return sliding_window_view(p, w.shape[2:], axis=(2, 3))[:, :, ::sh, ::sw]


@right(conv2d)
def tap_by_tap(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    (sh, sw), (kh, kw), p = pair(stride), w.shape[2:], frame(x, padding)
    rows, columns = (p.shape[2] - kh) // sh + 1, (p.shape[3] - kw) // sw + 1
    y = np.tile(b[:, None], (len(x), 1, rows * columns))
    for k in range(kh):
        for m in range(kw):
            seen = p[:, :, k : k + sh * rows : sh, m : m + sw * columns : sw]
            y += w[:, :, k, m] @ seen.reshape(len(x), -1, rows * columns)
    return y.reshape(len(x), len(w), rows, columns)


@right(conv2d)
def one_optimized_einsum(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    windows = windows_of(frame(x, padding), w, stride)
    return np.einsum("ncijkl,ockl->noij", windows, w, optimize=True) + b.reshape(-1, 1, 1)


@right(conv2d)
def unfolded_by_fancy_indices(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    (sh, sw), (c_out, c_in, kh, kw) = pair(stride), w.shape
    p = frame(x, padding)
    rows, columns = (p.shape[2] - kh) // sh + 1, (p.shape[3] - kw) // sw + 1
    i = np.arange(kh)[:, None, None, None] + sh * np.arange(rows)[:, None]
    j = np.arange(kw)[:, None, None] + sw * np.arange(columns)
    unfolded = p[:, :, i, j].reshape(len(x), c_in * kh * kw, rows * columns)
    y = w.reshape(c_out, -1) @ unfolded
    return y.reshape(len(x), c_out, rows, columns) + b[:, None, None]


@right(conv2d)
def one_row_per_window(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    (sh, sw), (c_out, c_in, kh, kw) = pair(stride), w.shape
    ph, pw = pair(padding)
    n, _, height, width = x.shape
    p = np.zeros((n, c_in, height + 2 * ph, width + 2 * pw), x.dtype)
    p[:, :, ph : ph + height, pw : pw + width] = x
    rows, columns = (p.shape[2] - kh) // sh + 1, (p.shape[3] - kw) // sw + 1
    picture, channel, down, right_ = p.strides
    windows = as_strided(
        p,
        (n, rows, columns, c_in, kh, kw),
        (picture, down * sh, right_ * sw, channel, down, right_),
    )
    y = windows.reshape(-1, c_in * kh * kw) @ w.reshape(c_out, -1).T + b
    return y.reshape(n, rows, columns, c_out).transpose(0, 3, 1, 2)


flipped_kernel = slip(
    "The kernel is flipped, as in a textbook's convolution. Neural networks slide it as it is.",
    {"w.reshape(c_out, c_in * kh * kw)": "w[:, :, ::-1, ::-1].reshape(c_out, c_in * kh * kw)"},
)

kernel_upside_down = slip(
    "The kernel is turned upside down: its rows are read from the last to the first. It should "
    "slide as it is.",
    {"w.reshape(c_out, c_in * kh * kw)": "w[:, :, ::-1].reshape(c_out, c_in * kh * kw)"},
)

kernel_mirrored = slip(
    "The kernel is mirrored: its columns are read from the last to the first. It should slide as "
    "it is.",
    {"w.reshape(c_out, c_in * kh * kw)": "w[..., ::-1].reshape(c_out, c_in * kh * kw)"},
)

window_read_by_columns = slip(
    "Each window is read column by column, but the kernel row by row: their numbers meet in "
    "different orders.",
    {"(0, 1, 4, 5, 2, 3)": "(0, 1, 5, 4, 2, 3)"},
)

window_read_with_the_channels_last = slip(
    "Each window is read with its channels last, but the kernel with its channels first: their "
    "numbers meet in different orders.",
    {"(0, 1, 4, 5, 2, 3)": "(0, 4, 5, 1, 2, 3)"},
)

stride_afterwards = slip(
    "Every position is computed, and then all but those of the stride are thrown away: a large "
    "stride should save that work.",
    {
        "[:, :, ::sh, ::sw]": "",
        "return y.reshape(n, c_out, rows, columns)": (
            "return y.reshape(n, c_out, rows, columns)[:, :, ::sh, ::sw]"
        ),
    },
)

reshaped_without_transposing = slip(
    "The windows are reshaped before the kernel's axes stand beside the channels. `reshape` keeps "
    "the order of the numbers, so it mixes positions with kernel entries.",
    {".transpose(0, 1, 4, 5, 2, 3)": ""},
)

channels_last = slip(
    "The output channels come last in your result. They belong right after the pictures, before "
    "the height.",
    {
        "return y.reshape(n, c_out, rows, columns)": (
            "return y.reshape(n, c_out, rows, columns).transpose(0, 2, 3, 1)"
        ),
    },
)

channels_moved_by_reshape = slip(
    "The shape is right, but the numbers are in another order: `reshape` does not move the "
    "channels' axis from the end to its place.",
    {"y.reshape(": "y.swapaxes(1, 2).reshape("},
)

pictures_and_channels_reshaped = slip(
    "The shape is right, but pictures and output channels are mixed up: they change places by a "
    "transposition, not by `reshape`.",
    {"y.reshape(": "y.swapaxes(0, 1).reshape("},
)

rows_and_columns_swapped = slip(
    "The height and the width of y have changed places in its last reshape.",
    {"return y.reshape(n, c_out, rows, columns)": "return y.reshape(n, c_out, columns, rows)"},
)

strides_of_c_order = slip(
    "The strides of the windows are worked out for an array in C order. A transposed picture has "
    "others, and np.pad keeps its order.",
    {
        "windows = sliding_window_view(p, (kh, kw), axis=(2, 3))": "high, wide = p.shape[2:]\n"
        "shape = n, c_in, high - kh + 1, wide - kw + 1, kh, kw\n"
        "steps = c_in * high * wide, high * wide, wide, 1, wide, 1\n"
        "steps = [step * p.itemsize for step in steps]\n"
        "windows = np.lib.stride_tricks.as_strided(p, shape, steps)",
    },
)

stride_swapped = slip(
    "The stride's pair is swapped: the first is for the height, the second for the width.",
    {"(sh, sw), ": "(sw, sh), "},
)

padding_swapped = slip(
    "The padding's pair is swapped: the first is for the height, the second for the width.",
    {"(ph, pw) = ": "(pw, ph) = "},
)

one_stride_for_both = slip(
    "The stride along the height is used along the width too. The second number is the width's.",
    {"::sw]": "::sh]"},
)

one_padding_for_both = slip(
    "The padding along the height is used along the width too. The second number is the width's.",
    {"(pw, pw)": "(ph, ph)"},
)

padding_of_zero_not_taken = slip(
    "A padding of 0 along the width is taken for none given: (1, 0) becomes (1, 1).",
    {
        "_pair(stride), _pair(padding)": "_pair(stride), _pair(padding)\npw = pw or ph",
    },
)

stride_for_the_size_only = slip(
    "The stride makes y smaller, but the windows still lie one pixel apart.",
    {"[:, :, ::sh, ::sw]": "[:, :, : (p.shape[2] - kh) // sh + 1, : (p.shape[3] - kw) // sw + 1]"},
)

padding_ignored = slip(
    "The argument `padding` is not used: the kernels never reach over the border.",
    {"(ph, ph), (pw, pw)": "(0, 0), (0, 0)"},
)

stride_thins_the_picture = slip(
    "The stride thins out the picture before the kernels see it. It should only thin out the "
    "positions; every window keeps its neighbouring pixels.",
    {
        "[:, :, ::sh, ::sw]": "",
        "p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))": (
            "p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))[:, :, ::sh, ::sw]"
        ),
    },
)

padding_only_after = slip(
    "All of the padding is at the bottom and on the right. Half of it belongs at the top and on "
    "the left.",
    {"(ph, ph), (pw, pw)": "(0, 2 * ph), (0, 2 * pw)"},
)

padding_before_and_after = slip(
    "The padding's pair is taken for (before, after), as `np.pad` understands it. It is (along "
    "the height, along the width), the same before and after.",
    {"(ph, ph), (pw, pw)": "(ph, pw), (ph, pw)"},
)

padding_on_two_sides = slip(
    "Only two of the four sides are padded: `padding` is the width on each side.",
    {"(ph, ph), (pw, pw)": "(ph, 0), (pw, 0)"},
)

padded_with_the_border = slip(
    "The frame repeats the picture's border. It should be of zeros.",
    {"(pw, pw))": '(pw, pw)), mode="edge"'},
)

no_bias = slip(
    "The bias b is not added.",
    {"y += b[:, None]": "pass"},
)

bias_along_the_columns = slip(
    "b runs along the last axis, the columns: that is how NumPy broadcasts it. It belongs to the "
    "output channels.",
    {"y += b[:, None]": "y = y.reshape(n, c_out, rows, columns) + b"},
)

bias_along_the_rows = slip(
    "b runs along the rows: it is one axis short. It belongs to the output channels.",
    {"y += b[:, None]": "y = y.reshape(n, c_out, rows, columns) + b[:, None]"},
)

bias_for_every_input_channel = slip(
    "b is counted once for every input channel. It is added once, after the sum over the channels.",
    {"y += b[:, None]": "y += c_in * b[:, None]"},
)

mean_over_the_window = slip(
    "The products in a window are averaged. They should be summed.",
    {"@ unfolded": "@ unfolded / (c_in * kh * kw)"},
)

last_tap_only = slip(
    "Only the last place of the kernel counts: each place's product replaces the sum so far.",
    {
        "w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "w[:, :, -1, -1] @ windows[..., -1, -1].reshape(n, c_in, rows * columns)"
        ),
    },
)

first_channel_only = slip(
    "Only the first input channel counts. Sum over all of them.",
    {
        "w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "w[:, 0].reshape(c_out, kh * kw) @ unfolded[:, : kh * kw]"
        ),
    },
)

channels_summed_too_early = slip(
    "The input channels are summed before they meet the kernel. Each has its own slice of w.",
    {
        "unfolded = windows.transpose": (
            "w, windows = w.sum(axis=1), windows.sum(axis=1, keepdims=True)\n"
            "c_in = 1\n"
            "unfolded = windows.transpose"
        ),
    },
)

size_one_short = slip(
    "One row and one column are missing at the end: a picture as large as the kernel still has "
    "one position, not none.",
    {"[:, :, ::sh, ::sw]": "[:, :, ::sh, ::sw][:, :, :-1, :-1]"},
)

last_position_missed_when_it_fits = slip(
    "Where the stride divides the way exactly, the last row or column of positions is missing. A "
    "range ends before its end.",
    {"[:, :, ::sh, ::sw]": "[:, :, :-1:sh, :-1:sw]"},
)

size_rounded_up = slip(
    "The output size is rounded up: the last windows reach beyond the padded picture. They are "
    "left out.",
    {"(ph, ph), (pw, pw)": "(ph, ph + sh - 1), (pw, pw + sw - 1)"},
)

size_without_the_padding = slip(
    "The output size does not count the padding, so the last rows and columns are missing.",
    {"[:, :, ::sh, ::sw]": "[:, :, : max(height - kh + 1, 0) : sh, : max(width - kw + 1, 0) : sw]"},
)

size_with_half_the_padding = slip(
    "The output size counts the padding of one side only.",
    {
        "windows = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]": (
            "high, wide = max(height + ph - kh + 1, 0), max(width + pw - kw + 1, 0)\n"
            "windows = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, :high:sh, :wide:sw]"
        ),
    },
)

always_float64 = slip(
    "The result is float64 whatever x is. `np.zeros` without a dtype, for one, gives float64.",
    {
        "p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))": (
            "p = np.zeros((n, c_in, height + 2 * ph, width + 2 * pw))\n"
            "p[:, :, ph : ph + height, pw : pw + width] = x"
        ),
    },
)

one_channel_for_all = slip(
    "A single channel of x or w is silently used for all: broadcasting hides that the two "
    "disagree.",
    {
        "c_out, _, kh, kw = w.shape": "c_out, _, kh, kw = w.shape\n"
        "if 1 in (c_in, w.shape[1]):\n"
        "    c_in = max(c_in, w.shape[1])\n"
        "    x = np.broadcast_to(x, (n, c_in, height, width))\n"
        "    w = np.broadcast_to(w, (c_out, c_in, kh, kw))",
    },
)

one_bias_for_all = slip(
    "The length of b is not checked: a single bias is silently used for all channels.",
    {" or b.shape != (c_out,)": ""},
)

nothing_for_a_kernel_too_large = slip(
    "A kernel too large for the padded picture gives an empty result. It should raise a "
    "ValueError.",
    {
        'raise ValueError(f"the kernel {kh}×{kw} is larger than the padded picture")': (
            "return np.zeros((n, c_out, 0, 0), x.dtype)"
        ),
    },
)

kernel_compared_without_the_padding = slip(
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
    {"kh > height + 2 * ph or kw > width + 2 * pw": "kh > height or kw > width"},
)

only_the_height_is_checked = slip(
    "Only the kernel's height is compared with the padded picture. Its width may be too large, "
    "too.",
    {" or kw > width + 2 * pw": "", "(pw, pw)": "(pw, pw + max(0, kw - width - 2 * pw))"},
)

all_products_at_once = slip(
    "Every product of a kernel entry with every window is held in memory at once, before the sum. "
    "A matrix product multiplies and sums in one go.",
    {
        "w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "(w.reshape(c_out, c_in * kh * kw, 1) * unfolded[:, None]).sum(axis=2)"
        ),
    },
)

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. The same kernels serve all: one "
    "product can do the whole batch.",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "kernels = w.reshape(c_out, c_in * kh * kw)\n"
            "y = np.stack([kernels @ picture for picture in unfolded])"
        ),
    },
)

one_input_channel_at_a_time = slip(
    "It goes through the input channels one at a time in Python. Their sum can be a part of the "
    "product.",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "parts = unfolded.reshape(n, c_in, kh * kw, rows * columns)\n"
            "kernels = w.reshape(c_out, c_in, kh * kw)\n"
            "y = sum(kernels[:, c] @ parts[:, c] for c in range(c_in))"
        ),
    },
)

one_output_channel_at_a_time = slip(
    "It goes through the output channels one at a time in Python. All kernels together are one "
    "matrix.",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "y = np.stack([kernel.ravel() @ unfolded for kernel in w], axis=1)"
        ),
    },
)

one_row_at_a_time = slip(
    "It goes through the rows of positions one at a time in Python. The windows of all rows can "
    "be seen at once.",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "kernels = w.reshape(c_out, c_in * kh * kw)\n"
            "parts = unfolded.reshape(n, c_in * kh * kw, rows, columns)\n"
            "y = np.concatenate([kernels @ parts[:, :, i] for i in range(rows)], axis=2)"
        ),
    },
)

one_column_at_a_time = slip(
    "It goes through the columns of positions one at a time in Python. The windows of all columns "
    "can be seen at once.",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "kernels = w.reshape(c_out, c_in * kh * kw)\n"
            "parts = unfolded.reshape(n, c_in * kh * kw, rows, columns)\n"
            "y = np.stack([kernels @ parts[..., j] for j in range(columns)], axis=3)\n"
            "y = y.reshape(n, c_out, rows * columns)"
        ),
    },
)

one_position_at_a_time = slip(
    "It goes through the positions one at a time in Python. There are only a few places in a "
    "kernel, but many positions: which of the two loops can go?",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "kernels = w.reshape(c_out, c_in * kh * kw)\n"
            "y = np.stack([kernels @ window.T for window in unfolded.transpose(2, 0, 1)], axis=2)\n"
            "y = y.swapaxes(0, 1)"
        ),
    },
)

one_number_at_a_time = slip(
    "The loops are still there: every number of y is worked out by itself in Python. What do all "
    "of them have in common?",
    {
        "y = w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "y = np.zeros((n, c_out, rows * columns), x.dtype)\n"
            "for m, o, i in np.ndindex(y.shape):\n"
            "    y[m, o, i] = (w[o].ravel() * unfolded[m, :, i]).sum()"
        ),
    },
)

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from kata.attempts import right, wrong
from solutions.cnn.conv2d import conv2d


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def check_channels(x, w, b):
    if x.shape[1] != w.shape[1] or len(w) != len(b):
        raise ValueError("the channels do not fit")


def check(x, w, b, padding):
    check_channels(x, w, b)
    for size, kernel, pad in zip(x.shape[2:], w.shape[2:], pair(padding), strict=True):
        if kernel > size + 2 * pad:
            raise ValueError("the kernel does not fit")


def frame(x, padding, **how):
    ph, pw = pair(padding)
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), **how)


def windows_of(p, w, stride):
    """All windows, (n, c_in, rows, columns, kh, kw)."""
    sh, sw = pair(stride)
    return sliding_window_view(p, w.shape[2:], axis=(2, 3))[:, :, ::sh, ::sw]


def products(windows, w):
    return np.tensordot(w, windows, axes=((1, 2, 3), (1, 4, 5))).swapaxes(0, 1)


def without_bias(p, w, stride):
    return products(windows_of(p, w, stride), w)


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


@wrong(
    conv2d,
    "The kernel is flipped, as in a textbook's convolution. Neural networks slide it as it is.",
)
def flipped_kernel(x, w, b, stride=1, padding=0):
    return conv2d(x, w[:, :, ::-1, ::-1], b, stride, padding)


@wrong(
    conv2d,
    "The kernel is turned upside down: its rows are read from the last to the first. It should "
    "slide as it is.",
)
def kernel_upside_down(x, w, b, stride=1, padding=0):
    return conv2d(x, w[:, :, ::-1], b, stride, padding)


@wrong(
    conv2d,
    "The kernel is mirrored: its columns are read from the last to the first. It should slide as "
    "it is.",
)
def kernel_mirrored(x, w, b, stride=1, padding=0):
    return conv2d(x, w[..., ::-1], b, stride, padding)


@wrong(
    conv2d,
    "Each window is read column by column, but the kernel row by row: their numbers meet in "
    "different orders.",
)
def window_read_by_columns(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    transposed = w.reshape(*w.shape[:2], w.shape[3], w.shape[2]).swapaxes(2, 3)
    return conv2d(x, transposed, b, stride, padding)


@wrong(
    conv2d,
    "Every position is computed, and then all but those of the stride are thrown away: a large "
    "stride should save that work.",
)
def stride_afterwards(x, w, b, stride=1, padding=0):
    sh, sw = pair(stride)
    return conv2d(x, w, b, 1, padding)[:, :, ::sh, ::sw]


@wrong(
    conv2d,
    "The windows are reshaped before the kernel's axes stand beside the channels. `reshape` keeps "
    "the order of the numbers, so it mixes positions with kernel entries.",
)
def reshaped_without_transposing(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    windows = windows_of(frame(x, padding), w, stride)
    n, c_in, rows, columns, kh, kw = windows.shape
    unfolded = windows.reshape(n, c_in * kh * kw, rows * columns)
    y = w.reshape(len(w), -1) @ unfolded
    return y.reshape(n, -1, rows, columns) + b[:, None, None]


@wrong(
    conv2d,
    "The output channels come last in your result. They belong right after the pictures, before "
    "the height.",
)
def channels_last(x, w, b, stride=1, padding=0):
    return np.moveaxis(conv2d(x, w, b, stride, padding), 1, -1)


@wrong(
    conv2d,
    "The shape is right, but the numbers are in another order: `reshape` does not move the "
    "channels' axis from the end to its place.",
)
def channels_moved_by_reshape(x, w, b, stride=1, padding=0):
    y = conv2d(x, w, b, stride, padding)
    return np.moveaxis(y, 1, -1).reshape(y.shape)


@wrong(
    conv2d,
    "The shape is right, but pictures and output channels are mixed up: they change places by a "
    "transposition, not by `reshape`.",
)
def pictures_and_channels_reshaped(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    y = products(windows_of(frame(x, padding), w, stride), w).swapaxes(0, 1)
    return y.reshape(len(x), len(w), *y.shape[2:]) + b[:, None, None]


@wrong(
    conv2d,
    "The strides of the windows are worked out for an array in C order. A transposed picture has "
    "others, and np.pad keeps its order.",
)
def strides_of_c_order(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    (sh, sw), (kh, kw), p = pair(stride), w.shape[2:], frame(x, padding)
    n, c_in, height, width = p.shape
    rows, columns = (height - kh) // sh + 1, (width - kw) // sw + 1
    down, right_ = width * p.itemsize, p.itemsize
    windows = as_strided(
        p,
        (n, c_in, rows, columns, kh, kw),
        (c_in * height * down, height * down, sh * down, sw * right_, down, right_),
    )
    return products(windows, w) + b[:, None, None]


@wrong(
    conv2d, "The stride's pair is swapped: the first is for the height, the second for the width."
)
def stride_swapped(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b, pair(stride)[::-1], padding)


@wrong(
    conv2d, "The padding's pair is swapped: the first is for the height, the second for the width."
)
def padding_swapped(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    p = frame(x, pair(padding)[::-1])
    if w.shape[2] > p.shape[2] or w.shape[3] > p.shape[3]:
        raise ValueError("the kernel does not fit")
    return without_bias(p, w, stride) + b[:, None, None]


@wrong(
    conv2d,
    "The stride along the height is used along the width too. The second number is the width's.",
)
def one_stride_for_both(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b, pair(stride)[0], padding)


@wrong(
    conv2d,
    "The padding along the height is used along the width too. The second number is the width's.",
)
def one_padding_for_both(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    p = frame(x, pair(padding)[0])
    if w.shape[3] > p.shape[3]:
        raise ValueError("the kernel does not fit")
    return without_bias(p, w, stride) + b[:, None, None]


@wrong(conv2d, "The argument `stride` is not used.")
def stride_ignored(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b, 1, padding)


@wrong(
    conv2d,
    "The stride makes y smaller, but the windows still lie one pixel apart.",
)
def stride_for_the_size_only(x, w, b, stride=1, padding=0):
    rows, columns = conv2d(x, w, b, stride, padding).shape[2:]
    return conv2d(x, w, b, 1, padding)[:, :, :rows, :columns]


@wrong(conv2d, "The argument `padding` is not used: the kernels never reach over the border.")
def padding_ignored(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b, stride, 0)


@wrong(
    conv2d,
    "The stride thins out the picture before the kernels see it. It should only thin out the "
    "positions; every window keeps its neighbouring pixels.",
)
def stride_thins_the_picture(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    sh, sw = pair(stride)
    p = frame(x, padding)[:, :, ::sh, ::sw]
    return without_bias(p, w, 1) + b[:, None, None]


@wrong(
    conv2d,
    "All of the padding is at the bottom and on the right. Half of it belongs at the top and on "
    "the left.",
)
def padding_only_after(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    ph, pw = pair(padding)
    p = np.pad(x, ((0, 0), (0, 0), (0, 2 * ph), (0, 2 * pw)))
    return without_bias(p, w, stride) + b[:, None, None]


@wrong(
    conv2d,
    "The padding's pair is taken for (before, after), as `np.pad` understands it. It is (along the "
    "height, along the width), the same before and after.",
)
def padding_before_and_after(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    p = np.pad(x, ((0, 0), (0, 0), pair(padding), pair(padding)))
    if w.shape[2] > p.shape[2] or w.shape[3] > p.shape[3]:
        raise ValueError("the kernel does not fit")
    return without_bias(p, w, stride) + b[:, None, None]


@wrong(conv2d, "Only two of the four sides are padded: `padding` is the width on each side.")
def padding_on_two_sides(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    ph, pw = pair(padding)
    p = np.pad(x, ((0, 0), (0, 0), (ph, 0), (pw, 0)))
    return without_bias(p, w, stride) + b[:, None, None]


@wrong(conv2d, "The frame repeats the picture's border. It should be of zeros.")
def padded_with_the_border(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    return without_bias(frame(x, padding, mode="edge"), w, stride) + b[:, None, None]


@wrong(conv2d, "The bias b is not added.")
def no_bias(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    return without_bias(frame(x, padding), w, stride)


@wrong(
    conv2d,
    "b runs along the last axis, the columns: that is how NumPy broadcasts it. It belongs to the "
    "output channels.",
)
def bias_along_the_columns(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    return without_bias(frame(x, padding), w, stride) + b


@wrong(
    conv2d,
    "b runs along the rows: it is one axis short. It belongs to the output channels.",
)
def bias_along_the_rows(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    return without_bias(frame(x, padding), w, stride) + b[:, None]


@wrong(
    conv2d,
    "b is counted once for every input channel. It is added once, after the sum over the channels.",
)
def bias_for_every_input_channel(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b * x.shape[1], stride, padding)


@wrong(conv2d, "The products in a window are averaged. They should be summed.")
def mean_over_the_window(x, w, b, stride=1, padding=0):
    return conv2d(x, w / w[0].size, b, stride, padding)


@wrong(
    conv2d,
    "Only the last place of the kernel counts: each place's product replaces the sum so far.",
)
def last_tap_only(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    kh, kw = w.shape[2:]
    p = frame(x, padding)[:, :, kh - 1 :, kw - 1 :]
    return without_bias(p, w[:, :, -1:, -1:], stride) + b[:, None, None]


@wrong(conv2d, "Only the first input channel counts. Sum over all of them.")
def first_channel_only(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    return conv2d(x[:, :1], w[:, :1], b, stride, padding)


@wrong(
    conv2d,
    "The input channels are summed before they meet the kernel. Each has its own slice of w.",
)
def channels_summed_too_early(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    return conv2d(x.sum(1, keepdims=True), w.sum(1, keepdims=True), b, stride, padding)


@wrong(
    conv2d,
    "One row and one column are missing at the end: a picture as large as the kernel still has "
    "one position, not none.",
)
def size_one_short(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b, stride, padding)[:, :, :-1, :-1]


@wrong(
    conv2d,
    "Where the stride divides the way exactly, the last row or column of positions is missing. "
    "A range ends before its end.",
)
def last_position_missed_when_it_fits(x, w, b, stride=1, padding=0):
    y = conv2d(x, w, b, stride, padding)
    steps = zip(x.shape[2:], w.shape[2:], pair(stride), pair(padding), strict=True)
    rows, columns = (-((kernel - size - 2 * pad) // s) for size, kernel, s, pad in steps)
    return y[:, :, :rows, :columns]


@wrong(
    conv2d,
    "The output size is rounded up: the last windows reach beyond the padded picture. They "
    "are left out.",
)
def size_rounded_up(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    p = frame(x, padding)
    steps = zip(p.shape[2:], w.shape[2:], pair(stride), strict=True)
    down, along = (-(size - kernel) % s for size, kernel, s in steps)
    p = np.pad(p, ((0, 0), (0, 0), (0, down), (0, along)))
    return without_bias(p, w, stride) + b[:, None, None]


@wrong(
    conv2d,
    "The output size does not count the padding, so the last rows and columns are missing.",
)
def size_without_the_padding(x, w, b, stride=1, padding=0):
    y = conv2d(x, w, b, stride, padding)
    steps = zip(x.shape[2:], w.shape[2:], pair(stride), strict=True)
    rows, columns = (max(0, (size - kernel) // s + 1) for size, kernel, s in steps)
    return y[:, :, :rows, :columns]


@wrong(conv2d, "The output size counts the padding of one side only.")
def size_with_half_the_padding(x, w, b, stride=1, padding=0):
    y = conv2d(x, w, b, stride, padding)
    steps = zip(x.shape[2:], w.shape[2:], pair(stride), pair(padding), strict=True)
    rows, columns = (max(0, (size + pad - kernel) // s + 1) for size, kernel, s, pad in steps)
    return y[:, :, :rows, :columns]


@wrong(
    conv2d,
    "The result is float64 whatever x is. `np.zeros` without a dtype, for one, gives float64.",
)
def always_float64(x, w, b, stride=1, padding=0):
    return conv2d(x, w, b, stride, padding).astype(np.float64)


@wrong(
    conv2d,
    "A single channel of x or w is silently used for all: broadcasting hides that the two "
    "disagree.",
)
def one_channel_for_all(x, w, b, stride=1, padding=0):
    c_in = max(x.shape[1], w.shape[1])
    if x.shape[1] == 1:
        x = np.repeat(x, c_in, axis=1)
    if w.shape[1] == 1:
        w = np.repeat(w, c_in, axis=1)
    return conv2d(x, w, b, stride, padding)


@wrong(conv2d, "The length of b is not checked: a single bias is silently used for all channels.")
def one_bias_for_all(x, w, b, stride=1, padding=0):
    return conv2d(x, w, np.repeat(b, len(w)) if len(b) == 1 else b, stride, padding)


@wrong(
    conv2d,
    "The length of b is not checked: broadcasting hides that it and w disagree about the output "
    "channels.",
)
def bias_of_any_length(x, w, b, stride=1, padding=0):
    check(x, w, w[:, 0, 0, 0], padding)
    return without_bias(frame(x, padding), w, stride) + b[:, None, None]


@wrong(
    conv2d,
    "A kernel just too large for the padded picture gives an empty result. It should raise a "
    "ValueError.",
)
def nothing_for_a_kernel_too_large(x, w, b, stride=1, padding=0):
    check_channels(x, w, b)
    p = frame(x, padding)
    steps = zip(p.shape[2:], w.shape[2:], pair(stride), strict=True)
    size = [(size - kernel) // s + 1 for size, kernel, s in steps]
    y = np.zeros((len(x), len(w), *size), x.dtype)
    return conv2d(x, w, b, stride, padding) if y.size else y


@wrong(
    conv2d,
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
)
def kernel_compared_without_the_padding(x, w, b, stride=1, padding=0):
    check(x, w, b, 0)
    return conv2d(x, w, b, stride, padding)


@wrong(
    conv2d,
    "Only the kernel's height is compared with the padded picture. Its width may be too large, "
    "too.",
)
def only_the_height_is_checked(x, w, b, stride=1, padding=0):
    _, pw = pair(padding)
    missing = max(0, w.shape[3] - x.shape[3] - 2 * pw)
    x = np.pad(x, ((0, 0), (0, 0), (0, 0), (0, missing)))
    return conv2d(x, w, b, stride, padding)


@wrong(
    conv2d,
    "Every product of a kernel entry with every window is held in memory at once, before the sum. "
    "A matrix product multiplies and sums in one go.",
)
def all_products_at_once(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    windows = windows_of(frame(x, padding), w, stride)
    return (windows[:, None] * w[:, :, None, None]).sum((2, 5, 6)) + b[:, None, None]


@wrong(
    conv2d,
    "It goes through the pictures one at a time in Python. The same kernels serve all: one "
    "product can do the whole batch.",
)
def one_picture_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    p = frame(x, padding)
    return np.stack([without_bias(one[None], w, stride)[0] for one in p]) + b[:, None, None]


@wrong(
    conv2d,
    "It goes through the input channels one at a time in Python. Their sum can be a part of the "
    "product.",
)
def one_input_channel_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    p = frame(x, padding)
    y = 0
    for c in range(x.shape[1]):
        y = y + without_bias(p[:, c : c + 1], w[:, c : c + 1], stride)
    return y + b[:, None, None]


@wrong(
    conv2d,
    "It goes through the output channels one at a time in Python. All kernels together are one "
    "matrix.",
)
def one_output_channel_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    windows = windows_of(frame(x, padding), w, stride)
    return np.stack([products(windows, w[o, None])[:, 0] + b[o] for o in range(len(w))], axis=1)


@wrong(
    conv2d,
    "It goes through the rows of positions one at a time in Python. The windows of all rows can "
    "be seen at once.",
)
def one_row_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    windows = windows_of(frame(x, padding), w, stride)
    rows = [products(windows[:, :, i, None], w) for i in range(windows.shape[2])]
    return np.concatenate(rows, axis=2) + b[:, None, None]


@wrong(
    conv2d,
    "It goes through the columns of positions one at a time in Python. The windows of all columns "
    "can be seen at once.",
)
def one_column_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    windows = windows_of(frame(x, padding), w, stride)
    columns = [products(windows[:, :, :, j, None], w) for j in range(windows.shape[3])]
    return np.concatenate(columns, axis=3) + b[:, None, None]


@wrong(
    conv2d,
    "It goes through the positions one at a time in Python. There are only a few places in a "
    "kernel, but many positions: which of the two loops can go?",
)
def one_position_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    (sh, sw), (kh, kw), p = pair(stride), w.shape[2:], frame(x, padding)
    rows, columns = (p.shape[2] - kh) // sh + 1, (p.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), len(w), rows, columns), x.dtype)
    for i in range(rows):
        for j in range(columns):
            window = p[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, :, i, j] = window.reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
    return y


@wrong(
    conv2d,
    "The loops are still there: every number of y is worked out by itself in Python. What do all "
    "of them have in common?",
)
def one_number_at_a_time(x, w, b, stride=1, padding=0):
    check(x, w, b, padding)
    (sh, sw), (kh, kw), p = pair(stride), w.shape[2:], frame(x, padding)
    rows, columns = (p.shape[2] - kh) // sh + 1, (p.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), len(w), rows, columns), x.dtype)
    for m, o, i, j in np.ndindex(*y.shape):
        window = p[m, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
        y[m, o, i, j] = (w[o] * window).sum() + b[o]
    return y

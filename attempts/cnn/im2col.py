import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kata.attempts import right, slip
from solutions.cnn.im2col import col2im, im2col


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def taken(shape, kernel, stride, padding):
    """For each entry and position, its row and its column in the padded picture."""
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    rows, columns = shape[2] + 2 * ph - kh, shape[3] + 2 * pw - kw
    if min(rows, columns) < 0:
        raise ValueError("the kernel does not fit")
    i = np.arange(kh)[:, None, None, None] + np.arange(0, rows + 1, sh)[:, None]
    j = np.arange(kw)[:, None, None] + np.arange(0, columns + 1, sw)
    return i, j


@right(im2col)
def from_a_view_of_all_windows(x, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    p = np.zeros((*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw), x.dtype)
    p[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    windows = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    n, c, rows, columns = windows.shape[:4]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, rows * columns).copy()


@right(im2col)
def by_fancy_indices(x, kernel, stride=1, padding=0):
    i, j = taken(x.shape, kernel, stride, padding)
    ph, pw = pair(padding)
    taps = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))[:, :, i, j]
    n, c, kh, kw, rows, columns = taps.shape
    return taps.reshape(n, c * kh * kw, rows * columns)


@right(col2im)
def with_add_at(cols, shape, kernel, stride=1, padding=0):
    i, j = taken(shape, kernel, stride, padding)
    (n, c, height, width), (ph, pw) = shape, pair(padding)
    sizes = len(i), j.shape[0], i.shape[2], j.shape[2]
    if cols.shape != (n, c * sizes[0] * sizes[1], sizes[2] * sizes[3]):
        raise ValueError("the columns do not fit")
    grad = np.zeros((n, c, height + 2 * ph, width + 2 * pw), cols.dtype)
    np.add.at(grad, (slice(None), slice(None), i, j), cols.reshape(n, c, *sizes))
    return np.ascontiguousarray(grad[:, :, ph : ph + height, pw : pw + width])


@right(col2im)
def one_axis_after_the_other(cols, shape, kernel, stride=1, padding=0):
    (kh, kw), (sh, sw), (ph, pw) = pair(kernel), pair(stride), pair(padding)
    n, c, height, width = shape
    rows, columns = (height + 2 * ph - kh) // sh + 1, (width + 2 * pw - kw) // sw + 1
    if kh > height + 2 * ph or kw > width + 2 * pw:
        raise ValueError("the kernel does not fit")
    if list(cols.shape) != [n, c * kh * kw, rows * columns]:
        raise ValueError("the columns do not fit")
    taps = cols.reshape(n, c, kh, kw, rows, columns)
    lines = np.zeros((n, c, kh, rows, width + 2 * pw), cols.dtype)
    for tap in range(kw):
        lines[..., tap : tap + sw * columns : sw] += taps[:, :, :, tap]
    grad = np.zeros((n, c, height + 2 * ph, width), cols.dtype)
    for tap in range(kh):
        grad[:, :, tap : tap + sh * rows : sh] += lines[:, :, tap, :, pw : pw + width]
    return grad[:, :, ph : ph + height].copy()


# --- Into columns ----------------------------------------------------------------------------

window_read_by_columns = slip(
    "Each window is read column by column. Its entries go row by row, the width fastest.",
    {"return cols.reshape(": "cols = cols.swapaxes(2, 3)\nreturn cols.reshape("},
)

channels_last_in_a_column = slip(
    "The channels vary fastest in each column. They vary slowest: first all of channel 0.",
    {"return cols.reshape(": "cols = cols.transpose(0, 2, 3, 1, 4, 5)\nreturn cols.reshape("},
)

positions_by_columns = slip(
    "The positions go down the picture first. They go along its rows, as one reads.",
    {"return cols.reshape(": "cols = cols.swapaxes(4, 5)\nreturn cols.reshape("},
)

one_window_a_row = slip(
    "Each window is a row of the result. It should be a column: entries first, then positions.",
    {
        "return cols.reshape(n, c * kh * kw, rows * columns)": (
            "return cols.reshape(n, c * kh * kw, rows * columns).swapaxes(1, 2)"
        )
    },
)

pictures_among_the_positions = slip(
    "The windows of all pictures stand side by side in one matrix. Each picture has a matrix of "
    "its own.",
    {
        "return cols.reshape(n, c * kh * kw, rows * columns)": (
            "return np.concatenate(list(cols.reshape(n, c * kh * kw, -1)), axis=1)"
        )
    },
)

reshaped_without_transposing = slip(
    "The axes are brought into another shape, not into another order: the numbers stay where they "
    "were in memory.",
    {
        "return cols.reshape(": "cols = cols.transpose(0, 1, 4, 5, 2, 3).copy()\n"
        "return cols.reshape("
    },
)

flipped = slip(
    "Each window is read from its end to its start: the kernel is flipped.",
    {"cols[:, :, down, along] = seen": "cols[:, :, kh - 1 - down, kw - 1 - along] = seen"},
)

stride_ignored = slip(
    "The windows lie side by side, one pixel apart, whatever the stride is.",
    {
        "p[:, :, down : down + sh * rows : sh, along : along + sw * columns : sw]": (
            "p[:, :, down : down + rows, along : along + columns]"
        )
    },
)

stride_of_the_height_only = slip(
    "The stride of the height is used for both axes.",
    {
        "p[:, :, down : down + sh * rows : sh, along : along + sw * columns : sw]": (
            "np.pad(p, ((0, 0), (0, 0), (0, 0), (0, sh * columns)))[\n"
            "    :, :, down : down + sh * rows : sh, along : along + sh * columns : sh\n"
            "]"
        )
    },
)

stride_inside_the_window = slip(
    "The stride spreads the pixels of a window, as a dilation does. It should spread the windows.",
    {
        "p[:, :, down : down + sh * rows : sh, along : along + sw * columns : sw]": (
            "np.pad(p, ((0, 0), (0, 0), (0, sh * kh), (0, sw * kw)))[\n"
            "    :, :, sh * down : sh * down + rows, sw * along : sw * along + columns\n"
            "]"
        )
    },
)

padded_with_the_edge = slip(
    "The frame repeats the edge of the picture. It should be of zeros.",
    {"(pw, pw))": '(pw, pw)), mode="edge"'},
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
        "for down, along in np.ndindex(kh, kw):\n    seen": (
            "for i, j in np.ndindex(rows, columns):\n"
            "    down, along = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)\n"
            "    cols[..., i, j] = p[:, :, down, along]\n"
            "for down, along in ():\n    seen"
        )
    },
)

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. All of them have their windows at the "
    "same places.",
    {
        "cols[:, :, down, along] = seen": (
            "for picture, one in zip(cols, seen, strict=True):\n    picture[:, down, along] = one"
        )
    },
)

one_channel_at_a_time = slip(
    "It goes through the channels one at a time in Python. All of them have their windows at the "
    "same places.",
    {
        "cols[:, :, down, along] = seen": (
            "for channel in range(c):\n    cols[:, channel, down, along] = seen[:, channel]"
        )
    },
)

# --- Back ------------------------------------------------------------------------------------

overlaps_overwritten = slip(
    "Where windows overlap, the last one overwrites the others. What belongs to one pixel adds up.",
    {"hit += taps[:, :, down, along]": "hit[...] = taps[:, :, down, along]"},
)

overlaps_averaged = slip(
    "Where windows overlap, their entries are averaged. They should be added up: it is a gradient, "
    "not a picture put together again.",
    {
        "hit += taps[:, :, down, along]": "hit += taps[:, :, down, along]\n"
        "if (down, along) == (kh - 1, kw - 1):\n"
        "    counts = np.zeros_like(grad)\n"
        "    for a, b in np.ndindex(kh, kw):\n"
        "        counts[:, :, a : a + sh * rows : sh, b : b + sw * columns : sw] += 1\n"
        "    grad /= np.maximum(counts, 1)"
    },
)

frame_not_cut_off = slip(
    "The frame is still there. What belongs to it is dropped, so that the result has the given "
    "shape.",
    {"return grad[:, :, ph : ph + height, pw : pw + width].copy()": "return grad"},
)

frame_cut_off_at_the_end = slip(
    "The frame is cut off below and on the right only: the result begins with pixels of the frame.",
    {"ph : ph + height, pw : pw + width": ":height, :width"},
)

frame_cut_by_negative_indices = slip(
    "Without padding nothing is left: a slice `0:-0` is empty.",
    {"ph : ph + height, pw : pw + width": "ph:-ph, pw:-pw"},
)

padding_swapped_in_the_cut = slip(
    "The padding's pair is swapped where the frame is cut off: the height's comes first.",
    {"ph : ph + height, pw : pw + width": "pw : pw + height, ph : ph + width"},
)

columns_read_by_columns = slip(
    "Each column is read as if its window had been written column by column. Its entries go row "
    "by row, the width fastest.",
    {
        "cols.reshape(n, c, kh, kw, rows, columns)": (
            "cols.reshape(n, c, kw, kh, rows, columns).swapaxes(2, 3)"
        )
    },
)

columns_read_with_the_channels_last = slip(
    "Each column is read as if the channels varied fastest in it. They vary slowest.",
    {
        "cols.reshape(n, c, kh, kw, rows, columns)": (
            "cols.reshape(n, kh, kw, c, rows, columns).transpose(0, 3, 1, 2, 4, 5)"
        )
    },
)

positions_read_by_columns = slip(
    "The positions are read as going down the picture first. They go along its rows.",
    {
        "cols.reshape(n, c, kh, kw, rows, columns)": (
            "cols.reshape(n, c, kh, kw, columns, rows).swapaxes(4, 5)"
        )
    },
)

flipped_on_the_way_back = slip(
    "Each window comes back flipped: its first entry belongs to its first pixel.",
    {"hit += taps[:, :, down, along]": "hit += taps[:, :, kh - 1 - down, kw - 1 - along]"},
)

stride_ignored_on_the_way_back = slip(
    "The windows come back side by side, one pixel apart, whatever the stride is.",
    {
        "grad[:, :, down : down + sh * rows : sh, along : along + sw * columns : sw]": (
            "grad[:, :, down : down + rows, along : along + columns]"
        )
    },
)

shape_unchecked = slip(
    "Columns that don't fit the shape are not refused: with the right number of entries, they are "
    "read as something else.",
    {"if cols.shape != (n, c * kh * kw, rows * columns):": "if False:"},
)

one_window_at_a_time_on_the_way_back = slip(
    "It adds the windows one at a time in Python. Entries of one place in the kernel never meet in "
    "a pixel, so all of them can be added at once.",
    {
        "for down, along in np.ndindex(kh, kw):\n    hit": (
            "for i, j in np.ndindex(rows, columns):\n"
            "    window = grad[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]\n"
            "    window += taps[..., i, j]\n"
            "for down, along in ():\n    hit"
        )
    },
)

one_picture_at_a_time_on_the_way_back = slip(
    "It goes through the pictures one at a time in Python. All of them have their windows at the "
    "same places.",
    {
        "hit += taps[:, :, down, along]": (
            "for picture in range(n):\n    hit[picture] += taps[picture, :, down, along]"
        )
    },
)

# --- Both ------------------------------------------------------------------------------------

too_large_gives_nothing = slip(
    "A kernel larger than the padded picture gives an empty result. It should raise a ValueError.",
    {
        "if kernel > size + 2 * padding:": (
            "if kernel > size + 2 * padding:\n    return 0\nif False:"
        )
    },
)

kernel_compared_without_the_padding = slip(
    "The kernel is compared with the bare picture. With its padding, the picture may be large "
    "enough.",
    {"kernel > size + 2 * padding": "kernel > size"},
)

positions_rounded_up = slip(
    "The number of positions is rounded up: the last windows reach beyond the padded picture.",
    {
        "return (size + 2 * padding - kernel) // stride + 1": (
            "return -(-(size + 2 * padding - kernel) // stride) + 1"
        )
    },
)

last_position_missing = slip(
    "The number of positions is wrong: a window as large as the padded picture fits exactly once.",
    {"(size + 2 * padding - kernel) // stride + 1": "(size + 2 * padding - kernel) // stride"},
)

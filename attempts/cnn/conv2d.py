from kata.attempts import rewrite, slip

UNFOLD = "unfolded = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c_in * kh * kw, rows * columns)"
PRODUCT = "y = w.reshape(c_out, c_in * kh * kw) @ unfolded"
PAD = "p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))"
KERNELS = "w.reshape(c_out, c_in * kh * kw)"
FRAME = "(ph, ph), (pw, pw)"
STRIDE = "[:, :, ::sh, ::sw]"

tap_by_tap = rewrite(
    {
        UNFOLD: (
            "y = np.zeros((n, c_out, rows * columns), x.dtype)\n"
            "for k, m in np.ndindex(kh, kw):\n"
            "    y += w[:, :, k, m] @ windows[..., k, m].reshape(n, c_in, rows * columns)"
        ),
        PRODUCT: "pass",
    }
)

one_optimized_einsum = rewrite(
    {
        UNFOLD: "pass",
        PRODUCT: (
            'y = np.einsum("ncijkl,ockl->noij", windows, w, optimize=True)\n'
            "y = y.reshape(n, c_out, rows * columns)"
        ),
    }
)

unfolded_by_fancy_indices = rewrite(
    {
        (
            "windows = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]\n"
            "rows, columns = windows.shape[2:4]"
        ): (
            "rows, columns = (p.shape[2] - kh) // sh + 1, (p.shape[3] - kw) // sw + 1\n"
            "i = np.arange(kh)[:, None, None, None] + sh * np.arange(rows)[:, None]\n"
            "j = np.arange(kw)[:, None, None] + sw * np.arange(columns)"
        ),
        "windows.transpose(0, 1, 4, 5, 2, 3)": "p[:, :, i, j]",
    }
)

one_row_per_window = rewrite(
    {
        UNFOLD: (
            "seen = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, c_in * kh * kw)\n"
            "y = seen @ w.reshape(c_out, -1).T + b\n"
            "return y.reshape(n, rows, columns, c_out).transpose(0, 3, 1, 2)"
        )
    }
)

flipped_kernel = slip(
    "The kernel is flipped, as in a textbook's convolution. Neural networks slide it as it is.",
    {KERNELS: "w[:, :, ::-1, ::-1].reshape(c_out, c_in * kh * kw)"},
)

window_read_by_columns = slip(
    "Each window is read column by column, but the kernel row by row.",
    {"(0, 1, 4, 5, 2, 3)": "(0, 1, 5, 4, 2, 3)"},
)

window_read_with_the_channels_last = slip(
    "Each window is read with its channels last, but the kernel with its channels first.",
    {"(0, 1, 4, 5, 2, 3)": "(0, 4, 5, 1, 2, 3)"},
)

stride_afterwards = slip(
    "Every position is computed, and then all but those of the stride are thrown away.",
    {
        STRIDE: "",
        "return y.reshape(n, c_out, rows, columns)": (
            "return y.reshape(n, c_out, rows, columns)[:, :, ::sh, ::sw]"
        ),
    },
)

reshaped_without_transposing = slip(
    "The windows are reshaped without a transposition, which mixes positions and kernel entries.",
    {".transpose(0, 1, 4, 5, 2, 3)": ""},
)

channels_moved_by_reshape = slip(
    "The shape is right, but the numbers are in another order: `reshape` moves no axis.",
    {"y.reshape(": "y.swapaxes(1, 2).reshape("},
)

pictures_and_channels_reshaped = slip(
    "Pictures and output channels are mixed up: `reshape` does not make axes change places.",
    {"y.reshape(": "y.swapaxes(0, 1).reshape("},
)

rows_and_columns_swapped = slip(
    "The height and the width of y have changed places in its last reshape.",
    {"return y.reshape(n, c_out, rows, columns)": "return y.reshape(n, c_out, columns, rows)"},
)

stride_swapped = slip(
    "The stride's pair is swapped: the first number is for the height.",
    {"(sh, sw), ": "(sw, sh), "},
)

padding_swapped = slip(
    "The padding's pair is swapped: the first number is for the height.",
    {"(ph, pw) = ": "(pw, ph) = "},
)

one_stride_for_both = slip(
    "The stride along the height is used along the width too.", {"::sw]": "::sh]"}
)

one_padding_for_both = slip(
    "The padding along the height is used along the width too.", {"(pw, pw)": "(ph, ph)"}
)

padding_of_zero_not_taken = slip(
    "A padding of 0 along the width is taken for none given: (1, 0) becomes (1, 1).",
    {"_pair(stride), _pair(padding)": "_pair(stride), _pair(padding)\npw = pw or ph"},
)

stride_for_the_size_only = slip(
    "The stride makes y smaller, but the windows still lie one pixel apart.",
    {STRIDE: "[:, :, : (p.shape[2] - kh) // sh + 1, : (p.shape[3] - kw) // sw + 1]"},
)

stride_thins_the_picture = slip(
    "The stride thins out the picture before the kernels see it, not the positions.",
    {STRIDE: "", PAD: "p = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))[:, :, ::sh, ::sw]"},
)

padding_only_after = slip(
    "All of the padding is at the bottom and on the right. It belongs on all four sides.",
    {FRAME: "(0, 2 * ph), (0, 2 * pw)"},
)

padding_before_and_after = slip(
    "The padding's pair is taken for (before, after), as in `np.pad`. It is (height, width).",
    {FRAME: "(ph, pw), (ph, pw)"},
)

padding_on_two_sides = slip(
    "Only two of the four sides are padded: `padding` is the width on each side.",
    {FRAME: "(ph, 0), (pw, 0)"},
)

padded_with_the_border = slip(
    "The frame repeats the picture's border. It should be of zeros.",
    {"(pw, pw))": '(pw, pw)), mode="edge"'},
)

no_bias = slip("The bias b is not added.", {"y += b[:, None]": "pass"})

bias_along_the_columns = slip(
    "b runs along the columns, as NumPy broadcasts it. It belongs to the output channels.",
    {"y += b[:, None]": "y = y.reshape(n, c_out, rows, columns) + b"},
)

bias_along_the_rows = slip(
    "b runs along the rows: it is one axis short. It belongs to the output channels.",
    {"y += b[:, None]": "y = y.reshape(n, c_out, rows, columns) + b[:, None]"},
)

bias_for_every_input_channel = slip(
    "b is added once for every input channel.", {"y += b[:, None]": "y += c_in * b[:, None]"}
)

mean_over_the_window = slip(
    "The products in a window are averaged, not summed.",
    {"@ unfolded": "@ unfolded / (c_in * kh * kw)"},
)

last_tap_only = slip(
    "Only the last place of the kernel counts, not the sum over all places.",
    {
        "w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "w[:, :, -1, -1] @ windows[..., -1, -1].reshape(n, c_in, rows * columns)"
        )
    },
)

first_channel_only = slip(
    "Only the first input channel counts.",
    {
        "w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "w[:, 0].reshape(c_out, kh * kw) @ unfolded[:, : kh * kw]"
        )
    },
)

channels_summed_too_early = slip(
    "The input channels are summed before they meet the kernel. Each has its own slice of w.",
    {
        UNFOLD: (
            "w, windows, c_in = w.sum(axis=1), windows.sum(axis=1, keepdims=True), 1\n"
            "unfolded = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, c_in * kh * kw, rows "
            "* columns)"
        )
    },
)

size_one_short = slip(
    "The last row and column are missing. A picture as large as the kernel has one position.",
    {STRIDE: "[:, :, ::sh, ::sw][:, :, :-1, :-1]"},
)

last_position_missed_when_it_fits = slip(
    "Where the stride divides the way exactly, the last position is missing.",
    {STRIDE: "[:, :, :-1:sh, :-1:sw]"},
)

size_rounded_up = slip(
    "The output size is rounded up: the last windows reach beyond the padded picture.",
    {FRAME: "(ph, ph + sh - 1), (pw, pw + sw - 1)"},
)

size_without_the_padding = slip(
    "The output size does not count the padding, so the last rows and columns are missing.",
    {STRIDE: "[:, :, : max(height - kh + 1, 0) : sh, : max(width - kw + 1, 0) : sw]"},
)

one_channel_for_all = slip(
    "A single channel of x or w is silently used for all.",
    {
        "c_out, _, kh, kw = w.shape": (
            "c_out, _, kh, kw = w.shape\n"
            "if 1 in (c_in, w.shape[1]):\n"
            "    c_in = max(c_in, w.shape[1])\n"
            "    x = np.broadcast_to(x, (n, c_in, height, width))\n"
            "    w = np.broadcast_to(w, (c_out, c_in, kh, kw))"
        )
    },
)

one_bias_for_all = slip(
    "The length of b is not checked: a single bias is silently used for all channels.",
    {" or b.shape != (c_out,)": ""},
)

nothing_for_a_kernel_too_large = slip(
    "A kernel too large for the padded picture gives an empty result, not a ValueError.",
    {
        'raise ValueError(f"the kernel {kh}×{kw} is larger than the padded picture")': (
            "return np.zeros((n, c_out, 0, 0), x.dtype)"
        )
    },
)

kernel_compared_without_the_padding = slip(
    "The kernel is compared with the bare picture, which padding may make large enough.",
    {"kh > height + 2 * ph or kw > width + 2 * pw": "kh > height or kw > width"},
)

only_the_height_is_checked = slip(
    "Only the kernel's height is compared with the padded picture, not its width.",
    {" or kw > width + 2 * pw": "", "(pw, pw)": "(pw, pw + max(0, kw - width - 2 * pw))"},
)

all_products_at_once = slip(
    "Every product of a kernel entry with every window is held in memory before the sum.",
    {
        "w.reshape(c_out, c_in * kh * kw) @ unfolded": (
            "(w.reshape(c_out, c_in * kh * kw, 1) * unfolded[:, None]).sum(axis=2)"
        )
    },
)

one_position_at_a_time = slip(
    "It loops over the positions in Python. There are many positions, but few places in a kernel: "
    "which loop can go?",
    {
        PRODUCT: (
            "kernels = w.reshape(c_out, c_in * kh * kw)\n"
            "y = np.stack([kernels @ window.T for window in unfolded.transpose(2, 0, 1)], "
            "axis=2)\ny = y.swapaxes(0, 1)"
        )
    },
)

one_number_at_a_time = slip(
    "The loops are still there: every number of y is worked out by itself in Python.",
    {
        PRODUCT: (
            "y = np.zeros((n, c_out, rows * columns), x.dtype)\n"
            "for m, o, i in np.ndindex(y.shape):\n"
            "    y[m, o, i] = (w[o].ravel() * unfolded[m, :, i]).sum()"
        )
    },
)

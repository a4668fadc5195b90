import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kata.attempts import right, slip
from solutions.cnn.max_pool_backward import max_pool_backward


def pair(setting):
    return (setting, setting) if isinstance(setting, int) else tuple(setting)


def framed(grad_y, x, kernel, stride, padding):
    """x in its frame, and rows and columns; raises where anything does not fit."""
    sizes = []
    for size, k, s, p in zip(x.shape[2:], kernel, stride, padding, strict=True):
        if p < 0 or p > k // 2 or k > size + 2 * p:
            raise ValueError("kernel and padding do not fit")
        sizes.append((size + 2 * p - k) // s + 1)
    if grad_y.shape != (*x.shape[:2], *sizes):
        raise ValueError("grad_y does not fit")
    frame = [(0, 0), (0, 0), *((p, p) for p in padding)]
    return np.pad(x, frame, constant_values=-np.inf), sizes


@right(max_pool_backward)
def with_the_best_so_far(grad_y, x, kernel, stride=None, padding=0):
    kernel, padding = pair(kernel), pair(padding)
    (sh, sw), (ph, pw) = kernel if stride is None else pair(stride), padding
    p, (rows, columns) = framed(grad_y, x, kernel, (sh, sw), padding)
    best = np.full(grad_y.shape, -np.inf, x.dtype)
    winner = np.zeros(grad_y.shape, np.int64)
    places = [
        (..., slice(k, k + sh * rows, sh), slice(m, m + sw * columns, sw))
        for k in range(kernel[0])
        for m in range(kernel[1])
    ]
    for number, place in enumerate(places):
        better = p[place] > best
        winner = np.where(better, number, winner)
        best = np.where(better, p[place], best)
    grad = np.zeros(p.shape, grad_y.dtype)
    for number, place in enumerate(places):
        grad[place] += np.where(winner == number, grad_y, np.zeros_like(grad_y))
    return grad[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]].copy()


@right(max_pool_backward)
def with_add_at_the_winners_pixel(grad_y, x, kernel, stride=None, padding=0):
    (kh, kw), (ph, pw) = pair(kernel), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    p, (rows, columns) = framed(grad_y, x, (kh, kw), (sh, sw), (ph, pw))
    windows = sliding_window_view(p, (kh, kw), axis=(2, 3))[:, :, ::sh, ::sw]
    place = windows.reshape(*grad_y.shape, kh * kw).argmax(axis=-1)
    i = place // kw + sh * np.arange(rows)[:, None] - ph
    j = place % kw + sw * np.arange(columns) - pw
    picture, channel = np.indices((*x.shape[:2], 1, 1), sparse=True)[:2]
    grad = np.zeros(x.shape, grad_y.dtype)
    np.add.at(grad, (picture, channel, i, j), grad_y)
    return grad


# --- Who wins --------------------------------------------------------------------------------

HIT = "hit += np.where(winners == place, grad_y, 0)"
WINNERS = "winners = windows.reshape(n, c, rows, columns, kh * kw).argmax(axis=-1)"

every_equal_pixel_wins = slip(
    "Of equal pixels each gets the whole gradient. Only the first one in the window gets it.",
    {
        HIT: "best = windows.max(axis=(4, 5))\n"
        "hit += np.where(windows[..., down, along] == best, grad_y, 0)"
    },
)

equal_pixels_share = slip(
    "Equal pixels share the gradient. The first one in the window gets all of it.",
    {
        HIT: "best = windows.max(axis=(4, 5), keepdims=True)\n"
        "share = grad_y / (windows == best).sum(axis=(4, 5))\n"
        "hit += np.where(windows[..., down, along] == best[..., 0, 0], share, 0)"
    },
)

maximum_of_zero_gets_nothing = slip(
    "Where the maximum of a window is 0, its gradient is lost. A 0 can win like any other number.",
    {HIT: "hit += np.where((winners == place) & (windows.max(axis=(4, 5)) != 0), grad_y, 0)"},
)

last_equal_pixel_wins = slip(
    "Of equal pixels the last one in the window wins. It should be the first.",
    {
        WINNERS: "turned = windows[..., ::-1, ::-1].reshape(n, c, rows, columns, kh * kw)\n"
        "winners = kh * kw - 1 - turned.argmax(axis=-1)"
    },
)

first_by_columns_wins = slip(
    "Of equal pixels the first one wins if a window is read column by column. It is read row by "
    "row.",
    {
        WINNERS: "turned = windows.swapaxes(4, 5).reshape(n, c, rows, columns, kh * kw)\n"
        "winners = turned.argmax(axis=-1)\n"
        "winners = winners % kh * kw + winners // kh"
    },
)

places_misread_by_columns = slip(
    "The winner's place is counted row by row, but looked up column by column.",
    {HIT: "hit += np.where(winners == along * kh + down, grad_y, 0)"},
)

minimum_wins = slip(
    "The smallest pixel of each window gets the gradient. It should be the largest.",
    {".argmax(axis=-1)": ".argmin(axis=-1)", "constant_values=-np.inf": "constant_values=np.inf"},
)

largest_by_absolute_value_wins = slip(
    "The pixel that is largest in absolute value gets the gradient. In a maximum the sign counts.",
    {
        "windows.reshape(n,": "np.abs(windows).reshape(n,",
        "constant_values=-np.inf": "constant_values=0",
    },
)

everyone_gets_it = slip(
    "Every pixel of a window gets the gradient, as if it had been summed. Only the maximum gets "
    "any.",
    {"np.where(winners == place, grad_y, 0)": "grad_y"},
)

everyone_gets_a_share = slip(
    "Every pixel of a window gets the same share of the gradient: that is average pooling.",
    {"np.where(winners == place, grad_y, 0)": "grad_y / (kh * kw)"},
)

one_winner_for_all_channels = slip(
    "One place wins for all channels. Each channel has maxima of its own.",
    {".argmax(axis=-1)": ".max(axis=1, keepdims=True).argmax(axis=-1)"},
)

one_winner_for_all_pictures = slip(
    "The places that win in the first picture are used for all. Each picture has maxima of its "
    "own.",
    {".argmax(axis=-1)": ".argmax(axis=-1)[:1]"},
)

zeros_in_the_frame = slip(
    "The frame can win, as zeros do over negative pixels: the gradient is then lost in it.",
    {", constant_values=-np.inf": ""},
)

lowest_number_in_the_frame = slip(
    "The frame holds the lowest finite number. A pixel may be as low, and the frame comes first.",
    {"constant_values=-np.inf": "constant_values=np.finfo(x.dtype).min"},
)

# --- What it gets ----------------------------------------------------------------------------

ones_for_the_gradient = slip(
    "The winners get 1 each. They should get what arrives at their window, its entry of grad_y.",
    {"place, grad_y, 0)": "place, np.ones_like(grad_y), 0)"},
)

pixels_for_the_gradient = slip(
    "The winners get their own value times the gradient. The derivative of a maximum is 1 at the "
    "winner.",
    {"place, grad_y, 0)": "place, grad_y * windows.max(axis=(4, 5)), 0)"},
)

overlaps_overwritten = slip(
    "A later place in the window overwrites what a pixel has got from another window. What it "
    "wins adds up.",
    {HIT: "hit[...] = np.where(winners == place, grad_y, 0)"},
)

last_win_only = slip(
    "A pixel that wins in several windows keeps the gradient of one of them only. What it wins "
    "adds up.",
    {HIT: "hit[...] = np.where(winners == place, grad_y, hit)"},
)

last_window_only = slip(
    "A pixel that wins in several windows gets the gradient of the last one only, as with += at "
    "indices that repeat. What it wins adds up.",
    {
        "in enumerate(np.ndindex(kh, kw))": "in reversed(list(enumerate(np.ndindex(kh, kw))))",
        HIT: "hit[...] = np.where(winners == place, grad_y, hit)",
    },
)

wins_averaged = slip(
    "What a pixel wins in several windows is averaged. It adds up.",
    {
        "grad = np.zeros_like(p)": "grad, wins = np.zeros_like(p), np.zeros(p.shape)",
        HIT: "won = winners == place\n"
        "hit += np.where(won, grad_y, 0)\n"
        "wins[:, :, down : down + sh * rows : sh, along : along + sw * columns : sw] += won\n"
        "if place == kh * kw - 1:\n"
        "    grad /= np.maximum(wins, 1)",
    },
)

# --- Where it is -----------------------------------------------------------------------------

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

stride_of_one_by_default = slip(
    "Without a stride the windows are taken as one pixel apart. The default is the kernel.",
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

kernel_swapped = slip(
    "The kernel's pair is swapped: its height comes first.",
    {"(kh, kw), (ph, pw) = _pair(": "(kw, kh), (ph, pw) = _pair("},
)

padding_swapped = slip(
    "The padding's pair is swapped: the height's comes first.",
    {"(kh, kw), (ph, pw) = _pair(": "(kh, kw), (pw, ph) = _pair("},
)

windows_beside_the_pixels = slip(
    "The gradient goes to the winner's place as if all windows lay side by side, whatever the "
    "stride is.",
    {
        "grad[:, :, down : down + sh * rows : sh, along : along + sw * columns : sw]": (
            "grad[:, :, down : down + rows, along : along + columns]"
        )
    },
)

# --- What is refused -------------------------------------------------------------------------

any_padding_allowed = slip(
    "A padding of more than half the kernel is let through: a window may then lie in the frame "
    "altogether.",
    {"0 <= padding <= kernel // 2": "0 <= padding"},
)

half_of_the_kernel_refused = slip(
    "A padding of exactly half the kernel is refused. It still leaves a pixel in every window.",
    {"0 <= padding <= kernel // 2": "0 <= padding <= (kernel - 1) // 2"},
)

gradient_unchecked = slip(
    "A grad_y that does not have the shape of y is not refused: NumPy broadcasts it, or fails "
    "elsewhere.",
    {"if grad_y.shape != (n, c, rows, columns):": "if False:"},
)

kernel_too_large = slip(
    "A kernel larger than the padded picture gives an empty y, and a gradient of zeros. It should "
    "raise a ValueError.",
    {
        "if kernel > size + 2 * padding:": (
            "if kernel > size + 2 * padding:\n    return 0\nif False:"
        ),
        "windows = sliding_window_view": (
            "if 0 in (rows, columns):\n    return np.zeros_like(x)\nwindows = sliding_window_view"
        ),
    },
)

# --- Speed -----------------------------------------------------------------------------------

one_window_at_a_time = slip(
    "It goes through the windows one at a time in Python. A kernel has few places, a picture many "
    "windows: which loop is the shorter one?",
    {
        "for place, (down, along) in enumerate(np.ndindex(kh, kw)):\n    #": (
            "m, o = np.indices((n, c), sparse=True)\n"
            "for i, j in np.ndindex(rows, columns):\n"
            "    down, along = np.divmod(winners[:, :, i, j], kw)\n"
            "    grad[m, o, i * sh + down, j * sw + along] += grad_y[:, :, i, j]\n"
            "for place, (down, along) in ():\n    #"
        )
    },
)

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. All of them have their windows at the "
    "same places.",
    {HIT: "for m in range(n):\n    hit[m] += np.where(winners[m] == place, grad_y[m], 0)"},
)

import numpy as np

from kata.attempts import right, slip
from solutions.cnn.padding import pad, same_padding


def indices(size, width, mode):
    """For each place along a padded axis, the pixel that it shows."""
    if width < 0 or (mode == "reflect" and width >= size) or (mode == "circular" and width > size):
        raise ValueError("the padding does not fit")
    places = np.arange(-width, size + width)
    if mode == "reflect":
        return size - 1 - np.abs(size - 1 - np.abs(places))
    return places % size if mode == "circular" else places.clip(0, size - 1)


@right(pad)
def by_indices(x, padding, mode="zeros"):
    if mode not in ("zeros", "reflect", "replicate", "circular"):
        raise ValueError("unknown mode")
    pads = padding if isinstance(padding, tuple) else (padding,) * 2
    rows, columns = (indices(n, p, mode) for n, p in zip(x.shape[2:], pads, strict=True))
    if mode == "zeros":
        framed = np.zeros((*x.shape[:2], len(rows), len(columns)), x.dtype)
        ends = [slice(p, p + n) for n, p in zip(x.shape[2:], pads, strict=True)]
        framed[:, :, ends[0], ends[1]] = x
        return framed
    return x[:, :, rows[:, None], columns]


@right(pad)
def by_joining_slices(x, padding, mode="zeros"):
    pads = (padding, padding) if isinstance(padding, int) else padding
    for axis, width in zip((2, 3), pads, strict=True):
        x, size = np.moveaxis(x, axis, 0), x.shape[axis]
        if width < 0 or width > {"reflect": size - 1, "circular": size}.get(mode, width):
            raise ValueError("the padding does not fit")
        match mode:
            case "zeros":
                before = after = np.zeros((width, *x.shape[1:]), x.dtype)
            case "replicate":
                before, after = np.repeat(x[:1], width, axis=0), np.repeat(x[-1:], width, axis=0)
            case "reflect":
                before, after = x[1 : width + 1][::-1], x[::-1][1 : width + 1]
            case "circular":
                before, after = x[size - width :], x[:width]
            case _:
                raise ValueError("unknown mode")
        x = np.moveaxis(np.concatenate([before, x, after]), 0, axis)
    return x.copy()


@right(same_padding)
def odd_one_after(kernel, dilation=1):
    if min(kernel, dilation) < 1:
        raise ValueError("nothing to slide")
    before, odd = divmod((kernel - 1) * dilation, 2)
    return before, before + odd


# --- The frame -------------------------------------------------------------------------------

reflected_with_the_edge = slip(
    "In reflect mode the outermost pixel appears twice. The mirror stands on that pixel, not "
    "behind it.",
    {'"reflect": "reflect"': '"reflect": "symmetric"'},
)

reflected_through_the_edge = slip(
    "In reflect mode the values are mirrored too, about that of the outermost pixel. Only the "
    "places are.",
    {
        "return np.pad(": 'odd = {"reflect_type": "odd"} if mode == "reflect" else {}\n'
        "return np.pad(",
        "mode=_MODES[mode])": "mode=_MODES[mode], **odd)",
    },
)

reflect_for_circular = slip(
    "In circular mode the frame mirrors the picture. It should go on at the opposite side.",
    {'"circular": "wrap"': '"circular": "reflect"'},
)

edge_for_circular = slip(
    "In circular mode the frame repeats the edge. It should go on at the opposite side.",
    {'"circular": "wrap"': '"circular": "edge"'},
)

circular_for_replicate = slip(
    "In replicate mode the frame holds the opposite side. It should repeat the outermost pixel.",
    {'"replicate": "edge"': '"replicate": "wrap"'},
)

wrapped_by_the_wrong_end = slip(
    "In circular mode each side of the frame repeats the pixels next to it. Going round, the left "
    "side shows what is at the right end.",
    {
        "return np.pad(": 'if mode == "circular":\n'
        "    high, wide = x.shape[2:]\n"
        "    x = np.concatenate([x[:, :, :ph], x, x[:, :, high - ph :]], axis=2)\n"
        "    return np.concatenate([x[..., :pw], x, x[..., wide - pw :]], axis=3)\n"
        "return np.pad("
    },
)

reflected_without_turning = slip(
    "In reflect mode the frame holds the right pixels, but not in mirrored order: the nearest to "
    "the edge comes first on both sides.",
    {
        "return np.pad(": 'if mode == "reflect":\n'
        "    high, wide = x.shape[2:]\n"
        "    above, below = x[:, :, 1 : ph + 1], x[:, :, high - 1 - ph : high - 1]\n"
        "    x = np.concatenate([above, x, below], axis=2)\n"
        "    left, right = x[..., 1 : pw + 1], x[..., wide - 1 - pw : wide - 1]\n"
        "    return np.concatenate([left, x, right], axis=3)\n"
        "return np.pad("
    },
)

always_zeros = slip(
    "The argument `mode` is not used: the frame is always of zeros.",
    {"mode=_MODES[mode])": 'mode="constant")'},
)

height_and_width_swapped = slip(
    "The padding's pair is taken as (width, height), as torch's own `F.pad` counts. In this kata "
    "it is (height, width).",
    {"(ph, ph), (pw, pw)": "(pw, pw), (ph, ph)"},
)

one_padding_for_both = slip(
    "The first number of the padding's pair is used for both axes. The second is the width's.",
    {"(pw, pw))": "(ph, ph))"},
)

second_padding_for_both = slip(
    "The second number of the padding's pair is used for both axes. The first is the height's.",
    {"((0, 0), (0, 0), (ph, ph)": "((0, 0), (0, 0), (pw, pw)"},
)

pair_as_before_and_after = slip(
    "The padding's pair is taken as (before, after), as `np.pad` understands it. It is (height, "
    "width), the same before and after.",
    {"(ph, ph), (pw, pw)": "(ph, pw), (ph, pw)"},
)

padded_before_only = slip(
    "The frame is above and on the left only. There are four sides.",
    {"(ph, ph), (pw, pw)": "(ph, 0), (pw, 0)"},
)

padded_after_only = slip(
    "The frame is below and on the right only. There are four sides.",
    {"(ph, ph), (pw, pw)": "(0, ph), (0, pw)"},
)

all_of_it_after = slip(
    "All of the padding is below and on the right. Half of it belongs above and on the left.",
    {"(ph, ph), (pw, pw)": "(0, 2 * ph), (0, 2 * pw)"},
)

half_on_each_side = slip(
    "The padding is split between the two sides. Each side gets all of it.",
    {"(ph, ph), (pw, pw)": "(ph // 2, ph - ph // 2), (pw // 2, pw - pw // 2)"},
)

channels_padded_too = slip(
    "The batch and the channels are padded too. A frame belongs around height and width only.",
    {"((0, 0), (0, 0), (ph, ph), (pw, pw))": "((ph, ph), (pw, pw), (ph, ph), (pw, pw))"},
)

channels_last = slip(
    "The channels and the rows are padded, as if the pictures were (n, height, width, channels). "
    "The channels come second.",
    {"(0, 0), (0, 0), (ph, ph), (pw, pw)": "(0, 0), (ph, ph), (pw, pw), (0, 0)"},
)

corners_left_black = slip(
    "The corners of the frame are zeros. In every mode but zeros they are filled like the rest.",
    {
        "return np.pad(": "framed = np.zeros(\n"
        "    (*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw), x.dtype\n"
        ")\n"
        "high, wide = slice(ph, ph + x.shape[2]), slice(pw, pw + x.shape[3])\n"
        "rows, columns = ((0, 0), (0, 0), (ph, ph), (0, 0)), ((0, 0), (0, 0), (0, 0), (pw, pw))\n"
        "framed[:, :, :, wide] = np.pad(x, rows, mode=_MODES[mode])\n"
        "framed[:, :, high] = np.pad(x, columns, mode=_MODES[mode])\n"
        "return framed\n"
        "return np.pad("
    },
)

integers_become_floats = slip(
    "The frame's dtype is float64, whatever x has. `np.zeros` without a dtype gives float64.",
    {
        "return np.pad(": "shape = (*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)\n"
        "return np.zeros(shape) + np.pad("
    },
)

around_more_than_once = slip(
    "A frame wider than the picture allows is filled by going to and fro, or round, several "
    "times. It should raise a ValueError.",
    {"0 <= width <= most": "0 <= width"},
)

reflect_of_the_whole_size = slip(
    "Reflect mode accepts a padding as large as the picture. The outermost pixel is not repeated, "
    "so there is one pixel less to show.",
    {'"reflect": size - 1': '"reflect": size'},
)

circular_one_too_strict = slip(
    "Circular mode refuses a padding as large as the picture. There are just enough pixels to go "
    "round once.",
    {'"circular": size}': '"circular": size - 1}'},
)

every_mode_is_limited = slip(
    "Zeros, or the edge, are refused where the frame is wider than the picture. They don't run "
    "out.",
    {".get(mode, width)": ".get(mode, size)"},
)

only_the_height_is_checked = slip(
    "Only the padding of the height is checked. That of the width may not fit either.",
    {"x.shape[2:], (ph, pw), strict=True": "x.shape[2:], (ph,), strict=False"},
)

unknown_modes_are_zeros = slip(
    "An unknown mode is taken for zeros. It should raise a ValueError.",
    {
        "raise ValueError(f\"mode is {mode!r}, but has to be one of {', '.join(_MODES)}\")": (
            'mode = "zeros"'
        )
    },
)

names_of_numpy_are_accepted = slip(
    "Modes that only NumPy knows by these names are accepted. They should raise a ValueError.",
    {
        "mode not in _MODES:": 'mode not in [*_MODES, "constant", "edge", "wrap", "symmetric"]:',
        "mode=_MODES[mode])": "mode=_MODES.get(mode, mode))",
    },
)

negative_padding_is_none = slip(
    "A padding below 0 is taken for 0. It should raise a ValueError.",
    {"if mode not in _MODES:": "ph, pw = max(ph, 0), max(pw, 0)\nif mode not in _MODES:"},
)

one_picture_at_a_time = slip(
    "It goes through the pictures one at a time in Python. One call can frame them all.",
    {
        "return np.pad(": "if len(x) > 1:\n"
        "    return np.concatenate([pad(x[i : i + 1], padding, mode) for i in range(len(x))])\n"
        "return np.pad("
    },
)

# --- "Same" ----------------------------------------------------------------------------------

half_the_kernel_on_both_sides = slip(
    "Half of the kernel is put on both sides. For an even kernel that is one zero too many, and "
    "the size grows by 1.",
    {"total // 2, total - total // 2": "dilation * (kernel // 2), dilation * (kernel // 2)"},
)

half_rounded_down_on_both_sides = slip(
    "Where the zeros don't split evenly, the odd one is lost: the size shrinks by 1.",
    {"total // 2, total - total // 2": "total // 2, total // 2"},
)

half_rounded_up_on_both_sides = slip(
    "Where the zeros don't split evenly, both sides get the larger half: the size grows by 1.",
    {"total // 2, total - total // 2": "total - total // 2, total - total // 2"},
)

odd_one_before = slip(
    "Where the zeros don't split evenly, the odd one is put before. As in torch, it comes after.",
    {"total // 2, total - total // 2": "total - total // 2, total // 2"},
)

all_before = slip(
    "All zeros come before, which is causal padding. They should be split.",
    {"total // 2, total - total // 2": "total, 0"},
)

dilation_ignored = slip(
    "The dilation does not count. A kernel that is spread out needs more zeros.",
    {"dilation * (kernel - 1)": "kernel - 1"},
)

dilation_times_kernel = slip(
    "The zeros are counted from dilation · kernel. There are only kernel − 1 gaps between taps.",
    {"dilation * (kernel - 1)": "dilation * kernel - 1"},
)

as_much_as_the_kernel = slip(
    "There is one zero too many: a kernel of one tap needs none.",
    {"dilation * (kernel - 1)": "dilation * (kernel - 1) + 1"},
)

dilation_after_halving = slip(
    "The half is taken before the dilation counts: with an even kernel, the two sides then differ "
    "by more than one zero.",
    {
        "total // 2, total - total // 2": (
            "dilation * ((kernel - 1) // 2), dilation * (kernel // 2)"
        )
    },
)

settings_unchecked = slip(
    "A kernel or dilation below 1 is not refused.", {"kernel < 1 or dilation < 1": "False"}
)

dilation_unchecked = slip(
    "A dilation below 1 is not refused.", {"kernel < 1 or dilation < 1": "kernel < 1"}
)

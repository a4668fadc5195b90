import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.practice.flip_and_crop import random_crop, random_flip

DRAW = "flipped = rng.random(len(x)) < p"
FLIP = "np.where(flipped[:, None, None, None], x[..., ::-1], x)"
TOPS = "rng.integers(2 * padding + 1, size=(2, n, 1))"
FRAME = "np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))"


@right(random_flip)
def by_writing_into_a_copy(x, p, rng):
    if p < 0 or p > 1:
        raise ValueError("p is a probability")
    y = x.copy()
    chosen = rng.binomial(1, p, size=len(x)).astype(bool)
    y[chosen] = np.flip(x[chosen], axis=3)
    return y


@right(random_crop)
def from_all_windows(x, padding, rng):
    if padding < 0:
        raise ValueError("padding should be 0 or more")
    ends = ((padding, padding),) * 2
    framed = np.pad(x, ((0, 0), (0, 0), *ends), mode="constant", constant_values=0)
    windows = np.lib.stride_tricks.sliding_window_view(framed, x.shape[2:], axis=(2, 3))
    places = rng.integers(0, 2 * padding, size=(len(x), 2), endpoint=True)
    return windows[np.arange(len(x)), :, places[:, 0], places[:, 1]].copy()


one_place_number = rewrite(
    {
        f"tops, lefts = {TOPS}": (
            "tops, lefts = np.divmod(\n"
            "    rng.integers((2 * padding + 1) ** 2, size=(n, 1)), 2 * padding + 1\n"
            ")"
        )
    }
)

# --- random_flip -----------------------------------------------------------------------------

flipped_upside_down = slip(
    "The pictures are turned upside down. Left and right should change places.",
    {"x[..., ::-1]": "x[..., ::-1, :]"},
)

channels_flipped = slip(
    "The order of the channels is turned round. Left and right should change places.",
    {"x[..., ::-1]": "x[:, ::-1]"},
)

one_draw_for_all_flips = slip(
    "One draw decides for the whole batch. Each picture needs its own.",
    {DRAW: "flipped = np.full(len(x), rng.random() < p)"},
)

a_flip_for_each_row = slip(
    "Each row of pixels is flipped or not on its own, which tears the picture. Flip all of it or "
    "nothing.",
    {
        DRAW: "flipped = rng.random(x.shape[:3]) < p",
        "flipped[:, None, None, None]": "flipped[..., None]",
    },
)

exactly_the_share_p = slip(
    "Exactly the share p of a batch is flipped. Each picture should be drawn on its own.",
    {DRAW: "flipped = rng.permutation(len(x)) < round(p * len(x))"},
)

a_flip_for_each_channel = slip(
    "Each channel is flipped or not on its own, so the colours of a picture come apart.",
    {
        DRAW: "flipped = rng.random(x.shape[:2]) < p",
        "flipped[:, None, None, None]": "flipped[..., None, None]",
    },
)

always_the_first_pictures = slip(
    "The first pictures are flipped and the last are not. Which ones are should be drawn.",
    {DRAW: "flipped = np.arange(len(x)) < p * len(x)"},
)

p_of_staying = slip(
    "p is the probability that a picture is flipped, not that it stays.",
    {"rng.random(len(x)) < p": "rng.random(len(x)) >= p"},
)

p_ignored = slip(
    "Half of the pictures are flipped, whatever p is.",
    {"rng.random(len(x)) < p": "rng.random(len(x)) < (p if p in (0, 1) else 0.5)"},
)

p_unchecked = slip(
    "A p that is no probability is let through.", {"if not 0 <= p <= 1:": "if p != p:"}
)

flipped_by_arithmetic = slip(
    "Infinite pixels become nan, as where the two pictures are multiplied by 0 and 1 and added: "
    "0 · ∞ is nan.",
    {
        FLIP: (
            "(\n"
            "    flipped[:, None, None, None].astype(x.dtype) * x[..., ::-1]\n"
            "    + (~flipped)[:, None, None, None].astype(x.dtype) * x\n"
            ")"
        )
    },
)

through_float64 = slip(
    "Large integers are changed, as where they pass through float64.",
    {FLIP: f"{FLIP}.astype(np.float64).astype(x.dtype)"},
)

# --- random_crop -----------------------------------------------------------------------------

one_place_for_all_crops = slip(
    "One place is drawn for the whole batch. Each picture needs its own.",
    {TOPS: "rng.integers(2 * padding + 1, size=(2, 1, 1)).repeat(n, axis=1)"},
)

the_last_place_never = slip(
    "The last place never comes: `integers` leaves its upper end out. The window fits at 0 to "
    "2 · padding, both included.",
    {TOPS: "rng.integers(max(2 * padding, 1), size=(2, n, 1))"},
)

places_not_equally_likely = slip(
    "All places occur, but some more often than others: where draws are rounded, for example, the "
    "first and the last get half of what the others get.",
    {TOPS: "np.rint(rng.uniform(0, 2 * padding, size=(2, n, 1))).astype(np.int64)"},
)

up_to_padding_only = slip(
    "The window starts at 0 to padding only, so pictures move in one direction.",
    {TOPS: "rng.integers(padding + 1, size=(2, n, 1))"},
)

along_the_diagonal = slip(
    "One number serves both directions, so pictures move along the diagonal only.",
    {TOPS: "rng.integers(2 * padding + 1, size=(1, n, 1)).repeat(2, axis=0)"},
)

in_one_direction = slip(
    "The pictures move along one axis only.",
    {TOPS: "rng.integers(2 * padding + 1, size=(2, n, 1)) * [[[0]], [[1]]] + [[[padding]], [[0]]]"},
)

mirrored_frame = slip(
    "The frame repeats pixels of the picture. It should be zeros.",
    {FRAME: FRAME[:-1] + ', mode="edge")'},
)

rolled = slip(
    "What moves out on one side comes in on the other. Zeros should come in.",
    {FRAME: FRAME[:-1] + ', mode="wrap")'},
)

a_place_for_each_channel = slip(
    "Each channel is cut at a place of its own, so the colours come apart.",
    {
        "size=(2, n, 1))": "size=(2, n, c, 1))",
        "rows[:, None, :, None]": "rows[:, :, :, None]",
        "columns[:, None, None, :]": "columns[:, :, None, :]",
    },
)

padding_unchecked = slip(
    "A negative padding counts as none.",
    {"if padding < 0:": "padding = max(padding, 0)\nif padding < 0:"},
)

import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.practice.cutout import cutout

TOPS = "tops = rng.integers(height, size=(n, 1)) - size // 2"
LEFTS = "lefts = rng.integers(width, size=(n, 1)) - size // 2"
IN_ROWS = "in_rows = (tops <= rows) & (rows < tops + size)"
IN_COLUMNS = "in_columns = (lefts <= columns) & (columns < lefts + size)"
HIDDEN = "hidden = in_rows[:, None, :, None] & in_columns[:, None, None, :]"
RESULT = "np.where(hidden, x.dtype.type(0), x)"


@right(cutout)
def by_distances_from_one_place_number(x, size, rng):
    if size < 0:
        raise ValueError("size should be 0 or more")
    n, _, h, w = x.shape
    i, j = np.unravel_index(rng.integers(0, h * w, size=n), (h, w))
    down = np.arange(h)[None, :, None] - i[:, None, None] + size // 2
    across = np.arange(w)[None, None, :] - j[:, None, None] + size // 2
    kept = (np.minimum(down, across) < 0) | (np.maximum(down, across) >= size)
    return x * kept[:, None]


@right(cutout)
def out_of_a_wider_frame(x, size, rng):
    if size < 0:
        raise ValueError(f"{size} is below 0")
    y = np.pad(x, ((0, 0), (0, 0), (size, size), (size, size)))
    n, _, h, w = x.shape
    centres = np.stack([rng.integers(0, h, n), rng.integers(0, w, n)]) + size - size // 2
    i, j = centres[..., None] + np.arange(size)
    y[np.arange(n)[:, None, None], :, i[:, :, None], j[:, None, :]] = 0
    return y[..., size : size + h, size : size + w].copy()


by_writing_into_a_copy = rewrite(
    {
        "tops <= rows) & (rows < tops + size": "tops <= rows) & (rows - size < tops",
        f"return {RESULT}": "y = x.copy()\ny[np.broadcast_to(hidden, x.shape)] = 0\nreturn y",
    }
)

always_inside = slip(
    "Every hole is whole. The square may stick out of the picture, and what does is lost.",
    {
        TOPS: "tops = rng.integers(max(height - size, 0) + 1, size=(n, 1))",
        LEFTS: "lefts = rng.integers(max(width - size, 0) + 1, size=(n, 1))",
    },
)

from_the_drawn_pixel_on = slip(
    "The drawn pixel is a corner of the square. It should be the centre.",
    {TOPS: TOPS.replace(" - size // 2", ""), LEFTS: LEFTS.replace(" - size // 2", "")},
)

up_to_the_drawn_pixel = slip(
    "The drawn pixel is the last one of the square. It should be the centre.",
    {TOPS: TOPS.replace("size // 2", "size + 1"), LEFTS: LEFTS.replace("size // 2", "size + 1")},
)

even_sizes_one_off = slip(
    "With an even size the square lies one pixel too far down and to the right: it should begin "
    "size // 2 before the centre.",
    {
        TOPS: TOPS.replace("size // 2", "(size - 1) // 2"),
        LEFTS: LEFTS.replace("size // 2", "(size - 1) // 2"),
    },
)

half_twice = slip(
    "The square ends size // 2 rows after the centre, exclusive: an odd one is one row too small.",
    {"rows < tops + size": "rows < tops + size // 2 * 2", "lefts + size": "lefts + size // 2 * 2"},
)

half_on_both_sides = slip(
    "size // 2 on both sides of the centre: an even square comes out one too large.",
    {
        "rows < tops + size": "rows <= tops + size // 2 * 2",
        "columns < lefts + size": "columns <= lefts + size // 2 * 2",
    },
)

one_too_large = slip(
    "The square has size + 1 rows and columns: its end is included.",
    {"rows < tops": "rows <= tops", "columns < lefts": "columns <= lefts"},
)

size_as_half_the_side = slip(
    "size is taken for the distance from the centre to an edge. It is the whole side.",
    {
        TOPS: TOPS.replace("size // 2", "size"),
        LEFTS: LEFTS.replace("size // 2", "size"),
        "rows < tops + size": "rows <= tops + 2 * size",
        "columns < lefts + size": "columns <= lefts + 2 * size",
    },
)

one_hole_for_all = slip(
    "One hole is drawn for the whole batch. Each picture needs its own.",
    {
        TOPS: TOPS.replace("(n, 1))", "(1, 1)).repeat(n, axis=0)"),
        LEFTS: LEFTS.replace("(n, 1))", "(1, 1)).repeat(n, axis=0)"),
    },
)

a_hole_for_each_channel = slip(
    "Each channel has a hole of its own, so what one hides another shows.",
    {
        "n, _, height, width = x.shape": "n, c, height, width = x.shape",
        TOPS: TOPS.replace("(n, 1)", "(n, c, 1)"),
        LEFTS: LEFTS.replace("(n, 1)", "(n, c, 1)"),
        HIDDEN: "hidden = in_rows[..., None] & in_columns[:, :, None]",
    },
)

only_the_first_channel = slip(
    "Only the first channel has the hole. The others show what it hides.",
    {f"return {RESULT}": f"y = x.copy()\ny[:, :1] = {RESULT}[:, :1]\nreturn y"},
)

the_same_centre_for_rows_and_columns = slip(
    "One number serves as row and column, so the centres lie on the diagonal.",
    {LEFTS: "lefts = (tops + size // 2) % width - size // 2"},
)

height_and_width_swapped = slip(
    "The row of the centre is drawn from the columns' range, and the other way round.",
    {TOPS: TOPS.replace("height", "width"), LEFTS: LEFTS.replace("width", "height")},
)

rows_for_both = slip(
    "The column of the centre is drawn from the range of the rows.",
    {LEFTS: LEFTS.replace("width", "height")},
)

half_of_minus_the_size = slip(
    "With an odd size the square begins a pixel too early, as where half of it is rounded up, or "
    "where `//` is applied to a negative number.",
    {
        TOPS: TOPS.replace("- size // 2", "+ -size // 2"),
        LEFTS: LEFTS.replace("- size // 2", "+ -size // 2"),
    },
)

dealt_out = slip(
    "The centres are dealt out like cards: a row that one picture has got is less likely for the "
    "others. Each should be drawn as if it were alone.",
    {
        TOPS: "tops = rng.permutation(np.arange(n) % height)[:, None] - size // 2",
        LEFTS: "lefts = rng.permutation(np.arange(n) % width)[:, None] - size // 2",
    },
)

the_last_row_and_column_never = slip(
    "The last row and column never hold a centre: `integers` leaves its upper end out.",
    {
        TOPS: TOPS.replace("height", "max(height - 1, 1)"),
        LEFTS: LEFTS.replace("width", "max(width - 1, 1)"),
    },
)

rounded_places = slip(
    "The first and last rows or columns hold the centre too seldom, as where a number from 0 to "
    "the last one is rounded.",
    {
        TOPS: "tops = rng.uniform(0, height - 1, size=(n, 1)).round().astype(int) - size // 2",
        LEFTS: "lefts = rng.uniform(0, width - 1, size=(n, 1)).round().astype(int) - size // 2",
    },
)

always_in_the_middle = slip(
    "The hole is always in the middle of the picture. Its place should be drawn.",
    {
        TOPS: "tops = np.full((n, 1), height // 2) - size // 2",
        LEFTS: "lefts = np.full((n, 1), width // 2) - size // 2",
    },
)

wrapped = slip(
    "What sticks out on one side comes in on the other. It should be cut off.",
    {
        IN_ROWS: "in_rows = (rows - tops) % height < size",
        IN_COLUMNS: "in_columns = (columns - lefts) % width < size",
    },
)

a_start_below_0 = slip(
    "Where the square would begin above or left of the picture, nothing is hidden: a slice takes a "
    "start below 0 from the other end.",
    {
        IN_ROWS: "in_rows = (tops <= rows) & (rows < tops + size) & (tops >= 0)",
        IN_COLUMNS: "in_columns = (lefts <= columns) & (columns < lefts + size) & (lefts >= 0)",
    },
)

cut_to_the_picture_first = slip(
    "A square larger than the picture is first made as small as that: centred at a corner, it then "
    "leaves pixels that it should hide.",
    {
        "n, _, height, width = x.shape": (
            "n, _, height, width = x.shape\nsize = min(size, height, width)"
        )
    },
)

a_cross = slip(
    "Whole rows and columns are hidden. Only where both cross is the square.",
    {HIDDEN: HIDDEN.replace(" & ", " | ")},
)

all_but_the_square = slip(
    "The square is kept and all around it is hidden.",
    {RESULT: "np.where(hidden, x, x.dtype.type(0))"},
)

filled_with_the_mean = slip(
    "The hole is filled with the mean of x. It should be 0.",
    {"x.dtype.type(0), x)": "x.mean().astype(x.dtype), x)"},
)

filled_with_noise = slip(
    "The hole is filled with random numbers, as in random erasing. It should be 0.",
    {"x.dtype.type(0), x)": "rng.random(x.shape).astype(x.dtype), x)"},
)

into_the_argument = slip(
    "The holes are cut into the caller's own pictures.",
    {f"return {RESULT}": "x[np.broadcast_to(hidden, x.shape)] = 0\nreturn x"},
)

the_argument_returned = slip(
    "With nothing to hide, the caller's own array is returned. A result should be a new one.",
    {"n, _, height, width": "if size == 0:\n    return x\nn, _, height, width"},
)

through_float64 = slip(
    "Large integers are changed, as where they pass through float64.",
    {RESULT: "np.where(hidden, x.dtype.type(0), x + 0.0).astype(x.dtype)"},
)

times_a_mask_of_integers = slip(
    "Times a mask of integers, booleans become integers and float32 becomes float64.",
    {RESULT: "x * (1 - hidden)"},
)

size_of_0_refused = slip("A size of 0 raises, too.", {"if size < 0:": "if size <= 0:"})

size_unchecked = slip(
    "A negative size hides nothing, without a word.",
    {"if size < 0:": "size = max(size, 0)\nif size < 0:"},
)

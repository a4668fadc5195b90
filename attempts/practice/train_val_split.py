import numpy as np

from kata.attempts import right, slip
from solutions.practice.train_val_split import train_val_split

ROWS = "rng.permutation(np.flatnonzero(y == label))"
COUNT = "math.floor(fraction * len(rows) + 0.5)"
BOUNDS = "count = min(max(count, 1), len(rows) - 1)"


@right(train_val_split)
def by_a_mask(y, fraction, rng):
    if not (fraction > 0 and fraction < 1):
        raise ValueError("fraction should lie between 0 and 1")
    in_val = np.zeros(len(y), dtype=bool)
    for label, size in zip(*np.unique(y, return_counts=True), strict=True):
        if size > 1:
            count = int(np.clip(int(fraction * size + 0.5), 1, size - 1))
            in_val[rng.choice(np.where(y == label)[0], count, replace=False)] = True
    return np.flatnonzero(~in_val), np.flatnonzero(in_val)


@right(train_val_split)
def by_ranks_within_classes(y, fraction, rng):
    if not 0 < fraction < 1:
        raise ValueError("fraction should lie between 0 and 1")
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    _, starts, sizes = np.unique(y[order], return_index=True, return_counts=True)
    counts = np.minimum(np.maximum(np.floor(fraction * sizes + 0.5), 1), sizes - 1)
    in_val = np.arange(len(y)) - np.repeat(starts, sizes) < np.repeat(counts, sizes)
    return order[~in_val], order[in_val]


not_stratified = slip(
    "The rows are drawn from all classes together, so a class may give too many or none. Each "
    "class gives its own share.",
    {"for label in np.unique(y):": "for label in [0]:", "np.flatnonzero(y == label)": "len(y)"},
)

nothing_drawn = slip(
    "Nothing is drawn: the same rows go to validation in every call.",
    {ROWS: "np.flatnonzero(y == label)"},
)

a_random_start = slip(
    "Only a run of neighbouring rows is drawn in each class. All choices should be equally likely.",
    {ROWS: "np.flatnonzero(y == label)\nrows = np.roll(rows, rng.integers(len(rows)))"},
)

one_draw_for_all_classes = slip(
    "All classes use the same draw, so those of the same size choose the same places.",
    {
        "train, val = [], []": "train, val = [], []\nseed = rng.integers(2**63)",
        "rng.permutation(": "np.random.default_rng(seed).permutation(",
    },
)

rounded_down = slip(
    "The share of a class is rounded down, not to the nearest number.",
    {COUNT: "int(fraction * len(rows))"},
)

rounded_up = slip(
    "The share of a class is rounded up, not to the nearest number.",
    {COUNT: "math.ceil(fraction * len(rows))"},
)

halves_to_even = slip(
    "Python's `round` takes a half to the even neighbour: 2.5 becomes 2. Here a half goes up.",
    {COUNT: "round(fraction * len(rows))"},
)

none_of_a_small_class = slip(
    "A small class gives no row to validation. From two rows on, it gives at least one.",
    {BOUNDS: "count = min(count, len(rows) - 1)"},
)

all_of_a_small_class = slip(
    "A class may give all its rows to validation, and none is left to train on.",
    {BOUNDS: "count = max(count, 1)"},
)

all_but_single_rows = slip(
    "A class may give all its rows to validation, and none is left to train on.",
    {BOUNDS: "count = max(count, 1) if len(rows) > 1 else 0"},
)

one_row_to_validation = slip(
    "The only row of a class goes to validation. It should be trained on.",
    {BOUNDS: "count = min(max(count, 1), max(len(rows) - 1, 1))"},
)

one_row_rounded_like_any = slip(
    "The only row of a class goes to validation if `fraction` is ½ or more. It should be trained "
    "on.",
    {BOUNDS: "count = min(max(count, 1), len(rows) - 1) if len(rows) > 1 else count"},
)

training_keeps_all = slip(
    "The validation rows are trained on too: the training rows are all the rows.",
    {"train.append(rows[count:])": "train.append(rows)"},
)

classes_of_the_rows = slip(
    "These are the classes of the rows. Their indices are asked for.",
    {
        "np.concatenate(train), np.concatenate(val)": (
            "y[np.concatenate(train)], y[np.concatenate(val)]"
        )
    },
)

with_replacement = slip(
    "The rows are drawn with replacement: some come twice, others never.",
    {ROWS: "rng.choice(np.flatnonzero(y == label), np.count_nonzero(y == label))"},
)

swapped = slip(
    "The two are swapped: `fraction` is the share of the validation rows, which come second.",
    {"np.concatenate(train), np.concatenate(val)": "np.concatenate(val), np.concatenate(train)"},
)

classes_up_to_the_largest = slip(
    "The classes are taken to be 0 or more, so rows of negative classes are lost.",
    {"in np.unique(y):": "in range(y.max() + 1):"},
)

classes_counted_from_0 = slip(
    "The classes are taken to be 0, 1, 2, …, so rows of other classes are lost.",
    {"in np.unique(y):": "in range(len(np.unique(y))):"},
)

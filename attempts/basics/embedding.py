import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.basics.embedding import embedding, embedding_backward

LOOK_UP = "return table[ids]"
ADD = "np.add.at(grad_table, ids, grad_y)"
PADDING = "if padding_id is not None:\n    grad_table[padding_id] = 0.0"


def check(ids, table):
    if ids.size and not 0 <= ids.min() <= ids.max() < len(table):
        raise ValueError("an id has no row")


@right(embedding)
def with_take(ids, table):
    check(ids, table)
    return np.take(table, ids, axis=0)


@right(embedding_backward)
def with_one_bincount_for_all_entries(grad_y, ids, table, padding_id=None):
    check(ids, table)
    vocabulary, features = table.shape
    if grad_y.shape != (*ids.shape, features):
        raise ValueError("grad_y has another shape than y")
    cells = ids.reshape(-1, 1).astype(np.int64) * features + np.arange(features)
    sums = np.bincount(cells.ravel(), grad_y.ravel(), minlength=vocabulary * features)
    grad_table = sums.reshape(vocabulary, features).astype(table.dtype)
    if padding_id is not None:
        grad_table[padding_id] = 0
    return grad_table


sorted_and_added_in_runs = rewrite(
    {
        ADD: (
            "flat, rows = ids.ravel(), grad_y.reshape(ids.size, table.shape[1])\n"
            'order = np.argsort(flat, kind="stable")\n'
            "found, starts = np.unique(flat[order], return_index=True)\n"
            "if ids.size:\n"
            "    grad_table[found] = np.add.reduceat(rows[order], starts, axis=0)"
        )
    }
)

# --- Forward -------------------------------------------------------------------------------------

ids_from_one = slip(
    "The ids are numbered from 1: each gets the row before its own. They start at 0.",
    {LOOK_UP: "return table[ids - 1]"},
)

features_first = slip(
    "The features are the first axis of the result. They should be the last.",
    {LOOK_UP: "return np.moveaxis(table[ids], -1, 0).copy()"},
)

flattened = slip(
    "The axes of ids are flattened into one. The result should keep them.",
    {LOOK_UP: "return table[ids.ravel()]"},
)

products_with_rows_of_one = slip(
    "It multiplies one-hot rows by the table: a row of nan or infinity then spoils all others, "
    "since 0 · nan is nan.",
    {LOOK_UP: "return (ids[..., None] == np.arange(len(table))).astype(table.dtype) @ table"},
)

sum_over_the_ids = slip(
    "The rows are added up. Each id should keep its own.",
    {LOOK_UP: "return table[ids].sum(axis=-2)"},
)

mean_over_the_ids = slip(
    "The rows are averaged. Each id should keep its own.",
    {LOOK_UP: "return table[ids].sum(axis=-2) / max(ids.shape[-1], 1)"},
)

scaled_by_the_root = slip(
    "The rows are scaled by the root of the number of features, as a transformer does afterwards. "
    "The lookup leaves them as they are.",
    {LOOK_UP: "return table[ids] * table.shape[1] ** 0.5"},
)

# --- Backward ------------------------------------------------------------------------------------

repeated_ids_lost = slip(
    "Where an id repeats, only its last gradient is left. They should add up, which `+=` does not "
    "do for an array of ids.",
    {ADD: "grad_table[ids] += grad_y"},
)

only_the_first_of_repeated_ids = slip(
    "Where an id repeats, only its first gradient is taken. They should add up.",
    {
        ADD: (
            "found, firsts = np.unique(ids, return_index=True)\n"
            "grad_table[found] = grad_y.reshape(-1, grad_y.shape[-1])[firsts]"
        )
    },
)

mean_of_repeated_ids = slip(
    "Where an id repeats, its gradients are averaged. They should add up.",
    {
        ADD: (
            f"{ADD}\n"
            "counts = np.bincount(ids.astype(np.int64).ravel(), minlength=len(table))\n"
            "grad_table /= np.maximum(counts, 1)[:, None].astype(table.dtype)"
        )
    },
)

counts_alone = slip(
    "The gradient that arrives is ignored: these are counts of the ids.",
    {ADD: "np.add.at(grad_table, ids, np.ones_like(grad_y))"},
)

mean_over_all_ids = slip(
    "The sums are divided by the number of ids. Such a mean belongs to the loss.",
    {ADD: f"{ADD}\ngrad_table /= max(ids.size, 1)"},
)

added_to_the_table = slip(
    "The gradients are added to the table itself. The gradient starts at 0.",
    {"grad_table = np.zeros_like(table)": "grad_table = table.copy()"},
)

zero_padding_as_none = slip(
    "A padding_id of 0 counts as not given: 0 is false in Python.",
    {"if padding_id is not None:": "if padding_id:"},
)

none_as_zero = slip(
    "Where no padding_id is given, row 0 counts as padding.",
    {"if padding_id is not None:": "padding_id = padding_id or 0\nif padding_id is not None:"},
)

padding_ignored = slip(
    "The row of `padding_id` is trained like the others. Its gradient should be 0.",
    {PADDING: "pass"},
)

padding_column = slip(
    "A column is set to 0 for `padding_id`. It should be a row.",
    {"grad_table[padding_id] = 0.0": "grad_table[:, padding_id % table.shape[1]] = 0.0"},
)

padding_by_a_product = slip(
    "Gradients at padding are multiplied by 0: a nan there stays nan.",
    {
        ADD: (
            "keep = (ids != (-1 if padding_id is None else padding_id))[..., None]\n"
            "np.add.at(grad_table, ids, grad_y * keep.astype(grad_y.dtype))"
        ),
        PADDING: "pass",
    },
)

a_table_of_ids_and_rows = slip(
    "It multiplies a table of ids × vocabulary, almost all zeros, by the gradients: that takes far "
    "more memory than the result.",
    {
        ADD: (
            "hits = (ids.reshape(-1, 1) == np.arange(len(table))).astype(table.dtype)\n"
            "grad_table += hits.T @ grad_y.reshape(ids.size, table.shape[1])"
        )
    },
)

one_id_at_a_time = slip(
    "It loops over the ids in Python. NumPy has a way to add at repeated places.",
    {ADD: "for index in np.ndindex(ids.shape):\n    grad_table[ids[index]] += grad_y[index]"},
)

one_row_at_a_time = slip(
    "It loops over the table's rows in Python, and looks through all ids for each.",
    {ADD: ("for row in range(len(table)):\n    grad_table[row] = grad_y[ids == row].sum(axis=0)")},
)

# --- The checks ----------------------------------------------------------------------------------

negative_ids_from_the_end = slip(
    "Negative ids are let through: as an index, −1 means the last row.",
    {"(ids < 0)": "(ids < -len(table))"},
)

one_id_too_many = slip(
    "The number of rows is let through as an id. The last row is the one before.",
    {"ids >= len(table)": "ids > len(table)"},
)

index_error_for_ids_beyond = slip(
    "Ids beyond the last row raise an IndexError. Check them first, and raise a ValueError.",
    {"(ids < 0) | (ids >= len(table))": "ids < 0"},
)

unchecked = slip(
    "The ids are not checked: one beyond the last row raises an IndexError, and −1 means the last "
    "row.",
    {"if strangers.size:": "if False:"},
)

ids_moved_into_the_range = slip(
    "Ids that have no row are moved to the nearest one. They should raise a ValueError.",
    {
        LOOK_UP: "return table[np.clip(ids, 0, len(table) - 1)]",
        ADD: "np.add.at(grad_table, np.clip(ids, 0, len(table) - 1), grad_y)",
        "if strangers.size:": "if False:",
    },
)

gradient_unchecked = slip(
    "A gradient of another shape than y is let through: NumPy broadcasts it.",
    {"if grad_y.shape != (*ids.shape, table.shape[1]):": "if False:"},
)

only_the_features_checked = slip(
    "Only the last axis of grad_y is compared. The others have to be those of ids.",
    {"grad_y.shape != (*ids.shape, table.shape[1])": "grad_y.shape[-1] != table.shape[1]"},
)

import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.basics.one_hot import one_hot

FIND = "strangers = labels[(labels < 0) | (labels >= n_classes)]"
RETURN = "return (labels[..., None] == np.arange(n_classes)).astype(np.float64)"


def check(labels, n_classes):
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("a label is no class")


@right(one_hot)
def with_rows_of_the_identity(labels, n_classes):
    check(labels, n_classes)
    return np.eye(n_classes)[labels]


@right(one_hot)
def with_ones_written_in(labels, n_classes):
    if labels.size and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ValueError("a label is no class")
    flat = np.zeros((labels.size, n_classes))
    flat[np.arange(labels.size), labels.ravel()] = 1.0
    return flat.reshape(*labels.shape, n_classes)


along_an_axis = rewrite(
    {
        RETURN: (
            "result = np.zeros((*labels.shape, n_classes))\n"
            "np.put_along_axis(result, labels[..., None].astype(np.int64), 1.0, axis=-1)\n"
            "return result"
        )
    }
)

# --- Where the ones stand ------------------------------------------------------------------------

classes_first = slip(
    "The classes are the first axis. They should be the last.",
    {RETURN: "return np.moveaxis((labels[..., None] == np.arange(n_classes)) * 1.0, -1, 0)"},
)

labels_from_one = slip(
    "The labels are numbered from 1: every 1 stands a column too far left. They start at 0.",
    {"np.arange(n_classes))": "np.arange(1, n_classes + 1))"},
)

classes_from_one = slip(
    "The classes are numbered from 1, and a label of 0 is refused. They are 0 to n_classes − 1.",
    {
        "(labels < 0) | (labels >= n_classes)": "(labels < 1) | (labels > n_classes)",
        "np.arange(n_classes))": "np.arange(1, n_classes + 1))",
    },
)

zeros_for_ones = slip(
    "Ones and zeros are swapped.", {"labels[..., None] ==": "labels[..., None] !="}
)

ones_up_to_the_label = slip(
    "There is a 1 at every place up to the label's. Only the label's own should have one.",
    {"labels[..., None] ==": "labels[..., None] >="},
)

the_label_itself = slip(
    "The label itself stands at its place. It should be a 1.",
    {".astype(np.float64)": " * labels[..., None].astype(np.float64)"},
)

places_reversed = slip(
    "The columns are in reverse order: class 0 comes first.",
    {"np.arange(n_classes))": "np.arange(n_classes)[::-1])"},
)

all_ones_in_every_row = slip(
    "Every row has a 1 for each label that occurs, not only for its own. With an index alone, "
    "`result[:, labels]` means all rows and these columns.",
    {
        RETURN: (
            "result = np.zeros((*labels.shape, n_classes))\n"
            "result[..., labels.astype(np.int64).ravel()] = 1.0\n"
            "return result"
        )
    },
)

counts_of_the_classes = slip(
    "These are counts of the classes over all labels. Each label should have its own row.",
    {
        RETURN: (
            "counts = np.bincount(labels.astype(np.int64).ravel(), minlength=n_classes)\n"
            "return counts.astype(np.float64)"
        )
    },
)

# --- How many columns there are ------------------------------------------------------------------

up_to_the_largest_label = slip(
    "The columns end at the largest label that occurs. There should be n_classes.",
    {"np.arange(n_classes)": "np.arange(int(labels.max(initial=0)) + 1)"},
)

classes_that_occur = slip(
    "Only classes that occur have a column. All n_classes need one.",
    {"np.arange(n_classes)": "np.unique(labels)"},
)

one_column_too_many = slip(
    "There is a column too many: the last class is n_classes − 1.",
    {"np.arange(n_classes)": "np.arange(n_classes + 1)"},
)

flattened = slip(
    "The labels' axes are flattened into one. The result should keep them.",
    {RETURN: "return (labels.reshape(-1, 1) == np.arange(n_classes)).astype(np.float64)"},
)

# --- Labels that are no class --------------------------------------------------------------------

negative_labels_from_the_end = slip(
    "Negative labels are let through: as an index, −1 means the last class.",
    {"(labels < 0)": "(labels < -n_classes)", RETURN: "return np.eye(n_classes)[labels]"},
)

rows_of_zeros_for_strangers = slip(
    "A label that is no class becomes a row of zeros. It should raise a ValueError.",
    {"if strangers.size:": "if False:"},
)

rows_of_zeros_below_zero = slip(
    "A label below 0 becomes a row of zeros. It should raise a ValueError.",
    {"(labels < 0) | (labels >= n_classes)": "labels >= n_classes"},
)

index_error_for_labels_beyond = slip(
    "Labels beyond the last class raise an IndexError. Check them first, and raise a ValueError.",
    {
        "(labels < 0) | (labels >= n_classes)": "labels < 0",
        RETURN: ("return np.eye(n_classes)[labels]"),
    },
)

labels_moved_into_the_range = slip(
    "Labels that are no class are moved to the nearest one. They should raise a ValueError.",
    {FIND: "strangers, labels = labels.ravel()[:0], np.clip(labels, 0, n_classes - 1)"},
)

labels_wrapped = slip(
    "Labels that are no class are wrapped around, as a remainder. They should raise a ValueError.",
    {FIND: "strangers, labels = labels.ravel()[:0], labels % n_classes"},
)

n_classes_is_let_through = slip(
    "n_classes itself is let through as a label. The last class is n_classes − 1.",
    {"labels >= n_classes": "labels > n_classes"},
)

only_the_first_is_checked = slip(
    "Only the first label is checked.",
    {FIND: ("first = labels.ravel()[:1]\nstrangers = first[(first < 0) | (first >= n_classes)]")},
)

# --- The loop ------------------------------------------------------------------------------------

one_label_at_a_time = slip(
    "It loops over the labels in Python. A comparison with all classes, or an index, serves all at "
    "once.",
    {
        RETURN: (
            "result = np.zeros((*labels.shape, n_classes))\n"
            "for index in np.ndindex(labels.shape):\n"
            "    result[index][labels[index]] = 1.0\n"
            "return result"
        )
    },
)

one_class_at_a_time = slip(
    "It loops over the classes in Python. A new axis lets one comparison serve all classes.",
    {
        RETURN: (
            "columns = [(labels == j).astype(np.float64) for j in range(n_classes)]\n"
            "return np.stack(columns, axis=-1)"
        )
    },
)

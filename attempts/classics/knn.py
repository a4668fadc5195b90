import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.classics.knn import knn


def check(x_train, y_train, x, k):
    (n, d), labels = x_train.shape, len(y_train)
    if n != labels or x.shape[1] != d or k not in range(1, n + 1):
        raise ValueError("the arguments do not fit")


@right(knn)
def without_a_loop(x_train, y_train, x, k):
    """All distances from one matrix product, all votes in one table."""
    check(x_train, y_train, x, k)
    squares = (x**2).sum(1)[:, None] - 2 * x @ x_train.T + (x_train**2).sum(1)
    nearest = np.argsort(squares, axis=1, kind="stable")[:, :k]
    labels = np.unique(y_train)
    is_label = y_train[:, None] == labels
    votes = np.zeros((len(x), len(labels)), dtype=int)
    for rank in range(k):
        votes += is_label[nearest[:, rank]]
    return labels[votes.argmax(axis=1)].astype(np.int64)


@right(knn)
def with_a_sort_by_distance_and_index(x_train, y_train, x, k):
    check(x_train, y_train, x, k)
    winners = []
    for row in x:
        distances = np.linalg.norm(x_train - row, axis=1)
        order = np.lexsort((np.arange(len(y_train)), distances))
        labels, counts = np.unique(y_train[order[:k]], return_counts=True)
        winners.append(labels[counts == counts.max()].min())
    return np.array(winners, dtype=np.int64)


with_the_root = rewrite({"((x_train - row) ** 2).sum(axis=1)": "np.hypot.reduce(x_train - row, 1)"})

labels_through_float64 = slip(
    "Labels pass through float64, as in an array made by `np.zeros`. It rounds large integers.",
    {"classes[winners].astype(np.int64)": "classes[winners].astype(np.float64).astype(np.int64)"},
)

# --- Distances -------------------------------------------------------------------------------

sum_of_sizes = slip(
    "This is the sum of absolute differences (Manhattan distance), not the Euclidean distance.",
    {"((x_train - row) ** 2).sum(axis=1)": "np.abs(x_train - row).sum(axis=1)"},
)

largest_difference = slip(
    "The distance is the largest difference in any column. Euclidean distance counts them all.",
    {"((x_train - row) ** 2).sum(axis=1)": "np.abs(x_train - row).max(axis=1)"},
)

sum_before_the_square = slip(
    "The differences are summed before they are squared: those of opposite signs cancel.",
    {"((x_train - row) ** 2).sum(axis=1)": "(x_train - row).sum(axis=1) ** 2"},
)

differences_not_squared = slip(
    "The differences are added as they are, with their signs. They are not squared.",
    {"((x_train - row) ** 2).sum(axis=1)": "(x_train - row).sum(axis=1)"},
)

first_column_alone = slip(
    "Only the first column enters the distance.",
    {"((x_train - row) ** 2).sum(axis=1)": "((x_train - row) ** 2)[:, 0]"},
)

by_the_angle = slip(
    "Neighbours are taken by the cosine of the angle, which leaves lengths out.",
    {
        "((x_train - row) ** 2).sum(axis=1)": (
            "-(x_train @ row) / (np.linalg.norm(x_train, axis=1) + 1e-300)"
        )
    },
)

columns_standardized = slip(
    "The columns are brought to one scale first. That is often wise, but it changes which rows are "
    "near, and nobody asked for it.",
    {
        "((x_train - row) ** 2).sum(axis=1)": (
            "(((x_train - row) / (x_train.std(axis=0) + 1e-300)) ** 2).sum(axis=1)"
        )
    },
)

product_without_the_training_rows = slip(
    "Neighbours are ranked by products of rows alone. In |a|² − 2 a·b + |b|², only the square of "
    "the row of x is the same for all of them.",
    {"((x_train - row) ** 2).sum(axis=1)": "(row @ row) - 2 * (x_train @ row)"},
)

# --- Neighbours ------------------------------------------------------------------------------

farthest = slip(
    "These are the farthest rows, not the nearest.",
    {"np.argsort(distances,": "np.argsort(-distances,"},
)

itself_left_out = slip(
    "The nearest row is left out, as if it were the row itself.",
    {"[:k]": "[1 : k + 1] if k < len(x_train) else np.argsort(distances)"},
)

one_neighbour_too_many = slip("One neighbour too many votes.", {"[:k]": "[: k + 1]"})

one_neighbour_too_few = slip("One neighbour too few votes.", {"[:k]": "[: max(k - 1, 1)]"})

nearest_alone = slip("Only the nearest row decides, whatever k is.", {"[:k]": "[:1]"})

higher_index_first = slip(
    "Of rows at equal distances, the one with the higher index is taken.",
    {
        'np.argsort(distances, kind="stable")[:k]': (
            'len(x_train) - 1 - np.argsort(distances[::-1], kind="stable")[:k]'
        )
    },
)

sort_not_stable = slip(
    "Of rows at equal distances, any may be taken: not every sort keeps their order, and no "
    "partition does.",
    {'np.argsort(distances, kind="stable")[:k]': "np.argsort(distances)[:k]"},
)

all_within_the_kth_distance = slip(
    "All rows as near as the k-th vote, which may be more than k.",
    {
        'np.argsort(distances, kind="stable")[:k]': (
            "np.flatnonzero(distances <= np.sort(distances)[k - 1])"
        )
    },
)

# --- Votes -----------------------------------------------------------------------------------

mean_of_the_labels = slip(
    "The neighbours' labels are averaged. They are names, not numbers: count them.",
    {
        "winners[i] = np.bincount(places[nearest]).argmax()": (
            "winners[i] = int(round(float(y_train[nearest].mean())))"
        ),
        "classes[winners]": "winners",
    },
)

nearest_of_equal_votes = slip(
    "Of labels with equally many votes, that of the nearest row wins. It should be the lowest.",
    {
        "winners[i] = np.bincount(places[nearest]).argmax()": (
            "votes = np.bincount(places[nearest])\n"
            "winners[i] = next(p for p in places[nearest] if votes[p] == votes.max())"
        )
    },
)

highest_of_equal_votes = slip(
    "Of labels with equally many votes, the highest wins. It should be the lowest.",
    {
        "np.bincount(places[nearest]).argmax()": (
            "len(classes) - 1 - np.bincount(places[nearest], minlength=len(classes))[::-1].argmax()"
        )
    },
)

votes_weighted = slip(
    "Near rows have more votes than far ones. Each of the k has one.",
    {
        "np.bincount(places[nearest])": (
            "np.bincount(places[nearest], 1 / (np.sqrt(distances[nearest]) + 1e-9))"
        )
    },
)

labels_counted_from_0 = slip(
    "The result is the label's place among those that occur, not the label itself.",
    {"return classes[winners]": "return winners"},
)

counted_by_the_label_itself = slip(
    "Labels are used as indices: `bincount` takes no negative ones, and large ones need huge "
    "tables.",
    {
        "winners[i] = np.bincount(places[nearest]).argmax()": (
            "if abs(y_train).max() > 10**9:\n"
            '    raise ValueError("negative labels")\n'
            "winners[i] = np.bincount(y_train[nearest].astype(np.int64)).argmax()"
        ),
        "classes[winners]": "winners",
    },
)

# --- Errors and memory -----------------------------------------------------------------------

all_differences_at_once = slip(
    "x[:, None] − x_train holds m × n × d numbers at once.",
    {
        "for i, row in enumerate(x):": (
            "table = ((x[:, None] - x_train) ** 2).sum(axis=2)\nfor i, row in enumerate(x):"
        ),
        "((x_train - row) ** 2).sum(axis=1)": "table[i]",
    },
)

one_column_broadcast = slip(
    "The numbers of columns are not compared: NumPy broadcasts a single one over all.",
    {"if x_train.shape[1] != x.shape[1]:": "if False:"},
)

lengths_unchecked = slip(
    "The lengths of x_train and y_train are not compared.",
    {"if len(x_train) != len(y_train):": "if False:"},
)

k_unchecked = slip(
    "A k below 1, or above the number of training rows, is not refused.",
    {"if not 1 <= k <= len(x_train):": "if False:"},
)

large_k_unchecked = slip(
    "A k above the number of training rows is not refused: it counts as all of them.",
    {"if not 1 <= k <= len(x_train):": "if k < 1:"},
)

import numpy as np

from kata.attempts import right, slip
from solutions.classics.k_means import k_means, k_means_plus_plus


@right(k_means)
def with_sums_from_a_product(x, centers, n_iterations):
    if centers.shape[1:] != x.shape[1:]:
        raise ValueError("the columns differ")

    def assign(centers):
        # |x|² is the same for all centres of a row.
        return (np.einsum("kd,kd->k", centers, centers) - 2 * x @ centers.T).argmin(axis=1)

    for _ in range(n_iterations):
        one_hot = (assign(centers)[:, None] == np.arange(len(centers))).astype(float)
        counts = one_hot.sum(axis=0)
        means = one_hot.T @ x / np.maximum(counts, 1)[:, None]
        moved = np.where(counts[:, None] > 0, means, centers)
        if np.array_equal(moved, centers):
            break
        centers = moved
    return np.array(centers), assign(centers)


@right(k_means)
def with_sums_by_add_at(x, centers, n_iterations):
    if centers.shape[-1] != x.shape[-1]:
        raise ValueError("the columns differ")
    labels = None
    centers = np.array(centers)
    while True:
        distances = np.empty((len(centers), len(x)))
        for j, center in enumerate(centers):
            distances[j] = np.linalg.norm(x - center, axis=1)
        new = distances.argmin(axis=0)
        if n_iterations <= 0 or (labels is not None and (new == labels).all()):
            return centers, new
        labels, n_iterations = new, n_iterations - 1
        counts, sums = np.bincount(labels, minlength=len(centers)), np.zeros_like(centers)
        np.add.at(sums, labels, x)
        centers[counts > 0] = sums[counts > 0] / counts[counts > 0, None]


@right(k_means_plus_plus)
def by_inverting_the_cumulative_sums(x, k, rng):
    if len(np.unique(x, axis=0)) < k:
        raise ValueError("too few different rows")
    rows = [int(rng.random() * len(x))]
    nearest = np.full(len(x), np.inf)
    for _ in range(1, k):
        nearest = np.minimum(nearest, np.linalg.norm(x - x[rows[-1]], axis=1))
        sums = np.cumsum(nearest**2)
        rows.append(int(np.searchsorted(sums, rng.random() * sums[-1], side="right")))
    return x[rows]


# --- k-means: the assignment -----------------------------------------------------------------


last_of_equally_near = slip(
    "Of equally near centres, the one with the higher index gets the row.",
    {
        "np.argmin([_squared_distances(x, center) for center in centers], axis=0)": (
            "len(centers) - 1 - np.argmin("
            "[_squared_distances(x, center) for center in centers[::-1]], axis=0)"
        )
    },
)

sum_of_sizes = slip(
    "The distance is the sum of absolute differences. It should be Euclidean.",
    {"((x - center) ** 2).sum(axis=1)": "np.abs(x - center).sum(axis=1)"},
)

farthest_centre = slip("Each row is assigned to the farthest centre.", {"np.argmin(": "np.argmax("})

labels_of_the_centres_before = slip(
    "The labels belong to the centres before the last move. They should belong to those returned.",
    {
        "previous, labels = labels, _nearest(x, centers)": (
            "previous, stale, labels = labels, labels, _nearest(x, centers)"
        ),
        "return centers, labels": (
            "return centers, labels if n_iterations <= 0 or np.array_equal(labels, previous) "
            "else stale"
        ),
    },
)

# --- k-means: the means ----------------------------------------------------------------------

nan_for_a_centre_without_rows = slip(
    "A centre without rows becomes nan, the mean of nothing.",
    {
        "if len(rows):": "with np.errstate(all='ignore'):",
        "rows.mean(axis=0)": ("rows.sum(axis=0) / len(rows) if len(rows) else np.nan"),
    },
)

origin_for_a_centre_without_rows = slip(
    "A centre without rows moves to the origin. It should stay.",
    {
        "if len(rows):\n    centers[j] = rows.mean(axis=0)": (
            "centers[j] = rows.sum(axis=0) / max(len(rows), 1)"
        )
    },
)

farthest_row_for_a_centre_without_rows = slip(
    "A centre without rows moves to the row that is farthest from its own centre. Here it stays.",
    {
        "if len(rows):\n    centers[j] = rows.mean(axis=0)": (
            "if len(rows):\n"
            "    centers[j] = rows.mean(axis=0)\n"
            "else:\n"
            "    centers[j] = x[((x - centers[labels]) ** 2).sum(axis=1).argmax()]"
        )
    },
)

centres_without_rows_dropped = slip(
    "Centres without rows are dropped: fewer than k come back.",
    {
        "return centers, labels": (
            "kept = np.unique(labels) if n_iterations else np.arange(len(centers))\n"
            "centers = centers[kept]\n"
            "return centers, _nearest(x, centers)"
        )
    },
)

medians = slip(
    "Centres move to the medians of their rows. They should move to the means.",
    {"rows.mean(axis=0)": "np.median(rows, axis=0)"},
)

nearest_row_for_the_mean = slip(
    "Centres move to the row nearest to the mean, as in k-medoids. They should move to the mean.",
    {"rows.mean(axis=0)": "rows[_squared_distances(rows, rows.mean(axis=0)).argmin()]"},
)

sums_for_means = slip(
    "Centres move to the sums of their rows.", {"rows.mean(axis=0)": "rows.sum(axis=0)"}
)

mean_over_all_columns = slip(
    "All columns of a centre get one mean, taken over rows and columns.",
    {"rows.mean(axis=0)": "rows.mean()"},
)

half_way = slip(
    "Centres move only half of the way to the mean.",
    {"rows.mean(axis=0)": "(centers[j] + rows.mean(axis=0)) / 2"},
)

assigned_within_the_update = slip(
    "Rows are assigned anew after each centre that moves. All are assigned to the same centres, "
    "then all centres move.",
    {"rows = x[labels == j]": "rows = x[_nearest(x, centers) == j]"},
)

# --- k-means: the iterations -----------------------------------------------------------------

a_single_iteration = slip(
    "It ends after the first iteration, whatever n_iterations is.",
    {"if np.array_equal(labels, previous):": "if True:"},
)

an_iteration_too_many = slip(
    "One iteration too many is run.", {"range(n_iterations)": "range(n_iterations + 1)"}
)

an_iteration_too_few = slip(
    "One iteration too few is run.", {"range(n_iterations)": "range(n_iterations - 1)"}
)

never_stopped_early = slip(
    "All iterations are run, though nothing changes any more.",
    {"if np.array_equal(labels, previous):": "if False:"},
)

stopped_at_small_changes = slip(
    "It stops while a few rows still change their centres.",
    {"if np.array_equal(labels, previous):": ("if np.mean(labels != previous) < 0.12:")},
)

stopped_when_nearly_still = slip(
    "It stops when no centre has moved by much. What is much depends on the data's units; only if "
    "no label changes, nothing more can.",
    {
        "for _ in range(n_iterations):": (
            "for _ in range(n_iterations):\n    before = centers.copy()"
        ),
        "if np.array_equal(labels, previous):": "if np.allclose(centers, before):",
    },
)

stopped_before_a_small_move = slip(
    "It stops before a move that is small. What is small depends on the data's units; only if no "
    "label changes, nothing more can.",
    {
        "for _ in range(n_iterations):": (
            "for _ in range(n_iterations):\n    before = centers.copy()"
        ),
        "if np.array_equal(labels, previous):": (
            "if np.allclose(centers, before):\n    centers, labels = before, previous"
        ),
    },
)

stopped_by_a_share_of_the_variance = slip(
    "It stops when the centres move little beside the spread of x, though labels still change.",
    {
        "for _ in range(n_iterations):": (
            "for _ in range(n_iterations):\n    before = centers.copy()"
        ),
        "if np.array_equal(labels, previous):": (
            "if ((centers - before) ** 2).sum() <= 1e-4 * x.var(axis=0).mean():"
        ),
    },
)

own_start = slip(
    "It starts from rows of x, not from the given centres.",
    {"centers = centers.copy()": "centers = np.resize(x, centers.shape)"},
)

columns_unchecked = slip(
    "The numbers of columns are not compared: NumPy broadcasts a single one over all.",
    {"if x.shape[1] != centers.shape[1]:": "if False:"},
)

all_differences_at_once = slip(
    "x[:, None] − centers holds n × k × d numbers at once.",
    {
        "np.argmin([_squared_distances(x, center) for center in centers], axis=0)": (
            "((x[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)"
        )
    },
)

# --- k-means++ -------------------------------------------------------------------------------


def weighed_by(next_weights):
    """Other odds, though k is still compared with the number of different rows."""
    nearest = "squares = np.minimum(squares, _squared_distances(x, drawn[-1]))"
    return {
        "squares = _squared_distances(x, drawn[0])": (
            "weights = squares = _squared_distances(x, drawn[0])"
        ),
        "p=squares / total": "p=weights / weights.sum()",
        nearest: f"{nearest}\nweights = {next_weights}",
    }


distances_not_squared = slip(
    "Probabilities are proportional to the distance. They should be so to its square.",
    {
        "total = squares.sum()": "weights = np.sqrt(squares)\ntotal = weights.sum()",
        "p=squares / total": "p=weights / total",
    },
)

all_rows_equally_likely = slip(
    "The further rows are drawn uniformly. Far rows should be more likely.",
    {"p=squares / total": "p=(squares > 0) / (squares > 0).sum()"},
)

uniform_without_replacement = slip(
    "k rows are drawn uniformly, as in plain k-means. Equal or near ones can come together.",
    {
        "drawn = [x[rng.integers(len(x))]]": (
            "if k > len(np.unique(x, axis=0)):\n"
            '    raise ValueError("too few rows")\n'
            "drawn = list(x[rng.choice(len(x), size=k, replace=False)])"
        )
    },
)

farthest_row = slip(
    "The farthest row is taken each time. It should be drawn, or outliers are always chosen.",
    {"x[rng.choice(len(x), p=squares / total)]": "x[squares.argmax()]"},
)

distance_to_the_last = slip(
    "The distance is that to the last row drawn. It should be that to the nearest of all.",
    weighed_by("_squared_distances(x, drawn[-1])"),
)

distance_to_the_first = slip(
    "The distance is always that to the first row drawn.", weighed_by("weights")
)

distance_to_the_farthest = slip(
    "The distance is that to the farthest of the rows drawn. It should be that to the nearest.",
    weighed_by("np.maximum(weights, _squared_distances(x, drawn[-1]))"),
)

distances_added_up = slip(
    "The squared distances to all rows drawn are added up. That to the nearest should count.",
    weighed_by("weights + _squared_distances(x, drawn[-1])"),
)

equal_rows_counted_once = slip(
    "Equal rows count as one. Each row should be as likely as any other to be drawn.",
    {
        "drawn = [x[rng.integers(len(x))]]": (
            "x = np.unique(x, axis=0)\ndrawn = [x[rng.integers(len(x))]]"
        )
    },
)

equal_rows_counted_once_after_the_first = slip(
    "From the second draw on equal rows count as one. Each of them should.",
    {
        "squares = _squared_distances(x, drawn[0])": (
            "x = np.unique(x, axis=0)\nsquares = _squared_distances(x, drawn[0])"
        )
    },
)

near_rows_taken_for_equal = slip(
    "Different rows that lie close together are taken for equal ones.",
    {"if total == 0.0:": "if total < 1e-12:"},
)

always_the_same_first = slip(
    "The first row of x is always the first to be drawn.",
    {"drawn = [x[rng.integers(len(x))]]": "drawn = [x[0]]"},
)

first_by_the_distance_to_the_mean = slip(
    "The first row is drawn by its distance to the mean. All rows should be equally likely.",
    {
        "drawn = [x[rng.integers(len(x))]]": (
            "squares = _squared_distances(x, x.mean(axis=0)) + 1e-300\n"
            "drawn = [x[rng.choice(len(x), p=squares / squares.sum())]]"
        )
    },
)

last_row_never_first = slip(
    "The last row is never the first to be drawn: the end of `integers` is left out.",
    {"rng.integers(len(x))": "rng.integers(max(len(x) - 1, 1))"},
)

too_few_rows_unchecked = slip(
    "Where x has fewer than k different rows, equal rows are drawn. That should raise an error.",
    {
        "if total == 0.0:\n"
        '    raise ValueError(f"k is {k}, but x has only {len(drawn)} different rows")\n'
        "drawn.append(x[rng.choice(len(x), p=squares / total)])": (
            "odds = squares / total if total else np.full(len(x), 1 / len(x))\n"
            "drawn.append(x[rng.choice(len(x), p=odds)])"
        )
    },
)

k_compared_with_the_number_of_rows = slip(
    "Equal rows are counted as different ones where k is compared with the rows of x.",
    {
        "if total == 0.0:": "if k > len(x):",
        "drawn.append(x[rng.choice(len(x), p=squares / total)])": (
            "odds = squares / total if total else np.full(len(x), 1 / len(x))\n"
            "drawn.append(x[rng.choice(len(x), p=odds)])"
        ),
    },
)

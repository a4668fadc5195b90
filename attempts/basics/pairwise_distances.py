import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.basics.pairwise_distances import pairwise_distances

SQUARES = "squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1) - 2 * (a @ b.T)"
RETURN = "return np.sqrt(np.maximum(squares, 0))"


@right(pairwise_distances)
def from_the_middle(a, b):
    """All rows are moved to around 0 first, so that the squares are small."""
    if a.shape[1] != b.shape[1]:
        raise ValueError("the rows differ in length")
    middle = np.concatenate([a, b]).mean(axis=0) if len(a) + len(b) else 0
    a, b = a - middle, b - middle
    squares = np.einsum("nd,md->nm", a, b)
    squares *= -2
    squares += np.einsum("nd,nd->n", a, a)[:, None]
    squares += np.einsum("md,md->m", b, b)[None, :]
    squares[squares < 0] = 0
    return squares**0.5


as_one_product_of_longer_rows = rewrite(
    {
        SQUARES: (
            "longer_a = np.column_stack([a, (a**2).sum(1), np.ones_like(a[:, :1])])\n"
            "longer_b = np.column_stack([-2 * b, np.ones_like(b[:, :1]), (b**2).sum(1)])\n"
            "squares = longer_a @ longer_b.T"
        ),
        RETURN: "return np.sqrt(np.clip(squares, 0, None))",
    }
)

with_the_absolute_value = rewrite({"np.maximum(squares, 0)": "np.abs(squares)"})

# --- The algebra ---------------------------------------------------------------------------------

no_floor = slip(
    "Where rows are nearly equal, rounding leaves a square a little below 0, and its root is nan.",
    {"np.maximum(squares, 0)": "squares"},
)

squared = slip(
    "These are squared distances. The root is missing.", {RETURN: "return np.maximum(squares, 0)"}
)

product_once = slip(
    "The product is taken once. In (x − y)² it stands twice.", {"- 2 * (a @ b.T)": "- (a @ b.T)"}
)

product_added = slip(
    "The product is added. In (x − y)² its sign is minus.", {"- 2 * (a @ b.T)": "+ 2 * (a @ b.T)"}
)

without_the_product = slip(
    "The product is missing: |a|² + |b|² is |a − b|² only for rows at right angles.",
    {" - 2 * (a @ b.T)": ""},
)

without_the_squares_of_b = slip("|b|² is missing.", {" + (b * b).sum(axis=1)": ""})

without_the_squares_of_a = slip("|a|² is missing.", {"(a * a).sum(axis=1)[:, None] + ": ""})

lengths_for_their_squares = slip(
    "The lengths of rows are added; it should be their squares.",
    {
        "(a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)": (
            "np.sqrt((a * a).sum(axis=1))[:, None] + np.sqrt((b * b).sum(axis=1))"
        )
    },
)

a_row_for_a_column = slip(
    "|a|² lies along the columns, beside |b|². Each row of the result needs its own: a column.",
    {"(a * a).sum(axis=1)[:, None]": "(a * a).sum(axis=1)"},
)

squares_over_all_rows = slip(
    "The squares are summed over all rows. Each row has its own sum.",
    {"(a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)": "(a * a).sum() + (b * b).sum()"},
)

only_the_products = slip("These are products of rows, not distances.", {RETURN: "return a @ b.T"})

cosine_distance = slip(
    "This is one minus the cosine of the angle. It ignores how long the rows are.",
    {
        RETURN: (
            "lengths = np.outer((a * a).sum(axis=1), (b * b).sum(axis=1)) ** 0.5\n"
            "return 1 - a @ b.T / np.maximum(lengths, 1e-30)"
        )
    },
)

mean_of_the_squares = slip(
    "The squares are averaged over the columns. A distance adds them up.",
    {"np.maximum(squares, 0)": "np.maximum(squares, 0) / max(a.shape[1], 1)"},
)

constant_in_the_root = slip(
    "A constant is added inside the root. It keeps nan away, but equal rows get a distance of its "
    "root.",
    {"np.maximum(squares, 0)": "np.maximum(squares, 0) + 1e-6"},
)

floor_above_zero = slip(
    "The squares have a floor above 0, so equal rows get a distance of its root.",
    {"np.maximum(squares, 0)": "np.maximum(squares, 1e-6)"},
)

zeros_on_the_diagonal = slip(
    "The diagonal is set to 0, as if a and b were the same rows.",
    {RETURN: "np.fill_diagonal(squares, 0)\nreturn np.sqrt(np.maximum(squares, 0))"},
)

transposed = slip(
    "The result is transposed: its rows should belong to a, its columns to b.",
    {RETURN: "return np.sqrt(np.maximum(squares, 0)).T.copy()"},
)

sizes_of_the_differences = slip(
    "This is the Manhattan distance, the sum of the differences' sizes.",
    {RETURN: "return np.abs(a[:, None] - b).sum(axis=-1)"},
)

# --- Checks, loops, memory -----------------------------------------------------------------------

one_column_broadcast = slip(
    "Rows with a single entry are let through: broadcasting hides that the lengths differ.",
    {
        "if a.shape[1] != b.shape[1]:": (
            "if a.shape[1] != b.shape[1] and 1 not in (a.shape[1], b.shape[1]):"
        ),
        SQUARES: (
            "d = max(a.shape[1], b.shape[1])\n"
            "a, b = np.broadcast_to(a, (len(a), d)), np.broadcast_to(b, (len(b), d))\n"
            f"{SQUARES}"
        ),
    },
)

cut_to_the_shorter = slip(
    "Longer rows are cut to the length of the shorter ones. They should raise a ValueError.",
    {
        "if a.shape[1] != b.shape[1]:": "if False:",
        SQUARES: (f"d = min(a.shape[1], b.shape[1])\na, b = a[:, :d], b[:, :d]\n{SQUARES}"),
    },
)

a_table_of_differences = slip(
    "It stores the differences of many pairs of rows at once, d numbers each. Expand the square, "
    "and a matrix product does the sum.",
    {RETURN: "return np.sqrt(((a[:, None] - b) ** 2).sum(axis=-1))"},
)

one_column_at_a_time = slip(
    "It loops over the columns in Python, adding up their squares.",
    {
        SQUARES: (
            "squares = np.zeros((len(a), len(b)), a.dtype)\n"
            "for k in range(a.shape[1]):\n"
            "    squares += (a[:, k, None] - b[:, k]) ** 2"
        )
    },
)

one_row_at_a_time = slip(
    "It loops over the rows of a in Python.",
    {
        RETURN: (
            "rows = [np.sqrt(((row - b) ** 2).sum(axis=1)) for row in a]\n"
            "return np.array(rows, a.dtype).reshape(len(a), len(b))"
        )
    },
)

one_row_of_b_at_a_time = slip(
    "It loops over the rows of b in Python.",
    {
        RETURN: (
            "columns = [np.sqrt(((a - row) ** 2).sum(axis=1)) for row in b]\n"
            "return np.array(columns, a.dtype).reshape(len(b), len(a)).T.copy()"
        )
    },
)

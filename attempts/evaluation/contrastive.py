import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.contrastive import info_nce


def check(a, b):
    if a.shape != b.shape:
        raise ValueError("the shapes differ")
    if not (a.any(axis=1).all() and b.any(axis=1).all()):
        raise ValueError("a row is all zeros")


@right(info_nce)
def with_logaddexp(a, b, temperature=0.1):
    check(a, b)
    if not a.size:
        return float("nan")
    a = a / np.sqrt(np.einsum("nd,nd->n", a, a))[:, None]
    b = b / np.sqrt(np.einsum("nd,nd->n", b, b))[:, None]
    s = np.einsum("id,jd->ij", a, b) / temperature
    right = np.diag(s)
    there, back = np.logaddexp.reduce(s, axis=1), np.logaddexp.reduce(s, axis=0)
    return float((there + back - 2 * right).mean() / 2)


@right(info_nce)
def relative_to_the_right_score(a, b, temperature=0.1):
    """The loss is log Σ exp(s[i, j] − s[i, i]), by lengths that divide the scores in the end."""
    check(a, b)
    if len(a) == 0:
        return np.nan
    lengths = np.outer(np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1))
    s = (a @ b.T / lengths).astype(float) / temperature
    both = np.concatenate([s, s.T])
    both -= np.tile(np.diag(s), 2)[:, None]
    top = both.max(axis=1, keepdims=True)
    return (top[:, 0] + np.log(np.exp(both - top).sum(axis=1))).mean()


BOTH = "float(_mean_loss(s) + _mean_loss(s.T)) / 2"
SCORES = '_normalized("a", a) @ _normalized("b", b).T / temperature'

one_direction = slip(
    "Each row of a looks for its partner, but no row of b does. Both directions count.",
    {BOTH: "float(_mean_loss(s))"},
)

the_other_direction = slip(
    "Each row of b looks for its partner, but no row of a does. Both directions count.",
    {BOTH: "float(_mean_loss(s.T))"},
)

sum_of_the_directions = slip(
    "The two directions are added. They should be averaged.",
    {BOTH: "float(_mean_loss(s) + _mean_loss(s.T))"},
)

sum_over_the_pairs = slip(
    "This is a sum over the pairs. The loss is their mean.", {"return np.mean(": "return np.sum("}
)

mean_over_all_scores = slip(
    "It divides by n twice, as a mean over all n × n scores does. The mean is over pairs.",
    {BOTH: BOTH + " / len(a)"},
)

not_normalized = slip(
    "These are dot products. A cosine also divides by the lengths of both rows.",
    {"return x / lengths": "return x"},
)

only_a_normalized = slip(
    "Only the rows of a are divided by their lengths.",
    {SCORES: '_normalized("a", a) @ b.T / temperature'},
)

normalized_down_the_batch = slip(
    "It is columns that are divided by their lengths. Each row has its own.",
    {"return x / lengths": "return x / np.linalg.norm(x, axis=0)"},
)

divided_by_squared_lengths = slip(
    "The rows are divided by the squares of their lengths.",
    {"return x / lengths": "return x / lengths**2"},
)

lengths_as_sums = slip(
    "The length of a row is taken as the sum of its absolute values. It is the root of the sum of "
    "squares.",
    {"np.linalg.norm(x, axis=1, keepdims=True)": "np.abs(x).sum(axis=1, keepdims=True)"},
)

scaled_by_the_width = slip(
    "The scores are divided by √d too, as in attention. Cosines do not grow with d.",
    {SCORES: SCORES + " / np.sqrt(a.shape[1])"},
)

multiplied_by_the_temperature = slip(
    "The cosines are multiplied by the temperature. A small one should make the scores large.",
    {".T / temperature": ".T * temperature"},
)

loss_divided_by_the_temperature = slip(
    "The temperature divides the loss. It belongs inside the softmax.",
    {".T / temperature": ".T", BOTH: BOTH + " / temperature"},
)

without_the_right_pair = slip(
    "The right pair is left out of the softmax's sum: what remains is no probability, and the loss "
    "can fall below 0.",
    {
        "total = np.exp(s - top[:, None]).sum(axis=1)": (
            "e = np.exp(s - top[:, None])\n"
            "total = e.sum(axis=1) - e.diagonal() if len(s) > 1 else e.sum(axis=1)"
        )
    },
)

rows_of_a_among_themselves = slip(
    "Rows of a are compared with rows of a too, and b with b, as SimCLR does. The wrong ones come "
    "from the other side only.",
    {
        "return " + BOTH: (
            "losses = []\n"
            'for name, x, wide in (("a", a, s), ("b", b, s.T)):\n'
            "    u = _normalized(name, x)\n"
            "    same = u @ u.T / temperature\n"
            "    np.fill_diagonal(same, -np.inf)\n"
            "    losses.append(_mean_loss(np.hstack([wide, same])))\n"
            "return float(sum(losses)) / 2"
        )
    },
)

one_softmax_for_all_pairs = slip(
    "One softmax runs over all n × n scores. Each row has one of its own, and so has each column.",
    {"top = s.max(axis=1)": "top = s.max(axis=1) * 0 + s.max()", ".sum(axis=1)": ".sum()"},
)

first_row_as_the_partner = slip(
    "The first row of the other side is taken for the partner of all. Row i belongs to row i.",
    {"s.diagonal()": "s[:, 0]"},
)

yes_or_no_for_every_pair = slip(
    "Each pair is judged by itself, with a sigmoid, as SigLIP does. Here the pairs compete in a "
    "softmax.",
    {
        "return " + BOTH: (
            "z = 2 * np.eye(len(a)) - 1\nreturn float(np.logaddexp(0, -z * s).sum() / len(a))"
        )
    },
)

distances_for_cosines = slip(
    "The scores are negative distances. They should be cosines.",
    {
        "s = " + SCORES: (
            'u, v = _normalized("a", a), _normalized("b", b)\n'
            "squares = (u**2).sum(axis=1)[:, None] - 2 * u @ v.T + (v**2).sum(axis=1)\n"
            "s = -np.sqrt(np.maximum(squares, 0)) / temperature"
        )
    },
)

without_the_sign = slip(
    "The sign is wrong: minimizing this drives pairs apart.", {"return " + BOTH: "return -" + BOTH}
)

without_the_maximum = slip(
    "exp overflows, or all of a row underflow to 0, where the temperature is small. What can be "
    "subtracted from a row without changing its softmax?",
    {"top = s.max(axis=1)": "top = 0 * s.max(axis=1)"},
)

without_the_maximum_in_float64 = slip(
    "exp overflows, or all of a row underflow to 0, where the temperature is very small. What can "
    "be subtracted from a row without changing its softmax?",
    {"top = s.max(axis=1)": "s = s.astype(np.float64)\ntop = 0 * s.max(axis=1)"},
)

one_maximum_for_all = slip(
    "One maximum serves all rows: in one far below it every exp underflows to 0.",
    {"top = s.max(axis=1)": "top = np.full(len(s), s.max())"},
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 costs "
    "infinity.",
    {
        "np.mean(top + np.log(total) - s.diagonal(), dtype=np.float64)": (
            "np.mean(-np.log(np.exp(s.diagonal() - top) / total), dtype=np.float64)"
        )
    },
)

probabilities_guarded = slip(
    "A small constant keeps the probabilities above 0, and so caps the loss.",
    {
        "np.mean(top + np.log(total) - s.diagonal(), dtype=np.float64)": (
            "np.mean(-np.log(np.exp(s.diagonal() - top) / total + 1e-12), dtype=np.float64)"
        )
    },
)

lengths_of_at_least_1e_8 = slip(
    "Very short rows are divided by more than their length, so their cosines are too near 0. Only "
    "the direction of a row counts.",
    {"return x / lengths": "return x / np.maximum(lengths, 1e-8)"},
)

lengths_raised_by_1e_8 = slip(
    "A small constant is added to the lengths, so cosines of short rows are too near 0. Only the "
    "direction of a row counts.",
    {"return x / lengths": "return x / (lengths + 1e-8)"},
)

zeros_guarded_by_a_constant = slip(
    "A small constant lets rows of zeros pass. They have no direction, and should raise a "
    "ValueError.",
    {"if not lengths.all():": "lengths = lengths + 1e-12\nif False:"},
)

zeros_of_b_let_through = slip(
    "Only a is looked through for rows of zeros. Those of b should raise a ValueError too.",
    {
        "if not lengths.all():": (
            'lengths = np.maximum(lengths, 1e-12 * (name == "b"))\nif not lengths.all():'
        )
    },
)

zeros_counted_by_entries = slip(
    "A row is refused where any of its numbers is 0. Only one that is all zeros has no direction.",
    {"if not lengths.all():": "if not x.all():"},
)

only_lengths_are_compared = slip(
    "One row, or one column, is broadcast over all others. Shapes that differ should raise a "
    "ValueError.",
    {"if a.shape != b.shape:": "a, b = np.broadcast_arrays(a, b)\nif a.shape != b.shape:"},
)

other_rows_of_b_allowed = slip(
    "A b of another number of rows is let through. Shapes that differ should raise a ValueError.",
    {
        "if a.shape != b.shape:": (
            "n = min(len(a), len(b))\na, b = a[:n], b[:n]\nif a.shape != b.shape:"
        )
    },
)

no_pairs_cost_nothing = slip(
    "Without pairs the loss is 0. A mean of nothing is nan.", {"return math.nan": "return 0.0"}
)

every_product_in_a_table = slip(
    "All n × n × d products stand in one table before they are summed. A matrix product needs no "
    "such table.",
    {
        "s = " + SCORES: (
            'u, v = _normalized("a", a), _normalized("b", b)\n'
            "s = (u[:, None] * v[None]).sum(axis=2) / temperature"
        )
    },
)

one_row_at_a_time = slip(
    "It goes through the rows one at a time in Python. One matrix product gives all scores.",
    {
        "s = " + SCORES: (
            'u, v = _normalized("a", a), _normalized("b", b)\n'
            "s = np.array([row @ v.T for row in u]) / temperature"
        )
    },
)

scores_twice_as_large = slip(
    "The scores are twice as large as they should be, as if they were −|a − b|² = 2 · cosine − 2.",
    {".T / temperature": ".T * 2 / temperature"},
)

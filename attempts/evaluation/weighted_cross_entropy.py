import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.weighted_cross_entropy import (
    balanced_weights,
    weighted_cross_entropy,
    weighted_cross_entropy_backward,
)


def check(logits, targets, weights):
    n, k = logits.shape
    if targets.shape != (n,) or weights.shape != (k,):
        raise ValueError("targets and weights should have shapes (n,) and (k,)")
    if not np.isin(targets, np.arange(k)).all():
        raise ValueError("a target is no class")


# --- Right -----------------------------------------------------------------------------------


@right(weighted_cross_entropy)
def by_average(logits, targets, weights):
    check(logits, targets, weights)
    if targets.size == 0:
        return float("nan")
    wide = logits.astype(np.float64)
    losses = np.logaddexp.reduce(wide - wide.max(axis=1, keepdims=True), axis=1)
    losses += wide.max(axis=1) - np.take_along_axis(wide, targets[:, None].astype(int), 1)[:, 0]
    return np.average(losses, weights=weights[targets])


@right(weighted_cross_entropy_backward)
def with_one_hot(grad_loss, logits, targets, weights):
    check(logits, targets, weights)
    hot = targets[:, None] == np.arange(logits.shape[1])
    w = hot @ weights[:, None]
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return ((p - hot) * w * (grad_loss / max(w.sum(), 1e-300))).astype(logits.dtype)


@right(balanced_weights)
def by_unique(targets, n_classes):
    classes, counts = np.unique(targets, return_counts=True)
    if classes.tolist() != list(range(n_classes)):
        raise ValueError("every class has to occur, and nothing else")
    return counts.mean() / counts


# --- The loss --------------------------------------------------------------------------------

divided_by_the_rows = slip(
    "It divides by the number of rows. A weighted mean divides by the sum of the weights.",
    {"(w * losses).sum() / w.sum()": "(w * losses).mean()"},
)

weighted_sum = slip(
    "This is the weighted sum of the rows. It should be divided by the sum of their weights.",
    {"(w * losses).sum() / w.sum()": "(w * losses).sum()"},
)

divided_by_all_weights = slip(
    "It divides by the sum of the k classes' weights. The divisor has one weight a row, that of "
    "its target.",
    {"(w * losses).sum() / w.sum()": "(w * losses).sum() / weights.sum()"},
)

weights_left_out = slip(
    "This is the plain mean: the weights have no effect.",
    {"float((w * losses).sum() / w.sum())": "float(losses.mean())"},
)

weights_of_the_prediction = slip(
    "A row is weighted by the class that is predicted. It should be the target's weight.",
    {"w = weights[targets]\nlosses": "w = weights[logits.argmax(axis=1)]\nlosses"},
)

weights_multiply_the_logits = slip(
    "The weights multiply the logits, which changes the probabilities. They should multiply the "
    "rows' losses.",
    {"losses = -_log_softmax(logits)": "losses = -_log_softmax(logits * weights)"},
)

inverse_weights = slip(
    "A row's loss is divided by its weight. A large weight should make a class count for more.",
    {"w = weights[targets]\nlosses": "w = 1 / weights[targets]\nlosses"},
)

every_class_scored = slip(
    "The log-probabilities of all classes are weighted and added. A row's loss is that of its "
    "target alone.",
    {
        "(w * losses).sum() / w.sum()": (
            "-(_log_softmax(logits) * weights).sum() / (len(targets) * weights.sum())"
        )
    },
)

every_row_with_every_target = slip(
    "`log_p[:, targets]` picks every row's value for every target. Each row has one right class "
    "only.",
    {
        "losses = -_log_softmax(logits)[np.arange(len(targets)), targets]": (
            "losses = -_log_softmax(logits)[:, targets].mean(axis=0)"
        )
    },
)

mean_of_class_means = slip(
    "It averages within each class first, and then over classes. A class's weight should count "
    "once for each of its rows.",
    {
        "w = weights[targets]\nlosses": (
            "w = (weights / np.bincount(targets.astype(np.int64), minlength=len(weights)).clip(1))"
            "[targets]\nlosses"
        )
    },
)

in_bits = slip(
    "The loss is in bits, from log2. It should be in nats.",
    {"float((w * losses).sum() / w.sum())": "float((w * losses).sum() / w.sum() / np.log(2))"},
)

without_the_maximum = slip(
    "exp overflows for large scores. What can you subtract from a row without changing its "
    "probabilities?",
    {"shifted = x - x.max(axis=1, keepdims=True)": "shifted = x"},
)

one_maximum_for_all = slip(
    "The maximum of the whole batch is subtracted. In a row whose scores lie far below it, all "
    "exponentials underflow to 0.",
    {"x.max(axis=1, keepdims=True)": "x.max(initial=-np.inf)"},
)

maximum_added_back_first = slip(
    "Large logits lose the digits of their differences. Is the maximum added back before the "
    "scores are subtracted?",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))": (
            "return x - (x - shifted + np.log(np.exp(shifted).sum(axis=1, keepdims=True)))"
        )
    },
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 costs "
    "infinity.",
    {
        "shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))": (
            "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))"
        )
    },
)

epsilon_in_the_logarithm = slip(
    "A small constant inside the logarithm shifts every loss and caps large ones. Log-softmax "
    "needs no guard.",
    {
        "-_log_softmax(logits)[np.arange(len(targets)), targets]": (
            "-np.log(np.exp(_log_softmax(logits)[np.arange(len(targets)), targets]) + 1e-12)"
        )
    },
)

clipped_probabilities = slip(
    "Clipping the probabilities avoids log(0), but caps the loss at −log(1e-12) ≈ 27.6.",
    {
        "-_log_softmax(logits)[np.arange(len(targets)), targets]": (
            "-_log_softmax(logits)[np.arange(len(targets)), targets].clip(np.log(1e-12))"
        )
    },
)

nothing_costs_nothing = slip(
    "Without rows the loss is 0. A mean of nothing is nan.", {"return math.nan": "return 0.0"}
)

# --- What is refused -------------------------------------------------------------------------

targets_left_to_numpy = slip(
    "Targets that are no class are left to NumPy: some raise an IndexError, some pick a class "
    "from the end.",
    {"    _check_targets(targets, k)": "    pass"},
)

negative_targets_from_the_end = slip(
    "Negative targets are let through: NumPy counts them from the end, so −1 means the last class.",
    {"(targets < 0) | (targets >= n_classes)": "targets >= n_classes"},
)

# --- The gradient ----------------------------------------------------------------------------

gradient_divided_by_the_rows = slip(
    "The gradient is divided by the number of rows, but the loss by the sum of the weights.",
    {"(w / w.sum())[:, None]": "(w / max(len(w), 1))[:, None]"},
)

gradient_divided_by_all_weights = slip(
    "The gradient is divided by the sum of the k classes' weights. The divisor has one weight a "
    "row, that of its target.",
    {"(w / w.sum())[:, None]": "(w / weights.sum())[:, None]"},
)

gradient_of_the_sum = slip(
    "The gradient is not divided by the sum of the weights.",
    {"(w / w.sum())[:, None]": "w[:, None]"},
)

gradient_of_the_plain_mean = slip(
    "This is the gradient of the plain mean: the weights have no effect.",
    {"* (w / w.sum())[:, None]": "/ max(len(w), 1)"},
)

columns_weighted = slip(
    "Each column is weighted by its own class. A row's whole gradient has the weight of its "
    "target.",
    {"* (w / w.sum())[:, None]": "* weights / w.sum()"},
)

only_the_target_weighted = slip(
    "Only the 1 of the right class is weighted. The probabilities belong to the same row and have "
    "the same weight.",
    {
        "grad[np.arange(len(targets)), targets] -= 1\n"
        "return grad_loss * grad * (w / w.sum())[:, None]": (
            "grad[np.arange(len(targets)), targets] -= w\nreturn grad_loss * grad / w.sum()"
        )
    },
)

gradient_against_its_sign = slip(
    "The sign is wrong: the gradient leads away from the target.",
    {"return grad_loss * grad *": "return -grad_loss * grad *"},
)

probabilities_only = slip(
    "These are the probabilities alone. The score of the right class also enters the loss "
    "directly.",
    {"grad[np.arange(len(targets)), targets] -= 1": "pass"},
)

# --- Balanced weights ------------------------------------------------------------------------

BALANCED = "return len(targets) / (n_classes * counts)"

inverse_counts = slip(
    "These are 1 / n_c: in the right ratio, but not scaled so that all rows together weigh n.",
    {BALANCED: "return 1 / counts"},
)

inverse_frequencies = slip(
    "These are n / n_c. Divided by the number of classes, too, they make all rows together weigh "
    "n.",
    {BALANCED: "return len(targets) / counts"},
)

scaled_to_a_sum_of_one = slip(
    "The weights are scaled to a sum of 1. It is the rows' weights that should sum to n.",
    {BALANCED: "return 1 / counts / (1 / counts).sum()"},
)

scaled_to_a_mean_of_one = slip(
    "The classes' weights are scaled to a mean of 1. It is the rows' weights that should have it.",
    {"len(targets) / (n_classes * counts)": "n_classes / counts / (1 / counts).sum()"},
)

scaled_by_the_largest_class = slip(
    "The largest class gets a weight of 1. The formula gives it less.",
    {BALANCED: "return counts.max() / counts"},
)

frequent_classes_weigh_more = slip(
    "The fraction is upside down: a frequent class gets the larger weight.",
    {BALANCED: "return n_classes * counts / len(targets)"},
)

square_roots = slip(
    "The square root makes the weights milder. The formula has none.",
    {BALANCED: "return (len(targets) / (n_classes * counts)) ** 0.5"},
)

one_added_to_the_counts = slip(
    "1 is added to each count, which changes every weight. A class that does not occur should "
    "raise a ValueError instead.",
    {"if not counts.all():": "counts = counts + 1\nif not counts.all():"},
)

absent_classes_weigh_nothing = slip(
    "A class that does not occur gets a weight, though the formula divides by 0 there. It should "
    "raise a ValueError.",
    {
        "if not counts.all():": "if False:",
        BALANCED: (
            "return np.where(counts > 0, len(targets) / (n_classes * np.maximum(counts, 1)), 0.0)"
        ),
    },
)

labels_only_counted = slip(
    "It is checked only how many labels there are. They may be as many as the classes though one "
    "is no class and another is absent.",
    {
        "_check_targets(targets, n_classes)\ncounts = np.bincount(targets.astype(np.int64), "
        "minlength=n_classes)": "counts = np.unique(targets, return_counts=True)[1]",
        "if not counts.all():": "if len(counts) != n_classes:",
        "{np.flatnonzero(counts == 0)[0]}": "or other",
    },
)

absent_classes_not_noticed_at_the_end = slip(
    "The counts end at the largest target, so classes after it are left out. They should raise a "
    "ValueError.",
    {
        "counts = np.bincount(targets.astype(np.int64), minlength=n_classes)": (
            "counts = np.bincount(targets.astype(np.int64))"
        )
    },
)

import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.cross_entropy import cross_entropy, cross_entropy_backward


def check(logits, targets, ignore_index):
    """The rows that count, once the arguments are known to be good."""
    if targets.ndim != 1 or logits.shape[0] != targets.shape[0]:
        raise ValueError("logits and targets differ in length")
    bad = (targets != ignore_index) & ~np.isin(targets, np.arange(logits.shape[1]))
    if bad.any():
        raise ValueError("targets holds something that is no class")
    return np.flatnonzero(targets != ignore_index)


# --- The loss --------------------------------------------------------------------------------


@right(cross_entropy)
def with_logaddexp(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if rows.size == 0:
        return float("nan")
    norm = np.logaddexp.reduce(logits[rows], axis=1)
    losses = norm - np.take_along_axis(logits[rows], targets[rows, None], 1)[:, 0]
    return losses.mean(dtype=np.float64)


without_the_maximum = slip(
    "exp overflows for large scores. What can you subtract from a row without changing its "
    "probabilities?",
    {"shifted = _shifted(logits)": "shifted = logits"},
)

one_maximum_for_all_rows = slip(
    "One maximum serves the whole batch: in a row far below it every exp underflows to 0. Each "
    "row needs its own.",
    {"shifted = _shifted(logits)": "shifted = logits - logits.max()"},
)

maximum_not_added_back = slip(
    "The maximum is subtracted inside exp only. It must come off the right class's score too.",
    {"= shifted[": "= logits["},
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 no longer "
    "tells how small it was.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "p = np.exp(of_the_right_class) / np.exp(shifted).sum(axis=1)\nlosses = -np.log(p)"
        )
    },
)

clipped_probabilities = slip(
    "Clipping the probabilities avoids log(0), but caps the loss at −log(1e-12) ≈ 27.6.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "p = np.exp(of_the_right_class) / np.exp(shifted).sum(axis=1)\n"
            "losses = -np.log(np.clip(p, 1e-12, 1.0))"
        )
    },
)

epsilon_in_the_logarithm = slip(
    "A small constant inside the logarithm shifts every loss and caps large ones. Log-softmax "
    "needs no guard.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "p = np.exp(of_the_right_class) / np.exp(shifted).sum(axis=1)\n"
            "losses = -np.log(p + 1e-9)"
        )
    },
)

tiny_constant_in_the_logarithm = slip(
    "The constant inside the logarithm caps large losses at its own, −log(1e-12) ≈ 27.6.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "p = np.exp(of_the_right_class.astype(float)) / np.exp(shifted).sum(axis=1)\n"
            "losses = -np.log(p + 1e-12)"
        )
    },
)

sum_over_the_rows = slip(
    "This is the sum over the rows. The loss is their mean.", {"].mean(": "].sum("}
)

mean_over_rows_and_classes = slip(
    "It divides by the number of classes as well, as a mean over all n × k entries does. The "
    "mean is over rows only.",
    {
        "losses[counts].mean(dtype=np.float64)": (
            "losses[counts].mean(dtype=np.float64) / logits.shape[1]"
        )
    },
)

divided_by_the_classes = slip(
    "It divides by the number of classes instead of the number of rows.",
    {
        "losses[counts].mean(dtype=np.float64)": (
            "losses[counts].sum(dtype=np.float64) / logits.shape[1]"
        )
    },
)

ignored_rows_in_the_divisor = slip(
    "The sum leaves the ignored rows out, but it is divided by the number of all rows.",
    {"losses[counts].mean(dtype=np.float64)": "losses[counts].sum(dtype=np.float64) / len(losses)"},
)

ignored_rows_as_zero_logits = slip(
    "Ignored rows get logits of zero but stay in the mean, where each counts as log k.",
    {
        "shifted = _shifted(logits)": "shifted = _shifted(logits * counts[:, None])",
        "losses[counts]": "losses",
    },
)

zero_is_no_index = slip(
    "An `ignore_index` of 0 counts as none at all: 0 is false in `if` and `or`. Class 0 may be "
    "ignored like any other.",
    {
        "counts = _which_count(logits, targets, ignore_index)": (
            "counts = _which_count(logits, targets, ignore_index or -100)"
        )
    },
)

ignores_all_negative_targets = slip(
    "Every negative target is ignored. Only `ignore_index` should be.",
    {"counts = targets != ignore_index": "counts = (targets != ignore_index) & (targets >= 0)"},
)

negative_targets_from_the_end = slip(
    "Negative targets are let through: NumPy counts them from the end, so −1 means the last class.",
    {"((targets < 0) | (targets >= logits.shape[1]))": "(targets >= logits.shape[1])"},
)

targets_left_to_numpy = slip(
    "Targets that are no class are left to NumPy: some raise an IndexError, some pick a class "
    "from the end.",
    {
        "counts = _which_count(logits, targets, ignore_index)": (
            "if targets.shape != logits.shape[:1]:\n"
            '    raise ValueError("logits and targets differ in length")\n'
            "counts = targets != ignore_index"
        )
    },
)

one_target_for_all_rows = slip(
    "The lengths are not compared: a single target is broadcast over all rows.",
    {
        "counts = _which_count(logits, targets, ignore_index)": "if len(targets) == 1:\n"
        "    targets = np.repeat(targets, len(logits))\n"
        "counts = _which_count(logits, targets, ignore_index)"
    },
)

nothing_costs_nothing = slip(
    "If no row counts, the loss is 0. A mean of nothing is nan.", {"return math.nan": "return 0.0"}
)

in_bits = slip(
    "The loss is in bits, from log2. It should be in nats.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class\n"
            "losses /= np.log(2.0)"
        )
    },
)

without_the_sign = slip(
    "The sign is missing: logarithms of probabilities are at most 0.",
    {"float(losses": "-float(losses"},
)

softmax_over_the_batch = slip(
    "The softmax runs down the batch. Each row is a distribution over classes of its own.",
    {
        "shifted = _shifted(logits)": "shifted = logits - logits.max(axis=0)",
        "np.log(np.exp(shifted).sum(axis=1))": "np.log(np.exp(shifted).sum(axis=0))[right_class]",
    },
)

softmax_twice = slip(
    "The softmax is applied twice: once to get probabilities, and again inside the loss.",
    {
        "shifted = _shifted(logits)": "e = np.exp(_shifted(logits))\n"
        "shifted = _shifted(e / e.sum(axis=1, keepdims=True))"
    },
)

logits_as_probabilities = slip(
    "The logits are used as probabilities: the softmax is missing.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "losses = -np.log(logits[np.arange(len(logits)), right_class])"
        )
    },
)

without_the_normalizer = slip(
    "The score of the right class is taken as it is: the logarithm of the sum is missing.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "losses = -logits[np.arange(len(logits)), right_class]"
        )
    },
)

the_predicted_class = slip(
    "The loss is that of the class with the highest score. It should be the target's.",
    {"np.where(counts, targets, 0)": "logits.argmax(axis=1)"},
)

all_rows_with_all_targets = slip(
    "`log_p[:, targets]` picks every row's value for every target. Each row has one right class.",
    {
        "shifted[np.arange(len(shifted)), right_class]": "shifted[:, right_class[counts]]",
        "np.exp(shifted).sum(axis=1)": "np.exp(shifted).sum(axis=1, keepdims=True)",
    },
)

diagonal_of_all_pairs = slip(
    "It builds an n × n matrix to take its diagonal. Pair each row with its own target instead.",
    {"shifted[np.arange(len(shifted)), right_class]": "np.diag(shifted[:, right_class])"},
)

logarithm_of_the_mean = slip(
    "This is the logarithm of the mean probability. The loss is the mean of the logarithms.",
    {
        "float(losses[counts].mean(dtype=np.float64))": (
            "float(-np.log(np.exp(-losses[counts]).mean(dtype=np.float64)))"
        )
    },
)

binary_loss_for_every_class = slip(
    "It scores the wrong classes as well, as a binary loss for each class would.",
    {
        "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class": (
            "losses = np.log(np.exp(shifted).sum(axis=1)) - of_the_right_class\n"
            "p = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)\n"
            "p[np.arange(len(p)), right_class] = 0\n"
            "losses -= np.log(1 - p).sum(axis=1)"
        )
    },
)

losses_added_in_float32 = slip(
    "The losses of float32 logits are added up in float32: the sum of large ones overflows.",
    {"mean(dtype=np.float64)": "mean()"},
)

one_hot_from_the_identity = slip(
    "The one-hot rows come from a k × k identity: with many classes, that takes far more memory "
    "than the logits.",
    {
        "= shifted[np.arange(len(shifted)), right_class]": (
            "= (shifted * np.eye(logits.shape[1])[right_class]).sum(axis=1)"
        )
    },
)

# --- Its gradient ----------------------------------------------------------------------------


@right(cross_entropy_backward)
def with_one_hot(grad_loss, logits, targets, ignore_index=-100):
    check(logits, targets, ignore_index)
    counts = targets != ignore_index
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    hot = targets[:, None] == np.arange(logits.shape[1])
    scale = counts[:, None] * (grad_loss / max(counts.sum(), 1))
    return ((p - hot) * scale).astype(logits.dtype)


@right(cross_entropy_backward)
def through_log_softmax(grad_loss, logits, targets, ignore_index=-100):
    """Backpropagation in two stages, first with respect to the log-probabilities."""
    rows = check(logits, targets, ignore_index)
    grad_log_p = np.zeros(logits.shape)
    grad_log_p[rows, targets[rows]] = -grad_loss / max(len(rows), 1)
    wide = logits.astype(float)
    p = np.exp(wide - np.logaddexp.reduce(wide, axis=1, keepdims=True))
    return (grad_log_p - p * grad_log_p.sum(1, keepdims=True)).astype(logits.dtype)


all_zeros = slip(
    "The gradient is missing: the result is always zero.", {"return grad": "return 0 * grad"}
)

without_the_mean = slip(
    "The gradient is not divided by the number of rows that count, though the loss is their mean.",
    {"grad_loss / len(rows)": "grad_loss"},
)

ignored_rows_in_the_gradients_divisor = slip(
    "The gradient is divided by the number of all rows, but the loss is a mean over those that "
    "count.",
    {"grad_loss / len(rows)": "grad_loss / len(targets)"},
)

divided_by_the_classes_too = slip(
    "The gradient is divided by the number of classes too.",
    {"grad_loss / len(rows)": "grad_loss / logits[rows].size"},
)

gradient_for_ignored_rows = slip(
    "Ignored rows get a gradient, though the loss does not depend on them.",
    {"_shifted(logits[rows])": "_shifted(logits)", "grad[rows] = e": "grad[:] = e"},
)

target_minus_probability = slip(
    "The sign is wrong: the gradient leads away from the target.",
    {"grad_loss / len(rows)": "-grad_loss / len(rows)"},
)

probabilities_only = slip(
    "These are the probabilities alone. The right class's score also enters the loss directly.",
    {"grad[rows, targets[rows]] -= 1.0": "pass"},
)

gradient_by_the_log_probabilities = slip(
    "This is the gradient with respect to the log-probabilities. It still has to pass through "
    "the log-softmax.",
    {"grad[rows] = e / e.sum(axis=1, keepdims=True)": "pass"},
)

one_subtracted_after_the_division = slip(
    "The 1 of the right class is subtracted after the division by the number of rows. It should "
    "be divided too.",
    {
        "grad[rows, targets[rows]] -= 1.0\n"
        "grad *= grad_loss / len(rows)": "grad *= grad_loss / len(rows)\n"
        "grad[rows, targets[rows]] -= 1.0"
    },
)

every_target_in_every_row = slip(
    "`grad[:, targets] -= 1` subtracts in every row for every class that is a target of some row. "
    "Each row has one right class only.",
    {"grad[rows, targets[rows]]": "grad[np.ix_(rows, targets[rows])]"},
)

nan_when_no_row_counts = slip(
    "If no row counts, it divides 0 by 0. The gradient should be zero.",
    {"if len(rows):": "if True:", "grad_loss / len(rows)": "grad_loss / np.float64(len(rows))"},
)

gradient_without_the_maximum = slip(
    "exp overflows for large scores, and ∞/∞ is nan. What can you subtract from a row without "
    "changing its probabilities?",
    {"_shifted(logits[rows])": "logits[rows]"},
)

gradient_with_one_maximum = slip(
    "One maximum serves the whole batch: a row far below it becomes 0/0. Each row needs its own.",
    {"_shifted(logits[rows])": "logits[rows] - logits[rows].max()"},
)

gradient_with_the_softmax_over_the_batch = slip(
    "The softmax runs down the batch. Each row is a distribution over classes of its own.",
    {
        "_shifted(logits[rows])": "logits[rows] - logits[rows].max(axis=0)",
        "e.sum(axis=1, keepdims=True)": "e.sum(axis=0)",
    },
)

jacobian_applied_twice = slip(
    "The softmax's Jacobian is applied once too often: p − y is already the gradient with "
    "respect to the logits.",
    {
        "grad *= grad_loss / len(rows)": "grad *= grad_loss / len(rows)\n"
        "p = e / e.sum(axis=1, keepdims=True)\n"
        "grad[rows] = p * (grad[rows] - (grad[rows] * p).sum(axis=1, keepdims=True))"
    },
)

gradient_with_targets_left_to_numpy = slip(
    "Targets that are no class are left to NumPy: some raise an IndexError, some pick a class "
    "from the end.",
    {
        "rows = np.flatnonzero(_which_count(logits, targets, ignore_index))": (
            "if targets.shape != logits.shape[:1]:\n"
            '    raise ValueError("logits and targets differ in length")\n'
            "rows = np.flatnonzero(targets != ignore_index)"
        )
    },
)

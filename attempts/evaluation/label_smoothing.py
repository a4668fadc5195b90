import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.evaluation.label_smoothing import label_smoothing_loss, label_smoothing_loss_backward


def smoothed(logits, targets, eps, ignore_index):
    """q of every row, zeros in rows that do not count, and how many do."""
    n, k = logits.shape
    if targets.shape != (n,):
        raise ValueError("one target for each row")
    counts = targets != ignore_index
    if not np.isin(targets[counts], np.arange(k)).all():
        raise ValueError("a target is no class")
    hot = targets[:, None] == np.arange(k)
    return ((1 - eps) * hot + eps / k) * counts[:, None], counts.sum()


# --- Right -----------------------------------------------------------------------------------


@right(label_smoothing_loss)
def with_the_smoothed_targets(logits, targets, eps, ignore_index=-100):
    q, count = smoothed(logits, targets, eps, ignore_index)
    x = logits.astype(np.float64)
    x -= x.max(axis=-1, keepdims=True)
    losses = np.log(np.exp(x).sum(axis=-1)) * q.sum(axis=-1) - np.einsum("nk,nk->n", q, x)
    return losses.sum() / count if count else np.nan


@right(label_smoothing_loss_backward)
def through_the_softmax(grad_loss, logits, targets, eps, ignore_index=-100):
    q, count = smoothed(logits, targets, eps, ignore_index)
    p = np.exp(logits - np.max(logits, axis=1)[:, None])
    p = p / p.sum(axis=1)[:, None] * (targets != ignore_index)[:, None]
    return ((p - q) * (grad_loss / max(count, 1))).astype(logits.dtype)


with_the_share_of_all_classes_last = rewrite(
    {
        " - eps / logits.shape[1]\ngrad[rows, targets[rows]] -= 1 - eps": (
            "\ngrad[rows, targets[rows]] -= 1 - eps\ngrad[rows] -= eps / logits.shape[1]"
        )
    }
)


# --- The smoothed target ---------------------------------------------------------------------

LOSSES = "losses = -(1 - eps) * of_the_target - eps * log_p.mean(axis=1)"

shared_by_the_other_classes = slip(
    "eps is shared by the k − 1 other classes, as in some papers. Here all k classes share it, the "
    "target too.",
    {
        LOSSES: (
            "others = (log_p.sum(axis=1) - of_the_target) / max(logits.shape[1] - 1, 1)\n"
            "losses = -(1 - eps) * of_the_target - eps * others"
        )
    },
)

target_without_its_share = slip(
    "The target has 1 − eps only. It has a share of eps like every other class, or the row does "
    "not sum to 1.",
    {
        LOSSES: (
            "others = (log_p.sum(axis=1) - of_the_target) / logits.shape[1]\n"
            "losses = -(1 - eps) * of_the_target - eps * others"
        )
    },
)

target_left_at_one = slip(
    "The target keeps its 1, and eps comes on top: the row sums to 1 + eps.",
    {"-(1 - eps) * of_the_target": "-of_the_target"},
)

eps_for_every_class = slip(
    "Every class gets the whole eps. It is shared: eps / k for each.",
    {"log_p.mean(axis=1)": "log_p.sum(axis=1)"},
)

eps_exchanged = slip(
    "eps and 1 − eps are exchanged: the target should get nearly all.",
    {LOSSES: "losses = -eps * of_the_target - (1 - eps) * log_p.mean(axis=1)"},
)

no_smoothing = slip(
    "This is the plain cross-entropy: eps has no effect.", {LOSSES: "losses = -of_the_target"}
)

shared_over_the_rows = slip(
    "eps is divided by the number of rows. It is shared by the k classes.",
    {"eps * log_p.mean(axis=1)": "eps * log_p.sum(axis=1) / len(log_p)"},
)

logits_smoothed = slip(
    "The logits are mixed with their mean, not the targets.",
    {
        LOSSES: (
            "mixed = (1 - eps) * logits[rows] + eps * logits[rows].mean(axis=1, keepdims=True)\n"
            "losses = -_log_softmax(mixed)[np.arange(len(rows)), targets[rows]]"
        )
    },
)

probabilities_smoothed = slip(
    "The predicted probabilities are mixed with uniform ones, and the target is still certain. It "
    "is the target that is smoothed.",
    {LOSSES: ("losses = -np.log((1 - eps) * np.exp(of_the_target) + eps / logits.shape[1])")},
)

divergence_from_the_target = slip(
    "The entropy of the smoothed target is subtracted: that is the KL divergence. The gradient is "
    "the same, the loss is not.",
    {
        LOSSES: (
            LOSSES + "\nk = logits.shape[1]\n"
            "q = np.full(k, eps / k)\nq[0] += 1 - eps\n"
            "losses = losses + (q * np.log(np.where(q > 0, q, 1))).sum()"
        )
    },
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of finished probabilities. One that has underflowed to 0 costs "
    "infinity, or nan where its share is 0.",
    {"log_p = _log_softmax(logits[rows])": "log_p = np.log(np.exp(_log_softmax(logits[rows])))"},
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

clipped_probabilities = slip(
    "The probabilities are clipped at 1e-12, so no class costs more than 27.6.",
    {
        "log_p = _log_softmax(logits[rows])": (
            "log_p = np.log(np.clip(np.exp(_log_softmax(logits[rows])), 1e-12, None))"
        )
    },
)

without_the_maximum = slip(
    "exp overflows for large scores. What can you subtract from a row without changing its "
    "probabilities?",
    {"shifted = x - x.max(axis=1, keepdims=True)": "shifted = x"},
)

one_maximum_for_all = slip(
    "One maximum serves the whole batch: in a row far below it every exp underflows to 0.",
    {"x.max(axis=1, keepdims=True)": "x.max(initial=-np.inf)"},
)

# --- The mean --------------------------------------------------------------------------------

sum_over_the_rows = slip(
    "This is the sum over the rows. The loss is their mean.",
    {"float(losses.mean())": "float(losses.sum())"},
)

ignored_rows_in_the_divisor = slip(
    "It divides by the number of all rows. The mean is over those that count.",
    {"float(losses.mean())": "float(losses.sum() / len(targets))"},
)

ignored_rows_at_the_uniform_part = slip(
    "Rows that are ignored still pay for the uniform part of the target. They should not count at "
    "all.",
    {
        "float(losses.mean())": (
            "float((-(1 - eps) * of_the_target).mean()\n"
            "             - eps * _log_softmax(logits).mean())"
        )
    },
)

nothing_costs_nothing = slip(
    "If no row counts, the loss is 0. A mean of nothing is nan.", {"return math.nan": "return 0.0"}
)

zero_is_no_index = slip(
    "An `ignore_index` of 0 counts as none at all: 0 is false in `if` and `or`. Class 0 may be "
    "ignored like any other.",
    {"counts = targets != ignore_index": "counts = targets != (ignore_index or -100)"},
)

all_negative_targets_ignored = slip(
    "Every negative target is ignored. Only `ignore_index` should be.",
    {"counts = targets != ignore_index": "counts = (targets != ignore_index) & (targets >= 0)"},
)

in_bits = slip(
    "The loss is in bits, from log2. It should be in nats.",
    {"float(losses.mean())": "float(losses.mean() / np.log(2))"},
)

# --- The gradient ----------------------------------------------------------------------------

gradient_of_the_plain_loss = slip(
    "This is the gradient of the plain cross-entropy: eps has no effect.",
    {" - eps / logits.shape[1]": "", "-= 1 - eps": "-= 1"},
)

gradient_of_the_target_only = slip(
    "The share of eps is missing in the gradient: what a row's q sums to is less than 1.",
    {" - eps / logits.shape[1]": ""},
)

gradient_without_the_uniform_part = slip(
    "This is the gradient of the plain cross-entropy times 1 − eps. The uniform part of the target "
    "has one too.",
    {
        "np.exp(_log_softmax(logits[rows])) - eps / logits.shape[1]": (
            "(1 - eps) * np.exp(_log_softmax(logits[rows]))"
        )
    },
)

gradient_with_the_target_at_one = slip(
    "The target's q is 1 + eps / k. Smoothing takes eps from it before it is shared.",
    {"-= 1 - eps": "-= 1"},
)

gradient_shared_by_the_other_classes = slip(
    "eps is shared by the k − 1 other classes. Here all k classes share it, the target too.",
    {
        "- eps / logits.shape[1]": "- eps / max(logits.shape[1] - 1, 1)",
        "-= 1 - eps": "-= 1 - eps - eps / max(logits.shape[1] - 1, 1)",
    },
)

gradient_of_the_sum = slip(
    "The gradient is not divided by the number of rows that count, though the loss is their mean.",
    {"grad_loss / len(rows)": "grad_loss"},
)

gradient_divided_by_all_rows = slip(
    "The gradient is divided by the number of all rows, but the loss is a mean over those that "
    "count.",
    {"grad_loss / len(rows)": "grad_loss / len(targets)"},
)

gradient_against_its_sign = slip(
    "The sign is wrong: the gradient leads away from the target.",
    {"grad_loss / len(rows)": "-grad_loss / len(rows)"},
)

gradient_for_ignored_rows = slip(
    "Ignored rows get a gradient, though the loss does not depend on them.",
    {"grad[rows] = np.exp(_log_softmax(logits[rows]))": "grad[:] = np.exp(_log_softmax(logits))"},
)

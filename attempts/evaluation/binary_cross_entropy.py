import numpy as np

from attempts.evaluation.regression_losses import added_in_their_own_dtype
from kata.attempts import right, slip
from solutions.evaluation.binary_cross_entropy import (
    bce,
    bce_backward,
    bce_with_logits,
    bce_with_logits_backward,
)


def check(scores, target):
    if scores.shape != target.shape:
        raise ValueError("the arrays differ in shape")
    if np.any(target < 0) or np.any(target > 1):
        raise ValueError("a target is no probability")


# --- Right -----------------------------------------------------------------------------------


@right(bce)
def with_clipped_probabilities(p, target):
    check(p, target)
    check(target, p)
    least = np.exp(-100.0)
    yes, no = (np.log(np.clip(one.astype(np.float64), least, None)) for one in (p, 1 - p))
    return np.mean(-(target * yes + (1 - target) * no), dtype=np.float64)


@right(bce_backward)
def one_term_for_yes_and_one_for_no(grad_loss, p, target):
    check(p, target)
    check(target, p)
    return ((1 - target) / (1 - p) - target / p) * (grad_loss / max(p.size, 1))


@right(bce_with_logits)
def with_logaddexp(z, target):
    check(z, target)
    losses = target * np.logaddexp(0, -z) + (1 - target) * np.logaddexp(0, z)
    return float(losses.mean())


@right(bce_with_logits_backward)
def with_tanh(grad_loss, z, target):
    check(z, target)
    return ((np.tanh(z / 2) + 1) / 2 - target) * grad_loss / z.size


# --- All -------------------------------------------------------------------------------------

shapes_left_to_numpy = slip(
    "The shapes are not compared. NumPy broadcasts, so (n, 1) and (n,) become a table of n × n "
    "losses, without a word.",
    {"if scores.shape != target.shape:": "if False:"},
)

targets_unchecked = slip(
    "A target below 0 or above 1 is let through. It is no probability, and the loss would have no "
    "lower bound.",
    {'    _check_range("target", target)': "    pass"},
)

sum_for_mean = slip(
    "This is the sum over the entries. The loss is their mean.",
    {"float(losses.mean())": "float(losses.sum())"},
)

mean_over_the_first_axis = slip(
    "It divides by the length of the first axis only. The mean is over all entries.",
    {"float(losses.mean())": "float(losses.sum()) / len(losses)"},
)

in_bits = slip(
    "The loss is in bits, from log2. It should be in nats.",
    {"np.log(p)": "np.log2(p)", "np.log1p(-p)": "np.log2(1 - p)"},
)

without_the_sign = slip(
    "The sign is missing: a wrong answer should cost more, not less.",
    {"float(losses.mean())": "-float(losses.mean())"},
)

nothing_costs_nothing = slip(
    "Without entries the loss is 0. A mean of nothing is nan.", {"else math.nan": "else 0.0"}
)

# --- From probabilities ----------------------------------------------------------------------

BOTH = "-(target * log_yes + (1 - target) * log_no)"

only_yes_counts = slip(
    "Only −t · log p is there. Where the answer is no, 1 − p should be large: that term is "
    "missing.",
    {BOTH: "-target * log_yes"},
)

only_no_counts = slip(
    "Only the term of (1 − t) is there. Where the answer is yes, p should be large.",
    {BOTH: "-(1 - target) * log_no"},
)

targets_exchanged = slip(
    "t and 1 − t are exchanged: the loss rewards the wrong answer.",
    {BOTH: "-((1 - target) * log_yes + target * log_no)"},
)

targets_rounded = slip(
    "The target is taken as yes or no, by whether it exceeds one half. One between 0 and 1 weighs "
    "both logarithms.",
    {BOTH: "np.where(target > 0.5, -log_yes, -log_no)"},
)

clipped_at_1e_7 = slip(
    "The probabilities are clipped at 1e-7, so no answer costs more than 16. It is the logarithm "
    "that ends, at −100.",
    {
        "log_yes = np.maximum(np.log(p), -100)": "log_yes = np.log(np.clip(p, 1e-7, 1 - 1e-7))",
        "log_no = np.maximum(np.log1p(-p), -100)": (
            "log_no = np.log(1 - np.clip(p, 1e-7, 1 - 1e-7))"
        ),
    },
)

clipped_at_the_smallest_number = slip(
    "p is raised to the smallest number of its dtype. In float32 the logarithm of that is −87, and "
    "not −100.",
    {"np.log(p)": "np.log(np.maximum(p, np.finfo(p.dtype).tiny))"},
)

epsilon_in_the_logarithm = slip(
    "A small constant is added inside the logarithms, so no answer costs more than 28, and the "
    "others change a little. It is the logarithm that ends, at −100.",
    {
        "log_yes = np.maximum(np.log(p), -100)": "log_yes = np.log(p + 1e-12)",
        "log_no = np.maximum(np.log1p(-p), -100)": "log_no = np.log(1 - p + 1e-12)",
    },
)

logarithms_without_end = slip(
    "The logarithm of 0 is −∞: the loss becomes infinite, or nan where it is multiplied by 0. It "
    "should end at −100.",
    {"np.maximum(np.log(p), -100)": "np.log(p)", "np.maximum(np.log1p(-p), -100)": "np.log1p(-p)"},
)

only_infinity_replaced = slip(
    "Only an infinite logarithm becomes −100. A finite one below −100 should, too.",
    {
        "np.maximum(np.log(p), -100)": "np.where(p > 0, np.log(p), -100)",
        "np.maximum(np.log1p(-p), -100)": "np.where(p < 1, np.log1p(-p), -100)",
    },
)

probabilities_unchecked = slip(
    "A p below 0 or above 1 is let through.",
    {'_check(p, target)\n_check_range("p", p)\nwith': "_check(p, target)\nwith"},
)

probabilities_unchecked_in_the_gradient = slip(
    "A p below 0 or above 1 is let through.",
    {'_check(p, target)\n_check_range("p", p)\nreturn': "_check(p, target)\nreturn"},
)

sigmoid_of_probabilities = slip(
    "p goes through a sigmoid, as if it were a logit.",
    {"with np.errstate": "p = 1 / (1 + np.exp(-p))\nwith np.errstate"},
)

gradient_of_the_logits = slip(
    "This is the gradient with respect to the logits. It is not yet divided by p · (1 − p), the "
    "slope of the sigmoid.",
    {"(p - target) / (p * (1 - p)) / p.size": "(p - target) / p.size"},
)

divisor_clamped = slip(
    "The divisor is clamped, so the gradient of a p very near to 0 or 1 is far too small.",
    {"/ (p * (1 - p))": "/ np.maximum(p * (1 - p), 1e-12)"},
)

gradient_of_yes_only = slip(
    "Only the term of log p is differentiated: where the target is 0 there is no gradient.",
    {"(p - target) / (p * (1 - p)) / p.size": "-target / p / p.size"},
)

gradient_against_its_sign = slip(
    "The sign is wrong: the gradient leads away from the target.",
    {"(p - target) / (p * (1 - p)) / p.size": "(target - p) / (p * (1 - p)) / p.size"},
)

gradient_of_the_sum = slip(
    "It is the gradient of the sum. The loss is a mean, so it is divided by the number of entries.",
    {"(p - target) / (p * (1 - p)) / p.size": "(p - target) / (p * (1 - p))"},
)

gradient_divided_by_the_rows = slip(
    "The gradient is divided by the length of the first axis. The loss is a mean over all entries.",
    {"(p * (1 - p)) / p.size": "(p * (1 - p)) / max(len(p), 1)"},
)

# --- From logits -----------------------------------------------------------------------------

through_the_sigmoid = slip(
    "The logarithm is taken of a finished sigmoid. That is 1 to all digits from z = 37 on, and a "
    "confident mistake costs infinity.",
    {
        "return _mean(softplus - target * z)": (
            "p = 1 / (1 + np.exp(-z))\n"
            "return _mean(-(target * np.log(p) + (1 - target) * np.log(1 - p)))"
        )
    },
)

through_the_loss_of_probabilities = slip(
    "The sigmoid is taken first, and then the loss of probabilities, which ends at 100. A no with "
    "z = 1000 costs 1000.",
    {
        "return _mean(softplus - target * z)": (
            "small = np.exp(-np.abs(z))\n"
            "return bce(np.where(z >= 0, 1, small) / (1 + small), target)"
        )
    },
)

exp_of_large_logits = slip(
    "exp(z) overflows for large z. log(1 + exp(z)) can be written so that no exponent is positive.",
    {"np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))": "np.log1p(np.exp(z))"},
)

straight_from_20_on = slip(
    "For large z, log(1 + exp(z)) is taken as z too early, so a small loss becomes 0.",
    {
        "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))": (
            "np.where(z > 20, z, np.log1p(np.exp(np.minimum(z, 20))))"
        )
    },
)

positive_exponent = slip(
    "exp(|z|) overflows, and z is counted twice. The exponent should be negative.",
    {"np.log1p(np.exp(-np.abs(z)))": "np.log1p(np.exp(np.abs(z)))"},
)

absolute_value_missing = slip(
    "The form with max(z, 0) needs −|z| in the exponent. With z itself it is wrong for positive z.",
    {"np.log1p(np.exp(-np.abs(z)))": "np.log1p(np.exp(z))"},
)

maximum_missing = slip(
    "log(1 + exp(−|z|)) is only a part: for positive z, z itself has to be added.",
    {"np.maximum(z, 0) + np.log1p": "np.log1p"},
)

target_left_out = slip(
    "This is the loss as if every target were 0. Where the answer is yes, z lowers it.",
    {"softplus - target * z": "softplus"},
)

target_times_z_added = slip(
    "t · z is added, so the loss pushes z down where the answer is yes.",
    {"softplus - target * z": "softplus + target * z"},
)

logits_as_probabilities = slip(
    "The logits are taken for probabilities: the sigmoid is missing from the gradient.",
    {"p = np.where(z >= 0, 1, small) / (1 + small)": "p = z"},
)

slope_of_the_sigmoid_left_in = slip(
    "The gradient is multiplied by the sigmoid's slope, as that of a squared error would be. Here "
    "the logarithm cancels it.",
    {"(p - target) / z.size": "(p - target) * p * (1 - p) / z.size"},
)

logits_gradient_of_the_sum = slip(
    "It is the gradient of the sum. The loss is a mean, so it is divided by the number of entries.",
    {"(p - target) / z.size": "(p - target)"},
)

logits_gradient_divided_by_the_rows = slip(
    "The gradient is divided by the length of the first axis. The loss is a mean over all entries.",
    {"(p - target) / z.size": "(p - target) / max(len(z), 1)"},
)

logits_gradient_against_its_sign = slip(
    "The sign is wrong: the gradient leads away from the target.",
    {"(p - target) / z.size": "(target - p) / z.size"},
)

exp_over_one_plus_exp = slip(
    "exp(z) / (1 + exp(z)) is ∞/∞ for large z.",
    {"p = np.where(z >= 0, 1, small) / (1 + small)": "p = np.exp(z) / (1 + np.exp(z))"},
)

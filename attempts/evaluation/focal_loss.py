import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.focal_loss import focal_loss, focal_loss_backward


def check(logits, targets, alpha):
    """The targets' weights, once the arguments are known to be good."""
    n, k = logits.shape
    if targets.shape != (n,) or (alpha is not None and alpha.shape != (k,)):
        raise ValueError("targets and alpha should have shapes (n,) and (k,)")
    if not np.isin(targets, np.arange(k)).all():
        raise ValueError("a target is no class")
    return np.ones(n) if alpha is None else alpha[targets].astype(np.float64)


# --- Right -----------------------------------------------------------------------------------


@right(focal_loss)
def with_expm1(logits, targets, gamma=2.0, alpha=None):
    a = check(logits, targets, alpha)
    if not targets.size:
        return float("nan")
    wide = logits.astype(np.float64)
    nll = np.logaddexp.reduce(wide, axis=1) - wide[np.arange(len(a)), targets]
    return np.mean(a * np.power(-np.expm1(-nll), gamma) * nll)


@right(focal_loss_backward)
def through_the_log_probabilities(grad_loss, logits, targets, gamma=2.0, alpha=None):
    a = check(logits, targets, alpha)
    hot = targets[:, None] == np.arange(logits.shape[1])
    x = logits.astype(np.float64)
    probabilities = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
    p = probabilities[hot]
    # log p by the ratio of log p and 1 − p, which is −1 where p is 1.
    log_p = x[hot] - np.logaddexp.reduce(x, axis=1)
    q = -np.expm1(log_p)
    ratio = np.divide(log_p, q, out=-np.ones_like(q), where=q > 0)
    grad_log_p = a * q**gamma * (gamma * p * ratio - 1) * grad_loss / max(len(a), 1)
    return (grad_log_p[:, None] * (hot - probabilities)).astype(logits.dtype)


# --- The loss --------------------------------------------------------------------------------

plain_cross_entropy = slip(
    "This is the plain cross-entropy: gamma has no effect.",
    {"-a * (1 - np.exp(log_p)) ** gamma * log_p": "-a * log_p"},
)

p_for_one_minus_p = slip(
    "It is p that is raised to gamma, so the easy rows count most. It should be 1 − p.",
    {"(1 - np.exp(log_p)) ** gamma": "np.exp(log_p) ** gamma"},
)

gamma_as_a_factor = slip(
    "gamma multiplies 1 − p. It is an exponent.",
    {"(1 - np.exp(log_p)) ** gamma": "(1 - np.exp(log_p)) * gamma"},
)

one_minus_p_to_the_gamma = slip(
    "It takes 1 − p^gamma. The power belongs to the whole of 1 − p.",
    {"(1 - np.exp(log_p)) ** gamma": "(1 - np.exp(log_p) ** gamma)"},
)

logarithm_left_out = slip(
    "The logarithm is missing: only the weight (1 − p)^gamma is averaged.",
    {"-a * (1 - np.exp(log_p)) ** gamma * log_p": "a * (1 - np.exp(log_p)) ** gamma"},
)

logarithm_of_one_minus_p = slip(
    "The logarithm is that of 1 − p. It should be that of p.",
    {"** gamma * log_p": "** gamma * np.log(np.maximum(1 - np.exp(log_p), 1e-300))"},
)

sign_missing = slip(
    "The sign is missing: logarithms of probabilities are at most 0.",
    {"losses = -a *": "losses = a *"},
)

probability_of_the_prediction = slip(
    "p is the probability of the class with the highest score. It should be the target's.",
    {
        "log_p = _log_softmax(logits)[np.arange(len(targets)), targets]\nlosses": (
            "log_p = _log_softmax(logits).max(axis=1)\nlosses"
        )
    },
)

alpha_of_the_prediction = slip(
    "A row gets the alpha of the class that is predicted. It should be that of its target.",
    {"losses = -a": ("a = a if alpha is None else alpha[logits.argmax(axis=1)]\nlosses = -a")},
)

divided_by_the_alphas = slip(
    "It divides by the sum of the rows' alphas, as a weighted mean does. Here the mean is over n.",
    {"float(losses.mean()) if": "float(losses.sum() / a.sum()) if"},
)

alpha_inside_the_power = slip(
    "alpha is raised to gamma with 1 − p. It multiplies the loss once.",
    {"-a * (1 - np.exp(log_p)) ** gamma": "-((a * (1 - np.exp(log_p))) ** gamma)"},
)

sum_over_the_rows = slip(
    "This is the sum over the rows. The loss is their mean.",
    {"float(losses.mean()) if": "float(losses.sum()) if"},
)

sigmoid_of_the_target = slip(
    "p comes from a sigmoid of the target's own logit. It is that of a softmax over the k classes.",
    {
        "losses = -a": (
            "log_p = -np.logaddexp(0, -logits[np.arange(len(targets)), targets])\nlosses = -a"
        )
    },
)

all_classes_scored = slip(
    "Every class is scored, as a binary focal loss for each class does. Only the target counts.",
    {
        "losses = -a": (
            "q = np.exp(_log_softmax(logits))\n"
            "q[np.arange(len(targets)), targets] = 0\n"
            "other = (q**gamma * np.log(np.maximum(1 - q, 1e-300))).sum(axis=1)\n"
            "losses = -a * other - a"
        )
    },
)

logarithm_of_the_softmax = slip(
    "The logarithm is taken of a finished probability: where that has underflowed to 0, the loss "
    "is infinite.",
    {"losses = -a": "log_p = np.log(np.exp(log_p))\nlosses = -a"},
)

epsilon_in_the_logarithm = slip(
    "A small constant inside the logarithm caps the loss at 18. Log-softmax needs no guard.",
    {"losses = -a": "log_p = np.log(np.exp(log_p) + 1e-8)\nlosses = -a"},
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

cross_entropy_at_gamma_zero = slip(
    "For gamma = 0 alpha is forgotten. It weighs the rows whatever gamma is.",
    {"losses = -a *": "a = a if gamma else np.ones_like(a)\nlosses = -a *"},
)

focus_of_the_mean = slip(
    "The mean cross-entropy is focused as one number. Each row has its own p.",
    {
        "float(losses.mean()) if": (
            "float((1 - np.exp((a * log_p).mean())) ** gamma * -(a * log_p).mean()) if"
        )
    },
)

nothing_costs_nothing = slip(
    "Without rows the loss is 0. A mean of nothing is nan.", {"else math.nan": "else 0.0"}
)

# --- The gradient ----------------------------------------------------------------------------

weight_held_constant = slip(
    "(1 − p)^gamma is treated as a constant. It depends on the logits, too.",
    {"if gamma:": "if False:"},
)

second_term_added = slip(
    "The weight falls as p grows: its part of the derivative has the other sign.",
    {"slope -= gamma": "slope += gamma"},
)

chain_rule_through_p_missing = slip(
    "The derivative of (1 − p)^gamma by log p has a factor p, which is missing.",
    {"(1 - p) ** (gamma - 1) * p * log_p": "(1 - p) ** (gamma - 1) * log_p"},
)

exponent_not_lowered = slip(
    "The exponent stays gamma when (1 − p)^gamma is differentiated. It is lowered by 1.",
    {"** (gamma - 1)": "** gamma"},
)

factor_gamma_missing = slip(
    "The factor gamma is missing: it comes down when (1 − p)^gamma is differentiated.",
    {"slope -= gamma * ": "slope -= "},
)

nan_at_gamma_zero = slip(
    "At gamma = 0 and p = 1 the second term is 0 · ∞. It has no part in the loss there.",
    {
        "if gamma:\n    slope -= gamma * (1 - p) ** (gamma - 1)": (
            "if True:\n    slope = slope - gamma * np.power(1 - p, float(gamma - 1))"
        )
    },
)

gradient_of_the_sum = slip(
    "It is the gradient of the sum. The loss is a mean, so it is divided by the number of rows.",
    {"[:, None] * grad / len(targets)": "[:, None] * grad"},
)

gradient_divided_by_the_alphas = slip(
    "It is divided by the sum of the rows' alphas. The loss is a mean over n.",
    {"[:, None] * grad / len(targets)": "[:, None] * grad / a.sum()"},
)

gradient_without_alpha = slip(
    "alpha is missing in the gradient.", {"(a * slope)[:, None]": "slope[:, None]"}
)

gradient_by_the_target_only = slip(
    "Only the target's score has a gradient. The softmax makes p depend on all scores of the row.",
    {
        "return grad_loss * (a * slope)": (
            "others = np.ones(grad.shape, bool)\n"
            "others[rows, targets] = False\n"
            "grad[others] = 0\n"
            "return grad_loss * (a * slope)"
        )
    },
)

gradient_against_its_sign = slip(
    "The sign is wrong: the gradient leads away from the target.",
    {"return grad_loss * (a * slope)": "return -grad_loss * (a * slope)"},
)

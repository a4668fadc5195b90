import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.kl_divergence import kl_divergence, kl_from_logits


def check(p, q):
    if p.shape != q.shape:
        raise ValueError("p and q differ in shape")


# --- Right -----------------------------------------------------------------------------------


@right(kl_divergence)
def where_p_is_positive(p, q):
    check(p, q)
    terms = np.zeros_like(p)
    here = p > 0
    with np.errstate(divide="ignore"):
        terms[here] = p[here] * (np.log(p[here]) - np.log(q[here]))
    return terms.sum(-1)


@right(kl_divergence)
def cross_entropy_minus_entropy(p, q):
    check(p, q)
    with np.errstate(all="ignore"):
        entropy = -np.where(p == 0, 0, p * np.log(p)).sum(axis=-1)
        cross_entropy = -np.where(p == 0, 0, p * np.log(q)).sum(axis=-1)
    return cross_entropy - entropy


@right(kl_from_logits)
def with_logaddexp(p_logits, q_logits):
    check(p_logits, q_logits)
    a, b = (x - x.max(-1)[..., None] for x in (p_logits, q_logits))
    log_a, log_b = (np.logaddexp.reduce(x, axis=-1) for x in (a, b))
    p = np.exp(a - log_a[..., None])
    return np.einsum("...k,...k->...", p, a - b) - log_a + log_b


# --- Both ------------------------------------------------------------------------------------

shapes_left_to_numpy = slip(
    "The shapes are not compared. NumPy broadcasts, so a distribution can meet rows that are not "
    "its own, without a word.",
    {"if p.shape != q.shape:": "if False:"},
)

# --- From probabilities ----------------------------------------------------------------------

arguments_exchanged = slip(
    "This is KL(q ‖ p). The order matters: the logarithms are weighted by the first distribution.",
    {"possible = p > 0": "p, q = q, p\npossible = p > 0"},
)

weighted_by_q = slip(
    "The logarithms are weighted by q. It is p that says how often an outcome occurs.",
    {"(p * log_ratio).sum": "(q * log_ratio).sum"},
)

sign_exchanged = slip(
    "The sign is wrong: the divergence is never below 0.",
    {"return (p * log_ratio).sum": "return -(p * log_ratio).sum"},
)

nan_for_impossible_outcomes = slip(
    "Where p is 0, this is 0 · (−∞), which is nan. Such an outcome adds 0.",
    {
        "np.log(np.where(possible, p, 1)) - np.log(np.where(possible, q, 1))": (
            "np.log(p) - np.log(np.where(possible, q, 1))"
        ),
        'divide="ignore"': 'all="ignore"',
    },
)

nan_in_the_whole_term = slip(
    "Where p is 0, p · log(p / q) is computed as nan, whatever q is. Such an outcome adds 0.",
    {
        "return (p * log_ratio).sum": (
            'with np.errstate(all="ignore"):\n    return (p * np.log(p / q)).sum'
        )
    },
)

nan_where_both_are_zero = slip(
    "Where p and q are both 0, this is nan. An outcome with p = 0 adds 0, whatever q is.",
    {
        "np.log(np.where(possible, q, 1))": "np.log(np.where(possible | (q == 0), q, 1))",
        "(p * log_ratio).sum": "np.multiply(p, log_ratio).sum",
    },
)

dropped_after_the_warning = slip(
    "A division by 0 or the logarithm of 0 gives a warning, even where `np.where` then drops the "
    "result.",
    {
        "return (p * log_ratio).sum": (
            "return np.where(possible, p * np.log(p / q), 0).astype(p.dtype).sum"
        )
    },
)

impossible_for_q_left_out = slip(
    "Outcomes with q = 0 are left out, even where p is above 0. There the divergence is infinite.",
    {"possible = p > 0": "possible = (p > 0) & (q > 0)"},
)

epsilon_in_the_logarithm = slip(
    "A small constant is added to the probabilities, so that where q is 0 the result is finite. It "
    "should be ∞.",
    {
        "np.log(np.where(possible, p, 1)) - np.log(np.where(possible, q, 1))": (
            "np.log(p + 1e-12) - np.log(q + 1e-12)"
        )
    },
)

clipped_probabilities = slip(
    "The probabilities are clipped away from 0, so that where q is 0 the result is finite. It "
    "should be ∞.",
    {
        "np.log(np.where(possible, p, 1)) - np.log(np.where(possible, q, 1))": (
            "np.log(np.clip(p, 1e-10, 1)) - np.log(np.clip(q, 1e-10, 1))"
        )
    },
)

infinity_made_large = slip(
    "The infinite logarithm is replaced by a large number. The divergence is ∞ there.",
    {"(p * log_ratio).sum": "(p * np.nan_to_num(log_ratio)).sum"},
)

infinite_terms_made_large = slip(
    "∞ becomes the largest number of the dtype, as by `np.nan_to_num`. Here ∞ is right.",
    {"(p * log_ratio).sum": "np.nan_to_num(p * log_ratio).sum"},
)

cross_entropy = slip(
    "This is the cross-entropy of p and q. The entropy of p has to come off.",
    {"np.log(np.where(possible, p, 1)) - np.log(": "-np.log("},
)

entropy = slip(
    "This is minus the entropy of p. q has no part in it.",
    {" - np.log(np.where(possible, q, 1))": ""},
)

absolute_values = slip(
    "The terms are made positive. Some are negative; only their sum never is.",
    {"(p * log_ratio).sum": "(p * np.abs(log_ratio)).sum"},
)

difference_for_the_ratio = slip(
    "It takes the differences p − q, weighted by p. The logarithms of both are compared.",
    {"return (p * log_ratio).sum": "return (p * (p - q)).sum"},
)

symmetrised = slip(
    "KL(p ‖ q) and KL(q ‖ p) are averaged. Only the first is asked for.",
    {"(p * log_ratio).sum": "((p - q) * log_ratio / 2).sum"},
)

jensen_shannon = slip(
    "This is the Jensen-Shannon divergence, which measures both from their mean.",
    {
        "return (p * log_ratio).sum(axis=-1)": (
            "mean = (p + q) / 2\n"
            "ratios = [np.log(np.where(x > 0, x, 1) / np.where(x > 0, mean, 1)) for x in (p, q)]\n"
            "return ((p * ratios[0] + q * ratios[1]) / 2).sum(axis=-1)"
        )
    },
)

mean_over_the_outcomes = slip(
    "The terms are averaged. It is their sum over the outcomes.",
    {"(p * log_ratio).sum(": "(p * log_ratio).mean("},
)

one_number_for_the_batch = slip(
    "The rows' divergences are averaged. The result has one number a row.",
    {"(p * log_ratio).sum(axis=-1)": "np.asarray((p * log_ratio).sum(axis=-1).mean())"},
)

sum_over_the_batch = slip(
    "The sum runs along the first axis. Each row along the last axis is a distribution.",
    {"(p * log_ratio).sum(axis=-1)": "(p * log_ratio).sum(axis=0)"},
)

in_bits = slip(
    "The result is in bits, from log2. It should be in nats.",
    {"(p * log_ratio).sum(axis=-1)": "(p * log_ratio).sum(axis=-1) / float(np.log(2))"},
)

# --- From logits -----------------------------------------------------------------------------

logits_exchanged = slip(
    "This is KL(q ‖ p). The order matters: the logarithms are weighted by the first distribution.",
    {"log_p, log_q = _log_softmax(p_logits)": "log_q, log_p = _log_softmax(p_logits)"},
)

through_the_probabilities = slip(
    "The logarithm is taken of a finished softmax. Where that has underflowed to 0, the result is "
    "∞ or nan.",
    {
        "return (np.exp(log_p) * (log_p - log_q)).sum(axis=-1)": (
            "return kl_divergence(np.exp(log_p), np.exp(log_q))"
        )
    },
)

logits_as_logarithms = slip(
    "The logits are taken for log-probabilities: they are not normalized.",
    {
        "log_p, log_q = _log_softmax(p_logits), _log_softmax(q_logits)": (
            "log_p, log_q = _log_softmax(p_logits), q_logits"
        )
    },
)

log_probabilities_as_weights = slip(
    "The terms are weighted by log p. The weights are the probabilities themselves.",
    {"(np.exp(log_p) * (log_p - log_q)).sum": "(log_p * (log_p - log_q)).sum"},
)

logits_as_weights = slip(
    "The terms are weighted by the logits of p. The weights are the probabilities themselves.",
    {"(np.exp(log_p) * (log_p - log_q)).sum": "(p_logits * (log_p - log_q)).sum"},
)

maximum_added_back_first = slip(
    "Large logits lose the digits of their differences. Is the maximum added back before the "
    "scores are subtracted?",
    {
        "return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))": (
            "return x - (x - shifted + np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))"
        )
    },
)

logits_without_the_maximum = slip(
    "exp overflows for large scores. What can you subtract from a row without changing its "
    "probabilities?",
    {"shifted = x - x.max(axis=-1, keepdims=True)": "shifted = x"},
)

one_maximum_for_all = slip(
    "One maximum serves the whole batch: in a row far below it every exp underflows to 0.",
    {"x.max(axis=-1, keepdims=True)": "x.max(initial=-np.inf)"},
)

cross_entropy_of_logits = slip(
    "This is the cross-entropy of p and q. The entropy of p has to come off.",
    {"(np.exp(log_p) * (log_p - log_q)).sum": "(np.exp(log_p) * -log_q).sum"},
)

logits_averaged_over_the_outcomes = slip(
    "The terms are averaged. It is their sum over the outcomes.",
    {"(np.exp(log_p) * (log_p - log_q)).sum(": "(np.exp(log_p) * (log_p - log_q)).mean("},
)

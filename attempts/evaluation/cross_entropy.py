import numpy as np

from kata.attempts import right, wrong
from solutions.evaluation.cross_entropy import cross_entropy, cross_entropy_backward


def check(logits, targets, ignore_index):
    """The rows that count, once the arguments are known to be good."""
    if logits.shape[0] != targets.shape[0]:
        raise ValueError("logits and targets differ in length")
    bad = (targets != ignore_index) & ~np.isin(targets, np.arange(logits.shape[1]))
    if bad.any():
        raise ValueError("targets holds something that is no class")
    return np.flatnonzero(targets != ignore_index)


def log_softmax(x, axis=-1):
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax(x, axis=-1):
    return np.exp(log_softmax(x, axis))


def one_hot(targets, k):
    return (targets[:, None] == np.arange(k)).astype(np.float64)


# --- The loss --------------------------------------------------------------------------------


@right(cross_entropy)
def with_logaddexp(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if rows.size == 0:
        return float("nan")
    norm = np.logaddexp.reduce(logits[rows], axis=1)
    losses = norm - np.take_along_axis(logits[rows], targets[rows, None], 1)[:, 0]
    return losses.mean(dtype=np.float64)


@right(cross_entropy)
def with_one_hot_and_a_weighted_sum(logits, targets, ignore_index=-100):
    check(logits, targets, ignore_index)
    if not len(logits):
        return float("nan")
    weights = (targets != ignore_index).astype(logits.dtype)
    right_class = targets[:, None] == np.arange(logits.shape[1])
    log_p = log_softmax(logits.astype(np.float64))
    with np.errstate(invalid="ignore"):
        return -(weights * np.where(right_class, log_p, 0.0).sum(1)).sum() / weights.sum(
            dtype=float
        )


@wrong(
    cross_entropy,
    "exp overflows for large scores. What can be subtracted from every score of a row without "
    "changing its probabilities?",
)
def without_the_maximum(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    with np.errstate(all="ignore"):
        log_p = logits[rows] - np.log(np.exp(logits[rows]).sum(1, keepdims=True))
        return float(-log_p[np.arange(rows.size), targets[rows]].mean())


@wrong(
    cross_entropy,
    "One maximum for the whole batch: in a row far below it every exp underflows, and the "
    "logarithm of their sum is −∞. Each row needs its own.",
)
def one_maximum_for_all_rows(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    shifted = logits[rows] - logits[rows].max()
    with np.errstate(all="ignore"):
        log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        return float(-log_p[np.arange(rows.size), targets[rows]].mean())


@wrong(
    cross_entropy,
    "The logarithm is taken of finished probabilities: one that has underflowed to 0 costs "
    "infinity. Log-softmax can be written without that detour.",
)
def logarithm_of_the_softmax(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    with np.errstate(all="ignore"):
        p = softmax(logits[rows])[np.arange(rows.size), targets[rows]]
        return float(-np.log(p).mean())


@wrong(
    cross_entropy,
    "Clipping the probabilities avoids log(0), but caps the loss at −log(1e-12) ≈ 27.6, whatever "
    "the logits are. Log-softmax needs no clip.",
)
def clipped_probabilities(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    p = softmax(logits[rows])[np.arange(rows.size), targets[rows]]
    return float(-np.log(np.clip(p, 1e-12, 1.0)).mean())


@wrong(
    cross_entropy,
    "A small constant added inside the logarithm shifts every loss and caps large ones. "
    "Log-softmax needs no guard.",
)
def epsilon_in_the_logarithm(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    p = softmax(logits[rows])[np.arange(rows.size), targets[rows]]
    return float(-np.log(p + 1e-9).mean())


@wrong(cross_entropy, "This is the sum over the rows. The loss is their mean.")
def sum_over_the_rows(logits, targets, ignore_index=-100):
    return cross_entropy(logits, targets, ignore_index) * (targets != ignore_index).sum()


@wrong(
    cross_entropy,
    "It divides by the number of classes as well: a mean over all n × k entries of the product "
    "with the one-hot targets. The mean is over rows only.",
)
def mean_over_rows_and_classes(logits, targets, ignore_index=-100):
    return cross_entropy(logits, targets, ignore_index) / logits.shape[1]


@wrong(
    cross_entropy,
    "It divides by the number of classes where it should divide by the number of rows.",
)
def divided_by_the_classes(logits, targets, ignore_index=-100):
    rows = (targets != ignore_index).sum()
    return cross_entropy(logits, targets, ignore_index) * rows / logits.shape[1]


@wrong(
    cross_entropy,
    "The sum leaves the ignored rows out, but it is divided by the number of all rows. The mean is "
    "over the rows that count.",
)
def ignored_rows_in_the_divisor(logits, targets, ignore_index=-100):
    loss = cross_entropy(logits, targets, ignore_index)
    return loss * np.mean(targets != ignore_index) if len(logits) else loss


@wrong(
    cross_entropy,
    "Ignored rows have their logits set to zero but stay in the mean, at log k each. They should "
    "not count at all.",
)
def ignored_rows_as_zero_logits(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    counts = targets != ignore_index
    log_p = log_softmax(logits * counts[:, None])
    return float(-log_p[np.arange(len(targets)), np.where(counts, targets, 0)].mean())


@wrong(cross_entropy, "The argument `ignore_index` is not used: only −100 is ignored.")
def always_ignores_minus_100(logits, targets, ignore_index=-100):
    return cross_entropy(logits, targets)


@wrong(
    cross_entropy,
    "An `ignore_index` of 0 is taken for none at all: 0 counts as false in `if` and `or`. Class 0 "
    "may be ignored like any other.",
)
def zero_is_no_index(logits, targets, ignore_index=-100):
    return cross_entropy(logits, targets, ignore_index or -100)


@wrong(
    cross_entropy,
    "Every negative target is ignored. Only `ignore_index` is; any other target that is no class "
    "is an error.",
)
def ignores_all_negative_targets(logits, targets, ignore_index=-100):
    ignored = (targets < 0) | (targets == ignore_index)
    return cross_entropy(logits, np.where(ignored, -100, targets))


@wrong(
    cross_entropy,
    "Negative targets are not refused: NumPy counts them from the end, so −1 means the last class.",
)
def negative_targets_from_the_end(logits, targets, ignore_index=-100):
    k = logits.shape[1]
    wraps = (targets != ignore_index) & (targets < 0) & (targets >= -k)
    if ignore_index in range(k):
        return cross_entropy(logits, targets, ignore_index)
    return cross_entropy(logits, np.where(wraps, targets + k, targets), ignore_index)


@wrong(
    cross_entropy,
    "Targets that are no class are left to NumPy: some raise an IndexError, some pick a class from "
    "the end. They should be checked first.",
)
def targets_left_to_numpy(logits, targets, ignore_index=-100):
    if len(logits) != len(targets):
        raise ValueError("logits and targets differ in length")
    rows = np.flatnonzero(targets != ignore_index)
    if not rows.size:
        return float("nan")
    return float(-log_softmax(logits[rows])[np.arange(rows.size), targets[rows]].mean())


@wrong(
    cross_entropy,
    "The lengths are not compared: a single target is silently broadcast over all rows.",
)
def one_target_for_all_rows(logits, targets, ignore_index=-100):
    if len(targets) == 1:
        targets = np.repeat(targets, len(logits))
    return cross_entropy(logits, targets, ignore_index)


@wrong(
    cross_entropy,
    "Without a row that counts the loss is said to be 0, as if all were well. A mean of nothing is "
    "nan.",
)
def nothing_costs_nothing(logits, targets, ignore_index=-100):
    loss = cross_entropy(logits, targets, ignore_index)
    return 0.0 if np.isnan(loss) else loss


@wrong(cross_entropy, "The loss is halved. Cross-entropy has no factor ½.")
def half_the_loss(logits, targets, ignore_index=-100):
    return 0.5 * cross_entropy(logits, targets, ignore_index)


@wrong(cross_entropy, "The loss is in bits, from log2. It should be in nats.")
def in_bits(logits, targets, ignore_index=-100):
    return cross_entropy(logits, targets, ignore_index) / np.log(2.0)


@wrong(cross_entropy, "The sign is missing: logarithms of probabilities are at most 0.")
def without_the_sign(logits, targets, ignore_index=-100):
    return -cross_entropy(logits, targets, ignore_index)


@wrong(
    cross_entropy,
    "The softmax runs down the batch. Each row is a distribution over classes of its own.",
)
def softmax_over_the_batch(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    log_p = log_softmax(logits[rows], axis=0)
    return float(-log_p[np.arange(rows.size), targets[rows]].mean())


@wrong(
    cross_entropy,
    "The softmax is applied twice: once to get probabilities, and again inside the loss.",
)
def softmax_twice(logits, targets, ignore_index=-100):
    check(logits, targets, ignore_index)
    return cross_entropy(softmax(logits), targets, ignore_index)


@wrong(
    cross_entropy,
    "The logits are taken for probabilities: the softmax is missing.",
)
def logits_as_probabilities(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    with np.errstate(all="ignore"):
        return float(-np.log(logits[rows, targets[rows]]).mean())


@wrong(
    cross_entropy,
    "The score of the right class is taken as it is: the logarithm of the normalizing sum is "
    "missing.",
)
def without_the_normalizer(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    return float(-logits[rows, targets[rows]].mean())


@wrong(
    cross_entropy,
    "`log_p[:, targets]` picks every row's value for every target, n × n of them. Each row has one "
    "right class only.",
)
def all_rows_with_all_targets(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    return float(-log_softmax(logits[rows])[:, targets[rows]].mean())


@wrong(
    cross_entropy,
    "It builds an n × n matrix to take its diagonal. Pair each row with its own target instead.",
)
def diagonal_of_all_pairs(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    return float(-np.diag(log_softmax(logits[rows])[:, targets[rows]]).mean())


@wrong(
    cross_entropy,
    "The logarithm of the mean probability. The loss is the mean of the logarithms.",
)
def logarithm_of_the_mean(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    log_p = log_softmax(logits[rows])[np.arange(rows.size), targets[rows]]
    # In a form that does not underflow, so that only the order is wrong.
    return float(np.log(rows.size) - np.logaddexp.reduce(log_p))


@wrong(
    cross_entropy,
    "It scores the wrong classes as well, as a binary loss for each class would. Only the right "
    "class's probability enters.",
)
def binary_loss_for_every_class(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    p = np.clip(softmax(logits[rows]), 1e-300, 1.0)
    y = one_hot(targets[rows], logits.shape[1])
    # The clip at 1e-300 keeps log(0) away from terms whose factor is 0.
    losses = -(y * log_softmax(logits[rows]) + (1 - y) * np.log(np.clip(1 - p, 1e-300, 1.0)))
    return float(losses.sum(axis=1).mean())


@wrong(cross_entropy, "The loss of float32 logits is an np.float32. It should be a plain float.")
def a_float32_for_float32(logits, targets, ignore_index=-100):
    return logits.dtype.type(cross_entropy(logits, targets, ignore_index))


@wrong(
    cross_entropy,
    "It writes into logits: an operation in place, as `logits -= …`, changes the caller's array.",
)
def in_place(logits, targets, ignore_index=-100):
    loss = cross_entropy(logits, targets, ignore_index)
    if len(logits):
        logits -= logits.max(axis=1, keepdims=True)
    return loss


@wrong(
    cross_entropy,
    "The one-hot rows are cut from a k × k identity: with many classes, that takes far more memory "
    "than the logits.",
)
def one_hot_from_the_identity(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    hot = np.eye(logits.shape[1])[targets[rows]]
    return float(-(hot * log_softmax(logits[rows])).sum(axis=1).mean())


@wrong(
    cross_entropy,
    "It goes through the rows one at a time in Python. Index arrays pick one entry of every row "
    "at once.",
)
def one_row_at_a_time(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    losses = [-log_softmax(logits[i])[targets[i]] for i in rows]
    return float(sum(losses) / len(losses)) if losses else float("nan")


@wrong(cross_entropy, "It goes through the classes one at a time in Python.")
def one_class_at_a_time(logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    if not rows.size:
        return float("nan")
    log_p, total = log_softmax(logits[rows].astype(np.float64)), 0.0
    for c in range(logits.shape[1]):
        total -= log_p[targets[rows] == c, c].sum()
    return float(total / rows.size)


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


@wrong(cross_entropy_backward, "The gradient is missing: the result is always zero.")
def all_zeros(grad_loss, logits, targets, ignore_index=-100):
    check(logits, targets, ignore_index)
    return np.zeros_like(logits)


@wrong(
    cross_entropy_backward,
    "The loss is a mean over the rows that count: its gradient is divided by their number.",
)
def without_the_mean(grad_loss, logits, targets, ignore_index=-100):
    scale = float((targets != ignore_index).sum())
    return cross_entropy_backward(grad_loss, logits, targets, ignore_index) * scale


@wrong(
    cross_entropy_backward,
    "The gradient is divided by the number of all rows, but the loss is a mean over those that "
    "count.",
)
def ignored_rows_in_the_gradients_divisor(grad_loss, logits, targets, ignore_index=-100):
    share = float((targets != ignore_index).sum() / max(len(targets), 1))
    return cross_entropy_backward(grad_loss, logits, targets, ignore_index) * share


@wrong(cross_entropy_backward, "The gradient is divided by the number of classes too.")
def divided_by_the_classes_too(grad_loss, logits, targets, ignore_index=-100):
    return cross_entropy_backward(grad_loss, logits, targets, ignore_index) / logits.shape[1]


@wrong(
    cross_entropy_backward,
    "`grad_loss` is not used. The chain rule multiplies by the gradient from above.",
)
def without_the_upstream_gradient(grad_loss, logits, targets, ignore_index=-100):
    return cross_entropy_backward(1.0, logits, targets, ignore_index)


@wrong(
    cross_entropy_backward,
    "Ignored rows get a gradient, though the loss does not depend on them.",
)
def gradient_for_ignored_rows(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = cross_entropy_backward(grad_loss, logits, targets, ignore_index)
    ignored = targets == ignore_index
    if rows.size and ignored.any():
        grad[ignored] = softmax(logits[ignored]) * (grad_loss / rows.size)
    return grad


@wrong(cross_entropy_backward, "The sign is turned: the gradient leads away from the target.")
def target_minus_probability(grad_loss, logits, targets, ignore_index=-100):
    return -cross_entropy_backward(grad_loss, logits, targets, ignore_index)


@wrong(
    cross_entropy_backward,
    "These are the probabilities alone. The score of the right class also enters the loss "
    "directly, and that part of the gradient is missing.",
)
def probabilities_only(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        grad[rows] = softmax(logits[rows]) * (grad_loss / rows.size)
    return grad


@wrong(
    cross_entropy_backward,
    "This is the gradient with respect to the log-probabilities. It still has to pass through the "
    "log-softmax: every score of a row changes the row's sum.",
)
def gradient_by_the_log_probabilities(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        grad[rows, targets[rows]] = -grad_loss / rows.size
    return grad


@wrong(
    cross_entropy_backward,
    "`grad[:, targets] -= 1` subtracts in every row for every class that is a target of some row. "
    "Each row has one right class only.",
)
def every_target_in_every_row(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        p = softmax(logits[rows])
        p[:, targets[rows]] -= 1.0
        grad[rows] = p * (grad_loss / rows.size)
    return grad


@wrong(
    cross_entropy_backward,
    "Without a row that counts, 0 is divided by 0. The promise is zeros.",
)
def nan_when_no_row_counts(grad_loss, logits, targets, ignore_index=-100):
    grad = cross_entropy_backward(grad_loss, logits, targets, ignore_index)
    return grad if (targets != ignore_index).any() else np.full_like(logits, np.nan)


@wrong(
    cross_entropy_backward,
    "exp overflows for large scores, and ∞/∞ is nan. Nothing forbids subtracting a constant from "
    "a row first.",
)
def gradient_without_the_maximum(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        with np.errstate(all="ignore"):
            grad[rows] = np.exp(logits[rows]) / np.exp(logits[rows]).sum(1, keepdims=True)
        grad[rows, targets[rows]] -= 1.0
        grad *= grad_loss / rows.size
    return grad


@wrong(
    cross_entropy_backward,
    "One maximum for the whole batch: a row far below it becomes 0/0. Each row needs its own.",
)
def gradient_with_one_maximum(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        e = np.exp(logits[rows] - logits[rows].max())
        with np.errstate(all="ignore"):
            grad[rows] = e / e.sum(1, keepdims=True)
        grad[rows, targets[rows]] -= 1.0
        grad *= grad_loss / rows.size
    return grad


@wrong(
    cross_entropy_backward,
    "The softmax runs down the batch. Each row is a distribution over classes of its own.",
)
def gradient_with_the_softmax_over_the_batch(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        grad[rows] = softmax(logits[rows], axis=0)
        grad[rows, targets[rows]] -= 1.0
        grad *= grad_loss / rows.size
    return grad


@wrong(
    cross_entropy_backward,
    "The softmax's Jacobian is applied once too often: p − y is already the gradient with respect "
    "to the logits.",
)
def jacobian_applied_twice(grad_loss, logits, targets, ignore_index=-100):
    grad = cross_entropy_backward(grad_loss, logits, targets, ignore_index)
    p = softmax(logits)
    return p * (grad - (grad * p).sum(1, keepdims=True))


@wrong(cross_entropy_backward, "The argument `ignore_index` is not used: only −100 is ignored.")
def gradient_ignores_minus_100_only(grad_loss, logits, targets, ignore_index=-100):
    return cross_entropy_backward(grad_loss, logits, targets)


@wrong(
    cross_entropy_backward,
    "An `ignore_index` of 0 is taken for none at all: 0 counts as false in `if` and `or`. Class 0 "
    "may be ignored like any other.",
)
def gradient_takes_zero_for_no_index(grad_loss, logits, targets, ignore_index=-100):
    return cross_entropy_backward(grad_loss, logits, targets, ignore_index or -100)


@wrong(cross_entropy_backward, "The gradient is half of what it should be.")
def half_the_gradient(grad_loss, logits, targets, ignore_index=-100):
    return 0.5 * cross_entropy_backward(grad_loss, logits, targets, ignore_index)


@wrong(
    cross_entropy_backward,
    "Targets that are no class are left to NumPy: some raise an IndexError, some pick a class from "
    "the end. The gradient needs the same checks as the loss.",
)
def gradient_with_targets_left_to_numpy(grad_loss, logits, targets, ignore_index=-100):
    if len(logits) != len(targets):
        raise ValueError("logits and targets differ in length")
    rows = np.flatnonzero(targets != ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        grad[rows] = softmax(logits[rows])
        grad[rows, targets[rows]] -= 1.0
        grad *= grad_loss / rows.size
    return grad


@wrong(
    cross_entropy_backward,
    "The lengths are not compared: a single target is silently broadcast over all rows.",
)
def gradient_with_one_target_for_all_rows(grad_loss, logits, targets, ignore_index=-100):
    if len(targets) == 1:
        targets = np.repeat(targets, len(logits))
    return cross_entropy_backward(grad_loss, logits, targets, ignore_index)


@wrong(
    cross_entropy_backward,
    "The gradient is float64 whatever the logits are: something on the way converts it.",
)
def always_float64(grad_loss, logits, targets, ignore_index=-100):
    return cross_entropy_backward(grad_loss, logits.astype(np.float64), targets, ignore_index)


@wrong(
    cross_entropy_backward,
    "It writes into logits: an operation in place, as `logits -= …`, changes the caller's array.",
)
def gradient_in_place(grad_loss, logits, targets, ignore_index=-100):
    logits[...] = cross_entropy_backward(grad_loss, logits, targets, ignore_index)
    return logits


@wrong(
    cross_entropy_backward,
    "Its memory grows with n²: it builds an n × n matrix on the way. One row of the gradient needs "
    "only its own row of logits.",
)
def gradient_by_an_n_by_n_matrix(grad_loss, logits, targets, ignore_index=-100):
    return np.eye(len(logits)).astype(logits.dtype) @ cross_entropy_backward(
        grad_loss, logits, targets, ignore_index
    )


@wrong(
    cross_entropy_backward,
    "The one-hot rows are cut from a k × k identity: with many classes, that takes far more memory "
    "than the logits.",
)
def gradient_with_one_hot_from_the_identity(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        hot = np.eye(logits.shape[1])[targets[rows]]
        grad[rows] = (softmax(logits[rows]) - hot) * (grad_loss / rows.size)
    return grad


@wrong(
    cross_entropy_backward,
    "It goes through the rows one at a time in Python. Index arrays reach one entry of every row "
    "at once.",
)
def gradient_one_row_at_a_time(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    for i in rows:
        grad[i] = softmax(logits[i])
        grad[i, targets[i]] -= 1.0
        grad[i] *= grad_loss / len(rows)
    return grad


@wrong(cross_entropy_backward, "It goes through the classes one at a time in Python.")
def gradient_one_class_at_a_time(grad_loss, logits, targets, ignore_index=-100):
    rows = check(logits, targets, ignore_index)
    grad = np.zeros_like(logits)
    if rows.size:
        p = softmax(logits[rows])
        for c in range(logits.shape[1]):
            grad[rows, c] = (p[:, c] - (targets[rows] == c)) * (grad_loss / rows.size)
    return grad

import numpy as np

from kata.attempts import right, wrong
from solutions.basics.perceptron import fit, predict


def check_w(x, w):
    if x.ndim != 2 or w.shape != (x.shape[1],):
        raise ValueError("x and w do not fit")


def check_shapes(x, y):
    if x.ndim != 2 or y.shape != (len(x),):
        raise ValueError("x and y do not fit")


def check(x, y):
    check_shapes(x, y)
    if not set(y.tolist()) <= {0, 1}:
        raise ValueError("a label is neither 0 nor 1")


# --- predict ---------------------------------------------------------------------------------


@right(predict)
def by_the_heaviside_step(x, w, b):
    check_w(x, w)
    scores = np.einsum("nd,d->n", x, w) + b
    return np.heaviside(scores, 0.0).astype(np.int64)


@right(predict)
def with_the_bias_as_one_more_weight(x, w, b):
    check_w(x, w)
    scores = np.column_stack([x, np.ones(len(x))]) @ np.append(w, b)
    return np.where(scores > 0, 1, 0)


@wrong(predict, "At a score of exactly 0 the label is 1, as the comparison has ≥. It should be 0.")
def one_at_0(x, w, b):
    check_w(x, w)
    return (x @ w + b >= 0).astype(np.int64)


@wrong(predict, "The bias is missing: the border always passes through the origin.")
def without_the_bias(x, w, b):
    return predict(x, w, 0.0)


@wrong(predict, "The bias is subtracted, as a threshold would be. Here it is added to the score.")
def bias_as_a_threshold(x, w, b):
    return predict(x, w, -b)


@wrong(predict, "The labels are −1 and 1, the signs of the scores. They should be 0 and 1.")
def labels_of_minus_1_and_1(x, w, b):
    return 2 * predict(x, w, b) - 1


@wrong(predict, "The labels are True and False. They should be integers.")
def labels_as_booleans(x, w, b):
    return predict(x, w, b) > 0


@wrong(predict, "The labels are floats. They should be integers, of dtype int64.")
def labels_as_floats(x, w, b):
    return predict(x, w, b).astype(np.float64)


@wrong(predict, "These are the scores themselves: the step that makes labels of them is missing.")
def scores_for_labels(x, w, b):
    check_w(x, w)
    return x @ w + b


@wrong(predict, "The score is compared with 1/2. That is the border for a probability.")
def a_border_of_one_half(x, w, b):
    return predict(x, w, b - 0.5)


@wrong(
    predict,
    "The score goes through a sigmoid first, which is 1/2 to all digits for small scores: those "
    "just above 0 are lost.",
)
def through_a_sigmoid(x, w, b):
    check_w(x, w)
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-(x @ w + b))) > 0.5).astype(np.int64)


@wrong(predict, "The labels are turned round: 0 where the score is positive.")
def labels_turned_round(x, w, b):
    return 1 - predict(x, w, b)


@wrong(predict, "Each label has an axis of its own: (n, 1). There should be one axis, (n,).")
def a_column_of_labels(x, w, b):
    return predict(x, w, b)[:, None]


@wrong(
    predict,
    "Shapes that do not fit are broadcast or multiplied without a word; they should be refused.",
)
def w_not_checked(x, w, b):
    return ((x * w).sum(axis=-1) + b > 0).astype(np.int64)


@wrong(predict, "It goes through the samples one at a time in Python. One product serves them all.")
def one_sample_at_a_time(x, w, b):
    check_w(x, w)
    return np.array([int(sample @ w + b > 0) for sample in x], dtype=np.int64)


@wrong(predict, "It adds up the features one at a time in Python. One product serves them all.")
def one_feature_at_a_time(x, w, b):
    check_w(x, w)
    scores = np.full(len(x), b, dtype=x.dtype)
    for feature, weight in zip(x.T, w, strict=True):
        scores += weight * feature
    return (scores > 0).astype(np.int64)


# --- fit -------------------------------------------------------------------------------------


@right(fit)
def by_counting_mistakes(x, y, epochs, lr):
    """The dual form: w is a sum of samples, each as often as it was got wrong."""
    check(x, y)
    products = x @ x.T + 1
    counts = np.zeros(len(x), dtype=x.dtype)
    mistakes = []
    while len(mistakes) < epochs and 0 not in mistakes:
        before = counts.copy()
        for i, label in enumerate(y):
            counts[i] += int(label) - int(products[i] @ counts > 0)
        mistakes.append(int(np.abs(counts - before).sum()))
    return lr * (counts @ x), lr * float(counts.sum()), mistakes


@right(fit)
def from_one_mistake_to_the_next(x, y, epochs, lr):
    """Between two mistakes w stays, so that one product finds the next of them."""
    check(x, y)
    with_one = np.column_stack([x, np.ones(len(x), dtype=x.dtype)])
    signs = np.where(y == 1, 1, -1).astype(x.dtype)
    weights = np.zeros(with_one.shape[1], dtype=x.dtype)
    mistakes = []
    for _ in range(epochs):
        start, wrong = 0, 0
        while (missed := np.flatnonzero((with_one[start:] @ weights > 0) != y[start:])).size:
            i = start + int(missed[0])
            weights = weights + lr * (signs[i] * with_one[i])
            start, wrong = i + 1, wrong + 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return weights[:-1].copy(), float(weights[-1]), mistakes


@right(fit)
def with_labels_of_minus_1_and_1(x, y, epochs, lr):
    check(x, y)
    w, b, mistakes = np.zeros(x.shape[1], dtype=x.dtype), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for sample, label in zip(x, y, strict=True):
            predicted = 1 if float(np.dot(w, sample)) + b > 0 else -1
            target = 1 if label else -1
            if predicted != target:
                w, b, wrong = w + lr * target * sample, b + lr * target, wrong + 1
        mistakes.append(wrong)
        if not wrong:
            break
    return w, b, mistakes


def trained(x, y, epochs, step, w=None, stops=True):
    """Run `step(sample, label, w, b)`, which gives the new w and b and whether it was a mistake."""
    check(x, y)
    w = np.zeros(x.shape[1], dtype=x.dtype) if w is None else w
    b, mistakes = 0.0, []
    for _ in range(epochs):
        mistakes.append(0)
        for sample, label in zip(x, y.tolist(), strict=True):
            w, b, missed = step(sample, label, w, b)
            mistakes[-1] += int(missed)
        if stops and mistakes[-1] == 0:
            break
    return w, b, mistakes


def rule(lr):
    def step(sample, label, w, b):
        error = label - int(sample @ w + b > 0)
        return w + lr * error * sample, b + lr * error, error != 0

    return step


@wrong(
    fit,
    "All samples of an epoch are predicted before w changes. Each should be predicted with what "
    "the one before has left.",
)
def one_update_an_epoch(x, y, epochs, lr):
    check(x, y)
    w, b, mistakes = np.zeros(x.shape[1], dtype=x.dtype), 0.0, []
    for _ in range(epochs):
        errors = y - (x @ w + b > 0)
        w = w + lr * (errors.astype(x.dtype) @ x)
        b += lr * float(errors.sum())
        mistakes.append(int(np.count_nonzero(errors)))
        if not mistakes[-1]:
            break
    return w, b, mistakes


@wrong(
    fit,
    "The error is y − score, not y − ŷ: that is the delta rule (Adaline). Here the score goes "
    "through the step first.",
)
def the_delta_rule(x, y, epochs, lr):
    def step(sample, label, w, b):
        score = float(sample @ w) + b
        error = label - score
        return w + lr * error * sample, b + lr * error, label != int(score > 0)

    return trained(x, y, epochs, step)


@wrong(
    fit,
    "w moves at every sample, right or wrong. Where the prediction is right, it should stay.",
)
def an_update_at_every_sample(x, y, epochs, lr):
    def step(sample, label, w, b):
        sign = 2 * label - 1
        missed = label != int(sample @ w + b > 0)
        return w + lr * sign * sample, b + lr * sign, missed

    return trained(x, y, epochs, step)


@wrong(
    fit,
    "Only samples with the label 1 teach anything: the update uses y where it should use y − ŷ.",
)
def the_label_for_the_error(x, y, epochs, lr):
    def step(sample, label, w, b):
        missed = label != int(sample @ w + b > 0)
        change = lr * label * missed
        return w + change * sample, b + change, missed

    return trained(x, y, epochs, step)


@wrong(fit, "The update goes the wrong way: ŷ − y instead of y − ŷ.")
def away_from_the_label(x, y, epochs, lr):
    return trained(x, y, epochs, rule(-lr))


@wrong(
    fit,
    "The updates are twice as long, as with labels of −1 and 1. Here y − ŷ is −1, 0 or 1.",
)
def twice_as_long(x, y, epochs, lr):
    return trained(x, y, epochs, rule(2 * lr))


@wrong(
    fit,
    "A score of exactly 0 counts as a mistake for either label. It is a prediction too, of the "
    "label 0.",
)
def a_score_of_0_is_always_a_mistake(x, y, epochs, lr):
    def step(sample, label, w, b):
        sign = 2 * label - 1
        missed = sign * (float(sample @ w) + b) <= 0
        return w + lr * sign * missed * sample, b + lr * sign * missed, missed

    return trained(x, y, epochs, step)


@wrong(fit, "While learning, a score of exactly 0 is taken for the label 1. It should be 0.")
def learning_with_one_at_0(x, y, epochs, lr):
    def step(sample, label, w, b):
        error = label - int(sample @ w + b >= 0)
        return w + lr * error * sample, b + lr * error, error != 0

    return trained(x, y, epochs, step)


@wrong(fit, "The bias never moves: it has to learn as well.")
def bias_stays_at_0(x, y, epochs, lr):
    def step(sample, label, w, b):
        error = label - int(sample @ w + b > 0)
        return w + lr * error * sample, b, error != 0

    return trained(x, y, epochs, step)


@wrong(fit, "The bias moves by y − ŷ alone: there too, lr should scale the step.")
def bias_without_lr(x, y, epochs, lr):
    def step(sample, label, w, b):
        error = label - int(sample @ w + b > 0)
        return w + lr * error * sample, b + error, error != 0

    return trained(x, y, epochs, step)


@wrong(fit, "The predictions leave out the bias, though it is learnt.")
def predictions_without_the_bias(x, y, epochs, lr):
    def step(sample, label, w, b):
        error = label - int(sample @ w > 0)
        return w + lr * error * sample, b + lr * error, error != 0

    return trained(x, y, epochs, step)


@wrong(fit, "The argument `lr` is not used: every step has the length 1.")
def lr_ignored(x, y, epochs, lr):
    return trained(x, y, epochs, rule(1.0))


@wrong(fit, "w starts at random numbers. It should start at 0.")
def a_random_start(x, y, epochs, lr):
    w = np.random.default_rng(0).normal(scale=0.1, size=x.shape[1]).astype(x.dtype)
    return trained(x, y, epochs, rule(lr), w=w)


@wrong(fit, "The samples are shuffled first. Here they come in their order.")
def shuffled(x, y, epochs, lr):
    check(x, y)
    order = np.random.default_rng(0).permutation(len(x))
    return trained(x[order], y[order], epochs, rule(lr))


@wrong(fit, "It never ends early: an epoch without a mistake should be the last.")
def all_epochs(x, y, epochs, lr):
    return trained(x, y, epochs, rule(lr), stops=False)


@wrong(
    fit,
    "Training ends as soon as one sample is right. It should end after a whole epoch without a "
    "mistake.",
)
def ends_at_a_right_sample(x, y, epochs, lr):
    check(x, y)
    w, b, mistakes, step = np.zeros(x.shape[1], dtype=x.dtype), 0.0, [], rule(lr)
    for _ in range(epochs):
        mistakes.append(0)
        for sample, label in zip(x, y.tolist(), strict=True):
            w, b, missed = step(sample, label, w, b)
            if not missed:
                return w, b, mistakes
            mistakes[-1] += 1
    return w, b, mistakes


@wrong(fit, "The epoch without a mistake is left out of `mistakes`: its 0 belongs at the end.")
def the_last_0_left_out(x, y, epochs, lr):
    w, b, mistakes = fit(x, y, epochs, lr)
    return w, b, [count for count in mistakes if count]


@wrong(fit, "The mistakes are not counted anew in each epoch.")
def mistakes_added_up(x, y, epochs, lr):
    w, b, mistakes = fit(x, y, epochs, lr)
    return w, b, np.cumsum(mistakes).tolist()


@wrong(
    fit,
    "The mistakes are counted after the epoch, by what it has learnt in the end. They should be "
    "those that it learnt from.",
)
def mistakes_counted_afterwards(x, y, epochs, lr):
    check(x, y)
    w, b, mistakes, step = np.zeros(x.shape[1], dtype=x.dtype), 0.0, [], rule(lr)
    for _ in range(epochs):
        for sample, label in zip(x, y.tolist(), strict=True):
            w, b, _ = step(sample, label, w, b)
        mistakes.append(int(np.count_nonzero(predict(x, w, b) != y)))
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


@wrong(fit, "`mistakes` holds the share of wrong predictions. It should hold their number.")
def shares_of_mistakes(x, y, epochs, lr):
    w, b, mistakes = fit(x, y, epochs, lr)
    return w, b, [count / len(x) for count in mistakes]


@wrong(fit, "w has the bias as one more entry. It should be apart: w has d entries.")
def bias_left_in_w(x, y, epochs, lr):
    w, b, mistakes = fit(x, y, epochs, lr)
    return np.append(w, x.dtype.type(b)), b, mistakes


@wrong(
    fit,
    "w is float64 whatever x is: a NumPy number of that dtype, or an array made on the way, has "
    "won over float32.",
)
def w_always_float64(x, y, epochs, lr):
    w, b, mistakes = fit(x, y, epochs, lr)
    return w.astype(np.float64), b, mistakes


@wrong(fit, "Labels other than 0 and 1 are taken as they come; −1, say, should be refused.")
def labels_not_checked(x, y, epochs, lr):
    check_shapes(x, y)
    w, b, mistakes, step = np.zeros(x.shape[1], dtype=x.dtype), 0.0, [], rule(lr)
    for _ in range(epochs):
        mistakes.append(0)
        for sample, label in zip(x, y.tolist(), strict=True):
            w, b, missed = step(sample, label, w, b)
            mistakes[-1] += int(missed)
        if mistakes[-1] == 0:
            break
    return w, b, mistakes


@wrong(
    fit,
    "Samples and labels of different number, or with other axes, are cut to fit without a word. "
    "They should be refused.",
)
def number_of_labels_not_checked(x, y, epochs, lr):
    labels = y.ravel()
    rows = x.reshape(len(x), -1)
    n = min(len(rows), len(labels))
    return fit(rows[:n], labels[:n], epochs, lr)


@wrong(fit, "It writes into y: −1 is put for 0 in the caller's own array.")
def labels_changed_in_place(x, y, epochs, lr):
    learnt = fit(x, y, epochs, lr)
    y[y == 0] = -1
    return learnt


@wrong(fit, "It adds up the features one at a time in Python. NumPy multiplies and sums all.")
def fit_one_feature_at_a_time(x, y, epochs, lr):
    def step(sample, label, w, b):
        score = b
        for i in range(len(w)):
            score += float(w[i] * sample[i])
        error = label - int(score > 0)
        return w + lr * error * sample, b + lr * error, error != 0

    return trained(x, y, epochs, step)


@wrong(fit, "One epoch is done even if none was asked for: the end is looked for too late.")
def at_least_one_epoch(x, y, epochs, lr):
    return fit(x, y, max(epochs, 1), lr)

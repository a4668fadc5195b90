import numpy as np

from kata.attempts import right, slip
from solutions.basics.perceptron import fit, predict


def check_w(x, w):
    if x.ndim != 2 or w.shape != (x.shape[1],):
        raise ValueError("x and w do not fit")


def check(x, y):
    if x.ndim != 2 or y.shape != (len(x),):
        raise ValueError("x and y do not fit")
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


one_at_0 = slip(
    "At a score of exactly 0 the label is 1, as the comparison has ≥. It should be 0.",
    {"return (x @ w + b > 0)": "return (x @ w + b >= 0)"},
)

without_the_bias = slip(
    "The bias is missing: the border always passes through the origin.",
    {"return (x @ w + b > 0)": "return (x @ w > 0)"},
)

bias_as_a_threshold = slip(
    "The bias is subtracted, as a threshold would be. Here it is added to the score.",
    {"return (x @ w + b > 0)": "return (x @ w - b > 0)"},
)

labels_of_minus_1_and_1 = slip(
    "The labels are −1 and 1, the signs of the scores. They should be 0 and 1.",
    {"return (x @ w + b > 0).astype(np.int64)": "return np.where(x @ w + b > 0, 1, -1)"},
)

signs_for_labels = slip(
    "The labels are those of np.sign: −1, 0 and 1. Below 0 too, the label should be 0.",
    {"return (x @ w + b > 0)": "return np.sign(x @ w + b)"},
)

labels_as_booleans = slip(
    "The labels are True and False. They should be integers.",
    {".astype(np.int64)": ""},
)

labels_as_floats = slip(
    "The labels are floats. They should be integers, of dtype int64.",
    {".astype(np.int64)": ".astype(np.float64)"},
)

scores_for_labels = slip(
    "These are the scores themselves: the step that makes labels of them is missing.",
    {"return (x @ w + b > 0).astype(np.int64)": "return x @ w + b"},
)

a_border_of_one_half = slip(
    "The score is compared with 1/2. That is the border for a probability.",
    {"return (x @ w + b > 0)": "return (x @ w + b > 0.5)"},
)

through_a_sigmoid = slip(
    "The score goes through a sigmoid first, which is 1/2 to all digits for small scores: those "
    "just above 0 are lost.",
    {"return (x @ w + b > 0)": "return (1 / (1 + np.exp(-(x @ w + b))) > 0.5)"},
)

labels_turned_round = slip(
    "The labels are turned round: 0 where the score is positive.",
    {"return (x @ w + b > 0)": "return (x @ w + b <= 0)"},
)

a_column_of_labels = slip(
    "Each label has an axis of its own: (n, 1). There should be one axis, (n,).",
    {".astype(np.int64)": ".astype(np.int64)[:, None]"},
)

w_not_checked = slip(
    "Shapes that do not fit are broadcast or multiplied without a word; they should be refused.",
    {
        "if x.ndim != 2 or w.shape != x.shape[1:]:": "if False:",
        "return (x @ w + b > 0)": "return ((x * w).sum(axis=-1) + b > 0)",
    },
)

one_sample_at_a_time = slip(
    "It goes through the samples one at a time in Python. One product serves them all.",
    {
        "return (x @ w + b > 0).astype(np.int64)": ""
        "return np.array([int(sample @ w + b > 0) for sample in x], dtype=np.int64)"
    },
)

one_feature_at_a_time = slip(
    "It adds up the features one at a time in Python. One product serves them all.",
    {
        "return (x @ w + b > 0)": "scores = np.full(len(x), b, dtype=x.dtype)\n"
        "for feature, weight in zip(x.T, w, strict=True):\n"
        "    scores += weight * feature\n"
        "return (scores > 0)"
    },
)

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


one_update_an_epoch = slip(
    "All samples of an epoch are predicted before w changes. Each should be predicted with what "
    "the one before has left.",
    {
        "for sample, label in zip(x, y.tolist(), strict=True):": ""
        "guesses = (x @ w + b > 0).tolist()\n"
        "for sample, label, guess in zip(x, y.tolist(), guesses, strict=True):",
        "int(sample @ w + b > 0)": "guess",
    },
)

the_delta_rule = slip(
    "The error is y − score, not y − ŷ: that is the delta rule (Adaline). Here the score goes "
    "through the step first.",
    {
        "error = label - int(sample @ w + b > 0)": "score = float(sample @ w) + b\n"
        "error = label - score",
        "mistakes[-1] += 1": "mistakes[-1] += label != (score > 0)",
    },
)

an_update_at_every_sample = slip(
    "w moves at every sample, right or wrong. Where the prediction is right, it should stay.",
    {
        "error = label - int(sample @ w + b > 0)": "missed = label != int(sample @ w + b > 0)\n"
        "error = 2 * label - 1",
        "mistakes[-1] += 1": "mistakes[-1] += missed",
    },
)

the_label_for_the_error = slip(
    "Only samples with the label 1 teach anything: the update uses y where it should use y − ŷ.",
    {"lr * error * sample": "lr * label * sample", "b += lr * error": "b += lr * label"},
)

away_from_the_label = slip(
    "The update goes the wrong way: ŷ − y instead of y − ŷ.",
    {"label - int(sample @ w + b > 0)": "int(sample @ w + b > 0) - label"},
)

twice_as_long = slip(
    "The updates are twice as long, as with labels of −1 and 1. Here y − ŷ is −1, 0 or 1.",
    {"label - int(sample @ w + b > 0)": "2 * (label - int(sample @ w + b > 0))"},
)

a_score_of_0_is_always_a_mistake = slip(
    "A score of exactly 0 counts as a mistake for either label. It is a prediction too, of the "
    "label 0.",
    {
        "error = label - int(sample @ w + b > 0)": "sign = 2 * label - 1\n"
        "error = sign if sign * (sample @ w + b) <= 0 else 0"
    },
)

learning_with_one_at_0 = slip(
    "While learning, a score of exactly 0 is taken for the label 1. It should be 0.",
    {"int(sample @ w + b > 0)": "int(sample @ w + b >= 0)"},
)

bias_stays_at_0 = slip(
    "The bias never moves: it has to learn as well.",
    {"b += lr * error": "pass"},
)

bias_without_lr = slip(
    "The bias moves by y − ŷ alone: there too, lr should scale the step.",
    {"b += lr * error": "b += error"},
)

w_without_lr = slip(
    "w moves by (y − ŷ) · x alone: there too, lr should scale the step.",
    {"lr * error * sample": "error * sample"},
)

predictions_without_the_bias = slip(
    "The predictions leave out the bias, though it is learnt.",
    {"int(sample @ w + b > 0)": "int(sample @ w > 0)"},
)

lr_ignored = slip(
    "The argument `lr` is not used: every step has the length 1.",
    {"lr * error * sample": "error * sample", "b += lr * error": "b += error"},
)

a_random_start = slip(
    "w starts at random numbers. It should start at 0.",
    {
        "w, b = np.zeros(x.shape[1], dtype=x.dtype), 0.0": "rng = np.random.default_rng(0)\n"
        "w, b = rng.normal(scale=0.1, size=x.shape[1]).astype(x.dtype), 0.0"
    },
)

shuffled = slip(
    "The samples are shuffled first. Here they come in their order.",
    {
        "w, b = np.zeros": "order = np.random.default_rng(0).permutation(len(x))\n"
        "x, y = x[order], y[order]\n"
        "w, b = np.zeros"
    },
)

all_epochs = slip(
    "It never ends early: an epoch without a mistake should be the last.",
    {"if not mistakes[-1]:\n    break": "pass"},
)

ends_at_a_right_sample = slip(
    "Training ends as soon as one sample is right. It should end after a whole epoch without a "
    "mistake.",
    {"if error:": "if not error:\n    return w, b, mistakes\nif error:"},
)

ends_at_the_first_mistake_of_an_epoch = slip(
    "The rest of an epoch is left out once there was a mistake. Each epoch takes all samples.",
    {"mistakes[-1] += 1": "mistakes[-1] += 1\nbreak"},
)

the_last_0_left_out = slip(
    "The epoch without a mistake is left out of `mistakes`: its 0 belongs at the end.",
    {"if not mistakes[-1]:": "if not mistakes[-1]:\n    mistakes.pop()"},
)

mistakes_added_up = slip(
    "The mistakes are not counted anew in each epoch.",
    {"return w, b, mistakes": "return w, b, np.cumsum(mistakes).tolist()"},
)

mistakes_counted_afterwards = slip(
    "The mistakes are counted after the epoch, by what it has learnt in the end. They should be "
    "those that it learnt from.",
    {
        "if not mistakes[-1]:": ""
        "mistakes[-1] = int(np.count_nonzero((x @ w + b > 0) != y))\n"
        "if not mistakes[-1]:"
    },
)

shares_of_mistakes = slip(
    "`mistakes` holds the share of wrong predictions. It should hold their number.",
    {"return w, b, mistakes": "return w, b, [count / max(1, len(x)) for count in mistakes]"},
)

bias_left_in_w = slip(
    "w has the bias as one more entry. It should be apart: w has d entries.",
    {"return w, b, mistakes": "return np.append(w, x.dtype.type(b)), b, mistakes"},
)

w_always_float64 = slip(
    "w is float64 whatever x is: a NumPy number of that dtype, or an array made on the way, has "
    "won over float32.",
    {"np.zeros(x.shape[1], dtype=x.dtype)": "np.zeros(x.shape[1])"},
)

labels_as_numpy_numbers = slip(
    "The error is computed in the dtype of y: where that is unsigned, 0 − 1 is no longer −1.",
    {
        "y.tolist()": "y",
        "error = label - int(sample @ w + b > 0)": "error = float(label - int(sample @ w + b > 0))",
    },
)

labels_not_checked = slip(
    "Labels other than 0 and 1 are taken as they come; −1, say, should be refused.",
    {"if not np.isin(y, (0, 1)).all():": "if False:"},
)

number_of_labels_not_checked = slip(
    "Samples and labels of different number, or with other axes, are cut to fit without a word. "
    "They should be refused.",
    {
        "if x.ndim != 2 or y.shape != x.shape[:1]:": "x = x.reshape(len(x), -1)\nif False:",
        "zip(x, y.tolist(), strict=True)": "zip(x, y.ravel().tolist(), strict=False)",
    },
)

fit_one_feature_at_a_time = slip(
    "It adds up the features one at a time in Python. NumPy multiplies and sums all.",
    {"int(sample @ w + b > 0)": "int(sum(v * s for v, s in zip(w, sample, strict=True)) + b > 0)"},
)

at_least_one_epoch = slip(
    "One epoch is done even if none was asked for: the end is looked for too late.",
    {"range(epochs)": "range(max(epochs, 1))"},
)

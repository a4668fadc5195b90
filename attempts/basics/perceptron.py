from kata.attempts import rewrite, slip

LABELS = "(x @ w + b > 0).astype(np.int64)"
ERROR = "error = label - int(sample @ w + b > 0)"

# --- predict ---------------------------------------------------------------------------------

by_the_heaviside_step = rewrite(
    {LABELS: 'np.heaviside(np.einsum("nd,d->n", x, w) + b, 0.0).astype(np.int64)'}
)

with_the_bias_as_one_more_weight = rewrite(
    {
        "return (x @ w + b > 0).astype(np.int64)": (
            "scores = np.column_stack([x, np.ones(len(x))]) @ np.append(w, b)\n"
            "return np.where(scores > 0, 1, 0)"
        )
    }
)

one_at_0 = slip(
    "At a score of exactly 0 the label is 1, as the comparison has ≥. It should be 0.",
    {"return (x @ w + b > 0)": "return (x @ w + b >= 0)"},
)

without_the_bias = slip(
    "The bias is missing: the border always passes through the origin.",
    {"return (x @ w + b > 0)": "return (x @ w > 0)"},
)

bias_as_a_threshold = slip(
    "The bias is subtracted, as a threshold would be; it should be added.",
    {"return (x @ w + b > 0)": "return (x @ w - b > 0)"},
)

labels_of_minus_1_and_1 = slip(
    "The labels are −1 and 1, the signs of the scores. They should be 0 and 1.",
    {"return (x @ w + b > 0).astype(np.int64)": "return np.where(x @ w + b > 0, 1, -1)"},
)

signs_for_labels = slip(
    "The labels are those of np.sign: −1, 0 and 1.",
    {"return (x @ w + b > 0)": "return np.sign(x @ w + b)"},
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
    "The score goes through a sigmoid first, which rounds to exactly 1/2 for tiny positive scores.",
    {"return (x @ w + b > 0)": "return (1 / (1 + np.exp(-(x @ w + b))) > 0.5)"},
)

labels_turned_round = slip(
    "The labels are swapped: 0 where the score is positive.",
    {"return (x @ w + b > 0)": "return (x @ w + b <= 0)"},
)

w_not_checked = slip(
    "Shapes that do not fit are silently broadcast or multiplied.",
    {
        "if x.ndim != 2 or w.shape != x.shape[1:]:": "if False:",
        "return (x @ w + b > 0)": "return ((x * w).sum(axis=-1) + b > 0)",
    },
)

# --- fit -------------------------------------------------------------------------------------

by_counting_mistakes = rewrite(
    {
        "w, b = np.zeros(x.shape[1], dtype=x.dtype), 0.0": (
            "# The dual form: w is a sum of samples, each as often as it was got wrong.\n"
            "products, counts, mistakes = x @ x.T + 1, np.zeros(len(x), dtype=x.dtype), []\n"
            "while len(mistakes) < epochs and 0 not in mistakes:\n"
            "    before = counts.copy()\n"
            "    for i, label in enumerate(y.tolist()):\n"
            "        counts[i] += label - int(products[i] @ counts > 0)\n"
            "    mistakes.append(int(np.abs(counts - before).sum()))\n"
            "return lr * (counts @ x), lr * float(counts.sum()), mistakes"
        )
    }
)

from_one_mistake_to_the_next = rewrite(
    {
        "for sample, label in zip(x, y.tolist(), strict=True):": (
            "start = 0\n"
            "while (missed := np.flatnonzero((x[start:] @ w + b > 0) != y[start:])).size:\n"
            "    start += int(missed[0]) + 1\n"
            "    sample, label = x[start - 1], int(y[start - 1])"
        )
    }
)

with_labels_of_minus_1_and_1 = rewrite(
    {
        ERROR: (
            "target, guess = 1 if label else -1, 1 if float(np.dot(w, sample)) + b > 0 else "
            "-1\n"
            "error = target if target != guess else 0"
        )
    }
)

one_update_an_epoch = slip(
    "All samples of an epoch are predicted before w changes. Each should meet the w that the one "
    "before left.",
    {
        "for sample, label in zip(x, y.tolist(), strict=True):": (
            "guesses = (x @ w + b > 0).tolist()\n"
            "for sample, label, guess in zip(x, y.tolist(), guesses, strict=True):"
        ),
        "int(sample @ w + b > 0)": "guess",
    },
)

the_delta_rule = slip(
    "The error is y − score: that is the delta rule (Adaline). The perceptron's is y − ŷ.",
    {
        ERROR: "score = float(sample @ w) + b\nerror = label - score",
        "mistakes[-1] += 1": "mistakes[-1] += label != (score > 0)",
    },
)

an_update_at_every_sample = slip(
    "w moves at every sample, right or wrong.",
    {
        ERROR: "missed = label != int(sample @ w + b > 0)\nerror = 2 * label - 1",
        "mistakes[-1] += 1": "mistakes[-1] += missed",
    },
)

the_label_for_the_error = slip(
    "Only samples with the label 1 teach anything: the update uses y in place of y − ŷ.",
    {"lr * error * sample": "lr * label * sample", "b += lr * error": "b += lr * label"},
)

away_from_the_label = slip(
    "The update goes the wrong way: it uses ŷ − y.",
    {"label - int(sample @ w + b > 0)": "int(sample @ w + b > 0) - label"},
)

twice_as_long = slip(
    "The updates are twice as long, as with labels of −1 and 1. This y − ŷ is −1, 0 or 1.",
    {"label - int(sample @ w + b > 0)": "2 * (label - int(sample @ w + b > 0))"},
)

a_score_of_0_is_always_a_mistake = slip(
    "A score of exactly 0 counts as a mistake for either label. It predicts the label 0.",
    {ERROR: "sign = 2 * label - 1\nerror = sign if sign * (sample @ w + b) <= 0 else 0"},
)

learning_with_one_at_0 = slip(
    "While learning, a score of exactly 0 predicts the label 1. It should predict 0.",
    {"int(sample @ w + b > 0)": "int(sample @ w + b >= 0)"},
)

bias_stays_at_0 = slip(
    "The bias never moves, but it has to learn as well.", {"b += lr * error": "pass"}
)

bias_without_lr = slip(
    "The bias moves by y − ŷ alone: lr is missing there.", {"b += lr * error": "b += error"}
)

predictions_without_the_bias = slip(
    "The predictions leave out the bias, though it is learnt.",
    {"int(sample @ w + b > 0)": "int(sample @ w > 0)"},
)

lr_ignored = slip(
    "`lr` is not used: every step has the length 1.",
    {"lr * error * sample": "error * sample", "b += lr * error": "b += error"},
)

a_random_start = slip(
    "w starts at random numbers. It should start at 0.",
    {
        "w, b = np.zeros(x.shape[1], dtype=x.dtype), 0.0": (
            "rng = np.random.default_rng(0)\n"
            "w, b = rng.normal(scale=0.1, size=x.shape[1]).astype(x.dtype), 0.0"
        )
    },
)

shuffled = slip(
    "The samples are shuffled first. They should come in their order.",
    {
        "w, b = np.zeros": (
            "order = np.random.default_rng(0).permutation(len(x))\n"
            "x, y = x[order], y[order]\n"
            "w, b = np.zeros"
        )
    },
)

all_epochs = slip(
    "It never ends early: an epoch without a mistake should be the last.",
    {"if not mistakes[-1]:\n    break": "pass"},
)

ends_at_a_right_sample = slip(
    "Training ends at the first sample that is right, not after a whole epoch without a mistake.",
    {"if error:": "if not error:\n    return w, b, mistakes\nif error:"},
)

ends_at_the_first_mistake_of_an_epoch = slip(
    "The rest of an epoch is skipped after a mistake. Each epoch takes all samples.",
    {"mistakes[-1] += 1": "mistakes[-1] += 1\nbreak"},
)

the_last_0_left_out = slip(
    "The epoch without a mistake is left out of `mistakes`: its 0 belongs at the end.",
    {"if not mistakes[-1]:": "if not mistakes[-1]:\n    mistakes.pop()"},
)

mistakes_counted_afterwards = slip(
    "The mistakes are counted after the epoch, with the final w and b, not as they were made.",
    {
        "if not mistakes[-1]:": (
            "mistakes[-1] = int(np.count_nonzero((x @ w + b > 0) != y))\nif not mistakes[-1]:"
        )
    },
)

signs_cancel_in_the_count = slip(
    "`mistakes` holds sums of y − ŷ, in which opposite signs cancel. It should count.",
    {"mistakes[-1] += 1": "mistakes[-1] += error"},
)

counts_that_run_on = slip(
    "The counts run on from one epoch to the next. Each epoch has its own, from 0.",
    {
        "mistakes.append(0)": "before, _ = sum(mistakes[-1:]), mistakes.append(0)",
        "if not mistakes[-1]:": "mistakes[-1] += before\nif mistakes[-1] == before:",
    },
)

every_epoch_from_0 = slip(
    "w and b start at 0 in every epoch. Each epoch should go on from the one before.",
    {"mistakes.append(0)": "mistakes.append(0)\nw, b = np.zeros(x.shape[1], dtype=x.dtype), 0.0"},
)

labels_as_numpy_numbers = slip(
    "The error is computed in y's dtype: where that is unsigned, 0 − 1 is not −1.",
    {"y.tolist()": "y", ERROR: "error = float(label - int(sample @ w + b > 0))"},
)

labels_not_checked = slip(
    "Labels other than 0 and 1 are accepted.", {"if not np.isin(y, (0, 1)).all():": "if False:"}
)

number_of_labels_not_checked = slip(
    "Samples and labels that do not match in number or shape are silently cut to fit.",
    {
        "if x.ndim != 2 or y.shape != x.shape[:1]:": "x = x.reshape(len(x), -1)\nif False:",
        "zip(x, y.tolist(), strict=True)": "zip(x, y.ravel().tolist(), strict=False)",
    },
)

number_of_labels_left_to_zip = slip(
    "Without an epoch, samples and labels that do not match in number are accepted.",
    {"y.shape != x.shape[:1]": "y.ndim != 1"},
)

at_least_one_epoch = slip(
    "One epoch is run even if none was asked for.", {"range(epochs)": "range(max(epochs, 1))"}
)

from kata.attempts import rewrite, slip

SPLIT = "learned, held_back = train_val_split(y, 0.4, rng)"
THRESHOLD = "choose_threshold(p, y[held_back], cost_fp, cost_fn)"

without_the_other_katas = rewrite(
    {
        "grad_logits = weighted_cross_entropy_backward(1.0, logits, y, weights)": (
            "w = weights[y] / weights[y].sum()\n"
            "shifted = logits - logits.max(axis=1, keepdims=True)\n"
            "q = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)\n"
            "loss = float(-(w * np.log(q[np.arange(len(y)), y])).sum())\n"
            "grad_logits = w[:, None] * (q - np.eye(2)[y])"
        ),
        "_, *grads = linear_backward(grad_logits, x, *params)": (
            "grads = [grad_logits.T @ x, grad_logits.sum(axis=0)]"
        ),
        "weighted_cross_entropy(logits, y, weights))": "loss)",
        "return softmax(linear(x, *params))[:, 1].copy()": (
            "w, b = params\nreturn 1 / (1 + np.exp(x @ (w[0] - w[1]) + b[0] - b[1]))"
        ),
    }
)

through_the_log_odds = rewrite(
    {
        "yes, no = p * weights[0], (1 - p) * weights[1]": (
            'with np.errstate(divide="ignore"):\n'
            "    log_odds = np.log(p) - np.log1p(-p) - np.log(weights[1] / weights[0])\n"
            "    return 1 / (1 + np.exp(-log_odds))"
        ),
        "return yes / (yes + no)": "",
    }
)

counted_one_by_one = rewrite(
    {
        'precision, recall, _ = precision_recall_f1(y, called, 2, "binary")': (
            "hits = float(np.sum(called[y == 1]))\n"
            "precision = hits / float(called.sum()) if called.any() else 0.0\n"
            "recall = hits / float(np.sum(y == 1))"
        ),
        "max(float(np.mean(y == 0)), float(np.mean(y == 1)))": (
            "float(np.bincount(y.astype(np.int64)).max() / len(y))"
        ),
    }
)

# --- train and probabilities -----------------------------------------------------------------

weights_ignored = slip(
    "The gradient is that of the loss without weights.",
    {"backward(1.0, logits, y, weights)": "backward(1.0, logits, y, np.ones(2))"},
)

no_weights_at_all = slip(
    "Neither the gradient nor the loss is weighted: rare eights weigh no more than others.",
    {"adam = Adam(lr=lr)": "adam, weights = Adam(lr=lr), np.ones(2)"},
)

weights_swapped = slip(
    "The two weights are swapped: those of class 0 count for class 1.",
    {
        "backward(1.0, logits, y, weights)": "backward(1.0, logits, y, weights[::-1])",
        "cross_entropy(logits, y, weights))": "cross_entropy(logits, y, weights[::-1]))",
    },
)

step_thrown_away = slip(
    "What `step` returns is thrown away, but it writes into nothing.",
    {"params = adam.step(": "adam.step("},
)

a_new_adam_for_every_step = slip(
    "Every step is made by a new Adam, which remembers nothing.",
    {"params = adam.step(": "params = Adam(lr=lr).step("},
)

bias_kept_at_zero = slip(
    "b never moves, though it has a gradient too.",
    {"adam.step(params, grads)": "adam.step(params, [grads[0], None])"},
)

unweighted_loss_reported = slip(
    "The loss reported is the one without weights.",
    {"cross_entropy(logits, y, weights))": "cross_entropy(logits, y, np.ones(2)))"},
)

progress_one_step_behind = slip(
    "`done` is that before the step: the first report says 0, and none says 1.",
    {"report((step + 1) / steps": "report(step / steps"},
)

loss_after_the_step = slip(
    "The loss reported is that after the step. It should be the one before.",
    {
        "weighted_cross_entropy(logits, y, weights))": (
            "weighted_cross_entropy(linear(x, *params), y, weights))"
        )
    },
)

the_other_class = slip(
    "These are the probabilities of class 0, not of class 1.", {"[:, 1].copy()": "[:, 0].copy()"}
)

sigmoid_of_one_logit = slip(
    "The logit of class 0 is left out. In a softmax of two, the sigmoid is that of the difference.",
    {"softmax(linear(x, *params))[:, 1].copy()": "1 / (1 + np.exp(-linear(x, *params)[:, 1]))"},
)

logits_for_probabilities = slip(
    "These are logits of class 1. Their softmax is missing.",
    {"softmax(linear(x, *params))": "linear(x, *params)"},
)

# --- fit -------------------------------------------------------------------------------------

weights_not_trained_with = slip(
    "The classifier is trained without the weights that `fit` returns.",
    {"y[learned], weights, steps": "y[learned], np.ones(2), steps"},
)

threshold_from_training = slip(
    "The threshold is chosen on the rows it was trained on, where the classifier looks better than "
    "it is.",
    {
        "probabilities(params, x[held_back])": "probabilities(params, x[learned])",
        "(p, y[held_back],": "(p, y[learned],",
    },
)

trained_on_all = slip(
    "It is trained on all rows, those that the threshold is chosen on included: nothing is held "
    "back.",
    {
        "balanced_weights(y[learned], 2)": "balanced_weights(y, 2)",
        "train(x[learned], y[learned],": "train(x, y,",
    },
)

trained_on_what_is_held_back_too = slip(
    "It is trained on the rows that the threshold is chosen on, too: nothing is held back.",
    {"train(x[learned], y[learned],": "train(x, y,"},
)

trained_again_on_all = slip(
    "Once the threshold is chosen it is trained again, on all rows: another classifier than the "
    "one that the threshold is for.",
    {
        f"return params, weights, {THRESHOLD}": (
            f"threshold = {THRESHOLD}\n"
            "return train(x, y, weights, steps, lr, report), weights, threshold"
        )
    },
)

weights_of_all_rows = slip(
    "The weights balance the classes among all rows, not among those it is trained on.",
    {"balanced_weights(y[learned], 2)": "balanced_weights(y, 2)"},
)

lowest_of_equal_costs = slip(
    "Of several thresholds with the same lowest cost this is the lowest. `choose_threshold` takes "
    "the highest.",
    {
        THRESHOLD: (
            "float(min(\n"
            "    [*np.sort(p), np.inf],\n"
            "    key=lambda t: cost_fp * np.sum((p >= t) & (y[held_back] == 0))\n"
            "    + cost_fn * np.sum((p < t) & (y[held_back] == 1)),\n"
            "))"
        )
    },
)

not_balanced = slip(
    "The classes are not balanced: both weights are 1.",
    {"balanced_weights(y[learned], 2)": "np.ones(2)"},
)

costs_swapped = slip(
    "The two costs are swapped.", {"cost_fp, cost_fn)\n\n": "cost_fn, cost_fp)\n\n"}
)

threshold_of_one_half = slip(
    "The threshold is always ½, whatever mistakes cost.", {THRESHOLD: "0.5"}
)

threshold_of_theory = slip(
    "The threshold is cost_fp / (cost_fp + cost_fn). That is best for true probabilities, which "
    "those of a weighted loss are not.",
    {THRESHOLD: "cost_fp / (cost_fp + cost_fn)"},
)

threshold_of_undone_weights = slip(
    "The threshold is one for probabilities without the weights. It should be one for what "
    "`probabilities` gives.",
    {THRESHOLD: "choose_threshold(undo_weights(p, weights), y[held_back], cost_fp, cost_fn)"},
)

parts_swapped = slip(
    "The parts of the split are swapped: it is trained on two fifths of the rows.",
    {"learned, held_back = train": "held_back, learned = train"},
)

# --- undo_weights and evaluate ---------------------------------------------------------------

weighted_once_more = slip(
    "The odds get the factor of the weights once more. It should be taken away.",
    {"p * weights[0], (1 - p) * weights[1]": "p * weights[1], (1 - p) * weights[0]"},
)

not_normalized = slip(
    "p is divided by its weight, but p and 1 − p no longer add up to 1.",
    {"return yes / (yes + no)": "return p / weights[1]"},
)

through_infinite_odds = slip(
    "For a probability of 1 it becomes nan: the odds are ∞ there, and ∞ / ∞ is nan.",
    {
        "p * weights[0], (1 - p) * weights[1]": (
            "np.divide(p, 1 - p) * weights[0] / weights[1], 1.0"
        )
    },
)

probabilities_for_odds = slip(
    "p itself is divided by the factor. Only the odds should be.",
    {"return yes / (yes + no)": "return p * weights[0] / weights[1]"},
)

always_no = slip(
    "The constant answer is always 0, though always 1 may be right more often.",
    {"max(float(np.mean(y == 0)), float(np.mean(y == 1)))": "float(np.mean(y == 0))"},
)

above_the_threshold = slip(
    "A probability equal to the threshold is not called 1.", {"(p >= threshold)": "(p > threshold)"}
)

precision_and_recall_swapped = slip(
    "Precision and recall are swapped.", {"precision, recall, _ =": "recall, precision, _ ="}
)

ranked_by_the_answers = slip(
    "The average precision is that of the answers, which tie all rows on a side of the threshold. "
    "It should be that of p.",
    {"average_precision(p, y)": "average_precision(called.astype(np.float64), y)"},
)

ties_ranked = slip(
    "The average precision depends on the order of rows with equal p. They should be called "
    "together.",
    {
        "both = np.stack": (
            'ranked = y[np.argsort(-p, kind="stable")]\n'
            "precisions = np.cumsum(ranked) / np.arange(1, len(y) + 1)\n"
            "both = np.stack"
        ),
        "average_precision(p, y)": "float(precisions[ranked == 1].mean())",
    },
)

ten_bins = slip(
    "The calibration error has ten bins. Asked for are eight.",
    {"expected_calibration_error(both, y, 8)": "expected_calibration_error(both, y, 10)"},
)

constant_of_the_answers = slip(
    "How often the classifier answers 0 or 1 is taken for how often that is right. The accuracy of "
    "a constant answer depends on the labels alone.",
    {
        "max(float(np.mean(y == 0)), float(np.mean(y == 1)))": (
            "max(float(np.mean(called == 0)), float(np.mean(called == 1)))"
        )
    },
)

columns_swapped = slip(
    "The columns for the calibration error are swapped: p stands for class 0.",
    {"np.stack([1 - p, p], axis=1)": "np.stack([p, 1 - p], axis=1)"},
)

macro_average = slip(
    "Precision and recall are averaged over both classes. They should be those of class 1.",
    {'"binary"': '"macro"'},
)

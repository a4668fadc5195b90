import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.classics.logistic_regression import fit, loss_and_gradients, predict


def check(x, w=None, y=None):
    if np.ndim(x) != 2:
        raise ValueError("x has rows and columns")
    if w is not None and np.shape(w) != (x.shape[1],):
        raise ValueError("w does not fit")
    if y is not None and (np.shape(y) != (len(x),) or ((y != 0) & (y != 1)).any()):
        raise ValueError("y does not fit")


def stable_sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1 + e)


@right(predict)
def by_comparing_scores(x, w, b, threshold=0.5):
    check(x, w)
    return np.where(np.dot(x, w) + b >= np.log(threshold) - np.log1p(-threshold), 1, 0)


@right(loss_and_gradients)
def through_softplus(x, y, w, b, l2=0.0):
    check(x, w, y)
    z = b + (x * w).sum(axis=1)
    losses = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    errors = stable_sigmoid(z) - y
    grad_w = np.array((x * errors[:, None]).mean(axis=0) + l2 * w)
    return float(losses.mean() + 0.5 * l2 * np.dot(w, w)), grad_w, float(errors.mean())


@right(fit)
def with_a_column_of_ones(x, y, lr, steps, l2=0.0):
    check(x, y=y)
    ones = np.hstack([np.ones((len(x), 1)), x])
    both, decay = np.zeros(ones.shape[1]), np.full(ones.shape[1], l2)
    decay[0] = 0.0
    for _ in range(steps):
        gradient = ones.T @ (stable_sigmoid(ones @ both) - y) / len(y)
        both -= lr * (gradient + decay * both)
    return both[1:].copy(), float(both[0])


with_the_hyperbolic_tangent = rewrite(
    {"np.exp(-np.logaddexp(0.0, -z))": "0.5 * (1.0 + np.tanh(z / 2))"}
)

# --- Predict ---------------------------------------------------------------------------------

threshold_excluded = slip(
    "A probability of exactly the threshold is labelled 0.", {">= threshold": "> threshold"}
)

score_against_the_threshold = slip(
    "The score z is compared with the threshold. The threshold is a probability.",
    {"(_sigmoid(x @ w + b) >= threshold)": "(x @ w + b >= threshold)"},
)

threshold_taken_for_one_half = slip(
    "The border is always at a score of 0, whatever the threshold is.",
    {"(_sigmoid(x @ w + b) >= threshold)": "(x @ w + b >= 0)"},
)

labels_swapped = slip(
    "The labels are swapped: rows with a high probability should get 1.",
    {">= threshold": "< threshold"},
)

probabilities_for_labels = slip(
    "These are the probabilities; labels are asked for.",
    {"(_sigmoid(x @ w + b) >= threshold).astype(np.int64)": "_sigmoid(x @ w + b)"},
)

predict_without_b = slip("The score lacks b.", {"(_sigmoid(x @ w + b) >=": "(_sigmoid(x @ w) >="})

# --- The loss --------------------------------------------------------------------------------

log_of_the_probability = slip(
    "For a sure but wrong row, the probability of its label underflows to 0, and its logarithm is "
    "−∞. The loss can be computed from the score.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "-np.mean(np.log(_sigmoid(z) * y + (1 - _sigmoid(z)) * (1 - y)))"
        )
    },
)

cross_entropy_of_the_probability = slip(
    "For a sure row, p or 1 − p is rounded to 0: its logarithm is −∞, and 0 · −∞ is nan. The loss "
    "can be computed from the score.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "-np.mean(y * np.log(_sigmoid(z)) + (1 - y) * np.log(1 - _sigmoid(z)))"
        )
    },
)

log_without_log1p = slip(
    "Where exp(−|z|) is small, adding it to 1 rounds away its digits. NumPy has a function for the "
    "logarithm of 1 + e.",
    {
        "np.logaddexp(0.0, -of_the_label)": (
            "np.maximum(-of_the_label, 0.0) + np.log(1 + np.exp(-np.abs(z)))"
        )
    },
)

probability_clipped = slip(
    "A clipped probability bounds the loss: a sure but wrong row should cost as much as its score.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "-np.mean(np.log(np.clip(_sigmoid(of_the_label), 1e-15, 1 - 1e-15)))"
        )
    },
)

probability_clipped_at_1e_12 = slip(
    "A clipped probability bounds the loss: a sure but wrong row should cost as much as its score.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "-np.mean(np.log(np.clip(_sigmoid(of_the_label), 1e-12, 1 - 1e-12)))"
        )
    },
)

both_probabilities_clipped = slip(
    "A clipped probability bounds the loss: a sure but wrong row should cost as much as its score.",
    {
        "loss = np.mean(np.logaddexp(0.0, -of_the_label))": (
            "p = np.clip(_sigmoid(z), 1e-15, 1 - 1e-15)\n"
            "loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))"
        )
    },
)

epsilon_in_the_logarithm = slip(
    "A small constant is added inside the logarithm: it bounds the loss of a sure but wrong row.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "-np.mean(np.log(_sigmoid(of_the_label) + 1e-12))"
        )
    },
)

probability_rounded_near_1 = slip(
    "A probability near 1 is rounded before its logarithm is taken: the small loss of a sure and "
    "right row loses digits.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "np.mean(\n"
            "    np.where(of_the_label < 0, -of_the_label, 0.0)\n"
            "    - np.log(_sigmoid(np.abs(of_the_label)))\n"
            ")"
        )
    },
)

label_times_score_subtracted = slip(
    "The small loss of a sure and right row is the difference of two large numbers, "
    "log(1 + exp(z)) and y · z: its digits are lost.",
    {"np.logaddexp(0.0, -of_the_label)": "np.logaddexp(0.0, z) - y * z"},
)

exp_overflows = slip(
    "exp overflows for scores beyond about 700, so the loss of a sure but wrong row is infinite.",
    {"np.logaddexp(0.0, -of_the_label)": "np.log1p(np.exp(-of_the_label))"},
)

loss_of_label_1_alone = slip(
    "Only rows with the label 1 enter the loss. Those with 0 cost −log(1 − p).",
    {"np.logaddexp(0.0, -of_the_label)": "y * np.logaddexp(0.0, -z)"},
)

loss_with_labels_swapped = slip(
    "The two labels are swapped in the loss: label 1 costs −log p.",
    {"np.where(y == 1, z, -z)": "np.where(y == 1, -z, z)"},
)

loss_with_the_wrong_sign = slip(
    "The loss has the wrong sign: this is the mean log-probability, which is never above 0.",
    {"np.mean(np.logaddexp(0.0, -of_the_label))": "-np.mean(np.logaddexp(0.0, -of_the_label))"},
)

loss_summed = slip(
    "The loss is summed over the rows; it should be their mean.",
    {"np.mean(np.logaddexp": "np.sum(np.logaddexp"},
)

loss_in_bits = slip(
    "The loss is in bits. The logarithm should be the natural one.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": (
            "np.mean(np.logaddexp(0.0, -of_the_label)) / np.log(2.0)"
        )
    },
)

squared_error = slip(
    "This is the mean squared error of the probabilities, with its gradient. Logistic regression "
    "minimizes the mean of −log p of the right label.",
    {
        "np.mean(np.logaddexp(0.0, -of_the_label))": "np.mean((_sigmoid(z) - y) ** 2)",
        "error = (_sigmoid(z) - y) / len(x)": (
            "p = _sigmoid(z)\nerror = 2 * (p - y) * p * (1 - p) / len(x)"
        ),
    },
)

# --- The gradients ---------------------------------------------------------------------------

gradients_summed = slip(
    "The gradients are those of a sum over the rows. The loss is a mean.",
    {"(_sigmoid(z) - y) / len(x)": "_sigmoid(z) - y"},
)

everything_summed = slip(
    "Loss and gradients are sums over the rows. Both should be means.",
    {
        "np.mean(np.logaddexp": "np.sum(np.logaddexp",
        "(_sigmoid(z) - y) / len(x)": "_sigmoid(z) - y",
    },
)

gradients_with_the_wrong_sign = slip(
    "The gradients of the mean have the wrong sign: they point down the loss, not up.",
    {"(_sigmoid(z) - y) / len(x)": "(y - _sigmoid(z)) / len(x)"},
)

derivative_of_the_sigmoid_too = slip(
    "The gradients hold a factor p · (1 − p). It belongs to the squared error; here the logarithm "
    "cancels it.",
    {
        "error = (_sigmoid(z) - y) / len(x)": (
            "p = _sigmoid(z)\nerror = (p - y) * p * (1 - p) / len(x)"
        )
    },
)

error_of_the_scores = slip(
    "The error is z − y, as in linear regression. It is p − y.",
    {"(_sigmoid(z) - y) / len(x)": "(z - y) / len(x)"},
)

gradient_of_b_averaged_again = slip(
    "The gradient of b is divided by n twice.", {"float(error.sum())": "float(error.mean())"}
)

gradient_of_b_missing = slip(
    "The gradient of b is 0, so b never moves.", {"float(error.sum())": "0.0"}
)

# --- The penalty -----------------------------------------------------------------------------

penalty_without_its_half = slip(
    "The penalty lacks its factor ½, in loss and gradient.",
    {"l2 / 2 * np.sum(w**2)": "l2 * np.sum(w**2)", "+ l2 * w": "+ 2 * l2 * w"},
)

loss_penalty_without_its_half = slip(
    "In the loss, the penalty lacks its factor ½.", {"l2 / 2 * np.sum(w**2)": "l2 * np.sum(w**2)"}
)

gradient_of_the_penalty_missing = slip(
    "The penalty is in the loss, but its gradient is not in that of w.", {" + l2 * w,": ","}
)

gradient_of_the_penalty_doubled = slip(
    "The gradient of the penalty is doubled: the ½ in the loss cancels the 2 of the square.",
    {"+ l2 * w": "+ 2 * l2 * w"},
)

penalty_divided_by_rows = slip(
    "The penalty is divided by n. It is not part of the mean.",
    {"l2 / 2 * np.sum(w**2)": "l2 / 2 / len(x) * np.sum(w**2)", "+ l2 * w": "+ l2 / len(x) * w"},
)

bias_penalized = slip(
    "b is penalized like a weight.",
    {"np.sum(w**2)": "(np.sum(w**2) + b**2)", "float(error.sum())": "float(error.sum() + l2 * b)"},
)

gradient_of_b_penalized = slip(
    "The gradient of b holds a penalty, though the loss has none on b.",
    {"float(error.sum())": "float(error.sum() + l2 * b)"},
)

# --- Fit -------------------------------------------------------------------------------------

fit_uphill = slip(
    "The steps go up the loss: a sign is wrong.",
    {"w - lr * grad_w, b - lr * grad_b": "w + lr * grad_w, b + lr * grad_b"},
)

fit_without_b = slip("b stays at 0.", {"b - lr * grad_b": "b"})

fit_a_step_too_many = slip("One step too many is taken.", {"range(steps)": "range(steps + 1)"})

fit_started_at_ones = slip(
    "w starts at 1. It should start at 0.", {"np.zeros(x.shape[1])": "np.ones(x.shape[1])"}
)

fit_b_after_w = slip(
    "b is moved with a gradient taken after w has moved. Both gradients belong to the same point.",
    {
        "w, b = w - lr * grad_w, b - lr * grad_b": (
            "w = w - lr * grad_w\nb = b - lr * loss_and_gradients(x, y, w, b, l2)[2]"
        )
    },
)

fit_row_by_row = slip(
    "Each row makes a step of its own. One step should use the mean over all rows.",
    {
        "_, grad_w, grad_b = loss_and_gradients(x, y, w, b, l2)\n"
        "w, b = w - lr * grad_w, b - lr * grad_b": (
            "for i in range(len(x)):\n"
            "    _, grad_w, grad_b = loss_and_gradients(x[i : i + 1], y[i : i + 1], w, b, l2)\n"
            "    w, b = w - lr * grad_w, b - lr * grad_b"
        )
    },
)

# --- Errors ----------------------------------------------------------------------------------

labels_unchecked = slip(
    "Labels other than 0 and 1 raise no error. Labels of −1 and 1 give a false loss.",
    {"if not np.isin(y, (0, 1)).all():": "if False:"},
)

labels_unchecked_without_steps = slip(
    "Labels are checked in each step only, so where there is none, any are let through.",
    {"_check_labels(x, y)\nw, b": "w, b"},
)

shapes_of_labels_unchecked = slip(
    "A y of shape (1,) is let through for any number of rows: NumPy broadcasts it.",
    {"x.ndim != 2 or y.shape != x.shape[:1]": "False"},
)

shape_of_weights_unchecked = slip(
    "A w that is a column, and not a vector, is not refused.",
    {"x.ndim != 2 or w.shape != x.shape[1:]": "w.size != x.shape[1]"},
)

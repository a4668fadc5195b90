import numpy as np

from kata.attempts import right, slip
from solutions.optimization.gradient_descent import gradient_descent


def check(x, y, w, steps):
    if x.ndim != 2 or y.shape != (len(x),) or w.shape != (x.shape[1],):
        raise ValueError("the shapes do not fit")
    if not len(x) or steps < 0:
        raise ValueError("there is nothing to do")


def mean_square(x, y, w):
    return float(((x @ w - y) ** 2).mean())


@right(gradient_descent)
def through_the_normal_equations(x, y, w, lr, steps):
    """The gradient is linear in w: its matrix and its constant are computed once."""
    check(x, y, w, steps)
    matrix, constant = x.T @ x / len(y), x.T @ y / len(y)
    weights = [w.copy()]
    while len(weights) <= steps:
        last = weights[-1]
        weights.append(last - 2 * lr * (matrix @ last - constant))
    return weights[-1], [mean_square(x, y, each) for each in weights]


@right(gradient_descent)
def by_the_recursion_of_the_errors(x, y, w, lr, steps):
    """The errors follow a recursion of their own; w moves once, at the end, by their sum."""
    check(x, y, w, steps)
    errors = [x @ w - y]
    pull = 2 * lr / len(y)
    for _ in range(steps):
        errors.append(errors[-1] - pull * (x @ (x.T @ errors[-1])))
    moved = w - pull * (x.T @ sum(errors[:-1], np.zeros_like(y)))
    return moved, [float(np.dot(error, error)) / len(y) for error in errors]


# --- The gradient ----------------------------------------------------------------------------

uphill = slip("The step goes up the slope: the sign is wrong.", {"w - lr": "w + lr"})

the_gradient_of_half_the_loss = slip(
    "The gradient lacks its factor 2: that is the gradient of half the loss.", {"lr * 2 /": "lr /"}
)

the_gradient_of_the_sum = slip(
    "The gradient is summed over the rows, not averaged as the loss is: more rows, longer steps.",
    {"lr * 2 / len(x)": "lr * 2"},
)

divided_by_the_number_of_weights = slip(
    "The sum over the rows is divided by the number of weights. A mean over n rows divides by n.",
    {"/ len(x) *": "/ len(w) *"},
)

one_gradient_for_all_steps = slip(
    "Every step uses the gradient of the first weights. The slope changes as w moves.",
    {
        "for _ in range(steps):": "gradient = x.T @ error\nfor _ in range(steps):",
        "(x.T @ error)": "gradient",
    },
)

row_by_row = slip(
    "The step is taken row by row, each with the weights that the row before left. One step "
    "should use the mean over all rows.",
    {
        "w = w - lr * 2 / len(x) * (x.T @ error)": "for row, target in zip(x, y, strict=True):\n"
        "    w = w - lr * 2 * (row @ w - target) * row"
    },
)

one_row_a_step = slip(
    "Each step uses a single row, as stochastic gradient descent does. It should use them all.",
    {
        "w = w - lr * 2 / len(x) * (x.T @ error)": "i = (len(losses) - 1) % len(x)\n"
        "w = w - lr * 2 * error[i] * x[i]"
    },
)

the_mean_error_for_the_gradient = slip(
    "The errors are not multiplied by x: all weights move alike, by the mean error.",
    {"(x.T @ error)": "np.full_like(w, error.sum())"},
)

x_not_transposed = slip(
    "x is not transposed in the gradient: the sum should run over the rows, not over the columns.",
    {"x.T @ error": "x @ error"},
)

one_weight_after_the_other = slip(
    "The weights are updated one after the other, each with the new ones before it. All entries "
    "of a gradient belong to the same w.",
    {
        "w = w - lr * 2 / len(x) * (x.T @ error)": "for j in range(len(w)):\n"
        "    w[j] -= lr * 2 / len(x) * (x[:, j] @ (x @ w - y))"
    },
)

never_updated = slip(
    "The weights never move: no step changes w, and every loss is the first one.",
    {"w = w - lr": "moved = w - lr"},
)

started_at_0 = slip("It starts at 0 instead of at the given w.", {"w.copy()": "np.zeros_like(w)"})

solved_at_once = slip(
    "These are the best weights of all, from solving the equations. The question was where "
    "`steps` steps lead.",
    {"return w, losses": "return np.linalg.lstsq(x, y, rcond=None)[0].astype(w.dtype), losses"},
)

a_column_minus_a_row = slip(
    "A column of predictions meets a row of targets: NumPy broadcasts their difference to n × n.",
    {"w = w.copy()": "w, y = w.copy(), y[:, None]", "x.T @ error": "x.T @ error.mean(axis=0)"},
)

stopped_at_infinity = slip(
    "It stops once the loss is no longer finite. All steps are taken, even if the loss rises.",
    {
        "losses.append(_mean_square(error))": "losses.append(_mean_square(error))\n"
        "if not np.isfinite(losses[-1]):\n"
        "    break"
    },
)

# --- The losses ------------------------------------------------------------------------------

half_the_losses = slip(
    "The losses are halved. The loss is the mean square itself.",
    {"np.mean(error**2)": "np.mean(error**2) / 2"},
)

half_of_everything = slip(
    "Loss and gradient both have a factor ½. The mean squared error has none.",
    {"lr * 2 /": "lr /", "np.mean(error**2)": "np.mean(error**2) / 2"},
)

the_sums_of_squares = slip(
    "The losses are sums over the rows; they should be means.", {"np.mean(": "np.sum("}
)

sums_of_everything = slip(
    "Loss and gradient are both sums over the rows; they should be means.",
    {"lr * 2 / len(x)": "lr * 2", "np.mean(": "np.sum("},
)

the_roots_of_the_losses = slip(
    "The losses are roots of the mean squares.", {"np.mean(error**2)": "np.sqrt(np.mean(error**2))"}
)

the_square_of_the_mean = slip(
    "The mean of the errors is squared, so errors of both signs cancel. Square each first.",
    {"np.mean(error**2)": "np.mean(error) ** 2"},
)

without_the_first_loss = slip(
    "The loss before the first step is missing: the list begins with the one after it.",
    {"losses = [_mean_square(error)]": "losses = []"},
)

without_the_last_loss = slip(
    "The loss after the last step is missing: it says how good the returned weights are.",
    {"return w, losses": "return w, losses[:-1]"},
)

each_loss_before_its_error = slip(
    "Each loss after the first is that of one step before: the first comes twice, and the last "
    "one is missing.",
    {
        "error = x @ w - y\nlosses.append(_mean_square(error))": (
            "losses.append(_mean_square(error))\nerror = x @ w - y"
        )
    },
)

a_step_too_many = slip(
    "One step too many: the weights belong to a step after the last loss.",
    {"return w, losses": "return w - lr * 2 / len(x) * (x.T @ error), losses"},
)

a_step_and_a_loss_too_many = slip(
    "It takes steps + 1 steps, and so there is a loss too many.",
    {"range(steps)": "range(steps + 1)"},
)

a_step_too_few = slip(
    "One step too few: the returned weights lack the last one.",
    {
        "w = w.copy()": "w = last = w.copy()",
        "w = w - lr": "last = w\nw = w - lr",
        "return w,": "return last,",
    },
)

the_best_weights = slip(
    "The weights with the lowest loss are returned instead of the last ones.",
    {
        "w = w.copy()": "w = best = w.copy()",
        "losses.append(_mean_square(error))": "losses.append(_mean_square(error))\n"
        "if losses[-1] < min(losses[:-1]):\n"
        "    best = w",
        "return w,": "return best,",
    },
)

# --- Manners ---------------------------------------------------------------------------------

shapes_unchecked = slip(
    "The shapes are not compared. NumPy broadcasts a y of shape (n, 1), for example, against n "
    "predictions.",
    {"x.ndim != 2 or y.shape != x.shape[:1] or w.shape != x.shape[1:]": "False"},
)

no_rows_unchecked = slip(
    "Nothing checks that there is a row. Without one, the mean is nan and the step divides by 0.",
    {"len(x) == 0": "False"},
)

negative_steps_unchecked = slip(
    "A negative number of steps raises no error: it counts as none.", {"steps < 0:": "False:"}
)

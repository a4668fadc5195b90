import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.gradient_descent import gradient_descent


def check(x, y, w, steps):
    if x.ndim != 2 or y.shape != (len(x),) or w.shape != (x.shape[1],):
        raise ValueError("the shapes do not fit")
    if not len(x) or steps < 0:
        raise ValueError("there is nothing to do")


def mean_square(x, y, w):
    return float(((x @ w - y) ** 2).mean())


def slope(x, y, w):
    return 2 * x.T @ (x @ w - y) / len(x)


def descend(x, y, w, lr, steps, loss=mean_square, gradient=slope):
    """The solution, for a piece of it to be wrong."""
    check(x, y, w, steps)
    losses = [loss(x, y, w)]
    for _ in range(steps):
        w = w - lr * gradient(x, y, w)
        losses.append(loss(x, y, w))
    return w, losses


@right(gradient_descent)
def through_the_normal_equations(x, y, w, lr, steps):
    """The gradient is linear in w: its matrix and its constant are computed once."""
    check(x, y, w, steps)
    matrix, constant = x.T @ x, x.T @ y
    weights = [w.copy()]
    while len(weights) <= steps:
        last = weights[-1]
        weights.append(last - (2 * lr / len(y)) * (matrix @ last - constant))
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


@right(gradient_descent)
def writing_into_a_copy(x, y, w, lr, steps):
    check(x, y, w, steps)
    w, n, losses = w.copy(), len(y), []
    for step in range(steps + 1):
        error = np.einsum("ij,j->i", x, w) - y
        losses.append(float(np.square(error).sum() / n))
        if step < steps:
            w -= lr * 2 / n * np.einsum("ij,i->j", x, error)
    return w, losses


# --- The gradient ----------------------------------------------------------------------------


@wrong(gradient_descent, "The step goes up the slope: the sign is wrong.")
def uphill(x, y, w, lr, steps):
    return descend(x, y, w, -lr, steps)


@wrong(
    gradient_descent,
    "The gradient lacks its factor 2: that is the gradient of half the loss.",
)
def the_gradient_of_half_the_loss(x, y, w, lr, steps):
    return descend(x, y, w, lr / 2, steps)


@wrong(
    gradient_descent,
    "The gradient is summed over the rows, while the loss is their mean: with more rows, the steps "
    "become longer.",
)
def the_gradient_of_the_sum(x, y, w, lr, steps):
    return descend(x, y, w, lr * len(x), steps)


@wrong(
    gradient_descent,
    "The sum over the rows is divided by the number of weights. A mean over n rows divides by n.",
)
def divided_by_the_number_of_weights(x, y, w, lr, steps):
    check(x, y, w, steps)
    return descend(x, y, w, lr * len(x) / len(w), steps)


@wrong(
    gradient_descent,
    "The gradient is that of the first weights, in every step. The slope changes as w moves.",
)
def one_gradient_for_all_steps(x, y, w, lr, steps):
    check(x, y, w, steps)
    first = slope(x, y, w)
    return descend(x, y, w, lr, steps, gradient=lambda x, y, w: first)


@wrong(
    gradient_descent,
    "The step is done row by row, each with the weights that the row before left. Here one step "
    "takes the mean over all rows.",
)
def row_by_row(x, y, w, lr, steps):
    check(x, y, w, steps)
    losses = [mean_square(x, y, w)]
    for _ in range(steps):
        for row, target in zip(x, y, strict=True):
            w = w - lr * 2 * (row @ w - target) * row
        losses.append(mean_square(x, y, w))
    return w, losses


@wrong(
    gradient_descent,
    "The errors are not multiplied by x: all weights move alike, by the mean error.",
)
def the_mean_error_for_the_gradient(x, y, w, lr, steps):
    def mean_error(x, y, w):
        return np.full_like(w, 2 * (x @ w - y).mean())

    return descend(x, y, w, lr, steps, gradient=mean_error)


@wrong(
    gradient_descent,
    "The gradient is divided by its length, so every step is lr long. It should be longer where "
    "the slope is steeper.",
)
def a_step_of_length_lr(x, y, w, lr, steps):
    def direction(x, y, w):
        gradient = slope(x, y, w)
        length = np.linalg.norm(gradient)
        return gradient / length if length else gradient

    return descend(x, y, w, lr, steps, gradient=direction)


@wrong(
    gradient_descent,
    "Only the errors' signs are in the gradient: that is the slope of the mean absolute error.",
)
def the_slope_of_the_absolute_error(x, y, w, lr, steps):
    def signs(x, y, w):
        return x.T @ np.sign(x @ w - y) / len(x)

    return descend(x, y, w, lr, steps, gradient=signs)


@wrong(gradient_descent, "The argument `lr` is not used.")
def the_learning_rate_ignored(x, y, w, lr, steps):
    return descend(x, y, w, 0.01, steps)


@wrong(
    gradient_descent,
    "The learning rate shrinks from step to step. It should stay as it is given.",
)
def a_learning_rate_that_shrinks(x, y, w, lr, steps):
    check(x, y, w, steps)
    losses = [mean_square(x, y, w)]
    for step in range(steps):
        w = w - lr / (step + 1) * slope(x, y, w)
        losses.append(mean_square(x, y, w))
    return w, losses


@wrong(
    gradient_descent,
    "The weights are updated one after the other, each with the new ones before it. All entries of "
    "a gradient belong to the same w.",
)
def one_weight_after_the_other(x, y, w, lr, steps):
    check(x, y, w, steps)
    w, losses = w.copy(), [mean_square(x, y, w)]
    for _ in range(steps):
        for j in range(len(w)):
            w[j] -= lr * slope(x, y, w)[j]
        losses.append(mean_square(x, y, w))
    return w, losses


@wrong(
    gradient_descent,
    "The weights never move: no step changes w, and every loss is the first one.",
)
def never_updated(x, y, w, lr, steps):
    return descend(x, y, w.copy(), lr, steps, gradient=lambda x, y, w: np.zeros_like(w))


@wrong(gradient_descent, "It starts at 0 instead of at the w that it was given.")
def started_at_0(x, y, w, lr, steps):
    check(x, y, w, steps)
    return descend(x, y, np.zeros_like(w), lr, steps)


@wrong(
    gradient_descent,
    "These are the best weights of all, from solving the equations. The question was where "
    "`steps` steps lead.",
)
def solved_at_once(x, y, w, lr, steps):
    _, losses = descend(x, y, w, lr, steps)
    return np.linalg.lstsq(x, y, rcond=None)[0].astype(w.dtype), losses


@wrong(
    gradient_descent,
    "A column of predictions meets a row of targets: NumPy broadcasts the difference to n × n, and "
    "every prediction is compared with every target.",
)
def a_column_minus_a_row(x, y, w, lr, steps):
    check(x, y, w, steps)

    def all_pairs(x, y, w):
        return (x @ w)[:, None] - y

    return descend(
        *(x, y, w, lr, steps),
        loss=lambda x, y, w: float((all_pairs(x, y, w) ** 2).mean()),
        gradient=lambda x, y, w: 2 * x.T @ all_pairs(x, y, w).mean(axis=1) / len(x),
    )


# --- The losses ------------------------------------------------------------------------------


@wrong(gradient_descent, "The losses are halved. Here the loss is the mean square itself.")
def half_the_losses(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, [loss / 2 for loss in losses]


@wrong(
    gradient_descent,
    "Loss and gradient both have a factor ½. The mean squared error here has none.",
)
def half_of_everything(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr / 2, steps)
    return w, [loss / 2 for loss in losses]


@wrong(gradient_descent, "The losses are sums over the rows; they should be means.")
def the_sums_of_squares(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, [loss * len(x) for loss in losses]


@wrong(gradient_descent, "Loss and gradient are both sums over the rows; they should be means.")
def sums_of_everything(x, y, w, lr, steps):
    check(x, y, w, steps)
    w, losses = gradient_descent(x, y, w, lr * len(x), steps)
    return w, [loss * len(x) for loss in losses]


@wrong(gradient_descent, "The losses are roots of the mean squares.")
def the_roots_of_the_losses(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, [loss**0.5 for loss in losses]


@wrong(gradient_descent, "The losses are mean absolute errors; the errors should be squared.")
def absolute_losses(x, y, w, lr, steps):
    return descend(x, y, w, lr, steps, loss=lambda x, y, w: float(abs(x @ w - y).mean()))


@wrong(
    gradient_descent,
    "The loss before the first step is missing: the list begins with the one after it.",
)
def without_the_first_loss(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, losses[1:]


@wrong(
    gradient_descent,
    "The loss after the last step is missing: nothing says how good the returned weights are.",
)
def without_the_last_loss(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, losses[:-1]


@wrong(
    gradient_descent,
    "The last loss is there twice: it comes from the predictions before the last step, not from "
    "the weights after it.",
)
def the_last_loss_from_old_predictions(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, [*losses[:-1], losses[-2] if steps else losses[-1]]


@wrong(
    gradient_descent,
    "One step too many: the weights belong to a step after the last loss.",
)
def a_step_too_many(x, y, w, lr, steps):
    _, losses = gradient_descent(x, y, w, lr, steps)
    return gradient_descent(x, y, w, lr, steps + 1)[0], losses


@wrong(gradient_descent, "It takes steps + 1 steps, and so there is a loss too many.")
def a_step_and_a_loss_too_many(x, y, w, lr, steps):
    check(x, y, w, steps)
    return gradient_descent(x, y, w, lr, steps + 1)


@wrong(gradient_descent, "One step too few: the returned weights lack the last one.")
def a_step_too_few(x, y, w, lr, steps):
    _, losses = gradient_descent(x, y, w, lr, steps)
    return gradient_descent(x, y, w, lr, max(steps - 1, 0))[0], losses


@wrong(
    gradient_descent,
    "It stops as soon as the loss rises. All steps should be done, so that a learning rate that is "
    "too large shows.",
)
def stopped_when_the_loss_rises(x, y, w, lr, steps):
    check(x, y, w, steps)
    losses = [mean_square(x, y, w)]
    for _ in range(steps):
        w = w - lr * slope(x, y, w)
        losses.append(mean_square(x, y, w))
        if losses[-1] > losses[-2]:
            break
    return w, losses


@wrong(
    gradient_descent,
    "It stops as soon as the loss no longer changes. All steps should be done: there are steps + 1 "
    "losses.",
)
def stopped_when_the_loss_stays(x, y, w, lr, steps):
    check(x, y, w, steps)
    losses = [mean_square(x, y, w)]
    for _ in range(steps):
        w = w - lr * slope(x, y, w)
        losses.append(mean_square(x, y, w))
        if abs(losses[-1] - losses[-2]) < 1e-9:
            break
    return w, losses


@wrong(
    gradient_descent,
    "The weights with the lowest loss are returned instead of the last ones.",
)
def the_best_weights(x, y, w, lr, steps):
    check(x, y, w, steps)
    weights = [gradient_descent(x, y, w, lr, step)[0] for step in range(steps + 1)]
    losses = [mean_square(x, y, each) for each in weights]
    return weights[int(np.argmin(losses))], losses


@wrong(gradient_descent, "The losses are an array. They should be a list of floats.")
def an_array_of_losses(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, np.array(losses)


@wrong(
    gradient_descent,
    "Each loss is a NumPy number of float32, as the arguments are. It should be a Python float.",
)
def losses_in_float32(x, y, w, lr, steps):
    w, losses = gradient_descent(x, y, w, lr, steps)
    return w, [x.dtype.type(loss) for loss in losses]


# --- Manners ---------------------------------------------------------------------------------


@wrong(
    gradient_descent,
    "It writes into the caller's w, as `w -= …` does. Work on an array of your own.",
)
def into_the_callers_w(x, y, w, lr, steps):
    new, losses = gradient_descent(x, y, w, lr, steps)
    w[...] = new
    return w, losses


@wrong(
    gradient_descent,
    "The weights come out as float64 whatever the arguments are: something on the way converts "
    "them.",
)
def always_float64(x, y, w, lr, steps):
    new, losses = gradient_descent(x, y, w, lr, steps)
    return new.astype(np.float64), losses


@wrong(
    gradient_descent,
    "The shapes are not compared. A y of shape (n, 1), for example, is broadcast against n "
    "predictions without a word.",
)
def shapes_unchecked(x, y, w, lr, steps):
    if len(x) == 0 or steps < 0:
        raise ValueError("there is nothing to do")
    losses = [mean_square(x, y, w)]
    for _ in range(steps):
        w = w - lr * slope(x, y, w)
        losses.append(mean_square(x, y, w))
    return w, losses


@wrong(gradient_descent, "Without rows there is no error: the mean of nothing is nan.")
def no_rows_unchecked(x, y, w, lr, steps):
    if len(x) == 0:
        return w.copy(), [float("nan")] * (steps + 1)
    return gradient_descent(x, y, w, lr, steps)


@wrong(gradient_descent, "A negative number of steps raises no error: it is taken for none.")
def negative_steps_unchecked(x, y, w, lr, steps):
    return gradient_descent(x, y, w, lr, max(steps, 0))


@wrong(
    gradient_descent,
    "Python adds up the rows one at a time. A product with x.T takes them all at once.",
)
def a_python_loop_over_the_rows(x, y, w, lr, steps):
    def slope_by_rows(x, y, w):
        return sum(2 * (row @ w - target) * row for row, target in zip(x, y, strict=True)) / len(x)

    return descend(x, y, w, lr, steps, gradient=slope_by_rows)


@wrong(
    gradient_descent,
    "It refuses an x without columns. Only an x without rows has no mean error; without columns "
    "there is just no weight to learn.",
)
def columns_needed(x, y, w, lr, steps):
    if x.size == 0:
        raise ValueError(f"x is empty: {x.shape}")
    return gradient_descent(x, y, w, lr, steps)

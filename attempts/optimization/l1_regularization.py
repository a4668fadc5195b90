import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.l1_regularization import l1_penalty, proximal_step, soft_threshold


def check(number):
    if number < 0:
        raise ValueError("strength or threshold should not be negative")


def check_step(params, grads, lr, strength):
    check(strength)
    if lr <= 0:
        raise ValueError("lr should be above 0")
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


def weights_of(params):
    return [param for param in params if param.ndim > 1]


def sizes(params):
    return float(sum(np.abs(weight).sum() for weight in weights_of(params)))


# --- The penalty -----------------------------------------------------------------------------


@right(l1_penalty)
def norms_of_long_vectors(params, strength):
    check(strength)
    total = 0.0
    for param in params:
        if len(param.shape) >= 2:
            total += float(np.linalg.norm(param.reshape(-1).astype(float), 1))
    return strength * total


@right(l1_penalty)
def signs_times_weights(params, strength):
    check(strength)
    vector = np.concatenate([np.zeros(0), *(weight.ravel() for weight in weights_of(params))])
    return float(strength * (np.sign(vector) @ vector))


@wrong(l1_penalty, "There is an extra ½. It belongs to L2, where it cancels the 2 of the square.")
def with_a_half(params, strength):
    return l1_penalty(params, strength) / 2


@wrong(l1_penalty, "The biases are in the sum. They cost nothing here.")
def with_the_biases(params, strength):
    check(strength)
    return strength * float(sum(np.abs(param).sum() for param in params))


@wrong(l1_penalty, "Those are squares, so L2's penalty. L1 takes absolute values.")
def squares(params, strength):
    check(strength)
    return strength * float(sum(np.sum(weight**2) for weight in weights_of(params)))


@wrong(
    l1_penalty,
    "The signs are still there, so positive and negative weights cancel.",
)
def without_absolute_values(params, strength):
    check(strength)
    return strength * float(sum(weight.sum() for weight in weights_of(params)))


@wrong(
    l1_penalty,
    "The absolute value of each weight array's sum is taken; within an array positive and negative "
    "entries cancel.",
)
def the_size_of_the_sum(params, strength):
    check(strength)
    return strength * float(sum(np.abs(weight.sum()) for weight in weights_of(params)))


@wrong(
    l1_penalty,
    "np.linalg.norm with ord=1 gives a matrix its largest column sum, not the sum of all entries.",
)
def the_matrix_norm(params, strength):
    check(strength)
    total = 0.0
    for weight in weights_of(params):
        if weight.ndim == 2 and weight.size:
            total += float(np.linalg.norm(weight, 1))
        else:
            total += float(np.abs(weight).sum())
    return strength * total


@wrong(
    l1_penalty,
    "The mean is taken. The penalty is a sum, so that each weight costs the same in a large "
    "network as in a small one.",
)
def the_mean(params, strength):
    check(strength)
    entries = sum(weight.size for weight in weights_of(params))
    return strength * sizes(params) / max(entries, 1)


@wrong(
    l1_penalty,
    "Only arrays with exactly two axes count. The kernels of a convolution have four.",
)
def only_matrices(params, strength):
    return l1_penalty([param for param in params if param.ndim == 2], strength)


@wrong(
    l1_penalty,
    "A weight with one row or one column is taken for a bias. The number of axes decides, not "
    "their length.",
)
def rows_taken_for_biases(params, strength):
    return l1_penalty([param for param in params if param.squeeze().ndim > 1], strength)


@wrong(
    l1_penalty,
    "The penalty has the dtype of the parameters, such as float32. It should be a Python float.",
)
def a_float32_penalty(params, strength):
    penalty = l1_penalty(params, strength)
    return params[0].dtype.type(penalty) if params else penalty


@wrong(l1_penalty, "A negative strength raises no error: it would reward large weights.")
def a_negative_penalty(params, strength):
    return strength * sizes(params)


@wrong(
    l1_penalty,
    "It takes the absolute values where the weights are, which changes the network itself.",
)
def the_penalty_in_place(params, strength):
    check(strength)
    for weight in weights_of(params):
        np.abs(weight, out=weight)
    return strength * float(sum(weight.sum() for weight in weights_of(params)))


@wrong(
    l1_penalty,
    "Python loops over the entries or rows of a weight. NumPy's abs and sum take a whole array.",
)
def the_penalty_by_a_python_loop(params, strength):
    check(strength)
    return strength * float(sum(abs(w) for weight in weights_of(params) for w in weight.ravel()))


# --- The soft threshold ----------------------------------------------------------------------


@right(soft_threshold)
def the_sign_and_the_rest(x, threshold):
    check(threshold)
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


@right(soft_threshold)
def two_rectifiers(x, threshold):
    check(threshold)
    return np.maximum(x - threshold, 0) - np.maximum(-x - threshold, 0)


@right(soft_threshold)
def three_cases(x, threshold):
    check(threshold)
    y = np.zeros_like(x)
    y[x > threshold] = x[x > threshold] - threshold
    y[x < -threshold] = x[x < -threshold] + threshold
    return y


@wrong(
    soft_threshold,
    "This is the hard threshold: small entries become 0, but large ones keep their size. They "
    "should lose `threshold` too.",
)
def hard_threshold(x, threshold):
    check(threshold)
    return np.where(np.abs(x) > threshold, x, 0)


@wrong(
    soft_threshold,
    "Entries smaller than the threshold are pushed through 0 to the other side. They should stop "
    "there.",
)
def through_zero(x, threshold):
    check(threshold)
    return x - threshold * np.sign(x)


@wrong(
    soft_threshold,
    "What is negative becomes 0, however large it is. Both sides should be treated alike.",
)
def one_side_only(x, threshold):
    check(threshold)
    return np.maximum(x - threshold, 0)


@wrong(
    soft_threshold,
    "The sign is lost: entries below 0 come out above.",
)
def without_the_sign(x, threshold):
    check(threshold)
    return np.maximum(np.abs(x) - threshold, 0)


@wrong(
    soft_threshold,
    "The threshold is subtracted from negative entries too, which moves them away from 0.",
)
def subtracted_on_both_sides(x, threshold):
    check(threshold)
    return np.where(np.abs(x) > threshold, x - threshold, 0)


@wrong(soft_threshold, "The signs of ± are swapped: the entries move away from 0.")
def away_from_zero(x, threshold):
    check(threshold)
    return np.where(np.abs(x) > threshold, x + threshold * np.sign(x), 0)


@wrong(
    soft_threshold,
    "The entries are clipped to the threshold: that is what they should lose, not what is left.",
)
def clipped(x, threshold):
    check(threshold)
    return np.clip(x, -threshold, threshold)


@wrong(
    soft_threshold,
    "The entries are shrunk by a factor, as L2 does. None of them ever becomes 0 that way.",
)
def by_a_factor(x, threshold):
    check(threshold)
    return x / (1 + threshold)


@wrong(
    soft_threshold,
    "The threshold is applied to the length of each row, as in the group lasso. Every entry stands "
    "alone here.",
)
def a_row_at_a_time(x, threshold):
    check(threshold)
    lengths = np.sqrt((x * x).sum(axis=-1, keepdims=True))
    with np.errstate(all="ignore"):
        return np.where(lengths > threshold, x * (1 - threshold / lengths), 0)


@wrong(
    soft_threshold,
    "threshold / |x| divides by 0 where x is 0; where the threshold is 0 too, the result is nan.",
)
def divided_by_the_size(x, threshold):
    check(threshold)
    with np.errstate(all="ignore"):
        return x * np.maximum(1 - threshold / np.abs(x), 0)


@wrong(
    soft_threshold,
    "A small constant guards a division or a root, so what should be exactly shrunk is a little "
    "off.",
)
def with_a_small_constant(x, threshold):
    check(threshold)
    smooth = np.sqrt(np.square(x) + 1e-8)
    return np.sign(x) * np.maximum(smooth - threshold, 0)


@wrong(soft_threshold, "The result is float64 whatever x is: something on the way converts it.")
def always_float64(x, threshold):
    return soft_threshold(x.astype(np.float64), threshold)


@wrong(soft_threshold, "It writes into x, as `-=` or an assignment to an index does.")
def the_threshold_in_place(x, threshold):
    x[...] = soft_threshold(x, threshold)
    return x


@wrong(soft_threshold, "A negative threshold raises no error.")
def a_negative_threshold(x, threshold):
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


@wrong(soft_threshold, "Python loops over the entries or rows of x. NumPy takes all at once.")
def the_threshold_by_a_python_loop(x, threshold):
    y = soft_threshold(x, threshold)
    for index in np.ndindex(x.shape):
        y[index] = np.sign(x[index]) * max(abs(x[index]) - threshold, 0)
    return y


# --- The step --------------------------------------------------------------------------------


@right(proximal_step)
def by_two_rectifiers(params, grads, lr, strength):
    check_step(params, grads, lr, strength)
    new = []
    for param, grad in zip(params, grads, strict=True):
        if grad is None:
            new.append(param)
        elif param.ndim == 1:
            new.append(param - lr * grad)
        else:
            above = np.maximum(param - lr * (grad + strength), 0)
            below = np.minimum(param - lr * (grad - strength), 0)
            new.append(above + below)
    return new


@right(proximal_step)
def on_scaled_weights(params, grads, lr, strength):
    """Everything divided by lr: then the threshold is `strength` itself."""
    check_step(params, grads, lr, strength)
    new = [param.copy() for param in params]
    for param, grad in zip(new, grads, strict=True):
        if grad is not None:
            param -= lr * grad
            if param.ndim >= 2:
                param[...] = lr * soft_threshold(param / lr, strength)
    return new


def stepping(params, grads, lr, strength, shrink):
    """The step, with `shrink(param, grad)` for the weights."""
    check_step(params, grads, lr, strength)
    new = []
    for param, grad in zip(params, grads, strict=True):
        if grad is None:
            new.append(param.copy())
        elif param.ndim == 1:
            new.append(param - lr * grad)
        else:
            new.append(shrink(param, grad))
    return new


@wrong(
    proximal_step,
    "This adds the penalty's gradient, strength · sign(p), and steps down the sum. The weights "
    "then jump to and fro around 0 and are hardly ever exactly 0.",
)
def subgradient_step(params, grads, lr, strength):
    def shrink(param, grad):
        return param - lr * (grad + strength * np.sign(param))

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "q is moved by lr · strength towards 0 without a stop: a small weight ends on the other side.",
)
def step_through_zero(params, grads, lr, strength):
    def shrink(param, grad):
        q = param - lr * grad
        return q - lr * strength * np.sign(q)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "The weights lose `strength` in each step, whatever lr is. Multiply the term that is to be "
    "smallest by lr and see what |z| has before it.",
)
def threshold_without_lr(params, grads, lr, strength):
    def shrink(param, grad):
        return soft_threshold(param - lr * grad, strength)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "The weights lose strength / lr: in the term that is to be smallest, it is the square that is "
    "divided by lr, not |z|.",
)
def threshold_divided_by_lr(params, grads, lr, strength):
    def shrink(param, grad):
        return soft_threshold(param - lr * grad, strength / lr)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "The weights lose twice what they should: mind the 2 in (z − q)² / (2 · lr).",
)
def threshold_twice(params, grads, lr, strength):
    def shrink(param, grad):
        return soft_threshold(param - lr * grad, 2 * lr * strength)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "The old weights are shrunk, and then the gradient's step is taken: it moves what was exactly "
    "0 away again.",
)
def shrunk_before_the_step(params, grads, lr, strength):
    def shrink(param, grad):
        return soft_threshold(param, lr * strength) - lr * grad

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "The gradient is thresholded, and not the weight: then small gradients are lost, and no weight "
    "becomes 0.",
)
def gradient_thresholded(params, grads, lr, strength):
    def shrink(param, grad):
        return param - lr * soft_threshold(grad, strength)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "Small weights become 0, but the others lose nothing (a hard threshold).",
)
def hard_step(params, grads, lr, strength):
    def shrink(param, grad):
        q = param - lr * grad
        return np.where(np.abs(q) > lr * strength, q, 0)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "The weights are shrunk by a factor, as L2 does: none becomes 0.",
)
def step_for_l2(params, grads, lr, strength):
    def shrink(param, grad):
        return (param - lr * grad) / (1 + lr * strength)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "A weight whose sign changes is set to 0, even where the gradient alone would carry it there. "
    "Only q decides.",
)
def zero_where_the_sign_changes(params, grads, lr, strength):
    def shrink(param, grad):
        new = soft_threshold(param - lr * grad, lr * strength)
        return np.where(new * param < 0, 0, new)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "A weight that is 0 stays 0 for ever. It should leave 0 as soon as its gradient is larger than "
    "strength.",
)
def stuck_at_zero(params, grads, lr, strength):
    def shrink(param, grad):
        return np.where(param == 0, 0, soft_threshold(param - lr * grad, lr * strength))

    return stepping(params, grads, lr, strength, shrink)


@wrong(proximal_step, "Nothing is shrunk: this is plain gradient descent on the loss.")
def plain_descent(params, grads, lr, strength):
    return stepping(params, grads, lr, strength, lambda param, grad: param - lr * grad)


@wrong(proximal_step, "The step goes up the gradient: the sign is wrong.")
def uphill(params, grads, lr, strength):
    negated = [None if grad is None else -grad for grad in grads]
    return proximal_step(params, negated, lr, strength)


@wrong(proximal_step, "The biases are shrunk too. They only take the gradient's step.")
def biases_shrunk(params, grads, lr, strength):
    check_step(params, grads, lr, strength)
    return [
        param.copy() if grad is None else soft_threshold(param - lr * grad, lr * strength)
        for param, grad in zip(params, grads, strict=True)
    ]


@wrong(proximal_step, "The biases stay where they are. They take the gradient's step as well.")
def biases_left_out(params, grads, lr, strength):
    kept = [grad if param.ndim > 1 else None for param, grad in zip(params, grads, strict=True)]
    check_step(params, grads, lr, strength)
    return proximal_step(params, kept, lr, strength)


@wrong(
    proximal_step,
    "Only arrays with exactly two axes are shrunk. The kernels of a convolution have four.",
)
def only_matrices_shrunk(params, grads, lr, strength):
    def shrink(param, grad):
        return soft_threshold(param - lr * grad, lr * strength if param.ndim == 2 else 0.0)

    return stepping(params, grads, lr, strength, shrink)


@wrong(
    proximal_step,
    "A gradient of None is taken for 0, so its weight is shrunk. None leaves it alone.",
)
def none_as_zero(params, grads, lr, strength):
    pairs = zip(params, grads, strict=True)
    zeros = [np.zeros_like(param) if grad is None else grad for param, grad in pairs]
    return proximal_step(params, zeros, lr, strength)


@wrong(
    proximal_step,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
def float64_step(params, grads, lr, strength):
    return [new.astype(np.float64) for new in proximal_step(params, grads, lr, strength)]


@wrong(
    proximal_step,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
def the_step_in_place(params, grads, lr, strength):
    for param, new in zip(params, proximal_step(params, grads, lr, strength), strict=True):
        param[...] = new
    return list(params)


@wrong(
    proximal_step,
    "A negative strength raises no error where there is no weight, only biases: nothing but "
    "soft_threshold looks at it.",
)
def strength_unchecked(params, grads, lr, strength):
    check_step(params, grads, lr, 0.0)
    soft = [param.ndim > 1 and grad is not None for param, grad in zip(params, grads, strict=True)]
    return proximal_step(params, grads, lr, strength if any(soft) else 0.0)


@wrong(
    proximal_step,
    "An lr of 0 or below raises no error.",
)
def lr_unchecked(params, grads, lr, strength):
    if lr > 0:
        return proximal_step(params, grads, lr, strength)
    check(strength)
    return [param.copy() for param in params]


@wrong(
    proximal_step,
    "Not every gradient's shape is compared with its parameter's, so NumPy may broadcast one to "
    "the other.",
)
def shapes_unchecked(params, grads, lr, strength):
    check_step([], [], lr, strength)
    new = []
    for param, grad in zip(params, grads, strict=True):
        q = param.copy() if grad is None else param - lr * grad
        shrinks = param.ndim > 1 and grad is not None
        new.append(soft_threshold(q, lr * strength) if shrinks else q)
    return new


@wrong(
    proximal_step,
    "The lengths of params and grads are not compared: `zip` stops at the shorter one without a "
    "word.",
)
def lengths_unchecked(params, grads, lr, strength):
    n = min(len(params), len(grads))
    return proximal_step(params[:n], grads[:n], lr, strength)

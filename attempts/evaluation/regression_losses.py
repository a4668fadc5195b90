import numpy as np

from kata.attempts import right, slip
from solutions.evaluation.regression_losses import huber, huber_backward, mae_backward, mse

# --- Right -----------------------------------------------------------------------------------


@right(mse)
def by_a_dot_product(pred, target):
    if np.shape(pred) != np.shape(target):
        raise ValueError("pred and target differ in shape")
    r = np.ravel(pred - target).astype(np.float64)
    return r @ r / r.size if r.size else float("nan")


@right(mae_backward)
def by_comparing(grad_loss, pred, target):
    if pred.shape != target.shape:
        raise ValueError("pred and target differ in shape")
    grad = np.zeros_like(pred)
    share = grad_loss / max(pred.size, 1)
    grad[pred > target] = share
    grad[pred < target] = -share
    return grad


@right(huber)
def by_the_clipped_size(pred, target, delta=1.0):
    if pred.shape != target.shape:
        raise ValueError("pred and target differ in shape")
    size = np.abs(pred - target)
    clipped = np.minimum(size, delta)
    return np.float64(np.mean(clipped * (size - clipped / 2)))


@right(huber_backward)
def by_cases(grad_loss, pred, target, delta=1.0):
    if pred.shape != target.shape:
        raise ValueError("pred and target differ in shape")
    r = pred - target
    grad = np.where(np.abs(r) < delta, r, delta * np.sign(r))
    return (grad * (grad_loss / max(r.size, 1))).astype(pred.dtype)


# --- All -------------------------------------------------------------------------------------

shapes_left_to_numpy = slip(
    "The shapes are not compared. NumPy broadcasts, so (n, 1) and (n,) become a table of n × n "
    "residuals, without a word.",
    {"if pred.shape != target.shape:": "if False:"},
)

sum_for_mean = slip(
    "This is the sum over the entries. The loss is their mean.",
    {"float(losses.mean())": "float(losses.sum())"},
)

mean_over_the_first_axis = slip(
    "It divides by the length of the first axis only. The mean is over all entries.",
    {"float(losses.mean())": "float(losses.sum()) / len(losses)"},
)

added_in_their_own_dtype = slip(
    "The losses are added in their own dtype. In float16 the sum overflows though every loss fits.",
    {"float(losses.mean())": "float(losses.sum() / losses.size)"},
)

nothing_costs_nothing = slip(
    "Without entries the loss is 0. A mean of nothing is nan.", {"else math.nan": "else 0.0"}
)

# --- The mean squared error ------------------------------------------------------------------

half_the_square = slip(
    "It is half the mean squared error. Here, as in PyTorch, no factor of ½ stands before it.",
    {"_residuals(pred, target) ** 2": "_residuals(pred, target) ** 2 / 2"},
)

square_multiplied_out = slip(
    "Between large values, the digits of a small residual are lost, as they are where (p − t)² is "
    "taken as p² − 2pt + t². Subtract first.",
    {
        "_mean(_residuals(pred, target) ** 2)": (
            "_mean(pred**2 - 2 * pred * target + target**2 + 0 * _residuals(pred, target))"
        )
    },
)

root_of_the_mean = slip(
    "It is the root of the mean squared error, RMSE.",
    {
        "return _mean(_residuals(pred, target) ** 2)": (
            "return _mean(_residuals(pred, target) ** 2) ** 0.5"
        )
    },
)

square_of_the_mean = slip(
    "The residuals are averaged before they are squared, so those of opposite signs cancel.",
    {"_mean(_residuals(pred, target) ** 2)": "_mean(_residuals(pred, target)) ** 2"},
)

factor_of_two_missing = slip(
    "The derivative of r² is 2r. The factor 2 is missing.", {"grad_loss * 2 * r": "grad_loss * r"}
)

with_respect_to_the_target = slip(
    "It is the gradient with respect to `target`, which has the opposite sign.",
    {"grad_loss * 2 * r": "grad_loss * -2 * r"},
)

mse_gradient_of_the_sum = slip(
    "It is the gradient of the sum. The loss is a mean, so it is divided by the number of entries.",
    {"grad_loss * 2 * r / r.size": "grad_loss * 2 * r"},
)

mse_gradient_divided_by_the_rows = slip(
    "The gradient is divided by the length of the first axis. The loss is a mean over all entries.",
    {"grad_loss * 2 * r / r.size": "grad_loss * 2 * r / max(len(r), 1)"},
)

# --- The mean absolute error -----------------------------------------------------------------

residuals_with_their_signs = slip(
    "The residuals keep their signs, so they cancel. It is their sizes that are averaged.",
    {"_mean(np.abs(_residuals(pred, target)))": "_mean(_residuals(pred, target))"},
)

size_of_the_mean = slip(
    "The absolute value is taken of the mean, when residuals of opposite signs have cancelled.",
    {"_mean(np.abs(_residuals(pred, target)))": "abs(_mean(_residuals(pred, target)))"},
)

nan_at_zero = slip(
    "r / |r| is 0/0 where prediction and target agree. The gradient is 0 there.",
    {"np.sign(r)": "r / np.abs(r)"},
)

one_at_zero = slip(
    "Where prediction and target agree, the gradient is that of r > 0. It is 0 there.",
    {"np.sign(r)": "np.where(r >= 0, 1, -1).astype(r.dtype)"},
)

minus_one_at_zero = slip(
    "Where prediction and target agree, the gradient is that of r < 0. It is 0 there.",
    {"np.sign(r)": "np.where(r > 0, 1, -1).astype(r.dtype)"},
)

eps_in_the_divisor = slip(
    "A constant is added to |r| before r is divided by it, so a tiny residual pulls too weakly. It "
    "pulls as hard as any other.",
    {"np.sign(r)": "(r / (np.abs(r) + 1e-8))"},
)

mae_gradient_of_the_sum = slip(
    "It is the gradient of the sum. The loss is a mean, so it is divided by the number of entries.",
    {"np.sign(r) / r.size": "np.sign(r)"},
)

mae_gradient_divided_by_the_rows = slip(
    "The gradient is divided by the length of the first axis. The loss is a mean over all entries.",
    {"np.sign(r) / r.size": "np.sign(r) / max(len(r), 1)"},
)

mae_with_respect_to_the_target = slip(
    "It is the gradient with respect to `target`, which has the opposite sign.",
    {"np.sign(r)": "np.sign(-r)"},
)

mae_gradient_by_the_residual = slip(
    "The gradient grows with the residual. |r| has a slope of 1 or −1, however large r is.",
    {"np.sign(r)": "r"},
)

# --- Huber's ---------------------------------------------------------------------------------

smooth_l1 = slip(
    "This is the smooth L1 loss, Huber's divided by delta. They agree only where delta is 1.",
    {"delta * (size - delta / 2)))": "delta * (size - delta / 2))) / delta"},
)

a_step_at_delta = slip(
    "Beyond delta the loss is delta · |r|, so it jumps at delta. The straight line has to meet the "
    "parabola there.",
    {"delta * (size - delta / 2)": "delta * size"},
)

whole_delta_subtracted = slip(
    "The straight line is too low: a whole delta is subtracted from |r|, so the loss jumps at "
    "delta.",
    {"delta * (size - delta / 2)": "delta * (size - delta)"},
)

half_subtracted = slip(
    "Beyond delta, ½ is subtracted from |r| instead of delta/2: they agree only where delta is 1.",
    {"delta * (size - delta / 2)": "delta * (size - 0.5)"},
)

slope_of_one = slip(
    "Beyond delta the slope is 1. It should be delta, which the parabola has there.",
    {"delta * (size - delta / 2)": "size - delta + delta**2 / 2"},
)

whole_square_inside = slip(
    "Inside delta the square is not halved, so the parabola does not meet the straight line.",
    {"size**2 / 2": "size**2"},
)

cases_exchanged = slip(
    "The cases are exchanged: small residuals get the straight line, and outliers the parabola.",
    {"size <= delta": "size > delta"},
)

negative_residuals_count_as_small = slip(
    "It is r that is compared with delta, not |r|: every negative residual gets the parabola.",
    {"np.where(size <= delta": "np.where(pred - target <= delta"},
)

parabola_everywhere = slip(
    "The parabola goes on beyond delta: an outlier counts by its square.",
    {"size <= delta": "size >= 0"},
)

not_clipped = slip(
    "The gradient keeps growing beyond delta. There the loss is a straight line.",
    {"np.clip(r, -delta, delta)": "(r * (delta > 0))"},
)

clipped_to_one = slip(
    "Beyond delta the gradient is 1 or −1. The slope of the straight line is delta.",
    {"np.clip(r, -delta, delta)": "np.where(np.abs(r) <= delta, r, np.sign(r))"},
)

smooth_l1_gradient = slip(
    "This is the gradient of the smooth L1 loss, Huber's divided by delta.",
    {"np.clip(r, -delta, delta)": "np.clip(r / delta, -1, 1)"},
)

outliers_without_gradient = slip(
    "Beyond delta the gradient is 0. Outliers still pull, with a force of delta.",
    {"np.clip(r, -delta, delta)": "np.where(np.abs(r) <= delta, r, 0)"},
)

huber_gradient_of_the_sum = slip(
    "It is the gradient of the sum. The loss is a mean, so it is divided by the number of entries.",
    {"np.clip(r, -delta, delta) / r.size": "np.clip(r, -delta, delta)"},
)

huber_gradient_divided_by_the_rows = slip(
    "The gradient is divided by the length of the first axis. The loss is a mean over all entries.",
    {"np.clip(r, -delta, delta) / r.size": "np.clip(r, -delta, delta) / max(len(r), 1)"},
)

huber_with_respect_to_the_target = slip(
    "It is the gradient with respect to `target`, which has the opposite sign.",
    {"np.clip(r, -delta, delta)": "np.clip(-r, -delta, delta)"},
)

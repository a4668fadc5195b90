import numpy as np

from kata.attempts import right, wrong
from solutions.basics.relu import leaky_relu, leaky_relu_backward, relu, relu_backward

# --- relu ------------------------------------------------------------------------------------


@right(relu)
def relu_as_half_of_x_and_its_size(x):
    return (x + np.abs(x)) / 2


@right(relu)
def relu_on_a_copy(x):
    y = x.copy()
    y[y < 0] = 0
    return y


@right(relu)
def relu_by_its_mask(x):
    return x * (x > 0)


@wrong(
    relu,
    "np.max(x, 0) takes the largest entry along axis 0. You want the larger of each entry and 0.",
)
def maximum_along_an_axis(x):
    return np.max(x, 0, initial=0)


@wrong(relu, "This is the absolute value: a negative entry should become 0, not lose its sign.")
def absolute_value(x):
    return np.abs(x)


@wrong(relu, "It keeps the negative entries: the comparison is the wrong way round.")
def the_negative_part(x):
    return np.minimum(x, 0)


@wrong(relu, "This is where relu is on (1 or 0), its derivative. relu itself gives x there.")
def the_step_function(x):
    return (x > 0).astype(x.dtype)


@wrong(
    relu, "Negative entries leak through with a small slope. That is leaky ReLU; here they are 0."
)
def leaky_from_the_start(x):
    return leaky_relu(x)


@wrong(relu, "This is softplus, a smooth relative: it is above 0 where relu is exactly 0.")
def softplus(x):
    return np.logaddexp(x, x.dtype.type(0))


@wrong(relu, "Large entries are cut off, as in ReLU6. relu has no upper bound.")
def capped_at_six(x):
    return np.clip(x, 0, 6)


@wrong(relu, "The result is float64 whatever x is: an array made on the way has the default dtype.")
def relu_always_float64(x):
    y = np.zeros(x.shape)
    y[x > 0] = x[x > 0]
    return y


@wrong(relu, "It writes into x: setting entries of x changes the caller's array.")
def relu_in_place(x):
    x[x < 0] = 0
    return x


@wrong(relu, "Python loops over the entries, or rows of them. NumPy compares all of them at once.")
def relu_one_entry_at_a_time(x):
    y = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        y[index] = max(x[index], 0)
    return y


# --- relu_backward ---------------------------------------------------------------------------


@right(relu_backward)
def relu_backward_on_a_copy(grad_y, x):
    grad_x = grad_y.copy()
    grad_x[x <= 0] = 0
    return grad_x


@right(relu_backward)
def relu_backward_by_the_heaviside_step(grad_y, x):
    return np.heaviside(x, np.zeros_like(x)) * grad_y


@wrong(
    relu_backward,
    "The gradient passes everywhere. Where relu gave 0, a small change of x changes nothing.",
)
def gradient_without_a_mask(grad_y, x):
    return grad_y.copy()


@wrong(
    relu_backward,
    "The mask is taken from grad_y. Whether relu was on depends on x alone; a gradient may have "
    "any sign.",
)
def mask_from_the_gradient(grad_y, x):
    return grad_y * (grad_y > 0)


@wrong(
    relu_backward,
    "relu is applied to the gradient, so negative gradients are lost. Where relu was on, they "
    "pass too.",
)
def relu_of_the_gradient(grad_y, x):
    return np.maximum(grad_y, 0) * (x > 0)


@wrong(
    relu_backward,
    "It is multiplied by relu's value. The chain rule multiplies by relu's derivative, which is "
    "1 or 0.",
)
def times_the_value(grad_y, x):
    return grad_y * np.maximum(x, 0)


@wrong(
    relu_backward,
    "grad_y is not used. This is relu's own derivative; the chain rule multiplies it by what "
    "comes from above.",
)
def derivative_without_the_upstream(grad_y, x):
    return (x > 0).astype(x.dtype)


@wrong(relu_backward, "At x = 0 the gradient passes. By convention the derivative there is 0.")
def one_at_zero(grad_y, x):
    return grad_y * (x >= 0)


@wrong(
    relu_backward,
    "At x = 0 half of the gradient passes: a valid subgradient, but the promised one is 0.",
)
def half_at_zero(grad_y, x):
    return np.where(x == 0, grad_y / 2, grad_y * (x > 0))


@wrong(relu_backward, "The mask is the wrong way round: the gradient passes where relu was off.")
def mask_upside_down(grad_y, x):
    return grad_y * (x <= 0)


@wrong(relu_backward, "grad_y and x are swapped: the first argument is the upstream gradient.")
def relu_backward_arguments_swapped(grad_y, x):
    return relu_backward(x, grad_y)


@wrong(
    relu_backward,
    "The result is float64 whatever the arguments are: an array of plain 1.0 and 0.0 is float64.",
)
def relu_backward_always_float64(grad_y, x):
    return np.where(x > 0, 1.0, 0.0) * grad_y


@wrong(relu_backward, "It writes into grad_y: setting its entries changes the caller's array.")
def relu_backward_in_place(grad_y, x):
    grad_y[x <= 0] = 0
    return grad_y


@wrong(relu_backward, "It turns x itself into the mask, and so changes the caller's array.")
def relu_backward_with_x_as_the_mask(grad_y, x):
    x[x > 0] = 1
    x[x <= 0] = 0
    return grad_y * x


@wrong(
    relu_backward,
    "Python loops over the entries, or rows of them. NumPy does all of them at once.",
)
def relu_backward_one_entry_at_a_time(grad_y, x):
    grad_x = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        if x[index] > 0:
            grad_x[index] = grad_y[index]
    return grad_x


# --- leaky_relu ------------------------------------------------------------------------------


@right(leaky_relu)
def leaky_relu_as_two_halves(x, slope=0.01):
    return np.maximum(x, 0) + slope * np.minimum(x, 0)


@right(leaky_relu)
def leaky_relu_on_a_copy(x, slope=0.01):
    y = x.copy()
    y[x < 0] *= slope
    return y


@wrong(
    leaky_relu,
    "Sums of x and |x| give both lines, but with a huge slope the two shares of a positive entry "
    "cancel to 0. It should come through exactly.",
)
def mixed_from_x_and_its_size(x, slope=0.01):
    return (1 + slope) / 2 * x + (1 - slope) / 2 * np.abs(x)


@wrong(
    leaky_relu,
    "The negative entries are scaled in a flat array. For a transposed x, `ravel` makes that a "
    "copy, and y keeps what was in x.",
)
def lost_in_a_flat_copy(x, slope=0.01):
    y = np.copy(x)
    flat = y.ravel()
    flat[flat < 0] *= slope
    return y


@wrong(
    leaky_relu,
    "The larger of x and slope · x is the right one only for slopes from 0 to 1. `slope` may be "
    "any number.",
)
def larger_of_the_two_lines(x, slope=0.01):
    return np.maximum(x, slope * x)


@wrong(leaky_relu, "The argument `slope` is not used: the slope is always 0.01.")
def leaky_relu_slope_ignored(x, slope=0.01):
    return leaky_relu(x)


@wrong(leaky_relu, "The default slope is not 0.01.")
def leaky_relu_with_another_default(x, slope=0.1):
    return leaky_relu(x, slope)


@wrong(leaky_relu, "The leak is lost: what is not positive becomes 0, as in plain ReLU.")
def without_the_leak(x, slope=0.01):
    return np.maximum(x, 0)


@wrong(leaky_relu, "The leak is added to the positive entries too; they should stay as they are.")
def leak_on_both_sides(x, slope=0.01):
    return np.maximum(x, 0) + slope * x


@wrong(leaky_relu, "The two sides are swapped: `slope` scales what is not positive.")
def slope_on_the_positive_side(x, slope=0.01):
    return np.where(x > 0, slope * x, x)


@wrong(leaky_relu, "Below 0 the result is `slope` itself instead of a line with that slope.")
def constant_below_zero(x, slope=0.01):
    return np.where(x > 0, x, x.dtype.type(slope))


@wrong(leaky_relu, "The sign is lost: for a positive slope the leak of a negative x is negative.")
def leak_with_the_wrong_sign(x, slope=0.01):
    return np.where(x > 0, x, slope * np.abs(x))


@wrong(
    leaky_relu,
    "The result is float64 whatever x is: an array of plain Python numbers is float64.",
)
def leaky_relu_always_float64(x, slope=0.01):
    return x * np.where(x > 0, 1.0, slope)


@wrong(leaky_relu, "It writes into x: scaling entries of x changes the caller's array.")
def leaky_relu_in_place(x, slope=0.01):
    x[x < 0] *= slope
    return x


@wrong(
    leaky_relu,
    "Python loops over the entries, or rows of them; np.vectorize is a loop, too.",
)
def leaky_relu_one_entry_at_a_time(x, slope=0.01):
    return np.vectorize(lambda v: v if v > 0 else slope * v, otypes=[x.dtype])(x)


# --- leaky_relu_backward ---------------------------------------------------------------------


@right(leaky_relu_backward)
def leaky_relu_backward_as_two_gradients(grad_y, x, slope=0.01):
    on = x > 0
    return grad_y * on + slope * (grad_y * ~on)


@right(leaky_relu_backward)
def leaky_relu_backward_by_its_derivative(grad_y, x, slope=0.01):
    derivative = np.full_like(x, slope)
    derivative[x > 0] = 1
    return derivative * grad_y


@wrong(
    leaky_relu_backward,
    "No gradient passes where x is not positive. Unlike ReLU, leaky ReLU has a slope there.",
)
def leaky_gradient_without_the_leak(grad_y, x, slope=0.01):
    return relu_backward(grad_y, x)


@wrong(
    leaky_relu_backward,
    "At x = 0 the whole gradient passes. By convention the derivative there is `slope`.",
)
def leaky_one_at_zero(grad_y, x, slope=0.01):
    return np.where(x >= 0, grad_y, slope * grad_y)


@wrong(
    leaky_relu_backward,
    "At x = 0 no gradient passes. By convention the derivative there is `slope`.",
)
def leaky_nothing_at_zero(grad_y, x, slope=0.01):
    return grad_y * (x > 0) + slope * grad_y * (x < 0)


@wrong(
    leaky_relu_backward,
    "The gradient goes through leaky_relu itself, by its own sign. Which side counts depends on x.",
)
def leaky_mask_from_the_gradient(grad_y, x, slope=0.01):
    return leaky_relu(grad_y, slope)


@wrong(
    leaky_relu_backward,
    "The gradient is multiplied by leaky_relu's value. The chain rule multiplies by its "
    "derivative, which is 1 or `slope`.",
)
def leaky_times_the_value(grad_y, x, slope=0.01):
    return grad_y * leaky_relu(x, slope)


@wrong(
    leaky_relu_backward,
    "Below 0 the gradient is multiplied by slope · x, the value there. The derivative of "
    "slope · x with respect to x has no x in it.",
)
def leaky_value_below_zero(grad_y, x, slope=0.01):
    return np.where(x > 0, grad_y, slope * x * grad_y)


@wrong(
    leaky_relu_backward,
    "grad_y is not used. This is leaky ReLU's own derivative; the chain rule multiplies it by "
    "what comes from above.",
)
def leaky_derivative_without_the_upstream(grad_y, x, slope=0.01):
    return leaky_relu_backward(np.ones_like(x), x, slope)


@wrong(
    leaky_relu_backward,
    "Below 0 the result is `slope` itself: there too, grad_y has to be multiplied in.",
)
def leaky_bare_slope_below_zero(grad_y, x, slope=0.01):
    return np.where(x > 0, grad_y, x.dtype.type(slope))


@wrong(
    leaky_relu_backward,
    "The side is read from the output's sign. That tells it only for slopes above 0; `slope` may "
    "be any number.",
)
def leaky_mask_from_the_output(grad_y, x, slope=0.01):
    return np.where(leaky_relu(x, slope) > 0, grad_y, slope * grad_y)


@wrong(leaky_relu_backward, "The two sides are swapped: `slope` belongs where x is not positive.")
def leaky_sides_swapped(grad_y, x, slope=0.01):
    return np.where(x > 0, slope * grad_y, grad_y)


@wrong(leaky_relu_backward, "The argument `slope` is not used: the slope is always 0.01.")
def leaky_backward_slope_ignored(grad_y, x, slope=0.01):
    return leaky_relu_backward(grad_y, x)


@wrong(leaky_relu_backward, "The default slope is not 0.01.")
def leaky_backward_with_another_default(grad_y, x, slope=0.1):
    return leaky_relu_backward(grad_y, x, slope)


@wrong(
    leaky_relu_backward,
    "The result is float64 whatever the arguments are: an array of plain numbers is float64.",
)
def leaky_backward_always_float64(grad_y, x, slope=0.01):
    return grad_y * np.where(x > 0, 1.0, slope)


@wrong(
    leaky_relu_backward, "It writes into grad_y: scaling its entries changes the caller's array."
)
def leaky_backward_in_place(grad_y, x, slope=0.01):
    grad_y[x <= 0] *= slope
    return grad_y


@wrong(
    leaky_relu_backward,
    "Python loops over the entries, or rows of them. NumPy does all of them at once.",
)
def leaky_backward_one_entry_at_a_time(grad_y, x, slope=0.01):
    pairs = zip(grad_y.ravel(), x.ravel(), strict=True)
    flat = [g if v > 0 else slope * g for g, v in pairs]
    return np.array(flat, dtype=x.dtype).reshape(x.shape)

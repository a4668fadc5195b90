import numpy as np

from kata.attempts import right, slip
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


maximum_along_an_axis = slip(
    "np.max(x, 0) takes the largest entry along axis 0. You want the larger of each entry and 0.",
    {"np.maximum(x, 0)": "np.max(x, 0, initial=0)"},
)

absolute_value = slip(
    "This is the absolute value: a negative entry should become 0, not lose its sign.",
    {"np.maximum(x, 0)": "np.abs(x)"},
)

the_negative_part = slip(
    "It keeps the negative entries: the comparison is the wrong way round.",
    {"np.maximum(x, 0)": "np.minimum(x, 0)"},
)

x_negated_first = slip(
    "The sign of x is turned: what was negative comes through, and what was positive becomes 0.",
    {"np.maximum(x, 0)": "np.maximum(-x, 0)"},
)

the_step_function = slip(
    "This is where relu is on (1 or 0), its derivative. relu itself gives x there.",
    {"np.maximum(x, 0)": "(x > 0).astype(x.dtype)"},
)

leaky_from_the_start = slip(
    "Negative entries leak through with a small slope. That is leaky ReLU; here they are 0.",
    {"np.maximum(x, 0)": "np.maximum(x, 0.01 * x)"},
)

softplus = slip(
    "This is softplus, a smooth relative: it is above 0 where relu is exactly 0.",
    {"np.maximum(x, 0)": "np.logaddexp(x, 0)"},
)

elu = slip(
    "This is ELU: below 0 it bends towards −1. relu is 0 there.",
    {"np.maximum(x, 0)": "np.where(x > 0, x, np.expm1(np.minimum(x, 0)))"},
)

capped_at_six = slip(
    "Large entries are cut off, as in ReLU6. relu has no upper bound.",
    {"np.maximum(x, 0)": "np.clip(x, 0, 6)"},
)

relu_always_float64 = slip(
    "The result is float64 whatever x is: an array made on the way has the default dtype.",
    {"np.maximum(x, 0)": "np.maximum(x, np.zeros(x.shape))"},
)

relu_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy compares all of them at once.",
    {"np.maximum(x, 0)": "np.vectorize(lambda v: max(v, 0), otypes=[x.dtype])(x)"},
)

# --- relu_backward ---------------------------------------------------------------------------


@right(relu_backward)
def relu_backward_on_a_copy(grad_y, x):
    grad_x = grad_y.copy()
    grad_x[x <= 0] = 0
    return grad_x


@right(relu_backward)
def relu_backward_by_the_heaviside_step(grad_y, x):
    return np.heaviside(x, np.zeros_like(x)) * grad_y


gradient_without_a_mask = slip(
    "The gradient passes everywhere. Where relu gave 0, a small change of x changes nothing.",
    {"grad_y * (x > 0)": "grad_y.copy()"},
)

mask_from_the_gradient = slip(
    "The mask is taken from grad_y. Whether relu was on depends on x alone; a gradient may have "
    "any sign.",
    {"grad_y * (x > 0)": "grad_y * (grad_y > 0)"},
)

relu_of_the_gradient = slip(
    "relu is applied to the gradient, so negative gradients are lost. Where relu was on, they "
    "pass too.",
    {"grad_y * (x > 0)": "np.maximum(grad_y, 0) * (x > 0)"},
)

times_the_value = slip(
    "It is multiplied by relu's value. The chain rule multiplies by relu's derivative, which is "
    "1 or 0.",
    {"grad_y * (x > 0)": "grad_y * relu(x)"},
)

times_the_sign = slip(
    "The gradient is multiplied by the sign of x, which is −1 below 0. relu's derivative is 0 "
    "there.",
    {"grad_y * (x > 0)": "grad_y * np.sign(x)"},
)

derivative_without_the_upstream = slip(
    "grad_y is not used. This is relu's own derivative; the chain rule multiplies it by what "
    "comes from above.",
    {"grad_y * (x > 0)": "(x > 0).astype(x.dtype)"},
)

one_at_zero = slip(
    "At x = 0 the gradient passes. By convention the derivative there is 0.",
    {"grad_y * (x > 0)": "grad_y * (x >= 0)"},
)

half_at_zero = slip(
    "At x = 0 half of the gradient passes: a valid subgradient, but the promised one is 0.",
    {"grad_y * (x > 0)": "np.where(x == 0, grad_y / 2, grad_y * (x > 0))"},
)

mask_upside_down = slip(
    "The mask is the wrong way round: the gradient passes where relu was off.",
    {"grad_y * (x > 0)": "grad_y * (x <= 0)"},
)

relu_backward_arguments_swapped = slip(
    "grad_y and x are swapped: the first argument is the upstream gradient.",
    {"grad_y * (x > 0)": "x * (grad_y > 0)"},
)

relu_backward_always_float64 = slip(
    "The result is float64 whatever the arguments are: an array of plain 1.0 and 0.0 is float64.",
    {"grad_y * (x > 0)": "grad_y * np.where(x > 0, 1.0, 0.0)"},
)

relu_backward_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy does all of them at once.",
    {
        "return grad_y * (x > 0)": "pick = np.vectorize(lambda g, v: g if v > 0 else 0, "
        "otypes=[x.dtype])\n"
        "return pick(grad_y, x)"
    },
)

# --- leaky_relu ------------------------------------------------------------------------------


@right(leaky_relu)
def leaky_relu_as_two_halves(x, slope=0.01):
    return np.maximum(x, 0) + slope * np.minimum(x, 0)


@right(leaky_relu)
def leaky_relu_on_a_copy(x, slope=0.01):
    y = x.copy()
    y[x < 0] *= slope
    return y


mixed_from_x_and_its_size = slip(
    "Both lines come from one sum of two parts: with a huge slope the parts of a positive entry "
    "cancel, and it is lost. It should come through exactly.",
    {"np.where(x > 0, x, slope * x)": "(1 + slope) / 2 * x + (1 - slope) / 2 * np.abs(x)"},
)

lost_in_a_flat_copy = slip(
    "The negative entries are scaled in a flat array. For a transposed x, `ravel` makes that a "
    "copy, and y keeps what was in x.",
    {
        "return np.where(x > 0, x, slope * x)": "y = np.copy(x)\n"
        "flat = y.ravel()\n"
        "flat[flat < 0] *= slope\n"
        "return y"
    },
)

larger_of_the_two_lines = slip(
    "The larger of x and slope · x is the right one only for slopes from 0 to 1. `slope` may be "
    "any number.",
    {"np.where(x > 0, x, slope * x)": "np.maximum(x, slope * x)"},
)

leaky_relu_slope_ignored = slip(
    "The argument `slope` is not used: the slope is always 0.01.",
    {"x, slope * x)": "x, 0.01 * x)"},
)

leaky_relu_slope_of_0_ignored = slip(
    "`slope or …` takes a slope of 0 for none at all, as 0 counts as false.",
    {"x, slope * x)": "x, (slope or 0.01) * x)"},
)

leaky_relu_with_another_default = slip(
    "The default slope is not 0.01.",
    {"slope: float = 0.01)": "slope: float = 0.1)"},
)

without_the_leak = slip(
    "The leak is lost: what is not positive becomes 0, as in plain ReLU.",
    {"x, slope * x)": "x, 0 * x)"},
)

leak_on_both_sides = slip(
    "The leak is added to the positive entries too; they should stay as they are.",
    {"np.where(x > 0, x, slope * x)": "np.maximum(x, 0) + slope * x"},
)

slope_on_the_positive_side = slip(
    "The two sides are swapped: `slope` scales what is not positive.",
    {"x, slope * x)": "slope * x, x)"},
)

constant_below_zero = slip(
    "Below 0 the result is `slope` itself instead of a line with that slope.",
    {"x, slope * x)": "x, slope)"},
)

leak_with_the_wrong_sign = slip(
    "The sign is lost: for a positive slope the leak of a negative x is negative.",
    {"x, slope * x)": "x, slope * np.abs(x))"},
)

leaky_relu_always_float64 = slip(
    "The result is float64 whatever x is: an array of plain Python numbers is float64.",
    {"np.where(x > 0, x, slope * x)": "x * np.where(x > 0, 1.0, slope)"},
)

leaky_relu_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them; np.vectorize is a loop, too.",
    {
        "return np.where(x > 0, x, slope * x)": "pick = np.vectorize(lambda v: v if v > 0 else "
        "slope * v, otypes=[x.dtype])\n"
        "return pick(x)"
    },
)

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


leaky_gradient_without_the_leak = slip(
    "No gradient passes where x is not positive. Unlike ReLU, leaky ReLU has a slope there.",
    {"np.where(x > 0, grad_y, slope * grad_y)": "relu_backward(grad_y, x)"},
)

leaky_one_at_zero = slip(
    "At x = 0 the whole gradient passes. By convention the derivative there is `slope`.",
    {"np.where(x > 0, grad_y": "np.where(x >= 0, grad_y"},
)

leaky_nothing_at_zero = slip(
    "At x = 0 no gradient passes. By convention the derivative there is `slope`.",
    {"np.where(x > 0, grad_y, slope * grad_y)": "grad_y * (x > 0) + slope * grad_y * (x < 0)"},
)

leaky_mask_from_the_gradient = slip(
    "The gradient goes through leaky_relu itself, by its own sign. Which side counts depends on x.",
    {"np.where(x > 0, grad_y": "np.where(grad_y > 0, grad_y"},
)

leaky_times_the_value = slip(
    "The gradient is multiplied by leaky_relu's value. The chain rule multiplies by its "
    "derivative, which is 1 or `slope`.",
    {"np.where(x > 0, grad_y, slope * grad_y)": "grad_y * leaky_relu(x, slope)"},
)

leaky_value_below_zero = slip(
    "Below 0 the gradient is multiplied by slope · x, the value there. The derivative of "
    "slope · x with respect to x has no x in it.",
    {"slope * grad_y": "slope * x * grad_y"},
)

leaky_derivative_without_the_upstream = slip(
    "grad_y is not used. This is leaky ReLU's own derivative; the chain rule multiplies it by "
    "what comes from above.",
    {"np.where(x > 0, grad_y, slope * grad_y)": "np.where(x > 0, np.ones_like(x), slope)"},
)

leaky_bare_slope_below_zero = slip(
    "Below 0 the result is `slope` itself: there too, grad_y has to be multiplied in.",
    {"slope * grad_y": "slope"},
)

leaky_mask_from_the_output = slip(
    "The side is read from the output's sign. That tells it only for slopes above 0; `slope` may "
    "be any number.",
    {"np.where(x > 0, grad_y": "np.where(leaky_relu(x, slope) > 0, grad_y"},
)

leaky_sides_swapped = slip(
    "The two sides are swapped: `slope` belongs where x is not positive.",
    {"grad_y, slope * grad_y": "slope * grad_y, grad_y"},
)

leaky_sides_added = slip(
    "The slope is added where x is positive too: the derivative there is 1, not 1 + `slope`.",
    {"np.where(x > 0, grad_y, slope * grad_y)": "grad_y * (x > 0) + slope * grad_y"},
)

leaky_backward_slope_ignored = slip(
    "The argument `slope` is not used: the slope is always 0.01.",
    {"slope * grad_y": "0.01 * grad_y"},
)

leaky_backward_slope_of_0_ignored = slip(
    "`slope or …` takes a slope of 0 for none at all, as 0 counts as false.",
    {"slope * grad_y": "(slope or 0.01) * grad_y"},
)

leaky_backward_with_another_default = slip(
    "The default slope is not 0.01.",
    {
        ', x: Float[np.ndarray, "*shape"], slope: float = 0.01': ", x: Float[np.ndarray, "
        '"*shape"], slope: float = 0.1'
    },
)

leaky_backward_always_float64 = slip(
    "The result is float64 whatever the arguments are: an array of plain numbers is float64.",
    {"np.where(x > 0, grad_y, slope * grad_y)": "grad_y * np.where(x > 0, 1.0, slope)"},
)

leaky_backward_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy does all of them at once.",
    {
        "return np.where(x > 0, grad_y, slope * grad_y)": "pick = np.vectorize(lambda g, v: g if "
        "v > 0 else slope * g, otypes=[x.dtype])\n"
        "return pick(grad_y, x)"
    },
)

from kata.attempts import rewrite, slip

LEAKY = "np.where(x > 0, x, slope * x)"
LEAKY_BACKWARD = "np.where(x > 0, grad_y, slope * grad_y)"

# --- relu ------------------------------------------------------------------------------------

relu_as_half_of_x_and_its_size = rewrite({"np.maximum(x, 0)": "(x + np.abs(x)) / 2"})

relu_on_a_copy = rewrite({"return np.maximum(x, 0)": "y = x.copy()\ny[y < 0] = 0\nreturn y"})

relu_by_its_mask = rewrite({"np.maximum(x, 0)": "x * (x > 0)"})

maximum_along_an_axis = slip(
    "np.max(x, 0) takes the largest entry along axis 0, not the larger of each entry and 0.",
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
    "The sign of x is reversed: what was negative comes through, and what was positive becomes 0.",
    {"np.maximum(x, 0)": "np.maximum(-x, 0)"},
)

the_step_function = slip(
    "This is where relu is on (1 or 0), its derivative. relu itself gives x there.",
    {"np.maximum(x, 0)": "(x > 0).astype(x.dtype)"},
)

leaky_from_the_start = slip(
    "Negative entries leak through with a small slope. That is leaky ReLU; relu is 0 there.",
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

relu_one_entry_at_a_time = slip(
    "It loops over the entries in Python, as np.vectorize does too.",
    {"np.maximum(x, 0)": "np.vectorize(lambda v: max(v, 0), otypes=[x.dtype])(x)"},
)

# --- relu_backward ---------------------------------------------------------------------------

relu_backward_on_a_copy = rewrite(
    {"return grad_y * (x > 0)": "grad_x = grad_y.copy()\ngrad_x[x <= 0] = 0\nreturn grad_x"}
)

relu_backward_by_the_heaviside_step = rewrite(
    {"grad_y * (x > 0)": "np.heaviside(x, np.zeros_like(x)) * grad_y"}
)

gradient_without_a_mask = slip(
    "The gradient passes everywhere. Where relu gave 0, a small change of x changes nothing.",
    {"grad_y * (x > 0)": "grad_y.copy()"},
)

mask_from_the_gradient = slip(
    "The mask is taken from grad_y. Whether relu was on depends on x alone.",
    {"grad_y * (x > 0)": "grad_y * (grad_y > 0)"},
)

relu_of_the_gradient = slip(
    "relu is applied to the gradient, so negative gradients are lost.",
    {"grad_y * (x > 0)": "np.maximum(grad_y, 0) * (x > 0)"},
)

times_the_value = slip(
    "The gradient is multiplied by relu's value. By the chain rule it meets relu's derivative.",
    {"grad_y * (x > 0)": "grad_y * relu(x)"},
)

times_the_sign = slip(
    "The gradient is multiplied by the sign of x, which is −1 below 0. relu's derivative is not.",
    {"grad_y * (x > 0)": "grad_y * np.sign(x)"},
)

derivative_without_the_upstream = slip(
    "grad_y is not used: this is relu's own derivative.",
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

# --- leaky_relu ------------------------------------------------------------------------------

leaky_relu_as_two_halves = rewrite({LEAKY: "np.maximum(x, 0) + slope * np.minimum(x, 0)"})

leaky_relu_on_a_copy = rewrite(
    {"return np.where(x > 0, x, slope * x)": "y = x.copy()\ny[x < 0] *= slope\nreturn y"}
)

mixed_from_x_and_its_size = slip(
    "Both lines come from one sum. With a huge slope its parts cancel and positive entries vanish.",
    {LEAKY: "(1 + slope) / 2 * x + (1 - slope) / 2 * np.abs(x)"},
)

lost_in_a_flat_copy = slip(
    "The negative entries are scaled in a flat array. For a transposed x, `ravel` makes a copy.",
    {
        "return np.where(x > 0, x, slope * x)": (
            "y = np.copy(x)\nflat = y.ravel()\nflat[flat < 0] *= slope\nreturn y"
        )
    },
)

larger_of_the_two_lines = slip(
    "The larger of x and slope · x is right only for slopes from 0 to 1.",
    {LEAKY: "np.maximum(x, slope * x)"},
)

leaky_relu_slope_of_0_ignored = slip(
    "`slope or …` takes a slope of 0 for none given, since 0 counts as false.",
    {"x, slope * x)": "x, (slope or 0.01) * x)"},
)

leaky_relu_with_another_default = slip(
    "The default slope is not 0.01.", {"slope: float = 0.01)": "slope: float = 0.1)"}
)

without_the_leak = slip(
    "The leak is lost: what is not positive becomes 0, as in plain ReLU.",
    {"x, slope * x)": "x, 0 * x)"},
)

leak_on_both_sides = slip(
    "The leak is added to the positive entries too; they should stay as they are.",
    {LEAKY: "np.maximum(x, 0) + slope * x"},
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
    "The sign is lost: for a positive slope, a negative x should give a negative leak.",
    {"x, slope * x)": "x, slope * np.abs(x))"},
)

# --- leaky_relu_backward ---------------------------------------------------------------------

leaky_relu_backward_as_two_gradients = rewrite(
    {LEAKY_BACKWARD: "grad_y * (x > 0) + slope * (grad_y * (x <= 0))"}
)

leaky_relu_backward_by_its_derivative = rewrite(
    {
        "return np.where(x > 0, grad_y, slope * grad_y)": (
            "derivative = np.full_like(x, slope)\nderivative[x > 0] = 1\nreturn derivative * grad_y"
        )
    }
)

leaky_gradient_without_the_leak = slip(
    "No gradient passes where x is not positive. Unlike ReLU, leaky ReLU has a slope there.",
    {LEAKY_BACKWARD: "relu_backward(grad_y, x)"},
)

leaky_one_at_zero = slip(
    "At x = 0 the whole gradient passes. By convention the derivative there is `slope`.",
    {"np.where(x > 0, grad_y": "np.where(x >= 0, grad_y"},
)

leaky_nothing_at_zero = slip(
    "At x = 0 no gradient passes. By convention the derivative there is `slope`.",
    {LEAKY_BACKWARD: "grad_y * (x > 0) + slope * grad_y * (x < 0)"},
)

leaky_mask_from_the_gradient = slip(
    "The side is chosen by grad_y's sign. Which side counts depends on x.",
    {"np.where(x > 0, grad_y": "np.where(grad_y > 0, grad_y"},
)

leaky_times_the_value = slip(
    "The gradient is multiplied by leaky_relu's value. By the chain rule it meets its derivative.",
    {LEAKY_BACKWARD: "grad_y * leaky_relu(x, slope)"},
)

leaky_derivative_without_the_upstream = slip(
    "grad_y is not used: this is leaky ReLU's own derivative.",
    {LEAKY_BACKWARD: "np.where(x > 0, np.ones_like(x), slope)"},
)

leaky_bare_slope_below_zero = slip(
    "Below 0 the result is `slope` itself: grad_y is missing there.", {"slope * grad_y": "slope"}
)

leaky_slope_meets_x = slip(
    "Below 0 the slope is multiplied by x. By the chain rule it meets grad_y.",
    {"slope * grad_y": "slope * x"},
)

leaky_mask_from_the_output = slip(
    "The side is read from the output's sign, which tells it only for slopes above 0.",
    {"np.where(x > 0, grad_y": "np.where(leaky_relu(x, slope) > 0, grad_y"},
)

leaky_sides_swapped = slip(
    "The two sides are swapped: `slope` belongs where x is not positive.",
    {"grad_y, slope * grad_y": "slope * grad_y, grad_y"},
)

leaky_sides_added = slip(
    "The slope is added where x is positive too: the derivative there is 1, not 1 + `slope`.",
    {LEAKY_BACKWARD: "grad_y * (x > 0) + slope * grad_y"},
)

leaky_backward_slope_of_0_ignored = slip(
    "`slope or …` takes a slope of 0 for none given, since 0 counts as false.",
    {"slope * grad_y": "(slope or 0.01) * grad_y"},
)

import numpy as np

from kata.attempts import right, slip
from solutions.basics.tanh import tanh, tanh_backward


def sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


# --- tanh ------------------------------------------------------------------------------------


@right(tanh)
def tanh_by_two_formulas(x):
    y = np.empty_like(x)
    positive = x > 0
    e = np.expm1(-2 * x[positive])
    y[positive] = -e / (e + 2)
    e = np.expm1(2 * x[~positive])
    y[~positive] = e / (e + 2)
    return y


@right(tanh)
def tanh_of_a_bounded_x(x):
    """From 20 on, tanh is 1 to all digits, and nothing overflows yet."""
    bounded = np.clip(x, -20, 20)
    return np.sinh(bounded) / np.cosh(bounded)


@right(tanh)
def tanh_by_a_series_near_0(x):
    small = np.exp(-2 * np.abs(x))
    y = np.sign(x) * (1 - small) / (1 + small)
    near = np.abs(x) < 0.02
    z = x[near]
    y[near] = z - z**3 / 3 + 2 * z**5 / 15
    return y


tanh_of_numpy = slip(
    "This calls a ready-made tanh, which is what you are to write.",
    {"np.copysign(fall / (2 + fall), x)": "np.tanh(x)"},
)

tanh_by_its_formula = slip(
    "exp overflows far from 0, on either side, and ∞ / ∞ is nan; near 0, the difference of the two "
    "exps loses its digits.",
    {"np.copysign(fall / (2 + fall), x)": "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"},
)

clipped_and_subtracted = slip(
    "With x clipped nothing overflows, but near 0 exp(x) and exp(−x) are both close to 1, and "
    "their difference loses its digits.",
    {
        "fall = np.expm1(-2 * np.abs(x))": "near = np.clip(x, -20, 20)",
        "np.copysign(fall / (2 + fall), x)": "(np.exp(near) - np.exp(-near)) / "
        "(np.exp(near) + np.exp(-near))",
    },
)

sinh_over_cosh = slip(
    "sinh and cosh both overflow far from 0, and ∞ / ∞ is nan.",
    {"np.copysign(fall / (2 + fall), x)": "np.sinh(x) / np.cosh(x)"},
)

safe_below_0_only = slip(
    "exp(2x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
    {
        "np.expm1(-2 * np.abs(x))": "np.expm1(2 * x)",
        "np.copysign(fall / (2 + fall), x)": "fall / (2 + fall)",
    },
)

safe_above_0_only = slip(
    "exp(−2x) overflows where x is far below 0, and ∞ / ∞ is nan: this form is safe only above 0.",
    {
        "np.expm1(-2 * np.abs(x))": "np.expm1(-2 * x)",
        "np.copysign(fall / (2 + fall), x)": "-fall / (2 + fall)",
    },
)

one_exp_safe_below_0_only = slip(
    "exp(2x) overflows where x is large, and ∞ / ∞ is nan; near 0, exp − 1 loses digits.",
    {"np.copysign(fall / (2 + fall), x)": "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)"},
)

one_exp_safe_above_0_only = slip(
    "exp(−2x) overflows where x is far below 0, and ∞ / ∞ is nan; near 0, 1 − exp loses digits.",
    {"np.copysign(fall / (2 + fall), x)": "(1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))"},
)

digits_lost_near_0 = slip(
    "1 − exp(−2|x|) cancels near 0: there exp is 1 to all digits, and what matters is how much it "
    "differs from that.",
    {"np.expm1(-2 * np.abs(x))": "np.exp(-2 * np.abs(x)) - 1"},
)

x_itself_near_0 = slip(
    "Near 0 it gives x itself, which is right to a few digits only: the next term is −x³ / 3.",
    {
        "np.copysign(fall / (2 + fall), x)": "np.where(np.abs(x) < 1e-3, x, "
        "np.copysign(fall / (2 + fall), x))"
    },
)

tanh_from_sigmoid = slip(
    "Computed from the sigmoid, which is 1/2 to all digits near 0: there 2 · sigmoid − 1 cancels "
    "to 0, where tanh is about x.",
    {
        "fall = np.expm1": "small = np.exp",
        "np.copysign(fall / (2 + fall), x)": "2 * np.where(x >= 0, 1, small) / (1 + small) - 1",
    },
)

sigmoid_at_x = slip(
    "The sigmoid is taken at x, not at 2x: tanh is twice as steep, so this is tanh(x / 2).",
    {"np.expm1(-2 * np.abs(x))": "np.expm1(-np.abs(x))"},
)

sigmoid_for_tanh = slip(
    "This is the sigmoid, which runs from 0 to 1. tanh runs from −1 to 1.",
    {
        "fall = np.expm1(-2 * np.abs(x))": "small = np.exp(-np.abs(x))",
        "np.copysign(fall / (2 + fall), x)": "np.where(x >= 0, 1, small) / (1 + small)",
    },
)

not_stretched = slip(
    "This is sigmoid(2x), which runs from 0 to 1: it has still to be stretched to −1 to 1.",
    {
        "fall = np.expm1": "small = np.exp",
        "np.copysign(fall / (2 + fall), x)": "np.where(x >= 0, 1, small) / (1 + small)",
    },
)

one_not_subtracted = slip(
    "This is 2 · sigmoid(2x), which runs from 0 to 2: the 1 is still to be subtracted.",
    {
        "fall = np.expm1": "small = np.exp",
        "np.copysign(fall / (2 + fall), x)": "2 * np.where(x >= 0, 1, small) / (1 + small)",
    },
)

tanh_without_its_sign = slip(
    "The sign of x is lost: tanh is negative below 0.",
    {"np.copysign(fall / (2 + fall), x)": "-fall / (2 + fall)"},
)

tanh_mirrored = slip(
    "The sign is turned round: it falls where it should rise.",
    {"(2 + fall), x)": "(2 + fall), -x)"},
)

hard_tanh = slip(
    "This is the hard tanh, made of straight lines. tanh bends from the start.",
    {"np.copysign(fall / (2 + fall), x)": "np.clip(x, -1, 1)"},
)

softsign = slip(
    "This is the softsign, x / (1 + |x|), a relative that comes to 1 far more slowly.",
    {"np.copysign(fall / (2 + fall), x)": "x / (1 + np.abs(x))"},
)

cut_off_too_early = slip(
    "x is cut off so early that tanh is not yet 1 there: all entries beyond get that same value.",
    {"np.expm1(-2 * np.abs(x))": "np.expm1(-2 * np.minimum(np.abs(x), 5))"},
)

epsilon_in_the_denominator = slip(
    "A small constant in the denominator: it is at least 1 here anyway, and every value is a "
    "little too small.",
    {"(2 + fall)": "(2 + fall + 1e-6)"},
)

tanh_always_float64 = slip(
    "The result is float64 whatever x is: an array made on the way has that dtype.",
    {"np.copysign(fall / (2 + fall), x)": "np.ones(x.shape) * np.copysign(fall / (2 + fall), x)"},
)

tanh_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy's exp takes them all.",
    {
        "return np.copysign(fall / (2 + fall), x)": "y = np.empty_like(x)\n"
        "for index in np.ndindex(x.shape):\n"
        "    y[index] = np.copysign(fall[index] / (2 + fall[index]), x[index])\n"
        "return y"
    },
)

# --- tanh_backward ---------------------------------------------------------------------------


@right(tanh_backward)
def backward_from_two_sigmoids(grad_y, x):
    return 4 * grad_y * sigmoid(2 * x) * sigmoid(-2 * x)


@right(tanh_backward)
def backward_from_what_is_missing_to_1(grad_y, x):
    # 1 − |y| = d has no cancellation in it, and 1 − y² = d · (2 − d).
    small = np.exp(-2 * np.abs(x))
    d = 2 * small / (1 + small)
    return grad_y * (d * (2 - d))


one_minus_the_square = slip(
    "1 − y² is 0 to all digits where y is ±1 to all digits, so both tails are lost. What |y| lacks "
    "to 1 can be had without that subtraction.",
    {"(4 * small / (1 + small) ** 2)": "(1 - tanh(x) ** 2)"},
)

backward_by_cosh = slip(
    "cosh overflows far from 0. The result comes out as 0, but with a warning.",
    # Divided twice, as the square would overflow at half the way.
    {"grad_y * (4 * small / (1 + small) ** 2)": "grad_y / np.cosh(x) / np.cosh(x)"},
)

backward_safe_below_0_only = slip(
    "exp(2x) overflows where x is large, as exp(−2x) does far below 0, and ∞ / ∞ is nan.",
    {"np.exp(-2 * np.abs(x))": "np.exp(2 * x)"},
)

backward_without_upstream = slip(
    "The upstream gradient is missing: this is the derivative alone.",
    {"grad_y * (4": "(4"},
)

x_taken_for_y = slip(
    "x is taken for tanh's result: 1 − y² wants y = tanh(x), and here it is given x.",
    {"(4 * small / (1 + small) ** 2)": "(1 - x**2)"},
)

tanh_applied_twice = slip(
    "tanh is applied twice: this is its slope at y. The one that is wanted is that at x.",
    {"np.exp(-2 * np.abs(x))": "np.exp(-2 * np.abs(tanh(x)))"},
)

backward_without_the_square = slip(
    "The square is missing: the derivative is 1 − y², not 1 − y.",
    {"(4 * small / (1 + small) ** 2)": "(1 - tanh(x))"},
)

backward_with_a_plus = slip(
    "The square is added, as in the derivative of tan: tanh's is 1 − y².",
    {"(4 * small / (1 + small) ** 2)": "(1 + tanh(x) ** 2)"},
)

backward_as_for_the_sigmoid = slip(
    "That is the sigmoid's derivative, y · (1 − y). tanh's is 1 − y².",
    {"(4 * small / (1 + small) ** 2)": "tanh(x) * (1 - tanh(x))"},
)

backward_without_the_4 = slip(
    "This is the sigmoid's slope at 2x alone. tanh is twice as high and takes 2x: by the chain "
    "rule, each brings a factor of 2.",
    {"4 * small": "small"},
)

backward_without_one_2 = slip(
    "One factor of 2 is missing: tanh is 2 · sigmoid(2x) − 1, with a 2 outside and one inside.",
    {"4 * small": "2 * small"},
)

backward_with_the_wrong_sign = slip(
    "The sign is wrong: it is 1 − y², not y² − 1. tanh rises everywhere.",
    {"grad_y * (4": "-grad_y * (4"},
)

tanh_of_the_gradient = slip(
    "tanh is applied to the gradient. The way back multiplies by tanh's derivative at x.",
    {"grad_y * (4": "tanh(grad_y) * (4"},
)

backward_with_arguments_swapped = slip(
    "The arguments are swapped: grad_y comes first, x second.",
    {"np.exp(-2 * np.abs(x))": "np.exp(-2 * np.abs(grad_y))", "grad_y * (4": "x * (4"},
)

backward_always_float64 = slip(
    "The gradient is float64 whatever the arguments are.",
    {"grad_y * (4": "np.ones(x.shape) * grad_y * (4"},
)

backward_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy takes all at once.",
    {
        "return grad_y * (4 * small / (1 + small) ** 2)": "grad_x = np.empty_like(grad_y)\n"
        "for index in np.ndindex(x.shape):\n"
        "    grad_x[index] = grad_y[index] * (4 * small[index] / (1 + small[index]) ** 2)\n"
        "return grad_x"
    },
)

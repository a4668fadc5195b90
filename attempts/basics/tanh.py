import numpy as np

from kata.attempts import right, wrong
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


@wrong(tanh, "This calls a ready-made tanh, which is what you are to write.")
def tanh_of_numpy(x):
    return np.tanh(x)


@wrong(
    tanh,
    "exp overflows far from 0, on either side, and ∞ / ∞ is nan; near 0, the difference of the two "
    "exps loses its digits.",
)
def tanh_by_its_formula(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


@wrong(tanh, "sinh and cosh both overflow far from 0, and ∞ / ∞ is nan.")
def sinh_over_cosh(x):
    return np.sinh(x) / np.cosh(x)


@wrong(
    tanh,
    "exp(2x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
)
def safe_below_0_only(x):
    e = np.expm1(2 * x)
    return e / (e + 2)


@wrong(
    tanh,
    "exp(−2x) overflows where x is far below 0, and ∞ / ∞ is nan: this form is safe only above 0.",
)
def safe_above_0_only(x):
    e = np.expm1(-2 * x)
    return -e / (e + 2)


@wrong(
    tanh,
    "exp(2x) overflows where x is large, and ∞ / ∞ is nan; near 0, exp − 1 loses digits.",
)
def one_exp_safe_below_0_only(x):
    e = np.exp(2 * x)
    return (e - 1) / (e + 1)


@wrong(
    tanh,
    "exp(−2x) overflows where x is far below 0, and ∞ / ∞ is nan; near 0, 1 − exp loses digits.",
)
def one_exp_safe_above_0_only(x):
    e = np.exp(-2 * x)
    return (1 - e) / (1 + e)


@wrong(
    tanh,
    "1 − exp(−2|x|) cancels near 0: there exp is 1 to all digits, and what matters is how much it "
    "differs from that.",
)
def digits_lost_near_0(x):
    small = np.exp(-2 * np.abs(x))
    return np.sign(x) * ((1 - small) / (1 + small))


@wrong(
    tanh,
    "Computed from the sigmoid, which is 1/2 to all digits near 0: there 2 · sigmoid − 1 cancels "
    "to 0, where tanh is about x.",
)
def tanh_from_sigmoid(x):
    return 2 * sigmoid(2 * x) - 1


@wrong(
    tanh,
    "The sigmoid is taken at x, not at 2x: tanh is twice as steep, so this is tanh(x / 2).",
)
def sigmoid_at_x(x):
    return tanh(x / 2)


@wrong(tanh, "This is the sigmoid, which runs from 0 to 1. tanh runs from −1 to 1.")
def sigmoid_for_tanh(x):
    return sigmoid(x)


@wrong(
    tanh, "This is sigmoid(2x), which runs from 0 to 1: it has still to be stretched to −1 to 1."
)
def not_stretched(x):
    return sigmoid(2 * x)


@wrong(tanh, "The sign of x is lost: tanh is negative below 0.")
def tanh_without_its_sign(x):
    return np.abs(tanh(x))


@wrong(tanh, "The sign is turned round: it falls where it should rise.")
def tanh_mirrored(x):
    return -tanh(x)


@wrong(tanh, "This is the hard tanh, made of straight lines. tanh bends from the start.")
def hard_tanh(x):
    return np.clip(x, -1, 1)


@wrong(tanh, "This is the softsign, x / (1 + |x|), a relative that comes to 1 far more slowly.")
def softsign(x):
    return x / (1 + np.abs(x))


@wrong(
    tanh,
    "x is cut off so early that tanh is not yet 1 there: all entries beyond get that same value.",
)
def cut_off_too_early(x):
    return tanh(np.clip(x, -5, 5))


@wrong(
    tanh,
    "A small constant in the denominator: it is at least 1 here anyway, and every value is a "
    "little too small.",
)
def epsilon_in_the_denominator(x):
    fall = np.expm1(-2 * np.abs(x))
    return np.copysign(fall / (2 + fall + x.dtype.type(1e-6)), x)


@wrong(tanh, "The result is float64 whatever x is: an array made on the way has that dtype.")
def tanh_always_float64(x):
    return tanh(x.astype(np.float64))


@wrong(tanh, "It writes into x. An operation with out=x or an index changes the caller's array.")
def tanh_in_place(x):
    x[...] = tanh(x)
    return x


@wrong(tanh, "Python loops over the entries, or rows of them. NumPy's exp takes them all.")
def tanh_entry_at_a_time(x):
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index] = tanh(x[index])
    return y


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


@wrong(
    tanh_backward,
    "1 − y² is 0 to all digits where y is ±1 to all digits, so both tails are lost. What |y| lacks "
    "to 1 can be had without that subtraction.",
)
def one_minus_the_square(grad_y, x):
    return grad_y * (1 - np.tanh(x) ** 2)


@wrong(tanh_backward, "cosh overflows far from 0. The result comes out as 0, but with a warning.")
def backward_by_cosh(grad_y, x):
    # Divided twice, as the square would overflow at half the way.
    return grad_y / np.cosh(x) / np.cosh(x)


@wrong(tanh_backward, "exp(2x) overflows where x is large, and ∞ / ∞ is nan.")
def backward_safe_below_0_only(grad_y, x):
    e = np.exp(2 * x)
    return grad_y * (4 * e / (1 + e) ** 2)


@wrong(tanh_backward, "The upstream gradient is missing: this is the derivative alone.")
def backward_without_upstream(grad_y, x):
    return tanh_backward(np.ones_like(grad_y), x)


@wrong(
    tanh_backward,
    "x is taken for tanh's result: 1 − y² wants y = tanh(x), and here it is given x.",
)
def x_taken_for_y(grad_y, x):
    return grad_y * (1 - x**2)


@wrong(tanh_backward, "The square is missing: the derivative is 1 − y², not 1 − y.")
def backward_without_the_square(grad_y, x):
    return grad_y * (1 - np.tanh(x))


@wrong(tanh_backward, "That is the sigmoid's derivative, y · (1 − y). tanh's is 1 − y².")
def backward_as_for_the_sigmoid(grad_y, x):
    y = np.tanh(x)
    return grad_y * y * (1 - y)


@wrong(
    tanh_backward,
    "This is the sigmoid's slope at 2x alone. tanh is twice as high and takes 2x: by the chain "
    "rule, each brings a factor of 2.",
)
def backward_without_the_4(grad_y, x):
    return tanh_backward(grad_y, x) / 4


@wrong(
    tanh_backward,
    "One factor of 2 is missing: tanh is 2 · sigmoid(2x) − 1, with a 2 outside and one inside.",
)
def backward_without_one_2(grad_y, x):
    return tanh_backward(grad_y, x) / 2


@wrong(tanh_backward, "The sign is wrong: it is 1 − y², not y² − 1. tanh rises everywhere.")
def backward_with_the_wrong_sign(grad_y, x):
    return -tanh_backward(grad_y, x)


@wrong(
    tanh_backward,
    "tanh is applied to the gradient. The way back multiplies by tanh's derivative at x.",
)
def tanh_of_the_gradient(grad_y, x):
    return np.tanh(grad_y) * tanh_backward(np.ones_like(x), x)


@wrong(tanh_backward, "The arguments are swapped: grad_y comes first, x second.")
def backward_with_arguments_swapped(grad_y, x):
    return tanh_backward(x, grad_y)


@wrong(tanh_backward, "The gradient is float64 whatever the arguments are.")
def backward_always_float64(grad_y, x):
    return tanh_backward(grad_y, x.astype(np.float64))


@wrong(tanh_backward, "It writes into grad_y: an operation such as *= changes the array itself.")
def backward_into_grad_y(grad_y, x):
    grad_y *= tanh_backward(np.ones_like(x), x)
    return grad_y


@wrong(
    tanh_backward,
    "Python loops over the entries, or rows of them. NumPy takes all at once.",
)
def backward_entry_at_a_time(grad_y, x):
    grad_x = np.empty_like(grad_y)
    for index in np.ndindex(x.shape):
        grad_x[index] = tanh_backward(grad_y[index], x[index])
    return grad_x

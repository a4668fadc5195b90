import math

import numpy as np

from kata.attempts import right, wrong
from solutions.basics.gelu import gelu, gelu_tanh, silu, softplus

ROOT_2, ROOT_2_PI = math.sqrt(2), math.sqrt(2 / math.pi)


def erf(x):
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def erfc(x):
    return np.vectorize(math.erfc, otypes=[x.dtype])(x)


def inner(x):
    """What gelu_tanh takes the tanh of."""
    return ROOT_2_PI * (x + 0.044715 * x**3)


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


# --- gelu ------------------------------------------------------------------------------------


@right(gelu)
def gelu_one_entry_at_a_time(x):
    y = np.empty_like(x)
    for index, entry in np.ndenumerate(x):
        z = float(entry)
        y[index] = z * math.erfc(-z / math.sqrt(2)) / 2
    return y


@right(gelu)
def gelu_with_a_branch_at_0(x):
    # Right of 0, 1 + erf is exact enough; left of it, Φ(x) is what Φ(−x) lacks to 1.
    z = np.abs(x) / ROOT_2
    return x * np.where(x > 0, 1 + erf(z), erfc(z)) * x.dtype.type(0.5)


@wrong(
    gelu,
    "Far below 0, erf is −1 to all digits but a few, and adding 1 cancels those. The math module "
    "has a function for what is left.",
)
def gelu_by_its_formula(x):
    return x * (1 + erf(x / ROOT_2)) / 2


@wrong(
    gelu,
    "This is the approximation with tanh, which differs from the third digit or so on. Here erf is "
    "meant.",
)
def gelu_by_tanh(x):
    return gelu_tanh(x)


@wrong(
    gelu,
    "This is the approximation x · sigmoid(1.702 x), which is off by up to 0.02. Here erf is "
    "meant.",
)
def gelu_by_a_sigmoid(x):
    return x * sigmoid(1.702 * x)


@wrong(
    gelu,
    "erf is taken of x itself. The normal distribution and erf measure x in different units: a "
    "division is missing.",
)
def gelu_without_the_root_of_2(x):
    return x * erfc(-x) / 2


@wrong(gelu, "x is divided by 2 where its root is meant.")
def gelu_divided_by_2(x):
    return x * erfc(-x / 2) / 2


@wrong(gelu, "x is multiplied by √2, not divided.")
def gelu_multiplied_by_the_root_of_2(x):
    return x * erfc(-x * ROOT_2) / 2


@wrong(gelu, "The factor ½ is missing: far above 0 it should be x, not 2x.")
def gelu_without_the_half(x):
    return 2 * gelu(x)


@wrong(gelu, "This is Φ(x), the weight alone. It is still to be multiplied by x.")
def the_weight_alone(x):
    return erfc(-x / ROOT_2) / 2


@wrong(gelu, "The 1 is missing beside the erf: the result is even in x, where it should level off.")
def gelu_without_the_1(x):
    return x * erf(x / ROOT_2) / 2


@wrong(gelu, "The sign is turned in erf or erfc: x is weighed by the share that lies above it.")
def the_share_above(x):
    return x * erfc(x / ROOT_2) / 2


@wrong(
    gelu,
    "x is multiplied by the density of the normal distribution. Its distribution function is "
    "meant, the share that lies below x.",
)
def the_density(x):
    return x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@wrong(gelu, "The result is float64 whatever x is: the array of erf's results has that dtype.")
def gelu_always_float64(x):
    return gelu(x.astype(np.float64))


@wrong(gelu, "It writes into x: assigning to entries of x changes the caller's array.")
def gelu_in_place(x):
    x[...] = gelu(x)
    return x


# --- gelu_tanh -------------------------------------------------------------------------------


@right(gelu_tanh)
def gelu_tanh_from_one_exponential(x):
    u = inner(x)
    small = np.exp(-2 * np.abs(u))
    return np.where(u > 0, x, x * small) / (1 + small)


@right(gelu_tanh)
def gelu_tanh_through_a_logarithm(x):
    return x * np.exp(-np.logaddexp(0, -2 * ROOT_2_PI * x * (1 + 0.044715 * x * x)))


@wrong(
    gelu_tanh,
    "Far below 0, tanh is −1 to all digits but a few, and adding 1 cancels those. Which other "
    "function of an exponential is ½ (1 + tanh(u))?",
)
def gelu_tanh_by_its_formula(x):
    return x * (1 + np.tanh(inner(x))) / 2


@wrong(gelu_tanh, "This is gelu itself, by erf. Here its approximation is meant.")
def the_exact_gelu(x):
    return gelu(x)


@wrong(gelu_tanh, "That is another approximation, x · sigmoid(1.702 x). Here the tanh is meant.")
def gelu_tanh_by_a_sigmoid(x):
    return x * sigmoid(1.702 * x)


@wrong(gelu_tanh, "The cubic term is missing.")
def without_the_cubic_term(x):
    return x * sigmoid(2 * ROOT_2_PI * x)


@wrong(gelu_tanh, "x is squared where it should be cubed: the tanh's argument has to be odd in x.")
def squared_for_cubed(x):
    return x * sigmoid(2 * ROOT_2_PI * (x + 0.044715 * x**2))


@wrong(
    gelu_tanh,
    "The factor √(2/π) goes to x alone. It belongs to the cubic term too.",
)
def the_factor_on_x_alone(x):
    return x * sigmoid(2 * (ROOT_2_PI * x + 0.044715 * x**3))


@wrong(gelu_tanh, "The root is missing: the factor is √(2/π), not 2/π.")
def the_factor_without_its_root(x):
    return x * sigmoid(4 / math.pi * (x + 0.044715 * x**3))


@wrong(gelu_tanh, "The factor is √(2/π), which is not √2/π.")
def the_root_over_2_alone(x):
    return x * sigmoid(2 * ROOT_2 / math.pi * (x + 0.044715 * x**3))


@wrong(gelu_tanh, "The constant has a slip in it: it is 0.044715.")
def a_slip_in_the_constant(x):
    return x * sigmoid(2 * ROOT_2_PI * (x + 0.44715 * x**3))


@wrong(
    gelu_tanh,
    "½ (1 + tanh(u)) is sigmoid(2u). Here it is sigmoid(u): the 2 is lost.",
)
def sigmoid_of_half(x):
    return x * sigmoid(inner(x))


@wrong(gelu_tanh, "The factor ½ is missing: far above 0 it should be x, not 2x.")
def gelu_tanh_without_the_half(x):
    return 2 * gelu_tanh(x)


@wrong(gelu_tanh, "The 1 is missing beside the tanh: the result is even in x.")
def gelu_tanh_without_the_1(x):
    return x * np.tanh(inner(x)) / 2


@wrong(gelu_tanh, "The weight is right, but x is not multiplied by it.")
def the_tanh_weight_alone(x):
    return sigmoid(2 * inner(x))


@wrong(
    gelu_tanh,
    "An exponential of something positive overflows at one end of the range, with a warning or as "
    "∞ / ∞.",
)
def gelu_tanh_with_an_overflow(x):
    return x / (1 + np.exp(-2 * inner(x)))


@wrong(
    gelu_tanh,
    "The result is float64 whatever x is. np.sqrt of a plain number is a float64 scalar, for "
    "example, and NumPy keeps the wider dtype.",
)
def gelu_tanh_always_float64(x):
    return gelu_tanh(x.astype(np.float64))


@wrong(
    gelu_tanh, "It writes into x: an operation in place, such as *=, changes the caller's array."
)
def gelu_tanh_in_place(x):
    x *= sigmoid(2 * inner(x))
    return x


@wrong(gelu_tanh, "It goes through the entries in Python. NumPy has a tanh and an exp for arrays.")
def gelu_tanh_one_entry_at_a_time(x):
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index] = gelu_tanh(x[index])
    return y


# --- silu ------------------------------------------------------------------------------------


@right(silu)
def silu_by_two_formulas(x):
    y, above = np.empty_like(x), x >= 0
    y[above] = x[above] / (1 + np.exp(-x[above]))
    e = np.exp(x[~above])
    y[~above] = x[~above] * e / (1 + e)
    return y


@right(silu)
def silu_through_a_logarithm(x):
    return x * np.exp(-np.logaddexp(x.dtype.type(0), -x))


@right(silu)
def silu_of_a_clipped_exponent(x):
    # Float32 holds exp(88) and float64 exp(709); beyond that x / (1 + exp(−x)) is tiny anyway.
    bound = x.dtype.type(88 if x.dtype == np.float32 else 709)
    return x / (1 + np.exp(np.minimum(-x, bound)))


@wrong(
    silu,
    "exp(−x) overflows where x is far below 0. The value comes out right, but with a warning.",
)
def silu_by_its_formula(x):
    return x / (1 + np.exp(-x))


@wrong(silu, "exp(x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.")
def silu_by_the_other_formula(x):
    e = np.exp(x)
    return x * e / (1 + e)


@wrong(
    silu,
    "Computed from tanh, which is −1 to all digits far below 0: there (1 + tanh) / 2 cancels to 0.",
)
def silu_from_tanh(x):
    return x * (1 + np.tanh(x / 2)) / 2


@wrong(
    silu,
    "The exponent is clipped so low that all entries beyond the bound get its sigmoid, and lose "
    "their digits.",
)
def silu_of_a_clipped_x(x):
    return x / (1 + np.exp(-np.clip(x, -60, 60)))


@wrong(silu, "This is the sigmoid. silu multiplies x by it.")
def the_sigmoid_alone(x):
    return sigmoid(x)


@wrong(silu, "The sign of the exponent is turned: it levels off above 0 and passes what is below.")
def silu_mirrored(x):
    return x * sigmoid(-x)


@wrong(silu, "This is the hard swish, made of straight lines and a parabola. Here exp is meant.")
def hard_swish(x):
    return x * np.clip(x / 6 + x.dtype.type(0.5), 0, 1)


@wrong(silu, "x is multiplied by its tanh, which is below 0 where x is: the result is even in x.")
def times_tanh(x):
    return x * np.tanh(x)


@wrong(silu, "This is mish, x · tanh(softplus(x)). silu is x · sigmoid(x).")
def mish(x):
    return x * np.tanh(softplus(x))


@wrong(silu, "The exponent has a factor 1.702, as in an approximation of gelu. Here it is 1.")
def gelu_for_silu(x):
    return x * sigmoid(1.702 * x)


@wrong(
    silu,
    "The result is float64 whatever x is: an array or a NumPy scalar on the way has that dtype.",
)
def silu_always_float64(x):
    return silu(x.astype(np.float64))


@wrong(silu, "It writes into x: an operation such as *= changes the caller's array.")
def silu_in_place(x):
    x *= sigmoid(x)
    return x


@wrong(silu, "Python loops over the entries, or rows of them. NumPy's exp takes them all.")
def silu_one_entry_at_a_time(x):
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index] = silu(x[index])
    return y


# --- softplus --------------------------------------------------------------------------------


@right(softplus)
def softplus_by_logaddexp(x):
    return np.logaddexp(x.dtype.type(0), x)


@right(softplus)
def softplus_with_a_threshold(x):
    """As torch does: beyond 20 it is x, to nine digits."""
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


@wrong(
    softplus,
    "exp(x) overflows where x is large, and 1 + exp(x) is 1 to all digits where x is far below 0. "
    "Both ends need care.",
)
def softplus_by_its_formula(x):
    return np.log(1 + np.exp(x))


@wrong(
    softplus,
    "exp(x) overflows where x is large. Is there another way of writing the function on that side?",
)
def softplus_by_log1p(x):
    return np.log1p(np.exp(x))


@wrong(
    softplus,
    "np.where computes both branches for all entries: the one that is thrown away overflows, with "
    "a warning.",
)
def softplus_with_an_overflow_thrown_away(x):
    return np.where(x > 30, x, np.log1p(np.exp(x)))


@wrong(
    softplus,
    "Nothing overflows, but far below 0 the number added to 1 is lost before the logarithm is "
    "taken. NumPy has a function for log(1 + z).",
)
def softplus_without_log1p(x):
    return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))


@wrong(softplus, "x is clipped before exp: entries beyond the bound all get the bound's result.")
def softplus_of_a_clipped_x(x):
    return np.log1p(np.exp(np.clip(x, -60, 60)))


@wrong(
    softplus,
    "The part that rounds off the corner lacks the absolute value: it is right on one side of 0 "
    "only.",
)
def softplus_without_the_absolute_value(x):
    return np.maximum(x, 0) + np.log1p(np.exp(np.minimum(-x, 80)))


@wrong(softplus, "This is ReLU, with its corner. Near 0, softplus lies above it.")
def relu_for_softplus(x):
    return np.maximum(x, 0)


@wrong(
    softplus,
    "Right of 0 it is x, which is true only far from 0: at 0 itself the result jumps by log 2.",
)
def x_right_of_0(x):
    return np.where(x > 0, x, np.log1p(np.exp(np.minimum(x, 0))))


@wrong(softplus, "The sign of x is lost: it falls where it should rise.")
def softplus_mirrored(x):
    return softplus(-x)


@wrong(softplus, "This is log sigmoid(x), which is −softplus(−x). It lies below 0.")
def log_sigmoid(x):
    return -softplus(-x)


@wrong(softplus, "This is the sigmoid, the derivative of softplus.")
def the_derivative(x):
    return sigmoid(x)


@wrong(softplus, "This is the logarithm to base 2. The natural one is meant.")
def softplus_in_base_2(x):
    return softplus(x) / math.log(2)


@wrong(
    softplus,
    "The result is float64 whatever x is: an array or a NumPy scalar on the way has that dtype.",
)
def softplus_always_float64(x):
    return softplus(x.astype(np.float64))


@wrong(softplus, "It writes into x: an operation with out=x changes the caller's array.")
def softplus_in_place(x):
    return np.logaddexp(x, 0, out=x)


@wrong(softplus, "Python loops over the entries, or rows of them. NumPy takes them all.")
def softplus_one_entry_at_a_time(x):
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index] = softplus(x[index])
    return y

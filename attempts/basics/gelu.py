import math

import numpy as np

from kata.attempts import right, slip
from solutions.basics.gelu import gelu, gelu_tanh, silu, softplus

ROOT_2, ROOT_2_PI = math.sqrt(2), math.sqrt(2 / math.pi)


def erf(x):
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def erfc(x):
    return np.vectorize(math.erfc, otypes=[x.dtype])(x)


def inner(x):
    """What gelu_tanh takes the tanh of."""
    return ROOT_2_PI * (x + 0.044715 * x**3)


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


gelu_by_its_formula = slip(
    "Far below 0, erf is −1 to all digits but a few, and adding 1 cancels those. The math module "
    "has a function for what is left.",
    {
        "erfc = np.vectorize(math.erfc": "erf = np.vectorize(math.erf",
        "erfc(x / -math.sqrt(2))": "(1 + erf(x / math.sqrt(2)))",
    },
)

gelu_by_tanh = slip(
    "This is the approximation with tanh, which differs from the third digit or so on. Here erf is "
    "meant.",
    {"x * erfc(x / -math.sqrt(2)) / 2": "gelu_tanh(x)"},
)

gelu_by_a_sigmoid = slip(
    "This is the approximation x · sigmoid(1.702 x), which is off by up to 0.02. Here erf is "
    "meant.",
    {"x * erfc(x / -math.sqrt(2)) / 2": "x * _sigmoid(1.702 * x)"},
)

gelu_by_a_polynomial = slip(
    "erfc is taken from a textbook's polynomial, which is right to six digits or so. The math "
    "module has it to all digits.",
    {
        "erfc = np.vectorize(math.erfc, otypes=[x.dtype])": "z = np.abs(x) / math.sqrt(2)\n"
        "t = 1 / (1 + 0.3275911 * z)\n"
        "series = t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))\n"
        "series = t * (0.254829592 + t * (-0.284496736 + series))\n"
        "tail = series * np.exp(-z * z)",
        "erfc(x / -math.sqrt(2))": "np.where(x < 0, tail, 2 - tail)",
    },
)

gelu_without_the_root_of_2 = slip(
    "erf is taken of x itself. The normal distribution and erf measure x in different units: a "
    "division is missing.",
    {"x / -math.sqrt(2)": "-x"},
)

gelu_divided_by_2 = slip(
    "x is divided by 2 where its root is meant.",
    {"x / -math.sqrt(2)": "x / -2"},
)

gelu_multiplied_by_the_root_of_2 = slip(
    "x is multiplied by √2, not divided.",
    {"x / -math.sqrt(2)": "x * -math.sqrt(2)"},
)

gelu_without_the_half = slip(
    "The factor ½ is missing: far above 0 it should be x, not 2x.",
    {"-math.sqrt(2)) / 2": "-math.sqrt(2))"},
)

the_weight_alone = slip(
    "This is Φ(x), the weight alone. It is still to be multiplied by x.",
    {"x * erfc(": "erfc("},
)

gelu_without_the_1 = slip(
    "The 1 is missing beside the erf: the result is even in x, where it should level off.",
    {
        "erfc = np.vectorize(math.erfc": "erf = np.vectorize(math.erf",
        "erfc(x / -math.sqrt(2))": "erf(x / math.sqrt(2))",
    },
)

the_share_above = slip(
    "The sign is turned in erf or erfc: x is weighed by the share that lies above it.",
    {"x / -math.sqrt(2)": "x / math.sqrt(2)"},
)

the_density = slip(
    "x is multiplied by the density of the normal distribution. Its distribution function is "
    "meant, the share that lies below x.",
    {
        "erfc(x / -math.sqrt(2)) / 2": "np.exp(-x * x / 2) / math.sqrt(2 * math.pi)",
    },
)

gelu_always_float64 = slip(
    "The result is float64 whatever x is: the array of erf's results has that dtype.",
    {"otypes=[x.dtype]": "otypes=[float]"},
)

# --- gelu_tanh -------------------------------------------------------------------------------


@right(gelu_tanh)
def gelu_tanh_from_one_exponential(x):
    u = inner(x)
    small = np.exp(-2 * np.abs(u))
    return np.where(u > 0, x, x * small) / (1 + small)


@right(gelu_tanh)
def gelu_tanh_through_a_logarithm(x):
    return x * np.exp(-np.logaddexp(0, -2 * ROOT_2_PI * x * (1 + 0.044715 * x * x)))


gelu_tanh_by_its_formula = slip(
    "Far below 0, tanh is −1 to all digits but a few, and adding 1 cancels those. Which other "
    "function of an exponential is ½ (1 + tanh(u))?",
    {
        "x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))": "0.5 * x * "
        "(1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))"
    },
)

the_exact_gelu = slip(
    "This is gelu itself, by erf. Here its approximation is meant.",
    {"x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))": "gelu(x)"},
)

gelu_tanh_by_a_sigmoid = slip(
    "That is another approximation, x · sigmoid(1.702 x). Here the tanh is meant.",
    {"2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)": "1.702 * x"},
)

without_the_cubic_term = slip(
    "The cubic term is missing.",
    {"(x + 0.044715 * x**3)": "x"},
)

squared_for_cubed = slip(
    "x is squared where it should be cubed: the tanh's argument has to be odd in x.",
    {"x**3": "x**2"},
)

the_constant_cubed = slip(
    "The constant is cubed along with x: only x should be.",
    {"0.044715 * x**3": "(0.044715 * x) ** 3"},
)

the_factor_on_x_alone = slip(
    "The factor √(2/π) goes to x alone. It belongs to the cubic term too.",
    {"math.sqrt(2 / math.pi) * (x +": "(math.sqrt(2 / math.pi) * x +"},
)

the_factor_without_its_root = slip(
    "The root is missing: the factor is √(2/π), not 2/π.",
    {"math.sqrt(2 / math.pi)": "2 / math.pi"},
)

the_root_over_2_alone = slip(
    "The factor is √(2/π), which is not √2/π.",
    {"math.sqrt(2 / math.pi)": "math.sqrt(2) / math.pi"},
)

a_slip_in_the_constant = slip(
    "The constant has a slip in it: it is 0.044715.",
    {"0.044715 * x": "0.44715 * x"},
)

sigmoid_of_half = slip(
    "½ (1 + tanh(u)) is sigmoid(2u). Here it is sigmoid(u): the 2 is lost.",
    {"_sigmoid(2 * math": "_sigmoid(math"},
)

gelu_tanh_without_the_half = slip(
    "The factor ½ is missing: far above 0 it should be x, not 2x.",
    {"x * _sigmoid(2 * math": "2 * x * _sigmoid(2 * math"},
)

gelu_tanh_without_the_1 = slip(
    "The 1 is missing beside the tanh: the result is even in x.",
    {"_sigmoid(2 * math": "0.5 * np.tanh(math"},
)

the_tanh_weight_alone = slip(
    "The weight is right, but x is not multiplied by it.",
    {"x * _sigmoid(2 * math": "_sigmoid(2 * math"},
)

gelu_tanh_with_an_overflow = slip(
    "An exponential of something positive overflows at one end of the range, with a warning or as "
    "∞ / ∞.",
    {
        "x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))": "x / "
        "(1 + np.exp(-2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))"
    },
)

gelu_tanh_always_float64 = slip(
    "The result is float64 whatever x is. np.sqrt of a plain number is a float64 scalar, for "
    "example, and NumPy keeps the wider dtype.",
    {"math.sqrt(2 / math.pi)": "np.sqrt(2 / math.pi)"},
)

gelu_tanh_one_entry_at_a_time = slip(
    "It goes through the entries in Python. NumPy has a tanh and an exp for arrays.",
    {
        "return x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))": ""
        "y = np.empty_like(x)\n"
        "for index in np.ndindex(x.shape):\n"
        "    v = x[index]\n"
        "    y[index] = v * _sigmoid(2 * math.sqrt(2 / math.pi) * (v + 0.044715 * v**3))\n"
        "return y"
    },
)

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


silu_by_its_formula = slip(
    "exp(−x) overflows where x is far below 0. The value comes out right, but with a warning.",
    {"x * _sigmoid(x)": "x / (1 + np.exp(-x))"},
)

silu_by_the_other_formula = slip(
    "exp(x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
    {"x * _sigmoid(x)": "x * np.exp(x) / (1 + np.exp(x))"},
)

silu_from_tanh = slip(
    "Computed from tanh, which is −1 to all digits far below 0: there (1 + tanh) / 2 cancels to 0.",
    {"x * _sigmoid(x)": "x * (1 + np.tanh(x / 2)) / 2"},
)

silu_of_a_clipped_x = slip(
    "The exponent is clipped so low that all entries beyond the bound get its sigmoid, and lose "
    "their digits.",
    {"x * _sigmoid(x)": "x * _sigmoid(np.clip(x, -60, 60))"},
)

the_sigmoid_alone = slip(
    "This is the sigmoid. silu multiplies x by it.",
    {"x * _sigmoid(x)": "_sigmoid(x)"},
)

silu_mirrored = slip(
    "The sign of the exponent is turned: it levels off above 0 and passes what is below.",
    {"x * _sigmoid(x)": "x * _sigmoid(-x)"},
)

sigmoid_of_the_size = slip(
    "x is multiplied by the sigmoid of |x|: exp(−|x|) is exp(−x) only above 0.",
    {"x * _sigmoid(x)": "x * _sigmoid(np.abs(x))"},
)

hard_swish = slip(
    "This is the hard swish, made of straight lines and a parabola. Here exp is meant.",
    {"x * _sigmoid(x)": "x * np.clip(x / 6 + 0.5, 0, 1)"},
)

times_tanh = slip(
    "x is multiplied by its tanh, which is below 0 where x is: the result is even in x.",
    {"x * _sigmoid(x)": "x * np.tanh(x)"},
)

mish = slip(
    "This is mish, x · tanh(softplus(x)). silu is x · sigmoid(x).",
    {"x * _sigmoid(x)": "x * np.tanh(softplus(x))"},
)

gelu_for_silu = slip(
    "The exponent has a factor 1.702, as in an approximation of gelu. Here it is 1.",
    {"x * _sigmoid(x)": "x * _sigmoid(1.702 * x)"},
)

silu_always_float64 = slip(
    "The result is float64 whatever x is: an array or a NumPy scalar on the way has that dtype.",
    {"x * _sigmoid(x)": "np.ones(x.shape) * x * _sigmoid(x)"},
)

silu_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy's exp takes them all.",
    {
        "return x * _sigmoid(x)": "y = np.empty_like(x)\n"
        "for index in np.ndindex(x.shape):\n"
        "    y[index] = x[index] * _sigmoid(x[index])\n"
        "return y"
    },
)

# --- softplus --------------------------------------------------------------------------------


@right(softplus)
def softplus_by_logaddexp(x):
    return np.logaddexp(x.dtype.type(0), x)


@right(softplus)
def softplus_with_a_threshold(x):
    """As torch does: beyond 20 it is x, to nine digits."""
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


softplus_by_its_formula = slip(
    "exp(x) overflows where x is large, and 1 + exp(x) is 1 to all digits where x is far below 0. "
    "Both ends need care.",
    {"np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "np.log(1 + np.exp(x))"},
)

softplus_by_log1p = slip(
    "exp(x) overflows where x is large. Is there another way of writing the function on that side?",
    {"np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "np.log1p(np.exp(x))"},
)

softplus_with_an_overflow_thrown_away = slip(
    "np.where computes both branches for all entries: the one that is thrown away overflows, with "
    "a warning.",
    {"np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "np.where(x > 30, x, np.log1p(np.exp(x)))"},
)

softplus_with_an_early_threshold = slip(
    "Beyond the threshold it is x, but there exp(−x), what softplus lies above it, still shows.",
    {
        "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "np.where(x > 10, x, "
        "np.log1p(np.exp(np.minimum(x, 10))))"
    },
)

softplus_without_log1p = slip(
    "Nothing overflows, but far below 0 the number added to 1 is lost before the logarithm is "
    "taken. NumPy has a function for log(1 + z).",
    {"np.log1p(": "np.log(1 + "},
)

softplus_of_a_clipped_x = slip(
    "x is clipped before exp: entries beyond the bound all get the bound's result.",
    {"np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "np.log1p(np.exp(np.clip(x, -60, 60)))"},
)

softplus_without_the_absolute_value = slip(
    "The part that rounds off the corner lacks the absolute value: it is right on one side of 0 "
    "only.",
    {"np.log1p(np.exp(-np.abs(x)))": "np.log1p(np.exp(-x))"},
)

softplus_without_the_minus = slip(
    "The minus before |x| is missing: what rounds off the corner should be small far from 0, and "
    "here it grows.",
    {"np.log1p(np.exp(-np.abs(x)))": "np.log1p(np.exp(np.abs(x)))"},
)

relu_for_softplus = slip(
    "This is ReLU, with its corner. Near 0, softplus lies above it.",
    {" + np.log1p(np.exp(-np.abs(x)))": ""},
)

x_right_of_0 = slip(
    "Right of 0 it is x, which is true only far from 0: at 0 itself the result jumps by log 2.",
    {
        "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "np.where(x > 0, x, "
        "np.log1p(np.exp(np.minimum(x, 0))))"
    },
)

softplus_mirrored = slip(
    "The sign of x is turned: it falls where it should rise.",
    {"np.maximum(x, 0)": "np.maximum(-x, 0)"},
)

log_sigmoid = slip(
    "This is log sigmoid(x), which is −softplus(−x). It lies below 0.",
    {"np.maximum(x, 0) +": "np.minimum(x, 0) -"},
)

the_derivative = slip(
    "This is the sigmoid, the derivative of softplus.",
    {"np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "_sigmoid(x)"},
)

softplus_in_base_2 = slip(
    "This is the logarithm to base 2. The natural one is meant.",
    {
        "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": ""
        "(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))) / math.log(2)"
    },
)

softplus_always_float64 = slip(
    "The result is float64 whatever x is: an array or a NumPy scalar on the way has that dtype.",
    {"np.maximum(x, 0)": "np.maximum(x, np.zeros(x.shape))"},
)

softplus_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy takes them all.",
    {
        "return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))": "y = np.empty_like(x)\n"
        "for index in np.ndindex(x.shape):\n"
        "    y[index] = max(x[index], 0) + np.log1p(np.exp(-abs(x[index])))\n"
        "return y"
    },
)

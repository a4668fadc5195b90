import numpy as np

from kata.attempts import right, slip
from solutions.basics.sigmoid import sigmoid, sigmoid_backward

# --- sigmoid ---------------------------------------------------------------------------------


@right(sigmoid)
def sigmoid_by_two_formulas(x):
    y = np.empty_like(x)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    y[~positive] = e / (1 + e)
    return y


@right(sigmoid)
def sigmoid_through_its_logarithm(x):
    # log sigmoid(x) = −log(exp(0) + exp(−x))
    return np.exp(-np.logaddexp(x.dtype.type(0), -x))


sigmoid_by_its_formula = slip(
    "exp(−x) overflows where x is far below 0. The value comes out right, but with a warning. "
    "np.where alone is no help, as it computes both of its branches for every entry.",
    {"np.where(x >= 0, 1, small) / (1 + small)": "1 / (1 + np.exp(-x))"},
)

sigmoid_by_the_other_formula = slip(
    "exp(x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
    {"np.where(x >= 0, 1, small) / (1 + small)": "np.exp(x) / (1 + np.exp(x))"},
)

right_above_0_only = slip(
    "exp(−|x|) is used as if it were exp(−x), which it is only above 0: below 0 the result is that "
    "of −x.",
    {"np.where(x >= 0, 1, small)": "1"},
)

neither_above_nor_below_0 = slip(
    "Entries of exactly 0 belong to neither of the masks x > 0 and x < 0: they get 0 in place of "
    "1/2.",
    {"np.where(x >= 0, 1, small)": "((x > 0) + (x < 0) * small)"},
)

sigmoid_of_a_clipped_x = slip(
    "x is clipped before exp, so that nothing overflows; but then all entries beyond the bound get "
    "the bound's value, and lose their digits.",
    {"np.where(x >= 0, 1, small) / (1 + small)": "1 / (1 + np.exp(-np.clip(x, -60, 60)))"},
)

sigmoid_from_tanh = slip(
    "Computed from tanh, which is −1 to all digits far below 0: there (1 + tanh) / 2 cancels to 0, "
    "where sigmoid is tiny.",
    {"np.where(x >= 0, 1, small) / (1 + small)": "(1 + np.tanh(x / 2)) / 2"},
)

sigmoid_mirrored = slip(
    "The sign of x is turned: it falls where it should rise.",
    {"x >= 0": "x < 0"},
)

tanh_for_sigmoid = slip(
    "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
    {"np.where(x >= 0, 1, small) / (1 + small)": "np.tanh(x)"},
)

hard_sigmoid = slip(
    "This is the hard sigmoid, made of straight lines. It agrees only at 0 and far from it.",
    {"np.where(x >= 0, 1, small) / (1 + small)": "np.clip(x / 6 + 0.5, 0, 1)"},
)

normalized_like_softmax = slip(
    "The entries are divided by their sum: that is softmax's step. Each stands alone.",
    {
        "return np.where(x >= 0, 1, small) / (1 + small)": "e = np.exp(x - x.max(initial=0))\n"
        "return e / e.sum()"
    },
)

epsilon_in_the_denominator = slip(
    "A small constant is added to the denominator, which is at least 1 anyway: every value comes "
    "out a little too small.",
    {"small) / (1 + small)": "small) / (1 + small + 1e-6)"},
)

sigmoid_always_float64 = slip(
    "The result is float64 whatever x is: an array made on the way has that dtype.",
    {"np.where(x >= 0, 1, small)": "np.where(x >= 0, np.ones(x.shape), small)"},
)

sigmoid_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy's exp takes them all.",
    {
        "return np.where(x >= 0, 1, small) / (1 + small)": "y = np.empty_like(x)\n"
        "for index in np.ndindex(x.shape):\n"
        "    y[index] = (1 if x[index] >= 0 else small[index]) / (1 + small[index])\n"
        "return y"
    },
)

# --- sigmoid_backward ------------------------------------------------------------------------


@right(sigmoid_backward)
def backward_from_two_sigmoids(grad_y, x):
    return grad_y * sigmoid(x) * sigmoid(-x)


@right(sigmoid_backward)
def backward_from_the_larger_sigmoid(grad_y, x):
    """What it lacks to 1 is itself times the small exponential."""
    small = np.exp(-np.abs(x))
    y = 1 / (1 + small)
    return grad_y * y * (y * small)


one_minus_y = slip(
    "1 − y is 0 to all digits where y is 1 to all digits, so the right tail is lost. "
    "1 − sigmoid(x) can be had without that subtraction.",
    {"grad_y * (small / (1 + small) ** 2)": "grad_y * sigmoid(x) * (1 - sigmoid(x))"},
)

backward_without_upstream = slip(
    "The upstream gradient is missing: this is the derivative alone.",
    {"grad_y * (small": "(small"},
)

x_taken_for_y = slip(
    "x is taken for sigmoid's result: y · (1 − y) wants y = sigmoid(x), and here it is given x.",
    {"grad_y * (small / (1 + small) ** 2)": "grad_y * x * (1 - x)"},
)

sigmoid_applied_twice = slip(
    "The sigmoid is applied twice: this is its slope at y. The one that is wanted is that at x.",
    {"np.abs(x))\nreturn grad_y": "np.abs(sigmoid(x)))\nreturn grad_y"},
)

backward_by_y_alone = slip(
    "One factor is missing: the derivative is y · (1 − y), not y alone.",
    {"grad_y * (small / (1 + small) ** 2)": "grad_y * sigmoid(x)"},
)

backward_without_the_square = slip(
    "The square is missing in the denominator: y and 1 − y have a factor 1 + exp(−|x|) there each.",
    {"(1 + small) ** 2": "(1 + small)"},
)

backward_as_for_tanh = slip(
    "That is tanh's derivative, 1 − y². The sigmoid's is y · (1 − y).",
    {"grad_y * (small / (1 + small) ** 2)": "grad_y * (1 - sigmoid(x) ** 2)"},
)

backward_with_arguments_swapped = slip(
    "The arguments are swapped: grad_y comes first, x second.",
    {"np.abs(x))\nreturn grad_y *": "np.abs(grad_y))\nreturn x *"},
)

backward_by_its_formula = slip(
    "exp(−x) overflows where x is far below 0; a quotient of two such numbers is nan.",
    {"-np.abs(x))\nreturn grad_y": "-x)\nreturn grad_y"},
)

backward_always_float64 = slip(
    "The gradient is float64 whatever the arguments are.",
    {"grad_y * (small": "np.ones(x.shape) * grad_y * (small"},
)

backward_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy takes all at once.",
    {
        "return grad_y * (small / (1 + small) ** 2)": "grad_x = np.empty_like(grad_y)\n"
        "for index in np.ndindex(x.shape):\n"
        "    grad_x[index] = grad_y[index] * (small[index] / (1 + small[index]) ** 2)\n"
        "return grad_x"
    },
)

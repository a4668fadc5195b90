from kata.attempts import rewrite, slip

SIGMOID = "np.where(x >= 0, 1, small) / (1 + small)"
BACKWARD = "grad_y * (small / (1 + small) ** 2)"

# --- sigmoid ---------------------------------------------------------------------------------

sigmoid_by_two_formulas = rewrite(
    {
        "return np.where(x >= 0, 1, small) / (1 + small)": (
            "y, above = np.empty_like(x), x >= 0\n"
            "y[above] = 1 / (1 + np.exp(-x[above]))\n"
            "y[~above] = np.exp(x[~above]) / (1 + np.exp(x[~above]))\n"
            "return y"
        )
    }
)

sigmoid_through_its_logarithm = rewrite({SIGMOID: "np.exp(-np.logaddexp(0, -x))"})

sigmoid_by_its_formula = slip(
    "exp(−x) overflows where x is far below 0: the value is right, but NumPy warns. np.where does "
    "not help, as it computes both of its branches.",
    {SIGMOID: "1 / (1 + np.exp(-x))"},
)

sigmoid_by_the_other_formula = slip(
    "exp(x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
    {SIGMOID: "np.exp(x) / (1 + np.exp(x))"},
)

right_above_0_only = slip(
    "exp(−|x|) is used for exp(−x), which it is only above 0: below 0 the result is that of −x.",
    {"np.where(x >= 0, 1, small)": "1"},
)

neither_above_nor_below_0 = slip(
    "Entries of exactly 0 are in neither of the masks x > 0 and x < 0, and get 0.",
    {"np.where(x >= 0, 1, small)": "((x > 0) + (x < 0) * small)"},
)

sigmoid_of_a_clipped_x = slip(
    "x is clipped before exp: all entries beyond the bound get the bound's value.",
    {SIGMOID: "1 / (1 + np.exp(-np.clip(x, -60, 60)))"},
)

sigmoid_from_tanh = slip(
    "Far below 0, tanh is −1 to all digits, so (1 + tanh) / 2 cancels to 0.",
    {SIGMOID: "(1 + np.tanh(x / 2)) / 2"},
)

sigmoid_from_the_upper_half = slip(
    "Below 0 it is made as 1 − sigmoid(−x). Far below 0 that is 1 − 1, which has no digits left.",
    {SIGMOID: "np.where(x >= 0, 1 / (1 + small), 1 - 1 / (1 + small))"},
)

sigmoid_mirrored = slip(
    "The sign of x is reversed: it falls where it should rise.", {"x >= 0": "x < 0"}
)

tanh_for_sigmoid = slip(
    "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.", {SIGMOID: "np.tanh(x)"}
)

hard_sigmoid = slip(
    "This is the hard sigmoid, made of straight lines. It agrees only at 0 and far from it.",
    {SIGMOID: "np.clip(x / 6 + 0.5, 0, 1)"},
)

normalized_like_softmax = slip(
    "The entries are divided by their sum: that is softmax. Here each entry stands alone.",
    {SIGMOID: "np.exp(x - x.max(initial=0)) / np.exp(x - x.max(initial=0)).sum()"},
)

epsilon_in_the_denominator = slip(
    "A small constant is added to the denominator, which is never below 1 anyway.",
    {"small) / (1 + small)": "small) / (1 + small + 1e-6)"},
)

# --- sigmoid_backward ------------------------------------------------------------------------

backward_from_two_sigmoids = rewrite({BACKWARD: "grad_y * sigmoid(x) * sigmoid(-x)"})

backward_from_the_larger_sigmoid = rewrite(
    {BACKWARD: "grad_y / (1 + small) * (small / (1 + small))"}
)

one_minus_y = slip(
    "Where y rounds to 1, 1 − y is 0 and the right tail is lost. Can 1 − sigmoid(x) be had without "
    "a subtraction?",
    {BACKWARD: "grad_y * sigmoid(x) * (1 - sigmoid(x))"},
)

backward_without_upstream = slip(
    "The upstream gradient is missing: this is the derivative alone.", {"grad_y * (small": "(small"}
)

x_taken_for_y = slip(
    "y · (1 − y) is computed with x in place of y = sigmoid(x).", {BACKWARD: "grad_y * x * (1 - x)"}
)

sigmoid_applied_twice = slip(
    "The sigmoid is applied twice: this is its slope at y, not at x.",
    {"np.abs(x))\nreturn grad_y": "np.abs(sigmoid(x)))\nreturn grad_y"},
)

backward_by_y_alone = slip(
    "One factor is missing: the derivative is y · (1 − y), not y alone.",
    {BACKWARD: "grad_y * sigmoid(x)"},
)

backward_without_the_square = slip(
    "The square is missing in the denominator: both y and 1 − y bring a factor 1 + exp(−|x|).",
    {"(1 + small) ** 2": "(1 + small)"},
)

backward_as_for_tanh = slip(
    "That is tanh's derivative, 1 − y². The sigmoid has another one.",
    {BACKWARD: "grad_y * (1 - sigmoid(x) ** 2)"},
)

backward_with_arguments_swapped = slip(
    "The arguments are swapped: grad_y comes first, x second.",
    {"np.abs(x))\nreturn grad_y *": "np.abs(grad_y))\nreturn x *"},
)

backward_by_its_formula = slip(
    "exp(−x) overflows where x is far below 0, and what is computed from it there may be nan.",
    {"-np.abs(x))\nreturn grad_y": "-x)\nreturn grad_y"},
)

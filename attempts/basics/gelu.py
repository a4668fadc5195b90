from kata.attempts import rewrite, slip

GELU = "x * erfc(x / -math.sqrt(2)) / 2"
GELU_TANH = "x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))"
SOFTPLUS = "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))"

# --- gelu ------------------------------------------------------------------------------------

gelu_one_entry_at_a_time = rewrite(
    {
        "erfc(x / -math.sqrt(2))": (
            "np.array([math.erfc(-v / math.sqrt(2)) for v in x.flat], x.dtype).reshape(x.shape)"
        )
    }
)

gelu_with_a_branch_at_0 = rewrite(
    {
        "return x * erfc(x / -math.sqrt(2)) / 2": (
            "erf = np.vectorize(math.erf, otypes=[x.dtype])\n"
            "z = np.abs(x) / math.sqrt(2)\n"
            "return x * np.where(x > 0, 1 + erf(z), erfc(z)) / 2"
        )
    }
)

gelu_by_its_formula = slip(
    "Far below 0, erf is −1 to almost all digits, and adding 1 cancels them. Which function of the "
    "math module is 1 − erf?",
    {
        "erfc = np.vectorize(math.erfc": "erf = np.vectorize(math.erf",
        "erfc(x / -math.sqrt(2))": "(1 + erf(x / math.sqrt(2)))",
    },
)

gelu_by_tanh = slip(
    "This is the approximation with tanh, good to three digits or so. This function uses erf.",
    {GELU: "gelu_tanh(x)"},
)

gelu_by_a_sigmoid = slip(
    "This is the approximation x · sigmoid(1.702 x), off by up to 0.02. This function uses erf.",
    {GELU: "x * _sigmoid(1.702 * x)"},
)

gelu_by_a_polynomial = slip(
    "erfc is taken from a textbook's polynomial, which is good to six digits or so.",
    {
        "erfc = np.vectorize(math.erfc, otypes=[x.dtype])": (
            "z = np.abs(x) / math.sqrt(2)\n"
            "t = 1 / (1 + 0.3275911 * z)\n"
            "series = t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))\n"
            "series = t * (0.254829592 + t * (-0.284496736 + series))\n"
            "tail = series * np.exp(-z * z)"
        ),
        "erfc(x / -math.sqrt(2))": "np.where(x < 0, tail, 2 - tail)",
    },
)

gelu_without_the_root_of_2 = slip(
    "erf is taken of x itself. The normal distribution and erf measure x in different units.",
    {"x / -math.sqrt(2)": "-x"},
)

gelu_divided_by_2 = slip("x is divided by 2, not by √2.", {"x / -math.sqrt(2)": "x / -2"})

gelu_multiplied_by_the_root_of_2 = slip(
    "x is multiplied by √2, not divided.", {"x / -math.sqrt(2)": "x * -math.sqrt(2)"}
)

gelu_without_the_half = slip(
    "The factor ½ is missing: far above 0 it should be x, not 2x.",
    {"-math.sqrt(2)) / 2": "-math.sqrt(2))"},
)

the_weight_alone = slip(
    "This is Φ(x), the weight alone. x is still to be multiplied by it.", {"x * erfc(": "erfc("}
)

gelu_without_the_1 = slip(
    "The 1 beside erf is missing: the result is the same for x and −x.",
    {
        "erfc = np.vectorize(math.erfc": "erf = np.vectorize(math.erf",
        "erfc(x / -math.sqrt(2))": "erf(x / math.sqrt(2))",
    },
)

the_share_above = slip(
    "x is weighted by the share that lies above it. Is a sign reversed?",
    {"x / -math.sqrt(2)": "x / math.sqrt(2)"},
)

the_density = slip(
    "x is multiplied by the normal density. The weight is the share that lies below x.",
    {"erfc(x / -math.sqrt(2)) / 2": "np.exp(-x * x / 2) / math.sqrt(2 * math.pi)"},
)

# --- gelu_tanh -------------------------------------------------------------------------------

gelu_tanh_from_one_exponential = rewrite(
    {
        "return x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))": (
            "u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)\n"
            "small = np.exp(-2 * np.abs(u))\n"
            "return np.where(u > 0, x, x * small) / (1 + small)"
        )
    }
)

gelu_tanh_through_a_logarithm = rewrite(
    {
        GELU_TANH: (
            "x * np.exp(-np.logaddexp(0, -math.sqrt(8 / math.pi) * x * (1 + 0.044715 * x * x)))"
        )
    }
)

gelu_tanh_by_its_formula = slip(
    "Far below 0, tanh is −1 to almost all digits, and adding 1 cancels them. Which other function "
    "of an exponential is ½ (1 + tanh(u))?",
    {GELU_TANH: "0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))"},
)

the_exact_gelu = slip(
    "This is the exact gelu, by erf. This function is its approximation.", {GELU_TANH: "gelu(x)"}
)

gelu_tanh_by_a_sigmoid = slip(
    "That is another approximation, x · sigmoid(1.702 x). This one uses tanh.",
    {"2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)": "1.702 * x"},
)

without_the_cubic_term = slip("The cubic term is missing.", {"(x + 0.044715 * x**3)": "x"})

squared_for_cubed = slip(
    "x is squared where it should be cubed: tanh's argument has to change sign with x.",
    {"x**3": "x**2"},
)

the_constant_cubed = slip(
    "The constant is cubed along with x; only x should be.",
    {"0.044715 * x**3": "(0.044715 * x) ** 3"},
)

the_factor_on_x_alone = slip(
    "The factor √(2/π) multiplies x alone. It belongs to the cubic term too.",
    {"math.sqrt(2 / math.pi) * (x +": "(math.sqrt(2 / math.pi) * x +"},
)

the_factor_without_its_root = slip(
    "The root is missing: the factor is √(2/π), not 2/π.", {"math.sqrt(2 / math.pi)": "2 / math.pi"}
)

sigmoid_of_half = slip(
    "½ (1 + tanh(u)) is sigmoid(2u); this is sigmoid(u).", {"_sigmoid(2 * math": "_sigmoid(math"}
)

gelu_tanh_without_the_1 = slip(
    "The 1 beside tanh is missing: the result is the same for x and −x.",
    {"_sigmoid(2 * math": "0.5 * np.tanh(math"},
)

gelu_tanh_without_the_half = slip(
    "The factor ½ is missing: far above 0 it should be x, not 2x.",
    {"x * _sigmoid(2 * math": "2 * x * _sigmoid(2 * math"},
)

another_constant = slip(
    "The constant of the cubic term has lost a 0.", {"0.044715 * x**3))": "0.44715 * x**3))"}
)

the_tanh_weight_alone = slip(
    "The weight is right, but x is not multiplied by it.",
    {"x * _sigmoid(2 * math": "_sigmoid(2 * math"},
)

gelu_tanh_with_an_overflow = slip(
    "The exponent is positive at one end of the range: exp overflows there.",
    {GELU_TANH: "x / (1 + np.exp(-2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))"},
)

# --- silu ------------------------------------------------------------------------------------

silu_through_a_logarithm = rewrite({"x * _sigmoid(x)": "x * np.exp(-np.logaddexp(0, -x))"})

silu_of_a_clipped_exponent = rewrite(
    {
        "return x * _sigmoid(x)": (
            "bound = 88 if x.dtype == np.float32 else 709\n"
            "return x / (1 + np.exp(np.minimum(-x, bound)))"
        )
    }
)

silu_by_its_formula = slip(
    "exp(−x) overflows where x is far below 0. The value is right, but NumPy warns.",
    {"x * _sigmoid(x)": "x / (1 + np.exp(-x))"},
)

silu_by_the_other_formula = slip(
    "exp(x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
    {"x * _sigmoid(x)": "x * np.exp(x) / (1 + np.exp(x))"},
)

silu_from_tanh = slip(
    "Far below 0, tanh is −1 to all digits, so (1 + tanh) / 2 cancels to 0.",
    {"x * _sigmoid(x)": "x * (1 + np.tanh(x / 2)) / 2"},
)

silu_of_a_clipped_x = slip(
    "x is clipped before the sigmoid: beyond the bound, all entries get the bound's sigmoid.",
    {"x * _sigmoid(x)": "x * _sigmoid(np.clip(x, -60, 60))"},
)

the_sigmoid_alone = slip(
    "This is the sigmoid. silu multiplies x by it.", {"x * _sigmoid(x)": "_sigmoid(x)"}
)

silu_mirrored = slip(
    "The exponent's sign is reversed: large x give about 0, and x far below 0 pass.",
    {"x * _sigmoid(x)": "x * _sigmoid(-x)"},
)

sigmoid_of_the_size = slip(
    "x is multiplied by the sigmoid of |x|: exp(−|x|) is exp(−x) only above 0.",
    {"x * _sigmoid(x)": "x * _sigmoid(np.abs(x))"},
)

hard_swish = slip(
    "This is the hard swish, made of straight lines and a parabola. silu uses exp.",
    {"x * _sigmoid(x)": "x * np.clip(x / 6 + 0.5, 0, 1)"},
)

times_tanh = slip(
    "x is multiplied by tanh(x), which has the sign of x: the result is never negative.",
    {"x * _sigmoid(x)": "x * np.tanh(x)"},
)

mish = slip(
    "This is mish, x · tanh(softplus(x)). silu is x · sigmoid(x).",
    {"x * _sigmoid(x)": "x * np.tanh(softplus(x))"},
)

gelu_for_silu = slip(
    "The exponent has the factor 1.702 of an approximation of gelu. silu has none.",
    {"x * _sigmoid(x)": "x * _sigmoid(1.702 * x)"},
)

the_derivative_of_silu = slip(
    "This is silu's derivative, not silu.",
    {"x * _sigmoid(x)": "_sigmoid(x) * (1 + x * _sigmoid(-x))"},
)

# --- softplus --------------------------------------------------------------------------------

softplus_by_logaddexp = rewrite({SOFTPLUS: "np.logaddexp(0, x)"})

softplus_with_a_threshold = rewrite(
    {SOFTPLUS: "np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))"}
)

softplus_by_its_formula = slip(
    "exp(x) overflows where x is large, and 1 + exp(x) rounds to 1 where x is far below 0.",
    {SOFTPLUS: "np.log(1 + np.exp(x))"},
)

softplus_by_log1p = slip(
    "exp(x) overflows where x is large. How else can log(1 + exp(x)) be written on that side?",
    {SOFTPLUS: "np.log1p(np.exp(x))"},
)

softplus_with_an_overflow_thrown_away = slip(
    "exp overflows at one end of the range and NumPy warns. np.where does not help, as it computes "
    "both of its branches.",
    {SOFTPLUS: "np.where(x > 30, x, np.log1p(np.exp(x)))"},
)

softplus_with_an_early_threshold = slip(
    "Just above the threshold, softplus still differs visibly from x.",
    {SOFTPLUS: "np.where(x > 10, x, np.log1p(np.exp(np.minimum(x, 10))))"},
)

softplus_without_log1p = slip(
    "Far below 0 the small exponential is rounded away when 1 is added. NumPy has a function for "
    "log(1 + z).",
    {"np.log1p(": "np.log(1 + "},
)

softplus_of_a_clipped_x = slip(
    "x is clipped before exp: all entries beyond the bound get the bound's result.",
    {SOFTPLUS: "np.log1p(np.exp(np.clip(x, -60, 60)))"},
)

softplus_without_the_absolute_value = slip(
    "The absolute value is missing in the exponent: the result is right on one side of 0 only.",
    {"np.log1p(np.exp(-np.abs(x)))": "np.log1p(np.exp(-x))"},
)

softplus_without_the_minus = slip(
    "The minus before |x| is missing: the second term should be small far from 0, but it grows.",
    {"np.log1p(np.exp(-np.abs(x)))": "np.log1p(np.exp(np.abs(x)))"},
)

relu_for_softplus = slip(
    "This is ReLU, with its corner. Near 0, softplus lies above it.",
    {" + np.log1p(np.exp(-np.abs(x)))": ""},
)

x_right_of_0 = slip(
    "Right of 0 it is x, which is true only far from 0: at 0 the result jumps by log 2.",
    {SOFTPLUS: "np.where(x > 0, x, np.log1p(np.exp(np.minimum(x, 0))))"},
)

log_sigmoid = slip(
    "This is log sigmoid(x), which is −softplus(−x). It lies below 0.",
    {"np.maximum(x, 0) +": "np.minimum(x, 0) -"},
)

softplus_mirrored = slip(
    "The sign of x is reversed: it falls where it should rise.",
    {"np.maximum(x, 0) +": "np.maximum(-x, 0) +"},
)

the_derivative = slip("This is the sigmoid, the derivative of softplus.", {SOFTPLUS: "_sigmoid(x)"})

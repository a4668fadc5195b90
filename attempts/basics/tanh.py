from kata.attempts import rewrite, slip

TANH = "np.copysign(fall / (2 + fall), x)"
SLOPE = "(4 * small / (1 + small) ** 2)"
FALL = "np.expm1(-2 * np.abs(x))"

# --- tanh ------------------------------------------------------------------------------------

tanh_by_two_formulas = rewrite(
    {
        "return np.copysign(fall / (2 + fall), x)": (
            "y, above = np.empty_like(x), x > 0\n"
            "e = np.expm1(-2 * x[above])\n"
            "y[above] = -e / (e + 2)\n"
            "e = np.expm1(2 * x[~above])\n"
            "y[~above] = e / (e + 2)\nreturn y"
        )
    }
)

tanh_of_a_bounded_x = rewrite(
    {
        "return np.copysign(fall / (2 + fall), x)": (
            "bounded = np.clip(x, -20, 20)  # From 20 on, tanh is 1 to all digits.\n"
            "return np.sinh(bounded) / np.cosh(bounded)"
        )
    }
)

tanh_by_a_series_near_0 = rewrite(
    {
        "return np.copysign(fall / (2 + fall), x)": (
            "y, near = np.copysign(fall / (2 + fall), x), np.abs(x) < 0.02\n"
            "y[near] = x[near] - x[near] ** 3 / 3 + 2 * x[near] ** 5 / 15\n"
            "return y"
        )
    }
)

tanh_by_its_formula = slip(
    "Far from 0 exp overflows, and ∞ / ∞ is nan; near 0 the two exps' difference loses its digits.",
    {TANH: "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"},
)

clipped_and_subtracted = slip(
    "Near 0, exp(x) and exp(−x) are both close to 1, and their difference loses its digits.",
    {
        "fall = np.expm1(-2 * np.abs(x))": "near = np.clip(x, -20, 20)",
        TANH: "(np.exp(near) - np.exp(-near)) / (np.exp(near) + np.exp(-near))",
    },
)

sinh_over_cosh = slip(
    "sinh and cosh both overflow far from 0, and ∞ / ∞ is nan.", {TANH: "np.sinh(x) / np.cosh(x)"}
)

one_exp_safe_below_0_only = slip(
    "exp(2x) overflows where x is large, and ∞ / ∞ is nan; near 0, exp − 1 loses digits.",
    {TANH: "(np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)"},
)

one_exp_safe_above_0_only = slip(
    "exp(−2x) overflows where x is far below 0, and ∞ / ∞ is nan; near 0, 1 − exp loses digits.",
    {TANH: "(1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))"},
)

an_overflow_thrown_away = slip(
    "Far from 0, exp overflows and NumPy warns, even where the result is thrown away, as by "
    "np.where; near 0, a difference of close numbers loses digits.",
    {
        "return np.copysign(fall / (2 + fall), x)": (
            "up, down = np.exp(2 * x), np.exp(-2 * x)\n"
            "return np.where(x >= 0, (1 - down) / (1 + down), (up - 1) / (up + 1))"
        )
    },
)

digits_lost_near_0 = slip(
    "Near 0, exp is 1 to almost all digits, and subtracting 1 cancels them.",
    {FALL: "np.exp(-2 * np.abs(x)) - 1"},
)

one_minus_exp_near_0 = slip(
    "Near 0, exp is 1 to almost all digits, and subtracting it from 1 cancels them.",
    {"fall = np.expm1": "small = np.exp", "fall / (2 + fall)": "(1 - small) / (1 + small)"},
)

x_itself_near_0 = slip(
    "Near 0 it gives x itself, which is right to a few digits only: the next term is −x³ / 3.",
    {TANH: "np.where(np.abs(x) < 1e-3, x, np.copysign(fall / (2 + fall), x))"},
)

tanh_from_sigmoid = slip(
    "Near 0, the sigmoid is 1/2 to almost all digits, and 2 · sigmoid − 1 cancels them.",
    {"fall = np.expm1": "small = np.exp", TANH: "2 * np.where(x >= 0, 1, small) / (1 + small) - 1"},
)

sigmoid_at_x = slip(
    "The exponent is that of sigmoid(x), not of sigmoid(2x): this is tanh(x / 2).",
    {FALL: "np.expm1(-np.abs(x))"},
)

sigmoid_for_tanh = slip(
    "This is the sigmoid, which runs from 0 to 1. tanh runs from −1 to 1.",
    {
        "fall = np.expm1(-2 * np.abs(x))": "small = np.exp(-np.abs(x))",
        TANH: "np.where(x >= 0, 1, small) / (1 + small)",
    },
)

not_stretched = slip(
    "This is sigmoid(2x), which runs from 0 to 1. tanh runs from −1 to 1.",
    {"fall = np.expm1": "small = np.exp", TANH: "np.where(x >= 0, 1, small) / (1 + small)"},
)

one_not_subtracted = slip(
    "This is 2 · sigmoid(2x), which runs from 0 to 2: a 1 is still to be subtracted.",
    {"fall = np.expm1": "small = np.exp", TANH: "2 * np.where(x >= 0, 1, small) / (1 + small)"},
)

tanh_without_its_sign = slip(
    "The sign of x is lost: tanh is negative below 0.", {TANH: "-fall / (2 + fall)"}
)

tanh_mirrored = slip(
    "The sign is reversed: it falls where it should rise.", {"(2 + fall), x)": "(2 + fall), -x)"}
)

hard_tanh = slip(
    "This is the hard tanh, made of straight lines. tanh bends from the start.",
    {TANH: "np.clip(x, -1, 1)"},
)

softsign = slip(
    "This is the softsign, x / (1 + |x|), which approaches 1 far more slowly.",
    {TANH: "x / (1 + np.abs(x))"},
)

cut_off_too_early = slip(
    "x is cut off where tanh is not yet 1: all entries beyond get the same value.",
    {FALL: "np.expm1(-2 * np.minimum(np.abs(x), 5))"},
)

epsilon_in_the_denominator = slip(
    "A small constant is added to the denominator, which is at least 1 anyway.",
    {"(2 + fall)": "(2 + fall + 1e-6)"},
)

# --- tanh_backward ---------------------------------------------------------------------------

backward_from_two_sigmoids = rewrite(
    {
        "small = np.exp(-2 * np.abs(x))": (
            "small = np.exp(-2 * np.abs(x))\n"
            "larger = 1 / (1 + small)\n"
            "return 4 * grad_y * larger * (small * larger)"
        )
    }
)

backward_from_what_is_missing_to_1 = rewrite(
    {
        "return grad_y * (4 * small / (1 + small) ** 2)": (
            "d = 2 * small / (1 + small)  # 1 − |y|, without cancellation\n"
            "return grad_y * (d * (2 - d))"
        )
    }
)

one_minus_the_square = slip(
    "Where y rounds to ±1, 1 − y² is 0: both tails are lost. Can it be had without a subtraction?",
    {SLOPE: "(1 - tanh(x) ** 2)"},
)

backward_by_cosh = slip(
    "cosh overflows far from 0. The result comes out as 0, but with a warning.",
    {"grad_y * (4 * small / (1 + small) ** 2)": "grad_y / np.cosh(x) / np.cosh(x)"},
)

backward_safe_below_0_only = slip(
    "exp(2x) overflows where x is large, and ∞ / ∞ is nan.",
    {"np.exp(-2 * np.abs(x))": "np.exp(2 * x)"},
)

backward_without_upstream = slip(
    "The upstream gradient is missing: this is the derivative alone.", {"grad_y * (4": "(4"}
)

x_taken_for_y = slip("1 − y² is computed with x in place of y = tanh(x).", {SLOPE: "(1 - x**2)"})

tanh_applied_twice = slip(
    "tanh is applied twice: this is its slope at y, not at x.",
    {"np.exp(-2 * np.abs(x))": "np.exp(-2 * np.abs(tanh(x)))"},
)

backward_without_the_square = slip(
    "The square is missing: this is 1 − y.", {SLOPE: "(1 - tanh(x))"}
)

backward_with_a_plus = slip(
    "The square is added, as in the derivative of tan.", {SLOPE: "(1 + tanh(x) ** 2)"}
)

backward_as_for_the_sigmoid = slip(
    "That is the sigmoid's derivative, y · (1 − y). tanh has another one.",
    {SLOPE: "tanh(x) * (1 - tanh(x))"},
)

backward_without_the_4 = slip(
    "This is the sigmoid's slope at 2x. The chain rule gives 2 · sigmoid(2x) − 1 two factors of 2.",
    {"4 * small": "small"},
)

backward_without_one_2 = slip(
    "One factor of 2 is missing: 2 · sigmoid(2x) − 1 has a 2 outside and one inside.",
    {"4 * small": "2 * small"},
)

backward_with_the_wrong_sign = slip(
    "The sign is wrong: this is y² − 1, but tanh rises everywhere.", {"grad_y * (4": "-grad_y * (4"}
)

tanh_of_the_gradient = slip(
    "tanh is applied to the gradient, which should only be multiplied by tanh's derivative at x.",
    {"grad_y * (4": "tanh(grad_y) * (4"},
)

backward_with_arguments_swapped = slip(
    "The arguments are swapped: grad_y comes first, x second.",
    {"np.exp(-2 * np.abs(x))": "np.exp(-2 * np.abs(grad_y))", "grad_y * (4": "x * (4"},
)

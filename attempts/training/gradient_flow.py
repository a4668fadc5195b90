import math

import numpy as np

from kata.attempts import right, slip
from solutions.training.gradient_flow import gradient_sizes, verdict


@right(gradient_sizes)
def by_the_norm_of_scaled_entries(grads):
    def size(grad):
        wide = np.ravel(grad).astype(np.float64)
        top = float(np.max(np.abs(wide)))
        if not 0 < top < math.inf:
            return top
        return float(np.linalg.norm(wide / top)) * top / wide.size**0.5

    return list(map(size, grads))


@right(gradient_sizes)
def with_a_power_of_two(grads):
    sizes = []
    for grad in grads:
        flat = np.array(grad, dtype=np.float64).reshape(-1)
        if not np.isfinite(flat).all():
            sizes.append(math.nan)
            continue
        _, exponent = np.frexp(np.abs(flat).max())
        flat = np.ldexp(flat, -exponent)
        sizes.append(float(np.ldexp(math.sqrt(flat @ flat / len(flat)), exponent)))
    return sizes


@right(verdict)
def without_a_ratio(sizes, low=1e-3, high=1e3):
    if len(sizes) == 0:
        raise ValueError("no layers")
    if any(math.isnan(size) or size == math.inf for size in sizes):
        return "exploding"
    first, last = sizes[0], sizes[-1]
    if first and (last == 0 or first / last > high):
        return "exploding"
    if not first or first / last < low:
        return "vanishing"
    return "healthy"


# --- Sizes -----------------------------------------------------------------------------------

length_for_size = slip(
    "This is the length, the root of the sum of squares: it grows with the number of weights, so "
    "layers cannot be compared. Take the mean of the squares.",
    {"np.square(scaled).mean()": "np.square(scaled).sum()"},
)

no_root = slip(
    "The square root is missing: these are means of squares.",
    {
        "largest * math.sqrt(np.square(scaled).mean())": (
            "largest * largest * float(np.square(scaled).mean())"
        )
    },
)

mean_of_absolute_values = slip(
    "This is the mean of the absolute values. The root mean square weighs large entries more.",
    {"largest * math.sqrt(np.square(scaled).mean())": "largest * float(np.abs(scaled).mean())"},
)

largest_entry = slip(
    "This is the largest entry. The size is the root mean square of all of them.",
    {"largest * math.sqrt(np.square(scaled).mean())": "largest"},
)

spread_for_size = slip(
    "This is the standard deviation, which leaves out the mean: a gradient of equal entries would "
    "have size 0.",
    {"math.sqrt(np.square(scaled).mean())": "float(scaled.std())"},
)

mean_of_the_entries = slip(
    "Entries of opposite sign cancel: this is the size of their mean.",
    {"math.sqrt(np.square(scaled).mean())": "abs(float(scaled.mean()))"},
)

divided_before_the_root_is_taken = slip(
    "The root of the sum is divided by the number of entries. The mean belongs inside the root.",
    {"math.sqrt(np.square(scaled).mean())": "math.sqrt(np.square(scaled).sum()) / scaled.size"},
)

mean_over_the_first_axis = slip(
    "It divides by the length of the first axis only. All entries count.",
    {"np.square(scaled).mean()": "np.square(scaled).sum() / len(scaled)"},
)

squares_as_they_are = slip(
    "The squares of huge entries overflow, and those of tiny ones are 0. Which factor could you "
    "take out first?",
    {
        "largest = float(np.abs(grad).max())": "largest = 1.0 + 0.0 * float(np.abs(grad).max())",
        "largest == 0 or not": "not",
    },
)

in_the_dtype_of_the_gradient = slip(
    "The squares are taken in the gradient's own dtype: in float32, those of entries beyond 2e19 "
    "overflow.",
    {
        "largest = float(np.abs(grad).max())": "largest = 1.0 + 0.0 * float(np.abs(grad).max())",
        "largest == 0 or not": "not",
        "grad.astype(np.float64) / largest": "grad",
        "largest * math.sqrt(np.square(scaled).mean())": "float(np.sqrt(np.square(scaled).mean()))",
    },
)

squares_in_the_dtype_of_the_gradient = slip(
    "The mean of the squares is taken in the gradient's own dtype: in float32, the squares of "
    "entries beyond 2e19 overflow.",
    {
        "largest = float(np.abs(grad).max())": "largest = 1.0 + 0.0 * float(np.abs(grad).max())",
        "largest == 0 or not": "not",
        "grad.astype(np.float64) / largest": "grad",
    },
)

little_added_to_the_last = slip(
    "A little is added to the last size, perhaps so as not to divide by 0. The verdict on small "
    "gradients changes with it.",
    {"first / last if last else math.inf": "first / (last + 1e-300)"},
)

zeros_divided_by_zero = slip(
    "A gradient of zeros becomes 0/0: nan, where its size is 0.", {"largest == 0 or not": "not"}
)

only_finite_entries = slip(
    "Entries of inf and nan are left out. They are what has to be seen: the size should not be "
    "finite either.",
    {
        "largest = float(np.abs(grad).max())": (
            "grad = np.where(np.isfinite(grad), grad, 0.0)\nlargest = float(np.abs(grad).max())"
        )
    },
)

# --- The verdict -----------------------------------------------------------------------------

ratio_upside_down = slip(
    "The ratio is upside down: the gradient goes from the last layer to the first, so it is the "
    "first that shows what is left.",
    {"first / last if last else math.inf": "last / first"},
)

first_size_alone = slip(
    "The first size is judged by itself. A small loss makes all gradients small: compare it with "
    "the last layer's.",
    {"ratio = first / last if last else math.inf": "ratio = first"},
)

smallest_to_largest = slip(
    "The extremes of all layers are compared. It is the first and the last that count.",
    {"sizes[0], sizes[-1]": "min(sizes), max(sizes)"},
)

extremes_in_order = slip(
    "The extremes of all layers are compared. It is the first and the last that count.",
    {"sizes[0], sizes[-1]": "sorted([min(sizes), max(sizes)], reverse=sizes[0] > sizes[-1])"},
)

mean_of_all_layers = slip(
    "The mean of all layers is compared with the last. It is the first that shows what arrives.",
    {
        "ratio = first / last if last else math.inf": (
            "ratio = sum(sizes) / len(sizes) / last if last else math.inf"
        )
    },
)

any_tiny_layer = slip(
    "Any layer with a tiny size makes it vanishing. A layer in between may be small by itself; it "
    "is the first that counts.",
    {"if first == 0:": "if min(sizes) < low * last or first == 0:"},
)

from_layer_to_layer = slip(
    "Each layer is compared with its neighbour. A factor of 0.5 a layer looks harmless, and is a "
    "billionth in 30 of them.",
    {
        "ratio = first / last if last else math.inf": (
            "steps = [a / b if b else math.inf for a, b in zip(sizes, sizes[1:], strict=False)]\n"
            "ratio = max(steps, default=1.0, key=lambda step: abs(math.log(step or 1e-300)))"
        )
    },
)

limits_excluded = slip(
    "A ratio that equals a limit is not taken for healthy. Both limits belong to the healthy "
    "range.",
    {"if ratio > high:": "if ratio >= high:", "if ratio < low else": "if ratio <= low else"},
)

limits_ignored = slip(
    "The arguments `low` and `high` are not used.",
    {"if ratio > high:": "if ratio > 1e3:", "if ratio < low else": "if ratio < 1e-3 else"},
)

limit_of_0_taken_for_none = slip(
    "A limit of 0 is taken for none, as by `low or 1e-3`. 0 is a limit like any other.",
    {"first, last = sizes": "low, high = low or 1e-3, high or 1e3\nfirst, last = sizes"},
)

nan_is_healthy = slip(
    "A size of nan is not found: nan is neither equal to inf nor above any limit.",
    {"all(map(math.isfinite, sizes))": "(math.inf not in sizes)"},
)

only_the_ends_are_looked_at = slip(
    "Only the first and the last size are checked for inf and nan. Any layer may have exploded.",
    {"all(map(math.isfinite, sizes))": "(math.isfinite(first) and math.isfinite(last))"},
)

infinity_unseen = slip(
    "inf is not looked for: in the last layer it makes the ratio 0, and in between it goes unseen.",
    {"not all(map(math.isfinite, sizes))": "any(map(math.isnan, sizes))"},
)

zero_first_is_healthy = slip(
    "A first size of 0 is not seen as vanishing where `low` is 0 or the last size is 0 too.",
    {
        'if first == 0:\n    return "vanishing"': "pass",
        "if last else math.inf": "if last else (math.inf if first else 1.0)",
    },
)

zero_last_divides = slip(
    "A last size of 0 divides by zero. The ratio is infinite there.",
    {"first / last if last else math.inf": "first / last"},
)

single_layer_against_one = slip(
    "A single layer is compared with 1. Its ratio to itself is 1, so it is healthy unless it is 0.",
    {
        "ratio = first / last if last else math.inf": (
            "ratio = first / (last if len(sizes) > 1 else 1.0) if last else math.inf"
        )
    },
)

names_exchanged = slip(
    'The words are exchanged: "vanishing" is for a small ratio, "exploding" for a large one.',
    {
        'if ratio > high:\n    return "exploding"': 'if ratio > high:\n    return "vanishing"',
        'return "vanishing" if ratio < low': 'return "exploding" if ratio < low',
    },
)

no_sizes_are_healthy = slip(
    "No sizes at all are not refused with a ValueError.",
    {'raise ValueError("sizes is empty: there should be one layer or more")': 'return "healthy"'},
)

import numpy as np

from kata.attempts import right, slip
from solutions.practice.mixup import mixup

WEIGHT = "rng.beta(alpha, alpha) if alpha > 0 else 1.0"
PARTNERS = "rng.permutation(len(x))"
Y = "weight * y + (1 - weight) * y[partners]"
X = "weight * x + (1 - weight) * x[partners]"


@right(mixup)
def from_the_partner_on(x, y, alpha, rng):
    if alpha < 0 or x.shape[0] != y.shape[0]:
        raise ValueError("alpha should be 0 or more, x and y of the same length")
    order = np.arange(len(x))
    rng.shuffle(order)
    weight = float(rng.beta(alpha, alpha)) if alpha else 1.0
    return tuple(one[order] + weight * (one - one[order]) for one in (x, y))


@right(mixup)
def with_the_share_of_the_partner(x, y, alpha, rng):
    if alpha < 0 or len(x) != len(y):
        raise ValueError("alpha should be 0 or more, x and y of the same length")
    if alpha == 0:
        return x.copy(), y.copy()
    share = rng.beta(alpha, alpha)
    order = np.argsort(rng.random(len(x)))
    # Beta is symmetric, so either row may have λ.
    return (1 - share) * x + share * x[order], (1 - share) * y + share * y[order]


a_weight_for_each_row = slip(
    "Each row has a λ of its own. Here one λ serves the whole batch.",
    {
        WEIGHT: "rng.beta(alpha, alpha, len(x)) if alpha > 0 else np.ones(len(x))",
        X: "(\n"
        "    weight.reshape(-1, *[1] * (x.ndim - 1)) * x\n"
        "    + (1 - weight).reshape(-1, *[1] * (x.ndim - 1)) * x[partners]\n"
        ").astype(x.dtype)",
        Y: "(weight[:, None] * y + (1 - weight)[:, None] * y[partners]).astype(y.dtype)",
    },
)

another_weight_for_y = slip(
    "y is mixed with another λ than x.",
    {PARTNERS: f"{PARTNERS}\nother = {WEIGHT}", Y: Y.replace("weight", "other")},
)

weights_exchanged_for_y = slip(
    "λ and 1 − λ are exchanged in one of the two: a label has λ where its row has 1 − λ.",
    {Y: "(1 - weight) * y + weight * y[partners]"},
)

other_partners_for_y = slip(
    "The labels are mixed with those of other partners than the rows.",
    {Y: Y.replace("[partners]", f"[{PARTNERS}]")},
)

labels_unmixed = slip(
    "The labels stay as they are. A row that is half of another class has half of its label too.",
    {Y: "y.copy()"},
)

rows_unmixed = slip("The rows stay as they are, only their labels are mixed.", {X: "x.copy()"})

label_of_the_larger_part = slip(
    "Each row gets the label of its larger part. The labels should be mixed as the rows are.",
    {Y: "y.copy() if weight >= 0.5 else y[partners]"},
)

both_labels_in_full = slip(
    "The two labels are added in full, without their weights.", {Y: "np.maximum(y, y[partners])"}
)

weights_that_do_not_add_up_to_1 = slip(
    "Both rows have the weight λ. The two weights should add up to 1.",
    {X: X.replace("(1 - weight)", "weight"), Y: Y.replace("(1 - weight)", "weight")},
)

from_two_gammas = slip(
    "For a small alpha, λ may be nan, as where two gamma numbers are divided by their sum: both "
    "may be 0 after rounding.",
    {
        WEIGHT: (
            "rng.standard_gamma(alpha, 2) if alpha > 0 else np.array([1.0, 0.0])\n"
            "weight = float(weight[0] / weight.sum())"
        )
    },
)

lambda_by_the_order = slip(
    "λ and the order of the partners depend on each other. Each should be drawn as if the other "
    "were not.",
    {
        PARTNERS: (
            f"{PARTNERS}\n"
            "if alpha > 0 and len(x) > 1:\n"
            "    larger = max(weight, 1 - weight)\n"
            "    weight = larger if partners[0] > partners[1] else 1 - larger"
        )
    },
)

always_half = slip("λ is always ½. It should be drawn.", {WEIGHT: "0.5 if alpha > 0 else 1.0"})

uniform_weight = slip(
    "λ is uniform, whatever alpha is. That is right for an alpha of 1 only.",
    {WEIGHT: "rng.random() if alpha > 0 else 1.0"},
)

one_parameter_of_1 = slip(
    "The second parameter of Beta is 1. Both should be alpha.",
    {WEIGHT: "rng.beta(alpha, 1.0) if alpha > 0 else 1.0"},
)

always_the_larger_part = slip(
    "λ is never below ½. As the formula stands, it may be anything from 0 to 1.",
    {WEIGHT: "max(b := rng.beta(alpha, alpha), 1 - b) if alpha > 0 else 1.0"},
)

the_batch_reversed = slip(
    "A row's partner is the same in every call. It should be drawn.",
    {PARTNERS: "np.arange(len(x))[::-1]"},
)

never_its_own_partner = slip(
    "Some permutations never come, such as that in which each row is its own partner. All should "
    "be equally likely.",
    {
        f"partners = {PARTNERS}": (
            f"partners = {PARTNERS}\n"
            "while len(x) > 1 and (partners == np.arange(len(x))).any():\n"
            f"    partners = {PARTNERS}"
        )
    },
)

the_batch_rotated = slip(
    "The partners are the batch, rotated. All permutations should be equally likely.",
    {PARTNERS: "np.roll(np.arange(len(x)), rng.integers(max(len(x), 1)))"},
)

partners_with_replacement = slip(
    "The partners are drawn with replacement: some rows are partners several times, others never.",
    {PARTNERS: "rng.integers(0, max(len(x), 1), len(x))"},
)

all_from_the_partner = slip(
    "With an alpha of 0, every row becomes its partner. It should stay as it is.",
    {WEIGHT: "rng.beta(alpha, alpha) if alpha > 0 else 0.0"},
)

lengths_unchecked = slip(
    "Nothing compares the lengths of x and y.",
    {
        "len(x) != len(y)": "False",
        Y: Y.replace("[partners]", "[partners % len(y)]").replace("* y +", "* y[:len(x)] +"),
    },
)

alpha_unchecked = slip("A negative alpha counts as 0.", {"if alpha < 0:": "if alpha != alpha:"})

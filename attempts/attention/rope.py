import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.rope import rope

ANGLES = "positions[:, None] / base ** (np.arange(0, d, 2) / d)"
EXPONENTS = "np.arange(0, d, 2) / d"
FIRST = "y[..., 0::2] = even * cos - odd * sin"
SECOND = "y[..., 1::2] = even * sin + odd * cos"
RESULT = "return y\n"


@right(rope)
def as_complex_numbers(x, positions=None, base=10000.0):
    t, d = x.shape[-2:]
    if d % 2 != 0:
        raise ValueError("features must come in pairs")
    p = np.arange(t) if positions is None else positions
    if np.shape(p) != (t,):
        raise ValueError("one position for each vector")
    pairs = x.reshape(*x.shape[:-1], d // 2, 2).astype(np.float64)
    turned = (pairs[..., 0] + 1j * pairs[..., 1]) * np.exp(
        1j * np.outer(p, np.exp(-np.log(base) * np.arange(d // 2) * 2 / d))
    )
    return np.stack([turned.real, turned.imag], axis=-1).reshape(x.shape).astype(x.dtype)


@right(rope)
def by_rotation_matrices(x, positions=None, base=10000.0):
    t, d = x.shape[-2:]
    if d % 2 == 1 or (positions is not None and positions.shape != (t,)):
        raise ValueError("shapes do not fit")
    p = np.arange(t) if positions is None else positions
    theta = p[:, None] * np.power(float(base), -2.0 * np.arange(d // 2) / d)
    c, s = np.cos(theta).astype(x.dtype), np.sin(theta).astype(x.dtype)
    turn = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], -2)
    return np.einsum("tiab,...tib->...tia", turn, x.reshape(*x.shape[:-1], -1, 2)).reshape(x.shape)


with_a_partner = rewrite(
    {
        FIRST: "partner = np.stack([-odd, even], axis=-1).reshape(x.shape)",
        SECOND: "y[...] = x * np.repeat(cos, 2, axis=-1) + partner * np.repeat(sin, 2, axis=-1)",
    }
)

pairs_half_a_row_apart = slip(
    "Feature i is paired with i + d/2, as in Hugging Face. Here 2i and 2i + 1 are a pair.",
    {
        "even, odd = x[..., 0::2], x[..., 1::2]": "even, odd = x[..., : d // 2], x[..., d // 2 :]",
        "y[..., 0::2] =": "y[..., : d // 2] =",
        "y[..., 1::2] =": "y[..., d // 2 :] =",
    },
)

put_together_as_halves = slip(
    "The pairs are turned, but not put back in their places: first of all pairs come before all "
    "second ones.",
    {"y[..., 0::2] =": "y[..., : d // 2] =", "y[..., 1::2] =": "y[..., d // 2 :] ="},
)

halves_for_neighbours_and_back = slip(
    "Halves are turned as pairs and the results are laid out as neighbours.",
    {"even, odd = x[..., 0::2], x[..., 1::2]": "even, odd = x[..., : d // 2], x[..., d // 2 :]"},
)

angles_tiled = slip(
    "The angles are laid out for halves, θ₀ θ₁ … θ₀ θ₁ …, but the pairs are neighbours: the two "
    "features of a pair get different angles.",
    {
        "cos, sin = np.cos(angles), np.sin(angles)": "tiled = np.concatenate([angles, angles], -1)",
        FIRST: "y[..., 0::2] = even * np.cos(tiled)[:, 0::2] - odd * np.sin(tiled)[:, 0::2]",
        SECOND: "y[..., 1::2] = even * np.sin(tiled)[:, 1::2] + odd * np.cos(tiled)[:, 1::2]",
    },
)

turned_the_other_way = slip(
    "The pairs are turned the other way, by −θ.",
    {FIRST: FIRST.replace("-", "+"), SECOND: SECOND.replace("even * sin +", "-even * sin +")},
)

sine_and_cosine_swapped = slip(
    "Sine and cosine are swapped: at position 0 nothing should change.",
    {"np.cos(angles), np.sin(angles)": "np.sin(angles), np.cos(angles)"},
)

no_minus = slip(
    "Both features of a pair get a sum. Without the minus it is no rotation, and lengths change.",
    {FIRST: FIRST.replace("-", "+")},
)

second_from_the_new_first = slip(
    "The second feature of a pair is made from the new first one. It needs the old one.",
    {SECOND: "y[..., 1::2] = y[..., 0::2] * sin + odd * cos"},
)

cosines_only = slip(
    "The features are only scaled by their cosines: the part with the sines is missing.",
    {FIRST: "y[..., 0::2] = even * cos", SECOND: "y[..., 1::2] = odd * cos"},
)

added_for_turned = slip(
    "Sines and cosines are added to x, as in sinusoidal positions. Here they turn it.",
    {FIRST: "y[..., 0::2] = even + sin", SECOND: "y[..., 1::2] = odd + cos"},
)

multiplied_for_turned = slip(
    "x is multiplied by the sinusoidal encoding, entry by entry. A rotation mixes the two features "
    "of a pair.",
    {FIRST: "y[..., 0::2] = even * sin", SECOND: "y[..., 1::2] = odd * cos"},
)

half_of_the_features = slip(
    "Only the first half of the features is turned, as in models with partial rotary positions.",
    {RESULT: "y[..., d // 2 // 2 * 2 :] = x[..., d // 2 // 2 * 2 :]\nreturn y\n"},
)

pair_not_doubled = slip(
    "The exponent is i / d, so the angles shrink half as fast from pair to pair as they should.",
    {EXPONENTS: "np.arange(d // 2) / d"},
)

doubled_twice = slip(
    "The exponent is 4i / d: the angles shrink twice as fast from pair to pair as they should.",
    {EXPONENTS: "2 * np.arange(0, d, 2) / d"},
)

up_to_base_itself = slip(
    "The exponents run up to 1. Divided by d, the last one stays below it.",
    {EXPONENTS: "np.arange(0, d, 2) / max(d - 2, 1)"},
)

one_angle_for_all_pairs = slip(
    "All pairs are turned by the same angle, p: every power of base is 1, as where the exponents "
    "are divided as whole numbers.",
    {EXPONENTS: "np.arange(0, d, 2) // d"},
)

times_the_power = slip(
    "The position is multiplied by the power of base. The angles should shrink from pair to pair.",
    {"positions[:, None] / base": "positions[:, None] * base"},
)

slow_pairs_first = slip(
    "The angles grow from pair to pair. The first pair turns fastest.",
    {"(np.arange(0, d, 2) / d)": "(np.arange(0, d, 2)[::-1] / d)"},
)

an_angle_for_each_feature = slip(
    "The two features of a pair are turned by different angles. Both exponents are 2i / d.",
    {
        EXPONENTS: "np.arange(d) / d",
        "cos, sin = np.cos(angles), np.sin(angles)": "cos, sin = np.cos(angles), np.sin(angles)",
        FIRST: "y[..., 0::2] = even * cos[:, 0::2] - odd * sin[:, 0::2]",
        SECOND: "y[..., 1::2] = even * sin[:, 1::2] + odd * cos[:, 1::2]",
    },
)

positions_from_1 = slip(
    "Without `positions`, the first vector has position 1. They count from 0.",
    {"positions = np.arange(t)": "positions = np.arange(1, t + 1)"},
)

one_more_than_given = slip(
    "All positions are one too large, given ones too.",
    {"positions[:, None] /": "(positions[:, None] + 1.0) /"},
)

counted_from_the_first_given = slip(
    "Positions are counted from the first one given. Each vector has the position given for it.",
    {"positions[:, None] /": "(positions[:, None] - 1.0 * positions[:1]) /"},
)

zeros_taken_for_none = slip(
    "Positions that are all 0 are taken for none. They were given: nothing is turned.",
    {"if positions is None:": "if positions is None or not np.any(positions):"},
)

position_of_the_first_for_all = slip(
    "All vectors are turned by the first one's position.",
    {"positions[:, None] /": "np.repeat(positions[:1], t)[:, None] /"},
)

own_positions_in_the_dtype_of_x = slip(
    "Without `positions`, vectors are numbered in x's dtype. Beyond 2048, float16 skips numbers.",
    {"positions = np.arange(t)": "positions = np.arange(t).astype(x.dtype).astype(np.float64)"},
)

positions_in_the_dtype_of_x = slip(
    "The positions have x's dtype. Beyond 2048, float16 skips numbers; beyond 65,504, it has inf.",
    {"angles = positions[:, None] /": "angles = positions[:, None].astype(x.dtype) /"},
)

angles_in_the_dtype_of_x = slip(
    "The angles have x's dtype: in float32 far positions keep few digits behind the point.",
    {
        "cos, sin = np.cos(angles), np.sin(angles)": (
            "cos, sin = np.cos(angles.astype(x.dtype)), np.sin(angles.astype(x.dtype))"
        )
    },
)

all_in_the_dtype_of_x = slip(
    "Positions and rates have x's dtype, and so have the angles: far positions keep few digits "
    "behind the point, or none.",
    {
        "angles = positions[:, None] / base ** (np.arange(0, d, 2) / d)": (
            "rates = (base ** (np.arange(0, d, 2) / d)).astype(x.dtype)\n"
            "angles = positions[:, None].astype(x.dtype) / rates"
        )
    },
)

all_in_the_dtype_of_x_by_products = slip(
    "Positions and rates have x's dtype, and so have the angles: far positions keep few digits "
    "behind the point, or none.",
    {
        "angles = positions[:, None] / base ** (np.arange(0, d, 2) / d)": (
            "rates = (base ** (-np.arange(0, d, 2) / d)).astype(x.dtype)\n"
            "angles = positions[:, None].astype(x.dtype) * rates"
        )
    },
)

largest_position_plus_one_wraps = slip(
    "To size a table, one is added to the largest position in the dtype of `positions`: in int8, "
    "127 + 1 is −128.",
    {
        "angles = positions[:, None] / base ** (np.arange(0, d, 2) / d)": (
            "rows = np.arange(positions.max() + 1)[:, None]\n"
            "angles = (rows / base ** (np.arange(0, d, 2) / d))[positions]"
        )
    },
)

odd_feature_left = slip(
    "An odd number of features is taken, and the last one is left as it is.",
    {"if d % 2:": "if False:", "x[..., 1::2]\n": "x[..., 1::2]\nif d % 2:\n    return x.copy()\n"},
)

positions_stretched = slip(
    "A single position is silently used for all vectors.",
    {"if positions.shape != (t,):": "if positions.shape not in [(t,), (1,)]:"},
)

more_positions_than_vectors = slip(
    "Positions beyond the t vectors are silently dropped.",
    {
        "if positions.shape != (t,):": (
            "positions = positions[:t] if positions.ndim == 1 else positions\n"
            "if positions.shape != (t,):"
        )
    },
)

import numpy as np

from kata.attempts import right, slip
from solutions.optimization.clip_gradients import clip_by_global_norm, clip_by_value


def check(limit):
    if limit < 0:
        raise ValueError("the limit should not be negative")


# --- By the global norm ----------------------------------------------------------------------


def copies(grads):
    return [None if grad is None else grad.copy() for grad in grads]


@right(clip_by_global_norm)
def the_norm_of_the_norms(grads, max_norm):
    check(max_norm)
    present = [g.astype(np.float64).ravel() for g in grads if g is not None]
    norm = float(np.linalg.norm([np.linalg.norm(g) for g in present]))
    coefficient = max_norm / (norm + 1e-6)
    clipped = []
    for grad in grads:
        if grad is None:
            clipped.append(None)
        elif coefficient < 1:
            clipped.append((grad * coefficient).astype(grad.dtype))
        else:
            clipped.append(grad.copy())
    return clipped, norm


@right(clip_by_global_norm)
def one_long_vector_and_its_largest_entry(grads, max_norm):
    """Divided by the largest entry, no square overflows; no need for float64 then."""
    check(max_norm)
    pieces = [g.ravel() for g in grads if g is not None and g.size]
    largest = max((float(abs(piece).max()) for piece in pieces), default=0.0)
    if not largest:
        return copies(grads), 0.0
    vector = np.concatenate([piece / largest for piece in pieces])
    norm = largest * float(np.sqrt(vector @ vector))
    if norm + 1e-6 <= max_norm:
        return copies(grads), norm
    return [g if g is None else g * (max_norm / (norm + 1e-6)) for g in grads], norm


a_norm_each = slip(
    "Each gradient is clipped by its own norm, which changes the direction of the step. One norm "
    "goes over all of them.",
    {"g * scale": "g * min(1.0, max_norm / (float(np.linalg.norm(g.astype(float))) + 1e-6))"},
)

always_rescaled = slip(
    "The gradients are always scaled to max_norm: short ones grow. Clipping only shortens.",
    {"min(1.0, max_norm / (norm + 1e-6))": "max_norm / (norm + 1e-6)"},
)

maximum_for_minimum = slip(
    "The factor is at least 1 where it should be at most 1: long gradients are left alone.",
    {"min(1.0, ": "max(1.0, "},
)

the_factor_upside_down = slip(
    "The factor is upside down: the norm is divided by max_norm.",
    {"min(1.0, max_norm / (norm + 1e-6))": "min(1.0, norm / (max_norm + 1e-6))"},
)

a_max_norm_of_0_for_none = slip(
    "A max_norm of 0 counts as no limit. It should make every gradient 0.",
    {
        "min(1.0, max_norm / (norm + 1e-6))": (
            "min(1.0, max_norm / (norm + 1e-6)) if max_norm else 1.0"
        )
    },
)

no_constant = slip(
    "The 1e-6 is missing beside the norm. It shows where the norm is small or equal to max_norm.",
    {"min(1.0, max_norm / (norm + 1e-6))": "max_norm / norm if norm > max_norm else 1.0"},
)

only_where_the_norm_exceeds = slip(
    "The factor has its 1e-6, but is used only where norm > max_norm. It is below 1 from "
    "max_norm − 1e-6 on.",
    {
        "min(1.0, max_norm / (norm + 1e-6))": (
            "max_norm / (norm + 1e-6) if norm > max_norm else 1.0"
        )
    },
)

the_constant_in_the_root = slip(
    "1e-6 is added to the squares, inside the root. It belongs beside the norm.",
    {"min(1.0, max_norm / (norm + 1e-6))": "min(1.0, max_norm / math.sqrt(norm**2 + 1e-6))"},
)

another_constant = slip(
    "The constant beside the norm is 1e-8. It should be 1e-6.",
    {"min(1.0, max_norm / (norm + 1e-6))": "min(1.0, max_norm / (norm + 1e-8))"},
)

the_constant_in_the_returned_norm = slip(
    "The norm that is returned has 1e-6 added to it. The constant only guards the division.",
    {"for g in grads], norm": "for g in grads], norm + 1e-6"},
)

no_root = slip(
    "The square root is missing: the sum of the squares is norm².",
    {"math.sqrt(sum(squares))": "float(sum(squares))"},
)

the_sum_of_the_norms = slip(
    "The gradients' norms are added up. The norm of all entries is the root of the sum of their "
    "squares.",
    {"math.sqrt(sum(squares))": "float(sum(map(math.sqrt, squares)))"},
)

the_largest_norm = slip(
    "The norm is that of the longest gradient alone. The others count too.",
    {"sum(squares)": "max(squares, default=0.0)"},
)

absolute_values = slip(
    "This is the sum of the absolute values (the L1 norm), not the root of the sum of the squares.",
    {
        "np.square(g, dtype=np.float64)": "np.abs(g.astype(np.float64))",
        "math.sqrt(sum(squares))": "float(sum(squares))",
    },
)

the_largest_entry = slip(
    "The largest size serves as the norm. The norm is the root of the sum of all squares.",
    {
        "np.square(g, dtype=np.float64).sum()": "np.abs(g).max(initial=0.0)",
        "math.sqrt(sum(squares))": "max(squares, default=0.0)",
    },
)

the_mean_of_the_squares = slip(
    "The mean of the squares is used instead of their sum: the norm no longer grows with the "
    "number of entries.",
    {
        "norm = math.sqrt(sum(squares))": (
            "entries = sum(g.size for g in grads if g is not None)\n"
            "norm = math.sqrt(sum(squares) / max(entries, 1))"
        )
    },
)

the_norm_after_clipping = slip(
    "The norm that is returned is the one after clipping. The one before is asked for.",
    {"for g in grads], norm": "for g in grads], norm * scale"},
)

squares_in_float32 = slip(
    "The gradients are squared in their own dtype: a float32 square overflows from 2e19 on, and "
    "becomes 0 below 1e-23.",
    {"np.square(g, dtype=np.float64)": "np.square(g)"},
)

a_negative_max_norm = slip(
    "A negative max_norm raises no error: it reverses all gradients.",
    {"if max_norm < 0:": "if False:"},
)

# --- By value --------------------------------------------------------------------------------


@right(clip_by_value)
def copies_with_a_mask(grads, clip_value):
    check(clip_value)
    new = [None if grad is None else grad.copy() for grad in grads]
    for grad in filter(lambda grad: grad is not None, new):
        grad[grad > clip_value] = clip_value
        grad[grad < -clip_value] = -clip_value
    return new


no_lower_bound = slip(
    "Only the upper bound is there: entries far below 0 stay as they are.",
    {"np.clip(g, -clip_value, clip_value)": "np.minimum(g, clip_value)"},
)

a_lower_bound_of_0 = slip(
    "The lower bound is 0, so negative entries are lost. It is −clip_value.",
    {"(g, -clip_value,": "(g, 0,"},
)

without_the_sign = slip(
    "The absolute values are clipped, and the signs are lost.",
    {"np.clip(g, -clip_value, clip_value)": "np.minimum(np.abs(g), clip_value)"},
)

zero_beyond_the_bound = slip(
    "Entries beyond the bound become 0. They should become the bound.",
    {"np.clip(g, -clip_value, clip_value)": "np.where(np.abs(g) > clip_value, 0, g)"},
)

scaled_by_the_largest = slip(
    "The whole gradient is scaled until its largest entry fits. Clip each entry on its own.",
    {
        "np.clip(g, -clip_value, clip_value)": (
            "g * min(1.0, clip_value / max(float(np.abs(g).max(initial=0.0)), 1e-300))"
        )
    },
)

a_negative_clip_value = slip(
    "A negative clip_value raises no error: every entry becomes the same number.",
    {"if clip_value < 0:": "if False:"},
)

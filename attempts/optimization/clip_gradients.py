import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.clip_gradients import clip_by_global_norm, clip_by_value


def check(limit):
    if limit < 0:
        raise ValueError("the limit should not be negative")


def global_norm(grads):
    return float(np.sqrt(sum(np.sum(g.astype(float) ** 2) for g in grads if g is not None)))


def scaled(grads, scale):
    return [None if g is None else g * float(scale) for g in grads]


# --- By the global norm ----------------------------------------------------------------------


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
        return list(grads), 0.0
    vector = np.concatenate([piece / largest for piece in pieces])
    norm = largest * float(np.sqrt(vector @ vector))
    if norm + 1e-6 <= max_norm:
        return list(grads), norm
    return [g if g is None else g * (max_norm / (norm + 1e-6)) for g in grads], norm


@wrong(
    clip_by_global_norm,
    "Each gradient is clipped by its own norm. That changes their proportions, and so the "
    "direction of the step: one norm goes over all of them.",
)
def a_norm_each(grads, max_norm):
    check(max_norm)
    clipped = [clip_by_global_norm([grad], max_norm)[0][0] for grad in grads]
    return clipped, global_norm(grads)


@wrong(
    clip_by_global_norm,
    "The gradients are always scaled to max_norm: short ones are made longer. Clipping only "
    "shortens.",
)
def always_rescaled(grads, max_norm):
    check(max_norm)
    norm = global_norm(grads)
    if np.isinf(max_norm):
        return list(grads), norm
    return scaled(grads, max_norm / (norm + 1e-6)), norm


@wrong(
    clip_by_global_norm,
    "The factor is at least 1 where it should be at most 1: long gradients are left alone.",
)
def maximum_for_minimum(grads, max_norm):
    check(max_norm)
    norm = global_norm(grads)
    if np.isinf(max_norm):
        return list(grads), norm
    return scaled(grads, max(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The constant 1e-6 is missing beside the norm, which shows where the norm is small or equal to "
    "max_norm.",
)
def no_constant(grads, max_norm):
    check(max_norm)
    norm = global_norm(grads)
    return scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@wrong(
    clip_by_global_norm,
    "The factor has its 1e-6, but is only used where norm > max_norm. From max_norm − 1e-6 on, it "
    "is already below 1.",
)
def only_where_the_norm_exceeds(grads, max_norm):
    check(max_norm)
    norm = global_norm(grads)
    return scaled(grads, max_norm / (norm + 1e-6) if norm > max_norm else 1.0), norm


@wrong(
    clip_by_global_norm,
    "1e-6 is added to the squares, inside the root. It belongs beside the norm.",
)
def the_constant_in_the_root(grads, max_norm):
    check(max_norm)
    norm = global_norm(grads)
    return scaled(grads, min(1.0, max_norm / np.sqrt(norm**2 + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The norm that is returned has 1e-6 added to it. The constant only guards the division.",
)
def the_constant_in_the_returned_norm(grads, max_norm):
    clipped, norm = clip_by_global_norm(grads, max_norm)
    return clipped, norm + 1e-6


@wrong(clip_by_global_norm, "The square root is missing: the sum of the squares is norm².")
def no_root(grads, max_norm):
    check(max_norm)
    norm = global_norm(grads) ** 2
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The gradients' norms are added up. The norm of all entries together is the root of the sum of "
    "their squares.",
)
def the_sum_of_the_norms(grads, max_norm):
    check(max_norm)
    norm = float(sum(global_norm([grad]) for grad in grads))
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The norm is that of the longest gradient alone; the others count too.",
)
def the_largest_norm(grads, max_norm):
    check(max_norm)
    norm = max([global_norm([grad]) for grad in grads], default=0.0)
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(clip_by_global_norm, "That is the sum of the absolute values (the L1 norm), not the root.")
def absolute_values(grads, max_norm):
    check(max_norm)
    norm = float(sum(np.abs(g).sum(dtype=float) for g in grads if g is not None))
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The largest absolute value is taken for the norm. The norm is the root of the sum of all "
    "squares.",
)
def the_largest_entry(grads, max_norm):
    check(max_norm)
    norm = max((float(abs(g).max(initial=0.0)) for g in grads if g is not None), default=0.0)
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The mean of the squares is taken instead of their sum: the norm then does not grow with the "
    "number of entries.",
)
def the_mean_of_the_squares(grads, max_norm):
    check(max_norm)
    entries = sum(g.size for g in grads if g is not None)
    norm = global_norm(grads) / max(entries, 1) ** 0.5
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "The norm that is returned is the one after clipping. The one before says how far the "
    "gradients had grown.",
)
def the_norm_after_clipping(grads, max_norm):
    clipped, _ = clip_by_global_norm(grads, max_norm)
    return clipped, global_norm(clipped)


@wrong(
    clip_by_global_norm,
    "The gradients are squared in their own dtype: in float32 a square overflows from 2e19 on, and "
    "becomes 0 below 1e-23.",
)
def squares_in_float32(grads, max_norm):
    check(max_norm)
    with np.errstate(all="ignore"):
        norm = float(np.sqrt(sum(float(np.sum(g**2)) for g in grads if g is not None)))
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "All results are float64: the factor (or the gradients on the way) has that dtype and wins "
    "over float32.",
)
def a_float64_factor(grads, max_norm):
    clipped, norm = clip_by_global_norm(grads, max_norm)
    return [None if g is None else g.astype(np.float64) for g in clipped], norm


@wrong(
    clip_by_global_norm,
    "A gradient of None is left out, and those behind it move up. It should keep its place.",
)
def none_left_out(grads, max_norm):
    return clip_by_global_norm([g for g in grads if g is not None], max_norm)


@wrong(
    clip_by_global_norm,
    "It writes into the gradients, as `g *= …` does. Return new arrays.",
)
def the_norm_in_place(grads, max_norm):
    clipped, norm = clip_by_global_norm(grads, max_norm)
    for grad, new in zip(grads, clipped, strict=True):
        if grad is not None:
            grad[...] = new
    return list(grads), norm


@wrong(clip_by_global_norm, "A negative max_norm raises no error: it turns all gradients round.")
def a_negative_max_norm(grads, max_norm):
    norm = global_norm(grads)
    return scaled(grads, min(1.0, max_norm / (norm + 1e-6))), norm


@wrong(
    clip_by_global_norm,
    "Python loops over the entries or rows of a gradient. NumPy squares and sums a whole array.",
)
def the_norm_by_a_python_loop(grads, max_norm):
    clipped, _ = clip_by_global_norm(grads, max_norm)
    total = 0.0
    for grad in grads:
        if grad is not None:
            for entry in grad.ravel():
                total += float(entry) ** 2
    return clipped, total**0.5


# --- By value --------------------------------------------------------------------------------


@right(clip_by_value)
def minimum_and_maximum(grads, clip_value):
    check(clip_value)
    limited = []
    for grad in grads:
        if grad is not None:
            bound = grad.dtype.type(clip_value)
            grad = np.maximum(np.minimum(grad, bound), -bound)
        limited.append(grad)
    return limited


@right(clip_by_value)
def copies_with_a_mask(grads, clip_value):
    check(clip_value)
    new = [None if grad is None else grad.copy() for grad in grads]
    for grad in filter(lambda grad: grad is not None, new):
        grad[grad > clip_value] = clip_value
        grad[grad < -clip_value] = -clip_value
    return new


@wrong(clip_by_value, "Only the upper bound is there: entries far below 0 pass as they are.")
def no_lower_bound(grads, clip_value):
    check(clip_value)
    return [None if g is None else np.minimum(g, clip_value) for g in grads]


@wrong(clip_by_value, "The lower bound is 0, so negative entries are lost. It is −clip_value.")
def a_lower_bound_of_0(grads, clip_value):
    check(clip_value)
    return [None if g is None else np.clip(g, 0, clip_value) for g in grads]


@wrong(
    clip_by_value,
    "The absolute values are clipped, and the signs are lost.",
)
def without_the_sign(grads, clip_value):
    check(clip_value)
    return [None if g is None else np.minimum(np.abs(g), clip_value) for g in grads]


@wrong(
    clip_by_value,
    "Entries beyond the bound become 0: the largest gradients are thrown away. They should become "
    "the bound.",
)
def zero_beyond_the_bound(grads, clip_value):
    check(clip_value)
    return [None if g is None else np.where(np.abs(g) > clip_value, 0, g) for g in grads]


@wrong(
    clip_by_value,
    "The whole gradient is scaled until its largest entry fits. By value, each entry is clipped on "
    "its own.",
)
def scaled_by_the_largest(grads, clip_value):
    check(clip_value)

    def one(grad):
        largest = float(np.abs(grad).max(initial=0))
        return grad * (clip_value / largest) if largest > clip_value else grad.copy()

    return [None if g is None else one(g) for g in grads]


@wrong(
    clip_by_value,
    "All results are float64: the bound is an array or NumPy scalar of that dtype, and wins over "
    "float32.",
)
def float64_values(grads, clip_value):
    clipped = clip_by_value(grads, clip_value)
    return [None if g is None else g.astype(np.float64) for g in clipped]


@wrong(
    clip_by_value,
    "A gradient of None becomes an array of zeros (or another). It should stay None.",
)
def none_as_zero(grads, clip_value):
    check(clip_value)
    return clip_by_value([np.zeros(1) if g is None else g for g in grads], clip_value)


@wrong(
    clip_by_value,
    "It writes into the gradients, as `out=` or an assignment to an index does. Return new arrays.",
)
def values_in_place(grads, clip_value):
    check(clip_value)
    for grad in grads:
        if grad is not None:
            np.clip(grad, -clip_value, clip_value, out=grad)
    return list(grads)


@wrong(clip_by_value, "A negative clip_value raises no error: every entry becomes the same number.")
def a_negative_clip_value(grads, clip_value):
    return [None if g is None else np.clip(g, -clip_value, clip_value) for g in grads]


@wrong(
    clip_by_value,
    "Python loops over the entries or rows of a gradient. NumPy takes all at once.",
)
def values_by_a_python_loop(grads, clip_value):
    new = clip_by_value(grads, clip_value)
    for grad in new:
        if grad is not None:
            for index in np.ndindex(grad.shape):
                grad[index] = min(max(grad[index], -clip_value), clip_value)
    return new

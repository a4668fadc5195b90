import numpy as np

from kata.attempts import right, slip
from solutions.basics.unbroadcast import multiply_backward, unbroadcast


def check(grad, shape):
    """Raise a ValueError unless an array of this shape can be broadcast to grad's."""
    np.broadcast_to(np.empty(shape), grad.shape)


def check_product(grad_y, a, b):
    if np.broadcast_shapes(a.shape, b.shape) != grad_y.shape:
        raise ValueError("grad_y is not shaped like the product")


# --- unbroadcast -----------------------------------------------------------------------------


@right(unbroadcast)
def axis_by_axis(grad, shape):
    check(grad, shape)
    result = np.array(grad)
    while result.ndim > len(shape):
        result = np.asarray(result.sum(axis=0))
    for axis, length in enumerate(shape):
        if length == 1:
            result = result.sum(axis=axis, keepdims=True)
    return result


@right(unbroadcast)
def by_einsum(grad, shape):
    check(grad, shape)
    axes = list(range(grad.ndim))
    kept = [axis for axis, n in zip(axes[::-1], shape[::-1], strict=False) if n != 1][::-1]
    return np.array(np.einsum(grad, axes, kept)).reshape(shape)


@right(unbroadcast)
def every_entry_sent_home(grad, shape):
    """Broadcast the places of the array's entries; then each entry of grad knows its own."""
    size = int(np.prod(shape))
    places = np.broadcast_to(np.arange(size).reshape(shape), grad.shape)
    sums = np.bincount(places.ravel(), weights=grad.ravel(), minlength=size)
    return sums.astype(grad.dtype).reshape(shape)


the_mean_of_the_copies = slip(
    "The copies' gradients are averaged. Each copy moves the loss by its own share, so they add "
    "up.",
    {"grad.sum(": "grad.mean("},
)

the_first_copy_only = slip(
    "Only the first of all copies counts. The loss depends on each of them.",
    {
        "summed = np.asarray(grad.sum(axis=(*range(added), *stretched), keepdims=True))": (
            "summed = grad.copy()\n"
            "for axis in (*range(added), *stretched):\n"
            "    summed = summed.take(range(min(1, grad.shape[axis])), axis=axis)"
        )
    },
)

only_new_axes_summed = slip(
    "The axes of length 1 are forgotten: along them, too, an entry was copied.",
    {
        "(*range(added), *stretched), keepdims=True": "tuple(range(added))",
        "summed.reshape(shape)": "summed",
    },
)

only_axes_of_length_1_summed = slip(
    "The axes that broadcasting put in front are still there; along them, too, everything was "
    "copied.",
    {"(*range(added), *stretched)": "tuple(stretched)", "summed.reshape(shape)": "summed"},
)

axes_of_length_1_lost = slip(
    "The summed axes of length 1 are gone. The result should have the given shape, with them.",
    {", keepdims=True": "", "summed.reshape(shape)": "summed"},
)

one_new_axis_summed = slip(
    "Only one of the axes in front is summed. Broadcasting may have put in several.",
    {
        "*range(added)": "*range(min(added, 1))",
        "summed.reshape(shape)": "summed.squeeze(axis=tuple(range(min(added, 1))))",
    },
)

equally_many_axes_taken_for_granted = slip(
    "Both shapes are taken to have equally many axes. Broadcasting puts in more, in front.",
    {"grad.ndim - len(shape)": "0"},
)

aligned_on_the_left = slip(
    "The shapes are laid side by side from the left. Broadcasting aligns them on the right: new "
    "axes come in front.",
    {
        "[added + axis for axis, n in enumerate(shape) if n == 1]": (
            "[axis for axis, n in enumerate((*shape, *[1] * added)) if n == 1]"
        ),
        "(*range(added), *stretched)": "tuple(stretched)",
    },
)

axes_that_move_up = slip(
    "One axis after the other is summed, and each sum moves the later axes up: the numbers no "
    "longer belong to them.",
    {
        "summed = np.asarray(grad.sum(axis=(*range(added), *stretched), keepdims=True))": (
            "summed = grad.copy()\n"
            "for axis in (*range(added), *stretched):\n"
            "    summed = np.asarray(summed.sum(axis=axis))"
        )
    },
)

an_axis_of_length_0_forgotten = slip(
    "Only axes longer than 1 are summed. Broadcast to length 0, an entry has no copies at all: "
    "the sum of none, 0, is its gradient.",
    {"if n == 1": "if n == 1 < grad.shape[added + axis]"},
)

a_number_for_an_array = slip(
    "For the shape () it is a number and no longer an array.",
    {"summed.reshape(shape)": "summed.reshape(shape)[()]"},
)

reshaped_at_all_costs = slip(
    "A shape that cannot be broadcast to grad's is not refused, as long as the sums can be "
    "reshaped to it.",
    {'raise ValueError(f"an array of shape {shape} cannot be broadcast to {grad.shape}")': "pass"},
)

whatever_differs_is_summed = slip(
    "A shape that cannot be broadcast to grad's is not refused: whatever axes differ are summed, "
    "and the result has another shape.",
    {
        " or any(n not in (1, m) for n, m in zip(shape, grad.shape[added:], strict=True))": "",
        "if n == 1": "if n != grad.shape[added + axis]",
        "summed.reshape(shape)": "summed.squeeze(axis=tuple(range(added)))",
    },
)

broadcast_either_way = slip(
    "Each length may be 1 on either side. The array was broadcast to grad's shape: only the "
    "array's own 1 may be another length there.",
    {
        "n not in (1, m)": "n != m and 1 not in (n, m)",
        "return summed.reshape(shape)": "summed = summed.squeeze(axis=tuple(range(added)))\n"
        "return np.broadcast_to(summed, shape).copy()",
    },
)

checked_by_assert = slip(
    "A failed `assert` raises AssertionError. A shape that does not fit should raise a ValueError.",
    {'raise ValueError(f"an array': 'raise AssertionError(f"an array'},
)

unbroadcast_always_float64 = slip(
    "The result is float64 whatever grad is: an array made on the way has that dtype.",
    {"summed.reshape(shape)": "summed.reshape(shape).astype(np.float64)"},
)

one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy sums whole axes at once.",
    {
        "summed = np.asarray(grad.sum(axis=(*range(added), *stretched), keepdims=True))": (
            "summed = np.zeros(shape, grad.dtype)\n"
            "for index in np.ndindex(grad.shape):\n"
            "    own = zip(index[added:], shape, strict=True)\n"
            "    summed[tuple(0 if n == 1 else i for i, n in own)] += grad[index]"
        )
    },
)


# --- multiply_backward -----------------------------------------------------------------------


@right(multiply_backward)
def product_by_einsum(grad_y, a, b):
    """The sum runs over the axes along which a factor was copied, at the same time."""
    check_product(grad_y, a, b)

    def labels(x):
        """The axes of x that were not stretched, and x without the others."""
        added = grad_y.ndim - x.ndim
        stretched = tuple(axis for axis, n in enumerate(x.shape) if n == 1)
        kept = [added + axis for axis, n in enumerate(x.shape) if n != 1]
        return x.squeeze(axis=stretched), kept

    (flat_a, axes_a), (flat_b, axes_b) = labels(a), labels(b)
    all_axes = list(range(grad_y.ndim))
    grad_a = np.einsum(grad_y, all_axes, flat_b, axes_b, axes_a)
    grad_b = np.einsum(grad_y, all_axes, flat_a, axes_a, axes_b)
    return np.array(grad_a).reshape(a.shape), np.array(grad_b).reshape(b.shape)


@right(multiply_backward)
def broadcast_first(grad_y, a, b):
    check_product(grad_y, a, b)
    wide_a, wide_b = np.broadcast_arrays(a, b)
    grads = np.empty((2, *grad_y.shape), grad_y.dtype)
    grads[0], grads[1] = grad_y * wide_b, grad_y * wide_a
    return unbroadcast(grads[0, ...], a.shape), unbroadcast(grads[1, ...], b.shape)


each_by_itself = slip(
    "The factors are swapped: the derivative of a · b with respect to a is b.",
    {"grad_y * b), np.asarray(grad_y * a)": "grad_y * a), np.asarray(grad_y * b)"},
)

other_factor_by_division = slip(
    "The other factor is got back as y divided by this one. Where this one is 0, that is 0/0.",
    {
        "grad_a, grad_b = np.asarray(grad_y * b), np.asarray(grad_y * a)": (
            'with np.errstate(all="ignore"):\n'
            "    grad_a, grad_b = grad_y * (a * b / a), grad_y * (a * b / b)"
        )
    },
)

as_for_a_sum = slip(
    "grad_y passes as it is. That is the gradient of a sum; in a product, each factor's gradient "
    "holds the other factor.",
    {"np.asarray(grad_y * b), np.asarray(grad_y * a)": "grad_y, grad_y"},
)

without_the_upstream = slip(
    "grad_y is not used: these are the gradients of the plain sum of y.",
    {
        "np.asarray(grad_y * b), np.asarray(grad_y * a)": (
            "np.broadcast_to(b, shape), np.broadcast_to(a, shape)"
        )
    },
)

in_another_order = slip(
    "The gradients are in another order. They should come in the order of the factors: a, b.",
    {
        "unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)": (
            "unbroadcast(grad_b, b.shape), unbroadcast(grad_a, a.shape)"
        )
    },
)

not_summed = slip(
    "The gradients have y's shape. Where a factor was broadcast, its copies' gradients still have "
    "to be added up.",
    {"unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)": "grad_a, grad_b"},
)

only_b_summed = slip(
    "Only b's gradient is summed. Either factor may have been broadcast.",
    {"unbroadcast(grad_a, a.shape)": "grad_a"},
)

only_the_smaller_summed = slip(
    "One factor is taken for the one that was broadcast, the other's gradient is left alone. Both "
    "may have been, along different axes.",
    {
        "unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)": "(\n"
        "    unbroadcast(grad_a, a.shape) if a.size <= b.size else grad_a,\n"
        "    unbroadcast(grad_b, b.shape) if b.size <= a.size else grad_b,\n"
        ")"
    },
)

summed_before_the_product = slip(
    "grad_y is summed first and then multiplied. Each copy met another entry of the other factor, "
    "so the product comes before the sum.",
    {
        "unbroadcast(grad_a, a.shape)": "np.asarray(unbroadcast(grad_y, a.shape) * b)",
        "unbroadcast(grad_b, b.shape)": "np.asarray(unbroadcast(grad_y, b.shape) * a)",
    },
)

grad_y_not_checked = slip(
    "grad_y's shape is not compared with the product's, so one that is too small is broadcast, "
    "and one that is too large is summed.",
    {"grad_y.shape != shape": "False"},
)

grad_y_checked_by_its_size = slip(
    "Only the number of grad_y's entries is compared with the product's. Another shape with as "
    "many entries should be refused, too.",
    {"grad_y.shape != shape": "grad_y.size != np.prod(shape)"},
)

the_shape_of_a_for_that_of_y = slip(
    "The product's shape is taken to be a's. Where a is broadcast, too, it is another one.",
    {"np.broadcast_shapes(a.shape, b.shape)": "a.shape"},
)

numbers_for_arrays = slip(
    "For factors without axes the gradients are numbers. They should be arrays of shape ().",
    {
        "unbroadcast(grad_a, a.shape)": "unbroadcast(grad_a, a.shape)[()]",
        "unbroadcast(grad_b, b.shape)": "unbroadcast(grad_b, b.shape)[()]",
    },
)

product_always_float64 = slip(
    "The gradients are float64 whatever the arguments are: an array made on the way has that "
    "dtype.",
    {
        "np.asarray(grad_y * b), np.asarray(grad_y * a)": (
            "np.float64(1) * grad_y * b, np.float64(1) * grad_y * a"
        )
    },
)

one_array_for_both = slip(
    "Where both factors are the same array, it gives one gradient twice. If one is then added to "
    "in place, so is the other.",
    {
        "return unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)": (
            "grad_a = unbroadcast(grad_a, a.shape)\n"
            "return grad_a, grad_a if a is b else unbroadcast(grad_b, b.shape)"
        )
    },
)

product_one_entry_at_a_time = slip(
    "Python loops over the entries, or rows of them. NumPy multiplies and sums whole arrays.",
    {
        "grad_a, grad_b = np.asarray(grad_y * b), np.asarray(grad_y * a)": (
            "wide_a, wide_b = np.broadcast_arrays(a, b)\n"
            "grad_a, grad_b = grad_y.copy(), grad_y.copy()\n"
            "for index in np.ndindex(shape):\n"
            "    grad_a[index] *= wide_b[index]\n"
            "    grad_b[index] *= wide_a[index]"
        )
    },
)

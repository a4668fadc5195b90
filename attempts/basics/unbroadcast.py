import numpy as np

from kata.attempts import right, wrong
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


@wrong(
    unbroadcast,
    "The copies' gradients are averaged. Each copy moves the loss by its own share, so they add "
    "up.",
)
def the_mean_of_the_copies(grad, shape):
    result = unbroadcast(grad, shape)
    return result * result.dtype.type(result.size / max(1, grad.size))


@wrong(
    unbroadcast,
    "Only the first of all copies counts. The loss depends on each of them.",
)
def the_first_copy_only(grad, shape):
    check(grad, shape)
    result = grad
    while result.ndim > len(shape):
        result = result[0] if len(result) else np.zeros(result.shape[1:], result.dtype)
    for axis, length in enumerate(shape):
        if length == 1 and result.shape[axis]:
            result = np.take(result, [0], axis=axis)
        elif length == 1:
            result = result.sum(axis=axis, keepdims=True)
    return np.array(result)


@wrong(
    unbroadcast,
    "The axes of length 1 are forgotten: along them, too, an entry was copied.",
)
def only_new_axes_summed(grad, shape):
    check(grad, shape)
    return np.asarray(grad.sum(axis=tuple(range(grad.ndim - len(shape)))))


@wrong(
    unbroadcast,
    "The axes that broadcasting put in front are still there; along them, too, everything was "
    "copied.",
)
def only_axes_of_length_1_summed(grad, shape):
    check(grad, shape)
    added = grad.ndim - len(shape)
    axes = tuple(added + axis for axis, n in enumerate(shape) if n == 1)
    return np.asarray(grad.sum(axis=axes, keepdims=True))


@wrong(
    unbroadcast,
    "The summed axes of length 1 are gone. The result should have the given shape, with them.",
)
def axes_of_length_1_lost(grad, shape):
    return np.asarray(unbroadcast(grad, shape).squeeze())


@wrong(
    unbroadcast,
    "Only one of the axes in front is summed. Broadcasting may have put in several.",
)
def one_new_axis_summed(grad, shape):
    check(grad, shape)
    result = np.asarray(grad.sum(axis=0)) if grad.ndim > len(shape) else grad
    for axis, n in enumerate(shape):
        if n == 1:
            result = result.sum(axis=axis, keepdims=True)
    return np.array(result)


@wrong(
    unbroadcast,
    "Both shapes are taken to have equally many axes. Broadcasting puts in more, in front.",
)
def equally_many_axes_taken_for_granted(grad, shape):
    check(grad, shape)
    axes = tuple(axis for axis in range(grad.ndim) if grad.shape[axis] != shape[axis])
    return np.asarray(grad.sum(axis=axes, keepdims=True))


@wrong(
    unbroadcast,
    "The shapes are laid side by side from the left. Broadcasting aligns them on the right: new "
    "axes come in front.",
)
def aligned_on_the_left(grad, shape):
    check(grad, shape)
    padded = shape + (1,) * (grad.ndim - len(shape))
    axes = tuple(axis for axis, n in enumerate(padded) if n == 1)
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@wrong(
    unbroadcast,
    "One axis after the other is summed, and each sum moves the later axes up: the numbers no "
    "longer belong to them.",
)
def axes_that_move_up(grad, shape):
    check(grad, shape)
    result = grad
    for axis in range(grad.ndim - len(shape)):
        result = np.asarray(result.sum(axis=axis))
    for axis, n in enumerate(shape):
        if n == 1:
            result = result.sum(axis=axis, keepdims=True)
    return np.array(result)


@wrong(
    unbroadcast,
    "For the shape (), or after a sum over all axes, it is a number and no longer an array.",
)
def a_number_for_an_array(grad, shape):
    result = unbroadcast(grad, shape)
    return result[()] if shape == () else result


@wrong(
    unbroadcast,
    "Where the shapes are equal it gives back grad itself. If the result is then added to in "
    "place, grad changes too.",
)
def grad_itself(grad, shape):
    return grad if grad.shape == shape else unbroadcast(grad, shape)


@wrong(
    unbroadcast,
    "Where only axes of length 1 go, it gives a view of grad. If the result is then added to in "
    "place, grad changes too.",
)
def a_view_of_grad(grad, shape):
    check(grad, shape)
    return grad.reshape(shape) if grad.size == np.prod(shape) else unbroadcast(grad, shape)


@wrong(
    unbroadcast,
    "A shape that cannot be broadcast to grad's is not refused, as long as the sums can be "
    "reshaped to it.",
)
def reshaped_at_all_costs(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(axis for axis, n in enumerate(padded[: grad.ndim]) if n == 1)
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@wrong(
    unbroadcast,
    "A shape that cannot be broadcast to grad's is not refused: whatever axes differ are summed, "
    "and the result has another shape.",
)
def whatever_differs_is_summed(grad, shape):
    added = grad.ndim - len(shape)
    if added < 0:
        raise ValueError("the shape has more axes than grad")
    differ = [added + axis for axis, n in enumerate(shape) if n != grad.shape[added + axis]]
    result = grad.sum(axis=tuple(differ), keepdims=True)
    return np.array(result.sum(axis=tuple(range(added))))


@wrong(
    unbroadcast,
    "Each length may be 1 on either side. The array was broadcast to grad's shape: only the "
    "array's own 1 may be another length there.",
)
def broadcast_either_way(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    if np.broadcast_shapes(padded, grad.shape) and len(padded) > grad.ndim:
        raise ValueError("the shape has more axes than grad")
    axes = tuple(axis for axis, n in enumerate(padded) if n == 1)
    return np.array(np.broadcast_to(grad.sum(axis=axes, keepdims=True), padded)).reshape(shape)


@wrong(
    unbroadcast,
    "A failed `assert` raises AssertionError. A shape that does not fit should raise a ValueError.",
)
def checked_by_assert(grad, shape):
    assert len(shape) <= grad.ndim
    ends = grad.shape[grad.ndim - len(shape) :]
    assert all(n in (1, m) for n, m in zip(shape, ends, strict=True))
    return unbroadcast(grad, shape)


@wrong(
    unbroadcast, "The result is float64 whatever grad is: an array made on the way has that dtype."
)
def unbroadcast_always_float64(grad, shape):
    return unbroadcast(grad, shape).astype(np.float64)


@wrong(
    unbroadcast,
    "Python loops over the entries, or rows of them. NumPy sums whole axes at once.",
)
def one_entry_at_a_time(grad, shape):
    check(grad, shape)
    result = np.zeros(shape, grad.dtype)
    for index in np.ndindex(grad.shape):
        own = index[grad.ndim - len(shape) :]
        result[tuple(0 if n == 1 else i for i, n in zip(own, shape, strict=True))] += grad[index]
    return result


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


@wrong(
    multiply_backward,
    "The factors are swapped: the derivative of a · b with respect to a is b.",
)
def each_by_itself(grad_y, a, b):
    check_product(grad_y, a, b)
    wide_a, wide_b = np.broadcast_arrays(a, b)
    grad_a, grad_b = np.asarray(grad_y * wide_a), np.asarray(grad_y * wide_b)
    return unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)


@wrong(
    multiply_backward,
    "The other factor is got back as y divided by this one. Where this one is 0, that is 0/0.",
)
def other_factor_by_division(grad_y, a, b):
    check_product(grad_y, a, b)
    y = a * b
    with np.errstate(all="ignore"):
        grad_a, grad_b = np.asarray(grad_y * (y / a)), np.asarray(grad_y * (y / b))
    return unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)


@wrong(
    multiply_backward,
    "grad_y passes as it is. That is the gradient of a sum; in a product, each factor's gradient "
    "holds the other factor.",
)
def as_for_a_sum(grad_y, a, b):
    check_product(grad_y, a, b)
    return unbroadcast(grad_y, a.shape), unbroadcast(grad_y, b.shape)


@wrong(
    multiply_backward,
    "grad_y is not used: these are the gradients of the plain sum of y.",
)
def without_the_upstream(grad_y, a, b):
    return multiply_backward(np.ones_like(grad_y), a, b)


@wrong(
    multiply_backward,
    "The gradients are in another order. They should come in the order of the factors: a, b.",
)
def in_another_order(grad_y, a, b):
    grad_a, grad_b = multiply_backward(grad_y, a, b)
    return grad_b, grad_a


@wrong(
    multiply_backward,
    "The gradients have y's shape. Where a factor was broadcast, its copies' gradients still have "
    "to be added up.",
)
def not_summed(grad_y, a, b):
    check_product(grad_y, a, b)
    return np.asarray(grad_y * b), np.asarray(grad_y * a)


@wrong(
    multiply_backward,
    "Only b's gradient is summed. Either factor may have been broadcast.",
)
def only_b_summed(grad_y, a, b):
    check_product(grad_y, a, b)
    return np.asarray(grad_y * b), unbroadcast(np.asarray(grad_y * a), b.shape)


@wrong(
    multiply_backward,
    "One factor is taken for the one that was broadcast, the other's gradient is left alone. Both "
    "may have been, along different axes.",
)
def only_the_smaller_summed(grad_y, a, b):
    check_product(grad_y, a, b)
    grad_a, grad_b = np.asarray(grad_y * b), np.asarray(grad_y * a)
    if a.size > b.size:
        return grad_a, unbroadcast(grad_b, b.shape)
    if b.size > a.size:
        return unbroadcast(grad_a, a.shape), grad_b
    return multiply_backward(grad_y, a, b)


@wrong(
    multiply_backward,
    "grad_y is summed first and then multiplied. Each copy met another entry of the other factor, "
    "so the product comes before the sum.",
)
def summed_before_the_product(grad_y, a, b):
    check_product(grad_y, a, b)
    return (
        np.asarray(unbroadcast(grad_y, a.shape) * b),
        np.asarray(unbroadcast(grad_y, b.shape) * a),
    )


@wrong(
    multiply_backward,
    "grad_y's shape is not compared with the product's, so one that is too small is broadcast, "
    "and one that is too large is summed.",
)
def grad_y_not_checked(grad_y, a, b):
    y = a * b
    grad_a, grad_b = np.asarray(grad_y * (b + 0 * y)), np.asarray(grad_y * (a + 0 * y))
    return unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)


@wrong(
    multiply_backward,
    "For factors without axes the gradients are numbers. They should be arrays of shape ().",
)
def numbers_for_arrays(grad_y, a, b):
    return tuple(grad[()] if grad.ndim == 0 else grad for grad in multiply_backward(grad_y, a, b))


@wrong(
    multiply_backward,
    "The gradients are float64 whatever the arguments are: an array made on the way has that "
    "dtype.",
)
def product_always_float64(grad_y, a, b):
    return tuple(grad.astype(np.float64) for grad in multiply_backward(grad_y, a, b))


@wrong(
    multiply_backward,
    "It multiplies grad_y in place, as *= does, so that the caller's array is changed.",
)
def grad_y_in_place(grad_y, a, b):
    gradients = multiply_backward(grad_y, a, b)
    grad_y *= b
    return gradients


@wrong(
    multiply_backward,
    "Where both factors are the same array, it gives one gradient twice. If one is then added to "
    "in place, so is the other.",
)
def one_array_for_both(grad_y, a, b):
    grad_a, grad_b = multiply_backward(grad_y, a, b)
    return grad_a, grad_a if a is b else grad_b


@wrong(
    multiply_backward,
    "Python loops over the entries, or rows of them. NumPy multiplies and sums whole arrays.",
)
def product_one_entry_at_a_time(grad_y, a, b):
    check_product(grad_y, a, b)
    grad_a, grad_b = np.zeros_like(a), np.zeros_like(b)
    places_a = np.broadcast_to(np.arange(a.size).reshape(a.shape), grad_y.shape)
    places_b = np.broadcast_to(np.arange(b.size).reshape(b.shape), grad_y.shape)
    for index in np.ndindex(grad_y.shape):
        i, j = places_a[index], places_b[index]
        grad_a.flat[i] += grad_y[index] * b.flat[j]
        grad_b.flat[j] += grad_y[index] * a.flat[i]
    return grad_a, grad_b

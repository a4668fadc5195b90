import numpy as np

from kata.attempts import right, wrong
from solutions.basics.linear import linear, linear_backward


def check(x, w, b):
    *_, n_in = x.shape
    n_out, columns = w.shape
    if n_in != columns or b.shape != (n_out,):
        raise ValueError("x, w and b do not fit")


def check_all(grad_y, x, w, b):
    check(x, w, b)
    if grad_y.shape != x.shape[:-1] + b.shape:
        raise ValueError("grad_y is not shaped like the output")


def merged(array):
    return array.reshape(-1, array.shape[-1])


# --- linear ----------------------------------------------------------------------------------


@right(linear)
def by_einsum(x, w, b):
    check(x, w, b)
    return np.einsum("...i,oi->...o", x, w) + b


@right(linear)
def with_the_bias_as_one_more_weight(x, w, b):
    check(x, w, b)
    with_one = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)
    return np.tensordot(with_one, np.column_stack([w, b]), axes=(-1, 1))


@wrong(
    linear,
    "w is not transposed. Each row of w holds one output's weights, so its second axis meets x.",
)
def w_not_transposed(x, w, b):
    check(x, w, b)
    return x @ w + b


@wrong(
    linear,
    "w is reshaped where it should be transposed: that swaps the sizes, but the entries keep their "
    "order.",
)
def w_reshaped_not_transposed(x, w, b):
    check(x, w, b)
    return x @ w.reshape(w.shape[::-1]) + b


@wrong(linear, "The bias is missing.")
def without_the_bias(x, w, b):
    check(x, w, b)
    return x @ w.T


@wrong(linear, "The bias is subtracted: it should be added.")
def bias_subtracted(x, w, b):
    check(x, w, b)
    return x @ w.T - b


@wrong(linear, "There is a ReLU at the end. A linear layer has no activation of its own.")
def with_an_activation(x, w, b):
    check(x, w, b)
    return np.maximum(x @ w.T + b, 0)


@wrong(
    linear,
    "The batch axes are merged into one. The result should have the same leading axes as x.",
)
def batch_axes_merged(x, w, b):
    check(x, w, b)
    return merged(x) @ w.T + b


@wrong(
    linear,
    "`.T` reverses all axes. With more than one batch axis, the product meets the wrong axis of x.",
)
def all_axes_reversed(x, w, b):
    check(x, w, b)
    return (w @ x.T).T + b


@wrong(
    linear,
    "Shapes that do not fit are broadcast without a word: a b of shape (1,) or (batch, out) should "
    "be refused.",
)
def shapes_not_checked(x, w, b):
    return x @ w.T + b


@wrong(linear, "A failed `assert` raises AssertionError. Bad shapes should raise a ValueError.")
def shapes_checked_by_assert(x, w, b):
    assert w.ndim == 2
    assert x.shape[-1:] == w.shape[1:]
    assert b.shape == w.shape[:1]
    return x @ w.T + b


@wrong(
    linear, "The result is float64 whatever x is: an array made on the way has the default dtype."
)
def linear_always_float64(x, w, b):
    check(x, w, b)
    y = np.zeros((*x.shape[:-1], len(b)))
    y[...] = x @ w.T + b
    return y


@wrong(
    linear,
    "It goes through the batch in Python. One matrix product serves all of it.",
)
def one_row_at_a_time(x, w, b):
    check(x, w, b)
    y = [w @ row + b for row in merged(x)]
    return np.array(y, dtype=x.dtype).reshape(*x.shape[:-1], len(b))


@wrong(
    linear,
    "It goes through the outputs one at a time in Python. One matrix product gives all of them.",
)
def one_output_at_a_time(x, w, b):
    check(x, w, b)
    return np.stack([x @ weights + bias for weights, bias in zip(w, b, strict=True)], axis=-1)


@wrong(
    linear,
    "It holds every product of an entry of x with a weight, (batch, out, in), before it sums. A "
    "matrix product sums as it goes.",
)
def all_products_at_once(x, w, b):
    check(x, w, b)
    return (x[..., None, :] * w).sum(axis=-1) + b


# --- linear_backward -------------------------------------------------------------------------


@right(linear_backward)
def backward_by_einsum(grad_y, x, w, b):
    check_all(grad_y, x, w, b)
    grad_w = np.einsum("no,ni->oi", merged(grad_y), merged(x))
    return np.einsum("...o,oi->...i", grad_y, w), grad_w, np.einsum("no->o", merged(grad_y))


@right(linear_backward)
def backward_with_the_bias_as_one_more_weight(grad_y, x, w, b):
    check_all(grad_y, x, w, b)
    batch = tuple(range(x.ndim - 1))
    with_one = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)
    both = np.tensordot(grad_y, with_one, axes=(batch, batch))
    return np.dot(grad_y, w), both[:, :-1], both[:, -1]


@wrong(
    linear_backward,
    "grad_w is transposed: a gradient has the shape of what it belongs to, here (out, in).",
)
def grad_w_transposed(grad_y, x, w, b):
    grad_x, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w.T, grad_b


@wrong(
    linear_backward,
    "grad_x goes through w the way forward does. On the way back the sum runs over the outputs.",
)
def grad_x_through_w_transposed(grad_y, x, w, b):
    _, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return grad_y @ w.T, grad_w, grad_b


@wrong(
    linear_backward,
    "grad_w is averaged over the batch. Every row uses the same w, so its gradients add up; a "
    "mean, if any, is already in grad_y.",
)
def grad_w_averaged(grad_y, x, w, b):
    grad_x, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w / max(1, len(merged(x))), grad_b


@wrong(
    linear_backward,
    "grad_b is averaged over the batch. Every row uses the same b, so its gradients add up; a "
    "mean, if any, is already in grad_y.",
)
def grad_b_averaged(grad_y, x, w, b):
    grad_x, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, grad_b / max(1, len(merged(x)))


@wrong(
    linear_backward,
    "grad_w and grad_b are averaged over the batch. Every row uses the same w and b, so their "
    "gradients add up; a mean, if any, is already in grad_y.",
)
def both_averaged(grad_y, x, w, b):
    grad_x, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    n = max(1, len(merged(x)))
    return grad_x, grad_w / n, grad_b / n


@wrong(
    linear_backward,
    "grad_b is not summed over the batch. The forward pass gave every row a copy of b; on the way "
    "back the copies' gradients add up.",
)
def grad_b_not_summed(grad_y, x, w, b):
    grad_x, grad_w, _ = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, grad_y.copy()


@wrong(
    linear_backward,
    "grad_b keeps an axis of length 1. A gradient has the shape of what it belongs to: (out,).",
)
def grad_b_with_a_batch_axis(grad_y, x, w, b):
    grad_x, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, grad_b[None]


@wrong(
    linear_backward,
    "grad_b is summed over the first axis only. There may be several batch axes, or none.",
)
def grad_b_summed_over_the_first_axis(grad_y, x, w, b):
    grad_x, grad_w, _ = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, grad_y.sum(axis=0)


@wrong(
    linear_backward,
    "grad_b is summed over one batch axis only. There may be several.",
)
def grad_b_for_one_batch_axis(grad_y, x, w, b):
    grad_x, grad_w, _ = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, grad_y.sum(axis=0) if grad_y.ndim > 1 else grad_y.copy()


@wrong(
    linear_backward,
    "grad_b is summed over the outputs. Every output has a bias of its own: sum over the batch.",
)
def grad_b_summed_over_the_outputs(grad_y, x, w, b):
    grad_x, grad_w, _ = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, grad_y.sum(axis=-1)


@wrong(
    linear_backward,
    "There is a grad_w for every leading index. One w serves the whole batch, so there is one "
    "grad_w.",
)
def grad_w_for_each_leading_index(grad_y, x, w, b):
    grad_x, _, grad_b = linear_backward(grad_y, x, w, b)
    rows, inputs = np.atleast_2d(grad_y), np.atleast_2d(x)
    return grad_x, rows.swapaxes(-1, -2) @ inputs, grad_b


@wrong(
    linear_backward,
    "A single vector x, without batch axes, is not provided for: `.T` does nothing to a vector, so "
    "the product is not an outer one.",
)
def a_batch_axis_taken_for_granted(grad_y, x, w, b):
    grad_x, _, grad_b = linear_backward(grad_y, x, w, b)
    if x.ndim == 1:
        return grad_x, grad_y.T @ x, grad_b
    return grad_x, merged(grad_y).T @ merged(x), grad_b


@wrong(
    linear_backward,
    "grad_w does not use grad_y: it is the gradient of the plain sum of the outputs.",
)
def grad_w_without_the_upstream(grad_y, x, w, b):
    grad_x, _, grad_b = linear_backward(grad_y, x, w, b)
    return grad_x, np.ones_like(merged(grad_y)).T @ merged(x), grad_b


@wrong(
    linear_backward,
    "grad_x does not use grad_y: it is the gradient of the plain sum of the outputs.",
)
def grad_x_without_the_upstream(grad_y, x, w, b):
    _, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return np.ones_like(grad_y) @ w, grad_w, grad_b


@wrong(
    linear_backward,
    "grad_b is 1 for every output. The derivative of y with respect to b is 1, but by the chain "
    "rule it meets grad_y, once for every row.",
)
def grad_b_of_ones(grad_y, x, w, b):
    grad_x, grad_w, _ = linear_backward(grad_y, x, w, b)
    return grad_x, grad_w, np.ones_like(b)


@wrong(
    linear_backward,
    "The gradients are in another order. They should come in the order of the inputs: x, w, b.",
)
def in_another_order(grad_y, x, w, b):
    grad_x, grad_w, grad_b = linear_backward(grad_y, x, w, b)
    return grad_w, grad_b, grad_x


@wrong(
    linear_backward,
    "Shapes that do not fit are broadcast or merged without a word; they should be refused.",
)
def backward_shapes_not_checked(grad_y, x, w, b):
    return grad_y @ w, merged(grad_y).T @ merged(x), merged(grad_y).sum(axis=0)


@wrong(
    linear_backward,
    "x, w and b are checked, grad_y is not. One with its batch axes swapped or merged should be "
    "refused.",
)
def grad_y_not_checked(grad_y, x, w, b):
    check(x, w, b)
    return backward_shapes_not_checked(grad_y, x, w, b)


@wrong(
    linear_backward,
    "b is not checked. Though backward makes no use of it, a misfit tells of a slip.",
)
def b_not_checked(grad_y, x, w, b):
    check_all(grad_y, x, w, np.empty(len(w)))
    return backward_shapes_not_checked(grad_y, x, w, b)


@wrong(
    linear_backward,
    "The results are float64 whatever the arguments are: arrays made on the way have the default "
    "dtype.",
)
def backward_always_float64(grad_y, x, w, b):
    check_all(grad_y, x, w, b)
    grad_x, grad_w, grad_b = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    grad_x += grad_y @ w
    grad_w += merged(grad_y).T @ merged(x)
    grad_b += merged(grad_y).sum(axis=0)
    return grad_x, grad_w, grad_b


@wrong(
    linear_backward,
    "It merges the batch axes of x itself: setting `x.shape` changes the caller's array. `reshape` "
    "gives a new one.",
)
def x_reshaped_in_place(grad_y, x, w, b):
    gradients = linear_backward(grad_y, x, w, b)
    if x.flags.c_contiguous:
        x.shape = merged(x).shape
    return gradients


@wrong(
    linear_backward,
    "It goes through the batch in Python. The sum of outer products over the batch is one matrix "
    "product.",
)
def backward_one_row_at_a_time(grad_y, x, w, b):
    check_all(grad_y, x, w, b)
    grad_x, grad_w, grad_b = np.zeros_like(merged(x)), np.zeros_like(w), np.zeros_like(b)
    for i, (grad, row) in enumerate(zip(merged(grad_y), merged(x), strict=True)):
        grad_x[i] = grad @ w
        grad_w += np.outer(grad, row)
        grad_b += grad
    return grad_x.reshape(x.shape), grad_w, grad_b


@wrong(
    linear_backward,
    "It holds one outer product for every row, (batch, out, in), before it sums. A matrix product "
    "sums as it goes.",
)
def all_outer_products_at_once(grad_y, x, w, b):
    check_all(grad_y, x, w, b)
    outer = grad_y[..., :, None] * x[..., None, :]
    grad_w = outer.reshape(-1, *w.shape).sum(axis=0)
    return grad_y @ w, grad_w, merged(grad_y).sum(axis=0)

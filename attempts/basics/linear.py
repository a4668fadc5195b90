import numpy as np

from kata.attempts import right, slip
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


w_not_transposed = slip(
    "w is not transposed. Each row of w holds one output's weights, so its second axis meets x.",
    {"x @ w.T": "x @ w"},
)

w_reshaped_not_transposed = slip(
    "w is reshaped where it should be transposed: that swaps the sizes, but the entries keep their "
    "order.",
    {"x @ w.T": "x @ w.reshape(w.shape[::-1])"},
)

w_before_x = slip(
    "w stands before x: that is right for a single vector, but in a batch each row is one.",
    {"x @ w.T": "w @ x"},
)

without_the_bias = slip(
    "The bias is missing.",
    {"x @ w.T + b": "x @ w.T"},
)

bias_subtracted = slip(
    "The bias is subtracted: it should be added.",
    {"x @ w.T + b": "x @ w.T - b"},
)

with_an_activation = slip(
    "There is a ReLU at the end. A linear layer has no activation of its own.",
    {"x @ w.T + b": "np.maximum(x @ w.T + b, 0)"},
)

batch_axes_merged = slip(
    "The batch axes are merged into one. The result should have the same leading axes as x.",
    {"x @ w.T": "x.reshape(-1, x.shape[-1]) @ w.T"},
)

axes_of_length_1_squeezed = slip(
    "`squeeze` drops every axis of length 1. The result should have the same leading axes as x, "
    "and one for the outputs.",
    {"x @ w.T + b": "np.squeeze(x @ w.T + b)"},
)

all_axes_reversed = slip(
    "`.T` reverses all axes. With more than one batch axis, the product meets the wrong axis of x.",
    {"x @ w.T": "(w @ x.T).T"},
)

shapes_not_checked = slip(
    "Shapes that do not fit are broadcast without a word: a b of shape (1,) or (batch, out) should "
    "be refused.",
    {"_check(x, w, b)\nreturn": "return"},
)

shapes_checked_by_assert = slip(
    "A failed `assert` raises AssertionError. Bad shapes should raise a ValueError.",
    {
        "_check(x, w, b)\nreturn": "assert x.shape[-1:] == w.shape[1:]\n"
        "assert b.shape == w.shape[:1]\n"
        "return"
    },
)

linear_always_float64 = slip(
    "The result is float64 whatever x is: an array made on the way has the default dtype.",
    {"x @ w.T + b": "np.zeros((*x.shape[:-1], len(b))) + x @ w.T + b"},
)

one_row_at_a_time = slip(
    "It goes through the batch in Python. One matrix product serves all of it.",
    {
        "return x @ w.T + b": "y = [w @ row + b for row in x.reshape(-1, x.shape[-1])]\n"
        "return np.array(y, dtype=x.dtype).reshape(*x.shape[:-1], len(b))"
    },
)

one_output_at_a_time = slip(
    "It goes through the outputs one at a time in Python. One matrix product gives all of them.",
    {"x @ w.T + b": "np.stack([x @ w[o] + b[o] for o in range(len(b))], axis=-1)"},
)

all_products_at_once = slip(
    "It holds every product of an entry of x with a weight, (batch, out, in), before it sums. A "
    "matrix product sums as it goes.",
    {"x @ w.T": "(x[..., None, :] * w).sum(axis=-1)"},
)

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


grad_w_transposed = slip(
    "grad_w is transposed: a gradient has the shape of what it belongs to, here (out, in).",
    {"rows.T @ x.reshape(-1, n_in)": "x.reshape(-1, n_in).T @ rows"},
)

grad_x_through_w_transposed = slip(
    "grad_x goes through w the way forward does. On the way back the sum runs over the outputs.",
    {"grad_y @ w": "grad_y @ w.T"},
)

grad_w_averaged = slip(
    "grad_w is averaged over the batch. Every row uses the same w, so its gradients add up; a "
    "mean, if any, is already in grad_y.",
    {"x.reshape(-1, n_in)": "x.reshape(-1, n_in) / max(1, len(rows))"},
)

grad_b_averaged = slip(
    "grad_b is averaged over the batch. Every row uses the same b, so its gradients add up; a "
    "mean, if any, is already in grad_y.",
    {"rows.sum(axis=0)": "rows.sum(axis=0) / max(1, len(rows))"},
)

both_averaged = slip(
    "grad_w and grad_b are averaged over the batch. Every row uses the same w and b, so their "
    "gradients add up; a mean, if any, is already in grad_y.",
    {
        "rows = grad_y.reshape(-1, n_out)": "rows = grad_y.reshape(-1, n_out)\n"
        "rows = rows / max(1, len(rows))"
    },
)

outer_product_of_sums = slip(
    "grad_w is made from two sums over the batch. It is the sum of the rows' products, not the "
    "product of their sums.",
    {"rows.T @ x.reshape(-1, n_in)": "np.outer(rows.sum(axis=0), x.reshape(-1, n_in).sum(axis=0))"},
)

grad_b_not_summed = slip(
    "grad_b is not summed over the batch. The forward pass gave every row a copy of b; on the way "
    "back the copies' gradients add up.",
    {"rows.sum(axis=0)": "grad_y.copy()"},
)

grad_b_with_a_batch_axis = slip(
    "grad_b keeps an axis of length 1. A gradient has the shape of what it belongs to: (out,).",
    {"rows.sum(axis=0)": "rows.sum(axis=0, keepdims=True)"},
)

grad_b_summed_over_the_first_axis = slip(
    "grad_b is summed over the first axis only. There may be several batch axes, or none.",
    {"rows.sum(axis=0)": "grad_y.sum(axis=0)"},
)

grad_b_for_one_batch_axis = slip(
    "grad_b is summed over one batch axis only. There may be several.",
    {"rows.sum(axis=0)": "grad_y.sum(axis=0) if grad_y.ndim > 1 else grad_y.copy()"},
)

grad_b_summed_over_the_outputs = slip(
    "grad_b is summed over the outputs. Every output has a bias of its own: sum over the batch.",
    {"rows.sum(axis=0)": "grad_y.sum(axis=-1)"},
)

grad_w_for_each_leading_index = slip(
    "There is a grad_w for every leading index. One w serves the whole batch, so there is one "
    "grad_w.",
    {"rows.T @ x.reshape(-1, n_in)": "np.atleast_2d(grad_y).swapaxes(-1, -2) @ np.atleast_2d(x)"},
)

a_batch_axis_taken_for_granted = slip(
    "A single vector x, without batch axes, is not provided for: `.T` does nothing to a vector, so "
    "the product is not an outer one.",
    {
        "rows.T @": "(rows if x.ndim > 1 else grad_y).T @",
        "x.reshape(-1, n_in)": "(x.reshape(-1, n_in) if x.ndim > 1 else x)",
    },
)

one_batch_axis_taken_for_granted = slip(
    "`grad_y.T @ x` is grad_w only where there is one batch axis. There may be several, or none.",
    {"rows.T @ x.reshape(-1, n_in)": "grad_y.T @ x"},
)

grad_w_without_the_upstream = slip(
    "grad_w does not use grad_y: it is the gradient of the plain sum of the outputs.",
    {"rows.T @": "np.ones_like(rows).T @"},
)

grad_x_without_the_upstream = slip(
    "grad_x does not use grad_y: it is the gradient of the plain sum of the outputs.",
    {"grad_y @ w": "np.ones_like(grad_y) @ w"},
)

grad_b_of_ones = slip(
    "grad_b is 1 for every output. The derivative of y with respect to b is 1, but by the chain "
    "rule it meets grad_y, once for every row.",
    {"rows.sum(axis=0)": "np.ones_like(b)"},
)

in_another_order = slip(
    "The gradients are in another order. They should come in the order of the inputs: x, w, b.",
    {
        "grad_y @ w, rows.T @ x.reshape(-1, n_in), rows.sum(axis=0)": ""
        "rows.T @ x.reshape(-1, n_in), rows.sum(axis=0), grad_y @ w"
    },
)

backward_shapes_not_checked = slip(
    "Shapes that do not fit are broadcast or merged without a word; they should be refused.",
    {
        "_check(x, w, b)\nn_out": "n_out",
        "if grad_y.shape != (*x.shape[:-1], n_out):": "if False:",
    },
)

grad_y_not_checked = slip(
    "x, w and b are checked, grad_y is not. One with its batch axes swapped or merged should be "
    "refused.",
    {"if grad_y.shape != (*x.shape[:-1], n_out):": "if False:"},
)

b_not_checked = slip(
    "b is not checked. Though backward makes no use of it, a misfit tells of a slip.",
    {"_check(x, w, b)\nn_out": "_check(x, w, np.empty(len(w)))\nn_out"},
)

backward_always_float64 = slip(
    "The results are float64 whatever the arguments are: arrays made on the way have the default "
    "dtype.",
    {
        "rows = grad_y.reshape(-1, n_out)": "grad_y = np.zeros(grad_y.shape) + grad_y\n"
        "rows = grad_y.reshape(-1, n_out)"
    },
)

x_reshaped_in_place = slip(
    "It merges the batch axes of x itself: setting `x.shape` changes the caller's array. `reshape` "
    "gives a new one.",
    {
        "return grad_y @ w, rows.T @ x.reshape(-1, n_in)": "x.shape = -1, n_in\n"
        "return grad_y @ w, rows.T @ x"
    },
)

backward_one_row_at_a_time = slip(
    "It goes through the batch in Python. The sum of outer products over the batch is one matrix "
    "product.",
    {
        "return grad_y @ w, rows.T @ x.reshape(-1, n_in), rows": "grad_w = np.zeros_like(w)\n"
        "for grad, row in zip(rows, x.reshape(-1, n_in), strict=True):\n"
        "    grad_w += np.outer(grad, row)\n"
        "return grad_y @ w, grad_w, rows"
    },
)

all_outer_products_at_once = slip(
    "It holds one outer product for every row, (batch, out, in), before it sums. A matrix product "
    "sums as it goes.",
    {"rows.T @ x.reshape(-1, n_in)": "(rows[:, :, None] * x.reshape(-1, 1, n_in)).sum(axis=0)"},
)

from kata.attempts import rewrite, slip

# --- linear ----------------------------------------------------------------------------------

by_einsum = rewrite({"x @ w.T + b": 'np.einsum("...i,oi->...o", x, w) + b'})

with_the_bias_as_one_more_weight = rewrite(
    {
        "return x @ w.T + b": (
            "with_one = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)\n"
            "return np.tensordot(with_one, np.column_stack([w, b]), axes=(-1, 1))"
        )
    }
)

w_not_transposed = slip(
    "w is not transposed. Each row of w holds one output's weights and meets x.",
    {"x @ w.T": "x @ w"},
)

w_reshaped_not_transposed = slip(
    "w is reshaped, not transposed: the sizes change places, but the entries keep their order.",
    {"x @ w.T": "x @ w.reshape(w.shape[::-1])"},
)

w_before_x = slip(
    "w stands before x: that is right for one vector, but the rows of a batch are vectors too.",
    {"x @ w.T": "w @ x"},
)

without_the_bias = slip("The bias is missing.", {"x @ w.T + b": "x @ w.T"})

bias_subtracted = slip(
    "The bias is subtracted: it should be added.", {"x @ w.T + b": "x @ w.T - b"}
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
    "`squeeze` drops every axis of length 1, batch axes and outputs included.",
    {"x @ w.T + b": "np.squeeze(x @ w.T + b)"},
)

all_axes_reversed = slip(
    "`.T` reverses all axes. With more than one batch axis, the product meets the wrong axis of x.",
    {"x @ w.T": "(w @ x.T).T"},
)

shapes_not_checked = slip(
    "Shapes that do not fit are silently broadcast, such as a b of shape (1,) or (batch, out).",
    {"_check(x, w, b)\nreturn": "return"},
)

one_row_at_a_time = slip(
    "It loops over the batch in Python. One matrix product serves all of it.",
    {
        "return x @ w.T + b": (
            "y = [w @ row + b for row in x.reshape(-1, x.shape[-1])]\n"
            "return np.array(y, dtype=x.dtype).reshape(*x.shape[:-1], len(b))"
        )
    },
)

all_products_at_once = slip(
    "It stores every product of an entry of x with a weight, (batch, out, in), before it sums.",
    {"x @ w.T": "(x[..., None, :] * w).sum(axis=-1)"},
)

# --- linear_backward -------------------------------------------------------------------------

backward_by_einsum = rewrite(
    {
        "return grad_y @ w, rows.T @ x.reshape(-1, n_in)": (
            'grad_w = np.einsum("no,ni->oi", rows, x.reshape(-1, n_in))\n'
            'return np.einsum("...o,oi->...i", grad_y, w), grad_w'
        )
    }
)

backward_with_the_bias_as_one_more_weight = rewrite(
    {
        "rows = grad_y.reshape(-1, n_out)": (
            "batch = tuple(range(x.ndim - 1))\n"
            "with_one = np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)\n"
            "both = np.tensordot(grad_y, with_one, axes=(batch, batch))\n"
            "return np.dot(grad_y, w), both[:, :-1], both[:, -1]"
        )
    }
)

grad_w_transposed = slip(
    "grad_w is transposed: a gradient has the shape of what it belongs to.",
    {"rows.T @ x.reshape(-1, n_in)": "x.reshape(-1, n_in).T @ rows"},
)

grad_x_through_w_transposed = slip(
    "grad_x goes through w the way forward does. On the way back the sum runs over the outputs.",
    {"grad_y @ w": "grad_y @ w.T"},
)

grad_b_averaged = slip(
    "grad_b is averaged over the batch, but the loss depends on b through every row.",
    {"rows.sum(axis=0)": "rows.sum(axis=0) / max(1, len(rows))"},
)

grad_w_averaged = slip(
    "grad_w is averaged over the batch. A mean, if any, is already in grad_y.",
    {"rows.T @ x.reshape(-1, n_in)": "rows.T @ x.reshape(-1, n_in) / max(1, len(rows))"},
)

both_averaged = slip(
    "grad_w and grad_b are averaged over the batch. A mean, if any, is already in grad_y.",
    {
        "rows = grad_y.reshape(-1, n_out)": (
            "rows = grad_y.reshape(-1, n_out)\nrows = rows / max(1, len(rows))"
        )
    },
)

outer_product_of_sums = slip(
    "grad_w is the product of two sums over the batch. It should be the sum of the rows' products.",
    {
        "rows.T @ x.reshape(-1, n_in)": (
            "np.outer(rows.sum(axis=0), x.reshape(-1, n_in).sum(axis=0))"
        )
    },
)

grad_b_not_summed = slip(
    "grad_b is not summed over the batch, but every row was given a copy of b.",
    {"rows.sum(axis=0)": "grad_y.copy()"},
)

grad_b_summed_over_the_first_axis = slip(
    "grad_b is summed over the first axis only. There may be several batch axes, or none.",
    {"rows.sum(axis=0)": "grad_y.sum(axis=0)"},
)

grad_b_summed_over_the_outputs = slip(
    "grad_b is summed over the outputs. Every output has its own bias, shared by the batch.",
    {"rows.sum(axis=0)": "grad_y.sum(axis=-1)"},
)

grad_w_for_each_leading_index = slip(
    "There is a grad_w for every leading index, but one w serves the whole batch.",
    {"rows.T @ x.reshape(-1, n_in)": ("np.atleast_2d(grad_y).swapaxes(-1, -2) @ np.atleast_2d(x)")},
)

one_batch_axis_taken_for_granted = slip(
    "`grad_y.T @ x` is grad_w only for one batch axis. There may be several, or none.",
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
    "grad_b is 1 for every output: the chain rule multiplies that by grad_y, in every row.",
    {"rows.sum(axis=0)": "np.ones_like(b)"},
)

in_another_order = slip(
    "The gradients are not in the order of the inputs x, w, b.",
    {
        "grad_y @ w, rows.T @ x.reshape(-1, n_in), rows.sum(axis=0)": (
            "rows.T @ x.reshape(-1, n_in), rows.sum(axis=0), grad_y @ w"
        )
    },
)

backward_shapes_not_checked = slip(
    "Shapes that do not fit are silently broadcast or merged.",
    {"_check(x, w, b)\nn_out": "n_out", "if grad_y.shape != (*x.shape[:-1], n_out):": "if False:"},
)

grad_y_not_checked = slip(
    "grad_y's shape is not compared with the output's: its batch axes may be swapped or merged.",
    {"if grad_y.shape != (*x.shape[:-1], n_out):": "if False:"},
)

b_not_checked = slip(
    "b is not checked. The gradients do not need it, but a misfit points to a mistake.",
    {"_check(x, w, b)\nn_out": "_check(x, w, np.empty(len(w)))\nn_out"},
)

all_outer_products_at_once = slip(
    "It stores one outer product for every row, (batch, out, in), before it sums.",
    {"rows.T @ x.reshape(-1, n_in)": ("(rows[:, :, None] * x.reshape(-1, 1, n_in)).sum(axis=0)")},
)

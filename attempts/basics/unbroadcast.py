from kata.attempts import rewrite, slip

SUMMED = "summed = np.asarray(grad.sum(axis=(*range(added), *stretched), keepdims=True))"
PRODUCTS = "np.asarray(grad_y * b), np.asarray(grad_y * a)"
RESULTS = "unbroadcast(grad_a, a.shape), unbroadcast(grad_b, b.shape)"

# --- unbroadcast -----------------------------------------------------------------------------

axis_by_axis = rewrite(
    {
        SUMMED: (
            "summed = grad.copy()\n"
            "for axis in (*range(added), *stretched):\n"
            "    summed = summed.sum(axis=axis, keepdims=True)"
        )
    }
)

by_einsum = rewrite(
    {
        SUMMED: (
            "axes = list(range(grad.ndim))\n"
            "kept = [axis for axis in axes[added:] if axis not in stretched]\n"
            "summed = np.array(np.einsum(grad, axes, kept))"
        )
    }
)

every_entry_sent_home = rewrite(
    {
        SUMMED: (
            "# Broadcast the places of the array's entries: each entry of grad then knows "
            "its own.\nsize = int(np.prod(shape))\n"
            "places = np.broadcast_to(np.arange(size).reshape(shape), grad.shape)\n"
            "sums = np.bincount(places.ravel(), weights=grad.ravel(), minlength=size)\n"
            "summed = sums.astype(grad.dtype)"
        )
    }
)

the_mean_of_the_copies = slip(
    "The copies' gradients are averaged, but each copy moves the loss by its own share.",
    {"grad.sum(": "grad.mean("},
)

the_first_copy_only = slip(
    "Only the first of all copies counts. The loss depends on each of them.",
    {
        SUMMED: (
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
    "The axes that broadcasting put in front are still there; entries were copied along them too.",
    {"(*range(added), *stretched)": "tuple(stretched)", "summed.reshape(shape)": "summed"},
)

axes_of_length_1_lost = slip(
    "The summed axes of length 1 are gone, but `shape` has them.",
    {", keepdims=True": "", "summed.reshape(shape)": "summed"},
)

one_new_axis_summed = slip(
    "Only one of the axes in front is summed. Broadcasting may have added several.",
    {
        "*range(added)": "*range(min(added, 1))",
        "summed.reshape(shape)": "summed.squeeze(axis=tuple(range(min(added, 1))))",
    },
)

aligned_on_the_left = slip(
    "The shapes are aligned on the left. Broadcasting aligns them on the right.",
    {
        "[added + axis for axis, n in enumerate(shape) if n == 1]": (
            "[axis for axis, n in enumerate((*shape, *[1] * added)) if n == 1]"
        ),
        "(*range(added), *stretched)": "tuple(stretched)",
    },
)

axes_that_move_up = slip(
    "The axes are summed one after the other, and each sum renumbers the later axes.",
    {
        SUMMED: (
            "summed = grad.copy()\n"
            "for axis in (*range(added), *stretched):\n"
            "    summed = np.asarray(summed.sum(axis=axis))"
        )
    },
)

an_axis_of_length_0_forgotten = slip(
    "Only axes longer than 1 are summed. Broadcast to length 0, an entry has no copies: its "
    "gradient is 0.",
    {"if n == 1": "if n == 1 < grad.shape[added + axis]"},
)

reshaped_at_all_costs = slip(
    "A shape that cannot be broadcast to grad's is accepted if the sums can be reshaped to it.",
    {
        ('raise ValueError(f"an array of shape {shape} cannot be broadcast to {grad.shape}")'): (
            "pass"
        )
    },
)

whatever_differs_is_summed = slip(
    "A shape that cannot be broadcast to grad's is accepted: whatever axes differ are summed.",
    {
        (" or any(n not in (1, m) for n, m in zip(shape, grad.shape[added:], strict=True))"): "",
        "if n == 1": "if n != grad.shape[added + axis]",
        "summed.reshape(shape)": "summed.squeeze(axis=tuple(range(added)))",
    },
)

broadcast_either_way = slip(
    "A length of 1 is accepted on either side, but only x was broadcast, to grad's shape.",
    {
        "n not in (1, m)": "n != m and 1 not in (n, m)",
        "return summed.reshape(shape)": (
            "summed = summed.squeeze(axis=tuple(range(added)))\n"
            "return np.broadcast_to(summed, shape).copy()"
        ),
    },
)

# --- multiply_backward -----------------------------------------------------------------------

broadcast_first = rewrite(
    {
        "grad_a, grad_b = np.asarray(grad_y * b), np.asarray(grad_y * a)": (
            "wide_a, wide_b = np.broadcast_arrays(a, b)\n"
            "grads = np.empty((2, *grad_y.shape), grad_y.dtype)\n"
            "grads[0], grads[1] = grad_y * wide_b, grad_y * wide_a\n"
            "grad_a, grad_b = grads[0, ...], grads[1, ...]"
        )
    }
)

each_by_itself = slip(
    "The factors are swapped: the derivative of a · b with respect to a is b.",
    {PRODUCTS: "np.asarray(grad_y * a), np.asarray(grad_y * b)"},
)

other_factor_by_division = slip(
    "The other factor is recovered as y divided by this one. Where this one is 0, that is 0/0.",
    {
        "grad_a, grad_b = np.asarray(grad_y * b), np.asarray(grad_y * a)": (
            'with np.errstate(all="ignore"):\n'
            "    grad_a, grad_b = grad_y * (a * b / a), grad_y * (a * b / b)"
        )
    },
)

as_for_a_sum = slip(
    "grad_y passes as it is. That is the gradient of a sum.", {PRODUCTS: "grad_y, grad_y"}
)

without_the_upstream = slip(
    "grad_y is not used: these are the gradients of the plain sum of y.",
    {PRODUCTS: "np.broadcast_to(b, shape), np.broadcast_to(a, shape)"},
)

in_another_order = slip(
    "The gradients are not in the order of the factors a, b.",
    {RESULTS: "unbroadcast(grad_b, b.shape), unbroadcast(grad_a, a.shape)"},
)

not_summed = slip(
    "The gradients have y's shape: those of a factor's copies are still to be added up.",
    {RESULTS: "grad_a, grad_b"},
)

only_b_summed = slip(
    "Only b's gradient is summed. Either factor may have been broadcast.",
    {"unbroadcast(grad_a, a.shape)": "grad_a"},
)

only_the_smaller_summed = slip(
    "Only the smaller factor's gradient is summed. Each may have been broadcast along other axes.",
    {
        "unbroadcast(grad_a, a.shape)": (
            "unbroadcast(grad_a, a.shape) if a.size <= b.size else grad_a"
        ),
        "unbroadcast(grad_b, b.shape)": (
            "unbroadcast(grad_b, b.shape) if b.size <= a.size else grad_b"
        ),
    },
)

summed_before_the_product = slip(
    "grad_y is summed before the product, but each copy met another entry of the other factor.",
    {
        "unbroadcast(grad_a, a.shape)": "np.asarray(unbroadcast(grad_y, a.shape) * b)",
        "unbroadcast(grad_b, b.shape)": "np.asarray(unbroadcast(grad_y, b.shape) * a)",
    },
)

grad_y_not_checked = slip(
    "grad_y's shape is not checked: one that is too small is broadcast, one too large is summed.",
    {"grad_y.shape != shape": "False"},
)

grad_y_checked_by_its_size = slip(
    "Only the number of grad_y's entries is checked, not its shape.",
    {"grad_y.shape != shape": "grad_y.size != np.prod(shape)"},
)

the_shape_of_a_for_that_of_y = slip(
    "The product's shape is taken to be a's, but a may be broadcast too.",
    {"np.broadcast_shapes(a.shape, b.shape)": "a.shape"},
)

a_product_without_axes_not_checked = slip(
    "grad_y is not checked where the product has no axes: its shape () counts as false.",
    {"grad_y.shape != shape": "shape and grad_y.shape != shape"},
)

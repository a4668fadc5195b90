from kata.attempts import rewrite, slip

FORWARD = "np.maximum(x @ w1.T + b1, 0) @ w2.T + b2"

# --- forward ---------------------------------------------------------------------------------

forward_by_einsum = rewrite(
    {FORWARD: 'np.einsum("oh,nh->no", w2, (np.einsum("ni,hi->nh", x, w1) + b1).clip(0)) + b2'}
)

forward_without_relu = slip(
    "There is no relu: without it, two linear layers in a row are one linear layer.",
    {FORWARD: "(x @ w1.T + b1) @ w2.T + b2"},
)

relu_at_the_end_too = slip(
    "relu is applied to the output too. The last layer is linear, so y may be negative.",
    {FORWARD: "np.maximum(np.maximum(x @ w1.T + b1, 0) @ w2.T + b2, 0)"},
)

tanh_for_relu = slip(
    "The hidden layer's activation is tanh; here it is relu.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return np.tanh(x @ w1.T + b1)"},
)

relu_before_the_bias = slip(
    "relu comes before b₁ is added. It belongs to the whole of x W₁ᵀ + b₁.",
    {FORWARD: "(np.maximum(x @ w1.T, 0) + b1) @ w2.T + b2"},
)

forward_without_biases = slip(
    "The biases are missing.", {FORWARD: "np.maximum(x @ w1.T, 0) @ w2.T"}
)

forward_without_b1 = slip(
    "b₁ is missing in the hidden layer.",
    {"return np.maximum(x @ w1.T + b1, 0)": "return np.maximum(x @ w1.T, 0)"},
)

forward_without_b2 = slip("b₂ is missing in the output layer.", {"0) @ w2.T + b2": "0) @ w2.T"})

weights_not_transposed = slip(
    "The weights are not transposed. Each row of w holds one unit's weights and meets the inputs.",
    {FORWARD: "np.maximum(x @ w1 + b1, 0) @ w2 + b2"},
)

# --- loss_and_gradients ----------------------------------------------------------------------

with_the_biases_as_one_more_weight = rewrite(
    {
        "grad_w2 = grad_y.T @ h\ngrad_b2 = grad_y.sum(axis=0)": (
            "one = np.ones_like(x[:, :1])\n"
            "both2 = grad_y.T @ np.hstack([h, one])\n"
            "grad_w2, grad_b2 = both2[:, :-1], both2[:, -1]"
        ),
        "grad_w1 = grad_z.T @ x\ngrad_b1 = grad_z.sum(axis=0)": (
            "both1 = grad_z.T @ np.hstack([x, one])\ngrad_w1, grad_b1 = both1[:, :-1], both1[:, -1]"
        ),
    }
)

layer_by_layer = rewrite(
    {
        "h = np.maximum(x @ w1.T + b1, 0)\ny = h @ w2.T + b2": (
            "layers, inputs = [(w1, b1), (w2, b2)], [x]\n"
            "for w, b in layers[:-1]:\n"
            "    inputs.append((inputs[-1] @ w.T + b).clip(0))\n"
            "y = inputs[-1] @ w2.T + b2"
        ),
        "grad_w2 = grad_y.T @ h": (
            "grad, gradients = grad_y, []\n"
            "for (w, _), at in zip(layers[::-1], inputs[::-1], strict=True):\n"
            "    gradients = [grad.T @ at, grad.sum(axis=0), *gradients]\n"
            "    grad = (grad @ w) * np.sign(at)\n"
            "return loss, tuple(gradients)"
        ),
    }
)

last_layer_only = slip(
    "The first layer's gradients are 0. The loss depends on w1 and b1 too, through h.",
    {"grad_z.T @ x": "np.zeros_like(w1)", "grad_z.sum(axis=0)": "np.zeros_like(b1)"},
)

without_the_relu_mask = slip(
    "The gradient goes back through relu unchanged. Where a hidden unit was off, none passes.",
    {" * (h > 0)": ""},
)

mask_from_the_gradient = slip(
    "The mask is taken from the gradient. The forward pass settled which units were on.",
    {"(h > 0)": "(grad_y @ w2 > 0)"},
)

mask_without_the_bias = slip(
    "The mask is taken from x W₁ᵀ without b₁. What went into relu included the bias.",
    {"(h > 0)": "(x @ w1.T > 0)"},
)

mask_true_at_zero = slip(
    "Units exactly at 0 pass their gradient. By convention relu's derivative there is 0.",
    {"(h > 0)": "(x @ w1.T + b1 >= 0)"},
)

times_h_for_the_mask = slip(
    "The gradient is multiplied by h, relu's value. By the chain rule it meets relu's derivative.",
    {"(h > 0)": "h"},
)

b1_without_the_mask = slip(
    "The mask reaches grad_w1 but not grad_b1. Both belong to z, before relu.",
    {"grad_z.sum(axis=0)": "(grad_y @ w2).sum(axis=0)"},
)

w1_without_the_mask = slip(
    "The mask reaches grad_b1 but not grad_w1. Both belong to z, before relu.",
    {"grad_z.T @ x": "(grad_y @ w2).T @ x"},
)

a_linear_network = slip(
    "relu is missing on the way forward and on the way back: this network is linear.",
    {"h = np.maximum(x @ w1.T + b1, 0)": "h = x @ w1.T + b1", " * (h > 0)": ""},
)

grad_w2_from_before_relu = slip(
    "grad_w2 is formed with z, from before relu. What went into the second layer was h.",
    {"grad_y.T @ h": "grad_y.T @ (x @ w1.T + b1)"},
)

grad_w1_from_h = slip(
    "grad_w1 is formed with h. What went into the first layer was x.",
    {"grad_z.T @ x": "grad_z.T @ h"},
)

gradients_without_the_factor_two = slip(
    "The factor 2 from the square is missing in the gradients: this loss has no ½ to cancel it.",
    {"2 / y.size": "1 / y.size"},
)

the_error_for_the_derivative = slip(
    "The gradients lack both the 2 of the square's derivative and the division of the mean.",
    {"2 / y.size * error": "error"},
)

half_the_squared_error = slip(
    "The loss is halved, and its gradients with it. This mean squared error has no ½.",
    {"float(np.mean(error**2))": "float(np.mean(error**2)) / 2", "2 / y.size": "1 / y.size"},
)

half_the_loss_only = slip(
    "The loss is halved, but not the gradients. This mean squared error has no ½.",
    {"float(np.mean(error**2))": "float(np.mean(error**2)) / 2"},
)

gradients_averaged_over_the_batch = slip(
    "The gradients are divided by n alone. The loss is a mean over all n · out entries.",
    {"2 / y.size": "2 / len(y)"},
)

loss_averaged_over_the_batch = slip(
    "The squares are averaged over the n rows only. The mean is over all n · out entries.",
    {"np.mean(error**2)": "np.sum(error**2) / len(y)", "2 / y.size": "2 / len(y)"},
)

gradients_of_the_sum = slip(
    "The gradients are those of the sum of squares. The loss is their mean.", {"2 / y.size": "2"}
)

sum_of_squares = slip(
    "The squares are summed. The loss is their mean over all entries.",
    {"np.mean(error**2)": "np.sum(error**2)", "2 / y.size": "2"},
)

divided_by_the_batch_twice = slip(
    "The gradients are divided by n once more. The loss's derivative already contains the mean.",
    {"2 / y.size": "2 / y.size / len(y)"},
)

wrong_sign = slip(
    "All gradients have the wrong sign. What is the derivative of (y − target)² with respect to y?",
    {"error = y - target": "error = target - y"},
)

root_of_the_loss = slip(
    "The loss is the root of the mean squared error. The root is not asked for.",
    {"np.mean(error**2)": "np.sqrt(np.mean(error**2))"},
)

without_the_losss_derivative = slip(
    "The gradients start from 1 for every output: the loss's own derivative is missing.",
    {"2 / y.size * error": "np.ones_like(error)"},
)

bias_gradients_not_summed = slip(
    "The bias gradients are not summed, but every row of the batch uses the same biases.",
    {"grad_z.sum(axis=0)": "grad_z", "grad_y.sum(axis=0)": "grad_y"},
)

bias_gradients_averaged = slip(
    "The bias gradients are averaged over the batch. The loss's derivative already has the mean.",
    {"grad_z.sum(": "grad_z.mean(", "grad_y.sum(": "grad_y.mean("},
)

back_through_w2_transposed = slip(
    "The gradient goes back through w2 the way forward does. Here the sum runs over the outputs.",
    {"grad_y @ w2": "grad_y @ w2.T"},
)

weight_gradients_transposed = slip(
    "The weights' gradients are transposed: a gradient has the shape of what it belongs to.",
    {"grad_z.T @ x": "x.T @ grad_z", "grad_y.T @ h": "h.T @ grad_y"},
)

through_an_updated_w2 = slip(
    "The first layer's gradient passes through a w2 that has already moved, not through forward's.",
    {"grad_y @ w2": "grad_y @ (w2 - 0.1 * grad_w2)"},
)

past_w2 = slip(
    "The first layer's gradient does not pass through w2. The chain rule skips no layer.",
    {"(grad_y @ w2)": "grad_y.sum(axis=1, keepdims=True)"},
)

last_layer_first = slip(
    "The gradients come last layer first. They belong in the order of the arguments.",
    {
        "return loss, (grad_w1, grad_b1, grad_w2, grad_b2)": (
            "return loss, (grad_w2, grad_b2, grad_w1, grad_b1)"
        )
    },
)

target_not_checked = slip(
    "A target of another shape is silently broadcast: (n, 1) minus (n,) is (n, n).",
    {"target.shape != y.shape": "False"},
)

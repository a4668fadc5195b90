from kata.attempts import rewrite, slip

OUTPUT = "return _sigmoid(x @ w + b)"
SLOPE = "grad_y * y * (1 - y)"

# --- neuron ----------------------------------------------------------------------------------

from_tanh = rewrite({OUTPUT: "return (1 + np.tanh((x @ w + b) / 2)) / 2"})

by_two_formulas = rewrite(
    {
        "small = np.exp(-np.abs(z))": (
            "on, y = z >= 0, np.empty_like(z)\n"
            "y[on] = 1 / (1 + np.exp(-z[on]))\n"
            "y[~on] = np.exp(z[~on]) / (1 + np.exp(z[~on]))\n"
            "return y"
        )
    }
)

by_its_formula = rewrite(
    {
        "small = np.exp(-np.abs(z))": (
            'with np.errstate(over="ignore"):  # 1 / ∞ is 0, as it should be.\n'
            "    return 1 / (1 + np.exp(-z))"
        )
    }
)

without_the_bias = slip(
    "The bias is missing: without inputs, y would always be 1/2.",
    {OUTPUT: "return _sigmoid(x @ w)"},
)

bias_as_a_threshold = slip(
    "The bias is subtracted, as a threshold would be; it should be added.",
    {OUTPUT: "return _sigmoid(x @ w - b)"},
)

bias_in_the_inputs = slip(
    "The bias is added to each input, so it is weighted too. It belongs to the weighted sum.",
    {OUTPUT: "return _sigmoid((x + b) @ w)"},
)

without_the_sigmoid = slip(
    "These are the weighted sums: the sigmoid is missing.", {OUTPUT: "return x @ w + b"}
)

sign_lost_in_the_exponent = slip(
    "exp(z) stands in place of exp(−z): the output falls where it should rise.",
    {OUTPUT: "return _sigmoid(-(x @ w + b))"},
)

by_the_other_formula = slip(
    "exp(z) overflows where z is large, and ∞ / ∞ is nan: this form is safe only below 0.",
    {"small = np.exp(-np.abs(z))": "small = np.exp(z)", "np.where(z >= 0, 1, small)": "small"},
)

right_above_0_only = slip(
    "exp(−|z|) is used for exp(−z), which it is only above 0: below 0 the output is that of −z.",
    {"np.where(z >= 0, 1, small)": "1"},
)

tanh_for_the_sigmoid = slip(
    "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.",
    {OUTPUT: "return np.tanh(x @ w + b)"},
)

step_for_the_sigmoid = slip(
    "This is a step from 0 to 1, a perceptron. The sigmoid rises smoothly.",
    {OUTPUT: "return (x @ w + b > 0).astype(x.dtype)"},
)

relu_for_the_sigmoid = slip(
    "This is ReLU. The sigmoid stays between 0 and 1.", {OUTPUT: "return np.maximum(x @ w + b, 0)"}
)

sigmoid_before_the_sum = slip(
    "The sigmoid is applied to each product before the sum. It belongs to the whole sum.",
    {OUTPUT: "return _sigmoid(x * w + b).sum(axis=1)"},
)

bias_after_the_sigmoid = slip(
    "The bias is added after the sigmoid. It belongs to the weighted sum.",
    {OUTPUT: "return _sigmoid(x @ w) + b"},
)

shapes_not_checked = slip(
    "Shapes that do not fit are silently broadcast or multiplied.",
    {"_check(x, w)\nreturn _sigmoid(x @ w + b)": "return _sigmoid((x * w).sum(axis=-1) + b)"},
)

# --- loss_and_gradients ----------------------------------------------------------------------

with_the_bias_as_one_more_weight = rewrite(
    {
        "y = _sigmoid(x @ w + b)": (
            "with_one = np.hstack([x, np.ones_like(x[:, :1])])\n"
            "half = np.tanh(with_one @ np.append(w, w.dtype.type(b)) / 2) / 2\n"
            "y = 0.5 + half"
        ),
        "grad_z = grad_y * y * (1 - y)": (
            "gradient = (grad_y * (0.25 - half**2)) @ with_one\n"
            "return loss, (gradient[:-1].copy(), float(gradient[-1]))"
        ),
    }
)

from_the_gradients_of_each_sample = rewrite(
    {
        "grad_z = grad_y * y * (1 - y)": (
            "small = np.exp(-np.abs(x @ w + b))\n"
            "by_sum = 2 * error * (small / (1 + small) ** 2)\n"
            "return loss, ((by_sum[:, None] * x).mean(axis=0), float(by_sum.mean()))"
        )
    }
)

without_the_slope = slip(
    "The sigmoid's slope y · (1 − y) is missing. (With cross-entropy as loss it would cancel.)",
    {SLOPE: "grad_y"},
)

slope_of_y_alone = slip(
    "One factor is missing: the sigmoid's slope is y · (1 − y), not y.", {SLOPE: "grad_y * y"}
)

slope_of_1_minus_y_alone = slip(
    "One factor is missing: the sigmoid's slope is y · (1 − y), not 1 − y.",
    {SLOPE: "grad_y * (1 - y)"},
)

slope_at_the_sum = slip(
    "The slope y · (1 − y) is computed from the weighted sum in place of the output y.",
    {SLOPE: "grad_y * (x @ w + b) * (1 - (x @ w + b))"},
)

slope_of_the_output = slip(
    "The slope is sigmoid(y) · (1 − sigmoid(y)): the sigmoid is applied twice.",
    {SLOPE: "grad_y * _sigmoid(y) * (1 - _sigmoid(y))"},
)

slope_of_tanh = slip(
    "1 − y² is tanh's slope. The sigmoid's is y · (1 − y).", {SLOPE: "grad_y * (1 - y**2)"}
)

slope_from_an_overflow = slip(
    "The slope is computed from exp(−z), which overflows far below 0: ∞ / ∞ is nan.",
    {SLOPE: "grad_y * np.exp(-(x @ w + b)) / (1 + np.exp(-(x @ w + b))) ** 2"},
)

without_the_2 = slip(
    "The gradients lack the 2 that the square's derivative brings.", {"2 / len(y)": "1 / len(y)"}
)

the_error_for_the_derivative = slip(
    "The gradients lack both the 2 of the square's derivative and the 1/n of the mean.",
    {"2 / len(y) * error": "error"},
)

half_of_everything = slip(
    "There is a ½ in front of the squares. This loss is their plain mean.",
    {"np.mean(error**2)": "np.mean(error**2) / 2", "2 / len(y)": "1 / len(y)"},
)

half_of_the_loss = slip(
    "The loss is halved, though its gradients are right.",
    {"np.mean(error**2)": "np.mean(error**2) / 2"},
)

gradients_of_the_sum = slip(
    "The loss is a mean over the batch, but the gradients are those of a sum.", {"2 / len(y)": "2"}
)

sum_for_mean = slip(
    "The squares are summed over the batch. The loss is their mean.",
    {"np.mean(": "np.sum(", "2 / len(y)": "2"},
)

loss_of_the_sum = slip(
    "The loss is the sum of the squares, though the gradients are those of their mean.",
    {"np.mean(": "np.sum("},
)

mean_counted_twice = slip(
    "The gradients are divided by n twice.", {"2 / len(y)": "2 / len(y) ** 2"}
)

grad_b_averaged = slip(
    "grad_b is averaged over the batch, though 1/n is already in the loss's gradient.",
    {"grad_z.sum()": "grad_z.mean()"},
)

grad_w_averaged = slip(
    "grad_w is averaged over the batch, though 1/n is already in the loss's gradient.",
    {"grad_z @ x": "grad_z @ x / len(x)"},
)

downhill = slip(
    "The gradients have the wrong sign. What is the derivative of (y − target)² with respect to y?",
    {"error = y - target": "error = target - y"},
)

grad_b_with_the_inputs = slip(
    "grad_b is multiplied by the inputs as well, but the bias meets none of them.",
    {"grad_z.sum()": "(grad_z @ x).sum()"},
)

a_gradient_for_each_sample = slip(
    "There is a gradient for each sample, but one w and one b serve the whole batch.",
    {"(grad_z @ x, float(grad_z.sum()))": "(grad_z[:, None] * x, grad_z)"},
)

loss_without_the_bias = slip(
    "The bias is left out of the outputs, so loss and gradients are another neuron's.",
    {"y = _sigmoid(x @ w + b)": "y = _sigmoid(x @ w)"},
)

cross_entropy = slip(
    "The loss is the cross-entropy. This neuron's is the squared error.",
    {
        "np.mean(error**2)": "-np.mean(target * np.log(y) + (1 - target) * np.log(1 - y))",
        SLOPE: "error / len(y)",
    },
)

absolute_errors = slip(
    "The loss takes absolute values where it should take squares.",
    {"error**2": "np.abs(error)", "2 / len(y) * error": "np.sign(error) / len(y)"},
)

square_of_the_mean = slip(
    "The mean error is squared, so errors of opposite signs cancel.",
    {"np.mean(error**2)": "np.mean(error) ** 2"},
)

root_of_the_mean = slip(
    "The loss is the root of the mean of the squares. The root is not asked for.",
    {"np.mean(error**2)": "np.sqrt(np.mean(error**2))"},
)

target_not_checked = slip(
    "A target that is not shaped like the output is broadcast: (n, 1) against (n,) gives (n, n).",
    {"if target.shape != x.shape[:1]:": "if False:"},
)

w_not_checked = slip(
    "The shapes of x and w are not checked: those that do not fit are silently broadcast.",
    {
        "_check(x, w)\nif target": "if target",
        "y = _sigmoid(x @ w + b)": "y = _sigmoid((x * w).sum(axis=-1) + b)",
    },
)

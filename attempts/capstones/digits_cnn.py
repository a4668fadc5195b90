from kata.attempts import rewrite, slip

FEATURES = "features = max_pool(a2, a2.shape[2:])[:, :, 0, 0]"
BACK_TO_POSITIONS = "grad = max_pool_backward(grad[:, :, None, None], a2, a2.shape[2:])"
BATCHES = "in minibatches(x, y, batch_size, rng):"
POOLED = "pooled = max_pool(a1, 3, stride=2, padding=1)"
POOL_BACK = "max_pool_backward(grad, a1, 3, stride=2, padding=1)"
EPOCHS = "for epoch in range(epochs):"
WEIGHTS = "params.append(kaiming_normal(shape, rng).astype(np.float32))"

pooled_before_relu = rewrite(
    {
        "a1 = relu(z1)": "a1 = z1",
        POOLED: "pooled = relu(max_pool(a1, 3, stride=2, padding=1))",
        f"grad = relu_backward({POOL_BACK}, z1)": (
            "grad = max_pool_backward(relu_backward(grad, pooled), a1, 3, stride=2, padding=1)"
        ),
    }
)

the_last_maximum_by_a_mask = rewrite(
    {
        FEATURES: "features = a2.max(axis=(2, 3))",
        BACK_TO_POSITIONS: (
            "highest = a2 == features[:, :, None, None]\n"
            "parts = highest.sum(axis=(2, 3), keepdims=True).astype(a2.dtype)\n"
            "grad = np.where(highest, grad[:, :, None, None] / parts, 0)"
        ),
    }
)

drawn_as_standard_normals = rewrite(
    {
        WEIGHTS: (
            "std = np.sqrt(2 / np.prod(shape[1:]))\n"
            "params.append((std * rng.standard_normal(shape)).astype(np.float32))"
        ),
        BATCHES: "in list(minibatches(x, y, batch_size, rng)):",
    }
)

# --- init ------------------------------------------------------------------------------------

double_precision = slip(
    "The weights are in float64, and so is all that meets them. They should be in float32.",
    {"kaiming_normal(shape, rng).astype(np.float32)": "kaiming_normal(shape, rng)"},
)

double_precision_biases = slip(
    "The biases are in float64. NumPy promotes whatever meets them, so all layers are in float64.",
    {"np.zeros(shape[0], np.float32)": "np.zeros(shape[0])"},
)

outputs_counted = slip(
    "The variance counts a layer's outputs, but its inputs are what adds up.",
    {
        WEIGHTS: (
            "fan_out = shape[0] * np.prod(shape[2:])\n"
            "w = rng.normal(scale=np.sqrt(2 / fan_out), size=shape)\n"
            "params.append(w.astype(np.float32))"
        )
    },
)

kernel_not_counted = slip(
    "fan_in is taken as the number of channels. Each output has all their kernels' weights.",
    {
        WEIGHTS: (
            "w = rng.normal(scale=np.sqrt(2 / shape[1]), size=shape)\n"
            "params.append(w.astype(np.float32))"
        )
    },
)

uniform_weights = slip(
    "The weights are uniform. They should be normally distributed.",
    {
        WEIGHTS: (
            "bound = np.sqrt(6 / np.prod(shape[1:]))\n"
            "params.append(rng.uniform(-bound, bound, size=shape).astype(np.float32))"
        )
    },
)

one_seed_for_all_layers = slip(
    "The layers' weights repeat the same numbers: they draw from generators in the same state.",
    {
        "params = []": "params, seed = [], rng.integers(2**32)",
        "kaiming_normal(shape, rng)": "kaiming_normal(shape, np.random.default_rng(seed))",
    },
)

# --- The layers ------------------------------------------------------------------------------

no_relu_between = slip(
    "There is no ReLU after the first convolution.",
    {"a1 = relu(z1)": "a1 = z1", f"relu_backward({POOL_BACK}, z1)": POOL_BACK},
)

no_relu_before_the_last_maximum = slip(
    "There is no ReLU after the second convolution.",
    {"a2 = relu(z2)": "a2 = z2", "grad = relu_backward(grad, z2)": "pass"},
)

without_padding = slip(
    "The first convolution has no padding, so the picture loses a pixel on each side.",
    {
        "z1 = conv2d(x, w1, b1, padding=1)": "z1 = conv2d(x, w1, b1)",
        "conv2d_backward(grad, x, w1, b1, padding=1)": "conv2d_backward(grad, x, w1, b1)",
    },
)

mean_over_positions = slip(
    "The last pooling is a mean over the positions. It should be a maximum.",
    {
        FEATURES: "features = a2.mean(axis=(2, 3))",
        BACK_TO_POSITIONS: (
            "grad = np.broadcast_to(\n"
            "    grad[:, :, None, None] / a2[0, 0].size, a2.shape\n"
            ").astype(a2.dtype)"
        ),
    },
)

windows_side_by_side = slip(
    "The windows of max_pool are 2×2, side by side. They should be 3×3 and overlap.",
    {
        POOLED: "pooled = max_pool(np.pad(a1, ((0, 0), (0, 0), (0, 1), (0, 1))), 2)",
        POOL_BACK: (
            "max_pool_backward(\n"
            "    grad, np.pad(a1, ((0, 0), (0, 0), (0, 1), (0, 1))), 2\n"
            ")[:, :, :-1, :-1]"
        ),
    },
)

windows_of_two = slip(
    "The windows of max_pool are 2×2, without padding. They should be 3×3, with a padding of 1.",
    {POOLED: "pooled = max_pool(a1, 2)", POOL_BACK: "max_pool_backward(grad, a1, 2)"},
)

windows_one_pixel_apart = slip(
    "The windows of max_pool are one pixel apart. Its stride is 2.",
    {
        POOLED: "pooled = max_pool(a1, 3, stride=1, padding=1)",
        POOL_BACK: "max_pool_backward(grad, a1, 3, stride=1, padding=1)",
    },
)

slope_of_relu_at_0_is_1 = slip(
    "The slope of relu at exactly 0 counts as 1. With biases of 0, every black patch is at 0.",
    {
        "grad = relu_backward(grad, z2)": "grad = grad * (z2 >= 0)",
        f"relu_backward({POOL_BACK}, z1)": f"{POOL_BACK} * (z1 >= 0)",
    },
)

relu_after_the_last_layer = slip(
    "The last layer goes through ReLU as well: negative logits are cut off.",
    {"linear(features, w3, b3)\n": "relu(linear(features, w3, b3))\n"},
)

# --- Backward --------------------------------------------------------------------------------

relu_forgotten_on_the_way_back = slip(
    "On the way back the gradient passes the first ReLU unchanged, through units that were off, "
    "too.",
    {f"relu_backward({POOL_BACK}, z1)": POOL_BACK},
)

second_relu_forgotten_on_the_way_back = slip(
    "On the way back the gradient passes the second ReLU unchanged, through units that were off, "
    "too.",
    {"grad = relu_backward(grad, z2)": "pass"},
)

gradient_to_all_positions = slip(
    "Every position of a channel gets the gradient of the last maximum. Only its place should.",
    {
        BACK_TO_POSITIONS: (
            "grad = np.broadcast_to(grad[:, :, None, None], a2.shape).astype(a2.dtype)"
        )
    },
)

all_of_it_to_each_maximum = slip(
    "Where several positions have the last maximum, each of them gets its whole gradient. Together "
    "they should get it once.",
    {
        BACK_TO_POSITIONS: (
            "grad = np.where(a2 == features[:, :, None, None], grad[:, :, None, None], 0)"
        )
    },
)

divided_twice = slip(
    "The gradients are divided by n twice: `cross_entropy_backward` has done so already.",
    {"cross_entropy_backward(1.0,": "cross_entropy_backward(1.0 / len(x),"},
)

gradients_backwards = slip(
    "The gradients stand last layer first, not in the order of their parameters.",
    {
        "[grad_w1, grad_b1, grad_w2, grad_b2, grad_w3, grad_b3]": (
            "[grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1]"
        )
    },
)

weights_before_biases = slip(
    "The gradients are first those of all weights, then those of all biases. `params` has them in "
    "turn.",
    {
        "[grad_w1, grad_b1, grad_w2, grad_b2, grad_w3, grad_b3]": (
            "[grad_w1, grad_w2, grad_w3, grad_b1, grad_b2, grad_b3]"
        )
    },
)

kernels_of_the_first_layer_kept = slip(
    "The first layer gets no gradient: it stays as it was drawn.",
    {"grads = [grad_w1, grad_b1,": ("grads = [np.zeros_like(grad_w1), np.zeros_like(grad_b1),")},
)

# --- train -----------------------------------------------------------------------------------

step_thrown_away = slip(
    "What `step` returns is thrown away, but it writes into nothing.",
    {"params = adam.step(": "adam.step("},
)

a_new_adam_for_every_epoch = slip(
    "Every epoch begins with a new Adam: its averages and its step count are lost.",
    {"losses = []": "losses, adam = [], Adam(lr=lr)"},
)

dealt_once = slip(
    "Every epoch has the same batches in the same order. Each should deal the pictures anew.",
    {
        EPOCHS: "batches = list(minibatches(x, y, batch_size, rng))\nfor epoch in range(epochs):",
        BATCHES: "in batches:",
    },
)

last_batch_lost = slip(
    "A smaller last batch is left out of an epoch.",
    {BATCHES: "in minibatches(x, y, batch_size, rng, drop_last=len(x) >= batch_size):"},
)

rate_never_set = slip(
    "The step size is Adam's default, whatever `lr` is.", {"Adam(lr=lr)": "Adam()"}
)

epochs_counted_from_zero = slip(
    "The share reported is that before the epoch; after the last one it should be 1.",
    {"(epoch + 1) / epochs": "epoch / epochs"},
)

last_loss_reported = slip(
    "The loss reported is that of the epoch's last batch, not the mean over its batches.",
    {"float(np.mean(losses))": "float(loss)"},
)

mean_over_the_pictures_reported = slip(
    "The loss reported is a mean over the epoch's pictures, so a smaller last batch counts for "
    "less. It should be a mean over the batches.",
    {
        "losses.append(loss)": "losses.append(loss * len(x_batch))",
        "float(np.mean(losses))": "float(np.sum(losses) / len(x))",
    },
)

largest_of_each_class = slip(
    "For each class, this is the picture with its largest logit. It should be a class for each "
    "picture.",
    {"argmax(axis=1)": "argmax(axis=0)"},
)

last_of_equal_logits = slip(
    "Of equal logits the last is taken, not the first.",
    {"argmax(axis=1)": 'argsort(axis=1, kind="stable")[:, -1]'},
)

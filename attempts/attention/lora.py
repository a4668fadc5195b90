import numpy as np

from kata.attempts import rewrite, right, slip
from solutions.attention.lora import LoRALinear

SCALE = "self.scale = alpha / rank"
A = "rng.normal(0.0, n_in**-0.5, (rank, n_in)).astype(weight.dtype)"
B = "np.zeros((n_out, rank), weight.dtype)"
UPDATE = "self.scale * (x @ self.a.T @ self.b.T)"
FORWARD = "return x @ self.weight.T + self.bias + " + UPDATE
GRAD_AB = "grad_ab = self.scale * (grad_y @ self.b)"
GRAD_X = "grad_x = grad_y @ self.weight + grad_ab @ self.a"
GRAD_A = "grad_a = grad_ab.reshape(-1, len(self.a)).T @ rows"
GRAD_B = "grad_b = self.scale * (grad_rows.T @ (rows @ self.a.T))"
GRADS = "return grad_x, grad_a, grad_b"
MERGED = "return self.weight + self.scale * (self.b @ self.a)"


@right(LoRALinear)
class WithTheScaleInB:
    def __init__(self, weight, bias, rank, alpha, rng):
        if not rank >= 1:
            raise ValueError("a rank of 1 at least")
        self.w, self.bias, self.rank, self.alpha = weight.copy(), bias.copy(), rank, alpha
        self.a = (rng.standard_normal((rank, weight.shape[1])) / weight.shape[1] ** 0.5).astype(
            weight.dtype
        )
        self.b = np.zeros_like(weight, shape=(len(weight), rank))

    def scaled(self):
        return self.b * (self.alpha / self.rank)

    def forward(self, x):
        low = np.einsum("...i,ri->...r", x, self.a)
        return np.einsum("...i,oi->...o", x, self.w) + low @ self.scaled().T + self.bias

    def backward(self, grad_y, x):
        grad_low = grad_y @ self.scaled()
        axes = list(range(x.ndim - 1))
        grad_a = np.tensordot(grad_low, x, (axes, axes))
        grad_b = np.tensordot(grad_y, x @ self.a.T, (axes, axes)) * (self.alpha / self.rank)
        return grad_low @ self.a + grad_y @ self.w, grad_a, grad_b

    def merged(self):
        return self.scaled() @ self.a + self.w


with_b_first = rewrite(
    {
        UPDATE: "(x @ (self.scale * self.a.T)) @ self.b.T",
        GRAD_B: "grad_b = (rows @ self.a.T * self.scale).T @ grad_rows\ngrad_b = grad_b.T.copy()",
        MERGED: "merged = self.b @ self.a\nmerged *= self.scale\nmerged += self.weight\n"
        "return merged",
    }
)

no_scale = slip("The update is not scaled by alpha / rank.", {SCALE: "self.scale = 1.0"})

not_divided_by_the_rank = slip(
    "The update is scaled by alpha alone. Divided by the rank, it keeps its size when the rank "
    "changes.",
    {SCALE: "self.scale = alpha"},
)

times_the_rank = slip(
    "alpha is multiplied by the rank. It should be divided by it.",
    {SCALE: "self.scale = alpha * rank"},
)

rank_by_alpha = slip(
    "The scale is upside down: rank / alpha.", {SCALE: "self.scale = rank / alpha"}
)

by_the_root_of_the_rank = slip(
    "alpha is divided by the root of the rank, as in rsLoRA. Here it is the rank.",
    {SCALE: "self.scale = alpha / rank**0.5"},
)

whole_scale = slip(
    "alpha / rank is rounded down to a whole number.", {SCALE: "self.scale = alpha // rank"}
)

alpha_without_effect_on_forward = slip(
    "forward does not scale the update, as the gradients and merged do.",
    {UPDATE: "x @ self.a.T @ self.b.T"},
)

both_random = slip(
    "`b` starts with random numbers too: then the layer no longer starts as it was.",
    {B: "rng.normal(0.0, rank**-0.5, (n_out, rank)).astype(weight.dtype)"},
)

both_zero = slip(
    "`a` starts at 0 too: then a and b both have a gradient of 0, and nothing is ever learned.",
    {A: "np.zeros((rank, n_in), weight.dtype)"},
)

a_zero_and_b_random = slip(
    "`a` starts at 0 and `b` at random. It is the other way round.",
    {
        A: "np.zeros((rank, n_in), weight.dtype)",
        B: "rng.normal(0.0, n_in**-0.5, (n_out, rank)).astype(weight.dtype)",
    },
)

a_of_variance_1 = slip(
    "The entries of `a` have a variance of 1, whatever the width of x.",
    {"rng.normal(0.0, n_in**-0.5, ": "rng.normal(0.0, 1.0, "},
)

a_of_too_small_a_spread = slip(
    "1 / in is taken for the standard deviation of `a`. It is the variance.",
    {"rng.normal(0.0, n_in**-0.5, ": "rng.normal(0.0, 1 / n_in, "},
)

a_by_the_rank = slip(
    "The variance of `a` is 1 / rank. In x Aᵀ each sum has as many terms as x has entries.",
    {"rng.normal(0.0, n_in**-0.5, ": "rng.normal(0.0, rank**-0.5, "},
)

a_by_the_rank_alone = slip(
    "The standard deviation of `a` is 1 / rank, as in PEFT's gaussian. Its variance should be "
    "1 / in.",
    {"rng.normal(0.0, n_in**-0.5, ": "rng.normal(0.0, 1 / rank, "},
)

a_uniform = slip(
    "`a` is drawn from a uniform distribution. It should be normal.",
    {A: "rng.uniform(-((3 / n_in) ** 0.5), (3 / n_in) ** 0.5, (rank, n_in)).astype(weight.dtype)"},
)

update_for_the_layer = slip(
    "The update takes the layer's place. It is added to it.",
    {FORWARD: "return self.bias + " + UPDATE},
)

no_bias = slip("forward leaves out the bias.", {FORWARD: "return x @ self.weight.T + " + UPDATE})

bias_scaled = slip(
    "The bias is scaled with the update.",
    {FORWARD: "return x @ self.weight.T + self.scale * (x @ self.a.T @ self.b.T + self.bias)"},
)

update_subtracted = slip(
    "forward subtracts the update.", {FORWARD: "return x @ self.weight.T + self.bias - " + UPDATE}
)

frozen_for_x_too = slip(
    "The gradient of x leaves out the frozen weight. To be frozen means to get no gradient, not to "
    "pass none on.",
    {GRAD_X: "grad_x = grad_ab @ self.a"},
)

update_left_out_of_grad_x = slip(
    "The gradient of x passes through the frozen weight only. It comes through the update as well.",
    {GRAD_X: "grad_x = grad_y @ self.weight"},
)

grad_x_without_the_scale = slip(
    "In the gradient of x, the part through the update is not scaled.",
    {GRAD_X: "grad_x = grad_y @ self.weight + grad_y @ self.b @ self.a"},
)

grad_a_without_the_scale = slip(
    "The gradient of a is not scaled by alpha / rank.",
    {GRAD_A: "grad_a = (grad_rows @ self.b).T @ rows"},
)

grad_b_without_the_scale = slip(
    "The gradient of b is not scaled by alpha / rank.",
    {GRAD_B: "grad_b = grad_rows.T @ (rows @ self.a.T)"},
)

gradients_without_the_scale = slip(
    "The gradients of a and b are not scaled by alpha / rank.",
    {
        GRAD_A: "grad_a = (grad_rows @ self.b).T @ rows",
        GRAD_B: "grad_b = grad_rows.T @ (rows @ self.a.T)",
    },
)

means_over_the_batch = slip(
    "The gradients of a and b are means over the batch. They are sums: if the loss is a mean, "
    "`grad_y` is divided already.",
    {GRADS: "n = max(1, len(rows))\nreturn grad_x, grad_a / n, grad_b / n"},
)

upstream_ignored = slip(
    "The gradient that arrives, `grad_y`, is taken for ones.",
    {GRAD_AB: "grad_y = np.ones_like(grad_y)\n" + GRAD_AB},
)

first_rows_only = slip(
    "Only the first entry of the first batch axis counts in the gradients of a and b.",
    {
        "rows, grad_rows = ": (
            "if x.ndim > 2:\n"
            "    x, grad_y, grad_ab = x[0], grad_y[0], grad_ab[0]\n"
            "rows, grad_rows = "
        )
    },
)

merged_without_the_scale = slip(
    "The merged weight adds the update without alpha / rank.",
    {MERGED: "return self.weight + self.b @ self.a"},
)

only_the_update_merged = slip(
    "The merged weight is the update alone, without the layer's weight.",
    {MERGED: "return self.scale * (self.b @ self.a)"},
)

merged_only_once = slip(
    "merged returns its earlier result, although a and b have been replaced since.",
    {
        MERGED: 'if not hasattr(self, "_merged"):\n    self._merged = self.weight + self.scale * '
        "(self.b @ self.a)\nreturn self._merged.copy()"
    },
)

merged_into_the_layer = slip(
    "merged adds the update to the layer's own weight, so forward counts it twice from then on.",
    {
        MERGED: (
            "self.weight = self.weight + self.scale * (self.b @ self.a)\nreturn self.weight.copy()"
        )
    },
)

product_made_in_forward = slip(
    "forward makes an array of weight's size. Are B and A multiplied first? Another order of the "
    "products needs no such array.",
    {UPDATE: "(x @ (self.scale * (self.b @ self.a)).T)"},
)

whole_gradient_made = slip(
    "backward makes an array of weight's size. Is it the gradient of the whole weight? Those of a "
    "and b can be had without it.",
    {
        GRAD_A: "whole = self.scale * (grad_rows.T @ rows)\ngrad_a = self.b.T @ whole",
        GRAD_B: "grad_b = whole @ self.a.T",
    },
)

kept_from_forward = slip(
    "backward uses x Aᵀ as forward left it, although x may have changed since.",
    {
        FORWARD: "self._low = id(x), id(self.a), x @ self.a.T\n" + FORWARD,
        GRAD_B: (
            'of_x, of_a, low = getattr(self, "_low", (0, 0, None))\n'
            "low = low if (of_x, of_a) == (id(x), id(self.a)) else x @ self.a.T\n"
            "grad_b = self.scale * (grad_rows.T @ low.reshape(-1, len(self.a)))"
        ),
    },
)

the_weight_itself_merged = slip(
    "Where the update is 0, merged gives the layer's own weight. It should be a new array.",
    {MERGED: "if not self.scale or not self.b.any():\n    return self.weight\n" + MERGED},
)

an_alpha_of_0_not_taken = slip(
    "An alpha of 0 is taken for none given. With it, the update counts for nothing.",
    {SCALE: "self.scale = (alpha or rank) / rank"},
)

rank_0_taken = slip(
    "A rank below 1 is not refused.",
    {
        "if rank < 1:": "if False:",
        SCALE: "self.scale = alpha / max(rank, 1)",
        "(rank, n_in)": "(max(rank, 0), n_in)",
        "(n_out, rank)": "(n_out, max(rank, 0))",
    },
)

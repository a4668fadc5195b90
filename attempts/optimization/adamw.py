import numpy as np

from attempts.optimization.adam import (
    along_the_gradient,
    betas_ignored,
    betas_swapped,
    check,
    checked_at_the_first_step_only,
    epsilon_as_the_least,
    epsilon_before_the_correction,
    epsilon_in_the_root,
    largest_average_so_far,
    learning_rate_ignored,
    lengths_unchecked,
    no_bias_correction,
    no_correction_of_m,
    no_correction_of_v,
    no_epsilon,
    no_root,
    no_square,
    none_as_zero,
    none_forgets,
    nothing_moves,
    old_and_new_swapped,
    one_step_count_for_all,
    parameters_of_its_own,
    shapes_unchecked,
    sizes_in_place_of_shapes,
    square_of_m,
    square_of_the_surprise,
    squared_too_early,
    state_by_shape,
    step_count_advances_per_parameter,
    step_count_never_advances,
    step_count_one_too_large,
    step_count_one_too_small,
    uphill,
    v_corrected_with_the_beta_of_m,
)
from kata.attempts import right, slip
from solutions.optimization.adamw import AdamW


@right(AdamW)
class WithTheDecayInTheStep:
    """p − lr · (direction + λ·p), and a dict of states."""

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.state = {}

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                direction = self.direction(i, grad)
                new[i] = params[i] - self.lr * (direction + self.weight_decay * params[i])
        return new

    def direction(self, i, grad):
        b1, b2 = self.betas
        m, v, t = self.state.get(i, (0.0, 0.0, 0))
        m, v, t = m + (1 - b1) * (grad - m), v + (1 - b2) * (grad * grad - v), t + 1
        self.state[i] = m, v, t
        return m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + self.eps)


@right(AdamW)
class WritingIntoCopies:
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.settings = lr, *betas, eps, weight_decay
        self.m = self.v = self.t = None

    def step(self, params, grads):
        check(params, grads)
        lr, b1, b2, eps, decay = self.settings
        if self.m is None:
            self.m = [np.zeros_like(p) for p in params]
            self.v = [np.zeros_like(p) for p in params]
            self.t = [0 for _ in params]
        new = [p.copy() for p in params]
        for i, (p, g) in enumerate(zip(new, grads, strict=True)):
            if g is None:
                continue
            self.t[i] += 1
            p *= 1 - lr * decay
            self.m[i] *= b1
            self.m[i] += (1 - b1) * g
            self.v[i] *= b2
            self.v[i] += (1 - b2) * g * g
            length = lr * (1 - b2 ** self.t[i]) ** 0.5 / (1 - b1 ** self.t[i])
            p -= length * self.m[i] / (np.sqrt(self.v[i]) + eps * (1 - b2 ** self.t[i]) ** 0.5)
        return new


decay_in_the_gradient = slip(
    "The decay is added to the gradient, as in Adam with L2 regularization, so that √v divides "
    "it. AdamW shrinks the weights themselves.",
    {
        "decayed = param * (1 - self.lr * self.weight_decay)": (
            "decayed, grad = param, grad + self.weight_decay * param"
        )
    },
)

decay_in_the_numerator = slip(
    "The decay is added to m̂ and so divided by √v̂ + eps. It should stand beside that fraction.",
    {
        "decayed = param * (1 - self.lr * self.weight_decay)": "decayed = param",
        "self.lr * m_hat": "self.lr * (m_hat + self.weight_decay * param)",
    },
)

decay_twice = slip(
    "The weights decay twice: in the gradient, and directly. Only the second belongs to AdamW.",
    {"decayed = param": "grad = grad + self.weight_decay * param\ndecayed = param"},
)

decay_without_the_learning_rate = slip(
    "The decay is not scaled by lr: weights shrink by `weight_decay` in every step.",
    {"(1 - self.lr * self.weight_decay)": "(1 - self.weight_decay)"},
)

decay_with_the_learning_rate_squared = slip(
    "The decay has lr in it twice.",
    {"(1 - self.lr * self.weight_decay)": "(1 - self.lr**2 * self.weight_decay)"},
)

decay_after_the_step = slip(
    "The decay comes last and shrinks the step just taken as well. It belongs to the parameter "
    "as it was before the step.",
    {
        "decayed = param * (1 - self.lr * self.weight_decay)": (
            "shrink = 1 - self.lr * self.weight_decay"
        ),
        "decayed - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)": (
            "shrink * (param - self.lr * m_hat / (np.sqrt(v_hat) + self.eps))"
        ),
    },
)

decay_with_the_wrong_sign = slip(
    "The decay has the wrong sign: the weights grow.",
    {"(1 - self.lr * self.weight_decay)": "(1 + self.lr * self.weight_decay)"},
)

no_decay = slip(
    "The argument `weight_decay` is not used: this is Adam.",
    {"decayed = param * (1 - self.lr * self.weight_decay)": "decayed = param"},
)

biases_left_out = slip(
    "Vectors (biases) do not decay. That is often wanted; in this AdamW every parameter does.",
    {"decayed = param": "decayed = param if param.ndim == 1 else param"},
)

decay_without_a_gradient = slip(
    "A parameter whose gradient is None decays all the same. None should leave it alone.",
    {"return param.copy()": "return param * (1 - self.lr * self.weight_decay)"},
)

import numpy as np

from attempts.optimization.momentum import (
    check,
    checked_at_the_first_step_only,
    lengths_unchecked,
    none_as_zero,
    nothing_moves,
    parameters_of_its_own,
    shapes_unchecked,
    sizes_in_place_of_shapes,
    state_by_shape,
    uphill,
)
from kata.attempts import right, slip
from solutions.optimization.adagrad import Adagrad


@right(Adagrad)
class WithTheWholeHistory:
    """No sum is kept: all gradients are stacked, and each entry's length taken over them."""

    def __init__(self, lr=0.01, eps=1e-10):
        self.lr, self.eps = lr, eps
        self.history = None

    def step(self, params, grads):
        check(params, grads)
        if self.history is None:
            self.history = [[] for _ in params]
        new = []
        for param, grad, past in zip(params, grads, self.history, strict=True):
            if grad is None:
                new.append(param.copy())
                continue
            past.append(grad.copy())
            length = np.linalg.norm(np.stack(past), axis=0)
            new.append(param - self.lr * grad / (length + self.eps))
        return new


@right(Adagrad)
class WithTheRootInTheState:
    """The root of the sum itself is kept, in float64; hypot neither overflows nor underflows."""

    def __init__(self, lr=0.01, eps=1e-10):
        self.lr, self.eps = lr, eps
        self.roots = None

    def step(self, params, grads):
        check(params, grads)
        if self.roots is None:
            self.roots = [np.zeros(p.shape) for p in params]
        results = [p.copy() for p in params]
        for p, g, root in zip(results, grads, self.roots, strict=True):
            if g is not None:
                np.hypot(root, g, out=root)
                p -= (self.lr * g / (root + self.eps)).astype(p.dtype)
        return results


# --- The sum of squares ----------------------------------------------------------------------

running_average = slip(
    "s is a running average that forgets, as in RMSProp. Adagrad keeps every square in full.",
    {"self._s[i] + grad**2": "0.99 * self._s[i] + 0.01 * grad**2"},
)

mean_of_the_squares = slip(
    "s is divided by the number of steps, which makes it a mean. It is a sum: steps should get "
    "shorter.",
    {
        "self._s: list[np.ndarray] = []": "self._s, self.counts = [], {}",
        "self._s[i] + grad**2": "self._s[i] + grad**2\nself.counts[i] = self.counts.get(i, 0) + 1",
        "np.sqrt(self._s[i])": "np.sqrt(self._s[i] / self.counts[i])",
    },
)

nothing_remembered = slip(
    "Nothing is remembered: s starts at 0 in every step.", {"self._s[i] + grad**2": "grad**2"}
)

no_square = slip(
    "s adds up the gradients' sizes; it should add up their squares.", {"grad**2": "np.abs(grad)"}
)

sum_of_the_sizes = slip(
    "The divisor is the sum of the gradients' sizes. The root of the sum of their squares grows "
    "more slowly.",
    {"grad**2": "np.abs(grad)", "np.sqrt(self._s[i])": "self._s[i]"},
)

square_of_the_sum = slip(
    "The gradients are added up, then squared, so opposite ones cancel. Square each before adding.",
    {"grad**2": "grad", "np.sqrt(self._s[i])": "np.sqrt(self._s[i] ** 2)"},
)

largest_square = slip(
    "s is the largest square so far. All of them should be added up.",
    {"self._s[i] + grad**2": "np.maximum(self._s[i], grad**2)"},
)

one_sum_an_array = slip(
    "s is one number for a whole parameter, the sum over its entries. Every entry has its own.",
    {"grad**2": "np.sum(grad**2)"},
)

step_before_the_sum = slip(
    "The step is divided by s as it was before this gradient. s takes up the gradient first.",
    {
        "self._s[i] = self._s[i] + grad**2": (
            "before, self._s[i] = self._s[i], self._s[i] + grad**2"
        ),
        "np.sqrt(self._s[i])": "np.sqrt(before)",
    },
)

starting_at_a_tenth = slip(
    "s starts at 0.1, TensorFlow's default. It should start at 0.",
    {"np.zeros_like(param)": "np.full_like(param, 0.1)"},
)

# --- The step --------------------------------------------------------------------------------

epsilon_in_the_root = slip(
    "eps stands inside the root. It belongs outside, added to √s.",
    {"(np.sqrt(self._s[i]) + self.eps)": "np.sqrt(self._s[i] + self.eps)"},
)

no_epsilon = slip(
    "eps is missing: a weight whose gradients are all 0 becomes 0/0.",
    {"(np.sqrt(self._s[i]) + self.eps)": "np.sqrt(self._s[i])"},
)

epsilon_as_the_least = slip(
    "eps is a lower bound for √s. It should be added to √s, however large that is.",
    {"(np.sqrt(self._s[i]) + self.eps)": "np.maximum(np.sqrt(self._s[i]), self.eps)"},
)

no_root = slip(
    "The square root is missing: the step is divided by s itself.",
    {"np.sqrt(self._s[i])": "self._s[i]"},
)

times_the_root = slip(
    "The step is multiplied by the root, so that large gradients take still longer steps.",
    {"grad / (": "grad * ("},
)

plain_descent = slip(
    "The step is not divided by anything: this is plain gradient descent.",
    {" / (np.sqrt(self._s[i]) + self.eps)": ""},
)

learning_rate_ignored = slip("The argument `lr` is not used.", {"self.lr = lr": "self.lr = 0.01"})

none_forgets = slip(
    "A gradient of None sets s back to 0. It should stay as it was.",
    {"return param.copy()": "self._s[i] = np.zeros_like(param)\nreturn param.copy()"},
)

squares_in_place = slip(
    "The gradient is squared in place, as by `grad **= 2`: the step goes along g², and the "
    "caller's array has changed.",
    {"self._s[i] = self._s[i] + grad**2": "grad **= 2\nself._s[i] = self._s[i] + grad"},
)

import numpy as np

from attempts.optimization.adagrad import learning_rate_ignored, times_the_root
from attempts.optimization.momentum import (
    check,
    checked_at_the_first_step_only,
    lengths_unchecked,
    none_as_zero,
    none_forgets,
    nothing_moves,
    parameters_of_its_own,
    shapes_unchecked,
    sizes_in_place_of_shapes,
    state_by_shape,
    uphill,
)
from kata.attempts import right, slip
from solutions.optimization.rmsprop import RMSProp


@right(RMSProp)
class WithTheWholeHistory:
    """No recursion: v is a weighted sum of the squares of all gradients so far."""

    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        self.lr, self.alpha, self.eps = lr, alpha, eps
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
            past.insert(0, grad.copy())
            v = sum((1 - self.alpha) * self.alpha**age * g**2 for age, g in enumerate(past))
            new.append(param - self.lr * grad / (np.sqrt(v) + self.eps))
        return new


@right(RMSProp)
class WithTheRootInTheState:
    """The root mean square itself is kept; hypot neither overflows nor underflows."""

    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        self.lr, self.eps = lr, eps
        self.old, self.new = alpha**0.5, (1 - alpha) ** 0.5
        self.roots = None

    def step(self, params, grads):
        check(params, grads)
        if self.roots is None:
            self.roots = [np.zeros_like(p) for p in params]
        results = [p.copy() for p in params]
        for p, g, root in zip(results, grads, self.roots, strict=True):
            if g is not None:
                root[...] = np.hypot(self.old * root, self.new * g)
                p -= self.lr * g / (root + self.eps)
        return results


# --- The average of squares ------------------------------------------------------------------

sum_of_the_squares = slip(
    "The squares are only added up, and nothing is forgotten, as in Adagrad. v should be a "
    "running average.",
    {"self.alpha * self._v[i] + (1 - self.alpha) * grad**2": "self._v[i] + grad**2"},
)

the_new_square_in_full = slip(
    "v fades by alpha, but the new square counts in full, without its share of 1 − alpha: v is "
    "far too large.",
    {"(1 - self.alpha) * grad**2": "grad**2"},
)

old_and_new_swapped = slip(
    "The weights of old and new are swapped: alpha belongs to the old average.",
    {
        "self.alpha * self._v[i] + (1 - self.alpha) * grad**2": (
            "(1 - self.alpha) * self._v[i] + self.alpha * grad**2"
        )
    },
)

nothing_remembered = slip(
    "Nothing is remembered: v starts at 0 in every step, so it knows only the present gradient.",
    {"self.alpha * self._v[i] + ": ""},
)

starting_at_the_first_square = slip(
    "v starts at the first gradient's square. It should start at 0, so the first steps are longer.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self._v[i] = self.alpha": "if self._v[i] is None:\n"
        "    self._v[i] = grad**2\n"
        "self._v[i] = self.alpha",
    },
)

bias_corrected = slip(
    "v is corrected for its start at 0, as in Adam. RMSProp takes it as it is.",
    {
        "self._v: list[np.ndarray] = []": "self._v, self.t = [], {}",
        "* grad**2": "* grad**2\nself.t[i] = self.t.get(i, 0) + 1",
        "np.sqrt(self._v[i])": "np.sqrt(self._v[i] / (1 - self.alpha ** self.t[i]))",
    },
)

no_square = slip(
    "v averages the gradients' sizes; it should average their squares.", {"grad**2": "np.abs(grad)"}
)

square_of_the_average = slip(
    "The gradients are averaged and then squared, so opposite ones cancel. Square each before "
    "averaging.",
    {"grad**2": "grad", "np.sqrt(self._v[i])": "np.sqrt(self._v[i] ** 2)"},
)

centered = slip(
    "The squared mean gradient is subtracted from v, as in the centered variant. v should be the "
    "mean of the squares.",
    {
        "self._v: list[np.ndarray] = []": "self._v, self.means = [], {}",
        "* grad**2": "* grad**2\n"
        "mean = self.alpha * self.means.get(i, 0.0) + (1 - self.alpha) * grad\n"
        "self.means[i] = mean",
        "np.sqrt(self._v[i])": "np.sqrt(np.maximum(self._v[i] - mean**2, 0.0))",
    },
)

one_average_an_array = slip(
    "v is one number for a whole parameter, the mean over its entries. Every entry has its own.",
    {"grad**2": "(np.mean(grad**2) if grad.size else 0.0)"},
)

step_before_the_average = slip(
    "The step is divided by v as it was before this gradient. v takes up the gradient first.",
    {
        "self._v[i] = self.alpha": "before, self._v[i] = self._v[i], self.alpha",
        "np.sqrt(self._v[i])": "np.sqrt(before)",
    },
)

# --- The step --------------------------------------------------------------------------------

epsilon_in_the_root = slip(
    "eps stands inside the root. It belongs outside, added to √v.",
    {"(np.sqrt(self._v[i]) + self.eps)": "np.sqrt(self._v[i] + self.eps)"},
)

no_epsilon = slip(
    "eps is missing: a weight whose gradients are all 0 becomes 0/0.",
    {"(np.sqrt(self._v[i]) + self.eps)": "np.sqrt(self._v[i])"},
)

epsilon_as_the_least = slip(
    "eps is a lower bound for √v. It should be added to √v, however large that is.",
    {"(np.sqrt(self._v[i]) + self.eps)": "np.maximum(np.sqrt(self._v[i]), self.eps)"},
)

no_root = slip(
    "The square root is missing: the step is divided by v itself.",
    {"np.sqrt(self._v[i])": "self._v[i]"},
)

plain_descent = slip(
    "The step is not divided by anything: this is plain gradient descent.",
    {" / (np.sqrt(self._v[i]) + self.eps)": ""},
)

only_the_sign = slip(
    "Only the gradient's sign is used: every step is lr long. The step should depend on how this "
    "gradient compares with those before.",
    {"grad / (np.sqrt(self._v[i]) + self.eps)": "np.sign(grad)"},
)

alpha_ignored = slip(
    "The argument `alpha` is not used.", {"self.alpha = alpha": "self.alpha = 0.99"}
)

zero_gradients_skipped = slip(
    "A gradient of zeros is treated like None: v stays as it is. It should fade.",
    {"if grad is None:": "if grad is None or not grad.any():"},
)

squares_in_place = slip(
    "The gradient is squared in place, as by `grad **= 2`: the step goes along g², and the "
    "caller's array has changed.",
    {"self._v[i] = self.alpha": "grad **= 2\nself._v[i] = self.alpha", "* grad**2": "* grad"},
)

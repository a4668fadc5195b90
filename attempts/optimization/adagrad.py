import numpy as np

from kata.attempts import right, slip
from solutions.optimization.adagrad import Adagrad


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


@right(Adagrad)
class WithADictOfSums:
    def __init__(self, lr=0.01, eps=1e-10):
        self.lr, self.eps = lr, eps
        self.sums = {}

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                self.sums[i] = self.sums.get(i, 0.0) + grad * grad
                new[i] = params[i] - self.lr / (self.sums[i] ** 0.5 + self.eps) * grad
        return new


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
    "s is a running average that forgets: that is RMSProp. Here every square is added in full and "
    "stays.",
    {"self._s[i] + grad**2": "0.99 * self._s[i] + 0.01 * grad**2"},
)

mean_of_the_squares = slip(
    "s is divided by the number of steps, which makes it a mean: then steps never get shorter. It "
    "is a sum.",
    {
        "self._s: list[np.ndarray] = []": "self._s, self.counts = [], {}",
        "self._s[i] + grad**2": "self._s[i] + grad**2\nself.counts[i] = self.counts.get(i, 0) + 1",
        "np.sqrt(self._s[i])": "np.sqrt(self._s[i] / self.counts[i])",
    },
)

nothing_remembered = slip(
    "Nothing is remembered: s starts at 0 in every step, so every step is lr long.",
    {"self._s[i] + grad**2": "grad**2"},
)

no_square = slip(
    "s adds up the gradients' sizes; it should add up their squares.",
    {"grad**2": "np.abs(grad)"},
)

sum_of_the_sizes = slip(
    "The divisor is the sum of the gradients' sizes. The root of the sum of their squares grows "
    "more slowly.",
    {"grad**2": "np.abs(grad)", "np.sqrt(self._s[i])": "self._s[i]"},
)

square_of_the_sum = slip(
    "The gradients are added up and then squared, so opposite ones cancel. Squares come first, "
    "then their sum.",
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

starting_at_one = slip(
    "s starts at 1. It should start at 0.",
    {"np.zeros_like": "np.ones_like"},
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
    "eps is the least that √s may be. It should be added to it, however large √s is.",
    {"(np.sqrt(self._s[i]) + self.eps)": "np.maximum(np.sqrt(self._s[i]), self.eps)"},
)

epsilon_in_the_state = slip(
    "eps is added to s at every step and so adds up. It belongs beside the root, not in the state.",
    {
        "+ grad**2": "+ grad**2 + self.eps",
        "(np.sqrt(self._s[i]) + self.eps)": "np.sqrt(self._s[i])",
    },
)

no_root = slip(
    "The square root is missing: the step is divided by s itself.",
    {"np.sqrt(self._s[i])": "self._s[i]"},
)

times_the_root = slip(
    "The step is multiplied by √s + eps: large gradients take still longer steps. It should be "
    "divided.",
    {"grad / (": "grad * ("},
)

plain_descent = slip(
    "The step is not divided by anything: this is plain gradient descent.",
    {" / (np.sqrt(self._s[i]) + self.eps)": ""},
)

only_the_sign = slip(
    "The gradient's sign is divided by √s + eps. The gradient itself should be.",
    {"grad / (np.sqrt(self._s[i]) + self.eps)": "np.sign(grad) / (np.sqrt(self._s[i]) + self.eps)"},
)

root_of_the_step_count = slip(
    "lr is divided by the root of the number of steps, the same for all weights. Each weight has a "
    "divisor of its own, made of its gradients.",
    {
        "self._s: list[np.ndarray] = []": "self._s, self.counts = [], {}",
        "self._s[i] + grad**2": "self._s[i] + grad**2\nself.counts[i] = self.counts.get(i, 0) + 1",
        "np.sqrt(self._s[i])": "np.sqrt(self.counts[i])",
    },
)

uphill = slip(
    "The step goes up the gradient: the sign is wrong.",
    {"param - self.lr": "param + self.lr"},
)


# --- The settings ----------------------------------------------------------------------------


learning_rate_ignored = slip(
    "The argument `lr` is not used.",
    {"self.lr = lr": "self.lr = 0.01"},
)

epsilon_ignored = slip(
    "The argument `eps` is not used.",
    {"self.eps = eps": "self.eps = 1e-10"},
)

zero_epsilon_as_not_given = slip(
    "An eps of 0 is treated as not given: `or` turns it into the default.",
    {"self.eps = eps": "self.eps = eps or 1e-10"},
)

another_default_of_eps = slip(
    "eps is 1e-8 unless told, as in Adam. Here its default is another.",
    {"1e-10": "1e-8"},
)

another_default_of_lr = slip(
    "lr is 0.001 unless told, as in Adam. Here its default is another.",
    {"lr: float = 0.01": "lr: float = 0.001"},
)


# --- State and manners -----------------------------------------------------------------------


none_as_zero = slip(
    "A gradient of None is taken for 0. Where no other gradient came before and eps is 0, that is "
    "0/0: None should leave its parameter alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

none_forgets = slip(
    "A parameter whose gradient is None loses its s, and begins anew. None should leave it alone.",
    {"return param.copy()": "self._s[i] = np.zeros_like(param)\nreturn param.copy()"},
)

state_by_shape = slip(
    "Parameters of the same shape share their sum. Each parameter needs its own, by its position "
    "in the list.",
    {"self._updated(i, p, g)": "self._updated([q.shape for q in params].index(p.shape), p, g)"},
)

always_float64 = slip(
    "The results are float64 whatever the parameters are: something on the way converts them.",
    {"np.zeros_like(param)": "np.zeros(param.shape)"},
)

checked_at_the_first_step_only = slip(
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
    {
        "if len(params) != len(grads)": "self.first = not self._s\n"
        "if self.first and len(params) != len(grads)",
        "strict=True": "strict=False",
        "if grad.shape": "if self.first and grad.shape",
    },
)

parameters_of_its_own = slip(
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
    {
        "if not self._s:": 'params = getattr(self, "own", params)\nif not self._s:',
        "return [self._updated": "self.own = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in self.own]",
    },
)

shapes_unchecked = slip(
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
    {"if grad.shape != param.shape": "if False"},
)

sizes_in_place_of_shapes = slip(
    "Sizes are compared instead of shapes: a gradient of another shape with as many entries is let "
    "through.",
    {"grad.shape != param.shape": "grad.size != param.size"},
)

lengths_unchecked = slip(
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
    {"if len(params) != len(grads)": "if False", "strict=True": "strict=False"},
)

nothing_moves = slip(
    "The parameters come back as they were. Do the new values reach the list that you return?",
    {
        "return [self._updated": "new = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in params]",
    },
)

squares_in_place = slip(
    "The gradient is squared in place, as by `grad **= 2`: the step goes along g², and the "
    "caller's array has changed.",
    {"self._s[i] = self._s[i] + grad**2": "grad **= 2\nself._s[i] = self._s[i] + grad"},
)

import numpy as np

from kata.attempts import right, slip
from solutions.optimization.rmsprop import RMSProp


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


@right(RMSProp)
class WithADictOfAverages:
    """v moves by a share of what it lacks; a missing one counts as 0."""

    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.v = {}

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                v = self.v.get(i, 0.0)
                self.v[i] = v + (1 - self.alpha) * (grad * grad - v)
                new[i] = params[i] - self.lr / (self.v[i] ** 0.5 + self.eps) * grad
        return new


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
    "The squares are only added up, and nothing is forgotten: that is Adagrad. v should be a "
    "running average.",
    {"self.alpha * self._v[i] + (1 - self.alpha) * grad**2": "self._v[i] + grad**2"},
)

the_new_square_in_full = slip(
    "v fades by alpha, but the new square comes in whole, without its share of 1 − alpha: v is far "
    "too large.",
    {"(1 - self.alpha) * grad**2": "grad**2"},
)

old_and_new_swapped = slip(
    "The weights of old and new are swapped: alpha belongs to the old average.",
    {
        "self.alpha * self._v[i] + (1 - self.alpha) * grad**2": (
            "(1 - self.alpha) * self._v[i] + self.alpha * grad**2"
        ),
    },
)

nothing_remembered = slip(
    "Nothing is remembered: v starts at 0 in every step, so it only knows the present gradient.",
    {"self.alpha * self._v[i] + ": ""},
)

largest_average_so_far = slip(
    "v never falls, as in AMSGrad. After large gradients it should fade again.",
    {
        "self._v[i] = self.alpha * self._v[i] + (1 - self.alpha) * grad**2": (
            "average = self.alpha * self._v[i] + (1 - self.alpha) * grad**2\n"
            "self._v[i] = np.maximum(self._v[i], average)"
        ),
    },
)

starting_at_the_first_square = slip(
    "v starts at the first gradient's square. Here it starts at 0, and the first steps are longer.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self._v[i] = self.alpha": "if self._v[i] is None:\n"
        "    self._v[i] = grad**2\n"
        "self._v[i] = self.alpha",
    },
)

starting_at_one = slip(
    "v starts at 1. It should start at 0.",
    {"np.zeros_like": "np.ones_like"},
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
    "v averages the gradients' sizes; it should average their squares.",
    {"grad**2": "np.abs(grad)"},
)

square_of_the_average = slip(
    "The gradients are averaged and then squared, so opposite ones cancel. Squares come first, "
    "then their average.",
    {"grad**2": "grad", "np.sqrt(self._v[i])": "np.sqrt(self._v[i] ** 2)"},
)

centered = slip(
    "The average gradient is subtracted from v, as in the centered variant: v becomes a variance. "
    "Here it is the mean of the squares.",
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
    "eps is the least that √v may be. It should be added to it, however large √v is.",
    {"(np.sqrt(self._v[i]) + self.eps)": "np.maximum(np.sqrt(self._v[i]), self.eps)"},
)

no_root = slip(
    "The square root is missing: the step is divided by v itself.",
    {"np.sqrt(self._v[i])": "self._v[i]"},
)

times_the_root = slip(
    "The step is multiplied by √v + eps: large gradients take still longer steps. It should be "
    "divided.",
    {"grad / (": "grad * ("},
)

plain_descent = slip(
    "The step is not divided by anything: this is plain gradient descent.",
    {" / (np.sqrt(self._v[i]) + self.eps)": ""},
)

only_the_sign = slip(
    "Only the gradient's sign is left: every step is lr long. How far it goes should depend on how "
    "this gradient compares with those before.",
    {"grad / (np.sqrt(self._v[i]) + self.eps)": "np.sign(grad)"},
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

alpha_ignored = slip(
    "The argument `alpha` is not used.",
    {"self.alpha = alpha": "self.alpha = 0.99"},
)

epsilon_ignored = slip(
    "The argument `eps` is not used.",
    {"self.eps = eps": "self.eps = 1e-8"},
)

zero_epsilon_as_not_given = slip(
    "An eps of 0 is treated as not given: `or` turns it into the default.",
    {"self.eps = eps": "self.eps = eps or 1e-8"},
)

zero_alpha_as_not_given = slip(
    "An alpha of 0 is treated as not given: `or` turns it into the default.",
    {"self.alpha = alpha": "self.alpha = alpha or 0.99"},
)

another_default_of_alpha = slip(
    "alpha is 0.9 unless told, as in Hinton's lecture. Here its default is another.",
    {"alpha: float = 0.99": "alpha: float = 0.9"},
)

another_default_of_lr = slip(
    "lr is 0.001 unless told, as in Adam. Here its default is another.",
    {"lr: float = 0.01": "lr: float = 0.001"},
)


# --- State and manners -----------------------------------------------------------------------


none_as_zero = slip(
    "A gradient of None is taken for 0, and its average fades. It should leave it alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

zero_gradients_skipped = slip(
    "A gradient that is all 0 is treated like None: v stays as it is. It should fade.",
    {"if grad is None:": "if grad is None or not grad.any():"},
)

state_by_shape = slip(
    "Parameters of the same shape share their average. Each parameter needs its own, by its "
    "position in the list.",
    {"self._updated(i, p, g)": "self._updated([q.shape for q in params].index(p.shape), p, g)"},
)

always_float64 = slip(
    "The results are float64 whatever the parameters are: something on the way converts them.",
    {"np.zeros_like(param)": "np.zeros(param.shape)"},
)

checked_at_the_first_step_only = slip(
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
    {
        "if len(params) != len(grads)": "self.first = not self._v\n"
        "if self.first and len(params) != len(grads)",
        "strict=True": "strict=False",
        "if grad.shape": "if self.first and grad.shape",
    },
)

parameters_of_its_own = slip(
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
    {
        "if not self._v:": 'params = getattr(self, "own", params)\nif not self._v:',
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

none_forgets = slip(
    "A parameter whose gradient is None loses its v, and begins anew. v should stay.",
    {"return param.copy()": "self._v[i] = np.zeros_like(param)\nreturn param.copy()"},
)

squares_in_place = slip(
    "The gradient is squared in place, as by `grad **= 2`: the step goes along g², and the "
    "caller's array has changed.",
    {"self._v[i] = self.alpha": "grad **= 2\nself._v[i] = self.alpha", "* grad**2": "* grad"},
)

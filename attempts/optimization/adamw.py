import numpy as np

from kata.attempts import right, slip
from solutions.optimization.adamw import AdamW


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


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
class WithTheMovesAddedUp:
    """All moves since the start, each shrunk by the decays after it; v from the whole history."""

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        self.lr, (self.b1, self.b2), self.eps = lr, betas, eps
        self.shrink = 1 - lr * weight_decay
        self.history = None

    def step(self, params, grads):
        check(params, grads)
        self.history = self.history or [[] for _ in params]
        new = []
        for param, grad, past in zip(params, grads, self.history, strict=True):
            if grad is None:
                new.append(param.copy())
                continue
            past.append(grad.copy())
            new.append(param * self.shrink - self.lr * self.direction(past))
        return new

    def direction(self, past):
        def average(beta, values):
            weights = [beta**age for age in range(len(values))][::-1]
            return sum(w * x for w, x in zip(weights, values, strict=True)) / sum(weights)

        root = np.sqrt(average(self.b2, [grad**2 for grad in past]))
        return average(self.b1, past) / (root + self.eps)


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


# --- The decay -------------------------------------------------------------------------------


decay_in_the_gradient = slip(
    "The decay is added to the gradient, as in Adam with L2 regularization. There √v divides it, "
    "so weights with large gradients hardly decay. AdamW shrinks the weights themselves.",
    {
        "decayed = param * (1 - self.lr * self.weight_decay)": (
            "decayed, grad = param, grad + self.weight_decay * param"
        ),
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
    "The decay is not scaled by lr: weights shrink by `weight_decay` in every step. With lr, a "
    "schedule slows both down together.",
    {"(1 - self.lr * self.weight_decay)": "(1 - self.weight_decay)"},
)

decay_with_the_learning_rate_squared = slip(
    "The decay has lr in it twice.",
    {"(1 - self.lr * self.weight_decay)": "(1 - self.lr**2 * self.weight_decay)"},
)

decay_after_the_step = slip(
    "The decay comes last and shrinks the step just done as well. It belongs to the parameter as "
    "it was before the step.",
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

decay_never_beyond_0 = slip(
    "Where lr · weight_decay is above 1, the factor is cut off at 0. In the formula it goes below.",
    {"(1 - self.lr * self.weight_decay)": "max(1 - self.lr * self.weight_decay, 0.0)"},
)

decay_by_sign = slip(
    "What is taken off is the same for all weights of a sign (that is L1's decay). It should be in "
    "proportion to the weight.",
    {
        "decayed = param * (1 - self.lr * self.weight_decay)": (
            "decayed = param - self.lr * self.weight_decay * np.sign(param)"
        ),
    },
)

no_decay = slip(
    "The argument `weight_decay` is not used: this is Adam.",
    {"decayed = param * (1 - self.lr * self.weight_decay)": "decayed = param"},
)

decay_fixed = slip(
    "The decay is 0.01 whatever `weight_decay` says.",
    {"self.weight_decay = weight_decay": "self.weight_decay = 0.01"},
)

zero_decay_as_not_given = slip(
    "A weight_decay of 0 is treated as not given: `or` turns it into the default.",
    {"self.weight_decay = weight_decay": "self.weight_decay = weight_decay or 0.01"},
)

biases_left_out = slip(
    "Vectors (biases) are left out of the decay. That is often wanted, but it is the caller's "
    "choice: here every parameter decays.",
    {"decayed = param": "decayed = param if param.ndim == 1 else param"},
)

decay_without_a_gradient = slip(
    "A parameter whose gradient is None decays all the same. None leaves it alone.",
    {"return param.copy()": "return param * (1 - self.lr * self.weight_decay)"},
)

no_decay_at_a_zero_gradient = slip(
    "Where a gradient is 0, its weight does not decay. The decay does not ask for the gradient.",
    {
        "param * (1 - self.lr * self.weight_decay)": (
            "np.where(grad == 0, param, param * (1 - self.lr * self.weight_decay))"
        ),
    },
)

decay_in_the_squares_only = slip(
    "v averages the squares of g + weight_decay · p. Only the gradient itself belongs in it: the "
    "decay is no business of the averages.",
    {"grad**2": "(grad + self.weight_decay * param) ** 2"},
)


# --- What it shares with Adam ----------------------------------------------------------------


no_bias_correction = slip(
    "There is no bias correction: m and v start at 0, so both are too small in the first steps.",
    {
        "self._m[i] / (1 - beta1 ** self._t[i])": "self._m[i]",
        "self._v[i] / (1 - beta2 ** self._t[i])": "self._v[i]",
    },
)

step_count_advances_per_parameter = slip(
    "t advances once for every parameter instead of once for every step: from the second parameter "
    "on, the bias correction is that of a later step.",
    {"self._t[i] += 1": "self._t = [self._t[i] + 1] * len(self._t)"},
)

one_step_count_for_all = slip(
    "One t counts the steps of all parameters, so it also advances for a parameter whose gradient "
    "is None. Each has its own t.",
    {"return [self": "self._t = [t + 1 for t in self._t]\nreturn [self", "self._t[i] += 1": "pass"},
)

epsilon_in_the_root = slip(
    "eps stands inside the root. It belongs outside, added to √v̂.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat + self.eps)"},
)

no_epsilon = slip(
    "eps is missing: a weight whose gradients are all 0 becomes 0/0.",
    {"(np.sqrt(v_hat) + self.eps)": "np.sqrt(v_hat)"},
)

epsilon_as_the_least = slip(
    "eps is the least that √v̂ may be. It should be added to it, however large √v̂ is.",
    {"(np.sqrt(v_hat) + self.eps)": "np.maximum(np.sqrt(v_hat), self.eps)"},
)

betas_swapped = slip(
    "The two betas are swapped: the first belongs to m, the second to v.",
    {"beta1, beta2 = self.betas": "beta2, beta1 = self.betas"},
)

zero_betas_as_not_given = slip(
    "A β of 0 is treated as not given: `or` turns it into the default.",
    {"beta1, beta2 = self.betas": "beta1, beta2 = self.betas[0] or 0.9, self.betas[1] or 0.999"},
)

largest_average_so_far = slip(
    "v̂ is the largest so far, as in AMSGrad. After large gradients it should fall again.",
    {
        "self._t: list[int] = []": "self._t, self.largest = [], {}",
        "return decayed -": (
            "v_hat = self.largest[i] = np.maximum(self.largest.get(i, 0.0), v_hat)\n"
            "return decayed -"
        ),
    },
)

along_the_gradient = slip(
    "The step goes along the gradient itself, as in RMSProp. It should go along m̂.",
    {"self.lr * m_hat": "self.lr * grad"},
)

none_as_zero = slip(
    "A gradient of None is taken for 0: its parameter decays, its averages fade and its t "
    "advances. None leaves all of them alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

state_by_shape = slip(
    "Parameters of the same shape share their averages. Each parameter needs its own, by its "
    "position in the list.",
    {"self._updated(i, p, g)": "self._updated([q.shape for q in params].index(p.shape), p, g)"},
)

always_float64 = slip(
    "The results are float64 whatever the parameters are: something on the way converts them.",
    {
        "self._m = [np.zeros_like(param)": "self._m = [np.zeros(param.shape)",
        "self._v = [np.zeros_like(param)": "self._v = [np.zeros(param.shape)",
    },
)

parameters_of_its_own = slip(
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
    {
        "if not self._t:": 'params = getattr(self, "own", params)\nif not self._t:',
        "return [self._updated": "self.own = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in self.own]",
    },
)

checked_at_the_first_step_only = slip(
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
    {
        "if len(params) != len(grads)": "self.first = not self._t\n"
        "if self.first and len(params) != len(grads)",
        "strict=True": "strict=False",
        "if grad.shape": "if self.first and grad.shape",
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
    "A parameter whose gradient is None loses its averages and its t, and begins anew. They should "
    "stay.",
    {
        "return param.copy()": "self._m[i], self._v[i], self._t[i] = 0 * param, 0 * param, 0\n"
        "return param.copy()",
    },
)

step_count_one_too_large = slip(
    "t is one too large: it is 2 in the first step, so the bias correction comes a step too late.",
    {"self._t = [0]": "self._t = [1]"},
)

step_count_one_too_small = slip(
    "The first step gives nan. If t is 0 there, the bias correction divides by 1 − β⁰, which is 0.",
    {"self._t = [0]": "self._t = [-1]"},
)

squared_too_early = slip(
    "m averages the squares too: where `grad` is squared in place, it is no longer the gradient.",
    {
        "self._t[i] += 1": "self._t[i] += 1\ngrad **= 2",
        "(1 - beta2) * grad**2": "(1 - beta2) * grad",
    },
)

epsilon_before_the_correction = slip(
    "eps is added to √v before the bias correction; the paper adds it after.",
    {
        "(np.sqrt(v_hat) + self.eps)": (
            "((np.sqrt(self._v[i]) + self.eps) / np.sqrt(1 - beta2 ** self._t[i]))"
        ),
    },
)

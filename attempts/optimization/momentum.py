import numpy as np

from attempts.optimization.sgd import check
from kata.attempts import right, slip
from solutions.optimization.momentum import Momentum


@right(Momentum)
class WithTheWholeHistory:
    """No recursion: v is a weighted sum of all gradients so far."""

    def __init__(self, lr=0.001, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.history = {}

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                past = self.history.setdefault(i, [])
                past.insert(0, grad.copy())
                new[i] -= self.lr * sum(self.momentum**age * g for age, g in enumerate(past))
        return new


@right(Momentum)
class WritingIntoItsOwnArrays:
    """v is made from the first gradient, and then written into."""

    def __init__(self, lr=0.001, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.v = None

    def step(self, params, grads):
        check(params, grads)
        if self.v is None:
            self.v = [None for _ in params]
        new = [param.copy() for param in params]
        for i, (param, grad) in enumerate(zip(params, grads, strict=True)):
            if grad is None:
                continue
            if self.v[i] is None:
                self.v[i] = np.array(grad, dtype=param.dtype)
            else:
                self.v[i] *= self.momentum
                self.v[i] += grad
            new[i] = param - self.lr * self.v[i]
        return new


# --- The velocity ----------------------------------------------------------------------------

an_average = slip(
    "The gradient is weighted by 1 − momentum, which makes v an average. v should add each "
    "gradient in full.",
    {"self._v[i] + grad": "self._v[i] + (1 - self.momentum) * grad"},
)

an_average_that_starts_with_the_first = slip(
    "v starts with the first gradient in full, but later ones are weighted by 1 − momentum. "
    "Every gradient should count in full.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self._v[i] = self.momentum * self._v[i] + grad": "if self._v[i] is None:\n"
        "    self._v[i] = grad.copy()\n"
        "else:\n"
        "    self._v[i] = self.momentum * self._v[i] + (1 - self.momentum) * grad",
    },
)

learning_rate_in_the_velocity = slip(
    "lr is inside v, so v remembers earlier learning rates. It shows once `lr` is assigned: old "
    "moves keep their old length.",
    {"self._v[i] + grad": "self._v[i] + self.lr * grad", "self.lr * self._v[i]": "self._v[i]"},
)

learning_rate_twice = slip(
    "lr is in v, and multiplies the move again.",
    {"self._v[i] + grad": "self._v[i] + self.lr * grad"},
)

learning_rate_kept = slip(
    "The step keeps the lr that the optimizer was made with. `lr` may be assigned later, as a "
    "schedule does.",
    {"self.lr = lr": "self.lr = self.first_lr = lr", "param - self.lr": "param - self.first_lr"},
)

no_memory = slip(
    "Nothing is remembered: v is 0 again at the start of every step.",
    {"self.momentum * self._v[i] + grad": "grad.copy()"},
)

only_the_last_gradient = slip(
    "v remembers only the last gradient: what came before it is lost.",
    {
        "self._v[i] = self.momentum * self._v[i] + grad": (
            "v, self._v[i] = self.momentum * self._v[i] + grad, grad.copy()"
        ),
        "self.lr * self._v[i]": "self.lr * v",
    },
)

nothing_fades = slip(
    "v is the sum of all gradients: old ones do not fade, since `momentum` is missing.",
    {"self.momentum * self._v[i] + grad": "self._v[i] + grad"},
)

the_gradient_fades_too = slip(
    "momentum multiplies the whole sum v + g, the new gradient included. Only the old v fades.",
    {"self.momentum * self._v[i] + grad": "self.momentum * (self._v[i] + grad)"},
)

momentum_at_the_gradient = slip(
    "momentum multiplies the gradient instead of the old v.",
    {"self.momentum * self._v[i] + grad": "self._v[i] + self.momentum * grad"},
)

old_velocity_pushes_back = slip(
    "The signs of v and of the gradient differ: the old v pushes back instead of on.",
    {"self.momentum * self._v[i] + grad": "grad - self.momentum * self._v[i]"},
)

momentum_fixed = slip(
    "The argument `momentum` is not used.", {"self.momentum = momentum": "self.momentum = 0.9"}
)

zero_momentum_as_not_given = slip(
    "A momentum of 0 counts as not given: `or` turns it into the default.",
    {"self.momentum = momentum": "self.momentum = momentum or 0.9"},
)

learning_rate_fixed = slip("The argument `lr` is not used.", {"self.lr = lr": "self.lr = 0.001"})

# --- The move --------------------------------------------------------------------------------

one_step_late = slip(
    "The move uses v from before this step, so every gradient acts one step late.",
    {
        "self._v[i] = self.momentum * self._v[i] + grad": (
            "before, self._v[i] = self._v[i], self.momentum * self._v[i] + grad"
        ),
        "self.lr * self._v[i]": "self.lr * before",
    },
)

as_nesterov = slip(
    "The move is by g + momentum · v, as in Nesterov's method. Plain momentum moves by v alone.",
    {"param - self.lr * self._v[i]": "param - self.lr * (grad + self.momentum * self._v[i])"},
)

no_learning_rate = slip(
    "lr is missing in the move.", {"param - self.lr * self._v[i]": "param - self._v[i]"}
)

corrected_for_the_start = slip(
    "v is corrected for its start at 0, as Adam's averages are. This v is a sum: the first "
    "gradient counts in full.",
    {
        "self._v: list[np.ndarray] = []": "self._v, self.t = [], {}",
        "self._v[i] + grad": "self._v[i] + (1 - self.momentum) * grad\n"
        "self.t[i] = self.t.get(i, 0) + 1",
        "self.lr * self._v[i]": "self.lr * self._v[i] / (1 - self.momentum ** self.t[i])",
    },
)

none_forgets = slip(
    "A gradient of None sets the state back to 0. It should stay as it was.",
    {"return param.copy()": "self._v[i] = np.zeros_like(param)\nreturn param.copy()"},
)

# --- What any optimizer with a state may do; the later ones import these ---------------------

uphill = slip(
    "The step goes up the gradient: the sign is wrong.", {"param - self.lr": "param + self.lr"}
)

nothing_moves = slip(
    "The parameters come back as they were. Do the new values reach the list that you return?",
    {
        "return [self._updated": "new = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in params]",
    },
)

none_as_zero = slip(
    "A gradient of None is treated as 0. It should leave its parameter and its state alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

state_by_shape = slip(
    "Parameters of the same shape share one state. Each needs its own, by its place in the list.",
    {"self._updated(i, p, g)": "self._updated([q.shape for q in params].index(p.shape), p, g)"},
)

state_by_position_among_the_present = slip(
    "States are numbered by the gradients that are present: after a None, a parameter gets "
    "another's state.",
    {"self._updated(i, p, g)": "self._updated(sum(h is not None for h in grads[:i]), p, g)"},
)

parameters_of_its_own = slip(
    "It keeps the parameters of its first step and goes on from there. It should start from those "
    "that are passed in, whose values may have changed.",
    {
        "if len(params) != len(grads)": 'params = getattr(self, "own", params)\n'
        "if len(params) != len(grads)",
        "return [self._updated": "self.own = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in self.own]",
    },
)

shapes_unchecked = slip(
    "A gradient of another shape than its parameter's is let through: NumPy broadcasts the two.",
    {"if grad.shape != param.shape": "if False"},
)

sizes_in_place_of_shapes = slip(
    "Sizes are compared, not shapes: a gradient of another shape but as many entries passes.",
    {"grad.shape != param.shape": "grad.size != param.size"},
)

lengths_unchecked = slip(
    "Lists of different lengths are let through: zip stops at the shorter, and the rest is lost.",
    {"if len(params) != len(grads)": "if False", "strict=True))]": "strict=False))]"},
)

checked_at_the_first_step_only = slip(
    "Shapes and lengths are compared at the first step only. Later steps need the check too.",
    {
        "if len(params) != len(grads)": 'self.first = not hasattr(self, "first")\n'
        "if self.first and len(params) != len(grads)",
        "strict=True))]": "strict=False))]",
        "if grad.shape": "if self.first and grad.shape",
    },
)

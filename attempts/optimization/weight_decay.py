import numpy as np

from kata.attempts import right, slip
from solutions.optimization.weight_decay import SGD, gap


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- SGD -------------------------------------------------------------------------------------


@right(SGD)
class RememberingTheLastMove:
    """The velocity is kept as a move, −lr · v, in a dict."""

    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.decoupled = decoupled
        self.moves = {}

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                new[i] = self.one(i, params[i], grad)
        return new

    def one(self, i, param, grad):
        decay = self.lr * self.weight_decay * param
        move = self.momentum * self.moves.get(i, 0.0) - self.lr * grad
        self.moves[i] = move if self.decoupled else move - decay
        return param + self.moves[i] - (decay if self.decoupled else 0.0)


@right(SGD)
class WithTheWholeHistory:
    """No recursion: v is a weighted sum of all gradients so far, decay included or not."""

    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        self.lr, self.momentum = lr, momentum
        self.direct, self.in_gradient = (weight_decay, 0.0) if decoupled else (0.0, weight_decay)
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
            past.append(grad + self.in_gradient * param)
            ages = range(len(past) - 1, -1, -1)
            v = sum(self.momentum**age * g for age, g in zip(ages, past, strict=True))
            new.append((1 - self.lr * self.direct) * param - self.lr * v)
        return new


@right(SGD)
class WritingIntoCopies:
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        self.settings = lr, momentum, weight_decay, decoupled
        self.v = None

    def step(self, params, grads):
        check(params, grads)
        lr, momentum, weight_decay, decoupled = self.settings
        self.v = self.v or [np.zeros_like(param) for param in params]
        new = [param.copy() for param in params]
        for p, v, g in zip(new, self.v, grads, strict=True):
            if g is None:
                continue
            v *= momentum
            v += g
            if decoupled:
                p *= 1 - lr * weight_decay
            else:
                v += weight_decay * p
            p -= lr * v
        return new


always_coupled = slip(
    "The decay is always coupled: `decoupled` is not used.",
    {"self.decoupled = decoupled": "self.decoupled = False"},
)

always_decoupled = slip(
    "The decay is always decoupled. Coupled, it is in the gradient before v takes it up, so v "
    "remembers the decay too.",
    {"self.decoupled = decoupled": "self.decoupled = True"},
)

decoupled_unless_told = slip(
    "The decay is decoupled where nothing is said. It should then be coupled.",
    {"decoupled: bool = False": "decoupled: bool = True"},
)

the_wrong_way_round = slip(
    "`decoupled` is taken the wrong way round.",
    {"if self.decoupled:": "if not self.decoupled:"},
)

decoupled_and_coupled = slip(
    "With `decoupled` the decay acts twice: on the parameter and in the gradient as well.",
    {"param = param * (": "grad = grad + self.weight_decay * param\nparam = param * ("},
)

decoupled_without_lr = slip(
    "The decoupled decay lacks lr: weights shrink by `weight_decay` in every step.",
    {"(1 - self.lr * self.weight_decay)": "(1 - self.weight_decay)"},
)

no_coupled_decay = slip(
    "The coupled kind does not decay: weight_decay · p is missing in the gradient.",
    {"grad = grad + self.weight_decay * param": "pass"},
)

no_decoupled_decay = slip(
    "The decoupled kind does not decay: the parameter itself should shrink.",
    {"param = param * (1 - self.lr * self.weight_decay)": "pass"},
)

coupled_with_lr = slip(
    "The coupled decay has lr in it before the gradient is multiplied by lr again.",
    {"grad + self.weight_decay * param": "grad + self.lr * self.weight_decay * param"},
)

coupled_twice = slip(
    "The coupled decay is twice as strong as it should be: 2 · weight_decay · p would belong to a "
    "penalty without ½.",
    {"grad + self.weight_decay * param": "grad + 2 * self.weight_decay * param"},
)

coupled_with_the_wrong_sign = slip(
    "The coupled decay has the wrong sign: the weights grow.",
    {"grad + self.weight_decay * param": "grad - self.weight_decay * param"},
)

decoupled_with_the_wrong_sign = slip(
    "The decoupled decay has the wrong sign: the weights grow.",
    {"(1 - self.lr * self.weight_decay)": "(1 + self.lr * self.weight_decay)"},
)

decoupled_with_lr_squared = slip(
    "The decoupled decay has lr in it twice.",
    {"(1 - self.lr * self.weight_decay)": "(1 - self.lr**2 * self.weight_decay)"},
)

decoupled_after_the_step = slip(
    "The decoupled decay comes last and shrinks the step just done as well. It belongs to the "
    "parameter as it was before.",
    {
        "param = param * (1 - self.lr * self.weight_decay)": "pass",
        "return param - self.lr * self._v[i]": "new = param - self.lr * self._v[i]\n"
        "return new * (1 - self.lr * self.weight_decay) if self.decoupled else new",
    },
)

decoupled_on_the_velocity = slip(
    "The decoupled decay shrinks v too. Only the parameter decays.",
    {
        "param = param * (1 - self.lr * self.weight_decay)": (
            "param = param * (1 - self.lr * self.weight_decay)\n"
            "self._v[i] = self._v[i] * (1 - self.lr * self.weight_decay)"
        ),
    },
)

decay_by_sign = slip(
    "The decay takes the same from all weights of a sign, as L1 does. It should be in proportion "
    "to the weight.",
    {
        "param = param * (1 - self.lr * self.weight_decay)": (
            "param = param - self.lr * self.weight_decay * np.sign(param)"
        ),
        "grad + self.weight_decay * param": "grad + self.weight_decay * np.sign(param)",
    },
)

no_decay = slip(
    "The argument `weight_decay` is not used: nothing decays.",
    {"self.weight_decay = weight_decay": "self.weight_decay = 0.0"},
)

biases_left_out = slip(
    "Vectors (biases) are left out of the decay. That is often wanted, but it is the caller's "
    "choice: here every parameter decays.",
    {"if self.decoupled:": "if param.ndim == 1:\n    pass\nelif self.decoupled:"},
)

decay_without_a_gradient = slip(
    "A parameter whose gradient is None decays all the same. None leaves it alone.",
    {"return param.copy()": "return param * (1 - self.lr * self.weight_decay)"},
)

none_as_zero = slip(
    "A gradient of None is taken for 0: its parameter decays and its v fades. None leaves both "
    "alone.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

none_forgets = slip(
    "A gradient of None makes v start again from 0. It should stay as it was.",
    {"return param.copy()": "self._v[i] = np.zeros_like(param)\nreturn param.copy()"},
)

an_average_for_a_sum = slip(
    "The gradient is weighted by 1 − momentum, as in Adam's averages. Here v is a sum.",
    {"self._v[i] + grad": "self._v[i] + (1 - self.momentum) * grad"},
)

no_momentum = slip(
    "v is the latest gradient alone: nothing is left of the old v.",
    {"self.momentum * self._v[i] + grad": "grad.copy()"},
)

nothing_fades = slip(
    "v is the sum of all gradients: old ones do not fade, since `momentum` is missing.",
    {"self.momentum * self._v[i] + grad": "self._v[i] + grad"},
)

learning_rate_twice = slip(
    "lr is applied twice: in v, and again in the move.",
    {"self._v[i] + grad": "self._v[i] + self.lr * grad"},
)

nesterov = slip(
    "The step looks ahead: p − lr · (g + momentum · v) is Nesterov's momentum.",
    {"param - self.lr * self._v[i]": "param - self.lr * (grad + self.momentum * self._v[i])"},
)

uphill = slip(
    "The step goes up the gradient: the sign is wrong.",
    {"param - self.lr * self._v": "param + self.lr * self._v"},
)

state_by_shape = slip(
    "Parameters of the same shape share one v. Each parameter needs its own, by its position in "
    "the list.",
    {"self._updated(i, p, g)": "self._updated([q.shape for q in params].index(p.shape), p, g)"},
)

always_float64 = slip(
    "The results are float64 whatever the parameters are: something on the way converts them.",
    {"np.zeros_like(param)": "np.zeros(param.shape)"},
)

writes_into_grads = slip(
    "It adds the decay to the gradients in place, as `grad += …` does. The caller's arrays change.",
    {"grad = grad + self.weight_decay * param": "grad += self.weight_decay * param"},
)

the_first_gradient_for_the_velocity = slip(
    "v is the caller's own array after the first step (v = grad makes no copy). When the caller "
    "writes into it, v changes.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self.momentum * self._v[i] + grad": (
            "grad if self._v[i] is None else self.momentum * self._v[i] + grad"
        ),
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
    {"if len(params) != len(grads)": "if False", "strict=True))]": "strict=False))]"},
)

nothing_moves = slip(
    "The parameters come back as they were. Do the new values reach the list that you return?",
    {
        "return [self._updated": "new = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in params]",
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

checked_at_the_first_step_only = slip(
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
    {
        "if len(params) != len(grads)": "self.first = not self._v\n"
        "if self.first and len(params) != len(grads)",
        "strict=True))]": "strict=False))]",
        "if grad.shape": "if self.first and grad.shape",
    },
)


# --- The gap ---------------------------------------------------------------------------------


def flat(arrays):
    return np.concatenate([np.zeros(0), *(array.ravel() for array in arrays)])


@right(gap)
def one_run_after_the_other(params, steps_of_grads, lr, momentum, weight_decay):
    courses = []
    for decoupled in (False, True):
        optimiser, state, course = SGD(lr, momentum, weight_decay, decoupled), params, []
        for grads in steps_of_grads:
            state = optimiser.step(state, grads)
            course.append(flat(state))
        courses.append(course)
    pairs = zip(*courses, strict=True)
    return [float(np.linalg.norm(np.append(a - b, 0.0), np.inf)) for a, b in pairs]


@right(gap)
def from_the_difference_alone(params, steps_of_grads, lr, momentum, weight_decay):
    """Both runs by formula, without SGD: the difference obeys a recursion of its own."""
    gaps = []
    state = [[p.copy(), np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)] for p in params]
    for grads in steps_of_grads:
        for entry, grad in zip(state, grads, strict=True):
            if grad is None:
                continue
            p, v, apart, lag = entry
            # v and lag are the decoupled velocity and what the coupled one has beside it.
            v = momentum * v + grad
            lag = momentum * lag + weight_decay * (p + apart)
            apart = apart + lr * weight_decay * p - lr * lag
            p = (1 - lr * weight_decay) * p - lr * v
            entry[:] = p, v, apart, lag
        gaps.append(max((float(np.abs(e[2]).max(initial=0)) for e in state), default=0.0))
    return gaps


the_last_gap = slip(
    "Only the last gap is in the list. There is one for each step.",
    {"return gaps": "return gaps[-1:]"},
)

with_the_start = slip(
    "The list begins with the gap before the first step.",
    {"list(params), list(params), []": "list(params), list(params), [0.0]"},
)

with_the_sign = slip(
    "The differences keep their sign, so a negative one counts for nothing. Take absolute values.",
    {"np.abs(a - b)": "(a - b)"},
)

the_mean_difference = slip(
    "This is the mean of the absolute differences. The gap is the largest.",
    {
        "np.abs(a - b).max(initial=0.0)": "np.abs(a - b).sum()",
        "max(largest, default=0.0)": "sum(largest) / max(sum(a.size for a in one), 1)",
    },
)

the_length_of_the_difference = slip(
    "This is the length of the difference vector (a root of a sum), not its largest entry.",
    {
        "np.abs(a - b).max(initial=0.0)": "((a - b) ** 2).sum()",
        "max(largest, default=0.0)": "np.sqrt(sum(largest))",
    },
)

the_difference_of_the_largest = slip(
    "The largest entries of both runs are compared with each other. They may be different entries: "
    "subtract first.",
    {
        "np.abs(a - b).max(initial=0.0)": (
            "abs(np.abs(a).max(initial=0.0) - np.abs(b).max(initial=0.0))"
        ),
    },
)

the_first_parameter_alone = slip(
    "Only the first parameter is compared.",
    {"zip(one, other, strict=True)": "zip(one[:1], other[:1], strict=True)"},
)

the_last_parameter_alone = slip(
    "Only the last parameter is compared.",
    {"zip(one, other, strict=True)": "zip(one[-1:], other[-1:], strict=True)"},
)

one_optimiser_for_both = slip(
    "Both runs share one optimiser (or its v), so each takes up the other's gradients.",
    {
        "for grads in steps_of_grads:": (
            "first._v = second._v = [np.zeros_like(param) for param in params]\n"
            "for grads in steps_of_grads:"
        ),
    },
)

always_from_the_start = slip(
    "Every step starts at the first `params` again. A run goes on from where its last step ended.",
    {
        "first.step(coupled, grads)": "first.step(params, grads)",
        "second.step(decoupled, grads)": "second.step(params, grads)",
    },
)

never_a_gap = slip(
    "There is never a gap. Either both runs have the same kind of decay, or new optimisers are "
    "made for every step, which know nothing of earlier gradients.",
    {", decoupled=True)": ")"},
)

compared_with_no_decay = slip(
    "The coupled run has no decay at all: this is the gap between decoupled decay and none.",
    {"first = SGD(lr, momentum, weight_decay)": "first = SGD(lr, momentum)"},
)

the_largest_gap_so_far = slip(
    "The gaps only ever grow: each is the largest so far. They should be those after each step.",
    {
        "gaps.append(_largest_difference(coupled, decoupled))": (
            "gaps.append(max([*gaps, _largest_difference(coupled, decoupled)]))"
        ),
    },
)

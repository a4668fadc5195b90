import numpy as np

from attempts.optimization.momentum import (
    an_average,
    as_nesterov,
    check,
    checked_at_the_first_step_only,
    learning_rate_twice,
    lengths_unchecked,
    no_memory,
    none_as_zero,
    none_forgets,
    nothing_fades,
    nothing_moves,
    parameters_of_its_own,
    shapes_unchecked,
    sizes_in_place_of_shapes,
    state_by_shape,
    uphill,
)
from kata.attempts import right, slip
from solutions.optimization.weight_decay import SGD, gap

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
    "The decay is always decoupled. Coupled, it is a part of the gradient, so v remembers it.",
    {"self.decoupled = decoupled": "self.decoupled = True"},
)

decoupled_unless_told = slip(
    "The decay is decoupled by default. It should be coupled.",
    {"decoupled: bool = False": "decoupled: bool = True"},
)

the_wrong_way_round = slip(
    "`decoupled` is read the wrong way round.", {"if self.decoupled:": "if not self.decoupled:"}
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
    "The coupled decay has lr in it, and the gradient is multiplied by lr again.",
    {"grad + self.weight_decay * param": "grad + self.lr * self.weight_decay * param"},
)

coupled_twice = slip(
    "The coupled decay is twice as strong as it should be: 2 · weight_decay · p would belong to "
    "a penalty without ½.",
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

decoupled_after_the_step = slip(
    "The decoupled decay comes last and shrinks the step just taken as well. It belongs to the "
    "parameter as it was before.",
    {
        "param = param * (1 - self.lr * self.weight_decay)": "pass",
        "return param - self.lr * self._v[i]": "new = param - self.lr * self._v[i]\n"
        "return new * (1 - self.lr * self.weight_decay) if self.decoupled else new",
    },
)

no_decay = slip(
    "The argument `weight_decay` is not used: nothing decays.",
    {"self.weight_decay = weight_decay": "self.weight_decay = 0.0"},
)

biases_left_out = slip(
    "Vectors (biases) do not decay. That is often wanted; in this kata every parameter does.",
    {"if self.decoupled:": "if param.ndim == 1:\n    pass\nelif self.decoupled:"},
)

decay_without_a_gradient = slip(
    "A parameter whose gradient is None decays all the same. None should leave it alone.",
    {"return param.copy()": "return param * (1 - self.decoupled * self.lr * self.weight_decay)"},
)

# --- The gap ---------------------------------------------------------------------------------


def flat(arrays):
    return np.concatenate([np.zeros(0), *(array.ravel() for array in arrays)])


@right(gap)
def one_run_after_the_other(params, steps_of_grads, lr, momentum, weight_decay):
    courses = []
    for decoupled in (False, True):
        optimizer, state, course = SGD(lr, momentum, weight_decay, decoupled), params, []
        for grads in steps_of_grads:
            state = optimizer.step(state, grads)
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


with_the_start = slip(
    "The list begins with the gap before the first step.",
    {"list(params), list(params), []": "list(params), list(params), [0.0]"},
)

with_the_sign = slip(
    "The differences keep their sign, so a negative one counts for nothing.",
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
    "The largest entries of both runs are compared. They may be different entries: subtract first.",
    {
        "np.abs(a - b).max(initial=0.0)": (
            "abs(np.abs(a).max(initial=0.0) - np.abs(b).max(initial=0.0))"
        )
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

one_optimizer_for_both = slip(
    "Both runs share one optimizer (or its v), so each picks up the other's gradients.",
    {
        "for grads in steps_of_grads:": (
            "first._v = second._v = [np.zeros_like(param) for param in params]\n"
            "for grads in steps_of_grads:"
        )
    },
)

always_from_the_start = slip(
    "Every step starts at the first `params` again. A run should go on from its last step.",
    {
        "first.step(coupled, grads)": "first.step(params, grads)",
        "second.step(decoupled, grads)": "second.step(params, grads)",
    },
)

never_a_gap = slip(
    "There is never a gap. Do both runs have the same kind of decay, or are the optimizers made "
    "anew for every step?",
    {", decoupled=True)": ")"},
)

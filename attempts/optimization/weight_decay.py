import numpy as np

from kata.attempts import right, wrong
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


class Slipped(SGD):
    """The solution with its update cut in pieces, for one of them to be wrong."""

    def _updated(self, i, param, grad):
        if grad is None:
            return param.copy()
        self.compare(param, grad)
        gradient = grad if self.decoupled else self.coupled(param, grad)
        self.remember(i, gradient)
        start = self.shrunk(param) if self.decoupled else param
        return self.moved(start, self._v[i], gradient)

    def coupled(self, param, grad):
        return grad + self.weight_decay * param

    def shrunk(self, param):
        return param * (1 - self.lr * self.weight_decay)

    def remember(self, i, grad):
        self._v[i] = self.momentum * self._v[i] + grad

    def moved(self, param, v, grad):
        return param - self.lr * v

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


@wrong(
    SGD,
    "The decay is always coupled: `decoupled` is not used.",
)
class AlwaysCoupled(SGD):
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        super().__init__(lr, momentum, weight_decay)


@wrong(
    SGD,
    "The decay is always decoupled. Coupled, it is in the gradient before v takes it up, so v "
    "remembers the decay too.",
)
class AlwaysDecoupled(SGD):
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        super().__init__(lr, momentum, weight_decay, True)


@wrong(SGD, "The decay is decoupled where nothing is said. It should then be coupled.")
class DecoupledUnlessTold(SGD):
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=True):
        super().__init__(lr, momentum, weight_decay, decoupled)


@wrong(SGD, "`decoupled` is taken the wrong way round.")
class TheWrongWayRound(SGD):
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        super().__init__(lr, momentum, weight_decay, not decoupled)


@wrong(
    SGD,
    "With `decoupled` the decay acts twice: on the parameter and in the gradient as well.",
)
class DecoupledAndCoupled(Slipped):
    def _updated(self, i, param, grad):
        if self.decoupled and grad is not None and grad.shape == param.shape:
            grad = grad + self.weight_decay * param
        return super()._updated(i, param, grad)


@wrong(
    SGD,
    "The decoupled decay lacks lr: weights shrink by `weight_decay` in every step.",
)
class DecoupledWithoutLr(Slipped):
    def shrunk(self, param):
        return param * (1 - self.weight_decay)


@wrong(SGD, "The coupled kind does not decay: weight_decay · p is missing in the gradient.")
class NoCoupledDecay(Slipped):
    def coupled(self, param, grad):
        return grad


@wrong(SGD, "The decoupled kind does not decay: the parameter itself should shrink.")
class NoDecoupledDecay(Slipped):
    def shrunk(self, param):
        return param


@wrong(
    SGD,
    "The coupled decay has lr in it before the gradient is multiplied by lr again.",
)
class CoupledWithLr(Slipped):
    def coupled(self, param, grad):
        return grad + self.lr * self.weight_decay * param


@wrong(
    SGD,
    "The coupled decay is twice as strong as it should be: 2 · weight_decay · p would belong to a "
    "penalty without ½.",
)
class CoupledTwice(Slipped):
    def coupled(self, param, grad):
        return grad + 2 * self.weight_decay * param


@wrong(SGD, "The coupled decay has the wrong sign: the weights grow.")
class CoupledWithTheWrongSign(Slipped):
    def coupled(self, param, grad):
        return grad - self.weight_decay * param


@wrong(SGD, "The decoupled decay has the wrong sign: the weights grow.")
class DecoupledWithTheWrongSign(Slipped):
    def shrunk(self, param):
        return param * (1 + self.lr * self.weight_decay)


@wrong(
    SGD,
    "The decoupled decay comes last and shrinks the step just done as well. It belongs to the "
    "parameter as it was before.",
)
class DecoupledAfterTheStep(Slipped):
    def moved(self, param, v, grad):
        if not self.decoupled:
            return super().moved(param, v, grad)
        factor = 1 - self.lr * self.weight_decay
        return param - factor * self.lr * v


@wrong(
    SGD,
    "The decoupled decay shrinks v too. Only the parameter decays.",
)
class DecoupledOnTheVelocity(Slipped):
    def remember(self, i, grad):
        if self.decoupled:
            self._v[i] = self._v[i] * (1 - self.lr * self.weight_decay)
        super().remember(i, grad)


@wrong(
    SGD,
    "The decay takes the same from all weights of a sign, as L1 does. It should be in proportion "
    "to the weight.",
)
class DecayBySign(Slipped):
    def coupled(self, param, grad):
        return grad + self.weight_decay * np.sign(param)

    def shrunk(self, param):
        return param - self.lr * self.weight_decay * np.sign(param)


@wrong(SGD, "The argument `weight_decay` is not used: nothing decays.")
class NoDecay(SGD):
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        super().__init__(lr, momentum, 0.0, decoupled)


@wrong(
    SGD,
    "Vectors (biases) are left out of the decay. That is often wanted, but it is the caller's "
    "choice: here every parameter decays.",
)
class BiasesLeftOut(Slipped):
    def coupled(self, param, grad):
        return grad if param.ndim == 1 else super().coupled(param, grad)

    def shrunk(self, param):
        return param if param.ndim == 1 else super().shrunk(param)


@wrong(
    SGD,
    "A parameter whose gradient is None decays all the same. None leaves it alone.",
)
class DecayWithoutAGradient(SGD):
    def _updated(self, i, param, grad):
        if grad is None:
            return param * (1 - self.lr * self.weight_decay)
        return super()._updated(i, param, grad)


@wrong(
    SGD,
    "A gradient of None is taken for 0: its parameter decays and its v fades. None leaves both "
    "alone.",
)
class NoneAsZero(SGD):
    def _updated(self, i, param, grad):
        return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    SGD,
    "A gradient of None makes v start again from 0. It should stay as it was.",
)
class NoneForgets(SGD):
    def _updated(self, i, param, grad):
        if grad is None:
            self._v[i] = np.zeros_like(param)
        return super()._updated(i, param, grad)


@wrong(
    SGD,
    "The gradient is weighted by 1 − momentum, as in Adam's averages. Here v is a sum.",
)
class AnAverageForASum(Slipped):
    def remember(self, i, grad):
        self._v[i] = self.momentum * self._v[i] + (1 - self.momentum) * grad


@wrong(SGD, "v is the latest gradient alone: nothing is left of the old v.")
class NoMomentum(Slipped):
    def remember(self, i, grad):
        self._v[i] = grad.copy()


@wrong(
    SGD,
    "The step looks ahead: p − lr · (g + momentum · v) is Nesterov's momentum.",
)
class Nesterov(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (grad + self.momentum * v)


@wrong(SGD, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, v, grad):
        return param + self.lr * v


@wrong(
    SGD,
    "Parameters of the same shape share one v. Each parameter needs its own, by its position in "
    "the list.",
)
class StateByShape(Slipped):
    def step(self, params, grads):
        self.shapes = [param.shape for param in params]
        return super().step(params, grads)

    def remember(self, i, grad):
        first = self.shapes.index(grad.shape)
        self._v[i] = self._v[first]
        super().remember(i, grad)
        self._v[first] = self._v[i]


@wrong(
    SGD,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(SGD):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    SGD,
    "It writes into the parameters, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(SGD):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    SGD,
    "It adds the decay to the gradients in place, as `grad += …` does. The caller's arrays change.",
)
class WritesIntoGrads(SGD):
    def _updated(self, i, param, grad):
        new = super()._updated(i, param, grad)
        if grad is not None:
            grad += self.weight_decay * param
        return new


@wrong(
    SGD,
    "v is the caller's own array after the first step (v = grad makes no copy). When the caller "
    "writes into it, v changes.",
)
class TheFirstGradientForTheVelocity(Slipped):
    def remember(self, i, grad):
        started = self.__dict__.setdefault("started", set())
        if i in started:
            super().remember(i, grad)
        else:
            self._v[i] = grad
        started.add(i)


@wrong(
    SGD,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    SGD,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(SGD):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    SGD,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(SGD):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    SGD,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(SGD):
    def __init__(self, lr=0.001, momentum=0.0, weight_decay=0.0, decoupled=False):
        super().__init__(lr, momentum, weight_decay, decoupled)
        StateOfTheClass.kept = []

    def step(self, params, grads):
        self._v = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._v
        return new


# --- The gap ---------------------------------------------------------------------------------


def runs(params, steps_of_grads, lr, momentum, weight_decay):
    """The parameters of both runs after each step."""
    optimisers = [SGD(lr, momentum, weight_decay, decoupled) for decoupled in (False, True)]
    states = [list(params), list(params)]
    for grads in steps_of_grads:
        states = [o.step(state, grads) for o, state in zip(optimisers, states, strict=True)]
        yield states


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


@wrong(gap, "Only the last gap is in the list. There is one for each step.")
def the_last_gap(params, steps_of_grads, lr, momentum, weight_decay):
    return gap(params, steps_of_grads, lr, momentum, weight_decay)[-1:]


@wrong(gap, "The list begins with the gap before the first step.")
def with_the_start(params, steps_of_grads, lr, momentum, weight_decay):
    return [0.0, *gap(params, steps_of_grads, lr, momentum, weight_decay)]


@wrong(
    gap,
    "The differences keep their sign, so a negative one counts for nothing. Take absolute values.",
)
def with_the_sign(params, steps_of_grads, lr, momentum, weight_decay):
    states = runs(params, steps_of_grads, lr, momentum, weight_decay)
    return [float((flat(a) - flat(b)).max(initial=0.0)) for a, b in states]


@wrong(gap, "This is the mean of the absolute differences. The gap is the largest.")
def the_mean_difference(params, steps_of_grads, lr, momentum, weight_decay):
    states = runs(params, steps_of_grads, lr, momentum, weight_decay)
    return [float(np.abs(flat(a) - flat(b)).sum() / max(flat(a).size, 1)) for a, b in states]


@wrong(gap, "This is the length of the difference vector (a root of a sum), not its largest entry.")
def the_length_of_the_difference(params, steps_of_grads, lr, momentum, weight_decay):
    states = runs(params, steps_of_grads, lr, momentum, weight_decay)
    return [float(np.sqrt(np.sum((flat(a) - flat(b)) ** 2))) for a, b in states]


@wrong(
    gap,
    "The largest entries of both runs are compared with each other. They may be different entries: "
    "subtract first.",
)
def the_difference_of_the_largest(params, steps_of_grads, lr, momentum, weight_decay):
    states = runs(params, steps_of_grads, lr, momentum, weight_decay)

    def largest(state):
        return float(np.abs(flat(state)).max(initial=0.0))

    return [abs(largest(a) - largest(b)) for a, b in states]


@wrong(gap, "Only the first parameter is compared.")
def the_first_parameter_alone(params, steps_of_grads, lr, momentum, weight_decay):
    states = runs(params, steps_of_grads, lr, momentum, weight_decay)
    return [float(np.abs(flat(a[:1]) - flat(b[:1])).max(initial=0.0)) for a, b in states]


@wrong(
    gap,
    "Both runs share one optimiser (or its v), so each takes up the other's gradients.",
)
def one_optimiser_for_both(params, steps_of_grads, lr, momentum, weight_decay):
    optimiser = SGD(lr, momentum, weight_decay)
    coupled, decoupled, gaps = list(params), list(params), []
    for grads in steps_of_grads:
        optimiser.decoupled = False
        coupled = optimiser.step(coupled, grads)
        optimiser.decoupled = True
        decoupled = optimiser.step(decoupled, grads)
        gaps.append(float(np.abs(flat(coupled) - flat(decoupled)).max(initial=0.0)))
    return gaps


@wrong(
    gap,
    "Every step starts at the first `params` again. A run goes on from where its last step ended.",
)
def always_from_the_start(params, steps_of_grads, lr, momentum, weight_decay):
    first = SGD(lr, momentum, weight_decay)
    second = SGD(lr, momentum, weight_decay, decoupled=True)
    gaps = []
    for grads in steps_of_grads:
        a, b = first.step(params, grads), second.step(params, grads)
        gaps.append(float(np.abs(flat(a) - flat(b)).max(initial=0.0)))
    return gaps


@wrong(
    gap,
    "There is never a gap. Either both runs have the same kind of decay, or new optimisers are "
    "made for every step, which know nothing of earlier gradients.",
)
def never_a_gap(params, steps_of_grads, lr, momentum, weight_decay):
    gaps, a, b = [], list(params), list(params)
    for grads in steps_of_grads:
        a = SGD(lr, momentum, weight_decay).step(a, grads)
        b = SGD(lr, momentum, weight_decay, decoupled=True).step(b, grads)
        gaps.append(float(np.abs(flat(a) - flat(b)).max(initial=0.0)))
    return gaps


@wrong(
    gap,
    "The coupled run has no decay at all: this is the gap between decoupled decay and none.",
)
def compared_with_no_decay(params, steps_of_grads, lr, momentum, weight_decay):
    first = SGD(lr, momentum)
    second = SGD(lr, momentum, weight_decay, decoupled=True)
    gaps, a, b = [], list(params), list(params)
    for grads in steps_of_grads:
        a, b = first.step(a, grads), second.step(b, grads)
        gaps.append(float(np.abs(flat(a) - flat(b)).max(initial=0.0)))
    return gaps


@wrong(
    gap,
    "The gaps only ever grow: each is the largest so far. They should be those after each step.",
)
def the_largest_gap_so_far(params, steps_of_grads, lr, momentum, weight_decay):
    gaps = gap(params, steps_of_grads, lr, momentum, weight_decay)
    return [max(gaps[: i + 1]) for i in range(len(gaps))]


@wrong(
    SGD,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(SGD):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    SGD,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(SGD):
    is_first = True

    def step(self, params, grads):
        if not self.is_first:
            pairs = list(zip(params, grads, strict=False))
            params = [param for param, _ in pairs]
            grads = [None if g is None else np.broadcast_to(g, p.shape) for p, g in pairs]
        self.is_first = False
        return super().step(params, grads)

import numpy as np

from kata.attempts import right, wrong
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


class Slipped(AdamW):
    """The solution with its update cut in pieces, for one of them to be wrong."""

    def _updated(self, i, param, grad):
        if grad is None:
            return param.copy()
        self.compare(param, grad)
        self._t[i] += 1
        self.remember(i, self.gradient(param, grad))
        return self.moved(param, self.direction(*self.corrected(i)))

    def gradient(self, param, grad):
        return grad

    def remember(self, i, grad):
        beta1, beta2 = self.betas
        self._m[i] = beta1 * self._m[i] + (1 - beta1) * grad
        self._v[i] = beta2 * self._v[i] + (1 - beta2) * grad**2

    def corrected(self, i):
        beta1, beta2 = self.betas
        t = self._t[i]
        return self._m[i] / (1 - beta1**t), self._v[i] / (1 - beta2**t)

    def direction(self, m, v):
        return m / (np.sqrt(v) + self.eps)

    def moved(self, param, direction):
        return param * (1 - self.lr * self.weight_decay) - self.lr * direction

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- The decay -------------------------------------------------------------------------------


@wrong(
    AdamW,
    "The decay is added to the gradient, as in Adam with L2 regularization. There √v divides it, "
    "so weights with large gradients hardly decay. AdamW shrinks the weights themselves.",
)
class DecayInTheGradient(Slipped):
    def gradient(self, param, grad):
        return grad + self.weight_decay * param

    def moved(self, param, direction):
        return param - self.lr * direction


@wrong(
    AdamW,
    "The decay is added to m̂ and so divided by √v̂ + eps. It should stand beside that fraction.",
)
class DecayInTheNumerator(Slipped):
    def _updated(self, i, param, grad):
        self.param = param
        return super()._updated(i, param, grad)

    def direction(self, m, v):
        return super().direction(m + self.weight_decay * self.param, v)

    def moved(self, param, direction):
        return param - self.lr * direction


@wrong(
    AdamW,
    "The weights decay twice: in the gradient, and directly. Only the second belongs to AdamW.",
)
class DecayTwice(Slipped):
    def gradient(self, param, grad):
        return grad + self.weight_decay * param


@wrong(
    AdamW,
    "The decay is not scaled by lr: weights shrink by `weight_decay` in every step. With lr, a "
    "schedule slows both down together.",
)
class DecayWithoutTheLearningRate(Slipped):
    def moved(self, param, direction):
        return param * (1 - self.weight_decay) - self.lr * direction


@wrong(AdamW, "The decay has lr in it twice.")
class DecayWithTheLearningRateSquared(Slipped):
    def moved(self, param, direction):
        return param - self.lr * (direction + self.lr * self.weight_decay * param)


@wrong(
    AdamW,
    "The decay comes last and shrinks the step just done as well. It belongs to the parameter as "
    "it was before the step.",
)
class DecayAfterTheStep(Slipped):
    def moved(self, param, direction):
        return (param - self.lr * direction) * (1 - self.lr * self.weight_decay)


@wrong(AdamW, "The decay has the wrong sign: the weights grow.")
class DecayWithTheWrongSign(Slipped):
    def moved(self, param, direction):
        return param * (1 + self.lr * self.weight_decay) - self.lr * direction


@wrong(
    AdamW,
    "What is taken off is the same for all weights of a sign (that is L1's decay). It should be in "
    "proportion to the weight.",
)
class DecayBySign(Slipped):
    def moved(self, param, direction):
        return param - self.lr * (direction + self.weight_decay * np.sign(param))


@wrong(AdamW, "The argument `weight_decay` is not used: this is Adam.")
class NoDecay(Slipped):
    def moved(self, param, direction):
        return param - self.lr * direction


@wrong(AdamW, "The decay is 0.01 whatever `weight_decay` says.")
class DecayFixed(AdamW):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps)


@wrong(
    AdamW,
    "Vectors (biases) are left out of the decay. That is often wanted, but it is the caller's "
    "choice: here every parameter decays.",
)
class BiasesLeftOut(Slipped):
    def moved(self, param, direction):
        if param.ndim == 1:
            return param - self.lr * direction
        return super().moved(param, direction)


@wrong(
    AdamW,
    "A parameter whose gradient is None decays all the same. None leaves it alone.",
)
class DecayWithoutAGradient(AdamW):
    def _updated(self, i, param, grad):
        if grad is None:
            return param * (1 - self.lr * self.weight_decay)
        return super()._updated(i, param, grad)


@wrong(
    AdamW,
    "Where a gradient is 0, its weight does not decay. The decay does not ask for the gradient.",
)
class NoDecayAtAZeroGradient(Slipped):
    def _updated(self, i, param, grad):
        self.zero = grad == 0
        return super()._updated(i, param, grad)

    def moved(self, param, direction):
        return np.where(self.zero, param - self.lr * direction, super().moved(param, direction))


@wrong(
    AdamW,
    "v averages the squares of g + weight_decay · p. Only the gradient itself belongs in it: the "
    "decay is no business of the averages.",
)
class DecayInTheSquaresOnly(Slipped):
    def _updated(self, i, param, grad):
        self.param = param
        return super()._updated(i, param, grad)

    def remember(self, i, grad):
        beta1, beta2 = self.betas
        self._m[i] = beta1 * self._m[i] + (1 - beta1) * grad
        with_decay = grad + self.weight_decay * self.param
        self._v[i] = beta2 * self._v[i] + (1 - beta2) * with_decay**2


# --- What it shares with Adam ----------------------------------------------------------------


@wrong(
    AdamW,
    "There is no bias correction: m and v start at 0, so both are too small in the first steps.",
)
class NoBiasCorrection(Slipped):
    def corrected(self, i):
        return self._m[i], self._v[i]


@wrong(
    AdamW,
    "t advances once for every parameter instead of once for every step: from the second "
    "parameter on, the bias correction is that of a later step.",
)
class StepCountAdvancesPerParameter(Slipped):
    def corrected(self, i):
        self.count = getattr(self, "count", 0) + 1
        beta1, beta2 = self.betas
        return self._m[i] / (1 - beta1**self.count), self._v[i] / (1 - beta2**self.count)


@wrong(
    AdamW,
    "One t counts the steps of all parameters, so it also advances for a parameter whose gradient "
    "is None. Each has its own t.",
)
class OneStepCountForAll(Slipped):
    steps = 0

    def step(self, params, grads):
        self.steps += 1
        return super().step(params, grads)

    def corrected(self, i):
        self._t[i] = self.steps
        return super().corrected(i)


@wrong(AdamW, "eps stands inside the root. It belongs outside, added to √v̂.")
class EpsilonInTheRoot(Slipped):
    def direction(self, m, v):
        return m / np.sqrt(v + self.eps)


@wrong(AdamW, "eps is missing: a weight whose gradients are all 0 becomes 0/0.")
class NoEpsilon(Slipped):
    def direction(self, m, v):
        with np.errstate(all="ignore"):
            return m / np.sqrt(v)


@wrong(AdamW, "eps is the least that √v̂ may be. It should be added to it, however large √v̂ is.")
class EpsilonAsTheLeast(Slipped):
    def direction(self, m, v):
        with np.errstate(all="ignore"):
            return m / np.maximum(np.sqrt(v), self.eps)


@wrong(AdamW, "The two betas are swapped: the first belongs to m, the second to v.")
class BetasSwapped(AdamW):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas[::-1], eps, weight_decay)


@wrong(
    AdamW,
    "A gradient of None is taken for 0: its parameter decays, its averages fade and its t "
    "advances. None leaves all of them alone.",
)
class NoneAsZero(Slipped):
    def _updated(self, i, param, grad):
        return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    AdamW,
    "Parameters of the same shape share their averages. Each parameter needs its own, by its "
    "position in the list.",
)
class StateByShape(Slipped):
    def step(self, params, grads):
        self.shapes = [param.shape for param in params]
        return super().step(params, grads)

    def remember(self, i, grad):
        first = self.shapes.index(grad.shape)
        self._m[i], self._v[i] = self._m[first], self._v[first]
        if i != first:
            self._t[first] += 1
            self._t[i] = self._t[first]
        super().remember(i, grad)
        self._m[first], self._v[first] = self._m[i], self._v[i]


@wrong(
    AdamW,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(AdamW):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    AdamW,
    "It writes into the arrays it was given, as `param *= …` does. Return new arrays.",
)
class WritesIntoParams(AdamW):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    AdamW,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(AdamW):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    AdamW,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(AdamW):
    is_first = True

    def step(self, params, grads):
        if not self.is_first:
            pairs = list(zip(params, grads, strict=False))
            params = [param for param, _ in pairs]
            grads = [None if g is None else np.broadcast_to(g, p.shape) for p, g in pairs]
        self.is_first = False
        return super().step(params, grads)


@wrong(
    AdamW,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    AdamW,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(AdamW):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    AdamW,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(AdamW):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    AdamW,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(AdamW):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps, weight_decay)
        StateOfTheClass.kept = [], [], []

    def step(self, params, grads):
        self._m, self._v, self._t = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._m, self._v, self._t
        return new


@wrong(
    AdamW,
    "A parameter whose gradient is None loses its averages and its t, and begins anew. They should "
    "stay.",
)
class NoneForgets(AdamW):
    def _updated(self, i, param, grad):
        if grad is None:
            self._m[i], self._v[i], self._t[i] = np.zeros_like(param), np.zeros_like(param), 0
        return super()._updated(i, param, grad)


@wrong(
    AdamW,
    "t is one too large: it is 2 in the first step, so the bias correction comes a step too late.",
)
class StepCountOneTooLarge(Slipped):
    def corrected(self, i):
        self._t[i] += 1
        corrected = super().corrected(i)
        self._t[i] -= 1
        return corrected


@wrong(
    AdamW,
    "The first step gives nan. If t is 0 there, the bias correction divides by 1 − β⁰, which is 0.",
)
class StepCountOneTooSmall(Slipped):
    def corrected(self, i):
        self._t[i] -= 1
        with np.errstate(all="ignore"):
            corrected = super().corrected(i)
        self._t[i] += 1
        return corrected


@wrong(
    AdamW,
    "It squares the caller's gradients, as `grad **= 2` does. They should stay as they are.",
)
class SquaresInPlace(Slipped):
    def remember(self, i, grad):
        super().remember(i, grad)
        grad **= 2


@wrong(
    AdamW,
    "m averages the squares too: where `grad` is squared in place, it is no longer the gradient.",
)
class SquaredTooEarly(Slipped):
    def remember(self, i, grad):
        grad **= 2
        beta1, beta2 = self.betas
        self._m[i] = beta1 * self._m[i] + (1 - beta1) * grad
        self._v[i] = beta2 * self._v[i] + (1 - beta2) * grad


@wrong(AdamW, "eps is added to √v before the bias correction; the paper adds it after.")
class EpsilonBeforeTheCorrection(Slipped):
    def corrected(self, i):
        beta1, beta2 = self.betas
        t = self._t[i]
        root = (np.sqrt(self._v[i]) + self.eps) / (1 - beta2**t) ** 0.5
        return self._m[i] / (1 - beta1**t), root

    def direction(self, m, root):
        return m / root

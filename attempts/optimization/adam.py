import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.adam import Adam


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


@right(Adam)
class WithTheCorrectionInTheStepSize:
    """Kingma & Ba's more efficient order, with eps scaled to match."""

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.state = {}

    def step(self, params, grads):
        check(params, grads)
        return [self.one(i, p, g) for i, (p, g) in enumerate(zip(params, grads, strict=True))]

    def one(self, i, param, grad):
        if grad is None:
            return param.copy()
        b1, b2 = self.betas
        m, v, t = self.state.get(i, (0.0, 0.0, 0))
        m, v, t = m + (1 - b1) * (grad - m), v + (1 - b2) * (grad * grad - v), t + 1
        self.state[i] = m, v, t
        root = (1 - b2**t) ** 0.5
        return param - self.lr * root / (1 - b1**t) * m / (v**0.5 + self.eps * root)


@right(Adam)
class WithSumsOverAllGradients:
    """No recursion: the moments are weighted sums over the history."""

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.lr, (self.b1, self.b2), self.eps = lr, betas, eps
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
            new.append(param - self.lr * self.direction(past))
        return new

    def direction(self, past):
        def average(beta, values):
            weights = [beta**age for age in range(len(values))][::-1]
            return sum(w * x for w, x in zip(weights, values, strict=True)) / sum(weights)

        m = average(self.b1, past)
        v = average(self.b2, [grad**2 for grad in past])
        return m / (np.sqrt(v) + self.eps)


class Slipped(Adam):
    """The solution with its update cut in pieces, for one of them to be wrong."""

    def _updated(self, i, param, grad):
        if grad is None:
            return param.copy()
        self.compare(param, grad)
        self._t[i] += 1
        self.remember(i, grad)
        return self.moved(param, *self.corrected(i))

    def remember(self, i, grad):
        beta1, beta2 = self.betas
        self._m[i] = beta1 * self._m[i] + (1 - beta1) * grad
        self._v[i] = beta2 * self._v[i] + (1 - beta2) * grad**2

    def corrected(self, i):
        beta1, beta2 = self.betas
        t = self._t[i]
        return self._m[i] / (1 - beta1**t), self._v[i] / (1 - beta2**t)

    def moved(self, param, m, v):
        return param - self.lr * m / (np.sqrt(v) + self.eps)

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


@wrong(
    Adam,
    "There is no bias correction: m and v start at 0, so both are too small in the first steps.",
)
class NoBiasCorrection(Slipped):
    def corrected(self, i):
        return self._m[i], self._v[i]


@wrong(Adam, "m is not corrected for its start at 0: the first steps are too short.")
class NoCorrectionOfM(Slipped):
    def corrected(self, i):
        return self._m[i], super().corrected(i)[1]


@wrong(Adam, "v is not corrected for its start at 0: the first steps are too long.")
class NoCorrectionOfV(Slipped):
    def corrected(self, i):
        return super().corrected(i)[0], self._v[i]


@wrong(
    Adam,
    "The step count t stays at 1, so the bias correction never fades.",
)
class StepCountNeverAdvances(Slipped):
    def corrected(self, i):
        self._t[i] = 1
        return super().corrected(i)


@wrong(
    Adam,
    "t advances once for every parameter instead of once for every step: from the second "
    "parameter on, the bias correction is that of a later step.",
)
class StepCountAdvancesPerParameter(Slipped):
    def corrected(self, i):
        self.count = getattr(self, "count", 0) + 1
        beta1, beta2 = self.betas
        return self._m[i] / (1 - beta1**self.count), self._v[i] / (1 - beta2**self.count)


@wrong(
    Adam,
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


@wrong(Adam, "eps stands inside the root. It belongs outside, added to √v̂.")
class EpsilonInTheRoot(Slipped):
    def moved(self, param, m, v):
        return param - self.lr * m / np.sqrt(v + self.eps)


@wrong(Adam, "eps is missing: a weight whose gradients are all 0 becomes 0/0.")
class NoEpsilon(Slipped):
    def moved(self, param, m, v):
        with np.errstate(all="ignore"):
            return param - self.lr * m / np.sqrt(v)


@wrong(Adam, "eps is the least that √v̂ may be. It should be added to it, however large √v̂ is.")
class EpsilonAsTheLeast(Slipped):
    def moved(self, param, m, v):
        with np.errstate(all="ignore"):
            return param - self.lr * m / np.maximum(np.sqrt(v), self.eps)


@wrong(Adam, "eps is added to √v before the bias correction; the paper adds it after.")
class EpsilonBeforeTheCorrection(Slipped):
    def corrected(self, i):
        beta1, beta2 = self.betas
        t = self._t[i]
        root = (np.sqrt(self._v[i]) + self.eps) / (1 - beta2**t) ** 0.5
        return self._m[i] / (1 - beta1**t), root

    def moved(self, param, m, root):
        return param - self.lr * m / root


@wrong(Adam, "The two betas are swapped: the first belongs to m, the second to v.")
class BetasSwapped(Adam):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, betas[::-1], eps)


@wrong(Adam, "The weights of old and new are swapped: β belongs to the old average.")
class OldAndNewSwapped(Slipped):
    def remember(self, i, grad):
        beta1, beta2 = self.betas
        self._m[i] = (1 - beta1) * self._m[i] + beta1 * grad
        self._v[i] = (1 - beta2) * self._v[i] + beta2 * grad**2


@wrong(Adam, "The argument `betas` is not used.")
class BetasIgnored(Adam):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, (0.9, 0.999), eps)


@wrong(Adam, "The argument `lr` is not used.")
class LearningRateIgnored(Adam):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(0.001, betas, eps)


@wrong(Adam, "v averages the gradients themselves; it should average their squares.")
class NoSquare(Slipped):
    def remember(self, i, grad):
        super().remember(i, grad)
        self._v[i] = (self._v[i] - (1 - self.betas[1]) * grad**2) + (1 - self.betas[1]) * abs(grad)


@wrong(Adam, "The square root of v̂ is missing.")
class NoRoot(Slipped):
    def moved(self, param, m, v):
        return param - self.lr * m / (v + self.eps)


@wrong(Adam, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, m, v):
        return param + self.lr * m / (np.sqrt(v) + self.eps)


@wrong(
    Adam,
    "A gradient of None is taken for 0: its averages fade and its t advances. It should leave "
    "them alone.",
)
class NoneAsZero(Slipped):
    def _updated(self, i, param, grad):
        return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    Adam,
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
    Adam,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(Adam):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    Adam,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(Adam):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    Adam,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(Adam):
    is_first = True

    def step(self, params, grads):
        if not self.is_first:
            pairs = list(zip(params, grads, strict=False))
            params = [param for param, _ in pairs]
            grads = [None if g is None else np.broadcast_to(g, p.shape) for p, g in pairs]
        self.is_first = False
        return super().step(params, grads)


@wrong(
    Adam,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    Adam,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(Adam):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    Adam,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(Adam):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    Adam,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(Adam):
    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, betas, eps)
        StateOfTheClass.kept = [], [], []

    def step(self, params, grads):
        self._m, self._v, self._t = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._m, self._v, self._t
        return new


@wrong(
    Adam,
    "A parameter whose gradient is None loses its averages and its t, and begins anew. They should "
    "stay.",
)
class NoneForgets(Adam):
    def _updated(self, i, param, grad):
        if grad is None:
            self._m[i], self._v[i], self._t[i] = np.zeros_like(param), np.zeros_like(param), 0
        return super()._updated(i, param, grad)


@wrong(
    Adam,
    "t is one too large: it is 2 in the first step, so the bias correction comes a step too late.",
)
class StepCountOneTooLarge(Slipped):
    def corrected(self, i):
        self._t[i] += 1
        corrected = super().corrected(i)
        self._t[i] -= 1
        return corrected


@wrong(
    Adam,
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
    Adam,
    "It squares the caller's gradients, as `grad **= 2` does. They should stay as they are.",
)
class SquaresInPlace(Slipped):
    def remember(self, i, grad):
        super().remember(i, grad)
        grad **= 2


@wrong(
    Adam,
    "m averages the squares too: where `grad` is squared in place, it is no longer the gradient.",
)
class SquaredTooEarly(Slipped):
    def remember(self, i, grad):
        grad **= 2
        beta1, beta2 = self.betas
        self._m[i] = beta1 * self._m[i] + (1 - beta1) * grad
        self._v[i] = beta2 * self._v[i] + (1 - beta2) * grad

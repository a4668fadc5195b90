import numpy as np

from kata.attempts import right, wrong
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


class Slipped(RMSProp):
    """The solution with its update cut in pieces, for one of them to be wrong."""

    def _updated(self, i, param, grad):
        if grad is None:
            return param.copy()
        self.compare(param, grad)
        self.remember(i, grad)
        return self.moved(param, grad, self._v[i])

    def remember(self, i, grad):
        self._v[i] = self.alpha * self._v[i] + (1 - self.alpha) * grad**2

    def moved(self, param, grad, v):
        return param - self.lr * grad / (np.sqrt(v) + self.eps)

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- The average of squares ------------------------------------------------------------------


@wrong(
    RMSProp,
    "The squares are only added up, and nothing is forgotten: that is Adagrad. v should be a "
    "running average.",
)
class SumOfTheSquares(Slipped):
    def remember(self, i, grad):
        self._v[i] = self._v[i] + grad**2


@wrong(
    RMSProp,
    "v fades by alpha, but the new square comes in whole, without its share of 1 − alpha: v is far "
    "too large.",
)
class TheNewSquareInFull(Slipped):
    def remember(self, i, grad):
        self._v[i] = self.alpha * self._v[i] + grad**2


@wrong(RMSProp, "The weights of old and new are swapped: alpha belongs to the old average.")
class OldAndNewSwapped(Slipped):
    def remember(self, i, grad):
        self._v[i] = (1 - self.alpha) * self._v[i] + self.alpha * grad**2


@wrong(
    RMSProp,
    "Nothing is remembered: v starts at 0 in every step, so it only knows the present gradient.",
)
class NothingRemembered(Slipped):
    def remember(self, i, grad):
        self._v[i] = (1 - self.alpha) * grad**2


@wrong(
    RMSProp,
    "v starts at the first gradient's square. Here it starts at 0, and the first steps are longer.",
)
class StartingAtTheFirstSquare(Slipped):
    def remember(self, i, grad):
        self.begun = getattr(self, "begun", set())
        if i not in self.begun:
            self._v[i] = grad**2
            self.begun.add(i)
        super().remember(i, grad)


@wrong(RMSProp, "v starts at 1. It should start at 0.")
class StartingAtOne(Slipped):
    def remember(self, i, grad):
        self.begun = getattr(self, "begun", set())
        if i not in self.begun:
            self._v[i] = np.ones_like(grad)
            self.begun.add(i)
        super().remember(i, grad)


@wrong(
    RMSProp,
    "v is corrected for its start at 0, as in Adam. RMSProp takes it as it is.",
)
class BiasCorrected(Slipped):
    def remember(self, i, grad):
        super().remember(i, grad)
        self.counts = getattr(self, "counts", {})
        self.counts[i] = self.counts.get(i, 0) + 1

    def moved(self, param, grad, v):
        i = next(i for i, one in enumerate(self._v) if one is v)
        return super().moved(param, grad, v / (1 - self.alpha ** self.counts[i]))


@wrong(RMSProp, "v averages the gradients' sizes; it should average their squares.")
class NoSquare(Slipped):
    def remember(self, i, grad):
        self._v[i] = self.alpha * self._v[i] + (1 - self.alpha) * np.abs(grad)


@wrong(
    RMSProp,
    "The gradients are averaged and then squared, so opposite ones cancel. Squares come first, "
    "then their average.",
)
class SquareOfTheAverage(Slipped):
    def remember(self, i, grad):
        self._v[i] = self.alpha * self._v[i] + (1 - self.alpha) * grad

    def moved(self, param, grad, v):
        return super().moved(param, grad, v**2)


@wrong(
    RMSProp,
    "The average gradient is subtracted from v, as in the centered variant: v becomes a variance. "
    "Here it is the mean of the squares.",
)
class Centered(Slipped):
    def _updated(self, i, param, grad):
        self.i = i
        return super()._updated(i, param, grad)

    def moved(self, param, grad, v):
        self.means = getattr(self, "means", {})
        mean = self.alpha * self.means.get(self.i, 0.0) + (1 - self.alpha) * grad
        self.means[self.i] = mean
        # Rounding may take it below 0 where alpha is 0.
        return super().moved(param, grad, np.maximum(v - mean**2, 0.0))


@wrong(
    RMSProp,
    "v is one number for a whole parameter, the mean over its entries. Every entry has its own.",
)
class OneAverageAnArray(Slipped):
    def remember(self, i, grad):
        mean = np.mean(grad**2, keepdims=True) if grad.size else grad**2
        self._v[i] = self.alpha * self._v[i] + (1 - self.alpha) * mean


@wrong(
    RMSProp,
    "The step is divided by v as it was before this gradient. v takes up the gradient first.",
)
class StepBeforeTheAverage(Slipped):
    def _updated(self, i, param, grad):
        before = self._v[i]
        super()._updated(i, param, np.zeros_like(param) if grad is None else grad)
        if grad is None:
            self._v[i] = before
            return param.copy()
        with np.errstate(all="ignore"):
            return self.moved(param, grad, before)


# --- The step --------------------------------------------------------------------------------


@wrong(RMSProp, "eps stands inside the root. It belongs outside, added to √v.")
class EpsilonInTheRoot(Slipped):
    def moved(self, param, grad, v):
        return param - self.lr * grad / np.sqrt(v + self.eps)


@wrong(RMSProp, "eps is missing: a weight whose gradients are all 0 becomes 0/0.")
class NoEpsilon(Slipped):
    def moved(self, param, grad, v):
        with np.errstate(all="ignore"):
            return param - self.lr * grad / np.sqrt(v)


@wrong(RMSProp, "eps is the least that √v may be. It should be added to it, however large √v is.")
class EpsilonAsTheLeast(Slipped):
    def moved(self, param, grad, v):
        with np.errstate(all="ignore"):
            return param - self.lr * grad / np.maximum(np.sqrt(v), self.eps)


@wrong(RMSProp, "The square root is missing: the step is divided by v itself.")
class NoRoot(Slipped):
    def moved(self, param, grad, v):
        return param - self.lr * grad / (v + self.eps)


@wrong(
    RMSProp,
    "The step is multiplied by √v + eps: large gradients take still longer steps. It should be "
    "divided.",
)
class TimesTheRoot(Slipped):
    def moved(self, param, grad, v):
        return param - self.lr * grad * (np.sqrt(v) + self.eps)


@wrong(RMSProp, "The step is not divided by anything: this is plain gradient descent.")
class PlainDescent(Slipped):
    def moved(self, param, grad, v):
        return param - self.lr * grad


@wrong(
    RMSProp,
    "Only the gradient's sign is left: every step is lr long. How far it goes should depend on how "
    "this gradient compares with those before.",
)
class OnlyTheSign(Slipped):
    def moved(self, param, grad, v):
        return param - self.lr * np.sign(grad)


@wrong(RMSProp, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, grad, v):
        return param + self.lr * grad / (np.sqrt(v) + self.eps)


# --- The settings ----------------------------------------------------------------------------


@wrong(RMSProp, "The argument `lr` is not used.")
class LearningRateIgnored(RMSProp):
    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(0.01, alpha, eps)


@wrong(RMSProp, "The argument `alpha` is not used.")
class AlphaIgnored(RMSProp):
    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(lr, 0.99, eps)


@wrong(RMSProp, "The argument `eps` is not used.")
class EpsilonIgnored(RMSProp):
    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(lr, alpha, 1e-8)


@wrong(RMSProp, "alpha is 0.9 unless told, as in Hinton's lecture. Here its default is another.")
class AnotherDefaultOfAlpha(RMSProp):
    def __init__(self, lr=0.01, alpha=0.9, eps=1e-8):
        super().__init__(lr, alpha, eps)


@wrong(RMSProp, "lr is 0.001 unless told, as in Adam. Here its default is another.")
class AnotherDefaultOfLr(RMSProp):
    def __init__(self, lr=0.001, alpha=0.99, eps=1e-8):
        super().__init__(lr, alpha, eps)


# --- State and manners -----------------------------------------------------------------------


@wrong(
    RMSProp,
    "A gradient of None is taken for 0, and its average fades. It should leave it alone.",
)
class NoneAsZero(Slipped):
    def _updated(self, i, param, grad):
        return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    RMSProp,
    "Parameters of the same shape share their average. Each parameter needs its own, by its "
    "position in the list.",
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
    RMSProp,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(RMSProp):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    RMSProp,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(RMSProp):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    RMSProp,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(Slipped):
    def step(self, params, grads):
        self.is_first = not self._v
        if self.is_first:
            return super().step(params, grads)
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])

    def _updated(self, i, param, grad):
        if self.is_first or grad is None:
            return super()._updated(i, param, grad)
        self.remember(i, grad)
        return self.moved(param, grad, self._v[i])


@wrong(
    RMSProp,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(RMSProp):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    RMSProp,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    RMSProp,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(RMSProp):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    RMSProp,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(RMSProp):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    RMSProp,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(RMSProp):
    def __init__(self, lr=0.01, alpha=0.99, eps=1e-8):
        super().__init__(lr, alpha, eps)
        StateOfTheClass.kept = []

    def step(self, params, grads):
        self._v = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._v
        return new


@wrong(
    RMSProp,
    "A parameter whose gradient is None loses its v, and begins anew. v should stay.",
)
class NoneForgets(RMSProp):
    def _updated(self, i, param, grad):
        if grad is None:
            self._v[i] = np.zeros_like(param)
        return super()._updated(i, param, grad)


@wrong(
    RMSProp,
    "The gradient is squared in place, as by `grad **= 2`: the step goes along g², and the "
    "caller's array has changed.",
)
class SquaresInPlace(Slipped):
    def _updated(self, i, param, grad):
        new = super()._updated(i, param, grad)
        if grad is not None:
            new = self.moved(param, grad**2, self._v[i])
            grad **= 2
        return new


@wrong(
    RMSProp,
    "It writes into the gradients, as `grad /= …` does. Work on new arrays.",
)
class WritesIntoGrads(RMSProp):
    def step(self, params, grads):
        new = super().step(params, grads)
        for v, grad in zip(self._v, grads, strict=True):
            if grad is not None:
                grad /= np.sqrt(v) + self.eps
        return new

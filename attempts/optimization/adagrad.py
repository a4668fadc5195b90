import numpy as np

from kata.attempts import right, wrong
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


class Slipped(Adagrad):
    """The solution with its update cut in pieces, for one of them to be wrong."""

    def _updated(self, i, param, grad):
        if grad is None:
            return param.copy()
        self.compare(param, grad)
        self.remember(i, grad)
        return self.moved(param, grad, self._s[i])

    def remember(self, i, grad):
        self._s[i] = self._s[i] + grad**2

    def moved(self, param, grad, s):
        return param - self.lr * grad / (np.sqrt(s) + self.eps)

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- The sum of squares ----------------------------------------------------------------------


@wrong(
    Adagrad,
    "s is a running average that forgets: that is RMSProp. Here every square is added in full and "
    "stays.",
)
class RunningAverage(Slipped):
    def remember(self, i, grad):
        self._s[i] = 0.99 * self._s[i] + 0.01 * grad**2


@wrong(
    Adagrad,
    "s is divided by the number of steps, which makes it a mean: then steps never get shorter. It "
    "is a sum.",
)
class MeanOfTheSquares(Slipped):
    def _updated(self, i, param, grad):
        self.counts = getattr(self, "counts", {})
        if grad is not None:
            self.counts[i] = self.counts.get(i, 0) + 1
        self.i = i
        return super()._updated(i, param, grad)

    def moved(self, param, grad, s):
        return super().moved(param, grad, s / self.counts[self.i])


@wrong(
    Adagrad,
    "Nothing is remembered: s starts at 0 in every step, so every step is lr long.",
)
class NothingRemembered(Slipped):
    def remember(self, i, grad):
        self._s[i] = grad**2


@wrong(Adagrad, "s adds up the gradients' sizes; it should add up their squares.")
class NoSquare(Slipped):
    def remember(self, i, grad):
        self._s[i] = self._s[i] + np.abs(grad)


@wrong(
    Adagrad,
    "The divisor is the sum of the gradients' sizes. The root of the sum of their squares grows "
    "more slowly.",
)
class SumOfTheSizes(Slipped):
    def remember(self, i, grad):
        self._s[i] = self._s[i] + np.abs(grad)

    def moved(self, param, grad, s):
        return super().moved(param, grad, s**2)


@wrong(
    Adagrad,
    "The gradients are added up and then squared, so opposite ones cancel. Squares come first, "
    "then their sum.",
)
class SquareOfTheSum(Slipped):
    def remember(self, i, grad):
        self._s[i] = self._s[i] + grad

    def moved(self, param, grad, s):
        return super().moved(param, grad, s**2)


@wrong(
    Adagrad,
    "s is the largest square so far. All of them should be added up.",
)
class LargestSquare(Slipped):
    def remember(self, i, grad):
        self._s[i] = np.maximum(self._s[i], grad**2)


@wrong(
    Adagrad,
    "s is one number for a whole parameter, the sum over its entries. Every entry has its own.",
)
class OneSumAnArray(Slipped):
    def remember(self, i, grad):
        self._s[i] = self._s[i] + np.sum(grad**2)


@wrong(
    Adagrad,
    "The step is divided by s as it was before this gradient. s takes up the gradient first.",
)
class StepBeforeTheSum(Slipped):
    def moved(self, param, grad, s):
        with np.errstate(all="ignore"):
            return super().moved(param, grad, self.before)

    def remember(self, i, grad):
        self.before = self._s[i]
        super().remember(i, grad)


@wrong(Adagrad, "s starts at 1. It should start at 0.")
class StartingAtOne(Slipped):
    def moved(self, param, grad, s):
        return super().moved(param, grad, s + 1)


@wrong(Adagrad, "s starts at 0.1, TensorFlow's default. It should start at 0.")
class StartingAtATenth(Slipped):
    def moved(self, param, grad, s):
        return super().moved(param, grad, s + 0.1)


# --- The step --------------------------------------------------------------------------------


@wrong(Adagrad, "eps stands inside the root. It belongs outside, added to √s.")
class EpsilonInTheRoot(Slipped):
    def moved(self, param, grad, s):
        return param - self.lr * grad / np.sqrt(s + self.eps)


@wrong(Adagrad, "eps is missing: a weight whose gradients are all 0 becomes 0/0.")
class NoEpsilon(Slipped):
    def moved(self, param, grad, s):
        with np.errstate(all="ignore"):
            return param - self.lr * grad / np.sqrt(s)


@wrong(Adagrad, "eps is the least that √s may be. It should be added to it, however large √s is.")
class EpsilonAsTheLeast(Slipped):
    def moved(self, param, grad, s):
        with np.errstate(all="ignore"):
            return param - self.lr * grad / np.maximum(np.sqrt(s), self.eps)


@wrong(
    Adagrad,
    "eps is added to s at every step and so adds up. It belongs beside the root, not in the state.",
)
class EpsilonInTheState(Slipped):
    def remember(self, i, grad):
        self._s[i] = self._s[i] + grad**2 + self.eps

    def moved(self, param, grad, s):
        with np.errstate(all="ignore"):
            return param - self.lr * grad / np.sqrt(s)


@wrong(Adagrad, "The square root is missing: the step is divided by s itself.")
class NoRoot(Slipped):
    def moved(self, param, grad, s):
        return param - self.lr * grad / (s + self.eps)


@wrong(Adagrad, "The step is not divided by anything: this is plain gradient descent.")
class PlainDescent(Slipped):
    def moved(self, param, grad, s):
        return param - self.lr * grad


@wrong(
    Adagrad,
    "lr is divided by the root of the number of steps, the same for all weights. Each weight has a "
    "divisor of its own, made of its gradients.",
)
class RootOfTheStepCount(Slipped):
    def _updated(self, i, param, grad):
        self.counts = getattr(self, "counts", {})
        if grad is not None:
            self.counts[i] = self.counts.get(i, 0) + 1
        self.i = i
        return super()._updated(i, param, grad)

    def moved(self, param, grad, s):
        return param - self.lr * grad / (np.sqrt(self.counts[self.i]) + self.eps)


@wrong(Adagrad, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, grad, s):
        return param + self.lr * grad / (np.sqrt(s) + self.eps)


# --- The settings ----------------------------------------------------------------------------


@wrong(Adagrad, "The argument `lr` is not used.")
class LearningRateIgnored(Adagrad):
    def __init__(self, lr=0.01, eps=1e-10):
        super().__init__(0.01, eps)


@wrong(Adagrad, "The argument `eps` is not used.")
class EpsilonIgnored(Adagrad):
    def __init__(self, lr=0.01, eps=1e-10):
        super().__init__(lr, 1e-10)


@wrong(Adagrad, "eps is 1e-8 unless told, as in Adam. Here its default is another.")
class AnotherDefaultOfEps(Adagrad):
    def __init__(self, lr=0.01, eps=1e-8):
        super().__init__(lr, eps)


@wrong(Adagrad, "lr is 0.001 unless told, as in Adam. Here its default is another.")
class AnotherDefaultOfLr(Adagrad):
    def __init__(self, lr=0.001, eps=1e-10):
        super().__init__(lr, eps)


# --- State and manners -----------------------------------------------------------------------


@wrong(
    Adagrad,
    "A gradient of None is taken for 0. Where no other gradient came before and eps is 0, that is "
    "0/0: None should leave its parameter alone.",
)
class NoneAsZero(Slipped):
    def _updated(self, i, param, grad):
        with np.errstate(all="ignore"):
            return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    Adagrad,
    "A parameter whose gradient is None loses its s, and begins anew. None should leave it alone.",
)
class NoneForgets(Slipped):
    def _updated(self, i, param, grad):
        if grad is None:
            self._s[i] = np.zeros_like(param)
        return super()._updated(i, param, grad)


@wrong(
    Adagrad,
    "Parameters of the same shape share their sum. Each parameter needs its own, by its position "
    "in the list.",
)
class StateByShape(Slipped):
    def step(self, params, grads):
        self.shapes = [param.shape for param in params]
        return super().step(params, grads)

    def remember(self, i, grad):
        first = self.shapes.index(grad.shape)
        self._s[i] = self._s[first]
        super().remember(i, grad)
        self._s[first] = self._s[i]


@wrong(
    Adagrad,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(Adagrad):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    Adagrad,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(Adagrad):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    Adagrad,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(Slipped):
    def step(self, params, grads):
        self.is_first = not self._s
        if self.is_first:
            return super().step(params, grads)
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])

    def _updated(self, i, param, grad):
        if self.is_first or grad is None:
            return super()._updated(i, param, grad)
        self.remember(i, grad)
        return self.moved(param, grad, self._s[i])


@wrong(
    Adagrad,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(Adagrad):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    Adagrad,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    Adagrad,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(Adagrad):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    Adagrad,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(Adagrad):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    Adagrad,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(Adagrad):
    def __init__(self, lr=0.01, eps=1e-10):
        super().__init__(lr, eps)
        StateOfTheClass.kept = []

    def step(self, params, grads):
        self._s = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._s
        return new


@wrong(
    Adagrad,
    "The gradient is squared in place, as by `grad **= 2`: the step goes along g², and the "
    "caller's array has changed.",
)
class SquaresInPlace(Slipped):
    def _updated(self, i, param, grad):
        new = super()._updated(i, param, grad)
        if grad is not None:
            new = self.moved(param, grad**2, self._s[i])
            grad **= 2
        return new


@wrong(
    Adagrad,
    "It writes into the gradients, as `grad /= …` does. Work on new arrays.",
)
class WritesIntoGrads(Adagrad):
    def step(self, params, grads):
        new = super().step(params, grads)
        for s, grad in zip(self._s, grads, strict=True):
            if grad is not None:
                grad /= np.sqrt(s) + self.eps
        return new

import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.momentum import Momentum


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


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
    """v is made from the first gradient that is there, and then written into."""

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


@right(Momentum)
class WithTheAverageGradient:
    """v as 1 / (1 − momentum) times a running average."""

    def __init__(self, lr=0.001, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.scale = 1 / (1 - momentum)
        self.means = {}

    def step(self, params, grads):
        check(params, grads)
        return [self.one(i, p, g) for i, (p, g) in enumerate(zip(params, grads, strict=True))]

    def one(self, i, param, grad):
        if grad is None:
            return param.copy()
        mean = self.momentum * self.means.get(i, 0.0) + grad / self.scale
        self.means[i] = mean
        return param - self.lr * self.scale * mean


class Slipped(Momentum):
    """The solution with its update cut in pieces, for one of them to be wrong."""

    def _updated(self, i, param, grad):
        if grad is None:
            return param.copy()
        self.compare(param, grad)
        self._v[i] = self.remembered(self._v[i], grad)
        return self.moved(param, self._v[i], grad)

    def remembered(self, v, grad):
        return self.momentum * v + grad

    def moved(self, param, v, grad):
        return param - self.lr * v

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- The velocity ----------------------------------------------------------------------------


@wrong(
    Momentum,
    "The gradient is weighted by 1 − momentum, which makes v an average. Here v adds each gradient "
    "in full.",
)
class AnAverage(Slipped):
    def remembered(self, v, grad):
        return self.momentum * v + (1 - self.momentum) * grad


@wrong(
    Momentum,
    "v starts with the first gradient in full, but later ones are weighted by 1 − momentum. Here "
    "every gradient counts in full.",
)
class AnAverageThatStartsWithTheFirst(Slipped):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        self.started = set()

    def _updated(self, i, param, grad):
        self.fresh = i not in self.started
        if grad is not None:
            self.started.add(i)
        return super()._updated(i, param, grad)

    def remembered(self, v, grad):
        if self.fresh:
            return 1.0 * grad
        return self.momentum * v + (1 - self.momentum) * grad


@wrong(
    Momentum,
    "lr is inside v, so v remembers the learning rates of earlier steps. It shows once `lr` is "
    "assigned: the old moves go on at their old length.",
)
class LearningRateInTheVelocity(Slipped):
    def remembered(self, v, grad):
        return self.momentum * v + self.lr * grad

    def moved(self, param, v, grad):
        return param - v


@wrong(Momentum, "lr is applied twice: in v, and again in the move.")
class LearningRateTwice(Slipped):
    def remembered(self, v, grad):
        return self.momentum * v + self.lr * grad


@wrong(
    Momentum,
    "The step keeps to the lr that the optimiser was made with. `lr` may be assigned later, as a "
    "schedule does.",
)
class LearningRateKept(Slipped):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        self.first_lr = lr

    def moved(self, param, v, grad):
        return param - self.first_lr * v


@wrong(Momentum, "Nothing is remembered: v is 0 again in every step, as in plain gradient descent.")
class NoMemory(Slipped):
    def remembered(self, v, grad):
        return 1.0 * grad


@wrong(
    Momentum,
    "v remembers only the last gradient: what came before it is lost.",
)
class OnlyTheLastGradient(Slipped):
    def _updated(self, i, param, grad):
        last = self._v[i]
        new = super()._updated(i, param, grad)
        self._v[i] = last if grad is None else grad.copy()
        return new


@wrong(
    Momentum,
    "v is the sum of all gradients: old ones do not fade, since `momentum` is missing.",
)
class NothingFades(Slipped):
    def remembered(self, v, grad):
        return v + grad


@wrong(
    Momentum,
    "momentum multiplies the whole sum v + g, the new gradient included. Only the old v fades.",
)
class TheGradientFadesToo(Slipped):
    def remembered(self, v, grad):
        return self.momentum * (v + grad)


@wrong(Momentum, "momentum multiplies the gradient instead of the old v.")
class MomentumAtTheGradient(Slipped):
    def remembered(self, v, grad):
        return v + self.momentum * grad


@wrong(
    Momentum,
    "The signs of v and of the gradient differ: the old v pushes back instead of on.",
)
class OldVelocityPushesBack(Slipped):
    def remembered(self, v, grad):
        return grad - self.momentum * v


@wrong(Momentum, "The argument `momentum` is not used.")
class MomentumFixed(Momentum):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr)


@wrong(Momentum, "The argument `lr` is not used.")
class LearningRateFixed(Momentum):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(momentum=momentum)


# --- The move --------------------------------------------------------------------------------


@wrong(Momentum, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, v, grad):
        return param + self.lr * v


@wrong(
    Momentum,
    "The move uses v from before this step, so every gradient acts one step late.",
)
class OneStepLate(Slipped):
    def _updated(self, i, param, grad):
        self.before = self._v[i]
        return super()._updated(i, param, grad)

    def moved(self, param, v, grad):
        return param - self.lr * self.before


@wrong(
    Momentum,
    "The move is by g + momentum · v: that is Nesterov's. Here it is by v alone.",
)
class AsNesterov(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (grad + self.momentum * v)


@wrong(
    Momentum,
    "The gradient is in the move twice: once in v, and once more beside it.",
)
class TheGradientTwice(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (v + grad)


@wrong(Momentum, "lr is missing in the move.")
class NoLearningRate(Slipped):
    def moved(self, param, v, grad):
        return param - v


@wrong(
    Momentum,
    "v is corrected for its start at 0, as Adam's averages are. Here v is a sum, and starts with "
    "the first gradient in full.",
)
class CorrectedForTheStart(Slipped):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        self.t = {}

    def _updated(self, i, param, grad):
        self.t[i] = self.t.get(i, 0) + (grad is not None)
        self.now = self.t[i]
        return super()._updated(i, param, grad)

    def moved(self, param, v, grad):
        missing = 1 - self.momentum**self.now
        return param - self.lr * (1 - self.momentum) / (missing or 1.0) * v


# --- None, and whose state -------------------------------------------------------------------


@wrong(
    Momentum,
    "A gradient of None is taken for 0: the parameter still moves, and v fades. Both should stay.",
)
class NoneAsZero(Slipped):
    def _updated(self, i, param, grad):
        return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    Momentum,
    "With a gradient of None the parameter stays, but v fades. It should stay too.",
)
class NoneFadesTheVelocity(Momentum):
    def _updated(self, i, param, grad):
        if grad is None:
            self._v[i] = self.momentum * self._v[i]
        return super()._updated(i, param, grad)


@wrong(
    Momentum,
    "A gradient of None sets v back to 0. It should be as it was when the next gradient comes.",
)
class NoneForgets(Momentum):
    def _updated(self, i, param, grad):
        if grad is None:
            self._v[i] = np.zeros_like(param)
        return super()._updated(i, param, grad)


@wrong(
    Momentum,
    "With a gradient of None, v stays, but the parameter goes on by lr · v. It should stay too.",
)
class NoneMovesOn(Momentum):
    def _updated(self, i, param, grad):
        if grad is None:
            return param - self.lr * self._v[i]
        return super()._updated(i, param, grad)


@wrong(
    Momentum,
    "Parameters of the same shape share their v. Each parameter needs its own, by its position in "
    "the list.",
)
class StateByShape(Slipped):
    def step(self, params, grads):
        self.shapes = [param.shape for param in params]
        return super().step(params, grads)

    def _updated(self, i, param, grad):
        first = self.shapes.index(param.shape)
        self._v[i] = self._v[first]
        new = super()._updated(i, param, grad)
        self._v[first] = self._v[i]
        return new


@wrong(
    Momentum,
    "The v's are numbered by the gradients that are present: after a None, a parameter meets "
    "another's v.",
)
class StateByPositionAmongThePresent(Slipped):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        self.by_place = {}

    def step(self, params, grads):
        self.place = 0
        return super().step(params, grads)

    def _updated(self, i, param, grad):
        if grad is not None:
            before = self.by_place.get(self.place)
            fits = before is not None and before.shape == param.shape
            self._v[i] = before if fits else np.zeros_like(param)
        new = super()._updated(i, param, grad)
        if grad is not None:
            self.by_place[self.place] = self._v[i]
            self.place += 1
        return new


# --- Manners ---------------------------------------------------------------------------------


@wrong(
    Momentum,
    "v is the caller's own array after the first step (v = grad makes no copy). When the caller "
    "writes into it, v changes.",
)
class TheFirstGradientForTheVelocity(Slipped):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        self.started = set()

    def _updated(self, i, param, grad):
        self.fresh = i not in self.started
        if grad is not None:
            self.started.add(i)
        return super()._updated(i, param, grad)

    def remembered(self, v, grad):
        return grad if self.fresh else self.momentum * v + grad


@wrong(
    Momentum,
    "It writes into the caller's gradients: v = grad makes no copy, and `v *= momentum` then "
    "changes both.",
)
class WritesIntoGrads(TheFirstGradientForTheVelocity):
    def remembered(self, v, grad):
        if self.fresh:
            return grad
        # As if worked out first: the array may be this very gradient.
        v[...] = self.momentum * v + grad
        return v


@wrong(
    Momentum,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(Momentum):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    Momentum,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(Momentum):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    Momentum,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(Momentum):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    Momentum,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(Momentum):
    is_first = True

    def step(self, params, grads):
        if not self.is_first:
            pairs = list(zip(params, grads, strict=False))
            params = [param for param, _ in pairs]
            grads = [None if g is None else np.broadcast_to(g, p.shape) for p, g in pairs]
        self.is_first = False
        return super().step(params, grads)


@wrong(
    Momentum,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    Momentum,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(Momentum):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    Momentum,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(Momentum):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    Momentum,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(Momentum):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        StateOfTheClass.kept = []

    def step(self, params, grads):
        self._v = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._v
        return new

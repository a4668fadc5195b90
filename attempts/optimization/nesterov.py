import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.nesterov import Nesterov, look_ahead


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- Looking ahead ---------------------------------------------------------------------------


@right(look_ahead)
def by_two_points(x, gradient, lr, momentum, steps):
    """The textbook's form: a step down from the point ahead, then on along the last move."""
    x, ahead, u = x.copy(), x, np.zeros_like(x)
    for _ in range(steps):
        new = ahead - lr * gradient(ahead)
        u = new - x
        x, ahead = new, new + momentum * u
    return x, u


@right(look_ahead)
def with_a_sum_of_slopes(x, gradient, lr, momentum, steps):
    """v is kept without lr, as the optimiser keeps it, and the point is always the one ahead."""
    point, v = x.copy(), np.zeros_like(x)
    for _ in range(steps):
        g = gradient(point)
        v = momentum * v + g
        point = point - lr * (g + momentum * v)
    return point + lr * momentum * v, -lr * v


def first_form(x, gradient, lr, momentum, steps, ahead=None, move=None):
    """The solution, for a piece of it to be wrong."""
    ahead = ahead or (lambda x, u: x + momentum * u)
    move = move or (lambda u, g: momentum * u - lr * g)
    u = np.zeros_like(x)
    for _ in range(steps):
        u = move(u, gradient(ahead(x, u)))
        x = x + u
    return x, u


@wrong(
    look_ahead,
    "The slope is measured at x: that is classical momentum. Nesterov measures it ahead, where the "
    "old move leads.",
)
def the_slope_at_x(x, gradient, lr, momentum, steps):
    return first_form(x, gradient, lr, momentum, steps, ahead=lambda x, u: x)


@wrong(
    look_ahead,
    "The point ahead is x + u. Only `momentum` times u will be left of the old move.",
)
def the_whole_move_ahead(x, gradient, lr, momentum, steps):
    return first_form(x, gradient, lr, momentum, steps, ahead=lambda x, u: x + u)


@wrong(look_ahead, "The slope is measured behind x, not ahead: the sign of the move is wrong.")
def the_slope_behind(x, gradient, lr, momentum, steps):
    return first_form(x, gradient, lr, momentum, steps, ahead=lambda x, u: x - momentum * u)


@wrong(look_ahead, "Nothing is left of the old move: u is −lr times the last slope alone.")
def without_momentum(x, gradient, lr, momentum, steps):
    return first_form(x, gradient, lr, 0.0, steps)


@wrong(
    look_ahead,
    "The slope is weighted by 1 − momentum, which makes u an average. Here it counts in full.",
)
def a_mean_of_slopes(x, gradient, lr, momentum, steps):
    def mean(u, g):
        return momentum * u - (1 - momentum) * lr * g

    return first_form(x, gradient, lr, momentum, steps, move=mean)


@wrong(look_ahead, "It goes up the slope: the sign is wrong.")
def up_the_slope(x, gradient, lr, momentum, steps):
    return first_form(x, gradient, -lr, momentum, steps)


@wrong(look_ahead, "u gathers the slopes without lr: the moves are far too long.")
def without_lr(x, gradient, lr, momentum, steps):
    return first_form(x, gradient, 1.0, momentum, steps)


@wrong(
    look_ahead,
    "The momentum is that of a schedule, (t − 1) / (t + 2), as in the theory for convex functions. "
    "Here it is the argument.",
)
def with_a_schedule_of_momentum(x, gradient, lr, momentum, steps):
    u = np.zeros_like(x)
    for t in range(1, steps + 1):
        now = (t - 1) / (t + 2)
        u = now * u - lr * gradient(x + now * u)
        x = x + u
    return x, u


@wrong(
    look_ahead,
    "x moves from the point ahead by the whole of u, which contains the way there already: "
    "momentum · u is counted twice.",
)
def moved_from_the_point_ahead(x, gradient, lr, momentum, steps):
    u = np.zeros_like(x)
    for _ in range(steps):
        ahead = x + momentum * u
        u = momentum * u - lr * gradient(ahead)
        x = ahead + u
    return x, u


@wrong(look_ahead, "x moves by −u: u has its sign already.")
def moved_back_by_u(x, gradient, lr, momentum, steps):
    u = np.zeros_like(x)
    for _ in range(steps):
        u = momentum * u - lr * gradient(x + momentum * u)
        x = x - u
    return x, u


@wrong(look_ahead, "x moves by momentum · u, though u is the move itself.")
def moved_by_a_part_of_u(x, gradient, lr, momentum, steps):
    u = np.zeros_like(x)
    for _ in range(steps):
        u = momentum * u - lr * gradient(x + momentum * u)
        x = x + momentum * u
    return x, u


@wrong(
    look_ahead,
    "x moves by u from before this step, so every slope acts one step late.",
)
def moved_by_the_old_u(x, gradient, lr, momentum, steps):
    u = np.zeros_like(x)
    for _ in range(steps):
        new = momentum * u - lr * gradient(x + momentum * u)
        x, u = x + u, new
    return x, u


@wrong(look_ahead, "The point ahead, x + momentum · u, is returned for x.")
def the_point_ahead_for_x(x, gradient, lr, momentum, steps):
    x, u = look_ahead(x, gradient, lr, momentum, steps)
    return x + momentum * u, u


@wrong(look_ahead, "The sign of u is wrong: it points back. x moves by + u.")
def the_move_with_the_other_sign(x, gradient, lr, momentum, steps):
    x, u = look_ahead(x, gradient, lr, momentum, steps)
    return x, -u


@wrong(
    look_ahead,
    "What is returned for u is the sum of slopes v, without lr. u is the move: −lr times that.",
)
def the_sum_of_slopes_for_u(x, gradient, lr, momentum, steps):
    v = np.zeros_like(x)
    for _ in range(steps):
        v = momentum * v + gradient(x - lr * momentum * v)
        x = x - lr * v
    return x, v


@wrong(look_ahead, "The results are swapped: x comes first, u second.")
def swapped(x, gradient, lr, momentum, steps):
    return look_ahead(x, gradient, lr, momentum, steps)[::-1]


@wrong(look_ahead, "Only x is returned. The last move u was asked for too.")
def only_x(x, gradient, lr, momentum, steps):
    return look_ahead(x, gradient, lr, momentum, steps)[0]


@wrong(look_ahead, "It does one step too few.")
def a_step_too_few(x, gradient, lr, momentum, steps):
    return look_ahead(x, gradient, lr, momentum, max(steps - 1, 0))


@wrong(
    look_ahead,
    "`gradient` is asked twice in each step. One slope a step is all the method needs.",
)
def asked_at_x_too(x, gradient, lr, momentum, steps):
    u = np.zeros_like(x)
    for _ in range(steps):
        gradient(x)
        u = momentum * u - lr * gradient(x + momentum * u)
        x = x + u
    return x, u


@wrong(look_ahead, "The results are float64 whatever x is: u starts as zeros of that dtype.")
def zeros_in_float64(x, gradient, lr, momentum, steps):
    x, u = look_ahead(x, gradient, lr, momentum, steps)
    return x.astype(np.float64), u.astype(np.float64)


@wrong(look_ahead, "It writes into the caller's x, as `x += u` does. Make a new array.")
def into_the_callers_x(x, gradient, lr, momentum, steps):
    new, u = look_ahead(x, gradient, lr, momentum, steps)
    x[...] = new
    return x, u


# --- The optimiser ---------------------------------------------------------------------------


@right(Nesterov)
class WithTheWholeHistory:
    """No recursion: the weights of all gradients so far, the newest a step ahead."""

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
                new[i] -= self.lr * grad
                new[i] -= self.lr * sum(
                    self.momentum ** (1 + age) * g for age, g in enumerate(past)
                )
        return new


@right(Nesterov)
class RememberingWhatLasts:
    """What is kept is momentum · v: the part of v that the next step starts with."""

    def __init__(self, lr=0.001, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.kept = None

    def step(self, params, grads):
        check(params, grads)
        if self.kept is None:
            self.kept = [np.zeros_like(param) for param in params]
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                self.kept[i] += grad
                self.kept[i] *= self.momentum
                new[i] = params[i] - self.lr * (self.kept[i] + grad)
        return new


class Slipped(Nesterov):
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
        return param - self.lr * (grad + self.momentum * v)

    def compare(self, param, grad):
        if grad.shape != param.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- The velocity ----------------------------------------------------------------------------


@wrong(
    Nesterov,
    "The gradient is weighted by 1 − momentum, which makes v an average. Here v adds each gradient "
    "in full.",
)
class AnAverage(Slipped):
    def remembered(self, v, grad):
        return self.momentum * v + (1 - self.momentum) * grad


@wrong(
    Nesterov,
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
    Nesterov,
    "lr is inside v, so v remembers the learning rates of earlier steps. It shows once `lr` is "
    "assigned: the old moves go on at their old length.",
)
class LearningRateInTheVelocity(Slipped):
    def remembered(self, v, grad):
        return self.momentum * v + self.lr * grad

    def moved(self, param, v, grad):
        return param - self.lr * grad - self.momentum * v


@wrong(Nesterov, "lr is in v, and multiplies the move again: for v it counts twice.")
class LearningRateTwice(Slipped):
    def remembered(self, v, grad):
        return self.momentum * v + self.lr * grad


@wrong(
    Nesterov,
    "The step keeps to the lr that the optimiser was made with. `lr` may be assigned later, as a "
    "schedule does.",
)
class LearningRateKept(Slipped):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        self.first_lr = lr

    def moved(self, param, v, grad):
        return param - self.first_lr * (grad + self.momentum * v)


@wrong(Nesterov, "Nothing is remembered: v is 0 again at the start of every step.")
class NoMemory(Slipped):
    def remembered(self, v, grad):
        return 1.0 * grad


@wrong(
    Nesterov,
    "v remembers only the last gradient: what came before it is lost.",
)
class OnlyTheLastGradient(Slipped):
    def _updated(self, i, param, grad):
        last = self._v[i]
        new = super()._updated(i, param, grad)
        self._v[i] = last if grad is None else grad.copy()
        return new


@wrong(
    Nesterov,
    "v is the sum of all gradients: old ones do not fade, since `momentum` is missing.",
)
class NothingFades(Slipped):
    def remembered(self, v, grad):
        return v + grad


@wrong(
    Nesterov,
    "momentum multiplies the whole sum v + g, the new gradient included. Only the old v fades.",
)
class TheGradientFadesToo(Slipped):
    def remembered(self, v, grad):
        return self.momentum * (v + grad)


@wrong(Nesterov, "momentum multiplies the gradient instead of the old v.")
class MomentumAtTheGradient(Slipped):
    def remembered(self, v, grad):
        return v + self.momentum * grad


@wrong(
    Nesterov,
    "The signs of v and of the gradient differ: the old v pushes back instead of on.",
)
class OldVelocityPushesBack(Slipped):
    def remembered(self, v, grad):
        return grad - self.momentum * v


@wrong(Nesterov, "The argument `momentum` is not used.")
class MomentumFixed(Nesterov):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr)


@wrong(Nesterov, "The argument `lr` is not used.")
class LearningRateFixed(Nesterov):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(momentum=momentum)


# --- The move --------------------------------------------------------------------------------


@wrong(
    Nesterov,
    "The move is by v alone: that is classical momentum. The new gradient and the new v both have "
    "a part in it.",
)
class ClassicalMomentum(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * v


@wrong(Nesterov, "momentum is missing in the move: it multiplies v there.")
class TheWholeVelocity(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (grad + v)


@wrong(Nesterov, "g and v are swapped in the move: momentum belongs to v.")
class MomentumAtTheGradientOfTheMove(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (v + self.momentum * grad)


@wrong(Nesterov, "momentum multiplies g too: in the move it belongs to v alone.")
class MomentumAtBoth(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * self.momentum * (v + grad)


@wrong(Nesterov, "The gradient is missing in the move beside momentum · v.")
class NoGradientInTheMove(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * self.momentum * v


@wrong(
    Nesterov,
    "The move uses v in place of g: v + momentum · v counts all old gradients once too often.",
)
class VelocityForTheGradient(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (v + self.momentum * v)


@wrong(Nesterov, "In the move, momentum · v and g have different signs, so the old v pushes back.")
class VelocitySubtracted(Slipped):
    def moved(self, param, v, grad):
        return param - self.lr * (grad - self.momentum * v)


@wrong(
    Nesterov,
    "What is kept for the next step is g + momentum · v. That is the move; v goes on as v.",
)
class TheMoveForTheVelocity(Slipped):
    def _updated(self, i, param, grad):
        new = super()._updated(i, param, grad)
        if grad is not None:
            self._v[i] = grad + self.momentum * self._v[i]
        return new


@wrong(Nesterov, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, v, grad):
        return param + self.lr * (grad + self.momentum * v)


@wrong(Nesterov, "lr multiplies only v in the move. It belongs to the gradient too.")
class LearningRateAtTheVelocityOnly(Slipped):
    def moved(self, param, v, grad):
        return param - grad - self.lr * self.momentum * v


# --- None, and whose state -------------------------------------------------------------------


@wrong(
    Nesterov,
    "A gradient of None is taken for 0: the parameter still moves, and v fades. Both should stay.",
)
class NoneAsZero(Slipped):
    def _updated(self, i, param, grad):
        return super()._updated(i, param, np.zeros_like(param) if grad is None else grad)


@wrong(
    Nesterov,
    "With a gradient of None the parameter stays, but v fades. It should stay too.",
)
class NoneFadesTheVelocity(Nesterov):
    def _updated(self, i, param, grad):
        if grad is None:
            self._v[i] = self.momentum * self._v[i]
        return super()._updated(i, param, grad)


@wrong(
    Nesterov,
    "A gradient of None sets v back to 0. It should be as it was when the next gradient comes.",
)
class NoneForgets(Nesterov):
    def _updated(self, i, param, grad):
        if grad is None:
            self._v[i] = np.zeros_like(param)
        return super()._updated(i, param, grad)


@wrong(
    Nesterov,
    "With a gradient of None, v stays, but the parameter goes on along it. It should stay too.",
)
class NoneMovesOn(Nesterov):
    def _updated(self, i, param, grad):
        if grad is None:
            return param - self.lr * self.momentum * self._v[i]
        return super()._updated(i, param, grad)


@wrong(
    Nesterov,
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
    Nesterov,
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
    Nesterov,
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
    Nesterov,
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
    Nesterov,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(Nesterov):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    Nesterov,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(Nesterov):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    Nesterov,
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
)
class ParametersOfItsOwn(Nesterov):
    own = None

    def step(self, params, grads):
        check(params, grads)
        self.own = super().step(params if self.own is None else self.own, grads)
        return [param.copy() for param in self.own]


@wrong(
    Nesterov,
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
)
class CheckedAtTheFirstStepOnly(Nesterov):
    is_first = True

    def step(self, params, grads):
        if not self.is_first:
            pairs = list(zip(params, grads, strict=False))
            params = [param for param, _ in pairs]
            grads = [None if g is None else np.broadcast_to(g, p.shape) for p, g in pairs]
        self.is_first = False
        return super().step(params, grads)


@wrong(
    Nesterov,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def compare(self, param, grad):
        pass


@wrong(
    Nesterov,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(Nesterov):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    Nesterov,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(Nesterov):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


@wrong(
    Nesterov,
    "The state belongs to the class (or to the module), so all optimisers share it. Each object "
    "needs its own.",
)
class StateOfTheClass(Nesterov):
    def __init__(self, lr=0.001, momentum=0.9):
        super().__init__(lr, momentum)
        StateOfTheClass.kept = []

    def step(self, params, grads):
        self._v = StateOfTheClass.kept
        new = super().step(params, grads)
        StateOfTheClass.kept = self._v
        return new

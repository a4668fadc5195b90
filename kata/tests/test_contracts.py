"""The contracts of families: a right answer keeps them, a wrong one fails what it breaks."""

import math
from functools import partial

import numpy as np
import pytest

from kata.testing import draw_params, draws, loss, optimizer, schedule, share_nothing
from kata.tests.declared import failures

# --- Optimizers ---


class SGD:
    def __init__(self, lr):
        self.lr, self.v = lr, None

    def step(self, params, grads):
        if len(params) != len(grads):
            raise ValueError("lengths")
        self.v = self.v or [np.zeros_like(param) for param in params]
        return [self.moved(i, p, g) for i, (p, g) in enumerate(zip(params, grads, strict=True))]

    def moved(self, i, param, grad):
        if grad is None:
            return param.copy()
        if param.shape != grad.shape:
            raise ValueError("shapes")
        self.v[i] = self.next_v(self.v[i], grad)
        return param - param.dtype.type(self.lr) * self.v[i]

    def next_v(self, v, grad):
        return grad + v / 2


class KeepsTheGradient(SGD):
    def next_v(self, v, grad):
        return grad if not v.any() else v / 2 + grad


class StateOfTheClass(SGD):
    v = None

    def __init__(self, lr):
        self.lr = lr

    def step(self, params, grads):
        type(self).v = type(self).v or [np.zeros_like(param) for param in params]
        return super().step(params, grads)


class SettingsOfTheClass(SGD):
    def __init__(self, lr):
        type(self).lr, self.v = lr, None


class OneStateForAll(SGD):
    def moved(self, i, param, grad):
        return super().moved(0 if i == 3 else i, param, grad)


class ForgetsWithoutGradient(SGD):
    def moved(self, i, param, grad):
        if grad is None:
            self.v[i] = np.zeros_like(param)
        return super().moved(i, param, grad)


class HandsBackWithoutGradient(SGD):
    def step(self, params, grads):
        none = [*params] if all(grad is None for grad in grads) else None
        return none or super().step(params, grads)


class Broadcasts(SGD):
    def moved(self, i, param, grad):
        return super().moved(i, param, None if grad is None else np.broadcast_to(grad, param.shape))


class InPlace(SGD):
    def moved(self, i, param, grad):
        if grad is not None:
            param -= param.dtype.type(0.1) * grad
        return param


OPTIMISERS = {
    KeepsTheGradient: "the caller may write into its arrays after a step",
    StateOfTheClass: "two optimizers share nothing",
    SettingsOfTheClass: "two optimizers share nothing",
    OneStateForAll: "each parameter has a state of its own",
    ForgetsWithoutGradient: "a gradient of None leaves its parameter and state alone",
    HandsBackWithoutGradient: "the caller may write into its arrays after a step",
    Broadcasts: "a gradient of another shape raises a ValueError",
    InPlace: "params and grads are left unchanged",
}


def declared_optimizer(kind):
    @optimizer()
    def test_it_is_an_optimizer():
        return partial(kind, 0.1), partial(kind, 0.3)

    return failures(test_it_is_an_optimizer)


@pytest.mark.parametrize(("kind", "promise"), OPTIMISERS.items(), ids=lambda one: str(one))
def test_an_optimizer_that_breaks_a_promise_fails_it(kind, promise):
    assert promise in declared_optimizer(kind)


def test_no_gradient_is_drawn_so_near_0_that_a_right_sum_would_lose_its_digits():
    drawn = draw_params(np.random.default_rng(0), scale=100.0)
    assert min(abs(array).min(initial=np.inf) for array in drawn) >= 12.5


def test_a_right_optimizer_keeps_all_promises():
    assert declared_optimizer(SGD) == {}


# --- Schedules, and what draws ---

WRONG_RATES = {
    "a table of all steps": lambda step: float(np.linspace(1.0, 0.0, 5_000_001)[step]),
    "a list of a factor for each step": lambda step: math.prod([0.99] * step),
    "a loop over the steps": lambda step: sum(0.1 for _ in range(step)) * 1.0,
    "NumPy numbers": lambda step: np.float32(0.5),
}


@pytest.mark.parametrize("rate", WRONG_RATES.values(), ids=WRONG_RATES.keys())
def test_a_rate_that_costs_more_late_or_is_no_float_fails(rate):
    @schedule()
    def test(length):
        return rate

    assert failures(test)


def test_a_right_schedule_keeps_all_promises():
    @schedule()
    def test(length):
        return lambda step: 1.0 / (1.0 + step)

    assert failures(test) == {}


WRONG_DRAWS = {
    "a generator of its own": lambda rng: np.random.default_rng(0).random(50),
    "the global generator": lambda rng: np.random.random(50),
    "the state written back": lambda rng: np.random.default_rng(
        int(rng.bit_generator.state["state"]["state"] % 997)
    ).random(50),
}


@pytest.mark.parametrize("draw", WRONG_DRAWS.values(), ids=WRONG_DRAWS.keys())
def test_what_does_not_draw_from_rng_fails(draw):
    @draws()
    def test(rng):
        return draw(rng)

    assert failures(test)


def test_what_draws_from_rng_keeps_all_promises():
    @draws()
    def test(rng):
        return rng.random(50)

    assert failures(test) == {}


# --- Losses ---


def squared(pred, target):
    return float(np.mean((pred - target) ** 2)) if pred.size else np.nan


def checked(pred, target):
    if pred.shape != target.shape:
        raise ValueError("pred and target differ in shape")
    return squared(pred, target)


def slope(grad_loss, pred, target):
    checked(pred, target)
    return 2 * grad_loss * (pred - target) / pred.size


def row_by_row(pred, target):
    checked(pred, target)
    rows = [squared(*both) for both in zip(pred, target, strict=True)]
    return sum(rows) / len(rows) if rows else np.nan


def by_the_shorter_axis(pred, target):
    checked(pred, target)
    if not pred.size:
        return np.nan
    axis = int(np.argmin(pred.shape))
    slices = zip(np.moveaxis(pred, axis, 0), np.moveaxis(target, axis, 0), strict=True)
    return sum(squared(*both) for both in slices) / pred.shape[axis]


# What breaks a promise in the place of the loss or of its gradient, and which.
WRONG_LOSSES = {
    "the loss agrees with torch (7, 4)": (lambda p, t: 2 * checked(p, t), slope),
    "the loss agrees with torch (0, 4)": (lambda p, t: checked(p, t) if p.size else 0.0, slope),
    "the loss refuses shapes that do not fit": (squared, slope),
    "the loss has no loop over rows": (row_by_row, slope),
    "the loss has no loop over the smaller of two sizes": (by_the_shorter_axis, slope),
    "the gradient agrees with torch (3, 1)": (checked, lambda g, p, t: slope(abs(g), p, t)),
    "the gradient agrees with torch (4, 7)": (checked, lambda g, p, t: slope(g or 1.0, p, t)),
    "the gradient refuses shapes that do not fit": (
        checked,
        lambda g, p, t: 2 * g * (p - t) / p.size,
    ),
}


def declared_loss(answer, backward):
    @loss(lambda pred, target: ((pred - target) ** 2).mean())
    def test_it_is_a_loss(rng, rows, columns):
        return partial(answer, *rng.normal(size=(2, rows, columns))), backward

    return failures(test_it_is_a_loss)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
@pytest.mark.parametrize(("promise", "answers"), WRONG_LOSSES.items(), ids=WRONG_LOSSES.keys())
def test_a_loss_that_breaks_a_promise_fails_it(promise, answers):
    assert promise in declared_loss(*answers)


def test_what_numpy_broadcasts_between_equal_sizes_is_to_be_refused_too():
    def refuses_the_greater(pred, target):
        if pred.shape > target.shape:
            raise ValueError("pred and target differ in shape")
        return squared(pred, target)

    assert list(declared_loss(refuses_the_greater, slope)) == [
        "the loss refuses shapes that do not fit"
    ]


def test_what_does_not_fit_an_empty_array_is_to_be_refused_too():
    def returns_early(pred, target):
        return checked(pred, target) if pred.size else np.nan

    assert list(declared_loss(returns_early, slope)) == ["the loss refuses shapes that do not fit"]


def test_a_right_loss_keeps_all_promises():
    assert declared_loss(checked, slope) == {}


def of_the_class(check_range):
    """A loss of classes that refuses other lengths, and what is no class if it is told to."""

    def chosen(scores, targets):
        if targets.shape != scores.shape[:1]:
            raise ValueError("one target for each row")
        if check_range and ((targets < 0) | (targets >= scores.shape[1])).any():
            raise ValueError("a target is no class")
        classes = targets.astype(np.int64) % scores.shape[1]
        return float(scores[np.arange(len(scores)), classes].sum())

    return chosen


def declared_loss_of_classes(answer):
    @loss(lambda scores, targets: scores.gather(1, targets[:, None]).sum())
    def test_it_is_a_loss(rng, rows, classes):
        return partial(
            answer, rng.normal(size=(rows, classes)), rng.integers(0, classes, size=rows)
        )

    return list(failures(test_it_is_a_loss))


@pytest.mark.parametrize("check_range", [True, False])
def test_a_loss_of_classes_refuses_what_is_no_class(check_range):
    strangers = ["negative targets", "targets beyond the last class"]
    broken = [] if check_range else [f"the loss refuses {name}" for name in strangers]
    assert declared_loss_of_classes(of_the_class(check_range)) == broken


def test_a_loss_that_numbers_its_classes_in_the_dtype_of_the_targets_is_told():
    def chosen(scores, targets):
        of_the_class(True)(scores, targets)
        classes = np.arange(scores.shape[1]).astype(targets.dtype)
        return float(scores[targets[:, None] == classes].sum())

    broken = "the loss takes targets of 8 bits among 300 classes"
    assert declared_loss_of_classes(chosen) == [broken]


def test_a_loss_that_looks_for_minus_100_in_the_dtype_of_the_targets_is_told():
    def chosen(scores, targets):
        of_the_class(True)(scores, targets)
        counts = targets != np.int64(-100).astype(targets.dtype)
        return of_the_class(True)(scores[counts], targets[counts])

    broken = "the loss takes targets of 8 bits among 300 classes"
    assert declared_loss_of_classes(chosen) == [broken]


# --- Objects ---


class Scaled:
    def __init__(self, factor):
        self.factor, self.sum = factor, 0.0

    def add(self, x):
        self.sum += self.factor * x
        return self.sum


class ScaledByTheClass(Scaled):
    def __init__(self, factor):
        type(self).factor, self.sum = factor, 0.0


class SummedByTheClass(Scaled):
    def __init__(self, factor):
        self.factor, type(self).sum = factor, 0.0

    def add(self, x):
        type(self).sum += self.factor * x
        return self.sum


@pytest.mark.parametrize(
    ("kind", "fails"), [(Scaled, False), (ScaledByTheClass, True), (SummedByTheClass, True)]
)
def test_an_object_is_the_same_beside_another(kind, fails):
    @share_nothing()
    def test_objects(rng):
        return [partial(kind, 2.0), partial(kind, 3.0)], lambda own: own.add(1.0)

    told = failures(test_objects).get("one is the same beside another", "")
    assert ("is state kept on the class?" in told) == fails

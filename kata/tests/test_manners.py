"""Manners and contracts: a right answer keeps them all, a wrong one is told which it broke."""

import copy
from functools import partial

import numpy as np
import pytest

from kata.testing import assert_vectorised, draws, loss, manners, optimiser, schedule


def names_of(test):
    """The cases that a declaration gave rise to."""
    return [getattr(name, "values", [name])[0] for name in test.pytestmark[0].args[1]]


def failures(test):
    """What each case of a declared test says that fails, by its name."""
    found = {}
    argument = test.pytestmark[0].args[0]
    for name in names_of(test):
        try:
            test(rng=np.random.default_rng(5), **{argument: name})
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


def declared(answer, **settings):
    @manners(**settings)
    def test_manners(rng):
        x, w = rng.normal(size=(3, 4)), rng.normal(size=4)
        return partial(answer, x, w)

    return test_manners


def weighted(x, w):
    return x * w


last = {}


def cached_by_identity(x, w):
    # It keeps x and w, whose ids would be those of other arrays soon.
    return last.setdefault((id(x), id(w)), (x * w, x, w))[0]


def cached_by_the_last_x(x, w):
    if not np.array_equal(last.get("x"), x):
        last.update(x=x.copy(), result=x * w)
    return last["result"].copy()


buffer = np.zeros((3, 4))


def in_one_buffer(x, w):
    np.multiply(x, w, out=buffer)
    return buffer


def in_place(x, w):
    x *= w
    return x.copy()


def as_it_lies(x, w):
    flat = x.ravel(order="K") * np.broadcast_to(w, x.shape).ravel()
    return flat.reshape(x.shape)


def in_double_precision(x, w):
    return x.astype(np.float64) * w


def in_single_precision(x, w):
    return x.astype(np.float32) * w.astype(np.float32)


def a_view(x, w):
    return x[::-1]


UNCHANGED = "arguments are left unchanged"
ALONE = "a result depends on its arguments alone"
AFTERWARDS = "a result is not changed afterwards"
MEMORY = "arrays may lie in memory in any way"

WRONG = {
    "one that caches by identity": (cached_by_identity, ALONE, "were given new values"),
    "one that caches by the last x": (
        cached_by_the_last_x,
        ALONE,
        "after a call with the same `x`",
    ),
    "one that returns a buffer": (in_one_buffer, AFTERWARDS, "once the next call was made"),
    "one that writes into x": (in_place, UNCHANGED, "SideEffectError: `x` was written into"),
    "one that goes by the memory": (as_it_lies, MEMORY, "in Fortran order"),
    "one in double precision": (in_double_precision, "float32", "dtype float64, expected float32"),
    "one that returns a view": (a_view, AFTERWARDS, "shares memory with an argument"),
}


@pytest.mark.parametrize(("answer", "manner", "words"), WRONG.values(), ids=WRONG.keys())
def test_an_answer_without_a_manner_is_told_which(answer, manner, words):
    last.clear()
    assert words in failures(declared(answer))[manner]


def test_arrays_in_tuples_are_given_new_values_too():
    def cached(layers):
        key = tuple(id(array) for layer in layers for array in layer)
        return last.setdefault(key, (sum(w.sum() * b for w, b in layers), layers))[0].copy()

    @manners()
    def test_manners(rng):
        return partial(cached, [(rng.normal(size=(3, 4)), rng.normal(size=4))])

    told = failures(test_manners)["a result depends on its arguments alone"]
    assert "were given new values" in told


def test_a_right_answer_keeps_all_manners():
    test = declared(weighted)
    assert names_of(test) == [UNCHANGED, MEMORY, ALONE, AFTERWARDS, "float16", "float32"]
    assert failures(test) == {}


def test_no_dtype_is_asked_for_that_is_not_promised():
    assert failures(declared(in_double_precision, dtypes=())) == {}


def test_a_declared_test_has_the_name_and_the_module_of_its_declaration():
    test = declared(weighted)
    assert (test.__name__, test.__module__) == ("test_manners", __name__)


@pytest.mark.parametrize(
    ("answer", "failing"),
    [(lambda arrays: arrays[0] + 1, []), (lambda arrays: arrays.copy(), ["any sequence will do"])],
    ids=["any sequence", "lists only"],
)
def test_where_a_list_is_given_a_tuple_will_do(answer, failing):
    @manners()
    def test(rng):
        return partial(lambda arrays: copy.deepcopy(answer(arrays)), [rng.normal(size=3)])

    assert list(failures(test)) == failing


def test_a_tuple_may_come_with_a_list():
    @manners()
    def test(rng):
        def longest(xs, ys):
            return max(map(float, xs + ys))

        return partial(longest, [rng.normal()], [rng.normal()])

    assert "can only concatenate" in failures(test)["any sequence will do"]


def test_integers_may_have_any_dtype():
    @manners()
    def test(rng):
        return partial(lambda labels: (labels - 3).astype(np.int64), rng.integers(0, 3, size=5))

    # uint8 has no numbers below 0.
    assert "where integers are uint8" in failures(test)["any integers will do"]


def test_an_argument_without_an_effect_is_named():
    def ignorant(x, axis=-1):
        return x.sum(axis=-1)

    @manners()
    def test(rng):
        x = rng.normal(size=(3, 4))
        return partial(ignorant, x), partial(ignorant, x, axis=0)

    said = failures(test)["every argument has an effect"]
    assert said.endswith("`axis` has no effect: its default and 0 give the same result.")


def test_functions_of_one_kata_share_no_state():
    def relu(x):
        last["mask"] = x > 0
        return np.maximum(x, 0)

    def relu_backward(grad_y, x):
        return grad_y * last.get("mask", x > 0)

    @manners()
    def test(rng):
        x, grad_y = rng.normal(size=(2, 3, 4))
        return partial(relu, x), partial(relu_backward, grad_y, x)

    last.clear()
    assert "another result" in failures(test)[ALONE]


# --- Optimisers ---


class SGD:
    def __init__(self):
        self.v = None

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
        return param - param.dtype.type(0.1) * self.v[i]

    def next_v(self, v, grad):
        return grad + v / 2


class KeepsTheGradient(SGD):
    def next_v(self, v, grad):
        return grad if not v.any() else v / 2 + grad


class StateOfTheClass(SGD):
    v = None

    def __init__(self):
        pass

    def step(self, params, grads):
        type(self).v = type(self).v or [np.zeros_like(param) for param in params]
        return super().step(params, grads)


class OneStateForAll(SGD):
    def moved(self, i, param, grad):
        return super().moved(0 if i == 3 else i, param, grad)


class ForgetsWithoutGradient(SGD):
    def moved(self, i, param, grad):
        if grad is None:
            self.v[i] = np.zeros_like(param)
        return super().moved(i, param, grad)


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
    StateOfTheClass: "two optimisers share nothing",
    OneStateForAll: "each parameter has a state of its own",
    ForgetsWithoutGradient: "a gradient of None leaves its parameter and state alone",
    Broadcasts: "a gradient of another shape raises a ValueError",
    InPlace: "params and grads are left unchanged",
}


def declared_optimiser(kind):
    @optimiser()
    def test_it_is_an_optimiser():
        return kind()

    return failures(test_it_is_an_optimiser)


@pytest.mark.parametrize(("kind", "promise"), OPTIMISERS.items(), ids=lambda one: str(one))
def test_an_optimiser_that_breaks_a_promise_fails_it(kind, promise):
    assert promise in declared_optimiser(kind)


def test_a_right_optimiser_keeps_all_promises():
    assert declared_optimiser(SGD) == {}


# --- Schedules, and what draws ---

WRONG_RATES = {
    "a table of all steps": lambda step: float(np.linspace(1.0, 0.0, 5_000_001)[step]),
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


# What breaks a promise in the place of the loss or of its gradient, and which.
WRONG_LOSSES = {
    "the loss agrees with torch (7, 4)": (lambda p, t: 2 * checked(p, t), slope),
    "the loss agrees with torch (0, 4)": (lambda p, t: checked(p, t) if p.size else 0.0, slope),
    "the loss refuses shapes that do not fit": (squared, slope),
    "the loss has no loop over rows": (row_by_row, slope),
    "the gradient agrees with torch (3, 1)": (checked, lambda g, p, t: slope(abs(g), p, t)),
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


# --- Speed over every axis ---


def test_a_loop_over_any_axis_is_told_by_the_name_of_its_size():
    def by_columns(x):
        return np.stack([column * 2 for column in x.T], axis=1)

    def draw(rows, wide_columns):
        return (np.ones((rows, wide_columns)),)

    with pytest.raises(AssertionError, match="Let NumPy do the loop over wide columns"):
        assert_vectorised(by_columns, draw)
    assert_vectorised(lambda x: x * 2, draw)

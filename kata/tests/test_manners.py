"""Manners: a right answer keeps them all, a wrong one is told which it broke."""

import copy
from functools import partial

import numpy as np
import pytest

from kata.testing import assert_vectorized, manners
from kata.tests.declared import failures, names_of


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


def a_view(x, w):
    return x[::-1]


def broadcast(x, w):
    return np.broadcast_to((x * w).sum(), x.shape)


def broadcast_with_gaps(x, w):
    wide = np.repeat(x * w, 100, axis=1)
    return np.broadcast_to(wide[:, :1], x.shape)


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
    "one in double precision": (
        in_double_precision,
        "float32 is kept",
        "dtype float64, expected float32",
    ),
    "one that returns a view": (a_view, AFTERWARDS, "shares memory with an argument"),
    "one that returns a column in many places": (
        broadcast_with_gaps,
        AFTERWARDS,
        "entries of a result share memory",
    ),
    "one that returns a number in many places": (
        broadcast,
        AFTERWARDS,
        "entries of a result share memory",
    ),
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
    assert names_of(test) == [
        UNCHANGED,
        MEMORY,
        ALONE,
        AFTERWARDS,
        "float16 is kept",
        "float32 is kept",
    ]
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


def kept_list(numbers):
    return last.setdefault(tuple(numbers), [number + 1 for number in numbers])


def the_argument(numbers):
    return numbers


def one_list_twice(numbers):
    return [[number + 1 for number in numbers]] * 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (kept_list, "once what was given before was written into"),
        (the_argument, "as it shares memory with an argument"),
        (one_list_twice, "as it shares memory with another result"),
    ],
)
def test_a_list_that_is_given_is_the_callers_own(answer, words):
    last.clear()

    @manners()
    def test(rng):
        return partial(answer, rng.normal(size=3).tolist())

    assert words in failures(test)[AFTERWARDS]


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


def test_functions_under_one_decorator_are_still_several():
    def decorated(function):
        return lambda x: function(x)

    @manners()
    def test(rng):
        x = rng.normal(size=(3, 4))
        return partial(decorated(np.size), x), partial(decorated(np.size), x + 1.0)

    assert "every argument has an effect" not in failures(test)


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


# --- Speed over every axis ---


def test_a_loop_over_any_axis_is_told_by_the_name_of_its_size():
    def by_columns(x):
        return np.stack([column * 2 for column in x.T], axis=1)

    def draw(rows, wide_columns):
        return (np.ones((rows, wide_columns)),)

    with pytest.raises(AssertionError, match="Let NumPy do the loop over wide columns"):
        assert_vectorized(by_columns, draw)
    assert_vectorized(lambda x: x * 2, draw)

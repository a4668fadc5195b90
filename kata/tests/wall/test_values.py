"""Every value that may cross the wall crosses as it was; what is none is lent or refused."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kata import testing
from kata.tests.wall.support import (
    CUBE,
    STEADY,
    VALUES,
    a_function,
    check_plain,
    described,
    nested,
    sent,
)
from kata.wall.remote import Remote
from kata.wall.table import Table
from kata.wall.wall import AnswerError


@pytest.mark.parametrize("name", VALUES)
def test_a_value_crosses_both_ways_as_it_is(name):
    arrived = []

    def remade(value):
        arrived.append(described(value))
        return copy.deepcopy(value)

    value = VALUES[name]
    expected = described(value)
    with a_function(remade) as f:
        result = f(value)
        assert arrived == [expected]
        assert described(result) == expected
        check_plain(result)
        # Nobody has written into it, though a nan differs from itself.
        with testing.recording():
            f(1)
            assert testing.recorder.written == []
        assert described(value) == expected


def test_the_order_of_an_array_in_memory_crosses():
    with a_function(lambda *arrays: [array.strides for array in arrays]) as f:
        arrays = [np.asfortranarray(CUBE), CUBE.transpose(1, 2, 0), CUBE]
        assert f(*arrays) == [array.strides for array in arrays]


def test_the_same_value_stays_the_same():
    x, items = np.zeros(3), [1]
    rng = np.random.default_rng(0)
    pair = (x, [x, items], {"items": items, "rng": rng}, rng, torch.ones(1))

    def kept(pair):
        x, both, named, rng, _ = pair
        same = both[0] is x and named["items"] is both[1] and named["rng"] is rng
        return same, pair, both[1]

    with a_function(kept) as f:
        same, back, again = f(pair)
        assert same
        assert all(one is other for one, other in zip(back, pair, strict=True))
        assert again is items


def shared_by_twos(depth):
    """A list of two that are one list, which holds two that are one, and so on."""
    value = [1]
    for _ in range(depth):
        value = [value, value]
    return value


def holds_itself():
    mine = {}
    mine["me"] = mine
    return mine


LARGE_ONCE_UNFOLDED = {
    "lists": lambda: shared_by_twos(40),
    "dicts": lambda: {"a": shared_by_twos(30), "shared": 1},
    "a tuple of one list": lambda: (shared_by_twos(20),) * 100,
    "a text held often": lambda: [["x" * 100_000] * 10] * 1000,
    "an array held often": lambda: [np.zeros(1000)] * 100_000,
    "a view held often": lambda: (lambda x: [x, [x[1:]] * 100_000])(np.zeros(1000)),
    "a dict that holds itself": holds_itself,
}


@pytest.mark.parametrize("make", LARGE_ONCE_UNFOLDED.values(), ids=LARGE_ONCE_UNFOLDED)
def test_a_value_that_is_large_once_unfolded_is_refused(make):
    with (
        a_function(make) as f,
        pytest.raises(AnswerError, match=r"holds (others too often|itself)"),
    ):
        f()


def test_a_value_may_be_held_several_times():
    with a_function(lambda: shared_by_twos(8)) as f:
        assert f() == shared_by_twos(8)


@settings(STEADY, max_examples=60)
@given(st.tuples(*map(st.slices, (4, 5, 6))), st.sampled_from("CF"), st.booleans())
def test_a_view_stays_a_view(index, order, from_sandbox):
    x = np.arange(120.0).reshape(4, 5, 6).copy(order)
    view = x[index]
    near, far = Table(first=2), Table(first=1)
    if from_sandbox:
        near, far = far, near
    arrived, arrived_view = sent((x, view), near, far)
    assert described((arrived, arrived_view)) == described((x, view))
    back, back_view = sent((arrived, arrived_view), far, near)
    assert back is x
    assert described(back_view) == described(view)
    # To write into the one is to write into the other, at the same places.
    arrived_view += 1000
    back_view += 1000
    assert described(arrived) == described(x)
    assert np.count_nonzero(x >= 1000) == view.size


def test_functions_and_objects_are_lent_and_not_copied():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def __call__(self, x):
            return x * self.factor

    def make(factor, function):
        return Scale(factor), function(3.0), function

    with a_function(make) as f:
        function = np.sqrt
        scale, root, back = f(2, lambda x: function(x))
        check_plain([scale, root], [])
        assert type(scale) is Remote
        assert (scale.factor, root, back(16.0)) == (2, np.sqrt(3.0), 4.0)
        scale.factor = np.ones(2)
        assert described(scale.factor) == described(np.ones(2))


TOO_MUCH = {
    "an int of 5000 digits": lambda: 10**5000,
    "a list nested 100 deep": lambda: nested(list, 100),
    "a slice nested 2000 deep": lambda: nested(slice, 2000),
    "a broadcast array": lambda: np.broadcast_to(np.ones(1), (1 << 40,)),
    "an expanded tensor": lambda: torch.ones(1).expand(1 << 40),
    "100 MB": lambda: np.zeros(100 << 20, np.uint8),
}


@pytest.mark.parametrize("make", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_result_that_is_too_much_is_the_answers_fault_and_no_end(make):
    def answer(much):
        return make() if much else 5

    with a_function(answer) as f:
        with pytest.raises(TypeError, match="the result cannot be taken"):
            f(True)
        assert f(False) == 5


def test_a_sparse_tensor_is_lent():
    with a_function(lambda: torch.eye(2).to_sparse()) as f:
        assert type(f()) is Remote

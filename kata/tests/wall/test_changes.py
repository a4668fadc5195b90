"""Values that change on one side of the wall change on the other, and arguments never do."""

import numpy as np
import pytest
import torch

from kata import testing
from kata.testing import unchanged
from kata.tests.wall.support import CUBE, a_function, a_wall, described, honest
from kata.wall.wall import AnswerError

WRITES = {
    "array": (lambda: np.ones(3), lambda x: x.fill(2)),
    "Fortran array": (lambda: np.asfortranarray(CUBE), lambda x: np.negative(x, out=x)),
    "array with gaps": (lambda: CUBE.copy()[:, ::2], lambda x: np.negative(x, out=x)),
    "list": (lambda: [1, [2]], lambda x: x[1].append({})),
    "dict": (lambda: {1: 2}, lambda x: x.update({len(x) + 1: [x.popitem()]})),
    "tensor": (lambda: torch.ones(3), lambda x: x.mul_(2)),
    "bfloat16 tensor": (lambda: torch.ones(3).bfloat16(), lambda x: x.mul_(2)),
}


@pytest.mark.parametrize(("make", "write"), WRITES.values(), ids=WRITES)
def test_a_result_that_is_written_into_later_changes(make, write):
    mine = make()

    def give(later):
        if later:
            write(mine)
        return mine

    with a_function(give) as f:
        result = f(False)
        first = described(make())
        assert described(result) == first
        assert f(True) is result
        assert described(result) == described(mine) != first
        # And the other way round.
        write(result)
        f(False)
        assert described(mine) == described(result)


@pytest.mark.parametrize(("make", "write"), WRITES.values(), ids=WRITES)
def test_an_argument_that_is_written_into_is_noted_and_not_changed(make, write):
    def write_and_give(x):
        write(x)
        return x, [x]

    argument, changed = make(), make()
    before = described(argument)
    write(changed)
    with a_function(write_and_give) as f:
        with testing.recording():
            f(argument)
            assert testing.recorder.written != []
        result, held = f(argument)
        assert described(result) == described(changed) != before
        assert held[0] is result
        assert described(argument) == before


def test_arguments_that_are_updated_in_place_and_given_back_are_the_result():
    def step(params, grads, done):
        for param, grad in zip(params["all"], grads, strict=True):
            param -= grad
        done.append(params)
        return params, params["all"][1][:1], done

    params, grads = {"all": [np.ones(2), np.ones(3)]}, (np.full(2, 0.5), np.full(3, 0.5))
    expected = {"all": [np.full(2, 0.5), np.full(3, 0.5)]}
    with a_function(step) as f:
        with pytest.raises(AssertionError, match="written into"), unchanged(params):
            f(params, grads, [])
        result, view, done = f(params, grads, [])
        assert described(result) == described(expected)
        assert done[0] is result
        assert np.shares_memory(view, result["all"][1])
        assert described(params) == described({"all": [np.ones(2), np.ones(3)]})
        again, _, _ = f(result, grads, [])
        assert described(again) == described({"all": [np.zeros(2), np.zeros(3)]})
        assert described(result) == described(expected)


def test_a_write_through_a_view_is_a_write_into_the_array():
    def write(x, rows):
        rows[0] = 9

    x = np.zeros((4, 3))
    with a_function(write) as f, pytest.raises(AssertionError, match="written"), unchanged(x):
        f(x, x[1:])


def test_a_generator_moves_as_it_is_drawn_from():
    rng, twin = np.random.default_rng(4), np.random.default_rng(4)

    def draw(rng):
        return rng.normal(size=1000), rng.random(3, np.float32)

    with a_function(draw) as f:
        first = f(rng)
        expected = draw(twin)
        assert described(first) == described(expected)
        assert described(rng) == described(twin)
        assert described(rng.random(5)) == described(twin.random(5))
        assert described(f(rng)) == described(draw(twin))


def test_a_generator_cannot_be_set_to_where_no_drawing_leads():
    rng = np.random.default_rng(4)
    before = described(rng)

    def set_back(rng):
        rng.bit_generator.state = np.random.default_rng(5).bit_generator.state

    with a_function(set_back) as f:
        with pytest.raises(AnswerError, match="drawing cannot reach"):
            f(rng)
        assert described(rng) == before


def test_what_a_test_shared_means_nothing_in_the_next():
    with a_wall(honest(f=lambda x: x.sum())) as wall:
        f = wall.stand_ins()["f"]
        shared = [np.ones(n) for n in range(1, 5)]
        assert [f(x) for x in shared] == [1, 2, 3, 4]
        wall.begin_test()
        # A call on the clock has tables of its own.
        wall.timed(f, (np.ones((2, 2)),), lambda x: x.sum())
        assert f(np.full((3, 2), 7.0)) == 42

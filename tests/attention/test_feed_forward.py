import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.feed_forward import feed_forward, swiglu
from kata.testing import assert_close, assert_vectorized, manners

CASES = pytest.mark.parametrize(
    ("batch", "d", "hidden"),
    [
        pytest.param((), 4, 7, id="one vector"),
        pytest.param((5,), 4, 7, id="one batch axis"),
        pytest.param((2, 5), 3, 8, id="sequences"),
        pytest.param((2, 3, 4), 5, 2, id="narrower inside"),
        pytest.param((2, 1, 3, 2, 2), 4, 3, id="five batch axes"),
        pytest.param((3, 3), 3, 3, id="all sizes equal"),
        pytest.param((2, 1), 1, 1, id="width 1"),
        pytest.param((2, 3), 4, 1, id="one hidden unit"),
        pytest.param((2,), 3, 70, id="many hidden units"),
    ],
)


def draw(rng, batch, d, hidden):
    """The arguments of feed_forward."""
    shapes = [(*batch, d), (hidden, d), (hidden,), (d, hidden), (d,)]
    return [rng.normal(size=shape) for shape in shapes]


def draw_gated(rng, batch, d, hidden):
    """The arguments of swiglu."""
    shapes = [(*batch, d), (hidden, d), (hidden, d), (d, hidden)]
    return [rng.normal(size=shape) for shape in shapes]


# --- feed_forward ----------------------------------------------------------------------------


def test_feed_forward_of_two_hidden_units_worked_out_by_hand():
    # The hidden units are 2 − 1 + 1 = 2 and −1; gelu(2) is 2 · Φ(2), gelu(−1) is −Φ(−1).
    def phi(z):
        return (1 + math.erf(z / math.sqrt(2))) / 2

    x, w1, b1 = np.array([2.0, 1.0]), np.array([[1.0, -1.0], [0.0, -1.0]]), np.array([1.0, 0.0])
    w2, b2 = np.array([[3.0, 0.0], [1.0, 10.0]]), np.array([0.5, 0.0])
    expected = np.array([6 * phi(2) + 0.5, 2 * phi(2) - 10 * phi(-1)])
    assert_close(feed_forward(x, w1, b1, w2, b2), expected)


@CASES
def test_feed_forward_agrees_with_torch(rng, batch, d, hidden):
    arguments = draw(rng, batch, d, hidden)
    x, w1, b1, w2, b2 = map(torch.tensor, arguments)
    expected = F.linear(F.gelu(F.linear(x, w1, b1)), w2, b2).numpy()
    assert_close(feed_forward(*arguments), expected)


def test_feed_forward_agrees_with_the_reference(rng, reference):
    arguments = draw(rng, (3, 4), 5, 6)
    expected = reference.feed_forward(*arguments)
    assert_close(feed_forward(*arguments), expected)


# --- swiglu ----------------------------------------------------------------------------------


def test_swiglu_of_two_hidden_units_worked_out_by_hand():
    # The gates see log 3 and −log 3, where silu gives 3/4 and 1/4 of its input.
    x = np.array([np.log(3.0), 1.0])
    w_gate, w_up = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([[0.0, 2.0], [0.0, 4.0]])
    w_down = np.array([[1.0, 0.0], [1.0, 10.0]])
    assert_close(swiglu(x, w_gate, w_up, w_down), np.log(3.0) * np.array([1.5, -8.5]))


@CASES
def test_swiglu_agrees_with_torch(rng, batch, d, hidden):
    arguments = draw_gated(rng, batch, d, hidden)
    x, w_gate, w_up, w_down = map(torch.tensor, arguments)
    expected = F.linear(F.silu(F.linear(x, w_gate)) * F.linear(x, w_up), w_down).numpy()
    assert_close(swiglu(*arguments), expected)


def test_swiglu_agrees_with_the_reference(rng, reference):
    arguments = draw_gated(rng, (3, 4), 5, 6)
    expected = reference.swiglu(*arguments)
    assert_close(swiglu(*arguments), expected)


@pytest.mark.speed
def test_swiglu_has_no_python_loop(rng):
    assert_vectorized(
        swiglu,
        lambda batch, positions, d, hidden: draw_gated(rng, (batch, positions), d, hidden),
    )
    assert_vectorized(swiglu, lambda positions: draw_gated(rng, (positions,), 3, 5))
    assert_vectorized(swiglu, lambda batch, groups: draw_gated(rng, (batch, groups, 2), 3, 5))


# --- Both ------------------------------------------------------------------------------------


@manners()
def test_manners(rng):
    return (
        partial(feed_forward, *draw(rng, (2, 3), 4, 5)),
        partial(feed_forward, *draw(rng, (), 4, 5)),
        partial(swiglu, *draw_gated(rng, (2, 3), 4, 5)),
        partial(swiglu, *draw_gated(rng, (), 4, 5)),
    )

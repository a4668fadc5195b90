from functools import partial

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from exercises.rnn.vanishing_through_time import lstm_cell_path, rnn_sensitivity
from kata.testing import assert_close, assert_vectorized, manners


def draw(rng, t, d, hidden):
    shapes = [(t, d), (hidden,), (hidden, d), (hidden, hidden), (hidden,)]
    return [rng.normal(scale=0.7, size=shape) for shape in shapes]


def rnn_in_torch(x, h0, w_ih, w_hh, b):
    x, h0, w_ih, w_hh, b = map(torch.tensor, (x, h0, w_ih, w_hh, b))

    def states(h):
        found = []
        for inputs in x:
            h = torch.tanh(w_ih @ inputs + w_hh @ h + b)
            found.append(h)
        return torch.stack(found)

    return torch.linalg.matrix_norm(jacobian(states, h0), ord=2).numpy()


def path_in_torch(gates):
    gates = torch.tensor(gates)

    def memories(c):
        found = []
        for gate in gates:
            c = gate * c + 0.3
            found.append(c)
        return torch.stack(found)

    start = torch.zeros(gates.shape[1], dtype=torch.float64)
    return torch.linalg.matrix_norm(jacobian(memories, start), ord=2).numpy()


def linear(w_hh, t):
    """Arguments for which all states are 0, where tanh is a straight line: the RNN is linear."""
    hidden = len(w_hh)
    return np.zeros((t, 1)), np.zeros(hidden), np.ones((hidden, 1)), w_hh, np.zeros(hidden)


def turned(rng, hidden, stretch):
    """Recurrent weights that stretch every vector alike."""
    return stretch * np.linalg.qr(rng.normal(size=(hidden, hidden)))[0]


# --- The RNN ---------------------------------------------------------------------------------


def test_one_unit_worked_out_by_hand():
    # tanh(log(3) / 2) = 1/2 and tanh(log(2) / 2) = 1/3 are the states, so the slopes of tanh are
    # 3/4 and 8/9, and w_hh is 2.
    x, h0 = np.array([[-2.0], [np.log(2.0 / 3.0)]]), np.array([1.0])
    args = x, h0, np.array([[0.5]]), np.array([[2.0]]), np.array([np.log(3.0) / 2 - 1])
    assert_close(rnn_sensitivity(*args), np.array([3 / 2, 3 / 2 * 16 / 9]))


def test_a_product_may_shrink_where_its_factors_stretch():
    # Two steps are W W = 1.5 · I, though W stretches by 3; a third one stretches by 3 again.
    args = linear(np.array([[0.0, 3.0], [0.5, 0.0]]), 3)
    assert_close(rnn_sensitivity(*args), np.array([3.0, 1.5, 4.5]))


@pytest.mark.parametrize(
    ("w_hh", "norm"),
    [([[1.0, -1.0], [-1.0, 1.0]], 2.0), ([[1.0, 0.0], [0.0, 0.9999]], 1.0)],
    ids=["where [1, 1] becomes 0", "nearly alike"],
)
def test_the_largest_singular_value_is_found_wherever_it_lies(w_hh, norm):
    expected = norm ** np.arange(1.0, 4.0)
    assert_close(rnn_sensitivity(*linear(np.array(w_hh), 3)), expected, atol=0.0)


@pytest.mark.parametrize(
    ("t", "d", "hidden"),
    [(6, 3, 4), (4, 5, 2), (2, 1, 7), (5, 4, 1), (1, 2, 3), (1, 1, 1), (4, 4, 4), (3, 3, 2)],
    ids=str,
)
def test_the_sensitivity_agrees_with_torch(rng, t, d, hidden):
    args = draw(rng, t, d, hidden)
    expected = rnn_in_torch(*args)
    assert_close(rnn_sensitivity(*args), expected, atol=0.0)


def test_the_sensitivity_agrees_with_the_reference(rng, reference):
    args = draw(rng, 20, 5, 3)
    expected = reference.rnn_sensitivity(*args)
    assert_close(rnn_sensitivity(*args), expected, atol=0.0)


@pytest.mark.parametrize("stretch", [0.1, 0.5, 0.9, 1.0, 1.1, 10.0])
def test_it_vanishes_or_explodes_by_the_same_factor_a_step(rng, stretch):
    expected = stretch ** np.arange(1.0, 100.0)
    args = linear(turned(rng, 5, stretch), 99)
    assert_close(rnn_sensitivity(*args), expected, atol=0.0)


# --- The memory of an LSTM -------------------------------------------------------------------


def test_two_units_worked_out_by_hand():
    # The units keep 0.45, 0.4 and 0.1 · 0.9 of c0; the most is 0.8 at first.
    gates = np.array([[0.5, 0.8, 0.1], [0.9, 0.5, 0.9]])
    assert_close(lstm_cell_path(gates), np.array([0.8, 0.45]))


@pytest.mark.parametrize("shape", [(6, 3), (2, 5), (4, 1), (1, 3), (1, 1), (4, 4)], ids=str)
def test_the_path_agrees_with_torch(rng, shape):
    gates = rng.uniform(size=shape)
    expected = path_in_torch(gates)
    assert_close(lstm_cell_path(gates), expected, atol=0.0)


def test_the_path_agrees_with_the_reference(rng, reference):
    gates = rng.uniform(0.2, 1.0, size=(30, 7))
    expected = reference.lstm_cell_path(gates)
    assert_close(lstm_cell_path(gates), expected, atol=0.0)


@pytest.mark.parametrize(
    ("bias", "t"), [(-20.0, 10), (-4.0, 50), (-1.0, 50), (0.0, 50), (1.0, 50), (3.0, 50)]
)
def test_the_forget_bias_decides_how_long_the_memory_lasts(bias, t):
    gate = 1 / (1 + np.exp(-bias))
    expected = gate ** np.arange(1.0, t + 1)
    assert_close(lstm_cell_path(np.full((t, 3), gate)), expected, atol=0.0)


def test_open_gates_keep_all_and_closed_ones_nothing():
    gates = np.ones((4, 2))
    gates[1, 0] = gates[2, 1] = 0.0
    assert_close(lstm_cell_path(gates), np.array([1.0, 1.0, 0.0, 0.0]))


# --- Both ------------------------------------------------------------------------------------


# No dtypes: all is in float64.
@manners(dtypes=())
def test_manners(rng):
    return (
        partial(rnn_sensitivity, *draw(rng, 5, 2, 4)),
        partial(rnn_sensitivity, *draw(rng, 1, 3, 2)),
        partial(lstm_cell_path, rng.uniform(size=(5, 3))),
        partial(lstm_cell_path, rng.uniform(size=(1, 4))),
    )


@pytest.mark.speed
def test_no_python_loop_over_inputs_or_units(rng):
    assert_vectorized(rnn_sensitivity, lambda d, hidden: draw(rng, 3, d, hidden))


@pytest.mark.speed
def test_no_python_loop_over_the_cells(rng):
    assert_vectorized(lstm_cell_path, lambda hidden: (rng.uniform(size=(3, hidden)),))

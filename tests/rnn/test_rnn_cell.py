from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.rnn_cell import rnn_cell
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, d, hidden):
    shapes = [(n, d), (n, hidden), (hidden, d), (hidden, hidden), (hidden,), (hidden,)]
    return [rng.normal(scale=0.7, size=shape) for shape in shapes]


def in_torch(x, h, *weights):
    cell = torch.nn.RNNCell(x.shape[1], h.shape[1], dtype=torch.tensor(x).dtype)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell.load_state_dict(dict(zip(names, map(torch.tensor, weights), strict=True)))
    with torch.no_grad():
        return cell(torch.tensor(x), torch.tensor(h)).numpy()


def test_two_units_worked_out_by_hand():
    # tanh(log(3) / 2) = 1/2 and tanh(log(2) / 2) = 1/3.
    x, h = np.array([[2.0]]), np.array([[1.0, -1.0]])
    w_ih, w_hh = np.array([[0.5], [-1.0]]), np.array([[2.0, 4.0], [3.0, 0.5]])
    b_ih, b_hh = np.log([3.0, 2.0]) / 2, np.array([1.0, -0.5])
    assert_close(rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh), np.array([[1 / 2, 1 / 3]]))


@pytest.mark.parametrize(
    ("n", "d", "hidden"),
    [(5, 3, 4), (2, 7, 3), (3, 1, 6), (4, 2, 1), (1, 4, 2), (1, 1, 1), (6, 6, 6), (0, 3, 2)],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, d, hidden):
    args = draw(rng, n, d, hidden)
    expected = in_torch(*args)
    assert_close(rnn_cell(*args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3)
    expected = reference.rnn_cell(*args)
    assert_close(rnn_cell(*args), expected)


def test_a_chain_of_steps_agrees_with_torch(rng):
    _, h, *weights = draw(rng, 4, 3, 5)
    inputs, expected = rng.normal(size=(9, 4, 3)), h
    for x in inputs:
        expected = in_torch(x, expected, *weights)
    for x in inputs:
        h = rnn_cell(x, h, *weights)
    assert_close(h, expected)


def test_from_a_state_of_zeros_both_biases_count(rng):
    x, h, *weights = draw(rng, 3, 2, 4)
    expected = in_torch(x, 0 * h, *weights)
    assert_close(rnn_cell(x, 0 * h, *weights), expected)


@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.float16, 6e4), (np.float32, 1e30), (np.float64, 1e300)]
)
def test_every_size_gives_the_right_state(dtype, largest):
    usual, huge = np.geomspace(1e-3, 1e3, 40), np.geomspace(1e4, largest, 20)
    sizes = np.concatenate([-huge, -usual, usual, huge]).astype(dtype)
    x, h, zeros = np.ones((2, 3), dtype), np.ones((2, 120), dtype), np.zeros((120, 123), dtype)
    expected = np.tile(np.tanh(sizes), (2, 1))
    with np.errstate(all="ignore"):
        args = x, h, zeros[:, :3], zeros[:, 3:], sizes, zeros[:, 0]
        assert_close(rnn_cell(*args), expected)


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        pytest.param(0, (1, 6), id="x with one row"),
        pytest.param(0, (3, 5), id="x with another d"),
        pytest.param(0, (3, 1, 6), id="x with a time axis"),
        pytest.param(1, (1, 4), id="h with one row"),
        pytest.param(1, (3, 1), id="h with one unit"),
        pytest.param(1, (4,), id="h without a batch"),
        pytest.param(1, (1, 3, 4), id="h with a layer axis"),
        pytest.param(2, (6, 4), id="w_ih transposed"),
        pytest.param(2, (1, 6), id="w_ih with one row"),
        pytest.param(2, (4, 6, 1), id="w_ih with an axis more"),
        pytest.param(3, (1, 4), id="w_hh with one row"),
        pytest.param(3, (4, 4, 1), id="w_hh with an axis more"),
        pytest.param(4, (1,), id="b_ih with one entry"),
        pytest.param(4, (1, 4), id="b_ih as a row"),
        pytest.param(4, (3, 4), id="b_ih for every row"),
        pytest.param(5, (1,), id="b_hh with one entry"),
        pytest.param(5, (3, 1), id="b_hh as a column"),
        pytest.param(5, (1, 4), id="b_hh as a row"),
    ],
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape):
    args = draw(rng, 3, 6, 4)
    args[position] = np.zeros(shape)
    assert_value_error(rnn_cell, *args)


@pytest.mark.parametrize("position", [0, 1], ids=["x", "h"])
def test_one_row_without_a_batch_axis_raises_a_value_error(rng, position):
    args = draw(rng, 1, 6, 4)
    args[position] = args[position][0]
    assert_value_error(rnn_cell, *args)


@manners()
def test_manners(rng):
    return [partial(rnn_cell, *draw(rng, n, 2, 4)) for n in (3, 0)]


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(rnn_cell, partial(draw, rng))

from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.gru_cell import gru_cell
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, d, hidden):
    rows = 3 * hidden
    shapes = [(n, d), (n, hidden), (rows, d), (rows, hidden), (rows,), (rows,)]
    return [rng.normal(size=shape) for shape in shapes]


def in_torch(x, h, *weights):
    cell = torch.nn.GRUCell(x.shape[1], h.shape[1], dtype=torch.float64)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell.load_state_dict(dict(zip(names, map(torch.tensor, weights), strict=True)))
    with torch.no_grad():
        return cell(torch.tensor(x), torch.tensor(h)).numpy()


def with_parts(h, r, z, u_g, v_g):
    """Arguments for which these are the two gates before σ, and the candidate's two parts."""
    hidden = h.shape[1]
    parts = [np.broadcast_to(np.asarray(part, h.dtype), hidden) for part in (r, z, u_g, v_g)]
    zeros = np.zeros((3 * hidden, 5 + hidden), h.dtype)
    b_hh = np.concatenate([zeros[: 2 * hidden, 0], parts[3]])
    x = np.ones((len(h), 5), h.dtype)
    return x, h, zeros[:, :5], zeros[:, 5:], np.concatenate(parts[:3]), b_hh


def test_one_unit_worked_out_by_hand():
    # σ(log a) = a / (1 + a), so r = 3/4 and z = 1/5; g = tanh(1 + log(3) / 2 − 1) = 1/2.
    v_g = 4 / 3 * (np.log(3) / 2 - 1)
    args = with_parts(np.array([[5.0]]), np.log(3), -np.log(4), 1.0, v_g)
    assert_close(gru_cell(*args), np.array([[0.8 * 0.5 + 0.2 * 5.0]]))


@pytest.mark.parametrize(
    ("n", "d", "hidden"),
    [(5, 3, 4), (2, 7, 3), (3, 1, 6), (4, 2, 1), (1, 4, 2), (1, 1, 1), (6, 6, 6), (0, 3, 2)],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, d, hidden):
    args = draw(rng, n, d, hidden)
    expected = in_torch(*args)
    assert_close(gru_cell(*args), expected)


@pytest.mark.parametrize("position", [4, 5], ids=["b_ih", "b_hh"])
def test_large_biases_count_where_they_should(rng, position):
    args = draw(rng, 4, 3, 5)
    args[position][-5:] = rng.normal(scale=3.0, size=5)
    expected = in_torch(*args)
    assert_close(gru_cell(*args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3)
    expected = reference.gru_cell(*args)
    assert_close(gru_cell(*args), expected)


def test_a_chain_of_steps_agrees_with_torch(rng):
    _, h, *weights = draw(rng, 4, 3, 5)
    inputs, expected = rng.normal(size=(9, 4, 3)), h
    for x in inputs:
        expected = in_torch(x, expected, *weights)
    for x in inputs:
        h = gru_cell(x, h, *weights)
    assert_close(h, expected)


def test_from_a_state_of_zeros_all_biases_count(rng):
    x, h, *weights = draw(rng, 3, 2, 4)
    expected = in_torch(x, 0 * h, *weights)
    assert_close(gru_cell(x, 0 * h, *weights), expected)


def test_an_update_gate_of_one_keeps_the_state(rng):
    h = 1e3 * rng.normal(size=(3, 2))
    args = with_parts(h.copy(), r=0.3, z=50.0, u_g=0.7, v_g=0.2)
    assert_close(gru_cell(*args), h)


def test_a_shut_update_gate_drops_even_a_large_state():
    # tanh(log(3) / 2) = 1/2.
    args = with_parts(np.full((3, 2), 1e5), r=0.3, z=-50.0, u_g=np.log(3) / 2, v_g=0.0)
    assert_close(gru_cell(*args), np.full((3, 2), 0.5))


@pytest.mark.parametrize("part", ["r", "z", "u_g", "v_g"])
@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.float16, 6e4), (np.float32, 1e30), (np.float64, 1e300)]
)
def test_every_size_gives_the_right_state(part, dtype, largest):
    usual, huge = np.geomspace(1e-3, 1e3, 40), np.geomspace(1e4, largest, 20)
    sizes = np.concatenate([-huge, -usual, usual, huge]).astype(dtype)
    h = np.full((2, 120), 0.75, dtype)
    args = with_parts(h, **{"r": 0.5, "z": -0.5, "u_g": 0.25, "v_g": 0.75} | {part: sizes})
    expected = in_torch(*(array.astype(np.float64) for array in args)).astype(dtype)
    with np.errstate(all="ignore"):
        assert_close(gru_cell(*args), expected)


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        pytest.param(0, (1, 6), id="x with one row"),
        pytest.param(0, (3, 5), id="x with another d"),
        pytest.param(0, (3, 1, 6), id="x with a time axis"),
        pytest.param(1, (1, 4), id="h with one row"),
        pytest.param(1, (3, 1), id="h with one unit"),
        pytest.param(1, (1, 3, 4), id="h with a layer axis"),
        pytest.param(2, (4, 6), id="w_ih for one block"),
        pytest.param(2, (6, 12), id="w_ih transposed"),
        pytest.param(2, (1, 6), id="w_ih with one row"),
        pytest.param(2, (12, 6, 1), id="w_ih with an axis more"),
        pytest.param(3, (4, 12), id="w_hh transposed"),
        pytest.param(3, (12, 4, 1), id="w_hh with an axis more"),
        pytest.param(3, (1, 4), id="w_hh with one row"),
        pytest.param(4, (1,), id="b_ih with one entry"),
        pytest.param(4, (4,), id="b_ih for one block"),
        pytest.param(4, (1, 12), id="b_ih as a row"),
        pytest.param(4, (3, 12), id="b_ih for every row"),
        pytest.param(5, (1,), id="b_hh with one entry"),
        pytest.param(5, (3, 1), id="b_hh as a column"),
        pytest.param(5, (1, 12), id="b_hh as a row"),
        pytest.param(5, (3, 12), id="b_hh for every row"),
    ],
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape):
    args = draw(rng, 3, 6, 4)
    args[position] = np.zeros(shape)
    assert_value_error(gru_cell, *args)


@pytest.mark.parametrize("position", [0, 1], ids=["x", "h"])
def test_one_row_without_a_batch_axis_raises_a_value_error(rng, position):
    args = draw(rng, 1, 6, 4)
    args[position] = args[position][0]
    assert_value_error(gru_cell, *args)


def test_the_weights_of_an_lstm_raise_a_value_error(rng):
    x, h, *weights = draw(rng, 3, 6, 4)
    four_blocks = [np.concatenate([array, array[:4]]) for array in weights]
    assert_value_error(gru_cell, x, h, *four_blocks)


@manners()
def test_manners(rng):
    return [partial(gru_cell, *draw(rng, n, 2, 4)) for n in (3, 0)]


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(gru_cell, partial(draw, rng))

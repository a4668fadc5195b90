import re
from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.lstm_cell import lstm_cell
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

LARGEST = {np.float16: 6e4, np.float32: 1e30, np.float64: 1e300}
HIGHEST = {np.float16: 6.5e4, np.float32: 3e38, np.float64: 1.7e308}
DTYPES = pytest.mark.parametrize("dtype", LARGEST, ids=["float16", "float32", "float64"])
PARTS = pytest.mark.parametrize("parts", ["ifo", "g", "c"], ids=["gates", "candidate", "c"])


def draw(rng, n, d, hidden):
    """Arguments whose gates are not shut: any sigmoid is exact to the last digits there."""
    rows = 4 * hidden
    states = [rng.normal(scale=1.5, size=shape) for shape in [(n, d), (n, hidden), (n, hidden)]]
    shapes = [(rows, d), (rows, hidden), (rows,), (rows,)]
    return states + [rng.normal(scale=0.5, size=shape) for shape in shapes]


def in_torch(x, h, c, *weights):
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.tensor(x).dtype)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    cell.load_state_dict(dict(zip(names, map(torch.tensor, weights), strict=True)))
    with torch.no_grad():
        states = cell(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    return tuple(state.numpy() for state in states)


def with_gates(i, f, g, o, c):
    """Arguments for which these are the pre-activations of all rows: a number or one a unit."""
    n, hidden = c.shape
    gates = [np.broadcast_to(np.asarray(z, c.dtype), hidden) for z in (i, f, g, o)]
    ones, zeros = np.ones((n, 5), c.dtype), np.zeros((4 * hidden, 5 + hidden), c.dtype)
    return ones, np.ones_like(c), c, zeros[:, :5], zeros[:, 5:], np.concatenate(gates), zeros[:, 0]


def run_where_it_raises(error, *args):
    """The result, where floating-point errors of this kind raise."""
    try:
        with np.errstate(all="ignore"), np.errstate(**{error: "raise"}):
            return lstm_cell(*args)
    except FloatingPointError as raised:
        # Some builds of BLAS give false alarms in any product of matrices.
        if not re.search("matmul|dot", str(raised)):
            raise
    with np.errstate(all="ignore"):
        return lstm_cell(*args)


def with_every_size_of(parts, dtype):
    """Arguments with these parts of the cell from 1e-3 to the largest size, of both signs."""
    usual, huge = np.geomspace(1e-3, 1e3, 40), np.geomspace(1e4, LARGEST[dtype], 20)
    sizes = np.concatenate([-huge, -usual, usual, huge]).astype(dtype)
    signs = np.sign(sizes)
    # c and the candidate have the same sign, so that nothing cancels.
    given = {"i": 0.5, "f": -0.5, "g": 0.25 * signs, "o": 1.0, "c": 2.0 * signs}
    given |= dict.fromkeys(parts, sizes)
    return with_gates(**given | {"c": given["c"][None]})


def in_float64(args):
    """What torch gives in float64, cast to the arguments' dtype."""
    states = in_torch(*(array.astype(np.float64) for array in args))
    return tuple(state.astype(args[0].dtype) for state in states)


def test_one_unit_worked_out_by_hand():
    # σ(log a) = a / (1 + a) and tanh(log(3) / 2) = 1/2, so i = 3/4, f = 1/5, g = 1/2, o = 4/5.
    args = with_gates(np.log(3), -np.log(4), np.log(3) / 2, np.log(4), c=np.array([[5.0]]))
    assert_close(lstm_cell(*args), (np.array([[0.8 * np.tanh(1.375)]]), np.array([[1.375]])))


@pytest.mark.parametrize(
    ("n", "d", "hidden"),
    [(5, 3, 4), (2, 7, 3), (3, 1, 6), (4, 2, 1), (1, 4, 2), (1, 1, 1), (6, 6, 6)],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, d, hidden):
    args = draw(rng, n, d, hidden)
    expected = in_torch(*args)
    assert_close(lstm_cell(*args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3)
    expected = reference.lstm_cell(*args)
    assert_close(lstm_cell(*args), expected)


def test_a_chain_of_steps_agrees_with_torch(rng):
    _, h, c, *weights = draw(rng, 4, 3, 5)
    inputs, states, expected = rng.normal(size=(9, 4, 3)), (h, c), [(h, c)]
    for x in inputs:
        expected.append(in_torch(x, *expected[-1], *weights))
    for x in inputs:
        states = lstm_cell(x, *states, *(array.copy() for array in weights))
    assert_close(states, expected[-1])


def test_an_open_forget_gate_and_a_closed_input_gate_keep_the_memory(rng):
    c = rng.normal(size=(3, 2))
    x, h, memory, *weights = with_gates(i=-50.0, f=50.0, g=0.7, o=0.3, c=c.copy())
    for _ in range(20):
        h, memory = lstm_cell(x, h, memory, *weights)
    assert_close(memory, c)


@DTYPES
@PARTS
def test_every_size_gives_the_right_states(parts, dtype):
    args = with_every_size_of(parts, dtype)
    expected = in_float64(args)
    with np.errstate(all="ignore"):
        # A gate may be off by a rounding of 1; nothing else is as small beside the largest.
        assert_close(lstm_cell(*args), expected, atol=0.0 if parts == "c" else None)


@DTYPES
def test_the_largest_memory_there_is_has_a_tanh_of_one(dtype):
    c = np.array([[HIGHEST[dtype], -HIGHEST[dtype]]], dtype)
    args = with_gates(i=-50.0, f=60.0, g=0.0, o=np.log(3.0), c=c)
    expected = np.array([[0.75, -0.75]], dtype), c.copy()
    assert_close(run_where_it_raises("over", *args), expected)


def test_a_shut_forget_gate_drops_even_a_large_memory():
    # A gate may be off by 1e-16, so the memory by 1e-11. tanh(log(3) / 2) = 1/2.
    args = with_gates(i=50.0, f=-50.0, g=np.log(3) / 2, o=0.0, c=np.full((3, 2), 1e5))
    expected = np.full((3, 2), 0.5 * np.tanh(0.5)), np.full((3, 2), 0.5)
    assert_close(lstm_cell(*args), expected)


def test_from_a_state_of_zeros_all_biases_count(rng):
    x, h, c, *weights = draw(rng, 3, 2, 4)
    expected = in_torch(x, 0.0 * h, 0.0 * c, *weights)
    assert_close(lstm_cell(x, 0.0 * h, 0.0 * c, *weights), expected)


@DTYPES
@PARTS
@pytest.mark.parametrize("error", ["over", "invalid", "divide"])
def test_no_size_causes_a_floating_point_warning(error, parts, dtype):
    args = with_every_size_of(parts, dtype)
    expected = in_float64(args)
    assert_close(run_where_it_raises(error, *args), expected)


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        pytest.param(0, (6,), id="x without a batch"),
        pytest.param(0, (1, 6), id="x with one row"),
        pytest.param(0, (3, 5), id="x with another d"),
        pytest.param(1, (1, 4), id="h with one row"),
        pytest.param(1, (3, 1), id="h with one unit"),
        pytest.param(1, (2, 4), id="h with another batch"),
        pytest.param(2, (1, 4), id="c with one row"),
        pytest.param(2, (3, 1), id="c with one unit"),
        pytest.param(2, (4,), id="c without a batch"),
        pytest.param(2, (3, 5), id="c with more units than h"),
        pytest.param(3, (4, 6), id="w_ih for one gate"),
        pytest.param(3, (6, 16), id="w_ih transposed"),
        pytest.param(3, (1, 6), id="w_ih with one row"),
        pytest.param(4, (4, 16), id="w_hh transposed"),
        pytest.param(4, (1, 4), id="w_hh with one row"),
        pytest.param(4, (1, 16, 4), id="w_hh with a layer axis"),
        pytest.param(5, (4,), id="b_ih for one gate"),
        pytest.param(5, (1,), id="b_ih with one entry"),
        pytest.param(5, (1, 16), id="b_ih as a row"),
        pytest.param(5, (3, 16), id="b_ih for every row"),
        pytest.param(6, (1,), id="b_hh with one entry"),
        pytest.param(6, (16, 1), id="b_hh as a column"),
        pytest.param(6, (1, 16), id="b_hh as a row"),
        pytest.param(6, (3, 16), id="b_hh for every row"),
    ],
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape):
    args = draw(rng, 3, 6, 4)
    args[position] = np.zeros(shape)
    assert_value_error(lstm_cell, *args)


@pytest.mark.parametrize("position", [0, 1, 2], ids=["x", "h", "c"])
def test_one_row_without_a_batch_axis_raises_a_value_error(rng, position):
    args = draw(rng, 1, 6, 4)
    args[position] = args[position][0]
    assert_value_error(lstm_cell, *args)


def test_states_that_fit_each_other_alone_raise_a_value_error(rng):
    x, _, _, *weights = draw(rng, 3, 6, 4)
    assert_value_error(lstm_cell, x, np.zeros((1, 4)), np.zeros((1, 4)), *weights)


def test_weights_for_another_number_of_gates_raise_a_value_error(rng):
    x, h, c, *weights = draw(rng, 3, 6, 4)
    assert_value_error(lstm_cell, x, h, c, *[array[:12] for array in weights])


@manners()
def test_manners(rng):
    return partial(lstm_cell, *draw(rng, 3, 2, 4))


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(lstm_cell, partial(draw, rng))

import numpy as np
import pytest
import torch

from exercises.rnn.lstm_cell import lstm_cell
from kata.testing import assert_close, assert_no_loop_over, unchanged


def draw_states(rng, n, hidden):
    return rng.normal(size=(n, hidden)), rng.normal(scale=2.0, size=(n, hidden))


def draw_weights(rng, d, hidden):
    shapes = [(4 * hidden, d), (4 * hidden, hidden), (4 * hidden,), (4 * hidden,)]
    return [rng.normal(size=shape) for shape in shapes]


def draw(rng, n, d, hidden):
    return [rng.normal(size=(n, d)), *draw_states(rng, n, hidden), *draw_weights(rng, d, hidden)]


def torch_cell(w_ih, w_hh, b_ih, b_hh):
    rows, d = w_ih.shape
    cell = torch.nn.LSTMCell(d, rows // 4, dtype=torch.tensor(w_ih).dtype)
    weights = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": b_hh}
    cell.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return cell


def run_torch(x, h, c, *weights):
    with torch.no_grad():
        states = torch_cell(*weights)(torch.tensor(x), (torch.tensor(h), torch.tensor(c)))
    return tuple(state.numpy() for state in states)


def with_gates(i, f, g, o, c):
    """Arguments for a cell whose pre-activations are these numbers, on a batch of 3."""
    biases = np.concatenate([np.full(2, z) for z in (i, f, g, o)])
    zeros = np.zeros(8)
    return np.ones((3, 5)), np.ones((3, 2)), c, np.zeros((8, 5)), np.zeros((8, 2)), biases, zeros


def test_one_unit_worked_out_by_hand():
    # σ(log a) = a / (1 + a), and tanh(log(3) / 2) = 1/2.
    b_ih = np.array([np.log(3), -np.log(4), np.log(3) / 2, np.log(4)])
    # i = 3/4, f = 1/5, g = 1/2, o = 4/5
    h_next, c_next = lstm_cell(
        np.array([[7.0]]),
        np.array([[7.0]]),
        np.array([[5.0]]),
        np.zeros((4, 1)),
        np.zeros((4, 1)),
        b_ih,
        np.zeros(4),
    )
    assert_close(c_next, np.array([[1.0 + 0.375]]))
    assert_close(h_next, np.array([[0.8 * np.tanh(1.375)]]))


@pytest.mark.parametrize(
    ("n", "d", "hidden"),
    [(5, 3, 4), (2, 7, 3), (3, 1, 6), (4, 2, 1), (1, 4, 2), (6, 6, 6)],
    ids=lambda size: str(size),
)
def test_it_agrees_with_torch(rng, n, d, hidden):
    args = draw(rng, n, d, hidden)
    assert_close(lstm_cell(*args), run_torch(*args))


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3)
    assert_close(lstm_cell(*args), reference.lstm_cell(*args))


def test_arrays_in_fortran_order_are_right_too(rng):
    args = [np.asfortranarray(array) for array in draw(rng, 5, 3, 4)]
    assert_close(lstm_cell(*args), run_torch(*args))


def test_a_chain_of_steps_agrees_with_torch(rng):
    inputs = rng.normal(size=(9, 4, 3))
    (h, c), weights = draw_states(rng, 4, 5), draw_weights(rng, 3, 5)
    expected_h, expected_c = h, c
    for x in inputs:
        h, c = lstm_cell(x, h, c, *weights)
        expected_h, expected_c = run_torch(x, expected_h, expected_c, *weights)
    assert_close(h, expected_h)
    assert_close(c, expected_c)


def test_an_open_forget_gate_and_a_closed_input_gate_keep_the_memory(rng):
    c = rng.normal(size=(3, 2))
    x, h, memory, *weights = with_gates(i=-50.0, f=50.0, g=0.7, o=0.3, c=c)
    for _ in range(20):
        h, memory = lstm_cell(x, h, memory, *weights)
    assert_close(memory, c)


def test_a_closed_forget_gate_and_an_open_input_gate_replace_the_memory(rng):
    args = with_gates(i=50.0, f=-50.0, g=0.7, o=0.3, c=rng.normal(size=(3, 2)))
    _, c_next = lstm_cell(*args)
    assert_close(c_next, np.full((3, 2), np.tanh(0.7)))


def test_a_closed_output_gate_hides_the_memory_without_touching_it(rng):
    c = rng.normal(size=(3, 2))
    h_next, c_next = lstm_cell(*with_gates(i=-50.0, f=50.0, g=0.7, o=-50.0, c=c))
    assert_close(h_next, np.zeros((3, 2)), atol=1e-12)
    assert_close(c_next, c)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("size", [100.0, 1e4, 1e30], ids=str)
def test_huge_pre_activations_give_the_right_states(rng, size, dtype):
    args = [array.astype(dtype) for array in draw(rng, 4, 3, 5)]
    args[5] = (args[5] * size).astype(dtype)
    with np.errstate(all="ignore"):
        actual = lstm_cell(*args)
    # Sums of float32 in another order differ in their last digits. A gate that is all but closed
    # may be 0: then every entry may be tiny, and only the distance to 0 counts.
    rtol, atol = (1e-3, 1e-6) if dtype == np.float32 else (1e-7, 1e-12)
    assert_close(actual, run_torch(*args), rtol=rtol, atol=atol)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("error", ["over", "invalid", "divide"])
def test_huge_pre_activations_cause_no_floating_point_error(error, dtype):
    biases = np.array([-1e4, -150.0, 0.0, 150.0, 1e4], dtype=dtype)
    zeros = np.zeros(20, dtype=dtype)
    states = np.ones((2, 5), dtype=dtype)
    weights = np.zeros((20, 5), dtype=dtype)
    with np.errstate(**{error: "raise"}):
        _, c_next = lstm_cell(states, states, states, weights, weights, np.tile(biases, 4), zeros)
    assert_close(c_next, np.array([[0.0, 0.0, 0.5, 2.0, 2.0]] * 2, dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_the_dtype_is_kept(rng, dtype):
    args = [array.astype(dtype) for array in draw(rng, 3, 2, 4)]
    # Sums of float32 in another order differ in their last digits.
    rtol = 1e-3 if dtype == np.float32 else None
    assert_close(lstm_cell(*args), run_torch(*args), rtol=rtol)


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
        pytest.param(5, (4,), id="b_ih for one gate"),
        pytest.param(5, (1,), id="b_ih with one entry"),
        pytest.param(5, (3, 16), id="b_ih for every row"),
        pytest.param(6, (1,), id="b_hh with one entry"),
        pytest.param(6, (16, 1), id="b_hh as a column"),
        pytest.param(6, (1, 16), id="b_hh as a row"),
    ],
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape):
    args = draw(rng, 3, 6, 4)
    args[position] = np.zeros(shape)
    with pytest.raises(ValueError):
        lstm_cell(*args)


def test_weights_for_another_number_of_gates_raise_a_value_error(rng):
    x, h, c, *weights = draw(rng, 3, 6, 4)
    with pytest.raises(ValueError):
        lstm_cell(x, h, c, *[array[:12] for array in weights])


def test_no_argument_is_written_into(rng):
    args = draw(rng, 3, 2, 4)
    with unchanged(*args):
        lstm_cell(*args)


@pytest.mark.speed
def test_no_python_loop_over_the_batch(rng):
    weights = draw_weights(rng, 3, 4)
    few = rng.normal(size=(8, 3)), *draw_states(rng, 8, 4), *weights
    many = rng.normal(size=(72, 3)), *draw_states(rng, 72, 4), *weights
    assert_no_loop_over("the batch", lstm_cell, few, many)


@pytest.mark.speed
def test_no_python_loop_over_the_inputs(rng):
    assert_no_loop_over("the inputs", lstm_cell, draw(rng, 3, 8, 4), draw(rng, 3, 72, 4))


@pytest.mark.speed
def test_no_python_loop_over_the_hidden_units(rng):
    assert_no_loop_over("the hidden units", lstm_cell, draw(rng, 3, 4, 8), draw(rng, 3, 4, 72))

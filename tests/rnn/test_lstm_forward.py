from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.lstm_forward import lstm_forward
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, d, hidden, t=3):
    rows = 4 * hidden
    shapes = [(n, t, d), (n, hidden), (n, hidden), (rows, d), (rows, hidden), (rows,), (rows,)]
    return [rng.normal(size=shape) for shape in shapes]


def in_torch(x, h0, c0, *weights):
    layer = torch.nn.LSTM(x.shape[2], h0.shape[1], batch_first=True, dtype=torch.float64)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer.load_state_dict(dict(zip(names, map(torch.tensor, weights), strict=True)))
    with torch.no_grad():
        hs, (h, c) = layer(torch.tensor(x), (torch.tensor(h0)[None], torch.tensor(c0)[None]))
    return hs.numpy(), h[0].numpy(), c[0].numpy()


def test_two_steps_worked_out_by_hand():
    # σ(log a) = a / (1 + a) and tanh(log(3) / 2) = 1/2, so i = 3/4, f = 1/5, g = 1/2, o = 4/5.
    b = np.log([3.0, 0.25, 3.0**0.5, 4.0])
    x, h0, c0 = np.ones((1, 2, 1)), np.array([[0.5]]), np.array([[5.0]])
    first, second = 1.0 + 0.375, 0.275 + 0.375
    hs = 0.8 * np.tanh([[[first], [second]]])
    expected = hs, hs[:, 1], np.array([[second]])
    assert_close(lstm_forward(x, h0, c0, np.zeros((4, 1)), np.zeros((4, 1)), b, 0 * b), expected)


@pytest.mark.parametrize(
    ("n", "t", "d", "hidden"),
    [
        (5, 6, 3, 4),
        (2, 7, 5, 3),
        (3, 1, 2, 6),
        (4, 2, 3, 1),
        (1, 4, 3, 2),
        (3, 5, 1, 2),
        (1, 1, 1, 1),
        (4, 4, 4, 4),
    ],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, t, d, hidden):
    args = draw(rng, n, d, hidden, t)
    expected = in_torch(*args)
    assert_close(lstm_forward(*args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3, t=8)
    expected = reference.lstm_forward(*args)
    assert_close(lstm_forward(*args), expected)


def test_two_halves_of_a_sequence_give_what_the_whole_gives(rng):
    x, h0, c0, *weights = draw(rng, 4, 3, 5, t=7)
    hs, *last = in_torch(x, h0, c0, *weights)
    first, h, c = lstm_forward(x[:, :3].copy(), h0, c0, *weights)
    second, h, c = lstm_forward(x[:, 3:].copy(), h, c, *weights)
    assert_close([first, second, h, c], [hs[:, :3], hs[:, 3:], *last])


@pytest.mark.parametrize("n", [1, 3])
def test_without_steps_the_first_states_are_the_last(rng, n):
    args = draw(rng, n, 2, 4, t=0)
    expected = np.zeros((n, 0, 4)), args[1].copy(), args[2].copy()
    assert_close(lstm_forward(*args), expected)


def test_open_forget_gates_keep_the_memory_for_hundreds_of_steps(rng):
    x, h0, c0, w_ih, w_hh, *_ = draw(rng, 3, 2, 4, t=300)
    b = np.repeat([-50.0, 50.0, 0.7, 0.3], 4)
    expected = 1e3 * c0
    assert_close(lstm_forward(x, h0, 1e3 * c0, 0 * w_ih, 0 * w_hh, b, 0 * b)[2], expected)


def test_shut_forget_gates_drop_even_a_large_memory(rng):
    x, h0, c0, *weights, b = draw(rng, 3, 2, 4, t=2)
    b[4:8] = -90.0
    args = x, h0, 1e6 * c0, *weights, b
    expected = in_torch(*args)
    assert_close(lstm_forward(*args), expected)


def test_a_thousand_steps_are_taken(rng):
    x, *args = draw(rng, 1, 1, 2, t=1100)
    x[:, :800] = x[:, :1]  # Long enough for the states to settle, and then they move again.
    args = x, *(0.3 * array for array in args)
    expected = in_torch(*args)
    assert_close(lstm_forward(*args), expected)


def test_from_zeros_it_always_starts_anew(rng):
    x, h0, c0, *weights = draw(rng, 3, 2, 4)
    args = x, 0 * h0, 0 * c0, *weights
    expected = in_torch(*args)
    assert_close([lstm_forward(*args), lstm_forward(*args)], [expected, expected])


@pytest.mark.parametrize("block", range(4), ids=["i", "f", "g", "o"])
@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.float16, 6e4), (np.float32, 1e30), (np.float64, 1e300)]
)
def test_every_size_of_a_gate_gives_the_right_states(block, dtype, largest):
    usual, huge = np.geomspace(1e-3, 1e3, 40), np.geomspace(1e4, largest, 20)
    sizes = np.concatenate([-huge, -usual, usual, huge]).astype(dtype)
    b = np.repeat([[0.5], [-0.5], [0.25], [1.0]], 120, axis=1).astype(dtype)
    b[block], states = sizes, np.full((2, 120), 0.75, dtype)
    zeros = np.zeros((480, 121), dtype)
    args = np.ones((2, 2, 1), dtype), states, states, zeros[:, :1], zeros[:, 1:], b.ravel()
    args = *args, zeros[:, 0]
    expected = in_torch(*(array.astype(np.float64) for array in args))
    expected = tuple(array.astype(dtype) for array in expected)
    with np.errstate(all="ignore"):
        assert_close(lstm_forward(*args), expected)


@pytest.mark.parametrize("positions", [[1], [2], [1, 2]], ids=["h0", "c0", "both"])
@pytest.mark.parametrize(
    "shape", [(4,), (1, 4), (3, 1), (3, 5), (5, 4), (1, 3, 4), (3, 1, 4)], ids=str
)
def test_a_first_state_of_another_shape_raises_a_value_error(rng, positions, shape):
    args = draw(rng, 3, 2, 4, t=5)
    for position in positions:
        args[position] = np.zeros(shape)
    assert_value_error(lstm_forward, *args)
    assert_value_error(lstm_forward, args[0][:, :0], *args[1:])


@manners()
def test_manners(rng):
    return (
        partial(lstm_forward, *draw(rng, 3, 2, 4, t=5)),
        partial(lstm_forward, *draw(rng, 3, 2, 4, t=1)),
        partial(lstm_forward, *draw(rng, 3, 2, 4, t=0)),
    )


@pytest.mark.speed
def test_no_python_loop_but_over_time(rng):
    assert_vectorized(lstm_forward, lambda n, d, hidden: draw(rng, n, d, hidden))

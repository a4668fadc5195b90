from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.rnn_forward import rnn_forward
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, d, hidden, t=3):
    shapes = [(n, t, d), (n, hidden), (hidden, d), (hidden, hidden), (hidden,), (hidden,)]
    return [rng.normal(scale=0.7, size=shape) for shape in shapes]


def in_torch(x, h0, *weights):
    layer = torch.nn.RNN(x.shape[2], h0.shape[1], batch_first=True, dtype=torch.float64)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer.load_state_dict(dict(zip(names, map(torch.tensor, weights), strict=True)))
    with torch.no_grad():
        return layer(torch.tensor(x), torch.tensor(h0)[None])[0].numpy()


def test_two_steps_worked_out_by_hand():
    # tanh(log(3) / 2) = 1/2 and tanh(log(2) / 2) = 1/3: the states are 1/2 and then 1/3.
    x, h0 = np.array([[[-2.0], [np.log(2.0 / 3.0)]]]), np.array([[1.0]])
    weights = np.array([[0.5]]), np.array([[2.0]]), np.array([np.log(3.0) / 2]), np.array([-1.0])
    assert_close(rnn_forward(x, h0, *weights), np.array([[[1 / 2], [1 / 3]]]))


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
        (3, 2, 2, 3),
    ],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, t, d, hidden):
    args = draw(rng, n, d, hidden, t)
    expected = in_torch(*args)
    assert_close(rnn_forward(*args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3, t=8)
    expected = reference.rnn_forward(*args)
    assert_close(rnn_forward(*args), expected)


def test_two_halves_of_a_sequence_give_what_the_whole_gives(rng):
    x, h0, *weights = draw(rng, 4, 3, 5, t=7)
    expected = in_torch(x, h0, *weights)
    first = rnn_forward(x[:, :3].copy(), h0, *weights)
    second = rnn_forward(x[:, 3:].copy(), first[:, -1].copy(), *weights)
    assert_close([first, second], [expected[:, :3], expected[:, 3:]])


@pytest.mark.parametrize("n", [1, 3])
def test_without_steps_there_are_no_states(rng, n):
    assert_close(rnn_forward(*draw(rng, n, 2, 4, t=0)), np.zeros((n, 0, 4)))


def test_thousands_of_steps_are_taken(rng):
    x, h0, w_ih, w_hh, *biases = draw(rng, 1, 1, 2, t=4000)
    x[:, :2000] = x[:, :1]  # Long enough for the states to settle, and then they move again.
    args = x, h0, w_ih, 0.9 * w_hh / np.linalg.norm(w_hh), *biases
    expected = in_torch(*args)
    assert_close(rnn_forward(*args), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_arguments_of_tanh_may_be_large(rng, dtype):
    x, *rest = draw(rng, 3, 2, 4, t=5)
    x *= np.array([[1.0], [10.0], [30.0], [1e3], [1e5]])
    expected = in_torch(x, *rest).astype(dtype)
    args = [array.astype(dtype) for array in (x, *rest)]
    with np.errstate(all="ignore"):
        assert_close(rnn_forward(*args), expected)


@pytest.mark.parametrize(
    "shape", [(4,), (1, 4), (3, 1), (3, 5), (5, 4), (1, 3, 4), (3, 1, 4)], ids=str
)
def test_a_first_state_of_another_shape_raises_a_value_error(rng, shape):
    x, _, *weights = draw(rng, 3, 2, 4, t=5)
    assert_value_error(rnn_forward, x, np.zeros(shape), *weights)
    assert_value_error(rnn_forward, x[:, :0], np.zeros(shape), *weights)


def test_from_zeros_it_always_starts_anew(rng):
    x, h0, *weights = draw(rng, 3, 2, 4)
    args = x, 0 * h0, *weights
    expected = in_torch(*args)
    assert_close([rnn_forward(*args), rnn_forward(*args)], [expected, expected])


@manners()
def test_manners(rng):
    return (
        partial(rnn_forward, *draw(rng, 3, 2, 4, t=5)),
        partial(rnn_forward, *draw(rng, 3, 2, 4, t=1)),
        partial(rnn_forward, *draw(rng, 3, 2, 4, t=0)),
    )


@pytest.mark.speed
def test_no_python_loop_but_over_time(rng):
    assert_vectorized(rnn_forward, lambda n, d, hidden: draw(rng, n, d, hidden))

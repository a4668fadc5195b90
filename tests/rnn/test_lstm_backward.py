from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.lstm_backward import lstm_cell_backward
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, d, hidden):
    """Gradients of both results, then x, h, c, both weights and both biases."""
    states, rows = [(n, hidden)] * 2, 4 * hidden
    shapes = [*states, (n, d), *states, (rows, d), (rows, hidden), (rows,), (rows,)]
    return [rng.normal(size=shape) for shape in shapes]


def in_torch(grad_h, grad_c, *inputs):
    x, h, c, *weights = tensors = [torch.tensor(array, requires_grad=True) for array in inputs]
    h, c = torch.lstm_cell(x, (h, c), *weights)
    (h * torch.tensor(grad_h) + c * torch.tensor(grad_c)).sum().backward()
    return tuple(tensor.grad.numpy() for tensor in tensors)


def test_one_unit_worked_out_by_hand():
    # σ(log a) = a / (1 + a) and tanh(log(3) / 2) = 1/2, so i = 3/4, f = 1/5, g = 1/2, o = 4/5,
    # and this c makes tanh(c′) = 1/2.
    c = 5 * (np.log(3.0) / 2 - 3 / 8)
    w_ih, w_hh = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[4.0], [3.0], [2.0], [1.0]])
    b = np.log([3.0, 0.25, 3.0**0.5, 4.0]) - 2 * w_ih[:, 0] + w_hh[:, 0]
    # The memory gets 2 + 10 · 4/5 · 3/4 = 8.
    grad_z = np.array([8 * 1 / 2 * 3 / 16, 8 * c * 4 / 25, 8 * 3 / 4 * 3 / 4, 10 * 1 / 2 * 4 / 25])
    expected = (
        np.array([grad_z @ w_ih]),
        np.array([grad_z @ w_hh]),
        np.array([[8 / 5]]),
        2 * grad_z[:, None],
        -grad_z[:, None],
        grad_z,
        grad_z.copy(),
    )
    x, h, c = np.array([[2.0]]), np.array([[-1.0]]), np.array([[c]])
    grads = np.array([[10.0]]), np.array([[2.0]])
    assert_close(lstm_cell_backward(*grads, x, h, c, w_ih, w_hh, b, 0 * b), expected)


@pytest.mark.parametrize(
    ("n", "d", "hidden"),
    [(5, 3, 4), (2, 7, 3), (3, 1, 6), (4, 2, 1), (1, 4, 2), (1, 1, 1), (6, 6, 6)],
    ids=str,
)
def test_it_agrees_with_torch(rng, n, d, hidden):
    args = draw(rng, n, d, hidden)
    expected = in_torch(*args)
    assert_close(lstm_cell_backward(*args), expected)


@pytest.mark.parametrize("zeroed", [0, 1], ids=["of the memory", "of the hidden state"])
def test_one_of_the_two_gradients_alone_agrees_with_torch(rng, zeroed):
    args = draw(rng, 4, 3, 5)
    args[zeroed] *= 0.0
    expected = in_torch(*args)
    assert_close(lstm_cell_backward(*args), expected)


@pytest.mark.parametrize("size", [1e-9, 1e6], ids=str)
def test_gradients_of_any_size_pass_in_full(rng, size):
    grad_h, grad_c, *inputs = draw(rng, 3, 2, 4)
    expected = in_torch(size * grad_h, size * grad_c, *inputs)
    assert_close(lstm_cell_backward(size * grad_h, size * grad_c, *inputs), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3)
    expected = reference.lstm_cell_backward(*args)
    assert_close(lstm_cell_backward(*args), expected)


def test_a_chain_of_steps_gives_the_gradients_of_a_sequence(rng):
    _, _, _, h0, c0, *weights = draw(rng, 3, 2, 4)
    inputs, grad_hs = rng.normal(size=(6, 3, 2)), rng.normal(size=(6, 3, 4))
    xs, h, c, *ws = (torch.tensor(one, requires_grad=True) for one in (inputs, h0, c0, *weights))
    tensors, states, loss = (xs, h, c, *ws), [], 0.0
    for x, grad in zip(xs, grad_hs, strict=True):
        states.append((h.detach().numpy(), c.detach().numpy()))
        h, c = torch.lstm_cell(x, (h, c), *ws)
        loss = loss + (h * torch.tensor(grad)).sum()
    loss.backward()
    expected = [tensor.grad.numpy() for tensor in tensors]

    grad_h, grad_c, grad_xs = 0 * h0, 0 * c0, np.zeros_like(inputs)
    grads = [np.zeros_like(weight) for weight in weights]
    for k in reversed(range(6)):
        args = grad_hs[k] + grad_h, grad_c, inputs[k], *states[k], *weights
        grad_xs[k], grad_h, grad_c, *shares = lstm_cell_backward(*args)
        grads = [grad + share for grad, share in zip(grads, shares, strict=True)]
    assert_close([grad_xs, grad_h, grad_c, *grads], expected)


@pytest.mark.parametrize("block", range(4), ids=["i", "f", "g", "o"])
@pytest.mark.parametrize(
    ("dtype", "largest"), [(np.float16, 6e4), (np.float32, 1e30), (np.float64, 1e300)]
)
def test_every_size_of_a_gate_gives_the_right_gradients(block, dtype, largest):
    usual, huge = np.geomspace(1e-3, 1e3, 40), np.geomspace(1e4, largest, 20)
    sizes = np.concatenate([-huge, -usual, usual, huge])
    b = np.repeat([[0.5], [-0.5], [0.25], [1.0]], 120, axis=1)
    b[block] = sizes
    states, zeros = np.full((4, 2, 120), 0.75), np.zeros((480, 121))
    args = [*states[:2], np.ones((2, 1)), *states[2:], zeros[:, :1], zeros[:, 1:], b.ravel()]
    args = [array.astype(dtype) for array in (*args, zeros[:, 0])]
    expected = in_torch(*(array.astype(np.float64) for array in args))
    expected = tuple(array.astype(dtype) for array in expected)
    with np.errstate(all="ignore"):
        # Near 1, a float32 gate is off by up to 1e-7, and so is 1 − gate.
        atol = 1e-6 if dtype is np.float32 else None
        assert_close(lstm_cell_backward(*args), expected, atol=atol)


def test_a_shut_forget_gate_stops_even_a_large_gradient(rng):
    _, _, *inputs, b_hh = draw(rng, 3, 2, 4)
    b_hh[4:8] = -90.0
    grads = np.full((2, 3, 4), 1e6)
    expected = in_torch(*grads, *inputs, b_hh)[2]
    # A gate may be off by 1e-16, so 1e6 times it by 1e-10.
    assert_close(lstm_cell_backward(*grads, *inputs, b_hh)[2], expected, atol=1e-9)


@pytest.mark.parametrize("positions", [[0], [1], [0, 1]], ids=["grad_h", "grad_c", "both"])
@pytest.mark.parametrize("shape", [(4,), (1, 4), (3, 1), (3, 5), (1, 3, 4), (3, 1, 4), ()], ids=str)
def test_a_gradient_of_another_shape_than_the_state_raises_a_value_error(rng, positions, shape):
    args = draw(rng, 3, 6, 4)
    for position in positions:
        args[position] = np.ones(shape)
    assert_value_error(lstm_cell_backward, *args)


@manners()
def test_manners(rng):
    return partial(lstm_cell_backward, *draw(rng, 3, 2, 4))


@pytest.mark.speed
def test_no_python_loop(rng):
    assert_vectorized(lstm_cell_backward, partial(draw, rng))

from functools import partial

import numpy as np
import pytest
import torch

from exercises.rnn.backprop_through_time import rnn_backward
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def draw(rng, n, d, hidden, t=3):
    """A gradient of all states, then x, h0, both weights and both biases."""
    shapes = [(n, t, hidden), (n, t, d), (n, hidden), (hidden, d), (hidden, hidden)]
    return [rng.normal(scale=0.6, size=shape) for shape in [*shapes, (hidden,), (hidden,)]]


def in_torch(grad_hs, x, h0, *weights):
    layer = torch.nn.RNN(x.shape[2], h0.shape[1], batch_first=True, dtype=torch.float64)
    params = dict(layer.named_parameters())
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer.load_state_dict(dict(zip(names, map(torch.tensor, weights), strict=True)))
    x, h0 = torch.tensor(x, requires_grad=True), torch.tensor(h0[None], requires_grad=True)
    (layer(x, h0)[0] * torch.tensor(grad_hs)).sum().backward()
    grads = [x.grad, h0.grad[0], *(params[name].grad for name in names)]
    return tuple(grad.numpy() for grad in grads)


def test_two_steps_worked_out_by_hand():
    # With tanh(log(3) / 2) = 1/2 both states are 1/2, so tanh′ is 3/4 at both steps.
    x, h0 = np.array([[[np.log(3.0) - 5.0], [np.log(3.0) - 3.0]]]), np.array([[1.0]])
    weights = np.array([[0.5]]), np.array([[2.0]]), np.array([0.25]), np.array([0.25])
    # Before tanh: 8 · 3/4 = 6 at the second step, (4 + 6 · 2) · 3/4 = 12 at the first.
    expected = (
        np.array([[[6.0], [3.0]]]),
        np.array([[24.0]]),
        np.array([[12.0 * (np.log(3.0) - 5.0) + 6.0 * (np.log(3.0) - 3.0)]]),
        np.array([[12.0 * 1.0 + 6.0 * 0.5]]),
        np.array([18.0]),
        np.array([18.0]),
    )
    assert_close(rnn_backward(np.array([[[4.0], [8.0]]]), x, h0, *weights), expected)


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
    assert_close(rnn_backward(*args), expected)


@pytest.mark.parametrize("step", [0, 2, 5], ids=["the first", "one inside", "the last"])
def test_the_gradient_of_one_step_alone_agrees_with_torch(rng, step):
    grad_hs, *args = draw(rng, 4, 3, 5, t=6)
    grad_hs[:, :step] = grad_hs[:, step + 1 :] = 0.0
    expected = in_torch(grad_hs, *args)
    assert_close(rnn_backward(grad_hs, *args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, 7, 5, 3, t=8)
    expected = reference.rnn_backward(*args)
    assert_close(rnn_backward(*args), expected)


def test_a_late_gradient_reaches_the_first_of_many_steps(rng):
    grad_hs, x, h0, w_ih, w_hh, *biases = draw(rng, 2, 3, 4, t=800)
    # States this small pass tanh almost unchanged, and an orthogonal matrix changes no length.
    args = 1e-3 * x, 1e-3 * h0, w_ih, np.linalg.qr(w_hh)[0], *(0 * bias for bias in biases)
    grad_hs[:, :-1] = 0.0
    expected = in_torch(grad_hs, *args)
    assert_close(rnn_backward(grad_hs, *args), expected)


@pytest.mark.parametrize("size", [1e-6, 1e6], ids=str)
def test_gradients_of_any_size_pass_in_full(rng, size):
    grad_hs, *args = draw(rng, 3, 2, 4, t=5)
    expected = in_torch(size * grad_hs, *args)
    assert_close(rnn_backward(size * grad_hs, *args), expected)


def test_the_arguments_of_tanh_may_be_large(rng):
    grad_hs, x, *rest = draw(rng, 3, 2, 4, t=5)
    x *= np.array([[1.0], [10.0], [30.0], [1e3], [1e5]])
    expected = in_torch(grad_hs, x, *rest)
    with np.errstate(all="ignore"):
        assert_close(rnn_backward(grad_hs, x, *rest), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_units_may_be_saturated(rng, dtype):
    args = draw(rng, 3, 2, 4, t=5)
    args[-1][:2] = 1e3, -1e30
    args = [array.astype(dtype) for array in args]
    expected = in_torch(*(array.astype(np.float64) for array in args))
    expected = tuple(array.astype(dtype) for array in expected)
    with np.errstate(all="ignore"):
        assert_close(rnn_backward(*args), expected)


@pytest.mark.parametrize(
    "shape",
    [(3, 4), (5, 4), (1, 5, 4), (3, 1, 4), (3, 5, 1), (3, 4, 4), (3, 6, 4), (5, 3, 4), ()],
    ids=str,
)
def test_a_gradient_of_another_shape_than_the_states_raises_a_value_error(rng, shape):
    _, *args = draw(rng, 3, 2, 4, t=5)
    assert_value_error(rnn_backward, np.ones(shape), *args)


@manners()
def test_manners(rng):
    return (
        partial(rnn_backward, *draw(rng, 3, 2, 4, t=5)),
        partial(rnn_backward, *draw(rng, 3, 2, 4, t=1)),
    )


@pytest.mark.speed
def test_no_python_loop_but_over_time(rng):
    assert_vectorized(rnn_backward, lambda n, d, hidden: draw(rng, n, d, hidden))

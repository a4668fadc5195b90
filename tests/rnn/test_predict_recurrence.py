"""Each truth is found by running PyTorch, never from a stored answer."""

import numpy as np
import torch
from torch import nn

from exercises.rnn.predict_recurrence import (
    clipped,
    gradient_through_time,
    gru_with_z_of_one,
    kept_memory,
    last_states_of_a_stack,
    lstm_to_gru,
    padded_last_state,
    range_of_the_states,
    rnn_parameters,
    states_of_a_stack,
    what_saves_the_memory,
    where_backward_ends,
)
from kata.testing import assert_close

# Answers have three digits.
DIGITS = 5e-4


def parameters(layer):
    return sum(parameter.numel() for parameter in layer.parameters())


def filled(layer, value):
    with torch.no_grad():
        for weights in layer.parameters():
            weights.fill_(value)
    return layer.double()


def lstm_of_biases(i, f, g, o):
    """An LSTM of one unit whose gates see nothing but these biases."""
    layer = filled(nn.LSTM(1, 1, batch_first=True), 0.0)
    with torch.no_grad():
        layer.bias_ih_l0[...] = torch.tensor([i, f, g, o])
    return layer


def memory_after(layer, memory, steps):
    start = torch.zeros(1, 1, 1).double(), torch.full((1, 1, 1), memory).double()
    with torch.no_grad():
        _, (h, c) = layer(torch.zeros(1, steps, 1).double(), start)
    return h.item(), c.item()


def test_the_parameters_of_an_rnn():
    assert_close(rnn_parameters(), parameters(nn.RNN(10, 20)))


def test_the_parameters_of_an_lstm_beside_a_gru():
    truth = parameters(nn.LSTM(10, 20)) / parameters(nn.GRU(10, 20))
    assert_close(lstm_to_gru(), truth, rtol=0.0, atol=DIGITS)


def test_the_shapes_of_what_a_stack_returns():
    stack = nn.LSTM(10, 20, num_layers=3, batch_first=True, bidirectional=True)
    output, _ = stack(torch.zeros(8, 30, 10))
    assert_close(states_of_a_stack(), tuple(output.shape))


def test_the_shape_of_the_last_states_of_a_stack():
    stack = nn.LSTM(10, 20, num_layers=3, batch_first=True, bidirectional=True)
    _, (last, _) = stack(torch.zeros(8, 30, 10))
    assert_close(last_states_of_a_stack(), tuple(last.shape))


def test_the_step_where_the_backward_direction_ends():
    # Only a state that has read the whole sequence depends on both of its ends.
    layer = filled(nn.RNN(1, 1, batch_first=True, bidirectional=True), 0.5)
    x = torch.zeros(1, 30, 1).double().requires_grad_()
    for step in (0, 29):
        (gradient,) = torch.autograd.grad(layer(x)[0][0, step, 1], x)
        if gradient[0, 0, 0] != 0 and gradient[0, 29, 0] != 0:
            truth = step
    assert_close(where_backward_ends(), truth)


def test_the_memory_that_is_kept():
    _, memory = memory_after(lstm_of_biases(-100.0, 0.0, 0.0, 0.0), 16.0, 4)
    assert_close(kept_memory(), memory, rtol=0.0, atol=DIGITS)


def test_the_forget_bias_that_saves_the_memory():
    kept = {
        bias: memory_after(lstm_of_biases(-100.0, bias, 0.0, 0.0), 1.0, 50)[1]
        for bias in (0.0, 1.0, 3.0)
    }
    (truth,) = (bias for bias, memory in kept.items() if memory > 0.01)
    assert_close(what_saves_the_memory(), truth)


def test_the_state_of_a_gru_whose_update_gate_is_one():
    cell = filled(nn.GRUCell(1, 1), 0.0)
    with torch.no_grad():
        cell.bias_ih[...] = torch.tensor([0.0, 100.0, 2.0])  # r, z and the candidate
        new = cell(torch.zeros(1, 1).double(), torch.tensor([[0.3]]).double()).item()
    states = {"the old one": 0.3, "the candidate": np.tanh(2.0), "zeros": 0.0}
    truth = min(states, key=lambda name: abs(states[name] - new))
    assert_close(gru_with_z_of_one(), truth)


def test_the_gradient_through_ten_steps():
    x = torch.ones(11, dtype=torch.float64, requires_grad=True)
    h = torch.zeros((), dtype=torch.float64)
    for number in x:
        h = 0.5 * h + number
    h.backward()
    assert_close(gradient_through_time(), (x.grad[-1] / x.grad[0]).item())


def test_what_clipping_does_to_vanished_gradients():
    x = torch.ones(40, dtype=torch.float64, requires_grad=True)
    h = torch.zeros((), dtype=torch.float64)
    for number in x:
        h = 0.5 * torch.tanh(h) + 3 * number
    h.backward()
    before = x.grad.clone()
    assert nn.utils.clip_grad_norm_([x], 1.0) > 2.0  # They are long enough to be clipped.
    change = (x.grad[0] / x.grad[-1] / (before[0] / before[-1])).item()
    truth = "grows" if change > 1.1 else "shrinks" if change < 0.9 else "stays"
    assert_close(clipped(), truth)


def test_the_state_that_leaves_its_range():
    h, c = memory_after(lstm_of_biases(100.0, 100.0, 100.0, 100.0), 0.0, 50)
    beyond = [name for name, state in (("h", h), ("c", c)) if abs(state) > 1.5]
    truth = {0: "neither", 1: beyond[0], 2: "both"}[len(beyond)]
    assert_close(range_of_the_states(), truth)


def test_the_last_state_of_a_padded_sequence():
    layer = filled(nn.RNN(1, 1, batch_first=True), 0.3)
    with torch.no_grad():
        hs, _ = layer(torch.tensor([[[1.0], [-2.0], [-1.0], [0.0], [0.0]]]).double())
    states = hs[0, :, 0].numpy()
    same = abs(states[4] - states[2]) < 1e-3
    truth = "the same" if same else "zeros" if abs(states[4]) < 1e-3 else "another one"
    assert_close(padded_last_state(), truth)

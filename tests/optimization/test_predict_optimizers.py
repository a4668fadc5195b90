"""Each truth is found by running PyTorch's optimizers, never from a stored answer."""

import math

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

from exercises.optimization.predict_optimizers import (
    accumulated,
    adagrad_late_step,
    adam_first_step,
    after_nan,
    clipped,
    decay_without_a_gradient,
    largest_rate,
    loss_times_100,
    momentum_in_the_long_run,
    momentum_two_steps,
    rmsprop_first_step,
    warm_up_and_cosine,
)
from kata.testing import assert_close

# No truth needs more than three digits; eps, and the search for a rate, are off by less than this.
DIGITS = 2e-4


def assert_digits(answer, truth):
    assert_close(answer, truth, rtol=DIGITS, atol=0.0)


def path(kind, gradients, start=0.0, **settings):
    """A weight before the first step and after each one, for these gradients."""
    weight = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer, weights = kind([weight], **settings), [start]
    for gradient in gradients:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        weights.append(weight.item())
    return weights


def test_the_first_step_of_adam():
    truth = path(torch.optim.Adam, [1000.0], lr=0.001)[-1]
    assert_digits(adam_first_step(), truth)


def test_the_first_step_of_rmsprop():
    truth = path(torch.optim.RMSprop, [5.0], lr=0.01, alpha=0.99)[-1]
    assert_digits(rmsprop_first_step(), truth)


def test_the_hundredth_step_of_adagrad():
    weights = path(torch.optim.Adagrad, [3.0] * 100, lr=1.0)
    assert_digits(adagrad_late_step(), abs(weights[-1] - weights[-2]))


def test_two_steps_with_momentum():
    truth = path(torch.optim.SGD, [1.0] * 2, lr=0.1, momentum=0.9)[-1]
    assert_digits(momentum_two_steps(), truth)


def test_a_late_step_with_momentum():
    weights = path(torch.optim.SGD, [1.0] * 400, lr=0.1, momentum=0.9)
    assert_digits(momentum_in_the_long_run(), abs(weights[-1] - weights[-2]))


def test_the_largest_learning_rate():
    def converges(lr):
        w = 1.0
        for _ in range(20_000):
            w -= lr * 10.0 * w
            if abs(w) > 10.0:
                return False
        return True

    low, high = 1e-3, 10.0
    while high - low > 1e-5:
        middle = (low + high) / 2
        low, high = (middle, high) if converges(middle) else (low, middle)
    assert_digits(largest_rate(), low)


def test_the_steps_where_the_loss_is_100_times_as_large():
    gradients = [0.3, -1.2, 0.7]
    ends = [
        [path(kind, [scale * g for g in gradients], lr=0.1)[-1] for scale in (1.0, 100.0)]
        for kind in (torch.optim.SGD, torch.optim.Adam)
    ]
    assert_digits(loss_times_100(), tuple(large / small for small, large in ends))


def test_weight_decay_without_a_gradient():
    truth = tuple(
        path(kind, [0.0], start=1.0, lr=0.1, weight_decay=0.1)[-1]
        for kind in (torch.optim.Adam, torch.optim.AdamW)
    )
    assert_digits(decay_without_a_gradient(), truth)


def test_what_clipping_leaves():
    params = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    for param, gradient in zip(params, (3.0, 4.0), strict=True):
        param.grad = torch.tensor([gradient])
    torch.nn.utils.clip_grad_norm_(params, max_norm=1.0)
    assert_digits(clipped(), tuple(param.grad.item() for param in params))


def test_the_rate_in_the_middle_of_the_cosine():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    warm_up = LinearLR(optimizer, start_factor=1e-9, total_iters=100)
    cosine = CosineAnnealingLR(optimizer, T_max=1000)
    schedule = SequentialLR(optimizer, [warm_up, cosine], milestones=[100])
    optimizer.step()
    for _ in range(600):
        schedule.step()
    assert_digits(warm_up_and_cosine(), schedule.get_last_lr()[0])


def test_the_gradient_after_four_backward_calls():
    x = torch.linspace(-1.0, 2.0, 32, dtype=torch.float64)
    in_parts, at_once = (torch.tensor(0.5).double().requires_grad_() for _ in range(2))
    for rows in x.split(8):
        (in_parts * rows - 1.0).square().mean().backward()
    (at_once * x - 1.0).square().mean().backward()
    assert_digits(accumulated(), (in_parts.grad / at_once.grad).item())


def test_the_weight_after_a_gradient_of_nan():
    _, before, after, *_, last = path(torch.optim.Adam, [1.0, math.nan] + [1.0] * 300, lr=0.1)
    truth = "recovers" if math.isfinite(last) else "stays nan"
    assert_close(after_nan(), "skips the step" if after == before else truth)

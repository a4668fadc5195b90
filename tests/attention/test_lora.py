"""The entries of a are up to chance: 200,000 of them are measured, with tolerances of at least six
standard deviations, so each false verdict has odds of at most 2e-9.
"""

from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.lora import LoRALinear
from kata.testing import (
    assert_close,
    assert_memory_at_most,
    assert_value_error,
    assert_vectorized,
    draws,
    manners,
    share_nothing,
    torch_gradients,
)

CASES = pytest.mark.parametrize(
    ("batch", "n_in", "n_out", "rank", "alpha"),
    [
        ((3,), 5, 4, 2, 3.0),
        ((), 4, 6, 3, 2.0),
        ((2, 3), 6, 5, 1, 8.0),
        ((4,), 4, 4, 4, 0.5),
        ((2, 2), 3, 7, 5, 16.0),
        ((1,), 1, 1, 1, 1.0),
        ((3,), 4, 2, 2, 1.0),
        ((3,), 5, 4, 2, 4.0),
        ((3,), 5, 4, 2, 0.0),
    ],
    ids=str,
)


def draw(rng, batch=(3,), n_in=5, n_out=4, rank=2):
    """grad_y, x, weight, bias, a and b."""
    shapes = (*batch, n_out), (*batch, n_in), (n_out, n_in), (n_out,), (rank, n_in), (n_out, rank)
    return [rng.normal(size=shape) for shape in shapes]


def make(weight, bias, a, b, alpha):
    """A layer in the midst of training."""
    layer = LoRALinear(weight, bias, len(a), alpha, np.random.default_rng(1))
    layer.a, layer.b = a, b
    return layer


def in_torch(x, weight, bias, a, b, alpha):
    return x @ weight.mT + bias + alpha / len(a) * (x @ (b @ a).mT)


def forward_in_torch(x, weight, bias, a, b, alpha):
    return in_torch(*map(torch.tensor, (x, weight, bias, a, b)), alpha).numpy()


def backward_in_torch(grad_y, x, weight, bias, a, b, alpha):
    def forward(x, a, b):
        return in_torch(x, torch.tensor(weight), torch.tensor(bias), a, b, alpha)

    return torch_gradients(forward, [x, a, b], grad_y)


def test_an_update_of_rank_1_worked_out_by_hand():
    # The layer gives [5, 7] + [1, 1]; the update is 3 · [0, 2] · 5.
    layer = make(np.eye(2), np.ones(2), np.array([[1.0, 0.0]]), np.array([[0.0], [2.0]]), 3.0)
    assert_close(layer.forward(np.array([5.0, 7.0])), np.array([6.0, 38.0]))
    assert_close(layer.merged(), np.array([[1.0, 0.0], [6.0, 1.0]]))


@CASES
def test_forward_agrees_with_torch(rng, batch, n_in, n_out, rank, alpha):
    _, *arrays = draw(rng, batch, n_in, n_out, rank)
    expected = forward_in_torch(*arrays, alpha)
    x, *own = arrays
    assert_close(make(*own, alpha).forward(x), expected)


@CASES
def test_the_gradients_agree_with_torch(rng, batch, n_in, n_out, rank, alpha):
    arrays = draw(rng, batch, n_in, n_out, rank)
    expected = backward_in_torch(*arrays, alpha)
    grad_y, x, *own = arrays
    assert_close(make(*own, alpha).backward(grad_y, x), expected)


@CASES
def test_the_merged_layer_does_the_same(rng, batch, n_in, n_out, rank, alpha):
    _, *arrays = draw(rng, batch, n_in, n_out, rank)
    expected = forward_in_torch(*arrays, alpha)
    x, weight, bias, a, b = arrays
    merged = make(weight, bias, a, b, alpha).merged()
    assert_close(x @ merged.T + bias, expected)


def test_it_agrees_with_the_reference(rng, reference):
    grad_y, x, weight, bias, a, b = draw(rng, (2, 3), rank=3)
    layer = reference.LoRALinear(weight, bias, 3, 2.0, np.random.default_rng(0))
    layer.a, layer.b = a, b
    expected = layer.forward(x), layer.backward(grad_y, x), layer.merged()
    layer = make(weight, bias, a, b, 2.0)
    assert_close((layer.forward(x), layer.backward(grad_y, x), layer.merged()), expected)


def test_training_starts_from_the_layer_as_it_was(rng):
    grad_y, x, weight, bias, _, _ = draw(rng, (2, 3))
    expected = x @ weight.T + bias, weight.copy(), grad_y @ weight
    layer = LoRALinear(weight, bias, 2, 3.0, rng)
    _, *of_a_and_b = backward_in_torch(grad_y, x, weight, bias, layer.a, np.zeros((4, 2)), 3.0)
    result = layer.forward(x), layer.merged(), *layer.backward(grad_y, x)
    assert_close(result, (*expected, *of_a_and_b))
    assert_close(layer.b, np.zeros((4, 2)))


def test_a_second_step_uses_the_new_a_and_b(rng):
    grad_y, x, weight, bias, a, b = draw(rng)
    expected = backward_in_torch(grad_y, x, weight, bias, a, b, 3.0), weight + 1.5 * (b @ a)
    with_a_negated = weight - 1.5 * (b @ a)
    layer = LoRALinear(weight, bias, 2, 3.0, rng)
    layer.forward(x)
    layer.backward(grad_y, x)
    # These begin as the last ones do.
    layer.a, layer.b = np.vstack([a[:1], -a[1:]]), b
    layer.merged()
    layer.a, layer.b = a, -b
    layer.merged()
    layer.b = b
    assert_close((layer.backward(grad_y, x), layer.merged()), expected)
    layer.a = -a
    assert_close(layer.merged(), with_a_negated)


def test_backward_takes_x_as_it_is_then(rng):
    grad_y, x, weight, bias, a, b = draw(rng)
    expected = backward_in_torch(grad_y, x + 1.0, weight, bias, a, b, 3.0)
    layer = make(weight, bias, a, b, 3.0)
    layer.forward(x)
    x += 1.0
    assert_close(layer.backward(grad_y, x), expected)


@pytest.mark.parametrize(("size_of_b", "alpha"), [(0.0, 3.0), (1.0, 3.0), (1.0, 0.0)])
def test_what_is_written_into_the_merged_weight_does_not_reach_the_layer(rng, size_of_b, alpha):
    _, x, weight, bias, a, b = draw(rng)
    b *= size_of_b
    expected = forward_in_torch(x, weight, bias, a, b, alpha)
    layer = make(weight, bias, a, b, alpha)
    layer.merged()[...] = 0.0
    assert_close(layer.forward(x), expected)


@pytest.mark.parametrize(("rank", "n_in"), [(500, 400), (50_000, 4), (8, 25_000)])
def test_a_is_normal_with_a_variance_of_one_in_n_in(rng, rank, n_in):
    weight = np.zeros((3, n_in))
    a = LoRALinear(weight, np.zeros(3), rank, 1.0, rng).a * n_in**0.5
    assert_close(a.shape, (rank, n_in))
    shares = [np.mean(abs(a) < 0.5), np.mean(abs(a) > 2.0), 10 * np.mean(abs(a) > 3.0)]
    expected = [0.0, 1.0, 0.38292, 0.0455, 0.027]
    assert_close([a.mean(), a.std(), *shares], expected, atol=0.015, rtol=0.0)


@draws()
def test_a_is_drawn_from_rng(rng):
    return LoRALinear(np.zeros((3, 5)), np.zeros(3), 4, 1.0, rng).a


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_and_b_have_the_dtype_of_weight(rng, dtype):
    layer = LoRALinear(np.ones((3, 5), dtype), np.ones(3, dtype), 2, 1.0, rng)
    assert_close([str(layer.a.dtype), str(layer.b.dtype)], [dtype, dtype])


@pytest.mark.parametrize("rank", [0, -1])
def test_a_rank_below_1_raises_a_value_error(rng, rank):
    assert_value_error(LoRALinear, np.ones((3, 5)), np.ones(3), rank, 1.0, rng)


def forward(x, weight, bias, a, b, alpha):
    return make(weight, bias, a, b, alpha).forward(x)


def backward(grad_y, x, weight, bias, a, b, alpha):
    return make(weight, bias, a, b, alpha).backward(grad_y, x)


def merged(weight, bias, a, b, alpha):
    return make(weight, bias, a, b, alpha).merged()


@share_nothing()
def test_layers_share_nothing(rng):
    x = rng.normal(size=(3, 5))
    layers = [
        partial(make, *draw(rng, rank=rank)[2:], alpha) for rank, alpha in [(2, 3.0), (3, 1.0)]
    ]
    return layers, lambda layer: [layer.forward(x), layer.merged()]


@manners()
def test_manners(rng):
    arrays = draw(rng)
    return (
        partial(forward, *arrays[1:], 3.0),
        partial(forward, *arrays[1:], 1.0),
        partial(backward, *arrays, 3.0),
        partial(backward, *arrays, 1.0),
        partial(merged, *arrays[2:], 3.0),
        partial(merged, *arrays[2:], 1.0),
    )


@pytest.mark.speed
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("batch", [(), (4,), (2, 2), (2, 1, 2)], ids=str)
def test_no_array_of_the_size_of_weight_is_made(rng, batch, dtype):
    arrays = [array.astype(dtype) for array in draw(rng, batch, 500, 500, 2)]
    # The layer itself may be a copy.
    (grad_y, x), layer = arrays[:2], make(*arrays[2:], 3.0)
    half = arrays[2].nbytes // 2
    assert_memory_at_most(half, lambda: layer.forward(x))
    assert_memory_at_most(half, lambda: layer.backward(grad_y, x))


@pytest.mark.speed
@pytest.mark.parametrize("name", ["forward", "backward"])
def test_no_python_loop(rng, name):
    # The layer itself may be made in a loop.
    def use(layer, grad_y, x):
        return layer.forward(x) if name == "forward" else layer.backward(grad_y, x)

    def drawn(batch, groups, rows, n_in, n_out, rank):
        return arguments((batch, groups, rows), n_in, n_out, rank)

    def arguments(*sizes):
        grad_y, x, *own = draw(rng, *sizes)
        return make(*own, 3.0), grad_y, x

    assert_vectorized(use, drawn)
    assert_vectorized(use, lambda rows: arguments((rows,)))

import math
from functools import partial

import numpy as np
import pytest
import torch

from exercises.training.gradient_flow import gradient_sizes, verdict
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

SHAPES = [(3, 4), (5,), (2, 3, 2), (1,), (1, 1), (2, 2)]

# Activation, weights' gain, and what becomes of the gradient in 30 layers of 64 units. The ratios
# first / last are about 6e-5, 1.3, 3e4, 8e-19 and 0.3: off each limit by a factor of 15 or more.
STACKS = {
    "relu with a gain of 1": (torch.relu, 1.0, "vanishing"),
    "relu with a gain of √2": (torch.relu, 2**0.5, "healthy"),
    "relu with a gain of 2": (torch.relu, 2.0, "exploding"),
    "sigmoid with a gain of 1": (torch.sigmoid, 1.0, "vanishing"),
    "tanh with a gain of 1": (torch.tanh, 1.0, "healthy"),
}


def gradients_of_a_stack(activation, gain, n_layers=30, width=64):
    """The gradients with respect to each layer's output, from the input of a network to its end."""
    rng = np.random.default_rng(0)
    h = torch.tensor(rng.normal(size=(128, width)), requires_grad=True)
    outputs = []
    for _ in range(n_layers):
        h = activation(h @ torch.tensor(rng.normal(scale=gain / width**0.5, size=(width, width))))
        h.retain_grad()
        outputs.append(h)
    h.backward(torch.tensor(rng.normal(size=(128, width))))
    return [output.grad.numpy() for output in outputs]


# --- Sizes -----------------------------------------------------------------------------------


def test_sizes_of_a_few_entries_worked_out_by_hand():
    # The mean of 1 and 49 is 25; a gradient of four entries is no larger than one of two.
    grads = [np.array([1.0, -7.0]), np.array([[1.0, -7.0], [7.0, 1.0]]), np.zeros(3), -np.ones(1)]
    assert_close(gradient_sizes(grads), [5.0, 5.0, 0.0, 1.0])


def test_sizes_agree_with_a_sum_over_all_entries(rng):
    grads = [rng.normal(loc=0.5, scale=2.0, size=shape) for shape in SHAPES]
    expected = [
        math.sqrt(math.fsum(g * g for g in grad.ravel().tolist()) / grad.size) for grad in grads
    ]
    assert_close(gradient_sizes(grads), expected)


def test_an_array_without_axes_has_one_entry():
    assert_close(gradient_sizes([np.array(-2.0), np.array(0.0)]), [2.0, 0.0])


@pytest.mark.parametrize("order", [1, -1])
def test_gradients_of_different_dtypes_are_measured_each_in_its_own(order):
    grads = [np.full(2, 0.5, np.float16), np.full(3, 1e30, np.float32), np.full(2, -1e100)]
    expected = [0.5, float(np.float32(1e30)), 1e100]
    # float16 has three digits.
    assert_close(gradient_sizes(grads[::order]), expected[::order], rtol=1e-3)


def test_no_gradients_have_no_sizes():
    assert_close(gradient_sizes([]), [])


@pytest.mark.parametrize(
    ("dtype", "largest"), [("float16", 6e4), ("float32", 3e38), ("float64", 1e200)]
)
def test_entries_of_any_size_are_measured(dtype, largest):
    sizes = np.append(np.geomspace(4 / largest, largest, 41), 0.0).astype(dtype)
    entries, shapes = np.array([1.0, -0.5, 0.25, 0.0, 0.0], dtype), [(5,), (1, 5), (5, 1, 1)]
    grads = [(size * entries).reshape(shapes[i % 3]) for i, size in enumerate(sizes)]
    expected = [float(size) * math.sqrt(1.3125 / 5) for size in sizes]
    close = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-9}[dtype]
    # What is smallest in a dtype has lost some of its digits: 1e-45 is a half more or less of it.
    least = {"float16": 6e-8, "float32": 1e-45, "float64": 0.0}[dtype]
    assert_close(gradient_sizes(grads), expected, rtol=close, atol=least)


@pytest.mark.parametrize("entry", [np.inf, -np.inf, np.nan])
def test_a_size_is_not_finite_where_an_entry_is_not(entry):
    grads = [np.array([1.0, entry, 2.0]), np.array([[entry]]), np.ones(2)]
    finite = [math.isfinite(size) for size in gradient_sizes(grads)]
    assert_close(finite, [False, False, True])


# --- The verdict -----------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_real_networks_are_judged_as_they_fare(stack):
    activation, gain, expected = STACKS[stack]
    grads = gradients_of_a_stack(activation, gain)
    assert_close(verdict(gradient_sizes(grads)), expected)


LIMITS = [
    ([0.25, 9.0, 1.0], "healthy"),
    ([0.2499, 9.0, 1.0], "vanishing"),
    ([4.0, 0.0, 1.0], "healthy"),
    ([4.001, 0.0, 1.0], "exploding"),
    ([2.5e-200, 1.0, 1e-200], "healthy"),
    ([2.5e200, 1.0, 1e200], "healthy"),
    ([1e200, 1.0, 1e-200], "exploding"),
    ([1e-200, 1.0, 1e200], "vanishing"),
    ([1.0, 1e-9, 1e9, 1.0], "healthy"),
    ([3.0, 1.0], "healthy"),
    ([5.0, 1.0], "exploding"),
    ([1.0, 5.0], "vanishing"),
]


@pytest.mark.parametrize(("sizes", "expected"), LIMITS, ids=str)
def test_the_ratio_of_first_to_last_counts_and_the_limits_are_healthy(sizes, expected):
    assert_close(verdict(sizes, low=0.25, high=4.0), expected)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([1e-3, 1.0], "healthy"),
        ([0.99e-3, 1.0], "vanishing"),
        ([1e3, 1.0], "healthy"),
        ([1000.1, 1.0], "exploding"),
    ],
    ids=str,
)
def test_the_limits_are_a_thousandth_and_a_thousand_unless_told(sizes, expected):
    assert_close(verdict(sizes), expected)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([0.0, 1.0], "vanishing"),
        ([0.0, 0.0], "vanishing"),
        ([0.0], "vanishing"),
        ([1.0, 0.0], "exploding"),
        ([1e-9, 1.0, 0.0], "exploding"),
        ([1e-299, 0.0], "exploding"),
        ([1e-305, 1e-305], "healthy"),
        ([1e308, 1e308], "healthy"),
        ([1.0, 0.0, 1.0], "healthy"),
        ([1e-9], "healthy"),
        ([1e9], "healthy"),
    ],
    ids=str,
)
def test_sizes_of_0_and_single_layers(sizes, expected):
    assert_close(verdict(sizes), expected)


@pytest.mark.parametrize("sizes", [[0.0, 1.0], [0.0, 0.0], [0.0]], ids=str)
def test_a_first_size_of_0_has_vanished_even_if_low_is_0(sizes):
    assert_close(verdict(sizes, low=0.0), "vanishing")


def test_a_limit_may_be_0_or_very_large():
    few, many = [1e-9, 1.0], [1e9, 1.0]
    verdicts = [verdict(few, low=0.0), verdict(few, 0.0, 0.0), verdict(many, high=1e10)]
    assert_close(verdicts, ["healthy", "exploding", "healthy"])


@pytest.mark.parametrize("bad", [math.inf, math.nan])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("others", [0.0, 1.0])
def test_a_size_that_is_not_finite_has_exploded_wherever_it_stands(bad, place, others):
    sizes = [others] * 3
    sizes[place] = bad
    assert_close([verdict(sizes), verdict([bad])], ["exploding", "exploding"])


@pytest.mark.parametrize("nothing", [[], ()], ids=["list", "tuple"])
def test_no_sizes_raise_a_value_error(nothing):
    assert_value_error(verdict, nothing)


def test_both_agree_with_the_reference(rng, reference):
    grads = [rng.normal(scale=scale, size=(3, 4)) for scale in 10.0 ** rng.normal(scale=2, size=9)]
    sizes = reference.gradient_sizes(grads)
    expected = sizes, reference.verdict(sizes, 0.1, 10.0)
    assert_close((gradient_sizes(grads), verdict(sizes, 0.1, 10.0)), expected)


# No dtypes: a size is a float, whatever the gradients are.
@manners(dtypes=[])
def test_manners(rng):
    grads = [rng.normal(size=shape) for shape in SHAPES]
    return (
        partial(gradient_sizes, grads),
        partial(verdict, [0.1, 0.3, 1.0], 0.01),
        partial(verdict, [0.1, 0.3, 1.0], 0.2),
        partial(verdict, [10.0, 0.3, 1.0], 0.01, 100.0),
        partial(verdict, [10.0, 0.3, 1.0], 0.01, 5.0),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(rows, columns, depth):
        return ([rng.normal(size=(rows, columns, depth)), rng.normal(size=(rows,))],)

    assert_vectorized(gradient_sizes, draw)

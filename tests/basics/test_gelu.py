import math
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.gelu import gelu, gelu_tanh, silu, softplus
from kata.testing import assert_close, assert_memory_at_most, assert_vectorized, manners

NAMES = pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "softplus"])
# Without gelu, as NumPy has no erf.
FAST_NAMES = pytest.mark.parametrize("name", ["gelu_tanh", "silu", "softplus"])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])

IN_TORCH = {
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
    "softplus": F.softplus,
}
# The same without the sums and differences in which digits are lost far below 0.
EXACTLY = {
    "gelu": lambda x: x * torch.special.erfc(-x / math.sqrt(2)) / 2,
    "gelu_tanh": lambda x: x * torch.sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x**3)),
    "silu": lambda x: x * torch.sigmoid(x),
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
}


def call(name, x):
    return globals()[name](x)


def in_torch(function, x):
    return function(torch.tensor(x, dtype=torch.float64)).numpy()


def test_gelu_weighs_1_by_the_share_of_a_normal_distribution_below_it():
    # 84.13447… % of it lie below 1, and 97.72498… % below 2.
    expected = np.array([[0.8413447460685429, -0.15865525393145707], [0.0, 1.9544997361036416]])
    assert_close(gelu(np.array([[1.0, -1.0], [0.0, 2.0]])), expected)


def test_gelu_tanh_at_1_is_the_formula_worked_out():
    # √(2/π) · 1.044715 is 0.83355…, and its tanh 0.68238….
    at_1 = 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715))
    assert_close(gelu_tanh(np.array([[1.0, -1.0, 0.0]])), np.array([[at_1, at_1 - 1, 0.0]]))


def test_silu_at_the_logarithm_of_3_is_three_quarters_of_it():
    x = np.log([[3.0, 1 / 3], [1.0, 9.0]])
    expected = x * [[0.75, 0.25], [0.5, 0.9]]
    assert_close(silu(x), expected)


def test_softplus_at_the_logarithm_of_3_is_that_of_4():
    x = np.log([[3.0, 1 / 3], [1.0, 9.0]])
    assert_close(softplus(x), np.log([[4.0, 4 / 3], [2.0, 10.0]]))


@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1), (1, 1)], ids=str)
@NAMES
def test_it_agrees_with_torch(rng, name, shape):
    # Further below 0, 1 + tanh cancels, and leaves a single entry without digits.
    x = rng.uniform(-3, 3, size=shape)
    expected = in_torch(IN_TORCH[name], x)
    assert_close(call(name, x), expected)


@NAMES
def test_far_above_0_it_is_x(name):
    x = np.array([50.0, 300.0, 1e4])
    expected = x.copy()
    assert_close(call(name, x), expected)


def test_gelu_far_below_0_keeps_its_digits():
    x = np.array([-5.0, -10.0, -30.0])
    expected = x * [2.8665157187919333e-07, 7.619853024160527e-24, 4.906713927148187e-198]
    assert_close(gelu(x), expected, atol=0.0)


@pytest.mark.parametrize("name", ["silu", "softplus"])
def test_far_below_0_it_keeps_its_digits(name):
    x = np.array([-30.0, -100.0, -600.0])
    expected = {"silu": x * np.exp(x), "softplus": np.exp(x)}[name]
    assert_close(call(name, x), expected, atol=0.0)


@DTYPES
@NAMES
def test_it_is_right_from_end_to_end_without_a_floating_point_error(name, dtype):
    sizes = np.concatenate([np.geomspace(1e-30, 1e4, 137), np.linspace(0.25, 100, 400)])
    x = np.concatenate([-sizes, [0.0], sizes, np.linspace(-700, -100, 61)]).astype(dtype)
    expected = in_torch(EXACTLY[name], x).astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = call(name, x)
    # An exponential turns the rounding of a large exponent into an error many times as large, as
    # that of √(2/π) to ten digits.
    exact = 1e-8 if name == "gelu_tanh" else 1e-9
    rtol, lowest = (1e-4, 1e-30) if dtype == np.float32 else (exact, 1e-300)
    rest = np.abs(expected) < lowest
    assert_close(y[~rest], expected[~rest], rtol=rtol, atol=0.0)
    assert_close(y[rest], np.zeros_like(x[rest]), atol=lowest)


@NAMES
def test_it_agrees_with_the_reference(rng, reference, name):
    x = rng.normal(scale=20.0, size=(6, 11))
    expected = getattr(reference, name)(x)
    assert_close(call(name, x), expected)


@manners()
def test_manners(rng):
    x = rng.normal(size=(2, 3, 4))
    # Far above 0 each is x, but not x itself. In float16, the cube of 40 is finite.
    inputs = x, 38.0 + x / 4
    return [partial(f, z) for f in (gelu, gelu_tanh, silu, softplus) for z in inputs]


@pytest.mark.speed
@FAST_NAMES
def test_no_python_loop(rng, name):
    assert_vectorized(
        partial(call, name),
        lambda batch, maps, rows, columns: (rng.normal(size=(batch, maps, rows, columns)),),
    )


@pytest.mark.speed
@FAST_NAMES
@DTYPES
def test_memory_stays_within_eight_times_x(rng, name, dtype):
    x = rng.normal(size=(40, 90)).astype(dtype)
    assert_memory_at_most(8 * x.nbytes, partial(call, name), x)

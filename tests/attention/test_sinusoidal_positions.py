import math
from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.sinusoidal_positions import sinusoidal_positions
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def by_the_formula(n_positions, d_model, base=10000.0):
    def entry(p, column):
        i = column // 2
        wave = math.cos if column % 2 else math.sin
        return wave(p / base ** (2 * i / d_model))

    rows = [[entry(p, column) for column in range(d_model)] for p in range(n_positions)]
    return np.array(rows, dtype=np.float64).reshape(n_positions, d_model)


def test_two_positions_worked_out_by_hand():
    # The divisors are 4^(0/4) = 1 and 4^(2/4) = 2.
    expected = [0.0, 1.0, 0.0, 1.0], [math.sin(1), math.cos(1), math.sin(0.5), math.cos(0.5)]
    assert_close(sinusoidal_positions(2, 4, base=4.0), np.array(expected))


@pytest.mark.parametrize(
    ("n_positions", "d_model"),
    [(7, 6), (3, 10), (6, 6), (5, 2), (2, 12), (1, 4), (2, 2), (0, 4), (2, 600)],
    ids=lambda size: str(size),
)
@pytest.mark.parametrize("base", [10000.0, 100.0, 2.5, 2.25])
def test_it_agrees_with_the_formula_entry_by_entry(n_positions, d_model, base):
    expected = by_the_formula(n_positions, d_model, base)
    assert_close(sinusoidal_positions(n_positions, d_model, base), expected)


def test_base_is_ten_thousand_unless_told():
    assert_close(sinusoidal_positions(9, 8), by_the_formula(9, 8))


def test_a_thousand_positions_are_right():
    assert_close(sinusoidal_positions(1000, 6), by_the_formula(1000, 6))


def test_seventy_thousand_positions_are_right():
    p = torch.arange(70_000, dtype=torch.float64)
    expected = torch.stack([p.sin(), p.cos()], dim=1).numpy()
    assert_close(sinusoidal_positions(70_000, 2), expected)


def test_it_agrees_with_the_reference(reference):
    expected = reference.sinusoidal_positions(50, 16, 300.0)
    assert_close(sinusoidal_positions(50, 16, 300.0), expected)


@pytest.mark.parametrize("d_model", [1, 3, 7])
def test_an_odd_d_model_raises_a_value_error(d_model):
    assert_value_error(sinusoidal_positions, 5, d_model)


@manners()
def test_manners(rng):
    return (
        partial(sinusoidal_positions, 5, 4),
        partial(sinusoidal_positions, 5, 4, 100.0),
        partial(sinusoidal_positions, 6, 4, 100.0),
        partial(sinusoidal_positions, 6, 8, 100.0),
    )


@pytest.mark.speed
def test_no_python_loop():
    # Four times as many, so that d_model is even.
    def drawn(positions, columns):
        return 4 * positions, 4 * columns

    assert_vectorized(sinusoidal_positions, drawn)

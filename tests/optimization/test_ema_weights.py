import copy
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim.swa_utils import get_ema_avg_fn

from exercises.optimization.ema_weights import EMA
from kata.testing import (
    assert_close,
    assert_value_error,
    draw_params,
    manners,
    share_nothing,
    unchanged,
)


def averages_after(steps, *settings):
    """The averages that start at the first of `steps` and follow the others."""
    ema = EMA(steps[0], *settings)
    for params in steps[1:]:
        ema.update(params)
        ema.averages()  # To ask for them changes nothing.
    return ema.averages()


def in_torch(steps, decay=0.999):
    move = get_ema_avg_fn(decay)
    averages = [torch.tensor(param) for param in steps[0]]
    for params in steps[1:]:
        moved = zip(averages, map(torch.tensor, params), strict=True)
        averages = [move(average, param, 1) for average, param in moved]
    return [average.numpy() for average in averages]


def test_two_updates_worked_out_by_hand():
    # A quarter of the way from 8 to 4, and from there to 15.
    steps = [[np.array([8.0])], [np.array([4.0])], [np.array([15.0])]]
    assert_close(averages_after(steps, 0.75), [np.array([9.0])])


@pytest.mark.parametrize("updates", [0, 1, 2, 9])
@pytest.mark.parametrize("settings", [(), (0.9,), (0.3,), (0.0,), (1.0,)], ids=str)
def test_it_agrees_with_torch(rng, settings, updates):
    steps = [draw_params(rng) for _ in range(1 + updates)]
    expected = in_torch(steps, *settings)
    assert_close(averages_after(steps, *settings), expected)


def test_it_agrees_with_the_reference(rng, reference):
    steps = [draw_params(rng) for _ in range(5)]
    ema = reference.EMA(steps[0], 0.6)
    for params in steps[1:]:
        ema.update(params)
    expected = ema.averages()
    assert_close(averages_after(steps, 0.6), expected)


def test_parameters_that_stay_are_their_own_average(rng):
    params = draw_params(rng)
    assert_close(averages_after([copy.deepcopy(params) for _ in range(50)], 0.98), params)


@pytest.mark.parametrize("size", [1.0, 2.0**-12], ids=["from 1 to 2", "far below 1"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_small_moves_add_up_in_every_dtype(dtype, size):
    low, high = np.full(3, size, dtype), np.full(3, 2.0 * size, dtype)
    expected = np.full(3, (2.0 - 0.999**600) * size, dtype)
    assert_close(averages_after([[low]] + [[high]] * 600), [expected])


def test_each_average_has_the_dtype_of_its_first_parameter(rng):
    dtypes = [np.float32, np.float64, np.float16]
    steps = [[rng.normal(size=4).astype(dtype) for dtype in dtypes] for _ in range(4)]
    steps[-1].reverse()
    steps.append([rng.integers(-9, 9, size=4) for _ in dtypes])
    wide = in_torch([[param.astype(np.float64) for param in params] for params in steps], 0.8)
    expected = [average.astype(dtype) for average, dtype in zip(wide, dtypes, strict=True)]
    assert_close(averages_after(steps, 0.8), expected)
    # The parameter is too large for the first one's float16; the average is not.
    steps = [[np.zeros(2, np.float16)], [np.full(2, 1e5, np.float32)]]
    assert_close(averages_after(steps, 0.9), [np.full(2, 1e4, np.float16)])


@pytest.mark.parametrize("decay", [0.7, 0.0, 1.0], ids=str)
def test_training_may_go_on_in_the_same_arrays(rng, decay):
    steps = [draw_params(rng) for _ in range(4)]
    for params in steps:  # A network may use the same array at two places.
        params.append(params[0])
    expected = in_torch(steps, decay)
    params = copy.deepcopy(steps[0])
    ema = EMA(params, decay)
    for later in steps[1:]:
        for param, new in zip(params, later, strict=True):
            param[...] = new
        ema.update(params)
    for param in params:
        param[...] = 7.0
    params.clear()
    assert_close(ema.averages(), expected)


def test_averages_may_be_asked_for_and_written_into_at_any_time(rng):
    steps = [draw_params(rng) for _ in range(4)]
    expected = [in_torch(steps[: done + 1], 0.7) for done in range(4)]
    ema, seen = EMA(steps[0], 0.7), []
    for done in range(4):
        if done:
            ema.update(steps[done])
        for average in ema.averages():
            average[...] = 7.0
        seen.append(ema.averages())
    assert_close(seen, expected)


@share_nothing()
def test_averages_share_nothing(rng):
    first, later = draw_params(rng), draw_params(rng)
    narrow = [param.astype(np.float32) for param in first]
    averages = [partial(EMA, first, 0.7), partial(EMA, narrow, 0.4)]
    return averages, lambda ema: [ema.update(later), ema.averages()]


def test_the_parameters_are_left_unchanged(rng):
    steps = [draw_params(rng) for _ in range(3)]
    with unchanged(steps):
        averages_after(steps, 0.5)


@pytest.mark.parametrize(
    "shapes",
    [
        *([(3, 4)], [(3, 4), (4,), (4,)], [], [(4,), (3, 4)]),
        *([(4, 3), (4,)], [(3, 4), (1,)], [(1, 4), (4,)], [(3, 4), (1, 4)], [(3, 4), (4, 4)]),
    ],
    ids=str,
)
@pytest.mark.parametrize("decay", [0.5, 0.0, 1.0], ids=str)
@pytest.mark.parametrize("updates", [0, 1])
def test_other_parameters_than_the_first_raise_a_value_error(rng, shapes, updates, decay):
    params = [rng.normal(size=(3, 4)), rng.normal(size=4)]
    ema = EMA(params, decay)
    for _ in range(updates):
        ema.update(params)
    assert_value_error(ema.update, [rng.normal(size=shape) for shape in shapes])


@manners()
def test_manners(rng):
    steps = [draw_params(rng) for _ in range(3)]
    settings = [(), (0.9,), (0.5,)]
    return [partial(averages_after, steps, *one) for one in settings]

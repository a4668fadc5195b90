import math
from functools import partial

import numpy as np
import pytest

from exercises.practice.early_stopping import EarlyStopping
from kata.testing import (
    assert_close,
    assert_value_error,
    draw_params,
    manners,
    share_nothing,
    unchanged,
)


def run(losses, *settings):
    """What is returned and what is best after each epoch; epoch t has the parameter t."""
    return go_on(EarlyStopping(*settings), losses)


def go_on(stopping, losses):
    seen = []
    for t, loss in enumerate(losses):
        stop = stopping.step(loss, [np.array([float(t)])])
        best = stopping.best_params
        seen.append((stop, stopping.best_loss, None if best is None else best[0].tolist()))
    return seen


def looking_back(losses, patience, min_delta=0.0):
    """The same, from the whole history: the numbers of the good epochs are all that counts."""
    good, seen = [], []
    for t, loss in enumerate(losses):
        if loss < (losses[good[-1]] if good else math.inf) - min_delta:
            good.append(t)
        best = (losses[good[-1]], [float(good[-1])]) if good else (math.inf, None)
        seen.append((t - (good[-1] if good else -1) >= patience, *best))
    return seen


# Settings, losses, the epochs that say stop, and the best one.
CASES = {
    "two bad epochs in a row": ((2,), [5.0, 4.0, 4.5, 4.25], [3], 1),
    "a patience of 1": ((1,), [5.0, 4.0, 4.5], [2], 1),
    "bad epochs apart": ((2,), [5.0, 6.0, 4.0, 6.0, 3.0, 6.0, 2.0], [], 6),
    "an equal loss is bad": ((2,), [4.0, 4.0, 4.0], [2], 0),
    "below the last, not the best": ((3,), [1.0, 9.0, 8.0, 7.0], [3], 0),
    "a gain of min_delta is bad": ((1, 0.5), [4.0, 3.5], [1], 0),
    "a gain of more is good": ((1, 0.5), [4.0, 3.25], [], 1),
    "small gains add up": ((2, 0.5), [4.0, 3.75, 3.25, 3.0, 2.5], [], 4),
    "small gains that do not": ((2, 0.5), [4.0, 3.75, 3.5, 3.0], [2], 3),
    "min_delta is not relative": ((1, 0.5), [0.75, 0.5, 0.125], [1], 2),
    "losses below 0": ((1, 0.5), [-4.0, -4.25, -5.0, -4.0], [1, 3], 2),
    "a best loss of 0": ((1,), [0.0, 1.0], [1], 0),
    "-∞ is as good as any": ((1,), [5.0, -math.inf], [], 1),
    "huge losses": ((1,), [1e12, 1e11, -1e12], [], 2),
    "on and on": ((2,), [3.0, 4.0, 4.0, 4.0, 2.0, 4.0, 4.0, 4.0], [2, 3, 6, 7], 4),
}


@pytest.mark.parametrize("case", CASES)
def test_single_cases_worked_out_by_hand(case):
    settings, losses, stops, best = CASES[case]
    seen = run(losses, *settings)
    assert_close([t for t, (stop, *_) in enumerate(seen) if stop], stops)
    assert_close(seen[-1][1:], (losses[best], [float(best)]))


@pytest.mark.parametrize("min_delta", [0.0, 0.25, 1.5])
@pytest.mark.parametrize("patience", [1, 2, 3, 7])
def test_it_agrees_with_a_look_back_at_all_losses(rng, patience, min_delta):
    # Quarters, so that ties and gains of exactly min_delta are frequent.
    for falling in (0.0, 0.05):
        losses = ((rng.integers(-8, 30, size=80) / 4) * (1 - falling) ** np.arange(80)).tolist()
        expected = looking_back(losses, patience, min_delta)
        assert_close(run(losses, patience, min_delta), expected)


@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=str)
@pytest.mark.parametrize("min_delta", [0.0, 0.5])
def test_nan_and_infinity_are_bad_from_the_first_epoch_on(bad, min_delta):
    seen = run([bad, 5.0, bad, 3.0, bad, bad], 2, min_delta)
    best = [(math.inf, None), *[(5.0, [1.0])] * 2, *[(3.0, [3.0])] * 3]
    assert_close(seen, [(stop, *one) for stop, one in zip([False] * 5 + [True], best, strict=True)])


def test_a_first_loss_of_nan_may_be_one_too_many():
    assert_close(run([math.nan, math.nan], 2), [(False, math.inf, None), (True, math.inf, None)])


def test_it_agrees_with_the_reference(rng, reference):
    losses = rng.normal(size=40).tolist()
    stopping, params = reference.EarlyStopping(3, 0.1), [np.zeros(1)]
    expected = [(stopping.step(loss, params), stopping.best_loss) for loss in losses]
    assert_close([(stop, best) for stop, best, _ in run(losses, 3, 0.1)], expected)


def test_training_goes_on_in_the_same_arrays(rng):
    params = draw_params(rng)
    params[0] = params[0].astype(np.float32)
    params += [np.array(3.0), np.arange(3)]
    expected = [param.copy() for param in params]
    stopping = EarlyStopping(5)
    with unchanged(params):
        stopping.step(2.0, tuple(params))
    for param in params:
        param += 1
    stopping.step(3.0, params)
    params.clear()
    assert_close(stopping.best_params, expected)


@share_nothing()
def test_objects_share_nothing(rng):
    objects = [partial(EarlyStopping, 2), partial(EarlyStopping, 3), partial(EarlyStopping, 2, 0.5)]
    return objects, lambda stopping: go_on(stopping, [4.0, 5.0, 3.0, 2.75, 3.5])


@pytest.mark.parametrize("settings", [(0,), (-1,), (-2,), (2, -0.1)], ids=str)
def test_settings_that_make_no_sense_raise_a_value_error(settings):
    assert_value_error(lambda: EarlyStopping(*settings) and "an object")


@manners()
def test_manners(rng):
    losses = [4.0, 3.0, 2.5] + [2.4] * 3
    return [partial(run, losses, *settings) for settings in ((2,), (3,), (2, 0.5), (2, 0.25))]

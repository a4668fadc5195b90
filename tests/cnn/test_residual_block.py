from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.residual_block import residual_block
from kata.testing import assert_close, assert_value_error, manners

CASES = [
    ((2, 3, 5, 4), 3, 1, False),
    ((2, 3, 5, 4), 3, 1, True),
    ((2, 3, 5, 4), 2, 1, True),
    ((2, 2, 5, 4), 4, 2, True),
    ((3, 2, 4, 6), 3, 2, True),
    ((2, 3, 6, 5), 3, 2, True),
    ((2, 2, 7, 5), 3, 3, True),
    ((2, 2, 6, 9), 3, 4, True),
    ((1, 1, 1, 1), 1, 1, False),
    ((1, 1, 2, 1), 3, 2, True),
    ((2, 3, 1, 1), 3, 2, False),
    ((3, 3, 3, 3), 3, 1, False),
    ((0, 2, 4, 5), 2, 1, False),
]


def draw(rng, shape, c_out, with_skip):
    """Pictures with numbers of both signs, both convolutions, and the skip's or None."""
    c_in = shape[1]
    shapes = [shape, (c_out, c_in, 3, 3), (c_out,), (c_out, c_out, 3, 3), (c_out,)]
    w_skip = rng.normal(size=(c_out, c_in, 1, 1)) if with_skip else None
    return [*(rng.normal(size=one) for one in shapes), w_skip]


def in_torch(x, w1, b1, w2, b2, w_skip=None, stride=1):
    x, w1, b1, w2, b2 = map(torch.tensor, (x, w1, b1, w2, b2))
    inner = F.relu(F.conv2d(x, w1, b1, stride=stride, padding=1))
    skip = x if w_skip is None else F.conv2d(x, torch.tensor(w_skip), stride=stride)
    return F.relu(F.conv2d(inner, w2, b2, padding=1) + skip).numpy()


def test_one_pixel_worked_out_by_hand():
    # Only the kernels' middles meet the pixel: relu(3 · 2 − 1) = 5, then 10 · 5 + 0.25, plus 3.
    w1, w2 = np.zeros((2, 1, 1, 3, 3))
    w1[..., 1, 1], w2[..., 1, 1] = 2.0, 10.0
    y = residual_block(np.array([[[[3.0]]]]), w1, np.array([-1.0]), w2, np.array([0.25]))
    assert_close(y, np.array([[[[53.25]]]]))


@pytest.mark.parametrize(("shape", "c_out", "stride", "with_skip"), CASES, ids=str)
def test_it_agrees_with_torch(rng, shape, c_out, stride, with_skip):
    arguments = draw(rng, shape, c_out, with_skip)
    expected = in_torch(*arguments, stride)
    assert_close(residual_block(*arguments, stride), expected)


def test_a_w_skip_of_zeros_leaves_what_the_convolutions_give(rng):
    *arguments, w_skip = draw(rng, (2, 3, 5, 4), 3, with_skip=True)
    expected = in_torch(*arguments, 0 * w_skip)
    assert_close(residual_block(*arguments, 0 * w_skip), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments = draw(rng, (3, 4, 6, 7), 2, with_skip=True)
    expected = reference.residual_block(*arguments, stride=2)
    assert_close(residual_block(*arguments, stride=2), expected)


def test_without_anything_to_add_pictures_without_negative_numbers_come_back(rng):
    x, w1, b1, w2, b2, _ = draw(rng, (2, 3, 5, 4), 3, with_skip=False)
    x = np.abs(x)
    expected = x.copy()
    assert_close(residual_block(x, w1, b1, 0 * w2, 0 * b2), expected)


def test_negative_numbers_come_back_as_zeros(rng):
    x, w1, b1, w2, b2, _ = draw(rng, (2, 3, 5, 4), 3, with_skip=False)
    expected = x * (x > 0)
    assert_close(residual_block(x, w1, b1, 0 * w2, 0 * b2), expected)


@pytest.mark.parametrize(
    ("shape", "c_out", "stride"),
    [
        ((2, 1, 5, 4), 3, 1),
        ((2, 3, 5, 4), 1, 1),
        ((2, 3, 5, 4), 2, 1),
        ((2, 3, 4, 6), 3, 2),
        ((2, 3, 2, 2), 3, 2),
        ((2, 3, 7, 4), 3, 3),
    ],
    ids=str,
)
def test_summands_of_different_shapes_raise_a_value_error(rng, shape, c_out, stride):
    for n in (2, 0):
        drawn = draw(rng, (n, *shape[1:]), c_out, with_skip=False)
        assert_value_error(residual_block, *drawn, stride)


@pytest.mark.parametrize(
    ("which", "shape"),
    [
        ("w1", (4, 2, 3, 3)),
        ("w1", (4, 1, 3, 3)),
        ("w1", (2, 3, 3, 3)),
        ("b1", (3,)),
        ("b1", (1,)),
        ("w2", (4, 3, 3, 3)),
        ("w2", (4, 1, 3, 3)),
        ("w2", (1, 4, 3, 3)),
        ("b2", (3,)),
        ("b2", (1,)),
        ("w_skip", (4, 2, 1, 1)),
        ("w_skip", (4, 1, 1, 1)),
        ("w_skip", (1, 3, 1, 1)),
        ("w_skip", (3, 3, 1, 1)),
    ],
    ids=str,
)
def test_channels_that_disagree_raise_a_value_error(rng, which, shape):
    names = ["x", "w1", "b1", "w2", "b2", "w_skip"]
    arguments = dict(zip(names, draw(rng, (2, 3, 5, 4), 4, with_skip=True), strict=True))
    assert_value_error(residual_block, **arguments | {which: np.ones(shape)})


@manners()
def test_manners(rng):
    arguments = draw(rng, (2, 3, 5, 4), 3, with_skip=True)
    x, w1, b1, w2, b2, _ = arguments
    return (
        partial(residual_block, *arguments),
        partial(residual_block, *arguments, 2),
        partial(residual_block, *arguments[:5]),
        # What comes back has the numbers of x.
        partial(residual_block, np.abs(x), w1, b1, 0 * w2, 0 * b2),
    )

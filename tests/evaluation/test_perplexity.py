import math
import warnings
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.perplexity import perplexity
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

SHAPES = [(2, 5, 7), (5, 2, 3), (3, 4), (1, 1, 2), (4, 4, 4), (1, 6, 5), (2, 3, 2, 4), (5, 1)]

STRANGERS = [
    *[("int64", target) for target in (-(2**32), -4, -1, 4, 5, 256, 2**32)],
    *[("int8", target) for target in (-128, -1, 4)],
    *[("uint64", target) for target in (4, 2**64 - 1)],
]


def in_torch(logits, targets):
    x = torch.tensor(logits).flatten(0, -2).double()
    return F.cross_entropy(x, torch.tensor(targets).flatten()).exp().item()


def draw(rng, shape):
    return rng.normal(scale=2.0, size=shape), rng.integers(shape[-1], size=shape[:-1])


def quietly(function, *args):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return function(*args)


# --- Values ----------------------------------------------------------------------------------


def test_one_half_and_one_eighth_are_as_hard_as_one_of_four():
    # −log 1/2 and −log 1/8 are log 2 and 3 log 2; their mean is log 4.
    logits = np.log([[[4.0, 2.0, 2.0], [1.0, 4.0, 3.0]]])
    assert_close(perplexity(logits, np.array([[0, 0]])), 4.0)


@pytest.mark.parametrize("v", [1, 2, 50_257])
def test_a_model_that_knows_nothing_chooses_among_all_tokens(v):
    assert_close(perplexity(np.full((2, 3, v), 0.7), np.full((2, 3), v - 1)), float(v))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_agrees_with_torch(rng, shape):
    logits, targets = draw(rng, shape)
    expected = in_torch(logits, targets)
    assert_close(perplexity(logits, targets), expected)


def test_it_agrees_with_the_reference(rng, reference):
    logits, targets = draw(rng, (3, 6, 5))
    targets[0, :5] = targets[2, 3] = 1
    expected = reference.perplexity(logits, targets, 1)
    assert_close(perplexity(logits, targets, 1), expected)


# --- Tokens that do not count ----------------------------------------------------------------


def test_every_token_that_counts_weighs_alike():
    # Three tokens of probability 1/2 in one sequence, one of 1/32 in the other: 8 log 2 over four.
    logits = np.zeros((2, 3, 2))
    logits[1, 0, 1] = math.log(31.0)
    assert_close(perplexity(logits, np.array([[0, 1, 0], [0, -100, -100]])), 4.0)


@pytest.mark.parametrize(
    ("dtype", "mark"), [*[("int64", m) for m in (-100, -1, 0, 3, 2**40)], ("uint8", 255)]
)
def test_what_is_marked_does_not_count(rng, dtype, mark):
    logits, targets = draw(rng, (3, 5, 4))
    targets[0], targets = [0, 1, 2, 3, 0], targets.astype(dtype)
    targets[1, 2:] = targets[2, 1] = mark
    expected = in_torch(logits, np.where(targets == mark, -100, targets.astype(np.int64)))
    assert_close(perplexity(logits, targets, mark), expected)


def test_targets_of_8_bits_may_be_many_and_their_mark_of_more_bits(rng):
    # -100 and 156 are the same in 8 bits.
    logits, targets = draw(rng, (3, 100, 200))
    targets[0] = 156
    expected = in_torch(logits, targets)
    assert_close(perplexity(logits, targets.astype(np.uint8)), expected)


@pytest.mark.parametrize("mark", [-100, 0])
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 4), (0, 3, 4), (2, 0, 4)], ids=str)
def test_where_nothing_counts_it_is_nan(rng, shape, mark):
    logits, targets = rng.normal(size=shape).astype(np.float32), np.full(shape[:-1], mark)
    assert_close(quietly(perplexity, logits, targets, mark), math.nan)


# --- Numerics --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "largest", "rtol"), [("float64", 1e4, 1e-9), ("float32", 1e3, 1e-3)]
)
def test_it_is_right_where_positions_lie_far_apart(rng, dtype, largest, rtol):
    logits, targets = draw(rng, (2, 4, 5))
    logits += np.array([largest - 20, 20 - largest, 0.0, 800.0])[:, None]
    logits = logits.astype(dtype)
    expected = in_torch(logits, targets)
    assert_close(perplexity(logits, targets), expected, rtol=rtol)


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-3)])
def test_many_improbable_tokens_do_not_make_it_infinite(dtype, rtol):
    # Each has a probability of exp(−709.75), which float32 rounds to 0; so is their product.
    logits = np.tile(np.array([0.0, -709.75], dtype), (40, 1))
    assert_close(perplexity(logits, np.ones(40, np.int64)), math.exp(709.75), rtol=rtol)


@pytest.mark.parametrize(("dtype", "largest"), [("float64", 1e4), ("float32", 1e3)])
def test_one_improbable_token_does_not_make_it_infinite(dtype, largest):
    logits = np.tile(np.array([largest, -largest], dtype), (100, 1))
    expected = math.exp(2 * largest / 100)
    assert_close(perplexity(logits, np.eye(1, 100, 2, dtype=np.int64)[0]), expected, rtol=1e-3)


@pytest.mark.parametrize(("dtype", "largest"), [("float64", 1e4), ("float32", 1e3)])
def test_what_is_too_large_for_a_float64_is_inf_without_a_word(dtype, largest):
    logits = np.array([[largest, -largest], [0.0, 0.0]], dtype)
    assert_close(quietly(perplexity, logits, np.array([1, 0])), math.inf)


# --- Errors, manners and speed ---------------------------------------------------------------


@pytest.mark.parametrize(
    "shape", [(3,), (2,), (1, 3), (2, 1), (3, 2), (2, 4), (2, 3, 4), (6,), (0, 3)], ids=str
)
def test_targets_of_another_shape_raise_a_value_error(shape):
    assert_value_error(perplexity, np.zeros((2, 3, 4)), np.zeros(shape, dtype=np.int64))
    assert_value_error(perplexity, np.zeros((2, 0, 4)), np.zeros(shape, dtype=np.int64))


@pytest.mark.parametrize(("dtype", "target"), STRANGERS)
def test_a_target_that_is_no_token_raises_a_value_error(dtype, target):
    targets = np.array([[1, target]], dtype=dtype)
    assert_value_error(perplexity, np.zeros((1, 2, 4)), targets)
    assert_value_error(perplexity, np.zeros((1, 2, 4)), targets, 1)


@pytest.mark.parametrize(("stranger", "mark"), [(-100, -1), (-1, -100), (4, 99)])
def test_only_the_ignored_index_may_be_no_token(stranger, mark):
    assert_value_error(perplexity, np.zeros((1, 3, 4)), np.array([[0, mark, stranger]]), mark)


@manners(dtypes=(np.float32,))
def test_manners(rng):
    logits, targets = draw(rng, (2, 6, 4))
    targets[0, :4] = [0, 1, 2, 3]
    some = np.where(targets == 2, -100, targets)
    return (
        partial(perplexity, logits, targets),
        partial(perplexity, logits, targets, 0),
        partial(perplexity, logits, some),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw_with_ignored(batches, sequences, positions, tokens):
        logits, targets = draw(rng, (batches, sequences, positions, tokens))
        targets[..., ::4] = -100
        return logits, targets

    assert_vectorized(perplexity, draw_with_ignored)

import math
import warnings
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.evaluation.kl_divergence import kl_divergence, kl_from_logits
from kata.testing import assert_close, assert_vectorized, loss, manners

# Each with an outcome that is impossible for p, for q or for both; the last one of P is improbable.
P = np.array([[0.5, 0.5, 0], [0.5, 0.25, 0.25], [0.5, 0.5, 0], [1, 0, 0], [1, 1e-37, 0]])
Q = np.array([[0.25, 0.25, 0.5], [0.5, 0.5, 0], [0.25, 0.75, 0], [0, 1, 0], [1, 0, 0]])


def in_torch(p, q):
    return F.kl_div(torch.log(q), p, reduction="none").sum(-1)


def from_logits_in_torch(p_logits, q_logits):
    log_p, log_q = torch.log_softmax(p_logits, -1), torch.log_softmax(q_logits, -1)
    return F.kl_div(log_q, log_p, reduction="none", log_target=True).sum(-1)


def draw_logits(rng, *shape):
    return rng.normal(scale=2.0, size=(2, *shape))


def draw_distributions(rng, *shape):
    weights = rng.uniform(0.05, 1.0, size=(2, *shape))
    return weights / weights.sum(axis=-1, keepdims=True)


# --- From probabilities ----------------------------------------------------------------------


def test_two_rows_worked_out_by_hand():
    p = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    q = np.array([[0.25, 0.25, 0.5], [0.25, 0.5, 0.25]])
    # log 2 for the first outcome, −log 2 for the last.
    assert_close(kl_divergence(p, q), np.array([0.25 * math.log(2.0), 0.0]))


@loss(in_torch)
def test_kl_divergence_is_a_loss(rng, batch, rows, outcomes):
    return partial(kl_divergence, *draw_distributions(rng, batch, rows, outcomes))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_impossible_outcomes_add_nothing_or_make_it_infinite(dtype):
    expected = np.array([math.log(2.0), math.inf, math.log(4 / 3) / 2, math.inf, math.inf], dtype)
    assert_close(kl_divergence(P.astype(dtype), Q.astype(dtype)), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_impossible_outcomes_give_no_warning(dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = kl_divergence(P.astype(dtype), Q.astype(dtype))
    assert_close(np.isinf(result), np.array([False, True, False, True, True]))


def test_a_small_probability_keeps_its_share():
    p, q = np.array([[1e-12, 1 - 1e-12]]), np.array([[0.5, 0.5]])
    tiny = np.array([[1 - 1e-307, 1e-307]])
    expected = in_torch(*map(torch.tensor, (q, p))).numpy(), np.array([307 * math.log(10.0) / 2])
    expected[1][0] -= math.log(2.0)
    assert_close((kl_divergence(q, p), kl_divergence(q, tiny)), expected)


# --- From logits -----------------------------------------------------------------------------


def test_logits_worked_out_by_hand():
    # p is 1/2, 1/4, 1/4 and q is 1/4, 1/4, 1/2, whatever is added to the logits.
    p_logits, q_logits = np.log([[2.0, 1.0, 1.0]]), 5 + np.log([[1.0, 1.0, 2.0]])
    assert_close(kl_from_logits(p_logits, q_logits), np.array([0.25 * math.log(2.0)]))


@loss(from_logits_in_torch)
def test_kl_from_logits_is_a_loss(rng, batch, rows, outcomes):
    return partial(kl_from_logits, *draw_logits(rng, batch, rows, outcomes))


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-5)])
@pytest.mark.parametrize("scale", [1.0, 30.0, 800.0, 1e4, 1e30])
def test_logits_of_any_size_are_right(dtype, rtol, scale):
    p_logits = scale * np.array([[1.0, 0.0, -1.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    q_logits = scale * np.array([[0.0, 1.0, -1.0], [-1.0, 1.0, 0.0], [1.0, -1.0, 0.0]])
    # One row's logits are large, and their differences small. In the other one, what is all but
    # impossible for p is far more so for q.
    p_logits = np.vstack([p_logits, [1e12, 1e12, 1e12 + 1], [0, -60, -40]]).astype(dtype)
    q_logits = np.vstack([q_logits, [-1e12, 1 - 1e12, -1e12], [0, -1e26, -1e18]]).astype(dtype)
    expected = from_logits_in_torch(torch.tensor(p_logits), torch.tensor(q_logits)).numpy()
    assert_close(kl_from_logits(p_logits, q_logits), expected, rtol=rtol)


# --- Any batch axes --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (5, 4)], ids=str)
def test_any_number_of_batch_axes_agrees_with_torch(rng, shape):
    p, q = draw_distributions(rng, *shape)
    expected = in_torch(torch.tensor(p), torch.tensor(q)).numpy()
    got = kl_divergence(p, q), kl_from_logits(np.log(p), np.log(q) + 1)
    assert_close(got, (expected, expected))


@pytest.mark.parametrize("shape", [(0, 4), (3, 0, 4)], ids=str)
def test_without_rows_the_result_keeps_the_dtype(shape):
    nothing, expected = np.zeros(shape, np.float32), np.zeros(shape[:-1], np.float32)
    got = kl_divergence(nothing, nothing), kl_from_logits(nothing, nothing)
    assert_close(got, (expected, expected))


@pytest.mark.speed
@pytest.mark.parametrize("function", [kl_divergence, kl_from_logits], ids=["plain", "from logits"])
def test_no_python_loop_over_four_axes(rng, function):
    assert_vectorized(
        function,
        lambda batch, steps, rows, outcomes: tuple(
            draw_distributions(rng, batch, steps, rows, outcomes)
        ),
    )


# --- Manners ---------------------------------------------------------------------------------


@manners()
def test_manners(rng):
    return (
        partial(kl_divergence, *draw_distributions(rng, 2, 3, 4)),
        partial(kl_from_logits, *draw_logits(rng, 2, 3, 4)),
    )

import math
from functools import partial

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from exercises.practice.loss_at_init import init_head, prior_loss, uniform_loss
from kata.testing import assert_close, assert_value_error, draws, manners


def draw_priors(rng, k):
    return rng.dirichlet(np.full(k, 2.0))


def loss_in_torch(logits, priors):
    """The mean cross-entropy of logits (n, k), where each row's class has the priors."""
    targets = torch.tensor(priors).expand(logits.shape)
    return F.cross_entropy(torch.tensor(logits), targets).item()


def test_with_8_classes_it_is_three_times_log_2():
    assert_close(uniform_loss(8), 3 * math.log(2))


def test_a_half_and_two_quarters_cost_three_halves_of_log_2():
    assert_close(prior_loss(np.array([0.5, 0.25, 0.25])), 1.5 * math.log(2))


def test_the_bias_is_the_logarithm_of_the_priors(rng):
    _, b = init_head(3, np.array([0.5, 0.25, 0.25]), rng)
    assert_close(b, -math.log(2) * np.array([1.0, 2.0, 2.0]))


def test_a_rare_class_gets_its_logarithm_in_full(rng):
    priors = np.array([1.0 - 1e-12, 1e-12, 1e-300])
    expected = np.log(priors)
    assert_close(init_head(3, priors, rng)[1], expected)
    rare = 2e-8  # Its part of the loss is 95 %.
    expected = -(rare * math.log(rare) + (1 - rare) * math.log(1 - rare))
    assert_close(prior_loss(np.array([1 - rare, rare])), expected)


@pytest.mark.parametrize("k", [1, 2, 3, 10, 1000, 50_257])
def test_equal_logits_cost_uniform_loss_in_torch(k):
    expected = F.cross_entropy(torch.zeros(1, k, dtype=torch.float64), torch.tensor([0])).item()
    assert_close(uniform_loss(k), expected)


@pytest.mark.parametrize("k", [2, 5, 300])
def test_the_priors_themselves_cost_prior_loss_in_torch(rng, k):
    priors = draw_priors(rng, k)
    expected = loss_in_torch(np.log(priors)[None], priors)
    assert_close(prior_loss(priors), expected)


@pytest.mark.parametrize(
    ("priors", "expected"),
    [([0.0, 1.0], 0.0), ([1.0], 0.0), ([0.5, 0.0, 0.5, 0.0], math.log(2)), ([0.25] * 4, None)],
    ids=str,
)
def test_classes_without_rows_cost_nothing(priors, expected):
    expected = uniform_loss(4) if expected is None else expected
    assert_close(prior_loss(np.array(priors)), expected)


def test_it_agrees_with_the_reference(rng, reference):
    priors = draw_priors(rng, 7)
    expected = reference.prior_loss(priors), reference.init_head(2, priors, rng)[1]
    assert_close((prior_loss(priors), init_head(2, priors, rng)[1]), expected)


@pytest.mark.parametrize("k", [2, 10, 100])
def test_a_new_head_costs_prior_loss(rng, k):
    priors, x = draw_priors(rng, k), rng.normal(size=(500, 64))
    expected = loss_in_torch(np.log(priors)[None], priors)
    w, b = init_head(64, priors.copy(), rng)
    # To a logit, w adds a normal number of deviation 0.08; to the loss, half its variance.
    assert_close(loss_in_torch(x @ w.T + b, priors), expected, rtol=0.0, atol=0.02)


@pytest.mark.parametrize(("features", "k"), [(2000, 100), (1, 200_000), (100_000, 2)], ids=str)
def test_the_weights_are_normal_with_a_deviation_of_a_hundredth(rng, features, k):
    w, b = init_head(features, np.full(k, 1 / k), rng)
    assert_close([w.shape, b.shape, w.dtype.name], [(k, features), (k,), "float64"])
    # Of 200,000 weights or more, each share is off by less than 0.008 but for odds of 2e-11.
    shares = [np.mean(w < 0), *(np.mean(abs(w) < bound) for bound in (0.005, 0.01))]
    assert_close(shares, [0.5, 0.38292, 0.68269], rtol=0.0, atol=0.008)
    # The tails are not cut off: this is eight deviations of this share.
    assert_close(np.mean(abs(w) >= 0.031), 0.001935, rtol=0.0, atol=8e-4)


def test_no_class_and_no_feature_has_the_weights_of_another(rng):
    w, _ = init_head(400, np.full(300, 1 / 300), rng)
    # Correlations have a deviation of 0.05 or 0.06.
    largest = [np.abs(np.corrcoef(one) - np.eye(len(one))).max() for one in (w, w.T)]
    assert_close(largest, [0.0, 0.0], rtol=0.0, atol=0.5)


@draws()
def test_the_weights_come_from_rng(rng):
    return init_head(6, np.array([0.5, 0.5]), rng)[0]


@pytest.mark.parametrize("k", [0, -3])
def test_no_classes_raise_a_value_error(k):
    assert_value_error(uniform_loss, k)


WRONG = [
    [0.5, 0.6],
    [0.5, 0.25],
    [1.5, -0.5],
    [1.0, 0.1, -0.1],
    [30.0, 70.0],
    [0.5, 0.500002],
    [0.5, 0.499998],
    [1.0, -1e-7],
]


@pytest.mark.parametrize("priors", WRONG, ids=str)
def test_what_are_no_priors_raises_a_value_error(rng, priors):
    assert_value_error(prior_loss, np.array(priors))
    assert_value_error(init_head, 3, np.array(priors), rng)


def test_a_sum_of_1_but_for_rounding_will_do(rng):
    priors = np.array([0.5, 0.5 + 5e-7])
    found = [prior_loss(priors), *init_head(3, priors, rng)[1]]
    # Rounding of that size may be left as it is, or divided out.
    assert_close(found, [math.log(2), -math.log(2), -math.log(2)], rtol=1e-5)


@pytest.mark.parametrize("priors", [[0.0, 1.0], [0.5, 0.5, 0.0]], ids=str)
def test_a_head_for_a_class_without_rows_raises_a_value_error(rng, priors):
    assert_value_error(init_head, 3, np.array(priors), rng)


@manners(dtypes=())
def test_manners(rng):
    def seeded(features, priors, seed):
        return init_head(features, priors, np.random.default_rng(seed))

    # Each half adds up to a half, so that halves of two draws are priors too.
    priors = np.concatenate([draw_priors(rng, 3), draw_priors(rng, 3)]) / 2
    seed = int(rng.integers(2**32))
    heads = [partial(seeded, features, priors, seed) for features in (4, 5)]
    return [partial(uniform_loss, 5), partial(prior_loss, priors), *heads]

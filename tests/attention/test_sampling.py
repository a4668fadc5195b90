"""Draws are counted: the share of 2,000 draws is off its mean by 0.07 with odds below 1e-8.

By Hoeffding's inequality they are at most 2·exp(−2nt²).
"""

import math
from functools import partial

import numpy as np
import pytest
import torch

from exercises.attention.sampling import next_token_probs, sample
from kata.testing import assert_close, assert_value_error, assert_vectorized, draws, manners

DRAWS, OFF = 2_000, 0.07


def one_by_one(logits, temperature=1.0, top_k=None, top_p=None):
    """The same, one token at a time from the most probable down."""
    order = sorted(range(len(logits)), key=lambda token: (-logits[token], token))[:top_k]
    weights = [math.exp((logits[token] - logits[order[0]]) / temperature) for token in order]
    probs, mass, total = np.zeros(len(logits)), 0.0, sum(weights)
    for token, weight in zip(order, weights, strict=True):
        if top_p is None or mass < top_p:
            probs[token] = weight
            mass += weight / total
    return probs / probs.sum()


def count(probs, rng):
    """The share that each token has of many draws."""
    tokens = [sample(probs, rng) for _ in range(DRAWS)]
    return np.bincount(tokens, minlength=len(probs)) / DRAWS


# --- The probabilities -----------------------------------------------------------------------


def test_four_tokens_worked_out_by_hand():
    # Probabilities of 1, 4, 3 and 2 tenths. A temperature of ½ squares the ratios.
    logits = np.log([1.0, 4.0, 3.0, 2.0])
    assert_close(next_token_probs(logits, temperature=0.5), np.array([1, 16, 9, 4]) / 30)
    assert_close(next_token_probs(logits, top_k=3), np.array([0, 4, 3, 2]) / 9)
    assert_close(next_token_probs(logits, top_p=0.75), np.array([0, 4, 3, 2]) / 9)


def test_top_p_is_taken_of_what_temperature_and_top_k_leave():
    # Of all, the most probable has 4 tenths and the two most probable have 7; at a temperature of
    # ½ it has 16 thirtieths, and of what a top_k of 3 leaves the two have 7 ninths.
    logits = np.log([1.0, 4.0, 3.0, 2.0])
    assert_close(next_token_probs(logits, 0.5, top_p=0.5), np.array([0.0, 1.0, 0.0, 0.0]))
    assert_close(next_token_probs(logits, top_k=3, top_p=0.75), np.array([0, 4, 3, 0]) / 7)


@pytest.mark.parametrize("temperature", [0.01, 0.3, 1.0, 2.5, 100.0])
@pytest.mark.parametrize("v", [1, 2, 9, 1500])
def test_a_temperature_agrees_with_torch(rng, v, temperature):
    logits = rng.normal(scale=3.0, size=v)
    expected = torch.softmax(torch.tensor(logits) / temperature, 0).numpy()
    assert_close(next_token_probs(logits, temperature), expected)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("top_k", [None, 1, 2, 5, 11, 12, 13, 1000])
@pytest.mark.parametrize("top_p", [None, 1e-9, 0.1, 0.37, 0.8, 0.999])
def test_it_agrees_with_going_down_one_by_one(rng, temperature, top_k, top_p):
    logits = rng.normal(scale=2.0, size=12)
    expected = one_by_one(logits, temperature, top_k, top_p)
    assert_close(next_token_probs(logits, temperature, top_k, top_p), expected)


def test_a_top_p_of_1_keeps_all_tokens(rng):
    # Many rows, as rounding decides whether a sum reaches 1.
    logits = rng.normal(scale=2.0, size=(60, 12))
    expected = torch.softmax(torch.tensor(logits), -1).numpy()
    assert_close(np.array([next_token_probs(row, top_p=1.0) for row in logits]), expected)


@pytest.mark.parametrize("settings", [{}, {"top_k": 2}, {"top_p": 0.9}, {"top_k": 3, "top_p": 1.0}])
def test_a_temperature_of_0_gives_all_to_the_first_of_the_largest(settings):
    logits = np.array([-1.0, 4.99999, 5.0, 5.0, -9.0, 5.0])
    expected = np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    assert_close(next_token_probs(logits, 0.0, **settings), expected)


@pytest.mark.parametrize(
    "settings",
    [{"top_k": 3}, {"top_k": 29}, {"top_p": 0.11}, {"top_k": 20, "top_p": 0.33}],
    ids=str,
)
@pytest.mark.parametrize("levels", [1, 3])
def test_of_equal_logits_the_first_are_kept(rng, levels, settings):
    logits = rng.integers(levels, size=40) / 2
    expected = one_by_one(logits, **settings)
    assert_close(next_token_probs(logits, **settings), expected)


@pytest.mark.parametrize(("top_p", "kept"), [(0.25, 1), (0.5, 2), (0.51, 3), (0.75, 3), (1.0, 4)])
def test_a_sum_of_exactly_top_p_is_enough(top_p, kept):
    expected = np.where(np.arange(4) < kept, 1 / kept, 0.0)
    assert_close(next_token_probs(np.zeros(4), top_p=top_p), expected)


@pytest.mark.parametrize("settings", [{}, {"top_k": 3}, {"top_k": 5}, {"top_p": 0.9}])
@pytest.mark.parametrize("shift", [-9990.0, 0.0, 9990.0])
@pytest.mark.parametrize("temperature", [0.01, 1.0, 1e6])
def test_logits_of_any_size_are_right(temperature, shift, settings):
    logits = shift + np.array([-np.inf, 1.0, -np.inf, 0.5, 2.0, 0.999, -5.0])
    logits[0] = -1e4 if shift else -np.inf
    expected = one_by_one(logits, temperature, **settings)
    hidden = np.isneginf(logits)
    probs = next_token_probs(logits, temperature, **settings)
    assert_close(probs, expected)
    assert_close(probs[hidden], expected[hidden])


@pytest.mark.parametrize(
    "settings",
    [{"temperature": -0.1}, {"temperature": -1.0}]
    + [{"top_k": top_k} for top_k in (0, -1, -3)]
    + [{"top_p": top_p} for top_p in (0.0, -0.2, 1.0001, 90.0)]
    + [{"temperature": 0.0, "top_k": 0}, {"temperature": 0.0, "top_p": 1.5}]
    + [{"temperature": t, "top_k": k, "top_p": 2.0} for t in (0.0, 1.0) for k in (1, 2)],
    ids=str,
)
@pytest.mark.parametrize("logits", [[0.3, 2.0, 1.0], [0.3]], ids=["three tokens", "one token"])
def test_a_setting_out_of_range_raises_a_value_error(logits, settings):
    assert_value_error(next_token_probs, np.array(logits), **settings)


# --- The draw --------------------------------------------------------------------------------


@pytest.mark.parametrize("token", [0, 1, 3, 4])
def test_a_token_with_a_probability_of_1_is_drawn(rng, token):
    assert_close(sample(np.eye(5)[token], rng), token)


@pytest.mark.parametrize(
    "probs",
    [[0.1, 0.0, 0.6, 0.3], [0.0, 0.5, 0.15, 0.35, 0.0], [0.8, 0.2], [0.09, 0.91]],
    ids=str,
)
def test_tokens_are_drawn_as_often_as_their_probabilities_say(rng, probs):
    shares, expected = count(np.array(probs), rng), np.array(probs)
    assert_close(shares, expected, atol=OFF)
    assert_close(shares[expected == 0], expected[expected == 0])


def test_rare_tokens_are_drawn_too(rng):
    # A hundred of them get half of the draws.
    shares = count(np.array([0.5, *[0.005] * 100]), rng)
    assert_close([shares[0], shares[1:].sum()], [0.5, 0.5], atol=OFF)
    # Of 4,000 draws none is the rare one with odds of 2e-9.
    assert_close(min(sample(np.array([0.005, 0.995]), rng) for _ in range(2 * DRAWS)), 0)


def test_late_tokens_of_many_are_drawn_too(rng):
    # Each third token as well: with a draw of whole percents, most could never come.
    shares = count(np.full(15_000, 1 / 15_000), rng).reshape(4, 1_250, 3)
    assert_close(shares.sum(axis=(1, 2)), np.full(4, 1 / 4), atol=OFF)
    assert_close(shares.sum(axis=(0, 1)), np.full(3, 1 / 3), atol=OFF)


@draws()
def test_it_draws_from_rng(rng):
    return [sample(np.full(1_000, 1 / 1_000), rng) for _ in range(5)]


# --- Both ------------------------------------------------------------------------------------


def sample_by(seed, probs):
    np.random.seed(seed)  # Who draws from NumPy's global generator is told so by the test above.
    return sample(probs, np.random.default_rng(seed))


def test_the_probabilities_agree_with_the_reference(rng, reference):
    logits = rng.normal(scale=2.0, size=50)
    expected = reference.next_token_probs(logits, 0.7, 20, 0.9)
    assert_close(next_token_probs(logits, 0.7, 20, 0.9), expected)


# No dtypes: all is in float64.
@manners(dtypes=())
def test_manners(rng):
    logits, seed = rng.permuted(np.linspace(-2.0, 2.0, 12)), int(rng.integers(2**32))
    # Each half sums to ½, for the manners join halves of two draws.
    probs = rng.permuted([[0.0, 0.1, 0.15, 0.25]] * 2, axis=1).ravel()
    return [
        *(
            partial(next_token_probs, logits, *settings)
            for settings in [(1.0, 6), (0.5, 6), (0.0,)]
        ),
        *(partial(next_token_probs, logits, 1.0, 6, top_p) for top_p in (0.3, 0.8)),
        *(partial(next_token_probs, logits, 1.0, top_k, 0.9) for top_k in (2, 6)),
        partial(sample_by, seed, probs),
    ]


@pytest.mark.speed
@pytest.mark.parametrize("settings", [(), (0.0,), (0.7, 3), (0.7, None, 0.99), (1.0, 1000, 0.9)])
def test_no_python_loop_to_make_the_probabilities(rng, settings):
    assert_vectorized(
        lambda logits: next_token_probs(logits, *settings),
        lambda tokens: (rng.normal(scale=0.1, size=tokens),),
    )


@pytest.mark.speed
def test_no_python_loop_to_draw(rng):
    # The last token is drawn: a loop that stops there goes through all.
    assert_vectorized(lambda probs: sample(probs, rng), lambda tokens: (np.eye(tokens)[-1],))

"""Draws are counted: the share of 500 draws is off its mean by 0.13 with odds below 1e-7.

By Hoeffding's inequality they are at most 2·exp(−2nt²).
"""

import numpy as np
import pytest

from exercises.rnn.char_sampling import generate
from kata.testing import assert_close, assert_no_loop_over, assert_value_error, draws, unchanged

DRAWS, OFF = 500, 0.13
NOWHERE = -1  # No token: writing goes on to n.


def certain(token, v=6):
    """Logits by which only this token can be drawn."""
    return np.where(np.arange(v) == token, 0.3, -np.inf)


def always(*logits):
    """A step that returns one and the same array each time."""
    array = np.array(logits)
    return lambda token, memory: (array, memory)


def softmax(logits):
    y = np.exp(logits - logits.max())
    return y / y.sum()


def shares(tokens, v):
    return np.bincount(tokens, minlength=v) / len(tokens)


# --- What is read and what is returned -------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_a_network_that_counts(rng, temperature):
    def step(token, state):
        return certain(token + 1), state

    assert_close(generate(step, None, 0, NOWHERE, 4, temperature, rng), [1, 2, 3, 4])
    assert_close(generate(step, None, 1, 5, 9, temperature, rng), [2, 3, 4])


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_there_may_be_many_tokens(rng, temperature):
    def step(token, state):
        return certain(token + 1, v=20_000), state

    # Python keeps one object for each integer up to 256 only.
    expected = list(range(301, 370))
    assert_close(generate(step, None, 300, 370, 99, temperature, rng), expected)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("end", [NOWHERE, 0, 3])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_each_step_reads_the_last_token_and_the_last_state(rng, n, end, temperature):
    # The state is the list of all tokens read so far.
    read, following = [], [1, 2, 1, 3, 0, 5, 5, 2]
    expected = following[:n]
    calls = [(token, k) for k, token in enumerate([4, *following][:n])]
    if end in expected:
        expected = expected[: expected.index(end)]
        calls = calls[: len(expected) + 1]

    def step(token, state):
        read.append((int(token), len(state)))
        return certain(following[len(state)]), [*state, token]

    assert_close(generate(step, [], 4, end, n, temperature, rng), expected)
    assert_close(read, calls)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_start_may_be_drawn_again_and_may_equal_end(rng, temperature):
    twos = [2, 2, 1, 2]

    def step(token, state):
        return certain(twos[state]), state + 1

    assert_close(generate(step, 0, 2, NOWHERE, 4, temperature, rng), [2, 2, 1, 2])
    assert_close(generate(step, 1, 1, 1, 3, temperature, rng), [2])


def test_the_first_state_is_left_unchanged(rng):
    first = np.array([0.5, -1.0, 2.0])

    def step(token, state):
        return 3 * state, np.roll(state, 1)

    with unchanged(first):
        assert_close(generate(step, first, 0, NOWHERE, 4, 0.0, rng), [2, 0, 1, 2])


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_the_logits_are_left_unchanged(rng, temperature):
    logits = np.array([0.5, -np.inf, 2.0])
    with unchanged(logits):
        generate(lambda token, state: (logits, state), None, 0, NOWHERE, 4, temperature, rng)


# --- What is drawn ---------------------------------------------------------------------------


def test_at_a_temperature_of_0_the_first_of_the_largest_is_taken(rng):
    step = always(-1.0, 5.0 - 1e-9, 5.0, 5.0, -9.0, 5.0)
    assert_close(generate(step, None, 0, NOWHERE, 30, 0.0, rng), [2] * 30)


@pytest.mark.parametrize("temperature", [0.01, 0.5, 1.0, 2.0, 1e6])
def test_tokens_are_drawn_as_often_as_their_probabilities_say(rng, temperature):
    logits = np.array([1.0, -np.inf, 0.0, 2.5, 1.8])
    tokens = generate(always(*logits), None, 0, NOWHERE, DRAWS, temperature, rng)
    expected = softmax(logits / temperature)
    assert_close(shares(tokens, 5), expected, atol=OFF)
    assert_close(1 in tokens, False)


@pytest.mark.parametrize("shift", [-9990.0, 9990.0])
@pytest.mark.parametrize("temperature", [0.01, 1.0])
def test_large_logits_are_drawn_right(rng, shift, temperature):
    logits = shift + temperature * np.array([0.0, 2.0, 1.0, -9.0])
    expected = softmax(logits / temperature)
    tokens = generate(always(*logits), None, 0, NOWHERE, DRAWS, temperature, rng)
    assert_close(shares(tokens, 4), expected, atol=OFF)


def test_a_high_temperature_brings_far_logits_together(rng):
    tokens = generate(always(-1e4, 0.0, -600.0), None, 0, NOWHERE, DRAWS, 1e6, rng)
    assert_close(shares(tokens, 3), np.full(3, 1 / 3), atol=OFF)


def test_each_of_many_tokens_can_be_drawn(rng):
    # 200 draws from 2,000 equal tokens give 190 different ones on average, ± 3.
    tokens = generate(always(*np.zeros(2000)), None, 0, NOWHERE, 200, 1.0, rng)
    assert_close({"160 of 2000 come": len(set(tokens)) >= 160}, {"160 of 2000 come": True})


def test_a_token_that_comes_once_in_fifty_draws_does_come(rng):
    # It is missing in 1,500 draws with odds of 1e-13.
    tokens = generate(always(np.log(49.0), 0.0), None, 0, NOWHERE, 3 * DRAWS, 1.0, rng)
    assert_close(sorted(set(tokens)), [0, 1])


def test_what_is_drawn_does_not_depend_on_what_was_drawn_before(rng):
    tokens = generate(always(0.0, 0.0), None, 0, NOWHERE, 2 * DRAWS, 1.0, rng)
    pairs = 2 * np.array(tokens[::2]) + np.array(tokens[1::2])
    assert_close(shares(pairs, 4), np.full(4, 0.25), atol=OFF)


def test_what_was_drawn_decides_what_comes_next(rng):
    # After 0 comes 1 or 2, after 1 a 3, after 2 a 4, and after these 0.
    rows = np.log(1e-300 + np.array([[0, 0.7, 0.3, 0, 0], *np.eye(5)[[3, 4, 0, 0]]]))

    def step(token, state):
        return rows[token].copy(), state

    tokens = generate(step, None, 0, NOWHERE, 3 * DRAWS, 1.0, rng)
    assert_close(shares(tokens[::3], 3), np.array([0.0, 0.7, 0.3]), atol=OFF)
    assert_close(tokens[1::3], [token + 2 for token in tokens[::3]])


def test_texts_end_as_often_as_their_probabilities_say(rng):
    texts = [generate(always(0.0, 0.0), None, 0, 1, 2, 1.0, rng) for _ in range(DRAWS)]
    lengths = shares([len(text) for text in texts], 3)
    assert_close(lengths, np.array([1 / 2, 1 / 4, 1 / 4]), atol=OFF)


@draws()
def test_it_draws_from_rng(rng):
    return generate(always(*np.zeros(50)), None, 0, NOWHERE, 8, 1.0, rng)


# --- Errors and speed ------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [-1.0, -1e-3])
@pytest.mark.parametrize("n", [0, 3])
def test_a_temperature_below_0_raises_a_value_error(rng, n, temperature):
    assert_value_error(generate, always(0.0, 1.0), None, 0, NOWHERE, n, temperature, rng)


@pytest.mark.speed
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_no_python_loop_over_the_tokens_to_choose_from(rng, temperature):
    def draw(logits):
        return generate(lambda token, state: (logits, state), None, 0, NOWHERE, 3, temperature, rng)

    # The last token is drawn: a loop that stops there goes through all.
    few, many = (np.where(np.arange(v) == v - 1, 0.0, -np.inf) for v in (4, 100))
    assert_no_loop_over("the tokens", draw, (few,), (many,))

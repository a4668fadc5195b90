import itertools
from functools import partial

import numpy as np
import pytest

from exercises.attention.beam_search import beam_search
from kata.testing import assert_close, manners

TIE = np.full(3, -1.0)


def draw_model(rng, v, longest=6):
    """Log-probabilities that depend on all tokens so far and on the last one."""
    places, tokens, last = rng.normal(size=(longest, v)), *rng.normal(size=(2, v, v))

    def log_probs(so_far):
        so_far = [int(token) for token in so_far]
        logits = (
            places[len(so_far)] + tokens[so_far].sum(axis=0) + 2 * last[so_far[-1:]].sum(axis=0)
        )
        return logits - np.logaddexp.reduce(logits)

    return log_probs


def following(rows):
    """A model by a table: what follows after some tokens, and what after all others."""
    return lambda tokens: np.array(rows.get(tuple(map(int, tokens)), rows["else"]))


def score_of(log_probs, tokens):
    return float(sum(log_probs(list(tokens[:i]))[tokens[i]] for i in range(len(tokens))))


def all_sequences(log_probs, v, max_length, end):
    """Every sequence that is finished or has the full length, the likeliest first."""
    others = [token for token in range(v) if token != end]
    found = list(itertools.product(others, repeat=max_length))
    for length in range(max_length):
        found += [(*tokens, end) for tokens in itertools.product(others, repeat=length)]
    scored = [([*tokens], score_of(log_probs, tokens)) for tokens in found]
    return sorted(scored, key=lambda one: -one[1])


def searched(log_probs, v, width, max_length, end):
    """The beam, step by step: each candidate is ranked by score, place and token."""
    beam = [()]
    for _ in range(max_length):
        ranked = []
        for place, tokens in enumerate(beam):
            new = [tokens] if end in tokens else [(*tokens, token) for token in range(v)]
            ranked += [(-score_of(log_probs, one), place, one) for one in new]
        beam = [tokens for _, _, tokens in sorted(ranked)[:width]]
    return [([*tokens], score_of(log_probs, tokens)) for tokens in beam]


def test_the_best_first_token_may_be_the_wrong_one():
    rows = {(): [-1.0, -2.0, -9.0], (0,): [-4.0, -5.0, -6.0], (1,): [-9.0, -1.5, -0.5]}
    model = following(rows | {"else": [0.0, 0.0, 0.0]})
    assert_close(beam_search(model, 1, 2, end=2), [([0, 0], -5.0)])
    assert_close(beam_search(model, 2, 2, end=2), [([1, 2], -2.5), ([1, 1], -3.5)])


@pytest.mark.parametrize(
    ("v", "max_length", "end"), [(3, 4, 2), (3, 4, 0), (2, 5, 1), (4, 3, 1), (1, 3, 0), (5, 1, 3)]
)
def test_a_beam_that_is_wide_enough_finds_every_sequence(rng, v, max_length, end):
    model = draw_model(rng, v)
    expected = all_sequences(model, v, max_length, end)
    assert_close(beam_search(model, v**max_length, max_length, end), expected)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
@pytest.mark.parametrize(("v", "end"), [(3, 0), (4, 3), (7, 2)])
def test_a_narrow_beam_keeps_the_best_of_all_extensions(rng, v, end, width):
    model = draw_model(rng, v)
    expected = searched(model, v, width, 5, end)
    assert_close(beam_search(model, width, 5, end), expected)


def test_it_agrees_with_the_reference(rng, reference):
    model = draw_model(rng, 6)
    expected = reference.beam_search(model, 4, 6, 1)
    assert_close(beam_search(model, 4, 6, 1), expected)


def test_a_width_of_one_takes_the_best_token_each_time(rng):
    model, tokens = draw_model(rng, 5), []
    for _ in range(4):
        tokens.append(int(np.argmax(model(tokens))))
    expected = [(tokens, score_of(model, tokens))]
    assert_close(beam_search(model, 1, 4, end=9), expected)


# --- The end ---------------------------------------------------------------------------------


def test_without_steps_there_is_the_empty_sequence():
    assert_close(beam_search(lambda tokens: TIE, 3, 0, end=0), [([], 0.0)])


def test_a_finished_sequence_stays_while_others_go_on():
    model = following({"else": [-1.0, -1.5, -4.0]})
    expected = [([1], -1.5), ([0, 1], -2.5), ([0, 0, 0], -3.0)]
    assert_close(beam_search(model, 3, 3, end=1), expected)


def test_a_finished_sequence_may_be_overtaken():
    model = following({(): [-1.0, -3.0, -2.0], "else": [-0.125, -0.25, -0.5]})
    expected = [([0, 0, 0], -1.25), ([0, 0, 1], -1.375)]
    assert_close(beam_search(model, 2, 3, end=2), expected)


def test_it_goes_on_where_the_best_is_finished():
    model = following({(): [-3.0, -9.0, -1.0], "else": [-0.25, -9.0, -0.5]})
    expected = [([2], -1.0), ([0, 0, 0, 0], -3.75)]
    assert_close(beam_search(model, 2, 4, end=2), expected)


def test_finished_sequences_take_places_in_the_beam():
    model = following({(): [-1.0, -2.0, -3.0], (0,): [-1.5, -0.5, -0.75], "else": [-0.5] * 3})
    expected = [([0, 1], -1.5), ([0, 2, 0], -2.25)]
    assert_close(beam_search(model, 2, 3, end=1), expected)


@pytest.mark.parametrize("end", [7, 3, -1, -3])
def test_a_token_that_is_no_end_ends_nothing(end):
    assert_close(beam_search(lambda tokens: TIE, 1, 4, end), [([0, 0, 0, 0], -4.0)])
    assert_close(beam_search(lambda tokens: TIE[::-1] * [1, 1, 0.5], 1, 2, end), [([2, 2], -1.0)])


# --- Ties and impossible tokens --------------------------------------------------------------


def test_ties_go_to_the_better_place_and_then_to_the_lower_token():
    expected = [([0, 0], -2.0), ([0, 1], -2.0), ([0, 2], -2.0), ([1, 0], -2.0)]
    assert_close(beam_search(lambda tokens: TIE, 4, 2, end=9), expected)


def test_the_place_counts_before_the_token():
    # [2] is the first of the beam, though 2 is the last token.
    model = following({(): [-2.0, -2.0, -1.0], (2,): [-2.0, -3.0, -2.0], "else": [-1.0] * 3})
    expected = [([2, 0], -3.0), ([2, 2], -3.0), ([0, 0], -3.0), ([0, 1], -3.0), ([0, 2], -3.0)]
    assert_close(beam_search(model, 5, 2, end=9), expected)


def test_a_finished_sequence_keeps_its_place_in_a_tie():
    model = following({(): [-1.0, -2.0, -2.0], "else": [-1.0, -9.0, 0.0]})
    expected = [([0, 2], -1.0), ([0, 0], -2.0), ([1], -2.0), ([2, 2], -2.0)]
    assert_close(beam_search(model, 4, 2, end=1), expected)


def test_ties_among_many_tokens_go_to_the_lower_ones():
    expected = [([token], -1.0) for token in range(150)]
    assert_close(beam_search(lambda tokens: np.full(200, -1.0), 150, 1, end=0), expected)


def test_impossible_sequences_are_left_out():
    # Those that are hardly possible stay.
    rows = {(): [-1.0, -np.inf, -1e12], (0,): [-np.inf, -1.0, -np.inf]}
    model = following(rows | {"else": [-np.inf, -np.inf, -0.5]})
    assert_close(beam_search(model, 9, 2, end=1), [([0, 1], -2.0), ([2, 2], -1e12 - 0.5)])


def test_a_sequence_that_cannot_go_on_is_left_out():
    model = following({(): [-1.0, -2.0], "else": [-np.inf, -np.inf]})
    assert_close(beam_search(model, 2, 3, end=1), [([1], -2.0)])
    assert_close(beam_search(model, 2, 3, end=9), [])


# --- The calls -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 3, 20])
def test_it_calls_once_for_each_sequence_that_is_not_finished(rng, width):
    model, calls = draw_model(rng, 4), []
    beams = [searched(model, 4, width, length, 2) for length in range(5)]
    expected = sorted(tokens for beam in beams for tokens, _ in beam if 2 not in tokens)

    def watched(tokens):
        calls.append([*map(int, tokens)] if isinstance(tokens, list) else tokens)
        return model(tokens)

    # A second search calls again.
    for _ in range(2):
        calls.clear()
        beam_search(watched, width, 5, end=2)
        assert_close(sorted(calls, key=list), expected)


def test_long_sequences_keep_their_scores():
    model = following({"else": [-1.5, -1.0, -2.0]})
    found = beam_search(model, 2, 800, end=9)
    expected = [([1] * 800, -800.0), ([1] * 799 + [0], -800.5)]
    assert_close(found, expected)


@manners(dtypes=())
def test_manners(rng):
    model = draw_model(rng, 5)
    return (
        partial(beam_search, model, 3, 4, 2),
        partial(beam_search, model, 2, 4, 2),
        partial(beam_search, model, 3, 1, 2),
    )

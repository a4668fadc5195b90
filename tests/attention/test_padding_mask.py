from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.padding_mask import decoder_mask, padding_mask
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

CASES = pytest.mark.parametrize(
    ("lengths", "t"),
    [
        pytest.param([2, 5, 1, 4], 5, id="four sequences of five"),
        pytest.param([1, 3, 2], 3, id="as many sequences as positions"),
        pytest.param([6, 6], 6, id="no padding"),
        pytest.param([0, 3, 0], 4, id="empty sequences"),
        pytest.param([0, 0], 3, id="nothing but padding"),
        pytest.param([3], 7, id="one sequence"),
        pytest.param([0, 1], 1, id="one position"),
        pytest.param([0, 0], 0, id="no positions"),
        pytest.param([], 3, id="no sequences"),
    ],
)


def one_by_one(lengths, t, queries):
    """True for the keys up to each one of `queries` that are real; (n, 1, queries, t)."""
    rows = [[[[j < length and j <= i for j in range(t)] for i in queries]] for length in lengths]
    return np.array(rows, dtype=bool).reshape(len(lengths), 1, len(queries), t)


def attend(q, k, v, mask=None):
    return F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v)), mask).numpy()


def test_sequences_of_1_and_3_in_a_batch_of_3_positions():
    expected = np.array([[1, 0, 0], [1, 1, 1]]) == 1
    assert_close(padding_mask(np.array([1, 3]), 3), expected[:, None, None])


def test_a_sequence_of_2_in_3_positions_with_the_future_hidden():
    expected = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 0]]) == 1
    assert_close(decoder_mask(np.array([2]), 3), expected[None, None])


@CASES
def test_exactly_the_real_keys_are_seen(lengths, t):
    expected = one_by_one(lengths, t, [t])
    assert_close(padding_mask(np.array(lengths, dtype=int), t), expected)


@CASES
def test_a_decoder_sees_the_real_keys_up_to_its_own_position(lengths, t):
    expected = one_by_one(lengths, t, range(t))
    assert_close(decoder_mask(np.array(lengths, dtype=int), t), expected)


def test_each_sequence_of_a_batch_is_attended_to_as_if_it_were_alone(rng):
    # Three sequences and three heads: a mask (n, t) or (n, 1, t) would mask by head.
    lengths = [4, 1, 3]
    q, k, v = rng.normal(size=(3, 3, 3, 5, 2))
    alone = [attend(q[b], k[b, :, :n], v[b, :, :n]) for b, n in enumerate(lengths)]
    expected = np.stack(alone)
    assert_close(attend(q, k, v, torch.tensor(padding_mask(np.array(lengths), 5))), expected)


def test_they_agree_with_the_reference(rng, reference):
    lengths = rng.integers(9, size=6)
    expected = [reference.padding_mask(lengths, 8), reference.decoder_mask(lengths, 8)]
    assert_close([padding_mask(lengths, 8), decoder_mask(lengths, 8)], expected)


@pytest.mark.parametrize(
    ("dtype", "longest"), [("int8", 127), ("uint8", 255), ("int16", 256), ("uint64", 300)]
)
def test_more_positions_than_a_small_dtype_can_count_are_right(dtype, longest):
    lengths = np.array([100, 0, longest], dtype=dtype)
    expected = [one_by_one([100, 0, longest], 300, queries) for queries in ([300], range(300))]
    assert_close(padding_mask(lengths, 300), expected[0])
    assert_close(decoder_mask(lengths, 300), expected[1])


@pytest.mark.parametrize(
    ("lengths", "t"),
    [
        *[([6], 5), ([5, 2, 6], 5), ([100, 1], 5), ([1], 0), ([1, 2, 3, 4, 5, 4, 3, 2, 1, 6], 5)],
        *[([-1], 5), ([2, -1, 5], 5), ([-3, 4], 5), (np.array([5, 200], dtype="uint8"), 5)],
    ],
    ids=str,
)
def test_a_length_below_0_or_above_t_raises_a_value_error(lengths, t):
    assert_value_error(padding_mask, np.array(lengths), t)
    assert_value_error(decoder_mask, np.array(lengths), t)


@manners()
def test_manners(rng):
    lengths = rng.permutation([0, 2, 3, 5])
    others = lengths[[0, 2, 1, 3]]
    return [
        *(partial(padding_mask, *arguments) for arguments in [(lengths, 5), (lengths, 7)]),
        *(partial(decoder_mask, *arguments) for arguments in [(lengths, 5), (lengths, 7)]),
        partial(padding_mask, others, 5),
        partial(decoder_mask, others, 5),
        *(partial(decoder_mask, np.full(n, 4), 4) for n in (1, 2)),
    ]


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(sequences, positions):
        return rng.integers(positions + 1, size=sequences), positions

    assert_vectorized(padding_mask, draw)
    assert_vectorized(decoder_mask, draw)

from functools import partial

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from exercises.practice.collate import collate
from kata.testing import assert_close, assert_value_error, manners

LENGTHS = {
    "of many lengths": [3, 7, 1, 4],
    "longest first": [6, 2, 5],
    "longest last": [1, 2, 3, 4, 5],
    "of one length": [4, 4, 4],
    "a long one": [2, 1500],
    "one sequence": [5],
    "one token each": [1, 1],
    "some empty": [0, 3, 0, 1],
    "an empty one last": [2, 0],
}
CASES = pytest.mark.parametrize("case", LENGTHS)


def draw_sequences(rng, case, tokens=50):
    return [rng.integers(tokens, size=length).tolist() for length in LENGTHS[case]]


def in_torch(sequences, padding):
    tensors = [torch.tensor(tokens, dtype=torch.int64) for tokens in sequences]
    return pad_sequence(tensors, batch_first=True, padding_value=padding).numpy()


def test_two_sequences_worked_out_by_hand():
    ids, mask, labels = collate([[5, 6, 7], [8]], pad=0)
    assert_close(ids, np.array([[5, 6, 7], [8, 0, 0]], dtype=np.int64))
    assert_close(mask, np.array([[True, True, True], [True, False, False]]))
    assert_close(labels, np.array([[5, 6, 7], [8, -100, -100]], dtype=np.int64))


@CASES
@pytest.mark.parametrize("pad", [0, 99, -1, 2**33 + 1])
def test_ids_and_labels_agree_with_torch(rng, case, pad):
    sequences = draw_sequences(rng, case)
    expected = in_torch(sequences, pad), in_torch(sequences, -100)
    ids, _, labels = collate(sequences, pad)
    assert_close((ids, labels), expected)


@CASES
def test_the_mask_is_true_for_as_many_as_there_are_tokens(rng, case):
    sequences = draw_sequences(rng, case)
    expected = in_torch([[1] * len(tokens) for tokens in sequences], 0) == 1
    assert_close(collate(sequences, 0)[1], expected)


@CASES
def test_it_agrees_with_the_reference(rng, reference, case):
    sequences = draw_sequences(rng, case)
    expected = reference.collate(sequences, 3)
    assert_close(collate(sequences, 3), expected)


@CASES
def test_pad_may_be_a_token_too(rng, case):
    # Of three tokens, every one occurs often, at the ends as well.
    sequences = draw_sequences(rng, case, tokens=3)
    expected = [
        in_torch(sequences, 2),
        in_torch([[1] * len(tokens) for tokens in sequences], 0) == 1,
        in_torch(sequences, -100),
    ]
    assert_close(list(collate(sequences, 2)), expected)


@pytest.mark.parametrize("n", [1, 2])
def test_nothing_but_empty_sequences_has_no_columns(n):
    ids, mask, labels = collate([[]] * n, 0)
    none = np.zeros((n, 0), dtype=np.int64)
    assert_close((ids, mask, labels), (none, none == 1, none))


def test_one_list_may_stand_there_twice():
    tokens, other = [5, 6], [7]
    ids, mask, labels = collate([tokens, other, tokens], 0)
    assert_close(ids, np.array([[5, 6], [7, 0], [5, 6]]))
    assert_close((mask, labels), (ids != 0, np.where(ids == 0, -100, ids)))


def test_tokens_may_be_large():
    tokens = [300, 70_000, 2**31, 2**53 + 1, 2**63 - 1]
    ids, _, labels = collate([tokens, []], 0)
    assert_close((ids[0], labels[0]), (np.array(tokens), np.array(tokens)))


def test_no_sequences_raise_a_value_error():
    assert_value_error(collate, [], 0)


@manners()
def test_manners(rng):
    sequences = [rng.integers(1, 50, size=length).tolist() for length in (3, 5, 2)]
    equal = rng.integers(1, 50, size=(3, 4)).tolist()
    return (
        partial(collate, sequences, 0),
        partial(collate, sequences, 7),
        partial(collate, equal, 0),
    )

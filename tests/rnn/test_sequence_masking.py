from functools import partial

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from exercises.rnn.sequence_masking import last_states, masked_mean_loss, pad_sequences
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners

LENGTHS = {
    "of many lengths": [3, 7, 1, 4],
    "longest first": [6, 2, 5],
    "longest last": [1, 2, 3, 4, 5],
    "as many as steps": [3, 1, 2],
    "of one length": [4, 4, 4],
    "one sequence": [5],
    "one step each": [1, 1],
    "some empty": [0, 3, 0, 1],
    "the longest by far": [1, 0, 300],
}
CASES = pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
PADDING = pytest.mark.parametrize("size", [0.0, 1.0, 1e9, np.nan], ids="padding of {}".format)
OUTSIDE = pytest.mark.parametrize("lengths", [[2, 5, 1], [4, 4, 9], [-1, 2, 3], [3, 0, -4]])


def draw(rng, lengths, *d):
    return [rng.normal(size=(length, *d)) for length in lengths]


def padded(sequences, value):
    return pad_sequence([*map(torch.tensor, sequences)], True, padding_value=value).numpy()


def with_any_padding(rng, sequences, size):
    """A batch in which no padded entry equals another, or all are nan."""
    batch = padded(sequences, np.nan)
    return np.where(np.isnan(batch), size * rng.normal(size=batch.shape), batch)


# --- Padding ---------------------------------------------------------------------------------


def test_two_sequences_of_pairs_worked_out_by_hand():
    sequences = [np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])]
    expected = np.array([[[1, 2], [9, 9]], [[3, 4], [5, 6.0]]]), np.array([1, 2], dtype=np.int64)
    assert_close(pad_sequences(sequences, 9.0), expected)


@CASES
@pytest.mark.parametrize("value", [-1.5, np.nan])
def test_the_batch_agrees_with_torch(rng, lengths, value):
    sequences = draw(rng, lengths, 2)
    expected = padded(sequences, value), np.array(lengths, dtype=np.int64)
    assert_close(pad_sequences(sequences, value), expected)


def test_the_padding_is_zero_by_default(rng):
    sequences = draw(rng, [2, 4], 3)
    expected = padded(sequences, 0.0)
    assert_close(pad_sequences(sequences)[0], expected)


def test_real_steps_may_look_like_padding():
    sequences = [np.array([[7.0], [0.0]]), np.zeros((4, 1)), np.zeros((0, 1))]
    expected = padded(sequences, 0.0), np.array([2, 4, 0], dtype=np.int64)
    assert_close(pad_sequences(sequences), expected)


def test_nothing_but_empty_sequences_has_no_steps():
    expected = np.zeros((2, 0, 3), np.float32), np.zeros(2, dtype=np.int64)
    assert_close(pad_sequences([np.zeros((0, 3), np.float32)] * 2), expected)


# --- The last states -------------------------------------------------------------------------


def test_the_last_real_state_of_each_worked_out_by_hand():
    hs = np.array([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]], [[7.0], [8.0], [9.0]]])
    assert_close(last_states(hs, np.array([2, 0, 3])), np.array([[2.0], [0.0], [9.0]]))


def test_the_last_states_agree_with_a_packed_rnn_in_torch(rng):
    lengths = [3, 6, 1, 4]
    x = padded(draw(rng, lengths, 2), np.nan)
    layer = torch.nn.RNN(2, 5, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        for weights in layer.parameters():
            weights[...] = torch.tensor(rng.normal(size=weights.shape))
        hs, _ = layer(torch.tensor(x))
        packed = pack_padded_sequence(torch.tensor(x), lengths, True, enforce_sorted=False)
        _, last = layer(packed)
    expected = last[0].numpy()
    assert_close(last_states(hs.numpy(), np.array(lengths)), expected)


@CASES
@PADDING
def test_the_last_states_are_those_of_the_sequences_alone(rng, lengths, size):
    sequences = draw(rng, lengths, 3)
    expected = np.array([one[-1] if len(one) else np.zeros(3) for one in sequences])
    hs = with_any_padding(rng, sequences, size)
    assert_close(last_states(hs, np.array(lengths)), expected)


def test_real_steps_and_states_that_are_not_finite_are_kept():
    hs = np.array([[[np.nan], [1.0]], [[2.0], [-np.inf]], [[np.nan], [3.0]]])
    expected = np.array([[np.nan], [-np.inf], [3.0]])
    assert_close(last_states(hs, np.array([1, 2, 2])), expected)
    batch, _ = pad_sequences([hs[0], hs[1, :1]], value=7.0)
    assert_close(batch, np.array([[[np.nan], [1.0]], [[2.0], [7.0]]]))


def test_nothing_but_empty_sequences_has_states_of_zero():
    hs, expected = np.full((2, 3, 4), np.nan, np.float32), np.zeros((2, 4), np.float32)
    assert_close(last_states(hs, np.array([0, 0])), expected)


# --- The mean loss ---------------------------------------------------------------------------


def test_each_real_step_counts_once():
    # (2 + 4 + 9) / 3, not the mean of 3 and 9.
    losses = np.array([[2.0, 4.0, 100.0], [9.0, 100.0, 100.0]])
    assert_close(masked_mean_loss(losses, np.array([2, 1])), 5.0)


@CASES
@PADDING
def test_the_loss_is_the_mean_of_all_real_steps(rng, lengths, size):
    losses = draw(rng, lengths)
    losses[-1][0] = 0.0
    expected = float(np.concatenate(losses).mean())
    batch = with_any_padding(rng, losses, size)
    assert_close(masked_mean_loss(batch, np.array(lengths)), expected)


@pytest.mark.parametrize(("dtype", "loss"), [(np.float16, 300.0), (np.float32, 2.0**127)])
def test_losses_may_add_up_to_more_than_their_dtype_holds(dtype, loss):
    losses = np.full((2, 300), loss, dtype=dtype)
    assert_close(masked_mean_loss(losses, np.array([300, 200])), loss)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_real_step_that_is_not_finite_is_not_hidden(loss):
    assert_close(masked_mean_loss(np.array([[1.0, loss, 2.0]]), np.array([2])), loss)


@pytest.mark.parametrize("shape", [(2, 3), (1, 1), (3, 0)], ids=str)
@pytest.mark.filterwarnings("ignore")  # NumPy's mean of nothing is nan with a warning.
def test_the_mean_of_nothing_is_nan(shape):
    lengths = np.zeros(shape[0], dtype=np.int64)
    assert_close(masked_mean_loss(np.ones(shape), lengths), float("nan"))


# --- All -------------------------------------------------------------------------------------


def test_they_agree_with_the_reference(rng, reference):
    sequences, lengths = draw(rng, [4, 0, 7, 2], 3), np.array([4, 0, 7, 2])
    batch, _ = reference.pad_sequences(sequences, np.nan)
    losses = batch.sum(axis=2)
    expected = reference.last_states(batch, lengths), reference.masked_mean_loss(losses, lengths)
    assert_close((last_states(batch, lengths), masked_mean_loss(losses, lengths)), expected)
    assert_close(pad_sequences(sequences, np.nan)[0], batch)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_there_may_be_more_steps_than_the_dtype_of_the_lengths_holds(rng, dtype):
    hs, lengths = rng.normal(size=(3, 300, 2)), np.array([100, 0, 3], dtype=dtype)
    last = np.array([hs[0, 99], [0.0, 0.0], hs[2, 2]])
    mean = float(np.concatenate([hs[0, :100, 0], hs[2, :3, 0]]).mean())
    assert_close(last_states(hs, lengths), last)
    assert_close(masked_mean_loss(hs[:, :, 0], lengths), mean)


@OUTSIDE
def test_there_is_no_last_state_where_a_length_is_out_of_range(rng, lengths):
    assert_value_error(last_states, rng.normal(size=(3, 4, 2)), np.array(lengths))


@OUTSIDE
def test_there_is_no_mean_loss_where_a_length_is_out_of_range(rng, lengths):
    for t in (4, 0):
        assert_value_error(masked_mean_loss, rng.normal(size=(3, t)), np.array(lengths))


def test_there_may_be_more_real_steps_than_the_dtype_of_the_lengths_holds():
    lengths = np.full(3, 100, np.uint8)
    assert_close(masked_mean_loss(np.full((3, 100), 2.0), lengths), 2.0)


@manners()
def test_manners(rng):
    lengths = rng.permutation(12)
    return (
        partial(pad_sequences, draw(rng, [3, 0, 4, 1], 2), 0.5),
        partial(pad_sequences, draw(rng, [2, 2], 3)),
        partial(pad_sequences, draw(rng, [3], 2)),
        partial(last_states, rng.normal(size=(12, 11, 3)), lengths),
        partial(last_states, rng.normal(size=(2, 3, 2)), np.array([3, 3])),
        partial(last_states, rng.normal(size=(1, 3, 2)), np.array([2])),
        partial(last_states, rng.normal(size=(2, 1, 2)), np.array([1, 1])),
        partial(masked_mean_loss, rng.normal(size=(12, 11)), lengths),
    )


def draw_lengths(rng, n, t):
    return rng.integers(0, t, endpoint=True, size=n)


@pytest.mark.speed
def test_no_python_loop_over_steps_or_features_to_pad(rng):
    assert_vectorized(pad_sequences, lambda t, d: (draw(rng, [t, 2, t // 2], d),))


@pytest.mark.speed
def test_no_python_loop_to_find_the_last_states(rng):
    assert_vectorized(
        last_states, lambda n, t, d: (rng.normal(size=(n, t, d)), draw_lengths(rng, n, t))
    )


@pytest.mark.speed
def test_no_python_loop_to_find_the_mean_loss(rng):
    assert_vectorized(
        masked_mean_loss, lambda n, t: (rng.normal(size=(n, t)), draw_lengths(rng, n, t))
    )

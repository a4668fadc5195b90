from functools import partial

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from exercises.rnn.bidirectional import bidirectional
from kata.testing import assert_close, assert_vectorized, manners

CASES = pytest.mark.parametrize(
    ("lengths", "t", "d", "hidden"),
    [
        pytest.param([3, 6, 1, 4], 6, 2, 5, id="of many lengths"),
        pytest.param([5, 5], 5, 3, 2, id="of one length"),
        pytest.param([3, 1, 2], 3, 3, 3, id="all sizes equal"),
        pytest.param([2, 4, 1], 7, 4, 3, id="more steps than any has"),
        pytest.param([2, 2], 4, 3, 2, id="of one length, and more steps"),
        pytest.param([4], 4, 2, 3, id="one sequence"),
        pytest.param([1, 1], 1, 2, 4, id="one step"),
        pytest.param([2, 3], 4, 1, 1, id="one unit"),
    ],
)


def draw_weights(rng, d, hidden):
    shapes = [(hidden, d), (hidden, hidden), (hidden,), (hidden,)]
    return tuple(rng.normal(scale=0.7, size=shape) for shape in shapes)


def draw(rng, lengths, t, d, hidden):
    x = rng.normal(size=(len(lengths), t, d))
    return [x, np.array(lengths), draw_weights(rng, d, hidden), draw_weights(rng, d, hidden)]


def in_torch(x, lengths, forward, backward):
    """A packed layer, which takes no empty sequences."""
    layer = torch.nn.RNN(x.shape[2], len(forward[2]), 1, "tanh", True, True, 0.0, True)
    with torch.no_grad():
        for own, given in zip(layer.double().parameters(), [*forward, *backward], strict=True):
            own[...] = torch.tensor(given)
        packed = pack_padded_sequence(torch.tensor(x), lengths, True, enforce_sorted=False)
        hs, _ = pad_packed_sequence(layer(packed)[0], True, total_length=x.shape[1])
    return hs.numpy()


def test_two_steps_worked_out_by_hand():
    # tanh(log(3) / 2) = 1/2 and tanh(log(2) / 2) = 1/3. The second sequence has one step.
    three, two = np.log(3.0) / 2, np.log(2.0) / 2
    x = np.array([[[three], [two]], [[three], [9.0]]])
    weights = np.array([[1.0]]), np.array([[1.0]]), np.array([0.3]), np.array([-0.3])
    expected = [
        [[1 / 2, np.tanh(three + 1 / 3)], [np.tanh(two + 1 / 2), 1 / 3]],
        [[1 / 2, 1 / 2], [0.0, 0.0]],
    ]
    assert_close(bidirectional(x, np.array([2, 1]), weights, weights), np.array(expected))


@CASES
def test_it_agrees_with_a_packed_layer_in_torch(rng, lengths, t, d, hidden):
    args = draw(rng, lengths, t, d, hidden)
    expected = in_torch(*args)
    assert_close(bidirectional(*args), expected)


@CASES
@pytest.mark.parametrize("padding", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore")  # ∞ − ∞ is nan with a warning.
def test_padding_that_is_not_finite_has_no_effect(rng, lengths, t, d, hidden, padding):
    x, *rest = draw(rng, lengths, t, d, hidden)
    expected = in_torch(x, *rest)
    x[np.arange(t) >= rest[0][:, None]] = padding
    with np.errstate(invalid="ignore"):
        assert_close(bidirectional(x, *rest), expected)


def test_an_empty_sequence_has_states_of_zero(rng):
    args = draw(rng, [3, 1, 2], 3, 2, 4)
    expected = in_torch(*args)
    expected[1] = 0.0
    args[0][1], args[1][1] = np.nan, 0
    assert_close(bidirectional(*args), expected)


def test_nothing_but_empty_sequences_has_states_of_zero(rng):
    x, _, *weights = draw(rng, [1, 1], 3, 2, 4)
    got = bidirectional(np.full_like(x, np.nan), np.array([0, 0]), *weights)
    assert_close(got, np.zeros((2, 3, 8)))


def test_zeros_may_be_real_steps(rng):
    args = draw(rng, [4, 3], 5, 2, 3)
    args[0][[0, 1, 1], [1, 0, 2]] = 0.0
    expected = in_torch(*args)
    assert_close(bidirectional(*args), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_arguments_of_tanh_may_be_large(rng, dtype):
    x, lengths, *weights = draw(rng, [5, 3, 4], 5, 2, 4)
    x *= np.array([[1.0], [10.0], [1e5], [1e3], [30.0]])
    expected = in_torch(x, lengths, *weights).astype(dtype)
    weights = [tuple(array.astype(dtype) for array in one) for one in weights]
    with np.errstate(all="ignore"):
        assert_close(bidirectional(x.astype(dtype), lengths, *weights), expected)


def test_there_may_be_more_steps_than_the_dtype_of_the_lengths_holds(rng):
    args = draw(rng, [100, 3], 200, 2, 3)
    expected = in_torch(*args)
    args[1] = args[1].astype(np.int8)
    assert_close(bidirectional(*args), expected)


def test_it_agrees_with_the_reference(rng, reference):
    args = draw(rng, [7, 0, 4, 2], 9, 3, 5)
    expected = reference.bidirectional(*args)
    assert_close(bidirectional(*args), expected)


@manners()
def test_manners(rng):
    return (
        partial(bidirectional, *draw(rng, rng.permutation(12), 11, 2, 3)),
        partial(bidirectional, *draw(rng, [1, 2], 2, 3, 2)),
        partial(bidirectional, *draw(rng, [1, 2], 4, 3, 2)),
        partial(bidirectional, *draw(rng, [0, 0], 2, 3, 2)),
    )


@pytest.mark.speed
def test_no_python_loop_but_over_time(rng):
    assert_vectorized(
        bidirectional,
        lambda n, d, hidden: draw(rng, rng.integers(0, 3, endpoint=True, size=n), 3, d, hidden),
    )

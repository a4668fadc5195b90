from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.basics.one_hot import one_hot
from kata.testing import assert_close, assert_value_error, assert_vectorized, manners


def in_torch(labels, n_classes):
    return F.one_hot(torch.tensor(labels.astype(np.int64)), n_classes).double().numpy()


def test_three_labels_worked_out_by_hand():
    expected = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    assert_close(one_hot(np.array([1, 2, 1]), 3), expected)


@pytest.mark.parametrize(
    "shape", [(), (7,), (1,), (5, 3), (3, 3), (2, 3, 4), (2, 1), (1, 1), (0,), (2, 0)], ids=str
)
@pytest.mark.parametrize("n_classes", [1, 2, 3, 10])
def test_it_agrees_with_torch(rng, shape, n_classes):
    labels = rng.integers(n_classes, size=shape)
    expected = in_torch(labels, n_classes)
    assert_close(one_hot(labels, n_classes), expected)


def test_it_agrees_with_the_reference(rng, reference):
    labels = rng.integers(6, size=(4, 5))
    expected = reference.one_hot(labels.copy(), 6)
    assert_close(one_hot(labels, 6), expected)


@pytest.mark.parametrize("labels", [[0, 0], [4], [1, 3], [0, 2, 4]], ids=str)
def test_classes_that_do_not_occur_keep_their_columns(labels):
    labels = np.array(labels)
    expected = in_torch(labels, 5)
    assert_close(one_hot(labels, 5), expected)


@pytest.mark.parametrize(
    ("dtype", "label", "n_classes"),
    [
        ("uint8", 255, 256),
        ("uint8", 200, 300),
        ("int8", 127, 128),
        ("int16", 299, 300),
        ("int64", 150, 200),
    ],
)
def test_labels_beyond_what_8_bits_hold_find_their_places(dtype, label, n_classes):
    expected = np.zeros((2, n_classes))
    expected[0, label] = expected[1, 0] = 1.0
    assert_close(one_hot(np.array([label, 0], dtype), n_classes), expected)


@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("label", [-5, -2, -1, 4, 5, 100])
def test_a_label_that_is_no_class_raises_a_value_error(label, n_classes):
    for labels in (label, [label], [0, label], [label, 1], [[0, 1], [label, 0]]):
        assert_value_error(one_hot, np.array(labels), n_classes)


@pytest.mark.parametrize("n_classes", [1, 3])
def test_the_number_of_classes_is_no_class(n_classes):
    assert_value_error(one_hot, np.array([0, n_classes]), n_classes)


@pytest.mark.parametrize(("dtype", "label"), [("uint8", 3), ("uint64", 2**63), ("int8", -1)])
def test_other_integers_that_are_no_class_raise_a_value_error(dtype, label):
    assert_value_error(one_hot, np.array([0, label], dtype), 3)


@manners()
def test_manners(rng):
    labels = rng.integers(9, size=(4, 5))
    one = labels[0, 0, ...]  # An array without axes.
    return partial(one_hot, labels, 9), partial(one_hot, labels, 12), partial(one_hot, one, 9)


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(planes, rows, columns, classes):
        return rng.integers(classes, size=(planes, rows, columns)), classes

    assert_vectorized(one_hot, draw)

"""What is said of a wrong array as a whole: true facts, and none where there is none."""

import numpy as np
import pytest
import torch

from kata.testing import difference

RNG = np.random.default_rng(0)
X, SQUARE, HEADS = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 3)), RNG.normal(size=(2, 3, 3, 4))
COUNTS, MASK = np.array([3, 1, 4, 1, 5]), X > 0

RELATED = {
    "Every entry has the wrong sign.": [(-X, X), (-COUNTS, COUNTS)],
    "Every entry is 4 times what is expected.": [(4 * X, X), (4 * COUNTS, COUNTS)],
    "Every entry is 1/3 of what is expected.": [(X / 3, X), (np.float32(X / 3), np.float32(X))],
    "Every entry is -1/3 of what is expected.": [(-X / 3, X)],
    "Every entry is 1.3 times what is expected.": [(1.3 * X, X), (list(1.3 * X), list(X))],
    "Every entry is 0.5 above what is expected.": [(X + 0.5, X)],
    "Every entry is 1 below what is expected.": [(COUNTS - 1, COUNTS)],
    "Every entry is 0.": [(0 * X, X), (-0.0 * X, X)],
    "Every entry is the opposite of what is expected.": [(~MASK, MASK)],
    "Reversed along axis 1 it would be right.": [(X[:, ::-1], X)],
    "Transposed it would be right.": [(SQUARE.T, SQUARE)],
    "(4, 3), expected (3, 4): transposed it would be right.": [(X.T, X)],
    "After .transpose(0, 2, 1, 3) it would be right.": [(HEADS.transpose(0, 2, 1, 3), HEADS)],
    "(12,), expected (3, 4): reshaped it would be right.": [(X.ravel(), X)],
    "The entries are the right ones, in another order.": [
        (RNG.permutation(X.ravel()).reshape(3, 4), X),
        (np.sort(COUNTS), COUNTS),
    ],
    "3 of 12 entries differ, all at index 2 of axis 1;": [(X + np.eye(4)[2], X)],
}


@pytest.mark.parametrize(
    ("related", "actual", "expected"),
    [(related, *pair) for related, pairs in RELATED.items() for pair in pairs],
)
def test_a_relation_is_told(related, actual, expected):
    assert related in difference(actual, expected)


ROUNDED = X * (1 + 1e-12)
FEW, NEARLY_EQUAL = np.array([[1.0, 2.0], [2.0, 0.0]]), 1 + 1e-9 * X
UNRELATED = {
    "other numbers": (RNG.normal(size=(3, 4)), X),
    "a factor for each row": (X * [[1], [2], [3]], X),
    "no more than rounding": (X * 1.0001, X),
    "nan": (np.full_like(X, np.nan), X),
    "too few values": (2 * FEW, FEW),
    "values that hardly differ": (2 * NEARLY_EQUAL, NEARLY_EQUAL),
    "a number": (np.array(2.0), np.array(1.0)),
    "what is too small to be divided by": (np.where(X.max() == X, 5e-324, X), X),
    "nothing": (np.zeros((0, 3)), np.zeros((3, 0))),
    "ones": (np.zeros(4), np.ones(4)),
    "another dtype": (np.float32(X.T), X),
    "another shape": (X[:, :3], X),
    "a mask that is all True": (~np.ones(4, dtype=bool), np.ones(4, dtype=bool)),
    "half precision, 1 % of which is lost": (np.float16(2.01 * X), np.float16(X)),
    "bfloat16": (torch.tensor(2 * X + 0.05 * X**2).bfloat16(), torch.tensor(X).bfloat16()),
}


@pytest.mark.parametrize(("actual", "expected"), UNRELATED.values(), ids=UNRELATED.keys())
def test_nothing_is_told_where_there_is_no_relation(actual, expected):
    said = difference(actual, expected)
    assert said
    assert not any(word in said for word in ("very", "would", "order", "all at"))


def test_a_relation_holds_as_strictly_as_the_test_asks():
    said = difference(ROUNDED.T, X.T, rtol=1e-15, atol=0.0)
    assert said
    assert "would" not in said
    said = difference(-X * (1 + 1e-12), X, rtol=1e-15, atol=0.0)
    assert "sign" not in said


def test_a_loose_test_does_not_make_a_relation_loose():
    assert "sign" not in difference(-X * (1 + 1e-3 * X), X, rtol=0.1)


@pytest.mark.parametrize(
    ("actual", "expected", "said"),
    [
        (4 * np.pi, np.pi, "got 12.5663706, expected 3.14159265, 4 times what is expected"),
        (np.pi / 7, np.pi, "got 0.448798951, expected 3.14159265, 1/7 of what is expected"),
        (-2 * np.pi, np.pi, "got -6.28318531, expected 3.14159265, -2 times what is expected"),
        (-np.pi, np.pi, "got -3.14159265, expected 3.14159265"),
        (2.5 * np.pi, np.pi, "got 7.85398163, expected 3.14159265"),
        (1e6 * np.pi, np.pi, "got 3141592.65, expected 3.14159265"),
        (3.0, 1.5, "got 3, expected 1.5"),
        (0.0, np.pi, "got 0, expected 3.14159265"),
        (np.inf, np.pi, "got inf, expected 3.14159265"),
        (1.0, 0.0, "got 1, expected 0"),
        (5e-324, np.pi, "got 4.94065646e-324, expected 3.14159265"),
    ],
)
def test_a_number_of_many_digits_may_be_a_whole_multiple_of_another(actual, expected, said):
    assert difference(actual, expected) == said

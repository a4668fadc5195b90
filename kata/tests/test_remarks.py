"""What is added to an error's own text."""

import math

import numpy as np
import pytest

from kata.remarks import remark_on

X, READ_ONLY = np.ones((2, 3)), np.broadcast_to(1.0, (2, 3))
INTEGERS, RNG = np.arange(3), np.random.default_rng(0)

REMARKS = {
    "one truth value": (
        lambda: max(0, X),
        lambda: X > 0 and X < 3,
        lambda: 1 if X > 0 else 0,
    ),
    "second argument of np.max": (lambda: np.max(0, X), lambda: np.concatenate(X, X)),
    "take one number": (lambda: math.exp(X), lambda: float(X), lambda: int(X)),
    "A shape is one argument": (lambda: np.zeros(2, 3),),
    "keep the array's dtype": (
        lambda: INTEGERS.__itruediv__(2),
        lambda: INTEGERS.__iadd__(0.5),
        lambda: np.exp(INTEGERS, out=INTEGERS),
    ),
    "must not be written into": (
        lambda: READ_ONLY.__setitem__(0, 2.0),
        lambda: READ_ONLY.__iadd__(1.0),
        lambda: np.exp(X, out=READ_ONLY),
    ),
    "have to be integers": (
        lambda: X[4 / 2],
        lambda: np.zeros(4 / 2),
        lambda: range(4 / 2),
        lambda: np.zeros((2, np.float64(3))),
    ),
    "do no arithmetic": (
        lambda: [X, X] * 0.5,
        lambda: [X] - [X],
        lambda: -[X],
        lambda: 0.1 / [1.0],
        lambda: (1.0, 2.0) + 1,
    ),
    "NumPy's name for unsqueeze is np.expand_dims": (lambda: X.unsqueeze(0),),
    "NumPy's name for cat is np.concatenate": (lambda: np.cat([X, X]),),
    "NumPy's name for dim is axis": (lambda: X.sum(dim=1),),
    "NumPy's name for keepdim is keepdims": (lambda: np.sum(X, axis=1, keepdim=True),),
    "NumPy's name for rand is rng.random": (lambda: RNG.rand(3),),
    "(2,) is (2, 3) without axis 1; keepdims=True makes it (2, 1)": (lambda: X - X.sum(1),),
}


def error_of(function):
    with pytest.raises(Exception) as raised:
        function()
    return raised.value


@pytest.mark.parametrize(
    ("remark", "function"),
    [(remark, function) for remark, functions in REMARKS.items() for function in functions],
)
def test_a_sentence_says_what_an_error_means(remark, function):
    assert remark in remark_on(error_of(function))


@pytest.mark.parametrize(
    "function",
    [
        lambda: X.nonsense,
        lambda: np.softmax(X),
        lambda: X[5],
        lambda: X - np.ones(5),
        lambda: X.sum(dims=1),
        lambda: None + X,
        lambda: math.log(0),
    ],
)
def test_other_errors_are_left_as_they_are(function):
    assert remark_on(error_of(function)) == ""


def test_a_failed_check_speaks_for_itself():
    assert remark_on(AssertionError("only size-1 arrays can be converted")) == ""

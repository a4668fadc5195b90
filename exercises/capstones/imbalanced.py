"""8 or not: a classifier for a class that makes up 3 % of the data.

A classifier that always answers "not an 8" is right on 97 % of the pictures, and useless. So here
rare eights weigh more in the loss, the threshold is chosen by what mistakes cost, and a classifier
is judged by more than its accuracy. Everything is built from parts that you wrote before.

The label y is 1 for an eight, else 0. The classifier is one linear layer with two classes: `params`
is [w, b], of shapes (2, features) and (2,). Everything is in float64.

The tests thin the eights among the digits in ten ways. Each time they set two fifths of the
pictures aside and call `fit` on the others, with a cost_fp of 1, a cost_fn of 20, 60 steps and an
lr of 0.03. On all the pictures that were set aside,

- its mistakes have to cost at most half of what never saying 8 would cost,
- the mean average precision has to be 0.55 or more,
- `undo_weights` has to lower the calibration error.
"""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float64, Integer

from exercises.basics.linear import linear, linear_backward
from exercises.basics.softmax import softmax
from exercises.evaluation.average_precision import average_precision
from exercises.evaluation.calibration import expected_calibration_error
from exercises.evaluation.choose_threshold import choose_threshold
from exercises.evaluation.precision_recall_f1 import precision_recall_f1
from exercises.evaluation.weighted_cross_entropy import (
    balanced_weights,
    weighted_cross_entropy,
    weighted_cross_entropy_backward,
)
from exercises.optimization.adam import Adam
from exercises.practice.train_val_split import train_val_split

Params = list[np.ndarray]


def train(
    x: Float64[np.ndarray, "n features"],
    y: Integer[np.ndarray, "n"],
    weights: Float64[np.ndarray, "2"],
    steps: int,
    lr: float,
    report: Callable[[float, float], None],
) -> Params:
    """Train a linear layer by the weighted cross-entropy of all rows; return its params.

    The params begin at 0. Each step is one of Adam with step size `lr`, on all rows at once. After
    each it calls report(done, loss): `done` is the share of the steps that are done, 1 after the
    last, and `loss` the weighted cross-entropy before the step.
    """
    raise NotImplementedError


def probabilities(
    params: Sequence[np.ndarray], x: Float64[np.ndarray, "n features"]
) -> Float64[np.ndarray, "n"]:
    """Return, for each row of x, the probability of class 1: an entry of the logits' softmax."""
    raise NotImplementedError


def fit(
    x: Float64[np.ndarray, "n features"],
    y: Integer[np.ndarray, "n"],
    cost_fp: int,
    cost_fn: int,
    steps: int,
    lr: float,
    rng: np.random.Generator,
    report: Callable[[float, float], None],
) -> tuple[Params, Float64[np.ndarray, "2"], float]:
    """Return a classifier's params, the weights of its loss and the threshold to call a row an 8.

    Two fifths of the rows of each class, chosen as by `train_val_split`, are held back from
    training. The others train the classifier, with the weights that balance the classes among
    them. The threshold is the one that `choose_threshold` gives for cost_fp and cost_fn, on the
    rows held back, with their probabilities as `probabilities` gives them.

    Source    Elkan 2001, §1
    """
    raise NotImplementedError


def undo_weights(
    p: Float64[np.ndarray, "n"], weights: Float64[np.ndarray, "2"]
) -> Float64[np.ndarray, "n"]:
    """Convert the outputs of a classifier trained with these weights into probabilities of class 1.

    Weights act as if class c occurred weights[c] times as often: they multiply the odds p / (1 − p)
    by weights[1] / weights[0]. The result has the odds without that factor. 0 stays 0, and 1
    stays 1.

    Source    Elkan 2001, §3

    >>> undo_weights(np.array([0.5, 0.75]), np.array([1.0, 3.0]))
    array([0.25, 0.5 ])
    """
    raise NotImplementedError


def evaluate(
    p: Float64[np.ndarray, "n"], y: Integer[np.ndarray, "n"], threshold: float
) -> dict[str, float]:
    """Judge probabilities p of class 1, and the answers "1 where p ≥ threshold", by the labels y.

    Returns a dict with these keys. At least one label is 1.

        "constant"           the accuracy of the better constant answer, always 0 or always 1
        "accuracy"           the share of right answers
        "precision"          the share of ones among the rows that are called 1; 0/0 is 0
        "recall"             the share of ones that are called 1
        "average_precision"  that of p, whatever the threshold
        "calibration_error"  the expected calibration error of (1 − p, p), with 8 bins
    """
    raise NotImplementedError

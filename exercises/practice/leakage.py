"""Four leaks from the test rows, or from a row's own label, into training.

This program judges a method: it learns from the rows of some patients and scores those of the
others. As handed out it runs without an error, and it does well even where the labels are pure
noise: in four places it uses what it could not know.
"""

import numpy as np
from jaxtyping import Bool, Float, Int, Integer


# TODO: find the four leaks and stop them; the docstrings are right.
def draw_test_rows(
    patients: Integer[np.ndarray, "n"], share: float, rng: np.random.Generator
) -> Bool[np.ndarray, "n"]:
    """Draw a share of the different patients, each with the same probability; mark their rows.

    `patients` says whose row each is. The number drawn is `share` times that of the patients,
    rounded down. All rows of a patient are on one side.
    """
    order = rng.permutation(len(patients))
    return order < int(share * len(patients))


def choose_columns(
    x: Float[np.ndarray, "n d"], y: Integer[np.ndarray, "n"], keep: int
) -> Int[np.ndarray, "keep"]:
    """Return the `keep` columns with the largest absolute correlation with y, in ascending order.

    No column is constant. y holds the labels 0 and 1, and both of them.
    """
    x, y = x - x.mean(axis=0), y - y.mean()
    correlations = np.abs(y @ x) / np.sqrt((x * x).sum(axis=0))
    return np.sort(np.argsort(-correlations)[:keep])


def held_out_scores(
    x: Float[np.ndarray, "n d"],
    y: Integer[np.ndarray, "n"],
    clinics: Integer[np.ndarray, "n"],
    test: Bool[np.ndarray, "n"],
    keep: int,
) -> Float[np.ndarray, "m"]:
    """Learn from the rows that are not in `test`; return the scores of those that are, in order.

    The features of a row are its entries in the `keep` chosen columns, scaled so that each column
    has mean 0 and standard deviation 1 (ddof 0) over the training rows. One more comes last, its
    clinic's rate: the mean label of the other training rows of that clinic, or 0.5 if there are
    none. With the mean features c₀ and c₁ of the training rows labelled 0 and 1, its score is

        ‖features − c₀‖² − ‖features − c₁‖²

    What is learned depends on the training rows alone, and no row's features depend on its own
    label. Both labels are among the training rows.
    """
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    columns = choose_columns(scaled, y, keep)
    rates = [y[clinics == clinic].mean() for clinic in clinics]
    features = np.column_stack([scaled[:, columns], rates])
    c0, c1 = (features[~test & (y == label)].mean(axis=0) for label in (0, 1))
    rows = features[test]
    return ((rows - c0) ** 2).sum(axis=1) - ((rows - c1) ** 2).sum(axis=1)

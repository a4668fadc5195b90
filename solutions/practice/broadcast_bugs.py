"""Four shape accidents in a recommender.

This program predicts how users rate an item from the ratings of similar users. As handed out it
runs without an error, but in four places NumPy pairs up numbers that do not belong together.
"""

import numpy as np
from jaxtyping import Float64


def deviations(ratings: Float64[np.ndarray, "n d"]) -> Float64[np.ndarray, "n d"]:
    """Subtract from each user's ratings, a row, the mean of that user."""
    return ratings - ratings.mean(axis=1, keepdims=True)


def similarities(
    a: Float64[np.ndarray, "n d"], b: Float64[np.ndarray, "m d"]
) -> Float64[np.ndarray, "n m"]:
    """Return the cosine of the angle between each row of a and each row of b; none is all zeros."""
    lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
    return a @ b.T / lengths


def predict(
    similar: Float64[np.ndarray, "n m"], known: Float64[np.ndarray, "m"], temperature: float
) -> Float64[np.ndarray, "n"]:
    """For each of n users, average the known ratings of m others, weighted by similarity.

    A user's weights are the softmax of similar / temperature over the m others. Similarities lie
    within ±1, and temperatures from 0.01 on.
    """
    scores = np.exp(similar / temperature)
    weights = scores / scores.sum(axis=1, keepdims=True)
    return weights @ known


def mean_squared_error(
    predicted: Float64[np.ndarray, "n"], actual: Float64[np.ndarray, "n 1"]
) -> float:
    """Return the mean over n users of (predicted − actual)².

    `actual` is a column, as cut out of a table by `table[:, 3:4]`.
    """
    return float(((predicted - actual[:, 0]) ** 2).mean())


def evaluate(
    ratings: Float64[np.ndarray, "n d"],
    actual: Float64[np.ndarray, "n 1"],
    others: Float64[np.ndarray, "m d"],
    known: Float64[np.ndarray, "m"],
    temperature: float,
) -> float:
    """Return the error for one item, whose ratings by the others are known.

    Similarities are those of the users' deviations, on the d items that all have rated.
    """
    similar = similarities(deviations(ratings), deviations(others))
    return mean_squared_error(predict(similar, known, temperature), actual)

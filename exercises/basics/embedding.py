"""Embedding: look up a trained vector for each token id."""

import numpy as np
from jaxtyping import Float, Integer


def embedding(
    ids: Integer[np.ndarray, "*shape"], table: Float[np.ndarray, "vocabulary features"]
) -> Float[np.ndarray, "*shape features"]:
    """Look up the row of the table for each id.

        y[…, :] = table[ids[…], :]

    `ids` may have any integer dtype and any number of axes, or none, each of any length (or 0).
    The table may hold inf and nan; the result has its dtype.

    Raises    ValueError if an id is not one of 0, 1, …, vocabulary − 1
    Speed     no Python loop over ids, vocabulary or features

    >>> embedding(np.array([2, 0, 2]), np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]))
    array([[4., 5.],
           [0., 1.],
           [4., 5.]])
    """
    raise NotImplementedError


def embedding_backward(
    grad_y: Float[np.ndarray, "*shape features"],
    ids: Integer[np.ndarray, "*shape"],
    table: Float[np.ndarray, "vocabulary features"],
    padding_id: int | None = None,
) -> Float[np.ndarray, "vocabulary features"]:
    """Return the gradient with respect to the table, given `grad_y`, that with respect to y.

    A row that was looked up several times gets the sum of all its gradients; one that was never
    looked up gets 0. `padding_id`, if not None, is one of 0, 1, …, vocabulary − 1; its row gets 0,
    even if its gradients are nan, so that it is never trained. The result has the table's dtype,
    whatever grad_y's; sums may be rounded to the narrower of the two.

    Raises    as embedding, and ValueError if grad_y does not have the shape of y
    Speed     as embedding; at most 5 × the memory of all arguments

    >>> embedding_backward(np.array([[1.0], [2.0], [4.0]]), np.array([2, 0, 2]), np.zeros((3, 1)))
    array([[2.],
           [0.],
           [5.]])
    """
    raise NotImplementedError

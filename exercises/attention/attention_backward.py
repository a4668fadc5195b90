"""The backward pass of scaled dot-product attention."""

import numpy as np
from jaxtyping import Bool, Float


def scaled_dot_product_backward(
    grad_y: Float[np.ndarray, "*batch t_q d_v"],
    q: Float[np.ndarray, "*batch t_q d"],
    k: Float[np.ndarray, "*batch t_k d"],
    v: Float[np.ndarray, "*batch t_k d_v"],
    mask: Bool[np.ndarray, "*#batch #t_q #t_k"] | None = None,
) -> tuple[
    Float[np.ndarray, "*batch t_q d"],
    Float[np.ndarray, "*batch t_k d"],
    Float[np.ndarray, "*batch t_k d_v"],
]:
    """Return the gradients with respect to q, k and v; `grad_y` is that with respect to Y.

        Y = softmax(Q Kᵀ / √d) V        softmax over the keys

    `mask` is True where a query may see a key; the softmax runs over these keys only. It is
    broadcast to (*batch, t_q, t_k): batch axes may be missing on its left, and any axis may have
    length 1. Nothing but the mask is broadcast. There is at least one key. A query whose keys are
    all masked has a row of zeros in Y: its gradient is 0, and it adds nothing to those of k and v.

    Numerics  right for scores Q Kᵀ / √d of up to 1e4 in size, in float32 and float64, even where
              the mask hides the largest; keeps the dtype
    Raises    ValueError if the shapes do not fit together as above
    Speed     no Python loop over the batch, the queries or the keys; where d and d_v are far
              smaller than t_q and t_k, at most 10 times the memory of the scores
    Source    Dao et al. 2022, appendix B.2

    >>> q, k, v = np.array([[4.0]]), np.array([[1.0], [1.0]]), np.array([[1.0], [3.0]])
    >>> grad_q, grad_k, grad_v = scaled_dot_product_backward(np.array([[2.0]]), q, k, v)
    >>> grad_k
    array([[-4.],
           [ 4.]])
    """
    raise NotImplementedError

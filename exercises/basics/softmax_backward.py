"""The softmax's gradient, without its Jacobian."""

import numpy as np
from jaxtyping import Float


def softmax_backward(
    grad_y: Float[np.ndarray, "*shape"], x: Float[np.ndarray, "*shape"], axis: int = -1
) -> Float[np.ndarray, "*shape"]:
    """Turn grad_y, the loss's gradient with respect to y = softmax(x), into that with respect to x.

        y[i] = exp(x[i]) / Σⱼ exp(x[j])                 with i and j along the axis
        grad_x[j] = Σᵢ grad_y[i] · ∂y[i]/∂x[j]

    For n scores along the axis, the derivatives ∂y[i]/∂x[j] are n × n numbers, the Jacobian. Do not
    build it (see Speed).

    Numerics  finite for every finite x; the gradient of a score keeps its digits however
              improbable the score is, down to the smallest normal number; keeps the
              arguments' dtype
    Raises    ValueError if grad_y and x differ in shape, or if there are no scores along the axis;
              other axes may have length 0
    Speed     no Python loop over any axis; at most 6 × x.nbytes of memory, the result included
    Source    Goodfellow, Bengio & Courville 2016, §6.2.2.3 and §6.5.2

    >>> softmax_backward(np.array([8.0, 0.0]), np.array([0.0, 0.0]))
    array([ 2., -2.])
    """
    raise NotImplementedError

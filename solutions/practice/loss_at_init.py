"""The loss before the first step: what it should be, and a last layer that begins with it."""

import math

import numpy as np
from jaxtyping import Float64


def uniform_loss(k: int) -> float:
    """Return the mean cross-entropy, in nats, of a network that holds k classes equally likely.

        loss = −log(1 / k)

    Raises    ValueError if k < 1

    >>> round(uniform_loss(10), 4)
    2.3026
    """
    if k < 1:
        raise ValueError(f"k is {k}: there should be one class or more")
    return math.log(k)


def prior_loss(priors: Float64[np.ndarray, "k"]) -> float:
    """Return the mean cross-entropy, in nats, of a network that predicts the priors for every row.

        loss = −Σⱼ p[j] log p[j]           0 · log 0 = 0

    p[j] is the share of the rows that are of class j. This is the lowest loss without a look at x.

    Raises    ValueError if a prior is below 0, or if their sum is not 1 to within 1e-6

    >>> round(prior_loss(np.array([0.5, 0.25, 0.25, 0.0])), 4)
    1.0397
    """
    _check(priors)
    p = priors[priors > 0]
    # abs, not a minus sign: with one class that would give −0.
    return abs(float(np.sum(p * np.log(p))))


def init_head(
    features: int, priors: Float64[np.ndarray, "k"], rng: np.random.Generator
) -> tuple[Float64[np.ndarray, "k features"], Float64[np.ndarray, "k"]]:
    """Return the weight and bias of a last layer whose logits begin as the logarithms of priors.

        w   independent, normal, mean 0, standard deviation 0.01; from rng, anew in each call
        b   b[j] = log p[j]

    So for inputs of about unit size, the loss of the softmax begins at about `prior_loss(priors)`.

    Raises    as `prior_loss`, and ValueError if a prior is 0: its logarithm is −∞
    Source    Lin, Goyal, Girshick, He & Dollár 2017 (RetinaNet), §3.3

    >>> w, b = init_head(64, np.array([0.5, 0.5]), np.random.default_rng(0))
    >>> np.round(b, 4)
    array([-0.6931, -0.6931])
    """
    _check(priors)
    if (priors == 0).any():
        raise ValueError(f"class {priors.argmin()} has a prior of 0, and log 0 is −∞")
    return rng.normal(0.0, 0.01, size=(len(priors), features)), np.log(priors)


def _check(priors: Float64[np.ndarray, "k"]) -> None:
    if (priors < 0).any():
        raise ValueError(f"class {priors.argmin()} has the prior {priors.min()}, below 0")
    if not abs(priors.sum() - 1) <= 1e-6:
        raise ValueError(f"the priors add up to {priors.sum()}, not to 1")

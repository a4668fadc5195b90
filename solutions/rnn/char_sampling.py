"""Sampling: a recurrent network writes, one token at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float64


def generate(
    step: Callable[[int, Any], tuple[Float64[np.ndarray, "v"], Any]],
    state: Any,
    start: int,
    end: int,
    n: int,
    temperature: float,
    rng: np.random.Generator,
) -> list[int]:
    """Write up to n tokens, each drawn from the network's distribution, given those before it.

    `step(token, state)` is one step of the network: it returns one logit for each of v tokens, and
    the next state. The first step reads `start` and the state given here; every other one reads the
    token that was drawn last and the state that came with it. Tokens are drawn with probabilities

        softmax(logits / temperature)

    and at a temperature of 0, the token with the largest logit is taken, the lowest of equals.
    Writing stops when `end` is drawn, or after n tokens. Neither `start` nor `end` is returned.
    Logits may be −∞, but not all: these tokens are never drawn. n may be 0, and
    `end` a number that is no token.

    Calls     `step` is called exactly once for each token drawn, `end` included; the logits that
              it returns are left unchanged
    Numerics  right for finite logits of up to 1e4 in size; temperatures of 0 or from 0.01 to 1e6
    Raises    ValueError if the temperature is below 0
    Speed     no Python loop over the v tokens
    Source    Graves 2013, §2; Karpathy 2015

    >>> def count(token, state):  # always writes how many steps it has made
    ...     return np.where(np.arange(5) == state, 0.0, -np.inf), state + 1
    >>> generate(count, 1, start=0, end=4, n=10, temperature=1.0, rng=np.random.default_rng(0))
    [1, 2, 3]
    """
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}: it should be 0 or above")
    tokens: list[int] = []
    token = start
    while len(tokens) < n:
        logits, state = step(token, state)
        token = _draw(logits, temperature, rng)
        if token == end:
            break
        tokens.append(token)
    return tokens


def _draw(logits: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    if temperature == 0:
        return int(logits.argmax())
    # Without the maximum, exp would overflow; the probabilities are the same.
    weights = np.exp((logits - logits.max()) / temperature)
    return int(rng.choice(len(weights), p=weights / weights.sum()))

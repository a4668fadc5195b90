"""Checkpoint and resume: stopped training goes on as if nothing had happened."""

from typing import Any

import numpy as np
from jaxtyping import Float


class Trainer:
    """Linear regression by Adam, on shuffled rows with noise, at a rate that falls every epoch.

    Training is complete as it stands. What is missing is `state` and `load`, for this to hold:

        state = trainer.state()                             after any number of steps
        other = Trainer(x, y, another_seed)                 a new process, perhaps
        other.load(state)                                   from here on, each step of `other` gives
                                                            bit for bit what `trainer` gave

    in the loss and in all public attributes, even in the middle of an epoch.
    """

    def __init__(
        self,
        x: Float[np.ndarray, "n d"],
        y: Float[np.ndarray, "n"],
        seed: int,
        batch_size: int = 4,
        lr: float = 0.1,
    ) -> None:
        """Start before the first epoch, with weights drawn by the seed."""
        self.x, self.y, self.batch_size, self.lr = x, y, batch_size, lr
        self.rng = np.random.default_rng(seed)
        self.params = [self.rng.normal(size=x.shape[1]), np.zeros(1)]
        self.m = [np.zeros_like(param) for param in self.params]
        self.v = [np.zeros_like(param) for param in self.params]
        self.t = self.epoch = 0
        self.order = np.arange(0)  # The rows that are still to come in this epoch.

    def step(self) -> float:
        """Take a step on the next batch and return its loss, the one before the step."""
        if len(self.order) == 0:
            self.epoch += 1
            self.lr *= 0.9
            self.order = self.rng.permutation(len(self.x))
        rows, self.order = self.order[: self.batch_size], self.order[self.batch_size :]
        x = self.x[rows] + 0.1 * self.rng.normal(size=self.x[rows].shape)
        error = (x * self.params[0]).sum(axis=1) + self.params[1] - self.y[rows]
        grads = [2 * (error[:, None] * x).mean(axis=0), 2 * error.mean(keepdims=True)]
        self.t += 1
        for param, m, v, grad in zip(self.params, self.m, self.v, grads, strict=True):
            m += 0.1 * (grad - m)
            v += 0.001 * (grad**2 - v)
            m_hat, v_hat = m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)
            param -= self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)
        return float(np.mean(error**2))

    def state(self) -> dict[str, Any]:
        """Return a snapshot of all that a later step depends on, except x, y and batch_size.

        It is plain data: dicts, lists, tuples, arrays, numbers, strings. Later steps do not change
        it.
        """
        raise NotImplementedError

    def load(self, state: dict[str, Any]) -> None:
        """Go on from `state`, of a Trainer with the same x, y and batch_size.

        The seed and lr that this trainer was given, and what it did, are forgotten. `state` is
        not changed, now or later: it may be loaded again.

        >>> x, y = np.array([[1.0], [2.0], [4.0]]), np.array([3.0, 5.0, 9.0])
        >>> trainer, other = Trainer(x, y, seed=1, batch_size=2), Trainer(x, y, 2, batch_size=2)
        >>> _ = trainer.step()
        >>> other.load(trainer.state())
        >>> [trainer.step() for _ in range(5)] == [other.step() for _ in range(5)]
        True
        """
        raise NotImplementedError

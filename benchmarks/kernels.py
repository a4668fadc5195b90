"""What `kata bench` times: for each vectorised kata a kernel at a usual size, in float32."""

import numpy as np
import torch

from kata.bench import Kernel


def _normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


KERNELS = [
    Kernel(
        "basics/softmax",
        "softmax",
        "one_row_at_a_time",
        lambda rng: (_normal(rng, 512, 256),),
        lambda x: torch.softmax(x, dim=-1),
    ),
]

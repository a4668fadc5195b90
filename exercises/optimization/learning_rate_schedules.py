"""Learning rate schedules: step, exponential and cosine.

Each function returns the learning rate of one step, a float. `step` is counted from 0; steps may be
asked for in any order, and more than once.

    Raises    ValueError if step < 0
    Speed     the work grows neither with `step` nor with `total`
    Source    Loshchilov & Hutter 2017 (cosine); step_decay, exponential_decay as in torch's StepLR
              and ExponentialLR
"""


def step_decay(step: int, base_lr: float, step_size: int, gamma: float = 0.1) -> float:
    """The learning rate is multiplied by `gamma` every `step_size` steps.

        lr = base_lr · gamma^k       k = ⌊step / step_size⌋

    `gamma` is above 0 and at most 1.

    Raises    ValueError if step_size < 1

    >>> [step_decay(step, base_lr=8.0, step_size=2, gamma=0.5) for step in range(5)]
    [8.0, 8.0, 4.0, 4.0, 2.0]
    """
    raise NotImplementedError


def exponential_decay(step: int, base_lr: float, gamma: float) -> float:
    """The learning rate is multiplied by `gamma` at every step.

        lr = base_lr · gamma^step

    `gamma` is above 0 and at most 1.

    >>> [exponential_decay(step, base_lr=8.0, gamma=0.5) for step in range(4)]
    [8.0, 4.0, 2.0, 1.0]
    """
    raise NotImplementedError


def cosine_decay(step: int, base_lr: float, total: int, floor: float = 0.0) -> float:
    """The learning rate falls along half a cosine wave, from `base_lr` to `floor`.

        lr = floor + (base_lr − floor) · (1 + cos(π · step / total)) / 2        while step < total
        lr = floor                                                              from total on

    `floor` is from 0 to `base_lr`.

    Raises    ValueError if total < 1

    >>> [round(cosine_decay(step, base_lr=8.0, total=4, floor=2.0), 2) for step in range(6)]
    [8.0, 7.12, 5.0, 2.88, 2.0, 2.0]
    """
    raise NotImplementedError

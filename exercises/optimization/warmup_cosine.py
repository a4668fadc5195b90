"""Warm-up, then a cosine: the learning rate of most transformers."""


def warmup_cosine(step: int, peak: float, warmup: int, total: int, floor: float = 0.0) -> float:
    """The learning rate rises linearly from 0 to `peak`, then falls along half a cosine to `floor`.

        lr = peak · step / warmup                                 while step < warmup
        lr = floor + (peak − floor) · (1 + cos(π · t)) / 2        while warmup ≤ step < total
             with t = (step − warmup) / (total − warmup)
        lr = floor                                                from total on

    Returns the learning rate of one step, a float. `step` is counted from 0; steps may be asked for
    in any order, and more than once. `warmup` may be 0; the first step is then at the peak.
    `floor` is from 0 to `peak` and does not affect the warm-up.

    Raises    ValueError if step < 0, and at any step unless 0 ≤ warmup < total
    Speed     the work grows with neither `step` nor `warmup` nor `total`
    Source    Loshchilov & Hutter 2017, §3 (cosine); Goyal et al. 2017, §2.2 (warm-up)

    >>> [warmup_cosine(step, peak=8.0, warmup=2, total=6, floor=2.0) for step in (0, 1, 2, 4, 6)]
    [0.0, 4.0, 8.0, 5.0, 2.0]
    """
    raise NotImplementedError

"""The one-cycle policy: up to a very high learning rate, and down again to almost none."""


def one_cycle(
    step: int,
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> float:
    """The learning rate rises along half a cosine and falls along another, far below its start.

        initial = max_lr / div_factor             at step 0
        max_lr                                    at peak = pct_start · total_steps − 1
        final   = initial / final_div_factor      at last = total_steps − 1, and after it

    Between neighbouring points, a at step s and b at step e:

        lr = b + (a − b) · (1 + cos(π · t)) / 2        t = (step − s) / (e − s)

    Returns the learning rate of one step, a float. `step` is counted from 0; steps may be asked for
    in any order, and more than once. `peak` need not be whole; if it is not, no step quite reaches
    max_lr. Both factors are 1 or more.

    Raises    ValueError if step < 0, and at any step unless 0 < peak < last
    Speed     the work grows with neither `step` nor `total_steps`
    Source    Smith & Topin 2018, whose cycle is linear; two half cosines as in
              torch.optim.lr_scheduler.OneCycleLR

    >>> [one_cycle(step, 8.0, 10, 0.5, div_factor=4.0, final_div_factor=2.0) for step in (0, 2, 4)]
    [2.0, 5.0, 8.0]
    """
    raise NotImplementedError

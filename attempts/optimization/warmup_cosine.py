import cmath
import math

import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.warmup_cosine import warmup_cosine


def check(step, warmup, total):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("the steps are not in order")


def fall(peak, floor, progress):
    return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2


@right(warmup_cosine)
def by_interpolation(step, peak, warmup, total, floor=0.0):
    """np.interp stays at its last value beyond the end, so nothing has to be clamped."""
    check(step, warmup, total)
    if step < warmup:
        return float(np.interp(step, [0, warmup], [0, peak]))
    quarter_wave = np.interp(step, [warmup, total], [0, math.pi / 2])
    return float(peak * math.cos(quarter_wave) ** 2 + floor * math.sin(quarter_wave) ** 2)


@right(warmup_cosine)
def as_the_smaller_of_two(step, peak, warmup, total, floor=0.0):
    """The line and the cosine meet at the peak: before, the cosine is held there."""
    check(step, warmup, total)
    line = peak * step / warmup if warmup else math.inf
    progress = np.clip((step - warmup) / (total - warmup), 0, 1)
    turned = cmath.exp(1j * math.pi * float(progress))
    return float(min(line, (peak + floor) / 2 + (peak - floor) / 2 * turned.real))


@right(warmup_cosine)
def by_the_middle(step, peak, warmup, total, floor=0.0):
    check(step, warmup, total)
    if step >= total:
        return float(floor)
    if step >= warmup:
        middle = (warmup + total) / 2
        swing = math.sin(math.pi * (step - middle) / (total - warmup))
        return (peak + floor - (peak - floor) * swing) / 2
    return step * (peak / warmup)


# --- The warm-up -----------------------------------------------------------------------------


@wrong(
    warmup_cosine,
    "The warm-up counts from 1: its first step is already at peak / warmup, and it ends a step too "
    "early. Steps are counted from 0.",
)
def warm_up_from_1(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return peak * (step + 1) / warmup if step < warmup else right


@wrong(
    warmup_cosine,
    "The peak is reached at step warmup − 1, a step too early.",
)
def peak_a_step_early(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return peak * step / max(1, warmup - 1) if step < warmup else right


@wrong(
    warmup_cosine,
    "The peak is reached at step warmup + 1, a step too late.",
)
def peak_a_step_late(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return peak * step / (warmup + 1) if step <= warmup and warmup else right


@wrong(
    warmup_cosine,
    "The warm-up begins at the floor. It begins at 0: the floor is where the cosine ends.",
)
def warm_up_from_the_floor(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return floor + (peak - floor) * step / warmup if step < warmup else right


@wrong(
    warmup_cosine,
    "The floor holds in the warm-up too, and the learning rate waits there. It should rise in a "
    "line from 0.",
)
def no_warm_up_below_the_floor(step, peak, warmup, total, floor=0.0):
    return max(floor, warmup_cosine(step, peak, warmup, total, floor))


@wrong(
    warmup_cosine,
    "The warm-up rises along a cosine, slowly at both ends. It is a line.",
)
def warm_up_along_a_cosine(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return fall(0.0, peak, step / warmup) if step < warmup else right


@wrong(
    warmup_cosine,
    "The quotient step / warmup is rounded down, as // does: it is 0 all through the warm-up.",
)
def quotient_rounded_down(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return peak * (step // warmup) if step < warmup else right


@wrong(warmup_cosine, "There is no warm-up: the first steps are at the peak.")
def no_warm_up(step, peak, warmup, total, floor=0.0):
    check(step, warmup, total)
    return warmup_cosine(max(step, warmup), peak, warmup, total, floor)


@wrong(
    warmup_cosine,
    "The warm-up is a factor on a cosine that runs from step 0. The cosine begins only when the "
    "warm-up has ended; so the peak is never reached.",
)
def warm_up_as_a_factor(step, peak, warmup, total, floor=0.0):
    check(step, warmup, total)
    factor = min(1.0, step / warmup) if warmup else 1.0
    return factor * fall(peak, floor, min(1.0, step / total))


@wrong(
    warmup_cosine,
    "A warm-up of 0 steps ends in a division by 0.",
)
def division_by_a_warm_up_of_0(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return right if step / warmup > 1 else peak * step / warmup


# --- The cosine ------------------------------------------------------------------------------


@wrong(
    warmup_cosine,
    "The cosine counts its steps from the start of the run. It starts when the warm-up ends, so "
    "the learning rate drops there all at once.",
)
def cosine_from_the_start(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return right if step < warmup else fall(peak, floor, min(1.0, step / total))


@wrong(
    warmup_cosine,
    "The cosine is stretched over `total` steps, but only what the warm-up leaves of them is there "
    "for it: it is cut off above the floor.",
)
def cosine_cut_off(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return fall(peak, floor, (step - warmup) / total) if warmup <= step < total else right


@wrong(
    warmup_cosine,
    "`total` is taken for the length of the cosine alone. It counts the steps of the warm-up too.",
)
def total_without_the_warm_up(step, peak, warmup, total, floor=0.0):
    check(step, warmup, total)
    return warmup_cosine(step, peak, warmup, warmup + total, floor)


@wrong(
    warmup_cosine,
    "The floor is reached at step total − 1, a step too early.",
)
def floor_a_step_early(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    progress = min(1.0, (step - warmup) / max(1, total - 1 - warmup))
    return right if step < warmup else fall(peak, floor, progress)


@wrong(
    warmup_cosine,
    "The floor is reached at step total + 1, a step too late.",
)
def floor_a_step_late(step, peak, warmup, total, floor=0.0):
    check(step, warmup, total)
    return warmup_cosine(step, peak, warmup, total + 1, floor)


@wrong(
    warmup_cosine,
    "The cosine begins a step after the warm-up's end, so the peak is held for two steps.",
)
def cosine_a_step_late(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    progress = max(0, step - warmup - 1) / (total - warmup)
    return fall(peak, floor, progress) if warmup <= step < total else right


@wrong(
    warmup_cosine,
    "After `total` the cosine goes on and the learning rate rises again.",
)
def not_clamped(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return right if step < warmup else fall(peak, floor, (step - warmup) / (total - warmup))


@wrong(
    warmup_cosine,
    "From `total` on the learning rate is 0. It should stay at the floor.",
)
def zero_after_the_end(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    return right if step < total else 0.0


@wrong(warmup_cosine, "After `total` it raises an error. The learning rate stays at the floor.")
def an_error_after_the_end(step, peak, warmup, total, floor=0.0):
    if step > total:
        raise ValueError("the schedule has ended")
    return warmup_cosine(step, peak, warmup, total, floor)


@wrong(warmup_cosine, "The argument `floor` is not used: the learning rate falls to 0.")
def floor_ignored(step, peak, warmup, total, floor=0.0):
    return warmup_cosine(step, peak, warmup, total)


@wrong(
    warmup_cosine,
    "The floor cuts off a cosine that falls to 0. The cosine itself should end at the floor, so "
    "its height is smaller.",
)
def floor_as_a_cut(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total)
    return right if step < warmup else max(floor, right)


@wrong(
    warmup_cosine,
    "The floor is added to a cosine of full height, which then starts above the peak.",
)
def floor_on_top(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total)
    return right if step < warmup else floor + right


@wrong(
    warmup_cosine,
    "The floor is taken for a share of the peak. It is a learning rate itself.",
)
def floor_as_a_share(step, peak, warmup, total, floor=0.0):
    return warmup_cosine(step, peak, warmup, total, floor * peak)


@wrong(
    warmup_cosine,
    "Half a cosine goes from 1 to −1. Without bringing it to 1 … 0 the learning rate becomes "
    "negative.",
)
def a_bare_cosine(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    progress = min(1.0, (step - warmup) / (total - warmup))
    if step < warmup:
        return right
    return floor + (peak - floor) * math.cos(math.pi * progress)


@wrong(
    warmup_cosine,
    "The cosine runs through a whole wave: it is at the floor half-way and back at the peak at the "
    "end. Half a wave is wanted.",
)
def a_whole_wave(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    progress = (step - warmup) / (total - warmup)
    return fall(peak, floor, 2 * progress) if warmup <= step < total else right


@wrong(
    warmup_cosine,
    "The cosine runs through a quarter of a wave, from 1 to 0: it arrives at its steepest. Half a "
    "wave is wanted, flat at both ends.",
)
def a_quarter_wave(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    progress = min(1.0, (step - warmup) / (total - warmup))
    if step < warmup:
        return right
    return floor + (peak - floor) * math.cos(math.pi / 2 * progress)


@wrong(warmup_cosine, "After the warm-up it falls in a line. It should fall along a cosine.")
def falls_in_a_line(step, peak, warmup, total, floor=0.0):
    right = warmup_cosine(step, peak, warmup, total, floor)
    progress = min(1.0, (step - warmup) / (total - warmup))
    return right if step < warmup else peak + (floor - peak) * progress


# --- Manners ---------------------------------------------------------------------------------


@wrong(
    warmup_cosine,
    "A negative step raises no error: it gets a negative learning rate, or goes up the cosine.",
)
def negative_steps(step, peak, warmup, total, floor=0.0):
    check(0, warmup, total)
    if step < warmup:
        return peak * step / warmup
    return fall(peak, floor, min(1.0, (step - warmup) / (total - warmup)))


@wrong(warmup_cosine, "A negative `warmup` raises no error.")
def negative_warm_up(step, peak, warmup, total, floor=0.0):
    return warmup_cosine(step, peak, max(0, warmup), total, floor)


@wrong(
    warmup_cosine,
    "A `warmup` that is not below `total` raises no error, though no step is left for the cosine.",
)
def no_room_for_the_cosine(step, peak, warmup, total, floor=0.0):
    return warmup_cosine(step, peak, warmup, max(total, warmup + 1), floor)


@wrong(
    warmup_cosine,
    "`warmup` and `total` are only checked once the warm-up is over: before, a `warmup` that "
    "leaves no step for the cosine raises no error.",
)
def checked_too_late(step, peak, warmup, total, floor=0.0):
    if 0 <= step < warmup:
        return peak * step / warmup
    return warmup_cosine(step, peak, warmup, total, floor)


@wrong(
    warmup_cosine,
    "It walks through all steps before the one asked for. A formula gives any step at once.",
)
def step_by_step(step, peak, warmup, total, floor=0.0):
    rate = warmup_cosine(0, peak, warmup, total, floor)
    for earlier in range(step):
        rate = warmup_cosine(earlier + 1, peak, warmup, total, floor)
    return rate

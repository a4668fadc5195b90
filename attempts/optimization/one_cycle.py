import cmath
import math

import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.one_cycle import one_cycle


def check(step, total_steps, pct_start):
    if step < 0 or not 0 < pct_start * total_steps - 1 < total_steps - 1:
        raise ValueError("no such step, or no room for both phases")


def wave(start, end, progress):
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2


@right(one_cycle)
def by_interpolation(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    """One number says where in the cycle a step is: its whole part is the phase."""
    check(step, total_steps, pct_start)
    corners = [0, pct_start * total_steps - 1, total_steps - 1]
    low = max_lr / div_factor
    rates = [low, max_lr, low / final_div_factor]
    # Past the last corner np.interp stays there.
    phase, progress = divmod(float(np.interp(step, corners, [0.0, 1.0, 2.0])), 1)
    here, there = rates[int(phase)], rates[min(int(phase) + 1, 2)]
    return here + (there - here) * math.sin(math.pi / 2 * progress) ** 2


@right(one_cycle)
def by_a_table_of_phases(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial = max_lr / div_factor
    final = max_lr / (div_factor * final_div_factor)
    peak = total_steps * pct_start - 1
    phases = [
        (0, peak, initial, max_lr),
        (peak, total_steps - 1, max_lr, final),
        (total_steps - 1, math.inf, final, final),
    ]
    begin, end, a, b = next(phase for phase in phases if step <= phase[1])
    turned = cmath.exp(1j * math.pi * (step - begin) / (end - begin)).real
    return (a + b) / 2 + (a - b) / 2 * turned


@right(one_cycle)
def with_one_wave_from_the_peak(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    """The distance from the peak, in half waves: what is below max_lr there is taken off."""
    check(step, total_steps, pct_start)
    peak, last = pct_start * total_steps - 1, total_steps - 1
    distance = min(step, last) - peak
    foot = max_lr / div_factor
    length = peak
    if distance > 0:
        foot /= final_div_factor
        length = last - peak
    return float(max_lr - (max_lr - foot) * np.sin(np.pi / 2 * distance / length) ** 2)


def corners(total_steps, pct_start):
    return pct_start * total_steps - 1, total_steps - 1


def ends(max_lr, div_factor, final_div_factor):
    return max_lr / div_factor, max_lr / div_factor / final_div_factor


def two_phases(step, peak, last, initial, max_lr, final, rise=wave, fall=wave):
    if step <= peak:
        return rise(initial, max_lr, step / peak)
    return fall(max_lr, final, min((step - peak) / (last - peak), 1.0))


# --- Where the corners are -------------------------------------------------------------------


@wrong(
    one_cycle,
    "The peak is at step pct_start · total_steps, a step too late: steps are counted from 0.",
)
def peak_a_step_late(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak + 1, last, initial, max_lr, final)


@wrong(
    one_cycle,
    "The peak is at its share of the last step's number. The share is one of `total_steps`, "
    "and then 1 is taken off.",
)
def peak_as_a_share_of_the_last_step(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    _, last = corners(total_steps, pct_start)
    return two_phases(step, pct_start * last, last, initial, max_lr, final)


@wrong(
    one_cycle,
    "The peak is rounded to a whole step. It may lie between two.",
)
def peak_rounded(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, max(1, int(peak)), last, initial, max_lr, final)


@wrong(
    one_cycle,
    "The fall ends at step total_steps. The last step has the number total_steps − 1, so the "
    "run ends above the lowest rate.",
)
def end_a_step_late(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last + 1, initial, max_lr, final)


@wrong(
    one_cycle,
    "Peak and end both come a step too late. Steps are counted from 0, so the last one is "
    "total_steps − 1, and 1 is taken off the peak too.",
)
def peak_and_end_a_step_late(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    return two_phases(step, pct_start * total_steps, total_steps, initial, max_lr, final)


@wrong(
    one_cycle,
    "Steps are counted from 1: the whole cycle comes a step too early.",
)
def counted_from_1(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    return one_cycle(step + 1, max_lr, total_steps, pct_start, div_factor, final_div_factor)


@wrong(
    one_cycle,
    "The argument `pct_start` is not used: the peak is always after 0.3 of the steps.",
)
def pct_start_ignored(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    return one_cycle(step, max_lr, max(total_steps, 4), 0.3, div_factor, final_div_factor)


@wrong(
    one_cycle,
    "There are three phases: as long down as up, and a tail to the lowest rate. That is the "
    "policy of the paper; here one fall goes from the peak to the end.",
)
def three_phases(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    if step <= peak:
        return wave(initial, max_lr, step / peak)
    if step <= 2 * peak:
        return wave(max_lr, initial, step / peak - 1)
    return wave(initial, final, min((step - 2 * peak) / (last - 2 * peak), 1.0))


# --- Where it starts and ends ----------------------------------------------------------------


@wrong(
    one_cycle,
    "The lowest rate is max_lr / final_div_factor. That factor divides the rate of the start, "
    "which is below max_lr already.",
)
def final_from_the_peak(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, _ = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last, initial, max_lr, max_lr / final_div_factor)


@wrong(
    one_cycle,
    "The two factors are swapped: `div_factor` belongs to the start.",
)
def factors_swapped(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    return one_cycle(step, max_lr, total_steps, pct_start, final_div_factor, div_factor)


@wrong(
    one_cycle,
    "It starts at 0. It should start at max_lr / div_factor.",
)
def starts_at_0(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    _, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last, 0.0, max_lr, final)


@wrong(
    one_cycle,
    "It starts at the lowest rate. Only `div_factor` divides the rate of the start.",
)
def starts_as_low_as_it_ends(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    _, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last, final, max_lr, final)


@wrong(
    one_cycle,
    "It ends at the rate of the start: `final_div_factor` is not used.",
)
def ends_where_it_started(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, _ = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last, initial, max_lr, initial)


@wrong(
    one_cycle,
    "It ends at 0. It should end at the rate of the start over `final_div_factor`.",
)
def ends_at_0(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, _ = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last, initial, max_lr, 0.0)


@wrong(
    one_cycle,
    "The argument `div_factor` is not used: the start is always at max_lr / 25.",
)
def div_factor_ignored(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    return one_cycle(step, max_lr, total_steps, pct_start, 25.0, final_div_factor)


@wrong(
    one_cycle,
    "The defaults are not 0.3, 25 and 10,000.",
)
def with_the_defaults_of_fastai(
    step, max_lr, total_steps, pct_start=0.25, div_factor=25.0, final_div_factor=1e5
):
    return one_cycle(step, max_lr, total_steps, pct_start, div_factor, final_div_factor)


# --- The way between -------------------------------------------------------------------------


@wrong(
    one_cycle,
    "Both ways are lines. They should be half cosines, flat at both ends.",
)
def in_lines(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    rates = [initial, max_lr, final]
    return float(np.interp(step, [0, peak, last], rates))


@wrong(
    one_cycle,
    "The rise is a line, as in a warm-up. Here it is half a cosine, just as the fall is.",
)
def rises_in_a_line(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)

    def line(start, end, progress):
        return start + (end - start) * progress

    return two_phases(step, peak, last, initial, max_lr, final, rise=line)


@wrong(
    one_cycle,
    "The rise and the fall are quarters of a wave: there is a kink at one end of each. Half a "
    "wave is wanted, flat at both ends.",
)
def quarter_waves(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)

    def quarter(start, end, progress):
        return end + (start - end) * math.cos(math.pi / 2 * progress)

    return two_phases(step, peak, last, initial, max_lr, final, quarter, quarter)


@wrong(
    one_cycle,
    "The ends of each way are swapped: it falls where it should rise, and jumps at the peak.",
)
def ends_swapped(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)

    def swapped(start, end, progress):
        return wave(end, start, progress)

    return two_phases(step, peak, last, initial, max_lr, final, swapped, swapped)


@wrong(
    one_cycle,
    "1 + cos goes from 2 to 0. It is not halved here, so each way is twice as high.",
)
def without_the_half(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)

    def twice(start, end, progress):
        return end + (start - end) * (1 + math.cos(math.pi * progress))

    return two_phases(step, peak, last, initial, max_lr, final, twice, twice)


@wrong(
    one_cycle,
    "The fall counts its steps from the start of the run. It starts at the peak, so the rate "
    "drops there all at once.",
)
def fall_from_the_start(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    if step <= peak:
        return wave(initial, max_lr, step / peak)
    return wave(max_lr, final, min(step / last, 1.0))


@wrong(
    one_cycle,
    "The fall is stretched over the whole run, but only what the rise leaves of it is there: "
    "it is cut off far above its end.",
)
def fall_cut_off(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    if step <= peak:
        return wave(initial, max_lr, step / peak)
    return wave(max_lr, final, (step - peak) / last) if step < last else final


# --- After the end, and manners --------------------------------------------------------------


@wrong(
    one_cycle,
    "After its last step the cosine goes on and the learning rate rises again.",
)
def not_clamped(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(step, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    if step <= peak:
        return wave(initial, max_lr, step / peak)
    return wave(max_lr, final, (step - peak) / (last - peak))


@wrong(
    one_cycle,
    "After its last step the cycle begins anew. There is one cycle only.",
)
def cycle_after_cycle(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    check(step, total_steps, pct_start)
    return one_cycle(
        step % total_steps, max_lr, total_steps, pct_start, div_factor, final_div_factor
    )


@wrong(
    one_cycle,
    "After its last step it raises an error. The learning rate stays where it is.",
)
def an_error_after_the_end(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    if step >= total_steps:
        raise ValueError("the cycle has ended")
    return one_cycle(step, max_lr, total_steps, pct_start, div_factor, final_div_factor)


@wrong(
    one_cycle,
    "A negative step raises no error: it is taken for a point of the rise.",
)
def negative_steps(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    check(0, total_steps, pct_start)
    initial, final = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    return two_phases(step, peak, last, initial, max_lr, final)


@wrong(
    one_cycle,
    "A peak at step 0 or before it raises no error: the rise has no steps.",
)
def no_room_to_rise(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    if total_steps > 1 and pct_start * total_steps <= 1:
        pct_start = 1.5 / total_steps
    return one_cycle(step, max_lr, total_steps, pct_start, div_factor, final_div_factor)


@wrong(
    one_cycle,
    "A peak at the last step or after it raises no error: the fall has no steps.",
)
def no_room_to_fall(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    initial, _ = ends(max_lr, div_factor, final_div_factor)
    peak, last = corners(total_steps, pct_start)
    if step >= 0 and 0 < last <= peak:
        return wave(initial, max_lr, min(1.0, step / peak))
    return one_cycle(step, max_lr, total_steps, pct_start, div_factor, final_div_factor)


@wrong(
    one_cycle,
    "Only the phase that the step is in is checked: while the rate rises, a peak after the "
    "last step raises no error.",
)
def checked_in_its_own_phase(
    step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4
):
    initial, _ = ends(max_lr, div_factor, final_div_factor)
    peak, _ = corners(total_steps, pct_start)
    if 0 <= step <= peak:
        return wave(initial, max_lr, step / peak)
    return one_cycle(step, max_lr, total_steps, pct_start, div_factor, final_div_factor)


@wrong(
    one_cycle,
    "It walks through all steps before the one asked for. A formula gives any step at once.",
)
def step_by_step(step, max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    rate = one_cycle(0, max_lr, total_steps, pct_start, div_factor, final_div_factor)
    for earlier in range(step):
        rate = one_cycle(earlier + 1, max_lr, total_steps, pct_start, div_factor, final_div_factor)
    return rate

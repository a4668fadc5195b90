import cmath
import math

import numpy as np

from kata.attempts import right, slip
from solutions.optimization.one_cycle import one_cycle


def check(step, total_steps, pct_start):
    if step < 0 or not 0 < pct_start * total_steps - 1 < total_steps - 1:
        raise ValueError("no such step, or no room for both phases")


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


# --- Where the corners are -------------------------------------------------------------------

peak_a_step_late = slip(
    "The peak is at step pct_start · total_steps, a step too late: steps are counted from 0.",
    {"pct_start * total_steps - 1, total_steps - 1": ("pct_start * total_steps, total_steps - 1")},
)

peak_as_a_share_of_the_last_step = slip(
    "The peak is at its share of the last step's number. The share is one of `total_steps`; then "
    "1 is subtracted.",
    {
        "pct_start * total_steps - 1, total_steps - 1": (
            "pct_start * (total_steps - 1), total_steps - 1"
        )
    },
)

peak_rounded = slip(
    "The peak is rounded to a whole step. It may lie between two.",
    {
        "pct_start * total_steps - 1, total_steps - 1": (
            "int(pct_start * total_steps) - 1, total_steps - 1"
        )
    },
)

end_a_step_late = slip(
    "The fall ends at step total_steps. The last step has the number total_steps − 1.",
    {"pct_start * total_steps - 1, total_steps - 1": ("pct_start * total_steps - 1, total_steps")},
)

peak_and_end_a_step_late = slip(
    "Peak and end both come a step too late: steps are counted from 0.",
    {"pct_start * total_steps - 1, total_steps - 1": "pct_start * total_steps, total_steps"},
)

counted_from_1 = slip(
    "Steps are counted from 1: the whole cycle comes a step too early.",
    {"final = initial /": "step += 1\nfinal = initial /"},
)

the_share_of_the_fall = slip(
    "`pct_start` is used as the share of the fall. It is that of the rise.",
    {"pct_start * total_steps - 1,": "(1 - pct_start) * total_steps - 1,"},
)

three_phases = slip(
    "There are three phases: as long down as up, and a tail, as in the paper. One fall should go "
    "from the peak to the end.",
    {
        "return _annealed(max_lr,": "if step <= 2 * peak:\n"
        "    return _annealed(max_lr, initial, step / peak - 1)\n"
        "return _annealed(initial,",
        "(step - peak) / (last - peak)": "(step - 2 * peak) / (last - 2 * peak)",
    },
)

# --- Where it starts and ends ----------------------------------------------------------------

final_from_the_peak = slip(
    "The lowest rate is max_lr / final_div_factor. That factor should divide the first rate.",
    {"final = initial / final": "final = max_lr / final"},
)

factors_swapped = slip(
    "The two factors are swapped: `div_factor` belongs to the start.",
    {
        "initial = max_lr / div_factor\nfinal = initial / final_div_factor": (
            "initial = max_lr / final_div_factor\nfinal = initial / div_factor"
        )
    },
)

starts_at_0 = slip(
    "It starts at 0. It should start at max_lr / div_factor.",
    {"_annealed(initial, max_lr": "_annealed(0.0, max_lr"},
)

starts_as_low_as_it_ends = slip(
    "It starts at the lowest rate. Only `div_factor` divides the rate of the start.",
    {"_annealed(initial, max_lr": "_annealed(final, max_lr"},
)

ends_where_it_started = slip(
    "It ends at the rate of the start: `final_div_factor` is not used.",
    {"_annealed(max_lr, final": "_annealed(max_lr, initial"},
)

ends_at_0 = slip(
    "It ends at 0. It should end at the rate of the start over `final_div_factor`.",
    {"_annealed(max_lr, final": "_annealed(max_lr, 0.0"},
)

# --- The way between -------------------------------------------------------------------------

in_lines = slip(
    "Rise and fall are straight lines. They should be half cosines, flat at both ends.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 - progress)"},
)

rises_in_a_line = slip(
    "The rise is a straight line, as in a warm-up. It is half a cosine, just as the fall is.",
    {"_annealed(initial, max_lr, step / peak)": "initial + (max_lr - initial) * step / peak"},
)

falls_in_a_line = slip(
    "The fall is a straight line. It is half a cosine, just as the rise is.",
    {"_annealed(max_lr, final, min(": "max_lr + (final - max_lr) * (min("},
)

quarter_waves = slip(
    "Rise and fall are quarters of a wave, with a kink at one end of each. They should be half "
    "waves, flat at both ends.",
    {"(1 + math.cos(math.pi * progress)) / 2": "math.cos(math.pi / 2 * progress)"},
)

ends_swapped = slip(
    "The ends of each way are swapped: the rate falls where it should rise, and jumps at the peak.",
    {"end + (start - end) *": "start + (end - start) *"},
)

without_the_half = slip(
    "1 + cos goes from 2 to 0 and is not halved.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 + math.cos(math.pi * progress))"},
)

only_the_cosine_halved = slip(
    "Only the cosine is halved. The 1 beside it should be halved too: mind the brackets.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 + math.cos(math.pi * progress) / 2)"},
)

fall_from_the_start = slip(
    "The fall counts its steps from the start of the run instead of from the peak, so the rate "
    "drops there all at once.",
    {"min((step - peak) / (last - peak), 1.0)": "min(step / last, 1.0)"},
)

# --- After the end, and manners --------------------------------------------------------------

not_clamped = slip(
    "After the last step the cosine goes on, and the learning rate rises again.",
    {"min((step - peak) / (last - peak), 1.0)": "(step - peak) / (last - peak)"},
)

cycle_after_cycle = slip(
    "After its last step the cycle begins anew. There is only one cycle.",
    {"final = initial /": "step %= total_steps\nfinal = initial /"},
)

zero_after_the_end = slip(
    "After its last step the rate is 0. It should stay where it is.",
    {"final = initial /": "if step > last:\n    return 0.0\nfinal = initial /"},
)

an_error_after_the_end = slip(
    "After its last step it raises an error. The learning rate should stay where it is.",
    {"if step < 0:": "if not 0 <= step <= last:"},
)

negative_steps = slip(
    "A negative step raises no error: it is treated as a point of the rise.",
    {"if step < 0:": "if False:"},
)

no_room_to_rise = slip(
    "A peak at step 0 or before it raises no ValueError, though the rise has no steps.",
    {"0 < peak < last:": "peak < last:"},
)

no_room_to_fall = slip(
    "A peak at the last step or after it raises no ValueError, though the fall has no steps.",
    {"0 < peak < last:": "0 < peak:"},
)

import cmath
import math

import numpy as np

from kata.attempts import right, slip
from solutions.optimization.warmup_cosine import warmup_cosine


def check(step, warmup, total):
    if step < 0 or warmup < 0 or total <= warmup:
        raise ValueError("the steps are not in order")


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


# --- The warm-up -----------------------------------------------------------------------------

warm_up_from_1 = slip(
    "The warm-up counts from 1: its first step is at peak / warmup already. Steps count from 0.",
    {"peak * step / warmup": "peak * (step + 1) / warmup"},
)

peak_a_step_early = slip(
    "The peak is reached at step warmup − 1, a step too early.",
    {"peak * step / warmup": "peak * step / max(warmup - 1, 1)"},
)

warm_up_from_the_floor = slip(
    "The warm-up begins at the floor. It should begin at 0: the floor is where the cosine ends.",
    {"peak * step / warmup": "floor + (peak - floor) * step / warmup"},
)

no_warm_up_below_the_floor = slip(
    "The floor holds in the warm-up too, and the rate waits there. It should rise in a straight "
    "line from 0.",
    {"peak * step / warmup": "max(floor, peak * step / warmup)"},
)

warm_up_along_a_cosine = slip(
    "The warm-up rises along a cosine, slowly at both ends. It should be a straight line.",
    {"peak * step / warmup": "peak * (1 - math.cos(math.pi * step / warmup)) / 2"},
)

no_warm_up = slip(
    "There is no warm-up: the first steps are at the peak.", {"peak * step / warmup": "peak"}
)

warm_up_as_a_factor = slip(
    "The warm-up is a factor on a cosine that runs from step 0, so the peak is never reached. "
    "The cosine should begin when the warm-up ends.",
    {
        "if step < warmup:\n    return peak * step / warmup": (
            "if warmup:\n"
            "    peak, floor = (rate * min(step / warmup, 1.0) for rate in (peak, floor))"
        ),
        "min((step - warmup) / (total - warmup), 1.0)": "min(step / total, 1.0)",
    },
)

division_by_a_warm_up_of_0 = slip(
    "A warm-up of 0 steps ends in a division by 0.", {"if step < warmup:": "if step / warmup < 1:"}
)

# --- The cosine ------------------------------------------------------------------------------

cosine_from_the_start = slip(
    "The cosine counts its steps from the start of the run instead of from the end of the "
    "warm-up, so the rate drops there all at once.",
    {"min((step - warmup) / (total - warmup), 1.0)": "min(step / total, 1.0)"},
)

total_without_the_warm_up = slip(
    "`total` is used as the length of the cosine alone. It counts the steps of the warm-up too.",
    {"min((step - warmup) / (total - warmup), 1.0)": "min((step - warmup) / total, 1.0)"},
)

floor_a_step_early = slip(
    "The floor is reached at step total − 1, a step too early.",
    {"(total - warmup),": "max(total - warmup - 1, 1),"},
)

floor_a_step_late = slip(
    "The floor is reached at step total + 1, a step too late.",
    {"(total - warmup),": "(total - warmup + 1),"},
)

cosine_a_step_late = slip(
    "The cosine begins a step after the warm-up's end, so the peak lasts for two steps.",
    {"min((step - warmup)": "min(max(step - warmup - 1, 0)"},
)

not_clamped = slip(
    "After `total` the cosine goes on, and the learning rate rises again.",
    {"min((step - warmup) / (total - warmup), 1.0)": "(step - warmup) / (total - warmup)"},
)

zero_after_the_end = slip(
    "From `total` on the learning rate is 0. It should stay at the floor.",
    {"return floor +": "if step >= total:\n    return 0.0\nreturn floor +"},
)

an_error_after_the_end = slip(
    "After `total` it raises an error. The learning rate should stay at the floor.",
    {"if step < 0:": "if not 0 <= step <= total:"},
)

floor_as_a_cut = slip(
    "The floor cuts off a cosine that falls to 0. The cosine itself should end at the floor.",
    {
        "return floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2": (
            "return max(floor, peak * (1 + math.cos(math.pi * progress)) / 2)"
        )
    },
)

floor_on_top = slip(
    "The floor is added to a cosine of full height, which then starts above the peak.",
    {"(peak - floor) * (1 + math": "peak * (1 + math"},
)

floor_as_a_share = slip(
    "The floor is used as a share of the peak. It is a learning rate itself.",
    {"progress = min(": "floor *= peak\nprogress = min("},
)

a_bare_cosine = slip(
    "Half a cosine goes from 1 to −1, so the rate becomes negative. It should go from 1 to 0.",
    {"(1 + math.cos(math.pi * progress)) / 2": "math.cos(math.pi * progress)"},
)

without_the_half = slip(
    "1 + cos goes from 2 to 0 and is not halved: the cosine starts far above the peak.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 + math.cos(math.pi * progress))"},
)

only_the_cosine_halved = slip(
    "Only the cosine is halved. The 1 beside it should be halved too: mind the brackets.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 + math.cos(math.pi * progress) / 2)"},
)

the_other_way_up = slip(
    "After the warm-up it rises from the floor to the peak: the cosine has the wrong sign.",
    {"1 + math.cos": "1 - math.cos"},
)

a_whole_wave = slip(
    "The cosine runs through a whole wave, back to the peak. It should be half a wave.",
    {"math.pi * progress": "2 * math.pi * progress"},
)

a_quarter_wave = slip(
    "The cosine runs through a quarter of a wave, from 1 to 0, steepest at its end. It should be "
    "half a wave, flat at both ends.",
    {"(1 + math.cos(math.pi * progress)) / 2": "math.cos(math.pi / 2 * progress)"},
)

falls_in_a_line = slip(
    "After the warm-up the rate falls in a straight line. It should fall along a cosine.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 - progress)"},
)

# --- Manners ---------------------------------------------------------------------------------

negative_steps = slip("A negative step raises no error.", {"if step < 0:": "if False:"})

negative_warm_up = slip(
    "A negative `warmup` raises no error.", {"0 <= warmup < total:": "warmup < total:"}
)

no_room_for_the_cosine = slip(
    "A `warmup` that is not below `total` raises no error, though no step is left for the cosine.",
    {"0 <= warmup < total:": "0 <= warmup:"},
)

import math

import numpy as np

from kata.attempts import right, slip
from solutions.optimization.learning_rate_schedules import (
    cosine_decay,
    exponential_decay,
    step_decay,
)


def check(step, length=1):
    if step < 0 or length < 1:
        raise ValueError("step should be 0 or more, and a length 1 or more")


# --- step_decay ------------------------------------------------------------------------------


@right(step_decay)
def by_the_logarithm(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    drops = math.floor(step / step_size)
    return math.exp(math.log(base_lr) + drops * math.log(gamma))


@right(step_decay)
def from_the_start_of_its_stretch(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    first = step - step % step_size
    return base_lr * np.power(gamma, first / step_size)


without_the_floor = slip(
    "step / step_size is not rounded down, so the rate falls at every step. It should fall in "
    "drops, one every step_size steps.",
    {"step // step_size": "step / step_size"},
)

times_the_reciprocal = slip(
    "step is multiplied by 1 / step_size, which is rounded: the product may end just below a "
    "whole number, and a drop comes a step late.",
    {"(step // step_size)": "int(step * (1 / step_size))"},
)

rounded_up = slip(
    "step / step_size is rounded up: the first drop comes right after step 0.",
    {"(step // step_size)": "math.ceil(step / step_size)"},
)

one_step_early = slip(
    "Every drop comes one step too early, as if steps were counted from 1. The first is step 0.",
    {"(step // step_size)": "((step + 1) // step_size)"},
)

one_step_late = slip(
    "Every drop comes one step too late: at step = step_size the first one is due.",
    {"(step // step_size)": "(max(step - 1, 0) // step_size)"},
)

at_every_step = slip(
    "The rate drops at every step. It should drop only every step_size steps.",
    {"(step // step_size)": "step"},
)

only_at_multiples = slip(
    "Only multiples of step_size get the lower rate; the next step is back at base_lr.",
    {"gamma ** (step // step_size)": "(gamma if step and step % step_size == 0 else 1)"},
)

the_share_that_is_lost = slip(
    "The rate loses the share gamma at each drop. gamma is the share that is left.",
    {"gamma ** (step // step_size)": "(1 - gamma) ** (step // step_size)"},
)

divided_by_gamma = slip(
    "The rate is divided by gamma at each drop, and so it grows.",
    {"* gamma ** (step // step_size)": "/ gamma ** (step // step_size)"},
)

step_size_unchecked = slip(
    "A step_size of 0 divides by zero, which is no ValueError, and one below 0 is let through.",
    {"if step_size < 1:": "if False:"},
)

before_the_start = slip(
    "A negative step raises no error, as if the schedule had begun before its start.",
    {"if step < 0:": "if False:"},
)

# --- exponential_decay -----------------------------------------------------------------------


@right(exponential_decay)
def by_the_exponential(step, base_lr, gamma):
    check(step)
    return base_lr * math.exp(step * math.log(gamma))


@right(exponential_decay)
def by_squaring(step, base_lr, gamma):
    check(step)
    lr = base_lr
    while step:
        lr, gamma, step = lr * gamma if step % 2 else lr, gamma * gamma, step // 2
    return lr


begun_a_step_early = slip(
    "The exponent is one too large: step 0 should still have base_lr.",
    {"gamma**step": "gamma ** (step + 1)"},
)

begun_a_step_late = slip(
    "The exponent is one too small: step 1 should already have a lower rate.",
    {"gamma**step": "gamma ** max(step - 1, 0)"},
)

gamma_as_a_rate = slip(
    "gamma is used as a rate, as in exp(−gamma · step). It is the factor from step to step.",
    {"gamma**step": "math.exp(-gamma * step)"},
)

the_lost_share = slip(
    "The rate loses the share gamma at each step. gamma is the share that is left.",
    {"gamma**step": "(1 - gamma) ** step"},
)

a_straight_line = slip(
    "The rate falls by one amount at each step, and below 0. It should fall by one factor.",
    {"gamma**step": "(1 - (1 - gamma) * step)"},
)

time_based = slip(
    "The rate falls as 1 / (1 + (1 − gamma) · step), which is time-based decay. It should fall "
    "by the same factor at each step.",
    {"* gamma**step": "/ (1 + (1 - gamma) * step)"},
)

all_to_the_power = slip(
    "base_lr is raised to the power too. Only gamma is.",
    {"base_lr * gamma**step": "(base_lr * gamma) ** step"},
)

only_the_factor = slip(
    "base_lr is missing: this is only the factor that scales it.",
    {"base_lr * gamma**step": "gamma**step"},
)

# --- cosine_decay ----------------------------------------------------------------------------


@right(cosine_decay)
def by_the_squared_cosine(step, base_lr, total, floor=0.0):
    """(1 + cos 2a) / 2 = cos² a"""
    check(step, total)
    if step >= total:
        return floor
    share = math.cos(math.pi / 2 * step / total) ** 2
    return share * base_lr + (1 - share) * floor


rising_again = slip(
    "Beyond total the cosine rises again. The rate should stay at floor.",
    {"min(step / total, 1.0)": "step / total"},
)

with_restarts = slip(
    "After total the wave starts anew, as with warm restarts. The rate should stay at floor.",
    {"min(step / total, 1.0)": "step % total / total"},
)

nothing_beyond_total = slip(
    "Beyond total the rate is 0, even if floor is above it.",
    {"return floor +": "if step > total:\n    return 0.0\nreturn floor +"},
)

cut_off_at_the_floor = slip(
    "The wave goes down to 0, cut off at floor. It should be squeezed between base_lr and floor.",
    {
        "return floor + (base_lr - floor) * (1 + math.cos(math.pi * progress)) / 2": (
            "return max(floor, base_lr * (1 + math.cos(math.pi * progress)) / 2)"
        )
    },
)

lifted_by_the_floor = slip(
    "floor is added to a wave that is base_lr high, so step 0 has more than base_lr.",
    {"(base_lr - floor) * (1 + math": "base_lr * (1 + math"},
)

floor_as_a_share = slip(
    "floor is used as a share of base_lr, like Keras's alpha. It is a learning rate.",
    {"progress = min(": "floor *= base_lr\nprogress = min("},
)

ended_a_step_early = slip(
    "The wave ends at step total − 1. It should reach floor at total.",
    {"step / total,": "step / max(total - 1, 1),"},
)

ended_a_step_late = slip(
    "The wave ends at step total + 1. It should reach floor at total.",
    {"step / total,": "step / (total + 1),"},
)

a_step_ahead = slip(
    "The wave is a step ahead, as if steps were counted from 1. Step 0 has base_lr.",
    {"step / total,": "(step + 1) / total,"},
)

without_pi = slip(
    "π is missing: by total, the cosine has gone less than a third of its way.",
    {"math.pi * progress": "progress"},
)

a_whole_wave = slip(
    "This is a whole wave, down and up again, by 2π · step / total. Half a wave goes down.",
    {"math.pi * progress": "2 * math.pi * progress"},
)

a_quarter_of_a_wave = slip(
    "This is a quarter of a wave, which falls steepest at its end. Half a wave ends as gently as "
    "it begins.",
    {"(1 + math.cos(math.pi * progress)) / 2": "math.cos(math.pi / 2 * progress)"},
)

not_halved = slip(
    "The sum 1 + cos goes from 2 to 0 and is not halved: step 0 has too much.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 + math.cos(math.pi * progress))"},
)

only_the_cosine_halved = slip(
    "Only the cosine is halved. The 1 beside it should be halved too: mind the brackets.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 + math.cos(math.pi * progress) / 2)"},
)

without_the_one = slip(
    "The 1 beside the cosine is missing, so the rate falls below floor.",
    {"(1 + math.cos(math.pi * progress)) / 2": "math.cos(math.pi * progress)"},
)

the_other_way_up = slip(
    "It rises from floor to base_lr: the cosine has the wrong sign.",
    {"1 + math.cos": "1 - math.cos"},
)

linear = slip(
    "It falls along a straight line. Half a cosine wave is gentle at both ends.",
    {"(1 + math.cos(math.pi * progress)) / 2": "(1 - progress)"},
)

total_unchecked = slip(
    "A total of 0 divides by zero, which is no ValueError, and one below 0 is let through.",
    {"if total < 1:": "if False:"},
)

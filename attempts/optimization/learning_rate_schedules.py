import math

import numpy as np

from kata.attempts import right, wrong
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


@wrong(
    step_decay,
    "step / step_size is not rounded down, so the rate falls a little at every step. It should "
    "stay for step_size steps and then drop.",
)
def without_the_floor(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma ** (step / step_size)


@wrong(
    step_decay,
    "step is multiplied by 1 / step_size, which is rounded: the product may end just below a whole "
    "number, and a drop comes a step late. Divide whole numbers.",
)
def times_the_reciprocal(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma ** int(step * (1 / step_size))


@wrong(step_decay, "step / step_size is rounded up: the first drop comes right after step 0.")
def rounded_up(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma ** math.ceil(step / step_size)


@wrong(
    step_decay,
    "step / step_size is rounded to the nearest number: drops come half a stretch too early.",
)
def rounded_to_nearest(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma ** round(step / step_size)


@wrong(
    step_decay,
    "Every drop comes one step too early, as if steps were counted from 1. The first is step 0.",
)
def one_step_early(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma ** ((step + 1) // step_size)


@wrong(
    step_decay,
    "Every drop comes one step too late: at step = step_size the first one is due.",
)
def one_step_late(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma ** (max(step - 1, 0) // step_size)


@wrong(step_decay, "The rate drops at every step. It should only do so every step_size steps.")
def at_every_step(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma**step


@wrong(step_decay, "The rate drops only once. It should drop again after every step_size steps.")
def only_one_drop(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma if step >= step_size else base_lr


@wrong(
    step_decay,
    "Only the steps that are multiples of step_size get the lower rate; the next step has base_lr "
    "again.",
)
def only_at_multiples(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * gamma if step % step_size == 0 and step > 0 else base_lr


@wrong(
    step_decay,
    "The number of drops is a factor on gamma. Each drop multiplies once more: it is the exponent.",
)
def times_the_drops(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    drops = step // step_size
    return base_lr * gamma * drops if drops else base_lr


@wrong(
    step_decay,
    "The rate loses the share gamma at each drop. gamma is the share that is left.",
)
def the_share_that_is_lost(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr * (1 - gamma) ** (step // step_size)


@wrong(step_decay, "The rate is divided by gamma at each drop, and so it grows.")
def divided_by_gamma(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    return base_lr / gamma ** (step // step_size)


@wrong(step_decay, "The argument `gamma` is not used.")
def gamma_ignored(step, base_lr, step_size, gamma=0.1):
    return step_decay(step, base_lr, step_size)


@wrong(step_decay, "gamma is 0.5 unless told. Here its default is another.")
def another_default_of_gamma(step, base_lr, step_size, gamma=0.5):
    return step_decay(step, base_lr, step_size, gamma)


@wrong(
    step_decay,
    "A step_size of 0 divides by zero, which is no ValueError, and one below 0 goes through.",
)
def step_size_unchecked(step, base_lr, step_size, gamma=0.1):
    check(step)
    return base_lr * gamma ** (step // step_size)


@wrong(step_decay, "A negative step raises no error: the rate is above base_lr there.")
def step_decay_before_the_start(step, base_lr, step_size, gamma=0.1):
    check(0, step_size)
    return base_lr * gamma ** (step // step_size)


@wrong(
    step_decay,
    "It goes through all drops so far, one at a time. The number of drops is known at once.",
)
def drop_by_drop(step, base_lr, step_size, gamma=0.1):
    check(step, step_size)
    lr = base_lr
    for _ in range(step // step_size):
        lr *= gamma
    return lr


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


@wrong(
    exponential_decay,
    "The exponent is one too large: step 0 should still have base_lr.",
)
def begun_a_step_early(step, base_lr, gamma):
    check(step)
    return base_lr * gamma ** (step + 1)


@wrong(
    exponential_decay,
    "The exponent is one too small: step 1 should already have a lower rate.",
)
def begun_a_step_late(step, base_lr, gamma):
    check(step)
    return base_lr * gamma ** max(step - 1, 0)


@wrong(
    exponential_decay,
    "gamma is taken for a rate, as in exp(−gamma · step). It is the factor from one step to the "
    "next.",
)
def gamma_as_a_rate(step, base_lr, gamma):
    check(step)
    return base_lr * math.exp(-gamma * step)


@wrong(
    exponential_decay,
    "The rate loses the share gamma at each step. gamma is the share that is left.",
)
def the_lost_share(step, base_lr, gamma):
    check(step)
    return base_lr * (1 - gamma) ** step


@wrong(
    exponential_decay,
    "It falls by the same amount at each step, a straight line, and below 0. It should fall by the "
    "same factor.",
)
def a_straight_line(step, base_lr, gamma):
    check(step)
    return base_lr * (1 - (1 - gamma) * step)


@wrong(
    exponential_decay,
    "The step is a factor on gamma. Each step multiplies once more: it is the exponent.",
)
def times_the_step(step, base_lr, gamma):
    check(step)
    return base_lr * gamma * step if step else base_lr


@wrong(
    exponential_decay,
    "The rate falls as 1 / (1 + (1 − gamma) · step), which is time-based decay. It should fall by "
    "the same factor at each step.",
)
def time_based(step, base_lr, gamma):
    check(step)
    return base_lr / (1 + (1 - gamma) * step)


@wrong(exponential_decay, "base_lr is raised to the power too. Only gamma is.")
def all_to_the_power(step, base_lr, gamma):
    check(step)
    return (base_lr * gamma) ** step


@wrong(exponential_decay, "base_lr is left out: this is only the factor that it is scaled by.")
def only_the_factor(step, base_lr, gamma):
    check(step)
    return gamma**step


@wrong(exponential_decay, "A negative step raises no error: the rate is above base_lr there.")
def exponential_before_the_start(step, base_lr, gamma):
    return base_lr * gamma**step


@wrong(
    exponential_decay,
    "It goes through all steps so far, one at a time. Asked for at every step of a training, that "
    "is quadratic work.",
)
def step_by_step(step, base_lr, gamma):
    check(step)
    lr = base_lr
    for _ in range(step):
        lr *= gamma
    return lr


# --- cosine_decay ----------------------------------------------------------------------------


@right(cosine_decay)
def by_the_squared_cosine(step, base_lr, total, floor=0.0):
    """(1 + cos 2a) / 2 = cos² a"""
    check(step, total)
    if step >= total:
        return floor
    share = math.cos(math.pi / 2 * step / total) ** 2
    return share * base_lr + (1 - share) * floor


@right(cosine_decay)
def around_the_middle(step, base_lr, total, floor=0.0):
    check(step, total)
    middle, swing = (base_lr + floor) / 2, (base_lr - floor) / 2
    return middle + swing * np.cos(np.pi * np.clip(step / total, 0.0, 1.0))


@wrong(
    cosine_decay,
    "Beyond total the cosine rises again. The rate should stay at floor.",
)
def rising_again(step, base_lr, total, floor=0.0):
    check(step, total)
    return floor + (base_lr - floor) * (1 + math.cos(math.pi * step / total)) / 2


@wrong(
    cosine_decay,
    "After total the wave starts anew at base_lr, as with warm restarts. The rate should stay at "
    "floor.",
)
def with_restarts(step, base_lr, total, floor=0.0):
    check(step, total)
    step = total if step == total else step % total
    return floor + (base_lr - floor) * (1 + math.cos(math.pi * step / total)) / 2


@wrong(cosine_decay, "Beyond total the rate is 0, even if floor is above it.")
def nothing_beyond_total(step, base_lr, total, floor=0.0):
    return cosine_decay(step, base_lr, total, floor) if step <= total else 0.0


@wrong(cosine_decay, "The argument `floor` is not used.")
def floor_ignored(step, base_lr, total, floor=0.0):
    return cosine_decay(step, base_lr, total)


@wrong(
    cosine_decay,
    "The wave goes down to 0 and is cut off at floor. It should be squeezed between base_lr and "
    "floor.",
)
def cut_off_at_the_floor(step, base_lr, total, floor=0.0):
    return max(floor, cosine_decay(step, base_lr, total))


@wrong(
    cosine_decay,
    "The floor is added to a wave that is base_lr high, so step 0 has more than base_lr.",
)
def lifted_by_the_floor(step, base_lr, total, floor=0.0):
    return floor + cosine_decay(step, base_lr, total)


@wrong(
    cosine_decay,
    "floor is taken for a share of base_lr, like Keras's alpha. It is a learning rate.",
)
def floor_as_a_share(step, base_lr, total, floor=0.0):
    return cosine_decay(step, base_lr, total, floor * base_lr)


@wrong(
    cosine_decay,
    "The wave ends at step total − 1 (step is divided by total − 1). It should reach floor at "
    "total.",
)
def ended_a_step_early(step, base_lr, total, floor=0.0):
    check(step, total)
    return cosine_decay(step, base_lr, total - 1, floor) if total > 1 else floor


@wrong(
    cosine_decay,
    "The wave ends at step total + 1 (step is divided by total + 1). It should reach floor at "
    "total.",
)
def ended_a_step_late(step, base_lr, total, floor=0.0):
    check(step, total)
    return cosine_decay(step, base_lr, total + 1, floor)


@wrong(
    cosine_decay,
    "The wave is a step ahead, as if steps were counted from 1. Step 0 has base_lr.",
)
def a_step_ahead(step, base_lr, total, floor=0.0):
    check(step, total)
    return cosine_decay(step + 1, base_lr, total, floor)


@wrong(
    cosine_decay,
    "π is missing, and the cosine has gone through less than a third of its way at total.",
)
def without_pi(step, base_lr, total, floor=0.0):
    check(step, total)
    if step >= total:
        return floor
    return floor + (base_lr - floor) * (1 + math.cos(step / total)) / 2


@wrong(
    cosine_decay,
    "It runs through a whole wave, down and up again, by 2π · step / total. Half a wave goes down.",
)
def a_whole_wave(step, base_lr, total, floor=0.0):
    check(step, total)
    if step >= total:
        return floor
    return floor + (base_lr - floor) * (1 + math.cos(2 * math.pi * step / total)) / 2


@wrong(
    cosine_decay,
    "It is a quarter of a wave, cos(π/2 · step / total), which falls steepest at its end. Half a "
    "wave ends as gently as it begins.",
)
def a_quarter_of_a_wave(step, base_lr, total, floor=0.0):
    check(step, total)
    return floor + (base_lr - floor) * math.cos(math.pi / 2 * min(step / total, 1.0))


@wrong(cosine_decay, "The sum 1 + cos goes from 2 to 0 and is not halved: step 0 has too much.")
def not_halved(step, base_lr, total, floor=0.0):
    check(step, total)
    return floor + (base_lr - floor) * (1 + math.cos(math.pi * min(step / total, 1.0)))


@wrong(cosine_decay, "The 1 beside the cosine is missing, so the rate falls below floor.")
def without_the_one(step, base_lr, total, floor=0.0):
    check(step, total)
    if step >= total:
        return floor
    return floor + (base_lr - floor) * math.cos(math.pi * step / total)


@wrong(cosine_decay, "It rises from floor to base_lr: the cosine has the wrong sign.")
def the_other_way_up(step, base_lr, total, floor=0.0):
    check(step, total)
    return floor + (base_lr - floor) * (1 - math.cos(math.pi * min(step / total, 1.0))) / 2


@wrong(cosine_decay, "It falls along a straight line. Half a cosine wave is gentle at both ends.")
def linear(step, base_lr, total, floor=0.0):
    check(step, total)
    return base_lr + (floor - base_lr) * min(step / total, 1.0)


@wrong(
    cosine_decay,
    "step // total is a whole number: the rate stays at base_lr up to total.",
)
def divided_in_whole_numbers(step, base_lr, total, floor=0.0):
    check(step, total)
    return cosine_decay(min(step // total, 1), base_lr, 1, floor)


@wrong(
    cosine_decay,
    "A total of 0 divides by zero, which is no ValueError, and one below 0 goes through.",
)
def total_unchecked(step, base_lr, total, floor=0.0):
    check(step)
    progress = min(step / total, 1.0)
    return floor + (base_lr - floor) * (1 + math.cos(math.pi * progress)) / 2


@wrong(
    cosine_decay,
    "A negative step raises no error: the cosine is even and gives the rate of the step after the "
    "start.",
)
def cosine_before_the_start(step, base_lr, total, floor=0.0):
    check(0, total)
    progress = min(step / total, 1.0)
    return floor + (base_lr - floor) * (1 + math.cos(math.pi * progress)) / 2


@wrong(
    cosine_decay,
    "It makes a table of the whole schedule to read off one rate. The formula needs no other step.",
)
def a_table_of_all_steps(step, base_lr, total, floor=0.0):
    check(step, total)
    table = [(1 + math.cos(math.pi * i / total)) / 2 for i in range(total + 1)]
    return floor + (base_lr - floor) * table[min(step, total)]

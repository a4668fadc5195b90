import math

from kata.attempts import right, slip
from solutions.optimization.predict_optimizers import (
    adagrad_late_step,
    momentum_two_steps,
    rmsprop_first_step,
    warm_up_and_cosine,
)


@right(rmsprop_first_step)
def from_the_formula():
    return -0.01 * 5.0 / math.sqrt(0.01 * 25.0)


@right(adagrad_late_step)
def from_the_sum_of_squares():
    return 3.0 / math.sqrt(900.0)


@right(momentum_two_steps)
def step_by_step():
    return -0.1 * 1.0 - 0.1 * (0.9 * 1.0 + 1.0)


@right(warm_up_and_cosine)
def from_the_cosine():
    return 0.1 * (1 + math.cos(math.pi * 500 / 1000)) / 2


adam_in_proportion = slip(
    "This step is lr times the gradient, as in SGD. Adam divides by the size of the gradients.",
    {"return -0.001": "return -1.0"},
)

adam_without_corrections = slip(
    "This leaves out both bias corrections: then m is a tenth of the gradient and √v about a "
    "thirtieth.",
    {"return -0.001": "return -0.00316"},
)

adam_without_the_correction_of_m = slip(
    "This corrects v but not m, which is a tenth of the gradient after one step.",
    {"return -0.001": "return -0.0001"},
)

adam_uphill = slip("This goes up the gradient.", {"return -0.001": "return 0.001"})

rmsprop_corrected = slip(
    "This would be right if v were corrected for its start at 0, as in Adam. Here v is only a "
    "hundredth of the square.",
    {"return -0.1 ": "return -0.01 "},
)

rmsprop_in_proportion = slip(
    "This is lr times the gradient. RMSProp divides by √v.", {"return -0.1 ": "return -0.05 "}
)

rmsprop_without_the_root = slip(
    "This divides by v. It should be its root.", {"return -0.1 ": "return -0.2 "}
)

rmsprop_with_old_and_new_swapped = slip(
    "This weighs the new square by α. It gets 1 − α.", {"return -0.1 ": "return -0.01005 "}
)

rmsprop_uphill = slip(
    "This goes up the gradient, which is positive.", {"return -0.1 ": "return 0.1 "}
)

adagrad_in_proportion = slip(
    "This keeps the gradient's size. Adagrad divides it out: a steady gradient of any size gives "
    "the same steps.",
    {"return 0.1 ": "return 0.3 "},
)

adagrad_without_the_root = slip(
    "This divides by the number of steps. Adagrad divides by the root of the sum of squares.",
    {"return 0.1 ": "return 0.01 "},
)

adagrad_as_an_average = slip(
    "This would be so if the squares were averaged, as in RMSProp. Adagrad adds them up.",
    {"return 0.1 ": "return 1.0 "},
)

adagrad_halved = slip(
    "This divides the gradient by the sum of squares without its root.",
    {"return 0.1 ": "return 0.00333 "},
)

momentum_forgotten = slip(
    "These are two steps of plain SGD. The second also has 0.9 of the first.",
    {"return -0.29": "return -0.2"},
)

momentum_as_an_average = slip(
    "This weighs each gradient by 1 − momentum. PyTorch's momentum adds it in full.",
    {"return -0.29": "return -0.029"},
)

momentum_second_step_alone = slip(
    "This is the second step alone. The first has moved the weight already.",
    {"return -0.29": "return -0.19"},
)

momentum_as_nesterov = slip(
    "These are steps of Nesterov's momentum, which looks ahead.", {"return -0.29": "return -0.461"}
)

momentum_uphill = slip("This goes up the gradient.", {"return -0.29": "return 0.29"})

long_run_without_momentum = slip(
    "This is a step of plain SGD. What does the sum of 0.9ᵏ come to?",
    {"return 1.0 ": "return 0.1 "},
)

long_run_without_the_rate = slip(
    "This is v in the end. The step is lr times that.", {"return 1.0 ": "return 10.0 "}
)

long_run_twice = slip(
    "This is the second step's length. v goes on growing, and approaches a limit.",
    {"return 1.0 ": "return 0.19 "},
)

long_run_nine_times = slip(
    "This leaves out the newest gradient, which counts in full: v approaches 10, not 9.",
    {"return 1.0 ": "return 0.9 "},
)

rate_that_does_not_overshoot = slip(
    "Above this rate steps overshoot the minimum. But they still get closer to it, up to twice the "
    "rate.",
    {"return 0.2 ": "return 0.1 "},
)

curvature_of_five = slip(
    "This takes 5 for the curvature. What is the second derivative of 5·w²?",
    {"return 0.2 ": "return 0.4 "},
)

rate_of_one = slip("With this rate, a step goes from 1 to −9.", {"return 0.2 ": "return 1.0 "})

adam_grows_too = slip(
    "Adam's steps do not grow with the loss: √v̂ grows as m̂ does.", {"100.0, 1.0": "100.0, 100.0"}
)

adam_grows_by_the_root = slip(
    "The root is taken of the average of *squares*, which grow by 10,000.",
    {"100.0, 1.0": "100.0, 10.0"},
)

adam_shrinks = slip("This divides by v̂ without its root.", {"100.0, 1.0": "100.0, 0.01"})

the_two_swapped = slip(
    "It is the other way round: SGD's steps are proportional to the gradient.",
    {"100.0, 1.0": "1.0, 100.0"},
)

sgd_does_not_grow = slip(
    "Plain SGD's steps are proportional to the gradient, so they grow as the loss does.",
    {"100.0, 1.0": "1.0, 1.0"},
)

decay_alike = slip(
    "Both shrink here by lr · weight_decay. But in Adam the decay is part of the gradient, and "
    "its size is divided out.",
    {"0.9, 0.99": "0.99, 0.99"},
)

decay_swapped = slip(
    "It is the other way round: AdamW is the one that shrinks by lr · weight_decay.",
    {"0.9, 0.99": "0.99, 0.9"},
)

no_decay_without_a_gradient = slip(
    "A gradient of 0 is not None: the decay still acts.", {"0.9, 0.99": "1.0, 1.0"}
)

decay_without_the_rate = slip(
    "AdamW takes no step of lr here, and does not shrink by weight_decay alone: it shrinks by "
    "lr · weight_decay.",
    {"0.9, 0.99": "0.9, 0.9"},
)

no_decay_in_adam = slip(
    "This Adam ignores its decay where the gradient is 0. The decay is added to the gradient.",
    {"0.9, 0.99": "1.0, 0.99"},
)

each_clipped_by_itself = slip(
    "This clips each parameter by itself, or each entry. One norm is taken over all, so that the "
    "direction stays.",
    {"0.6, 0.8": "1.0, 1.0"},
)

divided_by_the_sum = slip(
    "This divides by the sum of the sizes, 7. The norm is √(3² + 4²).", {"0.6, 0.8": "0.429, 0.571"}
)

divided_by_the_largest = slip(
    "This divides by the largest entry. It should be the norm of all.", {"0.6, 0.8": "0.75, 1.0"}
)

not_clipped = slip("The norm of both together is 5, above max_norm.", {"0.6, 0.8": "3.0, 4.0"})

divided_by_the_square = slip(
    "This divides by the sum of squares. The norm is its root.", {"0.6, 0.8": "0.12, 0.16"}
)

still_at_the_peak = slip(
    "This is the peak, which is reached at step 100. From there the rate falls.",
    {"return 0.05 ": "return 0.1 "},
)

cosine_of_all_steps = slip(
    "This counts the cosine from step 0. It begins where the warm-up ends.",
    {"return 0.05 ": "return 0.0429 "},
)

a_quarter_of_the_cosine = slip(
    "This takes a quarter of the whole cosine for its half.", {"return 0.05 ": "return 0.0854 "}
)

at_the_floor = slip(
    "This is the floor, where the rate arrives at step 1100. At cos = 0 the rate is half-way.",
    {"return 0.05 ": "return 0.0 "},
)

gradients_replaced = slip(
    "This takes each `backward` to replace the gradient. It adds to it.",
    {"return 4.0": "return 1.0"},
)

gradients_of_sums = slip(
    "This takes the losses for sums over rows. They are means over 8 rows each.",
    {"return 4.0": "return 32.0"},
)

rows_of_a_batch = slip(
    "The number of rows in a batch does not matter here: each loss is a mean already.",
    {"return 4.0": "return 8.0"},
)

divided_by_the_batches = slip(
    "It is the other way round: the gradient is too large. Nothing divides the four means.",
    {"return 4.0": "return 0.25"},
)

nan_forgotten = slip(
    "An average that fades does not forget nan: 0.9 · nan is nan. And the weight itself is nan.",
    {'return "stays nan"': 'return "recovers"'},
)

nan_skipped = slip(
    "Nothing in Adam checks for nan. A gradient scaler does so, or you.",
    {'return "stays nan"': 'return "skips the step"'},
)

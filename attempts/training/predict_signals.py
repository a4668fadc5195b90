import math

from kata.attempts import right, slip
from solutions.training.predict_signals import (
    kept_by_dropout,
    layer_norm_statistics,
    linear_stack,
    running_mean,
)


@right(kept_by_dropout)
def one_over_the_share_kept():
    return 1 / (1 - 0.2)


@right(running_mean)
def nine_tenths_old_and_a_tenth_new():
    return (1 - 0.1) * 0.0 + 0.1 * 10


@right(layer_norm_statistics)
def one_for_each_row():
    return math.prod((8, 10))


@right(linear_stack)
def chosen_by_the_exponent():
    return f"1e{round(20 * math.log10(0.05 * 10))}"


evaluation_uses_the_batch = slip(
    "In evaluation the batch's own mean plays no part. Which one is subtracted instead, and what "
    "is it at the start?",
    {"return 7.0": "return 0.0"},
)

evaluation_divides_by_the_spread = slip(
    "The batch's own spread plays no part in evaluation. The running variance does, and it starts "
    "at 1.",
    {"return 7.0": "return 2.333"},
)

momentum_of_the_old = slip(
    "In PyTorch the momentum weighs the new value. In Keras it weighs the old one.",
    {"weighs the new value.\nreturn 1.0": "weighs the new value.\nreturn 9.0"},
)

running_mean_replaced = slip(
    "The running mean moves only part of the way to the batch's.",
    {"weighs the new value.\nreturn 1.0": "weighs the new value.\nreturn 10.0"},
)

running_mean_unmoved = slip(
    "In training every batch moves the running mean.",
    {"weighs the new value.\nreturn 1.0": "weighs the new value.\nreturn 0.0"},
)

mean_for_each_picture = slip(
    "One mean for each picture and channel is instance norm.", {"return (16,)": "return (8, 16)"}
)

mean_for_each_place = slip(
    "All places of a channel share one mean: a feature may appear anywhere.",
    {"return (16,)": "return (16, 5, 5)"},
)

mean_for_each_sample = slip(
    "One mean for each picture is layer norm. Batch norm mixes the pictures of a batch.",
    {"return (16,)": "return (8,)"},
)

axes_kept = slip(
    "The means are kept as a vector. Axes of length 1 only appear when they are broadcast.",
    {"return (16,)": "return (1, 16, 1, 1)"},
)

mean_for_each_feature = slip(
    "64 would be one mean a feature, as in batch norm. Layer norm takes one for each row.",
    {"return 80": "return 64"},
)

mean_for_each_sequence = slip(
    "One mean for each of the 8 sequences? Only the last axis is averaged, so every position has "
    "its own.",
    {"return 80": "return 8"},
)

mean_for_each_position = slip(
    "The sequences do not share their means: every row of each has its own.",
    {"return 80": "return 10"},
)

mean_for_each_entry = slip(
    "8 · 10 · 64 is the number of entries. The 64 of a row have one mean together.",
    {"return 80": "return 5120"},
)

bias_as_the_upstream = slip(
    "1 would be right without the norm. If the bias grows, what happens to the batch's mean?",
    {"mean takes away again.\nreturn 0.0": "mean takes away again.\nreturn 1.0"},
)

bias_of_every_row = slip(
    "The bias serves all 32 rows, but the answer does not depend on their number. What happens to "
    "the batch's mean if the bias grows?",
    {"mean takes away again.\nreturn 0.0": "mean takes away again.\nreturn 32.0"},
)

weights_and_gradient_grow = slip(
    "The loss does not change when the weights are doubled. How far must each weight now move for "
    "the same effect?",
    {"return 0.5": "return 2.0"},
)

gradient_stays = slip(
    "The output stays the same, but not the gradient: the weights that it belongs to are larger.",
    {"return 0.5": "return 1.0"},
)

gradient_gone = slip(
    "Only the gradient *along* the weights is 0. Their direction still matters.",
    {"return 0.5": "return 0.0"},
)

a_quarter_of_the_gradient = slip(
    "Once is enough: the gradient is divided by the factor, not by its square.",
    {"return 0.5": "return 0.25"},
)

divided_by_p = slip("5 is 1/p. The share that is kept is 1 − p.", {"return 1.25": "return 5.0"})

not_scaled_up = slip(
    "In training, what is kept is scaled up, so that the mean stays.", {"return 1.25": "return 1.0"}
)

scaled_down = slip(
    "Multiplied by 1 − p the mean would shrink twice. It should stay.",
    {"return 1.25": "return 0.8"},
)

scaled_by_one_plus_p = slip(
    "1 + p is close, but a share of 0.8 times 1.2 is not 1.", {"return 1.25": "return 1.2"}
)

scaled_in_evaluation = slip(
    "0.8 is the first paper's way: scaling at test time. PyTorch scales in training instead.",
    {"was done in training.\nreturn 1.0": "was done in training.\nreturn 0.8"},
)

still_dropping_in_evaluation = slip(
    "1.25 is the value in training. In evaluation nothing is dropped and nothing scaled.",
    {"was done in training.\nreturn 1.0": "was done in training.\nreturn 1.25"},
)

deviation_to_the_power_of_the_depth = slip(
    "0.05²⁰ forgets that an output is a sum over 100 inputs, which is √100 times as large.",
    {'return "1e-6"': 'return "1e-26"'},
)

depth_forgotten = slip(
    "Every layer multiplies the size again, by 0.05 · √100.", {'return "1e-6"': 'return "0.05"'}
)

size_kept = slip(
    "Sizes stay if the standard deviation is 1/√100 = 0.1. In this question it is half of that.",
    {'return "1e-6"': 'return "1"'},
)

fan_for_its_root = slip(
    "The sum of 100 independent terms grows with the root of 100: a layer's factor is below 1.",
    {'return "1e-6"': 'return "1e6"'},
)

relu_for_nothing = slip(
    "A variance of 1/fan_in keeps the signal of linear layers. What does a ReLU do to the mean of "
    "the squares?",
    {'return "vanishes"': 'return "stays"'},
)

relu_makes_it_grow = slip(
    "ReLU sets entries to 0: it only takes away. What does it leave of the mean of the squares?",
    {'return "vanishes"': 'return "explodes"'},
)

xavier_saves_the_sigmoid = slip(
    "Xavier counts on a slope of 1 near 0. What is the sigmoid's steepest slope?",
    {'return "vanishing"': 'return "healthy"'},
)

sigmoid_explodes = slip(
    "Each layer multiplies the gradient by the sigmoid's slope, which is far below 1.",
    {'return "vanishing"': 'return "exploding"'},
)

units_grow_apart = slip(
    "Training does not tell equal units apart: they get the same gradient in each step.",
    {"return 1\n": "return 4\n"},
)

no_units = slip(
    "The units do not disappear. Equal ones count as one.", {"return 1\n": "return 0\n"}
)

from kata.attempts import right, slip
from solutions.basics.predict_arrays import (
    bias_gradient,
    network_parameters,
    relu_gradient,
    two_class_softmax,
)


@right(network_parameters)
def worked_out_by_units():
    return 100 * (784 + 1) + 10 * (100 + 1)


@right(two_class_softmax)
def worked_out_as_odds():
    return 3 / 4


@right(relu_gradient)
def worked_out_by_the_chain_rule():
    return 2 * 0.0, 2 * 0.5, 2 * 3.0


@right(bias_gradient)
def worked_out_as_a_sum():
    return 32 * 0.5


aligned_from_the_left = slip(
    "Axes are aligned from the right: the 3 of b meets the 1 of a, and the 1 of b meets the 4.",
    {"return 5, 3, 4 ": "return 5, 1, 4 "},
)

missing_axis_not_added = slip(
    "The result has as many axes as the longer shape.", {"return 5, 3, 4 ": "return 3, 4 "}
)

lengths_multiplied = slip(
    "Lengths are not multiplied. An axis of length 1 takes the other's length.",
    {"return 5, 3, 4 ": "return 15, 1, 4 "},
)

column_kept = slip(
    "(32,) is not a column. Broadcasting puts a missing axis in front: it is a row.",
    {"return 32, 32 ": "return 32, 1 "},
)

vector_kept = slip(
    "The axis of length 1 is not dropped: the result has as many axes as the longer shape.",
    {"return 32, 32 ": "return (32,)  "},
)

axis_dropped = slip(
    "keepdims=True keeps the axis, with length 1.", {"return 8, 1, 64": "return 8, 64"}
)

axes_counted_from_1 = slip(
    "Axes are counted from 0: axis 1 is the one of length 10.",
    {"return 8, 1, 64": "return 1, 10, 64"},
)

last_axis_averaged = slip(
    "The last axis is axis 2. The mean is taken along axis 1.",
    {"return 8, 1, 64": "return 8, 10, 1"},
)

other_axes_averaged = slip(
    "The axis that is named is the one that is averaged, not the one that stays.",
    {"return 8, 1, 64": "return 1, 10, 1"},
)

batch_lost = slip(
    "The six matrices are not summed: each has its own product.",
    {"return 6, 2, 5 ": "return 2, 5 "},
)

inner_axis_kept = slip(
    "The length that both matrices have in common, 3, is summed over.",
    {"return 6, 2, 5 ": "return 6, 2, 3, 5 "},
)

contracted_length_left = slip(
    "3 is the length that is summed over. What is left of b is 5.",
    {"return 6, 2, 5 ": "return 6, 2, 3 "},
)

biases_left_out = slip("Biases are left out.", {"return 79510 ": "return 79400 "})

one_bias_a_layer = slip("Each unit has a bias, not each layer.", {"return 79510 ": "return 79402 "})

first_layer_only = slip(
    "This is the first layer. The second one has parameters, too.",
    {"return 79510 ": "return 78500 "},
)

biases_of_the_inputs = slip(
    "The inputs are given biases, too. They are numbers, not units.",
    {"return 79510 ": "return 80294 "},
)

depth_bends = slip(
    "Depth alone bends nothing: what is a linear map of a linear map?",
    {'return "nothing"  # the product': 'return "curves"  # the product'},
)

depth_solves_xor = slip(
    "XOR takes a second layer and a bend between the two.",
    {'return "nothing"  # the product': 'return "XOR"  # the product'},
)

sigmoid_of_three = slip(
    "This takes 3 for the logit. It is log(3), and exp(log(3)) is 3.",
    {"return 0.75 ": "return 0.953 "},
)

nothing_for_a_logit_of_zero = slip(
    "The second class has a share, too: exp(0) is not 0.", {"return 0.75 ": "return 1.0 "}
)

second_class = slip(
    "This is the probability of the second class.", {"return 0.75 ": "return 0.25 "}
)

shift_evens = slip(
    "101 and 102 look more alike than 1 and 2, but softmax knows differences only.",
    {'return "nothing"  # exp(100)': 'return "it becomes more even"  # exp(100)'},
)

shift_sharpens = slip(
    "All exponentials grow by the same factor, so their shares stay.",
    {'return "nothing"  # exp(100)': 'return "it becomes more extreme"  # exp(100)'},
)

doubling_does_nothing = slip(
    "The ratios of the logits stay, but softmax goes by their differences.",
    {'return "it becomes more extreme"  # ratios': 'return "nothing"  # ratios'},
)

doubling_evens = slip(
    "Larger differences make larger ratios. Halving would even them out.",
    {'return "it becomes more extreme"  # ratios': 'return "it becomes more even"  # ratios'},
)

slope_of_relu_forgotten = slip(
    "This is 2x. Below 0, ReLU is flat, and nothing of x reaches the loss.",
    {"return 0.0, 1.0, 6.0 ": "return -4.0, 1.0, 6.0 "},
)

slope_of_relu_only = slip(
    "This is the slope of ReLU alone. The loss has a slope, too.",
    {"return 0.0, 1.0, 6.0 ": "return 0.0, 1.0, 1.0 "},
)

factor_forgotten = slip(
    "The derivative of y² is 2y, not y.", {"return 0.0, 1.0, 6.0 ": "return 0.0, 0.5, 3.0 "}
)

squares_for_slopes = slip(
    "These are the squares themselves, not their slopes.",
    {"return 0.0, 1.0, 6.0 ": "return 0.0, 0.25, 9.0 "},
)

slope_of_tanh = slip("This is the steepest slope of tanh.", {"return 0.25 ": "return 1.0 "})

height_for_slope = slip(
    "This is how high the sigmoid is there. Its slope is y (1 − y).",
    {"return 0.25 ": "return 0.5 "},
)

one_row_counted = slip(
    "This is the gradient of one row. The bias serves all of them.", {"return 16.0 ": "return 0.5 "}
)

mean_over_the_batch = slip(
    "This divides by the number of rows. If the loss is a mean, that is already part of its "
    "gradient.",
    {"return 16.0 ": "return 0.0156 "},
)

upstream_ignored = slip(
    "Rows are counted, but the gradient of each output is 0.5.", {"return 16.0 ": "return 32.0 "}
)

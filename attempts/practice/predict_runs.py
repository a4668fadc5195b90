import math

from kata.attempts import right, slip
from solutions.practice.predict_runs import (
    first_loss,
    mixed_label,
    smallest_training_set,
    softmax_twice,
    trained_parameters,
)


@right(first_loss)
def log_of_the_number_of_classes():
    return math.log(7)


@right(softmax_twice)
def from_the_closed_form():
    return math.log(1 + 4 / math.e)


@right(mixed_label)
def with_what_remains():
    return (1 - 0.8, 0.0, 0.8)


@right(smallest_training_set)
def all_but_the_largest_fold():
    return 10 - math.ceil(10 / 3)


@right(trained_parameters)
def inputs_and_a_bias_for_each_output():
    return 3 * (8 + 1)


probability_for_loss = slip(
    "This is the probability of each class. The loss is computed from it.",
    {"return 1.946": "return 0.143"},
)

bits_for_nats = slip(
    "These are bits. PyTorch takes the natural logarithm.", {"return 1.946": "return 2.807"}
)

decimal_logarithm = slip(
    "This is the logarithm to base 10. PyTorch takes the natural one.",
    {"return 1.946": "return 0.845"},
)

two_classes = slip(
    "This is the first loss for two classes. With more of them, guessing costs more.",
    {"return 1.946": "return 0.693"},
)

zeros_for_certainty = slip(
    "Logits of 0 do not give a loss of 0: they make all classes equally likely.",
    {"return 1.946": "return 0.0"},
)

rate_of_the_best_step = slip(
    "With this rate v is at its minimum after one step. A larger one overshoots, but still gets "
    "closer for a while.",
    {"return 0.2": "return 0.1"},
)

curvature_without_the_two = slip(
    "The coefficient 5 is taken for the curvature. The second derivative of 5v² is larger.",
    {"return 0.2": "return 0.4"},
)

flattest_direction = slip(
    "This is the limit for u. The steepest direction diverges first.", {"return 0.2": "return 1.0"}
)

mean_curvature = slip(
    "This comes from the mean of the two curvatures. The largest one alone sets the limit.",
    {"return 0.2": "return 0.333"},
)

gradients_cleared = slip(
    "This is the way with zero_grad(). Without it, backward() adds to the gradient that is there.",
    {"return 1.2": "return 0.6"},
)

gradients_doubled = slip(
    "The gradient does not double each time: the new one, always 2, is added.",
    {"return 1.2": "return 1.4"},
)

last_sum_in_every_step = slip(
    "This takes the sum of all three gradients in every step. The first steps have seen fewer.",
    {"return 1.2": "return 1.8"},
)

rate_forgotten = slip(
    "This is the sum of the gradients that the steps use. The rate is missing.",
    {"return 1.2": "return 12.0"},
)

batches_alike = slip(
    "This is the mean of the three means. In it, a row of the small batch counts twice as much as "
    "another.",
    {"return 1.4": "return 1.667"},
)

last_batch_lost = slip(
    "The last batch is left out. Its rows are as good as the others.", {"return 1.4": "return 1.0"}
)

divided_by_a_full_batch = slip(
    "The sum of all losses is divided by three full batches. The last one has fewer rows.",
    {"return 1.4": "return 1.167"},
)

no_lower_bound = slip(
    "True logits may differ by any amount. The numbers that come out of a softmax may not.",
    {"return 0.905": "return 0.0"},
)

loss_of_guessing = slip(
    "This is log 5, the loss of guessing. The right class can still get the largest number.",
    {"return 0.905": "return 1.609"},
)

one_wrong_class = slip(
    "This counts one wrong class. Each of the wrong ones keeps its share, and there are more.",
    {"return 0.905": "return 0.313"},
)

five_wrong_classes = slip(
    "This counts five wrong classes. One of the five is right.", {"return 0.905": "return 1.044"}
)

loss_of_raw_probabilities = slip(
    "NLLLoss on probabilities could fall to −1. A cross-entropy is never below 0.",
    {"return 0.905": "return -1.0"},
)

noise_gives_chance = slip(
    "About half would be right if only the training rows had chosen the columns. The test labels "
    "had a say too.",
    {'return "far above half"': 'return "about half"'},
)

chosen_columns_mislead = slip(
    "The columns were chosen to agree with the labels, those of the test rows included.",
    {'return "far above half"': 'return "far below half"'},
)

shift_to_the_right = slip(
    "This is cut out one place to the left: the zero comes from the frame.",
    {'return "201"': 'return "012"'},
)

shift_to_the_left = slip(
    "This is cut out one place to the right: the zero comes from the frame.",
    {'return "201"': 'return "230"'},
)

mirror_alone = slip(
    "This is the mirrored picture, cut out at its old place.", {'return "201"': 'return "321"'}
)

mirror_and_shift = slip(
    "Mirroring and cutting can go together: mirrored and framed, the row is 0 3 2 1 0.",
    {'return "201"': 'return "032"'},
)

shares_swapped = slip(
    "The shares are swapped. λ belongs to the row itself, in its inputs and in its label.",
    {"(0.2, 0.0, 0.8)": "(0.8, 0.0, 0.2)"},
)

label_kept = slip(
    "The label stays as it was. A picture that is partly the partner's has a label that is, too.",
    {"(0.2, 0.0, 0.8)": "(0.0, 0.0, 1.0)"},
)

halves = slip(
    "Both rows get the same share, but λ is not 0.5.", {"(0.2, 0.0, 0.8)": "(0.5, 0.0, 0.5)"}
)

rest_for_all_others = slip(
    "The rest is spread over all other classes, as in label smoothing. Mixup gives it to the "
    "partner's.",
    {"(0.2, 0.0, 0.8)": "(0.1, 0.1, 0.8)"},
)

leftover_row_lost = slip(
    "This leaves out a fold of 3. Some fold has to take the tenth row.", {"return 6": "return 7"}
)

fold_for_training_set = slip(
    "This is the largest fold, which is validated on. The training set is the rest.",
    {"return 6": "return 4"},
)

smallest_fold = slip(
    "This is a fold of the smaller size. The question is about the rows outside of a fold.",
    {"return 6": "return 3"},
)

one_row_left_out = slip("This leaves out one row, as 10 folds would.", {"return 6": "return 9"})

head_without_biases = slip(
    "These are the weights of the head. Its biases are trained too.", {"return 27": "return 24"}
)

norm_still_trained = slip(
    "The batch norm's scales and shifts are counted. requires_grad_(False) froze them too.",
    {"return 27": "return 43"},
)

nothing_frozen = slip(
    "These are all parameters of the network. Most of them are frozen.", {"return 27": "return 211"}
)

frozen_ones_counted = slip(
    "These are the frozen parameters. The others are trained.", {"return 27": "return 184"}
)

no_grad_as_eval = slip(
    "no_grad() does not change the mode, and a fresh network is in training mode.",
    {'return "dropped, no graph"': 'return "kept, no graph"'},
)

graph_in_training_mode = slip(
    "The mode does not decide about the graph: under no_grad() none is recorded.",
    {'return "dropped, no graph"': 'return "dropped, graph"'},
)

eval_without_no_grad = slip(
    "This is what eval() without no_grad() does. Here it is the other way round.",
    {'return "dropped, no graph"': 'return "kept, graph"'},
)

most_flexible_twice = slip(
    "Degree 9 also fits the noise of the 10 points, and new points have other noise.",
    {"return (9, 3)": "return (9, 9)"},
)

true_degree_twice = slip(
    "The true degree does not have the lowest training error: what can bend more gets closer.",
    {"return (9, 3)": "return (3, 3)"},
)

simplest_on_new_points = slip(
    "A line is too stiff for a cubic curve: it underfits.", {"return (9, 3)": "return (9, 1)"}
)

order_swapped = slip(
    "It is the other way round: the points that were fitted come first.",
    {"return (9, 3)": "return (3, 9)"},
)

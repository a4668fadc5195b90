import math

from kata.attempts import right, slip
from solutions.evaluation.predict_metrics import (
    lopsided_f1,
    precision_in_a_matrix,
    precision_in_screening,
    sure_and_wrong,
    untrained_loss,
)


@right(untrained_loss)
def as_a_logarithm():
    return math.log(10)


@right(sure_and_wrong)
def through_the_probability():
    return -math.log(1 / (1 + math.exp(10.0)))


@right(precision_in_screening)
def by_bayes():
    return 0.9 * 0.01 / (0.9 * 0.01 + 0.1 * 0.99)


@right(lopsided_f1)
def as_a_mean_of_inverses():
    return 1 / ((1 / 1.0 + 1 / 0.1) / 2)


@right(precision_in_a_matrix)
def as_a_fraction():
    return 7 / 9


log_of_base_10 = slip(
    "This is a logarithm to base 10. Losses are in nats.", {"return 2.303": "return 1.0"}
)

log_of_base_2 = slip(
    "This is a logarithm to base 2, so the loss in bits. Losses are in nats.",
    {"return 2.303": "return 3.322"},
)

probability_for_loss = slip(
    "This is the probability of each class. The loss is minus its logarithm.",
    {"return 2.303": "return 0.1"},
)

wrong_share_for_loss = slip(
    "This is the share of wrong answers if one guesses. The loss looks at probabilities.",
    {"return 2.303": "return 0.9"},
)

perplexity_for_loss = slip(
    "This is the perplexity, exp of the loss.", {"return 2.303": "return 10.0"}
)

loss_of_two_classes = slip(
    "This is the loss of guessing between two classes.", {"return 2.303": "return 0.693"}
)

divided_by_the_classes = slip(
    "The loss is divided by the number of classes. It is a mean over samples.",
    {"return 2.303": "return 0.23"},
)

target_taken_for_0 = slip(
    "That would be the loss for a target of 0. The classifier is sure of 0, and the target is 1.",
    {"return 10.0": "return 0.0"},
)

clipped_at_100 = slip(
    "100 is where PyTorch clips the loss of a probability of exactly 0. Here the probability is "
    "about 0.000045.",
    {"return 10.0": "return 100.0"},
)

infinite_loss = slip(
    "The loss is infinite only for a probability of 0. The sigmoid of −10 is small, but not 0.",
    {"return 10.0": "return float('inf')"},
)

squared_for_logarithm = slip(
    "This is about the squared error of the probability, which is 1 at most. Cross-entropy has no "
    "bound.",
    {"return 10.0": "return 1.0"},
)

negative_loss = slip("A cross-entropy is never negative.", {"return 10.0": "return -10.0"})

half_of_the_logit = slip("log 2 is the loss at a logit of 0.", {"return 10.0": "return 0.693"})

mean_for_both = slip(
    "The mean has the least MSE only. What changes in the MAE if you move away from 0.0?",
    {"return 2.0, 0.0": "return 2.0, 2.0"},
)

median_for_both = slip(
    "The median has the least MAE only. With squared errors, the outlier weighs more.",
    {"return 2.0, 0.0": "return 0.0, 0.0"},
)

mean_and_median_swapped = slip(
    "They are swapped: the squared error is the one that an outlier pulls away.",
    {"return 2.0, 0.0": "return 0.0, 2.0"},
)

midrange_for_mse = slip(
    "5.0 lies in the middle between the smallest and the largest target. It has the least "
    "*largest* error, not the least squared one.",
    {"return 2.0, 0.0": "return 5.0, 0.0"},
)

smoothing_spares_the_target = slip(
    "This takes 0.1 away from the right class. In PyTorch all classes share it, the right one too.",
    {"return 0.91": "return 0.9"},
)

smoothing_forgotten = slip(
    "That is the optimum without smoothing. With it, certainty costs without limit.",
    {"return 0.91": "return 1.0"},
)

smoothing_of_one_class = slip(
    "This takes away only what one class gets. Nine others get as much.",
    {"return 0.91": "return 0.99"},
)

accuracy_for_f1 = slip(
    "F1 looks at the positive class, the ill. How many of them were found?",
    {"return 0.99, 0.0": "return 0.99, 0.99"},
)

f1_of_the_healthy = slip(
    "This F1 is that of the healthy.", {"return 0.99, 0.0": "return 0.99, 0.995"}
)

balanced_for_accuracy = slip(
    "The first is the balanced accuracy, a mean over classes. Accuracy is a share of samples.",
    {"return 0.99, 0.0": "return 0.5, 0.0"},
)

nothing_called_is_perfect = slip(
    "Here 0/0 counts as 0, and recall is 0 in any case.", {"return 0.99, 0.0": "return 0.99, 1.0"}
)

recall_for_precision = slip(
    "This is the recall. Precision is a share of those who are called ill, most of whom are not.",
    {"return 0.083": "return 0.9"},
)

product_for_precision = slip(
    "That is too much. Of 1000 people 9 are ill and found; how many of the others are called ill?",
    {"return 0.083": "return 0.09"},
)

odds_for_precision = slip(
    "This is hits over false alarms. Those who are called ill are both together.",
    {"return 0.083": "return 0.091"},
)

share_of_hits_among_all = slip(
    "This is the share of hits among all people. Precision is among those who are called ill.",
    {"return 0.083": "return 0.009"},
)

false_positive_rate_for_precision = slip(
    "This is the false-positive rate, a share of the healthy. Precision is one of those who are "
    "called ill.",
    {"return 0.083": "return 0.1"},
)

classes_of_equal_size = slip(
    "That would be right if half of all people were ill.", {"return 0.083": "return 0.5"}
)

arithmetic_mean = slip(
    "This is the arithmetic mean. The harmonic one is near the smaller of the two.",
    {"return 0.182": "return 0.55"},
)

geometric_mean = slip(
    "This is the geometric mean. F1 is the harmonic one.", {"return 0.182": "return 0.316"}
)

product = slip(
    "This is the product, and the smaller of the two. F1 lies a little above.",
    {"return 0.182": "return 0.1"},
)

factor_2_forgotten = slip(
    "The factor 2 of the harmonic mean is missing.", {"return 0.182": "return 0.091"}
)

recall_in_the_matrix = slip(
    "This is the recall of class 1, along its row. Precision goes down its column.",
    {"return 0.778": "return 0.7"},
)

accuracy_in_the_matrix = slip(
    "This is the accuracy, the diagonal's share of everything.", {"return 0.778": "return 0.75"}
)

precision_of_class_0 = slip("This is the precision of class 0.", {"return 0.778": "return 0.727"})

recall_of_class_0 = slip("This is the recall of class 0.", {"return 0.778": "return 0.8"})

f1_in_the_matrix = slip("This is the F1 of class 1.", {"return 0.778": "return 0.737"})

both_areas_a_half = slip(
    "Average precision depends on how many samples are positive. What is the precision if all are "
    "called positive?",
    {"return 0.5, 0.1": "return 0.5, 0.5"},
)

ties_as_mistakes = slip(
    "A pair with equal scores is not ranked wrong: in ROC AUC it counts half.",
    {"return 0.5, 0.1": "return 0.0, 0.1"},
)

ties_as_hits = slip(
    "A pair with equal scores is not ranked right: in ROC AUC it counts half.",
    {"return 0.5, 0.1": "return 1.0, 0.1"},
)

perfect_areas = slip(
    "Equal scores rank nothing. A perfect ranking has two areas of 1.",
    {"return 0.5, 0.1": "return 1.0, 1.0"},
)

score_for_area = slip(
    "The scores themselves do not matter for these areas, only their order.",
    {"return 0.5, 0.1": "return 0.9, 0.9"},
)

areas_swapped = slip(
    "They are swapped. Which of the two knows nothing of the share of positives?",
    {"return 0.5, 0.1": "return 0.1, 0.5"},
)

all_changes = slip(
    "Doubling keeps signs and order. Accuracy and AUC see nothing else.",
    {'return "cross-entropy"': 'return "all"'},
)

nothing_changes = slip(
    "The probabilities become more extreme, and a loss looks at them.",
    {'return "cross-entropy"': 'return "none"'},
)

area_changes = slip(
    "It is the other way round: the order stays, the probabilities do not.",
    {'return "cross-entropy"': 'return "AUC"'},
)

area_changes_too = slip(
    "AUC depends on the order of the scores alone, and that stays.",
    {'return "cross-entropy"': 'return "AUC and cross-entropy"'},
)

precision_only_rises = slip(
    "Precision mostly rises, but the samples that are dropped may be hits.",
    {'return "either"': 'return "only rises"'},
)

both_may_move = slip(
    "Recall is a share of all positives, whose number stays. Can a higher threshold find more of "
    "them?",
    {'"only falls"  #': '"either"  #'},
)

directions_swapped = slip(
    "The lower the threshold, the more positives are found. So what does raising it do to recall?",
    {'return "either", "only falls"': 'return "only falls", "only rises"'},
)

accuracy_for_error = slip(
    "This is the accuracy. The calibration error compares it with the confidence.",
    {"return 0.3 ": "return 0.6 "},
)

confidence_for_error = slip(
    "This is the confidence. The calibration error compares it with the accuracy.",
    {"return 0.3 ": "return 0.9 "},
)

signed_error = slip(
    "The calibration error is the size of the gap, without a sign.", {"return 0.3 ": "return -0.3 "}
)

squared_error = slip(
    "The gap is squared. The expected calibration error takes its size.",
    {"return 0.3 ": "return 0.09 "},
)

spread_over_the_bins = slip(
    "The gap is divided by ten bins. Empty bins have no weight.", {"return 0.3 ": "return 0.03 "}
)

wrong_share_for_error = slip(
    "This is the share of wrong predictions. The classifier admits to a tenth.",
    {"return 0.3 ": "return 0.4 "},
)

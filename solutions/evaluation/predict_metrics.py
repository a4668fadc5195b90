"""Predict: losses and metrics, in your head.

Return each answer as a literal, floats rounded to 3 decimals. Logarithms are natural, losses are
means as in PyTorch, and 0/0 counts as 0. In a confusion matrix, rows are true classes, columns
predicted ones.
"""


def untrained_loss() -> float:
    """A classifier of 10 classes gives every class the same score. What is its cross-entropy? A
    float.
    """
    return 2.303  # −log(1/10)


def sure_and_wrong() -> float:
    """The logit is −10.0 and the target is 1. What is the binary cross-entropy? A float."""
    return 10.0  # log(1 + exp(10)) = 10.00005: far out, the loss grows like the logit


def best_constants() -> tuple[float, float]:
    """The targets are 0.0, 0.0, 0.0, 0.0 and 10.0. Which constant prediction minimizes the
    MSE, and which the MAE? A tuple of two floats.
    """
    return 2.0, 0.0  # the mean, which one outlier moves, and the median, which it does not


def smoothed_optimum() -> float:
    """A classifier of 10 classes is trained with a label smoothing of 0.1, as in PyTorch. Which
    predicted probability of the right class minimizes the loss? A float.
    """
    return 0.91  # 1 − 0.1, and the right class's tenth of the 0.1 that all classes share


def always_healthy() -> tuple[float, float]:
    """Of 100 patients one is ill. A classifier calls all of them healthy. What are its accuracy and
    its F1, with "ill" as the positive class? A tuple of two floats.
    """
    return 0.99, 0.0  # no hit, so F1 is 0


def precision_in_screening() -> float:
    """Of all people 1 % are ill. A test is positive for 90 % of the ill and for 10 % of the
    healthy. What is its precision? A float.
    """
    return 0.083  # of 1000 people, 9 are hits and 99 false alarms: 9/108


def lopsided_f1() -> float:
    """Precision is 1.0, recall is 0.1. What is F1? A float."""
    return 0.182  # 2 · 1 · 0.1 / 1.1: the harmonic mean stays near the smaller one


def precision_in_a_matrix() -> float:
    """The confusion matrix is [[8, 2], [3, 7]]. What is the precision of class 1? A float."""
    return 0.778  # down the column of what was called 1: 7 / (2 + 7)


def constant_scores() -> tuple[float, float]:
    """Of 100 samples 10 are positive. A classifier gives all of them the score 0.9. What are its
    ROC AUC and its average precision? A tuple of two floats.
    """
    return 0.5, 0.1  # all pairs tie; the one threshold calls everything, a tenth of it rightly


def doubled_logits() -> str:
    """All logits of a binary classifier are doubled. Which of these change: its accuracy at a
    threshold of 0 on the logit, its ROC AUC, its cross-entropy? One of "none", "AUC",
    "cross-entropy", "AUC and cross-entropy", "all".
    """
    return "cross-entropy"  # order and signs stay, but the probabilities become more extreme


def raised_threshold() -> tuple[str, str]:
    """The threshold is raised, and fewer samples than before, but still some, are called positive.
    What can happen to precision, and what to recall? A tuple of two, each one of "only rises",
    "only falls" (both allow no change), "either".
    """
    return "either", "only falls"  # hits can only be lost; their share among the rest is open


def overconfidence() -> float:
    """A classifier is 90 % sure of each of its 1000 predictions, and 600 are right. What is its
    expected calibration error, with any bins? A float.
    """
    return 0.3  # all are in one bin: |0.6 − 0.9|

"""Predict: losses and metrics, in your head.

Return each answer as a literal, floats rounded to 3 decimals. Logarithms are natural, losses are
means as in PyTorch, and 0/0 counts as 0. In a confusion matrix, rows are true classes, columns
predicted ones.
"""


def untrained_loss() -> float:
    """A classifier of 10 classes gives every class the same score. What is its cross-entropy? A
    float.
    """
    raise NotImplementedError


def sure_and_wrong() -> float:
    """The logit is −10.0 and the target is 1. What is the binary cross-entropy? A float."""
    raise NotImplementedError


def best_constants() -> tuple[float, float]:
    """The targets are 0.0, 0.0, 0.0, 0.0 and 10.0. Which constant prediction minimizes the
    MSE, and which the MAE? A tuple of two floats.
    """
    raise NotImplementedError


def smoothed_optimum() -> float:
    """A classifier of 10 classes is trained with a label smoothing of 0.1, as in PyTorch. Which
    predicted probability of the right class minimizes the loss? A float.
    """
    raise NotImplementedError


def always_healthy() -> tuple[float, float]:
    """Of 100 patients one is ill. A classifier calls all of them healthy. What are its accuracy and
    its F1, with "ill" as the positive class? A tuple of two floats.
    """
    raise NotImplementedError


def precision_in_screening() -> float:
    """Of all people 1 % are ill. A test is positive for 90 % of the ill and for 10 % of the
    healthy. What is its precision? A float.
    """
    raise NotImplementedError


def lopsided_f1() -> float:
    """Precision is 1.0, recall is 0.1. What is F1? A float."""
    raise NotImplementedError


def precision_in_a_matrix() -> float:
    """The confusion matrix is [[8, 2], [3, 7]]. What is the precision of class 1? A float."""
    raise NotImplementedError


def constant_scores() -> tuple[float, float]:
    """Of 100 samples 10 are positive. A classifier gives all of them the score 0.9. What are its
    ROC AUC and its average precision? A tuple of two floats.
    """
    raise NotImplementedError


def doubled_logits() -> str:
    """All logits of a binary classifier are doubled. Which of these change: its accuracy at a
    threshold of 0 on the logit, its ROC AUC, its cross-entropy? One of "none", "AUC",
    "cross-entropy", "AUC and cross-entropy", "all".
    """
    raise NotImplementedError


def raised_threshold() -> tuple[str, str]:
    """The threshold is raised, and fewer samples than before, but still some, are called positive.
    What can happen to precision, and what to recall? A tuple of two, each one of "only rises",
    "only falls" (both allow no change), "either".
    """
    raise NotImplementedError


def overconfidence() -> float:
    """A classifier is 90 % sure of each of its 1000 predictions, and 600 are right. What is its
    expected calibration error, with any bins? A float.
    """
    raise NotImplementedError

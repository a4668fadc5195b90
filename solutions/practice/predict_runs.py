"""Predict: first losses, steps, splits, augmentation and transfer, in your head.

Answer without code; round floats to 3 decimals. Losses are in nats, layers are PyTorch's with their
defaults, and gradient descent is plain: no momentum, no weight decay.
"""


def first_loss() -> float:
    """A classifier for 7 classes starts with a last layer of zeros. What is its cross-entropy
    before the first step? A float.
    """
    # Every class gets 1/7, and −log(1/7) = log 7.
    return 1.946


def largest_stable_rate() -> float:
    """Gradient descent on the loss u² + 5v² starts at u = v = 1. Which rate is the limit, above
    which it diverges? A float.
    """
    # A step multiplies v by 1 − 10 · rate, which must not fall below −1.
    return 0.2


def without_zero_grad() -> float:
    """The loss is 2w. Three times, a loop calls backward() and SGD's step() with a rate of 0.1, but
    never zero_grad(). How far is w from its start, as a positive number? A float.
    """
    # The gradients pile up: 0.1 · (2 + 4 + 6).
    return 1.2


def validation_loss() -> float:
    """Batches of 32, 32 and 16 rows have mean losses of 1.0, 1.0 and 3.0. What is the mean loss of
    a row? A float.
    """
    # The batches weigh as many rows as they have: (32 + 32 + 48) / 80.
    return 1.4


def softmax_twice() -> float:
    """A network for 5 classes ends in a softmax, and CrossEntropyLoss takes the output for logits.
    How low can its loss fall? A float.
    """
    # At best its "logits" are one 1 and four 0s: log(1 + 4/e).
    return 0.905


def chosen_on_all_rows() -> str:
    """40 rows have 2,000 columns of noise, and a coin gives the labels. The 10 columns that
    correlate most with the labels over all rows are kept. Then a classifier learns from 20 rows.
    How many of the other 20 does it get right? "far below half", "about half" or "far above half".
    """
    # Among so many columns some fit the test labels by chance, and just these were kept.
    return "far above half"


def impossible_picture() -> str:
    """The picture is one row of pixels, 1 2 3. It may be mirrored. Then it gets a zero at each end,
    and three neighbouring pixels are cut out. What cannot come out? "012", "032", "201", "230" or
    "321".
    """
    # Nothing that leaves on one side comes back on the other.
    return "201"


def mixed_label() -> tuple[float, float, float]:
    """Mixup with λ = 0.8 mixes a row of class 2 with a partner of class 0, out of the classes 0, 1
    and 2. What is the row's new label? A tuple of three floats.
    """
    # λ goes to the row's own class, the rest to the partner's.
    return (0.2, 0.0, 0.8)


def smallest_training_set() -> int:
    """10 rows are validated in 3 folds of sizes as equal as possible. How many rows does the
    smallest training set have? An int.
    """
    # The folds have 4, 3 and 3 rows, and the largest leaves 10 − 4.
    return 6


def trained_parameters() -> int:
    """A pretrained Linear(20, 8) and BatchNorm1d(8) are frozen, by requires_grad_(False). A new
    Linear(8, 3) follows. How many parameters are trained? An int.
    """
    # Only the head: 8 · 3 weights and 3 biases.
    return 27


def forgotten_eval() -> str:
    """A fresh network with dropout is evaluated under torch.no_grad(), but nobody called eval().
    Is anything dropped, and is a graph recorded? "dropped, graph", "dropped, no graph", "kept,
    graph" or "kept, no graph".
    """
    # no_grad() is about the graph; the mode is still that of training.
    return "dropped, no graph"


def best_degrees() -> tuple[int, int]:
    """Polynomials of degree 1, 3 and 9 are fitted to 10 noisy points of a cubic curve by least
    squares. Which degree has the lowest error on these points, and which on 1,000 new points? A
    tuple of two ints.
    """
    # Degree 9 goes through all 10 points, noise included.
    return (9, 3)

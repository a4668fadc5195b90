"""Predict: shapes, values, gradients and counts of simple networks, in your head.

Return each answer as a literal. Arrays are NumPy's; linear layers are PyTorch's: a weight has shape
(out, in), there is a bias, and a batch is along axis 0.
"""


def broadcast_shape() -> tuple[int, ...]:
    """a has shape (5, 1, 4), b has shape (3, 1). What is the shape of a + b? A tuple of ints."""
    raise NotImplementedError


def predictions_minus_targets() -> tuple[int, ...]:
    """Predictions of shape (32, 1) minus targets of shape (32,): what shape has the result? A tuple
    of ints.
    """
    raise NotImplementedError


def mean_by_axis() -> tuple[int, ...]:
    """x has shape (8, 10, 64). What shape has x.mean(axis=1, keepdims=True)? A tuple of ints."""
    raise NotImplementedError


def batched_product() -> tuple[int, ...]:
    """a has shape (6, 2, 3), b has shape (3, 5). What is the shape of a @ b? A tuple of ints."""
    raise NotImplementedError


def network_parameters() -> int:
    """A network has 784 inputs, one hidden layer of 100 units and 10 outputs. How many parameters
    does it have, biases included? An int.
    """
    raise NotImplementedError


def stacked_without_activation() -> str:
    """Three linear layers of 50 units follow each other without activations. What can they compute
    that a single linear layer of this width cannot? "nothing", "curves" or "XOR".
    """
    raise NotImplementedError


def two_class_softmax() -> float:
    """The logits of two classes are log(3.0) and 0.0. What probability does softmax give the first?
    A float.
    """
    raise NotImplementedError


def shifted_logits() -> str:
    """100 is added to all logits of a row. What happens to their softmax? "nothing", "it becomes
    more even" or "it becomes more extreme".
    """
    raise NotImplementedError


def doubled_logits() -> str:
    """All logits of a row, which are not equal, are doubled. What happens to their softmax?
    "nothing", "it becomes more even" or "it becomes more extreme".
    """
    raise NotImplementedError


def relu_gradient() -> tuple[float, float, float]:
    """x = [−2.0, 0.5, 3.0], y = relu(x), and the loss is Σ y². What is its gradient with respect to
    x? A tuple of three floats.
    """
    raise NotImplementedError


def sigmoid_slope() -> float:
    """How steep is the sigmoid at its steepest? A float."""
    raise NotImplementedError


def bias_gradient() -> float:
    """One linear unit with a bias sees a batch of 32 rows. The gradient with respect to its
    output is 0.5 for each row. What is that with respect to the bias? A float.
    """
    raise NotImplementedError

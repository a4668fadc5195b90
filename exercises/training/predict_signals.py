"""Predict what becomes of signals, gradients and statistics. Answer from your head, without code.

Floats are right to three digits. BatchNorm, LayerNorm and Dropout are those of PyTorch, new, with
their defaults: an eps of 1e-5 and a momentum of 0.1.
"""


def batch_norm_in_evaluation() -> float:
    """A batch of 32 numbers has mean 7 and standard deviation 3. It goes through a BatchNorm(1) in
    evaluation, before any training. What is the mean of the output? A float.
    """
    raise NotImplementedError


def running_mean() -> float:
    """BatchNorm(1) sees one batch in training, with mean 10. What is its running mean? A float."""
    raise NotImplementedError


def batch_norm_statistics() -> tuple[int, ...]:
    """Pictures of shape (8, 16, 5, 5) go through a BatchNorm2d(16). What shape has its running
    mean? A tuple.
    """
    raise NotImplementedError


def layer_norm_statistics() -> int:
    """x of shape (8, 10, 64) goes through a LayerNorm(64). How many means does it take? An int."""
    raise NotImplementedError


def bias_before_batch_norm() -> float:
    """A linear layer with one output and a bias is followed by BatchNorm(1) in training and a loss.
    What is the gradient with respect to that bias? A float.
    """
    raise NotImplementedError


def weights_before_batch_norm() -> float:
    """All weights of a linear layer before a BatchNorm are doubled, in training. By which factor is
    the length of their gradient multiplied? A float.
    """
    raise NotImplementedError


def kept_by_dropout() -> float:
    """Dropout with p = 0.2, in training, is given ones. What is the largest output? A float."""
    raise NotImplementedError


def dropout_in_evaluation() -> float:
    """Dropout with p = 0.2, in evaluation, is given ones. What is the largest output? A float."""
    raise NotImplementedError


def linear_stack() -> str:
    """Inputs of size 1 go through 20 linear layers of 100 units, their weights drawn with standard
    deviation 0.05. About how large are the outputs? "1e-26", "1e-6", "0.05", "1" or "1e6".
    """
    raise NotImplementedError


def relu_stack() -> str:
    """Inputs of size 1 go through 30 ReLU layers of 100 units, their weights drawn with variance
    1/100. What becomes of the signal? "vanishes", "stays" or "explodes".
    """
    raise NotImplementedError


def sigmoid_gradients() -> str:
    """Ten sigmoid layers of 100 units start from Xavier weights. How is the gradient of the first
    layer's weights, beside the last layer's? "vanishing", "healthy" or "exploding".
    """
    raise NotImplementedError


def equal_weights() -> int:
    """All weights of a network with one layer of 4 hidden tanh units start at 0.5. How many
    different units does that layer have after 100 steps of training? An int.
    """
    raise NotImplementedError

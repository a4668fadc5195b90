"""Predict: what happens to signals, gradients and statistics.

Answer from your head, without code; give floats to three digits. BatchNorm, LayerNorm and Dropout
are PyTorch's, freshly made, with their defaults: an eps of 1e-5 and a momentum of 0.1.
"""


def batch_norm_in_evaluation() -> float:
    """A batch of 32 numbers has mean 7 and standard deviation 3. It goes through a BatchNorm1d(1)
    in evaluation mode, before any training step. What is the mean of the output? A float.
    """
    raise NotImplementedError


def running_mean() -> float:
    """BatchNorm1d(1), in training mode, sees a batch of mean 10. What is its running mean then? A
    float.
    """
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
    """A linear layer with a bias and one output feeds BatchNorm1d(1) in training mode, then a loss.
    What is the gradient with respect to that bias? A float.
    """
    raise NotImplementedError


def weights_before_batch_norm() -> float:
    """All weights of a linear layer before a BatchNorm, in training mode, are doubled. By what
    factor is the norm of their gradient multiplied, ignoring eps? A float.
    """
    raise NotImplementedError


def kept_by_dropout() -> float:
    """The input of Dropout with p = 0.2, in training mode, is ones. What is the largest output? A
    float.
    """
    raise NotImplementedError


def dropout_in_evaluation() -> float:
    """The input of Dropout with p = 0.2, in evaluation mode, is ones. What is the largest output? A
    float.
    """
    raise NotImplementedError


def linear_stack() -> str:
    """Inputs of root mean square 1 go through 20 linear layers of 100 units without biases, with
    weights drawn with standard deviation 0.05. About how large are the outputs? "1e-26", "1e-6",
    "0.05", "1" or "1e6".
    """
    raise NotImplementedError


def relu_stack() -> str:
    """Inputs of root mean square 1 go through 30 ReLU layers of 100 units without biases, with
    weights drawn with variance 1/100. What happens to the signal? "vanishes", "stays" or
    "explodes".
    """
    raise NotImplementedError


def sigmoid_gradients() -> str:
    """Ten sigmoid layers of 100 units start from Xavier weights. What is the gradient of the first
    layer's weights, compared with that of the last layer's? "vanishing", "healthy" or "exploding".
    """
    raise NotImplementedError


def equal_weights() -> int:
    """All weights and biases of a network with one hidden layer of 4 tanh units start at 0.5. After
    100 training steps, how many of these units are distinct? An int.
    """
    raise NotImplementedError

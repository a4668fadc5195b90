import numpy as np

from kata.attempts import right, wrong
from solutions.basics.sigmoid import sigmoid, sigmoid_backward

# --- sigmoid ---------------------------------------------------------------------------------


@right(sigmoid)
def sigmoid_by_two_formulas(x):
    y = np.empty_like(x)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    y[~positive] = e / (1 + e)
    return y


@right(sigmoid)
def sigmoid_through_its_logarithm(x):
    # log sigmoid(x) = −log(exp(0) + exp(−x))
    return np.exp(-np.logaddexp(x.dtype.type(0), -x))


@wrong(
    sigmoid,
    "exp(−x) overflows where x is far below 0. The value comes out right, but with a warning. "
    "np.where alone is no help, as it computes both of its branches for every entry.",
)
def sigmoid_by_its_formula(x):
    return 1 / (1 + np.exp(-x))


@wrong(
    sigmoid,
    "exp(x) overflows where x is large, and ∞ / ∞ is nan: this form is safe only below 0.",
)
def sigmoid_by_the_other_formula(x):
    e = np.exp(x)
    return e / (1 + e)


@wrong(
    sigmoid,
    "x is clipped before exp, so that nothing overflows; but then all entries beyond the bound get "
    "the bound's value, and lose their digits.",
)
def sigmoid_of_a_clipped_x(x):
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


@wrong(
    sigmoid,
    "Computed from tanh, which is −1 to all digits far below 0: there (1 + tanh) / 2 cancels to 0, "
    "where sigmoid is tiny.",
)
def sigmoid_from_tanh(x):
    return (1 + np.tanh(x / 2)) / 2


@wrong(sigmoid, "The sign of x is lost: it falls where it should rise.")
def sigmoid_mirrored(x):
    return sigmoid(-x)


@wrong(sigmoid, "This is tanh, which runs from −1 to 1. The sigmoid runs from 0 to 1.")
def tanh_for_sigmoid(x):
    return np.tanh(x)


@wrong(
    sigmoid,
    "This is the hard sigmoid, made of straight lines. It agrees only at 0 and far from it.",
)
def hard_sigmoid(x):
    return np.clip(x / 6 + x.dtype.type(0.5), 0, 1)


@wrong(sigmoid, "The entries are divided by their sum: that is softmax's step. Each stands alone.")
def normalized_like_softmax(x):
    e = np.exp(x - x.max(initial=0))
    return e / e.sum()


@wrong(sigmoid, "The result is float64 whatever x is: an array made on the way has that dtype.")
def sigmoid_always_float64(x):
    return sigmoid(x.astype(np.float64))


@wrong(sigmoid, "It writes into x. An operation with out=x or an index changes the caller's array.")
def sigmoid_in_place(x):
    x[...] = sigmoid(x)
    return x


@wrong(sigmoid, "Python loops over the entries, or rows of them. NumPy's exp takes them all.")
def sigmoid_entry_at_a_time(x):
    y = np.empty_like(x)
    for index in np.ndindex(x.shape):
        y[index] = sigmoid(x[index])
    return y


# --- sigmoid_backward ------------------------------------------------------------------------


@right(sigmoid_backward)
def backward_from_two_sigmoids(grad_y, x):
    return grad_y * sigmoid(x) * sigmoid(-x)


@right(sigmoid_backward)
def backward_from_the_larger_sigmoid(grad_y, x):
    """What it lacks to 1 is itself times the small exponential."""
    small = np.exp(-np.abs(x))
    y = 1 / (1 + small)
    return grad_y * y * (y * small)


@wrong(
    sigmoid_backward,
    "1 − y is 0 to all digits where y is 1 to all digits, so the right tail is lost. "
    "1 − sigmoid(x) can be had without that subtraction.",
)
def one_minus_y(grad_y, x):
    y = sigmoid(x)
    return grad_y * y * (1 - y)


@wrong(sigmoid_backward, "The upstream gradient is missing: this is the derivative alone.")
def backward_without_upstream(grad_y, x):
    return sigmoid_backward(np.ones_like(grad_y), x)


@wrong(
    sigmoid_backward,
    "x is taken for sigmoid's result: y · (1 − y) wants y = sigmoid(x), and here it is given x.",
)
def x_taken_for_y(grad_y, x):
    return grad_y * x * (1 - x)


@wrong(sigmoid_backward, "One factor is missing: the derivative is y · (1 − y), not y alone.")
def backward_by_y_alone(grad_y, x):
    return grad_y * sigmoid(x)


@wrong(sigmoid_backward, "That is tanh's derivative, 1 − y². The sigmoid's is y · (1 − y).")
def backward_as_for_tanh(grad_y, x):
    return grad_y * (1 - sigmoid(x) ** 2)


@wrong(sigmoid_backward, "The arguments are swapped: grad_y comes first, x second.")
def backward_with_arguments_swapped(grad_y, x):
    return sigmoid_backward(x, grad_y)


@wrong(
    sigmoid_backward,
    "exp(−x) overflows where x is far below 0; a quotient of two such numbers is nan.",
)
def backward_by_its_formula(grad_y, x):
    e = np.exp(-x)
    return grad_y * e / (1 + e) ** 2


@wrong(sigmoid_backward, "The gradient is float64 whatever the arguments are.")
def backward_always_float64(grad_y, x):
    return sigmoid_backward(grad_y, x.astype(np.float64))


@wrong(sigmoid_backward, "It writes into grad_y: an operation such as *= changes the array itself.")
def backward_into_grad_y(grad_y, x):
    grad_y *= sigmoid(x) * sigmoid(-x)
    return grad_y


@wrong(
    sigmoid_backward,
    "Python loops over the entries, or rows of them. NumPy takes all at once.",
)
def backward_entry_at_a_time(grad_y, x):
    grad_x = np.empty_like(grad_y)
    for index in np.ndindex(x.shape):
        grad_x[index] = sigmoid_backward(grad_y[index], x[index])
    return grad_x

"""Predict: steps, rates and regularizers of optimizers, in your head.

Return each answer as a literal; give floats to three digits. Optimizers are PyTorch's: momentum has
no dampening, and the averages of RMSProp and Adam start at 0. Take eps as negligibly small. The
length of a step is the absolute change of the weight.
"""


def adam_first_step() -> float:
    """Adam with lr 0.001 starts at 0.0. The first gradient is 1000.0. What is the weight after the
    first step? A float.
    """
    return -0.001  # m̂ / √v̂ is g / |g| = 1, whatever the size of g: the step is lr


def rmsprop_first_step() -> float:
    """RMSProp with lr 0.01 and α = 0.99 starts at 0.0. The first gradient is 5.0. What is the
    weight after the first step? A float.
    """
    return -0.1  # v is 0.01 · 25 and is not corrected: the step is lr / √0.01, ten times lr


def adagrad_late_step() -> float:
    """Adagrad with lr 1.0 gets a gradient of 3.0 in every step. How long is the 100th step?
    A float.
    """
    return 0.1  # 3 / √(100 · 9): all gradients so far are added up


def momentum_two_steps() -> float:
    """SGD with lr 0.1 and momentum 0.9 starts at 0.0. The gradient is 1.0 in both of its first two
    steps. What is the weight after them? A float.
    """
    return -0.29  # v is 1, then 0.9 + 1


def momentum_in_the_long_run() -> float:
    """The same optimizer, lr 0.1 and momentum 0.9, gets a gradient of 1.0 for hundreds of steps.
    What is the step length in the end? A float.
    """
    return 1.0  # v = 0.9 v + 1 stands still at 1 / (1 − 0.9) = 10


def largest_rate() -> float:
    """Gradient descent minimizes 5·w² from w = 1. Which learning rate separates convergence from
    divergence? A float.
    """
    return 0.2  # w is multiplied by 1 − lr · 10, which has to stay above −1: lr < 2 / curvature


def loss_times_100() -> tuple[float, float]:
    """The loss is multiplied by 100 from the start. By which factor do the steps of plain SGD grow,
    and by which those of Adam? A tuple of two floats.
    """
    return 100.0, 1.0  # √v̂ grows by the same factor as m̂


def decay_without_a_gradient() -> tuple[float, float]:
    """A weight is 1.0, and its loss is flat: the loss's gradient is 0. What is the weight after the
    first step of Adam, and after the first of AdamW, each with lr 0.1 and weight_decay 0.1? A tuple
    of two floats.
    """
    # In Adam the decay, 0.1 · 1, is the gradient, and its size is divided out. AdamW shrinks the
    # weight by lr · weight_decay.
    return 0.9, 0.99


def clipped() -> tuple[float, float]:
    """The gradients of two scalar parameters are 3.0 and 4.0. What are they after clip_grad_norm_
    with max_norm 1.0? A tuple of two floats.
    """
    return 0.6, 0.8  # one norm over both, 5, so both are divided by 5


def warm_up_and_cosine() -> float:
    """The rate warms up linearly from 0 to 0.1 in 100 steps, then falls along half a cosine to 0 at
    step 1100. What is it at step 600? A float.
    """
    return 0.05  # half-way along the cosine, where cos(π/2) = 0


def accumulated() -> float:
    """Four batches of 8 rows each call `backward` on their mean loss, without zero_grad in between.
    By what factor is the resulting gradient larger than that of the mean loss over all 32 rows? A
    float.
    """
    return 4.0  # backward adds: four means, never divided


def after_nan() -> str:
    """A weight trained by Adam has a gradient of nan once; all others are finite. What becomes
    of the weight? One of "stays nan", "recovers", "skips the step".
    """
    return "stays nan"  # nan − x is nan, and m and v have turned to nan as well

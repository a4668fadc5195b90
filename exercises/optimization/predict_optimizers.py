"""Predict: steps, rates and regularizers of optimizers, in your head.

Return each answer as a literal; give floats to three digits. Optimizers are PyTorch's: momentum has
no dampening, and the averages of RMSProp and Adam start at 0. Take eps as negligibly small. The
length of a step is the absolute change of the weight.
"""


def adam_first_step() -> float:
    """Adam with lr 0.001 starts at 0.0. The first gradient is 1000.0. What is the weight after the
    first step? A float.
    """
    raise NotImplementedError


def rmsprop_first_step() -> float:
    """RMSProp with lr 0.01 and α = 0.99 starts at 0.0. The first gradient is 5.0. What is the
    weight after the first step? A float.
    """
    raise NotImplementedError


def adagrad_late_step() -> float:
    """Adagrad with lr 1.0 gets a gradient of 3.0 in every step. How long is the 100th step?
    A float.
    """
    raise NotImplementedError


def momentum_two_steps() -> float:
    """SGD with lr 0.1 and momentum 0.9 starts at 0.0. The gradient is 1.0 in both of its first two
    steps. What is the weight after them? A float.
    """
    raise NotImplementedError


def momentum_in_the_long_run() -> float:
    """The same optimizer, lr 0.1 and momentum 0.9, gets a gradient of 1.0 for hundreds of steps.
    What is the step length in the end? A float.
    """
    raise NotImplementedError


def largest_rate() -> float:
    """Gradient descent minimizes 5·w² from w = 1. Which learning rate separates convergence from
    divergence? A float.
    """
    raise NotImplementedError


def loss_times_100() -> tuple[float, float]:
    """The loss is multiplied by 100 from the start. By which factor do the steps of plain SGD grow,
    and by which those of Adam? A tuple of two floats.
    """
    raise NotImplementedError


def decay_without_a_gradient() -> tuple[float, float]:
    """A weight is 1.0, and its loss is flat: the loss's gradient is 0. What is the weight after the
    first step of Adam, and after the first of AdamW, each with lr 0.1 and weight_decay 0.1? A tuple
    of two floats.
    """
    raise NotImplementedError


def clipped() -> tuple[float, float]:
    """The gradients of two scalar parameters are 3.0 and 4.0. What are they after clip_grad_norm_
    with max_norm 1.0? A tuple of two floats.
    """
    raise NotImplementedError


def warm_up_and_cosine() -> float:
    """The rate warms up linearly from 0 to 0.1 in 100 steps, then falls along half a cosine to 0 at
    step 1100. What is it at step 600? A float.
    """
    raise NotImplementedError


def accumulated() -> float:
    """Four batches of 8 rows each call `backward` on their mean loss, without zero_grad in between.
    By what factor is the resulting gradient larger than that of the mean loss over all 32 rows? A
    float.
    """
    raise NotImplementedError


def after_nan() -> str:
    """A weight trained by Adam has a gradient of nan once; all others are finite. What becomes
    of the weight? One of "stays nan", "recovers", "skips the step".
    """
    raise NotImplementedError

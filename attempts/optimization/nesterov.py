import numpy as np

from attempts.optimization.momentum import (
    an_average,
    an_average_that_starts_with_the_first,
    check,
    checked_at_the_first_step_only,
    learning_rate_fixed,
    learning_rate_kept,
    learning_rate_twice,
    lengths_unchecked,
    momentum_at_the_gradient,
    momentum_fixed,
    no_memory,
    none_as_zero,
    none_forgets,
    nothing_fades,
    nothing_moves,
    old_velocity_pushes_back,
    parameters_of_its_own,
    shapes_unchecked,
    sizes_in_place_of_shapes,
    state_by_position_among_the_present,
    state_by_shape,
    the_gradient_fades_too,
    uphill,
    zero_momentum_as_not_given,
)
from kata.attempts import right, slip
from solutions.optimization.nesterov import Nesterov, look_ahead

# --- Looking ahead ---------------------------------------------------------------------------


@right(look_ahead)
def by_two_points(x, gradient, lr, momentum, steps):
    """The textbook's form: a step down from the point ahead, then on along the last move."""
    x, ahead, u = x.copy(), x, np.zeros_like(x)
    for _ in range(steps):
        new = ahead - lr * gradient(ahead)
        u = new - x
        x, ahead = new, new + momentum * u
    return x, u


@right(look_ahead)
def with_a_sum_of_slopes(x, gradient, lr, momentum, steps):
    """v is kept without lr, as the optimizer keeps it, and the point is always the one ahead."""
    point, v = x.copy(), np.zeros_like(x)
    for _ in range(steps):
        g = gradient(point)
        v = momentum * v + g
        point = point - lr * (g + momentum * v)
    return point + lr * momentum * v, -lr * v


the_slope_at_x = slip(
    "The slope is measured at x: that is classical momentum. Nesterov measures it ahead, where the "
    "old move leads.",
    {"gradient(x + momentum * u)": "gradient(x)"},
)

the_whole_move_ahead = slip(
    "The point ahead is x + u. It should be momentum · u ahead: that is what is left of the old "
    "move.",
    {"gradient(x + momentum * u)": "gradient(x + u)"},
)

the_slope_behind = slip(
    "The slope is measured behind x, not ahead: the sign of the move is wrong.",
    {"gradient(x + momentum * u)": "gradient(x - momentum * u)"},
)

without_momentum = slip(
    "Nothing is left of the old move: u is −lr times the last slope alone.",
    {"u = momentum * u - lr": "u = -lr"},
)

a_mean_of_slopes = slip(
    "The slope is weighted by 1 − momentum, which makes u an average. It should count in full.",
    {"- lr * gradient": "- (1 - momentum) * lr * gradient"},
)

up_the_slope = slip(
    "It goes up the slope: the sign is wrong.", {"- lr * gradient": "+ lr * gradient"}
)

without_lr = slip(
    "u gathers the slopes without lr: the moves are far too long.",
    {"- lr * gradient": "- gradient"},
)

moved_from_the_point_ahead = slip(
    "x moves from the point ahead by the whole of u, which contains the way there: momentum · u "
    "counts twice.",
    {
        "u = momentum * u - lr * gradient(x + momentum * u)": "x = x + momentum * u\n"
        "u = momentum * u - lr * gradient(x)"
    },
)

moved_back_by_u = slip("x moves by −u: u has its sign already.", {"x = x + u": "x = x - u"})

moved_by_a_part_of_u = slip(
    "x moves by momentum · u, though u is the move itself.", {"x = x + u": "x = x + momentum * u"}
)

moved_by_the_old_u = slip(
    "x moves by u from before this step, so every slope acts one step late.",
    {
        "u = momentum * u - lr * gradient(x + momentum * u)\nx = x + u": (
            "x, u = x + u, momentum * u - lr * gradient(x + momentum * u)"
        )
    },
)

the_point_ahead_for_x = slip(
    "The point ahead, x + momentum · u, is returned for x.",
    {"return x, u": "return x + momentum * u, u"},
)

the_move_with_the_other_sign = slip(
    "The sign of u is wrong: it points back. x moves by + u.", {"return x, u": "return x, -u"}
)

the_sum_of_slopes_for_u = slip(
    "What is returned for u is the sum of slopes, without lr or the sign. u is the move itself.",
    {"return x, u": "return x, -u / lr"},
)

swapped = slip("The results are swapped: x comes first, u second.", {"return x, u": "return u, x"})

a_step_too_few = slip("It does one step too few.", {"range(steps)": "range(steps - 1)"})

stopped_where_it_stands_still = slip(
    "It stops once nothing moves. The gradient should be asked for in every step, even then.",
    {"x = x + u": "x = x + u\nif not u.any():\n    break"},
)

# --- The optimizer ---------------------------------------------------------------------------


@right(Nesterov)
class RememberingWhatLasts:
    """What is kept is momentum · v: the part of v that the next step starts with."""

    def __init__(self, lr=0.001, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.kept = None

    def step(self, params, grads):
        check(params, grads)
        if self.kept is None:
            self.kept = [np.zeros_like(param) for param in params]
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                self.kept[i] += grad
                self.kept[i] *= self.momentum
                new[i] = params[i] - self.lr * (self.kept[i] + grad)
        return new


learning_rate_in_the_velocity = slip(
    "lr is inside v, so v remembers earlier learning rates. It shows once `lr` is assigned: old "
    "moves keep their old length.",
    {
        "self._v[i] + grad": "self._v[i] + self.lr * grad",
        "self.lr * (grad + self.momentum * self._v[i])": (
            "self.lr * grad - self.momentum * self._v[i]"
        ),
    },
)

only_the_last_gradient = slip(
    "v remembers only the last gradient: what came before it is lost.",
    {
        "self._v[i] = self.momentum * self._v[i] + grad": (
            "v, self._v[i] = self.momentum * self._v[i] + grad, grad.copy()"
        ),
        "self.lr * (grad + self.momentum * self._v[i])": "self.lr * (grad + self.momentum * v)",
    },
)

classical_momentum = slip(
    "The move is by v alone, as in classical momentum. Nesterov's is made of the new gradient "
    "and the new v.",
    {"(grad + self.momentum * self._v[i])": "self._v[i]"},
)

the_whole_velocity = slip(
    "momentum is missing in the move: it multiplies v there.",
    {"(grad + self.momentum * self._v[i])": "(grad + self._v[i])"},
)

momentum_at_the_gradient_of_the_move = slip(
    "g and v are swapped in the move: momentum belongs to v.",
    {"(grad + self.momentum * self._v[i])": "(self._v[i] + self.momentum * grad)"},
)

momentum_at_both = slip(
    "momentum multiplies g too: in the move it belongs to v alone.",
    {"(grad + self.momentum * self._v[i])": "self.momentum * (self._v[i] + grad)"},
)

no_gradient_in_the_move = slip(
    "The move is momentum · v alone: the gradient is missing beside it.",
    {"(grad + self.momentum * self._v[i])": "self.momentum * self._v[i]"},
)

velocity_for_the_gradient = slip(
    "The move uses v in place of g: v + momentum · v counts all old gradients once too often.",
    {"(grad + self.momentum * self._v[i])": "(self._v[i] + self.momentum * self._v[i])"},
)

velocity_subtracted = slip(
    "In the move, momentum · v and g have different signs, so the old v pushes back.",
    {"(grad + self.momentum * self._v[i])": "(grad - self.momentum * self._v[i])"},
)

the_move_for_the_velocity = slip(
    "What is kept for the next step is g + momentum · v. That is the move; v goes on as v.",
    {
        "return param - self.lr * (grad + self.momentum * self._v[i])": (
            "self._v[i] = grad + self.momentum * self._v[i]\nreturn param - self.lr * self._v[i]"
        )
    },
)

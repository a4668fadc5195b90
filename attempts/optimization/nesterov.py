import numpy as np

from kata.attempts import right, slip
from solutions.optimization.nesterov import Nesterov, look_ahead


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


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
    """v is kept without lr, as the optimiser keeps it, and the point is always the one ahead."""
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
    "The point ahead is x + u. Only `momentum` times u will be left of the old move.",
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
    "The slope is weighted by 1 − momentum, which makes u an average. Here it counts in full.",
    {"- lr * gradient": "- (1 - momentum) * lr * gradient"},
)

up_the_slope = slip(
    "It goes up the slope: the sign is wrong.",
    {"- lr * gradient": "+ lr * gradient"},
)

without_lr = slip(
    "u gathers the slopes without lr: the moves are far too long.",
    {"- lr * gradient": "- gradient"},
)

with_a_schedule_of_momentum = slip(
    "The momentum is that of a schedule, (t − 1) / (t + 2), as in the theory for convex functions. "
    "Here it is the argument.",
    {"for _ in range(steps):": "for t in range(1, steps + 1):\n    momentum = (t - 1) / (t + 2)"},
)

zero_momentum_replaced = slip(
    "A momentum of 0 is treated as not given: `or` turns it into another value.",
    {"x, u = x.copy()": "momentum = momentum or 0.9\nx, u = x.copy()"},
)

moved_from_the_point_ahead = slip(
    "x moves from the point ahead by the whole of u, which contains the way there already: "
    "momentum · u is counted twice.",
    {
        "u = momentum * u - lr * gradient(x + momentum * u)": "x = x + momentum * u\n"
        "u = momentum * u - lr * gradient(x)",
    },
)

moved_back_by_u = slip(
    "x moves by −u: u has its sign already.",
    {"x = x + u": "x = x - u"},
)

moved_by_a_part_of_u = slip(
    "x moves by momentum · u, though u is the move itself.",
    {"x = x + u": "x = x + momentum * u"},
)

moved_by_the_old_u = slip(
    "x moves by u from before this step, so every slope acts one step late.",
    {
        "u = momentum * u - lr * gradient(x + momentum * u)\nx = x + u": (
            "x, u = x + u, momentum * u - lr * gradient(x + momentum * u)"
        ),
    },
)

stopping_where_it_is_flat = slip(
    "It stops where the slope is 0, though what is left of u would still move x.",
    {
        "u = momentum * u - lr * gradient(x + momentum * u)": "g = gradient(x + momentum * u)\n"
        "if not g.any():\n"
        "    break\n"
        "u = momentum * u - lr * g",
    },
)

the_point_ahead_for_x = slip(
    "The point ahead, x + momentum · u, is returned for x.",
    {"return x, u": "return x + momentum * u, u"},
)

the_move_with_the_other_sign = slip(
    "The sign of u is wrong: it points back. x moves by + u.",
    {"return x, u": "return x, -u"},
)

the_sum_of_slopes_for_u = slip(
    "What is returned for u is the sum of slopes v, without lr. u is the move: −lr times that.",
    {"return x, u": "return x, -u / lr"},
)

swapped = slip(
    "The results are swapped: x comes first, u second.",
    {"return x, u": "return u, x"},
)

only_x = slip(
    "Only x is returned. The last move u was asked for too.",
    {"return x, u": "return x"},
)

a_step_too_few = slip(
    "It does one step too few.",
    {"range(steps)": "range(steps - 1)"},
)

asked_at_x_too = slip(
    "`gradient` is asked twice in each step. One slope a step is all the method needs.",
    {"for _ in range(steps):": "for _ in range(steps):\n    gradient(x)"},
)

zeros_in_float64 = slip(
    "The results are float64 whatever x is: u starts as zeros of that dtype.",
    {"np.zeros_like(x)": "np.zeros(x.shape)"},
)


# --- The optimiser ---------------------------------------------------------------------------


@right(Nesterov)
class WithTheWholeHistory:
    """No recursion: the weights of all gradients so far, the newest a step ahead."""

    def __init__(self, lr=0.001, momentum=0.9):
        self.lr, self.momentum = lr, momentum
        self.history = {}

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for i, grad in enumerate(grads):
            if grad is not None:
                past = self.history.setdefault(i, [])
                past.insert(0, grad.copy())
                new[i] -= self.lr * grad
                new[i] -= self.lr * sum(
                    self.momentum ** (1 + age) * g for age, g in enumerate(past)
                )
        return new


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


# --- The velocity ----------------------------------------------------------------------------


an_average = slip(
    "The gradient is weighted by 1 − momentum, which makes v an average. Here v adds each gradient "
    "in full.",
    {"self._v[i] + grad": "self._v[i] + (1 - self.momentum) * grad"},
)

an_average_that_starts_with_the_first = slip(
    "v starts with the first gradient in full, but later ones are weighted by 1 − momentum. Here "
    "every gradient counts in full.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self._v[i] = self.momentum * self._v[i] + grad": "if self._v[i] is None:\n"
        "    self._v[i] = grad.copy()\n"
        "else:\n"
        "    self._v[i] = self.momentum * self._v[i] + (1 - self.momentum) * grad",
    },
)

learning_rate_in_the_velocity = slip(
    "lr is inside v, so v remembers the learning rates of earlier steps. It shows once `lr` is "
    "assigned: the old moves go on at their old length.",
    {
        "self._v[i] + grad": "self._v[i] + self.lr * grad",
        "self.lr * (grad + self.momentum * self._v[i])": (
            "self.lr * grad - self.momentum * self._v[i]"
        ),
    },
)

learning_rate_twice = slip(
    "lr is in v, and multiplies the move again: for v it counts twice.",
    {"self._v[i] + grad": "self._v[i] + self.lr * grad"},
)

learning_rate_kept = slip(
    "The step keeps to the lr that the optimiser was made with. `lr` may be assigned later, as a "
    "schedule does.",
    {"self.lr = lr": "self.lr = self.first_lr = lr", "param - self.lr": "param - self.first_lr"},
)

no_memory = slip(
    "Nothing is remembered: v is 0 again at the start of every step.",
    {"self.momentum * self._v[i] + grad": "grad.copy()"},
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

nothing_fades = slip(
    "v is the sum of all gradients: old ones do not fade, since `momentum` is missing.",
    {"self.momentum * self._v[i] + grad": "self._v[i] + grad"},
)

the_gradient_fades_too = slip(
    "momentum multiplies the whole sum v + g, the new gradient included. Only the old v fades.",
    {"self.momentum * self._v[i] + grad": "self.momentum * (self._v[i] + grad)"},
)

momentum_at_the_gradient = slip(
    "momentum multiplies the gradient instead of the old v.",
    {"self.momentum * self._v[i] + grad": "self._v[i] + self.momentum * grad"},
)

old_velocity_pushes_back = slip(
    "The signs of v and of the gradient differ: the old v pushes back instead of on.",
    {"self.momentum * self._v[i] + grad": "grad - self.momentum * self._v[i]"},
)

momentum_fixed = slip(
    "The argument `momentum` is not used.",
    {"self.momentum = momentum": "self.momentum = 0.9"},
)

zero_momentum_as_not_given = slip(
    "A momentum of 0 is treated as not given: `or` turns it into the default.",
    {"self.momentum = momentum": "self.momentum = momentum or 0.9"},
)

learning_rate_fixed = slip(
    "The argument `lr` is not used.",
    {"self.lr = lr": "self.lr = 0.001"},
)


# --- The move --------------------------------------------------------------------------------


classical_momentum = slip(
    "The move is by v alone: that is classical momentum. The new gradient and the new v both have "
    "a part in it.",
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
    "The gradient is missing in the move beside momentum · v.",
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
        ),
    },
)

uphill = slip(
    "The step goes up the gradient: the sign is wrong.",
    {"param - self.lr": "param + self.lr"},
)

learning_rate_at_the_velocity_only = slip(
    "lr multiplies only v in the move. It belongs to the gradient too.",
    {
        "self.lr * (grad + self.momentum * self._v[i])": (
            "grad - self.lr * self.momentum * self._v[i]"
        ),
    },
)


# --- None, and whose state -------------------------------------------------------------------


none_as_zero = slip(
    "A gradient of None is taken for 0: the parameter still moves, and v fades. Both should stay.",
    {"return param.copy()": "grad = np.zeros_like(param)"},
)

none_fades_the_velocity = slip(
    "With a gradient of None the parameter stays, but v fades. It should stay too.",
    {"return param.copy()": "self._v[i] = self.momentum * self._v[i]\nreturn param.copy()"},
)

none_forgets = slip(
    "A gradient of None sets v back to 0. It should be as it was when the next gradient comes.",
    {"return param.copy()": "self._v[i] = np.zeros_like(param)\nreturn param.copy()"},
)

none_moves_on = slip(
    "With a gradient of None, v stays, but the parameter goes on along it. It should stay too.",
    {"return param.copy()": "return param - self.lr * self.momentum * self._v[i]"},
)

state_by_shape = slip(
    "Parameters of the same shape share their v. Each parameter needs its own, by its position in "
    "the list.",
    {"self._updated(i, p, g)": "self._updated([q.shape for q in params].index(p.shape), p, g)"},
)

state_by_position_among_the_present = slip(
    "The v's are numbered by the gradients that are present: after a None, a parameter meets "
    "another's v.",
    {"self._updated(i, p, g)": "self._updated(sum(h is not None for h in grads[:i]), p, g)"},
)


# --- Manners ---------------------------------------------------------------------------------


the_first_gradient_for_the_velocity = slip(
    "v is the caller's own array after the first step (v = grad makes no copy). When the caller "
    "writes into it, v changes.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self.momentum * self._v[i] + grad": (
            "grad if self._v[i] is None else self.momentum * self._v[i] + grad"
        ),
    },
)

writes_into_grads = slip(
    "It writes into the caller's gradients: v = grad makes no copy, and `v *= momentum` then "
    "changes both.",
    {
        "[np.zeros_like(param) for param in params]": "[None] * len(params)",
        "self._v[i] = self.momentum * self._v[i] + grad": "if self._v[i] is None:\n"
        "    self._v[i] = grad\n"
        "else:\n"
        "    self._v[i] *= self.momentum\n"
        "    self._v[i] += grad",
    },
)

always_float64 = slip(
    "The results are float64 whatever the parameters are: something on the way converts them.",
    {"np.zeros_like(param)": "np.zeros(param.shape)"},
)

parameters_of_its_own = slip(
    "It keeps the parameters of its first step and goes on from there. What is passed in counts: "
    "values may have been changed since.",
    {
        "if not self._v:": 'params = getattr(self, "own", params)\nif not self._v:',
        "return [self._updated": "self.own = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in self.own]",
    },
)

checked_at_the_first_step_only = slip(
    "Shapes and lengths are compared at the first step only. Later steps need it too.",
    {
        "if len(params) != len(grads)": "self.first = not self._v\n"
        "if self.first and len(params) != len(grads)",
        "strict=True": "strict=False",
        "if grad.shape": "if self.first and grad.shape",
    },
)

shapes_unchecked = slip(
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
    {"if grad.shape != param.shape": "if False"},
)

sizes_in_place_of_shapes = slip(
    "Sizes are compared instead of shapes: a gradient of another shape with as many entries is let "
    "through.",
    {"grad.shape != param.shape": "grad.size != param.size"},
)

lengths_unchecked = slip(
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
    {"if len(params) != len(grads)": "if False", "strict=True": "strict=False"},
)

nothing_moves = slip(
    "The parameters come back as they were. Do the new values reach the list that you return?",
    {
        "return [self._updated": "new = [self._updated",
        "strict=True))]": "strict=True))]\nreturn [param.copy() for param in params]",
    },
)

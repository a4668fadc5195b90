import numpy as np

from kata.attempts import right, slip
from solutions.optimization.sgd import SGD, epoch


def check(params, grads):
    for param, grad in zip(params, grads, strict=True):
        if grad is not None and param.shape != grad.shape:
            raise ValueError("a gradient has another shape than its parameter")


# --- SGD -------------------------------------------------------------------------------------


@right(SGD)
class WritingIntoCopies:
    def __init__(self, lr=0.001):
        self.lr = lr

    def step(self, params, grads):
        check(params, grads)
        new = [param.copy() for param in params]
        for param, grad in zip(new, grads, strict=True):
            if grad is not None:
                param -= self.lr * grad
        return new


@right(SGD)
class AsOneLongVector:
    """All parameters end to end, one subtraction, and cut to pieces again."""

    def __init__(self, lr=0.001):
        self.lr = lr

    def step(self, params, grads):
        check(params, grads)
        if not params:
            return []
        flat = [param.ravel() for param in params]
        slopes = [
            np.zeros(param.size) if grad is None else grad.ravel()
            for param, grad in zip(params, grads, strict=True)
        ]
        moved = np.concatenate(flat) - self.lr * np.concatenate(slopes)
        pieces = np.split(moved, np.cumsum([param.size for param in params])[:-1])
        return [
            piece.astype(param.dtype).reshape(param.shape)
            for piece, param in zip(pieces, params, strict=True)
        ]


uphill = slip(
    "The step goes up the gradient: the sign is wrong.",
    {"param - self.lr * grad": "param + self.lr * grad"},
)

no_learning_rate = slip(
    "The learning rate is missing: the gradient is subtracted as it is.", {"self.lr * grad": "grad"}
)

learning_rate_ignored = slip(
    "The argument `lr` is not used: the step is always that of lr = 0.001.",
    {"self.lr * grad": "0.001 * grad"},
)

learning_rate_kept = slip(
    "The step keeps the lr that the optimizer was made with. `lr` may be assigned later, as a "
    "schedule does.",
    {"self.lr = lr": "self.lr = self.first_lr = lr", "self.lr * grad": "self.first_lr * grad"},
)

only_the_sign = slip(
    "Only the gradient's sign is used, so every step is lr long.",
    {"self.lr * grad": "self.lr * np.sign(grad)"},
)

only_the_direction = slip(
    "The gradient is divided by its length. A long gradient should make a long step.",
    {"self.lr * grad": "self.lr * grad / np.linalg.norm(grad)"},
)

gradients_pile_up = slip(
    "Each step moves by the sum of all gradients so far. Plain SGD uses the present one alone.",
    {
        "self.lr = lr": "self.lr, self.sums = lr, {}",
        "return [\n": "for i, grad in enumerate(grads):\n"
        "    if grad is not None:\n"
        "        self.sums[i] = self.sums.get(i, 0.0) + grad\n"
        "grads = [None if grad is None else self.sums[i] for i, grad in enumerate(grads)]\n"
        "return [\n",
    },
)

returns_the_moves = slip(
    "The moves −lr · g are returned. The parameters' new values were asked for.",
    {"param - self.lr * grad": "-self.lr * grad"},
)

shapes_unchecked = slip(
    "A gradient of another shape than its parameter's is let through: NumPy broadcasts the two.",
    {"if grad is not None and grad.shape != param.shape": "if False"},
)

sizes_in_place_of_shapes = slip(
    "Sizes are compared, not shapes: a gradient of another shape but as many entries passes.",
    {"grad.shape != param.shape": "grad.size != param.size"},
)

lengths_unchecked = slip(
    "Lists of different lengths are let through: zip stops at the shorter, and the rest is lost.",
    {
        "if len(params) != len(grads)": "if False",
        "zip(params, grads, strict=True))": "zip(params, grads, strict=False))",
        "in zip(params, grads, strict=True)": "in zip(params, grads, strict=False)",
    },
)

nothing_moves = slip(
    "The parameters come back as they were. Do the new values reach the list that you return?",
    {"else param - self.lr * grad": "else param.copy()"},
)

# --- An epoch --------------------------------------------------------------------------------


@right(epoch)
def by_recursion(params, batches, gradients, lr):
    if not batches:
        return [param.copy() for param in params]
    (x, y), *rest = batches
    return by_recursion(SGD(lr).step(params, gradients(list(params), x, y)), rest, gradients, lr)


@right(epoch)
def moving_each_parameter_by_hand(params, batches, gradients, lr):
    new = [param.copy() for param in params]
    for x, y in batches:
        for i, grad in enumerate(gradients(new, x, y)):
            if grad is not None:
                new[i] = new[i] - lr * grad
    return new


step_not_kept = slip(
    "An epoch leaves the parameters as they were. What becomes of the list that a step returns?",
    {"params = optimizer.step": "optimizer.step"},
)

all_gradients_at_the_start = slip(
    "All gradients are taken at the first parameters. Each batch should get the parameters that "
    "the previous step left.",
    {
        "[param.copy() for param in params]": "[param.copy() for param in params]\nnew = params",
        "params = optimizer.step": "new = optimizer.step",
        "return params": "return new",
        "step(params, ": "step(new, ",
    },
)

one_step_on_the_mean = slip(
    "The epoch makes one step, on the mean gradient of all batches: that is batch gradient "
    "descent. Every batch should make a step.",
    {
        "SGD(lr)": "SGD(lr / max(len(batches), 1))",
        "[param.copy() for param in params]": "[param.copy() for param in params]\nnew = params",
        "params = optimizer.step": "new = optimizer.step",
        "return params": "return new",
        "step(params, ": "step(new, ",
    },
)

all_rows_at_once = slip(
    "All batches are joined and make one step. Each should make a step of its own.",
    {
        "for x, y in batches:": "if batches:\n"
        "    batches = [tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))]\n"
        "for x, y in batches:"
    },
)

every_batch_from_the_start = slip(
    "Every batch starts again from the first parameters, so only the last one leaves a trace.",
    {
        "[param.copy() for param in params]": "[param.copy() for param in params]\nnew = params",
        "params = optimizer.step": "new = optimizer.step",
        "return params": "return new",
    },
)

only_the_first_batch = slip(
    "It returns after the first batch: the `return` stands inside the loop.",
    {"return params": "    return params"},
)

without_the_last_batch = slip("The last batch makes no step.", {"in batches": "in batches[:-1]"})

without_a_smaller_last_batch = slip(
    "A last batch that is smaller than the first is dropped. Every batch should make a step.",
    {
        "for x, y in batches:": "for x, y in batches:\n"
        "    if len(x) < len(batches[0][0]):\n"
        "        continue"
    },
)

shorter_steps_on_larger_batches = slip(
    "The step is divided by the number of rows in the batch. The gradients are already those of "
    "the batch's loss.",
    {"for x, y in batches:": "for x, y in batches:\n    optimizer.lr = lr / len(x)"},
)

import numpy as np

from kata.attempts import right, wrong
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


class Slipped(SGD):
    """The solution with its update in one place, for it to be wrong."""

    def step(self, params, grads):
        check(params, grads)
        return [
            param.copy() if grad is None else self.moved(param, grad)
            for param, grad in zip(params, grads, strict=True)
        ]

    def moved(self, param, grad):
        return param - self.lr * grad


@wrong(SGD, "The step goes up the gradient: the sign is wrong.")
class Uphill(Slipped):
    def moved(self, param, grad):
        return param + self.lr * grad


@wrong(SGD, "The learning rate is missing: the gradient is subtracted as it is.")
class NoLearningRate(Slipped):
    def moved(self, param, grad):
        return param - grad


@wrong(SGD, "The argument `lr` is not used: the step is always that of lr = 0.001.")
class LearningRateIgnored(SGD):
    def __init__(self, lr=0.001):
        super().__init__()


@wrong(
    SGD,
    "The step keeps to the lr that the optimiser was made with. `lr` may be assigned later, as a "
    "schedule does.",
)
class LearningRateKept(Slipped):
    def __init__(self, lr=0.001):
        super().__init__(lr)
        self.first_lr = lr

    def moved(self, param, grad):
        return param - self.first_lr * grad


@wrong(SGD, "Only the gradient's sign is used, so every step is lr long.")
class OnlyTheSign(Slipped):
    def moved(self, param, grad):
        return param - self.lr * np.sign(grad)


@wrong(
    SGD,
    "The gradient is divided by its length, so that only its direction counts. Where it is long, "
    "the step should be long.",
)
class OnlyTheDirection(Slipped):
    def moved(self, param, grad):
        length = np.linalg.norm(grad)
        return param - self.lr * grad / length if length else param.copy()


@wrong(
    SGD,
    "Gradients pile up: each step moves by the sum of all so far. A step of plain SGD forgets "
    "those before it.",
)
class GradientsPileUp(SGD):
    def __init__(self, lr=0.001):
        super().__init__(lr)
        self.sums = {}

    def step(self, params, grads):
        check(params, grads)
        for i, grad in enumerate(grads):
            before = self.sums.get(i)
            # Other parameters start a new sum.
            fits = before is not None and grad is not None and before.shape == grad.shape
            if grad is not None:
                self.sums[i] = before + grad if fits else grad.copy()
        present = [None if grad is None else self.sums[i] for i, grad in enumerate(grads)]
        return super().step(params, present)


@wrong(
    SGD,
    "The learning rate shrinks from step to step by itself. It should stay what `lr` says.",
)
class LearningRateShrinks(Slipped):
    steps = 0

    def step(self, params, grads):
        self.steps += 1
        return super().step(params, grads)

    def moved(self, param, grad):
        return param - self.lr / self.steps * grad


@wrong(
    SGD,
    "It starts from the parameters of its first step every time. Each step gets the parameters to "
    "move.",
)
class KeepsTheFirstParameters(SGD):
    first = None

    def step(self, params, grads):
        if self.first is None:
            self.first = [param.copy() for param in params]
        shapes = [param.shape for param in params]
        if shapes == [param.shape for param in self.first]:
            params = self.first
        return super().step(params, grads)


@wrong(
    SGD,
    "lr is divided by the number of parameters. Every parameter takes its own full step.",
)
class DividedByTheNumberOfParameters(Slipped):
    def step(self, params, grads):
        self.number = len(params)
        return super().step(params, grads)

    def moved(self, param, grad):
        return param - self.lr / self.number * grad


@wrong(SGD, "What comes back are the moves −lr · g. The parameters' new values were asked for.")
class ReturnsTheMoves(Slipped):
    def moved(self, param, grad):
        return -self.lr * grad


@wrong(
    SGD,
    "A parameter without a gradient is left out of the list, and those behind it move up. It "
    "should keep its place.",
)
class NoneLeftOut(SGD):
    def step(self, params, grads):
        new = super().step(params, grads)
        return [param for param, grad in zip(new, grads, strict=True) if grad is not None]


@wrong(
    SGD,
    "Where a gradient is None, the new parameter is None too. It should stay as it was.",
)
class NoneForTheParameter(SGD):
    def step(self, params, grads):
        new = super().step(params, grads)
        return [None if grad is None else param for param, grad in zip(new, grads, strict=True)]


@wrong(
    SGD,
    "One gradient of None keeps all parameters from moving. It concerns only its own.",
)
class NoneStopsTheStep(SGD):
    def step(self, params, grads):
        check(params, grads)
        if any(grad is None for grad in grads):
            return list(params)
        return super().step(params, grads)


@wrong(SGD, "A gradient of None ends in an error: nothing can be multiplied with None.")
class NoneNotForeseen(Slipped):
    def step(self, params, grads):
        if len(params) != len(grads):
            raise ValueError("another number of gradients than of parameters")
        new = []
        for param, grad in zip(params, grads, strict=True):
            if grad is not None and param.shape != grad.shape:
                raise ValueError("a gradient has another shape than its parameter")
            new.append(self.moved(param, grad))
        return new


@wrong(SGD, "The new values come as a tuple. A list was asked for.")
class ReturnsATuple(SGD):
    def step(self, params, grads):
        return tuple(super().step(params, grads))


@wrong(
    SGD,
    "It writes into the arrays it was given, as `param -= …` does. Return new arrays.",
)
class WritesIntoParams(SGD):
    def step(self, params, grads):
        for param, new in zip(params, super().step(params, grads), strict=True):
            param[...] = new
        return list(params)


@wrong(
    SGD,
    "It writes into the gradients, as `grad *= lr` does. They are the caller's.",
)
class WritesIntoGrads(Slipped):
    def moved(self, param, grad):
        grad *= self.lr
        return param - grad


@wrong(
    SGD,
    "The results are float64 whatever the parameters are: something on the way converts them.",
)
class AlwaysFloat64(SGD):
    def step(self, params, grads):
        return [param.astype(np.float64) for param in super().step(params, grads)]


@wrong(
    SGD,
    "A gradient of another shape than its parameter is not refused: NumPy broadcasts one to the "
    "other.",
)
class ShapesUnchecked(Slipped):
    def step(self, params, grads):
        if len(params) != len(grads):
            raise ValueError("another number of gradients than of parameters")
        return [
            param.copy() if grad is None else self.moved(param, grad)
            for param, grad in zip(params, grads, strict=True)
        ]


@wrong(
    SGD,
    "Lists of different lengths are not refused: zip stops at the shorter, and the rest is lost.",
)
class LengthsUnchecked(SGD):
    def step(self, params, grads):
        shorter = min(len(params), len(grads))
        return super().step(params[:shorter], grads[:shorter])


@wrong(
    SGD,
    "The parameters come back as they were. Do the new values reach the list that you return?",
)
class NothingMoves(SGD):
    def step(self, params, grads):
        super().step(params, grads)
        return [param.copy() for param in params]


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


@wrong(
    epoch,
    "All gradients are taken at the first parameters. Each batch should see those from the "
    "previous batch.",
)
def all_gradients_at_the_start(params, batches, gradients, lr):
    new = list(params)
    for x, y in batches:
        new = SGD(lr).step(new, gradients(list(params), x, y))
    return new


@wrong(
    epoch,
    "There is one step in the epoch, on the mean gradient of all batches: that is batch gradient "
    "descent. Here every batch moves the parameters.",
)
def one_step_on_the_mean(params, batches, gradients, lr):
    new = list(params)
    for x, y in batches:
        new = SGD(lr / len(batches)).step(new, gradients(list(params), x, y))
    return new


@wrong(
    epoch,
    "All batches are put together and make one step. Each should make a step of its own.",
)
def all_rows_at_once(params, batches, gradients, lr):
    if not batches:
        return list(params)
    x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return SGD(lr).step(params, gradients(list(params), x, y))


@wrong(
    epoch,
    "Every batch starts again from the first parameters, so only the last one leaves a trace.",
)
def every_batch_from_the_start(params, batches, gradients, lr):
    new = list(params)
    for x, y in batches:
        new = SGD(lr).step(params, gradients(list(params), x, y))
    return new


@wrong(epoch, "It returns after the first batch: the `return` stands inside the loop.")
def only_the_first_batch(params, batches, gradients, lr):
    return epoch(params, batches[:1], gradients, lr)


@wrong(epoch, "The last batch makes no step.")
def without_the_last_batch(params, batches, gradients, lr):
    return epoch(params, batches[:-1], gradients, lr)


@wrong(
    epoch,
    "A last batch that is smaller than the first is dropped. All batches should make a step.",
)
def without_a_smaller_last_batch(params, batches, gradients, lr):
    return epoch(params, [b for b in batches if len(b[0]) >= len(batches[0][0])], gradients, lr)


@wrong(epoch, "The batches come in the reverse order.")
def from_the_last_batch(params, batches, gradients, lr):
    return epoch(params, batches[::-1], gradients, lr)


@wrong(epoch, "The argument `lr` is not used: SGD takes its own.")
def an_epoch_with_its_own_learning_rate(params, batches, gradients, lr):
    return epoch(params, batches, gradients, 0.001)


@wrong(
    epoch,
    "The step is multiplied by the number of rows in the batch. The gradients are already those of "
    "the batch's loss.",
)
def longer_steps_on_larger_batches(params, batches, gradients, lr):
    new = list(params)
    for x, y in batches:
        new = SGD(lr * len(x)).step(new, gradients(new, x, y))
    return new


@wrong(
    epoch,
    "The mean of the parameters over all steps is returned. The last ones were asked for.",
)
def the_mean_of_all_parameters(params, batches, gradients, lr):
    path = [epoch(params, batches[:done], gradients, lr) for done in range(len(batches) + 1)]
    return [np.mean(values, axis=0) for values in zip(*(path[1:] or path), strict=True)]


@wrong(
    epoch,
    "`gradients` is called twice for each batch, and one of the results thrown away: twice the "
    "work.",
)
def asked_twice(params, batches, gradients, lr):
    new = list(params)
    for x, y in batches:
        if all(grad is None for grad in gradients(new, x, y)):
            continue
        new = SGD(lr).step(new, gradients(new, x, y))
    return new


@wrong(epoch, "`gradients` is given a tuple. It expects the parameters in a list.")
def a_tuple_of_parameters(params, batches, gradients, lr):
    return epoch(params, batches, lambda p, x, y: gradients(tuple(p), x, y), lr)


@wrong(
    epoch,
    "It writes into the parameters it was given. Work with the new arrays that a step returns.",
)
def an_epoch_in_place(params, batches, gradients, lr):
    for param, new in zip(params, epoch(params, batches, gradients, lr), strict=True):
        param[...] = new
    return list(params)

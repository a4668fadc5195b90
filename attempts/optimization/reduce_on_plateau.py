import math

import numpy as np

from kata.attempts import right, wrong
from solutions.optimization.reduce_on_plateau import ReduceOnPlateau


def check(lr, factor, patience, threshold, min_lr):
    if factor <= 0 or factor >= 1 or patience < 0:
        raise ValueError("factor or patience")
    if threshold < 0 or threshold >= 1 or min_lr < 0 or min_lr > lr:
        raise ValueError("threshold or min_lr")


@right(ReduceOnPlateau)
class FromTheWholeHistory:
    """Keeps nothing but the metrics, and goes through all of them in every step."""

    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        check(lr, factor, patience, threshold, min_lr)
        self.start, self.factor, self.patience = lr, factor, patience
        self.share, self.min_lr = 1 - threshold, min_lr
        self.history = []

    def step(self, metric):
        self.history.append(metric)
        reductions, bad, best = 0, 0, math.inf
        for past in self.history:
            improved = past < best * self.share
            best, bad = (past, 0) if improved else (best, bad + 1)
            if bad == self.patience + 1:
                reductions, bad = reductions + 1, 0
        return max(self.start * self.factor**reductions, self.min_lr)


@right(ReduceOnPlateau)
class WithADeadline:
    """No count: it notes the epoch at which patience ends, unless the limit is passed before."""

    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        check(lr, factor, patience, threshold, min_lr)
        self.rates = self.falling(lr, factor, min_lr)
        self.rate = next(self.rates)
        self.time_given, self.threshold = patience + 1, threshold
        self.epoch, self.limit, self.deadline = 0, np.inf, patience + 1

    @staticmethod
    def falling(lr, factor, min_lr):
        while True:
            yield float(lr)
            lr = max(min_lr, lr * factor)

    def step(self, metric):
        self.epoch += 1
        if metric < self.limit:
            self.limit = metric - self.threshold * metric
            self.deadline = self.epoch + self.time_given
        elif self.epoch == self.deadline:
            self.rate = next(self.rates)
            self.deadline += self.time_given
        return self.rate


@right(ReduceOnPlateau)
class FirstMetricAsTheBaseline:
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        check(lr, factor, patience, threshold, min_lr)
        self.lr, self.factor, self.patience = lr, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.left = None, patience

    def improves(self, metric):
        if not np.isfinite(metric):
            return False
        return self.best is None or metric < self.best - self.best * self.threshold

    def step(self, metric):
        if self.improves(metric):
            self.best, self.left = metric, self.patience
        elif self.left > 0:
            self.left -= 1
        else:
            self.left = self.patience
            self.lr = np.clip(self.lr * self.factor, self.min_lr, None)
        return float(self.lr)


class Slipped(ReduceOnPlateau):
    """The solution in pieces, for one of them to be wrong."""

    def step(self, metric):
        if self.improves(metric):
            self.remember(metric)
        else:
            self._bad_epochs += 1
        if self.impatient():
            self.lr = self.reduced()
            self.after_a_reduction(metric)
        return self.lr

    def improves(self, metric):
        return metric < self._best * (1 - self.threshold)

    def remember(self, metric):
        self._best = metric
        self._bad_epochs = 0

    def impatient(self):
        return self._bad_epochs > self.patience

    def reduced(self):
        return max(self.lr * self.factor, self.min_lr)

    def after_a_reduction(self, metric):
        self._bad_epochs = 0


# --- What improves ---------------------------------------------------------------------------


@wrong(
    ReduceOnPlateau,
    "The threshold is not used: any gain, however small, counts as an improvement.",
)
class ThresholdIgnored(Slipped):
    def improves(self, metric):
        return metric < self._best


@wrong(
    ReduceOnPlateau,
    "The threshold is taken off as it is. It is a share of the best: what matters is the relative "
    "gain.",
)
class AbsoluteThreshold(Slipped):
    def improves(self, metric):
        return metric < self._best - self.threshold


@wrong(
    ReduceOnPlateau,
    "The threshold has the wrong sign: a metric somewhat above the best counts as an improvement.",
)
class ThresholdWithTheWrongSign(Slipped):
    def improves(self, metric):
        return metric < self._best * (1 + self.threshold)


@wrong(
    ReduceOnPlateau,
    "A metric of exactly best · (1 − threshold) counts as an improvement. It should be below.",
)
class EqualIsBetter(Slipped):
    def improves(self, metric):
        return metric <= self._best * (1 - self.threshold) and metric < math.inf


@wrong(
    ReduceOnPlateau,
    "The share is taken of the best's size, without its sign. The formula holds for any sign.",
)
class ShareOfTheSize(Slipped):
    def improves(self, metric):
        if self._best == math.inf:
            return super().improves(metric)
        return metric < self._best - self.threshold * abs(self._best)


@wrong(
    ReduceOnPlateau,
    "A rise of the metric counts as an improvement. The metric is one that should fall.",
)
class HigherIsBetter(Slipped):
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)
        self._best = -math.inf

    def improves(self, metric):
        return metric > self._best * (1 + self.threshold)


@wrong(
    ReduceOnPlateau,
    "Each metric is compared with the one before it. It should be compared with the best so far.",
)
class ComparedWithTheLast(Slipped):
    last = math.inf

    def improves(self, metric):
        last, self.last = self.last, metric
        return metric < last * (1 - self.threshold)


@wrong(
    ReduceOnPlateau,
    "Gains below the threshold still move the best, so they never add up to an improvement. Only "
    "an improvement moves it.",
)
class BestFollowsEveryGain(Slipped):
    def improves(self, metric):
        improves = super().improves(metric)
        if metric < self._best:
            self._best = metric
        return improves


@wrong(
    ReduceOnPlateau,
    "The best never moves: all metrics are compared with the first one.",
)
class BestNeverMoves(Slipped):
    def remember(self, metric):
        self._best = metric if self._best == math.inf else self._best
        self._bad_epochs = 0


@wrong(
    ReduceOnPlateau,
    "The best starts at 0, and no loss is ever below that.",
)
class BestStartsAt0(Slipped):
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)
        self._best = 0.0


@wrong(
    ReduceOnPlateau,
    "The limit is best − threshold · best, and ∞ − ∞ is nan: no first metric is ever below it.",
)
class InfinityMinusInfinity(Slipped):
    def improves(self, metric):
        return metric < self._best - self.threshold * self._best


@wrong(
    ReduceOnPlateau,
    "The first metric is the best whatever it is. After a nan, no comparison with it is ever true.",
)
class FirstMetricIsTheBest(Slipped):
    first = True

    def improves(self, metric):
        first, self.first = self.first, False
        return first or super().improves(metric)


@wrong(
    ReduceOnPlateau,
    "A nan counts as an improvement: it is not above the limit, but not below it either.",
)
class NotAboveIsBetter(Slipped):
    def improves(self, metric):
        return not metric >= self._best * (1 - self.threshold)


@wrong(
    ReduceOnPlateau,
    "Epochs with a nan are left out. They are bad epochs like others.",
)
class NanLeftOut(Slipped):
    def step(self, metric):
        return self.lr if math.isnan(metric) else super().step(metric)


# --- When to reduce --------------------------------------------------------------------------


@wrong(
    ReduceOnPlateau,
    "It reduces at `patience` bad epochs, one too early: that many are still allowed.",
)
class PatienceOneTooShort(Slipped):
    def impatient(self):
        return self._bad_epochs >= self.patience


@wrong(
    ReduceOnPlateau,
    "It allows `patience` + 1 bad epochs, one too many.",
)
class PatienceOneTooLong(Slipped):
    def impatient(self):
        return self._bad_epochs > self.patience + 1


@wrong(ReduceOnPlateau, "The argument `patience` is not used: it always waits for 10 epochs.")
class PatienceIgnored(Slipped):
    def impatient(self):
        return self._bad_epochs > 10


@wrong(
    ReduceOnPlateau,
    "The count of bad epochs goes on after a reduction, so that every further bad epoch reduces "
    "once more.",
)
class CountGoesOnAfterAReduction(Slipped):
    def after_a_reduction(self, metric):
        pass


@wrong(
    ReduceOnPlateau,
    "After a reduction the count starts at 1: the epoch that led to it is counted twice.",
)
class CountStartsAt1(Slipped):
    def after_a_reduction(self, metric):
        self._bad_epochs = 1


@wrong(
    ReduceOnPlateau,
    "Improvements do not end the count: bad epochs count even if they are not in a row.",
)
class CountNeverStartsAnew(Slipped):
    def remember(self, metric):
        self._best = metric


@wrong(
    ReduceOnPlateau,
    "An improvement takes one off the count of bad epochs. It should start the count anew.",
)
class CountGoesDown(Slipped):
    def remember(self, metric):
        self._best = metric
        self._bad_epochs = max(0, self._bad_epochs - 1)


@wrong(
    ReduceOnPlateau,
    "The best is forgotten at a reduction. It should outlast it.",
)
class BestForgotten(Slipped):
    def after_a_reduction(self, metric):
        super().after_a_reduction(metric)
        self._best = math.inf


@wrong(
    ReduceOnPlateau,
    "At a reduction the metric of that epoch becomes the best. The best should stay.",
)
class BestSetAtAReduction(Slipped):
    def after_a_reduction(self, metric):
        super().after_a_reduction(metric)
        self._best = metric


@wrong(
    ReduceOnPlateau,
    "The count and the best are kept on the class, so that all schedules share them. Each needs "
    "its own.",
)
class SharedState(Slipped):
    best, bad_epochs = math.inf, 0

    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)
        type(self).best, type(self).bad_epochs = math.inf, 0

    def step(self, metric):
        self._best, self._bad_epochs = self.best, self.bad_epochs
        rate = super().step(metric)
        type(self).best, type(self).bad_epochs = self._best, self._bad_epochs
        return rate


# --- How far to reduce -----------------------------------------------------------------------


@wrong(ReduceOnPlateau, "The argument `min_lr` is not used: the learning rate falls below it.")
class MinLrIgnored(Slipped):
    def reduced(self):
        return self.lr * self.factor


@wrong(
    ReduceOnPlateau,
    "A reduction that would lead below `min_lr` is left out. It should lead to `min_lr`.",
)
class StopsAboveMinLr(Slipped):
    def reduced(self):
        return self.lr * self.factor if self.lr * self.factor >= self.min_lr else self.lr


@wrong(
    ReduceOnPlateau,
    "The smaller of the two is taken: the learning rate falls to `min_lr` at once, and below it.",
)
class TheSmallerOfTheTwo(Slipped):
    def reduced(self):
        return min(self.lr * self.factor, self.min_lr)


@wrong(
    ReduceOnPlateau,
    "Every reduction starts from the first learning rate, so it falls only once. It should start "
    "from the rate as it is.",
)
class FallsOnlyOnce(Slipped):
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)
        self.start = lr

    def reduced(self):
        return max(self.start * self.factor, self.min_lr)


@wrong(
    ReduceOnPlateau,
    "The learning rate loses the share `factor`. It should be multiplied by it.",
)
class LosesTheFactor(Slipped):
    def reduced(self):
        return max(self.lr * (1 - self.factor), self.min_lr)


@wrong(ReduceOnPlateau, "The learning rate is divided by `factor`: it rises.")
class DividedByTheFactor(Slipped):
    def reduced(self):
        return self.lr / self.factor


@wrong(ReduceOnPlateau, "The argument `factor` is not used: the learning rate falls to a tenth.")
class FactorIgnored(Slipped):
    def reduced(self):
        return max(self.lr * 0.1, self.min_lr)


@wrong(
    ReduceOnPlateau,
    "Small reductions are left out, as torch does below its `eps`. There is no such bound here.",
)
class SmallReductionsLeftOut(Slipped):
    def reduced(self):
        new = super().reduced()
        return new if self.lr - new > 1e-8 else self.lr


@wrong(
    ReduceOnPlateau,
    "An improvement brings the learning rate back to where it started. It never rises.",
)
class BackAtAnImprovement(Slipped):
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)
        self.start = lr

    def remember(self, metric):
        super().remember(metric)
        self.lr = self.start


@wrong(
    ReduceOnPlateau,
    "The rate from before the epoch is returned: what the epoch changes shows one step too late.",
)
class ReturnsTheOldRate(ReduceOnPlateau):
    def step(self, metric):
        before = self.lr
        super().step(metric)
        return before


# --- Settings --------------------------------------------------------------------------------


@wrong(
    ReduceOnPlateau,
    "The default patience or factor is another one than in the signature.",
)
class OtherDefaults(ReduceOnPlateau):
    def __init__(self, lr, factor=0.5, patience=5, threshold=1e-4, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)


@wrong(ReduceOnPlateau, "The default threshold is 0. It should be 1e-4.")
class NoThresholdUnlessTold(ReduceOnPlateau):
    def __init__(self, lr, factor=0.1, patience=10, threshold=0.0, min_lr=0.0):
        super().__init__(lr, factor, patience, threshold, min_lr)


@wrong(
    ReduceOnPlateau,
    "Settings that make no sense raise no error, such as a factor of 10 or a negative patience.",
)
class SettingsUnchecked(Slipped):
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(lr)
        self.factor, self.patience = factor, patience
        self.threshold, self.min_lr = threshold, min_lr


@wrong(ReduceOnPlateau, "A `min_lr` above `lr` raises no error.")
class MinLrUnchecked(ReduceOnPlateau):
    def __init__(self, lr, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        super().__init__(max(lr, min_lr), factor, patience, threshold, min_lr)

import math

import numpy as np

from kata.attempts import right, slip
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


# --- What improves ---------------------------------------------------------------------------

threshold_ignored = slip(
    "The threshold is not used: any gain, however small, counts as an improvement.",
    {"self._best * (1 - self.threshold)": "self._best"},
)

absolute_threshold = slip(
    "The threshold is subtracted as it is. It is a share of the best.",
    {"self._best * (1 - self.threshold)": "self._best - self.threshold"},
)

share_of_the_metric = slip(
    "The share is one of the metric. It should be one of the best.",
    {"metric < self._best * (1 - self.threshold)": ("metric * (1 + self.threshold) < self._best")},
)

threshold_with_the_wrong_sign = slip(
    "The threshold has the wrong sign: a metric somewhat above the best counts as an improvement.",
    {"(1 - self.threshold)": "(1 + self.threshold)"},
)

equal_is_better = slip(
    "A metric of exactly best · (1 − threshold) counts as an improvement. It should be below.",
    {"metric < self._best": "metric <= self._best"},
)

share_of_the_size = slip(
    "The share is one of the best's absolute value. The formula keeps its sign.",
    {
        "if metric < self._best * (1 - self.threshold)": (
            "margin = self.threshold * abs(self._best) if self._best < math.inf else 0.0\n"
            "if metric < self._best - margin"
        )
    },
)

higher_is_better = slip(
    "A rise of the metric counts as an improvement. The metric is one that should fall.",
    {
        "metric < self._best * (1 - self.threshold)": (
            "metric > self._best * (1 + self.threshold)"
        ),
        "self._best = math.inf": "self._best = -math.inf",
    },
)

compared_with_the_last = slip(
    "Each metric is compared with the one before it. It should be compared with the best so far.",
    {"self._bad_epochs += 1": "self._bad_epochs += 1\nself._best = metric"},
)

best_follows_every_gain = slip(
    "Gains below the threshold still move the best, so they never add up to an improvement.",
    {"self._bad_epochs += 1": "self._bad_epochs += 1\nself._best = min(self._best, metric)"},
)

best_never_moves = slip(
    "The best never moves: all metrics are compared with the first one.",
    {"self._best = metric": "self._best = metric if self._best == math.inf else self._best"},
)

best_starts_at_0 = slip(
    "The best starts at 0, and no loss is ever below that.", {"math.inf": "0.0"}
)

infinity_minus_infinity = slip(
    "The limit is best − threshold · best, and ∞ − ∞ is nan: no first metric is ever below it.",
    {"self._best * (1 - self.threshold)": "self._best - self.threshold * self._best"},
)

first_metric_is_the_best = slip(
    "The first metric becomes the best whatever it is. After a nan, nothing ever improves on it.",
    {
        "self._best = math.inf": "self._best = None",
        "metric < self._best": "self._best is None or metric < self._best",
    },
)

best_of_0_for_none = slip(
    "A best of 0 counts as none at all, so any metric improves on it.",
    {"metric < self._best": "not self._best or metric < self._best"},
)

not_above_is_better = slip(
    "A nan counts as an improvement: it is not above the limit, but not below it either.",
    {"metric < self._best": "not metric >= self._best"},
)

nan_left_out = slip(
    "Epochs with a nan are skipped. They are bad epochs like others.",
    {
        "# A comparison with nan is false, so nan never becomes the best.": (
            "if math.isnan(metric):\n    return self.lr"
        )
    },
)

# --- When to reduce --------------------------------------------------------------------------

patience_one_too_short = slip(
    "It reduces at `patience` bad epochs, one too early: that many are still allowed.",
    {"self._bad_epochs > self.patience": "self._bad_epochs >= self.patience"},
)

patience_one_too_short_unless_0 = slip(
    "It reduces at `patience` bad epochs, one too early: that many are still allowed.",
    {"self._bad_epochs > self.patience": "self._bad_epochs >= max(self.patience, 1)"},
)

patience_one_too_long = slip(
    "It allows `patience` + 1 bad epochs, one too many.", {"> self.patience": "> self.patience + 1"}
)

count_goes_on_after_a_reduction = slip(
    "The count of bad epochs goes on after a reduction, so that every further bad epoch reduces "
    "once more.",
    {
        "self.lr = max(self.lr * self.factor, self.min_lr)\n"
        "self._bad_epochs = 0": "self.lr = max(self.lr * self.factor, self.min_lr)"
    },
)

count_starts_at_1 = slip(
    "After a reduction the count starts at 1: the epoch that led to it counts twice.",
    {
        "self.lr = max(self.lr * self.factor, self.min_lr)\nself._bad_epochs = 0": (
            "self.lr = max(self.lr * self.factor, self.min_lr)\nself._bad_epochs = 1"
        )
    },
)

count_never_starts_anew = slip(
    "Improvements do not reset the count: bad epochs count even if they are not in a row.",
    {"self._best = metric\nself._bad_epochs = 0": "self._best = metric"},
)

best_forgotten = slip(
    "The best is forgotten at a reduction. It should stay.",
    {
        "self.lr = max(self.lr * self.factor, self.min_lr)\nself._bad_epochs = 0": (
            "self.lr = max(self.lr * self.factor, self.min_lr)\n"
            "self._bad_epochs = 0\n"
            "self._best = math.inf"
        )
    },
)

best_set_at_a_reduction = slip(
    "At a reduction the metric of that epoch becomes the best. The best should stay.",
    {
        "self.lr = max(self.lr * self.factor, self.min_lr)\nself._bad_epochs = 0": (
            "self.lr = max(self.lr * self.factor, self.min_lr)\n"
            "self._bad_epochs = 0\n"
            "self._best = metric"
        )
    },
)

# --- How far to reduce -----------------------------------------------------------------------

min_lr_ignored = slip(
    "The argument `min_lr` is not used: the learning rate falls below it.",
    {"max(self.lr * self.factor, self.min_lr)": "self.lr * self.factor"},
)

stops_above_min_lr = slip(
    "A reduction that would lead below `min_lr` is skipped. It should lead to `min_lr`.",
    {
        "max(self.lr * self.factor, self.min_lr)": (
            "self.lr * (self.factor if self.lr * self.factor >= self.min_lr else 1)"
        )
    },
)

the_smaller_of_the_two = slip(
    "The smaller of the two is taken: the learning rate falls to `min_lr` at once, and below it.",
    {"max(self.lr": "min(self.lr"},
)

falls_only_once = slip(
    "Every reduction starts from the first learning rate, so it falls only once.",
    {
        "self.lr = lr": "self.lr = self._start = lr",
        "self.lr * self.factor": "self._start * self.factor",
    },
)

loses_the_factor = slip(
    "The learning rate loses the share `factor`. It should be multiplied by it.",
    {"self.lr * self.factor": "self.lr * (1 - self.factor)"},
)

divided_by_the_factor = slip(
    "The learning rate is divided by `factor`: it rises.",
    {"self.lr * self.factor": "self.lr / self.factor"},
)

small_reductions_left_out = slip(
    "Small reductions are skipped, as torch does below its `eps`. This kata has no such bound.",
    {
        "self.lr = max(self.lr * self.factor, self.min_lr)": (
            "new = max(self.lr * self.factor, self.min_lr)\n"
            "if self.lr - new > 1e-8:\n"
            "    self.lr = new"
        )
    },
)

returns_the_old_rate = slip(
    "The rate from before the epoch is returned: a reduction shows one step too late.",
    {
        "# A comparison with nan is false, so nan never becomes the best.": "before = self.lr",
        "return self.lr": "return before",
    },
)

# --- Settings --------------------------------------------------------------------------------

zero_threshold_as_not_given = slip(
    "A threshold of 0 counts as not given: `or` turns it into the default.",
    {"self.threshold = threshold": "self.threshold = threshold or 1e-4"},
)

a_learning_rate_of_0_refused = slip(
    "A learning rate of 0 raises an error. It is allowed, and min_lr may equal it.",
    {"not 0 <= min_lr <= lr:": "not 0 <= min_lr <= lr or lr == 0:"},
)

settings_unchecked = slip(
    "Settings that make no sense raise no error, such as a factor of 10 or a negative patience.",
    {
        "not 0 < factor < 1": "False",
        "patience < 0": "False",
        "not 0 <= threshold < 1": "False",
        "not 0 <= min_lr <= lr": "False",
    },
)

min_lr_unchecked = slip(
    "A `min_lr` above `lr` raises no error.", {"0 <= min_lr <= lr:": "0 <= min_lr:"}
)

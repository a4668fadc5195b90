import copy
import math

import numpy as np

from kata.attempts import right, slip
from solutions.practice.early_stopping import EarlyStopping

GOOD = "if loss < self.best_loss - self.min_delta:"
STOP = "return self._bad_epochs >= self.patience"
COPY = "[param.copy() for param in params]"


def check(patience, min_delta):
    if patience < 1 or min_delta < 0:
        raise ValueError("patience should be 1 or more, min_delta 0 or more")


@right(EarlyStopping)
class WithTheNumberOfTheBestEpoch:
    def __init__(self, patience, min_delta=0.0):
        check(patience, min_delta)
        self.patience, self.min_delta = patience, min_delta
        self.best_loss, self.best_params = math.inf, None
        self.epoch = self.best_epoch = -1

    def step(self, loss, params):
        self.epoch += 1
        if not math.isnan(loss) and self.best_loss - loss > self.min_delta:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best_params = copy.deepcopy(list(params))
        return self.epoch - self.best_epoch >= self.patience


@right(EarlyStopping)
class WithPatienceThatRunsOut:
    def __init__(self, patience, min_delta=0.0):
        check(patience, min_delta)
        self.patience = self.left = patience
        self.min_delta, self.best_loss, self.best_params = min_delta, float("inf"), None

    def step(self, loss, params):
        self.left -= 1
        if loss + self.min_delta < self.best_loss:
            self.best_loss, self.left = loss, self.patience
            self.best_params = [np.array(param) for param in params]
        return self.left <= 0


one_epoch_too_late = slip(
    "It stops one bad epoch too late: `patience` bad ones in a row are enough.",
    {STOP: STOP.replace(">=", ">")},
)

bad_epochs_in_all = slip(
    "The count of bad epochs is never set back: they have to be in a row.",
    {COPY + "\nself._bad_epochs = 0": COPY},
)

against_the_last_loss = slip(
    "An epoch is compared with the one before it. It should be compared with the best so far.",
    {
        "self.min_delta = min_delta": "self.min_delta, self._last = min_delta, math.inf",
        GOOD: "last, self._last = self._last, loss\nif loss < last - self.min_delta:",
    },
)

small_gains_become_the_best = slip(
    "A bad epoch whose loss is a little lower becomes the best. Then slow progress never adds up "
    "to min_delta.",
    {
        "self._bad_epochs += 1": "self._bad_epochs += 1\n"
        "if loss < self.best_loss:\n"
        f"    self.best_loss, self.best_params = loss, {COPY}"
    },
)

small_gains_move_the_bar = slip(
    "`best_loss` takes every lower loss, also that of a bad epoch. Then slow progress never adds "
    "up to min_delta.",
    {"self._bad_epochs += 1": "self._bad_epochs += 1\nself.best_loss = min(self.best_loss, loss)"},
)

equal_is_good = slip(
    "A gain of exactly min_delta counts as good. It has to be more.",
    {GOOD: "if loss != math.inf and loss <= self.best_loss - self.min_delta:"},
)

min_delta_added = slip(
    "min_delta has the wrong sign: an epoch that is a little worse counts as good.",
    {GOOD: GOOD.replace("- self", "+ self")},
)

relative_min_delta = slip(
    "min_delta is taken as a share of the best loss. It is a difference.",
    {GOOD: "if loss < self.best_loss * (1 - self.min_delta):"},
)

min_delta_ignored = slip("min_delta is not used.", {GOOD: "if loss < self.best_loss:"})

higher_is_better = slip(
    "A higher loss counts as better.",
    {GOOD: "if loss > self.best_loss + self.min_delta:", "= math.inf": "= -math.inf"},
)

parameters_not_copied = slip(
    "The best parameters are kept without a copy: they change as training goes on.",
    {COPY: "list(params)"},
)

latest_parameters = slip(
    "`best_params` are those of the last epoch. They should be those of the best one.",
    {
        f"self.best_params = {COPY}\nself._bad_epochs": "self._bad_epochs",
        STOP: f"self.best_params = {COPY}\n{STOP}",
    },
)

nan_is_good = slip(
    "nan counts as good, and nothing is better than nan. Every comparison with it is false.",
    {GOOD: "if not loss >= self.best_loss - self.min_delta:"},
)

the_first_is_always_good = slip(
    "The first epoch counts as good whatever its loss, even nan or ∞.",
    {GOOD: f"if self.best_params is None or {GOOD[3:]}"},
)

whether_to_go_on = slip(
    "It returns whether to go on. It should return whether to stop.",
    {STOP: "return self._bad_epochs < self.patience"},
)

patience_starts_again = slip(
    "Once it has said stop, it begins to count again. As long as all is bad, it should say stop.",
    {STOP: "return self._bad_epochs > 0 and self._bad_epochs % self.patience == 0"},
)

says_stop_once = slip(
    "It says stop after the first `patience` bad epochs in a row, but not after one more. As long "
    "as all is bad, it should say stop.",
    {STOP: STOP.replace(">=", "==")},
)

settings_unchecked = slip(
    "A patience of 0 is let through: then even a good epoch stops training.",
    {"patience < 1": "patience < 0"},
)

min_delta_unchecked = slip(
    "A negative min_delta is let through: then worse epochs count as good.",
    {"not min_delta >= 0": "math.isnan(min_delta)"},
)

shared_by_all_objects = slip(
    "All objects have the same `best_params`, those of whichever found its best last.",
    {
        "self.best_params: list[np.ndarray] | None = None": "EarlyStopping.best_params = None",
        f"self.best_params = {COPY}": f"EarlyStopping.best_params = {COPY}",
    },
)

import numpy as np

from kata.attempts import right, slip
from solutions.practice.diagnose_fit import diagnose

LAST = "last = max(n // 5, 1)"
TRAIN = "sum(train_losses[-last:]) / last"
VAL = "sum(val_losses[-last:]) / last"
FINITE = "all(math.isfinite(loss) for loss in (*train_losses, *val_losses))"
FIT = "train - target >= val - train"
ENDS = f"""\
if train > 0.9 * baseline:
    return "not learning"
if val <= target:
    return "good"
return "underfitting" if {FIT} else "overfitting\""""


@right(diagnose)
def with_numpy(train_losses, val_losses, baseline, target):
    if len(train_losses) != len(val_losses) or len(train_losses) < 1:
        raise ValueError("as many training as validation losses are needed, and one at least")
    losses = np.array([train_losses, val_losses])
    train, val = losses[:, -max(1, losses.shape[1] // 5) :].mean(axis=1)
    holds = {
        "diverging": not np.isfinite(losses).all() or train > 1.5 * baseline,
        "not learning": train > 0.9 * baseline,
        "good": val <= target,
        "underfitting": train - target >= val - train,
        "overfitting": True,
    }
    return next(name for name, holding in holds.items() if holding)


@right(diagnose)
def the_other_way_round(train_losses, val_losses, baseline, target):
    n = len(train_losses)
    if not n or n != len(val_losses):
        raise ValueError("the losses do not pair")
    count = 1 if n < 5 else n // 5
    train = sum(train_losses[n - count :]) / count
    val = sum(val_losses[n - count :]) / count
    if any(loss - loss != 0 for loss in [*train_losses, *val_losses]) or train > baseline * 3 / 2:
        return "diverging"
    if train <= 0.9 * baseline:
        if val > target:
            return "overfitting" if target + val > 2 * train else "underfitting"
        return "good"
    return "not learning"


last_epoch_only = slip(
    "Only the last epoch is looked at. Losses jump about, so means are asked for.",
    {LAST: "last = 1"},
)

all_epochs = slip(
    "The means are over all epochs, so the losses of the start count too.", {LAST: "last = n"}
)

no_epoch_of_a_few = slip(
    "Of fewer than five epochs, n // 5 is 0. One epoch at least counts.", {LAST: "last = n // 5"}
)

all_of_a_few_epochs = slip(
    "Of fewer than five epochs all count, as where n // 5 is 0 and [-0:] takes the whole list. "
    "Only the last should.",
    {LAST: "last = n // 5 or n"},
)

medians = slip(
    "Medians are taken. Asked for are means.",
    {
        "import math\n": "import math\nimport statistics\n",
        TRAIN: "statistics.median(train_losses[-last:])",
        VAL: "statistics.median(val_losses[-last:])",
    },
)

first_epochs = slip(
    "The means are those of the first epochs, not of the last.",
    {TRAIN: "sum(train_losses[:last]) / last", VAL: "sum(val_losses[:last]) / last"},
)

rounded_up = slip(
    "A fifth of the epochs is rounded up. n // 5 rounds down.", {LAST: "last = -(-n // 5)"}
)

rounded = slip(
    "A fifth of the epochs is rounded to the nearest. n // 5 rounds down.",
    {LAST: "last = max(round(n / 5), 1)"},
)

last_five = slip(
    "The means are over the last 5 epochs. A fifth of the epochs is asked for.",
    {LAST: "last = min(n, 5)"},
)

lowest_validation_loss = slip(
    "The lowest validation loss is taken for the last ones: then nothing that rises again shows.",
    {VAL: "min(val_losses)"},
)

lowest_training_loss = slip(
    "The lowest training loss is taken for the last ones: then a late rise does not show.",
    {TRAIN: "min(train_losses)"},
)

lowest_losses = slip(
    "The lowest losses are taken for the last ones: then nothing that rises again shows.",
    {TRAIN: "min(train_losses)", VAL: "min(val_losses)"},
)

only_nan = slip("∞ is not taken for diverging, only nan.", {"math.isfinite(loss)": "loss == loss"})

only_infinity = slip(
    "nan is not taken for diverging, only ∞.", {"math.isfinite(loss)": "not math.isinf(loss)"}
)

nan_passed_over_by_max = slip(
    "`max` may pass over nan, which is neither above nor below any number.",
    {FINITE: "max(train_losses) < math.inf and max(val_losses) < math.inf"},
)

huge_is_infinite = slip(
    "A loss that is only very large is taken for ∞, even if training recovers.",
    {"math.isfinite(loss)": "loss < 1e9"},
)

sum_is_infinite = slip(
    "Large finite losses are taken for ∞, as where their sum overflows.",
    {FINITE: "math.isfinite(sum(train_losses) + sum(val_losses))"},
)

only_training_losses_finite = slip(
    "A validation loss of nan or ∞ is not noticed.",
    {"(*train_losses, *val_losses)": "train_losses"},
)

only_late_losses_finite = slip(
    "Only the last epochs are searched for nan and ∞. Any epoch counts.",
    {"(*train_losses, *val_losses)": "(*train_losses[-last:], *val_losses[-last:])"},
)

blown_up_is_not_diverging = slip(
    "A finite loss far above the baseline is not taken for diverging.",
    {"not finite or train > 1.5 * baseline": "not finite"},
)

validation_diverges = slip(
    "A high validation loss is taken for diverging. Overfitting can do that too: look at training.",
    {"train > 1.5 * baseline": "max(train, val) > 1.5 * baseline"},
)

any_epoch_diverges = slip(
    "One high loss is taken for diverging, even if training recovers.",
    {"train > 1.5 * baseline": "max(train_losses) > 1.5 * baseline"},
)

at_the_limit_diverges = slip(
    "A loss of exactly 1.5 · baseline is not yet diverging.",
    {"train > 1.5 * baseline": "train >= 1.5 * baseline"},
)

higher_than_at_the_start = slip(
    "The training loss is compared with the first epoch's. Compare it with the baseline.",
    {"train > 1.5 * baseline": "train > 1.5 * train_losses[0]"},
)

only_above_the_baseline = slip(
    "A loss only a little below the baseline counts as learning. It has to be 10 % below.",
    {"train > 0.9 * baseline": "train > baseline"},
)

learning_taken_for_granted = slip(
    'A training loss near or above the baseline is not taken for "not learning".',
    {"train > 0.9 * baseline": "False"},
)

at_the_limit_not_learning = slip(
    "A loss of exactly 0.9 · baseline is learning.",
    {"train > 0.9 * baseline": "train >= 0.9 * baseline"},
)

learning_judged_by_validation = slip(
    "Whether it learns is judged by the validation loss. That may be high because it overfits.",
    {"train > 0.9 * baseline": "val > 0.9 * baseline"},
)

good_by_training = slip(
    "Good is judged by the training loss. New rows count.", {"val <= target": "train <= target"}
)

good_only_if_both_are = slip(
    "The training loss may be above the target if the validation loss is not.",
    {"val <= target": "max(train, val) <= target"},
)

target_of_0_taken_for_none = slip(
    "A target of 0 is taken for none.", {"val <= target": "target and val <= target"}
)

nearly_at_the_target = slip(
    "A validation loss that is only just above the target counts as good.",
    {"val <= target": "val <= target or math.isclose(val, target, rel_tol=1e-9)"},
)

below_the_target = slip(
    "A validation loss of exactly the target is good enough.", {"val <= target": "val < target"}
)

underfitting_by_target = slip(
    "Every training loss above the target is called underfitting, even where the gap to the "
    "validation loss is larger.",
    {FIT: "train > target"},
)

overfitting_by_any_gap = slip(
    "Too much is called overfitting. A small gap between the losses is normal, and a large one may "
    "still matter less than a training loss far above the target.",
    {FIT: "val <= train"},
)

parts_divided = slip(
    "The two parts are divided. The second may be 0, or negative where validation is better than "
    "training.",
    {FIT: "(train - target) / (val - train) >= 1"},
)

relative_gap = slip(
    "The ratio of the losses is taken for their difference. Near 0, a ratio says little.",
    {FIT: "val <= 1.5 * train"},
)

fit_at_a_tie = slip(
    "Where both parts are equally large, it is underfitting: a network that cannot fit its "
    "training rows comes first.",
    {FIT: FIT.replace(">=", ">")},
)

fits_swapped = slip(
    "Underfitting and overfitting are swapped.", {FIT: "train - target < val - train"}
)

fit_before_learning = slip(
    'Overfitting and underfitting are tried before "not learning". The first that holds counts.',
    {
        ENDS: """\
if val <= target:
    return "good"
if train - target < val - train:
    return "overfitting"
return "not learning" if train > 0.9 * baseline else "underfitting\""""
    },
)

good_before_learning = slip(
    "A good validation loss is tried first. A training loss that has blown up comes before it.",
    {
        "if not finite or train > 1.5 * baseline:": (
            "if finite and val <= target:\n"
            '    return "good"\n'
            "if not finite or train > 1.5 * baseline:"
        )
    },
)

good_before_not_learning = slip(
    'A good validation loss is tried before "not learning". The first that holds counts.',
    {"if train > 0.9 * baseline:": "if train > 0.9 * baseline and val > target:"},
)

good_before_all = slip(
    "A good validation loss is tried first of all. A training loss that is not finite, or has "
    "blown up, comes before it.",
    {
        "if not finite or train > 1.5 * baseline:": (
            'if val <= target:\n    return "good"\nif not finite or train > 1.5 * baseline:'
        )
    },
)

more_validation_losses_let_through = slip(
    "More validation losses than training losses are let through.",
    {"len(val_losses) != n": "len(val_losses) < n"},
)

lengths_unchecked = slip(
    "Losses of different numbers of epochs are let through.", {" or len(val_losses) != n": ""}
)

no_epochs_unchecked = slip("No epochs at all are let through.", {"n == 0 or ": ""})

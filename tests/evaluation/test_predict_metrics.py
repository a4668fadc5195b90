"""Each truth is found by running PyTorch or by counting, never from a stored answer."""

from functools import partial
from itertools import product

import numpy as np
import torch
import torch.nn.functional as F

from exercises.evaluation.predict_metrics import (
    always_healthy,
    best_constants,
    constant_scores,
    doubled_logits,
    lopsided_f1,
    overconfidence,
    precision_in_a_matrix,
    precision_in_screening,
    raised_threshold,
    smoothed_optimum,
    sure_and_wrong,
    untrained_loss,
)
from kata.testing import assert_close

# Half of the last digit that is asked for.
assert_rounded = partial(assert_close, atol=0.0005)


def precision_recall_f1(targets, predictions):
    hits, called, positive = (targets & predictions).sum(), predictions.sum(), targets.sum()
    precision, recall = hits / max(called, 1), hits / max(positive, 1)
    return float(precision), float(recall), float(2 * hits / max(called + positive, 1))


def pairs_in_order(scores, positive):
    p, q = scores[positive][:, None], scores[~positive]
    return float(((p > q) + (p == q) / 2).mean())


def area_of_steps(scores, positive):
    area, before = 0.0, 0.0
    for threshold in np.unique(scores)[::-1]:
        precision, recall, _ = precision_recall_f1(positive, scores >= threshold)
        area, before = area + (recall - before) * precision, recall
    return area


def direction(changes):
    if any(change > 0 for change in changes) and any(change < 0 for change in changes):
        return "either"
    return "only rises" if any(change > 0 for change in changes) else "only falls"


def test_the_loss_of_equal_scores():
    loss = F.cross_entropy(torch.zeros(4, 10).double(), torch.tensor([0, 3, 3, 9]))
    assert_rounded(untrained_loss(), loss.item())


def test_the_loss_of_a_sure_mistake():
    logit, target = torch.tensor([-10.0, 1.0]).double()
    assert_rounded(sure_and_wrong(), F.binary_cross_entropy_with_logits(logit, target).item())


def test_the_best_constant_predictions():
    targets = torch.tensor([[0.0], [0.0], [0.0], [0.0], [10.0]])
    constants = torch.linspace(-5.0, 15.0, 201).expand(5, -1)
    targets = targets.expand_as(constants)
    best = [
        constants[0, loss(constants, targets, reduction="none").mean(dim=0).argmin()].item()
        for loss in (F.mse_loss, F.l1_loss)
    ]
    assert_rounded(best_constants(), tuple(best))


def test_the_optimum_under_label_smoothing():
    # By symmetry, all other classes may share one score, 0.
    scores = torch.linspace(0.0, 8.0, 80_001, dtype=torch.float64)
    logits = F.pad(scores[:, None], (0, 9))
    targets = torch.zeros(len(scores), dtype=torch.int64)
    losses = F.cross_entropy(logits, targets, label_smoothing=0.1, reduction="none")
    best = logits[losses.argmin()].softmax(dim=0)[0].item()
    assert_rounded(smoothed_optimum(), best)


def test_a_classifier_that_calls_all_healthy():
    ill, called = np.arange(100) == 0, np.zeros(100, dtype=bool)
    expected = float((ill == called).mean()), precision_recall_f1(ill, called)[2]
    assert_rounded(always_healthy(), expected)


def test_the_precision_of_a_screening():
    ill = np.arange(1000) < 10
    # 9 of 10 who are ill, and 99 of 990 who are not.
    called = np.concatenate([np.arange(10) < 9, np.arange(990) % 10 == 0])
    assert_rounded(precision_in_screening(), precision_recall_f1(ill, called)[0])


def test_a_lopsided_f1():
    positive, called = np.arange(30) < 10, np.arange(30) < 1
    assert precision_recall_f1(positive, called)[:2] == (1.0, 0.1)
    assert_rounded(lopsided_f1(), precision_recall_f1(positive, called)[2])


def test_the_precision_in_a_matrix():
    targets = np.repeat([0, 0, 1, 1], [8, 2, 3, 7])
    predictions = np.repeat([0, 1, 0, 1], [8, 2, 3, 7])
    expected = precision_recall_f1(targets == 1, predictions == 1)[0]
    assert_rounded(precision_in_a_matrix(), expected)


def test_the_areas_of_constant_scores():
    scores, positive = np.full(100, 0.9), np.arange(100) < 10
    expected = pairs_in_order(scores, positive), area_of_steps(scores, positive)
    assert_rounded(constant_scores(), expected)


def test_what_doubled_logits_change():
    logits, targets = torch.tensor(
        [[2.0, -1.0, 0.5, -3.0, 1.5], [1.0, 1.0, 0.0, 0.0, 1.0]]
    ).double()

    def measure(logits):
        return {
            "accuracy": ((logits > 0) == (targets == 1)).double().mean().item(),
            "AUC": pairs_in_order(logits.numpy(), targets.numpy() == 1),
            "cross-entropy": F.binary_cross_entropy_with_logits(logits, targets).item(),
        }

    before, after = measure(logits), measure(2 * logits)
    changed = [name for name, value in before.items() if abs(after[name] - value) > 1e-9]
    expected = "all" if len(changed) == 3 else " and ".join(changed) or "none"
    assert_close(doubled_logits(), expected)


def test_what_a_raised_threshold_changes():
    # All ways to label six samples in the order of their scores, and all pairs of thresholds.
    changes = []
    for labels in product([False, True], repeat=6):
        for more, fewer in product(range(2, 7), range(1, 6)):
            if fewer < more and any(labels):
                before, after = (
                    precision_recall_f1(np.array(labels), np.arange(6) < called)
                    for called in (more, fewer)
                )
                changes.append([new - old for old, new in zip(before, after, strict=True)])
    precision, recall, _ = zip(*changes, strict=True)
    assert_close(raised_threshold(), (direction(precision), direction(recall)))


def test_the_error_of_an_overconfident_classifier():
    confidence, right = np.full(1000, 0.9), np.arange(1000) < 600
    bins = np.ceil(10 * confidence)
    expected = sum(
        (bins == one).mean() * abs(right[bins == one].mean() - confidence[bins == one].mean())
        for one in np.unique(bins)
    )
    assert_rounded(overconfidence(), float(expected))

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.practice.nan_hunt import (
    cross_entropy,
    loss_and_gradients,
    masked_softmax,
    unit_rows,
)
from kata.testing import assert_close, unchanged


def floats(*rows):
    return torch.tensor(rows, dtype=torch.float64)


def draw(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


# --- masked_softmax --------------------------------------------------------------------------


def test_hidden_entries_get_0():
    weights = masked_softmax(floats([2.0, 2.0, 5.0]), torch.tensor([[True, True, False]]))
    assert_close(weights, floats([0.5, 0.5, 0.0]))


def test_a_row_without_any_visible_entry_gets_zeros(rng):
    scores = draw(rng, 3, 4)
    mask = torch.tensor([[True, False, True, True], [False] * 4, [True] * 4])
    expected = torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=1).nan_to_num()
    with unchanged(scores, mask):
        weights = masked_softmax(scores, mask)
    assert_close(weights, expected)
    assert_close(masked_softmax(scores[:, :0], mask[:, :0]), expected[:, :0])


@pytest.mark.parametrize("hidden", [-1e4, 0.0, 1e4])
@pytest.mark.parametrize("visible", [-1e4, 0.0, 1e4])
def test_hidden_scores_have_no_part_however_large_all_are(hidden, visible):
    weights = masked_softmax(
        floats([visible, hidden, visible], [hidden, hidden, visible]),
        torch.tensor([[True, False, True], [False, False, True]]),
    )
    assert_close(weights, floats([0.5, 0.0, 0.5], [0.0, 0.0, 1.0]))


# --- unit_rows -------------------------------------------------------------------------------


def test_each_row_gets_length_1():
    assert_close(unit_rows(floats([3.0, 4.0], [0.0, -2.0])), floats([0.6, 0.8], [0.0, -1.0]))


@pytest.mark.parametrize("length", [1e-6, 1e-3, 1.0, 1e6])
def test_a_row_of_zeros_stays_and_short_rows_get_length_1(length):
    x = length * floats([0.6, 0.8], [0.0, 0.0], [-0.8, 0.6])
    assert_close(unit_rows(x), floats([0.6, 0.8], [0.0, 0.0], [-0.8, 0.6]))


@pytest.mark.parametrize("rows", [[[0.0, 0.0]], [[1.0, 0.0], [0.0, -1.0]]], ids=str)
def test_what_stays_as_it_is_is_a_copy(rows):
    x = floats(*rows)
    with unchanged(x):
        unit_rows(x).fill_(7.0)


# --- cross_entropy ---------------------------------------------------------------------------


@pytest.mark.parametrize("spread", [1.0, 30.0, 1000.0])
def test_it_is_exact_for_sure_and_wrong_predictions(spread):
    logits = floats([spread, 0.0, 0.0], [0.0, -spread, spread / 2])
    labels = torch.tensor([2, 1])
    expected = F.cross_entropy(logits, labels)
    assert_close(cross_entropy(logits, labels), expected)


@pytest.mark.parametrize("labels", [[3, 0, 2, 1, 0], [-1, 3, -1, 0, 2], [-1, -1, -1, -1, 1]])
def test_it_is_the_mean_over_the_rows_with_a_label(rng, labels):
    logits, labels = draw(rng, 5, 4), torch.tensor(labels)
    expected = F.cross_entropy(logits, labels, ignore_index=-1)
    with unchanged(logits, labels):
        loss = cross_entropy(logits, labels)
    assert_close(loss, expected)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_without_any_label_it_is_0(rng, n):
    loss = cross_entropy(draw(rng, n, 4), torch.full((n,), -1))
    assert_close(loss, torch.tensor(0.0, dtype=torch.float64))


# --- All three -------------------------------------------------------------------------------


def test_what_is_in_float32_stays_so_and_may_change_between_calls(rng):
    scores, labels = draw(rng, 5, 3).float(), torch.tensor([2, -1, 0, 1, 2])
    scores[4] = 0.0
    mask = scores < scores.amax(dim=1, keepdim=True)  # In the last row nowhere.
    for sign in (1, -1):
        wide = sign * scores.double()
        expected = [
            torch.softmax(wide.masked_fill(~mask, -torch.inf), dim=1).nan_to_num(),
            F.normalize(wide),
            F.cross_entropy(wide, labels, ignore_index=-1),
            torch.tensor(0.0),
        ]
        own = scores.mul_(sign)
        got = masked_softmax(own, mask), unit_rows(own), cross_entropy(own, labels)
        assert_close([*got, cross_entropy(own, 0 * labels - 1)], [one.float() for one in expected])


# --- loss_and_gradients ----------------------------------------------------------------------


def draw_batch(rng, n, d=3, c=5, t=4):
    """A batch of n rows, of which each sees its first item and perhaps others."""
    mask = torch.from_numpy(rng.random(size=(n, t)) < 0.6)
    mask[:, 0] = True
    labels = torch.from_numpy(rng.integers(c, size=n))
    return draw(rng, d), draw(rng, c, d), draw(rng, n, t, d), mask, labels


def expected_of(query, classes, items, mask, labels, temperature):
    """What torch makes of a batch in which nothing is unusual, set by set."""
    query, classes = query.clone().requires_grad_(), classes.clone().requires_grad_()
    sets = [own[seen] for own, seen in zip(items, mask, strict=True)]
    pooled = torch.stack([torch.softmax(own @ query, dim=0) @ own for own in sets])
    cosines = F.cosine_similarity(pooled[:, None], classes[None], dim=2)
    loss = F.cross_entropy(cosines / temperature, labels)
    return loss.item(), list(torch.autograd.grad(loss, [query, classes]))


@pytest.mark.parametrize("temperature", [1e-3, 0.05, 20.0])
@pytest.mark.parametrize("n", [1, 6])
def test_loss_and_gradients_of_a_usual_batch(rng, n, temperature):
    batch = draw_batch(rng, n)
    expected = expected_of(*batch, temperature)
    with unchanged(*batch):
        got = loss_and_gradients(*batch, temperature)
    # A loss near 0 is the difference of logits that are up to a thousand.
    assert_close(got[0], expected[0], atol=1e-12)
    # A probability near 1 less 1 has lost its digits, and the temperature divides what is left.
    assert_close(got[1], expected[1], atol=1e-13 / temperature)
    assert_close([(one.requires_grad, one.grad) for one in batch], [(False, None)] * 5)


@pytest.mark.parametrize("unusual", ["no items", "items of zeros"])
def test_a_set_without_a_direction_has_the_loss_log_c_and_no_gradient(rng, unusual):
    query, classes, items, mask, labels = draw_batch(rng, 4)
    loss, grads = expected_of(query, classes, items[:3], mask[:3], labels[:3], 0.5)
    expected = (3 * loss + np.log(5)) / 4, [grad * 3 / 4 for grad in grads]
    if unusual == "no items":
        mask[3] = False
    else:
        items[3] = 0.0
    assert_close(loss_and_gradients(query, classes, items, mask, labels, 0.5), expected)
    narrow = [one.float() for one in (query, classes, items)]
    loss, grads = loss_and_gradients(*narrow, mask, labels, 0.5)
    expected = expected[0], [grad.float() for grad in expected[1]]
    assert_close((loss, grads), expected, rtol=1e-4, atol=1e-5)


def test_a_row_without_a_label_has_no_part(rng):
    query, classes, items, mask, labels = draw_batch(rng, 4)
    expected = expected_of(query, classes, items[1:], mask[1:], labels[1:], 0.5)
    labels[0] = -1
    assert_close(loss_and_gradients(query, classes, items, mask, labels, 0.5), expected)


def test_without_any_label_loss_and_gradients_are_0(rng):
    query, classes, items, mask, labels = draw_batch(rng, 3)
    expected = 0.0, [torch.zeros_like(query), torch.zeros_like(classes)]
    labels[:] = -1
    assert_close(loss_and_gradients(query, classes, items, mask, labels, 0.5), expected)


def test_it_agrees_with_the_reference(rng, reference):
    *batch, labels = draw_batch(rng, 7)
    labels[2] = -1
    expected = reference.loss_and_gradients(*batch, labels, 0.1)
    assert_close(loss_and_gradients(*batch, labels, 0.1), expected)

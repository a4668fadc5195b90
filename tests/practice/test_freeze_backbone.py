import pytest
import torch
import torch.nn.functional as F

from exercises.practice.freeze_backbone import Transfer
from kata.testing import assert_close, unchanged

SIZES = pytest.mark.parametrize(
    ("n", "d", "hidden", "classes"), [(7, 3, 5, 4), (1, 4, 6, 3), (5, 5, 5, 5), (2, 2, 8, 2)]
)


def draw(rng, n=7, d=3, hidden=5, classes=4):
    """A backbone, and rows with their classes that are unlike those it was trained on."""
    shapes = {"weight": (hidden, d), **dict.fromkeys(("bias", "gain", "shift", "mean"), hidden)}
    backbone = {name: torch.from_numpy(rng.normal(size=shape)) for name, shape in shapes.items()}
    backbone["var"] = torch.from_numpy(rng.uniform(0.001, 3.0, size=hidden))
    x = torch.from_numpy(rng.normal(2.0, 3.0, size=(n, d)))
    return backbone, x, torch.from_numpy(rng.integers(classes, size=n))


def features_of(backbone, x):
    z = x @ backbone["weight"].T + backbone["bias"]
    unit = (z - backbone["mean"]) / torch.sqrt(backbone["var"] + 1e-5)
    return torch.clamp(backbone["gain"] * unit + backbone["shift"], min=0)


def regress(features, y, head, steps, lr, weight_decay):
    """Logistic regression on the features: the losses, and the head after them."""
    losses = []
    for _ in range(steps):
        head = [part.clone().requires_grad_() for part in head]
        loss = F.cross_entropy(features @ head[0].T + head[1], y)
        grads = torch.autograd.grad(loss, head)
        head = [
            (part - lr * (grad + weight_decay * part)).detach()
            for part, grad in zip(head, grads, strict=True)
        ]
        losses.append(loss.item())
    return losses, head


def zeros(classes, hidden):
    return [torch.zeros(shape, dtype=torch.float64) for shape in ((classes, hidden), (classes,))]


def test_the_features_of_two_rows_worked_out_by_hand():
    def floats(*values):
        return torch.tensor(values, dtype=torch.float64)

    backbone = {"weight": torch.eye(2, dtype=torch.float64), "bias": floats(1.0, 0.0)}
    backbone |= {"mean": floats(3.0, 6.0), "var": floats(4.0 - 1e-5, 1.0 - 1e-5)}
    backbone |= {"gain": floats(5.0, 1.0), "shift": floats(0.5, 1.0)}
    features = Transfer(backbone, 3).features(floats(6.0, 7.0, 1.0, 4.0).reshape(2, 2))
    assert_close(features.detach(), floats(10.5, 2.0, 0.0, 0.0).reshape(2, 2))


@SIZES
def test_training_is_logistic_regression_on_the_features(rng, n, d, hidden, classes):
    backbone, x, y = draw(rng, n, d, hidden, classes)
    losses, head = regress(features_of(backbone, x), y, zeros(classes, hidden), 5, 0.1, 0.3)
    transfer = Transfer(backbone, classes)
    # One row may be met so well that all that is left of its loss is rounding.
    assert_close(transfer.fit(x, y, 5, 0.1, weight_decay=0.3), losses, atol=1e-12)
    assert_close(transfer.head(), head)


@pytest.mark.parametrize("lr", [1e4, 1e9])
def test_logits_may_be_large_and_a_class_may_have_no_row(rng, lr):
    # One of three equal rows is of another class; a first step at such a rate all but denies it.
    backbone, x, _ = draw(rng, n=1)
    x, y = x.repeat(3, 1), torch.tensor([0, 0, 1])
    losses, head = regress(features_of(backbone, x), y, zeros(4, 5), 3, lr, 0.0)
    transfer = Transfer(backbone, 4)
    assert_close((transfer.fit(x, y, 3, lr), transfer.head()), (losses, head))


@pytest.mark.parametrize("steps", [0, 1, 6])
@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
@pytest.mark.parametrize("learns", [False, True])
def test_nothing_in_the_backbone_moves(rng, steps, weight_decay, learns):
    backbone, x, y = draw(rng)
    given = {name: array.clone().requires_grad_(learns) for name, array in backbone.items()}
    features = features_of(backbone, x + 1.0)
    transfer = Transfer(given, 4)
    transfer.fit(x, y, steps, 0.2, weight_decay)
    assert_close([array.grad for array in given.values()], [None] * 6)
    now = {name: array.detach() for name, array in transfer.backbone().items()}
    assert_close(now, backbone, rtol=0.0, atol=0.0)
    x += 1.0  # Nor is anything remembered of what x was.
    assert_close(transfer.features(x).detach(), features)


@pytest.mark.parametrize("steps", [0, 1, 12])
def test_without_weight_decay_there_is_none(rng, steps):
    backbone, x, y = draw(rng)
    losses, head = regress(features_of(backbone, x), y, zeros(4, 5), steps, 0.2, 0.0)
    transfer = Transfer(backbone, 4)
    assert_close((transfer.fit(x, y, steps, 0.2), transfer.head()), (losses, head))


def test_another_fit_goes_on_where_the_last_one_ended(rng):
    backbone, x, y = draw(rng)
    features = features_of(backbone, x)
    losses, head = regress(features[:4], y[:4], zeros(4, 5), 2, 0.1, 0.2)
    more, head = regress(features[3:], y[3:], head, 3, 0.3, 0.0)
    transfer = Transfer(backbone, 4)
    got = transfer.fit(x[:4], y[:4], 2, 0.1, 0.2) + transfer.fit(x[3:], y[3:], 3, 0.3)
    assert_close((got, transfer.head()), (losses + more, head))


@SIZES
def test_a_row_has_the_same_features_in_any_company(rng, n, d, hidden, classes):
    backbone, x, y = draw(rng, n, d, hidden, classes)
    backbone["var"][0] = 0.0
    expected = features_of(backbone, x)
    transfer = Transfer(backbone, classes)
    for _ in range(2):
        alone = [transfer.features(row[None]).detach() for row in x]
        assert_close(torch.cat(alone), expected)
        assert_close(transfer.features(x).detach(), expected)
        transfer.fit(x, y, 1, 0.1)


def test_the_dtype_is_that_of_the_backbone(rng):
    backbone, x, y = draw(rng)
    backbone = {name: array.float() for name, array in backbone.items()}
    transfer = Transfer(backbone, 4)
    transfer.fit(x.float(), y, 1, 0.1)
    parts = [*transfer.backbone().values(), *transfer.head(), transfer.features(x.float())]
    assert_close([str(part.dtype) for part in parts], ["torch.float32"] * 9)


def test_it_agrees_with_the_reference(rng, reference):
    backbone, x, y = draw(rng, n=2000)
    x = x.T.contiguous().T  # In Fortran order.
    right, own = reference.Transfer(backbone, 4), Transfer(backbone, 4)
    expected = right.fit(x, y, 3, 0.1, 0.2), right.head(), right.backbone()
    assert_close((own.fit(x, y, 3, 0.1, 0.2), own.head(), own.backbone()), expected)


def test_arguments_are_left_unchanged_and_results_are_copies(rng):
    backbone, x, y = draw(rng)
    given = {name: array.clone() for name, array in backbone.items()}
    _, head = regress(features_of(backbone, x), y, zeros(4, 5), 4, 0.1, 0.0)
    transfer = Transfer(given, 4)
    with unchanged(given, x, y):
        transfer.fit(x, y, 1, 0.1)
    before = transfer.head(), transfer.backbone()
    kept = [[part.clone() for part in before[0]], backbone]
    transfer.fit(x, y, 1, 0.1)
    assert_close([*before], kept)
    for array in [*given.values(), *before[0], *before[1].values(), transfer.features(x).detach()]:
        array.fill_(7.0)
    transfer.fit(x, y, 2, 0.1)
    assert_close((transfer.head(), transfer.backbone()), (head, backbone))


def test_two_objects_share_nothing(rng):
    backbone, x, y = draw(rng)
    losses, _ = regress(features_of(backbone, x), y, zeros(4, 5), 2, 0.1, 0.0)
    own, other = Transfer(backbone, 4), Transfer(draw(rng)[0], 4)
    other.fit(x, y, 2, 0.3)
    assert_close(own.fit(x, y, 2, 0.1), losses)

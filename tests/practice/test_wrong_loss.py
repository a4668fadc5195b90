import numpy as np
import pytest
import torch

from exercises.practice.wrong_loss import (
    imitation_loss,
    tag_loss,
    topic_loss,
    total_loss,
    word_loss,
)
from kata.testing import assert_close, unchanged

# Rounding in a logit of 1000: where outputs are sure and right, nothing else is left of a loss.
ROUNDING = 1e-12
SCALES = pytest.mark.parametrize("scale", [1.0, 20.0, 1000.0])


def floats(*rows):
    return torch.tensor(rows, dtype=torch.float64)


def draw(rng, *shape, scale=1.0):
    # In Fortran order, as all that is drawn.
    return scale * torch.from_numpy(rng.uniform(-1.0, 1.0, size=shape[::-1]).T)


def draw_labels(rng, classes, *shape):
    return torch.from_numpy(rng.integers(classes, size=shape[::-1]).T)


def log_softmax(row):
    return row - np.logaddexp.reduce(row)


def log_sigmoid(logit):
    return -np.logaddexp(0.0, -logit)


def scalar(value):
    return torch.tensor(value, dtype=torch.float64)


# --- topic_loss ------------------------------------------------------------------------------


def test_a_sure_and_right_topic_costs_nothing():
    logits, topics = floats([40.0, 0.0, 0.0], [0.0, 0.0, 40.0]), torch.tensor([0, 2])
    assert_close(topic_loss(logits, topics), scalar(0.0), atol=ROUNDING)


@SCALES
@pytest.mark.parametrize(("n", "c"), [(4, 3), (3, 3), (1, 5)])
def test_topic_loss_is_the_mean_cross_entropy(rng, n, c, scale):
    logits, topics = draw(rng, n, c, scale=scale), draw_labels(rng, c, n)
    logits[0, 0] = scale  # Whatever is drawn.
    losses = [-log_softmax(logits[i].numpy())[topics[i]] for i in range(n)]
    assert_close(topic_loss(logits, topics), scalar(np.mean(losses)), atol=ROUNDING)


# --- tag_loss --------------------------------------------------------------------------------


def test_sure_and_right_tags_cost_nothing():
    loss = tag_loss(floats([40.0, -40.0], [40.0, 40.0]), floats([1.0, 0.0], [1.0, 1.0]))
    assert_close(loss, scalar(0.0), atol=ROUNDING)


@SCALES
@pytest.mark.parametrize(("n", "k"), [(4, 3), (3, 3), (1, 5), (2, 1)])
def test_tag_loss_is_the_mean_binary_cross_entropy(rng, n, k, scale):
    logits, tags = draw(rng, n, k, scale=scale), draw_labels(rng, 2, n, k).double()
    logits[0, 0] = scale * (1 - 2 * tags[0, 0])  # As wrong as can be, whatever is drawn.
    signs = (2 * tags - 1).numpy()
    expected = np.mean(-log_sigmoid(signs * logits.numpy()))
    assert_close(tag_loss(logits, tags), scalar(expected), atol=ROUNDING)


# --- word_loss -------------------------------------------------------------------------------


def test_a_words_logits_belong_to_that_word():
    # Of two words with two labels each: the first is sure of 0, the second undecided.
    logits = torch.tensor([[[40.0, 0.0], [7.0, 7.0]]], dtype=torch.float64)
    assert_close(word_loss(logits, torch.tensor([[0, 1]])), scalar(np.log(2) / 2))


@SCALES
@pytest.mark.parametrize(("n", "t", "c"), [(2, 4, 3), (3, 3, 3), (2, 2, 5), (1, 1, 3)])
@pytest.mark.parametrize("padding", [False, True], ids=["full", "padded"])
def test_word_loss_is_the_mean_over_the_words(rng, n, t, c, scale, padding):
    logits, labels = draw(rng, n, t, c, scale=scale), draw_labels(rng, c, n, t)
    if padding:
        labels[0, 1:] = -100
    places = [(i, j) for i in range(n) for j in range(t) if labels[i, j] >= 0]
    losses = [-log_softmax(logits[place].numpy())[labels[place]] for place in places]
    assert_close(word_loss(logits, labels), scalar(np.mean(losses)), atol=ROUNDING)


# --- imitation_loss --------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
def test_who_agrees_with_the_teacher_has_no_loss(rng, temperature):
    logits = draw(rng, 3, 4)
    loss = imitation_loss(logits + 5.0, logits, temperature)
    assert_close(loss, scalar(0.0), atol=ROUNDING)


@SCALES
@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
@pytest.mark.parametrize(("n", "c"), [(4, 3), (3, 3), (1, 5)])
def test_imitation_loss_is_the_mean_divergence_from_the_teacher(rng, n, c, temperature, scale):
    student, teacher = draw(rng, n, c, scale=scale), draw(rng, n, c, scale=scale)
    divergences = []
    for own, other in zip(
        student.numpy() / temperature, teacher.numpy() / temperature, strict=True
    ):
        log_p, log_q = log_softmax(own), log_softmax(other)
        divergences.append(np.sum(np.exp(log_q) * (log_q - log_p)))
    expected = temperature**2 * np.mean(divergences)
    assert_close(imitation_loss(student, teacher, temperature), scalar(expected), atol=ROUNDING)


# --- total_loss ------------------------------------------------------------------------------


def draw_task(rng):
    outputs = {
        "topic": draw(rng, 3, 5),
        "tags": draw(rng, 3, 2),
        "words": draw(rng, 3, 4, 6),
        "teacher": draw(rng, 3, 7),
    }
    targets = {
        "topic": draw_labels(rng, 5, 3),
        "tags": draw_labels(rng, 2, 3, 2).double(),
        "words": draw_labels(rng, 6, 3, 4),
        "teacher": draw(rng, 3, 7),
    }
    return outputs, targets


def test_undecided_outputs_cost_the_logarithm_of_the_choices(rng):
    outputs, targets = draw_task(rng)
    outputs = {name: torch.zeros_like(logits) for name, logits in outputs.items()}
    targets["teacher"] = torch.ones_like(targets["teacher"])
    assert_close(total_loss(outputs, targets, 2.0), scalar(np.log(5) + np.log(2) + np.log(6)))


def test_it_agrees_with_the_reference(rng, reference):
    outputs, targets = draw_task(rng)
    targets["words"][0, 1:] = -100
    opposite = {name: -logits for name, logits in outputs.items()}
    expected = [reference.total_loss(one, targets, 2.0) for one in (outputs, opposite)]
    with unchanged(outputs, targets):
        got = [total_loss(outputs, targets, 2.0)]
        topic_loss(outputs["topic"], targets["topic"])
        tag_loss(outputs["tags"], targets["tags"])
        word_loss(outputs["words"], targets["words"])
        imitation_loss(outputs["teacher"], targets["teacher"], 2.0)
    for logits in outputs.values():
        logits.neg_()
    assert_close([*got, total_loss(outputs, targets, 2.0)], expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_loss_has_the_dtype_of_the_call(rng, reference, dtype):
    outputs, targets = draw_task(rng)
    outputs = {name: logits.to(dtype) for name, logits in outputs.items()}
    targets |= {name: targets[name].to(dtype) for name in ("tags", "teacher")}
    expected = reference.total_loss(outputs, targets, 2.0)
    assert_close(total_loss(outputs, targets, 2.0), expected)

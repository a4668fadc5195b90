import pytest
import torch
import torch.nn.functional as F

from exercises.attention.minigpt_classifier import GPTClassifier
from kata.testing import assert_close, assert_value_error, unchanged

# tokens in the vocabulary, width, heads, blocks, longest sequence, classes
SIZES = {
    "one block, one head": (7, 4, 1, 1, 9, 3),
    "three blocks, three heads": (5, 12, 3, 3, 9, 4),
    "two classes": (7, 6, 2, 2, 9, 2),
    "more classes than features": (7, 2, 1, 1, 9, 5),
    "equal sizes": (4, 4, 4, 4, 4, 4),
}
THREE_BLOCKS = SIZES["three blocks, three heads"]
LENGTHS = [[2, 4, 1], [4, 4, 4, 4], [1, 1], [3], [3, 1, 3, 2, 4, 2]]
ONE_EACH = [
    pytest.param(sizes, lengths, id=f"{name}, {lengths}")
    for (name, sizes), lengths in zip(SIZES.items(), LENGTHS, strict=True)
]
CASES = ONE_EACH + [pytest.param(THREE_BLOCKS, lengths, id=str(lengths)) for lengths in LENGTHS]


def draw(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def draw_integers(rng, end, *shape):
    return torch.from_numpy(rng.integers(end, size=shape))


def draw_block(rng, d):
    shapes = {"norm1": (d,), "norm2": (d,), "up": (2 * d + 1, d), "down": (d, 2 * d + 1)}
    return {name: draw(rng, *shapes.get(name, (d, d))) for name in [*"qkvo", *shapes]}


def draw_model(rng, sizes):
    """The arguments of a classifier."""
    v, d, n_heads, n_blocks, t_max, classes = sizes
    weights = {"tokens": (v, d), "positions": (t_max, d), "norm": (d,)}
    weights = {name: draw(rng, *shape) for name, shape in weights.items()}
    blocks = [draw_block(rng, d) for _ in range(n_blocks)]
    return weights, blocks, n_heads, draw(rng, classes, d), draw(rng, classes)


def draw_batch(rng, sizes, lengths, t=4):
    """Tokens with any others behind them, lengths and labels."""
    n, classes = len(lengths), sizes[-1]
    tokens = draw_integers(rng, sizes[0], n, t)
    return tokens, torch.tensor(lengths), draw_integers(rng, classes, n)


def features_in_torch(weights, blocks, n_heads, tokens, lengths):
    """Those of the last token of each sequence, one sequence at a time and without its padding."""
    d, last = weights["norm"].shape, []
    for row, length in zip(tokens, lengths.tolist(), strict=True):
        x = F.embedding(row[:length], weights["tokens"]) + weights["positions"][:length]
        for block in blocks:
            normed = F.layer_norm(x, d, block["norm1"])
            q, k, v = (torch.stack((normed @ block[one].T).chunk(n_heads, -1)) for one in "qkv")
            heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + torch.cat(heads.unbind(), dim=-1) @ block["o"].T
            hidden = F.gelu(F.linear(F.layer_norm(x, d, block["norm2"]), block["up"]))
            x = x + F.linear(hidden, block["down"])
        last.append(F.layer_norm(x[-1], d, weights["norm"]))
    return torch.stack(last)


def step_in_torch(features, head, bias, labels, lr):
    """The loss, and the head and the bias after a step."""
    head, bias = (one.clone().requires_grad_() for one in (head, bias))
    loss = -F.log_softmax(features @ head.T + bias, dim=1)[range(len(labels)), labels].mean()
    loss.backward()
    moved = [(one - lr * one.grad).detach() for one in (head, bias)]
    return loss.item(), *moved


def test_the_head_sees_the_last_real_token_worked_out_by_hand():
    # Without blocks, the features are the last norm of a token alone: signs, where the eps is lost.
    tokens = torch.tensor([[1e4, -1e4], [-1e4, 1e4], [3e4, 0.0]], dtype=torch.float64)
    weights = {"tokens": tokens, "positions": torch.zeros(3, 2), "norm": torch.ones(2)}
    weights = {name: weight.double() for name, weight in weights.items()}
    head, bias = torch.tensor([[4.0, 1.0]]).double(), torch.tensor([0.5]).double()
    model = GPTClassifier(weights, [], 1, head, bias)
    batch = torch.tensor([[2, 1, 0], [0, 1, 1], [1, 1, 2]])
    logits = model.logits(batch, torch.tensor([2, 1, 3]))
    assert_close(logits, torch.tensor([[-2.5], [3.5], [3.5]], dtype=torch.float64))


@pytest.mark.parametrize(("sizes", "lengths"), CASES)
def test_logits_and_loss_are_those_of_each_sequence_without_its_padding(rng, sizes, lengths):
    *gpt, head, bias = draw_model(rng, sizes)
    tokens, lengths, labels = draw_batch(rng, sizes, lengths)
    logits = features_in_torch(*gpt, tokens, lengths) @ head.T + bias
    loss = F.cross_entropy(logits, labels)
    model = GPTClassifier(*gpt, head, bias)
    assert_close(model.logits(tokens, lengths), logits)
    assert_close(model.loss(tokens, lengths, labels), loss)


def test_the_padding_has_no_effect(rng):
    model = GPTClassifier(*draw_model(rng, THREE_BLOCKS))
    tokens, lengths, labels = draw_batch(rng, THREE_BLOCKS, [5, 1, 8, 3], t=8)
    others = draw_integers(rng, 5, 4, 8)
    others[:, ::2] = 0
    padded = torch.where(torch.arange(8) < lengths[:, None], tokens, others)
    before = model.logits(tokens, lengths), model.loss(tokens, lengths, labels)
    after = model.logits(padded, lengths), model.loss(padded, lengths, labels)
    assert_close(after, before)


@pytest.mark.parametrize("factor", [0.0, 1e4])
def test_logits_of_any_size_have_a_loss(rng, factor):
    *gpt, head, bias = draw_model(rng, THREE_BLOCKS)
    head, bias = factor * head, factor * bias
    *batch, labels = draw_batch(rng, THREE_BLOCKS, [4, 2, 3])
    expected = step_in_torch(features_in_torch(*gpt, *batch), head, bias, labels, 0.3)
    model = GPTClassifier(*gpt, head, bias)
    assert_close(model.loss(*batch, labels).item(), expected[0])
    loss = model.step(*batch, labels, 0.3)
    assert_close((loss, model.head.detach(), model.bias.detach()), expected)


@pytest.mark.parametrize(("sizes", "lengths"), ONE_EACH)
def test_steps_move_the_head_by_gradient_descent(rng, sizes, lengths):
    *gpt, head, bias = draw_model(rng, sizes)
    batches = [draw_batch(rng, sizes, order) for order in (lengths, lengths[::-1], lengths)]
    rates, now, expected = (0.5, 0.01, 2.0), (head, bias), []
    for (*batch, labels), lr in zip(batches, rates, strict=True):
        loss, *now = step_in_torch(features_in_torch(*gpt, *batch), *now, labels, lr)
        expected.append((loss, *now))
    model, got = GPTClassifier(*gpt, head, bias), []
    for batch, lr in zip(batches, rates, strict=True):
        loss = model.step(*batch, lr)
        # A later step may write into the model's own.
        got.append((loss, model.head.detach().clone(), model.bias.detach().clone()))
    assert_close(got, expected)


def test_after_steps_the_head_is_new_and_the_gpt_is_not(rng):
    *gpt, head, bias = draw_model(rng, THREE_BLOCKS)
    *batch, labels = draw_batch(rng, THREE_BLOCKS, [2, 4, 3, 1])
    *others, _ = draw_batch(rng, THREE_BLOCKS, [9, 3, 8, 1, 5], t=9)
    features, now = features_in_torch(*gpt, *batch), (head, bias)
    for _ in range(3):
        _, *now = step_in_torch(features, *now, labels, 0.3)
    expected = features_in_torch(*gpt, *others) @ now[0].T + now[1]
    model = GPTClassifier(*gpt, head, bias)
    for _ in range(3):
        model.step(*batch, labels, 0.3)
    assert_close(model.logits(*others), expected)


@pytest.mark.parametrize(
    "lengths",
    [[2, 0, 3], [3, 5, 2], [5, 4, 4], [-1, 1, 1], [0, 1, 4], [1, 9], [0, -1], [5, 9]],
    ids=str,
)
@pytest.mark.parametrize("method", ["logits", "loss", "step"])
def test_a_length_that_is_not_from_1_to_t_raises_a_value_error(rng, lengths, method):
    model = GPTClassifier(*draw_model(rng, THREE_BLOCKS))
    tokens, lengths, labels = draw_batch(rng, THREE_BLOCKS, lengths)
    arguments = {"logits": (), "loss": (labels,), "step": (labels, 0.1)}[method]
    assert_value_error(getattr(model, method), tokens, lengths, *arguments)


def test_it_agrees_with_the_reference(rng, reference):
    arguments, batch = draw_model(rng, THREE_BLOCKS), draw_batch(rng, THREE_BLOCKS, [2, 4, 3, 1])
    right, own = reference.GPTClassifier(*arguments), GPTClassifier(*arguments)
    expected = right.step(*batch, 0.2), right.logits(*batch[:2])
    assert_close((own.step(*batch, 0.2), own.logits(*batch[:2])), expected)


def test_arguments_are_left_unchanged_and_two_objects_share_nothing(rng):
    *gpt, head, bias = draw_model(rng, THREE_BLOCKS)
    *batch, labels = draw_batch(rng, THREE_BLOCKS, [2, 4, 3])
    expected = features_in_torch(*gpt, *batch) @ head.T + bias
    other, one = GPTClassifier(*gpt, head, bias), GPTClassifier(*gpt, head, bias)
    with unchanged(*gpt[:2], head, bias, *batch, labels):
        one.logits(*batch)
        one.loss(*batch, labels)
        one.step(*batch, labels, 0.5)
    assert_close(other.logits(*batch), expected)


def test_objects_with_other_weights_share_nothing(rng):
    *batch, _ = draw_batch(rng, THREE_BLOCKS, [2, 4, 3])
    drawn = [draw_model(rng, THREE_BLOCKS) for _ in range(2)]
    expected = [features_in_torch(*gpt, *batch) @ head.T + bias for *gpt, head, bias in drawn]
    models = [GPTClassifier(*arguments) for arguments in drawn]
    assert_close([model.logits(*batch) for model in models], expected)


def test_arrays_may_have_new_values_in_the_next_call(rng):
    *gpt, head, bias = draw_model(rng, THREE_BLOCKS)
    tokens, lengths, labels = draw_batch(rng, THREE_BLOCKS, [2, 4, 3])
    others = draw_batch(rng, THREE_BLOCKS, [4, 1, 2])
    expected = features_in_torch(*gpt, *others[:2]) @ head.T + bias
    model = GPTClassifier(*gpt, head, bias)
    model.step(tokens, lengths, labels, 0.0)
    model.logits(tokens, lengths)
    tokens[...], lengths[...] = others[:2]
    assert_close(model.logits(tokens, lengths), expected)


def test_the_dtype_is_that_of_the_weights(rng):
    weights, blocks, n_heads, head, bias = draw_model(rng, THREE_BLOCKS)
    weights = {name: weight.float() for name, weight in weights.items()}
    blocks = [{name: weight.float() for name, weight in block.items()} for block in blocks]
    model = GPTClassifier(weights, blocks, n_heads, head.float(), bias.float())
    batch = draw_batch(rng, THREE_BLOCKS, [2, 4, 3])
    model.step(*batch, 0.1)
    results = model.logits(*batch[:2]), model.loss(*batch), model.head, model.bias
    assert_close([str(one.dtype) for one in results], ["torch.float32"] * 4)

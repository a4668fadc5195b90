from functools import partial
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F

from exercises.attention.minigpt_bugs import MiniGPT
from kata.testing import assert_close, share_nothing, unchanged

# tokens in the vocabulary, width, heads, blocks, longest sequence
SIZES = {
    "one block, one head": (7, 4, 1, 1, 9),
    "one block, two heads": (7, 6, 2, 1, 9),
    "three blocks, three heads": (5, 12, 3, 3, 9),
    "heads of width 1": (7, 3, 3, 2, 9),
    "equal sizes": (4, 4, 4, 2, 5),
}
BATCHES = pytest.mark.parametrize(("n", "t"), [(3, 5), (1, 4), (4, 4), (2, 2), (5, 3)])
MODELS = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)


def draw(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def draw_tokens(rng, v, *shape):
    return torch.from_numpy(rng.integers(v, size=shape))


def draw_block(rng, d):
    shapes = {"norm1": (d,), "norm2": (d,), "up": (2 * d + 1, d), "down": (d, 2 * d + 1)}
    return {name: draw(rng, *shapes.get(name, (d, d))) for name in [*"qkvo", *shapes]}


def draw_weights(rng, sizes):
    """The arguments of a MiniGPT."""
    v, d, n_heads, n_blocks, t_max = sizes
    weights = {"tokens": (v, d), "positions": (t_max, d), "norm": (d,)}
    weights = {name: draw(rng, *shape) for name, shape in weights.items()}
    return weights, [draw_block(rng, d) for _ in range(n_blocks)], n_heads


def attention_in_torch(x, block, n_heads):
    columns = [F.linear(x, block[name]).chunk(n_heads, dim=-1) for name in "qkv"]
    heads = [
        F.scaled_dot_product_attention(*qkv, is_causal=True) for qkv in zip(*columns, strict=True)
    ]
    return torch.cat(heads, dim=-1) @ block["o"].T


def logits_in_torch(weights, blocks, n_heads, tokens):
    d = weights["norm"].shape
    x = F.embedding(tokens, weights["tokens"]) + weights["positions"][: tokens.shape[1]]
    for block in blocks:
        x = x + attention_in_torch(F.layer_norm(x, d, block["norm1"]), block, n_heads)
        hidden = F.gelu(F.linear(F.layer_norm(x, d, block["norm2"]), block["up"]))
        x = x + F.linear(hidden, block["down"])
    return F.linear(F.layer_norm(x, d, weights["norm"]), weights["tokens"])


# --- One at a time: each of these tests depends on one bug alone -------------------------------


def simple_model(n_heads, d):
    weights = {"tokens": torch.eye(3, d), "positions": torch.zeros(4, d), "norm": torch.ones(d)}
    return MiniGPT({name: weight.double() for name, weight in weights.items()}, [], n_heads)


def simple_block(d, q):
    """All projections leave x as it is; that of the queries multiplies it."""
    one = torch.eye(d, dtype=torch.float64)
    return {"q": q * one, "k": one, "v": one, "o": one}


def test_every_row_of_a_batch_has_the_same_positions(rng):
    weights, blocks, n_heads = draw_weights(rng, (7, 6, 2, 0, 9))
    tokens = draw_tokens(rng, 7, 3, 5)
    expected = weights["tokens"][tokens] + weights["positions"][:5]
    assert_close(MiniGPT(weights, blocks, n_heads).embed(tokens), expected)


def test_equal_scores_give_the_mean_of_what_a_position_sees():
    x = torch.tensor([[[1.0, 8.0], [3.0, 4.0], [5.0, 0.0]]], dtype=torch.float64)
    expected = torch.tensor([[[1.0, 8.0], [2.0, 6.0], [3.0, 4.0]]], dtype=torch.float64)
    assert_close(simple_model(1, 2).attend(x, simple_block(2, q=0.0)), expected)


def test_the_last_position_of_one_head_is_softmax_of_scaled_scores(rng):
    # The last position sees all.
    x = draw(rng, 2, 12, 4)
    expected = torch.softmax(x[:, -1:] @ x.mT / 2, dim=-1) @ x
    assert_close(simple_model(1, 4).attend(x, simple_block(4, q=1.0))[:, -1:], expected)


def test_every_head_keeps_its_slice_of_the_width(rng):
    # With equal scores, the last position gets the mean of all: of each column, its own mean.
    x = draw(rng, 2, 5, 6)
    expected = x.mean(dim=1)
    assert_close(simple_model(3, 6).attend(x, simple_block(6, q=0.0))[:, -1], expected)


@pytest.mark.parametrize("row", [[0, 1, 2, 2], [2, 1], [1, 1, 1]], ids=str)
def test_the_loss_is_that_of_the_next_token(row):
    # Without blocks, a token's logits depend on that token alone.
    model = simple_model(1, 3)
    tokens = torch.tensor([row])
    logits = F.layer_norm(torch.eye(3, dtype=torch.float64), (3,))
    expected = torch.stack([-logits[a].log_softmax(0)[b] for a, b in pairwise(row)]).mean()
    assert_close(model.loss(tokens), expected)


# --- Together --------------------------------------------------------------------------------


@MODELS
@BATCHES
def test_attention_agrees_with_torch(rng, sizes, n, t):
    weights, blocks, n_heads = draw_weights(rng, sizes)
    x, block = draw(rng, n, t, sizes[1]), blocks[0]
    expected = attention_in_torch(x, block, n_heads)
    assert_close(MiniGPT(weights, blocks, n_heads).attend(x, block), expected)


@MODELS
@BATCHES
def test_logits_and_loss_agree_with_torch(rng, sizes, n, t):
    arguments, tokens = draw_weights(rng, sizes), draw_tokens(rng, sizes[0], n, t)
    logits = logits_in_torch(*arguments, tokens)
    loss = F.cross_entropy(logits[:, :-1].mT, tokens[:, 1:])
    model = MiniGPT(*arguments)
    assert_close(model.logits(tokens), logits)
    assert_close(model.loss(tokens), loss)


def test_results_have_the_dtype_of_the_weights(rng):
    weights, blocks, n_heads = draw_weights(rng, SIZES["one block, two heads"])
    weights, *blocks = [{k: w.float() for k, w in one.items()} for one in (weights, *blocks)]
    tokens = draw_tokens(rng, 7, 3, 5)
    logits = logits_in_torch(weights, blocks, n_heads, tokens)
    expected = logits, F.cross_entropy(logits[:, :-1].mT, tokens[:, 1:])
    model = MiniGPT(weights, blocks, n_heads)
    # In another order, float32 sums are rounded otherwise.
    assert_close((model.logits(tokens), model.loss(tokens)), expected, atol=1e-4)


def test_the_features_of_one_token_need_no_other(rng):
    arguments, tokens = draw_weights(rng, SIZES["equal sizes"]), torch.tensor([[2], [0], [3]])
    expected = logits_in_torch(*arguments, tokens)
    features = MiniGPT(*arguments).features(tokens)
    assert_close(features @ arguments[0]["tokens"].T, expected)


def test_a_token_changes_nothing_before_it(rng):
    model = MiniGPT(*draw_weights(rng, SIZES["three blocks, three heads"]))
    tokens = draw_tokens(rng, 5, 2, 8)
    changed = tokens.clone()
    changed[:, 5:] = (changed[:, 5:] + 1) % 5
    before, after = model.features(tokens), model.features(changed)
    assert_close(after[:, :5], before[:, :5])


@MODELS
@pytest.mark.parametrize(("t", "n_new"), [(1, 3), (3, 1), (2, 9), (4, 0), (9, 2), (20, 1)])
def test_it_writes_the_likeliest_tokens(rng, sizes, t, n_new):
    # With 11 tokens there are more than the model can see.
    arguments, tokens = draw_weights(rng, sizes), draw_tokens(rng, sizes[0], 3, t)
    expected = tokens
    for _ in range(n_new):
        logits = logits_in_torch(*arguments, expected[:, -sizes[-1] :])[:, -1:]
        expected = torch.cat([expected, logits.argmax(dim=-1)], dim=1)
    assert_close(MiniGPT(*arguments).generate(tokens, n_new), expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments = draw_weights(rng, SIZES["three blocks, three heads"])
    tokens = draw_tokens(rng, 5, 4, 6)
    right = reference.MiniGPT(*arguments)
    expected = right.features(tokens), right.loss(tokens), right.generate(tokens, 5)
    model = MiniGPT(*arguments)
    got = model.features(tokens), model.loss(tokens), model.generate(tokens, 5)
    assert_close(got, expected)


# --- Whose memory it is ----------------------------------------------------------------------


def test_the_arguments_are_left_unchanged(rng):
    weights, blocks, n_heads = draw_weights(rng, SIZES["one block, two heads"])
    tokens, x = draw_tokens(rng, 7, 2, 5), draw(rng, 2, 5, 6)
    with unchanged(weights, blocks, tokens, x):
        model = MiniGPT(weights, blocks, n_heads)
        model.loss(tokens)
        model.generate(tokens, 6)
        model.attend(x, blocks[0])


def test_what_is_given_and_returned_is_the_callers_own(rng):
    weights, blocks, n_heads = draw_weights(rng, SIZES["three blocks, three heads"])
    tokens = draw_tokens(rng, 5, 2, 5)
    model = MiniGPT(weights, blocks, n_heads)
    expected, kept = logits_in_torch(weights, blocks, n_heads, tokens), tokens.clone()
    given = [weight for named in (weights, *blocks) for weight in named.values()]
    for weight in [*given, model.embed(tokens)]:
        weight.fill_(7.0)
    model.generate(tokens, 0).fill_(0)
    assert_close(tokens, kept)
    assert_close(model.logits(tokens), expected)


@share_nothing()
def test_models_share_nothing(rng):
    sizes, tokens = [(5, 12, 3, 2, 9), (5, 12, 2, 1, 9)], draw_tokens(rng, 5, 2, 4)
    models = [partial(MiniGPT, *draw_weights(rng, size)) for size in sizes]
    return models, lambda model: model.logits(tokens).detach()

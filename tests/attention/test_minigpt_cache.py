from functools import partial

import pytest
import torch
import torch.nn.functional as F

from exercises.attention.minigpt_cache import CachedGPT
from kata.testing import assert_close, assert_value_error, share_nothing, unchanged

# tokens in the vocabulary, width, heads, blocks, longest sequence
SIZES = {
    "one block, one head": (7, 4, 1, 1, 9),
    "one block, two heads": (7, 6, 2, 1, 9),
    "three blocks, three heads": (5, 12, 3, 3, 9),
    "heads of width 1": (7, 3, 3, 2, 9),
    "equal sizes": (4, 4, 4, 4, 4),
}
TWO_HEADS, THREE_BLOCKS = SIZES["one block, two heads"], SIZES["three blocks, three heads"]
MODELS = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)


def ways_to_cut(t):
    cut = [(size, *rest) for size in range(1, t) for rest in ways_to_cut(t - size)]
    return [(t,), *cut]


def draw(rng, *shape):
    return torch.from_numpy(rng.normal(size=shape))


def draw_tokens(rng, v, *shape):
    return torch.from_numpy(rng.integers(v, size=shape))


def draw_block(rng, d):
    shapes = {"norm1": (d,), "norm2": (d,), "up": (2 * d + 1, d), "down": (d, 2 * d + 1)}
    return {name: draw(rng, *shapes.get(name, (d, d))) for name in [*"qkvo", *shapes]}


def draw_model(rng, sizes):
    """The arguments of a model."""
    v, d, n_heads, n_blocks, t_max = sizes
    weights = {"tokens": (v, d), "positions": (t_max, d), "norm": (d,)}
    weights = {name: draw(rng, *shape) for name, shape in weights.items()}
    return weights, [draw_block(rng, d) for _ in range(n_blocks)], n_heads


def draw_cache(rng, sizes, n, past):
    """Keys and values that no token has given."""
    _, d, n_heads, n_blocks, _ = sizes
    return [tuple(draw(rng, n, n_heads, past, d // n_heads) for _ in "kv") for _ in range(n_blocks)]


def advance_in_torch(weights, blocks, n_heads, tokens, cache=None):
    """The logits and the longer cache, by the formula."""
    d, t = weights["norm"].shape, tokens.shape[1]
    nothing = draw_cache_of_nothing(weights, len(blocks), n_heads, len(tokens))
    cache = nothing if cache is None else cache
    past = cache[0][0].shape[2]
    x = F.embedding(tokens, weights["tokens"]) + weights["positions"][past : past + t]
    seen, longer = torch.ones(t, past + t, dtype=torch.bool).tril(past), []
    for block, pair in zip(blocks, cache, strict=True):
        normed = F.layer_norm(x, d, block["norm1"])
        q, *new = (torch.stack((normed @ block[name].T).chunk(n_heads, -1), 1) for name in "qkv")
        k, v = (torch.cat(both, dim=2) for both in zip(pair, new, strict=True))
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        x = x + torch.cat(heads.unbind(1), dim=-1) @ block["o"].T
        hidden = F.gelu(F.linear(F.layer_norm(x, d, block["norm2"]), block["up"]))
        x = x + F.linear(hidden, block["down"])
        longer.append((k, v))
    return F.layer_norm(x, d, weights["norm"]) @ weights["tokens"].T, longer


def draw_cache_of_nothing(weights, n_blocks, n_heads, n):
    d_head = len(weights["norm"]) // n_heads
    return [(weights["norm"].new_zeros(n, n_heads, 0, d_head),) * 2] * n_blocks


def write_in_torch(arguments, tokens, n_new, cache=None):
    """What is written, and the cache with it; all new tokens are read anew for each one."""
    for _ in range(n_new):
        logits, _ = advance_in_torch(*arguments, tokens, cache)
        tokens = torch.cat([tokens, logits[:, -1:].argmax(dim=-1)], dim=1)
    return tokens[:, -n_new:], advance_in_torch(*arguments, tokens, cache)[1]


def pairs(cache):
    """A list of tuples, whatever sequences they are."""
    return [tuple(pair) for pair in cache]


def advance(model, tokens, cache):
    logits, cache = model.advance(tokens, cache)
    return logits, pairs(cache)


def write(model, tokens, n_new, cache):
    written, cache = model.write(tokens, n_new, cache)
    return written, pairs(cache)


def advance_in_pieces(model, tokens, sizes):
    cache, logits = model.start(len(tokens)), []
    for piece in tokens.split(sizes, dim=1):
        new, cache = model.advance(piece.clone(), cache)
        logits.append(new)
    return torch.cat(logits, dim=1), pairs(cache)


def test_two_tokens_of_the_past_outweigh_a_new_one():
    # With queries of 0 a token gets the mean of the values: 1, 1 and -1 in the first column. Times
    # 6000 that is 2000, more than the -1000 of its own embedding. The last norm leaves the signs.
    one = torch.eye(2, dtype=torch.float64)
    weights = {"tokens": torch.tensor([[1e3, -1e3], [-1e3, 1e3]]).double(), "norm": one.sum(0)}
    block = dict.fromkeys(("q", "k", "up", "down"), 0 * one)
    block |= {"v": one, "o": 6e3 * one, "norm1": one.sum(0), "norm2": one.sum(0)}
    model = CachedGPT({**weights, "positions": torch.zeros(3, 2).double()}, [block], 1)
    _, cache = model.advance(torch.tensor([[0, 0]]), model.start(1))
    logits, cache = model.advance(torch.tensor([[1]]), cache)
    assert_close(logits, torch.tensor([[[2e3, -2e3]]], dtype=torch.float64))
    values = torch.tensor([[[[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]]], dtype=torch.float64)
    assert_close(cache[0][1], values)


@MODELS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_a_new_cache_has_no_tokens(rng, sizes, dtype):
    weights, blocks, n_heads = draw_model(rng, sizes)
    weights = {name: weight.to(dtype) for name, weight in weights.items()}
    blocks = [{name: weight.to(dtype) for name, weight in block.items()} for block in blocks]
    expected = draw_cache_of_nothing(weights, len(blocks), n_heads, 3)
    model = CachedGPT(weights, blocks, n_heads)
    assert_close(pairs(model.start(3)), expected)
    logits, cache = model.advance(draw_tokens(rng, sizes[0], 3, 2), model.start(3))
    assert_close([str(one.dtype) for one in (logits, *cache[-1])], [str(dtype)] * 3)


@pytest.mark.parametrize("cut", [(4,), (1, 2, 1), (2, 2)], ids=str)
def test_scores_of_any_size_are_right(cut):
    # The first two tokens see only their like, with scores of -1.4e40; the third, which is hidden
    # from them, has 1.4e40. What attention adds, three times the values' mean, settles all signs.
    one, ones = torch.eye(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    weights = {"tokens": 2 * one - 1, "norm": ones, "positions": 0 * one.tile(2, 1)}
    block = dict.fromkeys(("k", "v"), one) | dict.fromkeys(("up", "down"), 0 * one)
    block |= {"q": -1e40 * one, "o": 3 * one, "norm1": ones, "norm2": ones}
    tokens = torch.tensor([[0, 0, 1, 0]])
    expected = advance_in_torch(weights, [block], 1, tokens)
    assert_close(advance_in_pieces(CachedGPT(weights, [block], 1), tokens, cut), expected)


@pytest.mark.parametrize("cut", ways_to_cut(5), ids=str)
def test_every_way_to_cut_a_sequence_gives_the_logits_of_the_whole(rng, cut):
    arguments, tokens = draw_model(rng, THREE_BLOCKS), draw_tokens(rng, 5, 2, 5)
    expected = advance_in_torch(*arguments, tokens)
    assert_close(advance_in_pieces(CachedGPT(*arguments), tokens, cut), expected)


@MODELS
@pytest.mark.parametrize(
    ("n", "past", "t"), [(1, 0, 1), (3, 0, 4), (4, 1, 1), (3, 1, 3), (1, 2, 2), (3, 3, 1)]
)
def test_nothing_but_the_cache_is_known_of_the_past(rng, sizes, n, past, t):
    arguments, tokens = draw_model(rng, sizes), draw_tokens(rng, sizes[0], n, t)
    cache = draw_cache(rng, sizes, n, past)
    # Its tensors lie in memory token by token, as they come from a linear layer.
    by_token = [[one.transpose(1, 2).contiguous() for one in pair] for pair in cache]
    cache = [tuple(one.transpose(1, 2) for one in pair) for pair in by_token]
    expected = advance_in_torch(*arguments, tokens, cache)
    assert_close(advance(CachedGPT(*arguments), tokens, cache), expected)


def test_several_sequences_go_on_from_one_cache(rng):
    arguments, tokens = draw_model(rng, THREE_BLOCKS), draw_tokens(rng, 5, 2, 3)
    ends = [draw_tokens(rng, 5, 2, t) for t in (2, 1, 1, 2)]
    expected = [advance_in_torch(*arguments, torch.cat([tokens, end], dim=1)) for end in ends]
    right = [(logits[:, 3:], cache) for logits, cache in expected]
    model = CachedGPT(*arguments)
    _, cache = model.advance(tokens, model.start(2))
    # None may change what another has got.
    assert_close([advance(model, end, cache) for end in ends], right)


def test_the_model_remembers_nothing(rng):
    arguments, tokens = draw_model(rng, TWO_HEADS), draw_tokens(rng, 7, 3, 6)
    other = draw_tokens(rng, 7, 2, 5)
    expected = [advance_in_torch(*arguments, one)[0] for one in (tokens, other)]
    model = CachedGPT(*arguments)
    first, cache = model.advance(tokens[:, :4], model.start(3))
    beside, another = model.advance(other[:, :2], model.start(2))
    model.write(other, 2, model.start(2))
    second, _ = model.advance(tokens[:, 4:], cache)
    after, _ = CachedGPT(*arguments).advance(other[:, 2:], another)
    got = torch.cat([first, second], dim=1), torch.cat([beside, after], dim=1)
    assert_close(got, tuple(expected))


@MODELS
@pytest.mark.parametrize(("past", "t", "n_new"), [(0, 1, 3), (0, 2, 1), (1, 1, 2), (2, 1, 1)])
def test_it_writes_the_likeliest_tokens(rng, sizes, past, t, n_new):
    arguments, tokens = draw_model(rng, sizes), draw_tokens(rng, sizes[0], 3, t)
    cache = draw_cache(rng, sizes, 3, past)
    expected = write_in_torch(arguments, tokens, n_new, cache)
    assert_close(write(CachedGPT(*arguments), tokens, n_new, cache), expected)


def test_a_talk_goes_on_from_what_was_written(rng):
    arguments, tokens = draw_model(rng, THREE_BLOCKS), draw_tokens(rng, 5, 3, 5)
    first, _ = write_in_torch(arguments, tokens[:, :3], 2)
    whole = torch.cat([tokens[:, :3], first, tokens[:, 3:]], dim=1)
    expected = write_in_torch(arguments, whole, 2)
    model = CachedGPT(*arguments)
    written, cache = model.write(tokens[:, :3], 2, model.start(3))
    assert_close(written, first)
    assert_close(write(model, tokens[:, 3:], 2, cache), expected)


@pytest.mark.parametrize(("past", "t"), [(0, 10), (8, 2), (9, 1), (3, 7)])
def test_more_than_t_max_tokens_raise_a_value_error(rng, past, t):
    model, cache = CachedGPT(*draw_model(rng, TWO_HEADS)), draw_cache(rng, TWO_HEADS, 2, past)
    assert_value_error(model.advance, draw_tokens(rng, 7, 2, t), cache)
    # Here the last new token is the one too many.
    assert_value_error(model.write, draw_tokens(rng, 7, 2, max(1, t - 1)), 1, cache)


def test_models_share_nothing_and_tensors_may_have_new_values_in_the_next_call(rng):
    drawn = [draw_model(rng, THREE_BLOCKS) for _ in range(2)]
    tokens, later = draw_tokens(rng, 5, 2, 2, 3)
    cache, another = (draw_cache(rng, THREE_BLOCKS, 2, 2) for _ in range(2))
    calls = [(tokens, cache), (later, cache), (later, another)]
    expected = [advance_in_torch(*one, *call) for call in calls for one in drawn]
    models = [CachedGPT(*arguments) for arguments in drawn]
    got, seen = [], tokens.clone()
    for new, pairs_before in calls:
        seen[...] = new
        got += [advance(model, seen, pairs_before) for model in models]
    assert_close(got, expected)


@share_nothing()
def test_models_with_other_heads_share_nothing(rng):
    tokens = draw_tokens(rng, 7, 2, 3)
    sizes = SIZES["one block, one head"], TWO_HEADS
    models = [partial(CachedGPT, *draw_model(rng, size)) for size in sizes]
    return models, lambda model: advance_in_pieces(model, tokens, [2, 1])


def test_what_is_written_depends_on_the_cache_it_goes_on_from(rng):
    arguments, tokens = draw_model(rng, THREE_BLOCKS), draw_tokens(rng, 5, 2, 2)
    caches = [draw_cache(rng, THREE_BLOCKS, 2, 2) for _ in range(4)]
    expected = [write_in_torch(arguments, tokens, 3, cache) for cache in caches]
    model = CachedGPT(*arguments)
    assert_close([write(model, tokens, 3, cache) for cache in caches], expected)


def test_it_agrees_with_the_reference(rng, reference):
    arguments, tokens = draw_model(rng, THREE_BLOCKS), draw_tokens(rng, 5, 4, 6)
    expected = advance_in_pieces(reference.CachedGPT(*arguments), tokens, (3, 1, 2))
    assert_close(advance_in_pieces(CachedGPT(*arguments), tokens, (3, 1, 2)), expected)


def test_the_arguments_are_left_unchanged(rng):
    weights, blocks, n_heads = draw_model(rng, THREE_BLOCKS)
    tokens, cache = draw_tokens(rng, 5, 2, 2), draw_cache(rng, THREE_BLOCKS, 2, 1)
    with unchanged(weights, blocks, tokens, cache):
        model = CachedGPT(weights, blocks, n_heads)
        model.advance(tokens, cache)
        model.write(tokens, 2, cache)

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.capstones.tiny_gpt import forward, init, loss_and_gradients, train, write
from kata.testing import assert_close, diagnosing, draws, manners, recorder

PLAY = Path(__file__).parents[2] / "data" / "as_you_like_it.txt"

TABLES = ["tokens", "positions"]
OF_A_BLOCK = [
    *("gamma before attention", "beta before attention", "w_qkv", "b_qkv", "w_o", "b_o"),
    *("gamma before the network", "beta before the network", "w1", "b1", "w2", "b2"),
]
LAST_NORM = ["gamma of the last norm", "beta of the last norm"]
NOT_DRAWN = [*(kind for kind in OF_A_BLOCK if kind not in ("w_qkv", "w1")), *LAST_NORM]
# As the way back meets them.
KINDS = [*LAST_NORM, *reversed(OF_A_BLOCK), *reversed(TABLES)]
# The numbers of tokens, of positions, of features, of blocks and of heads, and a batch's shape.
SIZES = [
    *[(5, 6, 4, 0, 1, (3, 4)), (4, 5, 6, 1, 3, (2, 5)), (6, 3, 4, 2, 2, (3, 2))],
    *[(3, 7, 5, 3, 1, (4, 6)), (2, 2, 4, 1, 4, (1, 1)), (4, 4, 8, 1, 2, (4, 4))],
]
LARGE = [(300, 3, 4, 1, 2, (8, 3)), (3, 150, 4, 1, 2, (1, 150))]


def shapes_of(n_tokens, length, d, n_blocks):
    block = [(d,), (d,), (3 * d, d), (3 * d,), (d, d), (d,)]
    block += [(d,), (d,), (4 * d, d), (4 * d,), (d, 4 * d), (d,)]
    return [(n_tokens, d), (length, d), *n_blocks * block, (d,), (d,)]


def draw_params(rng, *sizes):
    return [rng.normal(size=shape) for shape in shapes_of(*sizes)]


def draw(rng, n_tokens, length, d, n_blocks, n_heads, shape):
    """Params, windows of one token more than the shape says, and the number of heads."""
    n, t = shape
    params = draw_params(rng, n_tokens, length, d, n_blocks)
    return params, rng.integers(n_tokens, size=(n, t + 1)), n_heads


def torch_logits(params, ids, n_heads):
    tokens, positions, *blocks, gamma, beta = params
    t, d = ids.shape[1], tokens.shape[1]
    x = tokens[torch.tensor(ids.copy())] + positions[:t]
    for i in range(0, len(blocks), 12):
        gamma1, beta1, w_qkv, b_qkv, w_o, b_o, gamma2, beta2, w1, b1, w2, b2 = blocks[i : i + 12]
        qkv = F.linear(F.layer_norm(x, (d,), gamma1, beta1), w_qkv, b_qkv).chunk(3, dim=2)
        q, k, v = (part.unflatten(2, (n_heads, -1)).transpose(1, 2) for part in qkv)
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + F.linear(heads.transpose(1, 2).flatten(2), w_o, b_o)
        hidden = F.relu(F.linear(F.layer_norm(x, (d,), gamma2, beta2), w1, b1))
        x = x + F.linear(hidden, w2, b2)
    return F.layer_norm(x, (d,), gamma, beta) @ tokens.T


def torch_loss(params, windows, n_heads):
    logits = torch_logits(params, windows[:, :-1], n_heads)
    return F.cross_entropy(logits.flatten(0, 1), torch.tensor(windows[:, 1:].copy()).flatten())


def torch_train(params, batches, n_heads, peak, warmup):
    """The new params, and what is reported."""
    tensors, reports = [torch.tensor(param, requires_grad=True) for param in params], []
    adamw = torch.optim.AdamW(tensors)
    for i, windows in enumerate(batches):
        turn = math.pi * (i - warmup) / (len(batches) - warmup)
        lr = peak * i / warmup if i < warmup else peak * (1 + math.cos(turn)) / 2
        adamw.param_groups[0]["lr"] = lr
        adamw.zero_grad()
        loss = torch_loss(tensors, windows, n_heads)
        loss.backward()
        adamw.step()
        reports.append(((i + 1) / len(batches), loss.item()))
    return [tensor.detach().numpy() for tensor in tensors], reports


def by_kind(arrays, kind):
    """Those of each block, or of the tables or the last norm."""
    n_blocks = (len(arrays) - 4) // 12
    names = [*TABLES, *n_blocks * OF_A_BLOCK, *LAST_NORM]
    return [array for name, array in zip(names, arrays, strict=True) if name == kind]


# --- init ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(5, 3, 4, 2), (2, 6, 2, 1), (3, 3, 3, 0)], ids=str)
def test_each_param_has_its_shape_and_is_in_float32(rng, sizes):
    params, expected = init(*sizes, rng), shapes_of(*sizes)
    assert_close([param.shape for param in params], expected)
    assert_close([str(param.dtype) for param in params], ["float32"] * len(expected))


@pytest.mark.parametrize("kind", NOT_DRAWN)
def test_what_is_not_drawn_begins_at_0_or_1(rng, kind):
    shapes = by_kind(shapes_of(5, 3, 4, 2), kind)
    expected = [np.full(shape, "gamma" in kind, dtype=np.float32) for shape in shapes]
    assert_close(by_kind(init(5, 3, 4, 2, rng), kind), expected)


@pytest.mark.parametrize(
    ("kind", "std"), [("tokens", 0.1), ("positions", 0.02), ("w_qkv", 1 / 8), ("w1", 1 / 8)]
)
def test_what_is_drawn_is_normal_with_its_standard_deviation(rng, kind, std):
    # 12,000 draws or more each. The bounds are at least 5.4 standard deviations.
    for param in by_kind(init(200, 200, 64, 2, rng), kind):
        z = param.astype(np.float64) / std
        assert_close(float(z.mean()), 0.0, atol=0.05)
        assert_close(float(z.std()), 1.0, rtol=0.035)
        # Of a normal distribution 0.27 % is more than three standard deviations away.
        assert_close(float(np.mean(np.abs(z) > 3)), 0.0027, atol=0.0026)


def test_what_is_drawn_is_drawn_independently(rng):
    # Two blocks, each of w_q, w_k, w_v and the four parts of w1. Of 900 entries a correlation of
    # 0.25 has odds of 1e-13.
    params = init(30, 30, 30, 2, rng)
    drawn = np.concatenate([*params[:2], params[4], params[10], params[16], params[22]])
    correlations = np.corrcoef(drawn.reshape(-1, 900))
    assert_close((np.abs(correlations) > 0.25).astype(float), np.eye(16))


@draws()
def test_what_is_drawn_is_drawn_from_rng(rng):
    params = init(3, 4, 2, 2, rng)
    return [*params[:2], params[4], params[10], params[16], params[22]]


# --- forward, loss_and_gradients -------------------------------------------------------------


def test_logits_worked_out_by_hand():
    # Two features of +1 and −1 are what a norm leaves of (3, 1); of (1, 3), −1 and +1.
    tokens, positions = np.array([[2.0, 0.0], [0.0, 2.0]]), np.ones((1, 2))
    params = [tokens, positions, np.array([3.0, 5.0]), np.array([0.0, 1.0])]
    expected = np.array([[[6.0, -8.0]], [[-6.0, 12.0]]])
    # The eps in the root takes 5e-6 of each feature.
    assert_close(forward(params, np.array([[0], [1]]), 1), expected, rtol=1e-5)


@pytest.mark.parametrize("sizes", [*SIZES, *LARGE], ids=str)
def test_the_logits_agree_with_torch(rng, sizes):
    params, windows, n_heads = draw(rng, *sizes)
    expected = torch_logits([*map(torch.tensor, params)], windows[:, :-1], n_heads).numpy()
    assert_close(forward(params, windows[:, :-1], n_heads), expected)


def test_the_logits_agree_with_the_reference(rng, reference):
    # Of sizes that were there before, so that nothing can be kept by size.
    params, ids, n_heads = draw(rng, *SIZES[1])
    expected = reference.forward(params, ids[:, :-1], n_heads)
    assert_close(forward(params, ids[:, :-1], n_heads), expected)


@pytest.mark.parametrize("known", range(1, 6))
def test_editing_the_future_leaves_what_was_predicted_from_the_past(rng, known):
    params, ids = draw_params(rng, 5, 6, 4, 2), rng.integers(5, size=(3, 6))
    edited = ids.copy()
    edited[:, known:] = (ids[:, known:] + 1) % 5
    expected = forward(params, ids, 2)[:, :known].copy()
    assert_close(forward(params, edited, 2)[:, :known], expected)


@pytest.mark.parametrize("sizes", [*SIZES, *LARGE], ids=str)
def test_the_loss_agrees_with_torch(rng, sizes):
    arguments = draw(rng, *sizes)
    expected = torch_loss([*map(torch.tensor, arguments[0])], *arguments[1:]).item()
    assert_close(loss_and_gradients(*arguments)[0], expected)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_agrees_with_torch(rng, kind):
    for sizes in SIZES:
        params, windows, n_heads = draw(rng, *sizes)
        tensors = [torch.tensor(param, requires_grad=True) for param in params]
        torch_loss(tensors, windows, n_heads).backward()
        expected = by_kind([tensor.grad.numpy() for tensor in tensors], kind)
        assert_close(by_kind(loss_and_gradients(params, windows, n_heads)[1], kind), expected)


# --- train -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "warmup", "peak"), [(2, 0, 0.01), (7, 3, 0.003)], ids=str)
def test_each_step_and_its_report_agree_with_torch(rng, steps, warmup, peak):
    params, batches = draw_params(rng, 5, 6, 4, 2), rng.integers(5, size=(steps, 3, 6))
    expected, expected_reports = torch_train(params, batches, 2, peak, warmup)
    reports = []
    trained = train(params, batches, 2, peak, warmup, lambda *report: reports.append(report))
    assert_close(reports, expected_reports)
    # AdamW divides the gradient of the keys' biases, which is rounding and no more, by its size.
    assert_close(trained, expected, rtol=1e-7)


def test_training_stays_in_float32(rng):
    params = [param.astype(np.float32) for param in draw_params(rng, 5, 6, 4, 1)]
    trained = trained_quietly(params, rng.integers(5, size=(2, 3, 6)), 2, 0.01, 1)
    assert_close([str(param.dtype) for param in trained], ["float32"] * len(params))


def test_it_predicts_a_play_better_than_a_table_of_pairs_does(rng, progress):
    if diagnosing():
        return  # It would take too long to try every known mistake on it; other tests show them.
    text = PLAY.read_text(encoding="ascii")
    ids = np.unique(list(text), return_inverse=True)[1]
    known, held_back = ids[: len(ids) * 9 // 10], ids[len(ids) * 9 // 10 :]
    starts = rng.integers(len(known) - 32, size=(200, 32, 1))
    batches = known[starts + np.arange(33)]
    params = train(init(68, 32, 48, 2, rng), batches, 4, 0.01, 60, progress)
    places = rng.choice(np.arange(32, len(held_back)), size=2048, replace=False)
    # Each from what is before it alone: a model that sees the future sees nothing of use here.
    before = held_back[places[:, None] + np.arange(-32, 0)]
    logits = np.concatenate([forward(params, some, 4)[:, -1] for some in np.split(before, 16)])
    loss = F.cross_entropy(torch.tensor(logits), torch.tensor(held_back[places])).item()
    check_it_beats_pairs(loss, loss_of_pairs(known, held_back, places))


def loss_of_pairs(known, held_back, places):
    """The same loss for a table: how often each character followed each other one, plus 1."""
    counts = np.ones((68, 68))
    np.add.at(counts, (known[:-1], known[1:]), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(-np.log(shares[held_back[places - 1], held_back[places]]).mean())


def check_it_beats_pairs(loss, of_pairs):
    # The reference reaches 2.16 to 2.31, and was below the pairs by 0.15 to 0.28 in 8 runs.
    problem = (
        f"the held-out loss is {loss:.2f} nats a character; below {of_pairs:.2f} is asked for, "
        "which a table of pairs of characters reaches. Stuck near 3.4? Then what it sees of the "
        "input is of no use. Near the table? Then attention adds nothing. Far below while "
        "training? Then it sees the future there."
    )
    recorder.check(loss, 0.0, None if loss < of_pairs else problem)


# --- write -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "n_new"), [([3], 15), ([7, 5], 0), ([0, 4, 1], 15), ((2, 2, 1, 0, 3), 15)], ids=str
)
def test_at_temperature_0_it_writes_the_most_probable_tokens(rng, start, n_new):
    got, expected = [], []
    for _ in range(4):
        params, text = draw_params(rng, 12, 4, 6, 1), list(start)
        # No token is longer than others, or favoured by beta: what comes next depends on what was.
        # And all probabilities are nearly the same.
        params[0] /= np.linalg.norm(params[0], axis=1, keepdims=True)
        params[-2], params[-1] = 1e-3 * params[-2], 0 * params[-1]
        for _ in range(n_new):
            ids = np.array([text[-4:]])
            text.append(int(torch_logits([*map(torch.tensor, params)], ids, 3)[0, -1].argmax()))
        expected.append(text[len(start) :])
        got.append(write(params, start, n_new, 3, 0.0, rng))
    assert_close(got, expected)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_it_draws_each_token_as_the_temperature_says(rng, temperature):
    # The last norm gives its beta, always: the logits are the first column of the tokens. There are
    # 20 tokens of each of four probabilities, and even the least probable are drawn.
    logits = np.log([0.1, 0.2, 0.3, 0.4])
    tokens = np.stack([logits.repeat(20), rng.normal(size=80)], axis=1)
    params = [tokens, np.zeros((2, 2)), np.zeros(2), np.array([1.0, 0.0])]
    expected = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
    written = write(params, [0], 1000, 1, temperature, rng)
    # 5.4 standard deviations and more.
    shares = np.bincount(np.array(written) // 20, minlength=4) / 1000
    assert_close(shares, expected, rtol=0.0, atol=0.086)


@draws()
def test_it_writes_by_drawing_from_rng(rng):
    zeros = [np.zeros(shape) for shape in shapes_of(1024, 3, 2, 0)]
    return write(zeros, [0], 8, 1, 1.0, rng)


# --- Manners ---------------------------------------------------------------------------------


def trained_quietly(params, batches, n_heads, peak, warmup):
    return train(params, batches, n_heads, peak, warmup, lambda done, loss: None)


def written(params, start, n_new):
    return write(params, start, n_new, 2, 0.0, np.random.default_rng(0))


@manners(dtypes=[np.float32])
def test_manners(rng):
    params, windows, n_heads = draw(rng, 5, 6, 4, 2, 2, (3, 4))
    # Larger weights make rounding errors of float32 large, too.
    params = [param / 2 for param in params]
    return (
        partial(forward, params, windows[:, :-1], n_heads),
        partial(forward, params, windows[:, :-1], 4),
        partial(loss_and_gradients, params, windows, n_heads),
    )


@manners(dtypes=())
def test_manners_of_training_and_writing(rng):
    params, batches = draw_params(rng, 5, 6, 4, 1), rng.integers(5, size=(3, 2, 4))
    return (
        partial(trained_quietly, params, batches, 2, 0.01, 1),
        partial(trained_quietly, params, batches, 2, 0.02, 1),
        partial(trained_quietly, params, batches, 2, 0.01, 2),
        partial(written, params, [1, 2], 5),
        partial(written, params, [1, 2], 6),
    )

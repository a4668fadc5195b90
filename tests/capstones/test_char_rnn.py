import itertools
import math
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.capstones.char_rnn import encode, init, invent, loss_and_gradients, train
from kata.testing import assert_close, diagnosing, draws, manners, recorder

DATA = Path(__file__).parents[2] / "data"
NAMES = {
    "of many lengths": ["eve", "al", "zachariah", "jo", "aaron"],
    "of one length": ["amy", "zoe"],
    "one": ["max"],
    "one letter": ["z"],
    "the longest last": ["al", "anna"],
    "a very long one": ["al", "maximilianconstantinus"],
}
WEIGHTS = {"w_ih": 0, "w_hh": 1, "w_out": 4}
CASES = pytest.mark.parametrize("case", NAMES)


def coded(names):
    rows = [[ord(letter) - 96 for letter in name] for name in names]
    longest = max(map(len, names))
    inputs = [[0, *row] + [0] * (longest - len(row)) for row in rows]
    targets = [[*row, 0] + [-100] * (longest - len(row)) for row in rows]
    return np.array(inputs, dtype=np.int64), np.array(targets, dtype=np.int64)


def draw_params(rng, hidden):
    shapes = [(hidden, 27), (hidden, hidden), (hidden,), (hidden,), (27, hidden), (27,)]
    return [rng.normal(size=shape) for shape in shapes]


def torch_logits(params, inputs):
    w_ih, w_hh, b_ih, b_hh, w_out, b_out = params
    x, h, hs = F.one_hot(torch.as_tensor(inputs), 27).to(w_ih.dtype), w_hh.new_zeros(len(b_hh)), []
    for step in x.unbind(dim=1):
        h = torch.tanh(F.linear(step, w_ih, b_ih) + F.linear(h, w_hh, b_hh))
        hs.append(h)
    return F.linear(torch.stack(hs, dim=1), w_out, b_out)


def torch_loss(params, names):
    inputs, targets = coded(names)
    logits = torch_logits(params, inputs).flatten(end_dim=1)
    return F.cross_entropy(logits, torch.as_tensor(targets).flatten())


def torch_loss_and_gradients(params, names):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    loss = torch_loss(tensors, names)
    loss.backward()
    return loss.item(), [tensor.grad.numpy() for tensor in tensors]


def torch_train(params, batches, lr):
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    adam, losses = torch.optim.Adam(tensors, lr=lr), []
    for names in batches:
        adam.zero_grad()
        loss = torch_loss(tensors, names)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tensors, 1.0)
        adam.step()
        losses.append(loss.item())
    return [tensor.detach().numpy() for tensor in tensors], losses


def torch_most_probable(params, longest):
    tensors, symbols = [torch.as_tensor(param) for param in params], [0]
    while len(symbols) <= longest:
        symbols.append(int(torch_logits(tensors, [symbols])[0, -1].argmax()))
        if symbols[-1] == 0:
            break
    return "".join(chr(96 + symbol) for symbol in symbols if symbol)


# --- encode ----------------------------------------------------------------------------------


def test_two_names_worked_out_by_hand():
    inputs, targets = encode(["abe", "z"])
    assert_close(inputs, np.array([[0, 1, 2, 5], [0, 26, 0, 0]]))
    assert_close(targets, np.array([[1, 2, 5, 0], [26, 0, -100, -100]]))


@CASES
def test_names_are_read_from_edge_to_edge(case):
    assert_close(encode(NAMES[case]), coded(NAMES[case]))


# --- init ------------------------------------------------------------------------------------


def test_the_params_have_their_shapes_in_float32(rng):
    params = init(5, rng)
    assert_close([param.shape for param in params], [p.shape for p in draw_params(rng, 5)])
    assert_close([str(param.dtype) for param in params], ["float32"] * 6)
    assert_close([params[2], params[3], params[5]], [np.zeros(n, np.float32) for n in (5, 5, 27)])


def test_the_recurrent_weights_are_orthogonal(rng):
    w_hh = init(30, rng)[1].astype(np.float64)
    assert_close(w_hh @ w_hh.T, np.eye(30), atol=1e-5)  # They were rounded to float32.


def test_the_recurrent_weights_have_any_sign(rng):
    # As LAPACK gives it, the first entry is never positive. 24 fair ones are alike with odds 1e-7.
    signs = {float(np.sign(init(2, rng)[1][0, 0])) for _ in range(24)}
    assert_close(sorted(signs), [-1.0, 1.0])


def test_the_other_weights_are_normal_with_the_variance_of_xavier(rng):
    # 8,100 draws each. The bounds are at least 5.6 standard deviations of what is measured.
    w_ih, _, _, _, w_out, _ = init(300, rng)
    first, last = (w.astype(np.float64) * np.sqrt(327 / 2) for w in (w_ih, w_out))
    for z in (first, last):
        assert_close(float(z.mean()), 0.0, atol=0.065)
        assert_close(float(z.std()), 1.0, rtol=0.045)
        # Of a normal distribution 4.55 % is more than two standard deviations away.
        assert_close(float(np.mean(np.abs(z) > 2)), 0.0455, atol=0.013)
    products = [float(np.mean(first * other)) for other in (last.T, last.reshape(first.shape))]
    assert_close({"correlation": products}, {"correlation": [0.0, 0.0]}, atol=0.065)


def test_no_two_networks_begin_alike(rng):
    one, other = init(3, rng), init(3, rng)
    same = {name: np.array_equal(one[i], other[i]) for name, i in WEIGHTS.items()}
    assert_close(same, dict.fromkeys(WEIGHTS, False))


@draws()
def test_the_weights_are_drawn_from_rng(rng):
    return init(3, rng)


# --- loss_and_gradients ----------------------------------------------------------------------


def test_a_loss_worked_out_by_hand():
    # Every symbol has the logit 0, but the edge has log 2: of 28 parts it has 2, each letter 1.
    params = [np.zeros_like(param) for param in draw_params(np.random.default_rng(0), 2)]
    params[5][0] = math.log(2)
    loss, _ = loss_and_gradients(params, *coded(["abe", "z"]))
    assert_close(loss, (4 * math.log(28) + 2 * math.log(14)) / 6)


@CASES
@pytest.mark.parametrize("hidden", [1, 5])
def test_the_loss_and_all_gradients_agree_with_torch(rng, case, hidden):
    params = draw_params(rng, hidden)
    expected = torch_loss_and_gradients(params, NAMES[case])
    assert_close(loss_and_gradients(params, *coded(NAMES[case])), expected)


def test_loss_and_gradients_agree_with_the_reference(rng, reference):
    params, batch = draw_params(rng, 7), coded(["rosalind", "celia", "orlando"])
    expected = reference.loss_and_gradients(params, *batch)
    assert_close(loss_and_gradients(params, *batch), expected)


@manners(dtypes=(np.float32,))
def test_manners(rng):
    names = ["".join(map(chr, rng.integers(97, 123, size=length))) for length in (3, 5, 1)]
    return partial(loss_and_gradients, draw_params(rng, 4), *coded(names))


# --- train -----------------------------------------------------------------------------------


def trained(params, names, epochs, batch_size, lr, seed):
    """The params, and what was reported: the shares done, and the losses."""
    reports = []
    rng = np.random.default_rng(seed)
    params = train(params, names, epochs, batch_size, lr, rng, lambda *told: reports.append(told))
    shares, losses = zip(*reports, strict=True) if reports else ((), ())
    return params, [float(share) for share in shares], [float(loss) for loss in losses]


@pytest.mark.parametrize("lr", [0.1, 0.003])
@pytest.mark.parametrize(("epochs", "size"), [(0, 1.0), (1, 1.0), (4, 1.0), (3, 0.01)], ids=str)
def test_with_all_names_in_one_batch_it_agrees_with_torch(rng, epochs, size, lr):
    # With small weights the gradients are shorter than 1 and stay as they are.
    start, names = [size * param for param in draw_params(rng, 4)], NAMES["of many lengths"]
    params, losses = torch_train(start, [names] * epochs, lr)
    expected = params, [(epoch + 1) / epochs for epoch in range(epochs)], losses
    assert_close(trained(start, names, epochs, 8, lr, 7), expected)


def test_long_gradients_keep_their_direction(rng):
    # Large output weights give gradients with entries above 1.
    start, names = draw_params(rng, 4), NAMES["of many lengths"]
    start[4] *= 20.0
    expected, _ = torch_train(start, [names] * 3, 0.1)
    assert_close(trained(start, names, 3, 8, 0.1, 7)[0], expected)


@pytest.mark.parametrize(("n", "batch_size", "batches"), [(6, 2, 3), (7, 3, 3), (5, 1, 5)], ids=str)
def test_every_batch_of_every_epoch_makes_one_step(rng, n, batch_size, batches):
    # All names are alike, so their order cannot matter.
    start = draw_params(rng, 4)
    params, losses = torch_train(start, [["anna"]] * (2 * batches), 0.02)
    means = np.reshape(losses, (2, batches)).mean(axis=1).tolist()
    got = trained(start, ["anna"] * n, 2, batch_size, 0.02, 7)
    assert_close(got, (params, [0.5, 1.0], means))


def test_every_epoch_deals_the_names_anew(rng):
    # Of three names two make a batch. With an lr of 0 the params stay as they are, and the loss
    # tells which name is left over. One that never is in 40 epochs has odds of 3e-7, and so has
    # that it never is the same twice in a row.
    params, names = draw_params(rng, 3), ("al", "zoe", "anna")
    tensors = [torch.as_tensor(param) for param in params]
    choices = [
        np.mean([float(torch_loss(tensors, batch)) for batch in ([*others], [alone])])
        for alone, *others in (names, names[1:] + names[:1], names[2:] + names[:2])
    ]
    _, _, losses = trained(params, names, 40, 2, 0.0, 7)
    assert_close(np.unique(np.round(losses, 9)), np.sort(choices), rtol=1e-8)
    again = any(math.isclose(*pair, rel_tol=1e-8) for pair in itertools.pairwise(losses))
    assert_close(
        {"the same name is left over again": again}, {"the same name is left over again": True}
    )


def test_training_keeps_float32(rng):
    start = [param.astype(np.float32) for param in draw_params(rng, 4)]
    params, _, _ = trained(start, ["eve", "al"], 2, 1, 0.01, 7)
    assert_close([str(param.dtype) for param in params], ["float32"] * 6)


@manners(dtypes=())
def test_manners_of_training(rng):
    params, names = draw_params(rng, 4), ["eve", "al", "anna"]
    return (
        partial(encode, names),
        partial(trained, params, names, 0, 2, 0.1, 3),
        partial(trained, params, names, 2, 2, 0.1, 3),
        partial(trained, params, names, 2, 2, 0.1, 4),
        partial(trained, params, names, 2, 3, 0.1, 3),
    )


# --- invent ----------------------------------------------------------------------------------


def of_probabilities(edge, a, z):
    """Params of a network that always gives these three symbols these probabilities."""
    params = [np.zeros_like(param) for param in draw_params(np.random.default_rng(0), 2)]
    params[5][:] = -1000.0
    params[5][[0, 1, 26]] = np.log([edge, a, z])
    return params


@pytest.mark.parametrize("longest", [0, 1, 12])
def test_at_temperature_0_every_letter_is_the_most_probable_one(rng, longest):
    for _ in range(8):
        params = draw_params(rng, 6)
        expected = torch_most_probable(params, longest)
        assert_close(invent(params, 0.0, longest, rng), expected)


@pytest.mark.parametrize(
    ("temperature", "weights"), [(1.0, [8, 5, 3]), (0.25, [8**4, 5**4, 3**4])], ids=["1", "0.25"]
)
def test_symbols_are_drawn_with_their_probabilities(rng, temperature, weights):
    # 400 draws; the bound is 5.4 standard deviations or more.
    params = of_probabilities(8 / 16, 5 / 16, 3 / 16)
    drawn = Counter(invent(params, temperature, 1, rng) for _ in range(400))
    shares = {name: drawn[name] / 400 for name in ("", "a", "z")}
    expected = {name: weight / sum(weights) for name, weight in zip(shares, weights, strict=True)}
    assert_close(shares, expected, rtol=0.0, atol=0.135)


def test_names_end_where_the_edge_is_drawn(rng):
    # 250 names. On average half a letter, with a standard deviation of 0.87 letters.
    names = [invent(of_probabilities(2 / 3, 1 / 6, 1 / 6), 1.0, 20, rng) for _ in range(250)]
    assert_close({"letters": float(np.mean([*map(len, names)]))}, {"letters": 0.5}, atol=0.3)


@manners(dtypes=())
def test_manners_of_inventing(rng):
    def invented(params, temperature, longest, seed):
        return invent(params, temperature, longest, np.random.default_rng(seed))

    params = draw_params(rng, 4)
    # Here the network hesitates among all symbols, so that another generator shows.
    hesitant = [param / 100 for param in params]
    return partial(invented, params, 0.0, 6, 3), partial(invented, hesitant, 1.0, 12, 4)


# --- The names of data/ ----------------------------------------------------------------------


def pairs_in(names):
    return [pair for name in names for pair in itertools.pairwise(f".{name}.")]


def nats_of_a_bigram_table(learned, held_out):
    """What a table of pairs, each counted once more than seen, loses on a symbol."""
    counts = Counter(pairs_in(learned))
    firsts = Counter(first for first, _ in pairs_in(learned))
    nats = [math.log((firsts[p[0]] + 27) / (counts[p] + 1)) for p in pairs_in(held_out)]
    return sum(nats) / len(nats)


def test_names_held_out_surprise_it_less_than_a_bigram_table(rng, progress):
    if diagnosing():
        return  # It would take too long to try every known mistake on it; other tests show them.
    lines = [(DATA / f"{file}.txt").read_text().split() for file in ("women", "men")]
    names = list(dict.fromkeys([*lines[0], *lines[1]]))  # Some are in both.
    order = np.random.default_rng(0).permutation(len(names))
    learned, held_out = ([names[i] for i in rows] for rows in (order[:4600], order[4600:]))
    params = train(init(64, rng), learned, 3, 32, 0.005, rng, progress)
    loss, _ = loss_and_gradients(params, *encode(held_out))
    table = nats_of_a_bigram_table(learned, held_out)
    problem = (
        f"{loss:.3f} nats a symbol on {len(held_out)} names held out; at most {table - 0.15:.3f} "
        f"are asked. A bigram table loses {table:.3f}: who does no better knows the last letter "
        "only. Does the state go from step to step, in the gradients too, and does every step "
        "start from the params of the step before?"
    )
    # The reference reaches 2.10, with a standard deviation of 0.01 from run to run.
    recorder.check(loss, table - 0.15, None if loss <= table - 0.15 else problem)

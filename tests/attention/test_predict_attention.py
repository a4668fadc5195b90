"""Each truth is found by running PyTorch or by counting, never from a stored answer."""

import functools

import numpy as np
import torch
import torch.nn.functional as F

from exercises.attention.predict_attention import (
    cache_size,
    keys_computed,
    keys_of_a_new_token,
    masked_after_the_softmax,
    multi_head_parameters,
    nothing_to_see,
    pairs_under_a_causal_mask,
    reordered_tokens,
    rotated_pair,
    score_size,
    shape_of_the_weights,
    steps_in_a_row,
)
from kata.testing import assert_close


def draw(*shape):
    """Always the same numbers."""
    return torch.tensor(np.random.default_rng(0).normal(size=shape))


def attend(q, k, v, mask=None):
    return F.scaled_dot_product_attention(q[None], k[None], v[None], mask)[0]


def last_output(x, causal):
    """What causal self-attention gives the last token."""
    return attend(x, x, x, causal)[-1]


def longest_chain(output, kind):
    """How many operations of a kind follow one another on the way to this output."""

    @functools.cache
    def length(node):
        before = [length(other) for other, _ in node.next_functions if other is not None]
        return max(before, default=0) + (kind in node.name())

    return length(output.grad_fn)


def test_the_shape_of_the_weights():
    q, k = draw(2, 8, 5, 64), draw(2, 8, 7, 64)
    assert_close(shape_of_the_weights(), tuple(torch.softmax(q @ k.mT / 8, dim=-1).shape))


def test_the_parameters_of_multi_head_attention():
    layer = torch.nn.MultiheadAttention(512, 8, bias=False)
    assert_close(multi_head_parameters(), sum(weight.numel() for weight in layer.parameters()))


def test_the_standard_deviation_of_a_score():
    q, k = draw(2, 2000, 64)
    std = (q @ k.T).std().item()
    truth = min([1.0, 8.0, 64.0, 512.0], key=lambda choice: abs(np.log(std / choice)))
    assert_close(score_size(), truth)


def test_the_sum_of_weights_that_are_masked_after_the_softmax():
    weights = torch.softmax(torch.zeros(4, dtype=torch.float64), dim=-1)
    weights[2:] = 0
    assert_close(masked_after_the_softmax(), weights.sum().item())


def test_the_softmax_of_nothing():
    weights = torch.softmax(torch.full((3,), -torch.inf), dim=-1)
    kinds = {"nan": weights.isnan(), "zeros": weights == 0, "equal weights": weights > 0}
    assert_close(nothing_to_see(), next(kind for kind, found in kinds.items() if found.all()))


def test_the_pairs_under_a_causal_mask():
    x = draw(6, 4)
    weights = attend(x, x, torch.eye(6, dtype=torch.float64), torch.ones(6, 6).tril().bool())
    assert_close(pairs_under_a_causal_mask(), int((weights > 0).sum()))


def test_the_keys_that_a_new_token_sees():
    # In a pass over all ten tokens, the last row tells.
    x = draw(10, 4)
    weights = attend(x, x, torch.eye(10, dtype=torch.float64), torch.ones(10, 10).tril().bool())
    assert_close(keys_of_a_new_token(), int((weights[-1] > 0).sum()))


def test_the_output_for_reordered_tokens():
    x, order = draw(5, 4), [3, 0, 4, 1, 2]
    before, after = attend(x, x, x), attend(x[order], x[order], x[order])
    kinds = {"nothing": before, "same rows, reordered alike": before[order]}
    found = [kind for kind, rows in kinds.items() if torch.allclose(after, rows)]
    assert_close(reordered_tokens(), *(found or ["other rows"]))


def test_the_score_of_a_rotated_pair():
    q, k = torch.view_as_complex(draw(2, 8, 2))
    speeds = 10_000.0 ** -(torch.arange(8, dtype=torch.float64) / 8)
    early, late = (
        (q * torch.exp(1j * (5 + later) * speeds)).conj()
        @ (k * torch.exp(1j * (2 + later) * speeds))
        for later in (0, 100)
    )
    same = torch.isclose(early.real, late.real).item()
    other = "smaller" if late.real < early.real else "other, and maybe larger"
    assert_close(rotated_pair(), "the same" if same else other)


def test_the_steps_that_follow_one_another():
    x = draw(50, 4).requires_grad_()
    h = torch.zeros(4, dtype=torch.float64)
    for row in x:
        h = torch.tanh(row + 0.5 * h)
    attended = torch.softmax(x @ x.T / 2, dim=-1) @ x
    truth = longest_chain(h, "Tanh"), longest_chain(attended, "Softmax")
    assert_close(steps_in_a_row(), truth)


def test_the_size_of_a_cache():
    cache = torch.empty(32, 2, 8, 4096, 128, dtype=torch.float16, device="meta")
    assert_close(cache_size(), cache.nbytes / 2**30)


def test_the_keys_that_are_computed():
    without = cached = 0
    known, length = 0, 1
    for _ in range(100):
        without += length
        cached += length - known
        known, length = length, length + 1
    assert_close(keys_computed(), (without, cached))

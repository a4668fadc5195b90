import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.attention.scaled_dot_product import scaled_dot_product
from kata.testing import assert_close, assert_no_loop_over, unchanged

BATCH, T_Q, T_K, D, D_V = (2, 3), 5, 7, 4, 6


def draw(rng, batch=BATCH, t_q=T_Q, t_k=T_K, d=D, d_v=D_V):
    return [rng.normal(size=(*batch, *axes)) for axes in [(t_q, d), (t_k, d), (t_k, d_v)]]


def draw_mask(rng, *shape):
    """About half of the keys are masked, but never all keys of a query."""
    mask = rng.random(shape) < 0.5
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), True, axis=-1)
    return mask


def run_torch(q, k, v, mask=None):
    mask = None if mask is None else torch.tensor(mask)
    result = F.scaled_dot_product_attention(torch.tensor(q), torch.tensor(k), torch.tensor(v), mask)
    return result.numpy()


def test_two_keys_worked_out_by_hand():
    # q · k / √4 is log 1 and log 3, so the weights are 1/4 and 3/4.
    q = np.array([[2.0, 0.0, 0.0, 5.0]])
    k = np.array([[0.0, 3.0, 1.0, 0.0], [np.log(3.0), 0.0, 2.0, 0.0]])
    v = np.array([[0.0, 8.0, 1.0], [4.0, 0.0, 1.0]])
    assert_close(scaled_dot_product(q, k, v), np.array([[3.0, 2.0, 1.0]]))


@pytest.mark.parametrize(
    ("batch", "t_q", "t_k", "d", "d_v"),
    [
        pytest.param((), 5, 7, 4, 3, id="no batch"),
        pytest.param((3,), 7, 2, 5, 4, id="one batch axis"),
        pytest.param((2, 3), 5, 7, 4, 6, id="two batch axes"),
        pytest.param((2, 1, 3), 2, 3, 5, 1, id="three batch axes"),
        pytest.param((4,), 6, 6, 6, 6, id="square"),
        pytest.param((3,), 1, 9, 2, 5, id="one query"),
        pytest.param((3,), 4, 1, 2, 5, id="one key"),
        pytest.param((2,), 3, 4, 1, 2, id="d of 1"),
    ],
)
def test_it_agrees_with_torch(rng, batch, t_q, t_k, d, d_v):
    q, k, v = draw(rng, batch, t_q, t_k, d, d_v)
    assert_close(scaled_dot_product(q, k, v), run_torch(q, k, v))


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((2, 3, 5, 7), id="full"),
        pytest.param((5, 7), id="without batch axes"),
        pytest.param((1, 1, 5, 7), id="batch axes of 1"),
        pytest.param((2, 1, 5, 7), id="one for all heads"),
        pytest.param((3, 5, 7), id="without the first axis"),
        pytest.param((2, 1, 1, 7), id="one for all heads and queries"),
        pytest.param((1, 7), id="one row for all queries"),
    ],
)
def test_a_mask_agrees_with_torch(rng, shape):
    q, k, v = draw(rng)
    mask = draw_mask(rng, *shape)
    assert_close(scaled_dot_product(q, k, v, mask), run_torch(q, k, v, mask))


def test_a_square_mask_agrees_with_torch(rng):
    q, k, v = draw(rng, (3,), 5, 5, 5, 5)
    mask = draw_mask(rng, 5, 5)
    assert_close(scaled_dot_product(q, k, v, mask), run_torch(q, k, v, mask))


def test_views_with_heads_and_time_swapped_are_right_too(rng):
    q, k, v = (array.swapaxes(1, 2) for array in draw(rng, (2, 3), 5, 5, 4, 6))
    mask = np.asfortranarray(draw_mask(rng, 3, 3))
    assert_close(scaled_dot_product(q, k, v, mask), run_torch(q, k, v, mask))


def test_it_agrees_with_the_reference(rng, reference):
    q, k, v = draw(rng)
    mask = rng.random((3, T_Q, T_K)) < 0.3
    expected = reference.scaled_dot_product(q, k, v, mask)
    assert_close(scaled_dot_product(q, k, v, mask), expected)


def test_a_mask_that_shows_everything_changes_nothing(rng):
    q, k, v = draw(rng)
    mask = np.ones((T_Q, T_K), dtype=bool)
    assert_close(scaled_dot_product(q, k, v, mask), run_torch(q, k, v))


def test_masked_keys_might_as_well_not_be_there(rng):
    q, k, v = draw(rng)
    mask = np.zeros((1, T_K), dtype=bool)
    mask[:, [1, 4, 5]] = True
    few = scaled_dot_product(q, k[..., [1, 4, 5], :], v[..., [1, 4, 5], :])
    assert_close(scaled_dot_product(q, k, v, mask), few)


def test_a_query_that_sees_one_key_gets_its_value(rng):
    q, k, v = draw(rng, (), 3, 3)
    mask = np.array([[False, True, False], [False, False, True], [True, False, False]])
    assert_close(scaled_dot_product(q, k, v, mask), v[[1, 2, 0]])


def test_a_query_whose_keys_are_all_masked_gets_zeros(rng):
    q, k, v = draw(rng)
    mask = draw_mask(rng, T_Q, T_K)
    expected = run_torch(q, k, v, mask)
    mask[[0, 3]] = False
    expected[..., [0, 3], :] = 0.0
    assert_close(scaled_dot_product(q, k, v, mask), expected)


def test_all_queries_get_zeros_when_every_key_is_masked(rng):
    q, k, v = draw(rng)
    mask = np.zeros((1, 1), dtype=bool)
    assert_close(scaled_dot_product(q, k, v, mask), np.zeros((*BATCH, T_Q, D_V)))


def test_huge_scores_give_the_right_means(rng):
    q, k, v = draw(rng)
    q *= np.array([[1.0], [1e3], [-1e5], [1e150], [-1e150]])
    k *= np.array([[1.0], [1e3], [1.0], [1e150], [1.0], [1e100], [0.0]])
    with np.errstate(all="ignore"):
        actual = scaled_dot_product(q, k, v)
    assert_close(actual, run_torch(q, k, v))


def test_queries_with_scores_far_apart_are_each_right(rng):
    # The first coordinate shifts all scores of one query alike: that changes no weight.
    q, k, v = draw(rng, (2,), 4)
    k[..., 0] = 1.0
    q[..., 0] = 0.0
    expected = run_torch(q, k, v)
    q[..., 0] = [0.0, -5000.0, 5000.0, -1e4]
    with np.errstate(all="ignore"):
        actual = scaled_dot_product(q, k, v)
    assert_close(actual, expected)


def test_a_masked_key_with_a_huge_score_has_no_influence(rng):
    q, k, v = draw(rng, (2,), d=2)
    q[..., 0], k[..., 0] = 1.0, 0.0
    mask = np.ones((1, T_K), dtype=bool)
    mask[:, 3] = False
    expected = run_torch(q, k, v, mask)
    k[..., 3, 0] = 1e5
    with np.errstate(all="ignore"):
        actual = scaled_dot_product(q, k, v, mask)
    assert_close(actual, expected)


def test_a_masked_key_has_no_influence_where_all_scores_are_far_below_zero(rng):
    q, k, v = draw(rng, (2,), d=2)
    q[..., 0], k[..., 0] = 1e20, -1e20
    k[..., 1] *= 1e20
    mask = draw_mask(rng, T_Q, T_K)
    mask[:, 3] = False
    expected = run_torch(q, k, v, mask)
    k[..., 3, 0] = 0.0
    with np.errstate(all="ignore"):
        actual = scaled_dot_product(q, k, v, mask)
    assert_close(actual, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("error", ["over", "invalid", "divide"])
def test_nothing_causes_a_floating_point_error(rng, error, dtype):
    q, k, v = [array.astype(dtype) for array in draw(rng, t_q=3, t_k=3)]
    q[..., 0, :] *= 1000
    mask = np.array([[True, True, True], [False, False, False], [False, True, False]])
    expected = run_torch(q, k, v, mask)
    expected[..., 1, :] = 0.0
    with np.errstate(**{error: "raise"}):
        actual = scaled_dot_product(q, k, v, mask)
    # Huge scores in float32 keep few digits behind the point.
    assert_close(actual, expected, rtol=1e-2 if dtype == np.float32 else None)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "masked"])
def test_the_dtype_is_kept(rng, masked, dtype):
    q, k, v = [array.astype(dtype) for array in draw(rng)]
    mask = draw_mask(rng, T_Q, T_K) if masked else None
    # Sums of float32 in another order differ in their last digits.
    rtol = 1e-3 if dtype == np.float32 else None
    assert_close(scaled_dot_product(q, k, v, mask), run_torch(q, k, v, mask), rtol=rtol)


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        pytest.param(0, (2, 3, 5, 1), id="q with another d"),
        pytest.param(0, (3, 5, 4), id="q without the first axis"),
        pytest.param(1, (2, 3, 7, 1), id="k with another d"),
        pytest.param(1, (2, 3, 1, 4), id="one key for seven values"),
        pytest.param(1, (2, 3, 4, 7), id="k transposed"),
        pytest.param(1, (1, 3, 7, 4), id="k with a batch axis of 1"),
        pytest.param(1, (7, 4), id="k without batch axes"),
        pytest.param(2, (2, 3, 5, 6), id="five values for seven keys"),
        pytest.param(2, (2, 1, 7, 6), id="v with a batch axis of 1"),
        pytest.param(2, (7, 6), id="v without batch axes"),
    ],
)
def test_shapes_that_do_not_fit_raise_a_value_error(rng, position, shape):
    args = draw(rng)
    args[position] = np.zeros(shape)
    with pytest.raises(ValueError):
        scaled_dot_product(*args)


@pytest.mark.parametrize(
    ("batch", "shape"),
    [
        pytest.param((2, 3), (7, 5), id="transposed"),
        pytest.param((2, 3), (5, 6), id="for another number of keys"),
        pytest.param((2, 3), (2, 5, 7), id="batch axes misaligned"),
        pytest.param((1,), (4, 5, 7), id="for a larger batch"),
        pytest.param((), (2, 5, 7), id="for a batch where there is none"),
        pytest.param((), (1, 5, 7), id="with an axis too many"),
    ],
)
def test_a_mask_that_does_not_fit_raises_a_value_error(rng, batch, shape):
    q, k, v = draw(rng, batch)
    with pytest.raises(ValueError):
        scaled_dot_product(q, k, v, np.ones(shape, dtype=bool))


def test_a_mask_for_more_queries_raises_a_value_error(rng):
    q, k, v = draw(rng, t_q=1)
    with pytest.raises(ValueError):
        scaled_dot_product(q, k, v, np.ones((5, T_K), dtype=bool))


def test_no_argument_is_written_into(rng):
    q, k, v = draw(rng)
    mask = draw_mask(rng, T_Q, T_K)
    with unchanged(q, k, v, mask):
        scaled_dot_product(q, k, v, mask)


@pytest.mark.speed
@pytest.mark.parametrize(
    ("axis", "many"),
    [
        pytest.param("the first batch axis", {"batch": (72, 2)}, id="the first batch axis"),
        pytest.param("the second batch axis", {"batch": (8, 66)}, id="the second batch axis"),
        pytest.param("the queries", {"t_q": 72}, id="the queries"),
        pytest.param("the keys", {"t_k": 72}, id="the keys"),
    ],
)
def test_no_python_loop_over(rng, axis, many):
    sizes = {"batch": (8, 2), "t_q": 8, "t_k": 8, "d": 3, "d_v": 4}
    small, large = draw(rng, **sizes), draw(rng, **sizes | many)
    masks = [np.ones((*q.shape[:-1], k.shape[-2]), dtype=bool) for q, k, _ in (small, large)]
    assert_no_loop_over(axis, scaled_dot_product, (*small, masks[0]), (*large, masks[1]))

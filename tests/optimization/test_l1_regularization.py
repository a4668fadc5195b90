from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.optimization.l1_regularization import l1_penalty, proximal_step, soft_threshold
from kata.testing import (
    MISFITTING_GRADS,
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
)

SHAPES = [(4, 3), (4,), (2, 3, 1, 2), (3,), (1, 5), (5, 1), (2, 3, 2), (0, 3), (1, 1), (1,)]
SHAPES += [(1, 1, 4, 1), (1, 2, 1, 2, 2)]
NO_WEIGHTS = {
    "no parameters": [],
    "only biases": [np.array([3.0, -4.0]), np.array([1e9])],
    "no entries": [np.zeros((0, 3))],
    "zeros": [np.zeros((2, 3)), np.ones(3)],
}


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def torch_penalty(params, strength):
    return float(sum(strength * torch.tensor(p).abs().sum().item() for p in params if p.ndim > 1))


def torch_soft(x, threshold):
    return F.softshrink(torch.tensor(x), threshold).numpy()


def torch_step(params, grads, lr, strength):
    new = []
    for param, grad in zip(params, grads, strict=True):
        p = torch.tensor(param)
        if grad is not None:
            p = p.sub(torch.tensor(grad), alpha=lr)
            p = F.softshrink(p, lr * strength) if p.dim() > 1 else p
        new.append(p.numpy())
    return new


# --- The penalty -----------------------------------------------------------------------------


def test_sizes_that_sum_to_8_cost_8_times_strength():
    params = [np.array([[1.0, -2.0], [3.0, 0.0]]), np.array([100.0]), np.array([[-2.0]])]
    assert_close(l1_penalty(params, 0.3), 2.4)


@pytest.mark.parametrize("strength", [0.0, 1e-4, 0.7, 1.0, 13.0], ids=str)
def test_the_penalty_agrees_with_torch(rng, strength):
    params = draw(rng)
    expected = torch_penalty(params, strength)
    assert_close(l1_penalty(params, strength), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32], ids=["float16", "float32"])
def test_the_sizes_are_added_up_in_float64(dtype):
    weights = [np.full((100, 100), 1000.1, dtype), np.full((3, 5), -0.7, dtype)]
    total = 10_000 * float(dtype(1000.1)) + 15 * float(dtype(0.7))
    # Half a weight is exact in any dtype, three tenths are not.
    assert_close(l1_penalty(weights, 0.3), 0.3 * total)


@pytest.mark.parametrize("params", NO_WEIGHTS.values(), ids=NO_WEIGHTS.keys())
def test_without_weights_there_is_no_cost(params):
    assert_close(l1_penalty([param.copy() for param in params], 0.6), 0.0)


@pytest.mark.parametrize("shapes", [[], [(3,)], [(2, 3)]], ids=["nothing", "a bias", "a weight"])
@pytest.mark.parametrize("strength", [-1.0, -1e-9], ids=str)
def test_a_penalty_of_negative_strength_raises_a_value_error(strength, shapes):
    assert_value_error(l1_penalty, [np.ones(shape) for shape in shapes], strength)


# --- The soft threshold ----------------------------------------------------------------------


def test_a_threshold_of_2_worked_out_by_hand():
    x = np.array([[-5.0, -2.0, -1.0, 0.0], [0.5, 2.0, 3.0, 2.25]])
    expected = np.array([[-3.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.25]])
    assert_close(soft_threshold(x, 2.0), expected, atol=0.0)


@pytest.mark.parametrize("threshold", [0.0, 1e-3, 0.7, 1.6, 50.0], ids=str)
@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)], ids=str)
def test_any_threshold_agrees_with_torch(rng, shape, threshold):
    x = rng.normal(size=shape)
    expected = torch_soft(x, threshold)
    assert_close(soft_threshold(x, threshold), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_up_to_the_threshold_entries_become_exactly_0(rng, dtype):
    x = np.append(rng.uniform(-0.25, 0.25, size=50), [0.25, -0.25, 0.0, 1e-30]).astype(dtype)
    assert_close(soft_threshold(x, 0.25), np.zeros(54, dtype), atol=0.0)


def test_entries_and_thresholds_of_any_size_are_right():
    x, expected = np.array([3.0, -3.0, 0.5, -0.5, 0.0]), np.array([2.0, -2.0, 0.0, 0.0, 0.0])
    sizes = np.logspace(-300, 300, 41).tolist()
    results = [soft_threshold(size * x, size) for size in sizes]
    assert_close(results, [size * expected for size in sizes], atol=0.0)


def test_huge_and_tiny_entries_stand_side_by_side():
    x = np.array([1e300, -1e300, 1e-300, 0.0, 1.0])
    assert_close(soft_threshold(x.copy(), 0.0), x, atol=0.0)
    assert_close(soft_threshold(x, 0.5), np.array([1e300, -1e300, 0.0, 0.0, 0.5]), atol=0.0)


@pytest.mark.parametrize("threshold", [-1.0, -1e-9], ids=str)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (0,)], ids=str)
def test_a_negative_threshold_raises_a_value_error(shape, threshold):
    assert_value_error(soft_threshold, np.ones(shape), threshold)


# --- The step --------------------------------------------------------------------------------


def test_a_step_worked_out_by_hand():
    # q is (20, -20, 1/2) and (-5/2), and a weight loses up to 1/4 · 4.
    w, b = np.array([[18.0, -18.0, 1.0]]), np.array([-2.0])
    grads = [np.array([[-8.0, 8.0, 2.0]]), np.array([2.0])]
    expected = [np.array([[19.0, -19.0, 0.0]]), np.array([-2.5])]
    assert_close(proximal_step([w, b], grads, 0.25, 4.0), expected, atol=0.0)


@pytest.mark.parametrize("strength", [0.0, 0.02, 0.3, 0.9], ids=str)
@pytest.mark.parametrize("lr", [0.05, 0.7, 1.0, 3.0], ids=str)
def test_a_step_agrees_with_torch(rng, lr, strength):
    params, grads = draw(rng), draw(rng)
    expected = torch_step(params, grads, lr, strength)
    assert_close(proximal_step(params, grads, lr, strength), expected)


def test_no_parameters_make_an_empty_step():
    assert_close(proximal_step([], [], 0.3, 0.9), [])


@pytest.mark.parametrize("size", [1.0, 1e-15], ids=str)
def test_a_weight_of_0_moves_where_the_gradient_exceeds_strength(size):
    grads = [size * np.array([[0.9, -0.9, 1.5, -2.0]])]
    expected = [size * np.array([[0.0, 0.0, -0.05, 0.1]])]
    assert_close(proximal_step([np.zeros((1, 4))], grads, 0.1, size), expected)


@pytest.mark.parametrize("strength", [0.0, 0.9], ids=str)
def test_a_gradient_of_none_leaves_its_parameter_alone(rng, strength):
    params, grads = draw(rng), draw(rng)
    grads[0] = grads[1] = grads[2] = grads[5] = None
    expected = torch_step(params, grads, 0.3, strength)
    assert_close(proximal_step(params, grads, 0.3, strength), expected)


def test_each_parameter_keeps_its_dtype(rng):
    params, grads = draw(rng), draw(rng)
    for arrays in (params, grads):
        arrays[0], arrays[1] = arrays[0].astype(np.float32), arrays[1].astype(np.float32)
    expected = torch_step(params, grads, 0.3, 0.9)
    # Where two terms nearly cancel, float32 leaves few digits.
    new = proximal_step(params, grads, 0.3, 0.9)
    assert_close(new[:2], expected[:2], rtol=1e-4)
    assert_close(new[2:], expected[2:])


@pytest.mark.parametrize(
    ("lr", "strength"), [(0.0, 1.0), (-0.1, 1.0), (0.1, -1.0), (0.1, -1e-9), (-0.1, -1.0)], ids=str
)
@pytest.mark.parametrize("shapes", [[], [(3,)], [(2, 3)]], ids=["nothing", "a bias", "a weight"])
def test_a_step_with_impossible_settings_raises_a_value_error(shapes, lr, strength):
    params = [np.ones(shape) for shape in shapes]
    assert_value_error(proximal_step, params, params, lr, strength)
    assert_value_error(proximal_step, params, [None for _ in shapes], lr, strength)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1), (1, 0)], ids=str)
@pytest.mark.parametrize("grad", [np.zeros((2, 3)), None], ids=["gradients", "None"])
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads, grad):
    params, grads = [np.zeros((2, 3))] * n_params, [grad] * n_grads
    assert_value_error(proximal_step, params, grads, 0.1, 0.5)


@pytest.mark.parametrize("strength", [0.5, 0.0], ids=str)
@pytest.mark.parametrize(("of_param", "of_grad"), MISFITTING_GRADS, ids=str)
def test_a_gradient_of_another_shape_raises_a_value_error(of_param, of_grad, strength):
    params, grads = [np.zeros(2), np.zeros(of_param)], [np.zeros(2), np.zeros(of_grad)]
    assert_value_error(proximal_step, params, grads, 0.1, strength)


# --- All three -------------------------------------------------------------------------------


def test_all_three_agree_with_the_reference(rng, reference):
    params, grads = draw(rng, 5.0), draw(rng, 5.0)
    penalty, soft = reference.l1_penalty(params, 0.4), reference.soft_threshold(params[0], 2.5)
    step = reference.proximal_step(params, grads, 0.4, 3.0)
    assert_close(l1_penalty(params, 0.4), penalty)
    assert_close(soft_threshold(params[0], 2.5), soft)
    assert_close(proximal_step(params, grads, 0.4, 3.0), step)


@manners()
def test_manners(rng):
    params, grads, x = draw(rng), draw(rng), rng.normal(size=(3, 4, 2))
    return (
        partial(l1_penalty, params, 0.4),
        partial(l1_penalty, params, 1.0),
        partial(soft_threshold, x, 0.6),
        partial(soft_threshold, x, 0.0),
        partial(proximal_step, params, grads, 0.3, 0.9),
        partial(proximal_step, params, grads, 0.3, 0.0),
        partial(proximal_step, params, grads, 1.0, 0.9),
        partial(proximal_step, params, [None for _ in params], 0.3, 0.9),
    )


@pytest.mark.speed
def test_no_python_loop(rng):
    def draw(rows, columns, depth):
        shapes = (rows, columns), (rows, columns, depth), (rows,)
        return [rng.normal(size=shape) for shape in shapes]

    assert_vectorized(lambda *params: l1_penalty(params, 0.4), draw)
    assert_vectorized(lambda *params: proximal_step(params, params, 0.3, 0.9), draw)
    assert_vectorized(lambda *params: [soft_threshold(x, 0.4) for x in params], draw)

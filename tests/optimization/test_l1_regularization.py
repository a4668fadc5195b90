import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.optimization.l1_regularization import l1_penalty, proximal_step, soft_threshold
from kata.testing import assert_close, assert_no_loop_over, unchanged

SHAPES = [(4, 3), (4,), (2, 3, 1, 2), (3,), (1, 5), (5, 1), (2, 3, 2), (0, 3), (1, 1), (1,)]
# Where two terms nearly cancel, float32 leaves few digits.
FLOAT32 = 1e-4


def draw(rng, scale=1.0):
    return [rng.normal(scale=scale, size=shape) for shape in SHAPES]


def as_float32(arrays):
    return [array.astype(np.float32) for array in arrays]


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
    assert_close(l1_penalty(params, strength), torch_penalty(params, strength))


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1), (2, 3, 2), (1, 1, 4, 1)], ids=str)
def test_a_weight_of_any_shape_counts(rng, shape):
    params = [rng.normal(size=shape)]
    assert_close(l1_penalty(params, 0.6), torch_penalty(params, 0.6))


def test_biases_cost_nothing():
    assert_close(l1_penalty([np.array([3.0, -4.0]), np.array([1e9]), np.ones(5)], 0.6), 0.0)


@pytest.mark.parametrize("params", [[], [np.zeros((0, 3))]], ids=["no parameters", "no entries"])
def test_no_weights_cost_nothing(params):
    assert_close(l1_penalty(params, 0.6), 0.0)


def test_the_penalty_is_right_in_fortran_order_too(rng):
    params = [np.asfortranarray(param) for param in draw(rng)]
    assert_close(l1_penalty(params, 0.4), torch_penalty(params, 0.4))


def test_the_penalty_of_float32_is_a_float(rng):
    params = as_float32(draw(rng))
    # The sizes may be summed in float32.
    assert_close(l1_penalty(params, 0.4), torch_penalty(params, 0.4), rtol=1e-5)


@pytest.mark.parametrize("strength", [-1.0, -1e-9], ids=str)
def test_a_penalty_of_negative_strength_raises_a_value_error(strength):
    with pytest.raises(ValueError):
        l1_penalty([np.ones((2, 3))], strength)


def test_the_penalty_leaves_the_parameters_unchanged(rng):
    params = draw(rng)
    with unchanged(params):
        l1_penalty(params, 0.4)


# --- The soft threshold ----------------------------------------------------------------------


def test_a_threshold_of_2_worked_out_by_hand():
    x = np.array([[-5.0, -2.0, -1.0, 0.0], [0.5, 2.0, 3.0, 2.25]])
    expected = np.array([[-3.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.25]])
    assert_close(soft_threshold(x, 2.0), expected, atol=0.0)


@pytest.mark.parametrize("threshold", [0.0, 1e-3, 0.7, 1.6, 50.0], ids=str)
def test_any_threshold_agrees_with_torch(rng, threshold):
    x = rng.normal(size=(7, 5))
    assert_close(soft_threshold(x, threshold), torch_soft(x, threshold))


@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 3, 4), (3, 1), (0, 4)], ids=str)
def test_entries_of_any_shape_agree_with_torch(rng, shape):
    x = rng.normal(size=shape)
    assert_close(soft_threshold(x, 0.6), torch_soft(x, 0.6))


def test_up_to_the_threshold_entries_become_exactly_0(rng):
    x = np.append(rng.uniform(-0.3, 0.3, size=50), [0.3, -0.3, 0.0, 1e-300])
    assert_close(soft_threshold(x, 0.3), np.zeros(54), atol=0.0)


def test_a_threshold_of_0_changes_nothing():
    x = np.array([-1.5, 0.0, 1e-300, 2.5])
    assert_close(soft_threshold(x, 0.0), x, atol=0.0)


def test_huge_and_tiny_entries_are_right():
    huge = soft_threshold(np.array([1e300, -1e300, 0.0, 1.0]), 0.5)
    assert_close(huge, np.array([1e300, -1e300, 0.0, 0.5]), atol=0.0)
    tiny = soft_threshold(np.array([3e-300, -1e-300, -2e-300]), 1e-300)
    assert_close(tiny, np.array([2e-300, 0.0, -1e-300]), atol=0.0)


def test_the_soft_threshold_is_right_in_fortran_order_too(rng):
    x = np.asfortranarray(rng.normal(size=(4, 5)))
    assert_close(soft_threshold(x, 0.6), torch_soft(x, 0.6))


def test_the_soft_threshold_keeps_the_dtype(rng):
    x = rng.normal(size=(4, 5)).astype(np.float32)
    assert_close(soft_threshold(x, 0.6), torch_soft(x, 0.6), rtol=FLOAT32)


@pytest.mark.parametrize("threshold", [-1.0, -1e-9], ids=str)
def test_a_negative_threshold_raises_a_value_error(threshold):
    with pytest.raises(ValueError):
        soft_threshold(np.ones(3), threshold)


@pytest.mark.parametrize("threshold", [0.0, 0.6], ids=str)
def test_the_soft_threshold_leaves_x_unchanged(rng, threshold):
    x = rng.normal(size=(4, 5))
    with unchanged(x):
        soft_threshold(x, threshold)


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
    assert_close(
        proximal_step(params, grads, lr, strength), torch_step(params, grads, lr, strength)
    )


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1), (2, 3, 2), (1, 1, 4, 1)], ids=str)
def test_a_weight_of_any_shape_is_shrunk(rng, shape):
    params, grads = [rng.normal(size=shape)], [rng.normal(size=shape)]
    assert_close(proximal_step(params, grads, 0.3, 2.0), torch_step(params, grads, 0.3, 2.0))


def test_small_weights_become_exactly_0_and_stay_there():
    w, grad = np.array([[0.1, -0.07, 0.0], [0.03, 1e-9, -0.11]]), np.full((2, 3), 0.1)
    for _ in range(3):
        (w,) = proximal_step([w], [grad], 0.3, 0.5)
    assert_close(w, np.zeros((2, 3)), atol=0.0)


def test_a_weight_of_0_moves_where_the_gradient_exceeds_strength():
    grads = [np.array([[0.9, -0.9, 1.5, -2.0]])]
    expected = [np.array([[0.0, 0.0, -0.05, 0.1]])]
    assert_close(proximal_step([np.zeros((1, 4))], grads, 0.1, 1.0), expected)


def test_many_steps_solve_the_lasso(rng):
    # The columns of x are orthonormal, so the solution is known: least squares, shrunk.
    x, _ = np.linalg.qr(rng.normal(size=(9, 6)))
    y = x @ np.array([3.0, -2.0, 0.2, -0.3, 1.0, 0.0])
    w = rng.normal(size=(6, 1))
    for _ in range(50):
        (w,) = proximal_step([w], [x.T @ (x @ w - y[:, None])], 0.5, 0.5)
    assert_close(w, np.array([[2.5], [-1.5], [0.0], [0.0], [0.5], [0.0]]))
    assert_close((w == 0).ravel().tolist(), [False, False, True, True, False, True])


def test_a_gradient_of_none_leaves_its_parameter_alone(rng):
    params, grads = draw(rng), draw(rng)
    grads[0] = grads[1] = grads[5] = None
    assert_close(proximal_step(params, grads, 0.3, 0.9), torch_step(params, grads, 0.3, 0.9))


def test_no_parameters_make_an_empty_step():
    assert_close(proximal_step([], [], 0.3, 0.9), [])


def test_all_three_agree_with_the_reference(rng, reference):
    params, grads = draw(rng, 5.0), draw(rng, 5.0)
    assert_close(l1_penalty(params, 0.4), reference.l1_penalty(params, 0.4))
    assert_close(soft_threshold(params[0], 2.5), reference.soft_threshold(params[0], 2.5))
    expected = reference.proximal_step(params, grads, 0.4, 3.0)
    assert_close(proximal_step(params, grads, 0.4, 3.0), expected)


def test_a_step_is_right_in_fortran_order_too(rng):
    params, grads = ([np.asfortranarray(array) for array in draw(rng)] for _ in range(2))
    assert_close(proximal_step(params, grads, 0.3, 0.9), torch_step(params, grads, 0.3, 0.9))


def test_a_step_keeps_the_dtype(rng):
    params, grads = as_float32(draw(rng)), as_float32(draw(rng))
    expected = torch_step(params, grads, 0.3, 0.9)
    assert_close(proximal_step(params, grads, 0.3, 0.9), expected, rtol=FLOAT32)


@pytest.mark.parametrize(
    ("lr", "strength"), [(0.0, 1.0), (-0.1, 1.0), (0.1, -1.0), (-0.1, -1.0)], ids=str
)
@pytest.mark.parametrize("shape", [(2, 3), (3,)], ids=["weight", "bias"])
def test_a_step_with_impossible_settings_raises_a_value_error(shape, lr, strength):
    with pytest.raises(ValueError):
        proximal_step([np.ones(shape)], [np.ones(shape)], lr, strength)


@pytest.mark.parametrize(("n_params", "n_grads"), [(2, 1), (1, 2), (0, 1)], ids=str)
def test_another_number_of_gradients_raises_a_value_error(n_params, n_grads):
    with pytest.raises(ValueError):
        proximal_step([np.zeros((2, 3))] * n_params, [np.zeros((2, 3))] * n_grads, 0.1, 0.5)


@pytest.mark.parametrize(
    ("of_param", "of_grad"),
    [
        ((3, 2), (2,)),
        ((3, 2), (2, 3)),
        ((3, 2), (1, 2)),
        ((3, 1), (1, 3)),
        ((3,), (3, 1)),
        ((3,), (1,)),
    ],
    ids=str,
)
def test_a_gradient_of_another_shape_raises_a_value_error(of_param, of_grad):
    with pytest.raises(ValueError):
        proximal_step([np.zeros(of_param)], [np.zeros(of_grad)], 0.1, 0.5)


def test_a_step_leaves_its_arguments_unchanged(rng):
    params, grads = draw(rng), draw(rng)
    grads[1] = None
    with unchanged(params, grads):
        proximal_step(params, grads, 0.3, 0.9)


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_the_penalty_has_no_python_loop(rng, shape):
    w = rng.normal(size=shape)
    assert_no_loop_over("a weight", l1_penalty, ([w[:8, :8]], 0.4), ([w], 0.4))


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_the_soft_threshold_has_no_python_loop(rng, shape):
    x = rng.normal(size=shape)
    assert_no_loop_over("x", soft_threshold, (x[:8, :8], 0.4), (x, 0.4))


@pytest.mark.speed
@pytest.mark.parametrize("shape", [(96, 2), (2, 96)], ids=["rows", "columns"])
def test_a_step_has_no_python_loop(rng, shape):
    w, g = rng.normal(size=shape), rng.normal(size=shape)
    small, large = ([w[:8, :8]], [g[:8, :8]], 0.3, 0.9), ([w], [g], 0.3, 0.9)
    assert_no_loop_over("a weight", proximal_step, small, large)

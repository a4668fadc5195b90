import numpy as np
import pytest
import torch

from exercises.training.batch_norm import BatchNorm
from kata.testing import assert_close, assert_no_loop_over, torch_gradients, unchanged

ATTRIBUTES = ("gamma", "beta", "running_mean", "running_var")
CASES = [((7, 3), 1e-5), ((7, 3), 0.1), ((2, 5), 3.0), ((3, 1), 0.01), ((4, 11), 1.0)]


def draw(rng, n, f):
    """Rows of features that differ in mean and in spread."""
    return rng.normal(size=(n, f)) * rng.uniform(0.3, 4.0, size=f) + rng.normal(scale=3.0, size=f)


def draw_with_large_means(rng):
    return rng.normal(size=(9, 3)) + np.array([1e6, -1e6, 0.0])


def assign(rng, norm, n_features):
    """Give a layer four attributes that all show in its results."""
    norm.gamma = rng.normal(size=n_features)
    norm.beta = rng.normal(size=n_features)
    norm.running_mean = rng.normal(size=n_features)
    norm.running_var = rng.uniform(0.2, 3.0, size=n_features)


def make(rng, n_features, **settings):
    norm = BatchNorm(n_features, **settings)
    assign(rng, norm, n_features)
    return norm


def attributes(norm):
    return {name: np.array(getattr(norm, name)) for name in ATTRIBUTES}


def torch_norm(norm, eps=1e-5, momentum=0.1):
    """torch's layer in the state of `norm`."""
    other = torch.nn.BatchNorm1d(len(norm.gamma), eps=eps, momentum=momentum, dtype=torch.float64)
    names = ("weight", "bias", "running_mean", "running_var")
    state = dict(zip(names, map(torch.tensor, attributes(norm).values()), strict=True))
    other.load_state_dict(state, strict=False)
    return other


def torch_forward(other, x, training):
    return other.train(training)(torch.tensor(x)).detach().numpy()


def running(norm):
    return [np.array(norm.running_mean), np.array(norm.running_var)]


def torch_running(other):
    return [other.running_mean.numpy().copy(), other.running_var.numpy().copy()]


def torch_backward(grad_y, x, gamma, beta, eps):
    def forward(x, gamma, beta):
        return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)

    return torch_gradients(forward, [x, gamma, beta], grad_y)


# --- Forward, in training --------------------------------------------------------------------


def test_a_batch_normalized_by_hand():
    # The means are 2 and 10, the variances 8/3 and 0; √(8/3 + 4/3) = 2.
    norm = BatchNorm(2, eps=4 / 3)
    y = norm.forward(np.array([[0.0, 10.0], [2.0, 10.0], [4.0, 10.0]]), training=True)
    assert_close(y, np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]))


def test_running_values_worked_out_by_hand():
    # Of 0 and 4: the mean is 2, the unbiased variance 8.
    norm = BatchNorm(1, momentum=0.25)
    norm.forward(np.array([[0.0], [4.0]]), training=True)
    assert_close(running(norm), [np.array([0.5]), np.array([0.75 + 2.0])])


def test_a_new_layer_has_ones_and_zeros():
    ones, zeros = np.ones(3), np.zeros(3)
    expected = dict(zip(ATTRIBUTES, (ones, zeros, zeros, ones), strict=True))
    assert_close(attributes(BatchNorm(3)), expected)


@pytest.mark.parametrize(("shape", "eps"), CASES, ids=str)
def test_in_training_it_agrees_with_torch(rng, shape, eps):
    norm, x = make(rng, shape[1], eps=eps), draw(rng, *shape)
    expected = torch_forward(torch_norm(norm, eps=eps), x, training=True)
    assert_close(norm.forward(x, training=True), expected)


@pytest.mark.parametrize("momentum", [0.1, 0.8, 0.0, 1.0])
def test_three_batches_leave_torchs_running_values(rng, momentum):
    norm = make(rng, 4, momentum=momentum)
    other = torch_norm(norm, momentum=momentum)
    for n in (6, 3, 9):
        x = draw(rng, n, 4)
        norm.forward(x, training=True)
        torch_forward(other, x, training=True)
    assert_close(running(norm), torch_running(other))


def test_the_running_values_do_not_matter_in_training(rng):
    x, first, second = draw(rng, 5, 3), BatchNorm(3), BatchNorm(3)
    second.running_mean, second.running_var = np.full(3, 7.0), np.full(3, 0.01)
    assert_close(first.forward(x, training=True), second.forward(x, training=True))


def test_training_leaves_gamma_and_beta_alone(rng):
    norm = BatchNorm(3)
    norm.forward(draw(rng, 6, 3), training=True)
    assert_close([norm.gamma, norm.beta], [np.ones(3), np.zeros(3)])


def test_a_constant_feature_becomes_beta(rng):
    norm = make(rng, 2)
    y = norm.forward(np.full((4, 2), 2.0), training=True)
    assert_close(y, np.tile(norm.beta, (4, 1)))


def test_a_large_mean_costs_no_digits(rng):
    norm, x = make(rng, 3, eps=0.1), draw_with_large_means(rng)
    expected = torch_forward(torch_norm(norm, eps=0.1), x, training=True)
    # Of float64's sixteen digits, x itself has ten left after the point.
    assert_close(norm.forward(x, training=True), expected, atol=1e-7)


def test_a_large_mean_costs_float32_no_more_digits_than_x_has(rng):
    norm, x = make(rng, 3, eps=0.1), draw_with_large_means(rng).astype(np.float32)
    expected = torch_forward(torch_norm(norm, eps=0.1), x.astype(np.float64), training=True)
    assert_close(norm.forward(x, training=True), expected.astype(np.float32), atol=1e-6)


# --- Forward, in evaluation ------------------------------------------------------------------


@pytest.mark.parametrize(("n", "eps"), [(6, 1e-5), (6, 0.1), (1, 3.0), (0, 1e-5)])
def test_in_evaluation_it_agrees_with_torch(rng, n, eps):
    norm, x = make(rng, 5, eps=eps), draw(rng, n, 5)
    expected = torch_forward(torch_norm(norm, eps=eps), x, training=False)
    assert_close(norm.forward(x, training=False), expected)


def test_evaluation_changes_no_attribute(rng):
    norm = make(rng, 4)
    before = attributes(norm)
    norm.forward(draw(rng, 6, 4), training=False)
    assert_close(attributes(norm), before)


def test_train_evaluate_and_train_again_as_torch_does(rng):
    norm = make(rng, 3, eps=0.01, momentum=0.3)
    other = torch_norm(norm, eps=0.01, momentum=0.3)
    for training in (True, True, False, True, False):
        x = draw(rng, 5, 3)
        y, expected = norm.forward(x, training), torch_forward(other, x, training)
        assert_close([y, *running(norm)], [expected, *torch_running(other)])


def test_the_settings_are_torchs_unless_given(rng):
    norm = BatchNorm(3)
    other = torch_norm(norm)
    for training in (True, False):
        x = draw(rng, 5, 3) * 0.01
        y, expected = norm.forward(x, training), torch_forward(other, x, training)
        assert_close([y, *running(norm)], [expected, *torch_running(other)])


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_attributes_assigned_after_a_call_are_used_by_the_next(rng, training):
    norm, x, grad_y = BatchNorm(3), draw(rng, 5, 3), rng.normal(size=(5, 3))
    norm.forward(x, training)
    norm.backward(grad_y, x)
    assign(rng, norm, 3)
    y, expected = norm.forward(x, training), torch_forward(torch_norm(norm), x, training)
    assert_close(y, expected)
    expected = torch_backward(grad_y, x, norm.gamma, norm.beta, 1e-5)
    assert_close(norm.backward(grad_y, x), expected)


def test_it_agrees_with_the_reference(rng, reference):
    norm, other = BatchNorm(6, eps=0.05, momentum=0.7), reference.BatchNorm(6, 0.05, 0.7)
    for training in (True, True, False):
        x = draw(rng, 8, 6)
        assert_close(norm.forward(x, training), other.forward(x, training))


def test_two_layers_share_no_state(rng):
    norm = BatchNorm(3)
    other = torch_norm(norm)
    BatchNorm(3).forward(draw(rng, 5, 3), training=True)
    x = draw(rng, 4, 3)
    assert_close(norm.forward(x, training=False), torch_forward(other, x, training=False))


# --- Backward --------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "eps"), CASES, ids=str)
def test_the_gradients_agree_with_torch(rng, shape, eps):
    norm, x = make(rng, shape[1], eps=eps), draw(rng, *shape)
    grad_y = rng.normal(size=shape)
    expected = torch_backward(grad_y, x, norm.gamma, norm.beta, eps)
    assert_close(norm.backward(grad_y, x), expected)


def test_the_gradients_agree_with_the_reference(rng, reference):
    norm, other = BatchNorm(6, eps=0.05), reference.BatchNorm(6, eps=0.05)
    grad_y, x = rng.normal(size=(8, 6)), draw(rng, 8, 6)
    assert_close(norm.backward(grad_y, x), other.backward(grad_y, x))


def test_the_gradients_do_not_depend_on_earlier_calls(rng):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 5, 3)
    norm.forward(x, training=True)
    norm.forward(draw(rng, 7, 3), training=True)
    norm.forward(draw(rng, 5, 3), training=True)
    norm.forward(draw(rng, 5, 3), training=False)
    grad_y = rng.normal(size=(5, 3))
    assert_close(norm.backward(grad_y, x), torch_backward(grad_y, x, norm.gamma, norm.beta, 0.1))


def test_backward_changes_no_attribute(rng):
    norm = make(rng, 4)
    before = attributes(norm)
    norm.backward(rng.normal(size=(6, 4)), draw(rng, 6, 4))
    assert_close(attributes(norm), before)


def test_a_constant_feature_has_finite_gradients(rng):
    norm, x = make(rng, 2, eps=0.25), draw(rng, 5, 2)
    x[:, 1] = 3.0
    grad_y = rng.normal(size=(5, 2))
    assert_close(norm.backward(grad_y, x), torch_backward(grad_y, x, norm.gamma, norm.beta, 0.25))


def test_a_large_mean_costs_the_gradients_no_digits(rng):
    norm, x = make(rng, 3, eps=0.1), draw_with_large_means(rng)
    grad_y = rng.normal(size=(9, 3))
    expected = torch_backward(grad_y, x, norm.gamma, norm.beta, 0.1)
    # Of float64's sixteen digits, x itself has ten left after the point.
    assert_close(norm.backward(grad_y, x), expected, atol=1e-7)


def test_a_large_mean_costs_float32_gradients_no_more_digits_than_x_has(rng):
    norm, x = make(rng, 3, eps=0.1), draw_with_large_means(rng).astype(np.float32)
    grad_y = rng.normal(size=(9, 3)).astype(np.float32)
    wide = [array.astype(np.float64) for array in (grad_y, x)]
    expected = torch_backward(*wide, norm.gamma, norm.beta, 0.1)
    expected = tuple(gradient.astype(np.float32) for gradient in expected)
    assert_close(norm.backward(grad_y, x), expected, atol=1e-6)


def test_arrays_in_fortran_order_are_right_too(rng):
    norm = make(rng, 4, eps=0.1)
    grad_y, x = np.asfortranarray(rng.normal(size=(6, 4))), np.asfortranarray(draw(rng, 6, 4))
    expected = torch_backward(grad_y, x, norm.gamma, norm.beta, 0.1)
    assert_close(norm.backward(grad_y, x), expected)
    expected = torch_forward(torch_norm(norm, eps=0.1), x, training=True)
    assert_close(norm.forward(x, training=True), expected)


# --- Manners ---------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_y_keeps_the_dtype(rng, training):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 6, 3).astype(np.float32)
    expected = torch_forward(torch_norm(norm, eps=0.1), x.astype(np.float64), training)
    # float32 has seven digits; where x is near its mean, it loses two or three of them.
    assert_close(norm.forward(x, training), expected.astype(np.float32), rtol=1e-4, atol=1e-4)


def test_the_gradients_keep_the_dtype(rng):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 6, 3).astype(np.float32)
    grad_y = rng.normal(size=(6, 3)).astype(np.float32)
    wide = [array.astype(np.float64) for array in (grad_y, x)]
    expected = torch_backward(*wide, norm.gamma, norm.beta, 0.1)
    expected = tuple(gradient.astype(np.float32) for gradient in expected)
    # float32 has seven digits; where x is near its mean, it loses two or three of them.
    assert_close(norm.backward(grad_y, x), expected, rtol=1e-4, atol=1e-4)


def test_the_attributes_stay_float64_when_x_is_float32(rng):
    norm = make(rng, 3)
    norm.forward(draw(rng, 6, 3).astype(np.float32), training=True)
    dtypes = {name: str(array.dtype) for name, array in attributes(norm).items()}
    assert_close(dtypes, dict.fromkeys(ATTRIBUTES, "float64"))


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_forward_leaves_x_unchanged(rng, training):
    x = draw(rng, 5, 3)
    with unchanged(x):
        make(rng, 3).forward(x, training)


def test_backward_leaves_its_arguments_unchanged(rng):
    grad_y, x = rng.normal(size=(5, 3)), draw(rng, 5, 3)
    with unchanged(grad_y, x):
        make(rng, 3).backward(grad_y, x)


@pytest.mark.parametrize("n", [0, 1])
def test_training_on_fewer_than_two_rows_raises_a_value_error(n):
    with pytest.raises(ValueError):
        BatchNorm(3).forward(np.zeros((n, 3)), training=True)


@pytest.mark.parametrize("n", [0, 1])
def test_backward_on_fewer_than_two_rows_raises_a_value_error(n):
    with pytest.raises(ValueError):
        BatchNorm(3).backward(np.zeros((n, 3)), np.zeros((n, 3)))


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("columns", [1, 2, 4])
def test_another_number_of_features_raises_a_value_error(columns, training):
    with pytest.raises(ValueError):
        BatchNorm(3).forward(np.zeros((5, columns)), training)


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_backward_with_another_number_of_features_raises_a_value_error(columns):
    with pytest.raises(ValueError):
        BatchNorm(3).backward(np.zeros((5, columns)), np.zeros((5, columns)))


@pytest.mark.parametrize("shape", [(1, 3), (5, 1), (4, 3)], ids=str)
def test_a_gradient_of_another_shape_than_x_raises_a_value_error(shape):
    with pytest.raises(ValueError):
        BatchNorm(3).backward(np.zeros(shape), np.zeros((5, 3)))


# --- Speed -----------------------------------------------------------------------------------


@pytest.mark.speed
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_forward_needs_no_python_loop_over_rows(rng, training):
    norm, x = BatchNorm(5), draw(rng, 96, 5)
    assert_no_loop_over("the rows", norm.forward, (x[:8], training), (x, training))


@pytest.mark.speed
def test_forward_needs_no_python_loop_over_features(rng):
    def forward(x):
        return BatchNorm(x.shape[1]).forward(x, True)

    x = draw(rng, 5, 96)
    assert_no_loop_over("the features", forward, (x[:, :8].copy(),), (x,))


@pytest.mark.speed
def test_backward_needs_no_python_loop_over_rows(rng):
    norm, x, grad_y = BatchNorm(5), draw(rng, 96, 5), rng.normal(size=(96, 5))
    assert_no_loop_over("the rows", norm.backward, (grad_y[:8], x[:8]), (grad_y, x))


@pytest.mark.speed
def test_backward_needs_no_python_loop_over_features(rng):
    def backward(grad_y, x):
        return BatchNorm(x.shape[1]).backward(grad_y, x)

    x, grad_y = draw(rng, 5, 96), rng.normal(size=(5, 96))
    small = grad_y[:, :8].copy(), x[:, :8].copy()
    assert_no_loop_over("the features", backward, small, (grad_y, x))

import copy
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.training.batch_norm import BatchNorm
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    share_nothing,
    torch_gradients,
)

IN_TORCH = {
    "gamma": "weight",
    "beta": "bias",
    "running_mean": "running_mean",
    "running_var": "running_var",
}
CASES = [((7, 3), 1e-5), ((7, 3), 0.1), ((2, 5), 3.0), ((3, 1), 0.01), ((4, 9), 1.0), ((6, 6), 0.0)]
MODES = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def draw(rng, n, f):
    """Rows of features that differ in mean and in spread."""
    return rng.normal(size=(n, f)) * rng.uniform(0.3, 4.0, size=f) + rng.normal(scale=3.0, size=f)


def draw_with_large_means(rng, dtype):
    return (rng.normal(size=(9, 3)) + np.array([1e6, -1e6, 0.0])).astype(dtype)


def assign(rng, norm, n_features):
    """Give a layer four attributes that all show in its results."""
    norm.gamma = rng.normal(size=n_features)
    norm.beta = rng.normal(size=n_features)
    norm.running_mean = rng.normal(size=n_features)
    norm.running_var = rng.uniform(0.2, 3.0, size=n_features)


def double_gamma(rng, norm, n_features):
    norm.gamma *= 2.0


def make(rng, n_features, **settings):
    norm = BatchNorm(n_features, **settings)
    assign(rng, norm, n_features)
    return norm


def attributes(norm):
    return {name: np.array(getattr(norm, name)) for name in IN_TORCH}


def step(norm, x, training):
    return {"y": norm.forward(x, training), **attributes(norm)}


def torch_norm(norm, eps=1e-5, momentum=0.1):
    """torch's layer in the state of `norm`; its eps has to be above 0."""
    other = torch.nn.BatchNorm1d(
        len(norm.gamma), eps=eps or 1e-300, momentum=momentum, dtype=torch.float64
    )
    state = {IN_TORCH[name]: torch.tensor(array) for name, array in attributes(norm).items()}
    other.load_state_dict(state, strict=False)
    return other


def torch_step(other, x, training):
    """As `step`, but in float64 whatever x is, except that y has x's dtype."""
    y = other.train(training)(torch.tensor(x, dtype=torch.float64)).detach().numpy()
    state = {name: getattr(other, its).detach().numpy().copy() for name, its in IN_TORCH.items()}
    return {"y": y.astype(x.dtype), **state}


def torch_backward(norm, grad_y, x, eps=1e-5):
    def forward(x, gamma, beta):
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps or 1e-300)

    wide = [array.astype(np.float64) for array in (x, norm.gamma, norm.beta)]
    gradients = torch_gradients(forward, wide, grad_y.astype(np.float64))
    return tuple(gradient.astype(x.dtype) for gradient in gradients)


# --- Forward ---------------------------------------------------------------------------------


def test_a_batch_normalized_by_hand():
    # The means are 2 and 10, the variances 8/3 and 0; √(8/3 + 4/3) = 2.
    norm = BatchNorm(2, eps=4 / 3)
    y = norm.forward(np.array([[0.0, 10.0], [2.0, 10.0], [4.0, 10.0]]), training=True)
    assert_close(y, np.array([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]))


def test_running_values_worked_out_by_hand():
    # Of 0 and 4: the mean is 2, the unbiased variance 8.
    norm = BatchNorm(1, momentum=0.25)
    norm.forward(np.array([[0.0], [4.0]]), training=True)
    assert_close([norm.running_mean, norm.running_var], [np.array([0.5]), np.array([0.75 + 2.0])])


def test_each_layer_has_four_arrays_of_its_own_ones_and_zeros():
    norm, other = BatchNorm(3), BatchNorm(3)
    for i, name in enumerate(IN_TORCH):
        array = getattr(norm, name)
        array *= 0.0
        array += i
        setattr(norm, name, array)
    expected = {name: np.full(3, float(i)) for i, name in enumerate(IN_TORCH)}
    assert_close(attributes(norm), expected)
    ones, zeros = np.ones(3), np.zeros(3)
    expected = {"gamma": ones, "beta": zeros, "running_mean": zeros, "running_var": ones}
    assert_close(attributes(other), expected)


@MODES
@pytest.mark.parametrize(("shape", "eps"), CASES, ids=str)
def test_a_step_agrees_with_torch(rng, shape, eps, training):
    norm, x = make(rng, shape[1], eps=eps), draw(rng, *shape)
    expected = torch_step(torch_norm(norm, eps), x, training)
    assert_close(step(norm, x, training), expected)


@pytest.mark.parametrize("n", [0, 1])
def test_evaluation_takes_any_number_of_rows(rng, n):
    norm, x = make(rng, 5, eps=0.1), draw(rng, n, 5)
    expected = torch_step(torch_norm(norm, 0.1), x, training=False)
    assert_close(step(norm, x, training=False), expected)


@pytest.mark.parametrize(
    "settings",
    [{}, {"eps": 0.01, "momentum": 0.3}, {"momentum": 0.0}, {"momentum": 1.0}],
    ids=str,
)
def test_train_evaluate_and_train_again_as_torch_does(rng, settings):
    norm = BatchNorm(3, **settings)
    other = torch_norm(norm, **settings)
    for n, training in [(6, True), (3, True), (5, False), (9, True), (5, False)]:
        x = draw(rng, n, 3) * 0.01
        expected = torch_step(other, x, training)
        assert_close(step(norm, x, training), expected)


@MODES
@pytest.mark.parametrize("name", IN_TORCH)
def test_an_attribute_of_zeros_is_taken_as_it_is(rng, name, training):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 5, 3)
    setattr(norm, name, np.zeros(3))
    expected = torch_step(torch_norm(norm, 0.1), x, training)
    assert_close(step(norm, x, training), expected)


@MODES
def test_attributes_that_were_assigned_or_changed_are_used_by_the_next_call(rng, training):
    norm, x, grad_y = BatchNorm(3), draw(rng, 5, 3), rng.normal(size=(5, 3))
    for change in (assign, double_gamma):
        norm.forward(x.copy(), training)
        norm.backward(grad_y.copy(), x.copy())
        change(rng, norm, 3)
        expected = torch_backward(norm, grad_y, x), torch_step(torch_norm(norm), x, training)
        actual = norm.backward(grad_y.copy(), x.copy()), step(norm, x.copy(), training)
        assert_close(actual, expected)


@share_nothing()
def test_layers_share_nothing(rng):
    x = draw(rng, 4, 3)
    norms = [partial(BatchNorm, 3, eps=0.5), partial(BatchNorm, 2, momentum=0.7)]
    return norms, lambda norm: [step(norm, x[:, : len(norm.gamma)], mode) for mode in (True, False)]


def test_it_agrees_with_the_reference(rng, reference):
    norm, other = BatchNorm(6, eps=0.05, momentum=0.7), reference.BatchNorm(6, 0.05, 0.7)
    for training in (True, True, False):
        x, grad_y = draw(rng, 8, 6), rng.normal(size=(8, 6))
        expected = step(other, x.copy(), training), other.backward(grad_y.copy(), x.copy())
        assert_close((step(norm, x.copy(), training), norm.backward(grad_y, x)), expected)


# --- Backward --------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "eps"), CASES, ids=str)
def test_the_gradients_agree_with_torch_and_no_attribute_changes(rng, shape, eps):
    norm, x, grad_y = make(rng, shape[1], eps=eps), draw(rng, *shape), rng.normal(size=shape)
    expected = torch_backward(norm, grad_y, x, eps), attributes(norm)
    assert_close((norm.backward(grad_y, x), attributes(norm)), expected)


def test_the_gradients_do_not_depend_on_earlier_calls(rng):
    norm, x, grad_y = make(rng, 3, eps=0.1), draw(rng, 5, 3), rng.normal(size=(5, 3))
    for n, training in [(7, True), (5, True), (5, False)]:
        norm.forward(draw(rng, n, 3), training)
    expected = torch_backward(norm, grad_y, x, 0.1)
    assert_close(norm.backward(grad_y.copy(), x.copy()), expected)
    norm.forward(x, training=True)
    x[...] = draw(rng, 5, 3)
    expected = torch_backward(norm, grad_y, x, 0.1)
    assert_close(norm.backward(grad_y, x), expected)


def test_a_constant_feature_and_a_gamma_of_zero_have_the_right_gradients(rng):
    norm, x, grad_y = make(rng, 3, eps=0.25), draw(rng, 5, 3), rng.normal(size=(5, 3))
    x[:, 1], norm.gamma[2] = 3.0, 0.0
    expected = torch_backward(norm, grad_y, x, 0.25)
    assert_close(norm.backward(grad_y, x), expected)


# --- Numerics, dtypes, manners ---------------------------------------------------------------

# With means of 1e6, float64 keeps ten digits behind the point; sums lose one or two of them.
DIGITS = {np.float32: 1e-6, np.float64: 1e-8}


@MODES
@DTYPES
def test_a_large_mean_costs_y_and_the_running_values_no_digits(rng, training, dtype):
    norm, x = make(rng, 3, eps=0.1), draw_with_large_means(rng, dtype)
    norm.running_mean = np.zeros(3) if training else np.array([1e6, -1e6, 0.0])
    expected = torch_step(torch_norm(norm, 0.1), x, training)
    assert_close(step(norm, x, training), expected, atol=DIGITS[dtype])


@DTYPES
def test_a_large_mean_costs_the_gradients_no_digits(rng, dtype):
    norm, x = make(rng, 3, eps=0.1), draw_with_large_means(rng, dtype)
    grad_y = rng.normal(size=(9, 3)).astype(dtype)
    expected = torch_backward(norm, grad_y, x, 0.1)
    assert_close(norm.backward(grad_y, x), expected, atol=DIGITS[dtype])


@MODES
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_y_has_the_dtype_of_x_and_the_attributes_stay_float64(rng, training, dtype):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 60, 3).astype(dtype)
    expected = torch_step(torch_norm(norm, 0.1), x, training)
    # Rounded once, at the end, half precision is the same to its last digit.
    close = 1e-9 if dtype == "float16" else None
    assert_close(step(norm, x, training), expected, rtol=close)


@pytest.mark.parametrize(
    "dtypes", [("float32",) * 2, ("float64", "float32"), ("float32", "float64")]
)
def test_the_gradients_have_the_dtype_of_x(rng, dtypes):
    norm = make(rng, 3, eps=0.1)
    grad_y, x = rng.normal(size=(6, 3)).astype(dtypes[0]), draw(rng, 6, 3).astype(dtypes[1])
    expected = torch_backward(norm, grad_y, x, 0.1)
    # Sums of a grad_y in float32 may be as precise as that.
    assert_close(norm.backward(grad_y, x), expected, rtol=1e-5)


def test_results_stay_as_they_are_in_later_calls(rng):
    norm, x, grad_y = make(rng, 3), draw(rng, 5, 3), rng.normal(size=(5, 3))
    results = [norm.forward(x.copy(), mode) for mode in (True, False)]
    results += norm.backward(grad_y.copy(), x.copy())
    before = copy.deepcopy(results)
    norm.forward(x + 1.0, True)
    norm.forward(x + 1.0, False)
    norm.backward(grad_y + 1.0, x * 2.0)
    assert_close(results, before)


def forward(x, training):
    return make(np.random.default_rng(3), 3, eps=0.1).forward(x, training)


def backward(grad_y, x):
    return make(np.random.default_rng(3), 3, eps=0.1).backward(grad_y, x)


@manners()
def test_manners(rng):
    x, grad_y = draw(rng, 5, 3), rng.normal(size=(5, 3))
    return partial(forward, x, True), partial(forward, x, False), partial(backward, grad_y, x)


@pytest.mark.parametrize(
    "shape", [(0, 3), (1, 3), (5, 1), (5, 2), (5, 4)], ids=lambda shape: f"x of shape {shape}"
)
def test_too_few_rows_or_other_features_raise_a_value_error(shape):
    assert_value_error(BatchNorm(3).forward, np.zeros(shape), training=True)
    assert_value_error(BatchNorm(3).backward, np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize(("features", "columns"), [(3, 1), (3, 2), (3, 4), (1, 3)])
def test_evaluation_raises_a_value_error_for_other_features(features, columns):
    assert_value_error(BatchNorm(features).forward, np.zeros((5, columns)), training=False)


@pytest.mark.parametrize("shape", [(1, 3), (5, 1), (4, 3), (3,), (1, 5, 3), (5, 1, 3)], ids=str)
def test_a_gradient_of_another_shape_than_x_raises_a_value_error(shape):
    assert_value_error(BatchNorm(3).backward, np.zeros(shape), np.zeros((5, 3)))


@pytest.mark.speed
@MODES
def test_forward_has_no_python_loop(rng, training):
    assert_vectorized(
        lambda x: BatchNorm(x.shape[1]).forward(x, training),
        lambda rows, features: (draw(rng, rows, features),),
    )


@pytest.mark.speed
def test_backward_has_no_python_loop(rng):
    assert_vectorized(
        lambda grad_y, x: BatchNorm(x.shape[1]).backward(grad_y, x),
        lambda rows, features: (rng.normal(size=(rows, features)), draw(rng, rows, features)),
    )

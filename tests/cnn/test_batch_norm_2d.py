import copy
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from exercises.cnn.batch_norm_2d import BatchNorm2d
from kata.testing import (
    assert_close,
    assert_value_error,
    assert_vectorized,
    manners,
    share_nothing,
)

IN_TORCH = {
    "gamma": "weight",
    "beta": "bias",
    "running_mean": "running_mean",
    "running_var": "running_var",
}
CASES = [
    ((3, 4, 2, 5), 1e-5),
    ((3, 4, 2, 5), 0.1),
    ((4, 4, 4, 4), 1.0),
    ((5, 2, 3, 2), 0.3),
    ((5, 3, 1, 1), 0.01),
    ((1, 3, 2, 4), 0.1),
    ((2, 1, 4, 3), 3.0),
    ((1, 2, 1, 2), 0.5),
    ((2, 1, 1, 1), 0.1),
    ((2, 3, 5, 4), 0.0),
]
MODES = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])


def draw(rng, *shape):
    """Pictures whose channels differ in mean and in spread, and pictures in both too."""
    spread = rng.uniform(0.3, 4.0, size=(shape[1], 1, 1))
    return rng.normal(size=shape) * spread + rng.normal(scale=3.0, size=(*shape[:2], 1, 1))


def assign(rng, *norms):
    """Give layers the same four attributes, which all show in their results."""
    n_channels = len(norms[0].gamma)
    values = {name: rng.normal(size=n_channels) for name in IN_TORCH}
    values["running_var"] = rng.uniform(0.2, 3.0, size=n_channels)
    for norm in norms:
        for name, value in values.items():
            setattr(norm, name, value.copy())


def double_gamma(rng, *norms):
    for norm in norms:
        norm.gamma *= 2.0


def make(rng, n_channels, **settings):
    norm = BatchNorm2d(n_channels, **settings)
    assign(rng, norm)
    return norm


def attributes(norm):
    return {name: np.array(getattr(norm, name)) for name in IN_TORCH}


def step(norm, x, training):
    return {"y": norm.forward(x, training), **attributes(norm)}


def torch_norm(norm, eps=1e-5, momentum=0.1):
    """torch's layer in the state of `norm`; its eps has to be above 0."""
    other = torch.nn.BatchNorm2d(len(norm.gamma), eps or 1e-300, momentum, dtype=torch.float64)
    state = {IN_TORCH[name]: torch.tensor(array) for name, array in attributes(norm).items()}
    other.load_state_dict(state, strict=False)
    return other


def torch_step(other, x, training):
    """As `step`, but in float64 whatever x is, except that y has x's dtype."""
    y = other.train(training)(torch.tensor(x, dtype=torch.float64)).detach().numpy()
    state = {name: getattr(other, its).detach().numpy().copy() for name, its in IN_TORCH.items()}
    return {"y": y.astype(x.dtype), **state}


# --- Forward ---------------------------------------------------------------------------------


def test_two_channels_normalized_by_hand():
    # The means are 2 and 10, the variances 8/3 and 0; √(8/3 + 4/3) = 2.
    x = np.array([[[[0.0, 2.0, 4.0]], [[10.0, 10.0, 10.0]]]])
    y = BatchNorm2d(2, eps=4 / 3).forward(x, training=True)
    assert_close(y, np.array([[[[-1.0, 0.0, 1.0]], [[0.0, 0.0, 0.0]]]]))


def test_running_values_worked_out_by_hand():
    # Of 0, 0, 4 and 4: the mean is 2, the unbiased variance 16/3.
    norm = BatchNorm2d(1, momentum=0.25)
    norm.forward(np.array([[[[0.0, 0.0]]], [[[4.0, 4.0]]]]), training=True)
    expected = [np.array([0.5]), np.array([0.75 + 4 / 3])]
    assert_close([norm.running_mean, norm.running_var], expected)


def test_each_layer_has_four_arrays_of_its_own_ones_and_zeros():
    norm, other = BatchNorm2d(3), BatchNorm2d(3)
    for i, name in enumerate(IN_TORCH):
        array = getattr(norm, name)
        array *= 0.0
        array += i
    ones, zeros = np.ones(3), np.zeros(3)
    fresh = {"gamma": ones, "beta": zeros, "running_mean": zeros, "running_var": ones}
    written = {name: np.full(3, float(i)) for i, name in enumerate(IN_TORCH)}
    assert_close([attributes(norm), attributes(other)], [written, fresh])


@MODES
@pytest.mark.parametrize(("shape", "eps"), CASES, ids=str)
def test_a_step_agrees_with_torch(rng, shape, eps, training):
    norm, x = make(rng, shape[1], eps=eps), draw(rng, *shape)
    expected = torch_step(torch_norm(norm, eps), x, training)
    assert_close(step(norm, x, training), expected)


@pytest.mark.parametrize("shape", [(0, 3, 2, 4), (1, 3, 1, 1), (2, 3, 0, 4)], ids=str)
def test_evaluation_takes_any_number_of_pixels(rng, shape):
    norm, x = make(rng, 3, eps=0.1), draw(rng, *shape)
    expected = torch_step(torch_norm(norm, 0.1), x, training=False)
    assert_close(step(norm, x, training=False), expected)


@pytest.mark.parametrize(
    "settings", [{}, {"eps": 0.01, "momentum": 0.3}, {"momentum": 0.0}, {"momentum": 1.0}], ids=str
)
def test_train_evaluate_and_train_again_as_torch_does(rng, settings):
    norm = BatchNorm2d(3, **settings)
    other = torch_norm(norm, **settings)
    for n, training in [(4, True), (1, True), (2, False), (3, True), (2, False)]:
        x = draw(rng, n, 3, 2, 3) * 0.01
        expected = torch_step(other, x, training)
        assert_close(step(norm, x, training), expected)


@MODES
@pytest.mark.parametrize("name", IN_TORCH)
def test_an_attribute_of_zeros_is_taken_as_it_is(rng, name, training):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 2, 3, 4, 5)
    setattr(norm, name, np.zeros(3))
    expected = torch_step(torch_norm(norm, 0.1), x, training)
    assert_close(step(norm, x, training), expected)


@share_nothing()
def test_layers_share_nothing(rng):
    x = draw(rng, 2, 3, 4, 5)
    norms = [partial(BatchNorm2d, 3, eps=0.5), partial(BatchNorm2d, 2, momentum=0.7)]
    return norms, lambda norm: [step(norm, x[:, : len(norm.gamma)], mode) for mode in (True, False)]


@MODES
@pytest.mark.parametrize(
    ("dtype", "digits"), [(np.float32, 1e-6), (np.float64, 1e-8)], ids=["float32", "float64"]
)
def test_a_large_mean_costs_no_digits(rng, training, dtype, digits):
    # With means of 1e6, float64 keeps ten digits behind the point; sums lose one or two of them.
    # The means themselves are none that float32 could hold.
    means = np.array([1e6 + 0.03, -1e6 - 0.03, 0.0])
    norm = make(rng, 3, eps=0.1)
    norm.gamma = np.array([1.0, -2.0, 0.5])
    x = (rng.normal(size=(3, 3, 4, 2)) + means[:, None, None]).astype(dtype)
    norm.running_mean = np.zeros(3) if training else means
    expected = torch_step(torch_norm(norm, 0.1), x, training)
    assert_close(step(norm, x, training), expected, atol=digits)


@MODES
@pytest.mark.parametrize("dtype", [np.float16, np.float32], ids=["float16", "float32"])
def test_y_has_the_dtype_of_x_and_the_attributes_stay_float64(rng, training, dtype):
    norm, x = make(rng, 3, eps=0.1), draw(rng, 3, 3, 4, 5).astype(dtype)
    expected = torch_step(torch_norm(norm, 0.1), x, training)
    assert_close(step(norm, x, training), expected)


@pytest.mark.parametrize(("gamma", "beta", "w"), [(1.0, 0.0, -5.0), (1e4, 99990.0, -5e4)])
def test_no_step_in_between_is_in_float16(gamma, beta, w):
    # It holds no number above 65,504.
    norm, x = BatchNorm2d(1, eps=0.0), np.full((1, 1, 1, 1), -6e4, np.float16)
    norm.gamma, norm.beta = np.array([gamma]), np.array([beta])
    norm.running_mean, norm.running_var = np.array([6e4]), np.array([1.44e8])
    tens = np.full_like(x, -10.0)
    expected = tens, (np.full_like(x, w), tens.ravel())
    assert_close((norm.forward(x, training=False), norm.folded(x, x.ravel())), expected)


# --- Folding ---------------------------------------------------------------------------------


def draw_convolution(rng, c_out=4, c_in=3, kernel=(2, 3)):
    return rng.normal(size=(c_out, c_in, *kernel)), rng.normal(size=c_out)


def convolved(x, w, b):
    return F.conv2d(*map(torch.tensor, (x, w, b)), padding=1)


def test_a_convolution_folded_by_hand():
    # √(3 + 1) = 2, so the scale is 6 / 2 = 3, and the bias 3 · (10 − 4) + 0.5.
    norm = BatchNorm2d(1, eps=1.0)
    norm.gamma, norm.beta = np.array([6.0]), np.array([0.5])
    norm.running_mean, norm.running_var = np.array([4.0]), np.array([3.0])
    folded = norm.folded(np.array([[[[1.0, -2.0]]]]), np.array([10.0]))
    assert_close(folded, (np.array([[[[3.0, -6.0]]]]), np.array([18.5])))


@pytest.mark.parametrize(
    ("c_out", "c_in", "kernel"),
    [(4, 3, (2, 3)), (3, 3, (3, 3)), (2, 4, (1, 1)), (1, 2, (3, 1))],
    ids=str,
)
def test_the_folded_convolution_does_the_work_of_both_layers(rng, c_out, c_in, kernel):
    norm, x = make(rng, c_out, eps=0.3), draw(rng, 2, c_in, 5, 6)
    w, b = draw_convolution(rng, c_out, c_in, kernel)
    both = torch_norm(norm, 0.3).eval()(convolved(x, w, b)).detach().numpy()
    expected = both, attributes(norm)
    assert_close((convolved(x, *norm.folded(w, b)).numpy(), attributes(norm)), expected)


# --- Together --------------------------------------------------------------------------------


def test_it_agrees_with_the_reference_after_some_steps(rng, reference):
    norm, other = BatchNorm2d(4, 0.05, 0.7), reference.BatchNorm2d(4, 0.05, 0.7)
    for training in (True, True, False):
        x, (w, b) = draw(rng, 3, 4, 5, 2), draw_convolution(rng)
        expected = step(other, x.copy(), training), other.folded(w.copy(), b.copy())
        assert_close((step(norm, x, training), norm.folded(w, b)), expected)


@MODES
def test_attributes_that_were_assigned_or_changed_are_used_by_the_next_call(
    rng, reference, training
):
    norm, other = BatchNorm2d(4), reference.BatchNorm2d(4)
    x, (w, b) = draw(rng, 2, 4, 3, 5), draw_convolution(rng)
    # The same objects in every call: nothing but the attributes changes.
    same_x, same_w, same_b = x.copy(), w.copy(), b.copy()
    for change in (double_gamma, assign, double_gamma):
        change(rng, norm, other)
        expected = other.folded(w.copy(), b.copy()), step(other, x.copy(), training)
        assert_close((norm.folded(same_w, same_b), step(norm, same_x, training)), expected)


@MODES
def test_arrays_with_new_values_give_new_results(rng, reference, training):
    norm, other = BatchNorm2d(4), reference.BatchNorm2d(4)
    assign(rng, norm, other)
    x, (w, b) = draw(rng, 2, 4, 3, 5), draw_convolution(rng)
    for _ in range(2):
        expected = other.folded(w.copy(), b.copy()), step(other, x.copy(), training)
        assert_close((norm.folded(w, b), step(norm, x, training)), expected)
        x[...], (w[...], b[...]) = draw(rng, 2, 4, 3, 5), draw_convolution(rng)


def test_results_stay_as_they_are_in_later_calls(rng):
    norm, x, (w, b) = make(rng, 4), draw(rng, 2, 4, 3, 5), draw_convolution(rng)
    results = [norm.forward(x.copy(), mode) for mode in (True, False)]
    results += norm.folded(w.copy(), b.copy())
    before = copy.deepcopy(results)
    norm.forward(x + 1.0, True)
    norm.forward(x + 1.0, False)
    norm.folded(w + 1.0, b + 1.0)
    assert_close(results, before)


def forward(x, training):
    return make(np.random.default_rng(3), 3, eps=0.1).forward(x, training)


def folded(w, b):
    return make(np.random.default_rng(3), 4, eps=0.1).folded(w, b)


def forward_unchanged(x):
    return BatchNorm2d(3, eps=0.0).forward(x, False)


def folded_unchanged(w, b):
    return BatchNorm2d(4, eps=0.0).folded(w, b)


@manners()
def test_manners(rng):
    x, (w, b) = draw(rng, 2, 3, 4, 5), draw_convolution(rng)
    return (
        partial(forward, x, True),
        partial(forward, x, False),
        partial(folded, w, b),
        partial(forward_unchanged, x),
        partial(folded_unchanged, w, b),
    )


@MODES
@pytest.mark.parametrize(
    "shape",
    [
        (2, 1, 4, 5),
        (3, 4, 3, 3),
        (3,),
        (5, 3),
        (3, 4, 5),
        (2, 3, 5),
        (3, 3, 5),
        (2, 3, 4, 5, 1),
        (2, 3, 3, 4, 5),
    ],
    ids=str,
)
def test_pictures_with_other_channels_or_axes_raise_a_value_error(shape, training):
    assert_value_error(BatchNorm2d(3).forward, np.zeros(shape), training)


@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
def test_many_channels_where_there_is_one_raise_a_value_error(training):
    assert_value_error(BatchNorm2d(1).forward, np.zeros((2, 3, 4, 5)), training)
    assert_value_error(BatchNorm2d(1).folded, np.zeros((3, 1, 2, 2)), np.zeros(1))
    assert_value_error(BatchNorm2d(1).folded, np.zeros((3, 1, 2, 2)), np.zeros(3))


@pytest.mark.parametrize("shape", [(0, 3, 4, 5), (1, 3, 1, 1), (2, 3, 0, 4)], ids=str)
def test_training_on_fewer_than_two_pixels_raises_a_value_error(shape):
    assert_value_error(BatchNorm2d(3).forward, np.zeros(shape), training=True)


@pytest.mark.parametrize(
    ("of_w", "of_b"),
    [((1, 3, 2, 2), (3,)), ((4, 3, 2, 2), (4,)), ((3, 3, 2, 2), (1,)), ((3, 3, 2, 2), (3, 1))],
    ids=str,
)
def test_a_convolution_with_other_channels_raises_a_value_error(of_w, of_b):
    assert_value_error(BatchNorm2d(3).folded, np.zeros(of_w), np.zeros(of_b))


@pytest.mark.speed
@MODES
def test_forward_has_no_python_loop(rng, training):
    assert_vectorized(
        lambda x: BatchNorm2d(x.shape[1]).forward(x, training),
        lambda pictures, channels, rows, columns: (draw(rng, pictures, channels, rows, columns),),
    )

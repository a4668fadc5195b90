from functools import partial

import numpy as np
import pytest

from exercises.practice.leakage import choose_columns, draw_test_rows, held_out_scores
from kata.testing import assert_close, draws, manners

A, B, C, D = 2**60, 7, 2**60 + 1, 3
PATIENTS = np.array([A, B, A, A, C, B, A, D, A])

# --- draw_test_rows --------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "drawn"), [(0.5, 2), (0.25, 1), (0.7, 2), (0.125, 0), (1.0, 4)])
def test_a_share_of_the_patients_is_drawn_with_all_their_rows(rng, share, drawn):
    test = draw_test_rows(PATIENTS, share, rng)
    sides = {patient: set(test[patient == PATIENTS].tolist()) for patient in (A, B, C, D)}
    assert_close([str(patient) for patient, side in sides.items() if len(side) == 2], [])
    assert_close(sum(side == {True} for side in sides.values()), drawn)
    assert_close((test.shape, test.dtype.name), ((9,), "bool"))


def test_no_patient_is_drawn_twice(rng):
    test = draw_test_rows(np.arange(100).repeat(2), 0.75, rng)
    assert_close(int(test.sum()), 150)


def test_many_rows_make_no_patient_more_likely(rng):
    # Of 400 draws a fourth, with a standard deviation of 2.2 %.
    drawn = [draw_test_rows(PATIENTS, 0.25, rng) for _ in range(400)]
    shares = np.mean(drawn, axis=0)[[7, 1, 4, 0]]
    assert_close(shares, np.full(4, 0.25), rtol=0.0, atol=0.12)


def test_one_of_many_patients_may_be_any(rng):
    patients = np.arange(100_000)
    late = max(int(draw_test_rows(patients, 1.5e-5, rng).argmax()) for _ in range(10)) >= 20_000
    # All of ten are in the first fifth with odds of 1e-7. Where patients are sorted by random
    # numbers with ties, they always are.
    assert_close(late, True)


@draws()
def test_it_draws_from_rng(rng):
    return draw_test_rows(np.arange(100).repeat(2), 0.5, rng)


# --- choose_columns --------------------------------------------------------------------------


def test_a_columns_scale_and_sign_do_not_count():
    y = np.array([0, 0, 1, 1])
    x = np.array([[9.0, 0.02, 1.0], [0.0, 0.02, 0.0], [7.0, 0.01, 1.0], [5.0, 0.01, 1.0]])
    assert_close(choose_columns(x, y, 2), np.array([1, 2]))


@pytest.mark.parametrize("keep", [1, 3, 8])
def test_the_columns_most_correlated_with_y_are_chosen(rng, keep):
    x, y = (rng.normal(size=(11, 8)) + 5.0) * np.logspace(-12, 2, 8), np.arange(11) % 2
    correlations = [abs(np.corrcoef(column, y)[0, 1]) for column in x.T]
    expected = np.sort(np.argsort(correlations)[::-1][:keep])
    assert_close(choose_columns(x, y, keep), expected)


# --- held_out_scores, one leak at a time -----------------------------------------------------


def scores_of(train, y, rates, rows, row_rates):
    """The scores of rows by hand: all columns, and rates that are known."""
    mean, std = train.mean(axis=0), train.std(axis=0)
    train = np.column_stack([(train - mean) / std, rates])
    rows = np.column_stack([(rows - mean) / std, row_rates])
    c0, c1 = train[y == 0].mean(axis=0), train[y == 1].mean(axis=0)
    return np.array([np.sum((row - c0) ** 2) - np.sum((row - c1) ** 2) for row in rows])


def test_a_score_worked_out_by_hand():
    # The training rows 0, 0, 2, 2 become -1, -1, 1, 1; the test row becomes 2: 3² - 1².
    x = np.array([[0.0], [0.0], [3.0], [2.0], [2.0]])
    test = np.array([False, False, True, False, False])
    scores = held_out_scores(x, np.array([0, 0, 0, 1, 1]), np.arange(5), test, keep=1)
    assert_close(scores, np.array([8.0]))


def test_columns_are_scaled_by_the_training_rows(rng):
    # All columns are kept, and no clinic has two rows.
    x, y, test = rng.normal(size=(14, 3)), np.arange(14) % 2, np.arange(14) >= 9
    x[test] = 10 * x[test] + 30
    x *= np.array([1e-9, 1.0, 1e3])
    expected = scores_of(x[~test], y[~test], np.full(9, 0.5), x[test], np.full(5, 0.5))
    assert_close(held_out_scores(x, y, np.arange(14), test, keep=3), expected)


def test_columns_are_chosen_by_the_training_rows():
    # Column 0 is right on the training rows, column 1 on all rows together. Either half has the
    # same rows, so its scale is that of all.
    half = np.array([[-1.0, -1.0], [-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, 1.0]])
    x, test = np.concatenate([half, half]), np.arange(12) >= 6
    y = np.array([0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1])
    expected = scores_of(half[:, :1], y[:6], np.full(6, 0.5), half[:, :1], np.full(6, 0.5))
    assert_close(held_out_scores(x, y, np.arange(12), test, keep=1), expected)


def test_a_rate_is_that_of_the_other_training_rows(rng):
    half = rng.normal(size=(8, 2))
    x, test = np.concatenate([half, half]), np.arange(16) >= 8
    clinics = np.array([5, 5, 5, 8, 8, 2, 2, 4, 5, 8, 8, 2, 6, 6, 4, 5]) - 5
    y = np.array([1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0])
    rates = np.array([0.5, 0.5, 1.0, 1.0, 0.0, 1.0, 1.0, 0.5])
    row_rates = np.array([2 / 3, 0.5, 0.5, 1.0, 0.5, 0.5, 0.0, 2 / 3])
    expected = scores_of(half, y[:8], rates, half, row_rates)
    assert_close(held_out_scores(x, y, clinics, test, keep=2), expected)


# --- held_out_scores, all together -----------------------------------------------------------


def draw_noise(rng, n, d):
    """Rows whose labels have nothing to do with them."""
    y = rng.permutation(np.arange(n) % 2)
    return rng.normal(size=(n, d)), y, rng.integers(n // 3, size=n)


def test_what_the_labels_of_test_rows_are_changes_no_score(rng):
    x, y, clinics = draw_noise(rng, 40, 12)
    test = np.arange(40) % 2 == 0
    expected = held_out_scores(x, y, clinics, test, keep=4)
    other = np.where(test, 1 - y, y)
    assert_close(held_out_scores(x, other, clinics, test, keep=4), expected)


def test_what_other_test_rows_hold_changes_no_score(rng):
    x, y, clinics = draw_noise(rng, 40, 12)
    test = np.arange(40) % 2 == 0
    expected = held_out_scores(x, y, clinics, test, keep=4)[:3].copy()
    others = test & (np.arange(40) >= 6)
    x, clinics = x.copy(), np.where(others, clinics[::-1], clinics)
    x[others] = 10 * x[others] + 30
    assert_close(held_out_scores(x, y, clinics, test, keep=4)[:3].copy(), expected)


def test_noise_cannot_be_predicted(rng):
    # 960 guesses are right in half of the cases, with a standard deviation of 1.6 %.
    hits = []
    for _ in range(24):
        x, y, clinics = draw_noise(rng, 80, 200)
        test = rng.permutation(80) < 40
        hits.append((held_out_scores(x, y, clinics, test, keep=10) > 0) == (y[test] == 1))
    assert_close({"right in over 60 %": bool(np.mean(hits) > 0.6)}, {"right in over 60 %": False})


def test_it_agrees_with_the_reference(rng, reference):
    # Each of the two clinics has more rows than a uint8 can count.
    x, y, clinics = draw_noise(rng, 1200, 7)
    y, clinics, test = y.astype(np.uint8), clinics % 2, rng.permutation(1200) < 12
    expected = reference.held_out_scores(x, y, clinics, test, keep=3)
    assert_close(held_out_scores(x, y, clinics, test, keep=3), expected)


@manners(dtypes=())
def test_manners(rng):
    x, y, clinics = draw_noise(rng, 24, 5)
    test = np.arange(24) >= 15
    scores = partial(held_out_scores, x, y, clinics, test)
    patients = rng.permutation(np.repeat([-100, 100, 101], 8))

    def drawn(patients, share, seed):
        return draw_test_rows(patients, share, np.random.default_rng(seed))

    return (
        partial(scores, keep=2),
        partial(scores, keep=5),
        partial(choose_columns, x, y, 2),
        partial(drawn, patients, 0.4, 1),
    )

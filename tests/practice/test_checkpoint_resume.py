import copy
from functools import partial

import numpy as np
import pytest

from exercises.practice.checkpoint_resume import Trainer
from kata.testing import assert_close, share_nothing, unchanged

exactly = partial(assert_close, rtol=0.0, atol=0.0)


@pytest.fixture
def data(rng):
    return rng.normal(size=(7, 2)), rng.normal(size=7)


def make(data, seed, **settings):
    """A trainer whose epochs have batches of 3, 3 and 1 rows."""
    return Trainer(*data, seed, **({"batch_size": 3} | settings))


def run(trainer, steps):
    """What can be seen after each of some steps."""
    return [(trainer.step(), seen(trainer)) for _ in range(steps)]


def seen(trainer):
    names = ("params", "m", "v", "t", "lr", "epoch", "order")
    return copy.deepcopy({name: getattr(trainer, name) for name in names})


def frozen(state):
    """A copy, in which a generator, which should not be there, is seen by its state."""
    if isinstance(state, dict):
        return {name: frozen(part) for name, part in state.items()}
    state = getattr(state, "bit_generator", state)
    return copy.deepcopy(getattr(state, "state", state))


def parts_of(value):
    if isinstance(value, dict):
        return [part for item in [*value, *value.values()] for part in parts_of(item)]
    if isinstance(value, list | tuple):
        return [part for item in value for part in parts_of(item)]
    return [value]


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 6, 8, 15])
def test_the_run_goes_on_as_it_would_have(data, steps):
    undisturbed, stopped, resumed = make(data, seed=1), make(data, seed=1), make(data, seed=2)
    expected = run(undisturbed, steps + 7)[steps:]
    run(stopped, steps)
    resumed.load(stopped.state())
    exactly(run(resumed, 7), expected)


@pytest.mark.parametrize("steps", [0, 1, 3, 5])
def test_at_once_all_is_as_it_was(data, steps):
    stopped, resumed = make(data, seed=1), make(data, seed=2)
    run(stopped, steps)
    expected = seen(stopped)
    resumed.load(stopped.state())
    exactly(seen(resumed), expected)


@pytest.mark.parametrize("batch_size", [1, 2, 4, 7, 20])
@pytest.mark.parametrize("steps", [1, 2, 9])
def test_batches_may_be_of_any_size(rng, batch_size, steps):
    data = rng.normal(size=(7, 3)), rng.normal(size=7)
    undisturbed, stopped, resumed = (make(data, seed=s, batch_size=batch_size) for s in (5, 5, 6))
    expected = run(undisturbed, steps + 4)[steps:]
    run(stopped, steps)
    resumed.load(stopped.state())
    exactly(run(resumed, 4), expected)


@pytest.mark.parametrize("earlier", [0, 1, 4])
@pytest.mark.parametrize("steps", [0, 4])
def test_what_the_other_trainer_was_and_did_is_forgotten(data, steps, earlier):
    stopped, resumed = make(data, seed=1, lr=0.2), make(data, seed=2, lr=0.7)
    run(stopped, steps)
    run(resumed, earlier)
    resumed.load(stopped.state())
    expected = run(stopped, 6)
    exactly(run(resumed, 6), expected)


def test_a_state_is_a_snapshot(data):
    trainer, resumed = make(data, seed=1), make(data, seed=2)
    run(trainer, 2)
    state = trainer.state()
    kept = frozen(state)
    expected = run(trainer, 5)
    trainer.state()
    exactly(frozen(state), kept)
    resumed.load(state)
    exactly(run(resumed, 5), expected)


def test_a_state_may_be_loaded_again(data):
    trainer = make(data, seed=1)
    run(trainer, 2)
    state = trainer.state()
    expected = run(trainer, 5)
    with unchanged(state):
        for resumed in (make(data, seed=2), trainer, make(data, seed=3)):
            resumed.load(state)
            exactly(run(resumed, 5), expected)


def test_two_trainers_may_load_one_state_and_take_turns(data):
    trainer, one, other = make(data, seed=1), make(data, seed=2), make(data, seed=3)
    run(trainer, 4)
    state = trainer.state()
    one.load(state)
    other.load(state)
    expected = [step for step in run(trainer, 5) for _ in range(2)]
    exactly([step for _ in range(5) for step in run(one, 1) + run(other, 1)], expected)


@share_nothing()
def test_trainers_share_nothing(rng):
    trainers = [
        partial(make, (rng.normal(size=(n, 2)), rng.normal(size=n)), n, batch_size=n - 4, lr=1 / n)
        for n in (6, 7)
    ]
    return trainers, lambda trainer: [run(trainer, 4), trainer.state()]


def test_a_resumed_run_may_be_stopped_again(data):
    undisturbed, trainer = make(data, seed=1), make(data, seed=1)
    expected = run(undisturbed, 9)
    result = []
    for seed in range(2, 11):
        result += run(trainer, 1)
        state = trainer.state()
        trainer = make(data, seed=seed)
        run(trainer, len(result))
        trainer.state()
        trainer.load(state)
        trainer.load(trainer.state())
    exactly(result, expected)


def test_neither_saving_nor_writing_into_a_state_disturbs(data):
    undisturbed, trainer = make(data, seed=1), make(data, seed=1)
    expected = run(undisturbed, 8)
    result = []
    for _ in range(8):
        for part in parts_of(trainer.state()):
            if isinstance(part, np.ndarray) and part.flags.writeable:
                part[...] = 0
        result += run(trainer, 1)
    exactly(result, expected)


@pytest.mark.parametrize("steps", [0, 2])
def test_a_state_is_plain_data(data, steps):
    trainer = make(data, seed=1)
    run(trainer, steps)
    state = trainer.state()
    plain = str, int, float, bool, type(None), np.ndarray, np.generic
    strange = {type(part).__name__ for part in parts_of(state) if not isinstance(part, plain)}
    objects = {str(part.dtype) for part in parts_of(state) if isinstance(part, np.ndarray)}
    assert_close(type(state), dict)
    assert_close({"not plain": sorted(strange)}, {"not plain": []})
    assert_close({"arrays of objects": "object" in objects}, {"arrays of objects": False})


def test_a_state_holds_more_than_a_key_to_what_is_kept_elsewhere(data):
    trainer = make(data, seed=1)
    run(trainer, 2)
    # Parameters, m, v and the generator alone have some 200 digits.
    long = len(str(trainer.state())) >= 100
    assert_close({"100 characters or more": long}, {"100 characters or more": True})


def test_the_data_are_no_part_of_a_state(rng):
    # A permutation of the rows may be there, and some twenty numbers.
    trainer = Trainer(rng.normal(size=(1000, 2)), rng.normal(size=1000), seed=1)
    run(trainer, 2)
    size = sum(np.size(part) for part in parts_of(trainer.state()))
    assert_close({"numbers, up to 1500": size <= 1500}, {"numbers, up to 1500": True})


def test_it_agrees_with_the_reference(data, reference):
    expected = run(reference.Trainer(*data, 4, batch_size=3), 10)
    trainer, resumed = make(data, seed=4), make(data, seed=5)
    result = run(trainer, 5)
    resumed.load(trainer.state())
    assert_close(result + run(resumed, 5), expected)

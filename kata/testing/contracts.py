"""Contracts: what families of katas owe beside their manners.

Here are schedules, what draws, and objects.

Like the manners, a contract is declared once and compares an answer with itself:

    @draws()
    def test_it_draws_from_rng(rng):
        return dropout(np.ones((40, 50)), 0.5, rng)
"""

import itertools
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from kata.gauges import python_work
from kata.testing.manners import Test, named_like
from kata.testing.notes import SideEffectError, recorder
from kata.testing.speed import assert_memory_at_most, steps_beyond
from kata.testing.values import agree, assert_close, check_same, describe


def contract(
    promises: dict[str, Callable[..., None]], speed: dict[str, Callable[..., None]] | None = None
) -> Callable[[Callable[..., Any]], Test]:
    """Turn what a family owes, by what it is called, into the decorator of a declaration.

    `speed` are the promises that are marked as tests of speed.
    """
    speed = speed or {}
    names = [*promises, *(pytest.param(name, marks=pytest.mark.speed) for name in speed)]

    def declare(declaration: Callable[..., Any]) -> Test:
        @pytest.mark.parametrize("promise", names)
        def test(rng: np.random.Generator, promise: str) -> None:
            __tracebackhide__ = True
            (promises | speed)[promise](declaration, rng)

        return named_like(declaration, test)

    return declare


# --- Schedules -------------------------------------------------------------------------------


def schedule() -> Callable[[Callable[[int], Any]], Test]:
    """Turn a function that gives a schedule of some length into the tests of its contract.

        @schedule()
        def test_it_is_a_schedule(length):
            return partial(warmup_cosine, peak=0.1, warmup=length // 10, total=length)

    A schedule gives the rate of a step. One that has no end has no use for `length`.
    """
    return contract(_SCHEDULE)


def torch_rates(kind: Callable[..., Any], lr: float, steps: int, **settings: Any) -> list[float]:
    """The rates of so many steps, from step 0 on, of a schedule in torch.optim.lr_scheduler."""
    import torch

    own = torch.optim.SGD([torch.zeros(1)], lr)
    rates, its_schedule = [], kind(own, **settings)
    own.step()  # Once is enough for torch not to warn.
    for _ in range(steps):
        rates.append(its_schedule.get_last_lr()[0])
        its_schedule.step()
    return rates


def _depends_on_the_step_alone(make: Callable[[int], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    rate, steps = make(100), [0, 1, 5, 10, 11, 64, 100, 1000]
    expected = [rate(step) for step in steps]
    assert_close([rate(step) for step in reversed(steps)], expected[::-1])


def _gives_floats(make: Callable[[int], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    for step in (0, 1, 10, 64, 100, 1000):
        got = make(100)(step)
        problem = f"got {describe(got)}, expected a float"
        recorder.check(type(got), float, None if isinstance(got, float) else problem)


def _works_at_once_at_any_step(make: Callable[[int], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    # Near its start, and far beyond its end. Other phases of a schedule may cost a little more.
    for length in (100_000, 40):
        _check_cost("the step", make(length), 64, 4_096)


def _works_at_once_at_any_length(make: Callable[[int], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    _check_cost("the length of the schedule", lambda length: make(length)(7), 100, 6_400)
    _check_cost(
        "the length of the schedule", lambda length: make(length)(length * 6 // 10), 100, 6_400
    )


def _check_cost(of: str, function: Callable[[int], Any], small: int, large: int) -> None:
    __tracebackhide__ = True
    few = python_work(function, small)
    many, then = steps_beyond(few, function, (large,))
    grows = many - few > 16
    problem = f"the work grows with {of}: {few} interpreter steps, then {then}"
    recorder.check((of, grows), (of, False), problem if grows else None)


def _makes_no_table(make: Callable[[int], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    # Always another length and step, so that no table of an earlier call will do.
    numbers = itertools.count(1_000_000)
    assert_memory_at_most(64 << 10, lambda: make(next(numbers))(7))
    assert_memory_at_most(64 << 10, lambda: make(100)(next(numbers)))


_SCHEDULE = {
    "the rate depends on its arguments alone": _depends_on_the_step_alone,
    "the rate is a float": _gives_floats,
    "a late step costs no more than an early one": _works_at_once_at_any_step,
    "a long schedule costs no more than a short one": _works_at_once_at_any_length,
    "there is no table of all steps": _makes_no_table,
}


# --- What draws ------------------------------------------------------------------------------

# With a thousand seeds of its own, an answer repeats itself in so many calls.
_CALLS = 300


def draws() -> Callable[[Callable[..., Any]], Test]:
    """Turn a function that draws from `rng` into the tests that the draws are rng's, and new.

        @draws()
        def test_it_draws_from_rng(rng):
            return dropout(np.ones((40, 50)), 0.5, rng)

    It must draw so much that two results are never the same by chance.
    """
    return contract(_DRAWS)


def _draws_the_same_from_the_same_state(draw: Callable[..., Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    np.random.seed(11)  # The global generator has no part in it.
    first = draw(np.random.default_rng(11))
    draw(np.random.default_rng(12))
    np.random.seed(13)
    assert_close(draw(np.random.default_rng(11)), first)


def _draws_others_from_another_state(draw: Callable[..., Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    results = [draw(np.random.default_rng(seed)) for seed in (11, 12)]
    same = agree(results[0], results[1], rtol=0.0, atol=0.0)
    problem = "two generators lead to the same draws: is `rng` used?" if same else None
    recorder.check(("the same", same), ("the same", False), problem)


def _draws_anew_in_every_call(draw: Callable[..., Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    generator = np.random.default_rng(14)
    results = [pickle.dumps(draw(generator)) for _ in range(_CALLS)]
    repeated = len(results) - len(set(results))
    problem = f"of {_CALLS} calls with one generator, {repeated} draw what another has drawn."
    recorder.check(("repeated", repeated), ("repeated", 0), problem if repeated else None)


def _leaves_the_global_generator_alone(draw: Callable[..., Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    before = pickle.dumps(np.random.get_state())
    draw(rng)
    same = pickle.dumps(np.random.get_state()) == before
    recorder.check(same, True, None if same else "np.random's own generator is used, not `rng`.")


_DRAWS = {
    "the same state leads to the same draws": _draws_the_same_from_the_same_state,
    "another generator leads to other draws": _draws_others_from_another_state,
    "every call draws anew": _draws_anew_in_every_call,
    "the global generator is left alone": _leaves_the_global_generator_alone,
}


# --- Objects ---------------------------------------------------------------------------------


def share_nothing() -> Callable[[Callable[..., Any]], Test]:
    """Turn ways to make objects, and a use of one, into the test that the objects share nothing.

        @share_nothing()
        def test_objects_share_nothing(rng):
            x = rng.normal(size=(5, 3))
            norms = [partial(BatchNorm, 3, eps=0.1), partial(BatchNorm, 3, momentum=0.5)]
            return norms, lambda norm: norm(x, training=True)

    Let them differ in every setting. Each is used twice.
    """
    return contract({"one is the same beside another": _is_the_same_beside_another})


def _is_the_same_beside_another(declaration: Callable[..., Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    check_share_nothing(*declaration(rng))


def check_share_nothing(makes: Sequence[Callable[[], Any]], use: Callable[[Any], Any]) -> None:
    """Fail where an object gives something else beside others than it does alone."""
    __tracebackhide__ = True
    alone = [[use(own), use(own)] for own in (make() for make in makes)]
    objects = [make() for make in makes]
    rounds = [[use(own) for own in objects] for _ in range(2)]
    beside = [list(results) for results in zip(*rounds, strict=True)]
    why = "where there is another object (is state kept on the class?)"
    check_same(beside, alone, why, error=SideEffectError)

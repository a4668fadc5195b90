"""What families of katas owe beside their manners: optimisers, schedules, and what draws.

Like the manners, a contract is declared once and compares an answer with itself:

    @optimiser()
    def test_it_is_an_optimiser():
        return Adam(lr=0.1)
"""

import copy
import functools
import itertools
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from kata.gauges import python_work
from kata.testing.manners import Test, named_like
from kata.testing.notes import SideEffectError, recorder
from kata.testing.speed import assert_memory_at_most
from kata.testing.values import (
    Array,
    as_array,
    assert_close,
    assert_value_error,
    check_same,
    describe,
    difference,
    in_fortran_order,
    unchanged,
    with_gaps,
)

Params = list[Array]
Grads = Sequence[Array | None]


# --- Optimisers ------------------------------------------------------------------------------

_SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]
_MISFITS = [
    ((3, 2), (2,)),
    ((3, 2), (2, 3)),
    ((3, 2), (1, 2)),
    ((3, 1), (1, 3)),
    ((3, 1), (3,)),
    ((3,), (3, 1)),
    ((3,), (1,)),
    ((0, 2), (2,)),
    ((0, 2), (1, 2)),
]
# Of each parameter, with how far three steps in this precision may be off.
_PRECISIONS: list[tuple[Any, float]] = [
    (np.float32, 1e-5),
    (np.float64, 1e-9),
    (np.float16, 2e-2),
    (np.float64, 1e-9),
    (np.float32, 1e-5),
]
# Of two parameters in five steps, which has a gradient.
_PRESENT = [(True, False), (True, True), (False, False), (False, True), (True, True)]


def optimiser(kind: str = "", **settings: Any) -> Callable[[Callable[[], Any]], Test]:
    """Turn a function that makes an optimiser into the tests of an optimiser's contract.

    An optimiser has `step(params, grads)`, which returns the new parameters. Choose settings that
    suit float16 (an eps of 1e-3), and by which a parameter keeps at least 0.7 of itself in a step.
    `kind` and `settings` are those of the same optimiser in torch.optim, if there is one.
    """
    if not kind:
        return _contract(_OPTIMISER)
    agrees = functools.partial(_agrees_with_torch, kind, settings)
    return _contract({"300 steps agree with torch": agrees} | _OPTIMISER)


def draw_params(rng: np.random.Generator, scale: float = 1.0) -> Params:
    """Parameters, or gradients, of various shapes; two are alike and one is empty."""
    return [rng.normal(scale=scale, size=shape) for shape in _SHAPES]


def take_steps(own: Any, params: Params, steps_of_grads: Sequence[Grads]) -> Params:
    """The parameters after some steps of an optimiser, each with copies that are its own."""
    for grads in steps_of_grads:
        params = own.step(copy.deepcopy(params), copy.deepcopy(grads))
    return params


def torch_steps(
    kind: Callable[..., Any], params: Params, steps_of_grads: Sequence[Grads], **settings: Any
) -> Params:
    """The parameters after some steps of one of torch's optimisers, such as torch.optim.Adam."""
    return copy.deepcopy(_torch_steps(pickle.dumps((kind, params, steps_of_grads, settings))))


# The diagnosis asks the same again for every attempt.
@functools.lru_cache(maxsize=128)
def _torch_steps(pickled: bytes) -> Params:
    import torch

    kind, params, steps_of_grads, settings = pickle.loads(pickled)
    tensors = [torch.tensor(param, requires_grad=True) for param in params]
    own = kind(tensors, **settings)
    for grads in steps_of_grads:
        for tensor, grad in zip(tensors, grads, strict=True):
            tensor.grad = None if grad is None else torch.tensor(grad)
        own.step()
    return [as_array(tensor) for tensor in tensors]


def _agrees_with_torch(
    kind: str, settings: dict[str, Any], make: Callable[[], Any], rng: np.random.Generator
) -> None:
    """Entries of all sizes, from parameters of 0, so that small moves show beside large ones.

    All gradients are positive: sums that cancel would have no digits to compare.
    """
    __tracebackhide__ = True
    import torch

    sizes = 10.0 ** np.linspace(-40, 40, 17)
    steps_of_grads = [[rng.uniform(0.5, 1.5, size=17) * sizes] for _ in range(300)]
    expected = torch_steps(getattr(torch.optim, kind), [np.zeros(17)], steps_of_grads, **settings)
    new = [np.zeros(17)]
    own = make()
    for grads in steps_of_grads:
        new = own.step(new, grads)
    assert_close(new, expected, atol=0.0)


def _leaves_arrays_unchanged(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    own, params = make(), draw_params(rng)
    steps_of_grads: list[list[Array | None]] = [[None, *draw_params(rng)[1:]] for _ in range(3)]
    with unchanged(params, steps_of_grads):
        new = params
        for grads in steps_of_grads:
            new = own.step(new, grads)


def _leaves_earlier_results_unchanged(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    own = make()
    first = own.step(draw_params(rng), draw_params(rng))
    kept, new = copy.deepcopy(first), first
    for _ in range(6):  # Buffers that are used in turn come round, too.
        new = own.step(new, draw_params(rng))
    assert_close(first, kept)


def _keeps_no_array_of_its_caller(make: Callable[[], Any], rng: np.random.Generator) -> None:
    """The caller may write into all that it gave, and all that it was given, after a step."""
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(4)]
    expected = take_steps(make(), params, [[None, *grads[1:]] for grads in steps_of_grads])
    own, buffers = make(), draw_params(rng)
    for grads in steps_of_grads:
        for buffer, grad in zip(buffers, grads, strict=True):
            buffer[...] = grad
        given = params
        new = own.step(given, [None, *buffers[1:]])
        params = copy.deepcopy(new)
        for array in (*given, *buffers):
            array[...] = 1e3
        check_same(new, params, "as it shares memory with an argument", "a result changed")
        for array in new:
            array[...] = 1e3
    assert_close(params, expected)


def _starts_from_the_given_values(make: Callable[[], Any], rng: np.random.Generator) -> None:
    """Parameters that were raised by 1 between two steps are higher by about 1 after the next."""
    __tracebackhide__ = True
    params, first = draw_params(rng), draw_params(rng)
    second: list[Array | None] = [None, *draw_params(rng)[1:]]
    ends = []
    for raised in (0.0, 1.0):
        own = make()
        given = [param + raised for param in take_steps(own, params, [first])]
        ends.append(take_steps(own, given, [second]))
    rises = [high - low for low, high in zip(*ends, strict=True)]
    assert_close(rises, [np.ones_like(param) for param in params], rtol=0.3)


def _leaves_alone_what_has_no_gradient(make: Callable[[], Any], rng: np.random.Generator) -> None:
    """Where a gradient is None, the parameter stays, and its state is that of the step before."""
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng)[:2], []
    for present in _PRESENT:
        drawn = zip(draw_params(rng), present, strict=False)
        steps_of_grads.append([grad if there else None for grad, there in drawn])
    expected = []
    for i, param in enumerate(params):
        own = [[grads[i]] for grads in steps_of_grads if grads[i] is not None]
        expected += take_steps(make(), [param], own)
    assert_close(take_steps(make(), params, steps_of_grads), expected)


def _keeps_a_state_for_each_parameter(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    expected = [
        take_steps(make(), [param], [[grads[i]] for grads in steps_of_grads])[0]
        for i, param in enumerate(params)
    ]
    assert_close(take_steps(make(), params, steps_of_grads), expected)


def _shares_nothing_with_another(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    expected = take_steps(make(), params, steps_of_grads)
    one, other = make(), make()
    mine, theirs = params, draw_params(rng)
    for grads in steps_of_grads:
        mine = take_steps(one, mine, [grads])
        theirs = take_steps(other, theirs, [draw_params(rng)])
    for actual in (mine, take_steps(make(), params, steps_of_grads)):
        why = "where there is another optimiser (is state kept on the class?)"
        check_same(actual, expected, why, error=SideEffectError)


def _keeps_each_dtype(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    for grad in itertools.chain(*steps_of_grads):
        grad += np.copysign(0.5, grad)  # The squares of smaller ones are rough in float16.
    narrowed: list[list[Array | None]] = [[*_narrowed(grads)] for grads in steps_of_grads]
    wide: list[list[Array | None]] = [[*grads] for grads in steps_of_grads]
    for i in (0, 2):  # Not in the first step, nor in the last.
        narrowed[1][i] = wide[1][i] = None
    expected = _narrowed(take_steps(make(), params, wide))
    actual = take_steps(make(), _narrowed(params), narrowed)
    for one, right, (_, off) in zip(actual, expected, _PRECISIONS, strict=True):
        assert_close(one, right, rtol=off, atol=off)


def _narrowed(arrays: Params) -> Params:
    return [array.astype(dtype) for array, (dtype, _) in zip(arrays, _PRECISIONS, strict=True)]


def _takes_any_memory_order(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    expected = take_steps(make(), params, steps_of_grads)
    arrangements: list[tuple[Callable[[Array], Array], Callable[[Array], Array]]] = [
        (in_fortran_order, in_fortran_order),
        (in_fortran_order, np.copy),
        (np.copy, in_fortran_order),
        (with_gaps, with_gaps),
    ]
    for of_params, of_grads in arrangements:
        own, new = make(), params
        for grads in steps_of_grads:
            given = [*map(of_params, new)], [*map(of_grads, grads)]
            for array in (*given[0], *given[1]):
                array.flags.writeable = False
            new = own.step(*given)
        assert_close(new, expected)


def _moves_a_large_parameter_like_a_small_one(
    make: Callable[[], Any], rng: np.random.Generator
) -> None:
    __tracebackhide__ = True
    param, *grads = rng.normal(size=(4, 7))
    copies = 3000
    expected = take_steps(make(), [param], [[grad] for grad in grads])
    large = take_steps(
        make(), [np.tile(param, copies)], [[np.tile(grad, copies)] for grad in grads]
    )
    assert_close(large, [np.tile(expected[0], copies)])


def _takes_no_parameters(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    assert_close(take_steps(make(), [], [[], []]), [])


def _takes_any_sequence(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, grads = draw_params(rng), draw_params(rng)
    expected = take_steps(make(), params, [grads, grads])
    own = make()
    first = own.step(tuple(params), tuple(grads))
    assert_close(own.step(tuple(first), tuple(grads)), expected)


def _refuses_misfits(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    for of_param, of_grad in _MISFITS:
        params = [rng.normal(size=size) for size in (4, of_param, 4)]
        misfits = [rng.normal(size=size) for size in (4, of_grad, 4)]
        assert_value_error(make().step, params, misfits)
        begun = make()
        begun.step(params, params)
        assert_value_error(begun.step, params, misfits)


def _refuses_another_number(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, grads = list(rng.normal(size=(2, 3))), list(rng.normal(size=(2, 3)))
    others: list[tuple[Params, Grads]] = [
        (params, grads[:1]),
        (params[:1], grads),
        (params[:1], [grads[0], None]),
        (params, []),
        ([], grads),
    ]
    for fewer_params, fewer_grads in others:
        assert_value_error(make().step, fewer_params, fewer_grads)
    for fewer_params, fewer_grads in others[:3]:
        begun = make()
        begun.step(params, grads)
        assert_value_error(begun.step, fewer_params, fewer_grads)


_OPTIMISER = {
    "params and grads are left unchanged": _leaves_arrays_unchanged,
    "earlier results are left unchanged": _leaves_earlier_results_unchanged,
    "the caller may write into its arrays after a step": _keeps_no_array_of_its_caller,
    "a step starts from the values that it is given": _starts_from_the_given_values,
    "a gradient of None leaves its parameter and state alone": _leaves_alone_what_has_no_gradient,
    "each parameter has a state of its own": _keeps_a_state_for_each_parameter,
    "two optimisers share nothing": _shares_nothing_with_another,
    "each parameter keeps its dtype": _keeps_each_dtype,
    "arrays may lie in memory in any way": _takes_any_memory_order,
    "any sequence will do": _takes_any_sequence,
    "a large parameter moves like a small one": _moves_a_large_parameter_like_a_small_one,
    "without parameters there is nothing to do": _takes_no_parameters,
    "a gradient of another shape raises a ValueError": _refuses_misfits,
    "another number of gradients raises a ValueError": _refuses_another_number,
}


# --- Schedules -------------------------------------------------------------------------------


def schedule() -> Callable[[Callable[[int], Any]], Test]:
    """Turn a function that gives a schedule of some length into the tests of its contract.

        @schedule()
        def test_it_is_a_schedule(length):
            return partial(warmup_cosine, peak=0.1, warmup=length // 10, total=length)

    A schedule gives the rate of a step. One that has no end has no use for `length`.
    """
    return _contract(_SCHEDULE)


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
    few, many = python_work(function, small), python_work(function, large)
    grows = many - few > 16
    problem = f"the work grows with {of}: {few} interpreter steps, then {many}"
    recorder.check((of, grows), (of, False), problem if grows else None)


def _makes_no_table(make: Callable[[int], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    # Always another length, so that no table of an earlier call will do.
    lengths = itertools.count(100_000)
    assert_memory_at_most(64 << 10, lambda: make(next(lengths))(7))


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
    return _contract(_DRAWS)


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
    same = difference(results[0], results[1], rtol=0.0, atol=0.0) is None
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


def _contract(promises: dict[str, Callable[..., None]]) -> Callable[[Callable[..., Any]], Test]:
    def declare(declaration: Callable[..., Any]) -> Test:
        @pytest.mark.parametrize("promise", promises)
        def test(rng: np.random.Generator, promise: str) -> None:
            __tracebackhide__ = True
            promises[promise](declaration, rng)

        return named_like(declaration, test)

    return declare

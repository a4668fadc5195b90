"""What optimizers owe beside their manners: state, gradients of None, dtypes, aliasing both ways.

It is a contract like the others, declared once for an optimizer:

    @optimizer("Adam", lr=0.1)
    def test_it_is_an_optimizer():
        return partial(Adam, lr=0.1), partial(Adam, lr=0.2, betas=(0.5, 0.9), eps=1e-3)
"""

import copy
import functools
import itertools
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kata.testing.contracts import check_share_nothing, contract
from kata.testing.manners import Test
from kata.testing.values import (
    Array,
    as_array,
    assert_close,
    assert_value_error,
    check_same,
    in_fortran_order,
    unchanged,
    with_gaps,
)

Params = list[Array]
Grads = Sequence[Array | None]

_SHAPES = [(3, 4), (5,), (2, 1, 3), (5,), (0, 2)]
# Shapes of a parameter, and of a gradient that does not fit it, though NumPy may broadcast the two.
MISFITTING_GRADS = [
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


def optimizer(kind: str = "", **settings: Any) -> Callable[[Callable[[], Any]], Test]:
    """Turn a function that gives ways to make optimizers into the tests of an optimizer's contract.

    An optimizer has `step(params, grads)`, which returns the new parameters. All of the contract is
    about the first; the others stand beside it, and should differ from it in every setting. Choose
    settings that suit float16 (an eps of 1e-3), and by which a parameter keeps at least 0.7 of
    itself in a step. `kind` and `settings` are those of the first in torch.optim, if it is there.
    """
    promises = _OPTIMISER
    if kind:
        agrees = functools.partial(_agrees_with_torch, kind, settings)
        promises = {"300 steps agree with torch": agrees} | promises
    of_the_first = {name: _of_the_first(promise) for name, promise in promises.items()}
    return contract(of_the_first | {"two optimizers share nothing": _share_nothing})


def _of_the_first(promise: Callable[..., None]) -> Callable[..., None]:
    def check(declaration: Callable[[], Any], rng: np.random.Generator) -> None:
        __tracebackhide__ = True
        promise(declaration()[0], rng)

    return check


def draw_params(rng: np.random.Generator, scale: float = 1.0) -> Params:
    """Parameters, or gradients, of various shapes; two are alike and one is empty.

    None is near 0: v + (g² − v), which is right where v is forgotten at once, would lose its
    digits.
    """
    drawn = [rng.normal(scale=scale, size=shape) for shape in _SHAPES]
    return [array + np.copysign(scale / 8, array) for array in drawn]


def take_steps(own: Any, params: Params, steps_of_grads: Sequence[Grads]) -> Params:
    """The parameters after some steps of an optimizer, each with copies that are its own."""
    for grads in steps_of_grads:
        params = own.step(copy.deepcopy(params), copy.deepcopy(grads))
    return params


def torch_steps(
    kind: Callable[..., Any], params: Params, steps_of_grads: Sequence[Grads], **settings: Any
) -> Params:
    """The parameters after some steps of one of torch's optimizers, such as torch.optim.Adam."""
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
    without = [{0}, {0}, {*range(len(params))}, {0}]  # In the third step, nothing has a gradient.
    expected = take_steps(make(), params, [*map(_all_but, steps_of_grads, without)])
    own, buffers = make(), draw_params(rng)
    for grads, left_out in zip(steps_of_grads, without, strict=True):
        for buffer, grad in zip(buffers, grads, strict=True):
            buffer[...] = grad
        given = params
        new = own.step(given, _all_but(buffers, left_out))
        params = copy.deepcopy(new)
        for array in (*given, *buffers):
            array[...] = 1e3
        check_same(new, params, "as it shares memory with an argument", "a result changed")
        for array in new:
            array[...] = 1e3
    assert_close(params, expected)


def _all_but(arrays: Params, left_out: set[int]) -> list[Array | None]:
    return [None if i in left_out else array for i, array in enumerate(arrays)]


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


def _share_nothing(declaration: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, steps_of_grads = draw_params(rng), [draw_params(rng) for _ in range(3)]
    makes = declaration()
    # Two with the same settings as well: then only the state could be shared.
    check_share_nothing([makes[0], *makes], lambda own: take_steps(own, params, steps_of_grads))


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
    assert_close(make().step((), ()), [])


def _takes_any_sequence(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    params, grads = draw_params(rng), draw_params(rng)
    expected = take_steps(make(), params, [grads, grads])
    own = make()
    first = own.step(tuple(params), tuple(grads))
    assert_close(own.step(tuple(first), tuple(grads)), expected)


def _refuses_misfits(make: Callable[[], Any], rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    for of_param, of_grad in MISFITTING_GRADS:
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
        (params, [None]),
        (params[:1], [None, None]),
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
    "each parameter keeps its dtype": _keeps_each_dtype,
    "arrays may lie in memory in any way": _takes_any_memory_order,
    "any sequence will do": _takes_any_sequence,
    "a large parameter moves like a small one": _moves_a_large_parameter_like_a_small_one,
    "without parameters there is nothing to do": _takes_no_parameters,
    "a gradient of another shape raises a ValueError": _refuses_misfits,
    "another number of gradients raises a ValueError": _refuses_another_number,
}

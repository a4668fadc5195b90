"""What losses owe beside their manners: torch's values and gradients, and nothing broadcast.

It is a contract like the others, declared once for a loss:

    @loss(F.mse_loss)
    def test_mse_is_a_loss(rng, rows, columns):
        pred, target = rng.normal(size=(2, rows, columns))
        return partial(mse, pred, target), mse_backward
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

import numpy as np

from kata.testing.calls import is_array, is_integer
from kata.testing.contracts import contract
from kata.testing.gradients import torch_gradients
from kata.testing.manners import Test
from kata.testing.speed import assert_no_loop_over
from kata.testing.values import as_array, assert_close, assert_value_error

Function = Callable[..., Any]
Declaration = Callable[..., partial[Any] | tuple[partial[Any], Function]]
Sizes = tuple[int, ...]

_LOSS, _GRADIENT = "the loss", "the gradient"

# A declaration takes as many of the three sizes as it names.
_SIZES = [(7, 4, 3), (4, 7, 2), (5, 5, 5), (1, 5, 3), (3, 1, 2), (1, 1, 1), (50, 3, 2), (0, 4, 3)]
_UNLIKE = (4, 3, 2)
# Between equal sizes, NumPy broadcasts what it would refuse otherwise.
_ALIKE = (3, 3, 3)
# What returns early here must check the shapes before.
_EMPTY = (0, 3, 2)
# More than 8 bits can number. In 8 bits, −100, which marks what is ignored, is one of them.
_CLASSES, _LIKE_MINUS_100 = 300, 156
# Of one size, while the others are few.
_FEW, _MANY = 4, 100


def loss(in_torch: Function) -> Callable[[Declaration], Test]:
    """Turn a declaration of a loss, and of its gradient if there is one, into a loss's contract.

    The sizes that a declaration takes, one to three, are named as a message should name them. The
    call's arguments are by position, and arrays of integers among them are classes: as many as the
    first argument's last axis has. `in_torch` takes the same arguments, with tensors for arrays.
    The gradient is that with respect to the first of them; it is asked for with the gradient of
    the loss, and then the loss's arguments.
    """

    def declare(declaration: Declaration) -> Test:
        names = _names_of_sizes(declaration)
        sample = _drawn(declaration, np.random.default_rng(0), _UNLIKE)
        promises: dict[str, Function] = {}
        speed: dict[str, Function] = {}
        for what in sample.functions:
            agrees = _agrees if what == _LOSS else _leads_on
            for sizes in dict.fromkeys(sizes[: len(names)] for sizes in _SIZES):
                promises[f"{what} agrees with torch {sizes}"] = partial(agrees, in_torch, sizes)
            promises[f"{what} refuses shapes that do not fit"] = partial(_refuses_shapes, what)
            for name, strangers in _STRANGERS.items() if sample.has_classes else ():
                promises[f"{what} refuses {name}"] = partial(_refuses_targets, what, strangers)
            if sample.has_classes:
                promises[f"{what} takes targets of 8 bits among {_CLASSES} classes"] = partial(
                    _takes_8_bits, agrees, in_torch
                )
            larger = {name: [name] for name in names}
            if len(names) > 1:  # Of the classes that occur, say.
                larger["the smaller of two sizes"] = names
            for over, grown in larger.items():
                speed[f"{what} has no loop over {over}"] = partial(_has_no_loop, what, over, grown)
        return contract(promises, speed)(declaration)

    return declare


@dataclass(frozen=True)
class _Drawn:
    """What is declared, for some sizes; the gradient takes that of the loss before `arguments`."""

    functions: dict[str, Function]
    arguments: tuple[Any, ...]

    @property
    def has_classes(self) -> bool:
        return any(map(is_integer, self.arguments))

    def call(self, what: str) -> tuple[Function, tuple[Any, ...]]:
        function = self.functions[what]
        return (function if what == _LOSS else partial(function, 0.7)), self.arguments


def _names_of_sizes(declaration: Declaration) -> list[str]:
    return [*inspect.signature(declaration).parameters][1:]


def _drawn(declaration: Declaration, rng: np.random.Generator, sizes: Sizes) -> _Drawn:
    """What is declared, for as many of these sizes as it takes."""
    declared = declaration(rng, *sizes[: len(_names_of_sizes(declaration))])
    call, *backward = declared if isinstance(declared, tuple) else (declared,)
    return _Drawn(dict(zip((_LOSS, _GRADIENT), (call.func, *backward), strict=False)), call.args)


def _agrees(
    in_torch: Function, sizes: Sizes, declaration: Declaration, rng: np.random.Generator
) -> None:
    __tracebackhide__ = True
    function, arguments = _drawn(declaration, rng, sizes).call(_LOSS)
    expected = as_array(in_torch(*map(_to_torch, arguments)))
    assert_close(function(*arguments), expected if expected.ndim else float(expected))


def _leads_on(
    in_torch: Function, sizes: Sizes, declaration: Declaration, rng: np.random.Generator
) -> None:
    __tracebackhide__ = True
    drawn = _drawn(declaration, rng, sizes)
    first, *others = drawn.arguments
    tensors = [_to_torch(value) for value in others]
    # Not 1: what becomes of it, sign included, has to show.
    grad_loss = -rng.uniform(2.0, 3.0)
    [expected] = torch_gradients(lambda x: in_torch(x, *tensors), [first], grad_loss)
    assert_close(drawn.functions[_GRADIENT](grad_loss, *drawn.arguments), expected)
    assert_close(drawn.functions[_GRADIENT](0.0, *drawn.arguments), 0.0 * expected)


def _takes_8_bits(
    agrees: Function, in_torch: Function, declaration: Declaration, rng: np.random.Generator
) -> None:
    __tracebackhide__ = True

    @wraps(declaration)
    def narrowed(rng: np.random.Generator, *sizes: int) -> tuple[Any, ...]:
        declared = declaration(rng, *sizes)
        call, *backward = declared if isinstance(declared, tuple) else (declared,)
        arguments = [_in_8_bits(v) if is_integer(v) else v for v in call.args]
        return partial(call.func, *arguments), *backward

    sizes = (4, 3, _CLASSES)[-len(_names_of_sizes(declaration)) :]
    agrees(in_torch, sizes, narrowed, rng)


def _in_8_bits(classes: Any) -> Any:
    narrow = (classes % 40).astype(np.uint8)
    narrow[-1] = _LIKE_MINUS_100
    return narrow


def _to_torch(value: Any) -> Any:
    import torch

    if not is_array(value):
        return value
    return torch.tensor(value, dtype=torch.int64 if is_integer(value) else None)


def _refuses_shapes(what: str, declaration: Declaration, rng: np.random.Generator) -> None:
    __tracebackhide__ = True
    for sizes in (_UNLIKE, _ALIKE, _EMPTY):
        function, arguments = _drawn(declaration, rng, sizes).call(what)
        for misfitting in _with_a_misfit(arguments):
            assert_value_error(function, *misfitting)


def _with_a_misfit(arguments: Sequence[Any]) -> Iterator[list[Any]]:
    """The arguments with one array, other than the first argument, in another shape."""
    for place, value in enumerate(arguments):
        for shape in _misfits(value.shape) if place and is_array(value) else ():
            yield [*arguments[:place], np.resize(value, shape), *arguments[place + 1 :]]


def _misfits(shape: Sizes) -> list[Sizes]:
    """Other shapes, most of which NumPy would broadcast; all have an axis or more."""
    first, *rest = shape
    found = [(*shape, 1), (1, *shape), shape[1:], shape[:-1], (*shape[:-1], 1)]
    found += [(size, *rest) for size in (1, 0, first + 1)]
    return [one for one in dict.fromkeys(found) if one and one != shape]


def _refuses_targets(
    what: str,
    strangers: Callable[[int], list[np.integer[Any]]],
    declaration: Declaration,
    rng: np.random.Generator,
) -> None:
    __tracebackhide__ = True
    function, arguments = _drawn(declaration, rng, _UNLIKE).call(what)
    place = [is_integer(value) for value in arguments].index(True)
    for stranger in strangers(arguments[0].shape[-1]):
        targets = arguments[place].astype(stranger.dtype)
        targets[-1] = stranger
        assert_value_error(function, *arguments[:place], targets, *arguments[place + 1 :])


def _negative(classes: int) -> list[np.integer[Any]]:
    """As an index, some count from the end, and one is 0 in fewer bits."""
    wide = map(np.int64, (-1, -classes, -classes - 1, -(2**32)))
    return [*wide, np.int8(-1), np.int8(-128)]


def _too_large(classes: int) -> list[np.integer[Any]]:
    """In fewer bits or with a sign, most of them are classes, or count from the end."""
    wide = map(np.int64, (classes, classes + 1, 256, 257, 2**32))
    unsigned = map(np.uint64, (classes, 2**63, 2**64 - 1))
    return [*wide, np.int8(classes), *unsigned]


_STRANGERS = {"negative targets": _negative, "targets beyond the last class": _too_large}


def _has_no_loop(
    what: str, over: str, grown: list[str], declaration: Declaration, rng: np.random.Generator
) -> None:
    __tracebackhide__ = True
    names = _names_of_sizes(declaration)
    few, many = (
        _drawn(declaration, rng, tuple(size if name in grown else _FEW for name in names)).call(
            what
        )
        for size in (_FEW, _MANY)
    )
    assert_no_loop_over(over, few[0], few[1], many[1])

"""Values that can change, taken apart and put together: arrays, tensors, generators.

Lists and dicts are built empty: what they hold are values of their own (see `values`).
"""

import functools
import re
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kata.wall.line import MAX_BLOBS, Node, WireError

Array = NDArray[Any]

_DTYPE = re.compile(r"[<>|][biufcSU]\d{1,6}")
# torch's dtypes, and NumPy's of the same size that carry their bytes.
TENSORS = {
    "float64": "<f8", "float32": "<f4", "float16": "<f2", "bfloat16": "<i2", "int64": "<i8",
    "int32": "<i4", "int16": "<i2", "int8": "|i1", "uint8": "|u1", "bool": "|b1",
    "complex64": "<c8", "complex128": "<c16",
}  # fmt: skip


@dataclass
class Content:
    """A value that can change, taken apart: its kind and form as JSON, and its bytes."""

    form: list[Node]
    data: bytes | None = None

    @property
    def kind(self) -> str:
        return self.form[0]  # type: ignore[no-any-return]

    def as_held_by(self, value: Any) -> "Content":
        """The same as this side would write it, whose copy of an array has no gaps."""
        if self.kind != "array":
            return self
        return Content([*self.form[:3], order_of(value)], self.data)


def is_mutable(value: Any) -> bool:
    """Whether it crosses as a value that can change."""
    kind = type(value)
    if kind is np.ndarray:
        return may_cross(value.dtype)
    if kind is np.random.Generator:
        return type(value.bit_generator) is np.random.PCG64
    return kind in (list, dict) or _is_tensor(value)


@functools.lru_cache
def may_cross(dtype: np.dtype[Any]) -> bool:
    return bool(_DTYPE.fullmatch(dtype.str))


@functools.lru_cache
def dtype_of(text: str) -> np.dtype[Any]:
    if not _DTYPE.fullmatch(text):
        raise WireError("a dtype that may not cross the wall")
    return np.dtype(text)


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")  # A sandbox without torch has no tensors.
    return (
        torch is not None
        and type(value) is getattr(torch, "Tensor", None)
        and value.layout is torch.strided
        and str(value.dtype).removeprefix("torch.") in TENSORS
    )


# --- Places in memory ------------------------------------------------------------------------


def place_of(array: Any, *, dense: bool = True) -> tuple[int, int] | None:
    """The first byte of an array and the one after its last; of one with gaps only on request."""
    if type(array) is not np.ndarray or not array.size:
        return None
    start: int = array.__array_interface__["data"][0]
    if array.flags.c_contiguous:
        return start, start + array.nbytes
    if dense and not array.transpose(order_of(array)).flags.c_contiguous:
        return None
    spans = [(n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True)]
    first = start + sum(span for span in spans if span < 0)
    return first, start + sum(span for span in spans if span > 0) + array.itemsize


def order_of(array: Array) -> list[int]:
    """The axes from the longest stride to the shortest."""
    if array.flags.c_contiguous:
        return list(range(array.ndim))
    return sorted(range(array.ndim), key=lambda axis: -array.strides[axis])


# --- Taking apart ----------------------------------------------------------------------------


def content_of(value: Any) -> Content:
    """What an array, a tensor or a generator is made of."""
    if type(value) is np.ndarray:
        return _array_content(value)
    if type(value) is np.random.Generator:
        return _generator_content(value)
    return _tensor_content(value)


def _array_content(array: Array) -> Content:
    if array.nbytes > MAX_BLOBS:  # A broadcast array may be larger than memory.
        raise WireError(f"an array of shape {array.shape} is more than may cross the wall")
    order: list[int] | None
    if array.flags.c_contiguous:
        order, dense = [*range(array.ndim)], array
    else:
        order = order_of(array)
        dense = array.transpose(order)
        if not dense.flags.c_contiguous:  # It has gaps, which nobody needs on the other side.
            order, dense = None, array
    return Content(["array", _name_of(array.dtype), [*array.shape], order], dense.tobytes())


# NumPy makes the name anew each time, and all arrays that have crossed are looked at for a message.
@functools.lru_cache
def _name_of(dtype: np.dtype[Any]) -> str:
    return dtype.str


def _tensor_content(tensor: Any) -> Content:
    import torch

    if tensor.numel() * tensor.element_size() > MAX_BLOBS:
        raise WireError(f"a tensor of shape {[*tensor.shape]} is more than may cross the wall")
    name = str(tensor.dtype).removeprefix("torch.")
    plain = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    if name == "bfloat16":
        plain = plain.view(torch.int16)
    form = ["tensor", name, list(tensor.shape), bool(tensor.requires_grad)]
    return Content(form, plain.numpy().tobytes())


def _generator_content(generator: np.random.Generator) -> Content:
    state: dict[str, Any] = dict(generator.bit_generator.state)
    numbers = state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]
    return Content(["generator", *numbers])


# --- Putting together ------------------------------------------------------------------------


def built(content: Content) -> Any:
    """A new value; lists and dicts are still empty."""
    if content.kind == "list":
        return []
    if content.kind == "dict":
        return {}
    if content.kind == "array":
        return _built_array(content)
    if content.kind == "tensor":
        return _built_tensor(content)
    if content.kind == "generator":
        generator = np.random.Generator(np.random.PCG64(0))
        _set_generator(generator, content)
        return generator
    raise WireError("a value of an unknown kind")


def _built_array(content: Content) -> Array:
    _, dtype, shape, order = content.form
    flat = np.frombuffer(content.data or b"", dtype_of(dtype)).copy()
    if order is None or order == [*range(len(shape))]:
        return flat.reshape(shape)
    inverse = sorted(range(len(order)), key=order.__getitem__)
    return flat.reshape([shape[axis] for axis in order]).transpose(inverse)


def _built_tensor(content: Content) -> Any:
    _, name, shape, requires_grad = content.form
    torch = sys.modules.get("torch")
    if torch is None:
        raise WireError("there is no torch on this side of the wall")
    carrier = np.frombuffer(content.data or b"", np.dtype(TENSORS[name])).copy().reshape(shape)
    tensor = torch.from_numpy(carrier)
    if name == "bfloat16":
        tensor = tensor.view(torch.bfloat16)
    return tensor.requires_grad_(bool(requires_grad))


def write_into(value: Any, content: Content) -> None:
    """Make an array, a tensor or a generator what it is now on the other side.

    Raises ValueError if it has another shape here.
    """
    if content.kind == "generator":
        _set_generator(value, content)
    elif content.kind in ("array", "tensor"):
        _set_entries(value, built(content))


def _set_entries(value: Any, new: Any) -> None:
    if tuple(new.shape) != tuple(value.shape) or new.dtype != value.dtype:
        raise ValueError
    if type(value) is np.ndarray:
        value[...] = new
    else:
        value.data.copy_(new.data)


def _set_generator(generator: np.random.Generator, content: Content) -> None:
    _, state, inc, has_uint32, uinteger = content.form
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(state), "inc": int(inc)},
        "has_uint32": int(has_uint32),
        "uinteger": int(uinteger),
    }


def draws_between(before: Content, after: Content, most: int) -> int | None:
    """How many draws lead a generator from one state to another; None if more than `most`.

    PCG64 is a linear congruential generator modulo 2¹²⁸ at its heart, so the number can be found
    bit by bit (Brown 1994, Random Number Generation with Arbitrary Stride).
    """
    (_, state, inc, *_), (_, goal, other_inc, *_) = before.form, after.form
    if inc != other_inc or not all(isinstance(n, int) and 0 <= n < 1 << 128 for n in (state, goal)):
        return None
    multiplier, plus = 0x2360ED051FC65DA44385DF649FCCF645, inc
    distance, bit = 0, 1
    while state != goal:
        if bit > most:
            return None
        if state & bit != goal & bit:
            state = (state * multiplier + plus) % (1 << 128)
            distance |= bit
        plus = (multiplier + 1) * plus % (1 << 128)
        multiplier = multiplier * multiplier % (1 << 128)
        bit <<= 1
    return distance

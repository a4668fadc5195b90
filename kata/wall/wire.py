"""What crosses the wall between judge and sandbox: plain data, by value.

A message is a JSON header and raw bytes; nothing in it can execute. What may cross: None, bool,
int, float, complex, str, bytes, slice, tuple, NumPy scalars, ndarrays, torch tensors, lists, dicts,
NumPy generators (by their state), and references: to functions of the judge's and to objects of the
sandbox's. What arrives is rebuilt as the base type. Everything else is lent as a reference.

Mutable values would lose their identity by being copied. So both sides keep a `Table` of those that
have crossed: the same array gets the same number, a view stays a view, and each message brings the
changes made since the last one. An answer that writes into an argument, or later into a result that
it gave before, is seen to do so.
"""

import contextlib
import ctypes
import functools
import itertools
import json
import math
import re
import socket
import struct
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Node = Any
Array = NDArray[Any]

MAX_HEADER = 4 << 20
MAX_BLOBS = 64 << 20
MAX_DEPTH = 64
# The oldest values are forgotten by both sides beyond this.
MAX_ENTRIES = 128
MAX_ENTRY_BYTES = 64 << 20
# Values and objects are counted from 0, so none has a number beyond this.
MAX_NUMBER = 1 << 48
# No dict that is meant as one has more keys with the same hash.
_MAX_SAME_HASH = 100

_DTYPE = re.compile(r"[<>|][biufcSU]\d{1,6}")
# torch's dtypes, and NumPy's of the same size that carry their bytes.
_TENSORS = {
    "float64": "<f8", "float32": "<f4", "float16": "<f2", "bfloat16": "<i2", "int64": "<i8",
    "int32": "<i4", "int16": "<i2", "int8": "|i1", "uint8": "|u1", "bool": "|b1",
    "complex64": "<c8", "complex128": "<c16",
}  # fmt: skip
_FRAME = struct.Struct("<IQ")
# Small messages go in one piece: the other side would wake up for each part.
_EARLY_BYTES = 1 << 14
# The kernel waits anew for each 32 KB, so no more is sent in one call that may wait.
_PIECE_BYTES = 1 << 15
_BUFFER_BYTES = 4 << 20
# malloc.h
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


class WireError(Exception):
    """What came over the wire, or should go over it, is malformed or too much."""


# --- Frames ----------------------------------------------------------------------------------


@dataclass
class Message:
    """One message: `body` says what it is about, `objects` are mutable values new or changed."""

    body: dict[str, Node]
    objects: dict[str, Node] = field(default_factory=dict)
    blobs: list[bytes] = field(default_factory=list)

    def packed(self) -> "Packed":
        sizes = [*map(len, self.blobs)]
        header = {"body": self.body, "objects": self.objects, "sizes": sizes}
        try:
            text = _to_json(header).encode()
        except ValueError as error:
            raise WireError("an int has too many digits to cross the wall") from error
        size = sum(sizes)
        if len(text) > MAX_HEADER or size > MAX_BLOBS:
            raise WireError(f"{len(text) + size:,} bytes are more than may cross the wall")
        return [_FRAME.pack(len(text), size) + text, *self.blobs]

    @classmethod
    def unpacked(cls, header: bytes | bytearray, rest: bytes | bytearray) -> "Message":
        try:
            fields = json.loads(header.decode())
            body, objects, sizes = fields["body"], fields["objects"], fields["sizes"]
            if not isinstance(body, dict) or not isinstance(objects, dict):
                raise WireError("a message is not made as it should be")
            ends = [0, *itertools.accumulate(sizes)]
            if min(sizes, default=0) < 0 or ends[-1] != len(rest):
                raise WireError("a message's parts do not add up")
            parts = memoryview(rest)
            return cls(body, objects, [bytes(parts[a:b]) for a, b in itertools.pairwise(ends)])
        except (ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
            raise WireError("a message cannot be read") from error


# A message as it is sent: the sizes and the header, then the blobs.
Packed = list[bytes]

_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def digest_of(packed: Packed) -> str:
    """The hash of all that is said in a message."""
    return digest(packed[0][_FRAME.size :], *packed[1:])


def digest(*parts: bytes | bytearray) -> str:
    hashed = blake2b()
    for part in parts:
        hashed.update(part)
    return hashed.hexdigest()


class Line:
    """A connected socket that carries messages; a deadline (time.monotonic) bounds each step."""

    def __init__(self, connection: socket.socket) -> None:
        # With less, a large message would cost the two sides a turn each for every part of it.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        connection.settimeout(None)
        self._socket = connection
        self._early = bytearray()

    def close(self) -> None:
        self._socket.close()

    def send(self, packed: Packed, deadline: float | None = None) -> None:
        """Raises TimeoutError at the deadline, OSError when the other side is gone."""
        small = sum(map(len, packed)) <= _EARLY_BYTES
        for part in [b"".join(packed)] if small else packed:
            left = memoryview(part)
            while left:
                left = left[self._send(left, deadline) :]

    def _send(self, data: memoryview, deadline: float | None) -> int:
        """Send as much as there is room for, or wait for a little room; gives the bytes sent."""
        _seconds_left(deadline)
        with contextlib.suppress(BlockingIOError):
            return self._socket.send(data, socket.MSG_DONTWAIT)
        self._limit(socket.SO_SNDTIMEO, deadline)
        try:
            return self._socket.send(data[:_PIECE_BYTES])
        except BlockingIOError:
            raise TimeoutError from None

    def receive(self, deadline: float | None = None) -> Message:
        """Raises TimeoutError, EOFError when the other side is gone, WireError."""
        return Message.unpacked(*self.receive_parts(deadline))

    def receive_parts(self, deadline: float | None = None) -> tuple[bytearray, bytearray]:
        """The header and the blobs of a message, not read yet."""
        header_size, size = _FRAME.unpack(self._read(_FRAME.size, deadline))
        if header_size > MAX_HEADER or size > MAX_BLOBS:
            raise WireError(f"{header_size + size:,} bytes are more than may cross the wall")
        return self._read(header_size, deadline), self._read(size, deadline)

    def _read(self, size: int, deadline: float | None) -> bytearray:
        while len(self._early) < min(size, _EARLY_BYTES):
            self._early += self._receive(bytearray(_EARLY_BYTES), 0, deadline, flags=0)
        data, self._early = self._early[:size], self._early[size:]
        if len(data) == size:
            return data
        filled = len(data)
        whole = bytearray(size)
        whole[:filled] = data
        while filled < size:
            filled += len(self._receive(whole, filled, deadline, flags=socket.MSG_WAITALL))
        return whole

    def _receive(
        self, buffer: bytearray, start: int, deadline: float | None, flags: int
    ) -> memoryview:
        self._limit(socket.SO_RCVTIMEO, deadline)
        room = memoryview(buffer)[start:]
        try:
            count = self._socket.recv_into(room, 0, flags)
        except BlockingIOError:
            raise TimeoutError from None
        if not count:
            raise EOFError
        return room[:count]

    def _limit(self, option: int, deadline: float | None) -> None:
        """Let the next call wait until the deadline at most.

        The kernel keeps the time: Python's own way would wake up for every part of a message.
        """
        if deadline is None:
            return
        left = _seconds_left(deadline)
        seconds, microseconds = divmod(int(left * 1e6) + 1, 1_000_000)
        self._socket.setsockopt(
            socket.SOL_SOCKET, option, struct.pack("@ll", seconds, microseconds)
        )


def _seconds_left(deadline: float | None) -> float:
    left = math.inf if deadline is None else deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def keep_freed_memory() -> None:
    """Let this process use freed memory again at once, without giving it back in between.

    Otherwise each large message costs the time of asking for the same pages anew: glibc only.
    """
    with contextlib.suppress(OSError, AttributeError):
        allocator = ctypes.CDLL(None)
        for option, size in ((_TRIM_THRESHOLD, 256 << 20), (_MMAP_THRESHOLD, 32 << 20)):
            allocator.mallopt(option, size)


# --- The table of mutable values -------------------------------------------------------------


@dataclass
class Content:
    """A mutable value taken apart: its kind and form as JSON, and its bytes."""

    form: list[Node]
    data: bytes | None = None


@dataclass
class Entry:
    """A value that has crossed, and its content as both sides last knew it."""

    value: Any
    content: Content
    # Whether both sides have an array with the same strides, so that views can be told.
    same_strides: bool

    @functools.cached_property
    def place(self) -> tuple[int, int] | None:
        """An array's place in memory, where views of it can be told."""
        return _place(self.value) if self.same_strides else None


class Table:
    """The mutable values known to both sides. The judge gives even numbers, the sandbox odd."""

    def __init__(self, first: int) -> None:
        self._next = first
        self._parity = first % 2
        self.entries: dict[int, Entry] = {}
        self._numbers: dict[int, int] = {}

    def is_own(self, number: int) -> bool:
        return number % 2 == self._parity

    def new_number(self) -> int:
        number = self._next
        self._next += 2
        return number

    def number_of(self, value: Any) -> int | None:
        return self._numbers.get(id(value))

    def add(self, number: int, value: Any, content: Content) -> Entry:
        entry = Entry(value, content, _has_its_strides(content))
        self.entries[number] = entry
        self._numbers[id(value)] = number
        return entry

    def forget(self, numbers: list[int]) -> None:
        for number in numbers:
            entry = self.entries.pop(number, None)
            if entry:
                del self._numbers[id(entry.value)]

    def surplus(self) -> list[int]:
        """Entries that nothing else here refers to any more, and the oldest beyond what is kept."""
        dropped, kept, size = [], 0, 0
        for number, entry in reversed(self.entries.items()):
            size += len(entry.content.data or b"")
            # Two references: the entry's, and the one that is passed here.
            if sys.getrefcount(entry.value) > 2 and kept < MAX_ENTRIES and size < MAX_ENTRY_BYTES:
                kept += 1
            else:
                dropped.append(number)
        return dropped

    def holder_of(self, array: Array) -> int | None:
        """The entry in whose memory this array lies."""
        if not any(entry.same_strides for entry in self.entries.values()):
            return None
        place = _place(array, dense=False)
        if place is None:
            return None
        for number, entry in self.entries.items():
            if entry.place and entry.place[0] <= place[0] and place[1] <= entry.place[1]:
                return number
        return None


def _place(array: Any, *, dense: bool = True) -> tuple[int, int] | None:
    """The first byte of an array and the one after its last; of one with gaps only on request."""
    if type(array) is not np.ndarray or not array.size:
        return None
    start: int = array.__array_interface__["data"][0]
    if array.flags.c_contiguous:
        return start, start + array.nbytes
    if dense and not array.transpose(_order(array)).flags.c_contiguous:
        return None
    spans = [(n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True)]
    first = start + sum(span for span in spans if span < 0)
    return first, start + sum(span for span in spans if span > 0) + array.itemsize


def _order(array: Array) -> list[int]:
    """The axes from the longest stride to the shortest."""
    if array.flags.c_contiguous:
        return list(range(array.ndim))
    return sorted(range(array.ndim), key=lambda axis: -array.strides[axis])


# --- Writing ---------------------------------------------------------------------------------


class Writer:
    """Writes one message: first the changes of what is known already, then what it is given.

    `lend` gives the reference for a value that is no plain data.
    """

    def __init__(self, table: Table, lend: Callable[[Any], Node]) -> None:
        self._table = table
        self._lend = lend
        self._objects: dict[str, Node] = {}
        self._blobs: list[bytes] = []
        for number, entry in list(table.entries.items()):
            content = self._content(entry.value, 0)
            if content.data != entry.content.data or content.form != entry.content.form:
                entry.content = content
                self._put(number, content)

    def message(self, **body: Node) -> Message:
        return Message(body, self._objects, self._blobs)

    def node(self, value: Any, depth: int = 0) -> Node:
        """The JSON that stands for `value`."""
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        if kind is tuple:
            return ["tuple", *(self.node(item, depth + 1) for item in value)]
        if kind is complex:
            # As text: a nan would differ from itself, and so seem to have changed.
            return ["complex", value.real.hex(), value.imag.hex()]
        if kind is bytes:
            return ["bytes", value.hex()]
        if kind is slice:
            parts = value.start, value.stop, value.step
            return ["slice", *(self.node(part, depth + 1) for part in parts)]
        if isinstance(value, np.generic) and _may_cross(value.dtype):
            return ["scalar", value.dtype.str, value.tobytes().hex()]
        if _is_mutable(value):
            return self._shared(value, depth)
        return self._lend(value)

    def _shared(self, value: Any, depth: int) -> Node:
        number = self._table.number_of(value)
        if number is None:
            view = self._view(value)
            if view:
                return view
            number = self._table.new_number()
            if type(value) in (list, dict):  # Known before its parts are: a list may hold itself.
                entry = self._table.add(number, value, Content([type(value).__name__]))
                entry.content = self._content(value, depth)
            else:
                entry = self._table.add(number, value, self._content(value, depth))
            self._put(number, entry.content)
        return ["shared", number]

    def _view(self, value: Any) -> Node | None:
        """A view of an array that is known, as such; it shares its memory on both sides."""
        holder = self._table.holder_of(value) if type(value) is np.ndarray else None
        if holder is None:
            return None
        base = self._table.entries[holder].value
        offset = value.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        return ["view", holder, offset, value.dtype.str, value.shape, value.strides]

    def _content(self, value: Any, depth: int) -> Content:
        kind = type(value)
        if kind is np.ndarray:
            return _array_content(value)
        if kind is list:
            return Content(["list", *(self.node(item, depth + 1) for item in value)])
        if kind is dict:
            items = [[self.node(part, depth + 1) for part in item] for item in value.items()]
            return Content(["dict", *items])
        if kind is np.random.Generator:
            return _generator_content(value)
        return _tensor_content(value)

    def _put(self, number: int, content: Content) -> None:
        blob = None
        if content.data is not None:
            blob = len(self._blobs)
            self._blobs.append(content.data)
        self._objects[str(number)] = [blob, *content.form]


def _is_mutable(value: Any) -> bool:
    kind = type(value)
    if kind is np.ndarray:
        return _may_cross(value.dtype)
    if kind is np.random.Generator:
        return type(value.bit_generator) is np.random.PCG64
    return kind in (list, dict) or _is_tensor(value)


@functools.lru_cache
def _may_cross(dtype: np.dtype[Any]) -> bool:
    return bool(_DTYPE.fullmatch(dtype.str))


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")  # A sandbox without torch has no tensors.
    return (
        torch is not None
        and type(value) is getattr(torch, "Tensor", None)
        and value.layout is torch.strided
        and str(value.dtype).removeprefix("torch.") in _TENSORS
    )


def _array_content(array: Array) -> Content:
    if array.size * array.itemsize > MAX_BLOBS:  # A broadcast array may be larger than memory.
        raise WireError(f"an array of shape {array.shape} is more than may cross the wall")
    order: list[int] | None = _order(array)
    dense = array.transpose(order)
    if not dense.flags.c_contiguous:  # It has gaps, which nobody needs on the other side.
        order, dense = None, array
    return Content(["array", array.dtype.str, list(array.shape), order], dense.tobytes())


def _has_its_strides(content: Content) -> bool:
    return content.form[0] == "array" and content.form[3] is not None


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


# --- Reading ---------------------------------------------------------------------------------


class Reader:
    """Reads one message.

    `borrow` gives the value behind a reference. `change(number, entry, content)` decides what a
    change made on the other side does to a value that is known here.
    """

    def __init__(
        self,
        table: Table,
        message: Message,
        borrow: Callable[[Node], Any],
        change: "Callable[[Reader, int, Entry, Content], None]",
    ) -> None:
        self._table = table
        self._borrow = borrow
        self._replaced: list[int] = []
        try:
            self._read_objects(message, change)
        except WireError:
            raise
        except Exception as error:  # Whatever a forged message makes Python raise.
            raise WireError("a message cannot be read") from error

    def value(self, node: Node) -> Any:
        """The value that a node stands for."""
        try:
            return self._value(node, 0)
        except WireError:
            raise
        except Exception as error:
            raise WireError("a message cannot be read") from error

    def _read_objects(
        self, message: Message, change: "Callable[[Reader, int, Entry, Content], None]"
    ) -> None:
        new, changed = [], []
        # Each for one value: else a few bytes could ask for one blob's memory again and again.
        blobs = dict(enumerate(message.blobs))
        for name, (blob, *form) in message.objects.items():
            number = int(name)
            if not 0 <= number <= MAX_NUMBER:
                raise WireError(f"{name[:80]} is no value's number")
            content = Content(form, None if blob is None else blobs.pop(blob))
            if number in self._table.entries:
                changed.append((number, content))
            elif self._table.is_own(number):
                continue  # Forgotten here meanwhile.
            else:
                entry = self._table.add(number, _built(content), content)
                entry.content = _as_held(content, entry.value)
                new.append(number)
        for number, content in changed:
            change(self, number, self._table.entries[number], content)
            entry = self._table.entries[number]
            entry.content = _as_held(entry.content, entry.value)
        # Now that all are there, those that hold others can be filled.
        for number in {*new, *(number for number, _ in changed), *self._replace_holders()}:
            entry = self._table.entries[number]
            self.fill(entry.value, entry.content)

    def replace(self, number: int, content: Content) -> None:
        """Let a number stand for a new value from now on, which is filled later."""
        self._table.forget([number])
        self._table.add(number, _built(content), content)
        self._replaced.append(number)

    def _replace_holders(self) -> set[int]:
        """Replace this side's lists and dicts that hold what was replaced; gives all holders."""
        if not self._replaced:
            return set()
        holders = defaultdict(set)
        for number, entry in self._table.entries.items():
            for held in _held_by(entry):
                holders[held].add(number)
        found = {*self._replaced}
        for number in self._replaced:  # It grows.
            for holder in holders[number] - found:
                found.add(holder)
                if self._table.is_own(holder):
                    self.replace(holder, self._table.entries[holder].content)
        return found

    def fill(self, value: Any, content: Content) -> None:
        """Give a list or dict its items."""
        if type(value) is list:
            value[:] = [self._value(node, 1) for node in content.form[1:]]
        elif type(value) is dict:
            items = [(self._value(key, 1), self._value(item, 1)) for key, item in content.form[1:]]
            _check_hashes(key for key, _ in items)
            value.clear()
            value.update(items)

    def _value(self, node: Node, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        if node is None or type(node) in (bool, int, float, str):
            return node
        kind, *rest = node
        if kind == "tuple":
            return tuple(self._value(item, depth + 1) for item in rest)
        if kind == "shared":
            return self._table.entries[rest[0]].value
        if kind == "view":
            return self._view(*rest)
        if kind == "complex":
            return complex(*map(float.fromhex, rest))
        if kind == "bytes":
            return bytes.fromhex(rest[0])
        if kind == "slice":
            return slice(*(self._value(part, depth + 1) for part in rest))
        if kind == "scalar":
            data, dtype = bytes.fromhex(rest[1]), _dtype(rest[0])
            # An empty NumPy string has no bytes at all.
            return np.frombuffer(data, dtype)[0] if dtype.itemsize else dtype.type()
        return self._borrow(node)

    def _view(
        self, number: int, offset: int, dtype: str, shape: list[int], strides: list[int]
    ) -> Array:
        entry = self._table.entries[number]
        if entry.place is None or not _dtype(dtype).itemsize:
            raise WireError("a view of what has none")
        base = entry.value
        if min(shape, default=0) < 0:  # NumPy takes a -1 for a size that it then does not check.
            raise WireError(f"no view has the shape {shape}")
        # NumPy checks that the view stays within the memory of `base`.
        memory = base.transpose(_order(base)).reshape(-1).view(np.uint8)
        view: Array = np.ndarray(shape, _dtype(dtype), memory, offset, strides)
        if view.nbytes > MAX_BLOBS:  # With strides of 0 it may be.
            raise WireError(f"a view of shape {shape} is more than may cross the wall")
        return view


def _held_by(entry: Entry) -> Iterator[int]:
    """The numbers of what a list or dict holds."""
    nodes = entry.content.form[1:] if type(entry.value) in (list, dict) else []
    if type(entry.value) is dict:
        nodes = [node for item in nodes for node in item]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list) and node[0] in ("shared", "view"):
            yield node[1]
        elif isinstance(node, list) and node[0] in ("tuple", "slice"):
            nodes += node[1:]


def _as_held(content: Content, value: Any) -> Content:
    """`content` as this side would write it, whose copy of an array has no gaps."""
    if content.form[0] != "array":
        return content
    return Content([*content.form[:3], _order(value)], content.data)


def _built(content: Content) -> Any:
    """A new value; lists and dicts are still empty."""
    kind = content.form[0]
    if kind == "list":
        return []
    if kind == "dict":
        return {}
    if kind == "array":
        return _built_array(content)
    if kind == "tensor":
        return _built_tensor(content)
    if kind == "generator":
        generator = np.random.Generator(np.random.PCG64(0))
        set_generator(generator, content)
        return generator
    raise WireError(f"{kind!r} is no kind of value")


def _built_array(content: Content) -> Array:
    _, dtype, shape, order = content.form
    flat = np.frombuffer(content.data or b"", _dtype(dtype)).copy()
    if order is None:
        return flat.reshape(shape)
    if order == [*range(len(shape))]:
        return flat.reshape(shape)
    inverse = sorted(range(len(order)), key=order.__getitem__)
    return flat.reshape([shape[axis] for axis in order]).transpose(inverse)


def _built_tensor(content: Content) -> Any:
    _, name, shape, requires_grad = content.form
    torch = sys.modules.get("torch")
    if torch is None:
        raise WireError("there is no torch on this side of the wall")
    data = content.data or b""
    carrier = np.frombuffer(data, np.dtype(_TENSORS[name])).copy().reshape(shape)
    tensor = torch.from_numpy(carrier)
    if name == "bfloat16":
        tensor = tensor.view(torch.bfloat16)
    return tensor.requires_grad_(bool(requires_grad))


def set_array(array: Any, content: Content) -> None:
    """Write new entries into an array or a tensor; raises ValueError if it has another shape."""
    new = _built(content)
    if tuple(new.shape) != tuple(array.shape) or new.dtype != array.dtype:
        raise ValueError
    if type(array) is np.ndarray:
        array[...] = new
    else:
        array.data.copy_(new.data)


def set_generator(generator: np.random.Generator, content: Content) -> None:
    _, state, inc, has_uint32, uinteger = content.form
    generator.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(state), "inc": int(inc)},
        "has_uint32": int(has_uint32),
        "uinteger": int(uinteger),
    }


def _check_hashes(keys: Iterable[Any]) -> None:
    """Raise WireError for keys that were chosen to share a hash: a dict of them takes minutes."""
    if max(Counter(map(hash, keys)).values(), default=0) > _MAX_SAME_HASH:
        raise WireError("the keys of a dict share one hash")


@functools.lru_cache
def _dtype(text: str) -> np.dtype[Any]:
    if not _DTYPE.fullmatch(text):
        raise WireError(f"{text!r} is no dtype that may cross the wall")
    return np.dtype(text)


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

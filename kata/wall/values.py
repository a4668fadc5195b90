"""Values on their way: written into messages by one side, read from them by the other.

What may cross by value: None, bool, int, float, complex, str, bytes, slice, tuple, NumPy scalars,
arrays, tensors, lists, dicts and NumPy generators. It is rebuilt as the base type. Everything else
is lent as a reference: the judge's functions, the sandbox's objects.

Copies would lose the identity of values that can change. So both sides keep a `Table` of those that
have crossed: the same array gets the same number, a view stays a view, and each message brings the
changes made since the last one. An answer that writes into an argument, or later into a result that
it gave before, is seen to do so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from kata.wall.contents import (
    Array,
    Content,
    built,
    content_of,
    dtype_of,
    is_mutable,
    may_cross,
    order_of,
)
from kata.wall.line import MAX_BLOBS, MAX_HEADER, Message, Node, WireError
from kata.wall.table import Entry, Table

MAX_DEPTH = 64
# Values and objects are counted from 0, so none has a number beyond this.
MAX_NUMBER = 1 << 48
# No dict that is meant as one has more keys with the same hash.
_MAX_SAME_HASH = 100
# In bytes, where an item counts as 16. In a message it has two at least, so one in which nothing is
# held several times is never larger.
_ITEM_BYTES = 16
_MAX_UNFOLDED = _ITEM_BYTES // 2 * MAX_HEADER + MAX_BLOBS


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
        if isinstance(value, np.generic) and may_cross(value.dtype):
            return ["scalar", value.dtype.str, value.tobytes().hex()]
        if is_mutable(value):
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
        if type(value) is list:
            return Content(["list", *(self.node(item, depth + 1) for item in value)])
        if type(value) is dict:
            items = [[self.node(part, depth + 1) for part in item] for item in value.items()]
            return Content(["dict", *items])
        return content_of(value)

    def _put(self, number: int, content: Content) -> None:
        blob = None
        if content.data is not None:
            blob = len(self._blobs)
            self._blobs.append(content.data)
        self._objects[str(number)] = [blob, *content.form]


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
        self._sizes = _Sizes(table)
        try:
            self._read_objects(message, change)
        except WireError:
            raise
        except Exception as error:  # Whatever a forged message makes Python raise.
            raise WireError("a message cannot be read") from error

    def value(self, node: Node) -> Any:
        """The value that a node stands for."""
        try:
            self._sizes.check(node)
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
                raise WireError("a value whose number is none")
            content = Content(form, None if blob is None else blobs.pop(blob))
            if number in self._table.entries:
                changed.append((number, content))
            elif self._table.is_own(number):
                continue  # Forgotten here meanwhile.
            else:
                entry = self._table.add(number, built(content), content)
                entry.content = content.as_held_by(entry.value)
                new.append(number)
        for number, content in changed:
            change(self, number, self._table.entries[number], content)
            entry = self._table.entries[number]
            entry.content = entry.content.as_held_by(entry.value)
        # Now that all are there, those that hold others can be filled.
        for number in {*new, *(number for number, _ in changed), *self._replace_holders()}:
            self._sizes.check(["shared", number])
            entry = self._table.entries[number]
            self.fill(entry.value, entry.content)

    def replace(self, number: int, content: Content) -> None:
        """Let a number stand for a new value from now on, which is filled later."""
        self._table.forget([number])
        self._table.add(number, built(content), content)
        self._replaced.append(number)

    def _replace_holders(self) -> set[int]:
        """Replace this side's lists and dicts that hold what was replaced; gives all holders."""
        if not self._replaced:
            return set()
        holders = defaultdict(set)
        for number, entry in self._table.entries.items():
            for held in entry.held():
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
            data, dtype = bytes.fromhex(rest[1]), dtype_of(rest[0])
            # An empty NumPy string has no bytes at all.
            return np.frombuffer(data, dtype)[0] if dtype.itemsize else dtype.type()
        return self._borrow(node)

    def _view(
        self, number: int, offset: int, dtype: str, shape: list[int], strides: list[int]
    ) -> Array:
        entry = self._table.entries[number]
        if entry.place is None or not dtype_of(dtype).itemsize:
            raise WireError("a view of what has none")
        base = entry.value
        if min(shape, default=0) < 0:  # NumPy takes a -1 for a size that it then does not check.
            raise WireError("a view with a size below 0")
        # NumPy checks that the view stays within the memory of `base`.
        memory = base.transpose(order_of(base)).reshape(-1).view(np.uint8)
        view: Array = np.ndarray(shape, dtype_of(dtype), memory, offset, strides)
        if view.nbytes > MAX_BLOBS:  # With strides of 0 it may be.
            raise WireError("a view of more bytes than may cross the wall")
        return view


class _Sizes:
    """How large values are once unfolded, where what is held several times counts as often.

    A list of two that are one list, which holds two that are one, and so on, is small here; but to
    show it, or to compare it with another, would take as long as if it were unfolded.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        # One that is being measured has none yet.
        self._sizes: dict[int, int | None] = {}

    def check(self, node: Node) -> None:
        """Raise WireError where a node stands for what is too large, or holds itself."""
        if self._of(node, 0) > _MAX_UNFOLDED:
            raise WireError("a value that holds others too often")

    def _of(self, node: Node, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        if isinstance(node, str):
            return _ITEM_BYTES + len(node)
        if not isinstance(node, list):
            return _ITEM_BYTES
        kind, *parts = node
        if kind == "shared":
            return self._of_shared(parts[0], depth)
        if kind == "view":
            return _bytes_of_view(*parts)
        return self._of_parts(parts, depth)

    def _of_parts(self, parts: list[Node], depth: int) -> int:
        return _ITEM_BYTES + sum(self._of(part, depth + 1) for part in parts)

    def _of_shared(self, number: int, depth: int) -> int:
        if number not in self._sizes:
            self._sizes[number] = None
            entry = self._table.entries[number]
            size = len(entry.content.data or b"")
            self._sizes[number] = size + self._of_parts(entry.parts(), depth)
        size_or_none = self._sizes[number]
        if size_or_none is None:
            raise WireError("a value that holds itself")
        return size_or_none


def _bytes_of_view(
    number: int, offset: int, dtype: str, shape: list[int], strides: list[int]
) -> int:
    size = dtype_of(dtype).itemsize
    for length in shape:  # Their product may have millions of digits.
        size = min(size * abs(length), MAX_BLOBS + 1)
    return size


def _check_hashes(keys: Iterable[Any]) -> None:
    """Raise WireError for keys that were chosen to share a hash: a dict of them takes minutes."""
    if max(Counter(map(hash, keys)).values(), default=0) > _MAX_SAME_HASH:
        raise WireError("the keys of a dict share one hash")

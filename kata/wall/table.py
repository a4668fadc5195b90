"""The mutable values that have crossed the wall, as both sides last knew them."""

import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kata.wall.contents import Array, Content, place_of
from kata.wall.line import Node

# The oldest values are forgotten by both sides beyond this.
MAX_ENTRIES = 128
MAX_ENTRY_BYTES = 64 << 20


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
        return place_of(self.value) if self.same_strides else None

    def parts(self) -> list[Node]:
        """What a list or dict holds."""
        if type(self.value) is list:
            return self.content.form[1:]
        if type(self.value) is dict:
            return [part for item in self.content.form[1:] for part in item]
        return []

    def held(self) -> Iterator[int]:
        """The numbers of what a list or dict holds."""
        nodes = [*self.parts()]
        while nodes:
            node = nodes.pop()
            if isinstance(node, list) and node[0] in ("shared", "view"):
                yield node[1]
            elif isinstance(node, list) and node[0] in ("tuple", "slice"):
                nodes += node[1:]


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
        same_strides = content.kind == "array" and content.form[3] is not None
        entry = Entry(value, content, same_strides)
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
        place = place_of(array, dense=False)
        if place is None:
            return None
        for number, entry in self.entries.items():
            if entry.place and entry.place[0] <= place[0] and place[1] <= entry.place[1]:
                return number
        return None

"""The line between judge and sandbox: messages, and the socket that carries them.

A message is a JSON header and raw bytes; nothing in it can execute.
"""

import contextlib
import ctypes
import itertools
import json
import math
import socket
import struct
import time
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

Node = Any

MAX_HEADER = 4 << 20
MAX_BLOBS = 64 << 20

_FRAME = struct.Struct("<IQ")
# Small messages go in one piece: the other side would wake up for each part.
_EARLY_BYTES = 1 << 14
# The kernel waits anew for each 32 KB, so no more is sent in one call that may wait.
_PIECE_BYTES = 1 << 15
_BUFFER_BYTES = 4 << 20
# malloc.h
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


class WireError(Exception):
    """What came over the line, or should go over it, is malformed or too much."""


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

    def receive_parts(self, deadline: float | None) -> tuple[bytearray, bytearray]:
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

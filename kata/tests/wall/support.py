"""Two sides of a wall in one process, and what a value is made of."""

import contextlib
import itertools
import json
import socket
import struct
import threading
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings

from kata.wall import wall as house
from kata.wall.contents import TENSORS
from kata.wall.line import MAX_BLOBS, Line, Message, WireError
from kata.wall.remote import Remote
from kata.wall.sandbox import Sandbox
from kata.wall.values import Reader, Writer
from kata.wall.wall import Answer, Wall

FRAME = struct.Struct("<IQ")
# Long enough for any machine: only what hangs takes as long.
LONG = 60.0
SHORT = 0.2

STEADY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# What a sandbox says once it has the answer, and once that is loaded.
GREETING = Message({"protections": {}}).packed()
LOADED = Message({"value": None}).packed()
DIED = Message({"died": 1}).packed()


@contextlib.contextmanager
def a_wall(talk, seconds=LONG, loaded=LOADED, stillborn=0):
    """A wall, with `talk(line, connection)` as the sandbox at its far side.

    So many sandboxes die before it, without having loaded anything.
    """
    threads, problems = [], []

    def run(connection, lives):
        try:
            with connection, contextlib.suppress(EOFError, OSError):
                line = Line(connection)
                line.receive()
                line.send(GREETING if lives else DIED)
                if lives:
                    line.send(loaded)
                    talk(line, connection)
        except BaseException as error:
            problems.append(error)

    def connect(address):
        near, far = socket.socketpair()
        lives = len(threads) >= stillborn
        threads.append(threading.Thread(target=run, args=(far, lives), daemon=True))
        threads[-1].start()
        return near

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house, "connect", connect)
        wall = Wall(("", ""), Answer("basics.kata", ("f",), {}, torch=True), seconds)
        try:
            yield wall
        finally:
            wall.close()
            for thread in threads:
                thread.join(LONG)
    assert not any(thread.is_alive() for thread in threads), "the far side was not hung up on"
    assert problems == []


def honest(**functions):
    """What a sandbox does; it has loaded these functions."""

    def talk(line, connection):
        sandbox = Sandbox(connection, {})
        sandbox._line, sandbox._module = line, SimpleNamespace(**functions)
        while True:
            line.send(sandbox._reply(line.receive()))

    return talk


def answering(*replies):
    """A forged sandbox: it sends these packed messages, one for each request."""

    def talk(line, connection):
        for reply in replies:
            line.receive()
            line.send(reply)

    return talk


@contextlib.contextmanager
def a_function(function):
    """The stand-in for `function`, which is in a sandbox."""
    with a_wall(honest(f=function)) as wall:
        yield wall.stand_ins()["f"]


def sent(value, near, far):
    """`value` as it is on the far side, where these are the tables of the two."""
    writer = Writer(near, refuse)
    packed = writer.message(value=writer.node(value)).packed()
    message = unpacked(b"".join(packed))
    return Reader(far, message, refuse, refuse).value(message.body["value"])


def unpacked(data):
    size, _ = FRAME.unpack(data[: FRAME.size])
    return Message.unpacked(data[FRAME.size :][:size], data[FRAME.size + size :])


def header_of(message):
    sizes = [len(blob) for blob in message.blobs]
    header = {"body": message.body, "objects": message.objects, "sizes": sizes}
    return json.dumps(header).encode()


def refuse(*_):
    raise WireError("nothing is lent, and nothing is changed")


class Judge:
    """A wall as it stands after a request that shared something of each kind."""

    def __init__(self):
        self.wall = Wall(("", ""), Answer("basics.kata", ("f",), {}, torch=True), LONG)
        with_gaps = np.zeros((512, 1024), np.uint8)[:, ::2]
        self.arguments = np.arange(6.0), with_gaps, [1, [2]], torch.ones(2), {1: 2}
        self.function = lambda *args, **kwargs: (args, kwargs)
        rng = np.random.default_rng(0)
        self.wall._request("call", (self.arguments, rng, self.function))
        self.before = described(self.arguments)

    def check_reading(self, header, blobs):
        """Read a message: there comes a WireError, or plain data in no more memory than is due."""
        taken = []

        def read():
            with contextlib.suppress(WireError, EOFError):
                taken.append(self.wall._taken(Message.unpacked(header, blobs)))

        assert peak_of(read) <= 200_000 + 100 * len(header) + 4 * len(blobs)
        entries = [entry.value for entry in self.wall._table.entries.values()]
        check_plain([value for _, value in taken] + entries, [self.function])
        assert described(self.arguments) == self.before
        for _, value in taken:  # It may be an argument of the next call.
            with contextlib.suppress(WireError):
                self.wall._request("call", (value,)).packed()


# --- What is plain, and what is the same -----------------------------------------------------

BUILTINS = (type(None), bool, int, float, complex, str, bytes)


def check_plain(value, others=(), seen=None):
    """Fail unless `value` and all in it is of a base type; `others` may be met too."""
    seen = {} if seen is None else seen
    kind = type(value)
    if kind in BUILTINS or kind is Remote or id(value) in seen:
        return
    if any(value is other for other in others):
        return
    seen[id(value)] = value
    if kind is np.ndarray or isinstance(value, np.generic):
        assert kind is np.ndarray or kind is value.dtype.type
        assert value.dtype.kind in "biufcSU"
        assert value.dtype.fields is None
        assert value.nbytes <= MAX_BLOBS
        assert value.dtype.itemsize or kind is not np.ndarray
    elif kind in (list, tuple):
        for item in value:
            check_plain(item, others, seen)
    elif kind is dict:
        check_plain([*value.keys(), *value.values()], others, seen)
    elif kind is slice:
        check_plain((value.start, value.stop, value.step), others, seen)
    elif kind is np.random.Generator:
        assert type(value.bit_generator) is np.random.PCG64
    else:
        assert kind is torch.Tensor
        assert value.layout is torch.strided


def described(value):
    """All that there is to know of a value, to be compared by ==; a nan is equal to itself."""
    kind = type(value).__name__
    if isinstance(value, list | tuple):
        return kind, [described(item) for item in value]
    if isinstance(value, dict):
        return kind, [(described(key), described(item)) for key, item in value.items()]
    if isinstance(value, slice):
        return kind, described([value.start, value.stop, value.step])
    if isinstance(value, np.ndarray | np.generic):
        return kind, value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, torch.Tensor):
        bits = value.detach().resolve_conj().contiguous().reshape(-1).view(torch.uint8)
        return kind, value.dtype, value.shape, value.requires_grad, bits.tolist()
    if isinstance(value, np.random.Generator):
        return kind, repr(value.bit_generator.state)
    return kind, repr(value)


def peak_of(call):
    """The most bytes that a call holds at a time."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# --- Every value that may cross --------------------------------------------------------------

NAN, INF = float("nan"), float("inf")
CUBE = np.arange(24.0).reshape(2, 3, 4)
DTYPES = ("?", "i1", "u1", "i2", "<u4", ">i4", "i8", "u8", "f2", "f4", "f8", ">f8", "g", "F", "D")

VALUES = {
    "none": None,
    "bools": (True, False),
    "ints": (0, -1, 2**63, -(10**4000)),
    "floats": (0.0, -0.0, NAN, INF, -INF, 5e-324, 0.1),
    "complex": (1j, complex(NAN, -0.0), complex(-INF, 0.1)),
    "texts": ("", "é\ud800\0\n\u2028", '"\\'),
    "bytes": (b"", b"\0\xff"),
    "tuples": ((), (1, (2, ((),)))),
    "slices": (slice(None), slice(1, None, -2), slice(np.int64(1), 2)),
    "lists": [[], [1, [2.5, "a"]], [[[[]]]]],
    "dicts": {1: "a", "1": {}, None: [], 2.5: {(1, "b"): None}, b"k": (), np.int64(7): 7},
    "scalars": tuple(np.dtype(name).type(1) for name in DTYPES),
    "text scalars": (np.str_("ab"), np.str_(""), np.bytes_(b"ab"), np.bytes_(b"")),
    "nan scalars": (np.float32(NAN), np.float64(-INF), np.complex64(NAN)),
    "arrays": [np.array([1, 0, 1]).astype(name) for name in DTYPES],
    "texts in arrays": [np.array(["", "ab"]), np.array([b"", b"abc"])],
    "not finite": np.array([NAN, INF, -INF, -0.0]),
    "0-d": [np.array(3.5), np.array(True), np.array(7, ">i2")],
    "empty": [np.zeros(0), np.zeros((0, 3), "f4"), np.zeros((2, 0, 3), bool)],
    "Fortran": np.asfortranarray(CUBE),
    "transposed": [CUBE.transpose(order) for order in itertools.permutations(range(3))],
    "gaps": [CUBE[:, ::2], CUBE[..., 1], CUBE[::-1], CUBE.T[1:, ::2, ::-1]],
    "broadcast": np.broadcast_to(np.arange(3.0), (4, 3)),
    "many dimensions": np.zeros((1,) * 20 + (2,)),
    "tensors": [torch.tensor([1, 0, 1]).to(getattr(torch, name)) for name in TENSORS],
    "tensors' shapes": [torch.tensor(2.5), torch.zeros(0, 3), torch.arange(6.0).reshape(2, 3).T],
    "tensors' views": [torch.ones(1).expand(3), torch.arange(9)[::2], torch.tensor([1j]).conj()],
    "a tensor with a gradient": torch.ones(2, requires_grad=True),
    "nan in tensors": [torch.tensor([NAN, -INF]), torch.tensor([NAN]).bfloat16()],
    "generators": [np.random.default_rng(5), np.random.default_rng(6)],
    "a generator within a draw": np.random.default_rng(3),
    "nested": ([{"a": (np.ones(2), [torch.ones(1), {2: slice(3)}])}],),
}
VALUES["a generator within a draw"].random(dtype=np.float32)


def nested(kind, depth):
    value = 1
    for _ in range(depth):
        value = slice(value) if kind is slice else kind([value])
    return value

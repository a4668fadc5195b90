"""What crosses the wall: every value as it was, and nothing else, whatever a sandbox sends."""

import builtins
import contextlib
import copy
import itertools
import json
import socket
import struct
import sys
import threading
import time
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kata import testing
from kata.testing import unchanged

if sys.platform == "win32":
    pytest.skip("the wall needs sockets of Unix", allow_module_level=True)

from kata.wall import wall as wall_room
from kata.wall import wire
from kata.wall.sandbox import Sandbox
from kata.wall.wall import Answer, AnswerError, Remote, Wall
from kata.wall.wire import Line, Message, Reader, Table, WireError, Writer

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


# --- Two sides -------------------------------------------------------------------------------


@contextlib.contextmanager
def a_wall(talk, seconds=LONG):
    """A wall, with `talk(line, connection)` as the sandbox at its far side."""
    threads, problems = [], []

    def run(connection):
        try:
            with connection, contextlib.suppress(EOFError, OSError):
                line = Line(connection)
                line.send(Message({"protections": {}}).packed())
                talk(line, connection)
        except BaseException as error:
            problems.append(error)

    def connect(address):
        near, far = socket.socketpair()
        threads.append(threading.Thread(target=run, args=(far,), daemon=True))
        threads[-1].start()
        return near

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wall_room, "connect", connect)
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
        sandbox = Sandbox(connection)
        sandbox._line, sandbox._module = line, SimpleNamespace(**functions)
        while True:
            message = line.receive()
            loads = message.body["op"] == "load"
            line.send(Message({"value": None}).packed() if loads else sandbox._reply(message))

    return talk


def answering(*replies):
    """A forged sandbox: it loads, then sends these packed messages, one for each request."""

    def talk(line, connection):
        line.receive()
        line.send(Message({"value": None}).packed())
        for reply in replies:
            line.receive()
            line.send(reply)

    return talk


@contextlib.contextmanager
def a_function(function, seconds=LONG):
    """The stand-in for `function`, which is in a sandbox."""
    with a_wall(honest(f=function), seconds) as wall:
        yield wall.stand_ins()["f"]


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with near, far:
        yield Line(near), far


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
        assert value.nbytes <= wire.MAX_BLOBS
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
    "tensors": [torch.tensor([1, 0, 1]).to(getattr(torch, name)) for name in wire._TENSORS],
    "tensors' shapes": [torch.tensor(2.5), torch.zeros(0, 3), torch.arange(6.0).reshape(2, 3).T],
    "tensors' views": [torch.ones(1).expand(3), torch.arange(9)[::2], torch.tensor([1j]).conj()],
    "a tensor with a gradient": torch.ones(2, requires_grad=True),
    "nan in tensors": [torch.tensor([NAN, -INF]), torch.tensor([NAN]).bfloat16()],
    "generators": [np.random.default_rng(5), np.random.default_rng(6)],
    "a generator within a draw": np.random.default_rng(3),
    "nested": ([{"a": (np.ones(2), [torch.ones(1), {2: slice(3)}])}],),
}
VALUES["a generator within a draw"].random(dtype=np.float32)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_crosses_both_ways_as_it_is(name):
    arrived = []

    def remade(value):
        arrived.append(described(value))
        return copy.deepcopy(value)

    value = VALUES[name]
    expected = described(value)
    with a_function(remade) as f:
        result = f(value)
        assert arrived == [expected]
        assert described(result) == expected
        check_plain(result)
        # Nobody has written into it, though a nan differs from itself.
        with testing.recording():
            f(1)
            assert testing.recorder.written == []
        assert described(value) == expected


def test_the_order_of_an_array_in_memory_crosses():
    with a_function(lambda *arrays: [array.strides for array in arrays]) as f:
        arrays = [np.asfortranarray(CUBE), CUBE.transpose(1, 2, 0), CUBE]
        assert f(*arrays) == [array.strides for array in arrays]


def test_the_same_value_stays_the_same():
    x, items = np.zeros(3), [1]
    rng = np.random.default_rng(0)
    pair = (x, [x, items], {"items": items, "rng": rng}, rng, torch.ones(1))

    def kept(pair):
        x, both, named, rng, _ = pair
        same = both[0] is x and named["items"] is both[1] and named["rng"] is rng
        return same, pair, both[1]

    with a_function(kept) as f:
        same, back, again = f(pair)
        assert same
        assert all(one is other for one, other in zip(back, pair, strict=True))
        assert again is items


def test_a_list_may_hold_itself():
    def holds_itself(items):
        assert items[0] is items
        mine = {}
        mine["me"] = mine
        return mine

    with a_function(holds_itself) as f:
        items = []
        items.append(items)
        mine = f(items)
        assert mine["me"] is mine


def sent(value, near, far):
    """`value` as it is on the far side, where these are the tables of the two."""
    writer = Writer(near, refuse)
    packed = writer.message(value=writer.node(value)).packed()
    message = unpacked(b"".join(packed))
    return Reader(far, message, refuse, refuse).value(message.body["value"])


def unpacked(data):
    size, _ = FRAME.unpack(data[: FRAME.size])
    return Message.unpacked(data[FRAME.size :][:size], data[FRAME.size + size :])


def refuse(*_):
    raise WireError("nothing is lent, and nothing is changed")


@settings(STEADY, max_examples=60)
@given(st.tuples(*map(st.slices, (4, 5, 6))), st.sampled_from("CF"), st.booleans())
def test_a_view_stays_a_view(index, order, from_sandbox):
    x = np.arange(120.0).reshape(4, 5, 6).copy(order)
    view = x[index]
    near, far = Table(first=2), Table(first=1)
    if from_sandbox:
        near, far = far, near
    arrived, arrived_view = sent((x, view), near, far)
    assert described((arrived, arrived_view)) == described((x, view))
    back, back_view = sent((arrived, arrived_view), far, near)
    assert back is x
    assert described(back_view) == described(view)
    # To write into the one is to write into the other, at the same places.
    arrived_view += 1000
    back_view += 1000
    assert described(arrived) == described(x)
    assert np.count_nonzero(x >= 1000) == view.size


# --- Changes ---------------------------------------------------------------------------------

WRITES = {
    "array": (lambda: np.ones(3), lambda x: x.fill(2)),
    "Fortran array": (lambda: np.asfortranarray(CUBE), lambda x: np.negative(x, out=x)),
    "array with gaps": (lambda: CUBE.copy()[:, ::2], lambda x: np.negative(x, out=x)),
    "list": (lambda: [1, [2]], lambda x: x[1].append({})),
    "dict": (lambda: {1: 2}, lambda x: x.update({len(x) + 1: [x.popitem()]})),
    "tensor": (lambda: torch.ones(3), lambda x: x.mul_(2)),
    "bfloat16 tensor": (lambda: torch.ones(3).bfloat16(), lambda x: x.mul_(2)),
}


@pytest.mark.parametrize(("make", "write"), WRITES.values(), ids=WRITES)
def test_a_result_that_is_written_into_later_changes(make, write):
    mine = make()

    def give(later):
        if later:
            write(mine)
        return mine

    with a_function(give) as f:
        result = f(False)
        first = described(make())
        assert described(result) == first
        assert f(True) is result
        assert described(result) == described(mine) != first
        # And the other way round.
        write(result)
        f(False)
        assert described(mine) == described(result)


@pytest.mark.parametrize(("make", "write"), WRITES.values(), ids=WRITES)
def test_an_argument_that_is_written_into_is_noted_and_not_changed(make, write):
    def write_and_give(x):
        write(x)
        return x, [x]

    argument, changed = make(), make()
    before = described(argument)
    write(changed)
    with a_function(write_and_give) as f:
        with testing.recording():
            f(argument)
            assert testing.recorder.written != []
        result, held = f(argument)
        assert described(result) == described(changed) != before
        assert held[0] is result
        assert described(argument) == before


def test_arguments_that_are_updated_in_place_and_given_back_are_the_result():
    def step(params, grads, done):
        for param, grad in zip(params["all"], grads, strict=True):
            param -= grad
        done.append(params)
        return params, params["all"][1][:1], done

    params, grads = {"all": [np.ones(2), np.ones(3)]}, (np.full(2, 0.5), np.full(3, 0.5))
    expected = {"all": [np.full(2, 0.5), np.full(3, 0.5)]}
    with a_function(step) as f:
        with pytest.raises(AssertionError, match="written into"), unchanged(params):
            f(params, grads, [])
        result, view, done = f(params, grads, [])
        assert described(result) == described(expected)
        assert done[0] is result
        assert np.shares_memory(view, result["all"][1])
        assert described(params) == described({"all": [np.ones(2), np.ones(3)]})
        again, _, _ = f(result, grads, [])
        assert described(again) == described({"all": [np.zeros(2), np.zeros(3)]})
        assert described(result) == described(expected)


def test_a_write_through_a_view_is_a_write_into_the_array():
    def write(x, rows):
        rows[0] = 9

    x = np.zeros((4, 3))
    with a_function(write) as f, pytest.raises(AssertionError, match="written"), unchanged(x):
        f(x, x[1:])


def test_a_generator_moves_as_it_is_drawn_from():
    rng, twin = np.random.default_rng(4), np.random.default_rng(4)

    def draw(rng):
        return rng.normal(size=1000), rng.random(3, np.float32)

    with a_function(draw) as f:
        first = f(rng)
        expected = draw(twin)
        assert described(first) == described(expected)
        assert described(rng) == described(twin)
        assert described(rng.random(5)) == described(twin.random(5))
        assert described(f(rng)) == described(draw(twin))


def test_a_generator_cannot_be_set_to_where_no_drawing_leads():
    rng = np.random.default_rng(4)
    before = described(rng)

    def set_back(rng):
        rng.bit_generator.state = np.random.default_rng(5).bit_generator.state

    with a_function(set_back) as f:
        with pytest.raises(AnswerError, match="no drawing leads"):
            f(rng)
        assert described(rng) == before


def test_what_a_test_shared_means_nothing_in_the_next():
    with a_wall(honest(f=lambda x: x.sum())) as wall:
        f = wall.stand_ins()["f"]
        shared = [np.ones(n) for n in range(1, 5)]
        assert [f(x) for x in shared] == [1, 2, 3, 4]
        wall.begin_test()
        # A call on the clock has tables of its own.
        wall.timed(f, (np.ones((2, 2)),), lambda x: x.sum())
        assert f(np.full((3, 2), 7.0)) == 42


def test_functions_and_objects_are_lent_and_not_copied():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def __call__(self, x):
            return x * self.factor

    def make(factor, function):
        return Scale(factor), function(3.0), function

    with a_function(make) as f:
        function = np.sqrt
        scale, root, back = f(2, lambda x: function(x))
        check_plain([scale, root], [])
        assert type(scale) is Remote
        assert (scale.factor, root, back(16.0)) == (2, np.sqrt(3.0), 4.0)
        scale.factor = np.ones(2)
        assert described(scale.factor) == described(np.ones(2))


TOO_MUCH = {
    "an int of 5000 digits": lambda: 10**5000,
    "a list nested 100 deep": lambda: nested(list, 100),
    "a slice nested 2000 deep": lambda: nested(slice, 2000),
    "a broadcast array": lambda: np.broadcast_to(np.ones(1), (1 << 40,)),
    "an expanded tensor": lambda: torch.ones(1).expand(1 << 40),
    "100 MB": lambda: np.zeros(100 << 20, np.uint8),
}


def nested(kind, depth):
    value = 1
    for _ in range(depth):
        value = slice(value) if kind is slice else kind([value])
    return value


@pytest.mark.parametrize("make", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_result_that_is_too_much_is_the_answers_fault_and_no_end(make):
    def answer(much):
        return make() if much else 5

    with a_function(answer) as f:
        with pytest.raises(TypeError, match="the result cannot be taken"):
            f(True)
        assert f(False) == 5


def test_a_sparse_tensor_is_lent():
    with a_function(lambda: torch.eye(2).to_sparse()) as f:
        assert type(f()) is Remote


# --- Forged messages, as they are read -------------------------------------------------------

NUMBERS = st.integers(-2, 12) | st.sampled_from(
    (
        *(True, False, None, 1.0, 2.5, NAN, INF, "1", [], {}),
        *(2**31, 2**48, 2**61 - 1, 2**63, -(2**63), 2**64, 10**40, 10**400),
    )
)
DTYPE_TEXTS = st.sampled_from(
    (
        *("<f8", "|u1", "|b1", "<U1", "|S3", "<c16", ">i4", "<f2", "<f16"),
        *("|S0", "<U0", "<U999999", "<f٨", "<f3", "f8", "object", "|O", "|O8", "|V8", "<M8[ns]"),
        *("<f8,<i4", "{'names':['a'],'formats':['O']}", "", None, 5),
        *(["<f8"], [["a", "<f8"]], {"names": ["a"]}),
    )
)
SHAPES = st.lists(NUMBERS, max_size=4) | st.lists(st.integers(0, 4), max_size=3) | NUMBERS
LEAVES = st.one_of(
    NUMBERS, st.text(max_size=3), st.floats(), st.sampled_from(["tuple", "shared", "\ud800"])
)


def tagged(kind, *parts):
    return st.tuples(st.just(kind), *parts).map(list)


def parts_of(kind, part):
    return st.lists(part, max_size=3).map(lambda parts: [kind, *parts])


HEX = st.binary(max_size=17).map(bytes.hex)
HEX_FLOATS = st.floats().map(float.hex) | LEAVES
REFERENCES = st.one_of(
    tagged("shared", NUMBERS),
    tagged("object", NUMBERS, LEAVES),
    tagged("function", NUMBERS),
    tagged("view", NUMBERS, NUMBERS, DTYPE_TEXTS, SHAPES, SHAPES),
    tagged("view", st.integers(1, 8), st.integers(-1, 9), DTYPE_TEXTS, SHAPES, SHAPES),
    tagged("complex", HEX_FLOATS, HEX_FLOATS),
    tagged("bytes", HEX | LEAVES),
    tagged("scalar", DTYPE_TEXTS, HEX | LEAVES),
)
FLAT = LEAVES | REFERENCES


def holding(inner):
    kinds = ("tuple", "slice", "view", "made", "name", "array", "scalar")
    named = st.dictionaries(st.sampled_from(("tuple", "shared", "a")), inner, max_size=2)
    return st.one_of(*(parts_of(kind, inner) for kind in kinds), st.lists(inner), named)


NODES = FLAT | holding(FLAT) | holding(FLAT | holding(FLAT))


@st.composite
def whole_arrays(draw):
    """An array or a tensor with as many bytes as it needs."""
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    order = draw(st.permutations(range(len(shape))) | st.none() | SHAPES)
    dtype, name = draw(st.sampled_from([*zip(wire._TENSORS.values(), wire._TENSORS, strict=True)]))
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    if draw(st.booleans()):
        return ["tensor", name, shape, draw(st.booleans())], data
    return ["array", dtype, shape, order], data


FORMS = st.one_of(
    tagged("array", DTYPE_TEXTS, SHAPES, SHAPES | st.none()),
    tagged("tensor", st.sampled_from([*wire._TENSORS, "quint8", None]), SHAPES, LEAVES),
    tagged("generator", NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    parts_of("list", NODES),
    parts_of("dict", st.tuples(NODES, NODES)),
    st.lists(LEAVES, max_size=2),
)
CONTENTS = whole_arrays() | FORMS.flatmap(
    lambda form: st.tuples(st.just(form), st.none() | st.binary(max_size=48))
)
NAMES = st.integers(1, 12).map(str) | NUMBERS.map(lambda n: json.dumps(n)) | st.text(max_size=3)


@st.composite
def messages(draw, bodies):
    objects, blobs = {}, []
    for name, (form, data) in draw(st.dictionaries(NAMES, CONTENTS, max_size=3)).items():
        index = None
        if data is not None:
            index = len(blobs)
            blobs.append(data)
        objects[name] = [index, *form]
    if blobs and draw(st.integers(0, 9)) == 0:
        objects[draw(NAMES)] = [draw(NUMBERS), "array", "|u1", [-1], None]
    return Message(draw(bodies), objects, blobs)


VALUE_BODIES = st.fixed_dictionaries({"value": NODES})


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


def header_of(message):
    sizes = [len(blob) for blob in message.blobs]
    header = {"body": message.body, "objects": message.objects, "sizes": sizes}
    return json.dumps(header).encode()


@settings(STEADY, max_examples=200)
@given(messages(VALUE_BODIES))
def test_a_forged_message_gives_plain_data_or_is_refused(message):
    Judge().check_reading(header_of(message), b"".join(message.blobs))


def real_frames():
    """What an honest sandbox sends, of each kind of value."""
    for value in VALUES.values():
        table = Table(first=1)
        for _ in range(2):
            writer = Writer(table, lambda _: ["object", 0, "Adam"])
            yield b"".join(writer.message(value=writer.node([value, writer])).packed())


REAL = [frame for frame in real_frames() if len(frame) < 4000]


def places(tree, found=()):
    """All containers in a tree of JSON with their keys."""
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


@st.composite
def altered_messages(draw):
    """A real message with one to three parts of its header changed for others."""
    message = unpacked(draw(st.sampled_from(REAL)))
    header = json.loads(header_of(message))
    for _ in range(draw(st.integers(1, 3))):
        found = [*places(header)]
        tree, key = found[draw(st.integers(0, len(found) - 1))]
        # A copy, as it may be altered in turn.
        tree[key] = copy.deepcopy(draw(st.one_of(NODES, NUMBERS, DTYPE_TEXTS, SHAPES, FORMS)))
    return json.dumps(header).encode(), b"".join(message.blobs)


@settings(STEADY, max_examples=250)
@given(altered_messages())
def test_a_real_message_with_an_altered_header_gives_plain_data_or_is_refused(parts):
    Judge().check_reading(*parts)


BYTES = st.one_of(st.binary(max_size=3), st.sampled_from((b"[" * 2000, b'"1":', b"-", b"e9", b"]")))


@st.composite
def spoilt_frames(draw):
    """A real message as it is sent, with bytes changed, lost, added, or of another message."""
    frame = draw(st.sampled_from(REAL))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(frame)))
        stop = draw(st.integers(start, min(len(frame), start + 4)) | st.just(len(frame)))
        other = draw(st.sampled_from(REAL))
        frame = frame[:start] + draw(BYTES | st.just(other[start:])) + frame[stop:]
    if draw(st.booleans()) and len(frame) > FRAME.size:  # So that its header can be read.
        size = draw(st.integers(0, len(frame) - FRAME.size))
        frame = FRAME.pack(size, len(frame) - FRAME.size - size) + frame[FRAME.size :]
    return frame


@settings(STEADY, max_examples=250)
@given(spoilt_frames())
def test_spoilt_bytes_give_plain_data_or_are_refused(frame):
    near, far = socket.socketpair()
    with near, far:
        far.sendall(frame)
        far.close()
        parts = []
        with contextlib.suppress(WireError, EOFError):
            parts += Line(near).receive_parts(time.monotonic() + LONG)
    if parts:
        Judge().check_reading(*parts)


def extent(array):
    """Where the bytes of an array begin and end."""
    start = array.__array_interface__["data"][0]
    spans = [(n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True)]
    return start + sum(min(span, 0) for span in spans), start + array.itemsize + sum(
        max(span, 0) for span in spans
    )


@settings(STEADY, max_examples=200)
@given(
    st.integers(-9, 57),
    st.sampled_from(("<f8", "|u1", "<i2", "|S5", "<c16")),
    st.lists(st.tuples(st.integers(-1, 4), st.integers(-24, 24)), max_size=3),
)
def test_a_view_is_within_its_array_or_is_refused(offset, dtype, dimensions):
    base = np.arange(6.0)
    table = Table(first=2)
    Writer(table, refuse).node(base)
    shape, strides = [[*part] for part in zip(*dimensions, strict=True)] or ([], [])
    with contextlib.suppress(WireError):
        reader = Reader(table, Message({}), refuse, refuse)
        view = reader.value(["view", 2, offset, dtype, shape, strides])
        check_plain(view)
        first, last = extent(base)
        assert not view.size or first <= extent(view)[0] <= extent(view)[1] <= last


SAME_HASH = sys.hash_info.modulus
ARRAY = [0, "array", "|u1", [8], [0]]
LIST = [None, "list"]

# A message each: the value, the objects, the blobs.
ATTACKS = {
    "one blob for many arrays": (0, {"1": ARRAY, "3": ARRAY}, [bytes(8)]),
    "a blob from the end": (0, {"1": [-1, *ARRAY[1:]]}, [bytes(8)]),
    "a blob that is not there": (0, {"1": [1, *ARRAY[1:]]}, [bytes(8)]),
    "a view of what has gaps": (["view", 4, 0, "|u1", [1], [1]], {}, []),
    "a view of a list": (["view", 6, 0, "|u1", [1], [1]], {}, []),
    "a view of a tensor": (["view", 10, 0, "|u1", [1], [1]], {}, []),
    "a view of 0 bytes each": (["view", 2, 0, "|S0", [2**60], [0]], {}, []),
    "a view of 2**60 bytes": (["view", 2, 0, "|u1", [2**60], [0]], {}, []),
    "a view of too many bytes": (["view", 2, 0, "<f8", [2**20, 9], [0, 0]], {}, []),
    "a view whose size takes minutes": (
        ["view", 2, 0, "|u1", [10**4200] * 900, [0] * 900],
        {},
        [],
    ),
    "a view of more than an array": (["view", 2, 0, "<f8", [7], [8]], {}, []),
    "a view of a size that is not said": (["view", 2, 0, "<f8", [-1], [-16]], {}, []),
    "a view of a single such size": (["view", 2, 0, "<f8", -1, [-16]], {}, []),
    "a view of before an array": (["view", 2, 0, "<f8", [2], [-8]], {}, []),
    "keys with the same hash": (
        ["shared", 1],
        {"1": [None, "dict", *([n * SAME_HASH, 0] for n in range(999))]},
        [],
    ),
    "keys that have no hash": (["shared", 1], {"1": [None, "dict", [["shared", 1], 0]]}, []),
    "numbers with the same hash": (0, {str(SAME_HASH + 2): LIST, str(3 * SAME_HASH + 2): LIST}, []),
    "a negative number": (0, {"-1": LIST}, []),
    "an object's negative number": (["object", -1], {}, []),
    "an object's huge number": (["object", SAME_HASH], {}, []),
    "an object's bool": (["object", True], {}, []),
    "a number that nothing has": (["shared", 99], {}, []),
    "a function that nobody lent": (["function", 99], {}, []),
    "tuples 65 deep": (nested(lambda items: ["tuple", *items], 65), {}, []),
    "tuples 64 deep in a list": (
        0,
        {"1": [None, "list", nested(lambda items: ["tuple", *items], 64)]},
        [],
    ),
    "an array of objects": (0, {"1": [0, "array", "|O", [1], [0]]}, [bytes(8)]),
    "a scalar with fields": (["scalar", "<f8,<i4", "00" * 12], {}, []),
    "a scalar object": (["scalar", "|O8", "00" * 8], {}, []),
    "fewer bytes than entries": (0, {"1": [0, "array", "|u1", [9], [0]]}, [bytes(8)]),
    "an order that is none": (0, {"1": [0, "array", "|u1", [2, 4], [0, 0]]}, [bytes(8)]),
    "an unknown kind": (0, {"1": [0, "ndarray", "|u1", [8], [0]]}, [bytes(8)]),
    "a value that becomes another kind": (0, {"2": LIST}, []),
    "a generator's state": (0, {"1": [None, "generator", 2**128, 1, 0, 0]}, []),
    "a generator elsewhere": (0, {"14": [None, "generator", 1, 1, 0, 0]}, []),
}


@pytest.mark.parametrize(("value", "objects", "blobs"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused(value, objects, blobs):
    wall = Judge().wall
    with pytest.raises(WireError):
        wall._taken(Message({"value": value}, objects, blobs))


HEADERS = {
    "sizes that are floats": (b'{"body":{},"objects":{},"sizes":[8.0]}', 8),
    "a negative size": (b'{"body":{},"objects":{},"sizes":[9,-1]}', 8),
    "too few sizes": (b'{"body":{},"objects":{},"sizes":[]}', 8),
    "a size that is no number": (b'{"body":{},"objects":{},"sizes":[[8]]}', 8),
    "a list": (b"[]", 0),
    "nothing": (b"", 0),
    "no objects": (b'{"body":{},"sizes":[]}', 0),
    "a body that is a list": (b'{"body":[],"objects":{},"sizes":[]}', 0),
    "no UTF-8": (b'{"body":{"\xff":0},"objects":{},"sizes":[]}', 0),
    "an int of 5000 digits": (b'{"body":{"a":%s},"objects":{},"sizes":[]}' % (b"1" * 5000), 0),
    "lists nested 100,000 deep": (b"[" * 100_000, 0),
    "dicts nested 100,000 deep": (b'{"body":' * 100_000, 0),
}


@pytest.mark.parametrize(("header", "size"), HEADERS.values(), ids=HEADERS)
def test_a_header_that_is_none_is_refused(header, size):
    with pytest.raises(WireError):
        Message.unpacked(header, bytes(size))


# --- The line --------------------------------------------------------------------------------

MESSAGE = Message({"value": ["shared", 1]}, {"1": ARRAY}, [bytes(range(8))])
LARGE = Message({"value": "a" * 50_000}, {}, [bytes(100_000), b"", b"\1"])


@contextlib.contextmanager
def meanwhile(work):
    """Something done in a thread until it ends, or until the other side hangs up."""

    def run():
        with contextlib.suppress(OSError):
            work()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(LONG)
        assert not thread.is_alive()


@pytest.mark.parametrize("message", [MESSAGE, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("piece", [1, 1000, 1 << 20])
def test_a_message_arrives_in_whatever_pieces_it_comes(pair, message, piece):
    line, far = pair
    data = b"".join(message.packed()) * 2
    if piece == 1:
        data = data[: FRAME.size + 30] if message is LARGE else data

    def send():
        for start in range(0, len(data), piece):
            far.sendall(data[start : start + piece])
        far.close()

    complete = len(data) // len(b"".join(message.packed()))
    with meanwhile(send):
        for _ in range(complete):
            assert line.receive(time.monotonic() + LONG) == message
        with pytest.raises(EOFError):
            line.receive(time.monotonic() + LONG)


def test_a_message_that_breaks_off_anywhere_is_an_end():
    frame = b"".join(MESSAGE.packed())
    for length in range(len(frame)):
        near, far = socket.socketpair()
        with near, far:
            far.sendall(frame[:length])
            far.close()
            with pytest.raises(EOFError):
                Line(near).receive(time.monotonic() + LONG)


@pytest.mark.parametrize("sizes", [(9, 2**60), (2**32 - 1, 0), (wire.MAX_HEADER + 1, 0)])
def test_what_is_announced_as_too_much_is_refused_before_it_takes_memory(pair, sizes):
    line, far = pair
    far.sendall(FRAME.pack(*sizes))

    def receive():
        with pytest.raises(WireError, match="more than may cross"):
            line.receive(time.monotonic() + LONG)

    assert peak_of(receive) < 1 << 20


def test_the_most_that_may_be_announced_takes_no_more_than_that(pair):
    line, far = pair
    far.sendall(FRAME.pack(2, wire.MAX_BLOBS) + b"{}")

    def receive():
        with pytest.raises(TimeoutError):
            line.receive(time.monotonic() + SHORT)

    assert peak_of(receive) < wire.MAX_HEADER + wire.MAX_BLOBS + (1 << 20)


def test_the_largest_message_takes_few_times_its_size(pair):
    line, far = pair
    size = wire.MAX_BLOBS
    message = Message({"value": ["shared", 1]}, {"1": [0, "array", "|u1", [size], [0]]})
    header = header_of(Message(message.body, message.objects, [])).replace(b"[]}", b"[%d]}" % size)
    judge = Judge()

    def send():
        far.sendall(FRAME.pack(len(header), size) + header)
        for _ in range(size >> 20):
            far.sendall(bytes(1 << 20))

    def receive():
        _, array = judge.wall._taken(line.receive(time.monotonic() + LONG))
        assert array.nbytes == size

    with meanwhile(send):
        assert peak_of(receive) < 3 * size + (4 << 20)


@pytest.mark.parametrize("size", [0, 100, 1 << 20], ids=["no header", "a header", "blobs"])
def test_what_comes_too_slowly_ends_at_the_deadline(pair, size):
    line, far = pair
    ended = threading.Event()

    def dribble():
        far.sendall(FRAME.pack(2, size) + b"{}" if size else b"")
        while not ended.wait(0.01):
            far.sendall(b"" if size == 0 else b" ")

    with meanwhile(dribble):
        try:
            with pytest.raises(TimeoutError):
                line.receive(time.monotonic() + SHORT)
        finally:
            ended.set()


def test_what_is_read_too_slowly_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(wire, "_BUFFER_BYTES", 1 << 12)
    near, far = socket.socketpair()
    ended = threading.Event()

    def read_slowly():
        while not ended.wait(0.01) and far.recv(1 << 12):
            pass

    with near, far, meanwhile(read_slowly):
        try:
            with pytest.raises(TimeoutError):
                # At this pace it would take 50 times as long.
                Line(near).send([bytes(4 << 20)], time.monotonic() + SHORT)
        finally:
            ended.set()


def test_a_deadline_that_is_over_ends_at_once(pair):
    line, far = pair
    far.sendall(b"".join(MESSAGE.packed()))
    with pytest.raises(TimeoutError):
        line.receive(time.monotonic())
    with pytest.raises(TimeoutError):
        line.send(MESSAGE.packed(), time.monotonic())


def test_who_hung_up_cannot_be_sent_to(pair):
    line, far = pair
    far.close()
    with pytest.raises(OSError):
        line.send(LARGE.packed(), time.monotonic() + LONG)


@pytest.mark.parametrize(
    "message",
    [
        Message({}, {}, [bytes(wire.MAX_BLOBS), b"1"]),
        Message({"value": "a" * wire.MAX_HEADER}),
        Message({"value": 10**5000}),
    ],
    ids=["blobs", "header", "digits"],
)
def test_what_is_too_much_is_not_sent(message):
    with pytest.raises(WireError):
        message.packed()


# --- A forged sandbox ------------------------------------------------------------------------

ERROR_NAMES = [
    name for name, value in vars(builtins).items() if isinstance(value, type) and name[0].isupper()
]
RAISED = st.lists(st.sampled_from([*ERROR_NAMES, "Mine", "object", "a b"]) | LEAVES, max_size=4)
REPLY_BODIES = st.one_of(
    VALUE_BODIES,
    st.fixed_dictionaries(
        {},
        optional={
            "value": NODES,
            "raised": RAISED | NODES,
            "text": st.text(max_size=3) | LEAVES,
            "place": st.tuples(st.text(max_size=2), NUMBERS, LEAVES) | LEAVES,
            "stop": LEAVES,
            "lost": LEAVES,
            "prints": st.just("a" * 3000) | LEAVES,
            "measured": NUMBERS,
            "digest": LEAVES,
        },
    ),
    st.fixed_dictionaries({"died": NUMBERS}),
)
CALL_BACKS = st.fixed_dictionaries(
    {
        "call_back": st.sampled_from((0, 0, 1, 1, 2, True, None, "0", [])),
        "values": tagged("tuple", parts_of("tuple", NODES), parts_of("tuple", NODES)) | NODES,
    }
)
REPLIES = st.one_of(messages(REPLY_BODIES), messages(REPLY_BODIES), messages(CALL_BACKS))


def asked(wall, *request):
    """What the wall gives, or nothing where it raises what a test may meet."""
    try:
        return [wall.ask(*request)]
    except AnswerError:
        return []
    except Exception as error:
        told = error
    # One that the sandbox told of: of a built-in kind, or of a kind made for it here.
    assert type(told).__module__ in ("builtins", wall_room.__name__)
    assert not isinstance(told, StopIteration) or request[0] == "next"
    # It was raised by `ask` itself, and is none that came up while a reply was read.
    frame = told.__traceback__.tb_next
    assert frame.tb_frame.f_code.co_name == "ask"
    assert frame.tb_next is None
    return []


@settings(STEADY, max_examples=100)
@given(st.lists(REPLIES, min_size=1, max_size=3))
def test_a_forged_sandbox_gives_plain_data_or_fails_the_test(replies):
    def function(*args, **kwargs):
        return args, kwargs

    arguments = np.arange(6.0), np.zeros((4, 6))[:, ::2], [1, [2]], torch.ones(2)
    before = described(arguments)
    rng = np.random.default_rng(0)
    frames = [b"".join(reply.packed()) for reply in replies]
    with a_wall(answering(*([frame] for frame in frames))) as wall:
        f = wall.stand_ins()["f"]
        given = []
        for operation in ("call", "next", "get"):
            given += asked(wall, operation, f, (*arguments, rng, function, *given), ())
        check_plain(given, [function])
        assert described(arguments) == before
        # The next test has a sandbox that is as good as new.
        wall.close()
        wall.begin_test()
        given += asked(wall, "call", f, (), ())
        check_plain(given, [function])
        assert len(wall.account.prints) <= 2000


@settings(STEADY, max_examples=100)
@given(spoilt_frames())
def test_a_sandbox_that_sends_spoilt_bytes_gives_plain_data_or_fails_the_test(frame):
    with a_wall(answering([frame])) as wall:
        f = wall.stand_ins()["f"]
        check_plain([value for _ in range(2) for value in asked(wall, "call", f, (), ())])


def test_every_error_that_can_be_told_of_can_be_made():
    for names in itertools.product([*ERROR_NAMES, "Mine"], repeat=2):
        told = {"raised": [*names, "Exception", "BaseException", "object"], "text": "why"}
        error = wall_room._error(told)
        assert isinstance(error, Exception)
        assert type(error).__name__ == names[0]
        assert not isinstance(error, StopIteration)


def replying(reply):
    """A forged sandbox that sends the same reply, without being asked."""
    packed = reply.packed()

    def talk(line, connection):
        line.receive()
        line.send(Message({"value": None}).packed())
        line.receive()
        while True:
            line.send(packed)

    return talk


def silent(line, connection):
    line.receive()
    line.send(Message({"value": None}).packed())
    while True:
        line.receive()


NO_CALL = Message({"call_back": 0, "values": ["tuple", ["tuple"], ["tuple"]]})
ENDLESS = {
    "says nothing": silent,
    "calls back forever": replying(NO_CALL),
}


@pytest.mark.parametrize("talk", ENDLESS.values(), ids=ENDLESS)
def test_a_sandbox_that_never_answers_has_the_time_of_one_test(talk):
    with a_wall(talk, seconds=SHORT / 2) as wall:
        f = wall.stand_ins()["f"]
        with pytest.raises(AnswerError, match=r"exceeded 0\.2 seconds"):
            f(lambda: None)
        with pytest.raises(AnswerError, match="ended earlier in this test"):
            f()


def test_a_sandbox_that_lets_the_judge_call_it_within_each_call_is_ended():
    def talk(line, connection):
        line.receive()
        line.send(Message({"value": None}).packed())
        while True:  # `*args` of an object asks the sandbox for its items.
            line.receive()
            args = ["object", 1, "Endless"]
            line.send(Message({"call_back": 0, "values": ["tuple", args, ["tuple"]]}).packed())

    with a_wall(talk) as wall, pytest.raises(AnswerError):
        wall.stand_ins()["f"](lambda *args: args)


LOADING = {
    "an error": {"raised": ["ValueError"], "text": "why"},
    "an end of iteration": {"stop": True},
    "an array": {"value": ["shared", 1]},
    "an object": {"value": ["object", 1, "Text"]},
    "an empty text": {"value": ""},
    "a long text": {"value": "a" * 100_000},
    "a number": {"value": 1},
    "nothing": {},
}


@pytest.mark.parametrize("body", LOADING.values(), ids=LOADING)
def test_what_a_sandbox_says_of_loading_is_a_problem_in_words(body):
    packed = Message(body, {"1": [0, "array", "|u1", [2], [0]]}, [b"ab"]).packed()

    def talk(line, connection):
        line.receive()
        line.send(packed)
        line.receive()

    with a_wall(talk) as wall:
        wall.load()
        assert type(wall.account.problem) is str
        assert 0 < len(wall.account.problem) <= 4000
        with pytest.raises(AnswerError):
            wall.stand_ins()["f"]()


FETCHED = Message({"value": 1.0}).packed()
TIMED = {
    "no hash": [Message({}).packed(), FETCHED],
    "a wrong hash": [Message({"digest": "0"}).packed(), FETCHED],
    "a hash that is none": [Message({"digest": [1]}).packed(), FETCHED],
    "a wrong result": [Message({"digest": wire.digest_of(FETCHED)}).packed(), FETCHED],
    "an end": [Message({"digest": "0"}).packed()],
    "bytes that mean nothing": [[FRAME.pack(2, 2) + b"{}ab"]],
}


@pytest.mark.parametrize("replies", TIMED.values(), ids=TIMED)
def test_a_forged_result_of_a_call_on_the_clock_fails_the_test(replies):
    with a_wall(answering(*replies)) as wall:
        f = wall.stand_ins()["f"]
        with pytest.raises((AnswerError, AssertionError)):
            wall.timed(f, (np.ones(2),), lambda x: x.sum())


def test_the_end_of_an_iterator_ends_nothing_else():
    with a_wall(answering(*[Message({"stop": True}).packed()] * 2)) as wall:
        f = wall.stand_ins()["f"]
        with pytest.raises(AnswerError, match="StopIteration"):
            list(map(f, [1, 2]))
        with pytest.raises(StopIteration):
            next(f)

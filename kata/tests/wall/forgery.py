"""Messages that no honest sandbox sends, drawn by hypothesis."""

import copy
import json

import numpy as np
from hypothesis import strategies as st

from kata.tests.wall.support import FRAME, INF, NAN, VALUES, header_of, unpacked
from kata.wall.contents import TENSORS
from kata.wall.line import Message
from kata.wall.table import Table
from kata.wall.values import Writer

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
    dtype, name = draw(st.sampled_from([*zip(TENSORS.values(), TENSORS, strict=True)]))
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    if draw(st.booleans()):
        return ["tensor", name, shape, draw(st.booleans())], data
    return ["array", dtype, shape, order], data


FORMS = st.one_of(
    tagged("array", DTYPE_TEXTS, SHAPES, SHAPES | st.none()),
    tagged("tensor", st.sampled_from([*TENSORS, "quint8", None]), SHAPES, LEAVES),
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


def real_frames():
    """What an honest sandbox sends, of each kind of value."""
    for value in VALUES.values():
        table = Table(first=1)
        for _ in range(2):
            writer = Writer(table, lambda _: ["object", 0, "Adam"])
            yield b"".join(writer.message(value=writer.node([value, writer])).packed())


REAL = [frame for frame in real_frames() if len(frame) < 4000]


def places(tree):
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

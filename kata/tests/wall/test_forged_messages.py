"""Whatever message a sandbox sends, what is read from it is plain data, or it is refused."""

import contextlib
import socket
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kata.tests.wall.forgery import VALUE_BODIES, altered_messages, messages, spoilt_frames
from kata.tests.wall.support import LONG, STEADY, Judge, check_plain, header_of, nested, refuse
from kata.wall.line import Line, Message, WireError
from kata.wall.table import Table
from kata.wall.values import Reader, Writer


@settings(STEADY, max_examples=200)
@given(messages(VALUE_BODIES))
def test_a_forged_message_gives_plain_data_or_is_refused(message):
    Judge().check_reading(header_of(message), b"".join(message.blobs))


@settings(STEADY, max_examples=250)
@given(altered_messages())
def test_a_real_message_with_an_altered_header_gives_plain_data_or_is_refused(parts):
    Judge().check_reading(*parts)


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


# In an object by twos, it stands for the next one.
ONE = ["shared", 0]


def by_twos(depth, kind, *parts):
    """So many objects, each of which holds the next one several times."""

    def held(node, number):
        if node == ONE:
            return ["shared", number]
        return [held(part, number) for part in node] if isinstance(node, list) else node

    objects = {str(n): [None, kind, *held([*parts], n + 2)] for n in range(1, 2 * depth, 2)}
    return objects | {str(2 * depth + 1): LIST}


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
    "a view whose size takes minutes": (["view", 2, 0, "|u1", [10**4200] * 900, [0] * 900], {}, []),
    "a view of more than an array": (["view", 2, 0, "<f8", [7], [8]], {}, []),
    "a view of a size that is not said": (["view", 2, 0, "<f8", [-1], [-16]], {}, []),
    "a view of a single such size": (["view", 2, 0, "<f8", -1, [-16]], {}, []),
    "a view of before an array": (["view", 2, 0, "<f8", [2], [-8]], {}, []),
    "lists by twos": (["shared", 1], by_twos(100, "list", ONE, ONE), []),
    "dicts by twos": (["shared", 1], by_twos(50, "dict", [1, ONE], [2, ONE]), []),
    "tuples by twos": (["shared", 1], by_twos(50, "list", ["tuple", ONE, ONE]), []),
    "slices by threes": (["shared", 1], by_twos(50, "list", ["slice", ONE, ONE, ONE]), []),
    "lists by thousands": (["shared", 1], by_twos(4, "list", *[ONE] * 999), []),
    "a list by thousands a thousand times": (
        ["tuple", *[["shared", 1]] * 999],
        by_twos(2, "list", *[ONE] * 999),
        [],
    ),
    "an argument that becomes lists by twos": (
        0,
        {"6": [None, "list", ["shared", 1]], **by_twos(50, "list", ONE, ONE)},
        [],
    ),
    "a text held often": (
        ["shared", 1],
        {"1": [None, "list", *[["shared", 3]] * 999], "3": [None, "list", "x" * 999_999]},
        [],
    ),
    "an array held often": (
        ["tuple", *[["shared", 1]] * 999],
        {"1": [0, "array", "|u1", [999_999], [0]]},
        [bytes(999_999)],
    ),
    "views held often": (["tuple", *[["view", 2, 0, "<f8", [2**20], [0]]] * 999], {}, []),
    "a list that holds itself": (0, {"1": [None, "list", ["shared", 1]]}, []),
    "lists that hold each other": (
        0,
        {"1": [None, "list", ["shared", 3]], "3": [None, "dict", [1, ["shared", 1]]]},
        [],
    ),
    "an argument that holds itself": (0, {"6": [None, "list", ["shared", 6]]}, []),
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
    with pytest.raises(WireError) as caught:
        wall._taken(Message({"value": value}, objects, blobs))
    assert len(str(caught.value)) < 200


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

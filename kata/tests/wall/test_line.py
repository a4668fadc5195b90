"""Messages arrive whole or not at all, in time and within bounds."""

import contextlib
import socket
import threading
import time

import pytest

from kata.tests.wall.support import FRAME, LONG, SHORT, Judge, header_of, peak_of
from kata.wall import line as house
from kata.wall.line import MAX_BLOBS, MAX_HEADER, Line, Message, WireError

ARRAY = [0, "array", "|u1", [8], [0]]


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with near, far:
        yield Line(near), far


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


@pytest.mark.parametrize("sizes", [(9, 2**60), (2**32 - 1, 0), (MAX_HEADER + 1, 0)])
def test_what_is_announced_as_too_much_is_refused_before_it_takes_memory(pair, sizes):
    line, far = pair
    far.sendall(FRAME.pack(*sizes))

    def receive():
        with pytest.raises(WireError, match="more than may cross"):
            line.receive(time.monotonic() + LONG)

    assert peak_of(receive) < 1 << 20


def test_the_most_that_may_be_announced_takes_no_more_than_that(pair):
    line, far = pair
    far.sendall(FRAME.pack(2, MAX_BLOBS) + b"{}")

    def receive():
        with pytest.raises(TimeoutError):
            line.receive(time.monotonic() + SHORT)

    assert peak_of(receive) < MAX_HEADER + MAX_BLOBS + (1 << 20)


def test_the_largest_message_takes_few_times_its_size(pair):
    line, far = pair
    size = MAX_BLOBS
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
    monkeypatch.setattr(house, "_BUFFER_BYTES", 1 << 12)
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
        Message({}, {}, [bytes(MAX_BLOBS), b"1"]),
        Message({"value": "a" * MAX_HEADER}),
        Message({"value": 10**5000}),
    ],
    ids=["blobs", "header", "digits"],
)
def test_what_is_too_much_is_not_sent(message):
    with pytest.raises(WireError):
        message.packed()

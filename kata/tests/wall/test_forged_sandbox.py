"""A sandbox that is not ours gives plain data, or fails the test; and it never hangs the judge."""

import builtins
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kata.tests.wall.forgery import (
    LEAVES,
    NODES,
    NUMBERS,
    VALUE_BODIES,
    messages,
    parts_of,
    spoilt_frames,
    tagged,
)
from kata.tests.wall.support import (
    DIED,
    FRAME,
    SHORT,
    STEADY,
    a_wall,
    answering,
    check_plain,
    described,
    honest,
)
from kata.wall import errors
from kata.wall.line import Message, digest_of
from kata.wall.wall import AnswerError

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
    assert type(told).__module__ in ("builtins", errors.__name__)
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
        error = errors.error_in(told)
        assert isinstance(error, Exception)
        assert type(error).__name__ == names[0]
        assert not isinstance(error, StopIteration)


def replying(reply):
    """A forged sandbox that sends the same reply, without being asked."""
    packed = reply.packed()

    def talk(line, connection):
        line.receive()
        while True:
            line.send(packed)

    return talk


def silent(line, connection):
    while True:
        line.receive()


NO_CALL = Message({"call_back": 0, "values": ["tuple", ["tuple"], ["tuple"]]})
ENDLESS = {"says nothing": silent, "calls back forever": replying(NO_CALL)}


@pytest.mark.parametrize("talk", ENDLESS.values(), ids=ENDLESS)
def test_a_sandbox_that_never_answers_has_the_time_of_one_test(talk):
    with a_wall(talk, seconds=SHORT / 2) as wall:
        f = wall.stand_ins()["f"]
        with pytest.raises(AnswerError, match=r"exceeded [\d.]+ seconds"):
            f(lambda: None)
        with pytest.raises(AnswerError, match="already ended in this test"):
            f()


def test_a_sandbox_that_lets_the_judge_call_it_within_each_call_is_ended():
    def talk(line, connection):
        while True:  # `*args` of an object asks the sandbox for its items.
            line.receive()
            args = ["object", 1, "Endless"]
            line.send(Message({"call_back": 0, "values": ["tuple", args, ["tuple"]]}).packed())

    with a_wall(talk) as wall, pytest.raises(AnswerError):
        wall.stand_ins()["f"](lambda *args: args)


def test_what_a_test_lent_is_not_called_with_what_is_large_once_unfolded():
    called = []
    one = ["shared", 3]
    objects = {"1": [None, "list", *[one] * 9999], "3": [None, "list", *["x" * 9] * 9999]}
    values = ["tuple", ["tuple", ["shared", 1]], ["tuple"]]
    call_back = Message({"call_back": 0, "values": values}, objects).packed()
    with a_wall(answering(call_back)) as wall, pytest.raises(AnswerError, match="too often"):
        wall.stand_ins()["f"](called.append)
    assert called == []


LONG_TEXT = "\u2028" * 3_000_000
LONG_ERRORS = {
    "a text": {"raised": ["ValueError"], "text": LONG_TEXT},
    "a name": {"raised": [LONG_TEXT], "text": "x"},
    "many names": {"raised": ["A" * 80] * 100_000, "text": "x"},
    "a file": {"raised": ["ValueError"], "text": "x", "place": [LONG_TEXT, 1, "x"]},
    "code": {"raised": ["ValueError"], "text": "x", "place": ["x", 1, LONG_TEXT]},
    "a line": {"raised": ["ValueError"], "text": "x", "place": ["x", 10**4000, "x"]},
}


@pytest.mark.parametrize("body", LONG_ERRORS.values(), ids=LONG_ERRORS)
def test_what_is_told_of_an_error_is_short(body):
    error = errors.error_in(body)
    told = type(error).__name__, str(error), getattr(error, "answer_place", None)
    assert len(repr(told)) < 6 * errors.TEXT_KEPT + 6 * 500


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
    loaded = Message(body, {"1": [0, "array", "|u1", [2], [0]]}, [b"ab"]).packed()
    with a_wall(silent, loaded=loaded) as wall:
        wall.load()
        assert type(wall.account.problem) is str
        assert 0 < len(wall.account.problem) <= 4000
        with pytest.raises(AnswerError):
            wall.stand_ins()["f"]()


def test_a_sandbox_that_ends_before_it_loads_is_replaced():
    with a_wall(honest(f=lambda: 5), stillborn=2) as wall:
        assert wall.stand_ins()["f"]() == 5
        assert (wall.account.problem, wall.account.unavailable) == ("", "")


def test_sandboxes_that_all_end_before_they_load_are_no_fault_of_the_answer():
    with a_wall(silent, stillborn=3) as wall:
        wall.load()
        assert wall.account.problem == ""
        assert wall.account.unavailable == (
            "the last of 3 ended Python (exit code 1) before it loaded anything"
        )


def test_an_end_while_loading_is_the_answers_fault():
    with a_wall(silent, loaded=DIED) as wall:
        wall.load()
        assert wall.account.problem == "While loading, the answer ended Python (exit code 1)."
        assert wall.account.unavailable == ""


FETCHED = Message({"value": 1.0}).packed()
TIMED = {
    "no hash": [Message({}).packed(), FETCHED],
    "a wrong hash": [Message({"digest": "0"}).packed(), FETCHED],
    "a hash that is none": [Message({"digest": [1]}).packed(), FETCHED],
    "a wrong result": [Message({"digest": digest_of(FETCHED)}).packed(), FETCHED],
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

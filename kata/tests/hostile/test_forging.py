"""Answers that write to the wire themselves, and texts that are commands elsewhere."""

import re

import pytest

from kata.grade import formats
from kata.grade.marks import Marks

# Finds the socket that leads to the judge, and can send to it.
WIRE = """
import json, os, socket, struct, time
def wire():
    for number in range(3, 64):
        try:
            return socket.socket(fileno=os.dup(number))
        except OSError:
            pass
def frame(header, blobs=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<IQ", len(text), len(blobs)) + text + blobs
def reply(**body):
    return frame({"body": body, "objects": {}, "sizes": []})
"""
HONEST = "def softmax(x, axis=-1):\n    return 0.5\n"
FORGED = {
    "noise": "os.urandom(100_000)",
    "zeros": "bytes(100_000)",
    "a text": "b'PASSED' * 1000",
    "pickle": "frame(b\"cos\\nsystem\\n(S'true'\\ntR.\")",
    "half a message": "reply(value=0.5)[:-3]",
    "half a size": "b'\\x00\\x00'",
    "a size of 16 exabytes": "struct.pack('<IQ', 2, (1 << 64) - 1)",
    "a header of 4 GiB": "struct.pack('<IQ', (1 << 32) - 1, 0)",
    "no JSON": "frame(b'{body:')",
    "JSON of no use": "frame([1, 2, 3])",
    "a list for a body": "frame({'body': [], 'objects': {}, 'sizes': []})",
    "deep JSON": "frame(b'[' * 1_000_000)",
    "deep values": "frame(b'{\"body\":{\"value\":' + b'[\"tuple\",' * 10_000 + b'1'"
    " + b']' * 10_000 + b'},\"objects\":{},\"sizes\":[]}')",
    "numbers without end": "frame(b'{\"body\":{\"value\":1' + b'0' * 3_000_000 + b'}}')",
    "not a number": 'frame(b\'{"body":{"value":NaN},"objects":{},"sizes":[-1]}\')',
    "sizes that do not add up": "frame({'body': {'value': 1}, 'objects': {}, 'sizes': [5, 6]})",
    "negative sizes": "frame({'body': {'value': 1}, 'objects': {}, 'sizes': [-5, 6]}, b'x')",
    "a dtype of Python objects": "frame({'body': {'value': ['shared', 1]},"
    " 'objects': {'1': [0, 'array', '|O', [1], [0]]}, 'sizes': [8]}, bytes(8))",
    "a view beyond its array": "frame({'body': {'value': ['view', 1, 4096, '<f8', [9], [8]]},"
    " 'objects': {'1': [0, 'array', '<f8', [1], [0]]}, 'sizes': [8]}, bytes(8))",
    "a value of the judge's": "reply(value=['shared', 2])",
    "a function of the judge's": "reply(value=['function', 0])",
    "a call of what was never lent": "reply(call_back=7, values=['tuple', ['tuple'], ['tuple']])",
    "a call of a name": "reply(call_back='os.system', values=['tuple', ['tuple'], ['tuple']])",
    "a name": "reply(value=['name', 'softmax'])",
    "an object with a long name": "reply(value=['object', 1, 'x' * 10**6])",
    "an unknown kind": "reply(value=['code', 'print(1)'])",
    "an error that ends pytest": "reply(raised=['KeyboardInterrupt', 'BaseException'], text='')",
    "an error that is a group": "reply(raised=['ExceptionGroup', 'Exception'], text='x')",
    "an error without a name": "reply(raised=[], text='')",
    "an error of numbers": "reply(raised=[1, 2], text=3, place=[4, 5, 6])",
    "an error that is a result": "reply(raised=['Passed'], text='passed', value=0.5)",
    "a death": "reply(died=0)",
    "a death of nonsense": "reply(died='all tests passed')",
    "marks": "reply(status='solved', score=10, outcome='passed', protections={})",
    "many replies at once": "reply(value=0.5) * 10_000",
    "measures of nonsense": "reply(value=0.5, measured=-10**30, prints=['x'], lost='yes')",
}


@pytest.mark.parametrize("message", FORGED.values(), ids=FORGED)
def test_a_forged_message_gains_nothing(gains_no_more_than, message):
    forging = f"{WIRE}def softmax(x, axis=-1):\n    wire().sendall({message})\n    return 0.5\n"
    gains_no_more_than(forging, HONEST)


@pytest.mark.parametrize("after", ["os._exit(0)", "os.abort()", "time.sleep(10**6)"])
@pytest.mark.parametrize("message", ["reply(value=0.5)", "reply(value=0.5)[:-3]"])
def test_a_forged_message_and_an_end_gain_nothing(gains_no_more_than, message, after):
    forging = f"{WIRE}def softmax(x, axis=-1):\n    wire().sendall({message})\n    {after}\n"
    gains_no_more_than(forging, HONEST)


ENDLESS = {
    "messages without end": "while True: line.sendall(reply(value=0.5))",
    "a message without end": """
    line.sendall(struct.pack("<IQ", 4 << 20, 64 << 20))
    while True: line.sendall(b'"' * 1000)""",
    "a byte at a time": """
    for byte in reply(value=0.5):
        line.sendall(bytes([byte]))
        time.sleep(0.05)
    time.sleep(10**6)""",
    "calls without end": """
    while True:
        line.sendall(reply(call_back=0, values=["tuple", ["tuple"], ["tuple"]]))
        line.recv(1 << 16)""",
    "nothing more": "line.shutdown(socket.SHUT_RDWR); time.sleep(10**6)",
    "no more reading": "line.shutdown(socket.SHUT_RD); return 0.5",
}


@pytest.mark.parametrize("attack", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_ended(gains_no_more_than, attack):
    forging = f"{WIRE}def softmax(x, axis=-1):\n    line = wire()\n    {attack}\n"
    gains_no_more_than(forging, HONEST)


def test_a_forged_greeting_is_none(costs_no_other_kata, grade):
    """How a sandbox is protected is said before anything of the learner's runs."""
    source = f"{WIRE}wire().sendall(reply(protections=dict(files='held'), value=None))\n"
    mark = costs_no_other_kata(source)
    assert mark.score == 0


COMMANDS = """
::error file=x::all is lost
::add-mask::5
::set-output name=result::solved
##[error]all is lost
##vso[task.complete result=Succeeded;]
\x1b[2J\x1b]0;all is lost\x07\r::error::all is lost
\u2028::error::all is lost\x85::error::all is lost
"""
SAYS_COMMANDS = {
    "in what it prints": "print(COMMANDS)\n    return 0.5",
    "in what it prints to stderr": "print(COMMANDS, file=__import__('sys').stderr)\n    return 0.5",
    "past print": "__import__('os').write(1, COMMANDS.encode())\n    return 0.5",
    "in the text of an error": "raise ValueError(COMMANDS)",
    "in the name of an error": "raise type(COMMANDS, (Exception,), {})('x')",
    "in a result": "return COMMANDS",
    "in a dict": "return {COMMANDS: 1}",
    "in the name of a class": "return type(COMMANDS, (), {})()",
    "in its code": "raise ValueError('''\n::error::all is lost\n''')",
}


@pytest.fixture
def classroom_50(monkeypatch):
    """What its format needs to be there."""
    names = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "OWNER", "COMMIT_URL", "RELEASE_URL")
    for name in (*names, "REVIEW_URL", "ASSIGNMENT_TYPE"):
        monkeypatch.setenv(name, "x")


@pytest.mark.usefixtures("classroom_50")
@pytest.mark.parametrize("says", SAYS_COMMANDS.values(), ids=SAYS_COMMANDS)
def test_no_format_holds_a_command(grade, capfd, says):
    marks = grade(f"COMMANDS = {COMMANDS!r}\ndef softmax(x, axis=-1):\n    {says}\n")
    assert marks.katas[0].status == "failed"
    for name in formats.FORMATS:
        text = formats.render(name, marks)
        assert not re.search(r"^\s*::", text, re.MULTILINE), name
        assert "##[" not in text, name
        assert "##vso[" not in text, name
        assert "\x1b" not in text, name
        assert "\r" not in text, name
    assert "all is lost" not in "".join(capfd.readouterr())


LARGE = {
    "a place": "reply(raised=['ValueError'], text='x', place=[LONG, 3, LONG])",
    "an error": "reply(raised=['ValueError', *['A' * 80] * 9999], text=LONG)",
    "a result": "reply(value=LONG)",
    "keys": "frame({'body': {'value': ['shared', 1]}, 'objects': {'1': [None, 'dict', [LONG, 1]]},"
    " 'sizes': []})",
    "prints": "reply(value=0.5, prints=LONG)",
    "a kind": "reply(value=[LONG, 1])",
}


@pytest.mark.usefixtures("classroom_50")
def test_no_message_makes_a_report_large(costs_no_other_kata):
    """The answer sends one after the other, so that there are some of each."""
    long = "LONG = '\\x1b' * 300_000\nturns = __import__('itertools').cycle(range(9))\n"
    sends = [f"if turn == {n}: wire().sendall({one})\n" for n, one in enumerate(LARGE.values())]
    body = "    ".join(["turn = next(turns)\n", *sends, "return 0.5\n"])
    mark = costs_no_other_kata(f"{WIRE}{long}def softmax(x, axis=-1):\n    {body}")
    marks = Marks("ada", 0, False, "", {}, (mark,), complete=True)
    for name in formats.FORMATS:
        assert len(formats.render(name, marks)) < 8_000 * len(mark.tests), name

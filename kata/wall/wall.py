"""The judge's side of the wall: stand-ins that let the tests call an answer in a sandbox.

The judge never runs the learner's code. A call goes over the line, its result comes back as plain
data, and the deadline is the judge's. When a sandbox dies or takes too long, that test fails, and
the next one gets a new sandbox.
"""

import contextlib
import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kata import testing
from kata.gauges import Arguments
from kata.prints import PRINTS_KEPT
from kata.wall.contents import Content, draws_between, write_into
from kata.wall.errors import TEXT_KEPT, AnswerError, end_in_words, error_in, name_in
from kata.wall.line import Line, Message, Node, WireError, digest
from kata.wall.nursery import READY_SECONDS, connect
from kata.wall.remote import Remote
from kata.wall.table import Entry, Table
from kata.wall.values import MAX_NUMBER, Reader, Writer

# A test may take longer than where no wall is; an answer that hangs in many has no time left.
_TIMES_A_TEST, _TIMES_ALL_TESTS = 2, 4
# How many times as long as usual it may take on a busy machine, at most.
_MOST_PATIENCE = 6.0
_BYTES_PER_TEST = 192 << 20
# More than any test lets an answer draw.
_MOST_DRAWS = 1 << 40
# How many sandboxes may end before they load anything.
_TRIES = 3
_USUAL_ERRORS = np.geterr()


@dataclass(frozen=True)
class Answer:
    """What a sandbox is to load: the kata's module, the names that are tested, all sources.

    `parts` are functions and classes of other modules, which are lent: they are called here.
    """

    module: str
    names: tuple[str, ...]
    sources: dict[str, bytes]
    torch: bool
    parts: dict[str, dict[str, Callable[..., Any]]] = field(default_factory=dict)


@dataclass
class Account:
    """What is known of the sandboxes of one kata, for the report.

    `problem` is why the answer can't be loaded, `unavailable` why there was no sandbox for it: the
    one is the answer's fault, the other the machine's.
    """

    protections: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    unavailable: str = ""
    prints: str = ""


class Wall:
    """One answer in a sandbox, and the time that it has."""

    def __init__(self, address: tuple[str, str], answer: Answer, seconds: float) -> None:
        self._address = address
        self._answer = answer
        self._usual_seconds = seconds * _TIMES_A_TEST
        self._left = seconds * _TIMES_ALL_TESTS
        self._line: Line | None = None
        self._functions: dict[int, Callable[..., Any]] = {}
        self._parts: list[int] = []
        self._next_number = itertools.count()
        self._over = ""
        # What to measure of each call, in the words of a request; nothing, usually.
        self.gauge: dict[str, Node] = {}
        self.measured: list[int] = []
        self.account = Account()
        self.begin_test()

    def stand_ins(self) -> dict[str, Any]:
        """What the tests import, by name."""
        return {name: Remote(self.ask, ["name", name], name) for name in self._answer.names}

    def begin_test(self) -> None:
        """A new test begins: it has its own time, and nothing is shared from the one before."""
        self._patience = _patience()
        self._start_clock()
        self._over = ""
        self._reset = True
        self._table = Table(first=2)
        self._functions = {number: self._functions[number] for number in self._parts}
        self._remotes: dict[int, Remote] = {}
        self._received = 0

    def _start_clock(self) -> None:
        self.seconds = self._usual_seconds * self._patience
        self._deadline = time.monotonic() + self.seconds

    def close(self) -> None:
        """End the sandbox, and all that it started."""
        if self._line:
            self._line.close()
            self._line = None

    # --- Operations ----------------------------------------------------------------------

    def ask(self, operation: str, *values: Any) -> Any:
        """Have the sandbox do something; gives its result or raises what it raised."""
        __tracebackhide__ = True
        line = self._ready_line()
        with self._losses():
            request = self._request(operation, values)
            line.send(request.packed(), self._until())
            error, value = self._taken(self._await_reply(line))
        if isinstance(error, StopIteration) and operation != "next":  # It would end a test's loop.
            error = AnswerError("the answer raised StopIteration.")
        if error:
            raise error
        return value

    def load(self) -> None:
        """Start a sandbox that has loaded the answer, unless there is one or it can't be loaded."""
        if self._line or self.account.problem or self.account.unavailable:
            return
        self.account.unavailable = self._hand_over()
        if not self.account.unavailable:
            self.account.problem = self._problem_of_loading()
        if self.account.problem or self.account.unavailable:
            self.close()
        self.begin_test()

    def _hand_over(self) -> str:
        """Start a sandbox that has the answer's sources; gives why there is none.

        It tells its protections once it has all, before anything of the answer's runs. If it ends
        earlier, that is not the answer's doing, so another one is tried.
        """
        answer, until = self._answer, time.monotonic() + READY_SECONDS
        parts = tuple((name, tuple(lent.items())) for name, lent in answer.parts.items())
        sources = tuple(answer.sources.items())
        values = answer.module, answer.names, sources, parts, answer.torch
        for _ in range(_TRIES):
            self.close()
            self.begin_test()
            try:
                self._line = Line(connect(self._address))
                self._line.send(self._request("load", values).packed(), until)
                greeting = self._line.receive(until).body
                if "died" in greeting:
                    end = end_in_words(greeting["died"])
                    raise EOFError(f"the last of {_TRIES} {end} before it loaded anything")
                self.account.protections = greeting["protections"]
            except (OSError, EOFError, WireError, KeyError) as error:
                reason = str(error) or type(error).__name__
            else:
                return ""
        return reason

    def _problem_of_loading(self) -> str:
        """What is wrong with the answer, by its sandbox's account of loading it."""
        assert self._line is not None
        self._parts = list(self._functions)
        self._start_clock()
        try:
            with self._losses():
                error, problem = self._taken(self._await_reply(self._line))
            if error:
                raise error
        except Exception as error:  # AnswerError, or one that the answer forged.
            problem = f"While loading, {error}"
        if problem is None:
            return ""
        text = problem[:TEXT_KEPT] if isinstance(problem, str) else ""
        return text or "While loading, the answer sent an invalid message."

    def timed(self, function: Remote, args: Arguments, right: Callable[..., Any]) -> float:
        """The seconds of one call, on values that the sandbox has never seen.

        The clock stops at the hash of the result. Only then is the result asked for; it must have
        that hash, and be what `right` gives.
        """
        line = self._ready_line()
        table, self._table = self._table, Table(first=2)
        try:
            with self._losses():
                start = time.perf_counter()
                request = self._request("timed", (function, args, ()))
                line.send(request.packed(), self._until())
                promised = line.receive(self._until()).body.get("digest")
                seconds = time.perf_counter() - start
                line.send(Message({"op": "fetch"}).packed(), self._until())
                parts = line.receive_parts(self._until())
                if digest(*parts) != promised:
                    raise WireError("a result that is not the one whose hash it had given")
                error, result = self._taken(Message.unpacked(*parts))
        finally:
            self._table = table
        if error:
            raise error
        problem = testing.difference(result, right(*args))
        if problem:
            raise AssertionError(f"a call on the clock gave a wrong result: {problem}")
        return seconds

    def _ready_line(self) -> Line:
        if self._over:
            raise AnswerError(self._over)
        if self._left <= 0:
            raise AnswerError("The time for this kata is used up.")
        self.load()
        if self._line is None:
            raise AnswerError(self.account.problem or self.account.unavailable)
        return self._line

    def _until(self) -> float:
        return min(self._deadline, time.monotonic() + self._left * self._patience)

    def _request(self, operation: str, values: tuple[Any, ...]) -> Message:
        forget = self._forgotten()
        writer = Writer(self._table, self._lend)
        node = writer.node(values)
        errors = np.geterr()
        settings = {
            "reset": self._reset,
            "errstate": dict(errors) if errors != _USUAL_ERRORS else None,
        }
        self._reset = self._reset and operation == "timed"  # Which has tables of its own.
        told = {name: value for name, value in settings.items() if value} | self.gauge
        return writer.message(op=operation, values=node, forget=forget, **told)

    def _forgotten(self) -> list[int]:
        """What is shared no longer, for the sandbox to forget too."""
        surplus = self._table.surplus()
        self._table.forget(surplus)
        return surplus

    def _await_reply(self, line: Line) -> Message:
        """The reply; until it comes, the sandbox may call what it was lent."""
        begun = time.monotonic()
        try:
            while True:
                message = line.receive(self._until())
                if "call_back" not in message.body:
                    break
                # What it brings is not kept, so its bytes don't count: a lent part of a capstone is
                # called thousands of times.
                line.send(self._called_back(message).packed(), self._until())
        finally:
            self._left -= (time.monotonic() - begun) / self._patience
        self._received += sum(map(len, message.blobs))
        if self._received > _BYTES_PER_TEST:
            raise WireError("more than 192 MB in one test")
        return message

    def _called_back(self, message: Message) -> Message:
        number = message.body["call_back"]
        function = self._functions.get(number) if type(number) is int else None
        values = self._reader(message).value(message.body.get("values"))
        if function is None or type(values) is not tuple or len(values) != 2:
            raise WireError("a call of a function that it was not given")
        args, kwargs = values
        try:
            value = function(*args, **dict(kwargs))
        except Exception as error:  # Of the test's function, or of wrong arguments for it.
            return Message({"raised": type(error).__name__, "text": str(error)})
        forget = self._forgotten()
        writer = Writer(self._table, self._lend)
        return writer.message(value=writer.node(value), forget=forget)

    def _reader(self, message: Message) -> Reader:
        return Reader(self._table, message, self._borrow, self._change)

    def _taken(self, message: Message) -> tuple[Exception | None, Any]:
        """The error that a reply tells of, and the value in it."""
        body = message.body
        if "died" in body:
            raise EOFError(f"the answer {end_in_words(body['died'])}.")
        if body.get("lost"):
            self._table = Table(first=2)
        reader = self._reader(message)
        prints = body.get("prints")
        if isinstance(prints, str):
            room = PRINTS_KEPT - len(self.account.prints)
            self.account.prints += prints[:room]
        if self.gauge:
            measured = body.get("measured", 0)
            self.measured.append(measured if type(measured) is int else 0)
        if body.get("stop"):
            return StopIteration(), None
        if "raised" in body:
            return error_in(body), None
        if "value" not in body:
            raise WireError("a reply without a value")
        return None, reader.value(body["value"])

    @contextlib.contextmanager
    def _losses(self) -> Iterator[None]:
        """Turn what tells that the sandbox is lost into the sentence that says why."""
        try:
            yield
        except (TimeoutError, EOFError, OSError, WireError) as error:
            self.close()
            reason = self._reason(error)
            self._over = f"Its sandbox was already ended in this test: {reason}"
            raise AnswerError(reason) from None
        except BaseException:  # The sandbox still waits for an answer that it won't get.
            self.close()
            raise

    def _reason(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"the answer exceeded {self.seconds:.3g} seconds. Is there an infinite loop?"
        if isinstance(error, WireError):
            return f"the answer sent an invalid message: {error}."
        return (
            str(error) if isinstance(error, EOFError) and error.args else "the answer ended Python."
        )

    # --- Values --------------------------------------------------------------------------

    def _lend(self, value: Any) -> Node:
        if isinstance(value, Remote):
            return value._node
        if callable(value):
            return ["function", self._numbered(value)]
        # An object that a lent function made: its methods are lent.
        methods = [name for name in dir(value) if not name.startswith("_") or name == "__next__"]
        lent = {name: getattr(value, name) for name in methods}
        return ["made", {name: self._numbered(own) for name, own in lent.items() if callable(own)}]

    def _numbered(self, function: Callable[..., Any]) -> int:
        number = next(self._next_number)
        self._functions[number] = function
        return number

    def _borrow(self, node: Node) -> Any:
        kind, number, *rest = node
        if kind == "function":
            return self._functions[number]
        if kind != "object" or type(number) is not int or not 0 <= number <= MAX_NUMBER:
            raise WireError("a value of an unknown kind")
        if number not in self._remotes:
            self._remotes[number] = Remote(self.ask, ["object", number], name_in(*rest))
        return self._remotes[number]

    def _change(self, reader: Reader, number: int, entry: Entry, content: Content) -> None:
        """What the sandbox changed: results become what they are now; arguments never do.

        Where the answer gives as its result an argument that it wrote into, it gives a copy.
        """
        if content.kind != entry.content.kind:
            raise WireError("a value became one of another kind")
        if content.kind == "generator":
            if draws_between(entry.content, content, _MOST_DRAWS) is None:
                raise WireError("a generator was set to a state that drawing cannot reach")
        elif self._table.is_own(number):
            testing.recorder.written.append(entry.value)
            reader.replace(number, content)
            return
        write_into(entry.value, content)
        entry.content = content


def _patience() -> float:
    """How many times as long as usual to wait: an answer does not pay for what else is running."""
    return min(_MOST_PATIENCE, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))

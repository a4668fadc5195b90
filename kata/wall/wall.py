"""The judge's side of the wall: stand-ins that let the tests call an answer in a sandbox.

The judge never runs the learner's code. A call goes over the wire, its result comes back as plain
data, and the deadline is the judge's. When a sandbox dies or takes too long, that test fails, and
the next one gets a new sandbox.
"""

import builtins
import contextlib
import itertools
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from kata import testing
from kata.gauges import Arguments, Meter, Timer
from kata.prints import PRINTS_KEPT
from kata.wall.nursery import READY_SECONDS, connect
from kata.wall.wire import (
    MAX_NUMBER,
    Content,
    Entry,
    Line,
    Message,
    Node,
    Reader,
    Table,
    WireError,
    Writer,
    digest,
    draws_between,
    set_array,
    set_generator,
)

# A test may take longer than where no wall is; an answer that hangs in many has no time left.
_TIMES_A_TEST, _TIMES_ALL_TESTS = 2, 4
_BYTES_PER_TEST = 192 << 20
_TEXT_KEPT = 4000
# More than any test lets an answer draw.
_MOST_DRAWS = 1 << 40


_USUAL_ERRORS = np.geterr()


class AnswerError(Exception):
    """The answer could not give a result: it ended Python, took too long, or sent nonsense."""

    answer_place: tuple[str, int, str] | None = None


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
        self._seconds = seconds * _TIMES_A_TEST
        self._left = seconds * _TIMES_ALL_TESTS
        self._line: Line | None = None
        self._functions: dict[int, Callable[..., Any]] = {}
        self._parts: list[int] = []
        self._next_number = itertools.count()
        self._over = ""
        self.gauge: str | None = None
        self.measured: list[int] = []
        self.account = Account()
        self.begin_test()

    def stand_ins(self) -> dict[str, Any]:
        """What the tests import, by name."""
        return {name: Remote(self, ["name", name], name) for name in self._answer.names}

    def begin_test(self) -> None:
        """A new test begins: it has its own time, and nothing is shared from the one before."""
        self._deadline = time.monotonic() + self._seconds
        self._over = ""
        self._reset = True
        self._table = Table(first=2)
        self._functions = {number: self._functions[number] for number in self._parts}
        self._remotes: dict[int, Remote] = {}
        self._received = 0

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
        answer = self._answer
        sources = tuple(answer.sources.items())
        parts = tuple((name, tuple(lent.items())) for name, lent in answer.parts.items())
        try:
            self._line = Line(connect(self._address))
            greeting = self._line.receive(time.monotonic() + READY_SECONDS)
            self.account.protections = greeting.body["protections"]
        except (OSError, EOFError, WireError, KeyError) as error:
            self.close()
            self.account.unavailable = str(error) or type(error).__name__
            return
        self.begin_test()
        try:
            problem = self.ask("load", answer.module, answer.names, sources, parts, answer.torch)
            self._parts = list(self._functions)
        except Exception as error:  # AnswerError, or one that the answer forged.
            problem = f"While it is loaded, {error}"
        if problem is not None:
            text = problem[:_TEXT_KEPT] if isinstance(problem, str) else ""
            forged = "While it is loaded, the answer sends an invalid message."
            self.account.problem = text or forged
            self.close()
        self.begin_test()

    def timed(self, function: "Remote", args: Arguments, right: Callable[..., Any]) -> float:
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
        return min(self._deadline, time.monotonic() + self._left)

    def _request(self, operation: str, values: tuple[Any, ...]) -> Message:
        forget = self._forgotten()
        writer = Writer(self._table, self._lend)
        node = writer.node(values)
        errors = np.geterr()
        settings = {
            "reset": self._reset,
            "gauge": self.gauge,
            "errstate": dict(errors) if errors != _USUAL_ERRORS else None,
        }
        self._reset = self._reset and operation == "timed"  # Which has tables of its own.
        told = {name: value for name, value in settings.items() if value}
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
            self._left -= time.monotonic() - begun
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
            raise EOFError(_death(body["died"]))
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
            return _error(body), None
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
            self._over = f"It was ended earlier in this test: {reason}"
            raise AnswerError(reason) from None
        except BaseException:  # The sandbox still waits for an answer that it won't get.
            self.close()
            raise

    def _reason(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            limit = f"{self._seconds:g} seconds"
            return f"the answer exceeded {limit}. Is there an infinite loop?"
        if isinstance(error, WireError):
            return f"the answer sent an invalid message: {error}."
        return str(error) if isinstance(error, EOFError) and error.args else _death(None)

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
            raise WireError(f"{kind!r} is no kind of value")
        if number not in self._remotes:
            self._remotes[number] = Remote(self, ["object", number], _name(*rest))
        return self._remotes[number]

    def _change(self, reader: Reader, number: int, entry: Entry, content: Content) -> None:
        """What the sandbox changed: results become what they are now; arguments never do.

        Where the answer gives as its result an argument that it wrote into, it gives a copy.
        """
        kind = content.form[0]
        if kind != entry.content.form[0]:
            raise WireError("a value became one of another kind")
        if kind == "generator":
            if draws_between(entry.content, content, _MOST_DRAWS) is None:
                raise WireError("a generator was set to where no drawing leads")
            set_generator(entry.value, content)
        elif self._table.is_own(number):
            testing.recorder.written.append(entry.value)
            reader.replace(number, content)
            return
        elif kind in ("array", "tensor"):
            set_array(entry.value, content)
        entry.content = content


class Remote:
    """Stands in for a function or class of the answer, or for an object that it made."""

    # An array or NumPy scalar on the left leaves the operation to this side.
    __array_ufunc__ = None

    def __init__(self, wall: Wall, node: Node, name: str) -> None:
        vars(self).update(_wall=wall, _node=node, _name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return self._wall.ask("call", self, args, tuple(kwargs.items()))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # NumPy and copy look for theirs; an answer has no say in that.
            raise AttributeError(name)
        return self._wall.ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._wall.ask("set", self, name, value)

    def __iter__(self) -> Iterator[Any]:
        return self._wall.ask("iter", self)  # type: ignore[no-any-return]

    def __next__(self) -> Any:
        return self._wall.ask("next", self)

    def __deepcopy__(self, memo: object) -> "Remote":
        return self

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _give_operators() -> None:
    """Let objects of the answer's be added, multiplied and so on, as the answer defines it."""
    for name in ("neg", "pos", "abs"):
        setattr(Remote, f"__{name}__", _operator(name, reflected=False))
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
        setattr(Remote, f"__{name}__", _operator(name, reflected=False))
        setattr(Remote, f"__r{name}__", _operator(name, reflected=True))


def _operator(name: str, *, reflected: bool) -> Callable[..., Any]:
    def operate(self: Remote, *other: Any) -> Any:
        operands = (*other, self) if reflected else (self, *other)
        return self._wall.ask("operate", name, *operands)

    return operate


_give_operators()


class RemoteMeter(Meter):
    """Has the sandbox count steps and bytes, and takes the time of both sides of a race alike."""

    def __init__(self, wall: Wall, reference_wall: Callable[[], Wall]) -> None:
        self._wall = wall
        self._reference_wall = reference_wall

    def steps(self, call: Callable[[], Any]) -> int:
        if testing.diagnosing():  # The diagnosis tries attempts, which are here.
            return super().steps(call)
        return sum(self._measured("steps", call))

    def peak(self, call: Callable[[], Any]) -> int:
        if testing.diagnosing():
            return super().peak(call)
        return max(self._measured("peak", call), default=0)

    def timers(
        self, function: Callable[..., Any], reference: Callable[..., Any]
    ) -> tuple[Timer, Timer]:
        # The solution, too, is called over a wall: then only the answers differ.
        wall = self._reference_wall()
        rival = wall.stand_ins()[reference.__name__]
        return (
            lambda args: self._wall.timed(cast(Remote, function), args, reference),
            lambda args: wall.timed(rival, args, reference),
        )

    def _measured(self, gauge: str, call: Callable[[], Any]) -> list[int]:
        self._wall.gauge, self._wall.measured = gauge, []
        try:
            call()
        finally:
            self._wall.gauge = None
        return self._wall.measured


def _name(name: object) -> str:
    return name if isinstance(name, str) and re.fullmatch(r"\w{1,80}", name) else "object"


def _error(body: dict[str, Node]) -> Exception:
    """An exception of the judge's own making, like the one in the sandbox."""
    if not isinstance(body["raised"], list) or not body["raised"]:
        raise WireError("an error without a name")
    names = [_name(name) for name in body["raised"][:20]]
    text, place = body.get("text"), body.get("place")
    error = _exception_class(names)(text[:_TEXT_KEPT] if isinstance(text, str) else "")
    if isinstance(place, list) and [type(part) for part in place] == [str, int, str]:
        vars(error)["answer_place"] = place[0], place[1], place[2][:200]
    return error


def _exception_class(names: list[str]) -> type[Exception]:
    """The built-in exception of that name, or a class with that name and those of its bases."""
    bases: list[type[Exception]] = []
    for name in names:
        known: Any = getattr(builtins, name, None)
        usable = isinstance(known, type) and issubclass(known, Exception)
        if usable and known not in _SPECIAL and not any(issubclass(base, known) for base in bases):
            bases.append(known)
    # An exception that is no Exception would end pytest.
    bases = bases or [AnswerError]
    if bases[0].__name__ == names[0]:
        return bases[0]
    try:
        return type(names[0], tuple(bases), {})
    except TypeError:  # These two cannot have a common child.
        return type(names[0], (bases[0],), {})


# Those that cannot be made from a text alone, or mean something to Python itself.
_SPECIAL = (
    StopIteration,
    StopAsyncIteration,
    UnicodeDecodeError,
    UnicodeEncodeError,
    UnicodeTranslateError,
    ExceptionGroup,
)


def _death(code: object) -> str:
    if type(code) is not int:
        return "the answer ended Python."
    if code >= 0:
        return f"the answer ended Python (exit code {code})."
    with contextlib.suppress(ValueError):
        return f"the answer ended Python with a crash ({signal.Signals(-code).name})."
    return "the answer ended Python."

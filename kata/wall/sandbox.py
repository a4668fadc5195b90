"""The far side of the wall: holds the learner's modules and answers calls.

Here is nothing worth stealing: no test, no solution, no expected value. Whatever an answer does to
this process, it can only change what it gives as its result.
"""

import builtins
import contextlib
import importlib.util
import itertools
import linecache
import math
import operator
import socket
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from kata import loading
from kata.gauges import Meter, printing_is_free, uncounted
from kata.prints import Prints, caught
from kata.wall.contents import Content, write_into
from kata.wall.line import Line, Message, Node, Packed, WireError, digest_of
from kata.wall.table import Entry, Table
from kata.wall.values import Reader, Writer

ROOT = "exercises"
_TEXT_KEPT = 2000


# --- The learner's modules -------------------------------------------------------------------


class _Source(InspectLoader):
    """Loads a module from its source, which was sent here."""

    def __init__(self, file: str, source: bytes, forbidden: frozenset[str]) -> None:
        self._file = file
        self._source = source
        self._forbidden = forbidden

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self._source)

    def get_code(self, fullname: str) -> Any:
        text = self.get_source(fullname)
        linecache.cache[self._file] = len(text), None, text.splitlines(keepends=True), self._file
        code = compile(self._source, self._file, "exec", dont_inherit=True)
        loading.check_imports(self._source, self._file, self._forbidden)
        return code


class _Finder(MetaPathFinder):
    """Finds the learner's modules, and none of those that are not allowed."""

    def __init__(self, sources: dict[str, bytes], forbidden: frozenset[str]) -> None:
        self._sources = sources
        self._forbidden = forbidden

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root = fullname.split(".")[0]
        if root in self._forbidden:
            text = f"{root} may not be imported: {loading.reason(root)}"
            raise loading.ForbiddenImportError(text, name=root)
        if root != ROOT:
            return None
        place = fullname.replace(".", "/")
        for file, is_package in ((f"{place}.py", False), (f"{place}/__init__.py", True)):
            if file in self._sources:
                loader = _Source(file, self._sources[file], self._forbidden)
                return ModuleSpec(fullname, loader, origin=file, is_package=is_package)
        if any(name.startswith(f"{place}/") for name in self._sources):
            return ModuleSpec(fullname, None, is_package=True)
        return None


def name_of(filename: str) -> str | None:
    """What to call a file of the learner's."""
    return filename if filename.startswith(f"{ROOT}/") else None


def load(
    module: str, sources: dict[str, bytes], parts: dict[str, dict[str, Any]], *, torch: bool
) -> ModuleType:
    """Import the answer; raises whatever it raises.

    `parts` are what other modules hold, in place of what was sent for them.
    """
    for name in [name for name in sys.modules if name.split(".")[0] in loading.HOUSE]:
        del sys.modules[name]
    empty = {f"{ROOT}/{name.replace('.', '/')}.py": b"" for name in parts}
    sys.meta_path.insert(0, _Finder(sources | empty, loading.forbidden(torch=torch)))
    for name, lent in parts.items():
        vars(importlib.import_module(f"{ROOT}.{name}")).update(lent)
    return importlib.import_module(f"{ROOT}.{module}")


# --- Answering -------------------------------------------------------------------------------


class JudgeError(Exception):
    """A function that the judge lent raised an error that has no name here."""


class _Borrowed:
    """A function of the judge's: it can be called, and nothing else."""

    def __init__(self, sandbox: "Sandbox", number: int) -> None:
        self._sandbox = sandbox
        self.number = number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with uncounted():  # The wall's own work grows with what has crossed it.
            return self._sandbox.call_back(self.number, args, kwargs)

    def __mro_entries__(self, bases: tuple[object, ...]) -> NoReturn:
        raise TypeError(
            "what you have not solved is lent by the grader: it can be called, not inherited from"
        )


class _Made:
    """An object of the judge's: its methods can be called, and nothing else."""

    def __init__(self, methods: dict[str, _Borrowed]) -> None:
        vars(self).update(methods)

    def __iter__(self) -> "_Made":
        return self

    def __next__(self) -> Any:
        return vars(self)["__next__"]()


class Sandbox:
    """Answers one message after the other, until the judge hangs up."""

    def __init__(self, connection: socket.socket, protections: dict[str, str]) -> None:
        self._line = Line(connection)
        self._protections = protections
        self._module: ModuleType | None = None
        self._prints = Prints()
        self._kept: Packed = []
        self._next_number = itertools.count()
        self._reset()

    def _reset(self) -> None:
        self._table = Table(first=1)
        self._lent: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def run(self) -> None:
        with caught(self._prints):
            while True:
                try:
                    message = self._line.receive()
                except (EOFError, OSError):
                    return
                self._line.send(self._reply(message))

    def _reply(self, message: Message) -> Packed:
        body = message.body
        if body["op"] == "fetch":
            return self._kept
        if body["op"] == "timed":
            return self._timed(message)
        if "reset" in body:
            self._reset()
        return self._answer(message)

    def _timed(self, message: Message) -> Packed:
        """Do a call, but give only the hash of its reply; the judge stops its clock at that."""
        table, self._table = self._table, Table(first=1)
        with printing_is_free():
            self._kept = self._answer(message)
        self._table = table
        return Message({"digest": digest_of(self._kept)}).packed()

    def _answer(self, message: Message) -> Packed:
        try:
            reader = Reader(self._table, message, self._borrow, _accept)
            values = reader.value(message.body["values"])
            self._table.forget(message.body["forget"])
        except WireError as error:
            return self._failed(error)
        facts: dict[str, Node] = {}
        try:
            with np.errstate(**message.body.get("errstate", {})):
                value = self._measured(message.body, values, facts)
        except BaseException as error:  # An answer may raise anything.
            facts |= _raised(error, message.body["op"])
            value = None
        try:
            writer = Writer(self._table, self._lend)
            node = writer.node(value)
            if prints := self._prints.take():
                facts["prints"] = prints
            return writer.message(value=node, **facts).packed()
        except (WireError, MemoryError) as error:
            return self._failed(error)

    def _failed(self, error: Exception) -> Packed:
        """What cannot cross the wall; both sides forget what they shared, as they may differ."""
        self._reset()
        facts = {"raised": ["TypeError"], "text": f"the result cannot be taken: {error}"}
        return Message({"value": None, "lost": True} | facts).packed()

    def _measured(self, body: dict[str, Node], values: Any, facts: dict[str, Node]) -> Any:
        """Do what is asked, on the gauge that is asked for."""
        value: Any = None

        def call() -> None:
            nonlocal value
            value = self._do(body["op"], *values)

        gauge = body.get("gauge")
        if gauge == "steps":
            facts["measured"] = Meter().steps(call, body.get("most", math.inf))
        elif gauge == "peak":
            facts["measured"] = Meter().peak(call)
        else:
            call()
        return value

    def _do(self, operation: str, of: Any, *rest: Any) -> Any:
        if operation in ("call", "timed"):
            args, kwargs = rest
            return of(*args, **dict(kwargs))
        if operation == "get":
            return getattr(of, *rest)
        if operation == "set":
            return setattr(of, *rest)
        if operation == "operate":
            return getattr(operator, of)(*rest)
        if operation == "iter":
            return iter(of)
        if operation == "next":
            return next(of)
        return self._load(of, *rest)

    def _load(
        self, module: str, names: tuple[str, ...], sources: Any, parts: Any, torch: bool
    ) -> str | None:
        """Load the answer; what is wrong with it, in a sentence, or None."""
        lent = {name: dict(functions) for name, functions in parts}
        # From here on, an end is the answer's doing.
        self._line.send(Message({"protections": self._protections}).packed())
        try:
            self._module = load(module, dict(sources), lent, torch=torch)
        except BaseException as error:  # An answer may raise anything while it is loaded.
            return _loading_problem(module, error)
        missing = [name for name in names if not hasattr(self._module, name)]
        if not missing:
            return None
        file = _file_of(module)
        return f"{file} does not define {' and '.join(missing)}, which the tests import."

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have the judge call a function of its own."""
        writer = Writer(self._table, self._lend)
        values = writer.node((args, tuple(kwargs.items())))
        self._line.send(writer.message(call_back=number, values=values).packed())
        message = self._line.receive()
        while "op" in message.body:  # The judge's function itself calls the answer.
            self._line.send(self._reply(message))
            message = self._line.receive()
        reader = Reader(self._table, message, self._borrow, _accept)
        raised = message.body.get("raised")
        if raised:
            kind: Any = getattr(builtins, raised, None)
            known = isinstance(kind, type) and issubclass(kind, Exception)
            raise kind(message.body["text"]) if known else JudgeError(message.body["text"])
        value = reader.value(message.body["value"])
        self._table.forget(message.body["forget"])
        return value

    def _lend(self, value: Any) -> Node:
        if isinstance(value, _Borrowed):
            return ["function", value.number]
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = next(self._next_number)
            self._lent[number] = value
        return ["object", number, type(value).__name__[:80]]

    def _borrow(self, node: Node) -> Any:
        kind, which, *_ = node
        if kind == "name":
            return getattr(self._module, which)
        if kind == "object":
            return self._lent[which]
        if kind == "made":
            return _Made({name: _Borrowed(self, number) for name, number in which.items()})
        return _Borrowed(self, which)


def _accept(reader: Reader, number: int, entry: Entry, content: Content) -> None:
    """The judge's changes are made here too."""
    entry.content = content
    with contextlib.suppress(ValueError):  # The answer has closed or reshaped its copy.
        write_into(entry.value, content)


def _raised(error: BaseException, operation: str) -> dict[str, Node]:
    if operation == "next" and isinstance(error, StopIteration):
        return {"stop": True}
    names = [kind.__name__[:80] for kind in type(error).__mro__]
    text = _text_of(error)
    return {"raised": names, "text": text, "place": loading.last_place(error, name_of)}


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT_KEPT]
    except BaseException:  # Its __str__ is the learner's.
        return ""


def _file_of(module: str) -> str:
    return f"{ROOT}/{module.replace('.', '/')}.py"


def _loading_problem(module: str, error: BaseException) -> str:
    file = _file_of(module)
    if loading.is_of_encoding(_text_of(error)):
        return f"{file} is not UTF-8 text: save it as UTF-8."
    if isinstance(error, SystemExit):
        return f"{file} ends the program while it is loaded (SystemExit)."
    return loading.problem(error, name_of)[:_TEXT_KEPT]

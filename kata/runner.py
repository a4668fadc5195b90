"""Runs one kata's tests in a process of its own, and gives a `Verdict`.

On Linux that process is a fork of a warm one (the standard library's forkserver); elsewhere it is
started ahead of time. Either way one is always waiting, so a run begins at once. Whatever the
learner's code does, the verdict comes within the time limit.
"""

import contextlib
import json
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from kata import sockets, stubs, target
from kata.catalog import Catalog, Kata
from kata.entry import serve
from kata.verdict import (
    BROKEN,
    CANCELLED,
    FAILED,
    PATIENCE,
    SOLVED,
    TODO,
    Decoyed,
    Example,
    Failure,
    Job,
    Surveyed,
    Verdict,
)

# The worker ends itself at the time limit; this long after it, it is ended.
_GRACE = 2.0
_READY_SECONDS = 120.0
_ALARMS = [-getattr(signal, name, 0) for name in ("SIGPROF", "SIGALRM")]
# All runners share one forkserver: it loads what any of them needs, before it forks.
PRELOADED = ["kata.warm"]


class Runner:
    """Runs jobs one at a time; close it (or use it in a `with`) to end the waiting process."""

    def __init__(
        self,
        katas: Catalog,
        start_method: str | None = None,
        serve: Callable[[Connection, str], None] = serve,
    ) -> None:
        method = start_method or ("forkserver" if sys.platform == "linux" else "spawn")
        self._katas = katas
        self._context: Any = multiprocessing.get_context(method)
        self._serve = serve
        if method == "forkserver":
            if serve.__module__ not in PRELOADED:
                PRELOADED.append(serve.__module__)
            self._context.set_forkserver_preload(PRELOADED)
        self._spare: _Process | None = None
        self._done: list[_Process] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """End what is left of earlier runs, and start the process that waits for the next job."""
        with self._lock:
            self._end_done()
            if self._spare is None:
                self._spare = _Process(self._context, self._serve, str(self._katas.root))

    def _take_process(self) -> "_Process":
        # One that is only half started when this process ends would end in a traceback.
        with self._lock:
            self._end_done()
            process, self._spare = self._spare, None
            return process or _Process(self._context, self._serve, "")

    def close(self) -> None:
        """End the waiting process, and a run in another thread."""
        self._closed.set()
        with self._lock:
            self._end_done()
            if self._spare:
                self._spare.end()
                self._spare = None

    def _end_done(self) -> None:
        while self._done:
            self._done.pop().end()

    def run(
        self,
        kata: Kata,
        *,
        tree: str = target.NAME,
        trees: dict[str, str] | None = None,
        seed: int = 0,
        change: tuple[str, ...] = (),
        survey: bool = False,
        examples: bool = False,
        diagnose: bool = True,
        also_two: bool = False,
        picture: str = "",
        sandboxes: tuple[str, ...] = (),
        sources: dict[str, str] | None = None,
        parts: tuple[str, ...] = (),
        cancelled: threading.Event | None = None,
        on_progress: Callable[[float, float], None] = lambda done, loss: None,
    ) -> Verdict:
        """Run the tests of `kata` once; `cancelled` ends it early from another thread.

        `on_progress` hears of a long training: the share that is done, and its loss.

        It begins at once where `warm_up` was called a moment before. `Job` says what the other
        arguments mean.
        """
        process = self._take_process()
        with tempfile.TemporaryDirectory(prefix="kata-") as folder:
            log = Path(folder, "stack.txt")
            job = Job(
                root=str(self._katas.root),
                kata=kata.id,
                log=str(log),
                tree=tree,
                trees=trees or {},
                seed=seed,
                change=change,
                survey=survey,
                examples=examples,
                diagnose=diagnose,
                also_two=also_two,
                picture=picture,
                sandboxes=sandboxes,
                sources=sources or {},
                parts=parts,
            )
            verdict = Verdict(kata)
            start = time.perf_counter()
            try:
                stop = cancelled or self._closed
                _Listener(process, job, verdict, stop, on_progress).listen()
            finally:
                process.kill()
                with self._lock:
                    self._done.append(process)
            verdict.seconds = time.perf_counter() - start
        return verdict


class _Process:
    def __init__(self, context: Any, serve: Any, root: str) -> None:
        self.connection, theirs = context.Pipe()
        arguments = theirs, root
        self.process: BaseProcess = context.Process(target=serve, args=arguments, daemon=True)
        with interrupts_held_back(), sockets.in_folder():
            self.process.start()
        theirs.close()

    def kill(self) -> None:
        """Kill the process and all that it started, without waiting for its end."""
        if self.process.pid and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def end(self) -> None:
        self.kill()
        self.connection.close()
        self.process.join()
        self.process.close()


@contextlib.contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Let what is started here inherit that SIGINT is blocked: Ctrl-C is for the tool alone."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # Its own start lets SIGINT through again.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Listener:
    """Turns what a worker sends, and how it ends, into a verdict."""

    def __init__(
        self,
        process: _Process,
        job: Job,
        verdict: Verdict,
        cancelled: threading.Event,
        on_progress: Callable[[float, float], None],
    ) -> None:
        self._on_progress = on_progress
        self._connection: Connection = process.connection
        self._process = process.process
        self._job = job
        self._verdict = verdict
        self._cancelled = cancelled
        self._running = ""
        self._is_judged = False  # From here on, nothing that happens changes the verdict.
        self._limit = _READY_SECONDS
        self._deadline = time.monotonic() + self._limit

    def listen(self) -> None:
        try:
            self._connection.send_bytes(json.dumps(asdict(self._job)).encode())
            while self._await_message():
                *before, last = json.loads(self._connection.recv_bytes())
                for message in before:
                    self._note(message)
                if last["event"] == "finished":
                    self._verdict.prints = self._verdict.prints or last["prints"]
                    self._conclude()
                    return
                self._note(last)
        except (EOFError, ConnectionError, BrokenPipeError):
            if self._is_judged:
                self._conclude()
            else:
                self._verdict.problem = self._verdict.problem or self._how_it_died()
            return
        if self._cancelled.is_set():
            self._verdict.status = CANCELLED
        elif self._is_judged:
            self._conclude()
        else:
            self._verdict.problem = self._too_slow()

    def _await_message(self) -> bool:
        while not self._cancelled.is_set() and time.monotonic() < self._deadline:
            if self._connection.poll(0.05):
                return True
        return False

    def _note(self, message: dict[str, Any]) -> None:
        verdict, event = self._verdict, message.pop("event")
        if event == "begins":
            self._running = message["name"]
            self._limit = message["seconds"]
            self._deadline = time.monotonic() + PATIENCE * self._limit + _GRACE
        elif event == "collected":
            verdict.tests, verdict.speed = message["tests"], message["speed"]
        elif event == "broken":
            verdict.problem = message["problem"]
        elif event == "diagnosed":
            verdict.mistakes = [(name, text) for name, text in message["mistakes"]]
            verdict.telling, verdict.at_once = message["telling"], message["at_once"]
        elif event == "progress":
            self._on_progress(message["done"], message["loss"])
        elif event == "told":
            verdict.functions = message["functions"]
            self._is_judged = True
        elif event == "seen":
            name = message.pop("name")
            verdict.failures = [
                replace(failure, **message) if failure.name == name else failure
                for failure in verdict.failures
            ]
        elif event == "examples":
            verdict.examples = [Example(**example) for example in message["examples"]]
        elif event == "decoyed":
            verdict.decoys.append(Decoyed(**message))
        elif event == "surveyed":
            name = message.pop("name")
            verdict.survey[name] = Surveyed(**message)
        elif event == "graded":
            verdict.problem = verdict.problem or message.pop("problem")
            verdict.protections = message["protections"]
            verdict.unavailable = message["unavailable"]
            verdict.prints = message["prints"]
        elif event == "result":
            verdict.seconds_of[message["name"]] = message.pop("seconds")
            verdict.outcomes[message["name"]] = message.pop("outcome")
            if verdict.outcomes[message["name"]] == "failed":
                verdict.failures.append(Failure(**message))

    def _conclude(self) -> None:
        verdict = self._verdict
        outcomes = set(verdict.outcomes.values())
        untouched = self._job.tree == target.NAME and stubs.is_untouched(verdict.kata)
        if verdict.problem:
            verdict.status = BROKEN
        elif self._job.examples:
            right = all(example.right for example in verdict.examples)
            verdict.status = SOLVED if right else FAILED
        elif not outcomes or (len(verdict.outcomes) < len(verdict.tests) and not verdict.failures):
            verdict.problem = "The tests were ended before they were done, by the answer itself."
        elif outcomes <= {"passed", "skipped"} and "passed" in outcomes:
            verdict.status = SOLVED
        elif outcomes <= {TODO, "skipped"} or untouched:
            verdict.status = TODO
        else:
            verdict.status = FAILED

    def _how_it_died(self) -> str:
        self._process.join(_GRACE)
        log = Path(self._job.log)
        stack = log.read_text(errors="replace") if log.is_file() else ""
        if "Timeout" in stack[:80] or self._process.exitcode in _ALARMS:
            return self._too_slow(stack)
        return f"{self._doing()} ended Python{self._reason()}{self._place(stack)}."

    def _reason(self) -> str:
        code = self._process.exitcode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f" with a crash ({signal.Signals(-code).name})"
        return f" (exit code {code})"

    def _too_slow(self, stack: str = "") -> str:
        limit = f"{self._limit:g} seconds"
        return f"{self._doing()} exceeded {limit}{self._place(stack)}. Is there an infinite loop?"

    def _doing(self) -> str:
        kata = self._verdict.kata
        file = kata.relative(kata.file_in(self._job.tree))
        if not self._running:
            return f"Loading {file}"
        if self._job.picture:
            return f"Drawing with {file}"
        return f"The test “{Failure(self._running).claim}”"

    def _place(self, stack: str) -> str:
        """Where in the learner's files the innermost frame was; the stack is innermost first."""
        pattern = r'File "([^"]+)", line (\d+)'
        for file, line in re.findall(pattern, stack):
            name = target.learners_name(self._verdict.kata, Path(file))
            if name:
                return f", at {name}:{line}"
        return ""

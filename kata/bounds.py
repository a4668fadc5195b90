"""A process that runs a learner's code for one job: within bounds, and telling how it goes.

It is told its job in one message and answers in JSON. If the learner's code kills it, all that was
sent is known; if it hangs, the process writes its stack and ends.
"""

import contextlib
import faulthandler
import functools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TextIO

from kata import changes, loading, target
from kata.catalog import Catalog, Kata
from kata.prints import Prints, caught
from kata.verdict import PATIENCE, Job

MEMORY_BYTES = 4 << 30
# For what runs none of the learner's code: collecting, which may have to compile the test first,
# the diagnosis, and an attempt with all the tests.
SECONDS_OF_OUR_OWN = 60.0
MESSAGE_KEPT = 4000


def lead_own_group() -> None:
    """Let this process, with all that it starts, be ended as one."""
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()


def wait_for_job(connection: Connection) -> Job:
    """Raises EOFError where the tool has ended."""
    return Job(**json.loads(connection.recv_bytes()))


def refuse(connection: Connection, problem: str) -> None:
    """Tell why a job cannot even be begun."""
    events = [{"event": "broken", "problem": problem}]
    connection.send_bytes(json.dumps(events).encode())


class Bounded:
    """Does one job on the answer that `load` loads; what it does is in `do`."""

    def __init__(self, connection: Connection, job: Job, katas: Catalog) -> None:
        self._connection = connection
        self._unsent: list[dict[str, Any]] = []
        self.job = job
        self.katas = katas
        self.kata = katas.find(job.kata)

    def run(self) -> None:
        os.chdir(self.job.root)
        sys.breakpointhook = self._refuse_to_stop
        _limit_memory()
        prints = Prints()
        with Path(self.job.log).open("w") as log, _standard_output(prints):
            faulthandler.enable(log)
            with _timer(log) as self._set_timer:
                self.do()
            faulthandler.disable()
        self.close()
        self.send("finished", prints=prints.take())

    def do(self) -> None:
        """Do the job."""
        raise NotImplementedError

    def close(self) -> None:
        """Tell what is known only at the end."""

    def send(self, event: str, **values: Any) -> None:
        self.note(event, **values)
        # What UTF-8 cannot encode would break whoever reads the JSON that it ends in.
        text = json.dumps(self._unsent, ensure_ascii=False)
        self._connection.send_bytes(text.encode("utf-8", "replace"))
        self._unsent = []

    def note(self, event: str, **values: Any) -> None:
        """Send this together with what is sent next."""
        self._unsent.append({"event": event} | values)

    def begin(self, name: str, seconds: float = 0.0) -> None:
        """Announce what begins; if it hangs, this process writes its stack and ends."""
        limit = seconds or self.kata.seconds
        self.send("begins", name=name, seconds=limit)
        self._set_timer(limit)

    def _refuse_to_stop(self, *_: object, **__: object) -> None:
        raise RuntimeError(
            f"breakpoint() can't stop here. In another terminal, run: kata debug {self.kata.name}"
        )

    def load(self) -> str:
        """Load the answer into this process; gives what is wrong with it."""
        change = changes.find(self.kata, tuple(self.job.change))
        chosen = {self.kata.id: change} if change else {}
        target.install(self.katas, self.job.tree, chosen, trees=self.job.trees)
        try:
            target.answer_module(self.kata)
        except BaseException as error:  # Learner code may raise anything while it is loaded.
            return loading_problem(self.kata, self.job.tree, error)
        return ""


def loading_problem(kata: Kata, tree: str, error: BaseException) -> str:
    """One sentence about a file that cannot be loaded."""
    answer = kata.file_in(tree)
    file = kata.relative(answer)
    if loading.is_of_encoding(str(error)):
        return f"{file} is not UTF-8 text: save it as UTF-8."
    if isinstance(error, ModuleNotFoundError) and not answer.is_file():
        is_exercise = tree == target.NAME
        way = f"`kata reset {kata.name}` brings it back" if is_exercise else "save it again"
        return f"{file} is gone; {way}."
    return loading.problem(error, functools.partial(name_of, kata))


def name_of(kata: Kata, filename: str) -> str | None:
    return target.learners_name(kata, Path(filename))


def _limit_memory() -> None:
    """So that an answer that asks for far too much gets a MemoryError, not the machine."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def _timer(log: TextIO) -> Iterator[Callable[[float], object]]:
    """Give what sets the time, in seconds, after which this process writes its stack and ends.

    That is time in which it works, where it can be measured. It needs no interpreter lock, so a
    loop in C doesn't stop it.
    """
    if not hasattr(signal, "setitimer"):
        yield lambda seconds: faulthandler.dump_traceback_later(seconds, exit=True, file=log)
        faulthandler.cancel_dump_traceback_later()
        return

    def set_timer(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)

    # Ten times as fast to set as the other, which starts a thread each time.
    for number in (signal.SIGPROF, signal.SIGALRM):
        faulthandler.register(number, file=log, chain=True)
    yield set_timer
    set_timer(0)
    for number in (signal.SIGPROF, signal.SIGALRM):
        faulthandler.unregister(number)


@contextlib.contextmanager
def _standard_output(prints: Prints) -> Iterator[None]:
    """Catch what Python prints; what C code or a child process prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    with caught(prints):
        yield

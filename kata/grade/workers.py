"""Those who grade a class: processes of this machine, or the workers of a dask scheduler.

Both take tasks, which are plain data, and give news of them. A worker grades one submission after
the other and keeps one `Grader`, with its warm processes, for all of them. One that dies is
replaced; its submission is tried once more, and is then given up.
"""

import asyncio
import atexit
import contextlib
import functools
import hashlib
import itertools
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import kata
from kata import catalog
from kata.catalog import Catalog, Kata, KataError
from kata.grade.grading import Grader
from kata.grade.marks import from_dict, to_dict
from kata.grade.submission import Submission
from kata.runner import interrupts_held_back

_SECONDS_TO_END = 20.0
_SECONDS_TO_CONNECT = 10
# So that no worker of dask waits for its next submission.
_TASKS_PER_WORKER = 2


@dataclass(frozen=True)
class Task:
    """A submission to grade. `begun` are the marks that an earlier run gave, as `to_dict` does.

    `checkout` is the hash of what the marks depend on; a worker with another one refuses.
    """

    name: str
    sources: dict[str, bytes]
    refused: dict[str, str]
    katas: tuple[str, ...]
    seed: int
    secret: bool
    checkout: str
    begun: dict[str, Any] | None = None

    def grade(
        self,
        katas: Catalog,
        grader: Grader,
        on_marks: Callable[[dict[str, Any]], None] = lambda marks: None,
    ) -> dict[str, Any]:
        """Gives the marks; tells them so far after each kata."""
        marks = grader.grade(
            Submission(self.name, self.sources, self.refused),
            [katas.find(name) for name in self.katas],
            seed=self.seed,
            secret=self.secret,
            begun=from_dict(self.begun) if self.begun else None,
            on_marks=lambda marks: on_marks(to_dict(marks)),
        )
        return to_dict(marks)


@dataclass(frozen=True)
class News:
    """Of a submission: its marks so far, or why it cannot be graded."""

    name: str
    marks: dict[str, Any] | None = None
    problem: str = ""


def hash_of_checkout(katas: Catalog, chosen: Iterable[Kata]) -> str:
    """A hash of all that the marks of these katas depend on: their files, the tool, the data."""
    needed: dict[str, Kata] = {}
    left = list(chosen)
    while left:
        one = left.pop()
        if one.id not in needed:
            needed[one.id] = one
            left += [katas.by_id[name] for name in one.after]
    root = katas.root
    files = [root / "conftest.py", root / "pyproject.toml", *root.glob("data/**/*")]
    entries = []
    for _, one in sorted(needed.items()):
        files += [one.test, one.solution, one.start, one.original]
        files += one.attempts.parent.glob("*.py")  # A slip may come from a neighbour.
        entries.append(repr(replace(one, root=Path())))
    parts = [_hash_of_tool(), *entries, _hash_of_files(root, files)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@functools.cache
def _hash_of_tool() -> str:
    """Of the code that this process runs: what is on the disk later may be another."""
    folder = Path(kata.__file__).parent
    not_run = {"originals", "tests"}
    files = [file for file in folder.rglob("*.py") if not_run.isdisjoint(file.parts)]
    return _hash_of_files(folder, files)


def _hash_of_files(root: Path, files: Iterable[Path]) -> str:
    hashed = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes() if file.is_file() else b""
        name = file.relative_to(root).as_posix()
        hashed.update(f"{name}\0{len(content)}\0".encode() + content)
    return hashed.hexdigest()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- On this machine -------------------------------------------------------------------------


def on_this_machine(root: Path, count: int, tasks: Iterator[Task]) -> Generator[News, None, None]:
    """Grade by `count` processes; gives news after each kata. Close it to end them."""
    crew = _Crew(root, count, tasks)
    try:
        yield from crew.work()
    finally:
        crew.end()


class _Worker:
    """A process that grades; it is no daemon, as it has processes of its own.

    It ends when its connection does, however this process came to its end.
    """

    def __init__(self, root: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.task: Task | None = None
        self.has_died = False
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, str(root)))
        with interrupts_held_back():
            self._process.start()
        theirs.close()

    def begin(self, task: Task) -> None:
        self.task = task
        with contextlib.suppress(OSError):  # If it has died, that is heard next.
            self.connection.send(task)

    def hear(self) -> dict[str, Any] | str:
        """Marks, or why there are none."""
        try:
            return self.connection.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            self.has_died = True
            self.connection.close()
            self.wait_for_end()
            return f"The process that graded it ended (exit code {self._process.exitcode})"

    def wait_for_end(self) -> None:
        self._process.join(_SECONDS_TO_END)
        self._process.kill()
        self._process.join()


class _Crew:
    def __init__(self, root: Path, count: int, tasks: Iterator[Task]) -> None:
        self._root = root
        self._count = count
        self._tasks = tasks
        self._again: deque[Task] = deque()
        self._failed_once: set[str] = set()
        self._workers: list[_Worker] = []

    def work(self) -> Iterator[News]:
        while True:
            self._hand_out()
            busy = {worker.connection: worker for worker in self._workers if worker.task}
            if not busy:
                return
            for connection in wait(busy):
                worker = busy[connection]  # type: ignore[index]
                yield from self._news_of(worker)

    def end(self) -> None:
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.wait_for_end()

    def _hand_out(self) -> None:
        """Give each free worker a task; a worker is started only when there is one for it."""
        free = [worker for worker in self._workers if not worker.task]
        while free or len(self._workers) < self._count:
            task = self._again.popleft() if self._again else next(self._tasks, None)
            if task is None:
                return
            if not free:
                free.append(_Worker(self._root))
                self._workers.append(free[0])
            free.pop().begin(task)

    def _news_of(self, worker: _Worker) -> Iterator[News]:
        heard, task = worker.hear(), worker.task
        assert task is not None
        if worker.has_died:
            self._workers.remove(worker)
        if isinstance(heard, dict):
            # What is done need not be done again, should the worker die.
            worker.task = None if heard["complete"] else replace(task, begun=heard)
            yield News(task.name, heard)
            return
        worker.task = None
        if task.name in self._failed_once:
            yield News(task.name, problem=heard)
        else:
            self._failed_once.add(task.name)
            self._again.append(task)


def _serve(connection: Connection, root: str) -> None:
    """The life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tool, which then hangs up.
    katas = catalog.load(Path(root))
    tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    hung_up = threading.Event()

    def tell(message: dict[str, Any] | str) -> None:
        if hung_up.is_set():  # What was under way was broken off, so this is none of its marks.
            sys.exit()
        connection.send(message)

    with Grader(katas) as grader, contextlib.suppress(ConnectionError):
        arguments = connection, tasks, hung_up, grader
        threading.Thread(target=_receive, args=arguments, daemon=True).start()
        while task := tasks.get():
            try:
                task.grade(katas, grader, tell)
            except ConnectionError:
                raise
            except Exception as error:  # Whatever it is, others are still to be graded.
                tell(_sentence(error))


def _receive(
    connection: Connection,
    tasks: "queue.SimpleQueue[Task | None]",
    hung_up: threading.Event,
    grader: Grader,
) -> None:
    """Take tasks until the connection ends; then break off what is under way."""
    try:
        while True:
            tasks.put(connection.recv())
    except (EOFError, OSError):
        hung_up.set()
        grader.close()
        tasks.put(None)


def _sentence(error: BaseException) -> str:
    text = str(error).rstrip(".")
    return text if isinstance(error, KataError) else f"{type(error).__name__}: {text}"


# --- On the workers of dask ------------------------------------------------------------------


def on_dask(address: str, checkout: str, tasks: Iterator[Task]) -> Generator[News, None, None]:
    """Grade by the workers of the scheduler at `address`; gives news of each submission when done.

    Each worker needs this checkout, and may have processes of its own, so to be started as
    `DASK_DISTRIBUTED__WORKER__DAEMON=False dask worker ADDRESS --nworkers N --nthreads 1`, or
    with `--no-nanny`. Raises KataError where that is not so, or nobody answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise KataError("--dask needs one more package: pip install -e '.[dask]'.") from error
    try:
        asyncio.run(_knock(address))
        client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise KataError(
            f"No dask scheduler answers at {address}: start one with `dask scheduler`."
        ) from error
    with client:
        yield from _on_cluster(client, address, checkout, tasks)


async def _knock(address: str) -> None:
    """Raise OSError or ValueError where nobody answers; a client that fails hangs at its end."""
    from distributed.core import connect

    (await connect(address, timeout=_SECONDS_TO_CONNECT)).abort()


def _on_cluster(client: Any, address: str, checkout: str, tasks: Iterator[Task]) -> Iterator[News]:
    from distributed import as_completed

    count = len(client.nthreads())
    if not count:
        raise KataError(
            f"The scheduler at {address} has no workers: start some with `dask worker {address}`."
        )
    first = list(itertools.islice(tasks, _TASKS_PER_WORKER * count))
    if not first:
        return
    _check_workers(client, checkout, first[0].katas)
    names: dict[Any, str] = {}

    def submit(task: Task) -> Any:
        future = client.submit(_grade_there, asdict(task), pure=False, retries=1)
        names[future] = task.name
        return future

    finished = as_completed(map(submit, first), loop=client.loop)
    for future in finished:
        yield _news_of(names.pop(future), future, client)
        for task in itertools.islice(tasks, 1):
            finished.add(submit(task))


def _check_workers(client: Any, checkout: str, chosen: Sequence[str]) -> None:
    """Raise KataError where a worker lacks what it needs."""
    for worker, facts in client.run(_facts, tuple(chosen), on_error="return").items():
        if isinstance(facts, BaseException):
            raise KataError(f"The dask worker {worker} cannot grade: {_sentence(facts)}.")
        found, is_daemon = facts
        if found != checkout:
            raise KataError(
                f"The dask worker {worker} has another checkout of the katas: "
                "give it the same tests, solutions, attempts and tool as here, and start it anew."
            )
        if is_daemon:
            raise KataError(
                f"The dask worker {worker} may not start processes: start it with --no-nanny, "
                "or with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment."
            )


def _news_of(name: str, future: Any, client: Any) -> News:
    try:
        return News(name, future.result())
    except Exception as error:  # Of the grading, or of dask.
        if client.status != "running":
            raise KataError(
                "The connection to the dask scheduler is lost; the same command goes on from here."
            ) from error
        return News(name, problem=_sentence(error))


def _facts(chosen: Sequence[str]) -> tuple[str, bool]:
    """Of a worker: the hash of its checkout, and whether it is a daemon."""
    katas = catalog.load()
    found = hash_of_checkout(katas, map(katas.find, chosen))
    return found, multiprocessing.current_process().daemon


# Threads of a worker take turns: a judge should have a core for itself.
_turn = threading.Lock()


def _grade_there(values: dict[str, Any]) -> dict[str, Any]:
    task = Task(**values)
    with _turn:
        katas = catalog.load()
        # A worker may have come after the others were asked.
        if hash_of_checkout(katas, map(katas.find, task.katas)) != task.checkout:
            raise KataError("the dask worker has another checkout of the katas")
        return task.grade(katas, _kept_grader())


@functools.cache
def _kept_grader() -> Grader:
    grader = Grader(catalog.load())
    atexit.register(grader.close)
    return grader

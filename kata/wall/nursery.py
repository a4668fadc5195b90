"""A warm process that has NumPy (and torch, where asked) loaded, and forks a sandbox on request.

It listens on a socket of its own folder. Who connects and shows the token talks to a new sandbox;
to hang up ends that sandbox and all that it started. Each sandbox has a keeper, which the answer
cannot reach: it waits for the one to end or the other to hang up, and clears up.
"""

import contextlib
import gc
import hmac
import importlib
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from kata import sockets, threads
from kata.loading import LIBRARIES
from kata.wall import jail
from kata.wall.line import Line, Message, keep_freed_memory
from kata.wall.sandbox import Sandbox

# Less than a judge has to load an answer.
READY_SECONDS = 45.0
_TOKEN_SECONDS = 5.0
_TOKEN_BYTES = 32
_SOCKET = "socket"
# How often a keeper looks whether its sandbox has ended.
_TICK_MILLISECONDS = 10
_MOST_DESCRIPTORS = 256

_START = """
import sys
sys.path.insert(0, sys.argv[1])
from kata.wall import nursery
nursery.main(sys.argv[2], sys.argv[3])
"""
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
# Modules that answers import; loaded once here, so that no sandbox has to read them.
_USUAL = (
    "bisect", "collections.abc", "copy", "dataclasses", "decimal", "enum", "fractions",
    "functools", "heapq", "itertools", "jaxtyping", "math", "operator", "random", "statistics",
    "string", "typing", "warnings", "numpy.fft", "numpy.lib.stride_tricks", "numpy.linalg",
    "numpy.random", "numpy.typing",
)  # fmt: skip


class Nursery:
    """Starts the warm process; close it to end it. Sandboxes are had by `connect`."""

    def __init__(self, *, torch: bool) -> None:
        self._folder = tempfile.mkdtemp(prefix="kata-wall-", dir=sockets.folder())
        self._token = os.urandom(_TOKEN_BYTES).hex()
        root = str(Path(__file__).parents[2])
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, root, self._folder, "torch" if torch else ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_scrubbed_environment(),
            cwd=self._folder,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self._token}\n".encode())
        self._process.stdin.flush()

    @property
    def address(self) -> tuple[str, str]:
        """What `connect` needs; waits until sandboxes can be had."""
        assert self._process.stdout is not None
        if not self._process.stdout.closed:
            self._process.stdout.readline()
            self._process.stdout.close()
        return str(Path(self._folder, _SOCKET)), self._token

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def connect(address: tuple[str, str]) -> socket.socket:
    """A connection to a new sandbox; raises OSError when there is none to be had."""
    path, token = address
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(READY_SECONDS)
    connection.connect(path)
    connection.sendall(token.encode())
    return connection


def _scrubbed_environment() -> dict[str, str]:
    """Nothing of the caller's but where programs and libraries lie."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | threads.ONE_EACH | {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


# --- In the warm process ---------------------------------------------------------------------


def main(folder: str, torch: str) -> None:
    """Fork a sandbox for each caller, until standard input ends."""
    jail.guard()
    keep_freed_memory()
    token = sys.stdin.readline().strip().encode()
    _load_what_answers_use(torch)
    empty = Path(folder, "empty")
    empty.mkdir(mode=0o555)
    rules = jail.ruleset(*_open_to_answers(empty, torch))
    os.chdir(empty)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Keepers that have ended leave no trace.
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(Path(folder, _SOCKET)))
        listening.listen(64)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                break
            _welcome(listening, token, rules)
    shutil.rmtree(folder, ignore_errors=True)  # Who started this may have ended without doing so.


def _welcome(listening: socket.socket, token: bytes, rules: int | None) -> None:
    connection, _ = listening.accept()
    with connection, contextlib.suppress(OSError):
        connection.settimeout(_TOKEN_SECONDS)
        shown = connection.recv(len(token), socket.MSG_WAITALL)
        if hmac.compare_digest(shown, token) and os.fork() == 0:
            try:
                listening.close()
                connection.settimeout(None)
                _keep(connection, rules)
            finally:  # Whatever was raised: what was forked here must not welcome others.
                os._exit(1)


def _keep(connection: socket.socket, rules: int | None) -> NoReturn:
    """Start a sandbox and wait for its end or the caller's; then end all that it started."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    jail.adopt_orphans()
    child = os.fork()
    if child == 0:
        _be_sandbox(connection, rules)
    caller = select.poll()
    caller.register(connection, 0)  # To hang up is always told.
    status = 0
    while not caller.poll(_TICK_MILLISECONDS):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
    _end_descendants()
    with contextlib.suppress(OSError):
        died = Message({"died": os.waitstatus_to_exitcode(status)})
        Line(connection).send(died.packed(), time.monotonic() + _TOKEN_SECONDS)
    os._exit(0)


def _end_descendants() -> None:
    """Kill the children until there are none; those of a killed child become this one's."""
    while True:
        for child in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    if sys.platform != "linux":
        listed = subprocess.run(["pgrep", "-P", str(os.getpid())], capture_output=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]
    me, found = os.getpid(), []
    for folder in os.listdir("/proc"):
        if folder.isdigit():
            with contextlib.suppress(OSError):
                # After the name, which is in brackets, come the state and the parent.
                fields = Path("/proc", folder, "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == me:
                    found.append(int(folder))
    return found


def _be_sandbox(connection: socket.socket, rules: int | None) -> NoReturn:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    open_still = {0, 1, 2, connection.fileno(), *([rules] if rules else [])}
    for descriptor in set(range(_MOST_DESCRIPTORS)) - open_still:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    sys.path[:] = [folder for folder in sys.path if folder != sys.argv[1]]
    del sys.argv[1:]
    _seed()
    box = Sandbox(connection, jail.enter(rules))
    with contextlib.suppress(BaseException):
        box.run()
    os._exit(0)


def _seed() -> None:
    """Each sandbox starts from the same state, so that a failure can be repeated."""
    random.seed(0)
    np.random.seed(0)
    torch = sys.modules.get("torch")
    if torch:
        torch.manual_seed(0)


def _load_what_answers_use(torch: str) -> None:
    for name in (*_USUAL, *([torch] if torch else [])):
        importlib.import_module(name)
    tempfile.gettempdir()  # Looks once for a folder that can be written to; later, none can.
    if torch:
        _warm_up(sys.modules[torch])


def _warm_up(torch: Any) -> None:
    """A step of training, for what torch loads late."""
    torch.set_num_threads(1)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Dropout(0.5))
    optimizer = torch.optim.Adam(model.parameters())
    torch.nn.functional.cross_entropy(model(torch.ones(2, 2)), torch.tensor([0, 1])).backward()
    optimizer.step()


def _open_to_answers(empty: Path, torch: str) -> tuple[list[Path], list[Path]]:
    """Paths that answers may read, and folders that they may list: Python and its libraries."""
    closed = LIBRARIES - {torch} if torch else LIBRARIES
    root = Path(sys.argv[1])
    folders = [Path(entry) for entry in sys.path if Path(entry).is_dir() and Path(entry) != root]
    readable = [empty, *(Path(name) for name in _DEVICES)]
    readable += [Path(name) for name in _system_libraries()]
    for folder in folders:
        names = (child for child in folder.iterdir() if child not in folders)
        readable += [child for child in names if not _belongs_to(child.name, closed)]
    return [path for path in readable if path.exists() and not _holds(path, root)], folders


def _belongs_to(name: str, libraries: frozenset[str]) -> bool:
    # Other packages lie in the folders of packages: they are listed by themselves, or closed.
    if name in ("site-packages", "dist-packages"):
        return True
    return name.lower().startswith(tuple(libraries)) or (
        "torch" in libraries and name.startswith("functorch")
    )


def _system_libraries() -> list[str]:
    platform = sysconfig.get_config_var("MULTIARCH") or ""
    return [f"/usr/lib/{platform}", f"/lib/{platform}", "/lib64", "/usr/lib64", "/etc/ld.so.cache"]


def _holds(path: Path, root: Path) -> bool:
    """Whether the checkout, with its solutions, lies at or below this path."""
    return root.resolve().is_relative_to(path.resolve())

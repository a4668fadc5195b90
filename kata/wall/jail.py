"""What a sandbox may not do, and the kernel's means to see to it.

`enter` gives up, for this process and all that it starts, whatever an answer does not need. Each
protection is tried by itself; what a machine does not offer is told, not passed over.
"""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from kata.wall import seccomp

HELD = "held"
LIMITS, USER, FILES, CALLS = "limits", "own user", "files", "system calls"
NETWORK, SIGNALS = "network", "signals"

MEMORY_BYTES = 2 << 30
CPU_SECONDS = 600
# The answer's own thread and no other, which could keep the cores busy while a rival is timed.
TASKS = 1
OPEN_FILES = 64

# Users that no account has: from the range that systemd, too, lends out for a while.
_FIRST_USER, _USERS = 61184, 4335

# linux/prctl.h and linux/capability.h.
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_KEEP_CAPABILITIES = 1, 4, 8
_SET_CHILD_SUBREAPER, _SET_NO_NEW_PRIVILEGES = 36, 38
_CAPABILITIES_3 = 0x20080522
# CAP_DAC_READ_SEARCH, and CAP_DAC_OVERRIDE, which containers have instead.
_RIGHTS_TO_READ_ALL = 1 << 2, 1 << 1

# linux/landlock.h; the numbers of these calls are the same on all architectures.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# How many kinds of access to files each version knows.
_FILE_ACCESSES = {1: 13, 2: 14, 3: 15, 4: 15}
_SINCE_NETWORK, _SINCE_SIGNALS = 4, 6


class JailError(Exception):
    """This machine does not offer a protection; the text says why."""


def enter(rules: int | None) -> dict[str, str]:
    """Give up all that an answer doesn't need; gives for each protection "held", or why not.

    `rules` is what `ruleset` gave.
    """
    held = {
        LIMITS: _outcome(_limit_resources),
        USER: _outcome(lambda: _become_nobody(reads_all=rules is not None)),
        FILES: _outcome(lambda: _restrict(rules)),
    }
    with contextlib.suppress(OSError):
        end_with_parent()  # A change of user undoes it, and the filter forbids it.
    held[CALLS] = _outcome(seccomp.enter)
    # Landlock alone would leave all but TCP open.
    held[NETWORK] = held[CALLS]
    # Another user's processes cannot be signalled in any case.
    held[SIGNALS] = HELD if held[USER] == HELD else held[CALLS]
    return held


def guard() -> None:
    """Close this process's memory to others of the same user."""
    if sys.platform == "linux":
        _prctl(_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of all that descends from this process when its own parent has ended."""
    if sys.platform == "linux":
        _prctl(_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent ends."""
    if sys.platform == "linux":
        _prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _outcome(give_up: Callable[[], None]) -> str:
    try:
        give_up()
    except (JailError, OSError, ValueError) as error:
        return str(error)
    return HELD


# --- Limits ----------------------------------------------------------------------------------


def _limit_resources() -> None:
    limits = {
        resource.RLIMIT_CORE: 0,
        # Not a byte into any file.
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_NOFILE: OPEN_FILES,
    }
    if sys.platform == "linux":  # Elsewhere these cannot be had without harm.
        limits[resource.RLIMIT_AS] = _address_space() + MEMORY_BYTES
        limits[resource.RLIMIT_NPROC] = _tasks_of_others() + TASKS
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    if sys.platform != "linux":
        raise JailError("memory and processes are not limited on this system")


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _tasks_of_others() -> int:
    """The threads that this process's user has elsewhere; the kernel counts them all."""
    if os.geteuid() == 0:
        return 0  # It will be a user of its own.
    count, user = 0, os.getuid()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == user:
                count += len(os.listdir(folder / "task"))
        except OSError:  # It has ended meanwhile.
            continue
    return count - 1


# --- User ------------------------------------------------------------------------------------


def _become_nobody(*, reads_all: bool) -> None:
    """Change to a user without any rights.

    Where Landlock says which files may be read, the user may pass folders that are closed to
    others: the interpreter may lie in root's home.
    """
    if os.geteuid() != 0:
        raise JailError("not started as root")
    user = _FIRST_USER + os.getpid() % _USERS
    kept = _right_to_read_all() if reads_all else 0
    if not kept and not _is_open_to_others(Path(os.__file__)):
        raise JailError("only root may read Python's library")
    if kept:
        _prctl(_SET_KEEP_CAPABILITIES, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if kept:
        data = struct.pack("6I", kept, kept, 0, 0, 0, 0)
        _check(_libc().capset(_capabilities_of_this_process(), data))


def _is_open_to_others(file: Path) -> bool:
    folders = (folder.stat().st_mode & 0o001 for folder in file.parents)
    return bool(file.stat().st_mode & 0o004) and all(folders)


def _right_to_read_all() -> int:
    """The weakest capability to read every file that this process has; 0 for none."""
    data = ctypes.create_string_buffer(24)
    _check(_libc().capget(_capabilities_of_this_process(), data))
    permitted = struct.unpack("6I", data)[1]
    return next((right for right in _RIGHTS_TO_READ_ALL if permitted & right), 0)


def _capabilities_of_this_process() -> bytes:
    return struct.pack("Ii", _CAPABILITIES_3, 0)


# --- Landlock --------------------------------------------------------------------------------


def landlock_version() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, 0, 1)))


def ruleset(readable: Iterable[Path], listable: Iterable[Path]) -> int | None:
    """A ruleset (a file descriptor) that forbids all it can; None where there is no Landlock.

    At or below `readable`, files may be read; below `listable`, folders may be listed.
    """
    version = landlock_version()
    if not version:
        return None
    files = (1 << _FILE_ACCESSES.get(version, 16)) - 1
    network = 0b11 if version >= _SINCE_NETWORK else 0
    scoped = 0b11 if version >= _SINCE_SIGNALS else 0
    size = 8 if version < _SINCE_NETWORK else 16 if version < _SINCE_SIGNALS else 24
    attributes = struct.pack("QQQ", files, network, scoped)[:size]
    rules = _check(_libc().syscall(_CREATE_RULESET, attributes, size, 0))
    for path in readable:
        _allow(rules, path, _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE)
    for path in listable:
        _allow(rules, path, _READ_DIR)
    return rules


def _allow(rules: int, path: Path, access: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    _check(_libc().syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", access, opened), 0))
    os.close(opened)


def _restrict(rules: int | None) -> None:
    if rules is None:
        raise JailError("this kernel has no Landlock")
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    _check(_libc().syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    _check(_libc().prctl(option, value, 0, 0, 0))


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

"""A filter for system calls: the kernel refuses what an answer has no use for.

An answer computes. It opens no connection, shares neither memory nor queues, starts nothing, and
looks into no other process. So the filter lists what is allowed, which is what NumPy, torch, the
line to the judge and the loading of modules need; the kernel's other ways out need no names here.
"""

import ctypes
import os
import platform
import struct
import sys

# linux/seccomp.h, linux/prctl.h, linux/bpf_common.h, linux/audit.h.
_SET_SECCOMP, _FILTER, _SET_NO_NEW_PRIVILEGES = 22, 2, 38
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # Offsets in struct seccomp_data.

# By platform.machine(): the column in the tables below, and the kernel's name for it.
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# Above all calls that these tables know: x32's numbers, and calls that are newer. clone3 is among
# those refused as unknown, as its flags cannot be read here; the C library then uses clone.
_FIRST_UNKNOWN, _CLONE3 = 472, 435

# Numbers of calls on x86_64 and on aarch64; None where a machine has no such call.
_ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # Files, of which Landlock says which.
    "read": (0, 63), "pread64": (17, 67), "readv": (19, 65), "write": (1, 64), "lseek": (8, 62),
    "close": (3, 57), "stat": (4, None), "lstat": (6, None), "fstat": (5, 80),
    "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17),
    "dup": (32, 23), "umask": (95, 166),
    # Memory.
    "brk": (12, 214), "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216),
    "mprotect": (10, 226), "madvise": (28, 233), "futex": (202, 98), "membarrier": (324, 283),
    # Signals to itself, and its end.
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128), "exit": (60, 93),
    "exit_group": (231, 94),
    # What it is, what time it is, and chance.
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "uname": (63, 160),
    "sysinfo": (99, 179), "getcpu": (309, 168), "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124), "getrusage": (98, 165), "times": (100, 153), "time": (201, None),
    "gettimeofday": (96, 169), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "getrandom": (318, 278),
    "arch_prctl": (158, None), "rseq": (334, 293), "set_robust_list": (273, 99),
    # The line to the judge.
    "sendto": (44, 206), "recvfrom": (45, 207), "poll": (7, None), "ppoll": (271, 73),
    "select": (23, None), "pselect6": (270, 72),
}  # fmt: skip

# Calls of which one argument is looked at: files are opened for reading only …
_OPEN, _OPENAT = (2, None), (257, 56)
_TO_WRITE = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
# … and of others it has one of a few values.
_IOCTL, _FCNTL, _SETSOCKOPT, _PRLIMIT = (16, 29), (72, 25), (54, 208), (302, 261)
_KILL_CALL, _TGKILL = (62, 129), (234, 131)
_TCGETS, _FIONBIO, _FIOCLEX = 0x5401, 0x5421, 0x5451
_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
_SO_SNDBUF, _SO_RCVTIMEO, _SO_SNDTIMEO = 7, 20, 21


def enter() -> None:
    """Refuse all other calls to this process from now on; raises OSError where that can't be."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.platform != "linux" or struct.calcsize("P") != 8:
        raise OSError(0, f"calls cannot be filtered on {sys.platform}, {platform.machine()}")
    program = b"".join(_program(*machine))
    held = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    forbidden = libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if forbidden or libc.prctl(_SET_SECCOMP, _FILTER, header, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _program(column: int, architecture: int) -> list[bytes]:
    """The filter, one step of eight bytes after the other: it compares a call with each allowed."""
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, architecture, yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        *_when(_AT_LEAST, _FIRST_UNKNOWN, [_step(_RETURN, _ERROR | _ENOSYS)]),
        *_when(_EQUAL, _CLONE3, [_step(_RETURN, _ERROR | _ENOSYS)]),
    ]
    for numbers in _ALLOWED.values():
        number = numbers[column]
        if number is not None:
            steps += _when(_EQUAL, number, [_step(_RETURN, _ALLOW)])
    for numbers, place in ((_OPEN, 1), (_OPENAT, 2)):
        number = numbers[column]
        if number is not None:
            steps += _when(_EQUAL, number, _allow_without(place, _TO_WRITE))
    for numbers, place, values in _with_arguments():
        steps += _when(_EQUAL, numbers[column], _allow_values(place, values))
    return [*steps, _refuse()]


def _with_arguments() -> list[tuple[tuple[int, int], int, tuple[int, ...]]]:
    me = os.getpid()
    return [
        (_IOCTL, 1, (_TCGETS, _FIONBIO, _FIOCLEX)),
        (_FCNTL, 1, (_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC)),
        (_SETSOCKOPT, 2, (_SO_SNDBUF, _SO_RCVTIMEO, _SO_SNDTIMEO)),
        (_PRLIMIT, 0, (0, me)),
        (_KILL_CALL, 0, (me,)),
        (_TGKILL, 0, (me,)),
    ]


def _allow_without(place: int, bits: int) -> list[bytes]:
    """Allow a call only with none of these bits in one of its arguments."""
    refused = _when(_ANY_BIT, bits, [_refuse()])
    return [_step(_LOAD, _ARGUMENTS + 8 * place), *refused, _step(_RETURN, _ALLOW)]


def _allow_values(place: int, values: tuple[int, ...]) -> list[bytes]:
    """Allow a call only with these values (of 32 bits) as one of its arguments."""
    allowed = [step for value in values for step in _when(_EQUAL, value, [_step(_RETURN, _ALLOW)])]
    return [_step(_LOAD, _ARGUMENTS + 8 * place), *allowed, _refuse()]


def _when(test: int, value: int, then: list[bytes]) -> list[bytes]:
    return [_step(test, value, no=len(then)), *then]


def _refuse() -> bytes:
    return _step(_RETURN, _ERROR | _EPERM)


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; `yes` and `no` are how many steps to skip after a comparison."""
    return struct.pack("HBBI", code, yes, no, value)

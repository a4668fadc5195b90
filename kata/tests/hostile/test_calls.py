"""No system call leads out of a sandbox, not even where the filter is the only protection."""

import json
import os
import platform
import subprocess
import sys

import pytest

from kata.tests.conftest import ROOT
from kata.tests.hostile.users import become_ordinary

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="these are its numbers"
)

# Tries each call from within the filter, and says which ones the kernel did not refuse.
PROGRAM = """
import ctypes, errno, json, mmap, os, socket, sys
from kata.wall import seccomp

libc = ctypes.CDLL(None, use_errno=True)
me, parent = os.getpid(), os.getppid()

def call(number, *arguments):
    if libc.syscall(number, *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), "")

line, other = socket.socketpair()
null = os.open("/dev/null", os.O_RDWR)
seccomp.enter()
answers = {}
for name, attempt in json.loads(sys.argv[1]).items():
    try:
        eval(attempt)
    except OSError as error:
        refused = error.errno in (errno.EPERM, errno.ENOSYS)
        answers[name] = "refused" if refused else f"{type(error).__name__}: {error}"
    else:
        answers[name] = "allowed"
print(json.dumps(answers))
"""

REFUSED = {
    # Network
    "a UNIX socket": "socket.socket(socket.AF_UNIX)",
    "a UNIX datagram": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "a pair of sockets": "socket.socketpair()",
    "TCP": "socket.socket()",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "multipath TCP": "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",
    "IPv6": "socket.socket(socket.AF_INET6)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "a virtual machine's host": "socket.socket(40)",
    "the kernel's ciphers": "socket.socket(38, 5)",
    "to connect the line elsewhere": "line.connect('/tmp/elsewhere')",
    "to bind the line": "line.bind('')",
    "to listen on the line": "line.listen()",
    "to pass a file over the line": "socket.send_fds(line, [b'x'], [null])",
    "to filter what the line carries": "line.setsockopt(socket.SOL_SOCKET, 26, bytes(16))",
    "the names of the network's devices": "__import__('fcntl').ioctl(line, 0x8912, bytes(40))",
    "io_uring": "call(425, 1, 0)",
    # Memory and queues that others can reach
    "System V memory": "call(29, 1234, 4096, 0o1666)",
    "System V semaphores": "call(64, 1234, 1, 0o1666)",
    "System V messages": "call(68, 1234, 0o1666)",
    "POSIX messages": "call(240, 0, 0o102, 0o666, 0)",
    "memory with a name": "os.memfd_create('name')",
    "secret memory": "call(447, 0)",
    "a pipe": "os.pipe()",
    "an event": "os.eventfd(0)",
    "keys": "call(248, 0, 0, 0, 0, 0)",
    "page faults of others": "call(323, 1)",
    "a watch on a folder": "call(294, 0)",
    "a lock on a file": "__import__('fcntl').lockf(null, 2)",
    "a lock of the whole file": "__import__('fcntl').flock(null, 2)",
    "a lease": "__import__('fcntl').fcntl(null, 1024, 0)",
    "signals from a file": "__import__('fcntl').fcntl(line, 8, me)",
    # Processes
    "a child": "os.fork()",
    "a child that borrows memory": "call(58)",
    "a thread": "call(56, 0x10f00, 0)",
    "clone3": "call(435, 0, 0)",
    "another program": "os.execv('/bin/true', ['true'])",
    "a program from a file": "call(322, null, 0, 0, 0, 0x1000)",
    "to trace the parent": "call(101, 16, parent, 0, 0)",
    "to be traced": "call(101, 0, 0, 0, 0)",
    "to read the parent's memory": "call(310, parent, 0, 0, 0, 0, 0)",
    "to write the parent's memory": "call(311, parent, 0, 0, 0, 0, 0)",
    "a handle of the parent": "os.pidfd_open(parent)",
    "a file of the parent's": "call(438, 0, 0, 0)",
    "to compare with the parent": "call(312, me, parent, 0, 0, 0)",
    "to signal the parent": "os.kill(parent, 0)",
    "to signal all": "os.kill(-1, 0)",
    "to signal its group": "os.kill(0, 0)",
    "to signal a thread of the parent": "call(234, parent, parent, 0)",
    "to signal any thread": "call(200, parent, 0)",
    "a signal with data": "call(129, parent, 10, 0)",
    "the parent's limits": "call(302, parent, 7, 0, 0)",
    "another core": "os.sched_setaffinity(0, {0})",
    "the parent's core": "call(203, parent, 8, 0)",
    "another priority": "os.setpriority(os.PRIO_PROCESS, 0, 5)",
    "another scheduler": "call(144, 0, 0, 0)",
    "a session": "os.setsid()",
    "a group": "os.setpgid(0, 0)",
    # Itself
    "another name": "call(157, 15, 0, 0, 0, 0)",
    "another user": "os.setuid(0)",
    "capabilities": "call(126, 0, 0)",
    "another personality": "call(135, 0x0040000)",
    "an alarm": "call(37, 1)",
    "a timer": "call(222, 0, 0, 0)",
    # Namespaces, file systems, the kernel
    "a namespace": "call(272, 0x10000000)",
    "another's namespace": "call(308, 0, 0)",
    "a mount": "call(165, 0, 0, 0, 0, 0)",
    "another root": "os.chroot('/')",
    "a file by its handle": "call(304, 0, 0, 0)",
    "to write a file": "open('/dev/null', 'w')",
    "to make a file": "os.open('/tmp/new', os.O_CREAT)",
    "to empty a file": "os.open('/dev/null', os.O_TRUNC)",
    "to make a file as of old": "call(85, 0, 0)",
    "to open in another way": "call(437, 0, 0, 0, 0)",
    "a link": "os.symlink('/', '/tmp/link')",
    "a folder": "os.mkdir('/tmp/folder')",
    "to remove a file": "os.unlink('/tmp/nothing')",
    "to shorten a file": "os.truncate('/tmp/nothing', 0)",
    "a file's rights": "os.chmod('/tmp', 0)",
    "a program of the kernel's": "call(321, 0, 0, 0)",
    "counters": "call(298, 0, 0, 0, 0, 0)",
    "a module of the kernel's": "call(175, 0, 0, 0)",
    "the log of the kernel": "call(103, 10, 0, 0)",
    "the clock": "call(227, 0, 0)",
    "x32's numbers": "call(0x40000000 + 39)",
    "a call that is not known yet": "call(600)",
}
ALLOWED = {
    "memory": "mmap.mmap(-1, 1 << 20)",
    "a file": "open('/dev/null').close()",
    "a copy of a descriptor": "os.close(os.dup(null))",
    "its own limits": "__import__('resource').getrlimit(7)",
    "to signal itself": "os.kill(me, 0)",
    "the line": "line.send(b'x')",
    "its number": "call(39)",
    "chance": "os.urandom(8)",
}


@pytest.fixture(scope="module", params=["as root", "as an ordinary user"])
def answers(request) -> dict[str, str]:
    """What each call came to."""
    ordinary = request.param == "as an ordinary user"
    if os.geteuid() != 0 and not ordinary:
        pytest.skip("needs to be started as root")
    attempts = json.dumps(REFUSED | ALLOWED)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, attempts],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=become_ordinary if ordinary and os.geteuid() == 0 else None,
        capture_output=True,
        text=True,
    )
    return json.loads(run.stdout or f'"{run.stderr}"')


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(answers, name):
    assert answers[name] == "refused"


@pytest.mark.parametrize("name", ALLOWED)
def test_what_an_answer_needs_is_allowed(answers, name):
    assert answers[name] == "allowed"

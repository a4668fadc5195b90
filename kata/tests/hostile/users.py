"""Users with fewer rights, for tests that are started as root."""

import ctypes
import os
import struct

_NOBODY = 65534
_READS_ALL = 1 << 2  # CAP_DAC_READ_SEARCH: this user may read the interpreter, wherever it lies.


def become_ordinary() -> None:
    """Become a user who may read all, and has no other right."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(8, 1, 0, 0, 0) == 0  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    header, data = struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[_READS_ALL] * 3, 0, 0, 0)
    assert libc.capset(header, data) == 0
    assert libc.prctl(47, 2, 2, 0, 0) == 0  # PR_CAP_AMBIENT, to be kept by the program that starts.


# What Docker leaves to root: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP,
# NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP.
_OF_A_CONTAINER = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}


def become_root_of_a_container() -> None:
    """Give up what root of a container does not have."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in set(range(41)) - _OF_A_CONTAINER:
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; the next program starts without it.

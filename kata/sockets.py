"""Where sockets get their paths: in the usual folder for temporary files, unless it is too long."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# The path of a socket may have about a hundred bytes; what follows the folder takes some thirty.
_LONGEST_FOLDER = 70
_SHORT_FOLDER = "/tmp"


def folder() -> str:
    """A folder for temporary files in which there is room for the path of a socket."""
    usual = tempfile.gettempdir()
    fits = os.name == "nt" or len(os.fsencode(usual)) <= _LONGEST_FOLDER
    return usual if fits else _SHORT_FOLDER


@contextmanager
def in_folder() -> Iterator[None]:
    """Let what is started here, such as multiprocessing's forkserver, put its sockets there."""
    usual = tempfile.gettempdir()
    tempfile.tempdir = folder()
    try:
        yield
    finally:
        tempfile.tempdir = usual

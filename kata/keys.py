"""Single key presses, without Enter, on every system."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def listening(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` with each key pressed while the block runs; "" when the input has ended."""
    if sys.platform == "win32":
        threading.Thread(target=_read_windows, args=(on_key,), daemon=True).start()
        yield
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    threading.Thread(target=_read, args=(descriptor, on_key), daemon=True).start()
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int, on_key: Callable[[str], None]) -> None:
    while True:
        try:
            key = os.read(descriptor, 1).decode(errors="replace")
        except OSError:  # The terminal is gone.
            key = ""
        on_key(key)
        if not key:
            return


def _read_windows(on_key: Callable[[str], None]) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            on_key(msvcrt.getwch())

"""Single key presses, without Enter, on every system."""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator

import typer

# How often to look for a key where there is no way to wait for one and for something else.
_WINDOWS_SECONDS = 0.05


def has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def wait_for(keys: str) -> str:
    """Wait for one of these keys. Raises KeyboardInterrupt, and EOFError at the input's end."""
    while True:
        typed = typer.getchar()
        if not typed:
            raise EOFError
        for key in typed:  # What is typed fast, or pasted, comes as one.
            if key == "\x03":
                raise KeyboardInterrupt
            if key == "\x04":
                raise EOFError
            if key in keys:
                return key


@contextlib.contextmanager
def listening(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` with each key pressed while the block runs; "" when the input has ended.

    For the main thread, which is the one that hears of signals.
    """
    if sys.platform == "win32":
        stop = threading.Event()
        threading.Thread(target=_read_windows, args=(on_key, stop), daemon=True).start()
        try:
            yield
        finally:
            stop.set()
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    # After Ctrl-Z and `fg`, the shell has left the terminal in its own mode.
    continued = signal.signal(
        signal.SIGCONT, lambda *_: tty.setcbreak(descriptor, termios.TCSADRAIN)
    )
    stop, stopper = os.pipe()
    reader = threading.Thread(target=_read, args=(descriptor, stop, on_key), daemon=True)
    reader.start()
    try:
        yield
    finally:
        # Else it would take a key that is meant for what comes next.
        os.close(stopper)
        reader.join()
        os.close(stop)
        signal.signal(signal.SIGCONT, continued)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextlib.contextmanager
def ignored() -> Iterator[None]:
    """Drop what is typed, and what a terminal far away answers late, while the block runs."""
    with listening(lambda key: None) if has_terminal() else contextlib.nullcontext():
        yield


def _read(descriptor: int, stop: int, on_key: Callable[[str], None]) -> None:
    while stop not in select.select([descriptor, stop], [], [])[0]:
        try:
            key = os.read(descriptor, 1).decode(errors="replace")
        except OSError:  # The terminal is gone.
            key = ""
        on_key(key)
        if not key:
            return


def _read_windows(on_key: Callable[[str], None], stop: threading.Event) -> None:
    if sys.platform == "win32":
        import msvcrt

        while not stop.wait(_WINDOWS_SECONDS):
            while msvcrt.kbhit():
                on_key(msvcrt.getwch())

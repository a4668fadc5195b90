"""Whether a file has been saved, found out by looking at it again and again."""

import time
from pathlib import Path

# So long may a file be empty between the two steps of one save.
_EMPTY_SECONDS = 0.5

Version = tuple[int, int]


class Saves:
    """The saves of one file.

    Many programs empty a file before they write it. So an empty file is news only if it stays
    empty; otherwise one save would count as two.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._emptied_at: float | None = None
        self.version = _version(file)

    def take(self) -> None:
        """Take the file as it is now for seen."""
        self.version = _version(self._file)

    def are_new(self) -> bool:
        """Whether the file was saved, or removed, since it was last taken for seen."""
        now = _version(self._file)
        if now is None or now[1] > 0:
            self._emptied_at = None
        elif self._emptied_at is None:
            self._emptied_at = time.monotonic()
        if self._emptied_at is not None and time.monotonic() < self._emptied_at + _EMPTY_SECONDS:
            return False
        return now != self.version


def _version(file: Path) -> Version | None:
    """What changes when the file is saved; None while it is not there."""
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size

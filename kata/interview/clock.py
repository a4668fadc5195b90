"""What time it is: for the clock of an interview, and for when something is due."""

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clocks; tests have their own, which they set."""

    def seconds(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)


def minutes_and_seconds(seconds: float) -> str:
    """The time as a clock shows it, as in 08:05."""
    whole = max(0, int(seconds))
    return f"{whole // 60:02}:{whole % 60:02}"


def day(moment: datetime) -> str:
    """The day where the learner is, as in 25 Nov 2026."""
    local = moment.astimezone()
    return f"{local.day} {local:%b %Y}"

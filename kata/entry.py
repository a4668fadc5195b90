"""Where a process that runs tests, or draws a picture, starts.

Every command of the tool loads this module; what the process itself needs is loaded in it alone.
"""

from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kata.child import Worker


def serve(connection: Connection, root: str, kind: "type[Worker] | None" = None) -> None:
    """Get ready for the checkout at `root`, wait for one job, and do it as a `kind` of worker.

    To get ready takes longer than the job: "" is for a process whose job is there already.
    """
    from kata import child, warm  # Already loaded where this process is a fork.

    if root:
        warm.dry_run()
        warm.set_stage(Path(root))
    child.work(connection, warm.stage, kind or child.Worker)


def draw(connection: Connection, root: str) -> None:
    """Wait for one job, and draw a picture; it needs neither pytest nor torch."""
    from kata import threads  # noqa: F401, before NumPy is loaded.
    from kata.show import artist

    artist.work(connection)

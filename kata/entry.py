"""Where a process that runs tests starts.

Every command of the tool loads this module; what the process itself needs is loaded in it alone.
"""

from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kata.child import Worker


def serve(connection: Connection, rehearse: bool, kind: "type[Worker] | None" = None) -> None:
    """Get ready, wait for one job, and do it as a `kind` of worker.

    To rehearse takes about as long as the job; what waits for a job has the time.
    """
    from kata import child, warm  # Already loaded where this process is a fork.

    if rehearse:
        warm.dry_run()
    child.work(connection, kind or child.Worker)

"""A class is graded by the workers of a dask scheduler."""

import contextlib
import json
import os
import signal
import subprocess
import sys

import distributed
import pytest

from kata.catalog import KataError
from kata.grade import roster
from kata.tests.conftest import ROOT
from kata.tests.grade.support import SECRET, found_in, wait_for


@contextlib.contextmanager
def dask(folder, program, *arguments, cwd=ROOT, **environment):
    """Starts a process of dask; gives the file with what it says."""
    log = folder / f"{program}.txt"
    own = {"DASK_TEMPORARY_DIRECTORY": str(folder), "PYTHONPATH": str(ROOT)}
    command = ["-m", f"distributed.cli.dask_{program}", *arguments]
    # In no session of its own: what ends the tests' process group ends it.
    process = subprocess.Popen(
        [sys.executable, *map(str, command), "--host", "127.0.0.1", "--no-dashboard"],
        cwd=cwd,
        env=os.environ | own | environment,
        stderr=log.open("w"),
    )
    try:
        yield log
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler without workers."""
    folder = tmp_path_factory.mktemp("scheduler")
    file = folder / "scheduler.json"
    with dask(folder, "scheduler", "--port", "0", "--scheduler-file", file):
        # The file is there a moment before its text is.
        wait_for(lambda: file.is_file() and file.read_text().endswith("}"), "the scheduler")
        yield json.loads(file.read_text())["address"]


@pytest.fixture
def start_workers(scheduler, tmp_path):
    """Starts workers as a teacher would, and waits until there are so many."""
    with contextlib.ExitStack() as stack:

        def start_workers(count, *arguments, **settings):
            both = (scheduler, "--nworkers", count, "--nthreads", "1", *arguments)
            log = stack.enter_context(dask(tmp_path, "worker", *both, **settings))
            begun = "Starting established connection"
            wait_for(lambda: log.read_text().count(begun) >= count, "all")

        yield start_workers


@pytest.fixture
def grade_by_dask(scheduler, katas, chosen, handed_in, tmp_path):
    def grade():
        output = tmp_path / "marks"
        try:
            roster.grade_class(katas, handed_in, chosen, (0, False), output, dask=scheduler)
        finally:
            assert not (output / "submissions").exists()

    return grade


def test_workers_of_dask_have_to_be_there_and_to_have_processes(start_workers, grade_by_dask):
    with pytest.raises(KataError, match="has no workers: start some with `dask worker tcp://"):
        grade_by_dask()
    start_workers(1)
    with pytest.raises(KataError, match="may not start processes: start it with --no-nanny"):
        grade_by_dask()


def test_workers_of_dask_need_the_same_checkout(start_workers, grade_by_dask, own_checkout):
    test = own_checkout / "tests" / "basics" / "test_relu.py"
    test.write_text(test.read_text().replace("assert", "assert True or"))
    start_workers(1, "--no-nanny", cwd=own_checkout)
    with pytest.raises(KataError, match="has another checkout of the katas"):
        grade_by_dask()


def test_a_worker_of_dask_is_killed_and_nothing_is_lost(
    start_workers, scheduler, katas, chosen, handed_in, graded, tmp_path, monkeypatch
):
    start_workers(2, DASK_DISTRIBUTED__WORKER__DAEMON="False")
    output, killed = tmp_path / "marks", []
    settled = roster._Display.settled
    with distributed.Client(scheduler, set_as_default=False) as client:
        pids = client.run(os.getpid)
        assert len(pids) == 2

        def kill_one(display, row):
            """At the first points, one that is at work."""
            settled(display, row)
            if row.marks and row.marks.score and not killed:
                killed.extend(name for name, tasks in client.processing().items() if tasks)
                os.kill(pids[killed[0]], signal.SIGKILL)

        monkeypatch.setattr(roster._Display, "settled", kill_one)
        roster.grade_class(katas, handed_in, chosen, (SECRET, True), output, dask=scheduler)
    assert killed
    assert found_in(output) == found_in(graded)
    for name in roster._REPORTS:
        assert (output / name).read_bytes() == (graded / name).read_bytes()

"""An answer behind the wall has longer where other programs keep the machine busy."""

import os

import pytest

from kata.wall import wall


@pytest.mark.parametrize(
    ("load", "cores", "times"),
    [(0.0, 2, 1.0), (2.0, 2, 1.0), (6.0, 2, 3.0), (100.0, 2, 6.0), (3.0, None, 3.0)],
    ids=["idle", "all cores in use", "three programs a core", "crowded", "cores unknown"],
)
def test_time_limits_grow_with_what_waits_for_a_core_to_a_limit(monkeypatch, load, cores, times):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert wall._patience() == times

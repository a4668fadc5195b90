"""The tables that read_the_curves shows are those of the recorded runs."""

import json

import pytest

from kata import catalog, target
from kata.tests.conftest import ROOT

SHOWN = (0, 1, 5, 10, 20)
# In between, run b leaps.
SHOWN_TOO = {"b": (3, 4)}
COLUMNS = ("during", "train", "val", "again", "test", "acc", "grad")
RUNS = json.loads((ROOT / "data" / "curves.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("run", RUNS)
def test_a_table_is_that_of_its_run(run):
    solution = target.solution_module(catalog.load(ROOT).find("read_the_curves"))
    *_, table = getattr(solution, f"run_{run}").__doc__.split("epoch ", 1)
    _, *rows = table.strip().splitlines()
    epochs = sorted([*SHOWN, *SHOWN_TOO.get(run, ())])
    values = [[RUNS[run][column][epoch] for column in COLUMNS] for epoch in epochs]
    # Nothing is known of the epoch and its gradients before the first step.
    expected = [[f"{value:.2f}" for value in row if value is not None] for row in values]
    assert [row.split()[0] for row in rows] == list(map(str, epochs))
    assert [row.split()[1:] for row in rows] == expected

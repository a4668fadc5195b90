"""The notebook runs from its first cell to its last, in a kernel of its own."""

import json

import nbclient
import nbformat
import pytest

from kata.progress import Progress
from kata.tests.conftest import RIGHT, ROOT

NOTEBOOK = ROOT / "notebooks" / "softmax.ipynb"


@pytest.fixture
def outputs(checkout):
    """The outputs of each code cell, after a right answer has been added at the end."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    wrong = notebook.cells[-1].source
    head = wrong[: wrong.index("    e = ")]
    right = head + "".join(f"    {line}\n" for line in RIGHT.splitlines())
    notebook.cells.append(nbformat.v4.new_code_cell(right))
    notebook.cells.append(nbformat.v4.new_code_cell("softmax(np.zeros((1, 2)))"))
    notebook.cells.append(nbformat.v4.new_code_cell("%%kata sofmax\npass\n"))
    nbclient.NotebookClient(
        notebook, timeout=240, resources={"metadata": {"path": str(checkout)}}
    ).execute()
    return [json.dumps(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]


def test_a_cell_is_the_learners_file_and_shows_verdict_name_and_picture(outputs, checkout, softmax):
    wrong, right, value, mistyped = outputs[-4:]
    assert "exp overflows for large scores" in wrong
    assert "softmax is solved" in right
    assert all("image/png" in shown for shown in (wrong, right))
    assert "array([[0.5, 0.5]])" in value
    assert "Did you mean basics/softmax?" in mistyped
    assert softmax.exercise.read_text().endswith("return e / e.sum(axis=axis, keepdims=True)\n")
    entry = Progress(checkout)[softmax]
    assert entry.attempts == 1
    assert entry.solved

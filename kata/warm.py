# ruff: noqa: E402, the environment has to be set before NumPy is loaded.
"""Importing this makes a process ready to run a kata's tests at once.

Importing torch takes about two seconds, running a kata's tests a few hundredths of one. The tool
keeps a process in which this module is loaded, and forks it (or, where there is no fork, starts it
ahead of time) for each run. Nothing of the learner's is loaded here.
"""

from kata import threads  # noqa: F401, I001, before all that loads NumPy.

import contextlib
import gc
import io
import os
import signal
import tempfile
from pathlib import Path

# Ctrl-C is for the tool, which then ends this process.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# Looking for other plugins takes as long as running the tests; a verdict needs none of them, nor
# what is set for the user's own runs of pytest.
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
for _variable in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
    os.environ.pop(_variable, None)

import jaxtyping  # noqa: F401
import numpy.ma  # noqa: F401, np.unique loads it late, and takes 15 ms for it.
import pytest
import threadpoolctl  # noqa: F401
import torch
import torch.testing

from kata import catalog, child  # noqa: F401, a process stays whole though the tool's files change.
from kata.stage import Stage

_TRIVIAL_TEST = """
import numpy as np, pytest, torch

@pytest.mark.parametrize("n", [2, 3], ids=str)
def test_trivial(n):
    x = torch.tensor(np.ones(n), requires_grad=True)
    torch.softmax(x, -1).backward(torch.ones(n, dtype=torch.float64))
    torch.optim.Adam([x]).step()  # Loads what torch.optim loads late.
    torch.testing.assert_close(x.grad, torch.zeros_like(x))
    with pytest.raises(ValueError):
        raise ValueError
"""


def dry_run() -> None:
    """Run a trivial torch test through pytest, so that all that loads late is loaded.

    In a fork it also makes the memory its own that pytest writes to.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "test_trivial.py")
        file.write_text(_TRIVIAL_TEST, encoding="utf-8")
        arguments = [str(file), "--rootdir", folder, "-c", os.devnull, "-p", "no:cacheprovider"]
        silence = io.StringIO()
        with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
            pytest.main(arguments)


stage: Stage | None = None


def set_stage(root: Path) -> None:
    """Make a stage of the checkout at `root`: anew in a fork, whose memory it then is.

    Where the curriculum is wrong, there is none: the job is told why, if it still is.
    """
    global stage
    stage = None
    with contextlib.suppress(catalog.KataError):
        stage = Stage(root)


torch.set_num_threads(1)
dry_run()
with contextlib.suppress(catalog.KataError):
    set_stage(catalog.find_root())
# What is frozen, the collector skips: a run then doesn't walk over torch's heap.
gc.collect()
gc.freeze()

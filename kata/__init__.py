"""The kata tool: runs, diagnoses, watches and proves the katas of this repository."""

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext kata` calls in a notebook."""
    from kata import notebook

    notebook.load(shell)

"""Loads the kata tool's pytest plugin; see kata/plugin.py."""

from kata import threads  # noqa: F401, before the plugin loads NumPy.

pytest_plugins = ["kata.plugin"]

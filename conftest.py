"""Loads the kata tool's pytest plugin; see kata/plugin.py."""

pytest_plugins = ["kata.plugin"]

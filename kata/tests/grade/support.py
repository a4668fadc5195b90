"""A small class, what is handed in, and what a run has written."""

import json
import time

from hypothesis import strategies as st

from kata import catalog, stubs
from kata.tests.conftest import ROOT

NAMES = ("softmax", "relu")
SECRET = 918273645
EXITS = "import os\n\n\ndef softmax(x, axis=-1):\n    os._exit(0)\n"
# Folders that strangers named.
FORMULA = "=cmd|' -C calc'!A0"
LINES = "two\nlines [a](b) | <b>"


def solutions():
    return {name: catalog.load(ROOT).find(name).solution.read_text() for name in NAMES}


def untouched():
    return {name: stubs.handed_out(catalog.load(ROOT).find(name)) for name in NAMES}


def hand_in(folder, **sources):
    basics = folder / "exercises" / "basics"
    basics.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        (basics / f"{name}.py").write_text(source)


def stored(output):
    files = sorted((output / "submissions").glob("*.json"))
    found = [json.loads(file.read_text()) for file in files]
    return {data["submission"]: data for data in found}


def found_in(output):
    """What was found out, without the times."""
    return {name: without_times(data) for name, data in stored(output).items()}


def without_times(data):
    if isinstance(data, list):
        return [without_times(value) for value in data]
    if isinstance(data, dict):
        times = ("seconds", "began", "seal")
        return {name: without_times(value) for name, value in data.items() if name not in times}
    return data


def wait_for(condition, what):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)


# What may be in a stranger's text.
HTML_AND_COMMANDS = ["::", ":", "##[", "##vso[", "`", "```", "|", "<script>", "\n", "\r\n"]
CONTROLS = ["\x1b[", "\x1b]0;", "\x07", "\0", "\x85", "\u2028", "\ufeff", "\u202e", "\xa0"]
NOT_IN_UTF_8_OR_XML = ["\ud800", "\udc80", "\uffff"]
PIECES = st.sampled_from(HTML_AND_COMMANDS + CONTROLS + NOT_IN_UTF_8_OR_XML)
TEXTS = st.lists(PIECES | st.characters(), max_size=40).map("".join)

"""Answers that end Python, or keep it from ending."""

import pytest

ENDINGS = {
    "exit at import": "import os\nos._exit(0)\n",
    "exit in a call": "import os\ndef softmax(x, axis=-1):\n    os._exit(0)\n",
}


@pytest.mark.parametrize("source", ENDINGS.values(), ids=ENDINGS)
def test_to_end_python_gains_nothing(gains_nothing, source):
    mark = gains_nothing(source)
    text = mark.problem + "".join(test.text for test in mark.tests)
    assert "ended Python (exit code 0)" in text

"""Answers that took no work. What one of them passes earns nothing."""

from kata import stubs
from kata.catalog import Kata

_ARGUMENTS = "[value for name, value in locals().items() if name != 'self']"
_NUMPY = "__import__('numpy')"

# What stands in each hole of a stub.
_LINES = (
    "raise ValueError",
    "return None",
    f"return __import__('copy').deepcopy(({_ARGUMENTS} or [None])[0])",
    f"return {_NUMPY}.zeros_like(({_ARGUMENTS} or [0.0])[0])",
    f"return {_NUMPY}.ones_like(({_ARGUMENTS} or [0.0])[0])",
    # As a backward function's, of which the first argument is the upstream gradient.
    f"return tuple({_NUMPY}.zeros_like(value) for value in {_ARGUMENTS}[1:])",
)


def answers(kata: Kata) -> list[str]:
    """The sources of a kata's trivial answers; working code is one as it was handed out."""
    stub = stubs.handed_out(kata)
    if stubs.HOLE not in stub:
        return [stub]
    return [stub.replace(stubs.HOLE, line) for line in _LINES]

"""What a kata's tests may use beside plain pytest, NumPy and torch.

`assert_close` compares strictly and says what differs. `manners` and the contracts declare in one
line what every answer, or every one of a family, owes its caller. `numerical_gradient` and
`torch_gradients` are oracles for a backward pass. Three gauges grade speed without a stopwatch:
`python_work` counts interpreter steps, `peak_bytes` watches memory, and `slowdown`, the only one to
read a clock, compares with the reference solution within one run (see `kata.gauges`).

Every check notes what it saw, so that a failure can be compared with what known mistakes give.
"""

from kata.gauges import peak_bytes, python_work, slowdown
from kata.testing.contracts import draws, schedule, share_nothing, torch_rates
from kata.testing.gradients import numerical_gradient, torch_gradients
from kata.testing.losses import loss
from kata.testing.manners import manners
from kata.testing.notes import Note, SideEffectError, diagnosing, recorder, recording
from kata.testing.optimizers import (
    MISFITTING_GRADS,
    draw_params,
    optimizer,
    take_steps,
    torch_steps,
)
from kata.testing.speed import (
    assert_keeps_pace,
    assert_memory_at_most,
    assert_no_loop_over,
    assert_vectorized,
    of_four_axes,
)
from kata.testing.values import (
    VALUE_ERROR,
    agree,
    assert_close,
    assert_value_error,
    describe,
    difference,
    unchanged,
)

__all__ = [
    "MISFITTING_GRADS",
    "VALUE_ERROR",
    "Note",
    "SideEffectError",
    "agree",
    "assert_close",
    "assert_keeps_pace",
    "assert_memory_at_most",
    "assert_no_loop_over",
    "assert_value_error",
    "assert_vectorized",
    "describe",
    "diagnosing",
    "difference",
    "draw_params",
    "draws",
    "loss",
    "manners",
    "numerical_gradient",
    "of_four_axes",
    "optimizer",
    "peak_bytes",
    "python_work",
    "recorder",
    "recording",
    "schedule",
    "share_nothing",
    "slowdown",
    "take_steps",
    "torch_gradients",
    "torch_rates",
    "torch_steps",
    "unchanged",
]

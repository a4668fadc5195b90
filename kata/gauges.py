"""Three gauges of a call's cost: interpreter steps, memory, and time beside a reference.

Only the last reads a clock, and gives a ratio taken in one run. What an answer prints, formats or
logs is no part of its cost.
"""

import builtins
import gc
import math
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]
# Calls a function with these arguments and gives the seconds that it took.
Timer = Callable[[Arguments], float]

SLOWDOWN_LIMIT = 3.0
# sys.monitoring has room for this many.
_TOOLS = range(6)
_TOOL_NAME = "kata python_work"


class Meter:
    """Measures calls in this process. Where the answer is in another one, a subclass asks there."""

    def steps(self, call: Callable[[], Any], most: float = math.inf) -> int:
        """The interpreter steps of one call; once over `most` they need not be counted on."""
        # What a finalizer does is not the call's work.
        with _no_garbage_collection(), printing_is_free(items_at_an_edge=0):
            if sys.version_info >= (3, 12):
                return _steps_by_monitoring(call, most)
            return _steps_by_tracing(call, most)

    def peak(self, call: Callable[[], Any]) -> int:
        """The most bytes that one call holds at a time, its result included."""
        with printing_is_free():
            tracemalloc.start()
            try:
                before, _ = tracemalloc.get_traced_memory()
                result = call()
                _, peak = tracemalloc.get_traced_memory()
                del result
            finally:
                tracemalloc.stop()
        return peak - before

    def timers(
        self, function: Callable[..., Any], reference: Callable[..., Any]
    ) -> tuple[Timer, Timer]:
        """What times the one and the other, both in the same way."""
        return _timer(function), _timer(reference)


def _timer(function: Callable[..., Any]) -> Timer:
    def seconds(args: Arguments) -> float:
        start = time.perf_counter()
        function(*args)
        return time.perf_counter() - start

    return seconds


meter = Meter()


def measure_with(other: Meter) -> None:
    """Let all gauges measure with another meter from now on."""
    global meter
    meter = other


def python_work(function: Callable[..., Any], *args: Any, most: float = math.inf) -> int:
    """The interpreter steps of one call: exact up to `most`, and free of any clock.

    The function is called once before, so that what it does only once is not counted. Counting
    makes a loop some ten times as slow; what has taken more than `most` steps goes on without it.
    """
    function(*args)
    return meter.steps(lambda: function(*args), most)


def peak_bytes(function: Callable[..., Any], *args: Any) -> int:
    """The most memory that one call holds at a time, its result included, in bytes."""
    function(*args)
    return meter.peak(lambda: function(*args))


def slowdown(
    function: Callable[..., Any],
    reference: Callable[..., Any],
    make_args: Callable[[], Arguments],
) -> float:
    """How many times as long `function` takes as `reference`, both at their best.

    The best of 30 samples each, in random order, on fresh arguments. A result over the limit is
    sampled up to twice more: load from elsewhere only ever makes a sample slower.
    """
    timers = meter.timers(function, reference)
    best = [float("inf"), float("inf")]
    shuffler = random.Random(0)
    with _no_garbage_collection(), _one_blas_thread(), printing_is_free():
        # Far over the limit, a few samples tell; all of them would take a looping answer minutes.
        for samples in (3, 27, 30, 30):
            order = [0, 1] * samples
            shuffler.shuffle(order)
            for timed in order:
                best[timed] = min(best[timed], timers[timed](make_args()))
            times = best[0] / best[1]
            fast_enough = samples > 3 and times <= SLOWDOWN_LIMIT
            if fast_enough or times > 20 * SLOWDOWN_LIMIT:
                break
    return times


@contextmanager
def printing_is_free(items_at_an_edge: int = 1) -> Iterator[None]:
    """While measured, nothing is printed, and an array's text is as short for all arrays.

    NumPy formats in Python, entry by entry, so a debugging print would pass for a loop. Without
    items at the edges it takes as many steps for an axis of one as for an axis of a hundred, but
    copies the array.
    """
    prints = builtins.print
    builtins.print = lambda *_, **__: None
    try:
        with np.printoptions(
            threshold=0, edgeitems=items_at_an_edge, formatter={"all": lambda _: "…"}
        ):
            yield
    finally:
        builtins.print = prints


@contextmanager
def uncounted() -> Iterator[None]:
    """What is done in this block is no work of the call whose steps are counted, if one's are."""
    if sys.version_info >= (3, 12):
        with _monitoring_paused():
            yield
        return
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)


def _steps_by_tracing(call: Callable[[], Any], most: float) -> int:
    steps = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal steps
        steps += event in ("line", "call")
        if steps > most:
            sys.settrace(None)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return steps


def _steps_by_monitoring(call: Callable[[], Any], most: float) -> int:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    events = [getattr(monitoring.events, name) for name in ("JUMP", "PY_START", "PY_RESUME")]
    tool = next(number for number in _TOOLS if monitoring.get_tool(number) is None)
    steps = 0

    def step(*_: Any) -> None:
        nonlocal steps
        steps += 1
        if steps > most:
            monitoring.set_events(tool, 0)

    monitoring.use_tool_id(tool, _TOOL_NAME)
    try:
        for event in events:
            monitoring.register_callback(tool, event, step)
        monitoring.set_events(tool, sum(events))
        call()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return steps


@contextmanager
def _monitoring_paused() -> Iterator[None]:
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
    tools = [number for number in _TOOLS if monitoring.get_tool(number) == _TOOL_NAME]
    events = [monitoring.get_events(tool) for tool in tools]
    for tool in tools:
        monitoring.set_events(tool, 0)
    try:
        yield
    finally:
        for tool, its_events in zip(tools, events, strict=True):
            monitoring.set_events(tool, its_events)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _one_blas_thread() -> AbstractContextManager[object]:
    from threadpoolctl import threadpool_limits

    limited: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limited

"""Which katas a mock interview is made of, and in which order they come."""

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise, permutations

from kata.catalog import Kata, KataError

MOST_KATAS = 4


def draw(
    katas: Sequence[Kata], minutes: int, urgency: Mapping[str, float], seed: int
) -> list[Kata]:
    """One to four katas that fill `minutes`, give or take 10 %, in the order of an interview.

    `urgency` weighs the draw by kata id, 1.0 where one is missing: the heavier, the sooner a kata
    is taken. The order is that of `katas`, changed where one idea would come twice in a row.

    Raises KataError where no katas fill `minutes`; its text names minutes that can be filled.
    """
    if not katas:
        raise KataError("No kata matches: choose another --level, --topic or --set.")
    allowed = range(minutes - minutes // 10, minutes + minutes // 10 + 1)
    chosen = _soonest_set(_shuffled(katas, urgency, seed), allowed)
    if not chosen:
        nearest = _nearest(katas, minutes)
        raise KataError(
            f"No set of one to four katas fills {minutes} minutes. Try --minutes {nearest}."
        )
    return _in_order([kata for kata in katas if kata in chosen])


def _shuffled(katas: Sequence[Kata], urgency: Mapping[str, float], seed: int) -> list[Kata]:
    """A weighted random order, drawn without replacement (Efraimidis & Spirakis 2006)."""
    rng = random.Random(seed)
    waits = {kata.id: rng.expovariate(urgency.get(kata.id, 1.0)) for kata in katas}
    return sorted(katas, key=lambda kata: waits[kata.id])


def _soonest_set(order: Sequence[Kata], allowed: range) -> tuple[Kata, ...]:
    """The first kata of `order` that is in any set, with company from the shortest head of it.

    So the last in the order is taken only where nothing else fits. Of several such sets, the first
    kata that one has and another has not decides.
    """
    for position, kata in enumerate(order, 1):
        others = order[position:]
        if _first_set(others, allowed, (kata,)):
            ends = range(len(others) + 1)
            found = (_first_set(others[:end], allowed, (kata,)) for end in ends)
            return next(filter(None, found))
    return ()


def _first_set(
    order: Sequence[Kata], allowed: range, chosen: tuple[Kata, ...] = ()
) -> tuple[Kata, ...]:
    """`chosen` with more from `order`, the first where possible; empty if nothing fits.

    A search in depth: each kata in turn, with what can follow it, before the next one.
    """
    total, room = sum(kata.minutes for kata in chosen), MOST_KATAS - len(chosen)
    ideas = [kata.idea for kata in chosen]
    if room and total + room * max((kata.minutes for kata in order), default=0) >= allowed[0]:
        for position, kata in enumerate(order, 1):
            # Three katas of one idea have no order in which it never comes twice in a row.
            if total + kata.minutes <= allowed[-1] and ideas.count(kata.idea) < 2:
                found = _first_set(order[position:], allowed, (*chosen, kata))
                if found:
                    return found
    return chosen if total in allowed and _in_order(chosen) else ()


def _nearest(katas: Sequence[Kata], minutes: int) -> int:
    """The minutes nearest to these that some set takes exactly."""
    most = sum(sorted(kata.minutes for kata in katas)[-MOST_KATAS:])
    nearest_first = sorted(range(1, most + 1), key=lambda other: abs(other - minutes))
    return next(other for other in nearest_first if _first_set(katas, range(other, other + 1)))


def _in_order(katas: Sequence[Kata]) -> list[Kata]:
    """The first order, counted from the given one, with no idea twice in a row; empty if none."""
    for order in permutations(katas):
        if all(one.idea != other.idea for one, other in pairwise(order)):
            return list(order)
    return []

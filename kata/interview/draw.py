"""Which katas a mock interview is made of, and in which order they come."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import pairwise, permutations
from operator import or_

from kata.catalog import Kata, KataError


def draw(
    katas: Sequence[Kata], minutes: int, urgency: Mapping[str, float], seed: int
) -> list[Kata]:
    """One to four katas that fill `minutes`, give or take 10 %, in the order of an interview.

    `urgency` weighs the draw by kata id, 1.0 where one is missing: the heavier, the sooner a kata
    is taken. The order is that of `katas`, changed where one idea would come twice in a row.

    Raises KataError where no katas fill `minutes`; its text names minutes that can be filled.
    """
    if not katas:
        raise KataError("There is no kata to draw from: choose another --level or --topic.")
    allowed = range(minutes - minutes // 10, minutes + minutes // 10 + 1)
    totals = _totals([], katas)
    if not any(total in allowed for total in totals):
        nearest = min(totals, key=lambda total: abs(total - minutes))
        raise KataError(
            f"No choice of one to four katas fills {minutes} minutes; "
            f"{nearest} would fit: --minutes {nearest}."
        )
    chosen = _first_set(_shuffled(katas, urgency, seed), allowed)
    return _without_repeats([kata for kata in katas if kata in chosen])


def _shuffled(katas: Sequence[Kata], urgency: Mapping[str, float], seed: int) -> list[Kata]:
    """A weighted random order, drawn without replacement (Efraimidis & Spirakis 2006)."""
    rng = random.Random(seed)
    waits = {kata.id: rng.expovariate(urgency.get(kata.id, 1.0)) for kata in katas}
    return sorted(katas, key=lambda kata: waits[kata.id])


def _first_set(order: Sequence[Kata], allowed: range) -> list[Kata]:
    """Every kata, in turn, with which those taken so far can be part of a set that fits."""
    chosen: list[Kata] = []
    for position, kata in enumerate(order, 1):
        wider = [*chosen, kata]
        left = allowed[-1] - sum(other.minutes for other in wider)
        rest = [other for other in order[position:] if other.minutes <= left]
        if any(total in allowed for total in _totals(wider, rest)):
            chosen = wider
    return chosen


def _totals(chosen: Sequence[Kata], rest: Sequence[Kata]) -> list[int]:
    """The minutes of all sets that hold the whole of `chosen`, and others only from `rest`.

    The sets are those that have an order: no idea makes up more than half, rounded up.
    """
    one_or_two = _sums(chosen, rest, most_katas=2)[1:]
    three_or_four = _sums(chosen, rest, most_katas=4)[3:]
    sums = reduce(or_, one_or_two + three_or_four)
    return [total for total in range(sums.bit_length()) if sums >> total & 1]


def _sums(chosen: Sequence[Kata], rest: Sequence[Kata], most_katas: int) -> list[int]:
    """By the number of katas, up to `most_katas`, the minutes that sets of so many take.

    Half of `most_katas` may be of one idea. Minutes are bits: bit 45 of item 2 says that there
    are two katas of 45 minutes together. There are few sums, but millions of sets.
    """
    sums = [0] * (most_katas + 1)
    of_idea = Counter(kata.idea for kata in chosen)
    if len(chosen) > most_katas or max(of_idea.values(), default=0) > most_katas // 2:
        return sums
    sums[len(chosen)] = 1 << sum(kata.minutes for kata in chosen)
    minutes_of = defaultdict(list)
    for kata in rest:
        minutes_of[kata.idea].append(kata.minutes)
    sizes = range(len(chosen) + 1, most_katas + 1)
    for idea, minutes in minutes_of.items():
        _add_idea(sums, sizes, minutes, most_katas // 2 - of_idea[idea])
    return sums


def _add_idea(sums: list[int], sizes: range, minutes: Sequence[int], most: int) -> None:
    """Add the sums of these sizes that have up to `most` katas of one idea, of these minutes."""
    by_number = [sums, *([0] * len(sums) for _ in range(most))]
    for more in minutes:
        # Downwards, or a kata would be added to itself.
        for number in range(most, 0, -1):
            for size in sizes:
                by_number[number][size] |= by_number[number - 1][size - 1] << more
    for size in sizes:
        sums[size] = reduce(or_, (of_number[size] for of_number in by_number))


def _without_repeats(katas: Sequence[Kata]) -> list[Kata]:
    """The katas in the first order, counted from theirs, that has no idea twice in a row."""
    orders = permutations(katas)
    return list(next(order for order in orders if not _repeats_an_idea(order)))


def _repeats_an_idea(order: Sequence[Kata]) -> bool:
    return any(one.idea == other.idea for one, other in pairwise(order))

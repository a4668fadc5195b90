"""Whether a kata's mark is the same whichever katas are graded with it, in whatever order.

    python benchmarks/any_company.py [COUNT] [SEED]

Draws one submission, as `class_throughput.py` does, to all katas. Then COUNT (100) times it draws a
few katas in some order, half of them with others that they build on, and grades these alone. Each
kata must have the same status, points and lent katas every time.
"""

import random
import sys

from class_throughput import ENDS, drawn_answer
from told import numbers_told

from kata import catalog, target
from kata.catalog import Catalog, Kata
from kata.grade.grading import Grader
from kata.grade.submission import Submission

MOST = 5
Mark = tuple[str, float, tuple[str, ...]]


def main() -> None:
    count, seed = numbers_told(str(__doc__), count=100, seed=0)
    katas, draw = catalog.load(), random.Random(seed)
    target.install(katas, "solutions")  # What attempts build on.
    sources = {f"exercises/{kata.id}.py": drawn_answer(kata, draw).encode() for kata in katas.katas}
    sources[f"exercises/{draw.choice(katas.katas).id}.py"] = ENDS.encode()
    known: dict[str, Mark] = {}
    wrong = 0
    with Grader(katas) as grader:
        for number in range(count):
            chosen = drawn(katas, draw)
            marks = grader.grade(Submission("drawn", sources, {}), chosen)
            found = {mark.id: (mark.status, mark.score, mark.lent) for mark in marks.katas}
            known = found | known
            differing = [name for name in found if found[name] != known[name]]
            for name in differing:
                told = f"{known[name]}, now {found[name]}, among {list(found)}"
                print(f"{number}: {name}: {told}", flush=True)
            wrong += len(differing)
    print(f"{count} draws, {len(known)} katas met, {wrong} marks differ")
    sys.exit(bool(wrong))


def drawn(katas: Catalog, draw: random.Random) -> list[Kata]:
    """A few katas in some order, each with some of those that it builds on."""
    chosen = draw.sample([kata for kata in katas.katas if kata.after or draw.random() < 0.3], MOST)
    parts = [katas.find(name) for kata in chosen for name in kata.after if draw.random() < 0.5]
    found = list(dict.fromkeys([*chosen[: draw.randint(1, MOST)], *parts[:MOST]]))
    draw.shuffle(found)
    return found


if __name__ == "__main__":
    main()

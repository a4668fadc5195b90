"""`kata new topic/name`: the files of a kata and its entry, to be filled in."""

import re

from kata import stubs
from kata.catalog import Catalog, Kata, KataError
from kata.store import write_whole

# Marks what is still to be written: `kata verify` asks for it.
TO_WRITE = "TODO"

_SOLUTION = '''"""{title}."""

import numpy as np
from jaxtyping import Float


def {name}(x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """TODO: what it gives, not how.

        y[i] = x[i]

    TODO: those of these lines that make a promise; each has a test.

    Shapes    what the annotations cannot say
    Units     of all that has one
    Numerics  ranges, dtypes, digits
    Raises    ValueError if …
    Speed     the axes without a Python loop; the memory
    Source    the paper or book, with its section

    >>> {name}(np.array([1.0, 2.0]))
    array([1., 2.])
    """
    return x.copy()
'''

_TEST = """from functools import partial

import numpy as np
import torch

from exercises.{topic}.{name} import {name}
from kata.testing import assert_close, manners


# TODO: a test for each promise; CONTRIBUTING.md lists the kinds.


def test_a_value_worked_out_by_hand():
    assert_close({name}(np.array([1.0, 2.0])), np.array([1.0, 2.0]))


def test_it_agrees_with_torch(rng):
    x = rng.normal(size=7)
    expected = torch.clone(torch.tensor(x)).numpy()
    assert_close({name}(x), expected)


def test_it_agrees_with_the_reference(rng, reference):
    x = rng.normal(size=5)
    expected = reference.{name}(x)
    assert_close({name}(x), expected)


@manners()
def test_manners(rng):
    return partial({name}, rng.normal(size=5))
"""

_ATTEMPTS = """from kata.attempts import right, slip
from solutions.{topic}.{name} import {name}


@right({name})
def written_another_way(x):  # TODO: two at least, in other words than the solution.
    return +x


# TODO: four at least, as people make them.
with_a_mistake_that_people_make = slip(
    "What is wrong with it, and why; the fix is left to the learner.",
    {{"x.copy()": "-x"}},
)
"""

_HINTS = """# {title}

## Hint 1

TODO: a question that points the way.

## Hint 2

TODO: the key idea in words.

## Hint 3

TODO: nearly the code.

## In an interview

**TODO: a question?** An expert's short answer; three to five of these.

## Sources

TODO
"""

_ENTRY = """[[kata]]
name = "{topic}/{name}"
title = "{title}"
kind = "implement"
level = "easy"
minutes = 15
points = 10
after = []
"""


def new(katas: Catalog, path: str) -> Kata:
    """Write the files and the entry of a new kata.

    Raises KataError when the name is not `topic/name`, the topic unknown or the kata there already.
    """
    topic, _, name = path.partition("/")
    topics = [topic.name for topic in katas.topics]
    if topic not in topics:
        raise KataError(f"{path!r} should be topic/name, with a topic of {', '.join(topics)}.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise KataError(f"{name!r} should be lower case letters, digits and underscores.")
    title = name.replace("_", " ").capitalize()
    kata = Kata(katas.root, topic, name, title, "implement", "easy", 15, 10)
    files = {
        kata.solution: _SOLUTION,
        kata.test: _TEST,
        kata.attempts: _ATTEMPTS,
        kata.hints: _HINTS,
    }
    there = [file for file in (kata.exercise, *files) if file.exists()]
    if there or kata.id in katas.by_id:
        raise KataError(f"{kata.id} is there already; nothing was written.")
    words = {"topic": topic, "name": name, "title": title}
    for file, template in files.items():
        write_whole(file, template.format(**words).encode())
    stubs.reset(kata)
    _add_entry(katas, topic, _ENTRY.format(**words))
    return kata


def _add_entry(katas: Catalog, topic: str, entry: str) -> None:
    """Put the entry behind the last one of its topic but a revision of it, or at the end."""
    file = katas.root / "curriculum.toml"
    head, *entries = re.split(r"(?m)^(?=\[\[kata\]\])", file.read_text(encoding="utf-8"))
    of_topic = [
        place
        for place, text in enumerate(entries, 1)
        if f'name = "{topic}/' in text and f'name = "{topic}/predict_' not in text
    ]
    entries = [text.rstrip() + "\n\n" for text in entries]
    entries.insert(of_topic[-1] if of_topic else len(entries), entry + "\n")
    write_whole(file, (head + "".join(entries).rstrip() + "\n").encode())

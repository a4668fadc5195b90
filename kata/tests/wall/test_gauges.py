"""The steps of an answer are counted on its side of the wall."""

import pytest

from kata.tests.wall.support import a_wall, honest
from kata.wall.judge import RemoteMeter


def loop(n):
    for _ in range(n):
        pass


@pytest.fixture
def steps():
    """Counts the steps of the loop."""
    with a_wall(honest(f=loop)) as wall:
        meter, stand_in = RemoteMeter(wall, lambda: wall), wall.stand_ins()["f"]
        yield lambda n, **most: meter.steps(lambda: stand_in(n), **most)


def test_they_are_counted_to_the_end_unless_told(steps):
    assert steps(5000) - steps(1000) >= 4000


def test_beyond_the_most_they_are_not_counted(steps):
    assert 1000 < steps(5000, most=1000) < 1100

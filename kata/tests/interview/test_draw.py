"""A drawn interview fills its time, never repeats an idea at once, and prefers what is urgent."""

from itertools import combinations, pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kata import catalog
from kata.catalog import Kata, KataError
from kata.interview.draw import draw
from kata.tests.conftest import ROOT

KATAS = catalog.load(ROOT).katas
# So few that all sets of them can be tried.
FEW = KATAS[:: len(KATAS) // 20]
MINUTES = (20, 45, 60, 90)


def kata(name, minutes, idea=""):
    return Kata(Path("/"), "a", name, "T", "implement", "easy", minutes, 1, idea=idea)


def names(katas):
    return [kata.name for kata in katas]


def has_a_repeat(katas):
    return any(one.idea == other.idea for one, other in pairwise(katas))


def sets(katas):
    """All sets of one to four katas that can be put in order, found by trying them."""
    for size in (1, 2, 3, 4):
        for chosen in combinations(katas, size):
            if not all(has_a_repeat(order) for order in permutations(chosen)):
                yield chosen


def total(katas):
    return sum(kata.minutes for kata in katas)


def fits(katas, minutes):
    return 0.9 * minutes - 1e-9 <= total(katas) <= 1.1 * minutes + 1e-9


@pytest.fixture(scope="module")
def sessions():
    return {minutes: [draw(KATAS, minutes, {}, seed) for seed in range(100)] for minutes in MINUTES}


@pytest.fixture(scope="module")
def can_be_in_45_minutes():
    return {kata.id for chosen in sets(FEW) if fits(chosen, 45) for kata in chosen}


@pytest.mark.parametrize("minutes", MINUTES)
def test_a_session_is_one_to_four_katas_of_changing_ideas_that_fill_the_time(sessions, minutes):
    for session in sessions[minutes]:
        assert 1 <= len({kata.id for kata in session}) == len(session) <= 4
        assert fits(session, minutes)
        assert not has_a_repeat(session)


def test_every_kata_that_fits_is_drawn_some_day(can_be_in_45_minutes):
    drawn = {kata.id for seed in range(300) for kata in draw(FEW, 45, {}, seed)}
    assert drawn == can_be_in_45_minutes


def test_an_urgent_kata_is_in_every_session_that_it_can_be_part_of(can_be_in_45_minutes):
    for urgent in FEW:
        for seed in range(5):
            session = draw(FEW, 45, {urgent.id: 1e9}, seed)
            assert (urgent in session) == (urgent.id in can_be_in_45_minutes)


def test_a_kata_that_was_just_seen_gives_way_to_others():
    for just_seen in KATAS:
        for seed in range(5):
            assert just_seen not in draw(KATAS, 45, {just_seen.id: 1e-9}, seed)


def test_the_odds_of_coming_first_are_as_the_urgency():
    katas = [kata("one", 45), kata("two", 45), kata("five", 45)]
    urgency = {"a/two": 2.0, "a/five": 5.0}
    drawn = [names(draw(katas, 45, urgency, seed)) for seed in range(4000)]
    for name, weight in (("one", 1), ("two", 2), ("five", 5)):
        share = weight / 8
        four_sigma = 4 * (4000 * share * (1 - share)) ** 0.5
        assert abs(drawn.count([name]) - 4000 * share) < four_sigma


def test_the_same_seed_gives_the_same_session():
    for seed in range(20):
        assert draw(KATAS, 60, {}, seed) == draw(KATAS, 60, {}, seed)


def test_other_seeds_give_other_sessions(sessions):
    assert len({tuple(names(session)) for session in sessions[90]}) > 90


@pytest.mark.parametrize(
    ("ideas", "order"),
    [
        ("AB", "0 1"),
        ("AAB", "0 2 1"),
        ("ABB", "1 0 2"),
        ("AABB", "0 2 1 3"),
        ("ABBC", "0 1 3 2"),
        ("ABBA", "0 1 3 2"),
        ("ABCA", "0 1 2 3"),
    ],
)
def test_the_order_is_that_of_study_but_for_repeated_ideas(ideas, order):
    katas = [kata(str(position), 10, idea) for position, idea in enumerate(ideas)]
    for seed in range(10):
        assert " ".join(names(draw(katas, 10 * len(katas), {}, seed))) == order


def test_katas_without_an_idea_may_follow_each_other():
    katas = [kata("one", 10), kata("two", 10)]
    assert draw(katas, 20, {}, seed=0) == katas


def test_without_katas_another_choice_is_asked_for():
    with pytest.raises(
        KataError, match="No kata matches: choose another --level, --topic or --set"
    ):
        draw([], 45, {}, seed=0)


@pytest.mark.parametrize(("minutes", "nearest"), [(1, 10), (300, 60), (10**9, 60)])
def test_where_nothing_fits_the_nearest_minutes_are_named(minutes, nearest):
    katas = [kata("one", 10), kata("two", 20), kata("three", 30)]
    with pytest.raises(KataError) as caught:
        draw(katas, minutes, {}, seed=0)
    assert str(caught.value) == (
        f"No set of one to four katas fills {minutes} minutes. Try --minutes {nearest}."
    )


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from("ABC")), min_size=1, max_size=7),
    st.integers(1, 130),
    st.randoms(use_true_random=False),
)
def test_a_session_has_the_first_kata_that_fits_and_the_soonest_company(described, minutes, random):
    katas = [kata(str(i), length, idea) for i, (length, idea) in enumerate(described)]
    by_urgency = random.sample(katas, len(katas))
    # So far apart that chance cannot change the order.
    urgency = {kata.id: 1e-20**rank for rank, kata in enumerate(by_urgency)}
    valid = list(sets(katas))
    fitting = [chosen for chosen in valid if fits(chosen, minutes)]
    if not fitting:
        nearest = min(sorted(map(total, valid)), key=lambda other: abs(other - minutes))
        with pytest.raises(KataError, match=rf"--minutes {nearest}\."):
            draw(katas, minutes, urgency, seed=0)
        return

    def lateness(chosen):
        ranks = sorted(map(by_urgency.index, chosen))
        return ranks[0], ranks[-1], [kata not in chosen for kata in by_urgency]

    soonest = min(fitting, key=lateness)
    orders = (order for order in permutations(soonest) if not has_a_repeat(order))
    assert draw(katas, minutes, urgency, seed=0) == list(next(orders))

"""What an interview is to hold, by what was asked for and what is known of the learner."""

import json
import random
import re
import shutil
import tomllib
from dataclasses import replace

import pytest

from kata import catalog, stubs
from kata.catalog import INTERVIEW, LEVELS, KataError
from kata.interview import command
from kata.interview.plan import Wish, plan
from kata.progress import Progress
from kata.runner import Runner
from kata.tests.conftest import ROOT
from kata.tests.interview.holding import NOW


@pytest.fixture
def all_katas(tmp_path):
    """The real curriculum, without any record."""
    root = tmp_path / "all"
    for name in ("hints", "solutions"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "curriculum.toml", root)
    return catalog.load(root)


def drawn(of, **wish):
    found = plan(of, Progress(of.root), Wish(**wish), NOW)
    return [kata.id for kata in found.katas]


def test_the_same_seed_draws_the_same_and_the_limits_fill_the_minutes(all_katas):
    wish = Wish(minutes=45, seed=5)
    plans = [plan(all_katas, Progress(all_katas.root), wish, NOW) for _ in range(2)]
    assert plans[0] == plans[1]
    assert sum(plans[0].limits) == pytest.approx(45 * 60)


def test_only_the_level_and_the_topic_that_were_asked_for(all_katas):
    for seed in range(20):
        names = drawn(all_katas, level="easy", topic="basics", minutes=30, seed=seed)
        katas = [all_katas.by_id[name] for name in names]
        assert {(kata.level, kata.topic) for kata in katas} == {("easy", "basics")}


def test_unsolved_katas_come_before_solved_ones_and_those_long_ago_before_new_ones(all_katas):
    curriculum = all_katas.root / "curriculum.toml"
    # All are equally long: otherwise one that was just solved may be all that fits.
    text = re.sub(r"(?m)^minutes = \d+$", "minutes = 15", curriculum.read_text("utf-8"))
    curriculum.write_text(text, "utf-8")
    all_katas = catalog.load(all_katas.root)
    folder = all_katas.root / ".kata"
    folder.mkdir()
    ids = [kata.id for kata in all_katas.katas]
    solved, long_ago, unsolved = ids[::3], ids[1::3], ids[2::3]
    dates = dict.fromkeys(solved, "2026-03-01T11:00:00+00:00")
    dates |= dict.fromkeys(long_ago, "2025-12-01T11:00:00+00:00")
    entries = {name: {"solved": date} for name, date in dates.items()}
    (folder / "progress.json").write_text(json.dumps({"current": "", "katas": entries}))
    counts = dict.fromkeys(ids, 0)
    for seed in range(300):
        for name in drawn(all_katas, minutes=45, seed=seed):
            counts[name] += 1
    shares = [sum(counts[name] for name in names) for names in (solved, long_ago, unsolved)]
    assert shares[0] * 10 < shares[1] < shares[2] * 1.5


def test_katas_are_named_with_their_own_minutes_or_those_given(all_katas):
    katas = (all_katas.find("adam"), all_katas.find("softmax"))
    for minutes, limits in ((None, [1500, 600]), (70, [3000, 1200])):
        wish = Wish(minutes=minutes, katas=katas)
        found = plan(all_katas, Progress(all_katas.root), wish, NOW)
        assert found.katas == katas
        assert found.limits == pytest.approx(limits)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"minutes": 0}, "must be at least 1"),
        ({"level": "extreme"}, "choose one of easy, medium, hard"),
        ({"topic": "cooking"}, "choose one of basics, optimization"),
        ({"set": "cooking"}, "choose one of llm, vision, classical, training"),
        ({"staged": "cooking"}, "choose one of gpt, attention, network"),
        ({"staged": "gpt", "level": "easy"}, "--staged already names the katas"),
        ({"strict": "very"}, "choose one of full, counts, none"),
        ({"minutes": 500}, "Try --minutes"),
        ({"level": "hard", "topic": "optimization"}, "choose another --level, --topic or --set"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(all_katas, wish, says):
    with pytest.raises(KataError, match=re.escape(says)):
        drawn(all_katas, **wish)


def test_named_katas_are_at_most_four_and_need_no_level(all_katas):
    katas = all_katas.katas
    for wish, says in (
        ({"katas": katas[:5]}, "at most 4"),
        ({"katas": katas[:1] * 2}, "named twice"),
        ({"katas": katas[:1], "level": "easy"}, "leave out --level, --topic and --set"),
    ):
        with pytest.raises(KataError, match=says):
            drawn(all_katas, **wish)


def test_without_solutions_no_capstone_is_drawn(all_katas):
    shutil.rmtree(all_katas.root / "solutions")
    names = {name for seed in range(200) for name in drawn(all_katas, minutes=45, seed=seed)}
    assert not any(name.startswith("capstones/") for name in names)


def test_a_capstone_is_judged_with_parts_that_are_right(tmp_path):
    """Of the learner's own parts none is written, yet the solution of the capstone passes."""
    root = tmp_path / "all"
    for name in ("tests", "solutions", "attempts"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("curriculum.toml", "pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, root)
    katas = catalog.load(root)
    for kata in katas.katas:
        stubs.reset(kata)
    xor = katas.find("xor")
    xor.file_in(INTERVIEW).parent.mkdir(parents=True)
    shutil.copy(xor.solution, xor.file_in(INTERVIEW))
    with Runner(katas) as runner:
        verdict = runner.run(xor, tree=INTERVIEW, trees=command.other_trees(katas, xor))
    assert verdict.status == "solved", verdict


def test_a_thousand_interviews_keep_to_what_was_asked_for(all_katas):
    refused = 0
    for seed in range(1000):
        rng = random.Random(seed)
        minutes = rng.randint(10, 90)
        wish = Wish(
            minutes=minutes,
            level=rng.choice([None, *LEVELS]),
            topic=rng.choice([None, None, *all_katas.topics]),
            set=rng.choice([None, *all_katas.sets]),
            seed=seed,
        )
        members = wish.set.katas if wish.set else all_katas.katas
        wish = replace(wish, topic=wish.topic and wish.topic.name, set=wish.set and wish.set.name)
        try:
            found = plan(all_katas, Progress(all_katas.root), wish, NOW)
        except KataError:  # Where few katas are left, nothing may fill these minutes.
            refused += 1
            continue
        assert set(found.katas) <= set(members)
        assert {kata.level for kata in found.katas} <= {
            wish.level or kata.level for kata in members
        }
        assert wish.topic in (None, *{kata.topic for kata in found.katas})
        assert len({kata.topic for kata in found.katas}) == 1 or wish.topic is None
        assert 0.9 * minutes <= sum(kata.minutes for kata in found.katas) <= 1.1 * minutes
        assert sum(found.limits) == pytest.approx(60 * minutes)
    assert refused < 700


def test_sets_and_stages_name_katas_that_exist(all_katas):
    data = tomllib.loads((all_katas.root / "curriculum.toml").read_text("utf-8"))
    known = {*all_katas.by_id, *(topic.name for topic in all_katas.topics)}
    for entry in (*data["set"], *data["staged"]):
        assert set(entry["katas"]) <= known, entry["name"]
    assert [one.name for one in all_katas.sets] == [entry["name"] for entry in data["set"]]
    assert [one.name for one in all_katas.staged] == [entry["name"] for entry in data["staged"]]


def test_a_staged_set_keeps_its_order_and_shares_its_time(all_katas):
    for staged in all_katas.staged:
        found = plan(all_katas, Progress(all_katas.root), Wish(staged=staged.name), NOW)
        assert (found.katas, found.shared, found.seed) == (staged.katas, True, None)
        assert 2 <= len(found.katas) <= 4

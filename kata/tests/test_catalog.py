"""What is read from curriculum.toml, and what is said of a mistake in it."""

import sys

import pytest

from kata import catalog
from kata.catalog import KataError
from kata.gauges import python_work

TOPICS = """
[[topic]]
name = "a"
title = "A"

[[topic]]
name = "b"
title = "B"
"""


def entry(name, **fields):
    values = {
        "title": "T",
        "kind": "implement",
        "level": "easy",
        "minutes": 5,
        "points": 1,
    } | fields
    lines = [
        f"{key} = {str(value).lower() if value is True else repr(value)}"
        for key, value in values.items()
    ]
    return "\n".join(["[[kata]]", f'name = "{name}"', *lines, ""])


def load(tmp_path, *entries):
    (tmp_path / "curriculum.toml").write_text(TOPICS + "\n" + "\n".join(entries))
    return catalog.load(tmp_path)


@pytest.fixture
def katas(tmp_path):
    return load(
        tmp_path, entry("a/one"), entry("a/both"), entry("b/both"), entry("b/two", torch=True)
    )


@pytest.mark.parametrize(
    "name",
    [
        "one",
        "a/one",
        "a/one.py",
        "exercises/a/one.py",
        "exercises/a/one",
        "./exercises/a/one.py",
        " one ",
    ],
)
def test_a_kata_is_found_by_its_name_or_its_file(katas, name):
    assert katas.find(name).id == "a/one"


def test_a_kata_is_found_by_its_whole_path_as_editors_give_it(katas):
    assert katas.find(str(katas.find("two").exercise)).id == "b/two"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_kata_is_found_by_a_path_through_a_link(katas, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert katas.find(str(tmp_path / "link" / "exercises" / "b" / "two.py")).id == "b/two"


def test_a_name_in_two_topics_asks_which(katas):
    with pytest.raises(KataError, match="'both' is a/both and b/both: say which"):
        katas.find("both")


def test_a_mistyped_name_gets_the_nearest(katas):
    with pytest.raises(KataError, match="Did you mean a/one"):
        katas.find("oen")


def test_a_topic_is_no_kata_and_points_to_its_list(katas):
    with pytest.raises(KataError, match="'a' is a topic: `kata list a` shows its katas"):
        katas.find("a")


def test_a_name_far_from_all_points_to_the_list(katas):
    with pytest.raises(KataError, match="kata list"):
        katas.find("zzzzzzzz")


def test_katas_keep_their_order_and_know_their_files(katas, tmp_path):
    assert [kata.id for kata in katas.katas] == ["a/one", "a/both", "b/both", "b/two"]
    assert katas.find("two").test == tmp_path.resolve() / "tests" / "b" / "test_two.py"
    assert katas.find("two").torch


@pytest.mark.parametrize("tree", ["exercises", "solutions", "tests"])
def test_only_its_own_file_is_that_of_an_answer_or_of_a_test(katas, tree):
    kata = katas.find("two")
    file = kata.test if tree == "tests" else kata.file_in(tree)
    assert katas.of_exercise(file) == (kata if tree == "exercises" else None)
    assert katas.of_test(file) == (kata if tree == "tests" else None)
    assert katas.of_exercise(file.parent / "absent.py") is None
    assert katas.of_test(file.parent / "test_absent.py") is None


def test_the_kata_of_a_file_is_found_as_soon_among_many(tmp_path):
    steps = []
    for n in (2, 200):
        katas = load(tmp_path, *(entry(f"a/kata_{number}") for number in range(n)))
        last = katas.katas[-1]
        katas.of_test(last.test)  # What is kept from the first time on is there.
        steps.append(
            [python_work(katas.of_exercise, last.exercise), python_work(katas.of_test, last.test)]
        )
    assert steps[1] == steps[0]


def test_a_kata_without_an_idea_has_one_of_its_own(tmp_path):
    katas = load(tmp_path, entry("a/one", idea="ones"), entry("a/two"), entry("b/two", idea=""))
    assert [kata.idea for kata in katas.katas] == ["ones", "a/two", "b/two"]


BAD = {
    "no slash": (entry("one"), "'one' should be 'topic/kata'"),
    "unknown topic": (entry("c/one"), "no [[topic]] 'c'"),
    "twice": (entry("a/one") + entry("a/one"), "stands there twice"),
    "unknown kind": (entry("a/one", kind="guess"), "kind is 'guess'"),
    "unknown level": (entry("a/one", level="so-so"), "level is 'so-so'"),
    "no text": (entry("a/one", idea=3), "idea is 3, not a few words in quotes"),
    "unknown key": (entry("a/one", colour="red"), "colour"),
    "after itself": (entry("a/one", after=["a/one"]), "`after` names a/one, not above it"),
    "missing key": ('[[kata]]\nname = "a/one"\n', "missing"),
    "not TOML": ("[[kata", "Cannot read"),
}


@pytest.mark.parametrize(("text", "problem"), BAD.values(), ids=BAD.keys())
def test_a_mistake_in_the_file_is_named(tmp_path, text, problem):
    with pytest.raises(KataError) as caught:
        load(tmp_path, text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_the_root_is_found_from_below(katas, tmp_path):
    below = tmp_path / "exercises" / "a"
    below.mkdir(parents=True)
    assert catalog.find_root(below) == tmp_path.resolve()

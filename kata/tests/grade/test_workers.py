"""Those who grade a class: they may die, and know what marks depend on."""

import contextlib
import dataclasses
import multiprocessing
import os

import pytest

from kata import catalog
from kata.grade import workers
from kata.grade.workers import Task
from kata.tests.conftest import ROOT
from kata.tests.grade.support import solutions, untouched

COUNT = {
    "tests/basics/test_softmax.py": True,
    "solutions/basics/softmax.py": True,
    "attempts/basics/softmax.py": True,
    "attempts/basics/relu.py": True,
    "solutions/attention/scaled_dot_product.py": True,
    "conftest.py": True,
    "tests/basics/test_relu.py": False,
    "solutions/basics/relu.py": False,
}


@pytest.mark.parametrize(("name", "counts"), COUNT.items(), ids=COUNT)
def test_marks_depend_on_the_files_of_their_katas_and_what_those_build_on(
    own_checkout, name, counts
):
    def hashed():
        katas = catalog.load(own_checkout)
        return workers.hash_of_checkout(katas, [katas.find("scaled_dot_product")])

    before = hashed()
    assert hashed() == before
    with (own_checkout / name).open("a") as file:
        file.write("\n# Changed.\n")
    assert (hashed() != before) is counts


def test_marks_do_not_depend_on_where_the_checkout_is(own_checkout, katas):
    there = catalog.load(own_checkout)
    assert workers.hash_of_checkout(there, there.katas) == workers.hash_of_checkout(
        katas, katas.katas
    )


def test_marks_depend_on_the_points(own_checkout):
    katas = catalog.load(own_checkout)
    file = own_checkout / "curriculum.toml"
    file.write_text(file.read_text().replace("points = 10\n", "points = 11\n"))
    changed = catalog.load(own_checkout)
    one, other = (
        workers.hash_of_checkout(katas, [katas.find("relu")]) for katas in (katas, changed)
    )
    assert one != other


class Deadly:
    """Ends the process that receives it."""

    def __reduce__(self):
        return os._exit, (3,)


def task(katas, chosen, name, sources):
    found = {f"exercises/basics/{kata}.py": text.encode() for kata, text in sources.items()}
    ids = tuple(kata.id for kata in chosen)
    checkout = workers.hash_of_checkout(katas, chosen)
    return Task(name, found, {}, ids, 0, False, checkout)


def test_a_submission_that_ends_two_workers_is_given_up_and_costs_no_other(katas, chosen):
    good = task(katas, chosen, "bob", untouched())
    deadly = dataclasses.replace(good, name="eve", refused={"": Deadly()})
    news = list(workers.on_this_machine(ROOT, 1, iter([deadly, good])))
    assert [item.problem for item in news if item.name == "eve"] == [
        "The process that graded it ended (exit code 3)"
    ]
    marks = [item.marks for item in news if item.name == "bob"]
    assert [mark["status"] for mark in marks[-1]["katas"]] == ["todo", "todo"]


def test_a_submission_goes_on_when_its_worker_is_killed(katas, chosen):
    sources = {"relu": solutions()["relu"]}
    tasks = iter([task(katas, chosen, name, sources) for name in ("ada", "bob")])
    with contextlib.closing(workers.on_this_machine(ROOT, 1, tasks)) as news:
        # The first kata was not handed in, the second is being tested.
        while len((begun := next(news)).marks["katas"]) < 1:
            pass
        (worker,) = multiprocessing.active_children()
        worker.kill()
        rest = list(news)
    assert begun.name == "ada"
    assert [item.problem for item in rest] == [""] * len(rest)
    # What was done is not done again.
    assert [len(item.marks["katas"]) for item in rest if item.name == "ada"] == [1, 2]
    assert [item.marks["score"] for item in rest if item.marks["complete"]] == [10, 10]
    assert not multiprocessing.active_children()


def test_what_fails_in_a_worker_is_tried_again_and_told(katas, chosen):
    unknown = dataclasses.replace(task(katas, chosen, "ada", {}), katas=("basics/none",))
    (news,) = workers.on_this_machine(ROOT, 1, iter([unknown]))
    assert news.problem.startswith("There is no kata 'basics/none'")

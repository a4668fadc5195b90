"""The page for a learner's fork."""

import datetime

from kata import share
from kata.interview.sessions import Challenge, Interviews
from kata.progress import Progress
from kata.show.request import picture_of

NOW = datetime.datetime(2026, 3, 1, 9, 0, tzinfo=datetime.UTC)


def sit_interview(katas, right_after):
    interview = Interviews(katas.root).begin(0, NOW, [Challenge("basics/softmax", 600.0)])
    interview.challenges[0].right_after = right_after
    interview.ended = NOW
    interview.save()


def test_it_tells_what_is_solved_when_in_how_many_tries_and_the_best_time(katas, softmax):
    progress = Progress(katas.root)
    progress.ran(softmax, solved=False)
    progress.ran(softmax, solved=True)
    for right_after in (None, 300.0, 240.0):
        sit_interview(katas, right_after)
    lines = share.write(katas)[0].read_text().splitlines()
    assert "Solved: 1 of 1 katas." in lines
    link = "[Softmax: from scores to probabilities](exercises/basics/softmax.py)"
    day = Progress(katas.root)[softmax].solved[:10]
    assert lines[-1] == f"| {link} | {day} | 2 | 4 of 10 min |"


def test_pictures_of_solved_katas_are_copied_beside_it(katas, softmax):
    drawn = picture_of(softmax)
    drawn.parent.mkdir(parents=True)
    drawn.write_bytes(b"picture")
    assert "progress/" not in share.write(katas)[0].read_text()
    Progress(katas.root).ran(softmax, solved=True)
    assert "(progress/softmax.png)" in share.write(katas)[0].read_text()
    assert (katas.root / "progress" / "softmax.png").read_bytes() == b"picture"


def test_before_anything_is_solved_there_is_no_table(katas):
    assert share.text(katas, Progress(katas.root), {}).splitlines()[2] == "Solved: 0 of 1 katas."
    assert "|" not in share.text(katas, Progress(katas.root), {})

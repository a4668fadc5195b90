"""Each cause is stored with its recording, by docs/curves.py: it is how the run was made."""

import json
from pathlib import Path

from exercises.practice.read_the_curves import (
    run_a,
    run_b,
    run_c,
    run_d,
    run_e,
    run_f,
    run_g,
    run_h,
    run_i,
    run_j,
    run_k,
    run_l,
)
from kata.testing import assert_close

CURVES = Path(__file__).parents[2] / "data" / "curves.json"


def cause_of(run):
    return json.loads(CURVES.read_text(encoding="utf-8"))[run]["cause"]


def test_the_cause_of_run_a():
    assert_close(run_a(), cause_of("a"))


def test_the_cause_of_run_b():
    assert_close(run_b(), cause_of("b"))


def test_the_cause_of_run_c():
    assert_close(run_c(), cause_of("c"))


def test_the_cause_of_run_d():
    assert_close(run_d(), cause_of("d"))


def test_the_cause_of_run_e():
    assert_close(run_e(), cause_of("e"))


def test_the_cause_of_run_f():
    assert_close(run_f(), cause_of("f"))


def test_the_cause_of_run_g():
    assert_close(run_g(), cause_of("g"))


def test_the_cause_of_run_h():
    assert_close(run_h(), cause_of("h"))


def test_the_cause_of_run_i():
    assert_close(run_i(), cause_of("i"))


def test_the_cause_of_run_j():
    assert_close(run_j(), cause_of("j"))


def test_the_cause_of_run_k():
    assert_close(run_k(), cause_of("k"))


def test_the_cause_of_run_l():
    assert_close(run_l(), cause_of("l"))

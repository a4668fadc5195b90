"""Attempts that are edits of the solution's text."""

from types import ModuleType

import pytest

from kata.attempts import Attempt, SlipError, attempts_in, edited, rewrite, slip, together

SOLUTION = '''\
"""Doubles and halves."""

SCALE = 2.0


def double(x):
    """Twice x."""
    if x is None:
        raise ValueError("nothing")
    return _scaled(x, SCALE)


def halve(x):
    """Half of x."""
    return x / 2.0


def quarter(x):
    """A quarter of x."""
    return halve(halve(x))


def _scaled(x, by):
    return x * by
'''


@pytest.fixture
def attempts(tmp_path):
    """The attempts of a module with these slips, by their names."""
    solution = tmp_path / "solution.py"
    solution.write_text(SOLUTION)

    def load(**slips: object) -> dict[str, Attempt]:
        module = ModuleType("attempted")
        module.__file__ = str(tmp_path / "attempted.py")
        vars(module).update(slips)
        return {attempt.name: attempt for attempt in attempts_in(module, solution)}

    return load


def test_a_slip_is_the_solution_with_its_text_replaced(attempts):
    found = attempts(thirds=slip("A third.", {"x / 2.0": "x / 3.0"}))["thirds"]
    assert (found.replaces, found.text, found.is_right) == (("halve",), "A third.", False)
    assert found.answers["halve"](6.0) == 2.0


def test_a_rewrite_is_an_edit_of_the_solution_that_is_right(attempts):
    found = attempts(product=rewrite({"x / 2.0": "x * 0.5"}))["product"]
    assert (found.replaces, found.is_right) == (("halve",), True)
    assert found.answers["halve"](6.0) == 3.0


@pytest.mark.parametrize("old", ["x * by", "2.0\n\n\ndef double", "SCALE = 2.0"])
def test_a_slip_replaces_all_public_names_that_use_what_it_changes(attempts, old):
    found = attempts(other=slip("", {old: old.replace("2.0", "7.0").replace("*", "+")}))["other"]
    assert found.replaces == ("double",)
    assert found.answers["double"](6.0) in (8.0, 42.0)


def test_one_slip_may_replace_several_names(attempts):
    found = attempts(both=slip("", {"x / 2.0": "x", "SCALE)": "1.0)"}))["both"]
    assert found.replaces == ("double", "halve")


def test_further_lines_are_indented_like_the_first():
    edits = {
        "if x is None:\n    raise ValueError": "x = x or 1.0\nif x is None:\n    raise KeyError",
    }
    assert (
        '    x = x or 1.0\n    if x is None:\n        raise KeyError("nothing")\n    return _scaled'
    ) in edited(SOLUTION, edits)


@pytest.mark.parametrize(("old", "times"), [("return", 4), ("x ** 2", 0), ("if x:\n    raise", 0)])
def test_a_key_that_does_not_stand_just_once_is_told(old, times):
    with pytest.raises(SlipError, match=f"stands {times} times in the solution, not once"):
        edited(SOLUTION, {old: "x"})


@pytest.mark.parametrize("edits", [{}, {"x / 2.0": "x  /  2.0"}], ids=str)
def test_a_slip_that_changes_nothing_is_told(attempts, edits):
    with pytest.raises(SlipError, match="none: changes no public function or class"):
        attempts(none=slip("", edits))


def test_all_slips_that_do_not_fit_are_told_at_once(attempts):
    told = r"a: 'x / 7' stands 0 times in the solution, not once; b: leaves no valid .*: return x"
    with pytest.raises(SlipError, match=told):
        attempts(a=slip("", {"x / 7": "x"}), b=slip("", {"x / 2.0": "x ("}))


def test_compiled_slips_are_kept_until_a_text_changes(attempts, tmp_path, monkeypatch):
    thirds, fourths = (slip("", {"x / 2.0": f"x / {n}"}) for n in (3, 4))
    assert attempts(other=thirds)["other"].answers["halve"](6.0) == 2.0
    (cache,) = tmp_path.glob("__pycache__/*")
    kept = cache.read_bytes()
    monkeypatch.setattr("kata.attempts._compile_all", None)
    assert attempts(other=thirds)["other"].answers["halve"](6.0) == 2.0
    monkeypatch.undo()
    assert attempts(other=fourths)["other"].answers["halve"](6.0) == 1.5
    assert cache.read_bytes() != kept


@pytest.mark.parametrize("content", [b"", b"\0", b"no marshal", b"(\2\0\0\0"], ids=str)
def test_a_spoiled_cache_does_not_matter(attempts, tmp_path, content):
    thirds = slip("", {"x / 2.0": "x / 3.0"})
    attempts(other=thirds)
    (cache,) = tmp_path.glob("__pycache__/*")
    cache.write_bytes(content)
    assert attempts(other=thirds)["other"].answers["halve"](6.0) == 2.0


def test_two_slips_make_one_answer(attempts):
    found = attempts(
        tripled=slip("", {"SCALE = 2.0": "SCALE = 3.0"}),
        negated=slip("", {"return x * by": "return -x * by"}),
    )
    both = together(found["tripled"], found["negated"], SOLUTION)
    assert both.replaces == ("double",)
    assert both.answers["double"](5.0) == -15.0


@pytest.mark.parametrize(
    "other",
    [
        {"SCALE = 2.0": "SCALE = 5.0"},
        {"= 2.0": "= 7.0"},
        {"def halve(x):": "assert SCALE == 2.0\n\n\ndef halve(x, by=2.0):"},
    ],
    ids=["the same text", "a part of it", "what cannot be loaded"],
)
def test_slips_that_do_not_go_together_make_none(attempts, other):
    found = attempts(tripled=slip("", {"SCALE = 2.0": "SCALE = 3.0"}), other=slip("", other))
    assert together(found["tripled"], found["other"], SOLUTION) is None

"""What the tool imports comes with it."""

import ast
import re
import sys
import tomllib

from kata.tests.conftest import ROOT

HOUSE = {"kata", "exercises", "solutions", "attempts", "tests"}
# pytest's own, which has no package of its own.
COMES_WITH = {"_pytest": "pytest"}


def test_every_package_that_is_imported_when_a_room_is_loaded_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}
    rooms = [file for file in (ROOT / "kata").rglob("*.py") if not exempt(file)]
    assert len(rooms) > 30
    for room in rooms:
        foreign = packages(ast.parse(room.read_text("utf-8"))) - HOUSE - sys.stdlib_module_names
        assert {COMES_WITH.get(name, name) for name in foreign} <= declared, room


def exempt(file):
    """The tests have packages of their own."""
    return "tests" in file.relative_to(ROOT / "kata").parts


def packages(tree):
    """The packages that a module imports at its top level, where it cannot do without them."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found

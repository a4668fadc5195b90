"""What the tool imports comes with it, is loaded only where it is needed, and goes one way."""

import ast
import graphlib
import os
import re
import subprocess
import sys
import tomllib

from kata import threads
from kata.tests.conftest import ROOT

HOUSE = {"kata", "exercises", "solutions", "attempts", "tests"}
# What is imported by another name than its package has.
COMES_WITH = {"_pytest": "pytest", "markdown_it": "markdown-it-py"}


def test_every_package_that_is_imported_when_a_module_is_loaded_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    always, to_draw = project["dependencies"], project["optional-dependencies"]["show"]
    for module in modules():
        lines = always + to_draw if module.parent.name == "show" else always
        declared = {re.match(r"[\w-]+", line)[0] for line in lines}
        foreign = packages(ast.parse(module.read_text("utf-8"))) - HOUSE - sys.stdlib_module_names
        assert {COMES_WITH.get(name, name) for name in foreign} <= declared, module


def test_a_command_that_runs_no_tests_loads_neither_numpy_nor_pytest():
    heavy = "{'numpy', 'pytest', 'torch'} & set(sys.modules)"
    program = f"import sys; from kata import cli; print(*sorted({heavy}))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "\n"), result.stderr


def test_a_warm_process_has_loaded_the_worker():
    """Else a run that begins after `git pull` would join old files of the tool to new ones."""
    program = (
        "import sys; from kata import warm; known = set(sys.modules); from kata import child; "
        "print(*sorted(set(sys.modules) - known))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "\n"), result.stderr


def test_no_module_leads_back_to_itself():
    files = {
        ".".join(module.relative_to(ROOT).with_suffix("").parts): module for module in modules()
    }
    files = {name.removesuffix(".__init__"): module for name, module in files.items()}
    leads_to = {
        name: imports(ast.parse(module.read_text("utf-8"))) & files.keys()
        for name, module in files.items()
    }
    # It names the circle where there is one.
    assert set(graphlib.TopologicalSorter(leads_to).static_order()) == files.keys()


def modules():
    """The files of the tool; the tests have packages of their own."""
    files = list((ROOT / "kata").rglob("*.py"))
    assert len(files) > 30
    return [file for file in files if "tests" not in file.relative_to(ROOT / "kata").parts]


def imports(tree):
    """The modules of the tool that a module imports, at any time."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "kata":
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found - {"kata"}


def packages(tree):
    """The packages that a module imports at its top level, where it cannot do without them."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.split(".")[0])
    return found


def test_where_pytest_starts_numpy_and_torch_compute_on_one_thread():
    program = "import conftest, torch, numpy, threadpoolctl as t; print(t.threadpool_info())"
    free = {name: text for name, text in os.environ.items() if name not in threads.ONE_EACH}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=free, capture_output=True, text=True
    )
    pools = ast.literal_eval(result.stdout)
    assert [pool["num_threads"] for pool in pools] == [1] * len(pools)
    assert pools, result.stderr

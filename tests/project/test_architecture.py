"""The house keeps its plan: who imports whom, how much there is, what a file must not name.

Files are read, never run. A new module of `common` wants a line in MAY_IMPORT: that is the moment
to ask whether it belongs there.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ALONE = ("__init__", "checks", "functions", "gradient", "util", "initializer", "optimizer")
NET = "network layers initializer util"
# Module of `common` -> the modules of `common` that it may import, besides `checks`.
MAY_IMPORT = {
    **dict.fromkeys(ALONE, ""),
    "conv_layers": "functions util",
    "layers": "functions conv_layers util",  # util only to offer it again
    "network": "layers gradient",
    "two_layer_net": NET,
    "multi_layer_net": NET,
    "multi_layer_net_extend": NET + " multi_layer_net",  # it is one, with two layers more
    "simple_convnet": NET,
    "trainer": "optimizer util",  # the network is handed in
}
# Package -> the packages of ours that it may import.
PACKAGES = {
    "common": {"common"},
    "dataset": {"dataset"},
    "panels": {"panels", "common"},
    "exercises": {"exercises", "common"},
}
# What may be read is limited: pattern -> (lines of one file, lines of all).
BUDGETS = {
    "common/*.py": (250, 1200),
    "dataset/*.py": (250, 350),
    "panels/shell/*.py": (299, None),
    "classroom/test_classroom.py": (500, None),
    "tests/**/*.py": (None, 9700),  # and the answers, as many as readers find
}
ANSWERS = {"wrong_answers", "right_answers"}


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path):
    """Return the full names of the modules that a file of ours imports, anywhere in it."""
    found, parents = set(), path.relative_to(ROOT).parent.parts
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parents[: len(parents) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            # `from . import layers` and `from common import layers` name a module behind import.
            behind = node.module is None or module in PACKAGES
            found |= {f"{module}.{alias.name}" for alias in node.names} if behind else {module}
    return found


COMMON = sorted((ROOT / "common").glob("*.py"))
of_common = pytest.mark.parametrize("path", COMMON, ids=lambda path: path.stem)


@of_common
def test_common_imports_numpy_and_what_the_table_allows(path):
    table = "MAY_IMPORT in tests/project/test_architecture.py"
    assert path.stem in MAY_IMPORT, f"{table} wants a line: whom may common/{path.name} import?"
    ours = {f"common.{name}" for name in ["checks", *MAY_IMPORT[path.stem].split()]}
    outside = sys.stdlib_module_names | {"numpy"}
    wrong = {n for n in imports_of(path) - ours if n.split(".")[0] not in outside}
    assert not wrong, f"common/{path.name} may not import this: see {table}"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_the_packages_below_it(package):
    for path in (ROOT / package).rglob("*.py"):
        ours = {name.split(".")[0] for name in imports_of(path)} & set(PACKAGES)
        assert ours <= PACKAGES[package], path.relative_to(ROOT)


@of_common
def test_what_common_offers_is_described_and_reached_by_a_star(path):
    tree = parsed(path)
    assert "__all__" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kinds = (ast.FunctionDef, ast.ClassDef)
    offered = [n for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]
    assert not [node.name for node in offered if not ast.get_docstring(node)]


@pytest.mark.parametrize("pattern", BUDGETS)
def test_there_is_no_more_to_read_than_was_agreed(pattern):
    a_file, all_files = BUDGETS[pattern]
    paths = [path for path in ROOT.glob(pattern) if not ANSWERS & {*path.parts}]
    lines = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8").count("\n") for p in paths}
    assert lines, "nothing is there: does the table name the right folder?"
    assert not {name: n for name, n in lines.items() if a_file and n > a_file}, f"over {a_file}"
    assert not all_files or sum(lines.values()) <= all_files, f"{pattern}: could something go?"


HOSTS = [f"{name}.{end}" for name, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"), ("deb.debian", "org"),
    ("conda.anaconda", "org"), ("proxy.golang", "org"), ("jfrog", "io"),
)]  # fmt: skip
INDEX = "|".join(re.escape(host) for host in HOSTS) + r"|https?://[^\s\"']+/simple/"
FOLDER = r"(?<![\w.~-])/(?:root|work|home|Users)/\w|[A-Z]:\\Users\\"


def test_no_file_names_a_package_host_or_a_path_of_a_machine():
    here = [re.escape(path) for path in (str(ROOT), str(Path.home())) if len(path) > 5]
    named = re.compile("|".join([INDEX, FOLDER, *here]))
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]
    found = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # pictures and arrays
        if hits := [number for number, line in enumerate(lines, 1) if named.search(line)]:
            found[str(path.relative_to(ROOT))] = hits
    assert paths and not found, "the lines of each file that name one"


def calls_at_import(node):
    """The calls that run when a module is imported: all but those in the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            child = ast.Module([*getattr(child, "decorator_list", []), child.args], [])
        elif isinstance(child, ast.Call):
            yield child
        yield from calls_at_import(child)


def test_words_are_looked_up_when_they_are_shown_never_at_import():
    """The language is chosen when a kernel starts, and may be before or after an import."""
    for package in ("panels", "exercises"):
        for path in (ROOT / package).rglob("*.py"):
            early = [c for c in calls_at_import(parsed(path)) if getattr(c.func, "id", "") == "_"]
            assert not early, f"{path.relative_to(ROOT)}:{early[0].lineno}: N_(…) marks words"

"""The house keeps its plan: who imports whom, how long files are, what a file must not name.

Imports are read with `ast`, so nothing is run. A new module of `common` needs a line in the
table below: that is the moment to ask whether it belongs there.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("common", "dataset", "panels", "exercises")
FILES = {name: sorted((ROOT / name).rglob("*.py")) for name in PACKAGES}
COMMON = {path.stem: path for path in FILES["common"]}

NET = {"network", "layers", "initializer", "util", "checks"}
# Module of `common` -> the modules of `common` that it may import.
MAY_IMPORT = {
    "__init__": set(),
    "checks": set(),  # the questions asked at a layer's entry: everybody may ask them
    "functions": {"checks"},
    "gradient": {"checks"},
    "util": {"checks"},
    "initializer": {"checks"},
    "optimizer": {"checks"},
    "conv_layers": {"functions", "util", "checks"},
    "layers": {"functions", "conv_layers", "util", "checks"},  # util only to offer it again
    "network": {"layers", "gradient", "checks"},
    "two_layer_net": NET,
    "multi_layer_net": NET,
    "multi_layer_net_extend": NET | {"multi_layer_net"},  # it is one, with two layers more
    "simple_convnet": NET,
    "trainer": {"optimizer", "util", "checks"},  # the network is handed in
}
# Package -> the packages of ours that it may import.
PACKAGES_MAY_IMPORT = {
    "common": {"common"},
    "dataset": {"dataset"},
    "panels": {"panels", "common"},
    "exercises": {"exercises", "common"},
}
# What `common` may import besides: NumPy and the standard library.
NEVER_IN_COMMON = {"matplotlib", "ipywidgets", "IPython", "dataset", "panels", "exercises"}


def imports(source, package):
    """Return the full names of the modules that `source`, in `package`, imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            # `from . import layers` and `from common import layers` name a module behind import.
            if node.module is None or module in PACKAGES:
                found |= {f"{module}.{alias.name}" for alias in node.names}
            else:
                found.add(module)
    return found


def imports_of(path):
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return imports(path.read_text(encoding="utf-8"), package)


def forbidden(module, names):
    """Return those of `names` that this module of `common` may not import."""
    allowed = {f"common.{name}" for name in MAY_IMPORT[module]}
    ours = {name for name in names if name.split(".")[0] == "common"}
    outside = {name for name in names - ours if name.split(".")[0] != "numpy"}
    return (ours - allowed) | {n for n in outside if n.split(".")[0] not in sys.stdlib_module_names}


def test_the_reader_of_imports_understands_every_form():
    source = (
        "import common.util\nfrom common import layers\nfrom common.network import Network\n"
        "from . import trainer\nfrom .functions import *\ndef f():\n    import matplotlib.pyplot\n"
    )
    names = imports(source, "common")
    modules = ("util", "layers", "network", "trainer", "functions")
    assert names == {f"common.{name}" for name in modules} | {"matplotlib.pyplot"}
    assert forbidden("conv_layers", names) == names - {"common.functions", "common.util"}
    assert imports("from ..verdict import Verdict", "exercises.solutions") == {"exercises.verdict"}


def test_every_module_of_common_has_its_line_in_the_table():
    assert set(COMMON) <= set(MAY_IMPORT), "who may import the new module, and whom may it import?"


@pytest.mark.parametrize("module", COMMON)
def test_a_module_of_common_imports_only_what_the_table_allows(module):
    assert not forbidden(module, imports_of(COMMON[module]))


@pytest.mark.parametrize("module", COMMON)
def test_common_knows_nothing_of_plots_widgets_and_data(module):
    assert not {name.split(".")[0] for name in imports_of(COMMON[module])} & NEVER_IN_COMMON


@pytest.mark.parametrize(
    "path",
    [path for files in FILES.values() for path in files],
    ids=lambda p: f"{p.parent.name}-{p.stem}",
)
def test_a_package_imports_only_the_packages_below_it(path):
    package = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imports_of(path)} & set(PACKAGES)
    assert ours <= PACKAGES_MAY_IMPORT[package]


def test_common_can_be_read_in_an_evening():
    lines = {
        name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in COMMON.items()
    }
    assert not {name: count for name, count in lines.items() if count > 300}
    assert sum(lines.values()) <= 1400  # 1,200 was the plan: shapes, contracts and errors took more


@pytest.mark.parametrize("module", COMMON)
def test_common_hides_nothing_from_a_star_import(module):
    tree = ast.parse(COMMON[module].read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "__all__" not in names


@pytest.mark.parametrize("module", COMMON)
def test_what_common_offers_is_described(module):
    tree = ast.parse(COMMON[module].read_text(encoding="utf-8"))
    offered = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert not [node.name for node in offered if not ast.get_docstring(node)]


HOSTS = [f"{name}.{end}" for name, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"), ("deb.debian", "org"),
    ("conda.anaconda", "org"), ("proxy.golang", "org"), ("jfrog", "io"),
)]  # fmt: skip
INDEX = re.compile("|".join(re.escape(host) for host in HOSTS) + r"|https?://[^\s\"']+/simple/")
LOCAL = re.compile(r"(?<![\w.~-])/(?:root|work|home|Users)/\w|[A-Z]:\\Users\\")


def own_files():
    """Return the project's files: what git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def named(text):
    """Return the package hosts and the paths of somebody's machine that `text` names."""
    paths = [str(ROOT), str(Path.home())]
    here = [path for path in paths if len(path) > 4 and path in text]
    return INDEX.findall(text) + LOCAL.findall(text) + here


def test_hosts_and_paths_of_a_machine_are_recognised():
    home = "/" + "home/ann/book"
    assert named(f"see {home}") and named("see " + HOSTS[0]) and named(str(ROOT))
    assert named("https:" + "//mirror.example/simple/numpy")
    assert not named("networks/" + "work/home and https://github.com/someone/simple")


def test_no_file_names_a_package_host_or_a_path_of_a_machine():
    found = {}
    for path in own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures and arrays
        if names := named(text):
            found[str(path.relative_to(ROOT))] = sorted(set(names))
    assert not found

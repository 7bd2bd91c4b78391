"""One command sets everything up; its files agree; who starts without it is told what to do."""

import ast
import inspect
import itertools
import logging
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from babel.messages import Catalog, mofile
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import companion

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
TRUTH = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = TRUTH["project"]
RUNTIME = [Requirement(text) for text in PROJECT["dependencies"]]
EXTRAS = PROJECT["optional-dependencies"]
DEVELOPMENT = [Requirement(text) for text in EXTRAS["lab"] + EXTRAS["dev"]]
BUILT_WITH = [Requirement(text) for text in [*TRUTH["build-system"]["requires"], "editables"]]
CLASS = [
    Requirement(line)
    for line in (ROOT / "classroom" / "requirements.in").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
LOCKS = {
    "requirements.lock": (RUNTIME + DEVELOPMENT + BUILT_WITH, ("linux", "darwin", "win32")),
    "classroom/requirements.lock": (CLASS, ("linux", "darwin")),  # where JupyterHub runs
}


def entries(name):
    """Return a lock's entries: (requirement, hashes) for each."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    split = [re.split(r"\s+--hash=", line.strip()) for line in joined if line.strip()]
    return [(Requirement(first), hashes) for first, *hashes in split]


# ---- the files of the set-up say the same


@pytest.mark.parametrize("lock", LOCKS)
def test_each_requirement_is_pinned_once_with_hashes_at_a_version_it_allows(lock):
    wanted, systems = LOCKS[lock]
    for python, system in itertools.product(PYTHONS, systems):
        place = {"python_full_version": f"{python}.9", "sys_platform": system, "os_name": system}
        pins = {}
        for pin, hashes in entries(lock):
            if pin.marker is None or pin.marker.evaluate(place):
                assert pin.name not in pins and pin.url is None, (pin, place)
                assert hashes and all(re.fullmatch("sha256:[0-9a-f]{64}", h) for h in hashes), pin
                pins[pin.name] = str(pin.specifier).removeprefix("==")
        for each in wanted:
            if each.marker is None or each.marker.evaluate(place):
                told = f"{lock} on Python {python}, {system}: make it anew"
                assert each.specifier.contains(pins[each.name]), told
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_a_class_runs_on_the_projects_own_versions():
    project = {(pin.name, str(pin.specifier)) for pin, _ in entries("requirements.lock")}
    names = {name for name, _ in project}
    shared = [pin for pin, _ in entries("classroom/requirements.lock") if pin.name in names]
    assert len(shared) > 20
    assert not [pin for pin in shared if (pin.name, str(pin.specifier)) not in project]


def test_conda_binder_and_the_class_install_the_lock_and_then_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, _, pip = environment["dependencies"]
    version = python.removeprefix("python=")
    assert SpecifierSet(PROJECT["requires-python"]).contains(version) and version in PYTHONS
    assert f"BASE=python:{version}-slim" in (ROOT / "classroom" / "Dockerfile").read_text("utf-8")
    assert pip == {"pip": ["-r requirements.lock"]}
    for name in ("postBuild", "environment.yml", "Makefile", "classroom/install.sh"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--no-deps --no-build-isolation -e" in text, name
        assert "--require-hashes -r" in text or name in ("postBuild", "environment.yml"), name
    assert environment["name"] == PROJECT["name"]


def test_the_projects_own_addresses_are_whole_where_there_are_any():
    urls = PROJECT.get("urls", {})
    for name, address in urls.items():
        assert re.fullmatch(r"https://[\w.-]+\.\w+/\S*", address), name
        assert "OWNER" not in address and "example" not in address, name
    line = f"`%pip install -q git+{urls.get('Source', 'ADDRESS')}`"  # what Colab is told
    assert line in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_chapters_ask_for_the_versions_that_pyproject_asks_for():
    oldest = {r.name: companion.leading_numbers(next(iter(r.specifier)).version) for r in RUNTIME}
    assert oldest == companion.DEPENDENCIES
    assert PROJECT["requires-python"] == f">={companion.dotted(companion.PYTHON)}"


# ---- `import companion`: one sentence for a Python that cannot run the chapters


def one_sentence(text):
    """True if `text` is one sentence: one line, one full stop at its end."""
    return "\n" not in text and text.endswith(".") and not re.search(r"\. [A-Z]", text)


def python(*arguments, **options):
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)


def test_a_bare_python_is_told_what_it_lacks_and_what_to_do(tmp_path):
    assert companion.missing() == []  # whereas this one is ready
    run = python("-I", "-S", str(ROOT / "chapters" / "companion.py"), cwd=tmp_path)
    kind, _, told = run.stderr.splitlines()[-1].partition(": ")
    assert run.returncode == 1 and kind.endswith("KernelNotReady") and one_sentence(told)
    for word in (*companion.PACKAGES, *companion.DEPENDENCIES, sys.executable, "`make lab`"):
        assert word in told
    assert f'`%pip install -e "{ROOT}"`' in told


NEWER = '{"cells": [{"source": "from common.functions import of_tomorrow, softmax"}]}'


HIDING = ("common/__init__.py", "", "this project's `common` (hidden by {here})")
OLDER = (
    "ch99.ipynb",
    NEWER,
    "`of_tomorrow` of `common.functions` (the project in {root} is older)",
)
RIGHT = ("ch99.ipynb", NEWER.replace("of_tomorrow", "sigmoid"), "")


@pytest.mark.parametrize(("beside", "text", "lacks"), [HIDING, OLDER, RIGHT])
def test_a_copy_of_the_chapters_runs_or_says_why_it_does_not(tmp_path, beside, text, lacks):
    (tmp_path / "companion.py").write_bytes((ROOT / "chapters" / "companion.py").read_bytes())
    (tmp_path / beside).parent.mkdir(exist_ok=True)
    (tmp_path / beside).write_text(text)
    run = python("-m", "IPython", "--colors=nocolor", "-c", "import companion", cwd=tmp_path)
    told = (run.stdout + run.stderr).strip()
    assert lacks.format(here=tmp_path / "common", root=ROOT) in told
    assert told.startswith("This kernel (Python ") and one_sentence(told) if lacks else not told


def test_a_dependency_that_is_too_old_is_named(monkeypatch):
    version = metadata.version
    old = {"ipywidgets": "7.7.0", "numpy": "1.25.2rc1"}
    monkeypatch.setattr(metadata, "version", lambda name: old.get(name) or version(name))
    lacks = companion.missing()
    assert lacks == [
        f"{name} {companion.dotted(companion.DEPENDENCIES[name])} or newer (has {old[name]})"
        for name in ("numpy", "ipywidgets")
    ]
    assert one_sentence(companion.sentence(lacks))


def test_a_python_that_is_too_old_can_read_the_file_and_is_told_so(monkeypatch):
    source = (ROOT / "chapters" / "companion.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    monkeypatch.setattr(companion.sys, "version_info", (3, 8, 10))
    told = companion.sentence(companion.missing())
    monkeypatch.undo()
    assert "Python 3.8.10" in told and "install a newer Python" in told and one_sentence(told)


def test_the_first_start_of_matplotlib_says_nothing_in_a_chapter(caplog):
    """Under load it looks for fonts for more than five seconds, which it tells on stderr."""
    from matplotlib import font_manager

    assert companion.FONTS in inspect.getsource(font_manager)
    for message in (companion.FONTS, "findfont: not found"):
        logging.getLogger(font_manager.__name__).warning(message)
    assert caplog.messages == ["findfont: not found"]


def test_a_catalogue_in_locale_is_found_without_touching_code(tmp_path):
    for name in companion.PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "chapters" / "companion.py", tmp_path)
    folder = tmp_path / "locale" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    korean = Catalog("ko")
    korean.add("loss", "손실")
    with open(folder / "companion.mo", "wb") as file:
        mofile.write_mo(file, korean)
    code = "import companion, gettext; print(ascii(gettext.gettext('loss')))"
    for language, word in (("ko", "손실"), ("en", "loss")):
        here = {
            "DLFS_LANG": language,
            "LANGUAGE": "ko",  # the system's, which has no say
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{tmp_path / 'chapters'}",
        }
        run = python("-c", code, env={**os.environ, **here}, cwd=tmp_path, check=True)
        assert ast.literal_eval(run.stdout) == word


# ---- the Makefile, in a folder of its own whose name has a space


@pytest.fixture
def make(tmp_path):
    if not shutil.which("make"):
        pytest.skip("make is not installed here")
    make_in = tmp_path / "a folder"
    make_in.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, make_in)

    def run(*arguments, folder=make_in):
        return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True)

    run.folder = make_in
    return run


@pytest.mark.parametrize(
    ("lacks", "says"), [("version_info", "not a Python 3.10"), ("ensurepip", "python3-venv")]
)
def test_a_python_that_will_not_do_ends_in_one_sentence(make, lacks, says):
    fake = make.folder / "some python"
    fake.write_text(
        f'#!/bin/sh\ncase "$2" in *{lacks}*) exit 1;; esac\nexec "{sys.executable}" "$@"\n'
    )
    fake.chmod(0o755)
    run = make("lab", f"PYTHON={fake}")
    told, makes_own = run.stderr.splitlines()
    assert run.returncode != 0 and says in told and "PYTHON=" in told and makes_own[:4] == "make"
    assert not (make.folder / ".venv").exists()

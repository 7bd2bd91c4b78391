"""One command sets everything up; its files agree; who starts without it is told what to do."""

import ast
import gettext
import inspect
import logging
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import companion
from scripts.kernels import settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["project"]["optional-dependencies"]["dev"]]
PLATFORMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
]
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]


def entries(lock):
    """Return the lock's entries, each in one line: requirement and hashes."""
    lines = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [line for line in joined if line.strip() and not line.startswith("-")]


PINNED = [Requirement(entry.split("--hash")[0].strip()) for entry in entries(LOCK)]


def spelled(name):
    """Return a package's name in the one spelling that names are compared in."""
    return re.sub(r"[-_.]+", "-", name).lower()


# ---- pyproject.toml, requirements.lock and environment.yml say the same


@pytest.mark.parametrize("wanted", RUNTIME + DEVELOPMENT, ids=lambda r: r.name)
@pytest.mark.parametrize("python", PYTHONS)
def test_each_requirement_is_pinned_once_at_a_version_it_allows(wanted, python):
    for platform in PLATFORMS:
        place = {"python_version": python, "python_full_version": f"{python}.9", **platform}
        found = [
            pin
            for pin in PINNED
            if spelled(pin.name) == spelled(wanted.name)
            and (pin.marker is None or pin.marker.evaluate(place))
        ]
        assert len(found) == 1, f"{wanted.name} on Python {python}, {platform['sys_platform']}"
        (pin,) = found[0].specifier
        assert pin.operator == "=="
        assert wanted.specifier.contains(pin.version)


def test_each_entry_of_the_lock_is_a_version_with_hashes():
    for entry in entries(LOCK):
        requirement, *hashes = entry.split("--hash=")
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", requirement), entry
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value.strip()) for value in hashes), entry


def test_the_lock_names_no_index_no_address_and_no_folder():
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-i|-f|-e|--(?!hash)|\.|/)", LOCK, re.MULTILINE)


def test_the_lock_holds_what_the_project_is_built_with():
    build = {spelled(Requirement(text).name) for text in PROJECT["build-system"]["requires"]}
    assert build | {"editables"} <= {spelled(requirement.name) for requirement in DEVELOPMENT}


def test_conda_and_binder_install_the_lock_and_then_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [
        text
        for text in environment["dependencies"]
        if isinstance(text, str) and text.startswith("python=")
    ]
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])
    assert allowed.contains(python.removeprefix("python=")) and python[7:] in PYTHONS
    (pip,) = [each["pip"] for each in environment["dependencies"] if isinstance(each, dict)]
    assert pip == ["-r requirements.lock"]
    step = "pip install --no-deps --no-build-isolation -e ."
    assert step in (ROOT / "postBuild").read_text(encoding="utf-8")
    assert f"#   {step}\n" in (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert environment["name"] == PROJECT["project"]["name"]


def test_the_chapters_ask_for_the_versions_that_pyproject_asks_for():
    oldest = {r.name: companion.leading_numbers(next(iter(r.specifier)).version) for r in RUNTIME}
    del oldest["jupyterlab"]  # VS Code and Colab bring their own pages
    assert oldest == companion.DEPENDENCIES
    assert PROJECT["project"]["requires-python"] == f">={companion.dotted(companion.PYTHON)}"


def test_a_wheel_holds_every_file_of_the_packages(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", *companion.PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(listed.stdout.split()) | {"companion.py"} <= names
    assert not [name for name in names if name.startswith(("chapters/", "tests/"))]


# ---- `import companion`: one sentence for a kernel that cannot run the chapters


def one_sentence(text):
    """True if `text` is one sentence: one line, one full stop at its end."""
    return "\n" not in text and text.endswith(".") and not re.search(r"\. [A-Z]", text)


def kernel_says(folder):
    """Return what a reader sees who runs `import companion` in `folder`: the error's picture."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import companion")])
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": folder}}, config=settings()
    )
    with pytest.raises(CellExecutionError):
        client.execute()
    (output,) = notebook.cells[0].outputs
    assert output.ename == "KernelNotReady"
    return output.traceback


@pytest.fixture
def checkout(tmp_path):
    """A checkout of the project whose `chapters` hold nothing but companion.py."""
    (tmp_path / "chapters").mkdir()
    for name in ("pyproject.toml", "chapters/companion.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_ready_kernel_is_told_nothing():
    assert companion.missing() == []
    assert companion.check() is None


def test_a_bare_python_is_told_what_it_lacks_and_what_to_do(tmp_path):
    bare = [sys.executable, "-I", "-S", str(ROOT / "chapters" / "companion.py")]
    run = subprocess.run(bare, cwd=tmp_path, capture_output=True, text=True)
    told = run.stderr.splitlines()[-1]
    assert run.returncode == 1
    for word in (
        *companion.PACKAGES,
        *companion.DEPENDENCIES,
        sys.executable,
        "`make lab`",
        ".venv",
    ):
        assert word in told
    assert f'`%pip install -e "{ROOT}"`' in told
    assert one_sentence(told)


def test_a_reader_sees_the_sentence_and_no_traceback(checkout):
    (told,) = kernel_says(checkout / "chapters")
    assert told.startswith("This kernel (Python ")
    assert "`%pip install -e ..`" in told
    assert one_sentence(told)


def test_another_package_called_common_is_named(checkout):
    """Many projects have a `common`: the one that a kernel finds first may be somebody else's."""
    other = checkout / "chapters" / "common"
    other.mkdir()
    (other / "__init__.py").touch()
    for name in companion.PACKAGES:
        (checkout / name).symlink_to(ROOT / name)
    for name in companion.PACKAGES[1:]:
        (checkout / "chapters" / name).symlink_to(ROOT / name)
    (told,) = kernel_says(checkout / "chapters")
    assert f"lacks this project's `common` (hidden by {other}); " in told


def test_a_dependency_that_is_too_old_is_named(monkeypatch):
    version = metadata.version
    old = {"ipywidgets": "7.7.1", "numpy": "1.25.2"}
    monkeypatch.setattr(metadata, "version", lambda name: old.get(name) or version(name))
    lacks = companion.missing()
    assert lacks == ["numpy 1.26 or newer (has 1.25.2)", "ipywidgets 8 or newer (has 7.7.1)"]
    assert one_sentence(companion.sentence(lacks))


def test_a_pre_release_is_read_as_far_as_it_has_numbers():
    assert companion.leading_numbers("8.1.0rc1") == (8, 1)
    assert companion.leading_numbers("2.0.0") >= (1, 26)


def test_a_python_that_is_too_old_is_told_so(monkeypatch):
    monkeypatch.setattr(companion.sys, "version_info", (3, 8, 10))
    lacks = companion.missing()
    told = companion.sentence(lacks)
    monkeypatch.undo()
    assert lacks == ["Python 3.10 or newer"]
    assert "Python 3.8.10" in told and "install a newer Python" in told
    assert one_sentence(told)


def test_a_python_that_is_too_old_can_read_the_file():
    source = (ROOT / "chapters" / "companion.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))


def test_the_first_start_of_matplotlib_says_nothing_in_a_chapter(caplog):
    """Under load it looks for fonts for more than five seconds, which it tells on stderr."""
    from matplotlib import font_manager

    assert companion.FONTS in inspect.getsource(font_manager)
    for message in (companion.FONTS, "findfont: not found"):
        logging.getLogger(font_manager.__name__).warning(message)
    assert caplog.messages == ["findfont: not found"]


def catalogue(entries):
    """Return the bytes of a gettext catalogue (.mo) that says `entries`."""
    entries = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **entries}.items())
    sides, tables, at = [], [], 28 + 16 * len(entries)
    for side in zip(*entries, strict=True):
        table = b""
        for text in side:
            data = text.encode("utf-8")
            table += struct.pack("<II", len(data), at)
            sides.append(data + b"\0")
            at += len(data) + 1
        tables.append(table)
    count = len(entries)
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return b"".join([head, *tables, *sides])


def test_a_catalogue_in_locale_is_found_without_touching_code(checkout):
    for name in companion.PACKAGES:
        (checkout / name).symlink_to(ROOT / name)
    folder = checkout / "locale" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "companion.mo").write_bytes(catalogue({"loss": "손실"}))
    code = (
        f"import sys; sys.path[:0] = [{str(checkout)!r}, {str(checkout / 'chapters')!r}]\n"
        "import companion, gettext; print(ascii([gettext.gettext(w) for w in ('loss', 'slope')]))"
    )
    for language, expected in (("ko", ["손실", "slope"]), ("en", ["loss", "slope"])):
        run = subprocess.run(
            [sys.executable, "-c", code], env={"LANGUAGE": language, "PATH": ""},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert ast.literal_eval(run.stdout) == expected
    assert gettext.textdomain() == "companion"


# ---- the Makefile, in a folder of its own whose name has a space

make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "a folder"
    place.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, place)
    return place


def run_make(folder, *arguments):
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True)


def fake_python(path, says):
    """Write a Python that fails at each `-c CODE` whose code has the word `says`."""
    path.write_text(
        f'#!/bin/sh\ncase "$2" in *{says}*) exit 1;; esac\nexec "{sys.executable}" "$@"\n'
    )
    path.chmod(0o755)
    return path


@make
def test_make_alone_lists_its_targets_and_touches_nothing(folder):
    run = run_make(folder)
    assert run.returncode == 0
    for target in ("lab", "test", "bench", "notebooks", "book"):
        assert re.search(rf"^  {target} +\w", run.stdout, re.MULTILINE)
    assert not (folder / ".venv").exists()


@make
@pytest.mark.parametrize("target", ["lab", "test"])
def test_a_python_that_is_too_old_ends_in_one_sentence(folder, target):
    old = fake_python(folder / "old python", "version_info")
    run = run_make(folder, target, f"PYTHON={old}")
    told = run.stderr.splitlines()
    assert run.returncode != 0
    assert f"{old} is not a Python 3.10 or newer" in told[0] and "PYTHON=" in told[0]
    assert len(told) == 2 and told[1].startswith("make")
    assert not (folder / ".venv").exists()


@make
def test_a_python_without_ensurepip_ends_in_one_sentence(folder):
    run = run_make(folder, "lab", f"PYTHON={fake_python(folder / 'halved', 'ensurepip')}")
    told = run.stderr.splitlines()
    assert run.returncode != 0
    assert "python3-venv" in told[0]
    assert len(told) == 2 and told[1].startswith("make")
    assert not (folder / ".venv").exists()


@make
def test_a_second_set_up_does_nothing_and_a_changed_lock_or_a_move_does(folder):
    stamp = folder / ".venv" / ".set-up-for"
    stamp.parent.mkdir()
    stamp.write_text(f"{folder}\n")
    assert run_make(folder, "--question", "setup").returncode == 0
    (folder / "requirements.lock").touch()
    newer = (folder / "requirements.lock").stat().st_mtime + 5
    os.utime(folder / "requirements.lock", (newer, newer))
    assert run_make(folder, "--question", "setup").returncode == 1
    os.utime(stamp, (newer + 5, newer + 5))
    assert run_make(folder, "--question", "setup").returncode == 0
    moved = folder.rename(folder.with_name("elsewhere"))
    assert run_make(moved, "--question", "setup").returncode == 1

"""nbval bites: break `common` in one place, and the chapters that teach it turn red.

Stored outputs only prove something if a wrong `common` changes them. Each row of the table below
is one mistake, written as code that is added to the end of a module in a copy of the project. The
chapters named in the row must then fail, and pass without it. A chapter that teaches something
new adds its rows here.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("common", "dataset", "panels", "exercises", "chapters")
CH03 = "ch03_neural_net"

pytestmark = pytest.mark.slow


class Mutation(NamedTuple):
    mistake: str
    module: str
    code: str
    chapters: tuple


MUTATIONS = [
    Mutation(
        "softmax without subtracting the maximum",
        "functions",
        "def softmax(x):\n"
        "    with np.errstate(all='ignore'):\n"
        "        return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)\n",
        (CH03,),
    ),
    Mutation(
        "softmax over the whole batch",
        "functions",
        "def softmax(x):\n    e = np.exp(x - np.max(x))\n    return e / e.sum()\n",
        (CH03,),
    ),
    Mutation(
        "softmax to the base 2",
        "functions",
        "def softmax(x):\n"
        "    e = 2.0 ** (x - np.max(x, axis=-1, keepdims=True))\n"
        "    return e / e.sum(axis=-1, keepdims=True)\n",
        (CH03,),
    ),
    Mutation(
        "sigmoid with the wrong sign",
        "functions",
        "def sigmoid(x):\n    return 1 / (1 + np.exp(x))\n",
        (CH03,),
    ),
    Mutation(
        "sigmoid twice as steep",
        "functions",
        "def sigmoid(x):\n    return 1 / (1 + np.exp(-2 * x))\n",
        (CH03,),
    ),
    Mutation(
        "slope of sigmoid without its second factor",
        "functions",
        "def sigmoid_grad(x):\n    return sigmoid(x)\n",
        (CH03,),
    ),
    Mutation(
        "relu with its mask inverted",
        "functions",
        "def relu(x):\n    return np.minimum(0, x)\n",
        (CH03,),
    ),
    Mutation(
        "relu that lets the negative through",
        "functions",
        "def relu(x):\n    return np.where(x > 0, x, 0.01 * x)\n",
        (CH03,),
    ),
    Mutation(
        "step that fires below its threshold",
        "functions",
        "def step_function(x):\n    return (np.asarray(x) < 0).astype(int)\n",
        (CH03,),
    ),
    Mutation(
        "step that gives truth values",
        "functions",
        "def step_function(x):\n    return np.asarray(x) > 0\n",
        (CH03,),
    ),
    Mutation(
        "identity that is not",
        "functions",
        "def identity_function(x):\n    return 2 * x\n",
        (CH03,),
    ),
]
TESTED = sorted({chapter for mutation in MUTATIONS for chapter in mutation.chapters})


@pytest.fixture
def project(tmp_path):
    """A copy of the project that can be broken."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def surroundings(project):
    """Return an environment in which the copy is imported, whatever else is installed."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    return {**mine, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}


def nbval(project, chapter):
    """Run one chapter of the copy as `make test` runs it; stop at its first red cell."""
    options = ["--nbval", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--color=no"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"chapters/{chapter}.ipynb"],
        cwd=project, env=surroundings(project), capture_output=True, text=True,
    )  # fmt: skip


def test_the_copy_is_imported_and_not_the_installed_project(project):
    code = "import common, dataset, panels, exercises as e; print(common, dataset, panels, e)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project / "chapters", env=surroundings(project), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stdout.count(str(project)) == 4


@pytest.mark.parametrize("chapter", TESTED)
def test_an_unbroken_copy_passes(project, chapter):
    run = nbval(project, chapter)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("mutation", "chapter"),
    [
        pytest.param(mutation, chapter, id=f"{chapter}-{mutation.mistake.replace(' ', '-')}")
        for mutation in MUTATIONS
        for chapter in mutation.chapters
    ],
)
def test_a_broken_common_turns_the_chapter_red(project, mutation, chapter):
    path = project / "common" / f"{mutation.module}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\n" + mutation.code, encoding="utf-8")
    run = nbval(project, chapter)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
    # A cell that ran, and said something else or failed in its own words.
    assert "Cell outputs differ" in run.stdout or "caused an exception" in run.stdout
    assert "KernelNotReady" not in run.stdout


def test_the_table_holds_at_least_eight_mistakes():
    assert len({mutation.mistake for mutation in MUTATIONS}) >= 8

"""Run the chapters as on Colab: its packages, the project from an archive, no file beside them.

    python scripts/colab.py    # with a Python from 3.10 to 3.12, for which Colab's NumPy exists

The nightly run does so. `google.colab` is a stub: what is asked is whether each panel tells it
where its widgets come from, and says and shows what is stored.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from scripts.kernels import plain_environment
from scripts.notebooks import WIDGET_VIEW, differences, run
from scripts.refresh_notebooks import tidy
from scripts.soak import LEFT, ROOT

# What Colab brings, as of 2026; the rest is whatever `pip install` finds for the project.
COLAB = ["numpy==2.0.2", "matplotlib==3.10.*", "ipython==7.34.0", "ipykernel==6.17.1"]
COLAB += ["ipywidgets==7.7.1"]
STUB = """
class _widgets:
    _installed_url = None

def enable_custom_widget_manager():
    _widgets._installed_url = "https://colab/manager.js"
"""


def differences_on_colab(folder):
    """Return what the chapters say otherwise than stored, in an environment made in `folder`."""
    with plain_environment():
        os.environ.pop("PYTHONPATH", None)
        os.environ["JUPYTER_PATH"] = str(folder)
        install(folder)
        return differences_in(folder / "alone", folder / "it-main" / "chapters")


def install(folder):
    """Make an environment in `folder`, as Colab's, and the kernel "python3" in it."""
    shutil.copytree(ROOT, folder / "it-main", ignore=shutil.ignore_patterns(*LEFT))
    archive = shutil.make_archive(str(folder / "it"), "zip", folder, "it-main")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    python = str(folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *COLAB, archive], check=True)
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    place = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    os.makedirs(f"{place}/google/colab")
    with open(f"{place}/google/colab/output.py", "w") as file:
        file.write(STUB)
    with open(f"{place}/colab.pth", "w") as file:
        file.write("import google.colab.output")

    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Colab", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))


def differences_in(folder, chapters):
    """Run these chapters, alone in `folder`, and compare."""
    folder.mkdir()
    wrong = []
    for path in sorted(chapters.glob("*.ipynb")):
        stored = nbformat.read(path, as_version=4)
        fresh = run(stored, folder=folder)
        told = [
            "colab" in output.metadata.get(WIDGET_VIEW, {})
            for cell in fresh.cells
            for output in cell.get("outputs", [])
            if WIDGET_VIEW in output.get("data", {})
        ]
        if not told or not all(told):
            wrong.append(f"{path.stem}: Colab would show {sum(told)} of {len(told)} widgets")
        for old, new in zip(stored.cells, tidy(fresh).cells, strict=True):
            # Releases of Matplotlib draw a little otherwise: pictures are counted, not compared.
            lines = [line for line in differences(old, new) if line != "a picture looks different"]
            wrong += [f"{path.stem}: {line}" for line in lines]
    return wrong


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        found = differences_on_colab(Path(name))
    print(*found, f"{len(found)} differences", sep="\n")
    sys.exit(bool(found))

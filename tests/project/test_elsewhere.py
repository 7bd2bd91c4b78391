"""The chapters far from this folder, as on Colab: its packages, and the project from an archive."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from scripts.notebooks import CHAPTERS, WIDGET_VIEW, differences, run
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


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Colab's NumPy has no wheel for it")
def test_on_colabs_packages_the_installed_project_says_what_is_stored(tmp_path, monkeypatch):
    """The chapters alone in a folder; each panel has its words, its picture, and Colab's word."""
    shutil.copytree(ROOT, tmp_path / "it-main", ignore=shutil.ignore_patterns(*LEFT))
    archive = shutil.make_archive(str(tmp_path / "it"), "zip", tmp_path, "it-main")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "env")], check=True)
    python = str(tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *COLAB, archive], check=True)
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    place = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    os.makedirs(f"{place}/google/colab")
    with open(f"{place}/google/colab/output.py", "w") as file:
        file.write(STUB)
    with open(f"{place}/colab.pth", "w") as file:
        file.write("import google.colab.output")

    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Colab", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (tmp_path / "alone").mkdir()
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        stored = nbformat.read(path, as_version=4)
        fresh = run(stored, folder=tmp_path / "alone")
        views = [
            o for c in fresh.cells for o in c.get("outputs", []) if WIDGET_VIEW in o.get("data", ())
        ]
        assert views and all("colab" in o.metadata.get(WIDGET_VIEW, {}) for o in views), path.stem
        for old, new in zip(stored.cells, tidy(fresh).cells, strict=True):
            found = differences(old, new)  # Matplotlib draws a little otherwise in each release
            assert set(found) <= {"a picture looks different"}, (path.stem, old.source, found)

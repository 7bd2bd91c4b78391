"""What `make notebooks` stores depends on the code alone, and what is wrong is not stored."""

import base64
import io
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from scripts import notebooks
from scripts import refresh_notebooks as script

PANEL = """
import ipywidgets, time

class Panel(ipywidgets.VBox):
    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle.update({"text/plain": "It fires.", "image/png": PNG})
        return bundle, {"image/png": {"alt": "A neuron."}}

print("a", flush=True); time.sleep(0.3); print("b")
Panel()
"""
CLOCK = "from time import time_ns\nprint(f'batches of {100:4}: {time_ns() % 1e9:9.1f} ms')"
ERROR = "import json\njson.loads('{')"


def png():
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), "steelblue").save(stream, format="png")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """Return a function that writes cells as a notebook, run in its own folder; gives its path."""
    monkeypatch.setattr(script, "run", lambda notebook: notebooks.run(notebook, folder=tmp_path))

    def make(*cells):  # of each source and tags
        made = [new_code_cell(source, metadata={"tags": list(tags)}) for source, *tags in cells]
        made[-1].metadata["scrolled"] = True
        made.insert(0, new_markdown_cell("# A chapter"))
        path = tmp_path / "ch99_test.ipynb"
        nbformat.write(new_notebook(cells=made, metadata={"widgets": {}, "vscode": {}}), path)
        return path

    return make


@pytest.mark.slow
def test_two_runs_store_the_same_bytes_and_check_shows_what_changed(chapter):
    path = chapter(
        (f"PNG = {png()!r}",),
        (PANEL.strip(),),
        (CLOCK, "nbval-ignore-output"),
        (ERROR, "raises-exception"),
        ("{1, 2} | {3}\n\n",),
    )
    assert script.refresh(path) == []
    first = path.read_bytes()
    assert script.refresh(path) == script.refresh(path, check=True) == []
    assert path.read_bytes() == first
    assert first.endswith(b"}\n") and not first.endswith(b"\n\n")

    notebook = nbformat.read(path, as_version=4)
    stream, panel = notebook.cells[2].outputs
    assert stream.text == "a\nb\n"
    assert set(panel.data) == {"image/png", "text/plain"}
    assert panel.metadata == {"image/png": {"alt": "A neuron."}}
    (error,) = notebook.cells[4].outputs  # without the files of this machine
    assert "Cell" in error.traceback[0] and "JSONDecodeError" in error.traceback[-1]
    assert len(error.traceback) == 2 and sys.prefix not in first.decode()
    assert notebook.metadata == script.METADATA
    assert "version" not in notebook.metadata.language_info
    assert [cell.get("execution_count") for cell in notebook.cells] == [None, 1, 2, 3, 4, 5]
    assert not any(set(cell.metadata) - {"tags"} for cell in notebook.cells)

    stale = first.replace(b"{1, 2, 3}", b"{1, 2, 4}").replace(b"{100:4}", b"{200:4} digits")
    path.write_bytes(stale)
    found = script.refresh(path, check=True)
    assert "    -text/plain: {1, 2, 4}" in found and "    +text/plain: {1, 2, 3}" in found
    assert path.read_bytes() == stale
    assert script.refresh(path) == []  # a printed time changes with the words around it
    assert b"batches of  200 digits:" in path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "tags", "complaint"),
    [
        ("1 / 0", (), "ZeroDivisionError"),
        ("import warnings\nwarnings.warn('careful')", (), "writes to stderr"),
        ("1 / 1", ("raises-exception",), "nothing was raised"),
    ],
)
def test_what_is_wrong_is_said_and_not_stored(chapter, source, tags, complaint):
    path = chapter((source, *tags))
    before = path.read_bytes()
    (found,) = script.refresh(path)
    assert complaint in found
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]

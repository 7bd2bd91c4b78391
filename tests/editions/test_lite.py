"""The site that computes in the browser is whole, and its kernel comes as far as NumPy.

The kernel is tried if DLFS_PYODIDE names a folder with Pyodide's files, of the release that the
installed kernel is made for. Without NumPy's wheel among them it is every step before; with the
full distribution the chapter is run, too.
"""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from editions import lite, lite_try
from scripts.notebooks import linking
from tests.browser import lab

pytest.importorskip("jupyterlite_core", reason="JupyterLite is not installed: `make lite` does it")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PYODIDE, CHAPTER = os.environ.get("DLFS_PYODIDE"), lab.CHAPTERS[0].name
WIDGETS = """
import anywidget, ipywidgets, traitlets
class Shown(anywidget.AnyWidget):
    _esm = '''export default {render({model, el}) {
        model.on('change:n', () => { el.textContent = 'ten times it: ' + model.get('n'); });
    }}'''
    n = traitlets.Int().tag(sync=True)
slider, shown = ipywidgets.IntSlider(3), Shown()
slider.observe(lambda change: shown.set_trait("n", 10 * change.new), "value")
ipywidgets.VBox([slider, shown])
"""
INSERT = f"""source => {{
    const notebook = {lite_try.NOTEBOOK}.content;
    notebook.model.sharedModel.insertCell(0, {{cell_type: 'code', source}});
    notebook.activeCellIndex = 0;
    return window.jupyterapp.commands.execute('notebook:run-cell');
}}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """It lies in a folder, as on a host where the book lies above it."""
    folder = tmp_path_factory.mktemp("site") / "lite"
    lite.build(folder, pyodide="./pyodide/pyodide.mjs" if PYODIDE else None)
    if PYODIDE:
        (folder / "pyodide").symlink_to(Path(PYODIDE).resolve())
    return folder


def test_the_chapters_are_in_it_untouched_and_so_is_what_they_link_to(site):
    chapters = site / "files" / "chapters"
    stored = {path.name: path.read_bytes() for path in chapters.iterdir()}
    assert stored == {path.name: path.read_bytes() for path in lab.CHAPTERS}
    links = {link.partition("#")[0] for _, _, link in linking(lab.CHAPTERS)[1]}
    assert links and not [link for link in links if not (chapters / link).is_file()]
    entries = re.findall(r'href="(.+?)\?path=(.+?)"', (site / "index.html").read_text())
    assert len(entries) == len(lab.CHAPTERS)
    assert all((site / p).is_file() and (site / "files" / n).is_file() for p, n in entries)


def test_a_kernel_finds_this_checkout_and_every_other_wheel_in_the_site(site):
    told = json.loads((site / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    packages = told["litePluginSettings"][f"{lite.KERNEL}:kernel"]["loadPyodideOptions"]["packages"]
    wheels = [site / "extensions" / lite.KERNEL / "static" / p for p in packages if "/" in p]
    assert len(wheels) == len(lite.OF_THE_LOCK) + 1
    assert all(wheel.is_file() for wheel in wheels)
    (ours,) = (wheel for wheel in wheels if wheel.name.startswith("deep_learning"))
    with zipfile.ZipFile(ours) as wheel:
        for folder in ("common", "dataset", "panels", "exercises"):
            paths = [p for p in (lab.ROOT / folder).rglob("*.*") if p.suffix != ".pyc"]
            for path in filter(Path.is_file, paths):
                assert wheel.read(path.relative_to(lab.ROOT).as_posix()) == path.read_bytes()


@pytest.mark.browser
@pytest.mark.skipif(not PYODIDE, reason="DLFS_PYODIDE names no folder with Pyodide's files")
def test_a_kernel_starts_without_another_host_and_lacks_nothing_but_numpy(site):
    with (
        lite_try.served(site.parent) as address,
        lite_try.opened(f"{address}/lite", CHAPTER, flags=lab.FLAGS) as page,
    ):
        if any(Path(PYODIDE).glob("numpy-*.whl")):
            assert not lite_try.faults(page, CHAPTER)
            return
        said = lite_try.answer(page, "import companion")
        assert re.search(r"because it lacks (.+);", said)[1] == "numpy, matplotlib"
        thread = "import threading; t = threading.Thread(target=print); t.start()"
        assert "RuntimeError" in lite_try.answer(page, thread), "exercises/bounded.py counts on it"
        loop = "import asyncio; print(t.ident, asyncio.get_running_loop().is_running())"
        assert lite_try.answer(page, loop) == "None True\n", "panels/shell/run.py counts on it"
        page.evaluate(INSERT, WIDGETS)
        page.locator(".noUi-handle").first.press("ArrowRight")
        page.get_by_text("ten times it: 40", exact=True).wait_for()
        assert lite_try.faults(page, CHAPTER), "it finds what is wrong"

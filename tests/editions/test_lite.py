"""The site that computes in the browser is whole, and its kernel comes as far as NumPy.

The kernel is tried where the environment variable DLFS_PYODIDE names a folder with Pyodide's files,
of the release that editions/lite.py builds for. NumPy for it is only in the full distribution; with
that, the chapter is run as well, and without it every step before.
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

pytest.importorskip("jupyterlite_core", reason="JupyterLite is not installed: make lite does it")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PYODIDE = os.environ.get("DLFS_PYODIDE")
CHAPTER = "ch03_neural_net.ipynb"
WIDGETS = """
import anywidget, ipywidgets, traitlets
class Shown(anywidget.AnyWidget):
    _esm = '''export default {render({model, el}) {
        const say = () => { el.textContent = 'ten times it: ' + model.get('n'); };
        model.on('change:n', say);
    }}'''
    n = traitlets.Int().tag(sync=True)
slider, shown = ipywidgets.IntSlider(3), Shown()
slider.observe(lambda change: shown.set_trait("n", 10 * change.new), "value")
ipywidgets.VBox([slider, shown])
"""
NO_THREADS = """
import threading
thread = threading.Thread(target=print)
try: thread.start()
except RuntimeError: print(thread.ident)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """It lies in a folder, as on a host where the book lies above it."""
    folder = tmp_path_factory.mktemp("site") / "lite"
    lite.build(folder, pyodide="./pyodide/pyodide.mjs" if PYODIDE else None)
    if PYODIDE:
        (folder / "pyodide").symlink_to(Path(PYODIDE).resolve())
    return folder


def test_the_chapters_are_in_it_untouched_and_so_is_what_they_link_to(site):
    names = {path.name for path in lab.CHAPTERS}
    assert names == {path.name for path in (site / "files" / "chapters").iterdir()}
    for path in lab.CHAPTERS:
        assert (site / "files" / "chapters" / path.name).read_bytes() == path.read_bytes()
    links = {link.partition("#")[0] for _, _, link in linking(lab.CHAPTERS)[1]}
    assert len(links) > 10
    assert not [link for link in links if not (site / "files" / "chapters" / link).is_file()]


def test_a_kernel_finds_this_checkout_and_every_wheel_in_the_site(site):
    told = json.loads((site / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    kernel = told["litePluginSettings"][f"{lite.KERNEL}:kernel"]
    worker = site / "extensions" / lite.KERNEL / "static"
    wheels = [p for p in kernel["loadPyodideOptions"]["packages"] if p.endswith(".whl")]
    assert len(wheels) == len(lite.OF_THE_LOCK) + 1
    assert not [wheel for wheel in wheels if not (worker / wheel).is_file()]
    (ours,) = (site / "pypi").glob("deep_learning*.whl")
    assert "deep-learning-from-scratch-companion" in (site / "pypi" / "all.json").read_text("utf-8")
    with zipfile.ZipFile(ours) as wheel:
        for pattern in ("common/*.py", "dataset/*", "panels/**/*.*", "exercises/**/*.py"):
            files = [p for p in lab.ROOT.glob(pattern) if p.is_file()]
            assert files
            for path in files:
                if path.suffix != ".pyc":
                    assert wheel.read(path.relative_to(lab.ROOT).as_posix()) == path.read_bytes()


@pytest.mark.browser
@pytest.mark.skipif(not PYODIDE, reason="DLFS_PYODIDE names no folder with Pyodide's files")
def test_a_kernel_starts_without_another_host_and_lacks_nothing_but_numpy(site):
    with (
        lite_try.served(site.parent) as address,
        lite_try.opened(f"{address}/lite", CHAPTER, flags=lab.FLAGS) as page,
    ):
        if any(Path(PYODIDE).glob("numpy-*.whl")):
            assert not lite_try.complaints(page, CHAPTER)
            return
        said = lite_try.answer(page, "import companion")
        assert re.search(r"because it lacks (.+);", said)[1] == "numpy, matplotlib"
        assert "No module named 'numpy'" in lite_try.answer(page, "import common.functions")
        # exercises/bounded.py and a run's `get_running_loop` count on these two
        assert lite_try.answer(page, NO_THREADS) == "None\n"
        running = "import asyncio; print(asyncio.get_running_loop().is_running())"
        assert lite_try.answer(page, running) == "True\n"
        page.evaluate(
            f"""source => {{
                const notebook = {lite_try.NOTEBOOK}.content;
                notebook.model.sharedModel.insertCell(0, {{cell_type: 'code', source}});
                notebook.activeCellIndex = 0;
                return window.jupyterapp.commands.execute('notebook:run-cell');
            }}""",
            WIDGETS,
        )
        page.locator(".noUi-handle").first.press("ArrowRight")
        page.get_by_text("ten times it: 40", exact=True).wait_for()

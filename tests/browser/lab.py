"""A notebook in JupyterLab in headless Chromium: what test_browser.py and `make bench` drive.

`find_chromium` finds the browser, `jupyterlab` starts one server on 127.0.0.1, `open_notebook`
opens a notebook there and runs all its cells, `Notebook` and `PanelOnPage` are what the page shows.
`every_panel` writes a notebook of all panels, and of an exercise of each chapter.
"""

import contextlib
import functools
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from itertools import islice
from pathlib import Path

import nbformat
import psutil  # what every kernel needs, too
from nbformat.v4 import new_code_cell, new_notebook, new_output

from scripts.kernels import transport
from scripts.notebooks import exercises, linking
from scripts.soak import LEFT
from tests.browser.hands import EVERY_KIND

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
ALL = Path("all.ipynb")  # every_panel
LINKS = Path("links.ipynb")  # linking
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",  # containers and continuous integration run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # a page needs no network
]
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
START = "as at the start"  # the preset that every panel with presets has
ALL_CELLS = 180.0  # seconds for all cells of a chapter
PAGE = Path(__file__).with_name("page.js")
PATIENCE = 30.0  # seconds for one answer of a page; a machine under load takes its time


def find_chromium():
    """Return the path of Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


# ---- every panel, and an exercise of each chapter


def every_panel():
    """A notebook: each panel of the chapters once, and the first exercise of each chapter."""
    notebooks = {path.stem[:4]: nbformat.read(path, as_version=4) for path in CHAPTERS}
    said = new_output("display_data", metadata={"image/png": {"alt": "a panel"}})  # panel_cells
    first = "import companion\nimport numpy as np\nfrom tests.panels.table import PANELS"
    cells = [new_code_cell(first)]
    for name in sorted(set().union(*(panels_of(each.cells) for each in notebooks.values()))):
        cells.append(new_code_cell(f'PANELS["{name}"]()', outputs=[said]))
    for chapter, notebook in notebooks.items():
        for name, answer, verdict in islice(exercises(notebook), 1):
            answer.metadata["chapter"] = chapter
            cells.append(new_code_cell(f"from exercises.{chapter} import check_{name}"))
            cells += [answer, verdict]
    cells.append(new_code_cell(EVERY_KIND, outputs=[said]))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:04d}"
    return new_notebook(cells=cells, metadata=notebooks["ch03"].metadata)


def panels_of(cells):
    """The names of the functions that make these cells' panels."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return set(re.findall(r'\b(\w+_panel)(?:"\])?\(', code))


# ---- the server


class Server:
    """A running JupyterLab: `url(path)` and `ask(path)` speak to it."""

    def __init__(self, port, token, folder):
        self.base, self.token, self.folder = f"http://127.0.0.1:{port}", token, folder

    def url(self, path):
        return f"{self.base}/{path}?token={self.token}"

    def complaints(self):
        """How many exceptions the server and its kernels have logged."""
        return (self.folder / "server.log").read_text(errors="replace").count("Traceback")

    def last_words(self):
        """The end of what the server and its kernels have logged."""
        return (self.folder / "server.log").read_text(errors="replace")[-3000:]

    def ask(self, path):
        with urllib.request.urlopen(self.url(path), timeout=PATIENCE) as answer:
            return json.load(answer)

    def delete(self, path):
        gone = urllib.request.Request(self.url(path), method="DELETE")
        urllib.request.urlopen(gone, timeout=PATIENCE).close()


@contextlib.contextmanager
def jupyterlab(root=ROOT):
    """What `make lab` starts in a copy of this checkout. Ends with its kernels."""
    with tempfile.TemporaryDirectory(prefix="lab ", ignore_cleanup_errors=True) as name:
        folder, project = Path(name), Path(name) / "project"
        shutil.copytree(root, project, ignore=shutil.ignore_patterns(*LEFT, "workspaces"))
        nbformat.write(every_panel(), project / "chapters" / ALL)
        nbformat.write(linking(CHAPTERS)[0], project / "chapters" / LINKS)
        settings = folder / "settings/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings"
        settings.parent.mkdir(parents=True)
        settings.write_text('{"autosave": false}')  # several pages show one notebook here
        port = free_port()
        server = Server(port, secrets.token_hex(16), folder)
        homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
        surroundings = {
            **os.environ,
            **{home: str(folder / home.lower()) for home in homes},
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([str(project), str(project / "chapters")]),
        }
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            "--config=.jupyter/jupyter_lab_config.py",
            *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
            f"--IdentityProvider.token={server.token}",
            "--LabApp.expose_app_in_browser=True",
            f"--KernelManager.transport={transport(folder / 'jupyter_runtime_dir')}",
            "--ServerApp.shutdown_no_activity_timeout=3600",  # should nobody be left to end it
        ]
        with (folder / "server.log").open("w") as log:
            process = subprocess.Popen(
                command,
                cwd=project,
                env=surroundings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                _wait_for_server(server, process)
                yield server
            finally:
                end(process)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for_server(server, process):
    limit = time.monotonic() + 2 * PATIENCE
    while True:
        try:
            return server.ask("api/status")
        except OSError as error:
            if process.poll() is not None or time.monotonic() > limit:
                words = f"JupyterLab does not start ({error}):\n{server.last_words()}"
                raise RuntimeError(words) from None
            time.sleep(0.1)


def end(process, patience=10):
    """End the server, gently first, and then every kernel that it has left."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    if process.poll() is None:
        process.kill()
        process.wait()
    _, left = psutil.wait_procs(family, timeout=2)
    for kernel in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            kernel.kill()
    psutil.wait_procs(left, timeout=patience)


@contextlib.contextmanager
def browser(width=1400, height=1000):
    """Headless Chromium; its pages share one cache."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS, headless=True
        )
        try:
            yield chromium.new_context(viewport={"width": width, "height": height})
        finally:
            chromium.close()


# ---- a notebook


@contextlib.contextmanager
def open_page(server, chromium):
    """An empty page. When it closes, the kernels of what was opened in it end."""
    others = {session["id"] for session in server.ask("api/sessions")}
    page = chromium.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.add_init_script(path=PAGE)
    try:
        yield page
    finally:
        page.close()
        for session in server.ask("api/sessions"):
            if session["id"] not in others:
                server.delete(f"api/sessions/{session['id']}")


@contextlib.contextmanager
def open_notebook(server, chromium, path):
    """The notebook with a kernel of its own, all cells run."""
    with open_page(server, chromium) as page:
        notebook = Notebook(page, server, path)
        page.goto(server.url(f"lab/workspaces/{path.stem}/tree/chapters/{path.name}") + "&reset")
        notebook.wait_for_kernel()
        if page.locator("#jp-left-stack").is_visible():  # only the notebook, no files beside it
            notebook.command("application:toggle-left-area")
        page.locator("#jp-left-stack").wait_for(state="hidden")
        notebook.run_all()
        yield notebook


class Notebook:
    """A page with a notebook in JupyterLab."""

    def __init__(self, page, server, path):
        self.page, self.server, self.path = page, server, path
        self.notebook = nbformat.read(server.folder / "project/chapters" / path.name, as_version=4)
        self.complaints = []  # of the page's console
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def command(self, name, **arguments):
        """One of JupyterLab's commands, as its menus run them."""
        script = "([name, options]) => window.jupyterapp.commands.execute(name, options)"
        return self.page.evaluate(script, [name, arguments])

    def wait_for_kernel(self):
        """A kernel that this page is connected to, and idle: what runs before that is lost."""
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=2000 * PATIENCE)
        ready = "() => lab.kernel().join() === 'connected,idle'"
        self.page.wait_for_function(ready, timeout=2000 * PATIENCE)

    def run_all(self):
        """Every cell has run, and every panel is drawn."""
        self.command("notebook:run-all-cells")
        limit = time.monotonic() + ALL_CELLS
        while not self.page.evaluate("lab.allCellsRan()"):
            if time.monotonic() > limit:
                raise TimeoutError(f"{self.path.name}: {self.told()}")
            self.page.wait_for_timeout(100)
        self.page.wait_for_function(
            "count => document.querySelectorAll('.panel .panel-picture img').length >= count",
            arg=len(self.panel_cells),
        )

    def told(self):
        """What page, kernel and server say, for whoever reads that something took too long."""
        page = self.page.evaluate("[lab.prompts(), lab.errors(), lab.dialogs(), lab.kernel()]")
        return f"{page}\n{self.server.ask('api/sessions')}\n{self.server.last_words()}"

    def run(self, cell, source):
        """Type `source` into the cell with that number, run it and the one that follows."""
        editor = self.page.locator(f'.jp-Cell[data-windowed-list-index="{cell}"] .cm-content')
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")

    def interrupt(self):
        """Press the toolbar's button."""
        command = '[data-command="notebook:interrupt-kernel"]'
        self.page.locator(f".jp-NotebookPanel-toolbar {command}").first.click()

    @property
    def panel_cells(self):
        """The numbers of the cells whose stored output is a panel."""
        return [
            number
            for number, cell in enumerate(self.notebook.cells)
            if (panels_of([cell]) or cell.source == EVERY_KIND)
            and any("alt" in o.get("metadata", {}).get("image/png", {}) for o in cell.outputs)
        ]

    def panels(self):
        """Every panel of the page, in order."""
        cards = self.page.locator(".jp-OutputArea .panel")
        return [PanelOnPage(self.page, card) for card in cards.element_handles()]

    def set_theme(self, theme):
        script = (
            "theme => { window.jupyterapp.commands.execute('apputils:change-theme', {theme}); }"
        )
        self.page.evaluate(script, theme)
        self.page.wait_for_function(
            "theme => document.body.dataset.jpThemeName === theme", arg=theme
        )


# ---- a panel


class PanelOnPage:
    """One panel: its controls, what it shows, and how to wait for it to show something else."""

    def __init__(self, page, element):
        self.page, self.element = page, element
        self.title = element.get_attribute("aria-label")

    def ask(self, question):
        """The answer to one of the questions of page.js."""
        return self.element.evaluate(f"panel => lab.{question}(panel)")

    def state(self):
        return self.ask("state")

    def settled(self):
        """What it shows once everything that was asked for has come."""
        return self.ask("settled")

    def show(self):
        self.element.evaluate("panel => panel.scrollIntoView({block: 'center'})")
        return self

    def find(self, selector):
        """The visible elements of that kind among the controls, and in the picture."""
        parts = ":is(.panel-controls, .panel-frame)"
        found = self.element.query_selector_all(f"{parts} {selector}")
        return [each for each in found if each.is_visible()]

    # ---- waiting: whether it came to this, soon

    def _wait(self, script, *arguments, seconds=PATIENCE):
        from playwright.sync_api import TimeoutError as TooLate

        given = [self.element, *arguments]
        try:
            self.page.wait_for_function(script, arg=given, timeout=1000 * seconds, polling=20)
        except TooLate:
            return False
        return True

    def wait_for_change(self, before, parts=("picture", "sentence")):
        """What it shows differs from `before` in one of these parts."""
        return self._wait("given => lab.changed(...given)", before, list(parts))

    def wait_for_words(self, seconds=PATIENCE, **parts):
        """The parts named (button, sentence, …) say these words."""
        return self._wait("given => lab.says(...given)", parts, seconds=seconds)

    def wait_for(self, state):
        """It shows just this."""
        same = "([p, state]) => JSON.stringify(lab.state(p)) === JSON.stringify(state)"
        return self._wait(same, state)

    def heard(self):
        """Wait until the kernel has dealt with what was sent; a run may still go on."""
        for _ in range(3):
            self.page.evaluate("lab.heard()")

    def press_again(self, press, since):
        """Press the run button half a second after `since`: sooner it would be a double click."""
        self.page.wait_for_timeout(max(0, 1000 * (since + 0.5 - time.monotonic())))
        press()

    # ---- back to the start

    def has_reset(self):
        return bool(self._preset_choice() or self._reset_button())

    def reset(self, start):
        """Back to the start by Reset or by the preset of that name: does it look like that?

        It must have settled, or the page still waits for the kernel to name what is shown.
        """
        if choice := self._preset_choice():
            choice.select_option(index=options_of(choice).index(START))
        elif button := self._reset_button():
            button.click()
        return self.wait_for(start)

    @functools.cache  # noqa: B019, a panel lives as long as its page
    def _preset_choice(self):
        return next((c for c in self.find("select") if START in options_of(c)), None)

    @functools.cache  # noqa: B019
    def _reset_button(self):
        return next((b for b in self.find("> button") if b.text_content() == "Reset"), None)


def name_of(element):
    """A control's name, as a screen reader says it."""
    return element.evaluate("element => lab.nameOf(element)")


def at_its_end(handle):
    """Whether a slider's handle is as far right as it goes."""
    return handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")


def options_of(select):
    """A dropdown's words. (ipywidgets puts no-break spaces between them.)"""
    words = select.evaluate("e => [...e.options].map(option => option.textContent)")
    return [word.replace("\xa0", " ") for word in words]

"""Firefox and WebKit: chapter 3 runs, and its panels and each kind of control answer to hands.

Each is driven by what it speaks itself: Firefox WebDriver BiDi, WebKit WebDriver. The steps are the
same. Part of `make soak`; a browser that is missing is skipped, or fails as in test_browser.py.
"""

import contextlib
import functools
import json
import os
import shutil
import socket
import tempfile
import urllib.request
from subprocess import DEVNULL, PIPE, Popen

import nbformat
import pytest
import websocket

from scripts.notebooks import tags
from tests.browser import lab
from tests.browser.hands import EVERY_KIND, STEPS, ask, press, take, until, use

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]
WIDTH, HEIGHT = 1400, 1000
SLOW = 300  # seconds for one answer


def start(stack, *command, **options):
    """Start a program that lives as long as the stack."""
    process = stack.enter_context(
        Popen(command, **{"stdout": DEVNULL, "stderr": DEVNULL, **options})
    )
    stack.callback(lab.end, process)
    return process


def listens(port):
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


class Firefox:
    """Speaks WebDriver BiDi by itself."""

    wants = (("firefox", "firefox-esr"),)  # command, Debian's package

    def __init__(self, stack, folder):
        port = lab.free_port()
        start(
            stack, "firefox", "--headless", "--profile", folder, f"--remote-debugging-port={port}"
        )
        until(lambda: listens(port))
        address = f"ws://127.0.0.1:{port}/session"
        self.socket = websocket.create_connection(address, timeout=SLOW, suppress_origin=True)
        stack.callback(self.socket.close)
        self.send("session.new", capabilities={})
        # In the first tab the address bar has the focus, and a page would not get it.
        self.tab = {"context": self.send("browsingContext.create", type="tab")["context"]}
        size = {"width": WIDTH, "height": HEIGHT}
        self.send("browsingContext.setViewport", **self.tab, viewport=size)

    def send(self, method, **params):
        self.socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != 1:
            pass  # news of something else
        assert "result" in answer, answer
        return answer["result"]

    def open(self, url):
        self.send("browsingContext.navigate", **self.tab, url=url, wait="complete")

    def run(self, function):
        call = {"functionDeclaration": function, "target": self.tab, "awaitPromise": True}
        return self.send("script.callFunction", **call)["result"]["value"]

    def act(self, source):
        self.send("input.performActions", **self.tab, actions=[source])


class WebKit:
    """Has a driver that speaks WebDriver, and wants a display."""

    wants = (("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb"))

    def __init__(self, stack, folder):
        screen = ("-screen", "0", f"{WIDTH}x{HEIGHT}x24")
        xvfb = start(stack, "Xvfb", "-displayfd", "1", *screen, stdout=PIPE)
        display = {"DISPLAY": ":" + xvfb.stdout.readline().decode().strip()}
        port = lab.free_port()
        start(stack, "WebKitWebDriver", f"--port={port}", env={**os.environ, **display})
        until(lambda: listens(port))
        self.session = f"http://127.0.0.1:{port}/session"
        wanted = {"alwaysMatch": {"timeouts": {"script": 1000 * SLOW}}}
        self.session += "/" + self.send("", capabilities=wanted)["sessionId"]
        self.send("/window/rect", x=0, y=0, width=WIDTH, height=HEIGHT)

    def send(self, path, **params):
        told = json.dumps(params).encode()
        with urllib.request.urlopen(self.session + path, told, timeout=SLOW) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        self.send("/url", url=url)

    def run(self, function):
        return self.send("/execute/async", script=f"({function})().then(arguments[0])", args=[])

    def act(self, source):
        self.send("/actions", actions=[source])


# ---- chapter 3


@pytest.fixture(scope="module")
def server():
    with lab.jupyterlab() as running:
        yield running


@pytest.fixture(scope="module", params=[Firefox, WebKit], ids=lambda browser: browser.__name__)
def page(request):
    browser, name = request.param, request.param.__name__
    if missing := [package for each, package in browser.wants if not shutil.which(each)]:
        refuse = pytest.fail if os.environ.get("DLFS_REQUIRE_BROWSER") == "1" else pytest.skip
        refuse(f"no {name} (on Debian and Ubuntu: apt install {' '.join(missing)})")
    server = request.getfixturevalue("server")
    chapter = nbformat.read(lab.CHAPTERS[0], as_version=4)
    chapter.cells.append(nbformat.v4.new_code_cell(EVERY_KIND))
    path = f"chapters/{name}.ipynb"
    nbformat.write(chapter, server.folder / "project" / path)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        opened = browser(stack, folder)
        opened.open(server.url(f"lab/workspaces/{name}/tree/{path}"))
        ask(opened, lab.PAGE.read_text("utf-8"))
        ask(opened, "return lab.runAll(...given)", path)
        told = lambda: ask(opened, "return [lab.prompts(), lab.errors()]")
        drawn = lambda: ask(opened, "return lab.allPanelsDrawn('Every kind', 'A run')")
        until(drawn, told, 2 * lab.ALL_CELLS)
        yield opened


def test_all_cells_run_and_every_picture_is_sharp(page):
    cells = nbformat.read(lab.CHAPTERS[0], as_version=4).cells
    meant = [[i, "error"] for i, cell in enumerate(cells) if "raises-exception" in tags(cell)]
    complaints = ("error", "stderr")
    assert [each for each in ask(page, "return lab.outputs()") if each[1] in complaints] == meant
    panels = ask(page, "return lab.allLooks()")
    assert len(panels) >= 7
    for title, sharp, (width, height, colours, _) in panels:
        assert sharp and width > 300 and height > 150 and colours > 20, title


def test_a_panel_answers_to_each_kind_of_hand(page):
    for step in STEPS:
        take(page, *step)


def test_the_lecture_size_is_entered_and_left(page):
    widths = functools.partial(ask, page, "return lab.widths('Every kind')")  # panel, picture
    before = widths()
    use(page, "Every kind", "x", "press", ["f"])
    until(lambda: min(widths()) > 0.9 * WIDTH, widths)
    take(page, "Every kind", "plane", "drag", [(0.6, 0.4)], "'x': 6, 'y': 6,")
    assert ask(page, "return lab.isSharp(lab.panel('Every kind'))")
    press(page, "Escape")
    until(lambda: widths() == before, widths)
    take(page, "Every kind", "plane", "drag", [(0.3, 0.7)], "'x': 3, 'y': 3,")

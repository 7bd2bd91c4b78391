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
import time
import urllib.request
from subprocess import DEVNULL, PIPE, Popen

import nbformat
import pytest
import websocket

from scripts.notebooks import tags
from tests.browser import lab
from tests.browser.test_browser import FOUR

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]
WIDTH, HEIGHT = 1400, 1000
SLOW = 300  # seconds for one answer
KEYS = {"Enter": "\ue007", "Control": "\ue009", "Escape": "\ue00c"}
KEYS |= {"Left": "\ue012", "Up": "\ue013", "Right": "\ue014", "Down": "\ue015"}

# Beneath the chapter: a panel with each kind of control, and one that runs.
EVERY_KIND = """
import time
from types import SimpleNamespace
from panels.shell import *
from panels.shell.style import add_axes

def draw(figure, values):
    figure.clear()
    axes = add_axes(figure, (0.1, 0.1, 0.8, 0.8), label="plane")
    axes.set(xlim=(0, 10), ylim=(0, 10))
    axes.plot(values["x"], values["y"], "o")

def run(x):
    for step in range(10_000):
        time.sleep(0.01)
        yield SimpleNamespace(x=x, y=step % 10, progress=step / 10_000)

controls = {"x": slider("x", 0, 10, 1, 5), "y": slider("y", 0, 10, 1, 5),
    "power": log_slider("power", -4, 1, 0.25, 0.1), "kind": choice("kind", ["a", "b"]),
    "toggle": toggle("toggle"), "number": number("number", 1.0), "image": Stepper("image", 9),
    "table": NumberGrid("table", [[1.0, 2.0]]), "step": Scrubber("step", 3, interval=50)}
tell = lambda x, y, values: f"{x:.0f} and {y:.0f}"
display(Panel(title="Every kind", controls=controls, compute=dict, draw=draw, describe=str,
              touch={"plane": ("x", "y")}, hover={"plane": tell}),
        RunPanel(title="A run", controls={"x": slider("x", 0, 10, 1, 5)}, run=run,
                 draw=lambda figure, data: draw(figure, vars(data)), describe=str))
"""
HERE = [(0.5, 0.5)]
# Panel, how its control's name begins, a way to use it, keys or places in its box, what is said.
STEPS = [
    ("Every kind", "x", "press", ["Right"], "'x': 6,"),
    ("Every kind", "x", "drag", [(0.6, 0.5), (0.2, 0.5)], "'x': 2,"),
    ("Every kind", "x", "drag", [(0.8, 0.5)], "'x': 8,"),
    ("Every kind", "x: value", "type", "3", "'x': 3,"),
    ("Every kind", "power", "press", ["Left"], "'power': 0.05"),
    ("Every kind", "power: value", "type", "1/1000", "'power': 0.001,"),
    ("Every kind", "kind", "press", ["Down"], "'kind': 'b'"),
    ("Every kind", "toggle", "press", [" "], "'toggle': True"),
    ("Every kind", "toggle", "drag", HERE, "'toggle': False"),
    ("Every kind", "number", "type", "1,5", "'number': 1.5"),
    ("Every kind", "number", "press", ["Up"], "'number': 2.5"),
    ("Every kind", "row 1, column 2", "type", "−7", "[[1.0, -7.0]]"),
    ("Every kind", "step: play", "drag", HERE, "'step': 3"),
    ("Every kind", "next", "drag", HERE, "'image': 1"),
    ("Every kind", "image", "type", "4", "'image': 4"),
    ("Every kind", "plane", "drag", [(0.3, 0.7), (0.2, 0.9)], "'x': 2, 'y': 1,"),
    ("Every kind", "plane", "press", ["Right", "Up", "Up"], "'x': 3, 'y': 3,"),
    ("Every kind", "plane", "hover", [(0.2, 0.2), (0.4, 0.4)], "4 and 6"),
    ("Every kind", "Reset", "drag", HERE, "'x': 5, 'y': 5, 'power': 0.1,"),
    ("A run", "Run", "drag", HERE, "running"),
    ("Draw a digit", "Clear", "drag", HERE, "Nothing is drawn yet."),
    ("Draw a digit", "drawing", "drag", FOUR[0], "Read as "),
    ("Draw a digit", "drawing", "drag", FOUR[1], "Read as 4 with"),
    ("A run", "Stop", "drag", HERE, "stopped"),
]
# ---- two browsers


def until(ask, told=lambda: "", seconds=lab.PATIENCE):
    """The answer of `ask`, once it is one."""
    limit = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < limit, told()
        time.sleep(0.2)
    return answer


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


# ---- what the steps do


def ask(page, script, *given):
    """What `script`, the body of an async function of `given`, returns."""
    answer = f"(async given => {{ {script} }})({json.dumps(given)})"
    either = "answer => [answer], error => [0, `${error} ${error.stack}`]"
    answer, *error = json.loads(
        page.run(f"async () => JSON.stringify(await {answer}.then({either}))")
    )
    assert not error, error[0]
    return answer


def press(page, *keys):
    """Press keys, one after the other; those of a tuple together."""
    events = []
    for key in keys:
        chord = [KEYS.get(each, each) for each in ((key,) if isinstance(key, str) else key)]
        events += [{"type": "keyDown", "value": each} for each in chord]
        events += [{"type": "keyUp", "value": each} for each in chord]
    page.act({"type": "key", "id": "keys", "actions": events})


def move(page, box, places, down=True):
    """Move the mouse to these shares of the box, with its button down from the first on."""
    events = []
    for x, y in places:
        x, y = box["left"] + x * box["width"], box["top"] + y * box["height"]
        events.append({"type": "pointerMove", "x": round(x), "y": round(y), "duration": 100})
    if down:
        events.insert(1, {"type": "pointerDown", "button": 0})
        events.append({"type": "pointerUp", "button": 0})
    page.act({"type": "pointer", "id": "mouse", "actions": events})


def take(page, panel, control, way, how, said):
    """Take a step: until the panel says these words."""
    use(page, panel, control, way, how)
    told = functools.partial(ask, page, "return lab.words(...given)", panel)
    until(lambda: said in told(), lambda: (control, way, how, told()))


def use(page, panel, control, way, how):
    box = ask(page, "return lab.reach(...given)", panel, control)
    if way == "press":
        press(page, *how)
    elif way == "type":
        press(page, ("Control", "a"), *how, "Enter")
    else:
        move(page, box, how, down=way == "drag")


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

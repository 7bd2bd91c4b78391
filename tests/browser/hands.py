"""Each kind of control by hand, in any browser: the steps, and how one is taken.

A browser has `run`, for JavaScript, and `act`, for actions as WebDriver says them.
"""

import functools
import json
import time

KEYS = {"Enter": "\ue007", "Control": "\ue009", "Escape": "\ue00c"}
KEYS |= {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}

FOUR = [[(0.35, 0.2), (0.25, 0.55), (0.72, 0.55)], [(0.62, 0.2), (0.6, 0.85)]]  # shares of a side

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
    ("Every kind", "x", "press", ["ArrowRight"], "'x': 6,"),
    ("Every kind", "x", "drag", [(0.6, 0.5), (0.2, 0.5)], "'x': 2,"),
    ("Every kind", "x", "drag", [(0.8, 0.5)], "'x': 8,"),
    ("Every kind", "x: value", "type", "3", "'x': 3,"),
    ("Every kind", "power", "press", ["ArrowLeft"], "'power': 0.05"),
    ("Every kind", "power: value", "type", "1/1000", "'power': 0.001,"),
    ("Every kind", "kind", "press", ["ArrowDown"], "'kind': 'b'"),
    ("Every kind", "toggle", "press", [" "], "'toggle': True"),
    ("Every kind", "toggle", "drag", HERE, "'toggle': False"),
    ("Every kind", "number", "type", "1,5", "'number': 1.5"),
    ("Every kind", "number", "press", ["ArrowUp"], "'number': 2.5"),
    ("Every kind", "row 1, column 2", "type", "−7", "[[1.0, -7.0]]"),
    ("Every kind", "step: play", "drag", HERE, "'step': 3"),
    ("Every kind", "step: back to start", "drag", HERE, "'step': 0"),
    ("Every kind", "next", "drag", HERE, "'image': 1"),
    ("Every kind", "image", "type", "4", "'image': 4"),
    ("Every kind", "plane", "drag", [(0.3, 0.7), (0.2, 0.9)], "'x': 2, 'y': 1,"),
    ("Every kind", "plane", "press", ["ArrowRight", "ArrowUp", "ArrowUp"], "'x': 3, 'y': 3,"),
    ("Every kind", "plane", "hover", [(0.2, 0.2), (0.4, 0.4)], "4 and 6"),
    ("Every kind", "Reset", "drag", HERE, "'x': 5, 'y': 5, 'power': 0.1,"),
    ("A run", "Run", "drag", HERE, "running"),
    ("Draw a digit", "Clear", "drag", HERE, "Nothing is drawn yet."),
    ("Draw a digit", "drawing", "drag", FOUR[0], "Read as "),
    ("Draw a digit", "drawing", "drag", FOUR[1], "Read as 4 with"),
    ("A run", "Stop", "drag", HERE, "stopped"),
]
# ---- two browsers


def until(ask, told=lambda: "", seconds=30):
    """The answer of `ask`, once it is one."""
    limit = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < limit, told()
        time.sleep(0.2)
    return answer


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

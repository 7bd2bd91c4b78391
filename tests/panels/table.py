"""The panels that tests sweep: all that panels/ holds, and toys with what no chapter uses.

A panel that can be built without arguments is found by itself. One that needs arrays gets a line
in NEEDY; a new kind of control gets a case in `grid`.
"""

import importlib
import inspect
import itertools
import time
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from common.simple_convnet import SimpleConvNet
from dataset.mnist import load_mnist
from dataset.weights import load_weights
from panels import shell
from panels.ch03_draw import EMPTY, STROKES, Canvas, draw_panel, example_digit
from panels.ch04_training import FirstWeights
from panels.ch05_layers import AddLayer, MulLayer
from panels.ch05_nodes import Graph
from panels.ch05_pencil_answers import Answers
from panels.ch06_init_lab import Keep

FOLDER = Path(__file__).parents[2] / "panels"
WEIGHTS = load_weights("ch03_sigmoid")
IMAGES, LABELS = load_mnist()[1]
DIGITS = (IMAGES, LABELS, IMAGES, LABELS)  # to train on; few, as hardly anything is trained here
MAPS = IMAGES[:100].reshape(-1, 1, 28, 28)
NETS = {
    name: SimpleConvNet(rng=seed, dtype=np.float32, weight_init_std="he")
    for seed, name in enumerate(("one", "other"))
}

NEEDY = {  # the arrays of panels that are made from some
    "classify_panel": (IMAGES, LABELS, WEIGHTS),
    "draw_panel": (WEIGHTS,),
    "training_panel": DIGITS,
    "overfit_panel": DIGITS,
    "search_panel": DIGITS,
    "feature_maps_panel": (MAPS, LABELS[:100], NETS),
    "pooling_panel": (MAPS, LABELS[:100], NETS),
    "filter_panel": (MAPS, LABELS[:100], NETS),
}
OWN = [("q", AddLayer(), "x", "y"), ("f", MulLayer(), "q", "z")]
OTHERS = {  # what else a panel is made from in the chapters: its name and more, arrays, words
    # image 0 happens to be a mistake, which would look the same among mistakes
    "classify_panel": (NEEDY["classify_panel"], {"number": 1}),
    "training_panel with presets": (DIGITS, {"hide": "optimizer"}),
    "graph_panel of a fork": (["fork"], {}),
    "graph_panel of five inputs": (["sigmoid neuron"], {}),
    "graph_panel of one's own": ([Graph({"x": -2, "y": 5, "z": -4}, OWN)], {}),
    "feature_maps_panel": (NEEDY["feature_maps_panel"], {"drawing": draw_panel(WEIGHTS)}),
    "filter_panel": (NEEDY["filter_panel"], {"drawing": draw_panel(WEIGHTS)}),
}


def find():
    """name -> function, for every function x_panel in the files of panels/."""
    found = {}
    for path in sorted(FOLDER.glob("ch*.py")):
        module = importlib.import_module(f"panels.{path.stem}")
        for name, value in vars(module).items():
            if name.endswith("_panel") and getattr(value, "__module__", "") == module.__name__:
                found[name] = value
    return found


def needs_arguments(make):
    parts = inspect.signature(make).parameters.values()
    return any(part.default is part.empty and part.kind != part.VAR_KEYWORD for part in parts)


FOUND = find()
PANELS = {
    **{name: make for name, make in FOUND.items() if not needs_arguments(make)},
    **{name: partial(FOUND[name], *arrays) for name, arrays in NEEDY.items()},
    **{
        name: partial(FOUND[name.split()[0]], *arrays, **words)
        for name, (arrays, words) in OTHERS.items()
    },
}


@cache
def shared(name):
    """A panel, built once for all tests that put it back by `reset`."""
    return PANELS[name]()


def grid(control):
    """Every value that a control can take (a sample, where there is no end of them)."""
    if isinstance(control, widgets.FloatLogSlider):
        count = round((control.max - control.min) / control.step) + 1
        return [float(control.base**x) for x in np.linspace(control.min, control.max, count)]
    if isinstance(control, (widgets.FloatSlider, widgets.IntSlider)):
        count = round((control.max - control.min) / control.step) + 1
        values = np.round(control.min + np.arange(count) * control.step, 9)
        return [type(control.value)(value) for value in values]
    if isinstance(control, Keep):
        return [(), ("He", "ReLU", (3, 30, 0), False), ("Xavier", "tanh", (10, 10, 1), True)]
    if isinstance(control, Answers):
        one = ("hidden", "s[0]", 0.5)
        return [(), ("hidden",), one, (*one, "W2[0, 0]", 3.0), ("hidden", "W2[0, 0]", 1e300)]
    if isinstance(control, shell.Several):  # each part over its grid, the others as they are
        grids, now = [grid(part) for part in control.parts], control.value
        moved = [(*now[:i], x, *now[i + 1 :]) for i, row in enumerate(grids) for x in row]
        return [tuple(row[0] for row in grids), *moved, tuple(row[-1] for row in grids)]
    if isinstance(control, FirstWeights):
        return [*grid(control.std), *grid(control.rule)[1:]]
    if isinstance(control, (shell.Scrubber, shell.Stepper)):
        return list(range(control.min, control.max + 1))
    if isinstance(control, widgets.Dropdown):
        return [value for _label, value in control._options_full]
    if isinstance(control, widgets.Checkbox):
        return [False, True]
    if isinstance(control, shell.Number):
        return [0.0, 1.0, -1.0, 1e300]
    if isinstance(control, shell.NumberGrid):
        shape = np.shape(control.value)
        return [control.value] + [np.full(shape, x).tolist() for x in (0.0, 1.5, -1e300)]
    if isinstance(control, Canvas):
        dot, line = bytes([0] * 300 + [9] + [0] * 483), bytes(([255] + [0] * 27) * 28)
        return [EMPTY, bytes([255] * 784), dot, line, *map(example_digit, STROKES)]
    kind = type(control).__name__
    raise TypeError(f"Which values can a {kind} take? Add a case to grid in tests/panels/table.py.")


def same(one, other):
    """Two results of compute, compared in depth."""
    return _plain(one) == _plain(other)


def _plain(value):
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, dict):
        return [(key, _plain(entry)) for key, entry in value.items()]
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    return repr(value)


def is_one_sentence(text):
    return 10 < len(text) <= 300 and "\n" not in text and "bug" not in text and "{" not in text


# Toys, for what the shell does whoever uses it.


class Toy(NamedTuple):
    step: int
    total: float


def compute_toy(step, rate, table, count):
    if count < 0:
        raise ValueError(f"count is {count}; it counts things, so choose 0 or more.")
    return Toy(step, np.exp(rate) * np.sum(table) * count)  # exp(1000) is infinite


def draw_toy(figure, data):
    figure.clear()
    figure.text(0.1, 0.5, f"{data.step}: {data.total}")


def toy_panel(**options):
    given = {
        "title": 'A <toy> & its "grid"',
        "controls": {
            "step": shell.Scrubber("step", 5),
            "rate": shell.log_slider("rate", -3, 3, 1, 1.0),
            "table": shell.NumberGrid("numbers", np.arange(6).reshape(2, 3)),
            "count": shell.number("count", 2),
        },
        "compute": compute_toy,
        "draw": draw_toy,
        "describe": lambda data: f"step {data.step}, sum {data.total} <b>",
        "presets": {"twice": {"rate": 10.0, "count": 4}, "also twice": {"rate": 10.0, "count": 4}},
        "figsize": (2, 1),
    }
    return shell.Panel(**{**given, **options})


class Run(NamedTuple):
    progress: float
    total: int


def run_toy(steps):
    """A run that can go wrong in two ways."""
    yield Run(0.0, 0)
    for i in range(steps):
        if i == 50:
            raise ValueError("50 steps are too many.")
        if i == 30 and steps == 40:
            raise KeyError("a bug")
        time.sleep(0.003)
        yield Run((i + 1) / steps, i + 1)


def endless(steps):
    for i in itertools.count():
        yield Run(min(i / 10**9, 1.0), i)


def toy_run_panel(title="Toy run", run=run_toy):
    return shell.RunPanel(
        title=title,
        controls={"steps": shell.slider("steps", 1, 100, 1, 20)},
        run=run,
        draw=lambda figure, data: (figure.clear(), figure.text(0.5, 0.5, str(data.total))),
        describe=lambda data: f"{data.total} steps ({data.progress:.0%})",
        figsize=(2, 1),
    )

"""A panel's controls in plain words and numbers, for pages that make controls of their own."""

from gettext import gettext as _
from types import SimpleNamespace

import numpy as np

from .controls import Several, Stepper
from .frames import in_sight
from .typed import NumberGrid

PROGRESS = SimpleNamespace(readout_format=".0%", play=SimpleNamespace(interval=400))


def parts(panel, values):
    """The parts of a state: label, widget, whether a hand moves it, value."""
    moved = dict(in_sight(panel))
    for name, value in values.items():
        widget, moves = panel.controls.get(name), name in moved
        if name == "progress":
            yield _("run"), PROGRESS, True, round(value, 3)
        elif isinstance(widget, Several):
            for part, one in zip(widget.parts, value, strict=True):
                yield part.description, part, moves, one
        elif isinstance(widget, NumberGrid) and not widget.resizes and np.size(value) <= 4:
            for (row, column), one in np.ndenumerate(value):
                yield widget._place({"row": row, "column": column}), None, moves, float(one)
        else:
            yield widget.description, widget, moves, value


def flat(panel, values):
    return [value for *_part, value in parts(panel, values)]


def described(label, widget, moved, values):
    """A control as the page makes it; and the order of its values."""
    order = list(range(len(values)))
    options = list(getattr(widget, "_options_full", ()))
    kind = "range"
    if options:
        kind, known = "select", [value for _label, value in options]
        order.sort(key=lambda i: known.index(values[i]))
        words = [options[known.index(value)][0] for value in values]
    elif all(isinstance(value, bool) for value in values):
        kind, words = "check", [str(value) for value in values]
        order.sort(key=lambda i: values[i])
    elif all(isinstance(value, (int, float, str)) for value in values):
        kind = "select" if any(isinstance(value, str) for value in values) else "range"
        order.sort(key=lambda i: (not isinstance(values[i], str), values[i]))
        form = getattr(widget, "readout_format", "g").replace("d", "g")
        words = [v if isinstance(v, str) else number(v, form) for v in values]
    elif widget is not None and hasattr(widget, "few"):  # shown, or hidden
        kind, label, words = "check", widget.hide.description, [str(bool(v)) for v in values]
        order.sort(key=lambda i: bool(values[i]))
    else:  # a table, a drawing, what was kept: presets alone change it
        moved, words = False, [""] * len(values)
    control = {
        "label": label,
        "kind": kind if moved else "fixed",
        "stops": [words[i] for i in order],
    }
    if isinstance(widget, Stepper):
        control["steps"] = True
    if hasattr(widget, "play"):
        control["play"] = max(250, widget.play.interval)  # as there are fewer steps
    return control, order


def number(value, form):
    return (str(value) if isinstance(value, int) else format(value, form)).replace("-", "−")

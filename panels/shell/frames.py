"""What a panel shows at chosen values, for pages that answer without Python."""

from typing import Any, NamedTuple

import ipywidgets as widgets
import numpy as np

from .picture import svg

EACH = 9  # values of one control around each preset and stop


class Frame(NamedTuple):
    """One state of a panel: the controls' values, the picture as an SVG, the words for it."""

    values: dict[str, Any]
    picture: bytes
    words: str


def frames(panel, each=EACH):
    """Yields the panel's states, each once: at its start, at its presets and stops, and around
    each of them one control at a time over `each` of its values. Leaves the panel as it was.
    """
    before, seen = panel.values, []
    try:
        for values in wanted(panel, each):
            try:
                panel.set(**values)
            except ValueError:  # these controls have no room for these values together
                continue
            if panel.values in seen:
                continue
            seen.append(panel.values)
            yield Frame(panel.values, svg(panel.figure), panel.message or panel.sentence)
    finally:
        panel.set(**before)


def recorded(panel, each=EACH):
    """Yields the states of a run from each of the named values: `each` of them, and the last."""
    before, shown = panel.values, panel.data
    try:
        for values in named(panel):
            panel.set(**values)
            reached = 0.0
            for data in panel._steps():
                if data.progress >= reached:
                    panel._show(data)
                    told = {**panel.values, "progress": data.progress}
                    yield Frame(told, svg(panel.figure), panel.message or panel.sentence)
                    reached = min(1.0, data.progress + 1 / each)
    finally:
        panel.set(**before)
        panel._show(shown)


def wanted(panel, each=EACH):
    """The values that `frames` goes through, the named ones first."""
    yield from named(panel)
    for base in named(panel):
        for name, control in panel.controls.items():
            yield from ({**base, name: value} for value in few(control, each))


def named(panel):
    """The values that the panel starts with, and those of its presets and stops."""
    start = panel.start_values
    return [start, *({**start, **some} for some in (*panel.presets.values(), *panel.stops))]


def few(control, each):
    """Some values of a control, its ends among them; none of a control without ends."""
    if isinstance(control, widgets.FloatLogSlider):
        steps = np.linspace(control.min, control.max, each)
        on_step = control.min + np.round((steps - control.min) / control.step) * control.step
        return [float(control.base**power) for power in on_step]
    if hasattr(control, "_options_full"):
        return [value for _label, value in control._options_full]
    if isinstance(control.value, bool):
        return [False, True]
    if hasattr(control, "min") and hasattr(control, "max"):
        step = getattr(control, "step", 1)
        count = round((control.max - control.min) / step)
        places = np.unique(np.linspace(0, count, min(each, count + 1)).round().astype(int))
        return [type(control.value)(round(control.min + int(k) * step, 9)) for k in places]
    return []

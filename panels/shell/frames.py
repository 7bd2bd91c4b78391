"""What a panel shows at chosen values, for pages that answer without Python."""

from copy import deepcopy
from itertools import product
from math import prod
from typing import Any, NamedTuple

import ipywidgets as widgets
import numpy as np

from .controls import Several
from .picture import svg
from .typed import Number, NumberGrid

EACH = 9  # values of one control around each preset and stop
WHOLE = 250  # up to so many combinations, all are shown


class Frame(NamedTuple):
    """One state of a panel: the controls' values, the picture as an SVG, the words for it."""

    values: dict[str, Any]
    picture: bytes
    words: str


class State(NamedTuple):
    """One state of a panel, not drawn yet; `asked` are the values that led to it."""

    asked: dict[str, Any]
    values: dict[str, Any]
    data: Any  # None where a message stands in for it
    words: str


def frames(panel, each=EACH):
    """Yields the panel's states, each once: at its start, at its presets and stops, and around
    each of them one control at a time over `each` of its values; of a panel with few combinations
    all. Leaves the panel as it was.
    """
    seen = []
    for state in states(panel, each):
        if state.values not in seen:
            seen.append(state.values)
            yield Frame(state.values, drawn(panel, state), state.words)


def states(panel, each=EACH):
    """The states of a panel that is brought to each in turn, undrawn. What is asked may end
    elsewhere, where one control follows another.
    """
    before, shown = panel.values, panel.data
    panel.undrawn = True
    try:
        for base, changes in wanted(panel, each):
            try:
                with panel._hold():
                    panel.set(**base)
                    for name, value in changes.items():
                        panel.set(**{name: value})
            except ValueError:  # these controls have no room for these values together
                continue
            data = None if panel.message else panel.data
            asked = {**base, **changes}
            yield State(asked, panel.values, data, panel.message or panel.sentence)
    finally:
        panel.set(**before)
        panel.undrawn = False
        panel._show(shown)


def drawn(panel, state):
    """The state's picture as an SVG."""
    if state.data is not None:  # else a message stands beneath the picture that was there
        with np.errstate(all="ignore"):
            panel.draw(panel.figure, state.data)
    return svg(panel.figure)


def recorded(panel, each=EACH):
    """Yields the states of a run from each of the named values, as frames."""
    for state in run_states(panel, each):
        yield Frame(state.values, drawn(panel, state), state.words)


def run_states(panel, each=EACH):
    """Runs the panel from each of the named values: `each` states on the way and the last, and this
    one as its views look at it. No run knows of another one.
    """
    before, shown = panel.values, panel.data
    memory = getattr(panel._generator_of, "keywords", {}).get("memory", {})
    remembered = dict(memory)

    def state(data):
        panel._show(data)
        told = {**panel.values, "progress": data.progress}
        return State(told, told, deepcopy(panel.data), panel.message or panel.sentence)

    panel.undrawn = True
    try:
        for values in named(panel):
            memory.clear()
            panel.set(**values)
            reached = 0.0
            for data in panel._steps():
                if data.progress >= reached:
                    yield state(data)
                    reached = min(1.0, data.progress + 1 / each)
            for name in getattr(panel, "_views", ()):
                if hasattr(panel.controls[name], "play"):
                    continue  # the run itself is looked back at
                for value in alone(panel.controls[name], each):
                    panel.set(**{name: value})
                    yield state(data)
                panel.set(**values)
    finally:
        memory.clear()
        memory.update(remembered)
        panel.set(**before)
        panel.undrawn = False
        panel._show(shown)


def wanted(panel, each=EACH):
    """The values that `states` goes through: those of a base, and what is then changed. The named
    ones come first.
    """
    bases, asked = named(panel), set()
    yield from ((base, {}) for base in bases)
    for base in bases:
        panel.set(**base)
        moved = [pair for pair in in_sight(panel) if few(pair[1], each)]
        whole = prod(len(alone(control, each)) for _name, control in moved) <= WHOLE
        everywhere = {
            name: alone(control, each)
            for name, control in moved
            if whole or hasattr(control, "everywhere")
        }
        changes = [{}]
        for name, control in moved:
            if name not in everywhere:
                changes += ({name: value} for value in few(control, each))
        for change in changes:
            walked = everywhere if whole or not change or base is bases[0] else {}
            for values in product(*walked.values()):
                both = {**change, **dict(zip(walked, values, strict=True))}
                if (key := repr({**base, **both})) not in asked:
                    asked.add(key)
                    yield base, both


def named(panel):
    """The values that the panel starts with, and those of its presets and stops."""
    start = panel.start_values
    return [start, *({**start, **some} for some in (*panel.presets.values(), *panel.stops))]


def in_sight(panel):
    """The names and controls that a hand can move."""
    rows = [control for shown in panel.visible_controls for control in parts(shown)]
    return [(name, control) for name, control in panel.controls.items() if control in rows]


def parts(shown):
    """A control, and those that stand in its row."""
    return [shown, *getattr(shown, "children", ())]


def alone(control, each):
    """`few` of a control of which all combinations are wanted."""
    if isinstance(control, Several):
        return list(product(*(few(part, each) for part in control.parts)))
    return few(control, each)


def few(control, each):
    """Some values of a control around where it is, its ends among them; of a control of several,
    one part at a time; of typed numbers those beside them, of a table's the opposite ones and 0.
    """
    value = control.value
    if hasattr(control, "few"):
        return control.few(each)
    if isinstance(control, Several):
        sets = [few(part, each) for part in control.parts]
        return [(*value[:k], one, *value[k + 1 :]) for k, some in enumerate(sets) for one in some]
    if isinstance(control, NumberGrid) and not control.resizes:
        table = np.array(value)
        cells = np.ndindex(table.shape) if table.size <= 4 else ()
        return [np.where(one_of(table, cell), new, table).tolist()
                for cell in cells for new in (-table[cell], 0.0, table[cell])]  # fmt: skip
    if isinstance(control, Number):
        return [round(value + k * control.step, 9) for k in range(-2, 3)]
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
        most = min(each * getattr(control, "times", 1), count + 1)
        places = np.unique(np.linspace(0, count, most).round().astype(int))
        return [type(control.value)(round(control.min + int(k) * step, 9)) for k in places]
    return []


def one_of(table, cell):
    """Where a table's one cell is."""
    here = np.zeros(table.shape, bool)
    here[cell] = True
    return here

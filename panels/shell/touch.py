"""A picture under the hand: a click, a drag or an arrow key on axes sets what they stand for.

`touch={"plane": ("x", "y")}` names axes by their label, `add_axes(…, label="plane")`, and the
controls that their x and y are; None for a direction that is none. A single name stands for a
pair, a `Several` of two. A function `grab(hand, values) -> {control: value}` decides by itself.
What comes of it is moved to the nearest value that a control can take.
`hover={"plane": tell}`: `tell(x, y, data) -> str` are the words beside a resting pointer.
"""

from gettext import gettext as _
from typing import Any, NamedTuple

import ipywidgets as widgets
import numpy as np


class Hand(NamedTuple):
    """Where the pointer is on the axes, in data; or how many steps arrow keys ask for."""

    x: float | None = None
    y: float | None = None
    dx: int = 0
    dy: int = 0
    down: Any = None  # (x, y) where a drag began; None for keys
    before: Any = None  # the controls' values then


class Hands:
    """What a panel's picture lets hands do. A page tells of them in messages, one at a time."""

    def __init__(self, panel, touch, hover):
        self.panel = panel
        self.touch, self.hover = dict(touch or {}), dict(hover or {})
        self._down = self._before = None

    def areas(self):
        """The axes that can be touched, as the page knows them: boxes in shares of the picture."""
        words = _("{name}: drag, or use the arrow keys")
        return [
            {
                "name": name,
                "words": words.format(name=axes.get_title(loc="left") or axes.get_title() or name),
                "box": [round(float(share), 4) for share in place(axes).bounds],
                "touch": name in self.touch,
                "hover": name in self.hover,
            }
            for axes in self.panel.figure.axes
            if axes.get_visible() and (name := axes.get_label()) in {**self.touch, **self.hover}
        ]

    def feel(self, told):
        """Does what the page tells: {"kind", "name", "x", "y"} -> words to show at the pointer.

        Of a pointer x and y are shares of the axes, of a key the number of steps.
        """
        name, kind = told["name"], told["kind"]
        axes = next((a for a in self.panel.figure.axes if a.get_label() == name), None)
        if axes is None:
            return ""  # the picture has changed since
        if kind == "key":
            hand = Hand(dx=int(told["x"]), dy=int(told["y"]), before=self.panel.values)
        else:
            point = at(axes, told["x"], told["y"])
            if kind == "hover":
                return str(self.hover[name](*point, self.panel.data)) if name in self.hover else ""
            if kind == "down" or self._down is None:
                self._down, self._before = point, self.panel.values
            hand = Hand(*point, down=self._down, before=self._before)
        self.panel.set(**self.meant(name, hand))
        return ""

    def meant(self, name, hand):
        """The controls' values that a hand on the axes of that name means."""
        target, controls = self.touch.get(name), self.panel.controls
        if target is None:
            return {}
        if callable(target):
            asked = target(hand, self.panel.values)
            return {key: nearest(controls[key], value) for key, value in asked.items()}
        pair = isinstance(target, str)
        chosen = controls[target].parts if pair else [controls.get(key) for key in target]
        keys = hand.x is None
        moves = (hand.dx, hand.dy) if keys else (hand.x, hand.y)
        values = [
            None if control is None else (stepped if keys else nearest)(control, move)
            for control, move in zip(chosen, moves, strict=True)
        ]
        if pair:
            return {target: tuple(values)}
        return {key: value for key, value in zip(target, values, strict=True) if key is not None}


def place(axes):
    """The axes' box in shares of the figure. (get_position() would have it all drawn anew.)"""
    return axes.bbox.transformed(axes.figure.transFigure.inverted())


def at(axes, x, y):
    """The place (x, y) in data, of shares (x, y) of the axes' box, 0 to 1 from the lower left."""
    inside = [min(max(float(share), 0.0), 1.0) for share in (x, y)]
    return tuple(map(float, axes.transData.inverted().transform(axes.transAxes.transform(inside))))


def nearest(control, value):
    """The value nearest to `value` that a control can take."""
    if parts := getattr(control, "parts", None):
        return tuple(nearest(part, one) for part, one in zip(parts, value, strict=True))
    low, high = getattr(control, "min", None), getattr(control, "max", None)
    if low is None or high is None:  # no numbers, or numbers without ends
        return value
    if isinstance(control, widgets.FloatLogSlider):
        power = np.log(max(value, 1e-300)) / np.log(control.base)
        return float(control.base ** _on_step(power, low, high, control.step))
    on_step = _on_step(value, low, high, getattr(control, "step", 1))
    return type(control.value)(on_step)


def _on_step(value, low, high, step):
    return round(min(max(low + round((value - low) / step) * step, low), high), 12)


def stepped(control, steps):
    """The value `steps` arrow keys away."""
    step = getattr(control, "step", 1)
    if isinstance(control, widgets.FloatLogSlider):
        return nearest(control, control.value * control.base ** (steps * step))
    return nearest(control, control.value + steps * step)

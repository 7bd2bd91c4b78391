"""ReLU as a switch for each number: what passed forwards lets the gradient back (book 5.5.1)."""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.layers import Relu

from .shell import NumberGrid, Panel, artists, layout_of
from .shell.style import BLACK, GREY, NORMAL, SMALL, add_axes, look

SHAPE = (2, 2)
VALUE, GRADIENT = look("value")["color"], look("gradient")["color"]


class Switches(NamedTuple):
    x: np.ndarray  # (2, 2)
    out: np.ndarray
    mask: np.ndarray  # True where the switch is open
    dout: np.ndarray
    dx: np.ndarray


def compute_relu_switch(x, dout):
    """One pass forwards and one backwards through the real layer."""
    x, dout = np.array(x, dtype=float), np.array(dout, dtype=float)
    layer = Relu()
    out = layer.forward(x)
    return Switches(x, out, layer.mask, dout, layer.backward(dout))


def draw_relu_switch(figure, data):
    art = artists(figure, _lay_out)
    for spot in np.ndindex(SHAPE):
        wire, is_open = art[spot], data.mask[spot]
        color = GREY if is_open else BLACK
        wire.blade.set_data([0.42, 0.55 if is_open else 0.58], [0.0, 0.26 if is_open else 0.0])
        wire.blade.set_color(color)
        wire.said.set_text(_("open") if is_open else _("closed"))
        wire.said.set_color(color)
        wire.x.set_text(_number("x = ", data.x[spot]))
        wire.out.set_text(_number("out = ", data.out[spot]))
        wire.dout.set_text(_number("dout = ", data.dout[spot]))
        wire.dx.set_text(_number("dx = ", data.dx[spot]))


def _number(name, value):
    return name + f"{value + 0:.4g}".replace("-", "−")


def _place(row, column):
    return f"row {row + 1}, column {column + 1}"


def _lay_out(figure):
    """The switches as in the table; on a narrow page one below the other."""
    narrow, wires = layout_of(figure) == "narrow", {}
    for row, column in np.ndindex(SHAPE):
        below = 0.75 - 0.25 * (2 * row + column)
        box = (0.0, below, 1.0, 0.24) if narrow else (0.5 * column, 0.5 - 0.5 * row, 0.5, 0.48)
        spot = _place(row, column)
        axes = add_axes(figure, box, frame=False, label=spot)
        axes.set(xlim=(0, 1), ylim=(-1, 1))
        for start, end in ((0.18, 0.42), (0.58, 0.82)):
            axes.plot([start, end], [0, 0], color=BLACK, linewidth=2)
        axes.plot([0.42, 0.58], [0, 0], "o", color=BLACK, markersize=6)
        (blade,) = axes.plot([], [], linewidth=3.5, animated=True)
        text = {"fontsize": NORMAL, "va": "center", "ha": "center", "animated": True}
        axes.text(0.5, 0.85, spot, color=GREY, fontsize=SMALL, ha="center")
        wires[row, column] = SimpleNamespace(
            blade=blade,
            said=axes.text(0.5, -0.22, "", **{**text, "fontsize": SMALL}),
            x=axes.text(0.14, 0.36, "", color=VALUE, **text),
            out=axes.text(0.86, 0.36, "", color=VALUE, **text),
            dx=axes.text(0.14, -0.42, "", color=GRADIENT, **text),
            dout=axes.text(0.86, -0.42, "", color=GRADIENT, **text),
        )
        for y, color, style in ((0.42, VALUE, "->"), (-0.42, GRADIENT, "<-")):
            arrow = {"arrowstyle": style, "color": color}
            axes.annotate("", (0.62, y), (0.38, y), arrowprops=arrow)
    return wires


def describe_relu_switch(data):
    closed = int((~data.mask).sum())
    text = _("{closed} of 4 switches are closed. mask = {mask}, dx = {dx}.").format(
        closed=closed, mask=_list(data.mask, str), dx=_list(data.dx, lambda value: f"{value + 0:g}")
    )
    if np.any(data.x == 0):
        text += " " + _("At x = 0, where ReLU has no slope, the layer opens the switch.")
    return text


def _list(table, form):
    rows = ("[" + ", ".join(form(value) for value in row) + "]" for row in table.tolist())
    return "[" + ", ".join(rows) + "]"


def _flip(row, column):
    """A click or an arrow to the side turns the sign of x there; up and down move it by a half."""

    def flip(hand, values):
        if hand.down is not None and (hand.x, hand.y) != hand.down:
            return {}  # a drag flips once
        x = [list(numbers) for numbers in values["x"]]
        x[row][column] = x[row][column] + hand.dy / 2 if hand.dy else -x[row][column]
        return {"x": x}

    return flip


def relu_switch_panel(*, hide=(), **start):
    """Four numbers and four gradients of your own through one ReLU layer."""
    panel = Panel(
        title=_("ReLU: a switch for each number"),
        controls={
            "x": NumberGrid(_("x"), [[1.0, -0.5], [-2.0, 3.0]]),
            "dout": NumberGrid(_("dout"), [[5.0, 6.0], [7.0, 8.0]]),
        },
        compute=compute_relu_switch,
        draw=draw_relu_switch,
        describe=describe_relu_switch,
        figsize=(8.4, 3.4),
        narrow=(3.6, 6.4),
        lecture=(7.2, 3.1),
        touch={_place(row, column): _flip(row, column) for row, column in np.ndindex(SHAPE)},
        hide=hide,
    )
    return panel.start(start)

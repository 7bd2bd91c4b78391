"""A gallery of activations: the function, its slope, and how much of its input saturates.

Saturated means here: the slope is less than 0.05 in size, so that hardly any change passes.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import (
    identity_function,
    relu,
    relu_grad,
    sigmoid,
    sigmoid_grad,
    step_function,
)

from .shell import Panel, artists, choice, layout_of, slider, toggle
from .shell.style import BLACK, GREY, LOOKS, NORMAL, ORANGE, SMALL, add_axes

FLAT = 0.05  # a slope below this, in size, counts as saturated
LEAK = 0.1  # the slope of Leaky ReLU below 0
X = np.linspace(-6, 6, 601)
REACH = 3.3  # standard deviations to each side: 99.9 % of a normal input
ENDS = (6, 8, 10, 13, 17, 22, 28, 33)  # of the axis of the input
PALE = "#FBE7BF"  # orange, on paper
TANGENT = 1.5  # half its length
Z = np.linspace(-6, 6, 4801)  # a standard normal input: places and their shares
SHARES = np.exp(-(Z**2) / 2) / np.exp(-(Z**2) / 2).sum()

# name -> (function, its derivative)
ACTIVATIONS = {
    "step": (step_function, np.zeros_like),
    "sigmoid": (sigmoid, sigmoid_grad),
    "ReLU": (relu, relu_grad),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "Leaky ReLU": (lambda x: np.where(x > 0, x, LEAK * x), lambda x: np.where(x > 0, 1.0, LEAK)),
    "identity": (identity_function, np.ones_like),
}


JUMPS = ("step",)  # drawn with a gap, not with a steep line
KINKS = ("ReLU", "Leaky ReLU")  # whose slope jumps


class Activation(NamedTuple):
    name: str
    scale: float  # standard deviation of the input
    a: float  # the point on the curve
    height: float  # h(a)
    tilt: float  # h'(a), nan where there is none
    tangent: np.ndarray  # (2, 2) from (x, y) to (x, y), through the point
    saturated: float  # share of the input, 0 to 1
    largest: float  # the largest slope
    shown: dict  # name -> (h(X), h'(X)), the chosen one and, to compare, the others
    flat: np.ndarray  # bool at X: is the slope nearly 0?
    inputs: np.ndarray  # places that are drawn of the input: as far as X, or as the input reaches
    density: np.ndarray  # of the input, at inputs; the largest is 1
    deaf: np.ndarray  # bool at inputs


def compute_activations(name, scale, a, compare):
    """The chosen activation over X and at a, and the share of a normal input where it is flat."""
    h, derivative = ACTIVATIONS[name]
    names = ACTIVATIONS if compare else [name]
    slope = derivative(X)
    a = round(a, 9) + 0.0
    height, tilt = (float(part(np.array([a]))[0]) for part in (h, derivative))
    tilt = np.nan if name in JUMPS and a == 0 else tilt
    along = np.array([-1, 1]) * TANGENT / np.hypot(1, tilt)
    inputs = np.linspace(-1, 1, 401) * end_of(scale)
    return Activation(
        name=name,
        scale=scale,
        a=a,
        height=height,
        tilt=tilt,
        tangent=np.stack([a + along, height + tilt * along], axis=1),
        saturated=float(SHARES[np.abs(derivative(scale * Z)) < FLAT].sum()),
        largest=float(slope.max()),
        shown={other: tuple(part(X) for part in ACTIVATIONS[other]) for other in names},
        flat=np.abs(slope) < FLAT,
        inputs=inputs,
        density=np.exp(-((inputs / scale) ** 2) / 2),
        deaf=np.abs(derivative(inputs)) < FLAT,
    )


def end_of(scale):
    """How far the axis of the input goes: a round number that has room for it."""
    return next(end for end in ENDS if end > REACH * scale - 1e-9)


def grab_input(hand, values):
    """The hand pulls the bell wider, on the axis as it was when it came down."""
    if hand.x is None:
        return {"scale": values["scale"] + 0.1 * hand.dx}
    return {"scale": abs(hand.x) / end_of(values["scale"]) * end_of(hand.before["scale"])}


def draw_activations(figure, data):
    art = artists(figure, _lay_out)
    for name in ACTIVATIONS:
        curves = data.shown.get(name, (X, X))
        for line, y, gaps in zip(art.lines[name], curves, (JUMPS, KINKS), strict=True):
            line.set_visible(name in data.shown)
            if name in data.shown:
                line.set_data(X, np.where(np.abs(X) < 1e-9, np.nan, y) if name in gaps else y)
                line.set_linewidth(3 if name == data.name else 1.4)
                line.set_zorder(3 if name == data.name else 2)
    for part in (art.key, *art.key.get_texts()):
        part.set_visible(len(data.shown) > 1)
    art.tangent.set_data(*data.tangent.T)
    art.points[0].set_data([data.a], [data.height])
    art.points[1].set_data([data.a], [data.tilt])
    art.density.set_data(data.inputs, data.density)
    art.spread.set_data([-data.scale, data.scale], 2 * [np.exp(-0.5)])
    end = data.inputs[-1]
    if art.given.get_xlim()[1] != end:
        tick = max(place for place in (4, 5, 10, 20) if place < 0.7 * end)
        art.given.set(xlim=(-end, end), xticks=[-tick, 0, tick])
    for area, x, heights in (
        (art.areas[0], X, np.where(data.flat, 1.25, -0.1)),
        (art.areas[1], data.inputs, np.where(data.deaf, data.density, 0)),
    ):
        floor = min(heights.min(), 0)
        area.set_xy(np.stack([np.r_[x[0], x, x[-1]], np.r_[floor, heights, floor]], axis=1))
    art.share.set_text(_("saturated {share:.1%}").format(share=data.saturated))


# Of the function, of its slope and of what comes in, in shares of the figure.
BOXES = {
    "normal": ((0.05, 0.24, 0.27, 0.66), (0.375, 0.24, 0.27, 0.66), (0.72, 0.24, 0.27, 0.66)),
    "narrow": ((0.15, 0.755, 0.8, 0.205), (0.15, 0.44, 0.8, 0.205), (0.15, 0.125, 0.8, 0.205)),
    "lecture": ((0.055, 0.28, 0.265, 0.61), (0.39, 0.28, 0.26, 0.61), (0.72, 0.28, 0.27, 0.61)),
}


def _lay_out(figure):
    boxes = BOXES[layout_of(figure)]
    titles = {"value": "h(a)", "slope": "h′(a)", "input": _("what comes in")}
    value, slope, given = (
        add_axes(figure, box, title=title, xlabel="a", label=label)
        for box, (label, title) in zip(boxes, titles.items(), strict=True)
    )
    value.set(ylim=(-1.6, 3.2), yticks=[-1, 0, 1, 2, 3])
    slope.set(ylim=(-0.1, 1.25), yticks=[0, 0.25, 1])
    given.set(yticks=[], ylim=(0, 1.25))
    for axes in (value, slope, given):
        axes.set(xlim=(-6, 6), xticks=[-4, 0, 4])
    moves = {"animated": True}
    for axes in (value, slope):  # drawn over what is hatched
        axes.axhline(0, color=GREY, linewidth=0.8, zorder=1.5, **moves)
        axes.axvline(0, color=GREY, linewidth=0.8, zorder=1.5, **moves)
    lines = {
        name: [
            axes.plot(X, X, color=color, linestyle=style, label=name, **moves)[0]
            for axes in (value, slope)
        ]
        for name, (color, style, _marker) in ((name, LOOKS[name]) for name in ACTIVATIONS)
    }
    rows = 2 if layout_of(figure) == "narrow" else 1
    key = figure.legend(
        handles=[pair[0] for pair in lines.values()], fontsize=SMALL, loc="lower center",
        ncols=len(lines) // rows, frameon=False, handlelength=1.8, columnspacing=1, borderpad=0,
    )  # fmt: skip
    key.set_animated(True)
    hatched = {"facecolor": PALE, "edgecolor": ORANGE, "linewidth": 0, "hatch": "//", **moves}
    dot = {"color": BLACK, "markersize": 9, "zorder": 5, "clip_on": False, **moves}
    return SimpleNamespace(
        given=given,
        lines=lines,
        key=key,
        tangent=value.plot([], [], color=BLACK, linewidth=1.8, zorder=4, **moves)[0],
        points=[axes.plot([], [], "o", **dot)[0] for axes in (value, slope)],
        density=given.plot([], [], color=BLACK, linewidth=1.5, **moves)[0],
        spread=given.plot([], [], "|-", linewidth=1, **dot)[0],
        areas=[
            slope.fill([0], [0], **hatched)[0],
            given.fill([0], [0], **hatched)[0],
        ],
        share=given.text(
            0.98,
            0.97,
            "",
            transform=given.transAxes,
            ha="right",
            va="top",
            fontsize=NORMAL,
            **moves,
        ),
    )


def describe_activations(data):
    share = _(
        "{name}: at a = {a:.1f} it is {height:.3f}, with {tilt}. Of inputs with standard "
        "deviation {scale:.1f}, {share:.1%} fall where the slope is below 0.05 in size (saturated, "
        "hatched)."
    ).format(
        name=data.name,
        a=data.a,
        height=data.height,
        tilt=_("slope {tilt:.3f}").format(tilt=data.tilt)
        if data.tilt == data.tilt
        else _("no slope"),
        scale=data.scale,
        share=data.saturated,
    )
    if data.name == "step":
        more = _("Its slope is 0 everywhere but at the jump, where it has none.")
    elif data.name == "ReLU":
        more = _("Its slope is 1 above 0 and 0 below; at 0 it has none, and 0 is used.")
    elif data.name == "Leaky ReLU":
        more = _("Its slope is 1 above 0 and {leak} below, so nothing dies.").format(leak=LEAK)
    elif data.name == "identity":
        more = _("Its slope is 1 everywhere, and it bends nothing.")
    else:
        more = _("Its largest slope is {largest:.2f}, at 0.").format(largest=data.largest)
    if len(data.shown) > 1:
        more += " " + _("The thin lines are the other activations.")
    return f"{share} {more}"


def activations_panel(*, hide=(), **start):
    """Choose an activation and the spread of its input."""
    panel = Panel(
        title=_("A gallery of activations"),
        controls={
            "name": choice(_("activation"), ACTIVATIONS.keys(), "sigmoid"),
            "scale": slider(_("spread of the input"), 0.1, 10.0, 0.1, 1.0),
            "a": slider(_("point a"), -6.0, 6.0, 0.1, 1.0),
            "compare": toggle(_("compare with the others")),
        },
        compute=compute_activations,
        draw=draw_activations,
        describe=describe_activations,
        figsize=(9.2, 3.5),
        narrow=(3.6, 7),
        lecture=(7.2, 2.8),
        touch={"value": ("a", None), "slope": ("a", None), "input": grab_input},
        stops=[{"a": 4.0}, *({"scale": 10.0, "name": name} for name in ACTIVATIONS)],
        hide=hide,
    )
    return panel.start(start)

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

from .shell import Panel, artists, choice, slider, toggle
from .shell.style import BLACK, GREY, LOOKS, ORANGE, SMALL, add_axes

FLAT = 0.05  # a slope below this, in size, counts as saturated
LEAK = 0.1  # the slope of Leaky ReLU below 0
X = np.linspace(-6, 6, 601)
REACH = 3.3  # standard deviations to each side: 99.9 % of a normal input
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
    saturated: float  # share of the input, 0 to 1
    largest: float  # the largest slope
    shown: dict  # name -> (h(X), h'(X)), the chosen one and, to compare, the others
    flat: np.ndarray  # bool at X: is the slope nearly 0?
    inputs: np.ndarray  # places that are drawn of the input: as far as X, or as the input reaches
    density: np.ndarray  # of the input, at inputs
    deaf: np.ndarray  # bool at inputs


def compute_activations(name, scale, compare):
    """The chosen activation over X, and the share of a normal input where it is flat."""
    derivative = ACTIVATIONS[name][1]
    names = ACTIVATIONS if compare else [name]
    slope = derivative(X)
    inputs = np.linspace(-1, 1, 1201) * max(X[-1], REACH * scale)
    return Activation(
        name=name,
        scale=scale,
        saturated=float(SHARES[np.abs(derivative(scale * Z)) < FLAT].sum()),
        largest=float(slope.max()),
        shown={other: tuple(part(X) for part in ACTIVATIONS[other]) for other in names},
        flat=np.abs(slope) < FLAT,
        inputs=inputs,
        density=np.exp(-((inputs / scale) ** 2) / 2) / (scale * np.sqrt(2 * np.pi)),
        deaf=np.abs(derivative(inputs)) < FLAT,
    )


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
    art.legend.set_visible(len(data.shown) > 1)
    art.density.set_data(data.inputs, data.density)
    end = data.inputs[-1]
    tick = max(place for place in (4, 5, 10, 20) if place < 0.7 * end)
    art.given.set(xlim=(-end, end), xticks=[-tick, 0, tick], ylim=(0, data.density.max() * 1.25))
    for area in art.areas:
        area.remove()
    look = {"color": ORANGE, "linewidth": 0, "hatch": "//"}
    art.areas[:] = (
        art.slope.fill_between(X, -0.1, 1.25, where=data.flat, alpha=0.3, **look),
        art.given.fill_between(data.inputs, 0, data.density, where=data.deaf, alpha=0.6, **look),
    )
    art.share.set_text(_("saturated {share:.1%}").format(share=data.saturated))


def _lay_out(figure):
    value = add_axes(figure, (0.05, 0.17, 0.27, 0.72), title="h(a)", xlabel="a")
    slope = add_axes(figure, (0.375, 0.17, 0.27, 0.72), title="h′(a)", xlabel="a")
    given = add_axes(
        figure, (0.72, 0.17, 0.27, 0.72), title=_("what comes in"), xlabel="a", ylabel=_("density")
    )
    value.set(ylim=(-1.6, 3.2), yticks=[-1, 0, 1, 2, 3])
    slope.set(ylim=(-0.1, 1.25), yticks=[0, 0.25, 1])
    given.set(yticks=[])
    for axes in (value, slope, given):
        axes.set(xlim=(-6, 6), xticks=[-4, 0, 4])
    for axes in (value, slope):
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.axvline(0, color=GREY, linewidth=0.8)
    lines = {
        name: [
            axes.plot(X, X, color=color, linestyle=style, label=name)[0] for axes in (value, slope)
        ]
        for name, (color, style, _marker) in ((name, LOOKS[name]) for name in ACTIVATIONS)
    }
    return SimpleNamespace(
        slope=slope,
        given=given,
        lines=lines,
        legend=value.legend(
            fontsize=SMALL - 1, loc="upper left", frameon=False, handlelength=2.6, borderaxespad=0
        ),
        density=given.plot(X, X, color=BLACK, linewidth=1.5)[0],
        areas=[],
        share=given.text(
            0.98, 0.97, "", transform=given.transAxes, ha="right", va="top", fontsize=SMALL + 1
        ),
    )


def describe_activations(data):
    share = _(
        "{name}: of inputs with standard deviation {scale:.1f}, {share:.1%} fall where the slope "
        "is below 0.05 in size (saturated, hatched)."
    ).format(name=data.name, scale=data.scale, share=data.saturated)
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
            "compare": toggle(_("compare with the others")),
        },
        compute=compute_activations,
        draw=draw_activations,
        describe=describe_activations,
        figsize=(9.2, 3.3),
        hide=hide,
    )
    return panel.start(start)

"""Dropout: every sample trains another, thinner network, and a unit hears as much as at the test.

The masks are those of the layer of `common`, a thousand samples in one batch (book 6.4.3).
"""

from functools import cache
from gettext import gettext as _
from itertools import pairwise
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from common.layers import Dropout

from .outlines import Letters
from .shell import Panel, Stepper, artists, layout_of, slider
from .shell.style import BLACK, GREY, LIGHT, LOOKS, NORMAL, SMALL, add_axes

UNITS = (4, 5, 5, 3)  # of the inputs, two hidden layers and the outputs
PLACES = [
    np.column_stack([np.full(n, layer), (n - 1) / 2 - np.arange(n)])
    for layer, n in enumerate(UNITS)
]
SAMPLES = 1000
VALUES = np.array([0.9, 0.4, 0.7, 1.2, 0.3])  # what the second hidden layer says if nobody is off
BINS = np.linspace(-0.05, 3.75, 39)


class Thinned(NamedTuple):
    """One sample's network, and what its first output hears: the sum of the layer before."""

    ratio: float
    sample: int
    masks: tuple  # a bool array a hidden layer: who speaks
    edges: int  # how many of all are left
    heard: np.ndarray  # (SAMPLES,) in training
    at_test: float
    unscaled: float  # if the factor of the test were forgotten


def compute_dropout(ratio, sample):
    """Sample number `sample` of a batch that goes through the two hidden layers."""
    masks, heard = _batch(ratio)
    own = tuple(mask[sample] for mask in masks)
    speaking = (UNITS[0], *(int(mask.sum()) for mask in own), UNITS[-1])
    layer = Dropout(ratio)
    at_test = float(layer.forward(VALUES[None], train_flg=False).sum())
    edges = sum(one * other for one, other in pairwise(speaking))
    return Thinned(ratio, sample, own, edges, heard, at_test, float(VALUES.sum()))


@cache
def _batch(ratio):
    """-> the masks of both layers, (SAMPLES, units) each, and what the output hears, (SAMPLES,)."""
    rng = np.random.default_rng(3)
    layers = [Dropout(ratio, rng=rng) for _units in UNITS[1:-1]]
    outputs = [layer.forward(np.tile(VALUES, (SAMPLES, 1)), train_flg=True) for layer in layers]
    return [layer.mask for layer in layers], outputs[-1].sum(axis=1)


PLANS = {  # size; network and bars, in shares of it
    "normal": ((9.4, 3.5), (0.01, 0.02, 0.44, 0.87), (0.52, 0.14, 0.46, 0.6)),
    "lecture": ((7.2, 3.05), (0.01, 0.02, 0.52, 0.87), (0.58, 0.17, 0.4, 0.51)),
    "narrow": ((3.6, 5.8), (0.02, 0.53, 0.96, 0.42), (0.12, 0.075, 0.84, 0.28)),
}


def draw_dropout(figure, data):
    art = artists(figure, _lay_out)
    on = [np.ones(UNITS[0], bool), *data.masks, np.ones(UNITS[-1], bool)]
    lines = [
        (PLACES[layer][i], PLACES[layer + 1][j])
        for layer in range(len(UNITS) - 1)
        for i in np.flatnonzero(on[layer])
        for j in np.flatnonzero(on[layer + 1])
    ]
    art.edges.set_segments(lines)
    said = [(*place, f"{value:g}", 0) for place, value, speaks in
            zip(PLACES[2], VALUES, data.masks[1], strict=True) if speaks]  # fmt: skip
    said.append((*PLACES[3][0], f"{data.heard[data.sample]:.1f}", 0))
    to_inches = art.net.transData.transform
    art.said.write([(*to_inches((x, y)) / figure.dpi, *word) for x, y, *word in said])
    places, speaks = np.concatenate(PLACES), np.concatenate(on)
    for dots, own in ((art.speaking, speaks), (art.silent, ~speaks)):
        dots.set_data(*places[own].T)
    shares = np.histogram(data.heard, BINS)[0] / len(data.heard)
    art.bars.set_verts(
        [[(x, 0), (x, y), (x + 0.08, y), (x + 0.08, 0)]
         for x, y in zip(BINS[:-1] + 0.01, shares / max(shares.max(), 1e-9), strict=True)]
    )  # fmt: skip
    marks = data.heard[data.sample], data.heard.mean(), data.at_test, data.unscaled
    for line, x in zip(art.marks, marks, strict=True):
        line.set_xdata([x, x])


def _lay_out(figure):
    _size, left, right = PLANS[layout_of(figure)]
    net = add_axes(figure, left, frame=False, label="network")
    net.set_title(_("the network of this sample"), fontsize=NORMAL, loc="left")
    net.set(xlim=(-0.3, len(UNITS) - 0.7), ylim=(-2.5, 2.4))
    blue, still = LOOKS["value"].color, {"linestyle": "", "marker": "o"}
    edges = net.add_collection(LineCollection([], colors=GREY, linewidths=0.8, animated=True))
    dots = {**still, "markersize": 22, "animated": True}
    (speaking,) = net.plot([], [], color=blue, zorder=3, **dots)
    dots |= {"marker": "X", "markerfacecolor": "white", "markeredgecolor": GREY, "markersize": 15}
    (silent,) = net.plot([], [], zorder=3, **dots)
    heard = add_axes(figure, right, label="heard")
    heard.set(xlim=(-0.1, 3.8), ylim=(0, 1.1), yticks=[])
    heard.spines["left"].set_visible(False)
    heard.set_xlabel(_("what the first output hears"), fontsize=SMALL)
    bars = heard.add_collection(PolyCollection([], facecolor=LIGHT, animated=True))
    looks = {
        _("this sample"): {"color": blue, "linewidth": 3, "marker": "^"},
        _("average in training"): {"color": BLACK, "linewidth": 1.5},
        _("test"): {"color": LOOKS["test"].color, "linestyle": "--", "linewidth": 2.5},
        _("test, factor forgotten"): {"color": GREY, "linestyle": ":", "linewidth": 2},
    }
    for name, look in looks.items():
        heard.plot([], [], label=name, **look)
    columns = 2 if layout_of(figure) == "normal" else 1
    heard.legend(fontsize=SMALL, frameon=False, loc="lower left", bbox_to_anchor=(-0.02, 1.0),
                 ncols=columns, borderaxespad=0, columnspacing=1.0)  # fmt: skip
    ends = {"transform": heard.get_xaxis_transform(), "markevery": [0], "animated": True}
    marks = [heard.plot([0, 0], [0, 1], **ends, **look)[0] for look in looks.values()]
    return SimpleNamespace(
        net=net, edges=edges, speaking=speaking, silent=silent, bars=bars, marks=marks,
        said=Letters(figure, "white"),
    )  # fmt: skip


def feel_network(hand, values):
    """A unit that is touched goes: the next sample in which it is off, or, if it is, on again."""
    masks, _heard = _batch(values["ratio"])
    now = values["sample"]
    if hand.x is None:
        return {"sample": (now + hand.dx - hand.dy) % SAMPLES}
    layer = int(np.clip(round(hand.x), 1, 2))
    units = PLACES[layer]
    own = masks[layer - 1][:, int(np.argmin(np.abs(units[:, 1] - hand.y)))]
    others = np.flatnonzero(np.roll(own, -now - 1) != own[now])
    return {"sample": int((now + 1 + others[0]) % SAMPLES)} if len(others) else {}


def feel_heard(hand, values):
    """The sample in which the output hears most nearly so much; by keys the next more or less."""
    _masks, heard = _batch(values["ratio"])
    now = heard[values["sample"]]
    if hand.x is not None:
        return {"sample": int(np.argmin(np.abs(heard - hand.x)))}
    step = hand.dx or hand.dy
    beyond = np.flatnonzero((heard - now) * step > 1e-9)
    return {"sample": int(beyond[np.argmin(np.abs(heard[beyond] - now))])} if len(beyond) else {}


def describe_dropout(data):
    silent = [np.flatnonzero(~mask) + 1 for mask in data.masks]
    who = "; ".join(
        _("{units} of layer {layer}").format(units=", ".join(map(str, units)), layer=layer)
        for layer, units in enumerate(silent, start=1)
        if len(units)
    )
    return _("Ratio {ratio:g}, sample {n}. Silent units: {who}. {edges} of 60 edges are left. The "
             "first output hears {now:.1f}, and {mean:.2f} on average over all {all} samples. At "
             "the test nobody is silent, and it hears {test:.2f}, which is {unscaled:.1f} times "
             "{kept:g}.").format(
        ratio=data.ratio, n=data.sample, who=who or _("none"), edges=data.edges,
        now=data.heard[data.sample], all=SAMPLES, mean=data.heard.mean(), test=data.at_test,
        unscaled=data.unscaled, kept=round(1 - data.ratio, 2),
    )  # fmt: skip


def dropout_panel(*, hide=(), **start):
    """A dropout ratio, and one of a thousand samples."""
    panel = Panel(
        title=_("Dropout, sample by sample"),
        controls={
            "ratio": slider(_("dropout ratio"), 0.0, 0.9, 0.05, 0.4),
            "sample": Stepper(_("sample"), SAMPLES - 1, 0),
        },
        compute=compute_dropout,
        draw=draw_dropout,
        describe=describe_dropout,
        figsize=PLANS["normal"][0],
        narrow=PLANS["narrow"][0],
        lecture=PLANS["lecture"][0],
        touch={"network": feel_network, "heard": feel_heard},
        stops=[{"ratio": ratio} for ratio in (0.1, 0.15, 0.2, 0.5)],
        hide=hide,
    )
    return panel.start(start)

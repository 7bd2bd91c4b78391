"""The init lab: what the spread of the first weights does to every layer (book 6.2, 6.3).

A row a layer, the first on top: its activations, its gradients, both spreads beside what theory
expects, and its numbers. Beneath, the width of the first weights, to be dragged. How a network is
measured and judged: ch06_init_net.py.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
import traitlets
from matplotlib.collections import LineCollection, PolyCollection

from common.initializer import weight_std

from .ch06_init_net import (
    ACTIVATIONS,
    BINS,
    DEEPEST,
    GRADIENT_RANGE,
    compute_init_lab,
    judge,
    short,
)
from .first_weights import HE, XAVIER, FirstWeights
from .outlines import Letters
from .shell import Panel, Several, artists, choice, layout_of, slider, toggle
from .shell.style import BLACK, GREY, LIGHT, LOOKS, NORMAL, SMALL, add_axes

WIDTHS = (10, 30, 100, 200)
TOP = 0.3  # share of values at which a bar is cut off
STDS = 10.0 ** np.arange(-4, 1.1, 0.25)  # the steps of the spread's slider
WINDOWS = {(-2, 1): "0.01 1 10", (-6, 3): "10⁻⁶ 1 10³", (-16, 8): "10⁻¹⁶ 1 10⁸"}  # of spreads
WIDEST = (-16, 8)
CELL = 0.5  # inches: a column of the table


class Column(NamedTuple):
    head: str
    share: bool  # written as a share, or as a number
    role: str = "value"


COLUMNS = {  # of the table, by their names in Layer
    "mean": Column("mean", False),
    "std": Column("std", False),
    "row_to_row": Column("row\nto row", False),
    "saturated": Column("satu-\nrated", True),
    "dead": Column("dead\nunits", True),
    "outside": Column("out-\nside", True),
    "gradient_std": Column("std", False, "gradient"),
    "zero": Column("zero", True, "gradient"),
}
FORWARD, BACKWARD = tuple(COLUMNS)[:6], tuple(COLUMNS)[6:]


class Plan(NamedTuple):
    """A layout in inches: each part's left, bottom, width and height."""

    activations: tuple
    gradients: tuple
    spread: tuple
    strip: tuple  # the width of the first weights
    tables: dict  # columns -> left, bottom, height
    numbered: tuple  # of left, bottom, height: where the layers' numbers stand


SIZES = {"normal": (10.4, 5.2), "lecture": (7.2, 2.95), "narrow": (3.6, 8.6)}
PLANS = {
    "normal": Plan(
        (0.42, 1.2, 1.85, 3.28), (2.42, 1.2, 1.85, 3.28), (4.42, 1.2, 1.6, 3.28),
        (0.42, 0.28, 9.75, 0.28), {FORWARD: (6.2, 1.2, 3.28), BACKWARD: (9.2, 1.2, 3.28)},
        ((0.28, 1.2, 3.28),),
    ),
    "lecture": Plan(
        (0.36, 1.06, 1.3, 1.25), (1.82, 1.06, 1.3, 1.25), (3.28, 1.06, 1.2, 1.25),
        (0.36, 0.24, 6.6, 0.24), {FORWARD[1:4]: (4.6, 1.06, 1.25), BACKWARD: (6.1, 1.06, 1.25)},
        ((0.22, 1.06, 1.25),),
    ),
    "narrow": Plan(
        (0.3, 6.25, 1.5, 1.8), (1.95, 6.25, 1.5, 1.8), (0.3, 0.32, 1.9, 1.63),
        (0.3, 5.28, 3.1, 0.28), {FORWARD: (0.4, 2.72, 1.66), BACKWARD: (2.4, 0.32, 1.63)},
        ((0.16, 6.25, 1.8), (0.16, 2.72, 1.66), (0.16, 0.32, 1.63)),
    ),
}  # fmt: skip
HALVES = {  # look -> sign, names in Plan, Layer (values and spread) and Net
    "value": ("●", "activations", "histogram", "std", "expected"),
    "gradient": ("■", "gradients", "gradients", "gradient_std", "expected_gradient"),
}


def draw_init_lab(figure, data):
    art = artists(figure, _lay_out)
    plan, net, kept = PLANS[layout_of(figure)], data.net, data.kept
    nets = [net, kept] if kept else [net]
    slots, window, kind = max(one.depth for one in nets), _window(nets), ACTIVATIONS[net.activation]
    for role, (_sign, _name, values, spread, expected) in HALVES.items():
        half = art.halves[role]
        half.bars.set_verts(_staircases(net, values, slots))
        half.outlines.set_segments(_staircases(kept, values, slots) if kept else [])
        half.ground.set_segments([[(0, y), (1, y)] for y in np.arange(1, slots + 1) / slots])
        for line, one in ((half.now, net), (half.before, kept)):
            spreads = [getattr(layer, spread) for layer in one.layers] if one else []
            line.set_data(*_places(spreads, window, slots))
        half.theory.set_data(*_places(getattr(net, expected), window, slots))
    art.letters.write(_words(plan, net, slots, window, kind))
    art.now.set_xdata([net.std])
    rules = tuple(float(weight_std(rule, net.width)) for rule in (XAVIER, HE))
    if (rules, bool(kept)) != art.still:  # what stands still is drawn anew
        art.still = rules, bool(kept)
        for (tick, word), std in zip(art.rules, rules, strict=True):
            tick.set_xdata([std, std])
            word.set_x(std)
        full, outlined = _("a full bar: 30 % or more"), _("black outlines, hollow marks: A")
        art.key.set_text(outlined if kept else full)


def _words(plan, net, slots, window, kind):
    """The table, the layers' numbers and the ends of the axes, for Letters."""

    def height(bottom, high, layer):
        return bottom + high * (1 - (layer + 0.5) / slots)

    for columns, (left, *rows) in plan.tables.items():
        for i, layer in enumerate(net.layers):
            for column, key in enumerate(columns):
                value = getattr(layer, key)
                word = f"{value:.0%}" if COLUMNS[key].share else short(value)
                yield left + (column + 0.5) * CELL, height(*rows, i), word, 0
    for left, *rows in plan.numbered:
        yield from ((left, height(*rows, i), str(i + 1), 0) for i in range(slots))
    ends = (f"{end:g}" for end in (kind.low, (kind.low + kind.high) / 2, kind.high))
    powers = WINDOWS[window].split()
    for box, words, middle in ((plan.activations, ends, 0.5), (plan.spread, powers, 2 / 3)):
        for share, side, word in zip((0, middle, 1), (-1, 0, 1), words, strict=True):
            yield box[0] + share * box[2], box[1] - 0.12, word, side


def _window(nets):
    """The first of WINDOWS in which all spreads lie, or the widest."""
    layers = [layer for one in nets for layer in one.layers]
    powers = np.log10(_visible([(layer.std, layer.gradient_std) for layer in layers]))
    fitting = (one for one in WINDOWS if one[0] < powers.min() and powers.max() < one[1])
    return next(fitting, WIDEST)


def _visible(spreads):
    """Zeros and what is far too large stand at the edges of the widest window."""
    low, high = 10.0 ** np.array(WIDEST)
    return np.clip(np.nan_to_num(spreads, nan=high, posinf=high), low, high)


def _places(spreads, window, slots):
    """-> x and y of a spread in each layer, shares of the axes."""
    x = (np.log10(_visible(spreads)) - window[0]) / (window[1] - window[0])
    return x, (np.arange(len(x)) + 0.5) / slots


def _staircases(net, name, slots):
    """The outlines of the layers' histograms, each in its row."""
    edges, made = np.repeat(np.linspace(0, 1, BINS + 1), 2), []
    for i, layer in enumerate(net.layers):
        heights = np.repeat(np.minimum(getattr(layer, name), TOP) * 0.88 / TOP, 2)
        made.append(np.column_stack([edges, (i + 1 - np.pad(heights, 1)) / slots]))
    return made


def _lay_out(figure):
    plan, (width, height) = PLANS[layout_of(figure)], figure.get_size_inches()

    def axes(box, ticks, **options):
        made = add_axes(figure, np.divide(box, (width, height, width, height)), **options)
        made.set(xlim=(0, 1), ylim=(1, 0), xticks=ticks, xticklabels=[], yticks=[])
        return made

    def write(x, y, word, **look):
        return figure.text(x / width, y / height, word, **{"fontsize": SMALL, **look})

    spread = axes(plan.spread, (0, 2 / 3, 1), title=_("spread (std)"))
    spread.grid(axis="x", color=LIGHT, linewidth=0.6)
    write(plan.spread[0], sum(plan.spread[1::2]) + 0.28, _("lines: in theory"), color=GREY)
    key = write(0.14, height - 0.2, "", color=GREY)
    words, halves = {"value": _("activations"), "gradient": _("gradients")}, {}
    for role, (sign, name, *_others) in HALVES.items():
        box, title, color = getattr(plan, name), f"{sign} {words[role]}", LOOKS[role].color
        own = axes(box, (0, 0.5, 1))
        own.set_title(title, color=color, fontsize=NORMAL, loc="left")
        own.spines["left"].set_visible(False)
        halves[role] = _moving(own, spread, role)
        for columns, (left, bottom, high) in plan.tables.items():
            if COLUMNS[columns[0]].role == role:
                place = left + len(columns) * CELL / 2, bottom + high + 0.42
                write(*place, title, color=color, fontsize=NORMAL, ha="center")
                for i, column in enumerate(columns):
                    place, head = (
                        (left + (i + 0.5) * CELL, bottom + high + 0.06),
                        COLUMNS[column][0],
                    )
                    write(*place, head, ha="center", color=color, linespacing=1.0)
    own.set_xticks((np.array([-12, -4, 0]) - GRADIENT_RANGE[0]) / np.ptp(GRADIENT_RANGE))
    own.set_xticklabels(["10⁻¹²", "10⁻⁴", "1"])
    own.xaxis.majorTicks[0].label1.set_horizontalalignment("left")
    strip = axes(plan.strip, (), label="weights")
    return SimpleNamespace(
        halves=halves, key=key, still=None, letters=Letters(figure),
        **_draw_strip(strip, 1.75 if layout_of(figure) == "narrow" else 1.0),
    )  # fmt: skip


def _moving(bars, spread, role):
    """What moves of the activations or of the gradients."""
    color, style, marker = LOOKS[role]
    dots, line = {"marker": marker, "linestyle": ""}, {"linestyle": style, "linewidth": 1.4}
    hollow = {**dots, "markerfacecolor": "none", "markersize": 9}
    outlines, ground = (
        LineCollection([], colors=one, linewidths=1.0, animated=True) for one in (BLACK, GREY)
    )
    return SimpleNamespace(
        bars=bars.add_collection(PolyCollection([], facecolor=color, animated=True)),
        ground=bars.add_collection(ground),
        outlines=bars.add_collection(outlines),
        **{
            name: spread.plot([], [], color=color, animated=True, clip_on=False, **look)[0]
            for name, look in (("theory", line), ("before", hollow), ("now", dots))
        },
    )


def _draw_strip(strip, title_at):
    """The width of the first weights on a logarithmic axis, and where the two rules are."""
    strip.set(xscale="log", xlim=(10**-4.1, 10**1.1), ylim=(0, 1), xticks=10.0 ** np.arange(-4, 2))
    strip.xaxis.set_major_formatter("{x:g}")
    strip.minorticks_off()
    strip.spines["left"].set_visible(False)
    strip.plot(STDS, 0.5 + 0 * STDS, "|", color=GREY, markersize=5)
    title = _("width of the first weights (std)")
    strip.set_title(title, fontsize=NORMAL, loc="left", y=title_at)
    style = {"fontsize": SMALL, "transform": strip.get_xaxis_transform()}
    rules = [
        (
            strip.plot([1, 1], [0, 1.1], color=BLACK, clip_on=False)[0],
            strip.text(1, 1.15, word, ha=side, **style),
        )
        for word, side in ((f"{XAVIER} ", "right"), (f" {HE}", "left"))
    ]
    dot = {"color": BLACK, "markersize": 12, "markeredgecolor": "white", "animated": True}
    return {"rules": rules, "now": strip.plot([1], [0.5], "o", **dot)[0]}


def grab_weights(hand, values):
    """The width of the first weights under the hand: a step of the slider, Xavier or He."""
    width = values["network"][1]
    places = {float(weight_std(rule, width)): rule for rule in (XAVIER, HE)}
    near = np.abs(np.log(np.divide.outer(STDS, list(places)))).min(axis=1) < 0.05
    places |= {float(std): float(std) for std in STDS[~near]}
    stds = np.sort(list(places))
    asked = float(weight_std(values["weights"], width)) if hand.x is None else max(hand.x, 1e-9)
    nearest = int(np.argmin(np.abs(np.log(stds / asked)))) + hand.dx
    return {"weights": places[float(stds[np.clip(nearest, 0, len(stds) - 1)])]}


def describe_init_lab(data):
    net, last = data.net, data.net.layers[-1]
    text = _("{net}: the spread (std) of the activations goes from {first} in layer 1 to {last} in "
             "layer {depth}; that of the gradients, on their way back, from {top} to {bottom}. "
             "{verdict}").format(
        net=_name(net), depth=net.depth, first=short(net.layers[0].std), last=short(last.std),
        top=short(last.gradient_std), bottom=short(net.layers[0].gradient_std),
        verdict=judge(net)[1],
    )  # fmt: skip
    if data.kept:
        text += " " + _("A, with the same seed, is {net}: its activations end with the spread "
                        "{std}, its gradients with {gradient}.").format(
            net=_name(data.kept), std=short(data.kept.layers[-1].std),
            gradient=short(data.kept.layers[0].gradient_std),
        )  # fmt: skip
    return text


def _name(net):
    rule = net.weights if isinstance(net.weights, str) else f"std {net.weights:.3g}"
    norm = _(", batch norm") if net.batch_norm else ""
    return _("{activation}, {rule}, {depth} layers of {width}{norm} (seed {seed})").format(
        activation=_(net.activation), rule=rule, depth=net.depth, width=net.width, norm=norm,
        seed=net.seed,
    )  # fmt: skip


class Keep(widgets.Button):
    """A button that keeps the settings of the moment as A, or, pressed again, forgets them."""

    value = traitlets.Tuple()

    def __init__(self):
        self.read = tuple  # the panel tells what to keep
        super().__init__()
        self.on_click(lambda button: self.press())
        self.observe(self._name_it, names="value")
        self._name_it()

    def press(self):
        self.value = () if self.value else self.read()

    def _name_it(self, _change=None):
        self.description = _("Forget A") if self.value else _("Keep as A")
        self.tooltip = _("Compare what comes next with the network of this moment, same seed")


def init_lab_panel(*, hide=(), **start):
    """First weights, activation, depth, width and seed of a network, with or without batch norm."""
    network = Several(
        _("network"),
        [
            slider(_("layers"), 1, DEEPEST, 1, 5),
            choice(_("units in each"), WIDTHS, 100),
            slider(_("seed"), 0, 20, 1, 0),
        ],
        widths=(230, 200, 230),
    )
    keep = Keep()
    five = {"network": (5, 100, 0), "batch_norm": False}
    cases = {
        _("sigmoid, std 1"): ("sigmoid", 1.0),
        _("sigmoid, std 0.01"): ("sigmoid", 0.01),
        _("sigmoid, Xavier"): ("sigmoid", XAVIER),
        _("sigmoid, He (no match)"): ("sigmoid", HE),
        _("tanh, Xavier"): ("tanh", XAVIER),
        _("ReLU, std 0.01"): ("ReLU", 0.01),
        _("ReLU, Xavier"): ("ReLU", XAVIER),
        _("ReLU, He"): ("ReLU", HE),
    }
    presets = {
        name: {"activation": activation, "weights": weights, **five}
        for name, (activation, weights) in cases.items()
    }
    presets[_("ReLU, std 0.01, batch norm")] = {
        "activation": "ReLU", "weights": 0.01, "network": (5, 100, 0), "batch_norm": True,
    }  # fmt: skip
    panel = Panel(
        title=_("Init lab"),
        controls={
            "weights": FirstWeights(_("first weights"), 1.0),
            "activation": choice(_("activation"), {_(name): name for name in ACTIVATIONS}),
            "batch_norm": toggle(_("batch norm")),
            "kept": keep,
            "network": network,
        },
        compute=compute_init_lab,
        draw=draw_init_lab,
        describe=describe_init_lab,
        figsize=SIZES["normal"],
        narrow=SIZES["narrow"],
        lecture=SIZES["lecture"],
        touch={"weights": grab_weights},
        stops=[
            {"activation": "ReLU", "weights": HE, "network": (10, 100, 0)},
            {"activation": "ReLU", "weights": XAVIER, "network": (10, 100, 0)},
            {"activation": "sigmoid", "weights": XAVIER, "batch_norm": True},
        ],
        presets=presets,
        hide=hide,
    )
    names = ("weights", "activation", "network", "batch_norm")
    keep.read = lambda: tuple(panel.values[name] for name in names)
    return panel.start(start)

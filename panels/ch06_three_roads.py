"""Batch normalisation as a graph, and the three roads that its gradient takes back (book 6.3.1).

The steps are written out here one by one; that they are the layer of `common`, the chapter shows.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from .outlines import Letters
from .shell import Panel, Several, artists, layout_of, slider
from .shell.style import BLACK, GREY, LIGHT, LOOKS, NORMAL, SMALL, add_axes

EPSILON = 1e-6
ROWS = (1.0, 2.0, 6.0)  # of the batch that the chapter computes by hand
SLOPES = (0.3, 2.0, -0.7)
RANGES = {"x": (-2.0, 12.0, 0.5), "slopes": (-2.0, 2.0, 0.1)}  # and the steps of the sliders


class Roads(NamedTuple):
    """One feature of a batch, (N,): the values of every edge and the gradients beneath them."""

    values: dict  # name of an edge -> value, an array (N,) or a number
    gradients: dict  # the same names -> dL/d of it
    straight: np.ndarray  # (N,) dL/dx by each of the three roads
    by_mean: np.ndarray
    by_spread: np.ndarray

    @property
    def dx(self):
        return self.straight + self.by_mean + self.by_spread


def compute_roads(x, slopes, gamma=1.0, beta=0.0):
    """Forwards and backwards through the graph, edge by edge. slopes: dL/dy of each row."""
    x, dout = np.array(x), np.array(slopes)
    n = len(x)
    mean = x.mean()
    apart = x - mean
    variance = (apart**2).mean()
    s = np.sqrt(variance + EPSILON)
    xn = apart / s
    values = {"x": x, "μ": mean, "x − μ": apart, "σ²": variance, "s": s, "x̂": xn}
    values["y"] = gamma * xn + beta

    g = gamma * dout
    straight = g / s  # x̂ = (x − μ) / s, with s as it is
    ds = -(g * xn).sum() / s
    dvariance = ds / (2 * s)
    by_spread = dvariance * 2 * apart / n
    dapart = straight + by_spread  # a fork: its gradients add
    dmean = -dapart.sum()
    gradients = {"y": dout, "x̂": g, "s": ds, "σ²": dvariance, "x − μ": dapart, "μ": dmean}
    by_mean = np.full(n, dmean / n)
    gradients["x"] = dapart + by_mean
    return Roads(values, gradients, straight, by_mean, by_spread)


NODES = {  # what an operation is called, and where it stands
    "−": (2.6, 1.0),
    "÷": (6.0, 1.0),
    "× γ + β": (7.6, 1.0),
    "mean": (1.65, -0.5),
    "square,\nmean": (4.27, -0.5),
    "+ ε,\nroot": (5.75, -0.5),
}
FORKS = {"x": (0.85, 1.0), "x − μ": (3.75, 1.0)}
EDGES = (  # from, to, the name of what runs there, where its numbers stand, beside one another?
    ((-0.4, 1.0), FORKS["x"], "x", (0.2, 1.0), False),
    (FORKS["x"], NODES["−"], "", None, False),
    (FORKS["x"], NODES["mean"], "", None, False),
    (NODES["mean"], NODES["−"], "μ", (2.4, 0.3), True),
    (NODES["−"], FORKS["x − μ"], "x − μ", (3.2, 1.0), False),
    (FORKS["x − μ"], NODES["÷"], "", None, False),
    (FORKS["x − μ"], NODES["square,\nmean"], "", None, False),
    (NODES["square,\nmean"], NODES["+ ε,\nroot"], "σ²", (5.02, -0.5), False),
    (NODES["+ ε,\nroot"], NODES["÷"], "s", (6.02, 0.2), True),
    (NODES["÷"], NODES["× γ + β"], "x̂", (6.8, 1.0), False),
    (NODES["× γ + β"], (8.9, 1.0), "y", (8.4, 1.0), False),
)
WAYS = (  # a road: where it is told and on which side of that, where its arrow begins and ends
    ("straight", (4.9, 0.5), 0, (5.75, 0.88), (3.95, 0.88)),
    ("by_mean", (0.78, -0.02), 1, (1.42, -0.3), (0.83, 0.72)),
    ("by_spread", (3.68, -0.32), 1, (4.1, -0.12), (3.73, 0.72)),
)
LINE = 0.17  # inches from line to line
PLANS = {  # size in inches; graph or table, and beneath it rows, slopes and bars, in shares of it
    "normal": (
        (9.8, 4.9), (0.0, 0.36, 1.0, 0.64),
        (0.03, 0.075, 0.29, 0.17), (0.37, 0.075, 0.29, 0.17), (0.71, 0.075, 0.28, 0.17),
    ),
    "lecture": (
        (7.2, 4.4), (0.0, 0.33, 1.0, 0.67),
        (0.03, 0.08, 0.28, 0.16), (0.37, 0.08, 0.28, 0.16), (0.71, 0.08, 0.28, 0.16),
    ),
    "narrow": (
        (3.6, 6.2), (0.03, 0.62, 0.94, 0.37),
        (0.05, 0.44, 0.9, 0.11), (0.05, 0.24, 0.9, 0.11), (0.05, 0.045, 0.9, 0.12),
    ),
}  # fmt: skip


def draw_roads(figure, data):
    art = artists(figure, _lay_out)
    told = {"values": [], "gradients": []}
    if layout_of(figure) == "narrow":
        for row, (kind, numbers) in enumerate(_table(data)):
            told[kind] += [(*_inches(art.graph, column, row), _short(number), 1)
                           for column, number in enumerate(numbers, start=1)]  # fmt: skip
    else:
        for _start, _end, name, spot, aside in filter(lambda edge: edge[2], EDGES):
            value, gradient = np.atleast_1d(data.values[name]), data.gradients[name]
            x, y = _inches(art.graph, *spot)
            if aside:  # on the right of a steep edge, behind its name
                told["values"].append((x + 0.3, y + 0.5 * LINE, _short(value[0]), -1))
                told["gradients"].append((x, y - 0.5 * LINE, _short(gradient), -1))
            else:
                told["values"] += _column(x, y + 0.15 + LINE * (len(value) - 1), value)
                told["gradients"] += _column(x, y - 0.17, gradient)
        for way, spot, side, _start, _end in WAYS:
            told["gradients"] += _column(*_inches(art.graph, *spot), getattr(data, way), side)
    numbered, moved = [], (("x", data.values["x"]), ("slopes", data.gradients["y"]))
    for name, values in moved:
        art.dots[name].set_data(values, TRACKS)
        places = [_inches(getattr(art, name), *spot) for spot in zip(values, TRACKS, strict=True)]
        numbered += [(*place, str(row), 0) for row, place in enumerate(places, start=1)]
    mean, s = float(data.values["μ"]), float(data.values["s"])
    art.spread.set_data([mean - s, mean, mean + s], [0, 0, 0])
    art.letters["values"].write(told["values"])
    art.letters["gradients"].write(told["gradients"])
    art.letters["numbers"].write(numbered)
    ways = np.array([data.straight, data.by_mean, data.by_spread, data.dx])
    ways /= np.abs(ways).max() or 1.0
    for line, heights, shift in zip(art.bars, ways, (-0.27, -0.09, 0.09, 0.27), strict=True):
        at = np.repeat(np.arange(3) + shift, 3)
        line.set_data(at, np.column_stack([0 * heights, heights, np.full(3, np.nan)]).ravel())


TRACKS = np.array([5, 3, 1]) / 6  # a height for each row of the batch


def _inches(axes, x, y):
    return tuple(axes.transData.transform((x, y)) / axes.figure.dpi)


def _column(x, y, numbers, side=0):
    """Numbers beneath each other, the first in the middle of (x, y), for Letters."""
    return [(x, y - LINE * k, _short(one), side) for k, one in enumerate(np.atleast_1d(numbers))]


def _short(number):
    return f"{round(number, 2) + 0.0:.2f}" if abs(number) < 100 else f"{number:.0f}"


def _table(data):
    """What stands in place of the graph on a narrow page."""
    yield from (("values", data.values[name]) for name in ("x", "x̂"))
    roads = (data.gradients["y"], data.straight, data.by_mean, data.by_spread, data.dx)
    yield from (("gradients", numbers) for numbers in roads)


def _lay_out(figure):
    _size, graph_box, *boxes = PLANS[layout_of(figure)]
    value, gradient = LOOKS["value"].color, LOOKS["gradient"].color
    graph = add_axes(figure, graph_box, frame=False)
    small, bold = {"fontsize": SMALL}, {"fontsize": SMALL, "fontweight": "bold"}
    if layout_of(figure) == "narrow":
        roads = _("1 straight"), _("2 mean"), _("3 spread")
        graph.set(xlim=(-1.45, 3.1), ylim=(7.5, -1.4))
        for row, name in enumerate(("x", "x̂", "dL/dy", *roads, "dL/dx")):
            look = {**bold, "color": gradient} if row > 1 else {**small, "color": value}
            graph.text(-1.45, row, name, va="center", **look)
        for row in (1, 2, 3):
            graph.text(row, -1, str(row), ha="right", va="center", **small)
    else:
        graph.set(xlim=(-0.45, 8.95), ylim=(-0.95, 1.85))
        _draw_graph(graph, (_("1 straight"), _("2 through\nthe mean"), _("3 through\nthe spread")))
    x, slopes, bars = (
        add_axes(figure, box, label=name)
        for box, name in zip(boxes, ("x", "slopes", ""), strict=True)
    )
    dots = {}
    for name, axes, color, marker, title in (
        ("x", x, value, "o", _("x of three rows; black: μ ± s")),
        ("slopes", slopes, gradient, "s", _("dL/dy of each")),
    ):
        low, high, _step = RANGES[name]
        axes.set(
            xlim=(low - 0.03 * (high - low), high + 0.03 * (high - low)), ylim=(0, 1), yticks=[]
        )
        axes.spines["left"].set_visible(False)
        axes.hlines(TRACKS, low, high, color=LIGHT, linewidth=1)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set_title(title, fontsize=NORMAL, loc="left")
        look = {"color": color, "marker": marker, "markersize": 14, "linestyle": "", "zorder": 4}
        (dots[name],) = axes.plot([], [], animated=True, **look)
    spread = {"color": BLACK, "linewidth": 4, "marker": "|", "markersize": 9}
    bars.set(xlim=(-0.5, 2.5), ylim=(-1.05, 1.05), yticks=[], xticks=range(3))
    bars.set_xticklabels([_("row {n}").format(n=n) for n in (1, 2, 3)])
    bars.spines["left"].set_visible(False)
    bars.spines["bottom"].set_visible(False)
    bars.axhline(0, color=GREY, linewidth=0.8)
    bars.set_title(_("roads 1, 2, 3, and together"), fontsize=NORMAL, loc="left")
    looks = ((gradient, 5), (gradient, 5), (gradient, 5), (BLACK, 7))
    return SimpleNamespace(
        graph=graph, x=x, slopes=slopes, dots=dots,
        spread=x.plot([], [], clip_on=False, animated=True, **spread)[0],
        bars=[bars.plot([], [], color=c, linewidth=w, solid_capstyle="butt", animated=True)[0]
              for c, w in looks],
        letters={"values": Letters(figure, value), "numbers": Letters(figure, "white"),
                 "gradients": Letters(figure, gradient, weight="bold")},
    )  # fmt: skip


def _draw_graph(axes, roads):
    """What stands still of the graph: nodes, edges, names, and the roads back, dashed."""
    inch = axes.figure.get_figheight() * axes.get_position().height / np.ptp(axes.get_ylim())
    value, gradient = LOOKS["value"].color, LOOKS["gradient"].color
    for start, end, name, spot, aside in EDGES:
        arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkB": 0 if end in FORKS.values() else 14}
        axes.annotate("", end, start, arrowprops=arrow, zorder=1)
        if name and aside:
            up = spot[1] + 0.5 * LINE / inch
            axes.text(spot[0], up, f"{name} =", color=value, fontsize=SMALL, va="center")
        elif name:
            lines = 1 if name == "σ²" else 3
            up = spot[1] + (0.15 + LINE * lines) / inch
            axes.text(spot[0], up, name, color=value, fontsize=SMALL, ha="center", va="center")
    for name, (x, y) in NODES.items():
        box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": GREY}
        axes.text(x, y, name, fontsize=NORMAL, ha="center", va="center", bbox=box, zorder=5)
    for place in FORKS.values():
        axes.plot(*place, "o", color=GREY, markersize=7, zorder=5)
    for word, (_way, (x, y), side, start, end) in zip(roads, WAYS, strict=True):
        back = {"arrowstyle": "-|>", "color": gradient, "linestyle": "--", "linewidth": 1.4}
        axes.annotate("", end, start, arrowprops=back, zorder=2)
        axes.text(x, y + LINE * 0.65 / inch, word, va="bottom",
                  ha="right" if side else "center", color=gradient, fontsize=SMALL,
                  fontweight="bold", linespacing=1.1)  # fmt: skip


def grab(name):
    """What a hand does on the rows or on the slopes: it moves the one in whose track it began; by
    keys, sidewards all of them together, upwards and downwards farther apart or nearer."""
    low, high, step = RANGES[name]

    def grabbed(hand, values):
        numbers = np.array(values[name] if hand.x is None else hand.before[name])
        if hand.x is None:
            middle = numbers.mean()
            numbers = middle + (numbers - middle) * 1.25**hand.dy + hand.dx * step
        else:
            numbers[np.argmin(np.abs(TRACKS - hand.down[1]))] = hand.x
        return {name: tuple(numbers)} if (numbers >= low).all() and (numbers <= high).all() else {}

    return grabbed


def describe_roads(data):
    def listed(numbers):
        return " ".join(_short(one) for one in np.atleast_1d(numbers)).replace("-", "−")

    text = _("dL/dx is {dx}: straight {straight}, through the mean {mean}, through the spread "
             "{spread}.").format(
        dx=listed(data.dx), straight=listed(data.straight), mean=listed(data.by_mean),
        spread=listed(data.by_spread),
    )  # fmt: skip
    straight, together = np.abs(data.straight).max(), np.abs(data.dx).max()
    if straight == 0:
        return text + " " + _("No slope arrives, so none goes on.")
    if together < 1e-3 * straight:
        said = _("The three roads cancel: these slopes would only shift or stretch the rows, and "
                 "the normalisation takes that off again.")  # fmt: skip
        return f"{text} {said}"
    off = np.abs(data.straight - data.dx).max() / together
    said = _("The straight road alone is off by up to {off:.0%} of the largest of them.")
    return f"{text} {said.format(off=off)}"


def roads_panel(*, hide=(), **start):
    """Three rows of one feature, and the slopes dL/dy that come back to them."""
    controls = {}
    for name, label, values in (("x", "x", ROWS), ("slopes", "dL/dy", SLOPES)):
        words = _("{what} of row {row}")
        parts = [
            slider(words.format(what=label, row=row), *RANGES[name], value)
            for row, value in enumerate(values, start=1)
        ]
        controls[name] = Several(label, parts, widths=(290, 290, 290))
    panel = Panel(
        title=_("Three roads back through a batch normalisation"),
        controls=controls,
        compute=compute_roads,
        draw=draw_roads,
        describe=describe_roads,
        figsize=PLANS["normal"][0],
        narrow=PLANS["narrow"][0],
        lecture=PLANS["lecture"][0],
        touch={name: grab(name) for name in RANGES},
        presets={
            _("the rows all moved by 2"): {"x": (3.0, 4.0, 8.0), "slopes": SLOPES},
            _("the rows twice as far apart"): {"x": (2.0, 4.0, 12.0), "slopes": SLOPES},
            _("slopes that are all alike"): {"x": ROWS, "slopes": (1.0, 1.0, 1.0)},
            _("slopes that only stretch"): {"x": ROWS, "slopes": (-1.0, -0.5, 1.5)},
            _("three rows that are the same"): {"x": (2.0, 2.0, 2.0), "slopes": SLOPES},
        },
        hide=hide,
    )
    return panel.start(start)

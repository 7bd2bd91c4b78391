"""Chapter 3's still pictures: circles for neurons, and lines for what passes between them."""

from gettext import gettext as _
from itertools import pairwise

from matplotlib.patches import Circle, FancyBboxPatch

from .ch07_figures import Picture
from .shell import new_figure
from .shell.style import BLACK, GREY, NORMAL, add_axes

FILL, LINE = "#DCEBF7", "#404040"
INPUTS = {"1": 2.35, "x₁": 1.4, "x₂": 0.45}  # what comes in, and how high it stands
WEIGHTS = {"1": "b", "x₁": "w₁", "x₂": "w₂"}


def layers(*sizes):
    """Columns of neurons, each joined to all of the column before: `layers(2, 3, 2)`."""
    axes = _sheet(6.0, 2.4)
    last = len(sizes) - 1
    places = []
    for i, size in enumerate(sizes):
        x, gap = 0.8 + 4.4 * i / max(last, 1), min(0.75, 2.0 / size)
        places.append([(x, 1.35 + gap * (j - (size - 1) / 2)) for j in range(size)])
        name = "input" if i == 0 else "output" if i == last else "hidden"
        axes.text(x, 0.12, name, fontsize=NORMAL, ha="center", va="bottom")
    for before, after in pairwise(places):
        for (x0, y0), (x1, y1) in ((a, b) for a in before for b in after):
            axes.plot([x0, x1], [y0, y1], color=GREY, linewidth=1, zorder=1)
    for place in (place for column in places for place in column):
        _circle(axes, place, 0.2)
    counts = _(" and ").join(f"{a} · {b}" for a, b in pairwise(sizes))
    text = _("{n} edges: {counts}.")
    return Picture(axes.figure, text.format(n=len(axes.lines), counts=counts))


def perceptron():
    """Two inputs and a bias lead to one neuron."""
    axes = _sheet(6.0, 2.75)
    _edges(axes, (3.2, 1.4), 0.42)
    _circle(axes, (3.2, 1.4), 0.42, "y")
    _arrow(axes, (3.62, 1.4), (5.2, 1.4))
    text = _("Two inputs x₁, x₂ reach a neuron over edges with the weights w₁, w₂; b is the weight "
             "of an input that is always 1; the neuron answers y.")  # fmt: skip
    return Picture(axes.figure, text)


def neuron_apart():
    """The same neuron, with its sum a and its activation h side by side."""
    axes = _sheet(7.0, 2.75)
    outline = FancyBboxPatch(
        (2.35, 0.15), 3.95, 2.3, boxstyle="round,pad=0.05", facecolor="none", edgecolor=GREY,
        linestyle="--",
    )  # fmt: skip
    axes.add_patch(outline)
    axes.text(4.32, 2.28, "one neuron", fontsize=NORMAL, color=GREY, ha="center", va="center")
    _edges(axes, (3.2, 1.4), 0.42)
    _circle(axes, (3.2, 1.4), 0.42, "a")
    _arrow(axes, (3.62, 1.4), (5.03, 1.4), "h( )")
    _circle(axes, (5.45, 1.4), 0.42, "y")
    axes.text(3.2, 0.5, "a = b + w₁x₁ + w₂x₂", fontsize=NORMAL + 1, ha="center", va="center")
    axes.text(5.45, 0.5, "y = h(a)", fontsize=NORMAL + 1, ha="center", va="center")
    _arrow(axes, (5.87, 1.4), (6.85, 1.4))
    text = _("One neuron in two halves: the sum a = b + w₁x₁ + w₂x₂, then y = h(a).")
    return Picture(axes.figure, text)


def _sheet(width, height):
    """Axes without a frame, measured in inches."""
    axes = add_axes(new_figure((width, height)), (0, 0, 1, 1), frame=False)
    axes.set(xlim=(0, width), ylim=(0, height))
    return axes


def _circle(axes, place, radius, text="", fill=FILL):
    axes.add_patch(Circle(place, radius, facecolor=fill, edgecolor=BLACK, linewidth=1.3, zorder=2))
    axes.text(*place, text, fontsize=NORMAL + 3, ha="center", va="center", zorder=3)


def _arrow(axes, start, end, text="", **look):
    arrow = {"arrowstyle": "-|>", "color": LINE, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops={**arrow, **look}, zorder=1)
    middle = [start[i] + 0.42 * (end[i] - start[i]) for i in (0, 1)]
    if text:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        axes.text(*middle, text, fontsize=NORMAL + 1, ha="center", va="center", bbox=box)


def _edges(axes, place, radius):
    """What comes in, and its edges to the circle around `place`; the bias is dotted."""
    for name, y in INPUTS.items():
        start = (0.6, y)
        away = (place[0] - start[0], place[1] - y)
        far = (away[0] ** 2 + away[1] ** 2) ** 0.5
        begin = [start[i] + 0.3 * away[i] / far for i in (0, 1)]
        end = [place[i] - radius * away[i] / far for i in (0, 1)]
        _arrow(axes, begin, end, WEIGHTS[name], linestyle=":" if name == "1" else "-")
        _circle(axes, start, 0.3, name, fill="#F0F0F0" if name == "1" else "white")

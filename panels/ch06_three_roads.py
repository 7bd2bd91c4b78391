"""Batch normalisation as a graph, and the three roads that its gradient takes back (book 6.3.1).

The steps are written out here one by one; that they are the layer of `common`, the chapter shows.
"""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from .shell.style import GREY, LOOKS, NORMAL, SMALL

EPSILON = 1e-6


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


def take_the_roads(x, dout, gamma=1.0, beta=0.0):
    """Forwards and backwards through the graph, edge by edge."""
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
    "square,\nmean": (4.35, -0.5),
    "+ ε,\nroot": (5.65, -0.5),
}
FORKS = {"x": (0.85, 1.0), "x − μ": (3.75, 1.0)}
EDGES = (  # from, to, the name of what runs there, where its numbers stand, beside one another?
    ((-0.4, 1.0), FORKS["x"], "x", (0.2, 1.0), False),
    (FORKS["x"], NODES["−"], "", None, False),
    (FORKS["x"], NODES["mean"], "", None, False),
    (NODES["mean"], NODES["−"], "μ", (2.25, 0.15), True),
    (NODES["−"], FORKS["x − μ"], "x − μ", (3.2, 1.0), False),
    (FORKS["x − μ"], NODES["÷"], "", None, False),
    (FORKS["x − μ"], NODES["square,\nmean"], "", None, False),
    (NODES["square,\nmean"], NODES["+ ε,\nroot"], "σ²", (5.03, -0.5), False),
    (NODES["+ ε,\nroot"], NODES["÷"], "s", (5.95, 0.25), True),
    (NODES["÷"], NODES["× γ + β"], "x̂", (6.7, 1.0), False),
    (NODES["× γ + β"], (8.9, 1.0), "y", (8.45, 1.0), False),
)


def draw_roads(axes, roads):
    """The graph: values above the edges, gradients beneath, and the three roads back to x."""
    value, gradient = LOOKS["value"].color, LOOKS["gradient"].color
    small = {"fontsize": SMALL, "linespacing": 1.15}
    for start, end, name, spot, aside in EDGES:
        arrow = {"arrowstyle": "-|>", "color": GREY, "shrinkB": 0 if end in FORKS.values() else 14}
        axes.annotate("", end, start, arrowprops=arrow, zorder=1)
        if not name:
            continue
        x, y = spot
        above, below = f"{name}\n{_column(roads.values[name])}", _column(roads.gradients[name])
        if aside:  # on the right of a steep edge
            axes.text(x, y + 0.1, above.replace("\n", " = "), color=value, **small)
            axes.text(x, y - 0.1, below, color=gradient, va="top", **small)
        else:
            axes.text(x, y + 0.1, above, color=value, ha="center", **small)
            axes.text(x, y - 0.1, below, color=gradient, ha="center", va="top", **small)
    for name, place in NODES.items():
        box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": GREY}
        axes.text(*place, name, fontsize=NORMAL, ha="center", va="center", bbox=box, zorder=5)
    for place in FORKS.values():
        axes.plot(*place, "o", color=GREY, markersize=7, zorder=5)
    ways = (
        (_("1 straight"), roads.straight, (4.9, 0.9), "center"),
        (_("2 through\nthe mean"), roads.by_mean, (1.02, 0.28), "right"),
        (_("3 through\nthe spread"), roads.by_spread, (3.88, 0.28), "right"),
    )
    for name, share, (x, y), side in ways:
        text = {"fontsize": SMALL, "linespacing": 1.15, "color": gradient, "va": "top"}
        axes.text(x, y, f"{name}\n{_column(share)}", ha=side, fontweight="bold", **text)
    axes.set(xlim=(-0.4, 8.95), ylim=(-0.95, 1.85))
    axes.set_axis_off()
    text = _("Batch normalisation of one feature as a graph: x goes to the mean and to x − μ, and "
             "x − μ to the spread s and to the quotient x̂. Back come {roads}.")  # fmt: skip
    told = "; ".join(f"{name} {_column(share)}" for name, share, _place, _side in ways)
    axes.figure.set_label(text.format(roads=told.replace("\n", " ")))
    return "\n".join(
        f"{name:14}{np.round(share, 4)}"
        for name, share in (
            (_("straight"), roads.straight),
            (_("by the mean"), roads.by_mean),
            (_("by the spread"), roads.by_spread),
            (_("together"), roads.dx),
        )
    )


def _column(numbers):
    return "\n".join(f"{number:.2f}".replace("-", "−") for number in np.atleast_1d(numbers) + 0.0)

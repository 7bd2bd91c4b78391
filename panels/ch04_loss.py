"""Two losses, moved by one probability: half the sum of squares, and the cross-entropy (book 4.2).

The digit is a 2. Its probability p is moved; the other nine digits share the rest, 1 - p, in a
pattern that can be chosen. Slopes are meant along p with the pattern held.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import cross_entropy_error, sum_squared_error

from .shell import Panel, artists, choice, slider
from .shell.style import BLUE, GREY, RED, SMALL, add_axes

RIGHT = 2  # the digit
TINY = 1e-7  # what the cross-entropy in `common` adds to p, so that log 0 does not occur
P = np.linspace(0, 1, 401)
TOP = 5.0  # of the drawn losses
FLOOR = -12.0  # of the drawn slopes

# how 1 - p is shared out among the digits; entry RIGHT is 0
PATTERNS = {
    "as in the first answer": np.array([0.1, 0.05, 0, 0, 0.05, 0.1, 0, 0.1, 0, 0]) / 0.4,
    "as in the second answer": np.array([0.1, 0.05, 0, 0, 0.05, 0.1, 0, 0.6, 0, 0]) / 0.9,
    "evenly": np.where(np.arange(10) == RIGHT, 0, 1 / 9),
    "all to the 7": np.where(np.arange(10) == 7, 1.0, 0.0),
}


class Loss(NamedTuple):
    p: float
    y: np.ndarray  # (10,) the probabilities
    squares: float
    entropy: float  # in nats
    squares_slope: float  # along p
    entropy_slope: float
    curves: tuple  # (squares, entropy, slope of squares, slope of entropy) at P


def compute_loss(p, rest):
    """Both losses and both slopes at p, and their curves over all p."""
    pattern = PATTERNS[rest]
    t = np.eye(10)[RIGHT]
    y = _probabilities(p, pattern)
    all_y = _probabilities(P[:, np.newaxis], pattern)  # (401, 10)
    return Loss(
        p=p,
        y=y,
        squares=float(sum_squared_error(y, t)),
        entropy=float(cross_entropy_error(y, t)),
        squares_slope=float(_squares_slope(p, pattern)),
        entropy_slope=-1 / (p + TINY),
        curves=(
            0.5 * ((all_y - t) ** 2).sum(axis=1),
            -np.log(P + TINY),
            _squares_slope(P, pattern),
            -1 / (P + TINY),
        ),
    )


def _probabilities(p, pattern):
    return p * np.eye(10)[RIGHT] + (1 - p) * pattern


def _squares_slope(p, pattern):
    """d/dp of ½(1 - p)² + ½(1 - p)² Σ pattern²."""
    return -(1 - p) * (1 + (pattern**2).sum())


def draw_loss(figure, data):
    art = artists(figure, _lay_out)
    for bar, text, y in zip(art.bars, art.shares, data.y, strict=True):
        bar.set_height(y)
        text.set_text(f"{y:.2f}" if y >= 0.005 else "")
        text.set_y(y + 0.02)
    values = (data.squares, data.entropy, data.squares_slope, data.entropy_slope)
    for line, dot, curve, value in zip(art.lines, art.dots, data.curves, values, strict=True):
        line.set_data(P, curve)
        low, high = dot.axes.get_ylim()
        inside = low <= value <= high
        dot.set_data([data.p], [np.clip(value, low, high)])
        dot.set_marker("o" if inside else "^" if value > high else "v")
    for tangent, value, slope in zip(art.tangents, values[:2], values[2:], strict=True):
        reach = 0.12 / np.hypot(1, slope / TOP)  # equally long to the eye
        x = np.array([data.p - reach, data.p + reach])
        tangent.set_data(x, value + slope * (x - data.p))


def _lay_out(figure):
    answer = add_axes(
        figure, (0.07, 0.2, 0.24, 0.66), title=_("the answer; the digit is a 2"), xlabel=_("digit")
    )
    answer.set(ylim=(0, 1.12), xticks=range(10), yticks=[0, 0.5, 1])
    answer.set_ylabel(_("probability"), fontsize=SMALL)
    loss = add_axes(figure, (0.41, 0.2, 0.24, 0.66), title=_("loss"), xlabel=_("p of the 2"))
    slope = add_axes(figure, (0.74, 0.2, 0.24, 0.66), title=_("slope"), xlabel=_("p of the 2"))
    loss.set(xlim=(-0.02, 1.02), ylim=(-0.15, TOP))
    slope.set(xlim=(-0.02, 1.02), ylim=(FLOOR, 0.6))
    loss.set_ylabel(_("loss"), fontsize=SMALL)
    slope.set_ylabel(_("change of the loss per change of p"), fontsize=SMALL)
    slope.axhline(0, color=GREY, linewidth=0.8)
    lines, dots, tangents = [], [], []
    looks = [(RED, "--", _("half the squares")), (BLUE, "-", _("cross-entropy, nats"))]
    for axes in (loss, slope):
        for color, style, label in looks:
            lines += axes.plot(P, P, color=color, linestyle=style, linewidth=1.8, label=label)
            dots += axes.plot([], [], "o", color=color, markersize=9, clip_on=False, zorder=5)
    for color, _style, _label in looks:
        tangents += loss.plot([], [], color=color, linewidth=4, alpha=0.45, solid_capstyle="round")
    loss.legend(fontsize=SMALL, frameon=False, loc="upper right", handlelength=2.6)
    bars = answer.bar(range(10), np.zeros(10), width=0.7, color="#BFBFBF", edgecolor=GREY)
    bars[RIGHT].set(facecolor=BLUE, edgecolor="black", linewidth=1.5)
    return SimpleNamespace(
        bars=bars,
        shares=[answer.text(i, 0, "", ha="center", fontsize=SMALL - 1) for i in range(10)],
        lines=lines,
        dots=dots,
        tangents=tangents,
    )


def describe_loss(data):
    text = _(
        "With p = {p:.2f} for the right digit, half the squares are {squares:.4f} with slope "
        "{squares_slope:.2f}; the cross-entropy is {entropy:.4f} with slope {entropy_slope:,.2f}."
    ).format(
        p=data.p,
        squares=data.squares,
        squares_slope=data.squares_slope,
        entropy=data.entropy,
        entropy_slope=data.entropy_slope,
    )
    if data.p == 0:
        more = _("Without the 1e-7 in the code, log 0 would make it infinite.")
    elif data.p == 1:
        more = _("The answer is perfect: both losses are 0, and yet cross-entropy still slopes.")
    else:
        ratio = data.entropy_slope / data.squares_slope
        more = _("The cross-entropy pulls {ratio:.1f} times as hard.").format(ratio=ratio)
    return f"{text} {more}"


def loss_panel(*, hide=(), **start):
    """The probability p of the right digit, and how the rest is shared."""
    names = list(PATTERNS)
    panel = Panel(
        title=_("Two losses and one probability"),
        controls={
            "p": slider(_("p of the right digit"), 0.0, 1.0, 0.01, 0.6),
            "rest": choice(_("the rest goes"), names),
        },
        compute=compute_loss,
        draw=draw_loss,
        describe=describe_loss,
        figsize=(9.4, 3.4),
        presets={
            _("first answer: a 2 with 0.6"): {"p": 0.6, "rest": names[0]},
            _("second answer: a 7 with 0.6"): {"p": 0.1, "rest": names[1]},
            _("no idea"): {"p": 0.1, "rest": "evenly"},
            _("certain and wrong"): {"p": 0.0, "rest": "all to the 7"},
        },
        hide=hide,
    )
    return panel.start(start)

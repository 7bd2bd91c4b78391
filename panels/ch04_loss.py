"""Two losses of one answer: half the sum of squares, and the cross-entropy (book 4.2).

The right digit has the probability p; the others share the rest, 1 - p, in a pattern. Slopes are
meant along p with the pattern held. The answer's bars can be dragged: that of the right digit moves
p, another one takes from the other wrong digits or gives to them. A click below a bar makes its
digit the right one, and the answer stays.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import cross_entropy_error, sum_squared_error

from .shell import NumberGrid, Panel, artists, choice, layout_of, slider
from .shell.style import BLACK, BLUE, GREY, NORMAL, RED, SMALL, add_axes

TINY = 1e-7  # what the cross-entropy in `common` adds to p, so that log 0 does not occur
P = np.linspace(0, 1, 401)
TOP = 5.0  # of the drawn losses
FLOOR = -12.0  # of the drawn slopes
FIRST = (0.1, 0.05, 0.0, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0)  # the chapter's two answers to a 2
SECOND = (0.1, 0.05, 0.0, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0)  # but for what they give to the 2
PLACES = {  # of each layout the axes: left, bottom, width, height, as shares of the figure
    "normal": ((0.05, 0.04, 0.28, 0.85), (0.39, 0.15, 0.27, 0.74), (0.72, 0.15, 0.27, 0.74)),
    "narrow": ((0.11, 0.72, 0.87, 0.24), (0.11, 0.4, 0.87, 0.25), (0.11, 0.07, 0.87, 0.22)),
    "lecture": ((0.06, 0.04, 0.28, 0.84), (0.4, 0.18, 0.26, 0.7), (0.73, 0.18, 0.26, 0.7)),
}


class Loss(NamedTuple):
    p: float
    right: int
    y: np.ndarray  # (10,) the probabilities
    squares: float
    entropy: float  # in nats
    squares_slope: float  # along p
    entropy_slope: float
    curve: np.ndarray  # (401,) half the squares at P
    curve_slope: np.ndarray


def compute_loss(p, right, others):
    """Both losses and both slopes at p, and the curves over all p that depend on the others.

    others: shares that the rest is dealt out by, of 0 … 4 and of 5 … 9; the right digit's is void.
    """
    shares = np.array(others, dtype=float).ravel()
    shares[right] = 0
    if not (shares >= 0).all():
        raise ValueError(_("A share below 0 has no meaning; choose 0 or more."))
    if not shares.any():
        text = _("The other digits share the rest: one of them, but not the {right}, needs some.")
        raise ValueError(text.format(right=right))
    shares /= shares.max()
    pattern = shares / shares.sum()
    t = np.eye(10)[right]
    y = p * t + (1 - p) * pattern
    return Loss(
        p=p,
        right=right,
        y=y,
        squares=float(sum_squared_error(y, t)),
        entropy=float(cross_entropy_error(y, t)),
        squares_slope=float(_squares_slope(p, pattern)),
        entropy_slope=-1 / (p + TINY),
        curve=0.5 * (1 - P) ** 2 * (1 + (pattern**2).sum()),
        curve_slope=_squares_slope(P, pattern),
    )


def _squares_slope(p, pattern):
    """d/dp of ½(1 - p)² + ½(1 - p)² Σ pattern²."""
    return -(1 - p) * (1 + (pattern**2).sum())


def grab_answer(hand, values):
    """What a drag of a bar, a click below one, or an arrow key makes of the answer."""
    if hand.down is None:
        right = int(np.clip(values["right"] + hand.dx, 0, 9))
        if right != values["right"]:
            return _another_truth(right, values)
        return {"p": float(np.clip(values["p"] + 0.01 * hand.dy, 0, 1))}
    before = hand.before
    digit, right = int(np.clip(round(hand.down[0]), 0, 9)), before["right"]
    if hand.down[1] < 0:
        return _another_truth(digit, before)
    if digit == right:
        return {"p": float(np.clip(hand.y, 0, 1))}
    return {"others": _dealt_out(digit, hand.y, before)}


def _another_truth(right, values):
    """The same answer to a picture of another digit."""
    y = compute_loss(**values).y
    p, y[right] = round(float(y[right]), 2), 0
    return {"right": right, "p": p, "others": rows(y if y.any() else _evenly(right))}


def _dealt_out(digit, height, values):
    """The shares when one wrong digit's bar has this height, and the right one keeps its p."""
    p, y = values["p"], compute_loss(**values).y
    if p == 1:
        return values["others"]  # there is nothing to share
    y[values["right"]] = 0
    own = float(np.clip(height / (1 - p), 0, 1))
    y[digit] = 0
    if y.sum() == 0:
        y = _evenly(values["right"])
        y[digit] = 0
    y *= (1 - own) / y.sum()
    y[digit] = own
    return rows(y)


def _evenly(right):
    return 1 - np.eye(10)[right]


def rows(shares):
    """Ten shares as a table that fits a phone: of 0 … 4 and of 5 … 9."""
    return np.reshape(shares, (2, 5)).round(3).tolist()


def draw_loss(figure, data):
    art = artists(figure, _lay_out)
    for digit, (bar, text, y) in enumerate(zip(art.bars, art.shares, data.y, strict=True)):
        bar.set_height(y)
        bar.set(facecolor=BLUE if digit == data.right else "#BFBFBF")
        bar.set(edgecolor=BLACK if digit == data.right else GREY)
        text.set_text(f"{y:.2f}".removeprefix("0") if y >= 0.005 else "")
        text.set_y(y + 0.015)
    art.here.set_x(data.right - 0.45)
    values = (data.squares, data.entropy, data.squares_slope, data.entropy_slope)
    art.moving[0].set_data(P, data.curve)
    art.moving[1].set_data(P, data.curve_slope)
    for dot, value in zip(art.dots, values, strict=True):
        low, high = dot.axes.get_ylim()
        inside = low <= value <= high
        dot.set_data([data.p], [np.clip(value, low, high)])
        dot.set_marker("o" if inside else "^" if value > high else "v")
    for tangent, value, slope in zip(art.tangents, values[:2], values[2:], strict=True):
        reach = 0.12 / np.hypot(1, slope / TOP)  # equally long to the eye
        x = np.array([data.p - reach, data.p + reach])
        tangent.set_data(x, value + slope * (x - data.p))


def _lay_out(figure):
    boxes = PLACES[layout_of(figure)]
    answer = add_axes(figure, boxes[0], title=_("the answer"), label="answer")
    loss = add_axes(figure, boxes[1], title=_("loss"), label="loss")
    slope = add_axes(figure, boxes[2], title=_("slope along p"), label="slope")
    loss.set(xlim=(-0.02, 1.02), ylim=(-0.15, TOP))
    slope.set(xlim=(-0.02, 1.02), ylim=(FLOOR, 0.6))
    for axes in (loss, slope):
        axes.set_xlabel(_("p of the right digit"), fontsize=SMALL)
    slope.set_yticks([0, -5, -10])
    slope.axhline(0, color=GREY, linewidth=0.8)
    answer.set(xlim=(-0.6, 9.6), ylim=(-0.16, 1.08), xticks=[], yticks=[0, 0.5, 1])
    answer.spines["bottom"].set_visible(False)
    answer.spines["left"].set_bounds(0, 1.08)
    answer.axhline(0, color=BLACK, linewidth=0.8)
    answer.text(9.5, 1.02, _("framed: the right digit"), ha="right", fontsize=SMALL, color=GREY)
    for digit in range(10):
        answer.text(digit, -0.09, str(digit), ha="center", va="center", fontsize=NORMAL)
    kinds = [(RED, "--", _("half the squares")), (BLUE, "-", _("cross-entropy"))]
    still = (-np.log(P + TINY), -1 / (P + TINY))
    moving, dots, tangents, keys = [], [], [], []
    for axes, curve in ((loss, still[0]), (slope, still[1])):
        for color, style, label in kinds:
            moves = color == RED
            own = {"color": color, "linestyle": style, "linewidth": 1.8, "label": label}
            drawn = axes.plot(P, P if moves else curve, animated=moves, **own)
            moving += drawn if moves else []
            keys += drawn if axes is loss else []
            dots += axes.plot(
                [], [], "o", color=color, markersize=9, clip_on=False, zorder=5, animated=True
            )
    for color, _style, _label in kinds:
        tangents += loss.plot(
            [], [], color=color, linewidth=4, alpha=0.45, solid_capstyle="round", animated=True
        )
    loss.legend(handles=keys, fontsize=SMALL, frameon=False, loc="upper right", handlelength=1.9)
    bars = answer.bar(range(10), np.zeros(10), width=0.72, linewidth=1.2, animated=True)
    (here,) = answer.bar(
        [0], [0.135], bottom=-0.155, width=0.9, animated=True, fill=False, linewidth=2
    )
    shares = [answer.text(i, 0, "", ha="center", fontsize=SMALL, animated=True) for i in range(10)]
    return SimpleNamespace(
        bars=bars, here=here, shares=shares, moving=moving, dots=dots, tangents=tangents
    )


def describe_loss(data):
    text = _(
        "With p = {p:.2f} for the right digit, the {right}, half the squares are {squares:.4f} "
        "with slope {squares_slope:.2f}; the cross-entropy is {entropy:.4f} with slope "
        "{entropy_slope:,.2f}."
    ).format(
        p=data.p,
        right=data.right,
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
    """The probability p of the right digit, and how the others share the rest."""
    hidden = {hide} if isinstance(hide, str) else {*hide}
    two = {"right": 2}
    panel = Panel(
        title=_("Two losses of one answer"),
        controls={
            "p": slider(_("p of the right digit"), 0.0, 1.0, 0.01, 0.6),
            "right": choice(_("the right digit"), range(10), 2),
            "others": NumberGrid(_("the others"), rows(FIRST)),
        },
        compute=compute_loss,
        draw=draw_loss,
        describe=describe_loss,
        figsize=(9.4, 3.3),
        narrow=(3.6, 6.6),
        lecture=(7.2, 2.6),
        touch={"answer": grab_answer, "loss": ("p", None), "slope": ("p", None)},
        presets={
            _("first answer: a 2 with 0.6"): {**two, "p": 0.6, "others": rows(FIRST)},
            _("second answer: a 7 with 0.6"): {**two, "p": 0.1, "others": rows(SECOND)},
            _("no idea"): {**two, "p": 0.1, "others": rows(_evenly(2))},
            _("certain and wrong"): {**two, "p": 0.0, "others": rows(np.eye(10)[7])},
        },
        stops=[
            {"p": 0.01},
            {"p": 0.1},
            {"p": 0.6, "right": 7, "others": rows([*FIRST[:2], 0.1, *FIRST[3:7], 0, 0, 0])},
        ],
        hide=hidden | {"right"},  # a click, and the arrow keys, keep the answer as it is
    )
    return panel.start(start)

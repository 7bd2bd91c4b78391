"""One neuron on a plane: where it fires, and which logic gate that is (book 3.1)."""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from common.functions import relu, sigmoid, step_function

from .ch03_line import ENDS, Handled, normal_of, seen
from .shell import Panel, artists, choice, layout_of, slider
from .shell.style import BLACK, BLUE, GREY, NORMAL, RED, SMALL, add_axes

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XOR": (0, 1, 1, 0)}
ACTIVATIONS = {"step": step_function, "sigmoid": sigmoid, "ReLU": relu, "tanh": np.tanh}
FIRING = {"step": "y = 1", "sigmoid": "y > 0.5", "ReLU": "y > 0", "tanh": "y > 0"}
RANGES = {"step": (0, 1), "sigmoid": (0, 1), "ReLU": (0, 2), "tanh": (-1, 1)}  # of the colours
LOW, HIGH = -0.5, 1.5  # the part of the plane that is drawn
PLANE = np.linspace(LOW, HIGH, 81)
LARGEST_BIAS = 3.0
REACH = 0.2  # how near to a knob a hand may come down beside it
TICK = Path([(-1, 0), (-0.3, -0.8), (1, 0.9)], closed=False)  # ✓ as a marker


class Neuron(NamedTuple):
    w1: float
    w2: float
    b: float
    activation: str
    outputs: np.ndarray  # (4,) y at INPUTS
    fires: tuple  # (4,) 1 where the weighted sum is above 0
    plane: np.ndarray  # (81, 81) y at every point of the plane, x2 from low to high
    line: (
        np.ndarray
    )  # (2, 2) where the line a = 0 enters the plane and leaves it; (0, 2) if nowhere
    normal: np.ndarray  # (2,) a step of 1 towards the side where it fires
    right: dict  # gate -> how many of its four rows this neuron gets right


def compute_neuron(w1, w2, b, activation):
    """y = h(w1 x1 + w2 x2 + b) on the plane and at the four corners of the truth table."""
    h = ACTIVATIONS[activation]
    sums = np.round(INPUTS @ [w1, w2] + b, 9)  # 0.1 + 0.2 - 0.3 is a 0 that floats miss
    fires = tuple((sums > 0).astype(int).tolist())
    x1, x2 = np.meshgrid(PLANE, PLANE)
    return Neuron(
        w1=w1,
        w2=w2,
        b=b,
        activation=activation,
        outputs=np.asarray(h(sums), dtype=float),
        fires=fires,
        plane=np.asarray(h(w1 * x1 + w2 * x2 + b), dtype=float),
        line=seen((w1, w2, b), (LOW, HIGH)),
        normal=normal_of((w1, w2, b)),
        right={
            name: sum(y == t for y, t in zip(fires, gate, strict=True))
            for name, gate in GATES.items()
        },
    )


def grab_line(hand, values):
    """The line goes through the pointer; by a knob near its end it turns. Keys: up, down shift it.

    Weights are tenths here, so that turning goes along the square of those that are as large.
    """
    before = hand.before
    w, b = np.array([before["w1"], before["w2"]]), before["b"]
    if not w.any():
        return {}
    line = seen((*w, b), (LOW, HIGH))
    middle = line.mean(axis=0) if len(line) else np.array([0.5, 0.5])
    if hand.dy:
        return {"b": b - 0.1 * hand.dy * np.sign(w[1] or w[0])}
    if hand.dx:
        return _through(_turned(w, -hand.dx), middle)
    place = np.array([hand.x, hand.y])
    knobs = middle + np.outer((ENDS, -ENDS), line[1] - line[0]) if len(line) else np.full((1, 2), 9)
    distance = np.hypot(*(knobs - hand.down).T)
    if distance.min() > REACH:
        return _through(w, place)
    arm, new = knobs[distance.argmin()] - middle, place - middle
    turn = np.arctan2(new[1], new[0]) - np.arctan2(arm[1], arm[0])
    there = w @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    return _through(there / abs(there).max() * abs(w).max(), middle)


def _turned(w, steps):
    """The weights `steps` tenths further to the left on the square."""
    size = round(10 * abs(w).max())
    sides = np.arange(-size, size)
    up, down = np.full(2 * size, size), np.full(2 * size, -size)
    square = np.stack([np.r_[up, -sides, down, sides], np.r_[sides, up, -sides, down]], axis=1)
    at = np.flatnonzero((square == np.round(10 * w)).all(axis=1))[0]
    return square[(at + steps) % len(square)] / 10


def _through(w, place):
    """The neuron whose line goes through `place`; smaller if its bias had no room."""
    b = -w @ place
    scale = min(1.0, LARGEST_BIAS / max(abs(b), 1e-9))
    return {"w1": w[0] * scale, "w2": w[1] * scale, "b": b * scale}


def draw_neuron(figure, data):
    art = artists(figure, _lay_out)
    low, high = RANGES[data.activation]
    art.image.set_data(data.plane)
    if art.image.get_clim() != (low, high):
        art.image.set_clim(low, high)
    art.line.show(data.line, data.normal, True)
    art.title.set_text(f"y = {data.activation}({_sum(data)})")
    fires = np.array(data.fires, dtype=bool)
    art.firing.set_data(*INPUTS[fires].T)
    art.silent.set_data(*INPUTS[~fires].T)
    for label, y in zip(art.labels, data.outputs, strict=True):
        label.set_text(f"y = {y:.2f}".replace("-", "−"))
    for value, digit in enumerate(art.fires):
        rows = np.flatnonzero(fires == value)
        digit.set_data(np.full(len(rows), 1.85), FIRST + rows)
    agrees = np.array([[y == t for y, t in zip(data.fires, GATES[g], strict=True)] for g in GATES])
    for marks, which in ((art.right, agrees), (art.wrong, ~agrees)):
        gates, rows = np.nonzero(which)
        marks.set_data(GATE + WIDE * gates + 0.28, FIRST + rows)
    counts = np.array(list(data.right.values()))
    for count, digit in enumerate(art.counts):
        gates = np.flatnonzero(counts == count)
        digit.set_data(GATE + WIDE * gates, np.full(len(gates), 5.85))
    art.frame.set_visible(counts.max() == 4)
    art.frame.set_x(GATE + WIDE * counts.argmax() - WIDE / 2)


def _sum(data):
    terms = [(data.w1, "·x₁"), (data.w2, "·x₂"), (data.b, "")]
    text = " ".join(f"{'−' if value < 0 else '+'} {abs(value):.1f}{x}" for value, x in terms)
    return text.removeprefix("+ ").replace("− ", "−", 1) if data.w1 < 0 else text[2:]


# Of the plane, of the scale of its colours and of the table, in shares of the figure.
BOXES = {
    "normal": ((0.05, 0.135, 0.37, 0.775), (0.43, 0.135, 0.015, 0.775), (0.51, 0.02, 0.49, 0.94)),
    "narrow": ((0.11, 0.52, 0.71, 0.43), (0.84, 0.52, 0.03, 0.43), (0, 0.01, 1, 0.41)),
    "lecture": ((0.05, 0.15, 0.31, 0.75), (0.37, 0.15, 0.015, 0.75), (0.46, 0.02, 0.54, 0.94)),
}
FIRST, GATE, WIDE = 1.7, 3.1, 1.15  # of the table: the first row, the first gate, a gate's width


def _lay_out(figure):
    boxes = BOXES[layout_of(figure)]
    plane = add_axes(figure, boxes[0], label="plane")
    plane.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH), xticks=[0, 1], yticks=[0, 1])
    for name, place in (("x₁", (0.5, -0.07)), ("x₂", (-0.06, 0.5))):  # beside the ticks
        center = {"ha": "center", "va": "center", "fontsize": NORMAL}
        plane.text(*place, name, transform=plane.transAxes, **center)
    moves = {"animated": True}
    image = plane.imshow(
        np.zeros((2, 2)), extent=(LOW, HIGH, LOW, HIGH), origin="lower", cmap="Blues", alpha=0.75,
        aspect="auto", **moves,
    )  # fmt: skip
    scale = figure.colorbar(image, cax=figure.add_axes(boxes[1]), ticks=MaxNLocator(2))
    scale.ax.tick_params(labelsize=SMALL)
    scale.ax.set_xlabel("y", fontsize=NORMAL)
    points = {"markersize": 11, "markeredgecolor": "black", "clip_on": False, "zorder": 3, **moves}
    (firing,) = plane.plot([], [], "o", markerfacecolor="black", **points)
    (silent,) = plane.plot([], [], "o", markerfacecolor="white", **points)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
    below = {"ha": "center", "va": "top", "fontsize": SMALL, "bbox": box, "zorder": 4, **moves}
    title = plane.set_title("", fontsize=NORMAL, loc="left")
    title.set_animated(True)

    table = add_axes(figure, boxes[2], frame=False)
    table.set(xlim=(0, 7.2), ylim=(6.6, 0))

    def write(x, y, text, **options):
        options = {"ha": "center", "va": "center", "fontsize": NORMAL, **options}
        return table.text(x, y, text, **options)

    places = {name: GATE + WIDE * i for i, name in enumerate(GATES)}
    for text, x in {"x₁": 0.35, "x₂": 0.95, _("fires"): 1.85, **places}.items():
        write(x, 0.7, text, fontweight="bold")
    for y in (1.15, 5.25):
        table.axhline(y, color=GREY, linewidth=1)
    for i, pair in enumerate(INPUTS):
        for x, value in zip((0.35, 0.95), pair, strict=True):
            write(x, FIRST + i, str(value))
        for name, x in places.items():
            write(x - 0.12, FIRST + i, str(GATES[name][i]))
    write(1.25, 5.85, _("rows that agree"), fontsize=SMALL)
    marks = {"linestyle": "", "markersize": 9, "markeredgewidth": 2, "fillstyle": "none", **moves}
    digit = {"linestyle": "", "markersize": 10, "color": BLACK, "markeredgewidth": 0.3, **moves}
    digits = [table.plot([], [], marker=f"${n}$", **digit)[0] for n in (0, 1, 0, 1, 2, 3, 4)]
    frame = Rectangle(
        (0, 0.2), WIDE, 6.2, facecolor="none", edgecolor=BLACK, linewidth=1.8, **moves
    )
    return SimpleNamespace(
        image=image,
        line=Handled(plane, RED, "--", "", -0.18),
        firing=firing,
        silent=silent,
        title=title,
        labels=[plane.text(x1, x2 - 0.12, "", **below) for x1, x2 in INPUTS],
        fires=digits[:2],
        counts=digits[2:],
        right=table.plot([], [], marker=TICK, color=BLUE, **marks)[0],
        wrong=table.plot([], [], marker="x", color=RED, **marks)[0],
        frame=table.add_patch(frame),
    )


def describe_neuron(data):
    corners = [f"({x1}, {x2})" for (x1, x2), fires in zip(INPUTS, data.fires, strict=True) if fires]
    equal = [name for name, right in data.right.items() if right == 4]
    if not len(data.line):
        where = _(
            "Both weights are 0: there is no line, and the bias alone decides ({firing} or not)."
        )
    elif len(corners) == 4:
        where = _("The neuron fires ({firing}) at all four corners.")
    elif corners:
        where = _("The neuron fires ({firing}) at {corners}.")
    else:
        where = _("The neuron fires ({firing}) at none of the four corners.")
    where = where.format(firing=FIRING[data.activation], corners=", ".join(corners))
    if equal:
        which = _("It computes {gate}.").format(gate=equal[0])
    elif data.right["XOR"] == 3:
        which = _(
            "It computes none of the four gates; XOR is right in three rows, "
            "and no straight line gets the fourth."
        )
    else:
        which = _("It computes none of the four gates.")
    return f"{where} {which}"


def neuron_panel(*, hide=(), **start):
    """Weights, bias and activation of one neuron with two inputs."""
    panel = Panel(
        title=_("A neuron with two inputs"),
        controls={
            "w1": slider(_("weight w₁"), -2.0, 2.0, 0.1, 1.0),
            "w2": slider(_("weight w₂"), -2.0, 2.0, 0.1, 1.0),
            "b": slider(_("bias b"), -LARGEST_BIAS, LARGEST_BIAS, 0.1, -1.5),
            "activation": choice(_("activation"), ACTIVATIONS.keys()),
        },
        compute=compute_neuron,
        draw=draw_neuron,
        describe=describe_neuron,
        figsize=(9.2, 3.7),
        narrow=(3.6, 6.2),
        lecture=(7.2, 2.88),
        touch={"plane": grab_line},
        stops=[{"activation": "sigmoid"}],
        presets={
            "AND": {"w1": 1.0, "w2": 1.0, "b": -1.5},
            "OR": {"w1": 1.0, "w2": 1.0, "b": -0.5},
            "NAND": {"w1": -1.0, "w2": -1.0, "b": 1.5},
            _("XOR: not possible with one line"): {"w1": 1.0, "w2": -1.0, "b": -0.5},
        },
        hide=hide,
    )
    return panel.start(start)

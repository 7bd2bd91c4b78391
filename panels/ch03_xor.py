"""XOR by two lines: what a hidden layer does to four points that no line can part (book 3.1).

Two neurons read the plane of the inputs; their outputs are the plane that a third one reads. A
single line parts the black points from the white ones only where the joins of the two kinds do not
meet: on the left they always do.
"""

from gettext import gettext as _
from itertools import combinations
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection

from common.functions import sigmoid, step_function

from .ch03_line import Handled, moved, normal_of, seen
from .ch03_neuron import GATES, INPUTS
from .shell import NumberGrid, Panel, artists, choice, layout_of
from .shell.style import BLACK, GREEN, GREY, NORMAL, RED, SMALL, add_axes

XOR = np.array(GATES["XOR"], dtype=bool)
ACTIVATIONS = {"step": step_function, "sigmoid": sigmoid}
IN, OUT = (-0.5, 1.5), (-0.3, 1.3)  # what is drawn of the inputs and of the hidden outputs
LARGEST = 1000.0
BENT = np.linspace(0, 1, 11)  # lines of the grid over the square of the four inputs
MARKERS = "os^D"  # of the four inputs
LINES = {  # colour, line style, name; where the knob sits, as a share of the line from its middle
    "first": (RED, "--", "1", 0.1),
    "second": (GREEN, "-.", "2", -0.1),
    "output": (BLACK, "-", "y", -0.2),  # points often lie about the middle of this one
}


class Xor(NamedTuple):
    hand: str  # the line that the arrow keys move, "first" or "second"
    lines: dict  # name -> (2, 2), the ends of what is seen of it, or (0, 2)
    normals: dict  # name -> (2,), of length 1, to the side where it fires; 0 without weights
    hidden: np.ndarray  # (4, 2) what the two hidden neurons make of INPUTS
    shown: np.ndarray  # (4, 2) the same, with points on one spot drawn side by side
    outputs: np.ndarray  # (4,)
    right: np.ndarray  # (4,) whether the output fires where XOR is 1
    gates: tuple  # of the two hidden neurons: which gate each is, or where it fires
    lost: tuple  # of inputs on one spot, though XOR tells them apart: two rows of INPUTS, or none
    parted: bool  # whether some line parts the two kinds in the plane of the hidden outputs
    plane: np.ndarray  # (121, 121) output over the plane of the inputs
    behind: np.ndarray  # the same over the plane of the hidden outputs
    grid: np.ndarray  # (22, 41, 2) a grid over the inputs, bent by sigmoids; steps leave none of it


def compute_xor(first, second, output, activation, hand):
    """Three neurons (w1, w2, b); two read the inputs, the third reads these two."""
    neurons = {"first": first[0], "second": second[0], "output": output[0]}
    if np.abs(list(neurons.values())).max() > LARGEST:
        raise ValueError(_("Weights beyond 1000 look the same as 1000: choose smaller ones."))
    h = ACTIVATIONS[activation]
    w = np.array([first[0], second[0]]).T  # (3, 2): two columns of weights, biases below

    def sums(points, weights):  # what is 0 but for rounding is 0
        return np.round(points @ weights[:2] + weights[2], 9)

    def layer(points):
        return np.asarray(h(sums(points, w)), dtype=float)  # (..., 2)(2, 2) -> (..., 2)

    hidden = layer(INPUTS)
    last = sums(hidden, np.array(neurons["output"]))
    steps = np.linspace(0, 1, 41)
    columns = np.stack(np.meshgrid(BENT, steps, indexing="ij"), axis=-1)  # (11, 41, 2)
    return Xor(
        hand=hand,
        lines={name: seen(w, OUT if name == "output" else IN) for name, w in neurons.items()},
        normals={name: normal_of(w) for name, w in neurons.items()},
        hidden=hidden,
        shown=_side_by_side(hidden, normal_of(neurons["output"])),
        outputs=np.asarray(h(last), dtype=float),
        right=(last > 0) == XOR,
        gates=tuple(_gate(sums(INPUTS, w[:, i]) > 0) for i in (0, 1)),
        lost=_on_one_spot(hidden),
        parted=gap(hidden[XOR], hidden[~XOR]) > 1e-6,
        plane=h(sums(layer(_square(IN)), np.array(neurons["output"]))),
        behind=h(sums(_square(OUT), np.array(neurons["output"]))),
        grid=layer(np.concatenate([columns, columns[..., ::-1]]))
        if activation == "sigmoid"
        else (),
    )


def _square(limits):
    """Points all over a plane, (121, 121, 2)."""
    return np.stack(np.meshgrid(*[np.linspace(*limits, 121)] * 2), axis=-1)


def gap(some, others):
    """The width of the widest straight lane between two pairs of points; 0 if none is free."""
    points = np.concatenate([some, others])
    widest = 0.0
    for a, b in combinations(points, 2):
        length = np.hypot(*(b - a))
        if length > 1e-9:
            for x, y in ((b - a) / length, (b - a)[::-1] * (1, -1) / length):
                one, other = some @ (x, y), others @ (x, y)
                widest = max(widest, one.min() - other.max(), other.min() - one.max())
    return widest


def _gate(fires):
    names = [name for name, gate in GATES.items() if np.array_equal(gate, fires)]
    if names:
        return names[0]
    corners = " ".join(f"({a}, {b})" for a, b in INPUTS[fires])
    if not corners:
        return _("never fires")
    return _("always fires") if fires.all() else _("fires at {corners}").format(corners=corners)


def _on_one_spot(hidden):
    for black in np.flatnonzero(XOR):
        for white in np.flatnonzero(~XOR):
            if np.hypot(*(hidden[black] - hidden[white])) < 1e-9:
                return int(white), int(black)
    return ()


def _side_by_side(hidden, normal):
    """Points closer than 0.03 to an earlier one, moved along the output's line to be seen."""
    aside = 0.1 * np.array([normal[1], -normal[0]] if normal.any() else [1.0, 0.0])
    before = [sum(np.hypot(*(hidden[:i] - hidden[i]).T) < 0.03) for i in range(4)]
    return hidden + np.outer(before, aside)


def draw_xor(figure, data):
    art = artists(figure, _lay_out)
    art.plane.set_data(data.plane)
    art.behind.set_data(data.behind)
    art.grid.set_segments(data.grid)
    for points, art_points, joins in (
        (INPUTS, art.inputs, art.input_joins),
        (data.shown, art.hidden, art.hidden_joins),
    ):
        for place, point, right in zip(points, art_points, data.right, strict=True):
            point.set_data([place[0]], [place[1]])
            point.set(markeredgecolor=BLACK if right else RED, markeredgewidth=1 if right else 3.5)
        for join, kind in zip(joins, (XOR, ~XOR), strict=True):
            join.set_data(*points[kind].T)
    for name, line in art.lines.items():
        line.show(data.lines[name], data.normals[name], name in (data.hand, "output"))
    for i, (y, right) in enumerate(zip(data.outputs, data.right, strict=True)):
        art.answers[i].set_text(f"{y:.2f} ✓" if right else f"{y:.2f} ✗")
        art.answers[i].set_color(BLACK if right else RED)


def _lay_out(figure):
    width, height = figure.get_size_inches()
    if layout_of(figure) == "narrow":
        side = (width - 0.55, (height - 3.15) / 2)
        left, right = (0.45, height - 0.35 - side[1]), (0.45, 2.3)
        words = (0.1, 0.05, width - 0.2, 1.8)
    else:
        side = (height - 0.85,) * 2
        left, right = (0.42, 0.5), (0.97 + side[0], 0.5)
        words = (1.1 + 2 * side[0], 0.1, width - 1.15 - 2 * side[0], height - 0.15)

    def share(x, y, w, h):
        return x / width, y / height, w / width, h / height

    titles = _("the inputs"), _("behind the hidden layer")
    planes = []
    for (x, y), title, name, limits in zip(
        (left, right), titles, ("x", "s"), (IN, OUT), strict=True
    ):
        label = "inputs" if name == "x" else "hidden"
        axes = add_axes(figure, share(x, y, *side), title=title, label=label)
        axes.set(xlim=limits, ylim=limits, xticks=[0, 1], yticks=[0, 1])
        axes.set_xlabel(f"{name}1", fontsize=SMALL, labelpad=-8)
        axes.set_ylabel(f"{name}2", fontsize=SMALL, labelpad=-8)
        planes.append(axes)
    images = [
        axes.imshow(np.zeros((2, 2)), extent=(*limits, *limits), origin="lower", cmap="Blues",
                    vmin=0, vmax=1.9, aspect="auto", animated=True,
                    interpolation="bilinear")
        for axes, limits in zip(planes, (IN, OUT), strict=True)
    ]  # fmt: skip
    grid = LineCollection([], colors="#555555", linewidths=0.6, alpha=0.6, animated=True)
    planes[1].add_collection(grid)
    art = SimpleNamespace(plane=images[0], behind=images[1], grid=grid)
    art.input_joins, art.hidden_joins = (
        [
            axes.plot([], [], color=BLACK, linewidth=1, linestyle=style, animated=True)[0]
            for style in ("-", (0, (2, 2)))
        ]
        for axes in planes
    )
    art.lines = {name: Handled(planes[name == "output"], *look) for name, look in LINES.items()}
    art.inputs, art.hidden = (
        [
            axes.plot([], [], MARKERS[i], markersize=10, animated=True, zorder=4,
                      markerfacecolor="black" if one else "white", clip_on=False)[0]
            for i, one in enumerate(XOR)
        ]
        for axes in planes
    )  # fmt: skip
    _lay_out_table(art, add_axes(figure, share(*words), frame=False))
    return art


def _lay_out_table(art, table):
    table.set(xlim=(0, 6), ylim=(8, 0))
    art.answers = []

    def write(x, y, text, **options):
        words = {"fontsize": NORMAL, "ha": "center", "va": "center", **options}
        return table.text(x, y, text, **words)

    for x, text in ((1.8, "x1 x2"), (3.2, "XOR"), (4.9, _("output"))):
        write(x, 0.5, text, fontweight="bold")
    table.axhline(1.05, color=GREY, linewidth=1)
    for i, ((x1, x2), one) in enumerate(zip(INPUTS, XOR, strict=True)):
        y = 1.7 + i
        face = "black" if one else "white"
        table.plot(0.6, y, MARKERS[i], markersize=10, markerfacecolor=face, markeredgecolor=BLACK)
        write(1.8, y, f"{x1}  {x2}")
        write(3.2, y, str(int(one)))
        art.answers.append(write(4.9, y, "", animated=True))
    write(0.3, 5.9, _("red rim: output is wrong"), fontsize=SMALL, color=GREY, ha="left")
    write(0.3, 6.6, _("dark: output fires"), fontsize=SMALL, color=GREY, ha="left")
    write(0.3, 7.3, _("arrow: where it fires"), fontsize=SMALL, color=GREY, ha="left")


def describe_xor(data):
    wrong = [f"({a}, {b})" for a, b in INPUTS[~data.right]]
    if not wrong:
        text = _("All four points are right.")
    else:
        text = _("{right} of 4 points are right; wrong: {wrong}.")
    text = text.format(right=4 - len(wrong), wrong=", ".join(wrong))
    first, second = data.gates
    if data.hand == "first":
        lines = _("Line 1 (in hand): {first}; line 2: {second}.")
    else:
        lines = _("Line 1: {first}; line 2 (in hand): {second}.")
    return f"{text} {lines.format(first=first, second=second)} {_why(data, wrong)}"


def _why(data, wrong):
    if data.lost:
        white, black = (f"({a}, {b})" for a, b in INPUTS[list(data.lost)])
        text = _("They put {white} and {black} on one spot, and XOR must tell these apart.")
        return text.format(white=white, black=black)
    if not data.parted:
        return _(
            "Behind them the join of the black points still meets the join of the white ones: "
            "no line can part them."
        )
    if wrong:
        return _("Behind them the two joins do not meet: the output's line could part the kinds.")
    return _("Behind them the two joins do not meet, and one line parts black from white.")


# Under the hand


def grab_hidden(hand, values):
    """Lines 1 and 2: the nearer one follows the pointer, arrow keys move the one in hand."""
    name = values["hand"]
    if hand.down is not None:
        away = {name: _away(hand.before[name][0], name, hand.down) for name in ("first", "second")}
        name = min(away, key=away.get)
    line = moved(hand.before[name][0], hand, IN)
    return {name: [line], "hand": name} if line else {}


def grab_output(hand, values):
    line = moved(hand.before["output"][0], hand, OUT)
    return {"output": [line]} if line else {}


def _away(neuron, name, place):
    """How far a place is from a neuron's line, and a little from its knob: for lines that agree."""
    ends = seen(neuron, IN)
    if not len(ends):
        return np.inf
    knob = ends.mean(axis=0) + LINES[name][3] * (ends[1] - ends[0])
    return abs(normal_of(neuron) @ (place - knob)) + 0.1 * np.hypot(*(place - knob))


def xor_panel(*, hide=(), **start):
    """Two hidden neurons and the output, by hand."""
    nand, both = [[-1.0, -1.0, 1.5]], [[1.0, 1.0, -1.5]]
    either = [[1.0, 1.0, -0.5]]

    def preset(first, second, output, activation="step"):
        return {"first": first, "second": second, "output": output, "activation": activation}

    def longer(neuron, times):
        return [[times * number for number in neuron[0]]]

    panel = Panel(
        title=_("XOR: two lines, and what lies behind them"),
        controls={
            "first": NumberGrid(_("1: w1, w2, b"), nand),
            "second": NumberGrid(_("2: w1, w2, b"), either),
            "output": NumberGrid(_("y: w1, w2, b"), both),
            "activation": choice(_("activation"), ACTIVATIONS.keys()),
            "hand": choice(_("in hand"), {_("line 1"): "first", _("line 2"): "second"}),
        },
        compute=compute_xor,
        draw=draw_xor,
        describe=describe_xor,
        figsize=(9.4, 3.6),
        narrow=(3.6, 7.3),
        lecture=(7.2, 2.85),
        touch={"inputs": grab_hidden, "hidden": grab_output},
        presets={
            _("NAND and OR"): preset(nand, either, both),
            _("one line alone"): preset([[1.0, -1.0, -0.5]], [[0.0, 0.0, 0.0]], [[1.0, 0.0, -0.5]]),
            _("both lines the same"): preset(either, either, [[1.0, -1.0, -0.5]]),
            _("right lines, wrong output"): preset(nand, either, either),
            _("sigmoids with short weights"): preset(nand, either, [[1.0, 1.0, -1.22]], "sigmoid"),
            _("sigmoids with longer weights"): preset(
                longer(nand, 4), longer(either, 4), longer(both, 8), "sigmoid"
            ),
        },
        hide=hide,
    )
    return panel.start(start)

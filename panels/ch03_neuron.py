"""One neuron on a plane: where it fires, and which logic gate that is (book 3.1)."""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import relu, sigmoid, step_function

from .shell import Panel, artists, choice, slider
from .shell.style import BLUE, GREY, LIGHT, NORMAL, RED, SMALL, add_axes

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XOR": (0, 1, 1, 0)}
ACTIVATIONS = {"step": step_function, "sigmoid": sigmoid, "ReLU": relu, "tanh": np.tanh}
FIRING = {"step": "y = 1", "sigmoid": "y > 0.5", "ReLU": "y > 0", "tanh": "y > 0"}
RANGES = {"step": (0, 1), "sigmoid": (0, 1), "ReLU": (0, 2), "tanh": (-1, 1)}  # of the colours
LOW, HIGH = -0.5, 1.5  # the part of the plane that is drawn
PLANE = np.linspace(LOW, HIGH, 81)


class Neuron(NamedTuple):
    w1: float
    w2: float
    b: float
    activation: str
    outputs: np.ndarray  # (4,) y at INPUTS
    fires: tuple  # (4,) 1 where the weighted sum is above 0
    plane: np.ndarray  # (81, 81) y at every point of the plane, x2 downwards from low to high
    line: np.ndarray  # (2, 2) two points of the decision line, or (0, 2) if there is none
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
        line=_decision_line(w1, w2, b),
        right={
            name: sum(y == t for y, t in zip(fires, gate, strict=True))
            for name, gate in GATES.items()
        },
    )


def _decision_line(w1, w2, b):
    """Two points of w1 x1 + w2 x2 + b = 0, far outside of what is drawn."""
    length = np.hypot(w1, w2)
    if length == 0:
        return np.empty((0, 2))
    normal = np.array([w1, w2]) / length
    nearest_to_origin = -b / length * normal
    along = np.array([-normal[1], normal[0]])
    reach = 5 + abs(b) / length
    return np.stack([nearest_to_origin - reach * along, nearest_to_origin + reach * along])


def draw_neuron(figure, data):
    art = artists(figure, _lay_out)
    low, high = RANGES[data.activation]
    art.image.set_data(data.plane)
    art.image.set_clim(low, high)
    art.line.set_data(data.line[:, 0], data.line[:, 1])
    art.plane.set_title(f"y = {data.activation}({_sum(data)})", fontsize=NORMAL, loc="left")
    for i, (y, fires) in enumerate(zip(data.outputs, data.fires, strict=True)):
        art.points[i].set_markerfacecolor("black" if fires else "white")
        art.labels[i].set_text(f"y = {y:.2f}".replace("-", "−"))
        art.neuron[i].set_text(str(fires))
        for name, gate in GATES.items():
            agrees = gate[i] == fires
            art.cells[name][i].set_text(f"{gate[i]} {'✓' if agrees else '✗'}")
            art.cells[name][i].set_color(BLUE if agrees else RED)
    for name, right in data.right.items():
        equal = right == 4
        art.verdicts[name].set_text("equal" if equal else f"{right} of 4")
        art.verdicts[name].set_fontweight("bold" if equal else "normal")
        art.columns[name].set_alpha(1.0 if equal else 0.0)


def _sum(data):
    terms = [(data.w1, "·x1"), (data.w2, "·x2"), (data.b, "")]
    text = " ".join(f"{'−' if value < 0 else '+'} {abs(value):.1f}{x}" for value, x in terms)
    return text.removeprefix("+ ").replace("− ", "−", 1) if data.w1 < 0 else text[2:]


def _lay_out(figure):
    plane = add_axes(figure, (0.06, 0.13, 0.37, 0.74), xlabel="x1", ylabel="x2")
    plane.set(xlim=(LOW, HIGH), ylim=(LOW, HIGH), xticks=[0, 1], yticks=[0, 1])
    image = plane.imshow(
        np.zeros((2, 2)),
        extent=(LOW, HIGH, LOW, HIGH),
        origin="lower",
        cmap="Blues",
        alpha=0.75,
        aspect="auto",
    )
    scale = figure.colorbar(image, cax=figure.add_axes((0.445, 0.13, 0.015, 0.74)))
    scale.ax.tick_params(labelsize=SMALL)
    scale.set_label("output y", fontsize=SMALL)
    (line,) = plane.plot([], [], color=RED, linewidth=2.5, linestyle="--")
    points, labels = [], []
    for x1, x2 in INPUTS:
        points += plane.plot(x1, x2, "o", markersize=11, markeredgecolor="black", clip_on=False)
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5}
        labels.append(
            plane.text(x1, x2 - 0.15, "", ha="center", va="top", fontsize=SMALL, bbox=box)
        )
    table = add_axes(figure, (0.55, 0.08, 0.44, 0.84), frame=False)
    table.set(xlim=(0, 7), ylim=(7, 0))

    def write(x, y, text, **options):
        return table.text(x, y, text, ha="center", va="center", **{"fontsize": NORMAL, **options})

    heads = {"x1": 0.4, "x2": 1.1, _("fires"): 2.2, "AND": 3.5, "OR": 4.5, "NAND": 5.5, "XOR": 6.5}
    for text, x in heads.items():
        write(x, 0.6, text, fontweight="bold")
    table.axhline(1.1, color=GREY, linewidth=1)
    table.axhline(5.4, color=GREY, linewidth=1)
    for i, pair in enumerate(INPUTS):
        for x, value in zip((0.4, 1.1), pair, strict=True):
            write(x, 1.8 + i, str(value))
    columns = {
        name: table.axvspan(3.03 + i, 3.97 + i, ymin=0.04, ymax=0.97, color=LIGHT, zorder=0)
        for i, name in enumerate(GATES)
    }
    write(2.2, 6.0, _("agrees in"), color=GREY, fontsize=SMALL)
    return SimpleNamespace(
        plane=plane,
        image=image,
        line=line,
        points=points,
        labels=labels,
        columns=columns,
        neuron=[write(2.2, 1.8 + i, "", fontweight="bold") for i in range(4)],
        cells={
            name: [write(3.5 + j, 1.8 + i, "") for i in range(4)] for j, name in enumerate(GATES)
        },
        verdicts={name: write(3.5 + j, 6.0, "") for j, name in enumerate(GATES)},
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
            "w1": slider(_("weight w1"), -2.0, 2.0, 0.1, 1.0),
            "w2": slider(_("weight w2"), -2.0, 2.0, 0.1, 1.0),
            "b": slider(_("bias b"), -3.0, 3.0, 0.1, -1.5),
            "activation": choice(_("activation"), ACTIVATIONS.keys()),
        },
        compute=compute_neuron,
        draw=draw_neuron,
        describe=describe_neuron,
        figsize=(9.2, 3.7),
        presets={
            "AND": {"w1": 1.0, "w2": 1.0, "b": -1.5},
            "OR": {"w1": 1.0, "w2": 1.0, "b": -0.5},
            "NAND": {"w1": -1.0, "w2": -1.0, "b": 1.5},
            _("XOR: not possible with one line"): {"w1": 1.0, "w2": -1.0, "b": -0.5},
        },
        hide=hide,
    )
    return panel.start(start)

"""A network of three layers drawn as a graph, with every weight and every value (book 3.4)."""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from common.functions import identity_function, relu, sigmoid, softmax

from .shell import Panel, artists, choice, slider
from .shell.style import BLACK, BLUE, GREY, NORMAL, SMALL, add_axes

WEIGHTS = (  # (numbers in, numbers out)
    np.array([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]]),
    np.array([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]),
    np.array([[0.1, 0.3], [0.2, 0.4]]),
)
BIASES = (np.array([0.1, 0.2, 0.3]), np.array([0.1, 0.2]), np.array([0.1, 0.2]))
PLACES = (  # of the weights' labels along their edges, so that no label lies on another edge
    ((0.68, 0.44, 0.64), (0.20, 0.30, 0.30), (0.30, 0.30, 0.52)),
    ((0.58, 0.26), (0.64, 0.20), (0.22, 0.62), (0.20, 0.62)),
    ((0.66, 0.30), (0.72, 0.22), (0.22, 0.62)),
)
HEIGHTS = {2: (2.1, 0.7), 3: (2.5, 1.4, 0.3)}  # of the nodes in a layer of 2 or 3
BIAS_HEIGHT = 3.4
NAMES = "xzzy"
DARK = "#404040"
HIDDEN = {"sigmoid": sigmoid, "ReLU": relu, "tanh": np.tanh, "identity": identity_function}
OUTPUT = {"identity": identity_function, "softmax": softmax}
STEPS = {_("whole network"): 0, _("layer 1"): 1, _("layer 2"): 2, _("layer 3"): 3}


class ThreeLayers(NamedTuple):
    hidden: str
    output: str
    step: int  # the layer that is lit, or 0 for the whole network
    sums: tuple  # A1 (3,), A2 (2,), A3 (2,)
    values: tuple  # X (2,), Z1 (3,), Z2 (2,), Y (2,)


def compute_three_layers(x1, x2, hidden, output, step):
    """A = Z W + B and Z = h(A), layer by layer."""
    sums, values = [], [np.array([x1, x2], dtype=float)]
    activations = (HIDDEN[hidden], HIDDEN[hidden], OUTPUT[output])
    for W, b, h in zip(WEIGHTS, BIASES, activations, strict=True):
        sums.append(values[-1] @ W + b)
        values.append(h(sums[-1]))
    return ThreeLayers(hidden, output, step, tuple(sums), tuple(values))


def draw_three_layers(figure, data):
    art = artists(figure, _lay_out)
    for layer, edges in enumerate(art.edges):
        lit = data.step in (0, layer + 1)
        color, width = ("#B0B0B0", 0.7) if not lit else (BLUE, 1.8) if data.step else (DARK, 1.0)
        for line, label in edges:
            line.set(color=color, linewidth=width)
            label.set_color(DARK if not data.step else color)
    for layer, (bias, nodes) in enumerate(art.nodes):
        _light(bias, data.step in (0, layer + 1))
        for i, node in enumerate(nodes):
            _light(node, data.step in (0, layer, layer + 1))
            node.inside.set_text(_number(f"{NAMES[layer]}{i + 1}\n{{:.3f}}", data.values[layer][i]))
            if layer:
                node.below.set_text(_number(f"a{i + 1} = {{:.3f}}", data.sums[layer - 1][i]))
    for text, name in zip(art.heads, (data.hidden, data.hidden, data.output), strict=True):
        text.set_text(name)


def _number(template, value):
    return template.format(value).replace("-", "−")


def _light(node, lit):
    color = BLACK if lit else GREY
    node.circle.set(
        markeredgecolor=color,
        markeredgewidth=1.6 if lit else 0.8,
        markerfacecolor=node.fill if lit else "white",
    )
    node.inside.set_color(color)
    node.below.set_color(color)


def _lay_out(figure):
    axes = add_axes(figure, (0.0, 0.0, 1.0, 1.0), frame=False)
    axes.set(xlim=(-0.45, 3.5), ylim=(-0.35, 4.0))
    heights = [HEIGHTS[count] for count in (2, 3, 2, 2)]
    edges, nodes = [], []
    for layer, (W, b) in enumerate(zip(WEIGHTS, BIASES, strict=True)):
        weights = np.vstack([b, W])  # the bias is the weight of an input that is always 1
        sources = [BIAS_HEIGHT, *heights[layer]]
        edges.append(
            [
                _edge(axes, layer, sources[i], end, PLACES[layer][i][j], weights[i, j], bias=i == 0)
                for i in range(len(sources))
                for j, end in enumerate(heights[layer + 1])
            ]
        )
    for layer, places in enumerate(heights):
        bias = _node(axes, layer, BIAS_HEIGHT, 26, "#F0F0F0")
        if layer < len(WEIGHTS):
            bias.inside.set_text("1")
        else:
            bias.circle.set_visible(False)
        nodes.append((bias, [_node(axes, layer, y, 46, "#DCEBF7") for y in places]))
    center = {"ha": "center", "va": "center", "fontsize": NORMAL}
    axes.text(0, 3.85, _("input"), **center)
    for layer, name in enumerate("hhσ", start=1):
        axes.text(layer - 0.03, 3.85, f"{name} =", **{**center, "ha": "right"})
    heads = [axes.text(layer, 3.85, "", **{**center, "ha": "left"}) for layer in (1, 2, 3)]
    return SimpleNamespace(edges=edges, nodes=nodes, heads=heads)


def _edge(axes, layer, start, end, place, weight, bias):
    style = ":" if bias else "-"
    (line,) = axes.plot([layer, layer + 1], [start, end], style, zorder=1)
    label = axes.text(
        layer + place,
        start + place * (end - start),
        f"{weight:.1f}",
        fontsize=SMALL,
        ha="center",
        va="center",
        zorder=2,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )
    return line, label


def _node(axes, x, y, size, fill):
    (circle,) = axes.plot(x, y, "o", markersize=size, zorder=3)
    center = {"ha": "center", "va": "center", "fontsize": SMALL, "zorder": 4}
    return SimpleNamespace(
        circle=circle,
        fill=fill,
        inside=axes.text(x, y, "", **center),
        below=axes.text(x, y - 0.43, "", **center),
    )


def describe_three_layers(data):
    x, y = data.values[0], data.values[-1]
    if data.step == 0:
        text = _("X = {x} goes in, Y = {y} comes out.").format(x=_list(x, 1), y=_list(y))
        if data.output == "softmax":
            text += " " + _("The two outputs sum to 1.")
        return text
    before, after = ("X", "Z1", "Z2", "Y")[data.step - 1 : data.step + 1]
    return _("Layer {n}: A{n} = {before} W{n} + B{n} = {a}; {h} makes {after} = {z} of it.").format(
        n=data.step,
        before=before,
        a=_list(data.sums[data.step - 1]),
        h=data.output if data.step == 3 else data.hidden,
        after=after,
        z=_list(data.values[data.step]),
    )


def _list(numbers, digits=6):
    return "[" + ", ".join(f"{number:.{digits}f}" for number in numbers) + "]"


def three_layers_panel(*, hide=(), **start):
    """Two inputs through the layers of 3, 2 and 2 nodes of section 3.4."""
    panel = Panel(
        title=_("A network of three layers"),
        controls={
            "x1": slider("x1", -5.0, 5.0, 0.1, 1.0),
            "x2": slider("x2", -5.0, 5.0, 0.1, 0.5),
            "hidden": choice(_("activation h"), HIDDEN.keys()),
            "output": choice(_("output activation σ"), OUTPUT.keys()),
            "step": choice(_("show"), STEPS, 0),
        },
        compute=compute_three_layers,
        draw=draw_three_layers,
        describe=describe_three_layers,
        figsize=(9.2, 4.6),
        hide=hide,
    )
    return panel.start(start)

"""A network of three layers drawn as a graph, with every weight and every value (book 3.4).

A weight w₁₂⁽¹⁾ has its layer above, and below where its edge leads to and where it comes from: the
control "look at" asks for the same three numbers. Layers and neurons count from 1.
"""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.functions import identity_function, relu, sigmoid, softmax

from .ch03_three_layers_picture import (
    BIAS,
    NARROW,
    SIZES,
    draw_three_layers,
    found,
    lit,
    sum_name,
    value_name,
    weight_name,
)
from .shell import Panel, Several, choice, slider

BOOKS = (  # of each layer: the weights (numbers in, numbers out), and below them the biases
    np.array([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6], [0.1, 0.2, 0.3]]),
    np.array([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6], [0.1, 0.2]]),
    np.array([[0.1, 0.3], [0.2, 0.4], [0.1, 0.2]]),
)
SIGNED = (
    np.array([[0.9, -0.6, 0.2], [-0.8, 0.5, 0.7], [0.1, -0.3, 0.4]]),
    np.array([[1.2, -0.7], [-0.9, 0.8], [0.3, -1.1], [-0.2, 0.5]]),
    np.array([[1.0, -0.5], [-1.3, 0.6], [0.4, -0.1]]),
)
HIDDEN = {"sigmoid": sigmoid, "ReLU": relu, "tanh": np.tanh, "identity": identity_function}
OUTPUT = {"identity": identity_function, "softmax": softmax}


class ThreeLayers(NamedTuple):
    hidden: str
    output: str
    look: tuple  # (layer, to, from); 0 is all, BIAS the input that is always 1
    weights: tuple  # of each layer, the biases in the last row
    sums: tuple  # A1 (3,), A2 (2,), A3 (2,)
    values: tuple  # X (2,), Z1 (3,), Z2 (2,), Y (2,)


def compute_three_layers(x1, x2, hidden, output, weights, look):
    """A = Z W + B and Z = h(A), layer by layer."""
    sums, values = [], [np.array([x1, x2], dtype=float)]
    chosen = BOOKS if weights == "book" else SIGNED
    for W, h in zip(chosen, (HIDDEN[hidden], HIDDEN[hidden], OUTPUT[output]), strict=True):
        sums.append(values[-1] @ W[:-1] + W[-1])
        values.append(h(sums[-1]))
    return ThreeLayers(hidden, output, look, chosen, tuple(sums), tuple(values))


# ---- the hand


def grab(hand, values):
    """A neuron or an edge is looked at, an input is pulled. Keys walk from neuron to neuron."""
    layer, to, _source = values["look"]
    if hand.x is None:
        layer = int(np.clip(layer + hand.dx, 0, 3))
        to = int(np.clip(to - hand.dy, 1, SIZES[layer])) if layer else 0
        return {"look": (layer, to, 0)}
    layer, to, source = found(*hand.down)
    if layer == 0 and to:
        name = f"x{to}"
        moved = hand.down[0] - hand.x if hand.x > NARROW / 2 else hand.y - hand.down[1]
        return {name: hand.before[name] + 2 * moved}
    return {"look": (layer, to, source)}


def tell(x, y, data):
    """The sum behind a neuron, or whose weight an edge has."""
    layer, to, source = found(x, y)
    return describe_three_layers(data._replace(look=(layer, to, source))) if layer else ""


# ---- the words


def describe_three_layers(data):
    layer, to, source = data.look
    if not lit(data.look):
        text = _("Layer {layer} has no edge with these numbers: {inputs} inputs and {outputs} "
                 "neurons are all it has.")  # fmt: skip
        return text.format(layer=layer, inputs=SIZES[layer - 1], outputs=SIZES[layer])
    if layer == 0:
        text = _("X = {x} goes in, Y = {y} comes out.")
        text = text.format(x=_list(data.values[0], 1), y=_list(data.values[-1]))
        if data.output == "softmax":
            text += " " + _("The two outputs sum to 1.")
        if to or source:
            text += " " + _("{count} edges with these numbers are lit.").format(
                count=len(lit(data.look))
            )
        return text
    if to and source:
        return _of_edge(data)
    h = data.output if layer == 3 else data.hidden
    if to:
        words = _("{sum} = {parts} = {a:.6f}; {h} makes {name} = {z:.6f} of it.")
        if h == "softmax":
            words = _("{sum} = {parts} = {a:.6f}; softmax makes {name} = {z:.6f} of all the sums.")
        text = words.format(
            sum=sum_name(layer, to),
            parts=_parts(data),
            a=data.sums[layer - 1][to - 1],
            h=h,
            name=value_name(layer, to),
            z=data.values[layer][to - 1],
        )
        return text.replace("-", "−")
    before, after = ("X", "Z1", "Z2", "Y")[layer - 1 : layer + 1]
    text = _("Layer {n}: A{n} = {before} W{n} + B{n} = {a}; {h} makes {after} = {z} of it.").format(
        n=layer,
        before=before,
        a=_list(data.sums[layer - 1]),
        h=h,
        after=after,
        z=_list(data.values[layer]),
    )
    if source:
        name = value_name(layer - 1, source) if source != BIAS else "1"
        text += " " + _("Lit are the edges from {name}.").format(name=name)
    return text


def _parts(data):
    """The sum of a neuron, written out: weights times inputs, and the bias."""
    layer, to, _source = data.look
    *weights, bias = data.weights[layer - 1][:, to - 1]
    inputs = data.values[layer - 1]
    digits = 1 if layer == 1 else 3
    inputs = [f"{x:.{digits}f}" if x >= 0 else f"({x:.{digits}f})" for x in inputs]
    terms = [f"{w:.1f} · {x}" for w, x in zip(weights, inputs, strict=True)]
    return " + ".join([*terms, f"{bias:.1f}"]).replace("+ -", "− ")


def _of_edge(data):
    layer, to, source = data.look
    weight = data.weights[layer - 1][source - 1 if source != BIAS else -1, to - 1]
    words = {
        "name": weight_name(layer, to, source),
        "w": f"{weight:.1f}".replace("-", "−"),
        "sum": sum_name(layer, to),
    }
    if source == BIAS:
        text = _("{name} = {w} is the bias of {sum}: it is added whatever comes in.")
        return text.format(**words)
    text = _("{name} = {w}: to neuron {to} of layer {layer}, from {input} = {x}. It adds {part} to "
             "{sum}.")  # fmt: skip
    x = data.values[layer - 1][source - 1]
    return text.format(
        to=to,
        layer=layer,
        input=value_name(layer - 1, source),
        x=f"{x:.3f}".replace("-", "−"),
        part=f"{weight * x:.3f}".replace("-", "−"),
        **words,
    )


def _list(numbers, digits=6):
    return "[" + ", ".join(f"{number:.{digits}f}" for number in numbers) + "]"


def three_layers_panel(*, hide=(), **start):
    """Two inputs through the layers of 3, 2 and 2 nodes of section 3.4."""
    numbers = {_("all"): 0, "1": 1, "2": 2, "3": 3}
    look = [
        choice(_("layer"), numbers, 0),
        choice(_("to"), numbers, 0),
        choice(_("from"), {**numbers, _("bias"): BIAS}, 0),
    ]
    looked_at = Several(_("look at"), look, widths=(150, 130, 140))
    looked_at.layout.flex = "1 1 60%"  # what follows has room beside it
    panel = Panel(
        title=_("A network of three layers"),
        controls={
            "x1": slider("x₁", -5.0, 5.0, 0.1, 1.0),
            "x2": slider("x₂", -5.0, 5.0, 0.1, 0.5),
            "hidden": choice(_("activation h"), HIDDEN.keys()),
            "output": choice(_("output activation σ"), OUTPUT.keys()),
            "weights": choice(_("weights"), {_("the book's"): "book", _("some below 0"): "signed"}),
            "look": looked_at,
        },
        compute=compute_three_layers,
        draw=draw_three_layers,
        describe=describe_three_layers,
        figsize=(9.2, 4.6),
        narrow=(3.6, 6.6),
        lecture=(7.2, 2.8),
        touch={"network": grab},
        hover={"network": tell},
        stops=[
            {"x1": -5.0},
            {"x1": 5.0},
            {"look": (1, 1, 2)},
            {"look": (1, 3, 1)},
            {"look": (2, 1, 2)},
            {"look": (1, 1, 0)},
            {"look": (1, 0, 0)},
            {"hidden": "ReLU"},
            {"weights": "signed"},
        ],
        hide=hide,
    )
    return panel.start(start)

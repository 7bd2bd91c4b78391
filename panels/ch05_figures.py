"""Chapter 5's still pictures: graphs whose every number comes from a layer that has run.

Above an edge stands what flows forwards, below it, in the other colour, what comes back.
"""

from gettext import gettext as _

import numpy as np

from common.layers import Affine, Relu, SoftmaxWithLoss

from .ch05_written import short
from .shell import Picture, new_figure
from .shell.style import BLACK, GREY, NORMAL, SMALL, add_axes, look

VALUE, GRADIENT = look("value")["color"], look("gradient")["color"]
RADIUS, ARROW = 0.24, {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0}
CENTER = {"ha": "center", "va": "center"}


class Drawing:
    """Nodes and edges on a sheet whose unit is an inch; y grows upwards."""

    def __init__(self, width, height):
        self.figure = new_figure((width, height))
        self.axes = add_axes(self.figure, (0, 0, 1, 1), frame=False)
        self.axes.set(xlim=(0, width), ylim=(0, height))

    def node(self, x, y, symbol, radius=RADIUS):
        angle = np.linspace(0, 2 * np.pi, 49)
        circle = x + radius * np.cos(angle), y + radius * np.sin(angle)
        self.axes.fill(*circle, facecolor="#DCEBF7", edgecolor=BLACK, zorder=3)
        self.axes.text(x, y, symbol, fontsize=11, zorder=4, **CENTER)

    def box(self, x, y, width, words, height=0.62):
        x0, x1, y0, y1 = x - width / 2, x + width / 2, y - height / 2, y + height / 2
        corners = ([x0, x1, x1, x0], [y0, y0, y1, y1])
        self.axes.fill(*corners, facecolor="#DCEBF7", edgecolor=BLACK, zorder=3)
        self.axes.text(x, y, words, fontsize=NORMAL, zorder=4, **CENTER)

    def edge(self, start, end, value="", gradient="", apart=0.17, size=NORMAL):
        """There and back, side by side: `value` above, `gradient` below."""
        ways = [(start, end, VALUE, "-", 0.04)]
        ways += [(end, start, GRADIENT, "--", -0.04)] if gradient else []
        for (x0, y0), (x1, y1), color, style, up in ways:
            arrow = {**ARROW, "color": color, "linestyle": style}
            self.axes.annotate("", (x1, y1 + up), (x0, y0 + up), arrowprops=arrow)
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        self.axes.text(x, y + apart, value, color=VALUE, fontsize=size, **CENTER)
        self.axes.text(x, y - apart, gradient, color=GRADIENT, fontsize=size, **CENTER)

    def say(self, x, y, words, color=BLACK, size=NORMAL, ha="left"):
        self.axes.text(x, y, words, fontsize=size, color=color, ha=ha, va="center")


def one_node():
    """A node somewhere in a graph: what arrives from behind, times what it knows itself."""
    sheet = Drawing(7.4, 1.9)
    y = 0.95
    for x in (0.45, 6.95):
        sheet.say(x, y, "· · ·", GREY, ha="center")
    sheet.edge(
        (0.8, y),
        (3.4, y),
        "$x$",
        r"$\dfrac{\partial L}{\partial y}\cdot"
        r"\dfrac{\partial y}{\partial x}$",
        apart=0.3,
        size=12,
    )
    sheet.node(3.7, y, "$f$", radius=0.3)
    sheet.edge(
        (4.0, y), (6.6, y), "$y = f(x)$", r"$\dfrac{\partial L}{\partial y}$", apart=0.3, size=12
    )
    sheet.say(3.7, 1.6, r"knows its local gradient $\dfrac{\partial y}{\partial x}$", ha="center")
    sheet.say(5.3, 0.2, "upstream gradient, from behind", GRADIENT, ha="center")
    sheet.say(2.1, 0.2, "upstream × local, handed on", GRADIENT, ha="center")
    return Picture(
        sheet.figure,
        _(
            "A node f between x and y: from behind arrives ∂L/∂y, the upstream gradient; the node "
            "multiplies it by its local gradient ∂y/∂x, and hands the product on to x."
        ),
    )


def relu_both_ways(open_at=-1.5, closed_at=2.0, upstream=5.0):
    """The ReLU node with its switch closed and with its switch open."""
    sheet = Drawing(9.4, 1.6)
    words = []
    for left, x, said in ((0.2, closed_at, "x > 0"), (5.0, open_at, "x ≤ 0")):
        layer = Relu()
        out, dx = float(layer.forward(x)), float(layer.backward(upstream))
        sheet.say(left + 2.1, 1.4, f"${said}$", ha="center")
        sheet.edge((left, 0.75), (left + 1.8, 0.75), f"x = {short(x)}", f"dx = {short(dx)}")
        sheet.edge(
            (left + 2.4, 0.75), (left + 4.2, 0.75), f"y = {short(out)}", f"dout = {short(upstream)}"
        )
        sheet.node(left + 2.1, 0.75, "ReLU", radius=0.3)
        words.append(
            _("at x = {x} the output is {out}, and of {up} comes back {dx}").format(
                x=short(x), out=short(out), up=short(upstream), dx=short(dx)
            )
        )
    return Picture(sheet.figure, _("ReLU: {both}.").format(both="; ".join(words)))


def affine_graph(n=4, d=2, m=3):
    """The graph of Y = XW + b on arrays, the shape of everything from a layer that has run."""
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(n, d)), rng.normal(size=(n, m))
    layer = Affine(rng.normal(size=(d, m)), np.zeros(m))
    out, dx = layer.forward(x), layer.backward(dout)
    sheet = Drawing(9.4, 2.6)
    sheet.box(4.1, 1.75, 0.6, "dot", height=1.4)
    sheet.box(7.0, 1.25, 0.6, "+", height=1.9)
    edges = {
        "X": (0.3, 3.8, 2.2, x, "dX = dY · Wᵀ", dx),
        "W": (0.3, 3.8, 1.35, layer.W, "dW = Xᵀ · dY", layer.dW),
        "XW": (4.4, 6.7, 1.75, out, "dY", dout),
        "b": (3.2, 6.7, 0.6, layer.b, "db = columns of dY, added", layer.db),
        "Y": (7.3, 9.2, 1.25, out, "dY", dout),
    }
    words = []
    for name, (x0, x1, y, value, back, gradient) in edges.items():
        sheet.edge((x0, y), (x1, y), f"{name} {value.shape}", f"{back} {gradient.shape}")
        words.append(f"{name} {value.shape}, {back} {gradient.shape}")
    return Picture(
        sheet.figure, _("The graph of an affine layer: {edges}.").format(edges="; ".join(words))
    )


def softmax_with_loss_graph(y=(0.3, 0.2, 0.5), t=(0, 1, 0)):
    """Softmax and cross-entropy as one layer, for one image and three classes."""
    layer = SoftmaxWithLoss()
    a = np.log(np.array(y, dtype=float))
    loss, dx = layer.forward(a, np.array(t)), layer.backward()
    sheet = Drawing(9.4, 2.9)
    rows = (2.4, 1.55, 0.7)
    sheet.box(3.6, 1.55, 1.3, "softmax", height=2.4)
    sheet.box(6.5, 1.55, 1.3, "cross-\nentropy", height=2.4)
    for k, row in enumerate(rows):
        left = f"a{'₁₂₃'[k]} = {short(a[k])}"
        back = f"y{'₁₂₃'[k]} − t{'₁₂₃'[k]} = {short(dx[k])}"
        sheet.edge((0.3, row), (2.95, row), left, back)
        sheet.edge((4.25, row), (5.85, row), f"y{'₁₂₃'[k]} = {short(layer.y[k])}")
        sheet.say(6.5, row - 0.36 if k == 1 else row, f"t{'₁₂₃'[k]} = {t[k]}", GREY, ha="center")
    sheet.edge((7.15, 1.55), (9.1, 1.55), f"L = {short(float(loss))}", "1")
    sheet.say(5.05, 0.14, "one layer: SoftmaxWithLoss", GREY, SMALL, ha="center")
    return Picture(
        sheet.figure,
        _(
            "Scores {a} go through softmax, which gives {y}, into cross-entropy with label {t}: "
            "the loss is {loss}. Backwards, y − t: {dx}."
        ).format(a=_row(a), y=_row(layer.y), t=_row(t), loss=short(float(loss)), dx=_row(dx)),
    )


def _row(values):
    return ", ".join(short(float(value)) for value in values)

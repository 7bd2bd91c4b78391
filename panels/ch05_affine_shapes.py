"""The shapes of an Affine layer, forwards and backwards, as tables that fit together (book 5.6)."""

from gettext import gettext as _
from typing import NamedTuple

import numpy as np

from common.layers import Affine

from .shell import Panel, choice, slider
from .shell.style import BLACK, BLUE, GREY, RED, SMALL, add_axes

FORWARD, DX, DW, DB = _("forward: Y"), _("backward: dX"), _("backward: dW"), _("backward: db")
CELL = 17  # pixels of one number
WIDTH, HEIGHT = 672, 240


class Shapes(NamedTuple):
    show: str
    left: tuple  # (name, shape) of the product's left side
    right: tuple
    result: tuple
    belongs: tuple  # (name, shape) of what the result must look like


def compute_affine_shapes(show, n, d, m):
    """One pass through the real layer; the shapes are read off its arrays."""
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(n, d)), rng.normal(size=(n, m))
    layer = Affine(rng.normal(size=(d, m)), np.zeros(m))
    out, dx = layer.forward(x), layer.backward(dout)
    one = np.ones(n)
    rows = {
        FORWARD: (("X", x), ("W", layer.W), ("Y", out), ("dY", dout)),
        DX: (("dY", dout), ("Wᵀ", layer.W.T), ("dX", dx), ("X", x)),
        DW: (("Xᵀ", x.T), ("dY", dout), ("dW", layer.dW), ("W", layer.W)),
        DB: (("1ᵀ", one), ("dY", dout), ("db", layer.db), ("b", layer.b)),
    }
    left, right, result, belongs = rows[show]
    return Shapes(show, *((name, array.shape) for name, array in (left, right, result, belongs)))


def draw_affine_shapes(figure, data):
    figure.clear()
    axes = add_axes(figure, (0, 0, 1, 1), frame=False)
    axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    parts = (data.left, data.right, data.result)
    grids = [(1, *shape) if len(shape) == 1 else shape for _name, shape in parts]
    widths = [CELL * columns for _rows, columns in grids]
    x = (WIDTH - sum(widths) - 2 * 70) / 2
    for i, ((name, shape), (rows, columns), width) in enumerate(
        zip(parts, grids, widths, strict=True)
    ):
        _table(axes, x, rows, columns, inner=("columns", "rows", None)[i])
        middle = x + width / 2
        axes.text(middle, 196, name, fontsize=13, ha="center", va="center", color=BLACK)
        axes.text(middle, 30, str(shape), fontsize=11, ha="center", va="center")
        x += width
        if i < 2:
            axes.text(x + 35, 112, "·=="[i], fontsize=20, ha="center", va="center")
            x += 70
    note = _("{result} has the shape of {belongs}").format(
        result=data.result[0], belongs=data.belongs[0]
    )
    axes.text(WIDTH - 10, 228, note, fontsize=SMALL, color=GREY, ha="right", va="center")
    hint = _("red: the inner numbers, which agree and vanish")
    axes.text(10, 228, hint, fontsize=SMALL, color=GREY, va="center")


def _table(axes, x, rows, columns, inner):
    """A table of cells; a thick red line along the axis that is summed over."""
    width, height = CELL * columns, CELL * rows
    low, high = 112 - height / 2, 112 + height / 2
    axes.fill([x, x + width, x + width, x], [low, low, high, high], color="#DCEBF7")
    for k in range(columns + 1):
        axes.plot([x + CELL * k] * 2, [low, high], color=BLUE, linewidth=0.8)
    for k in range(rows + 1):
        axes.plot([x, x + width], [low + CELL * k] * 2, color=BLUE, linewidth=0.8)
    if inner == "columns":
        axes.plot([x, x + width], [high + 4] * 2, color=RED, linewidth=4)
    elif inner == "rows":
        axes.plot([x - 4] * 2, [low, high], color=RED, linewidth=4)


def describe_affine_shapes(data):
    text = _("{show} = {left} · {right}: {a} times {b} gives {c}, the shape of {belongs}.").format(
        show=data.show,
        left=data.left[0],
        right=data.right[0],
        a=data.left[1],
        b=data.right[1],
        c=data.result[1],
        belongs=data.belongs[0],
    )
    if data.show == DB:
        text += " " + _("A row of ones sums each column over the batch.")
    elif data.show == FORWARD:
        text += " " + _("The bias is added to every row.")
    return text


def affine_shapes_panel(*, hide=(), **start):
    """Choose a product and the three sizes."""
    panel = Panel(
        title=_("Shapes of an Affine layer"),
        controls={
            "show": choice(_("product"), [FORWARD, DX, DW, DB]),
            "n": slider(_("batch size N"), 1, 8, 1, 5),
            "d": slider(_("inputs D"), 1, 8, 1, 2),
            "m": slider(_("outputs M"), 1, 8, 1, 3),
        },
        compute=compute_affine_shapes,
        draw=draw_affine_shapes,
        describe=describe_affine_shapes,
        figsize=(WIDTH / 80, HEIGHT / 80),
        hide=hide,
    )
    return panel.start(start)

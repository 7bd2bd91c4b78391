"""An Affine layer in numbers: each cell of a product, and the row and the column that made it.

Forwards and backwards (book 5.6), with numbers that are small and whole, so that every sum can be
checked in the head.
"""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from common.layers import Affine

from .shell import N_, Panel, artists, choice, layout_of, slider
from .shell.style import BLUE, GREY, LIGHT, NORMAL, RED, SKY, SMALL, add_axes, look

FORWARD, DX, DW, DB = N_("forward: Y"), N_("backward: dX"), N_("backward: dW"), N_("backward: db")
CELL = {"normal": (46, 29), "narrow": (40, 23), "lecture": (36, 24)}  # pixels of one number
GAP = 46  # pixels for a sign between two tables
VALUE, GRADIENT = look("value")["color"], look("gradient")["color"]


class Product(NamedTuple):
    show: str
    left: tuple  # (name, array) of the product's left side
    right: tuple
    result: tuple
    belongs: str  # what the result has the shape of
    row: int  # of the chosen cell of the result
    column: int
    terms: list  # (from the left, from the right), which the cell adds up
    bias: float | None  # what is added to them


def compute_affine_shapes(show, n, d, m, row=1, column=1):
    """One pass through the real layer; row and column choose a cell of the result, from 1 on."""
    rng = np.random.default_rng(0)
    x, dout, W, b = (
        rng.integers(-3, 4, size).astype(float) for size in ((n, d), (n, m), (d, m), m)
    )
    layer = Affine(W, b)
    out, dx = layer.forward(x), layer.backward(dout)
    ones = np.ones((1, n))
    left, right, result, belongs = {
        FORWARD: (("X", x), ("W", W), ("Y", out), "dY"),
        DX: (("dY", dout), ("Wᵀ", W.T), ("dX", dx), "X"),
        DW: (("Xᵀ", x.T), ("dY", dout), ("dW", layer.dW), "W"),
        DB: (("1ᵀ", ones), ("dY", dout), ("db", layer.db[None]), "b"),
    }[show]
    rows, columns = result[1].shape
    i, j = min(row, rows) - 1, min(column, columns) - 1
    terms = list(zip(left[1][i].tolist(), right[1][:, j].tolist(), strict=True))
    bias = float(b[j]) if show == FORWARD else None
    return Product(show, left, right, result, belongs, i, j, terms, bias)


def draw_affine_shapes(figure, data):
    parts = (data.left, data.right, data.result)
    key = tuple((name, table.tobytes(), table.shape) for name, table in parts)
    art = artists(figure, partial(_lay_out, data=data), key)
    inner = data.left[1].shape[1]
    art.row.set_bounds(0, data.row, inner, 1)
    art.column.set_bounds(data.column, 0, 1, inner)
    art.cell.set_bounds(data.column, data.row, 1, 1)
    art.sum.set_text(sum_in_words(data))


def sum_in_words(data):
    """The sum behind the chosen cell, written out."""
    terms = " + ".join(f"{_number(a)}·{_number(b)}" for a, b in data.terms)
    bias = "" if data.bias is None else f" + {_number(data.bias)}"
    value = data.result[1][data.row, data.column]
    return f"{terms}{bias} = {value + 0:g}".replace("-", "−")


def _number(value):
    return f"{value + 0:g}" if value >= 0 else f"({value:g})"


def _lay_out(figure, data):
    """The three tables beside each other; on a narrow page the result stands below."""
    layout = layout_of(figure)
    wide, high = figure.get_size_inches() * figure.dpi
    width, height = CELL[layout]
    sizes = [
        (table.shape[1] * width, table.shape[0] * height)
        for _name, table in (data.left, data.right, data.result)
    ]
    rows = [[0], [1], [2]] if layout == "narrow" else [[0, 1, 2]]
    spare = high - 60 - sum(max(sizes[i][1] for i in row) for row in rows)
    places, top = {}, high - spare / len(rows) / 2 - 14
    for row in rows:
        tallest = max(sizes[i][1] for i in row)
        x = (wide - sum(sizes[i][0] for i in row) - GAP * (len(row) - 1)) / 2
        for i in row:
            w, h = sizes[i]
            low = top - (tallest + h) / 2
            places[i] = (x / wide, low / high, w / wide, h / high)
            y = (top - tallest / 2) / high
            if i < 2 and len(row) > 1:
                figure.text((x + w + GAP / 2) / wide, y, "·="[i], size=16, ha="center", va="center")
            x += w + GAP
        top -= tallest + spare / len(rows)
    names = ("left", "right", "result")
    tables = [
        _table(figure, places[i], part, names[i])
        for i, part in enumerate((data.left, data.right, data.result))
    ]
    left, right, result = tables
    inner = data.left[1].shape[1]
    red = {"color": RED, "linewidth": 3, "clip_on": False}
    left.plot([0, inner], [-0.16, -0.16], **red)
    right.plot([-0.1, -0.1], [0, inner], **red)
    note = _("red: the inner numbers, which agree and vanish")
    figure.text(0.5, 12 / high, note, size=SMALL, color=GREY, ha="center")
    said = figure.text(0.5, 34 / high, "", size=NORMAL + 1, ha="center", animated=True)
    fill = {"facecolor": (*to_rgb(SKY), 0.25), "edgecolor": BLUE, "linewidth": 2, "animated": True}
    outline = {"facecolor": "none", "edgecolor": RED, "linewidth": 2.5, "animated": True}
    return SimpleNamespace(
        row=left.add_patch(Rectangle((0, 0), 1, 1, clip_on=False, **fill)),
        column=right.add_patch(Rectangle((0, 0), 1, 1, clip_on=False, **fill)),
        cell=result.add_patch(Rectangle((0, 0), 1, 1, clip_on=False, **outline)),
        sum=said,
    )


def _table(figure, place, part, label):
    """A table of numbers with its name and shape above; data coordinates count its cells."""
    name, table = part
    rows, columns = table.shape
    axes = add_axes(figure, place, frame=False, label=label)
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    shape = table.shape[1:] if name == "db" else table.shape
    axes.set_title(f"{name}  {shape}", fontsize=NORMAL, loc="center", pad=9)
    axes.hlines(range(rows + 1), 0, columns, color=LIGHT, linewidth=1, clip_on=False)
    axes.vlines(range(columns + 1), 0, rows, color=LIGHT, linewidth=1, clip_on=False)
    color = GRADIENT if name.startswith("d") else VALUE
    for (i, j), value in np.ndenumerate(table):
        text = f"{value + 0:g}".replace("-", "−")
        axes.text(j + 0.5, i + 0.5, text, color=color, ha="center", va="center", size=NORMAL)
    return axes


def describe_affine_shapes(data):
    shapes = [part[1].shape for part in (data.left, data.right, data.result)]
    if data.show == DB:
        shapes[2] = shapes[2][1:]
    text = _("{show} = {left} · {right}: {a} times {b} gives {c}, the shape of {belongs}.").format(
        show=_(data.show), left=data.left[0], right=data.right[0], a=shapes[0], b=shapes[1],
        c=shapes[2], belongs=data.belongs,
    )  # fmt: skip
    where = {"i": data.row + 1, "j": data.column + 1, "sum": sum_in_words(data)}
    text += " " + {
        FORWARD: _("Row {i}, column {j}: row {i} of X times column {j} of W, and the bias: {sum}."),
        DX: _("Row {i}, column {j}: row {i} of dY times column {j} of Wᵀ, which is row {j} of W: "
              "{sum}."),
        DW: _("Row {i}, column {j}: column {i} of X times column {j} of dY, a product for each "
              "image of the batch: {sum}."),
        DB: _("Column {j}: a row of ones sums column {j} of dY over the batch: {sum}."),
    }[data.show].format(**where)  # fmt: skip
    return text


def _on_left(hand, values):
    return {"row": int(hand.y) + 1} if hand.x is not None else _walk(hand, values)


def _on_right(hand, values):
    return {"column": int(hand.x) + 1} if hand.x is not None else _walk(hand, values)


def _on_result(hand, values):
    if hand.x is None:
        return _walk(hand, values)
    return {"row": int(hand.y) + 1, "column": int(hand.x) + 1}


def _walk(hand, values):
    """Arrow keys go from cell to cell."""
    return {"row": values["row"] - hand.dy, "column": values["column"] + hand.dx}


def affine_shapes_panel(*, hide=(), **start):
    """Choose a product, the three sizes, and a cell of what comes out."""
    panel = Panel(
        title=_("An Affine layer, cell by cell"),
        controls={
            "show": choice(_("product"), {_(name): name for name in (FORWARD, DX, DW, DB)}),
            "n": slider(_("batch size N"), 1, 5, 1, 4),
            "d": slider(_("inputs D"), 1, 4, 1, 2),
            "m": slider(_("outputs M"), 1, 4, 1, 3),
            "row": slider(_("row"), 1, 5, 1, 1),
            "column": slider(_("column"), 1, 4, 1, 2),
        },
        compute=compute_affine_shapes,
        draw=draw_affine_shapes,
        describe=describe_affine_shapes,
        figsize=(9.0, 3.2),
        narrow=(3.6, 6.4),
        lecture=(7.2, 2.75),
        touch={"left": _on_left, "right": _on_right, "result": _on_result},
        hide=hide,
    )
    return panel.start(start)

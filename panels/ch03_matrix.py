"""The matrix product, one cell at a time: a row laid on a column (book 3.3.2).

B stands above the place of the product, so that row i of the left factor and column j of the right
one meet in the cell [i, j]. Cells that have not been reached yet are question marks.
"""

from gettext import gettext as _
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from .shell import Panel, Several, Stepper, artists, choice, layout_of, toggle
from .shell.style import BLACK, BLUE, GREEN, GREY, NORMAL, ORANGE, RED, add_axes

SIZES = range(1, 5)
GAP = 0.3  # between the tables, in cells
BANDS = {"color": ORANGE, "alpha": 0.3}, {"color": BLUE, "alpha": 0.25}  # row and column in hand
FONT = "DejaVu Sans Mono"  # of the shapes: all characters have one width
LARGE, CHARACTER = 16, 0.602  # points; the width of a character in those


class Product(NamedTuple):
    names: tuple  # of the left and the right factor: "A" and "B"
    left: np.ndarray  # (m, n) or (n,)
    right: np.ndarray  # (n, p) or (n,)
    product: np.ndarray  # left @ right, or of shape (0,) if the shapes do not fit
    fits: bool
    turned_fits: bool  # whether right @ left would
    i: int  # the row and the column in hand
    j: int
    row: np.ndarray  # its numbers
    column: np.ndarray
    products: np.ndarray  # row · column, number by number; empty if they do not fit


def compute_matrix(shapes, numbers, swap, cell):
    """A and B of these shapes, filled by counting; 0 rows or columns: there is no such axis."""
    m, n, k, p = shapes
    a = np.arange(1, m * n + 1 if m else n + 1).reshape((m, n) if m else n)
    first = a.size + 1 if numbers == "on" else 1
    b = np.arange(first, first + k * max(p, 1)).reshape((k, p) if p else k)
    if numbers == "down" and p:
        b = b.reshape(p, k).T
    left, right, names = (b, a, ("B", "A")) if swap else (a, b, ("A", "B"))
    product = _times(left, right)
    rows, columns = outer(shapes, swap)
    i, j = divmod(min(cell, rows * columns - 1), columns)
    row, column = np.atleast_2d(left)[i], (right if right.ndim == 2 else right[:, np.newaxis])[:, j]
    return Product(
        names=names,
        left=left,
        right=right,
        product=np.empty(0) if product is None else product,
        fits=product is not None,
        turned_fits=_times(right, left) is not None,
        i=i,
        j=j,
        row=row,
        column=column,
        products=np.empty(0) if product is None else row * column,
    )


def _times(left, right):
    try:
        return np.asarray(left @ right)
    except ValueError:  # the shapes do not fit
        return None


def outer(shapes, swap):
    """How many rows the left factor has and how many columns the right one: those of the cells."""
    m, n, k, p = shapes
    left, right = ((k, p), (m, n)) if swap else ((m, n), (k, p))
    if swap and not p:
        left = (0, k)
    if swap and not m:
        right = (n, 0)
    return left[0] or 1, right[1] or 1


def draw_matrix(figure, data):
    art = artists(figure, _lay_out)
    left, right = np.atleast_2d(data.left), data.right.reshape(len(data.right), -1)
    if art.drawn is None or not all(map(np.array_equal, art.drawn, (data.left, data.right))):
        art.drawn = data.left, data.right
        _draw_tables(art, left, right, data)
    (m, n), (k, p) = left.shape, right.shape
    art.row.set_bounds(-n - GAP, data.i, n + (GAP + p) * data.fits, 1)
    art.column.set_bounds(data.j, -k - GAP, 1, k + (GAP + m) * data.fits)
    art.cell.set_bounds(data.j, data.i, 1, 1)
    art.cell.set_edgecolor(BLACK if data.fits else RED)
    reached = data.i * p + data.j
    flat = data.product.ravel()
    for at, text in enumerate(art.product):
        there = at < m * p and (data.fits or at == reached)
        text.set_visible(there)
        if there:
            text.set_position((at % p + 0.5, at // p + 0.55))
            text.set_text("✗" if not data.fits else str(flat[at]) if at <= reached else "?")
            text.set(color=GREY if at > reached else BLACK if data.fits else RED,
                     fontweight="bold" if at == reached else "normal")  # fmt: skip
    _show_sum(art, data)


def _draw_tables(art, left, right, data):
    """What stays while the cell moves: both factors, the frames, the shapes."""
    (m, n), (k, p) = left.shape, right.shape
    width, height = art.room  # of the axes, in inches
    wide, high = n + p + GAP + 0.6, m + k + GAP + 0.6
    across, down = min(0.8, width / wide), min(0.58, height / high)  # inches a cell
    spare, above = (width / across - wide) / 2, (height / down - high) / 2
    art.tables.set_xlim(-n - GAP - 0.55 - spare, p + 0.05 + spare)
    art.tables.set_ylim(m + 0.05 + above, -k - GAP - 0.55 - above)
    for texts, table, x, y in (
        (art.left, left, -n - GAP, 0),
        (art.right, right, 0, -k - GAP),
    ):
        for at, text in enumerate(texts):
            text.set_visible(at < table.size)
            if at < table.size:
                i, j = divmod(at, table.shape[1])
                text.set_position((x + j + 0.5, y + i + 0.55))
                text.set_text(str(table[i, j]))
    frames = (-n - GAP, 0, n, m), (0, -k - GAP, p, k), (0, 0, p, m)
    art.frames.set_segments([line for frame in frames for line in _lines(*frame)])
    art.names[0].set_position((-n - GAP - 0.3, m / 2))
    art.names[1].set_position((p / 2, -k - GAP - 0.28))
    for text, name in zip(art.names, data.names, strict=True):
        text.set_text(name)
    _show_shapes(art, data)


def _lines(x, y, width, height):
    """The lines of a table of cells."""
    upright = [[(x + j, y), (x + j, y + height)] for j in range(width + 1)]
    return upright + [[(x, y + i), (x + width, y + i)] for i in range(height + 1)]


def _show_shapes(art, data):
    """Both shapes, what comes of them, and beneath the inner numbers whether they agree."""
    one, other = _shape(data.left), _shape(data.right)
    result = f" → {_shape(data.product)}" if data.fits else ""
    inner = len(one) - 2, len(one) + 1  # where the two numbers stand
    whole = one + other + result
    color = GREEN if data.fits else RED
    width = LARGE * CHARACTER / 72  # inches a character
    ends = 0, inner[0], inner[0] + 1, inner[1], inner[1] + 1, len(whole)
    for k, text in enumerate(art.shapes):
        text.set(x=art.left_end + ends[k] * width, text=whole[ends[k] : ends[k + 1]].rstrip())
        text.set(
            color=color if k in (1, 3) else BLACK, fontweight="bold" if k in (1, 3) else "normal"
        )
    ends = [art.left_end + (at + 0.5) * width for at in inner]
    art.bracket.set_data(np.repeat(ends, 2), art.bracket_height)
    art.bracket.set(color=color, linestyle="-" if data.fits else ":")
    art.inner_words.set(x=ends[1] + 0.15, color=color)
    a, b = (whole[at] for at in inner)
    words = _("{a} = {b}: they fit") if data.fits else _("{a} ≠ {b}: they do not fit")
    art.inner_words.set_text(words.format(a=a, b=b))


def _shape(array):
    return "(" + ", ".join(map(str, array.shape)) + ")"


def _show_sum(art, data):
    row, column = _names(data)
    art.labels[0].set_text(row)
    art.labels[1].set_text(column)
    art.labels[2].set_text(_("products") if data.fits else "")
    longest = max(len(data.row), len(data.column))
    for text, numbers in zip(art.written, (data.row, data.column, data.products), strict=True):
        short = 0 < len(numbers) < longest  # a question mark for each partner that is missing
        shown = [*map(str, numbers), *["?"] * (longest - len(numbers)) * short]
        text.set_text("".join(f"{number:>5}" for number in shown).rstrip())
        text.set_color(RED if short else BLACK)
    if data.fits:
        art.sum.set_text(f"{' + '.join(map(str, data.products))} = {data.products.sum()}")
    else:
        art.sum.set_text(_("numbers are left over: no product"))
    art.sum.set_color(BLACK if data.fits else RED)


def _names(data):
    left, right = data.names
    row = _("row {i} of {name}").format(i=data.i, name=left)
    column = _("column {j} of {name}").format(j=data.j, name=right)
    return (row if data.left.ndim == 2 else left), (column if data.right.ndim == 2 else right)


def _lay_out(figure):
    width, height = figure.get_size_inches()
    if layout_of(figure) == "narrow":
        box, words = (0.05, 1.95, width - 0.1, height - 2.9), (0.15, 1.5)
        shapes = height - 0.3
    else:
        box, words = (0.05, 0.05, 0.55 * width, height - 0.1), (0.59 * width, height - 1.5)
        shapes = height - 0.5

    def axes(x, y, w, h, **options):
        return add_axes(figure, (x / width, y / height, w / width, h / height), **options)

    page = axes(0, 0, width, height, frame=False)
    page.set(xlim=(0, width), ylim=(0, height))
    tables = axes(*box, frame=False, label="cells")
    tables.add_collection(frames := LineCollection([], colors=GREY, linewidths=0.8, zorder=2))
    row, column, cell = (
        tables.add_patch(Rectangle((0, 0), 1, 1, animated=True, **look))
        for look in (
            *({"linewidth": 0, "zorder": 0, **band} for band in BANDS),
            {"fill": False, "linewidth": 3, "zorder": 3},
        )
    )

    def numbers(count, **options):
        words = {"ha": "center", "va": "center", "fontsize": NORMAL + 2, "zorder": 4, **options}
        return [tables.text(0, 0, "", **words) for _at in range(count)]

    def write(x, y, text="", **options):
        return page.text(x, y, text, **{"fontsize": NORMAL, "va": "center", **options})

    x, y = words
    large = {"fontsize": LARGE, "fontfamily": FONT, "va": "baseline"}
    for line, band in enumerate(BANDS):
        place = x - 0.05, y - 0.18 - 0.4 * line
        page.add_patch(Rectangle(place, width - x, 0.36, linewidth=0, **band))
    page.plot([x, width - 0.1], [y - 1.02] * 2, color=GREY, linewidth=0.8)
    return SimpleNamespace(
        drawn=None,
        room=box[2:],
        tables=tables,
        frames=frames,
        row=row,
        column=column,
        cell=cell,
        names=numbers(2, fontweight="bold"),
        left=numbers(16),
        right=numbers(16),
        product=numbers(16, animated=True),
        left_end=x,
        shapes=[write(x, shapes, **large) for _part in range(5)],
        bracket=page.plot([], [], linewidth=2)[0],
        bracket_height=[shapes - 0.08, shapes - 0.2, shapes - 0.2, shapes - 0.08],
        inner_words=write(x, shapes - 0.22, fontsize=NORMAL),
        labels=[write(x, y - 0.4 * at, animated=True) for at in range(3)],
        written=[
            write(x + 1.15, y - 0.4 * line, animated=True, fontfamily=FONT) for line in range(3)
        ],
        sum=write(x, y - 1.25, fontsize=NORMAL + 1, fontweight="bold", animated=True),
    )


def describe_matrix(data):
    one, other = _shape(data.left), _shape(data.right)
    row, column = _names(data)
    if not data.fits:
        text = _(
            "{one}{other} do not fit: numbers in {row}: {a}, in {column}: {b}. "
            "The inner numbers of the shapes must be the same."
        )
        a, b = len(data.row), len(data.column)
        text = text.format(one=one, other=other, row=row, a=a, column=column, b=b)
        turned = _("The other way round, {b} {a}, they fit.") if data.turned_fits else ""
        return f"{text} {turned.format(a=data.names[0], b=data.names[1])}".strip()
    pairs = zip(data.row, data.column, strict=True)
    text = _("{one}{other} → {shape}. Cell {cell}: {row} on {column}, {products} = {total}.")
    place = [
        str(at)
        for at, array in ((data.i, data.left), (data.j, data.right))
        if array.ndim == 2
    ]  # fmt: skip
    return text.format(
        one=one,
        other=other,
        shape=_shape(data.product),
        cell=f"[{', '.join(place)}]",
        row=row,
        column=column,
        products=" + ".join(f"{a}·{b}" for a, b in pairs),
        total=data.products.sum(),
    )


def grab_cell(hand, values):
    """A cell of the product is chosen, or a row of the left factor, or a column of the right."""
    rows, columns = outer(values["shapes"], values["swap"])
    i, j = divmod(min(values["cell"], rows * columns - 1), columns)
    if hand.down is None:
        i, j = i - hand.dy, j + hand.dx
    else:
        i = int(hand.y // 1) if hand.y >= 0 else i
        j = int(hand.x // 1) if hand.x >= 0 else j
    i, j = min(max(i, 0), rows - 1), min(max(j, 0), columns - 1)
    return {"cell": i * columns + j}


def matrix_panel(*, hide=(), **start):
    """Two shapes, the numbers in them, and the cell that is looked at."""
    axis = {_("none"): 0, **{str(n): n for n in SIZES}}
    sizes = [str(n) for n in SIZES]
    parts = [
        choice(_("A: rows"), axis, 2),
        choice(_("A: columns"), dict(zip(sizes, SIZES, strict=True)), 2),
        choice(_("B: rows"), dict(zip(sizes, SIZES, strict=True)), 2),
        choice(_("B: columns"), axis, 2),
    ]
    shapes = Several(_("shapes"), parts, widths=[160] * 4)
    swap = toggle(_("the other way round: B A"))
    cell = Stepper(_("cell"), 15)

    def follow(_change):
        """Only the cells that there are, are visited."""
        if None not in shapes.value:
            rows, columns = outer(shapes.value, swap.value)
            cell.stops = list(range(rows * columns))
            cell.value = min(cell.value, rows * columns - 1)

    follow(None)
    for control in (shapes, swap):
        control.observe(follow, names="value")
    along, on, down = "along", "on", "down"

    def preset(shapes, numbers, swap=False):
        return {"shapes": shapes, "numbers": numbers, "swap": swap, "cell": 0}

    panel = Panel(
        title=_("The matrix product, cell by cell"),
        controls={
            "shapes": shapes,
            "numbers": choice(
                _("numbers of B"),
                {
                    _("count on from A"): on,
                    _("1, 2, 3 along the rows"): along,
                    _("1, 2, 3 down the columns"): down,
                },
            ),
            "swap": swap,
            "cell": cell,
        },
        compute=compute_matrix,
        draw=draw_matrix,
        describe=describe_matrix,
        figsize=(8.8, 3.5),
        narrow=(3.6, 5.3),
        lecture=(7.2, 3.1),
        touch={"cells": grab_cell},
        presets={
            "(2, 2)(2, 2)": preset((2, 2, 2, 2), on),
            _("the same, the other way round"): preset((2, 2, 2, 2), on, True),
            "(2, 3)(3, 2)": preset((2, 3, 3, 2), along),
            _("(2, 3)(2, 2): they do not fit"): preset((2, 3, 2, 2), along),
            "(3, 2)(2)": preset((3, 2, 2, 0), on),
            _("(2)(2, 3): inputs and weights"): preset((0, 2, 2, 3), down),
            _("(4, 2)(2, 3): a batch of four inputs"): preset((4, 2, 2, 3), down),
        },
        hide=hide,
    )
    return panel.start(start)

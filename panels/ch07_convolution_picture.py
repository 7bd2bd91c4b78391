"""The picture of ch07_convolution: four tables, whatever is shown, in three layouts."""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace

import numpy as np

from .cells import Table, fitting
from .outlines import Lines, short, shorter
from .shell import artists, layout_of
from .shell.picture import resize
from .shell.style import BLACK, BLUE

WRITTEN = 3  # so many columns of a filter are written out as products
MOST = 12  # windows of a matrix at once
FEW = {  # or fewer, where there is no room
    ("normal", "columns"): 9, ("lecture", "columns"): 9, ("narrow", "columns"): 4,
    ("narrow", "back"): 7, ("lecture", "back"): 10,
}  # fmt: skip

BOXES = {  # layout -> what is shown -> the boxes of four tables, and where words stand
    "normal": {
        "window": (
            (0.05, 0.3, 2.6, 2.6), (3.0, 0.3, 1.7, 2.6), (5.0, 0.3, 1.7, 2.6), (7.0, 0.3, 2.1, 2.6),
            (0.05, 3.1), (5.0, 3.1),
        ),
        "rows": (
            (0.05, 0.3, 1.9, 1.9), (2.3, 0.3, 4.4, 3.6), (7, 0.3, 0.7, 3.6), (8.2, 0.3, 0.7, 3.6),
            (0.05, 2.45), None,
        ),
        "columns": (
            (0.05, 0.3, 2.75, 2.75), (3.5, 0.3, 4.0, 3.05), (0.05, 3.68, 3.1, 0.34),
            (3.5, 3.68, 4.0, 0.34), None, None,
        ),
        "back": (
            (0.05, 1.12, 0.7, 3.0), (0.95, 0.3, 4.5, 0.5), (0.95, 1.12, 4.5, 3.0),
            (5.9, 0.3, 3.2, 3.2), (5.9, 3.6), None,
        ),
    },
    "narrow": {
        "window": (
            (0.05, 0.3, 1.75, 1.75), (2.0, 0.3, 1.55, 1.75), (0.05, 2.4, 1.55, 1.55),
            (2.0, 2.4, 1.55, 1.55), (0.05, 4.15), (0.05, 5.2),
        ),
        "rows": (
            (0.05, 0.3, 1.6, 1.6), (0.05, 2.25, 2.2, 3.5), (2.45, 2.25, 0.4, 3.5),
            (3.0, 2.25, 0.55, 3.5), (1.8, 0.3), None,
        ),
        "columns": (
            (0.05, 0.3, 2.0, 2.0), (2.2, 0.3, 1.35, 3.1), (0.05, 3.85, 2.0, 0.34),
            (2.2, 3.85, 1.35, 0.34), (0.05, 4.4), None,
        ),
        "back": (
            (0.05, 1.0, 0.45, 1.9), (0.65, 0.3, 2.9, 0.36), (0.65, 1.0, 2.9, 1.9),
            (0.05, 3.25, 2.2, 2.2), (0.05, 5.5), None,
        ),
    },
    "lecture": {
        "window": (
            (0.05, 0.3, 1.9, 1.9), (2.25, 0.3, 1.4, 1.9), (3.95, 0.3, 1.4, 1.9),
            (5.55, 0.3, 1.7, 1.9), (0.05, 2.3), (3.4, 2.3),
        ),
        "rows": (
            (0.05, 0.3, 1.4, 1.4), (1.8, 0.3, 3.6, 2.85), (5.75, 0.3, 0.5, 2.85),
            (6.6, 0.3, 0.7, 2.85), (0.05, 1.9), None,
        ),
        "columns": (
            (0.05, 0.3, 2.2, 2.2), (2.75, 0.3, 2.85, 2.25), (0.05, 2.87, 2.4, 0.27),
            (2.75, 2.87, 2.85, 0.27), None, None,
        ),
        "back": (
            (0.05, 0.9, 0.6, 2.2), (0.95, 0.3, 3.4, 0.33), (0.95, 0.9, 3.4, 2.2),
            (4.8, 0.3, 2.1, 2.1), (4.8, 2.5), None,
        ),
    },
}  # fmt: skip


def draw_convolution(figure, data):
    art = artists(figure, partial(_lay_out, show=data.show))
    if art.show != data.show:
        resize(figure, figure.get_size_inches(), layout_of(figure))
        art = artists(figure, partial(_lay_out, show=data.show))
    art.first = first_shown(data, art.layout)
    {"window": _draw_window, "rows": _draw_rows, "columns": _draw_columns, "back": _draw_back}[
        data.show
    ](art, data)


def _lay_out(figure, show):
    layout = layout_of(figure)
    *boxes, first, second = BOXES[layout][show]
    labels = {"window": ("image", "", "", "windows"), "back": ("", "", "windows", "image")}.get(
        show, ("image", "windows", "", "")
    )
    frames = {"window": 1, "rows": 2, "columns": 2, "back": 1}  # which of them is the filter
    size = {"largest": 0.65, "centred": show in ("window", "rows")}
    tables = [
        Table(figure, box, label=label, frame=BLUE if k == frames[show] else BLACK, **size)
        for k, (box, label) in enumerate(zip(boxes, labels, strict=True))
    ]
    options = {"spacing": 1.25 if layout == "lecture" else 1.5}
    for k in {"rows": [1], "columns": [1], "back": [2, 3]}.get(show, []):
        tables[k].entitled()
    return SimpleNamespace(
        show=show,
        layout=layout,
        boxes=boxes,
        tables=tables,
        sum=Lines(figure, *(first or (0, boxes[1][1] + 0.1)), **options),
        floats=first is None,  # the sum stands beside the matrix, however broad that is
        size=Lines(figure, *second, color="#444444", **options) if second else None,
    )


def first_shown(data, layout):
    """Of many windows a matrix shows some, around the present one: the first of these."""
    count = FEW.get((layout, data.show), MOST)
    return int(np.clip(data.step - count // 2, 0, max(0, len(data.rows) - count))), count


def _part(data, art, text):
    """A matrix's title, with the windows that it shows, if these are not all."""
    first, count = art.first
    if count >= len(data.rows):
        return text
    shown = _("windows {a} to {b}").format(a=first + 1, b=first + count)
    return shown if art.layout == "narrow" else f"{text} ({shown})"


def _entitle(art, *titles):
    for table, title in zip(art.tables, titles, strict=True):
        table.title.set_text(title)


def _image_title(data):
    return _("image, padding {p}").format(p=data.pad) if data.pad else _("image")


def _show_image(table, data, values):
    window = (data.top, data.left, *data.filter.shape)
    table.show(values, window, pad=data.pad, rest=data.rest, shown=[short, shorter])


def _draw_window(art, data):
    image, weights, products, output = art.tables
    _entitle(art, _image_title(data), _("* filter"), _("products"), _("= output"))
    _show_image(image, data, data.padded)
    weights.show(data.filter, shown=[short, shorter])
    products.show(data.products, (0, 0, *data.filter.shape), shown=[short, shorter])
    later = np.arange(data.out.size).reshape(data.out.shape) > data.step
    lit = (*divmod(data.step, data.out.shape[1]), 1, 1)
    output.show(data.out, lit, faint=later, shown=[short, shorter])
    art.sum.set_text("\n".join(_sum_lines(data)))
    art.size.set_text(_size_line(data))


def _draw_rows(art, data):
    first, count = art.first
    image, matrix, weights, output = art.tables
    rows, out = (part[first : first + count] for part in (data.rows, data.out.reshape(-1, 1)))
    n, k = data.rows.shape
    title = _part(data, art, _("im2col: {n} × {k}").format(n=n, k=k))
    last = "=" if art.layout == "narrow" else _("= output")
    _entitle(art, _image_title(data), title, _("* filter"), last)
    same = {"largest": _one_size(art, (1, 3), (rows, out)), "shown": [short, shorter]}
    _show_image(image, data, data.padded)
    matrix.show(rows, (data.step - first, 0, 1, k), **same)
    weights.show(data.filter.reshape(-1, 1), (0, 0, k, 1), shown=[short, shorter])
    later = np.arange(first, first + len(out))[:, np.newaxis] > data.step
    output.show(out, (data.step - first, 0, 1, 1), faint=later, **same)
    shapes = _shapes(art, f"({n} × {k})({k} × 1)", f"({n} × 1)")
    art.sum.set_text("\n".join([shapes, *_sum_lines(data)]))


def _draw_columns(art, data):
    first, count = art.first
    image, matrix, weights, output = art.tables
    shown = slice(first, first + count)
    columns, out = data.rows.T[:, shown], data.out.reshape(1, -1)[:, shown]
    n, k = data.rows.shape
    title = _part(data, art, _("* windows: {k} × {n}").format(n=n, k=k))
    _entitle(art, _image_title(data), title, _("filter"), _("= output"))
    same = {"largest": _one_size(art, (1, 3), (columns, out)), "shown": [short, shorter]}
    _show_image(image, data, data.padded)
    matrix.show(columns, (0, data.step - first, k, 1), **same)
    weights.show(data.filter.reshape(1, -1), (0, 0, 1, k), shown=[short, shorter])
    later = np.arange(first, first + out.size)[np.newaxis] > data.step
    output.show(out, (0, data.step - first, 1, 1), faint=later, **same)
    shapes = _shapes(art, f"(1 × {k})({k} × {n})", f"(1 × {n})")
    art.sum.set_text("\n".join([shapes, *_sum_lines(data)]))
    if art.floats:
        art.sum.move(art.boxes[1][0] + same["largest"] * columns.shape[1] + 0.35, art.sum.top)


def _shapes(art, factors, product):
    """In one line, where there is room."""
    return f"{factors} → {product}" if art.layout == "normal" else f"{factors}\n→ {product}"


def _one_size(art, which, parts):
    """The side that cells of several tables can have in common."""
    boxes = (art.boxes[k] for k in which)
    return min(fitting(box, part.shape, 0.5) for box, part in zip(boxes, parts, strict=True))


def _draw_back(art, data):
    first, count = art.first
    slopes, weights, matrix, image = art.tables
    shares, column = data.shares[first : first + count], data.slopes.reshape(-1, 1)
    column, row = column[first : first + count], data.filter.reshape(1, -1)
    title = _("= dcol: {n} × {k}").format(n=len(data.shares), k=row.size)
    laid = _("col2im: after window {n}").format(n=data.step + 1)
    _entitle(art, _("dout"), _("× filter"), _part(data, art, title), laid)
    cell = _one_size(art, (0, 1, 2), (column, row, shares))
    same = {"largest": cell, "shown": [short, shorter]}
    later = np.arange(first, first + len(shares))[:, np.newaxis] > data.step
    slopes.show(column, (data.step - first, 0, 1, 1), faint=later, **same)
    weights.show(row, (0, 0, 1, row.size), **same)
    faint = np.broadcast_to(later, shares.shape)
    matrix.show(shares, (data.step - first, 0, 1, row.size), faint=faint, **same)
    _show_image(image, data, data.back)
    art.sum.set_text(
        _("the lit row is the filter times {s};\nit is added where its window lay").format(
            s=short(data.slopes.flat[data.step])
        )
    )


def _sum_lines(data):
    """The sum of one window: one line a row of the filter, if there is room."""
    fh, fw = data.filter.shape
    window = data.padded[data.top : data.top + fh, data.left : data.left + fw]
    lines = []
    if max(fh, fw) > WRITTEN:
        lines.append(_("{n} products: {sum}").format(n=fh * fw, sum=short(data.products.sum())))
    else:
        for values, weights in zip(window, data.filter, strict=True):
            products = (
                f"{short(x)}·{f'({short(w)})' if w < 0 else short(w)}"
                for x, w in zip(values, weights, strict=True)
            )
            lines.append(("   " if not lines else "+ ") + " + ".join(products))
    result = short(data.out.flat[data.step])
    bias = _("+ bias {bias} ").format(bias=short(data.bias)) if data.show == "window" else ""
    lines.append(f"{bias}= {result}")
    return lines


def _size_line(data):
    lines = []
    for axis, name in enumerate(("OH", "OW")):
        size = data.padded.shape[axis] - 2 * data.pad
        formula = (
            f"{name} = ({size} + 2·{data.pad} − {data.filter.shape[axis]}) / {data.stride} + 1"
        )
        lines.append(f"{formula} = {data.out.shape[axis]}" + _rest(data.rest[axis]))
    return "\n".join(lines)


def _rest(pixels):
    return _(", remainder {n}").format(n=pixels) if pixels else ""

"""A filter steps over an image: window, sum, output, and im2col's rows (book 7.2, 7.4).

Every number of image and filter can be edited. The tables show the padded image with the window
that is being summed, the filter, the output, the matrix that im2col makes (one row a window, the
present one lit) and the counts of col2im: how many windows see each pixel.
"""

from functools import cache
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

import numpy as np
import traitlets
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from common.conv_layers import Convolution
from common.util import col2im, im2col, pad_images

from .shell import NumberGrid, Panel, Scrubber, Several, slider
from .shell.style import BLACK, BLUE, NORMAL, add_axes

LIT, SOFT, FRAME = "#FBD38D", "#EEEEEE", "#9A9A9A"
LARGEST = 9  # rows and columns of an image that can be edited and read
ROWS = 16  # of im2col's matrix that are shown at once

IMAGE = np.array([[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]])
FILTER = np.array([[2, 0, 1], [0, 1, 2], [1, 0, 2]])
SEVEN = (np.arange(7) + 1 - np.arange(7)[:, np.newaxis]) % 4  # the pattern of IMAGE, continued
EDGE_IMAGE = np.tile([0, 0, 0, 9, 9, 9], (6, 1))
EDGE_FILTER = np.tile([-1, 0, 1], (3, 1))


class Convolved(NamedTuple):
    padded: np.ndarray  # (H + 2P, W + 2P)
    filter: np.ndarray  # (FH, FW)
    stride: int
    pad: int
    bias: float
    out: np.ndarray  # (OH, OW)
    rows: np.ndarray  # (OH·OW, FH·FW), what im2col makes
    counts: np.ndarray  # (H + 2P, W + 2P), how many windows see each pixel
    step: int  # the window that is summed
    top: int  # its first row and column in `padded`
    left: int
    rest: tuple  # pixels that no window reaches, below and on the right


def compute_convolution(image, filter, stride_and_padding, bias, step):
    """The whole output by the layer of `common`, and one window of it in detail."""
    x, w = np.array(image), np.array(filter)
    stride, pad = stride_and_padding
    layer = Convolution(w[np.newaxis, np.newaxis], np.array([bias]), stride, pad)
    out = layer.forward(x[np.newaxis, np.newaxis])[0, 0]
    padded = pad_images(x[np.newaxis, np.newaxis], pad)
    rows = im2col(padded, *w.shape, stride)
    step = min(step, out.size - 1)
    down, across = divmod(step, out.shape[1])
    return Convolved(
        padded=padded[0, 0],
        filter=w,
        stride=stride,
        pad=pad,
        bias=bias,
        out=out,
        rows=rows,
        counts=col2im(np.ones_like(rows), padded.shape, *w.shape, stride)[0, 0].astype(int),
        step=step,
        top=down * stride,
        left=across * stride,
        rest=tuple((padded.shape[2 + i] - w.shape[i]) % stride for i in (0, 1)),
    )


def draw_convolution(figure, data):
    figure.clear()
    axes = add_axes(figure, (0, 0, 1, 1), frame=False)
    width, height = figure.get_size_inches()
    axes.set(xlim=(0, width), ylim=(height, 0))  # one unit is an inch, downwards
    fh, fw = data.filter.shape
    window = (data.left, data.top, fw, fh)
    title = _("image with padding {p}").format(p=data.pad) if data.pad else _("image")
    _draw_table(axes, (0.05, 0.45, 2.75, 2.2), data.padded, title, lit=window, data=data)
    _draw_table(axes, (3.05, 0.45, 1.7, 2.2), data.filter, _("filter"), frame=BLUE)
    row, column = divmod(data.step, data.out.shape[1])
    later = np.arange(data.out.size).reshape(data.out.shape) > data.step
    lit = column, row, 1, 1
    _draw_table(axes, (5.0, 0.45, 2.15, 2.2), data.out, _("output"), lit=lit, faint=later)
    first = int(np.clip(data.step - ROWS // 2, 0, max(0, len(data.rows) - ROWS)))
    shown = data.rows[first : first + ROWS]
    title = _("im2col: {n} windows × {k} numbers").format(n=len(data.rows), k=fh * fw)
    if len(shown) < len(data.rows):
        title += "\n" + _("(windows {a} to {b})").format(a=first + 1, b=first + len(shown))
    lit = 0, data.step - first, fh * fw, 1
    _draw_table(axes, (7.45, 0.45, 2.9, 4.05), shown, title, lit=lit)
    title = _("col2im: windows that see a pixel")
    _draw_table(axes, (5.0, 3.05, 2.15, 1.5), data.counts, title, lit=window)
    options = {"va": "top", "fontsize": NORMAL, "linespacing": 1.5}
    axes.text(0.05, 2.8, "\n".join(_sum_lines(data)), color=BLACK, **options)
    axes.text(0.05, 3.85, _size_line(data), color="#444444", **options)


def _draw_table(axes, box, values, title, lit=None, faint=None, frame=BLACK, data=None):
    """Numbers in cells, in box = (left, top, width, height) in inches.

    lit: (left, top, width, height) in cells. faint: True where the output is still to come.
    data: given for the image, whose padding and unseen pixels are marked.
    """
    (height, width), (x0, y0) = values.shape, box[:2]
    cell = min(box[2] / width, box[3] / height, 0.42)

    def rectangle(left, top, across, down, **options):
        place = (x0 + cell * left, y0 + cell * top)
        axes.add_artist(Rectangle(place, cell * across, cell * down, **options))

    axes.text(x0, y0 - 0.08, title, va="bottom", fontsize=NORMAL)
    if data is not None and data.pad:
        rectangle(0, 0, width, height, facecolor=SOFT, linewidth=0)
        inner = width - 2 * data.pad, height - 2 * data.pad
        rectangle(data.pad, data.pad, *inner, facecolor="white", linewidth=0)
    if lit is not None:
        rectangle(*lit, facecolor=LIT, linewidth=0)
    if data is not None:
        below, right = data.rest
        hatched = {"fill": False, "hatch": "////", "edgecolor": "#B0B0B0", "linewidth": 0}
        rectangle(0, height - below, width, below, **hatched)
        rectangle(width - right, 0, right, height - below, **hatched)
    x, y = (start + cell * np.arange(n + 1) for start, n in ((x0, width), (y0, height)))
    axes.hlines(y, x[0], x[-1], color=FRAME, linewidth=0.6)
    axes.vlines(x, y[0], y[-1], color=FRAME, linewidth=0.6)
    rectangle(0, 0, width, height, fill=False, edgecolor=frame, linewidth=1.4)
    if lit is not None:
        rectangle(*lit, fill=False, edgecolor=BLACK, linewidth=2.2)
    _write(axes, values, x0, y0, cell, faint)


def _write(axes, values, x0, y0, cell, faint):
    """All numbers of a table as one path: hundreds of them cost no more than ten texts."""
    words = [[_shown(value) for value in row] for row in values]
    size = min(0.52 * cell, 1.5 * cell / max(len(word) for row in words for word in row), 0.155)
    if size < 0.07:  # too small to be read: the cells stay empty
        return
    for color, chosen in ((BLACK, False), ("#909090", True)):
        glyphs = []
        for i, row in enumerate(words):
            for j, word in enumerate(row):
                if chosen == (faint is not None and bool(faint[i, j])):
                    centre = x0 + cell * (j + 0.5), y0 + cell * (i + 0.5)
                    vertices, codes = _glyphs(word)
                    glyphs.append(Path(vertices * size + centre, codes))
        if glyphs:
            path = Path.make_compound_path(*glyphs)
            axes.add_artist(PathPatch(path, facecolor=color, linewidth=0))


@cache
def _glyphs(word):
    """The outline of a word of height 1, centred at 0, y downwards: vertices and codes."""
    path = TextPath((0, 0), word, size=1)
    vertices = path.vertices * (1, -1)
    return vertices - (vertices.max(axis=0) + vertices.min(axis=0)) * (0.5, 0) - (
        0,
        -0.36,
    ), path.codes


def _shown(value):
    return f"{value:.4g}".replace("-", "−")


def _sum_lines(data):
    """The sum of one window, one line a row of the filter."""
    fh, fw = data.filter.shape
    window = data.padded[data.top : data.top + fh, data.left : data.left + fw]
    lines = []
    for values, weights in zip(window, data.filter, strict=True):
        products = (
            f"{_shown(x)}·{f'({_shown(w)})' if w < 0 else _shown(w)}"
            for x, w in zip(values, weights, strict=True)
        )
        lines.append(("   " if not lines else "+ ") + " + ".join(products))
    lines.append(
        _("+ bias {bias}  =  {result}").format(
            bias=_shown(data.bias), result=_shown(data.out.flat[data.step])
        )
    )
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


def describe_convolution(data):
    words = [
        _("Window {n} of {all} gives {value}.").format(
            n=data.step + 1, all=data.out.size, value=_shown(data.out.flat[data.step])
        )
    ]
    height, width = data.out.shape
    text = _("The output is {h} × {w}")
    if data.out.size <= 16:
        rows = "; ".join(" ".join(map(_shown, row)) for row in data.out)
        text += ": {rows}"
        words.append((text + ".").format(h=height, w=width, rows=rows))
    else:
        words.append((text + ".").format(h=height, w=width))
    if any(data.rest):
        below, right = data.rest
        parts = [
            ngettext("{n} row below", "{n} rows below", below).format(n=below) if below else "",
            ngettext("{n} column on the right", "{n} columns on the right", right).format(n=right)
            if right
            else "",
        ]
        text = _("The stride does not divide the room: no window sees {parts} (hatched).")
        words.append(text.format(parts=_(" and ").join(filter(None, parts))))
    if not np.isfinite(data.out).all():
        words.append(_("Some sums are too large for a computer's numbers (inf or nan)."))
    elif data.counts.max() > 1:
        words.append(_("A pixel is seen by up to {n} windows.").format(n=data.counts.max()))
    return " ".join(words)


class Table(NumberGrid):
    """A table of numbers that may also change its size, up to LARGEST rows and columns."""

    def __init__(self, label, rows):
        super().__init__(label, rows)
        self.layout.flex_flow = "row wrap"  # on a narrow screen the label stands above

    @traitlets.validate("value")
    def _keep_shape(self, proposal):
        rows = proposal["value"]
        lengths = {len(rows), *map(len, rows)}
        ragged = len({len(row) for row in rows}) != 1
        if ragged or min(lengths) < 1 or max(lengths) > LARGEST:
            raise traitlets.TraitError(
                _("the table needs 1 to {n} rows of 1 to {n} numbers, equally long").format(
                    n=LARGEST
                )
            )
        return rows


def convolution_panel(*, hide=(), stride=1, padding=0, **start):
    """The stepper. start: image, filter, bias, step; stride and padding are given by name, too."""
    image, filter = Table(_("image"), IMAGE), Table(_("filter"), FILTER)
    parts = [slider(_("stride"), 1, 3, 1, 1), slider(_("padding"), 0, 2, 1, 0)]
    moves = Several(_("stride and padding"), parts)
    step = Scrubber(_("window (from 0)"), 3, interval=700)

    def follow(change):
        """The scrubber ends at the last window, however many there are."""
        stride, pad = moves.value
        room = [
            len_x + 2 * pad - len_w
            for len_x, len_w in zip(np.shape(image.value), np.shape(filter.value), strict=True)
        ]
        if min(room) >= 0:
            step.end_at((room[0] // stride + 1) * (room[1] // stride + 1) - 1)

    for part in (image, filter, moves):
        part.observe(follow, names="value")
    first = {"image": IMAGE, "filter": FILTER, "stride_and_padding": (1, 0), "bias": 0.0, "step": 0}
    seven = {**first, "image": SEVEN}
    overlap = {"image": np.arange(1, 10).reshape(3, 3), "filter": np.ones((2, 2))}
    presets = {
        _("bias 3"): {**first, "bias": 3.0},
        _("padding 1"): {**first, "stride_and_padding": (1, 1)},
        _("stride 2 on 7 × 7"): {**seven, "stride_and_padding": (2, 0)},
        _("stride 3 on 7 × 7: a remainder"): {**seven, "stride_and_padding": (3, 0)},
        _("a filter for vertical edges"): {**first, "image": EDGE_IMAGE, "filter": EDGE_FILTER},
        _("overlaps: 3 × 3, filter 2 × 2"): {**first, **overlap},
    }
    for values in presets.values():
        for name in ("image", "filter"):
            values[name] = np.asarray(values[name], dtype=float).tolist()
    panel = Panel(
        title=_("A filter steps over an image"),
        controls={
            "image": image,
            "filter": filter,
            "stride_and_padding": moves,
            "bias": slider(_("bias"), -5.0, 5.0, 0.5, 0.0),
            "step": step,
        },
        compute=compute_convolution,
        draw=draw_convolution,
        describe=describe_convolution,
        figsize=(10.4, 4.6),
        presets=presets,
        hide=hide,
    )
    for name in ("image", "filter"):
        if name in start:
            start[name] = np.asarray(start[name], dtype=float).tolist()
    if (stride, padding) != (1, 0):
        start["stride_and_padding"] = (stride, padding)
    if "step" in start:
        start["step"] = start.pop("step")  # last: what comes before decides how many there are
    return panel.start(start)

"""A filter steps over an image: window, sum, output; im2col; the way back (book 7.2, 7.4).

Every number of the filter can be edited. `show`, of a panel's data, is what four tables show:
"window", the products of one window and their sum; "rows", the matrix that im2col makes, a window
a row, times the filter as a column; "columns", the same as the layer of `common` does it, a window
a column; "back", how slopes come back: each window's slope times the filter, added where it lay.
"""

from functools import partial
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

import numpy as np
import traitlets

from common.conv_layers import Convolution
from common.util import col2im, im2col, pad_images

from .ch07_convolution_picture import draw_convolution, first_shown
from .outlines import short
from .shell import NumberGrid, Panel, Scrubber, Several, choice, layout_of, slider

MOST = 168  # windows, counted from 0
LARGEST = 9  # rows and columns of an image that can be edited and read
IMAGE = np.array([[1, 2, 3, 0], [0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1]])
FILTER = np.array([[2, 0, 1], [0, 1, 2], [1, 0, 2]])
SEVEN = (np.arange(7) + 1 - np.arange(7)[:, np.newaxis]) % 4  # the pattern of IMAGE, continued
EDGE_IMAGE = np.tile([0, 0, 0, 9, 9, 9], (6, 1))
EDGE_FILTER = np.tile([-1, 0, 1], (3, 1))


class Convolved(NamedTuple):
    show: str
    padded: np.ndarray  # (H + 2P, W + 2P)
    filter: np.ndarray  # (FH, FW)
    stride: int
    pad: int
    bias: float
    out: np.ndarray  # (OH, OW)
    rows: np.ndarray  # (OH·OW, FH·FW), what im2col makes; the layer's windows, transposed
    step: int  # the window that is looked at
    top: int  # its first row and column in `padded`
    left: int
    products: np.ndarray  # (FH, FW), window × filter
    rest: tuple  # pixels that no window reaches, below and on the right
    slopes: np.ndarray  # (OH, OW), dout
    shares: np.ndarray  # (OH·OW, FH·FW), dcol: each slope times the filter
    back: np.ndarray  # (H + 2P, W + 2P), col2im of the shares up to this step
    counts: np.ndarray  # (H + 2P, W + 2P), how many windows see each pixel


def compute_convolution(image, filter, moves, bias, step, show, slopes):
    """The whole output by the layer of `common`, one window of it in detail, and its way back.

    moves: stride and padding. slopes: "ones", or "count" for 1, 2, 3, …
    """
    x, w = np.array(image), np.array(filter)
    stride, pad = moves
    layer = Convolution(w[np.newaxis, np.newaxis], np.array([bias]), stride, pad)
    out = layer.forward(x[np.newaxis, np.newaxis])[0, 0]
    padded = pad_images(x[np.newaxis, np.newaxis], pad)
    rows = im2col(padded, *w.shape, stride)
    step = min(step, out.size - 1)
    down, across = divmod(step, out.shape[1])
    top, left = down * stride, across * stride
    dout = np.ones(out.size) if slopes == "ones" else np.arange(1.0, out.size + 1)
    shares = np.outer(dout, w)  # (OH·OW, 1)(1, FH·FW)
    so_far = np.where(np.arange(out.size)[:, np.newaxis] <= step, shares, 0)
    laid_back = partial(col2im, input_shape=padded.shape, filter_h=len(w), filter_w=w.shape[1])
    return Convolved(
        show=show,
        padded=padded[0, 0],
        filter=w,
        stride=stride,
        pad=pad,
        bias=bias,
        out=out,
        rows=rows,
        step=step,
        top=top,
        left=left,
        products=padded[0, 0, top : top + len(w), left : left + w.shape[1]] * w,
        rest=tuple((padded.shape[2 + i] - w.shape[i]) % stride for i in (0, 1)),
        slopes=dout.reshape(out.shape),
        shares=shares,
        back=laid_back(so_far, stride=stride)[0, 0],
        counts=laid_back(np.ones_like(rows), stride=stride)[0, 0].astype(int),
    )


def describe_convolution(data):
    told = {
        "window": _tell_window,
        "rows": _tell_rows,
        "columns": _tell_columns,
        "back": _tell_back,
    }
    text = told[data.show](data)
    if not np.isfinite(data.back if data.show == "back" else data.out).all():
        text += " " + _("Some sums are too large for a computer's numbers (inf or nan).")
    return text


def _tell_window(data):
    words = [
        _("Window {n} of {all} gives {value}.").format(
            n=data.step + 1, all=data.out.size, value=short(data.out.flat[data.step])
        )
    ]
    height, width = data.out.shape
    text = _("The output is {h} × {w}")
    if data.out.size <= 16:
        text += ": {rows}"
    words.append((text + ".").format(h=height, w=width, rows=_listed(data.out)))
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
    return " ".join(words)


def _listed(table):
    """Its rows, for a sentence."""
    return "; ".join(" ".join(map(short, row)) for row in table)


def _tell_rows(data):
    text = _(
        "Window {n} of {all} is row {n} of a matrix {all} × {k}. Times the filter as a column it "
        "gives {value}, and one product gives them all. {pixels} pixels became {numbers} numbers."
    )
    return text.format(**_words_of_a_matrix(data))


def _tell_columns(data):
    text = _(
        "Window {n} of {all} is column {n} of a matrix {k} × {all}. The filter as a row times it "
        "gives {value}, and one product gives them all, in the order of the output."
    )
    return text.format(**_words_of_a_matrix(data))


def _words_of_a_matrix(data):
    return {
        "n": data.step + 1,
        "all": data.out.size,
        "k": data.filter.size,
        "value": short(data.out.flat[data.step]),
        "pixels": data.padded.size,
        "numbers": data.rows.size,
    }


def _tell_back(data):
    done, all = data.step + 1, data.out.size
    if done < all:
        text = _("{n} of {all} windows are laid back, each with its slope times the filter.")
    else:
        text = _("All {all} windows are laid back, each with its slope times the filter.")
    words = [text.format(n=done, all=all)]
    if data.back.size <= 16:
        text = _("So far each pixel has got: {rows}.") if done < all else _("The sums: {rows}.")
        words.append(text.format(rows=_listed(data.back)))
    most = int(data.counts.max())
    text = ngettext(
        "No pixel is seen by more than {n} window.",
        "A pixel is seen by up to {n} windows; what these send adds up.",
        most,
    )
    return " ".join([*words, text.format(n=most)])


class Grid(NumberGrid):
    """A table of numbers that may also change its size, up to LARGEST rows and columns."""

    resizes = True

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


def convolution_panel(*, stride=1, padding=0, **options):
    """One window after the other, its products and their sum.

    options: hide; and to start with image, filter, bias, step. Stride and padding by their names.
    """
    bias = slider(_("bias"), -5.0, 5.0, 0.5, 0.0)
    if (stride, padding) != (1, 0):
        options["moves"] = (stride, padding)
    edges = {"image": EDGE_IMAGE, "filter": EDGE_FILTER, "moves": (1, 0), "bias": 0.0, "step": 0}
    presets = _presets(bias=0.0)
    bias_3 = {**presets.pop(_("the first picture")), "bias": 3.0}
    return _stepper(
        title=_("A filter steps over an image"),
        compute=partial(compute_convolution, show="window", slopes="ones"),
        picture=Grid(_("image"), IMAGE),
        more={"bias": bias},
        presets={_("bias 3"): bias_3, **presets, _("a filter for vertical edges"): edges},
        stops=[{**presets[_("stride 3 on 7 × 7: a remainder")], "moves": (3, 1)}],
        **options,
    )


def im2col_panel(**options):
    """Windows as rows of a matrix, or as columns, as the layer of `common` has them."""
    views = {_("a window, a row"): "rows", _("the layer: a window, a column"): "columns"}
    return _stepper(
        title=_("Windows become a matrix"),
        compute=partial(compute_convolution, bias=0.0, slopes="ones"),
        picture=Grid(_("image"), IMAGE),
        more={"show": choice(_("show"), views)},
        presets=_presets(),
        **options,
    )


def col2im_panel(**options):
    """Slopes on their way back: what each window gets is added where it lay."""

    def compute(image, **values):
        picture = np.zeros((image, image)).tolist()  # its numbers are not asked for
        return compute_convolution(picture, bias=0.0, show="back", **values)

    options.setdefault("step", 3)  # all of them
    slopes = {_("all 1"): "ones", "1, 2, 3, …": "count"}
    presets = _presets()
    for values in presets.values():
        values["image"] = len(values["image"])
    ones = {"image": 3, "filter": np.ones((2, 2)), "moves": (1, 0), "slopes": "ones", "step": 3}
    return _stepper(
        title=_("Slopes come back to the picture"),
        compute=compute,
        picture=slider(_("side of the picture"), 2, LARGEST, 1, 4),
        more={"slopes": choice(_("slopes dout"), slopes)},
        presets={**presets, _("overlaps: 3 × 3, filter 2 × 2"): ones},
        **options,
    )


def _stepper(*, title, compute, picture, more, presets, stops=(), hide=(), **start):
    filter = Grid(_("filter"), FILTER)
    parts = [slider(_("stride"), 1, 3, 1, 1), slider(_("padding"), 0, 2, 1, 0)]
    moves = Several(_("stride and padding"), parts)
    step = Scrubber(_("window (from 0)"), 3, interval=700)

    def follow(change):
        """The scrubber ends at the last window, however many there are."""
        stride, pad = moves.value
        sides = np.shape(picture.value) or (picture.value, picture.value)
        room = [
            side + 2 * pad - window
            for side, window in zip(sides, np.shape(filter.value), strict=True)
        ]
        fits = min(room) >= 0  # else a message says so, and any window will do
        step.end_at((room[0] // stride + 1) * (room[1] // stride + 1) - 1 if fits else MOST)

    for part in (picture, filter, moves):
        part.observe(follow, names="value")
    controls = {"image": picture, "filter": filter, "moves": moves, **more, "step": step}
    for values in (*presets.values(), *stops, start):
        for name in ("image", "filter"):
            if np.ndim(values.get(name, 0)):
                values[name] = np.asarray(values[name], dtype=float).tolist()
    panel = Panel(
        title=title,
        controls=controls,
        compute=compute,
        draw=draw_convolution,
        describe=describe_convolution,
        figsize=(9.2, 4.2),
        narrow=(3.6, 5.95),
        lecture=(7.3, 3.2),
        touch={
            "image": lambda hand, values: _drag(hand, values, panel.data),
            "windows": lambda hand, values: _pick(hand, values, panel),
        },
        hover={"image": _tell_pixel},
        presets=presets,
        stops=[*({"step": n} for n in range(4)), *stops],
        hide=hide,
    )
    # The step comes last: what comes before decides how many there are.
    return panel.start(dict(sorted(start.items(), key=lambda part: part[0] == "step")))


def _presets(**more):
    first = {"image": IMAGE, "filter": FILTER, "moves": (1, 0), **more, "step": 0}
    seven = {**first, "image": SEVEN}
    return {
        _("the first picture"): first,
        _("padding 1"): {**first, "moves": (1, 1)},
        _("stride 2 on 7 × 7"): {**seven, "moves": (2, 0)},
        _("stride 3 on 7 × 7: a remainder"): {**seven, "moves": (3, 0)},
    }


# ---- what hands do


def _drag(hand, values, data):
    """The window keeps under the hand where it was grabbed; elsewhere its middle comes there."""
    height, width = data.filter.shape
    if hand.x is None:
        return _moved(hand, data)
    columns = data.out.shape[1]
    before = np.array(divmod(min(hand.before["step"], data.out.size - 1), columns)) * data.stride
    (x, y), (x0, y0) = (hand.x, hand.y), hand.down
    grabbed = 0 <= y0 - before[0] < height and 0 <= x0 - before[1] < width
    moved = np.add(before, (y - y0, x - x0))
    corner = moved if grabbed else (y - height / 2, x - width / 2)
    return _window(np.round(np.divide(corner, data.stride)), data)


def _pick(hand, values, panel):
    """The output's cell under the hand, or the matrix's row or column."""
    data = panel.data
    if data.show == "window":
        return _moved(hand, data) if hand.x is None else _window((int(hand.y), int(hand.x)), data)
    if hand.x is None:
        place = data.step + (hand.dx if data.show == "columns" else -hand.dy)
    else:  # the windows that were shown when the hand came down
        before = min(hand.before["step"], data.out.size - 1)
        first, _count = first_shown(data._replace(step=before), layout_of(panel.figure))
        place = first + int(hand.x if data.show == "columns" else hand.y)
    return {"step": int(np.clip(place, 0, data.out.size - 1))}


def _moved(hand, data):
    """A window further by arrow keys."""
    row, column = divmod(data.step, data.out.shape[1])
    return _window((row - hand.dy, column + hand.dx), data)


def _window(place, data):
    row, column = (
        int(np.clip(k, 0, end - 1)) for k, end in zip(place, data.out.shape, strict=True)
    )
    return {"step": row * data.out.shape[1] + column}


def _tell_pixel(x, y, data):
    """How many windows see the pixel."""
    height, width = data.counts.shape
    count = int(data.counts[min(int(y), height - 1), min(int(x), width - 1)])
    return ngettext("seen by {n} window", "seen by {n} windows", count).format(n=count)

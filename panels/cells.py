"""Cells of ink, tables of numbers, ten bars: pictures that cost little to draw again.

Boxes are (left, top, width, height) in inches from the figure's upper left corner, so that words
and numbers keep their size when a figure is laid out for a telephone or a lecture. What changes
is animated. Pixels become colours cell by cell, and all the numbers of a table are one path: each
costs about a millisecond, where an AxesImage or ten texts cost six.
"""

from functools import lru_cache
from gettext import gettext as _

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.image import PcolorImage
from matplotlib.patches import PathPatch, Polygon, Rectangle

from .outlines import HEIGHT, NOTHING, TITLE, Lines, Words, breadth, short, written
from .shell.style import BLACK, BLUE, GREY, INK, NORMAL, ORANGE, add_axes, edge

LIGHT, SOFT, LINES, FAINT = "#F7A71B", "#EEEEEE", "#9A9A9A", "#767676"
BETWEEN = "#8FB4D4"  # of the lines between pictures: no shade of ink
NARROWEST = 0.105  # inches: a number below is not written


def place(figure, box):
    """A box as matplotlib's (left, bottom, width, height), shares of the figure."""
    wide, high = figure.get_size_inches()
    left, top, width, height = box
    return left / wide, 1 - (top + height) / high, width / wide, height / high


@lru_cache
def arrangement(count, width, height):
    """-> (rows, columns) for so many squares in a box: large ones, and few places left empty."""

    def small(shape):
        rows, columns = shape
        empty = (rows * columns - count) / count
        return max(rows / height, columns / width) * (1 + 2 * empty)

    return min(((rows, -(-count // rows)) for rows in range(1, count + 1)), key=small)


class Pixels:
    """Numbers as ink. Places in it run from 0 to 1, to the right and down."""

    def __init__(self, figure, box, title="", *, label=""):
        self.box = box
        self.axes = add_axes(figure, place(figure, box), title=title, label=label)
        edge(self.axes)
        self.axes.set(xlim=(0, 1), ylim=(1, 0))
        self.axes.spines[:].set_linewidth(1.6)  # half of it lies under the image
        self.title = self.axes.set_title(title, fontsize=NORMAL, loc="left")
        self.image = self.axes.add_image(PcolorImage(self.axes, cmap=INK, animated=True))
        self.image.set_zorder(0)
        lines = LineCollection([], colors=BETWEEN, linewidths=0.8, animated=True)
        self.lines = self.axes.add_collection(lines)

    def entitled(self):
        """Itself, with a title that changes."""
        self.title = Lines(self.axes.figure, self.box[0], self.box[1] - TITLE)
        return self

    def show(self, values, low, high):
        """values: (rows, columns); `low` is white, `high` black, nan the paper."""
        rows, columns = values.shape
        edges = np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1)
        self.image.set_data(*edges, np.asarray(values, dtype=float))
        self.image.set_clim(low, high)

    def show_all(self, pictures, low, high, shape):
        """pictures (M, height, width) side by side, in shape = (rows, columns) of them."""
        (count, height, width), (rows, columns) = pictures.shape, shape
        whole = np.full((rows * columns, height, width), np.nan)
        whole[:count] = pictures
        whole = whole.reshape(rows, columns, height, width).swapaxes(1, 2)
        self.show(whole.reshape(rows * height, columns * width), low, high)
        self.rule(1 / rows, 1 / columns)
        self.lines.set_linewidth(2)

    def rule(self, down, across):
        """Lines at every so much of its height and of its width."""
        rows, columns = (np.arange(step, 1 - 1e-9, step) for step in (down, across))
        lines = [[(0, y), (1, y)] for y in rows] + [[(x, 0), (x, 1)] for x in columns]
        self.lines.set_segments(lines)

    def frame(self, color=ORANGE, width=2.5):
        """A rectangle to be set by `around`."""
        options = {"fill": False, "edgecolor": color, "linewidth": width, "animated": True}
        return self.axes.add_patch(Rectangle((0, 0), 0, 0, zorder=3, clip_on=False, **options))

    def veil(self):
        """What lies under a polygon is paler; to be set by `set_xy`."""
        options = {"facecolor": "white", "alpha": 0.78, "linewidth": 0, "animated": True}
        return self.axes.add_patch(Polygon(np.zeros((1, 2)), zorder=2, **options))


def around(frame, top, left, height, width, shape):
    """Lays a frame around cells of a picture that has `shape` = (rows, columns) of them."""
    frame.set_bounds(left / shape[1], top / shape[0], width / shape[1], height / shape[0])


def not_yet(veil, step, shape):
    """Lays a veil over all cells behind number `step`, in reading order."""
    rows, columns = shape
    row, column = divmod(step + 1, columns)
    x, y, below = column / columns, row / rows, min(1, (row + 1) / rows)
    veil.set_xy([(x, y), (1, y), (1, 1), (0, 1), (0, below), (x, below)])


def fitting(box, shape, largest):
    """The side of a cell, in inches, so that so many rows and columns fit in a box."""
    return min(box[2] / shape[1], box[3] / shape[0], largest)


class Table:
    """Numbers in cells; places in it are cells, to the right and down.

    largest: a cell's side at most, in inches. ink: the cells are tinted by their numbers.
    centred: at half the box's height, if it does not fill it.
    """

    def __init__(
        self, figure, box, title="", *, label="", largest=0.5, frame=BLACK, ink=False, centred=False
    ):
        self.figure, self.box, self.largest, self.centred = figure, box, largest, centred
        self.axes = add_axes(figure, place(figure, box), title=title, label=label, frame=False)
        self.axes.set(xticks=[], yticks=[])
        self.title = self.axes.set_title(title, fontsize=NORMAL, loc="left")
        self._laid_out, self._still, self._edge, self.size = None, [], frame, 0.0
        self.image = None
        if ink:
            self.image = self.axes.add_image(PcolorImage(self.axes, cmap=INK, animated=True))
            self.image.set_zorder(0)
        moving = {"animated": True, "linewidth": 0}
        put = self.axes.add_patch
        self.lit = put(Rectangle((0, 0), 0, 0, facecolor=LIGHT, alpha=0.5, zorder=1.5, **moving))
        self.marked = put(
            Rectangle((0, 0), 0, 0, fill=False, zorder=5, clip_on=False, animated=True, linewidth=2)
        )
        self.numbers = [
            put(PathPatch(NOTHING, facecolor=color, zorder=4, clip_on=False, **moving))
            for color in (BLACK, FAINT)
        ]

    def entitled(self):
        """Itself, with a title that changes."""
        self.title = Lines(self.axes.figure, self.box[0], self.box[1] - TITLE)
        return self

    def show(self, values, lit=None, *, faint=None, pad=0, rest=(0, 0), shown=None, largest=None):
        """lit: (top, left, height, width) in cells. faint: True for numbers that are still to come.

        pad: cells of padding around; rest: rows below and columns on the right that no window sees.
        largest: as above, for tables whose cells have to be equal.
        """
        self._lay_out(values.shape, pad, rest, largest or self.largest)
        if self.image is not None:
            rows, columns = values.shape
            high = float(np.nanmax(np.abs(values))) or 1.0
            low = -high if values.min() < 0 else 0.0
            self.image.set_data(np.arange(columns + 1), np.arange(rows + 1), values.astype(float))
            self.image.set_clim(low, low + 2.2 * (high - low))  # no darker than a number bears
        top, left, height, width = lit or (0, 0, 0, 0)
        self.lit.set_bounds(left, top, width, height)
        self.marked.set_bounds(left, top, width, height)
        self.marked.set_visible(lit is not None)
        self._write(values, faint, shown or [short])

    def _lay_out(self, *how):
        """What stands still: where the table lies, its lines, padding and unseen cells."""
        if self._laid_out == how:
            return
        self._laid_out = how
        (rows, columns), pad, rest, largest = how
        left, top, _wide, high = self.box
        self.cell = cell = fitting(self.box, (rows, columns), largest)
        top += (high - cell * rows) / 2 if self.centred else 0
        if isinstance(self.title, Lines):
            self.title.move(left, top - TITLE)
        self.axes.set_position(place(self.figure, (left, top, cell * columns, cell * rows)))
        self.axes.set(xlim=(0, columns), ylim=(rows, 0))
        for artist in self._still:
            artist.remove()

        def rectangle(x, y, width, height, **options):
            return self.axes.add_patch(Rectangle((x, y), width, height, **options))

        across = [[(0, y), (columns, y)] for y in range(1, rows)]
        down = [[(x, 0), (x, rows)] for x in range(1, columns)]
        lines = LineCollection(across + down, colors=LINES, linewidths=0.6, zorder=2)
        self._still = [self.axes.add_collection(lines)]
        self._still += [
            rectangle(
                0, 0, columns, rows, fill=False, edgecolor=self._edge, linewidth=1.4, zorder=3,
                clip_on=False,
            )
        ]  # fmt: skip
        if pad:
            inner = columns - 2 * pad, rows - 2 * pad
            self._still += [rectangle(0, 0, columns, rows, facecolor=SOFT, linewidth=0, zorder=1)]
            white = {"facecolor": "white", "linewidth": 0, "zorder": 1.1}
            self._still += [rectangle(pad, pad, *inner, **white)]
        below, right = rest
        hatched = {"fill": False, "hatch": "////", "edgecolor": "#B0B0B0", "linewidth": 0}
        self._still += [rectangle(0, rows - below, columns, below, zorder=1.2, **hatched)]
        self._still += [rectangle(columns - right, 0, right, rows, zorder=1.2, **hatched)]

    def _write(self, values, faint, ways):
        """The numbers, in the first of the ways to write them that has room for all."""
        for shown in ways:
            texts = [shown(value) for value in values.ravel()]
            size = 0.97 * self.cell / max(map(breadth, texts))
            if size >= HEIGHT:
                break
        self.size = min(size, HEIGHT * 1.15, 0.7 * self.cell)
        size = self.size / self.cell if self.size >= NARROWEST else 0
        columns, chosen = values.shape[1], np.zeros(values.size, bool)
        if faint is not None:
            chosen = faint.ravel()
        for patch, which in zip(self.numbers, (~chosen, chosen), strict=True):
            places = (np.array(divmod(i, columns)[::-1]) + 0.5 for i in range(len(texts)))
            glyphs = zip(texts, places, which, strict=True)
            patch.set_path(written([(word, at, size) for word, at, yes in glyphs if yes and size]))


class Shares:
    """Ten probabilities as bars; the answer is dark, the label is framed."""

    def __init__(self, figure, box, title=""):
        left, top, width, height = box
        axes = add_axes(figure, place(figure, box), title=title or _("probability in %"))
        self.middles, self.high = width * (np.arange(10) + 0.5) / 10, height - 1.5 * HEIGHT
        axes.set(xlim=(0, width), ylim=(0, height), yticks=[])  # inches
        axes.set_xticks(self.middles, map(str, range(10)))
        axes.spines["left"].set_visible(False)
        axes.tick_params(bottom=False, pad=2)
        self.bars = axes.add_collection(PolyCollection([], animated=True, zorder=2))
        self.corner, self.words = (left, top + height), Words(figure)

    def show(self, shares, answer, label=None):
        half, tops = 0.7 * self.middles[0], self.high * np.asarray(shares)
        self.bars.set_verts(
            [[(m - half, 0), (m - half, y), (m + half, y), (m + half, 0)]
             for m, y in zip(self.middles, tops, strict=True)]
        )  # fmt: skip
        digits = range(10)
        self.bars.set_facecolor([BLUE if digit == answer else "#BFBFBF" for digit in digits])
        self.bars.set_edgecolor([ORANGE if digit == label else GREY for digit in digits])
        self.bars.set_linewidth([2.5 if digit == label else 0.5 for digit in digits])
        left, bottom = self.corner
        self.words.show(
            [(f"{100 * share:.0f}", (left + m, bottom - y - 0.7 * HEIGHT))
             for m, y, share in zip(self.middles, tops, shares, strict=True) if share >= 0.005]
        )  # fmt: skip

"""The picture of ch03_classify: a digit, what the network makes of it, and all answers counted."""

from functools import partial
from gettext import gettext as _
from types import SimpleNamespace

import numpy as np
from matplotlib.patches import Rectangle

from .shell import artists, layout_of
from .shell.style import BLACK, BLUE, GREY, INK, NORMAL, ORANGE, RED, SMALL, add_axes, edge

ANY = -1  # whatever the label, whatever the network reads
SAMPLES = 12  # how many of the images in question are shown small


def draw_classify(figure, data):
    art = artists(figure, partial(_lay_out, data=data))
    art.image.set_data(data.image)
    words = _("image {number}, label {label}") if data.number >= 0 else _("no image")
    art.title.set_text(words.format(number=data.number, label=data.label))
    art.bars.show(data.probabilities, data.prediction, data.label)
    for strip, z in zip(art.strips, data.hidden, strict=True):
        strip.set_data(_as_rows(z))
    mosaic = np.full((SAMPLES, 28, 28), np.nan)
    mosaic[: len(data.samples)] = data.samples
    rows = mosaic.reshape(-1, art.columns, 28, 28).swapaxes(1, 2)
    art.samples.set_data(rows.reshape(-1, art.columns * 28))
    (top, height), (left, width) = ((-0.5, 10) if i == ANY else (i - 0.5, 1) for i in data.cell)
    art.frame.set_bounds(left, top, width, height)
    art.frame.set_visible(data.cell != (ANY, ANY))
    art.here.set_data([data.prediction], [data.label])
    art.here.set_visible(data.number >= 0)


def _as_rows(z):
    """A layer's outputs as a strip of rows of 25, the last row filled up with nan."""
    rows = -(-len(z) // 25)
    padded = np.full(rows * 25, np.nan)
    padded[: len(z)] = z
    return padded.reshape(rows, 25)


# Of the image, of those that follow it, of the two hidden layers, of the probabilities (with hidden
# layers above them, and without) and of the table, in shares of the figure.
BOXES = {
    "normal": ((0.01, 0.37, 0.25, 0.55), (0.01, 0.02, 0.25, 0.24), (0.32, 0.76, 0.15, 0.13),
               (0.5, 0.76, 0.15, 0.13), (0.32, 0.12, 0.33, 0.46), (0.32, 0.12, 0.33, 0.75),
               (0.715, 0.12, 0.275, 0.8)),
    "narrow": ((0.02, 0.785, 0.42, 0.185), (0.5, 0.785, 0.48, 0.185), (0.1, 0.675, 0.42, 0.05),
               (0.56, 0.675, 0.42, 0.05), (0.1, 0.48, 0.88, 0.125), (0.1, 0.48, 0.88, 0.23),
               (0.12, 0.06, 0.86, 0.325)),
    "lecture": ((0.01, 0.38, 0.21, 0.52), (0.01, 0.02, 0.21, 0.23), (0.285, 0.76, 0.15, 0.12),
                (0.465, 0.76, 0.15, 0.12), (0.285, 0.17, 0.33, 0.37), (0.285, 0.17, 0.33, 0.71),
                (0.685, 0.17, 0.305, 0.73)),
}  # fmt: skip


def _lay_out(figure, data):
    layout = layout_of(figure)
    digit, more, first, second, below, alone, counts = BOXES[layout]
    picture = add_axes(figure, digit, frame=False)
    edge(picture)
    title = picture.set_title("", fontsize=NORMAL, loc="left")
    title.set_animated(True)
    pixels = {"vmin": 0, "vmax": 1, "animated": True}
    image = _framed(picture.imshow(np.zeros((28, 28)), cmap=INK, **pixels))
    follow = add_axes(figure, more, title=_("it and the next"), frame=False)
    columns = 4 if layout == "narrow" else 6
    shape = (28 * SAMPLES // columns, 28 * columns)
    samples = follow.imshow(np.zeros(shape), cmap=INK, aspect="auto", **pixels)
    strips = []
    for n, (z, box) in enumerate(zip(data.hidden, (first, second), strict=False), 1):
        axes = add_axes(figure, box, title=_("hidden layer {n}").format(n=n), frame=False)
        edge(axes)
        strips.append(_framed(axes.imshow(_as_rows(0 * z), cmap=INK, aspect="auto", **pixels)))
    bars = Bars(add_axes(figure, below if data.hidden else alone))
    if data.hidden:
        place = (first[0], first[1] - 0.012)
        text = _("outputs: white 0, black 1")
        figure.text(*place, text, fontsize=SMALL, color=GREY, va="top")
    table = add_axes(
        figure, counts, title=_("all answers, counted"), xlabel=_("read as"),
        ylabel=_("label"), label="table",
    )  # fmt: skip
    table.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), xticks=range(10), yticks=range(10))
    wrong = data.table * (1 - np.eye(10))
    table.imshow(wrong, cmap=INK, vmin=0, vmax=2.5 * max(wrong.max(), 1), aspect="auto")
    for label, read in np.argwhere(data.table):
        style = {"color": GREY} if label == read else {"color": BLACK, "fontweight": "bold"}
        count = str(data.table[label, read])
        table.text(read, label, count, ha="center", va="center", fontsize=SMALL, **style)
    frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=RED, linewidth=3, animated=True)
    here = {"markersize": 19, "markerfacecolor": "none", "markeredgewidth": 2, "animated": True}
    return SimpleNamespace(
        title=title,
        image=image,
        samples=samples,
        columns=columns,
        strips=strips,
        bars=bars,
        frame=table.add_patch(frame),
        here=table.plot([], [], "o", markeredgecolor=BLUE, **here)[0],
    )


def _framed(image):
    """The image, a little smaller than its axes: what moves is drawn over their frame."""
    for limits in (image.axes.get_xlim, image.axes.get_ylim):
        low, high = limits()
        edges = (low - 0.02 * (high - low), high + 0.02 * (high - low))
        image.axes.set(**{limits.__name__[4:]: edges})
    return image


class Bars:
    """Ten probabilities as bars; the answer is dark, the label is framed."""

    def __init__(self, axes):
        axes.set(xlim=(-0.6, 9.6), ylim=(0, 1.25), xticks=range(10), yticks=[0, 0.5, 1])
        axes.set_xlabel(_("digit"), fontsize=SMALL)
        self.title = axes.set_title("", fontsize=NORMAL, loc="left")
        moves = {"animated": True}
        self.bars = axes.bar(range(10), np.zeros(10), width=0.7, **moves)
        self.texts = [
            axes.text(i, 0, "", ha="center", va="bottom", fontsize=SMALL, **moves)
            for i in range(10)
        ]

    def show(self, probabilities, prediction=None, label=None):
        framed = _("probability (framed: the label)")
        self.title.set_text(_("probability") if label is None else framed)
        for digit, (bar, text, y) in enumerate(
            zip(self.bars, self.texts, probabilities, strict=True)
        ):
            bar.set_height(y)
            bar.set_facecolor(BLUE if digit == prediction else "#BFBFBF")
            bar.set_edgecolor(ORANGE if digit == label else GREY)
            bar.set_linewidth(2.5 if digit == label else 0.5)
            text.set_text(f"{y:.0%}" if y >= 0.01 else "")
            text.set_y(y + 0.02)

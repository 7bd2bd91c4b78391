"""Draw a digit with mouse, finger or keyboard, and see what the network reads (book 3.6).

Before the network sees it, the drawing is prepared as MNIST's digits were: the part with ink is
scaled, with smoothing and keeping its proportions, to fit a box of 20 by 20 pixels, and shifted so
that its centre of mass lies at the centre of the 28 by 28 image.
Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", the page's
description of how the images were normalised and centred.
"""

from functools import partial
from gettext import gettext as _
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets

from .ch03_classify import read_digits
from .ch03_classify_picture import Bars
from .shell import Panel, artists, layout_of
from .shell.style import INK, NORMAL, add_axes

SIDE, BOX = 28, 20  # pixels: the image, and the box that a digit fits in
EMPTY = bytes(SIDE * SIDE)
PEN = 1.1  # radius in pixels; about as thick as MNIST's strokes

# Example digits as strokes through points (x, y) of a square from 0 to 1, y downwards.
STROKES = {
    "0": [[(0.5, 0.05), (0.25, 0.2), (0.17, 0.5), (0.27, 0.83), (0.5, 0.95), (0.73, 0.82),
           (0.83, 0.5), (0.74, 0.18), (0.5, 0.05)]],
    "1": [[(0.56, 0.05), (0.52, 0.5), (0.48, 0.95)]],
    "2": [[(0.2, 0.25), (0.35, 0.08), (0.6, 0.06), (0.75, 0.22), (0.7, 0.42), (0.45, 0.68),
           (0.18, 0.93), (0.5, 0.9), (0.85, 0.92)]],
    "3": [[(0.22, 0.12), (0.5, 0.05), (0.74, 0.17), (0.68, 0.38), (0.42, 0.48), (0.7, 0.56),
           (0.8, 0.75), (0.6, 0.93), (0.2, 0.9)]],
    "4": [[(0.3, 0.05), (0.2, 0.5), (0.45, 0.56), (0.78, 0.5)], [(0.75, 0.08), (0.68, 0.95)]],
    "5": [[(0.78, 0.07), (0.35, 0.08), (0.28, 0.42), (0.58, 0.42), (0.76, 0.62), (0.66, 0.86),
           (0.4, 0.95), (0.18, 0.85)]],
    "6": [[(0.68, 0.05), (0.42, 0.22), (0.26, 0.55), (0.3, 0.85), (0.52, 0.95), (0.73, 0.8),
           (0.66, 0.58), (0.45, 0.56), (0.28, 0.7)]],
    "7": [[(0.18, 0.1), (0.5, 0.1), (0.82, 0.08), (0.62, 0.45), (0.45, 0.95)]],
    "8": [[(0.72, 0.15), (0.5, 0.05), (0.28, 0.18), (0.4, 0.42), (0.66, 0.62), (0.7, 0.85),
           (0.48, 0.95), (0.28, 0.84), (0.34, 0.62), (0.62, 0.4), (0.72, 0.15)]],
    "9": [[(0.74, 0.2), (0.5, 0.05), (0.26, 0.22), (0.34, 0.46), (0.6, 0.46), (0.74, 0.2),
           (0.72, 0.55), (0.62, 0.95)]],
}  # fmt: skip


class Canvas(anywidget.AnyWidget):
    """28 by 28 pixels to draw on. `value`: 784 bytes, row by row, 0 (paper) to 255 (ink)."""

    _esm = Path(__file__).with_name("ch03_draw.js")
    _css = Path(__file__).with_name("ch03_draw.css")
    description = traitlets.Unicode().tag(sync=True)
    pen = traitlets.Float(PEN).tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    value = traitlets.Bytes(EMPTY).tag(
        sync=True,  # a buffer of the browser's, and never a number: bytes(10**12) fills the memory
        from_json=lambda sent, canvas: bytes(sent) if isinstance(sent, memoryview) else sent,
    )

    @traitlets.default("words")
    def _words(self):
        return {
            "clear": _("Clear"),
            "help": _("Mouse or finger; or arrow keys, space for pen down or up."),
            "keys": _("arrow keys move the cursor, space lowers or lifts the pen, delete clears"),
            "down": _("Pen down, row {row}, column {column}"),
            "up": _("Pen up, row {row}, column {column}"),
        }

    @traitlets.validate("value")
    def _whole_picture(self, proposal):
        if len(proposal["value"]) != SIDE * SIDE:
            raise traitlets.TraitError(f"{len(proposal['value'])} bytes instead of {SIDE * SIDE}")
        return proposal["value"]


class Drawing(NamedTuple):
    drawn: np.ndarray  # (28, 28), 0 to 1, as drawn
    seen: np.ndarray  # (28, 28), as the network sees it
    probabilities: np.ndarray  # (10,); all 0 for an empty drawing
    prediction: int  # -1 for an empty drawing


def compute_draw(drawing, *, network):
    """Prepares the drawing and hands it to the network."""
    drawn = np.frombuffer(drawing, dtype=np.uint8).reshape(SIDE, SIDE) / np.float32(255)
    seen = prepare(drawn)
    if not seen.any():
        return Drawing(drawn, seen, np.zeros(10), -1)
    probabilities = read_digits(network, seen.reshape(1, -1))[1][0]
    return Drawing(drawn, seen, probabilities, int(probabilities.argmax()))


def prepare(drawn):
    """Scales the ink to a 20 by 20 box and centres its mass in 28 by 28, as MNIST does."""
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    seen = np.zeros((SIDE, SIDE), dtype=np.float32)
    if len(rows) == 0:
        return seen
    ink = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = np.maximum(1, np.round(BOX * np.array(ink.shape) / max(ink.shape))).astype(int)
    ink = _resampling(ink.shape[0], height) @ ink @ _resampling(ink.shape[1], width).T
    ink = ink / ink.max()  # smoothing must not make the ink paler
    top = _first_place(ink.sum(axis=1))
    left = _first_place(ink.sum(axis=0))
    seen[top : top + height, left : left + width] = ink
    return seen


def _resampling(old, new):
    """(new, old) weights that stretch or shrink `old` pixels to `new`, linearly, with smoothing."""
    reach = max(1.0, old / new)
    centres = (np.arange(new) + 0.5) * old / new - 0.5
    weights = np.maximum(0, 1 - np.abs(centres[:, np.newaxis] - np.arange(old)) / reach)
    return weights / weights.sum(axis=1, keepdims=True)


def _first_place(mass):
    """Where `mass` starts so that its centre is the image's, without leaving the image."""
    centre = (mass * np.arange(len(mass))).sum() / mass.sum()
    return int(np.clip(round((SIDE - 1) / 2 - centre), 0, SIDE - len(mass)))


def example_digit(name):
    """The strokes of an example digit, drawn with the pen: 784 bytes."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    distance = np.full((SIDE, SIDE), np.inf)
    for stroke in STROKES[name]:
        for start, end in pairwise(stroke):
            for share in np.linspace(0, 1, 12):
                point = 4 + BOX * ((1 - share) * np.array(start) + share * np.array(end))
                distance = np.minimum(distance, np.hypot(x - point[0], y - point[1]))
    return _ink(distance).tobytes()


def _ink(distance):
    """0 … 255 by the distance from the pen's path: full within PEN, paper a pixel further."""
    return np.round(255 * np.clip(PEN + 0.5 - distance, 0, 1)).astype(np.uint8)


def draw_draw(figure, data):
    art = artists(figure, _lay_out)
    art.image.set_data(data.seen)
    art.bars.show(data.probabilities, data.prediction)


BOXES = {  # of the picture and of the bars, in shares of the figure
    "normal": ((0.02, 0.14, 0.38, 0.72), (0.48, 0.17, 0.51, 0.69)),
    "narrow": ((0.14, 0.47, 0.72, 0.45), (0.12, 0.1, 0.86, 0.27)),
    "lecture": ((0.01, 0.08, 0.37, 0.78), (0.47, 0.19, 0.52, 0.68)),
}


def _lay_out(figure):
    left, right = BOXES[layout_of(figure)]
    picture = add_axes(figure, left, frame=False)
    picture.set_title(_("what the network sees"), fontsize=NORMAL, loc="left")
    paper = np.zeros((SIDE, SIDE))
    image = picture.imshow(paper, cmap=INK, vmin=0, vmax=1, animated=True)
    edge = (SIDE - BOX) / 2 - 0.5
    dotted = {"color": "#AAAAAA", "linewidth": 0.8, "linestyle": ":", "animated": True}
    for side in (edge, edge + BOX):
        picture.axhline(side, **dotted)
        picture.axvline(side, **dotted)
    return SimpleNamespace(image=image, bars=Bars(add_axes(figure, right)))


def describe_draw(data):
    if data.prediction < 0:
        return _("Nothing is drawn yet.")
    order = np.argsort(-data.probabilities, kind="stable")
    return _("Read as {first} with {p:.1%}; next comes {second} with {q:.1%}.").format(
        first=order[0],
        p=data.probabilities[order[0]],
        second=order[1],
        q=data.probabilities[order[1]],
    )


def draw_panel(network, *, hide=(), **start):
    """A canvas and what `network` reads on it; `network`: see the top of ch03_classify.py."""
    panel = Panel(
        title=_("Draw a digit"),
        controls={"drawing": Canvas(description=_("drawing"), value=example_digit("3"))},
        compute=partial(compute_draw, network=network),
        draw=draw_draw,
        describe=describe_draw,
        figsize=(6.4, 3.4),
        narrow=(3.4, 5.4),
        lecture=(4.9, 2.9),
        presets={name: {"drawing": example_digit(name)} for name in STROKES},
        preset_label=_("example digit"),
        hide=hide,
    )
    panel.add_class("panel-beside")
    return panel.start(start)

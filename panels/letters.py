"""Numbers and words that change while a hand moves: each letter is a marker.

matplotlib draws a text letter by letter, anew each time, about a tenth of a millisecond a letter.
A marker is drawn once and stamped wherever it stands, so that a table of 300 letters takes one
millisecond and not thirty. What stands still is better a text.
"""

from functools import cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextPath

from .shell.style import BLACK, SMALL

MIDDLE = 0.36 * SMALL / 72  # inches from a line's ground to its middle
USUAL = "0123456789.−e%"


class Letters:
    """Words on a figure, all of one colour; their places are in inches from its lower left."""

    def __init__(self, figure, color=BLACK, usual=USUAL, weight="normal"):
        width, height = figure.get_size_inches()
        self.axes = figure.add_axes((0, 0, 1, 1), zorder=5)
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.set_axis_off()
        self.color, self.weight, self._stamps = color, weight, {}
        for letter in usual:
            self._stamp(letter)

    def write(self, words):
        """words: of (x, y, text, side), where side is -1 if x is its left end, 0 its middle, 1 its
        right end, and y is its middle. They take the place of all that was written before."""
        places = {letter: [] for letter in self._stamps}
        for x, y, text, side in words:
            text = text.replace("-", "−")  # a thin stroke would be lost between two pixels
            widths = [_shape(letter, self.weight)[1] for letter in text]
            starts = x - (side + 1) / 2 * sum(widths) + np.cumsum([0, *widths[:-1]])
            for letter, start in zip(text, starts, strict=True):
                places.setdefault(letter, []).append((start, y - MIDDLE))
        for letter, spots in places.items():
            if letter.strip():
                self._stamp(letter).set(data=np.reshape(spots, (-1, 2)).T, visible=bool(spots))

    def _stamp(self, letter):
        if letter not in self._stamps:
            path = _shape(letter, self.weight)[0]
            size = 2 * np.abs(path.vertices).max()  # a marker is scaled to its size: undo it
            look = {"color": self.color, "markeredgewidth": 0, "linestyle": "", "zorder": 9}
            (self._stamps[letter],) = self.axes.plot(
                [], [], marker=path, markersize=size, animated=True, **look
            )
        return self._stamps[letter]


@cache
def _shape(letter, weight):
    """-> the outline of a letter in points, its width in inches."""
    properties = FontProperties(family="DejaVu Sans", size=SMALL, weight=weight)
    font = get_font(findfont(properties))
    font.set_size(SMALL, 72)
    width = font.load_char(ord(letter)).linearHoriAdvance / 65536 / 72
    return TextPath((0, 0), letter, prop=properties) if letter.strip() else None, width

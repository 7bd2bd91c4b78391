"""Words and numbers that change often: as outlines, all in one path.

A line of text costs matplotlib more than half a millisecond, and a table has a hundred numbers; a
path of them all costs a third of that. Places are in inches from the figure's upper left corner.
"""

from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from .shell.style import BLACK, NORMAL, SMALL

HEIGHT = SMALL / 72  # of a number, in inches
TITLE = (NORMAL * 0.93 + 6) / 72  # inches: how far above its axes a title begins
NOTHING = Path(np.zeros((1, 2)))


def inches(figure):
    """From inches, to the right and down, to the screen."""
    flipped = Affine2D().scale(1, -1).translate(0, figure.get_figheight())
    return flipped + figure.dpi_scale_trans


class Lines:
    """Lines of text that change, as one path: its first line begins at (left, top), in inches."""

    def __init__(self, figure, left, top, size=NORMAL, spacing=1.5, color=BLACK):
        self.size, self.spacing, self._text = size / 72, spacing, ""
        options = {"facecolor": color, "linewidth": 0, "animated": True, "zorder": 6}
        self.patch = figure.add_artist(PathPatch(NOTHING, transform=inches(figure), **options))
        self.move(left, top)

    def move(self, left, top):
        self.left, self.top = left, top
        self.set_text(self._text)

    def set_text(self, text):
        self._text, size = text, self.size
        down = [self.top + size * (0.57 + self.spacing * i) for i in range(text.count("\n") + 1)]
        lines = zip(text.split("\n"), down, strict=True)
        self.patch.set_path(written([(line, (self.left, y), size, -1) for line, y in lines]))


class Words:
    """Short words that change, all in one path.

    `show` takes (word, (x, y)) or (word, (x, y), side): side is -1 if x is its left end, 0 its
    middle, 1 its right end; y is its middle. They take the place of all that was shown before.
    """

    def __init__(self, figure, color=BLACK, weight="normal"):
        options = {"facecolor": color, "linewidth": 0, "animated": True, "zorder": 6}
        self.patch = figure.add_artist(PathPatch(NOTHING, transform=inches(figure), **options))
        self.weight = weight

    def show(self, parts, size=HEIGHT):
        parts = [(word, at, size, *side) for word, at, *side in parts]
        self.patch.set_path(written(parts, self.weight))


class Letters(Words):
    """Words whose places are in inches from the figure's lower left corner."""

    def write(self, words):
        """words: of (x, y, text, side)."""
        high = self.patch.figure.get_figheight()
        self.show([(text.replace("-", "−"), (x, high - y), side) for x, y, text, side in words])


def written(parts, weight="normal"):
    """Words as one path, each (word, place, size) or (word, place, size, side), as in `Words`."""
    found = []
    for word, (x, y), size, *side in parts:
        outline, codes, broad = _glyphs(word, weight)
        if codes.size:
            start = x - (side[0] + 1 if side else 1) / 2 * broad * size
            found.append((outline * size + np.array((start, y)), codes))
    if not found:
        return NOTHING
    vertices, codes = zip(*found, strict=True)
    return Path(np.concatenate(vertices), np.concatenate(codes))


@lru_cache(4096)
def _glyphs(word, weight="normal"):
    """The outline of a word of size 1, from its left end, y downwards from its middle; its breadth.

    Letter by letter: a number that was never written before costs no layout.
    """
    vertices, codes, x = [np.zeros((0, 2))], [np.zeros(0, Path.code_type)], 0.0
    for letter in word:
        outline, own, broad = _letter(letter, weight)
        vertices.append(outline + np.array((x, 0)))
        codes.append(own)
        x += broad
    return np.concatenate(vertices), np.concatenate(codes), x


@lru_cache(4096)
def _letter(letter, weight):
    """The same of one letter; a space has no outline."""
    properties = FontProperties(family="DejaVu Sans", size=1, weight=weight)
    font = get_font(findfont(properties))
    font.set_size(10, 72)
    broad = font.load_char(ord(letter)).linearHoriAdvance / 65536 / 10
    if letter.isspace():
        return np.zeros((0, 2)), np.zeros(0, Path.code_type), broad
    path = TextPath((0, 0), letter, prop=properties)
    return path.vertices * (1, -1) + np.array((0, 0.36)), path.codes, broad


def breadth(word):
    """How broad a word of size 1 is."""
    return _glyphs(word)[2]


def short(value):
    """A number in four digits."""
    return f"{value:.4g}".replace("-", "−")


def shorter(value):
    """A number in two digits."""
    return f"{value:.2g}".replace("-", "−")


def hundredths(value, digits=2):
    """0.25 as .25: a number of a small cell."""
    if abs(value) >= 9.95:
        return f"{value:.3g}".replace("-", "−")
    text = f"{value:.{digits}f}".removesuffix("." + digits * "0")
    return (text.replace("0.", ".") if "." in text else text.replace("-0", "0")).replace("-", "−")

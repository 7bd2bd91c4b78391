"""Words and numbers that change often: as outlines, all in one path.

A line of text costs matplotlib more than half a millisecond, and a table has a hundred numbers; a
path of them all costs a third of that. Places are in inches from the figure's upper left corner.
"""

from functools import lru_cache

import numpy as np
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
        self._text, parts = text, []
        for i, line in enumerate(text.split("\n")):
            x = 0.0
            for letter in line:
                outline, breadth = _letter(letter)
                if outline is not None:
                    y = 0.93 + self.spacing * i  # of the baseline
                    parts.append((outline, (self.left + self.size * x, self.top + self.size * y)))
                x += breadth
        self.patch.set_path(_joined([(outline, at, self.size) for outline, at in parts]))


class Words:
    """Short words that change, all in one path; `show` takes (word, (x, y)) in inches."""

    def __init__(self, figure, color=BLACK):
        options = {"facecolor": color, "linewidth": 0, "animated": True, "zorder": 6}
        self.patch = figure.add_artist(PathPatch(NOTHING, transform=inches(figure), **options))

    def show(self, parts, size=HEIGHT):
        self.patch.set_path(written([(word, at, size) for word, at in parts if word]))


def written(parts):
    """Words as one path, each (word, centre, size), y downwards; size is that of the font."""
    return _joined([(_glyphs(word), centre, size) for word, centre, size in parts])


def _joined(parts):
    """Outlines as one path, each (outline, place, size)."""
    if not parts:
        return NOTHING
    vertices = [outline[0] * size + at for outline, at, size in parts]
    return Path(np.concatenate(vertices), np.concatenate([outline[1] for outline, _, _ in parts]))


@lru_cache(4096)
def _glyphs(word):
    """The outline of a word of size 1, centred at 0, y downwards: vertices and codes."""
    path = TextPath((0, 0), word, size=1)
    middle = (path.vertices.max(axis=0) + path.vertices.min(axis=0)) * (0.5, 0)
    return (path.vertices - middle) * (1, -1) + (0, 0.36), path.codes


@lru_cache(4096)
def _letter(letter):
    """Its outline on the baseline at 0, y downwards, or None for a space; and how broad it is."""
    broad = breadth(f"|{letter}|") - breadth("||")
    if letter.isspace():
        return None, broad
    path = TextPath((0, 0), letter, size=1)
    return (path.vertices * (1, -1), path.codes), broad


@lru_cache(4096)
def breadth(word):
    """How broad a word of size 1 is."""
    return float(np.ptp(_glyphs(word)[0][:, 0]))


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

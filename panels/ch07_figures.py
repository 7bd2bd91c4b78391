"""Chapter 7's still pictures: a picture of our own, galleries, and networks drawn as blocks.

Each is a `Picture`: a PNG with a sentence, which stands for it where there are no pictures.
"""

from gettext import gettext as _

import numpy as np
from matplotlib.patches import Polygon

from .ch07_feature_maps import edge
from .shell import Picture, new_figure
from .shell.style import NORMAL, SMALL, add_axes

FACES = ("#DCEBF7", "#BCD6EC", "#9CC0E0")  # front, top, side of a block


def own_picture(size=96):
    """A house with a fence under the sun, made of formulas: (size, size), 0 dark to 1 bright."""
    y, x = np.mgrid[0:size, 0:size] / size
    picture = 0.85 - 0.25 * y  # the sky
    picture[(x - 0.8) ** 2 + (y - 0.18) ** 2 < 0.01] = 1.0  # the sun
    picture[y > 0.8] = 0.45  # the ground
    house = (np.abs(x - 0.35) < 0.2) & (y > 0.45) & (y < 0.82)
    picture[house] = 0.7
    picture[(y > 0.22) & (y < 0.45) & (np.abs(x - 0.35) < 1.1 * (y - 0.22))] = 0.2  # the roof
    picture[(np.abs(x - 0.35) < 0.05) & (y > 0.6) & (y < 0.82)] = 0.1  # the door
    fence = (x > 0.6) & (y > 0.62) & (y < 0.84)
    picture[fence & ((x * 24 % 1 < 0.4) | (np.abs(y - 0.7) < 0.012))] = 0.1
    return picture


def gallery(pictures, titles, signed=False, columns=6):
    """Arrays (rows, columns) side by side. signed: 0 is grey, dark is negative, bright positive.

    Each picture has its own scale, from 0 (or minus the largest) to the largest.
    """
    pictures, titles = [np.asarray(one) for one in pictures], list(titles)
    if len(pictures) != len(titles) or not pictures or {one.ndim for one in pictures} != {2}:
        text = _("gallery: {n} pictures and {m} titles arrived; equally many, of two axes each.")
        raise ValueError(text.format(n=len(pictures), m=len(titles)))
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    side = min(2.2, 10.4 / columns)
    figure = new_figure((columns * side, rows * (side + 0.25)))
    for i, (one, title) in enumerate(zip(pictures, titles, strict=True)):
        row, column = divmod(i, columns)
        box = (column / columns, 1 - (row + 1) / rows, 0.94 / columns, 0.92 * side / (side + 0.25))
        axes = add_axes(figure, (*box[:2], box[2], box[3] / rows), frame=False)
        axes.set_title(title, fontsize=NORMAL, loc="left", pad=3)
        largest = float(np.abs(one).max()) or 1.0
        edge(axes)
        axes.imshow(one, cmap="gray", vmin=-largest if signed else 0, vmax=largest)
    sentence = _("{n} pictures: {titles}.").format(
        n=len(pictures), titles="; ".join(" ".join(title.split()) for title in titles)
    )
    return Picture(figure, sentence)


def blocks(layers):
    """A network as blocks, one for each (name, shape): (C, H, W), or (D,) for a row of numbers.

    Heights and widths grow with the square root of the pixels, depths with that of the channels.
    """
    figure = new_figure((10.4, 2.9))
    axes = add_axes(figure, (0, 0, 1, 1), frame=False)
    largest = max(shape[1] for _name, shape in layers if len(shape) == 3)
    deepest = max(shape[0] for _name, shape in layers if len(shape) == 3)
    longest = max((shape[0] for _name, shape in layers if len(shape) == 1), default=1)
    slot = 10.4 / len(layers)
    axes.set(xlim=(0, 10.4), ylim=(0, 2.9))
    for i, (name, shape) in enumerate(layers):
        left = i * slot + 0.1
        if len(shape) == 3:
            height = 0.15 + 1.25 * np.sqrt(shape[1] / largest)
            depth = 0.04 + 0.4 * slot * np.sqrt(shape[0] / deepest)
            slant = 0.22 * height
        else:
            height, depth, slant = 0.25 + 1.35 * np.sqrt(shape[0] / longest), 0.1, 0.0
        _box(axes, left, 1.45 - height / 2, depth, height, slant)
        options = {"fontsize": SMALL, "va": "top", "linespacing": 1.35}
        times = " × " if slot > 1.1 else "×"
        axes.text(left, 0.5, f"{name}\n{times.join(map(str, shape))}", **options)
    words = [f"{name} {' × '.join(map(str, shape))}" for name, shape in layers]
    return Picture(figure, _("From left to right: {words}.").format(words=", ".join(words)))


def _box(axes, x, y, depth, height, slant):
    """A block seen from the side: its front is `depth` wide, its top and side lean back."""
    front = [(x, y), (x + depth, y), (x + depth, y + height), (x, y + height)]
    top = [
        front[3],
        front[2],
        (x + depth + slant, y + height + slant),
        (x + slant, y + height + slant),
    ]
    side = [
        front[1],
        (x + depth + slant, y + slant),
        (x + depth + slant, y + height + slant),
        front[2],
    ]
    for points, color in zip((front, top, side), FACES, strict=True):
        if slant or points is front:
            axes.add_patch(Polygon(points, facecolor=color, edgecolor="#333333", linewidth=0.9))

"""Chapter 7's still pictures: a picture of our own, galleries, and networks drawn as blocks.

Each is a `Picture`: a PNG with a sentence, which stands for it where there are no pictures.
"""

from gettext import gettext as _

import numpy as np
from matplotlib.patches import Polygon

from common.conv_layers import Convolution

from .shell import Picture, new_figure
from .shell.style import INK, NORMAL, SMALL, add_axes, edge, ink_limits

LIT = "#FBD38D"  # a window, as in the stepper
TINTS = ("#BCD6EC", "#F2C4B3", "#B5DED0", "#E8CCDB")  # of filters, one after the other
FACES = ("#DCEBF7", "#BCD6EC", "#9CC0E0")  # front, top, side of a block


def own_picture(size=96):
    """A house with a fence under the sun, made of formulas: (size, size), 0 paper to 1 ink."""
    y, x = np.mgrid[0:size, 0:size] / size
    picture = 0.15 + 0.25 * y  # the sky
    picture[(x - 0.8) ** 2 + (y - 0.18) ** 2 < 0.01] = 0.0  # the sun
    picture[y > 0.8] = 0.55  # the ground
    house = (np.abs(x - 0.35) < 0.2) & (y > 0.45) & (y < 0.82)
    picture[house] = 0.3
    picture[(y > 0.22) & (y < 0.45) & (np.abs(x - 0.35) < 1.1 * (y - 0.22))] = 0.8  # the roof
    picture[(np.abs(x - 0.35) < 0.05) & (y > 0.6) & (y < 0.82)] = 0.9  # the door
    fence = (x > 0.6) & (y > 0.62) & (y < 0.84)
    picture[fence & ((x * 24 % 1 < 0.4) | (np.abs(y - 0.7) < 0.012))] = 0.9
    return picture


def gallery(pictures, titles, columns=6):
    """Arrays (rows, columns) side by side, each with its own scale: black is its largest number.

    0 is white; in a picture that has negative numbers, 0 is grey, and they are lighter.
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
        height = 0.92 * side / (side + 0.25) / rows
        bottom = 1 - (row + 0.98) / rows  # so much that the line around it is seen
        axes = add_axes(figure, (column / columns, bottom, 0.94 / columns, height), frame=False)
        axes.set_title(title, fontsize=NORMAL, loc="left", pad=3)
        edge(axes)
        low, high = ink_limits(one, signed=one.min() < 0)
        axes.imshow(one, cmap=INK, vmin=low, vmax=high)
    sentence = _("{n} pictures: {titles}.").format(
        n=len(pictures), titles="; ".join(" ".join(title.split()) for title in titles)
    )
    return Picture(figure, sentence)


def convolution_blocks(x_shape, w_shape, bias=False):
    """Input (C, H, W) * filters (FN, C, FH, FW) = output (FN, OH, OW), as blocks of cells.

    A filter and the channel that it makes have one colour. Lit is the first window, and what
    comes of it.
    """
    count, *w = w_shape
    out = Convolution(np.zeros(w_shape), 0.0).forward(np.zeros((1, *x_shape))).shape[1:]
    tints = [TINTS[k % len(TINTS)] for k in range(count)]
    columns = int(np.ceil(np.sqrt(count)))
    wide, high = (size * CELL + w[0] * SLANT + 0.15 for size in w[:0:-1])  # one filter
    tall = max(high * -(-count // columns), x_shape[1] * CELL + x_shape[0] * SLANT) + 0.1
    figure = new_figure((1, 1))
    axes = add_axes(figure, (0, 0, 1, 1), frame=False)

    def put(left, shape, faces, lit=None, middle=tall / 2):
        """A block and where it ends."""
        _cells(axes, left, middle - (shape[1] * CELL - shape[0] * SLANT) / 2, shape, faces, lit)
        return left + shape[2] * CELL + shape[0] * SLANT

    def name(left, words, shape):
        words = f"{words}\n{' × '.join(map(str, shape))}"
        axes.text(left, tall + 0.1, words, fontsize=NORMAL, va="top", linespacing=1.4)

    def sign(x, text):
        axes.text(x + 0.4, tall / 2, text, fontsize=18, ha="center", va="center")
        return x + 0.85

    name(0.1, "input", x_shape)
    left = sign(put(0.1, x_shape, ["white"] * x_shape[0], lit=w[1:]), "*")
    words = f"{count} filters, each" if count > 1 else "one filter"
    name(left, words, w)
    for k, tint in enumerate(tints):
        row, column = divmod(k, columns)
        middle = tall / 2 + (row - (-(-count // columns) - 1) / 2) * high
        end = put(left + column * wide, w, [tint] * w[0], middle=middle)
    if bias:
        left = sign(end, "+")
        name(left, "biases", (count,))
        end = put(left, (count, 1, 1), tints)
    left = sign(end, "=")
    name(left, "output", out)
    end = put(left, out, tints, lit=(1, 1))
    width, height = max(end, left + 0.8) + 0.1, tall + 0.65
    figure.set_size_inches(width, height)
    axes.set(xlim=(0, width), ylim=(height, 0))  # one unit is an inch, downwards
    text = _("An input of {x}, {n} filters of {w}: an output of {out}.")
    one = _("An input of {x}, one filter of {w}: an output of {out}.")
    x, w, out = (" × ".join(map(str, shape)) for shape in (x_shape, w, out))
    return Picture(figure, (text if count > 1 else one).format(x=x, n=count, w=w, out=out))


CELL, SLANT = 0.3, 0.15  # inches: a pixel's side, and how far each further channel leans back


def _cells(axes, left, top, shape, faces, lit=None):
    """A block of shape (C, H, W), a pixel a cell: its front, its top, its right side.

    faces: the colours of the channels, front first. lit: rows and columns of the first window.
    """
    channels, height, width = shape

    def face(points, color):
        points = [(left + x + SLANT * z, top + y - SLANT * z) for x, y, z in points]
        axes.add_patch(Polygon(points, facecolor=color, edgecolor="#333333", linewidth=0.8))

    rows, columns = lit or (0, 0)
    for i, j in np.ndindex(height, width):
        x, y, color = j * CELL, i * CELL, LIT if i < rows and j < columns else faces[0]
        corners = (x, y, 0), (x + CELL, y, 0), (x + CELL, y + CELL, 0), (x, y + CELL, 0)
        face(corners, color)
    # The output's lit cell is a whole column of channels, as the window is.
    for z, j in np.ndindex(channels, width):
        x, color = j * CELL, LIT if j < columns else faces[z]
        face([(x, 0, z), (x + CELL, 0, z), (x + CELL, 0, z + 1), (x, 0, z + 1)], color)
    for z, i in np.ndindex(channels, height):
        x, y = width * CELL, i * CELL
        color = LIT if i < rows and columns == width else faces[z]
        face([(x, y, z), (x, y + CELL, z), (x, y + CELL, z + 1), (x, y, z + 1)], color)


def blocks(layers):
    """A network as blocks, one for each (name, shape): (C, H, W), or (D,) for a row of numbers.

    Heights and widths grow with the square root of the pixels, depths with that of the channels.
    A third entry, (size, stride), is the window through which a layer sees the one before it.
    """
    figure = new_figure((10.4, 3.3))
    axes = add_axes(figure, (0, 0, 1, 1), frame=False)
    largest = max(layer[1][1] for layer in layers if len(layer[1]) == 3)
    deepest = max(layer[1][0] for layer in layers if len(layer[1]) == 3)
    longest = max((layer[1][0] for layer in layers if len(layer[1]) == 1), default=1)
    slot = 10.4 / len(layers)
    axes.set(xlim=(0, 10.4), ylim=(0, 3.3))
    before = None  # the side face of the block on the left: where it begins, its height and lean
    for i, (name, shape, *window) in enumerate(layers):
        left, words = i * slot + 0.1, [name, (" × " if slot > 1.1 else "×").join(map(str, shape))]
        if len(shape) == 3:
            height = 0.2 + 1.5 * np.sqrt(shape[1] / largest)
            depth = 0.04 + 0.36 * slot * np.sqrt(shape[0] / deepest)
            slant = 0.24 * height
        else:
            height, depth, slant = 0.25 + 1.45 * np.sqrt(shape[0] / longest), 0.1, 0.0
        bottom = 1.75 - height / 2
        if window and window[0]:
            size, stride = window[0]
            words += [f"{size}×{size}", f"stride {stride}"]
            _look_through(axes, *before, share=size / layers[i - 1][1][1], end=(left, 1.75))
        _box(axes, left, bottom, depth, height, slant)
        before = (left + depth, bottom, height, slant)
        options = {"fontsize": SMALL, "va": "top", "linespacing": 1.35}
        axes.text(left, 0.72, "\n".join(words), **options)
    words = [f"{name} {' × '.join(map(str, shape))}" for name, shape, *_window in layers]
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


def _look_through(axes, x, y, height, slant, share, end):
    """A window on a block's side face, `share` of its sides, and the lines from there to `end`."""
    low, high = (1 - share) / 2, (1 + share) / 2
    corners = [
        (x + u * slant, y + v * height + u * slant)
        for u, v in ((low, low), (high, low), (high, high), (low, high))
    ]
    axes.add_patch(Polygon(corners, facecolor=LIT, edgecolor="#333333", linewidth=0.9))
    for corner in corners[1:3]:
        axes.plot(*zip(corner, end, strict=True), color="#333333", linewidth=0.7)

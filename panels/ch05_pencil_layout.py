"""Where each number of the pencil network stands, as neurons and as matrices, in three layouts.

All in pixels of a sheet that the network's axes show; y grows upwards.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from .ch05_pencil_sheets import NUMBERS, SHAPES

SHEET = {"normal": (600, 316), "narrow": (288, 330), "lecture": (404, 225)}  # width, height
HALF = 9  # from the middle of a label up to the value and down to the gradient
ARROW = 8  # length of an arrow's head
OTHERS = ("y[0]", "y[1]", "t[0]", "t[1]", "L", "h", "slope[0]", "slope[1]")


class Plan(NamedTuple):
    values: dict  # name of a number, and OTHERS -> (x, y) of its value
    gradients: dict  # name of a number -> (x, y) of its gradient
    boxes: list  # (x0, y0, x1, y1) of neurons and cells
    edges: list  # (name of the weight, or "" for the ways into the loss; start; end)
    words: list  # (x, y, text): what never changes
    cell: tuple  # width and height of what lights up behind a number


@cache
def plan(show, layout):
    """The Plan of "neurons" or "matrices"."""
    return (_neurons if show == "neurons" else _matrices)(layout)


def nearest_number(x, y, show, layout):
    """The name of the number nearest to (x, y), and how far it is."""
    here = plan(show, layout)
    far = {
        name: min(
            float(np.hypot(x - place[0], y - place[1]))
            for place in (here.values[name], here.gradients[name])
        )
        for name in NUMBERS
    }
    name = min(far, key=far.get)
    return name, far[name]


def head(start, end):
    """The corners of an arrow's head at the end of a line."""
    start, end = np.array(start, dtype=float), np.array(end, dtype=float)
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0]])
    return np.array([end, end - ARROW * along + 4 * across, end - ARROW * along - 4 * across])


def _neurons(layout):
    half, edge, rows = {  # half a box, the length of an edge, the heights of the two rows
        "normal": (27, 160, (238, 90)),
        "narrow": (18.5, 51, (250, 88)),
        "lecture": (21, 95, (181, 67)),
    }[layout]
    made = Plan({}, {}, [], [], [], (2 * half - 4, 17))
    columns = {"x": 1 + half}
    for first, second, before in (("a", "z", "x"), ("s", "y", "z")):
        columns[first] = columns[before] + 2 * half + edge
        columns[second] = columns[first] + 2 * half

    def put(name, x, y, apart=HALF):
        made.values[name], made.gradients[name] = (x, y + apart), (x, y - apart)

    for j, y in enumerate(rows):
        for key, x in columns.items():
            made.boxes.append((x - half, y - 21, x + half, y + 21))
            below = key == "y" and j == 1  # above it the loss's arrow arrives
            made.words.append((x, y - 31 if below else y + 31, f"{key}[{j}]"))
            if key == "y":
                made.values[f"y[{j}]"], made.values[f"t[{j}]"] = (x, y + HALF), (x, y - HALF)
            else:
                put(f"{key}[{j}]", x, y)
        for bias, key in (("b1", "a"), ("b2", "s")):
            put(f"{bias}[{j}]", columns[key], y - 44)
            made.words.append((columns[key] - half, y - 44 + HALF, "+"))
        made.values[f"slope[{j}]"] = (columns["z"] - 1, y - 53)
    made.values["h"] = (columns["z"], rows[0] - 35)
    for W, before, behind in (("W1", "x", "a"), ("W2", "z", "s")):
        for i, j in np.ndindex(2, 2):
            start = np.array((columns[before] + half, rows[i]))
            end = np.array((columns[behind] - half, rows[j]))
            place = start + (0.5 if i == j else 0.34) * (end - start)
            put(f"{W}[{i}, {j}]", *place, 10 if i == j else HALF)
            made.edges.append((f"{W}[{i}, {j}]", tuple(start), tuple(end)))
    x, middle = columns["y"], sum(rows) / 2
    made.values["L"] = (x, middle)
    made.boxes.append((x - half, middle - 13, x + half, middle + 13))
    aside = half + 9 if layout == "lecture" else -half - 9
    made.words.append((x + aside, middle, "L"))
    for y, side in zip(rows, (1, -1), strict=True):
        made.edges.append(("", (x, y - 21 * side), (x, middle + 13 * side)))
    return made


def _matrices(layout):
    width, height = {"normal": (49, 22), "narrow": (42, 20), "lecture": (42, 17)}[layout]
    made = Plan({}, {}, [], [], [], (width - 3, height - 3))

    def table(target, key, x, y):
        """Cells to the right of x and below y."""
        shape = SHAPES.get(key, (1, 2))
        for row, column in np.ndindex(*((1, 2) if len(shape) == 1 else shape)):
            x0, y0 = x + column * width, y - (row + 1) * height
            name = f"{key}[{row}, {column}]" if key.startswith("W") else f"{key}[{column}]"
            target[name] = (x0 + width / 2, y0 + height / 2)
            made.boxes.append((x0, y0, x0 + width, y0 + height))

    def layer(keys, top, pitch):
        """The product and sum of a layer, the gradients below in the same shapes."""
        drop = 2 * height + (19 if layout == "lecture" else 20)
        for i, key in enumerate(keys):
            x = 1 + i * pitch
            table(made.values, key, x, top)
            table(made.gradients, key, x, top - drop)
            made.words.append((x + width, top + 10, key))
            made.words.append((x + width, top - drop + 10, f"d{key}"))
            if i:
                made.words.append((x - (pitch - 2 * width) / 2, top - height / 2, "·+="[i - 1]))

    def named(key, x, y, gradient=False):
        """One row of cells with its name to the left."""
        table(made.gradients if gradient else made.values, key, x, y)
        made.words.append((x - 14, y - height / 2, f"d{key}" if gradient else key))

    def end(x, y):
        made.words.append((x - 14, y, "L"))
        made.values["L"] = (x + width / 2, y)

    if layout == "normal":
        layer(("x", "W1", "b1", "a"), 292, 124)
        layer(("z", "W2", "b2", "s"), 142, 124)
        made.words.extend([(485, 281, "→"), (485, 131, "→"), (546, 152, "y"), (546, 88, "t")])
        made.values["h"] = (546, 281)
        for j in range(2):
            made.values[f"slope[{j}]"] = (519 + 54 * j, 217)
        table(made.values, "y", 497, 142)
        table(made.values, "t", 497, 78)
        end(522, 36)
    elif layout == "lecture":
        layer(("x", "W1", "b1", "a"), 211, 101)
        layer(("z", "W2", "b2", "s"), 105, 101)
        named("y", 18, 17)
        named("t", 126, 17)
        end(230, 8)
        made.values["h"] = (300, 8)
        made.values["slope[0]"], made.values["slope[1]"] = (350, 8), (394, 8)
    else:
        layer(("x", "W1", "b1"), 312, 101)
        layer(("z", "W2", "b2"), 164, 101)
        for key, y in (("a", 208), ("s", 60)):
            named(key, 26, y)
            named(key, 154, y, gradient=True)
        named("y", 26, 34)
        named("t", 154, 34)
        made.words.append((246, 24, "L"))
        made.values["L"] = (269, 24)
        made.values["h"] = (246, 222)
        made.values["slope[0]"], made.values["slope[1]"] = (264, 204), (264, 190)
    return made

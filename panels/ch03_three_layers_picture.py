"""The picture of ch03_three_layers: neurons and edges, their names, and what lies under a hand.

It runs sideways, or, on a narrow page, downwards; places are told as (layer, height) in both.
"""

from gettext import gettext as _
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection

from .shell import artists, layout_of
from .shell.style import BLACK, BLUE, GREY, LIGHT, NORMAL, RED, SMALL, add_axes

PLACES = (  # of the weights' labels along their edges, so that no label lies on another edge
    ((0.26, 0.30, 0.30), (0.30, 0.30, 0.52), (0.68, 0.44, 0.64)),
    ((0.64, 0.26), (0.26, 0.62), (0.26, 0.62), (0.58, 0.26)),
    ((0.72, 0.26), (0.26, 0.62), (0.66, 0.30)),
)
HEIGHTS = {2: (2.1, 0.7), 3: (2.5, 1.4, 0.3)}  # of the nodes in a layer of 2 or 3
SIZES = (2, 3, 2, 2)  # of the layers
BIAS_HEIGHT = 3.4
NARROW = 100.0  # where the drawing lies that runs downwards: far from the one that runs sideways
NEAR = 0.33, 0.13  # how far from a node's middle, and from an edge, a hand may be
BIAS = 4  # in "from": the input that is always 1
SUB, SUP = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), str.maketrans("123", "¹²³")


# ---- names


def value_name(layer, i):
    """x₁, z₁⁽¹⁾, y₁ … of the neuron i, from 1, of a layer; 0 is the input."""
    letter = "x" if layer == 0 else "y" if layer == 3 else "z"
    return letter + str(i).translate(SUB) + (f"⁽{layer}⁾".translate(SUP) if layer in (1, 2) else "")


def sum_name(layer, i):
    return f"a{i}".translate(SUB) + f"⁽{layer}⁾".translate(SUP)


def weight_name(layer, to, source):
    """w₁₂⁽¹⁾: to 1, from 2; of the bias b₁⁽¹⁾."""
    name = f"b{to}" if source == BIAS else f"w{to}{source}"
    return name.translate(SUB) + f"⁽{layer}⁾".translate(SUP)


# ---- places


def edges():
    """Every edge as (layer, to, from), in the order in which they are drawn."""
    for layer in (1, 2, 3):
        for source in (*range(1, SIZES[layer - 1] + 1), BIAS):
            for to in range(1, SIZES[layer] + 1):
                yield layer, to, source


def lit(look):
    """The edges that are looked at; 0 is all."""
    return [edge for edge in edges() if all(b in (0, a) for a, b in zip(edge, look, strict=True))]


def place_of(layer, i):
    """(layer, height) of the neuron i of a layer."""
    return layer, BIAS_HEIGHT if i == BIAS else HEIGHTS[SIZES[layer]][i - 1]


def found(x, y):
    """What lies at a place of the picture: (layer, to, from); (layer, to, 0) for a neuron."""
    here = np.array([-y, NARROW - x] if x > NARROW / 2 else [x, y])
    for layer, size in enumerate(SIZES):
        for i in range(1, size + 1):
            if np.hypot(*(here - place_of(layer, i))) < NEAR[0]:
                return layer, i, 0
    distances = {}
    for layer, to, source in edges():
        start, end = map(np.array, (place_of(layer - 1, source), place_of(layer, to)))
        along = np.clip((here - start) @ (end - start) / ((end - start) @ (end - start)), 0, 1)
        distances[layer, to, source] = np.hypot(*(start + along * (end - start) - here))
    nearest = min(distances, key=distances.get)
    return nearest if distances[nearest] < NEAR[1] else (0, 0, 0)


# ---- drawing


def draw_three_layers(figure, data):
    art = artists(figure, _lay_out)
    if art.look != data.look or art.weights is not data.weights:
        art.look, art.weights = data.look, data.weights
        _light(art, data)
    for name, text in zip((data.hidden, data.hidden, data.output), art.heads, strict=True):
        text.set_text(text.words.format(name))
    places = [(layer, i) for layer, size in enumerate(SIZES) for i in range(size)]
    for text, (layer, i) in zip(art.values, places, strict=True):
        above = f"{data.sums[layer - 1][i]:.2f}\n" if layer else value_name(0, i + 1) + "\n"
        digits = 2 if art.compact else 3
        lower = f"{data.values[layer][i]:.{digits if layer else 1}f}"
        text.set_text(f"{above if art.compact else ''}{lower}".replace("-", "−"))
    for text, (layer, i) in zip(art.sums, places[2:], strict=not art.compact):
        text.set_text(f"{data.sums[layer - 1][i]:.3f}".replace("-", "−"))


def _light(art, data):
    """What is looked at has its colours, and the rest is pale; an edge is as wide as its weight."""
    layer, to, source = data.look
    seen, widths, colors, styles = lit(data.look), [], [], []
    for (at, end, start), label in zip(edges(), art.labels, strict=True):
        chosen = (at, end, start) in seen
        weight = data.weights[at - 1][start - 1 if start != BIAS else -1, end - 1]
        widths.append(0.8 + 4.5 * abs(weight))
        colors.append((BLUE if weight >= 0 else RED) if chosen else LIGHT)
        styles.append(":" if start == BIAS else "-" if weight >= 0 else "--")
        named = layer and (to or source)
        text = f"{weight_name(at, end, start)} = {weight:.1f}" if named else f"{weight:.1f}"
        label.set(text=text.replace("-", "−"), visible=bool(chosen or not named))
        label.set_position(label.places[bool(named)])
        label.set_color(BLACK if chosen else GREY)
    art.edges.set(linewidths=widths, colors=colors, linestyles=styles)
    ends = {edge[:2] for edge in seen} | ({(0, 1), (0, 2)} if data.look == (0, 0, 0) else set())
    bold = [(n, i) in ends for n, size in enumerate(SIZES) for i in range(1, size + 1)]
    art.nodes.set(edgecolors=[BLACK if one else GREY for one in bold],
                  linewidths=[1.8 if one else 0.8 for one in bold])  # fmt: skip


def _lay_out(figure):
    narrow = layout_of(figure) == "narrow"
    compact = layout_of(figure) != "normal"  # a and h(a) stand in the circle, and nothing below it
    axes = add_axes(figure, (0.0, 0.0, 1.0, 1.0), frame=False, label="network")
    axes.set_title(_("the network"), visible=False, y=1.0)

    def at(layer, height):
        return (NARROW - height, -layer) if narrow else (layer, height)

    if narrow:
        axes.set(xlim=(NARROW - 3.85, NARROW + 0.15), ylim=(-3.35, 0.42))
    else:
        axes.set(xlim=(-0.42, 3.42), ylim=(-0.2 if compact else -0.3, 3.95))
    ends = [(place_of(n - 1, source), place_of(n, to)) for n, to, source in edges()]
    lines = LineCollection([(at(*start), at(*end)) for start, end in ends], zorder=1)
    axes.add_collection(lines, autolim=False)
    center = {"ha": "center", "va": "center"}
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    labels = []
    for (n, to, source), (start, end) in zip(edges(), ends, strict=True):
        number = PLACES[n - 1][source - 1 if source != BIAS else -1][to - 1]
        name = 0.27 + 0.15 * ((source + to - 1) % 4) if narrow else 0.55
        number = float(np.clip(number, 0.3, 0.7)) if narrow else number
        label = axes.text(0, 0, "", fontsize=SMALL, zorder=2, bbox=box, **center)
        label.places = [
            at(*((1 - share) * np.array(start) + share * np.array(end))) for share in (number, name)
        ]
        labels.append(label)
    places = [(n, i) for n, size in enumerate(SIZES) for i in range(1, size + 1)]
    points = np.array([at(*place_of(n, i)) for n, i in places])
    nodes = axes.scatter(
        *points.T, s=(46 if narrow or not compact else 40) ** 2, facecolors="#DCEBF7", zorder=3
    )
    ones = np.array([at(n, BIAS_HEIGHT) for n in (0, 1, 2)])
    axes.scatter(
        *ones.T, s=(22 if compact else 26) ** 2, facecolors="#F0F0F0", edgecolors=GREY, zorder=3
    )
    for one in ones:
        axes.text(*one, "1", fontsize=SMALL, zorder=4, **center)
    moves = {"fontsize": SMALL, "zorder": 4, "animated": True, **center}
    up = 0.0 if compact else 0.14
    values = [axes.text(x, y - up, "", **moves) for x, y in points]
    sums = []
    for (n, i), (x, y) in zip(places, points, strict=True):
        if not compact:
            letter = value_name(n, i)
            axes.text(x, y + up, letter, fontsize=SMALL, zorder=4, **center)
        if n and not compact:
            name = {"ha": "right", "va": "center", "fontsize": SMALL, "zorder": 4}
            axes.text(x - 0.02, y - 0.43, f"{sum_name(n, i)} =", **name)
            sums.append(axes.text(x + 0.02, y - 0.43, "", **{**moves, "ha": "left"}))
    heads = []
    for n in (1, 2, 3):
        where = at(n - 0.3, 3.82) if narrow else at(n, 3.78)
        head = axes.text(*where, "", fontsize=SMALL if narrow else NORMAL, **center)
        head.set(animated=True, ha="left" if narrow else "center")
        letter = "h" if n < 3 else "σ"
        head.words = "a\n{}(a)" if narrow else "a, {}(a)" if compact else letter + " = {}"
        heads.append(head)
    if not narrow:
        axes.text(*at(0, 3.78), _("input"), fontsize=NORMAL, **center)
    return SimpleNamespace(
        edges=lines, labels=labels, nodes=nodes, values=values, sums=sums, heads=heads,
        compact=compact, look=None, weights=None,
    )  # fmt: skip

"""A computational graph drawn: values above its edges, gradients bold beneath them."""

from gettext import gettext as _
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from .ch05_fold import sigmoid_nodes
from .ch05_graph_layout import LINE, lay_out, name_place
from .ch05_graph_words import symbol_of, title
from .ch05_measured import KINK, UNKNOWN
from .ch05_written import short
from .shell import artists, layout_of
from .shell.style import BLACK, GREY, LIGHT, NORMAL, SMALL, add_axes, look

VALUE, GRADIENT = look("value")["color"], look("gradient")["color"]
HERE, PAPER = "#DCEBF7", "#F4F4F4"  # in a node whose value is known, and in an input
CENTER = {"ha": "center", "va": "center"}
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
HAND = 31  # pixels above and below an input that feel a hand
SIGMA = "σ"  # the axes that fold and unfold


def draw_graph(figure, data):
    art = artists(figure, lambda figure: SimpleNamespace(graph=None, axes=None, hands={}))
    if art.graph is not data.graph:
        _lay_graph(figure, art, data.graph)
    if art.step != data.step:
        art.step = data.step
        _draw_state(art, data)
    _draw_numbers(art, data)


def _draw_state(art, data):
    """What changes from step to step only: lines, arrows and circles."""
    graph, step, known, flowed, _done = _progress(data)
    colors, widths, styles, heads = [], [], [], []
    for key, points in art.plan.edges.items():
        node, source = _ends(graph, key)
        on = step.name == node or (node is None and step.kind == "seed")
        on = on and step.kind in ("forward", "backward", "seed")
        behind = key in flowed
        color = GRADIENT if behind else VALUE
        colors.append(
            color if on else "#8A8A8A" if behind else "#505050" if source in known else LIGHT
        )
        widths.append(2.4 if on else 1.2)
        styles.append((0, (4, 2)) if behind else "-")
        heads.append(_head(points[::-1] if behind else points))
    art.lines.set(color=colors, linewidth=widths, linestyle=styles)
    art.heads.set_verts(heads)
    art.heads.set_facecolor(colors)
    faces, edges, widths = [], [], []
    for name, symbol in art.symbols.items():
        on = step.name == name and step.kind in ("forward", "backward", "fork")
        color = VALUE if step.kind == "forward" else GRADIENT
        faces.append(PAPER if name in graph.inputs else HERE if name in known else "white")
        edges.append(color if on else BLACK if name in known else GREY)
        widths.append(3 if on else 1.2)
        symbol.set_color(BLACK if name in known else GREY)
    art.shapes.set(facecolor=faces, edgecolor=edges, linewidth=widths)
    steps = _("Step {step} of {count}").format(step=data.step, count=len(graph.steps) - 1)
    art.title.set_text(steps if art.plan.down else title(data))


def _draw_numbers(art, data):
    graph, _step, known, flowed, done = _progress(data)
    walk, digits = data.walk, 2 if art.plan.tight else 3
    for key, label in art.labels.items():
        _node, source = _ends(graph, key)
        gradient = 1.0 if key == graph.output else walk.edges[key]
        label.value.set_text(short(walk.values[source], digits) if source in known else "")
        alone = label.value.get_position() == label.gradient.get_position()
        label.gradient.set_text(short(gradient, digits) if key in flowed and not alone else "")
    for key, text in art.locals.items():
        text.set_text(f"× {short(walk.slopes[key], 2)}" if key in flowed else "")
    for name, text in art.totals.items():
        there = _has_total(graph, name, done, flowed)
        text.set_text(short(walk.gradients[name], digits) if there else "")
        if name in art.checks:
            check = _check(data, name, art.plan.down or art.plan.brief, digits)
            art.checks[name].set_text(check if there else "")
    for line, text in zip(art.arithmetic, [*data.arithmetic, "", "", ""], strict=False):
        line.set_text(text)


def _progress(data):
    """The graph and its step; the names whose value is known, the edges that gradients passed."""
    graph, step = data.graph, data.graph.steps[data.step]
    done = set(graph.steps[: data.step + 1])
    known = {*graph.inputs, *(s.name for s in done if s.kind == "forward")}
    back = {s.name for s in done if s.kind == "backward"}
    flowed = {key for name in back for key in _edges_into(graph, name)}
    if any(s.kind == "seed" for s in done):
        flowed.add(graph.output)
    return graph, step, known, flowed, done


def _edges_into(graph, node):
    return [(node, position) for position in range(len(graph.sources[node]))]


def _ends(graph, key):
    """The node that an edge leads into, None at the end, and the name of its value."""
    return (None, key) if key == graph.output else (key[0], graph.sources[key[0]][key[1]])


def _has_total(graph, name, done, flowed):
    """Have all gradients of this value arrived, and been added if there are several?"""
    if len(graph.users[name]) > 1:
        return ("fork", name) in done
    return name in graph.inputs and all(key in flowed for key in graph.users[name])


def _check(data, name, brief, digits):
    """Beneath an input: its slope by small steps, and whether its gradient is that."""
    mark, measured = data.checks[name], data.walk.measured[name]
    said = _("kink") if mark == KINK else mark
    if brief:
        return said
    if mark == UNKNOWN:
        return "≈ ?"
    if measured.is_kink:
        return f"{short(measured.left, digits)} | {short(measured.right, digits)} {said}"
    return f"≈ {short(measured.value, digits)} {said}"


def _lay_graph(figure, art, graph):
    layout = layout_of(figure)
    plan = lay_out(graph, layout)
    if art.axes is None:
        art.axes = add_axes(figure, (0, 0, 1, 1), frame=False)
        art.axes.set(xticks=[], yticks=[])  # they would be looked through for what moves
        art.drawn = []
    for drawn in art.drawn:
        drawn.remove()
    axes, art.graph, art.plan, art.step = art.axes, graph, plan, None
    high = figure.get_figheight() * 80
    axes.set(xlim=(0, plan.width), ylim=(plan.height - high, plan.height))
    art.lines = LineCollection(list(plan.edges.values()), zorder=1)
    art.heads = PolyCollection([], zorder=1.5)
    corners = [_circle(plan.places[name], plan.radius) for name in graph.layers]
    names = (*graph.inputs, "")
    corners += [_box(plan.places[name], plan.boxes[name], plan.half) for name in names]
    art.shapes = PolyCollection(corners, zorder=3)
    for collection in (art.lines, art.heads, art.shapes):
        axes.add_collection(collection, autolim=False)
    texts = []

    def write(x, y, words="", moving=True, **look):
        text = axes.text(x, y, words, **{**CENTER, "fontsize": SMALL, "zorder": 4, **look})
        text.set_animated(moving)
        texts.append(text)
        return text

    art.labels = {
        key: SimpleNamespace(
            value=write(x, y + apart, color=VALUE, bbox=WHITE),
            gradient=write(x, y - apart, color=GRADIENT, bbox=WHITE, fontweight="bold"),
        )
        for key, (x, y, apart) in plan.labels.items()
    }
    art.locals = {
        k: write(*spot, color=BLACK, bbox=WHITE) for k, spot in plan.locals.items() if spot
    }
    art.symbols = {}
    for name, layer in graph.layers.items():
        symbol = symbol_of(layer)
        large = 13 if len(symbol) < 3 else SMALL
        art.symbols[name] = write(*plan.places[name], symbol, False, fontsize=large)
        if not plan.tight:
            write(*name_place(plan, name), name, False, color=GREY)
    for name in names:
        art.symbols[name] = write(*plan.places[name], name or graph.output, False)
    side = 1 if plan.down else -1  # of an input's box on which its gradient stands
    bold = {"color": GRADIENT, "fontweight": "bold"}
    art.totals, art.checks = {}, {}
    for name in (*graph.inputs, *graph.layers):
        x, y = plan.places[name]
        if name in graph.inputs:
            first = y + side * (plan.half + LINE / 2 + 1)
            if plan.brief:
                art.totals[name] = write(x + 12, first, **bold, ha="right")
                art.checks[name] = write(x + 16, first, ha="left")
            else:
                art.totals[name] = write(x, first, **bold)
                art.checks[name] = write(x, first + side * LINE)
        elif len(graph.users[name]) > 1:
            spot = (x - plan.radius - 5, y) if plan.down else (x, y - plan.radius - 9)
            art.totals[name] = write(*spot, **bold, ha="right" if plan.down else "center")
    line = 17 if layout == "lecture" else 19
    top = plan.height - line + 3
    art.title = write(10, top, "", False, fontsize=NORMAL, fontweight="bold", ha="left")
    lines = () if plan.down else (1, 2, 3)
    art.arithmetic = [write(10, top - line * i, fontsize=NORMAL, ha="left") for i in lines]
    legend = (
        _("above: value"),
        _("beneath: gradient"),
        _("×: local gradient"),
        _("≈: small steps"),
    )
    corner = plan.height - high + 26, top  # below on the left, above on the right
    for i, words in enumerate(legend[: 3 if plan.down or plan.brief else 4]):
        if plan.down and i < 2:
            write(8, corner[0] - 16 * i, words, False, color=GREY, ha="left")
        else:
            y = corner[0] if plan.down else corner[1] - 16 * i
            write(plan.width - 10, y, words, False, color=GREY, ha="right")
    art.drawn = [art.lines, art.heads, art.shapes, *texts]
    _lay_hands(figure, art, graph, plan, high)


def _lay_hands(figure, art, graph, plan, high):
    """Axes that are not seen, over what can be touched: the inputs, and the sigmoid's nodes."""
    boxes = {}
    for name in graph.inputs:
        (x, y), width = plan.places[name], plan.boxes[name]
        boxes[name] = (x - width / 2, y - HAND, x + width / 2, y + HAND)
    if nodes := sigmoid_nodes(graph):
        places, room = np.array([plan.places[name] for name in nodes]), plan.radius + 3
        boxes[SIGMA] = (*(places.min(axis=0) - room), *(places.max(axis=0) + room))
    for name, (x0, y0, x1, y1) in boxes.items():
        bottom = y0 - (plan.height - high)
        box = (x0 / plan.width, bottom / high, (x1 - x0) / plan.width, (y1 - y0) / high)
        if name not in art.hands:
            art.hands[name] = add_axes(figure, box, frame=False, label=name)
            art.hands[name].set(xlim=(-1, 1), ylim=(-HAND, HAND), xticks=[], yticks=[])
        art.hands[name].set_position(box)


def _circle(place, radius):
    angle = np.linspace(0, 2 * np.pi, 49)
    return np.add(place, radius * np.transpose([np.cos(angle), np.sin(angle)]))


def _box(place, width, half):
    x, y = place
    sides = (x - width / 2, x + width / 2), (y - half, y + half)
    return [(sides[0][i], sides[1][j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]


def _head(points):
    """The three corners of an arrow's head at the last of the points."""
    tip, before = points[-1], points[-4]
    along = (tip - before) / np.linalg.norm(tip - before)
    across = np.array([-along[1], along[0]])
    return np.array([tip, tip - 9 * along + 4 * across, tip - 9 * along - 4 * across])

"""Where the parts of a computational graph stand, in pixels: nodes, edges, and labels that meet
nothing.

Columns follow the depth of a node, rows the order in which the result asks for its inputs, so
that a tree has no crossings. Edges bend where a straight one would touch another node, and each
label takes the free spot nearest to the middle of its edge. On a narrow page the graph runs
downwards. In front of a class a long one is tight: labels keep above and below its nodes; and one
with many inputs is brief: a slide has no room for what small steps measure at each of them.
"""

import itertools
from typing import NamedTuple

import numpy as np

LETTER = 7.2  # width of a letter of the labels
LINE = 15  # height of a line of text
LABEL = (50, 2 * LINE + 2)  # width and height of a value with its gradient below
LOCAL = (56, LINE)  # of a local gradient
BENDS = (0, 0.18, -0.18, 0.32, -0.32, 0.5, -0.5)  # shares of an edge's length
ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8)
TIGHT = 68  # pixels from node to node: if there are less, labels have no room between them
WIDTHS = {"normal": 816, "narrow": 288, "lecture": 576}
HEADS = {"normal": 74, "narrow": 30, "lecture": 54}  # pixels at the top for the step's arithmetic


class Layout(NamedTuple):
    width: int
    height: int
    radius: float  # of a node
    down: bool  # does it run downwards?
    tight: bool
    brief: bool  # an input's gradient stands beneath it only, with a mark for what was measured
    half: int  # of the height of an input's box
    places: dict  # name of an input or node, and "" for the result -> (x, y)
    boxes: dict  # name of an input, and "" for the result -> width of its box
    edges: dict  # (node, position), and the result's name -> points (21, 2)
    labels: dict  # the same keys -> (x, y, apart): a label's middle, half its lines' distance or 0
    locals: dict  # (node, position) -> (x, y) of the local gradient, or None without a free spot


def lay_out(graph, layout="normal"):
    rows, columns = _rows(graph), _columns(graph)
    width, top, down = WIDTHS[layout], HEADS[layout], layout == "narrow"
    sources = graph.sources.values()
    lowest, deepest = max(rows.values()), max(columns.values())
    least = {"normal": 60, "narrow": 40, "lecture": 50}[layout]
    boxes = {name: max(least, LETTER * len(name) + 12) for name in graph.inputs}
    boxes[""] = max(30, LETTER * len(graph.output) + 12)
    if down:
        gap = min(150, (width - 8 - max(boxes.values())) / max(lowest, 1))
        level, radius = 84, 16
        start = top + 68
        left = (width - gap * lowest) / 2
        height = int(start + level * (deepest + 1) + 52)
        places = {n: (left + gap * rows[n], height - start - level * columns[n]) for n in rows}
        end_x, end_y = places[graph.output]
        places[""] = (end_x, end_y - level + radius)
        ends = (end_x, end_y - radius), (end_x, places[""][1] + 12)
        tight, brief, half = False, False, 12
    else:
        brief = layout == "lecture" and lowest > 2
        half = 10 if brief else 12
        gaps = (104, 84, 70) if layout == "normal" else (104, 55, 36)
        gap = gaps[int(lowest > 1) + int(lowest > 2)]
        above, below = (34, 46) if layout == "normal" else (24, 28) if brief else (26, 46)
        if layout == "lecture" and lowest == 0 and any(len(set(s)) < len(s) for s in sources):
            above = below = 60
        height = top + above + int(gap * lowest) + below
        left = 12 + max(boxes[name] for name in graph.inputs)
        spacing = (width - 12 - boxes[""] - left) / (deepest + 1)
        tight = spacing < TIGHT
        radius = 14 if tight else 18
        places = {}
        for name, row in rows.items():
            x = left + spacing * columns[name] if name in graph.layers else left - boxes[name] / 2
            places[name] = (x, height - top - above - gap * row)
        end_x, end_y = places[graph.output]
        places[""] = (end_x + spacing + boxes[""] / 2, end_y)
        ends = (end_x + radius, end_y), (end_x + spacing, end_y)
    made = Layout(width, height, radius, down, tight, brief, half, places, boxes, {}, {}, {})
    for node in graph.order:
        for position, source in enumerate(graph.sources[node]):
            made.edges[node, position] = _edge(graph, made, source, node, position)
    made.edges[graph.output] = _line(*ends, 0)
    _place_labels(graph, made)
    return made


def _columns(graph):
    """Inputs in column 0, a node one behind the last that it waits for."""
    columns = dict.fromkeys(graph.inputs, 0)
    for name in graph.order:
        columns[name] = 1 + max(columns[source] for source in graph.sources[name])
    return columns


def _rows(graph):
    """A row for every name, from 0 downwards; a node stands in the middle of what it takes."""
    rows, nodes = {}, {}

    def visit(name):
        if name in graph.inputs:
            rows.setdefault(name, float(len(rows)))
            return rows[name]
        if name not in nodes:
            nodes[name] = None
            nodes[name] = np.mean([visit(source) for source in dict.fromkeys(graph.sources[name])])
        return nodes[name]

    visit(graph.output)
    columns = _columns(graph)
    for column in sorted(set(columns.values()) - {0}):  # nodes of one column keep their distance
        group = sorted((n for n in graph.order if columns[n] == column), key=nodes.get)
        middle = np.mean([nodes[name] for name in group])
        for above, below in itertools.pairwise(group):
            nodes[below] = max(nodes[below], nodes[above] + 1)
        shift = np.mean([nodes[name] for name in group]) - middle
        for name in group:
            nodes[name] -= shift
    rows.update(nodes)
    top = min(rows.values())
    return {name: float(row - top) for name, row in rows.items()}


def _edge(graph, made, source, node, position):
    """The points of one edge; of several bends the first that touches no other node."""
    places = made.places
    start, end = np.array(places[source], dtype=float), np.array(places[node], dtype=float)
    twins = [i for i, other in enumerate(graph.sources[node]) if other == source]
    if source in graph.inputs:
        start += (0, -12) if made.down else (made.boxes[source] / 2, 0)
    bends = BENDS
    if len(twins) > 1:  # one value twice into one node: the two edges part
        wide = 2.6 if made.down else 1.0
        wide = 2.0 if made.tight else wide
        bends = (wide * (0.3, -0.3, 0.0, 0.5, -0.5)[twins.index(position)],)
    best = None
    for bend in bends:
        points = _line(start, end, bend, made.radius if source in graph.layers else 0, made.radius)
        near = sum(
            _distance(points, np.array(place)) < made.radius + 8
            for name, place in places.items()
            if name not in (source, node, "")
        )
        if best is None or near < best[0]:
            best = near, points
        if near == 0:
            break
    return best[1]


def _line(start, end, bend, off_start=0, off_end=0):
    """21 points of an arc from start to end; its ends are cut off by the radius of the nodes."""
    start, end = np.array(start, dtype=float), np.array(end, dtype=float)
    along = end - start
    middle = (start + end) / 2 + bend * np.array([-along[1], along[0]])
    t = np.linspace(0, 1, 201)[:, None]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    away = np.linalg.norm(curve - start, axis=1) >= off_start
    ahead = np.linalg.norm(curve - end, axis=1) >= off_end
    curve = curve[away & ahead]
    return curve[np.linspace(0, len(curve) - 1, 21).astype(int)]


def _distance(points, place):
    return np.min(np.linalg.norm(points - place, axis=1))


def _place_labels(graph, made):
    """A spot for every edge's labels, as far as possible away from all that is drawn."""
    side = 2 * made.radius + 2
    solid = [_box(made.places[name], side, side) for name in graph.layers]
    if not made.tight:
        solid += [_box(name_place(made, name), LETTER * len(name), LINE) for name in graph.layers]
    solid += [
        _box(made.places[name], made.boxes[name], 2 * made.half + 2) for name in (*graph.inputs, "")
    ]
    for key in sorted(made.edges, key=lambda key: np.ptp(made.edges[key], axis=0).max()):
        points, costs = made.edges[key], []
        level = made.tight and np.ptp(points[[0, -1], 1]) < made.radius
        bulge = points[10, 1] - points[0, 1] if level else 0.0
        apart = made.radius + 9 if level and not bulge else LINE / 2 + 1.5
        if made.brief and key != graph.output and _is_known_there(graph, key):
            apart = 0.0  # and it stands above the line, else this is taken for a minus
        size = (LABEL[0], 2 * apart + LINE)
        for share in (0.5,) if level else ALONG:
            x, y = points[round(20 * share)]
            y += LINE / 2 if apart == 0 else 0
            y += np.sign(bulge) * (LINE + 8)  # of two edges one has its label above, one beneath
            box = _box((x, y), *size)
            cost = abs(share - 0.5) * 40 + sum(_shared(box, other) for other in solid)
            cost += 60 * sum(_inside(other, box) for k, other in made.edges.items() if k != key)
            costs.append((cost, share, (float(x), float(y), apart)))
        made.labels[key] = x, y, apart = min(costs)[2]
        if level:
            lines = [(x, y + apart), (x, y - apart)]
            solid += [_box(line, LABEL[0], LINE) for line in lines]
        else:
            solid.append(_box((x, y), LABEL[0], 2 * apart + LINE))
    for key in [
        key for key in made.edges if key != graph.output
    ]:  # near the node whose slope it is
        costs = []
        for share, away in itertools.product((0.9, 0.8, 0.7, 0.6), (0, 13, -13)):
            i = round(20 * share)
            along = made.edges[key][i] - made.edges[key][i - 2]
            x, y = made.edges[key][i] + away * np.array([-along[1], along[0]]) / np.hypot(*along)
            box = _box((x, y), *LOCAL)
            cost = sum(_shared(box, other) for other in solid)
            cost += 60 * sum(_inside(other, box) for k, other in made.edges.items() if k != key)
            costs.append((cost, abs(away), (float(x), float(y))))
        cost, _away, spot = min(costs)
        made.locals[key] = spot if cost == 0 else None
        solid += [_box(spot, *LOCAL)] if cost == 0 else []


def _is_known_there(graph, key):
    """Whether an edge's gradient is that of the input that it comes from."""
    source = graph.sources[key[0]][key[1]]
    return source in graph.inputs and len(graph.users[source]) == 1


def name_place(made, name):
    """Where a node's name stands: above it, or to its right in a graph that runs downwards."""
    x, y = made.places[name]
    if made.down:
        return x + made.radius + 4 + LETTER * len(name) / 2, y
    return x, y + made.radius + 8


def _box(middle, width, height):
    x, y = middle
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _shared(one, other):
    """The area that two boxes share."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0) * max(height, 0)


def _inside(points, box):
    x, y = points.T
    return np.sum((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3]))

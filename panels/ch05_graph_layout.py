"""Where the parts of a computational graph stand, in pixels: nodes, edges, and labels that meet
nothing.

Columns follow the depth of a node, rows the order in which the result asks for its inputs, so
that a tree has no crossings. Edges bend where a straight one would touch another node, and each
label takes the free spot nearest to the middle of its edge.
"""

import itertools
from typing import NamedTuple

import numpy as np

RADIUS = 18  # of a node
LETTER = 6.6  # width of a letter of the labels
LINE = 14  # height of a line of text
LABEL = (50, 2 * LINE + 2)  # width and height of a value with its gradient below
BENDS = (0, 0.18, -0.18, 0.32, -0.32, 0.5, -0.5)  # shares of an edge's length
ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8)
HEAD = 70  # pixels at the top for the step's arithmetic
WIDTH = 816


class Layout(NamedTuple):
    width: int
    height: int
    places: dict  # name of an input or node -> (x, y)
    boxes: dict  # name of an input, and "" for the result -> width of its box
    edges: dict  # (node, position), and the result's name -> points (21, 2)
    labels: dict  # the same keys -> (x, y), the middle of a label


def lay_out(graph):
    rows, columns = _rows(graph), _columns(graph)
    lowest = max(rows.values())
    gap = 70 if lowest > 2 else 84 if lowest > 1 else 104
    height = HEAD + 30 + int(gap * lowest) + 52
    boxes = {name: max(46, LETTER * len(name) + 14) for name in graph.inputs}
    boxes[""] = max(30, LETTER * len(graph.output) + 14)
    left = 12 + max(boxes[name] for name in graph.inputs)
    right = WIDTH - 12 - boxes[""]
    spacing = min((right - left) / (max(columns.values()) + 1), 190)
    places = {}
    for name, row in rows.items():
        x = left + spacing * columns[name] if name in graph.layers else left - boxes[name] / 2
        places[name] = (x, height - HEAD - 30 - gap * row)
    end_x, end_y = places[graph.output]
    places[""] = (end_x + spacing + boxes[""] / 2, end_y)

    edges = {}
    for node in graph.order:
        for position, source in enumerate(graph.sources[node]):
            edges[node, position] = _edge(graph, places, boxes, source, node, position)
    edges[graph.output] = _line((end_x + RADIUS, end_y), (end_x + spacing, end_y), 0)
    return Layout(WIDTH, height, places, boxes, edges, _labels(graph, places, boxes, edges))


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


def _edge(graph, places, boxes, source, node, position):
    """The points of one edge; of several bends the first that touches no other node."""
    start, end = np.array(places[source], dtype=float), np.array(places[node], dtype=float)
    twins = [i for i, other in enumerate(graph.sources[node]) if other == source]
    if source in graph.inputs:
        start[0] += boxes[source] / 2
    bends = BENDS
    if len(twins) > 1:  # one value twice into one node: the two edges part
        bends = ((0.3, -0.3, 0.0, 0.5, -0.5)[twins.index(position)],)
    best = None
    for bend in bends:
        points = _line(start, end, bend, RADIUS if source in graph.layers else 0, RADIUS)
        near = sum(
            _distance(points, np.array(place)) < RADIUS + 8
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


def _labels(graph, places, boxes, edges):
    """A spot for every edge's label, as far as possible away from all that is drawn."""
    solid = [_box(places[name], 2 * RADIUS + 2, 2 * RADIUS + 2) for name in graph.layers]
    for name in graph.layers:  # the names of nodes, above them
        x, y = places[name]
        solid.append(_box((x, y + RADIUS + 7), LETTER * len(name), LINE))
    solid += [_box(places[name], boxes[name], 26) for name in graph.inputs]
    solid += [_box(places[""], boxes[""], 26)]
    spots = {}
    shortest_first = sorted(edges, key=lambda key: np.ptp(edges[key][:, 0]))
    for key in shortest_first:
        costs = []
        for share in ALONG:
            x, y = edges[key][round(20 * share)]
            box = _box((x, y), *LABEL)
            cost = abs(share - 0.5) * 40 + sum(_shared(box, other) for other in solid)
            for other, points in edges.items():
                if other != key:
                    cost += 60 * _inside(points, box)
            costs.append((cost, share, (float(x), float(y))))
        spots[key] = min(costs)[2]
        solid.append(_box(spots[key], *LABEL))
    return spots


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

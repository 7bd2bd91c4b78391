"""The four nodes of the sigmoid folded into one, and unfolded again (book 5.5.2)."""

from common.layers import Sigmoid

from .ch05_layers import AddConstant, ExpLayer, MulConstant, ReciprocalLayer
from .ch05_nodes import Graph


def both_ways(graph):
    """{False: unfolded, True: folded}, two graphs for one calculation; {} without any sigmoid."""
    unfolded = _rebuilt(graph, _unfold)
    folded = _rebuilt(unfolded, _fold)
    return {} if len(folded.layers) == len(unfolded.layers) else {False: unfolded, True: folded}


def sigmoid_nodes(graph):
    """The names of the nodes that are a sigmoid or, unfolded, make one together."""
    found = [name for name, layer in graph.layers.items() if isinstance(layer, Sigmoid)]
    for name in graph.layers:
        found += [*_chain(graph, name), name] if _chain(graph, name) else []
    return found


def _rebuilt(graph, change):
    rows = {name: (name, layer, *graph.sources[name]) for name, layer in graph.layers.items()}
    for name in list(rows):
        if name in rows:
            change(graph, rows, name)
    return Graph(graph.inputs, rows.values())


def _fold(graph, rows, name):
    if chain := _chain(graph, name):
        for inner in chain:
            del rows[inner]
        rows[name] = (name, Sigmoid(), graph.sources[chain[0]][0])


def _unfold(graph, rows, name):
    if not isinstance(graph.layers[name], Sigmoid):
        return
    (source,) = graph.sources[name]
    taken = {*graph.inputs, *rows}
    inner = []
    for wanted in (f"−{source}", "e", "d"):
        while wanted in taken:
            wanted += "′"
        taken.add(wanted)
        inner.append(wanted)
    layers = (MulConstant(-1), ExpLayer(), AddConstant(1), ReciprocalLayer())
    sources = (source, *inner)
    for one, layer, given in zip((*inner, name), layers, sources, strict=True):
        rows[one] = (one, layer, given)


def _chain(graph, name):
    """The three nodes in front of 1/x that make a sigmoid of it, the first one first, or None."""
    found, wanted = (
        [],
        [(ReciprocalLayer, None), (AddConstant, 1), (ExpLayer, None), (MulConstant, -1)],
    )
    for kind, constant in wanted:
        layer = graph.layers.get(name)
        if not isinstance(layer, kind) or (constant and layer.c != constant):
            return None
        if found and len(graph.users[name]) > 1:
            return None  # somebody else takes it, too
        found.append(name)
        name = graph.sources[name][0]
    return found[:0:-1]

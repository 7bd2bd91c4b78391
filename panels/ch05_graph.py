"""A computational graph that is walked step by step, forwards and backwards (book 5.1 to 5.5).

Drawn from real layer objects: a built-in graph, what `trace` makes of a formula, or a `Graph` of
your own layers.
"""

from functools import partial
from gettext import gettext as _
from typing import NamedTuple

from .ch05_fold import both_ways
from .ch05_graph_layout import lay_out
from .ch05_graph_picture import HAND, SIGMA, draw_graph
from .ch05_graph_words import arithmetic, describe_graph
from .ch05_graphs import GRAPHS, STOPS
from .ch05_nodes import Graph, Walk
from .ch05_steps import Walker
from .ch05_trace import Node
from .shell import DPI, Panel, number, toggle

MOST_INPUTS, MOST_NODES = 5, 10
PIXELS = 4  # of a drag, for one step of an input


class GraphState(NamedTuple):
    graph: Graph
    step: int
    walk: Walk

    @property
    def checks(self):
        return self.walk.checks

    @property
    def arithmetic(self):
        """A line for each edge or value of the step, in the language of who asks."""
        return arithmetic(self.graph, self.walk, self.graph.steps[self.step])


def compute_graph(graph, step, **inputs):
    """All numbers of one walk through the layers, and what step number `step` of it does."""
    return GraphState(graph, step, graph.walk(**inputs))


def compute_folding(graphs, folded, step, **inputs):
    """The same on the graph with its sigmoid in four nodes or in one."""
    graph = graphs[folded]
    return compute_graph(graph, min(step, len(graph.steps) - 1), **inputs)


def graph_panel(graph="apple", *, step=None, hide=(), **start):
    """Walk through a graph: the name of a built-in one, what `trace` gave, or your own `Graph`.

    step: where to start; without it, where the forward pass is done; -1 is the last step.
    """
    name, graph = _known(graph)
    graphs = both_ways(graph) or {False: graph}
    folded = len(graphs) > 1 and len(graphs[True].layers) == len(graph.layers)
    for one in graphs.values():
        _expect_small(one)
    graph = graphs[folded]
    last = len(graph.steps) - 1
    if step is None:
        step = len(graph.order)
    elif not isinstance(step, int) or not -last <= step <= last:
        text = _("graph_panel: the steps are 0 to {last}; {step} arrived.")
        raise ValueError(text.format(last=last, step=step))
    fold = toggle(_("fold σ"), folded)
    walk = Walker(_("step"), last, range(last + 1)[step], more=[fold] if len(graphs) > 1 else [])
    if len(graphs) > 1:
        fold.everywhere = True  # as each step of the walk
        fold.observe(partial(_keep_place, graphs, walk), names="value")
    controls = {"folded": fold, "step": walk} if len(graphs) > 1 else {"step": walk}
    controls |= {key: _field(key, value) for key, value in graph.inputs.items()}
    hidden = (hide,) if isinstance(hide, str) else tuple(hide)
    hidden += ("folded",) if "folded" in controls else ()  # it stands in the row of the walk
    whole = {"folded": folded} if "folded" in controls else {}
    full = len(controls) - ("folded" in controls) > MOST_INPUTS
    panel = Panel(
        title=_("Graph: {name}").format(name=name),
        controls=controls,
        compute=partial(compute_folding, graphs)
        if len(graphs) > 1
        else partial(compute_graph, graph),
        draw=draw_graph,
        describe=describe_graph,
        **{layout: _size(graphs, layout) for layout in ("narrow", "lecture")},
        figsize=_size(graphs, "normal"),
        presets={
            _("inputs only"): {**whole, "step": 0},
            _("forward done"): {**whole, "step": len(graph.order)},
            _("backward done"): {**whole, "step": last},
        },
        preset_label=_("go to"),
        touch=_hands(graph, controls),
        stops=STOPS.get(name, ()),
        hide=(*hidden, "presets") if full else hidden,
    )
    return panel.start(start)


def _known(graph):
    """A title and a Graph, for all that graph_panel takes."""
    if isinstance(graph, Node):
        graph = graph.graph()
    if isinstance(graph, Graph):
        return graph.formula or graph.output, graph
    if not isinstance(graph, str):
        text = _("graph_panel: a Graph or the name of one is expected; {kind} arrived.")
        raise TypeError(text.format(kind=type(graph).__name__))
    if graph not in GRAPHS:
        known = ", ".join(GRAPHS)
        text = _("graph_panel: there is no graph {name}; choose from: {known}.")
        raise ValueError(text.format(name=graph, known=known))
    return graph, GRAPHS[graph]()


def _size(graphs, layout):
    """Inches for the larger one of them."""
    plans = [lay_out(graph, layout) for graph in graphs.values()]
    return plans[0].width / DPI, max(plan.height for plan in plans) / DPI


def _keep_place(graphs, walk, change):
    """Folding changes how many steps there are; the walk stays at the same place of it."""
    before, after = (graphs[folded].steps for folded in (not change["new"], change["new"]))
    there = [i for i, step in enumerate(after) if step == before[min(walk.value, len(before) - 1)]]
    walk.end_at(len(after) - 1)
    walk.value = there[0] if there else min(walk.value, len(after) - 1)


def _hands(graph, controls):
    """Inputs are dragged up and down; a press on the sigmoid folds or unfolds it."""
    touch = {name: partial(_drag, name, controls[name].step) for name in graph.inputs}
    if "folded" in controls:
        touch[SIGMA] = lambda hand, values: {"folded": not hand.before["folded"]}
    return touch


def _drag(name, step, hand, values):
    if hand.down is None:
        return {name: round(values[name] + step * hand.dy, 9)}
    far = hand.y - hand.down[1]
    if far == 0:  # a press above it, or beneath
        moves = 0 if abs(hand.y) < HAND / 4 else 1 if hand.y > 0 else -1
    else:
        moves = round(far / PIXELS)
    return {name: round(hand.before[name] + step * moves, 9)}


def _field(name, value):
    return number(name, float(value), step=1.0 if value == round(value) else 0.1)


def _expect_small(graph):
    if len(graph.inputs) > MOST_INPUTS or len(graph.layers) > MOST_NODES:
        text = _(
            "graph_panel: {inputs} inputs and {nodes} nodes; a panel has room for "
            "{most_inputs} and {most_nodes}."
        )
        raise ValueError(
            text.format(
                inputs=len(graph.inputs),
                nodes=len(graph.layers),
                most_inputs=MOST_INPUTS,
                most_nodes=MOST_NODES,
            )
        )
    for name in ("step", "folded", "presets", SIGMA):
        if name in graph.inputs:
            text = _("graph_panel: an input cannot be called {name}, the panel has that already.")
            raise ValueError(text.format(name=name))
